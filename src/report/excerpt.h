/*
 * A source line with the caret under what is meant, and the colours of everything for people.
 */
#pragma once
#include "base/out.h"
#include "base/text.h"

/* Escape sequences, all of them empty where there is no colour. */
struct palette {
	const char *place, *error, *warning, *note, *gutter, *caret, *dim, *off;
};

const struct palette *palette_of(bool color);

/*
 * Writes the place's first line and, below it, the gutter and the caret under the span; not the
 * last line break, so that a label can follow. A line is cut to the `columns` of a terminal, 0: to
 * what is bearable. False, with nothing written, where there is no such line.
 */
bool excerpt_write(struct out *out, struct place place, struct arena *arena,
	const struct palette *palette, unsigned columns);
/* The gutter of a line that belongs to a block: `      = help: `. */
void remark_begin(struct out *out, struct str word, const struct palette *palette);
