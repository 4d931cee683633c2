/*
 * The outline of a contract: its package, its imports, and whether one of some names is in it.
 *
 * For a file that did not change but that a change elsewhere may hurt (need.h). Only its tokens are
 * read; no elements are made.
 */
#pragma once
#include "base/intern.h"
#include "base/map.h"
#include "base/str.h"
#include "base/vec.h"

struct outline_import {
	struct str path; /* interned */
	bool is_public;
};

struct outline {
	struct str package; /* interned */
	VEC(struct outline_import) imports;
	bool is_broken; /* it would not parse; false: it may or may not */
	bool says;      /* one of the words is in it, as a name or a part of one */
};

/* Words to look for. Built once, read by all threads. */
struct outline_words {
	struct map by_hash; /* (NULL, hash of the text) → the word, a struct str */
};

void outline_words_init(struct outline_words *words, struct arena *arena);
void outline_words_add(struct outline_words *words, struct arena *arena, struct str word);
/* Reads an outline; of a file that would not parse, as much as can be understood. Names are
 * interned, the list is in `arena`. */
void outline_read(struct str bytes, const struct outline_words *words, struct intern *names,
	struct arena *arena, struct arena *scratch, struct outline *outline);
