/*
 * Lines and columns as descriptors count them, told after the bytes of a text are freed.
 *
 * Both are 0-based. A column counts bytes; a tab goes to the next multiple of 8, and a byte order
 * mark is no column (protoc, tokenizer.cc, NextChar).
 */
#pragma once
#include "base/arena.h"
#include "base/str.h"

/* The end of a run of tabs: how far they put the column beyond the bytes since the line's start. */
struct tab_stop {
	uint32_t offset, excess;
};

struct line_table {
	uint32_t *starts; /* offsets of lines, `n` of them, at least one */
	struct tab_stop *tabs;
	uint32_t n, n_tabs;
};

struct line_column {
	uint32_t line, column;
};

/* Makes the table of `bytes` in `arena`. */
void line_table_init(struct line_table *table, struct str bytes, struct arena *arena);
/* The place of a byte offset. `near` is a line to search from: the line of a place nearby, or 0. */
struct line_column line_table_find(const struct line_table *table, uint32_t offset, uint32_t near);
