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
	struct outline outline;
	bool reached; /* imports a file that counts (outlines_reach), directly or not */
	bool wanted;  /* it is in need->hurt, or was compiled before */
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

struct outlining {
	struct need *need;
	const struct roots *roots; /* of the new side */
	struct other *others;
	uint32_t n;
	bool is_partial; /* files that are in no report were left out */
	struct outline_words words;
	struct map by_path; /* interned path → struct other * */
	struct map by_last; /* interned last part of a path that both sides have → struct path * */
	struct map by_base;   /* interned last part of an import path → struct importers * */
	VEC(struct str) open; /* reached, and its importers are not yet */
};

/* Reads the outlines of o->others. False and a diagnostic: one cannot be read. */
bool outlines_read(struct outlining *o);
/* Marks the files that import the file at `path`, directly or not, as reached. */
void outlines_reach(struct outlining *o, struct str path);
/* Is `end` the end of a path, beginning with a name? */
bool ends_with_path(struct str path, struct str end);
