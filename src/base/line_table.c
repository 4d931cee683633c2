#include "base/line_table.h"

#include <string.h>

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

/* How many runs of tabs there are from `at` on. */
static uint32_t count_tabs(struct str bytes, size_t at)
{
	uint32_t n = 0;

	for (; at < bytes.n; at += str_find(str_from(bytes, at), '\t'))
		for (n++; at < bytes.n && bytes.p[at] == '\t';)
			at++;
	return n;
}

/* The line that holds `offset`. */
static uint32_t line_of(const struct line_table *table, uint32_t offset, uint32_t near)
{
	enum { STEPS = 8 };
	uint32_t low = 0, high = table->n;

	if (near < table->n && table->starts[near] <= offset) {
		for (low = near; low - near < STEPS; low++)
			if (low + 1 == table->n || table->starts[low + 1] > offset)
				return low;
	}
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (table->starts[middle] <= offset)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* What the tabs between `begin` and `offset` add to the column. */
static uint32_t excess_of(const struct line_table *table, uint32_t begin, uint32_t offset)
{
	uint32_t low = 0, high = table->n_tabs;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (table->tabs[middle].offset <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low && table->tabs[low - 1].offset > begin ? table->tabs[low - 1].excess : 0;
}

struct line_column line_table_find(const struct line_table *table, uint32_t offset, uint32_t near)
{
	uint32_t line = line_of(table, offset, near), begin = table->starts[line];

	if (offset <= begin)
		return (struct line_column){ line, 0 };
	return (struct line_column){ line, offset - begin + excess_of(table, begin, offset) };
}

static void index_tabs(struct line_table *table, struct str bytes, struct arena *arena)
{
	uint32_t line = 0, excess = 0;
	size_t at = str_find(bytes, '\t');

	if (at == bytes.n)
		return;
	table->tabs = NEW_ARRAY(arena, count_tabs(bytes, at), struct tab_stop);
	while (at < bytes.n) {
		uint32_t column, begin;

		if (line + 1 < table->n && table->starts[line + 1] <= at) {
			line = line_of(table, (uint32_t)at, line);
			excess = 0;
		}
		begin = table->starts[line];
		for (; at < bytes.n && bytes.p[at] == '\t'; at++) {
			column = (uint32_t)at - begin + excess;
			excess += (column / 8 + 1) * 8 - (column + 1);
		}
		table->tabs[table->n_tabs++] = (struct tab_stop){ (uint32_t)at, excess };
		at += str_find(str_from(bytes, at), '\t');
	}
}

static void index_lines(struct line_table *table, struct str bytes, struct arena *arena)
{
	const char *at = bytes.p, *end = bytes.p + bytes.n;
	size_t n = 1;

	/* The compiler makes vectors of this, which for short lines memchr does not reach. */
	for (size_t i = 0; i < bytes.n; i++)
		n += bytes.p[i] == '\n';
	table->starts = arena_alloc_unset(arena, n, sizeof *table->starts);
	table->starts[0] = str_starts(bytes, S(BYTE_ORDER_MARK)) ? 3 : 0;
	table->n = 1;
	for (; at < end && (at = memchr(at, '\n', (size_t)(end - at))); at++)
		table->starts[table->n++] = (uint32_t)(at - bytes.p + 1);
}

void line_table_init(struct line_table *table, struct str bytes, struct arena *arena)
{
	*table = (struct line_table){ 0 };
	index_lines(table, bytes, arena);
	index_tabs(table, bytes, arena);
}
