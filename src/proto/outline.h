/*
 * The outline of a contract: what it imports, its package, and whether it says one of some names.
 *
 * For a file that did not change and may still be hurt by one that did (need.h): its tokens are
 * looked at, nothing is built of them.
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
	bool is_broken; /* it would not parse; false: nobody knows */
	bool says;      /* one of the words stands in it, as a name or part of one */
};

/* Words to look for: each interned one's `.p` is a key of `words`. Built once, read by all threads.
 */
struct outline_words {
	struct map by_hash; /* (NULL, hash of the text) → the word, a struct str */
};

void outline_words_init(struct outline_words *words, struct arena *arena);
void outline_words_add(struct outline_words *words, struct arena *arena, struct str word);
/* Reads an outline, of a file that would not parse as far as it goes. Names are interned, the list is
 * in `arena`. */
void outline_read(struct str bytes, const struct outline_words *words, struct intern *names,
	struct arena *arena, struct arena *scratch, struct outline *outline);
