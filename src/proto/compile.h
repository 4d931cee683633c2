/*
 * The compiler front end: sources in, linked schemas out.
 *
 * Stages, each a file: roots (which file an import names), lexer, parser, symbols, link (names),
 * features, options, validate. compile.c drives them over one or two sides at once; nodes.c shares
 * the files that are equal on both.
 */
#pragma once
#include "base/diag.h"
#include "base/intern.h"
#include "schema/schema.h"
#include "source/source.h"

/* Limits; exceeding one is an error of its own. SECURITY.md lists them. */
enum {
	MAX_NESTING = 100, /* option values, and messages of a set, as in protoc's parser; text
			      nests messages 31 deep */
	MAX_FILE_BYTES = 64 << 20,
	MAX_FILES = 200000,
	MAX_PACKAGE_PARTS = 100,
	MAX_RANGE_OPTIONS = 100000, /* of one `extensions` statement: ranges × options */
	MAX_VISIBLE = 10000000, /* pairs of a file and one that it sees; googleapis has 50,000 */
	MAX_ERRORS = 1000,      /* of a file that are shown; the rest is counted */
};

struct parse_request {
	struct arena *arena;  /* where elements go */
	struct arena *syntax; /* freed after linking: uninterpreted options */
	struct arena *scratch;
	struct intern *names;
	struct diags *diags;
	struct file *file; /* import_path and text are set */
	struct str bytes;
	bool source_info; /* fill file->source_info */
};
/*
 * Fills one file's elements from bytes; descriptor/ has one for the entries of a set. False: it did
 * not parse (errors are in diags); what could be understood is in the file nevertheless.
 */
typedef bool (*parse_file)(struct parse_request *request);
bool proto_parse(struct parse_request *request);

/* The import roots of one side. */
struct roots {
	VEC(struct str)
	declared; /* relative to the repository, `/`-separated, no `/` at the end; empty string: the
		     top */
	VEC(struct str) excluded; /* folders below a root that are no part of the contract */
	bool inferred; /* from imports (breakwater-check(1), Import roots), and every file is part
			  of the contract; `declared` are then those of configurations below the top
			*/
};

/* Is a contract below one of the roots, and not excluded there? */
bool roots_hold(const struct roots *roots, struct str path);

/* An import of a file that is not compiled: it counts for inferring roots only. */
struct import_hint {
	struct str importer, import; /* path as in a source entry; interned import path */
};

struct compile_side {
	struct source *source;
	struct roots roots;
	/* Paths (as in source entries) to compile; with `all`, every contract. What they import is
	 * compiled as well. */
	VEC(struct str) wanted;
	bool all;
	bool mirror;   /* compile the files here that the other side compiles, if they exist */
	bool may_lose; /* of the second side: it may lack files of the first; look for imports of
			  those (struct lost_import) */
	const struct import_hint *hints;
	uint32_t n_hints;
};

struct compile_stats {
	uint32_t files_parsed, files_shared, files_linked;
	uint64_t bytes_parsed;
};

/* The name of an option, or the last part of an extension's. */
struct kept_option {
	struct str name;
	bool is_extension;
};

struct compile_options {
	struct arena *arena; /* the run's: schemas live here */
	struct intern *names;
	struct diags *diags;
	unsigned jobs; /* threads; 0: as many as are worth while */
	bool strict_imports;
	bool source_info;     /* keep what a set's source info is made of */
	struct str marker;    /* file->has_marker says whether the text has it; absent: nobody asks */
	bool tokens;          /* fill file->tokens */
	bool tolerate_broken; /* mark broken files and go on; the caller judges them */
	/* Options whose statements are kept as they are written (struct options.kept) where a
	 * missing import keeps them from being interpreted. */
	VEC(struct kept_option) kept;
	parse_file parse_descriptor; /* for sources with `by_import_path` */
	/* Says how many of the files known so far are compiled. Called by several threads at once;
	 * NULL: nobody asks. */
	void (*progress)(void *context, size_t done, size_t total);
	void *progress_context;
	struct compile_stats *stats; /* what is compiled is added to it; NULL: nobody asks */
};

/*
 * Compiles `n` (1 or 2) sides into `schemas`. False when something does not compile (diags tells);
 * with tolerate_broken only when it could not go on at all. Broken files are in the schema with
 * is_broken set and must not be compared.
 */
bool compile(const struct compile_options *options, struct compile_side *sides, size_t n,
	struct schema *schemas);
