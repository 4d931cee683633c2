/*
 * The outline of a contract: its package, its imports, what it declares, and whether one of some
 * names is in it.
 *
 * For a file that did not change but that a change elsewhere may hurt, or that is looked for by
 * what it declares (need.h). Only its tokens are read; no elements are made.
 */
#pragma once
#include "base/intern.h"
#include "schema/schema.h"

struct outline_import {
	struct str path; /* interned */
	bool is_public;
};

/* A message, enum or service. */
struct outline_name {
	struct str full_name; /* interned */
	struct str package;   /* likewise */
	enum element_kind kind;
};

struct outline {
	struct str package; /* interned */
	VEC(struct outline_import) imports;
	VEC(struct outline_name) names; /* if asked for; not those of map entries */
	bool is_broken;                 /* it would not parse; false: it may or may not */
	bool says;                      /* one of the words is in it, as a name or a part of one */
	uint32_t marks;                 /* of the marked words in it */
	bool extends;                   /* it may declare an extension */
};

/* Words to look for. Built once, read by all threads. */
struct outline_words {
	struct map by_hash; /* (NULL, hash of the text) → struct outline_word */
	uint32_t marks;     /* all */
	bool any_plain;     /* some words are not marked alone */
};

void outline_words_init(struct outline_words *words, struct arena *arena);
void outline_words_add(struct outline_words *words, struct arena *arena, struct str word);
/* Adds a word that is told apart: a file with it has the bit `mark` in outline.marks. */
void outline_words_mark(
	struct outline_words *words, struct arena *arena, struct str word, unsigned mark);

struct outline_request {
	struct str bytes;
	const struct outline_words *words;
	bool names; /* is asked what it declares */
	struct intern *intern;
	struct arena *arena; /* for the lists */
	struct arena *scratch;
};
/* Reads an outline; of a file that would not parse, as much as can be understood. */
void outline_read(const struct outline_request *request, struct outline *outline);

/* Reads what a text is made of. `arena` NULL: the digest alone. */
void tokens_read(struct str bytes, struct arena *arena, struct arena *scratch,
	struct file_tokens *tokens);
uint64_t tokens_digest(struct str bytes, struct arena *scratch);
/* A name, or a part of one between dots, as struct file_tokens has it. */
uint32_t token_word(struct str name);
