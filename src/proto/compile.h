/*
 * The compiler front end: sources in, linked schemas out.
 *
 * Stages, each a file: roots (which file an import names), lexer, parser, link (names), features,
 * options, validate. compile.c drives them over one or two sides at once and shares what is equal.
 */
#pragma once
#include "base/diag.h"
#include "base/intern.h"
#include "schema/schema.h"
#include "source/source.h"

/* Limits of what is compiled; each has an error of its own. CONTRIBUTING.md and the manual list
 * them. */
enum {
	MAX_NESTING =
		100, /* messages, groups, literals; protoc stops at 100 too (parser recursion) */
	MAX_FILE_BYTES = 64 << 20,
	MAX_FILES = 200000,
	MAX_PACKAGE_PARTS = 100,
	MAX_RANGE_OPTIONS = 100000, /* of one `extensions` statement: ranges × options */
	MAX_VISIBLE = 10000000, /* pairs of a file and one that it sees; googleapis has 50,000 */
	MAX_ERRORS = 1000,      /* of a file; the others are counted */
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
 * Fills one file's elements from bytes; descriptor/ gives one of these for entries of a set. False:
 * it did not parse (errors are in diags); what could be understood is in the file all the same.
 */
typedef bool (*parse_file)(struct parse_request *request);
bool proto_parse(struct parse_request *request);

/* The import roots of one side. */
struct roots {
	VEC(struct str)
	declared; /* relative to the repository, `/`-separated, no `/` at the end; empty string: the
		     top */
	VEC(struct str) excluded; /* folders below a root that are no part of the contract */
	bool inferred; /* work them out, and all belongs to the contract (breakwater-check(1),
			  Import roots); `declared` are then those of configurations below the top
			*/
};

/* Is a contract below one of the roots, and not excluded there? */
bool roots_hold(const struct roots *roots, struct str path);

/* An import that some file has which need not be compiled: it counts for the inferred roots alone.
 */
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
	/* Compile on this side whatever unchanged file is compiled on the other, so that both show
	 * the same of it. */
	bool mirror;
	/* Of the second side: the first has files that this one lacks, so imports of those are
	 * looked for (struct lost_import). */
	bool may_lose;
	const struct import_hint *hints;
	uint32_t n_hints;
};

struct compile_stats {
	uint32_t files_parsed, files_shared, files_linked;
	uint64_t bytes_parsed;
};

struct compile_options {
	struct arena *arena; /* the run's: schemas live here */
	struct intern *names;
	struct diags *diags;
	unsigned jobs; /* threads; 0: as many as are worth while */
	bool strict_imports;
	bool source_info;     /* keep what a set's source info is made of */
	bool tolerate_broken; /* check: a broken file is marked and kept out, and is the caller's to
				 judge */
	parse_file parse_descriptor; /* for sources with `by_import_path` */
	/* How many files are compiled, of those that are known of by now. Called by the compiling
	 * threads, at the same time; NULL: nobody asks. */
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
