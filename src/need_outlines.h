/*
 * The outlines of the files that did not change, and which of them import what. Private to need.c
 * and its parts.
 */
#pragma once
#include "need.h"
#include "proto/outline.h"

/* A file that did not change. */
struct other {
	const struct source_entry *entry;
	struct outline outline; /* once it is asked for */
	bool asked;
	bool reached; /* imports a file that counts (outlines_reach), directly or not */
	bool wanted;  /* it is in need->hurt, or was compiled before */
	bool marked;  /* the marker of contracts is in it */
	bool rooted;  /* it declares what a contract names as a root */
	bool failed;  /* could not be read */
	size_t bytes;
};

/* Which files an import may name (breakwater-check(1), Import roots). */
enum naming {
	NAMES_EXACTLY, /* the file of that path below the top, which both sides have */
	NAMES_END,     /* one whose path ends with the import */
	NAMES_PART,    /* or with a part of it that leaves leading folders out */
};

/* An import path, and the files that import it. */
struct importers {
	struct str import;
	enum naming naming;
	VEC(struct other *) files;
	struct importers *next; /* of the same base name */
};

/* The packages of changed files, and how far what they declare can hurt others. */
struct asking {
	struct map old_packages, new_packages; /* by interned name */
	bool packages;   /* the changed files of one side have a package that the other's lack */
	bool everything; /* public imports changed: any name may be hurt */
	bool requires;   /* the same, if an option may have the type of a changed message */
	bool moved;      /* an import may name another file now */
};

struct outlining {
	struct need *need;
	const struct roots *roots; /* of the new side */
	struct asking asking;
	struct other *others;
	uint32_t n;
	bool is_partial; /* files that are in no report were left out */
	bool is_whole;   /* the outlines of all others were read */
	struct outline_words words;
	struct map by_path; /* interned path → struct other * */
	struct map by_last; /* interned last part of a path that both sides have → struct path * */
	struct map by_base;   /* interned last part of an import path → struct importers * */
	VEC(struct str) open; /* reached, and its importers are not yet */
};

/* The others whose outlines are asked for. */
struct asked {
	struct other **items;
	uint32_t n, cap;
};
/* Reads outlines; each only once. False and a diagnostic: a file cannot be read. */
bool outlines_read(struct outlining *o, const struct asked *asked);
/* Reads all of them, and indexes what imports what. */
bool outlines_read_all(struct outlining *o);
/* Marks the files that import the file at `path`, directly or not, as reached. */
void outlines_reach(struct outlining *o, struct str path);
/* The other at the path; NULL: it changed, or is none. */
struct other *outlines_find(const struct outlining *o, struct str path);
/* The file is compiled, unless it is in no root, where it is for imports alone. */
void outlines_want(struct outlining *o, struct other *other);
/* Does a file that is in some root import it? Once all outlines are read. */
bool outlines_import(const struct outlining *o, struct str path);
/* Is `end` the end of a path, beginning with a name? */
bool ends_with_path(struct str path, struct str end);
