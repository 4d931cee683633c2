/*
 * Foreign text, character by character, as people may see it.
 *
 * Names, paths and source lines are a stranger's. What could steer a terminal, turn the direction
 * of writing or is no UTF-8 is spelled, as `\x1b` or `\u202e`.
 */
#pragma once
#include "base/out.h"

/* One character as it is shown. */
struct glyph {
	struct str shown; /* the bytes themselves, or `spelled` */
	uint32_t code;    /* code point; 0xFFFD for a byte that is no UTF-8 */
	unsigned size;    /* bytes taken */
	unsigned columns; /* of a terminal that `shown` takes; a tab counts 0 */
	char spelled[12];
};

/* Decodes the first character of a text that is not empty. A tab is itself, other controls are
 * spelled. */
void glyph_read(struct glyph *glyph, struct str text);
/* Number of code points of `text` before byte `offset`; a byte that is no UTF-8 counts one. */
uint32_t glyphs_before(struct str text, size_t offset);
/* Where the first character at or after `offset` begins, or the text ends. */
size_t glyph_end(struct str text, size_t offset);

/* For a terminal, on one line: a tab is spelled, too. */
void out_plain(struct out *out, struct str text);
/* The same as a text: itself where nothing is spelled, else in `arena`. */
struct str str_plain(struct arena *arena, struct str text);
