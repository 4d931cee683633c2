/*
 * Untrusted text, character by character, made safe to print.
 *
 * Names, paths and source lines are untrusted. Control characters, characters that change the
 * direction of writing and invalid UTF-8 are escaped, as `\x1b` or `\u202e`.
 */
#pragma once
#include "base/out.h"

/* One character as it is shown. */
struct glyph {
	struct str shown; /* the bytes themselves, or `escaped` */
	uint32_t code;    /* code point; 0xFFFD for a byte that is not UTF-8 */
	unsigned size;    /* in bytes, of the input */
	unsigned columns; /* width of `shown` on a terminal; 0 for a tab */
	char escaped[12];
};

/* Decodes the first character of a text that is not empty. A tab is shown as itself, other control
 * characters are escaped. */
void glyph_read(struct glyph *glyph, struct str text);
/* Number of code points before byte `offset`; a byte that is not UTF-8 counts as one. */
uint32_t glyphs_before(struct str text, size_t offset);
/* Offset of the first character that begins at or after `offset`, or the text's length. */
size_t glyph_end(struct str text, size_t offset);

/* Writes text on one line for a terminal; tabs are escaped too. */
void out_plain(struct out *out, struct str text);
/* The same as a string: `text` itself if nothing is escaped, else in `arena`. */
struct str str_plain(struct arena *arena, struct str text);
