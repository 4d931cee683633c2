/*
 * A source line with a caret under the span, and the colours of output for people.
 */
#pragma once
#include "base/out.h"
#include "base/text.h"

/* Escape sequences; all are empty without colour. */
struct palette {
	const char *place, *error, *warning, *note, *gutter, *caret, *dim, *off;
};

const struct palette *palette_of(bool color);

/*
 * Writes the first line of the place and, below it, the gutter and a caret under the span, without
 * the final line break, so that a label can follow. The line is cut to `columns`, or to a readable
 * length if that is 0. False, and nothing is written, if there is no such line.
 */
bool excerpt_write(struct out *out, struct place place, struct arena *arena,
	const struct palette *palette, unsigned columns);
/* The gutter of a line in a block: ` = help: `. */
void remark_begin(struct out *out, struct str word, const struct palette *palette);
