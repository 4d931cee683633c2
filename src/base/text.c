#include "base/text.h"
#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

bool text_load(struct text *text, struct arena *arena)
{
	if (text->bytes.p)
		return true;
	if (!text->load)
		return false;
	text->is_lost = !text->load(text, arena);
	return text->bytes.p != NULL;
}

static void text_index(struct text *text, struct arena *arena)
{
	const char *p = text->bytes.p, *end = p + text->bytes.n;
	uint32_t n = 1;

	if (text->lines)
		return;
	for (const char *at = p; at < end && (at = memchr(at, '\n', (size_t)(end - at))); at++)
		n++;
	text->lines = NEW_ARRAY(arena, n, uint32_t);
	text->n_lines = n;
	n = 1;
	for (const char *at = p; at < end && (at = memchr(at, '\n', (size_t)(end - at))); at++)
		text->lines[n++] = (uint32_t)(at - p + 1);
}

/* A line of a loaded text by its index. */
static struct kept_line line_get(const struct text *text, uint32_t index)
{
	uint32_t begin = text->lines[index];
	struct str line = str_from(text->bytes, begin);

	line = str_head(line, str_find(line, '\n'));
	return (struct kept_line){ index + 1, begin, begin + (uint32_t)line.n, line };
}

/* Index of the line of a loaded text that contains `offset`. */
static uint32_t line_index(const struct text *text, uint32_t offset)
{
	uint32_t low = 0, high = text->n_lines;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (text->lines[middle] <= offset)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* The last kept line up to `number` or, if that is 0, up to `offset`; NULL. */
static const struct kept_line *kept_find(const struct text *text, uint32_t offset, uint32_t number)
{
	uint32_t low = 0, high = text->n_kept;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const struct kept_line *line = &text->kept[middle];

		if (number ? line->number <= number : line->begin <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? &text->kept[low - 1] : NULL;
}

/* The line that holds `offset`, or whose number is `number` if that is not 0. False: there is none,
 * or no bytes are to be had. */
static bool line_find(struct text *text, struct arena *arena, uint32_t offset, uint32_t number,
	struct kept_line *line)
{
	const struct kept_line *kept = text->bytes.p ? NULL : kept_find(text, offset, number);

	if (kept && (number ? kept->number == number : offset <= kept->end)) {
		*line = *kept;
		return true;
	}
	if (!text_load(text, arena))
		return false;
	text_index(text, arena);
	if (number > text->n_lines)
		return false;
	*line = line_get(text, number ? number - 1 : line_index(text, offset));
	return true;
}

static bool has_mark(const struct kept_line *line)
{
	return line->number == 1 && str_starts(line->text, S(BYTE_ORDER_MARK));
}

static bool point_at(struct text *text, struct arena *arena, uint32_t offset, struct point *point)
{
	struct kept_line line;

	if (!line_find(text, arena, offset, 0, &line))
		return false;
	/* A byte order mark takes no column. */
	if (offset >= 3 && has_mark(&line))
		offset -= 3;
	*point = (struct point){ line.number, offset - line.begin + 1 };
	return true;
}

void place_points(struct place place, struct arena *arena, struct point *begin, struct point *end)
{
	struct text *text = place.text;

	*begin = *end = (struct point){ 1, 1 };
	if (!text || span_is_none(place.span))
		return;
	if (text->points) {
		if (place.span.begin < text->n_points)
			*begin = text->points[place.span.begin];
		if (place.span.end < text->n_points)
			*end = text->points[place.span.end];
		return;
	}
	if (point_at(text, arena, place.span.begin, begin))
		point_at(text, arena, place.span.end, end);
}

struct str text_line(struct text *text, struct arena *arena, uint32_t number)
{
	struct kept_line line;

	if (text->points || !number || !line_find(text, arena, 0, number, &line))
		return (struct str){ NULL, 0 };
	if (line.text.n && line.text.p[line.text.n - 1] == '\r')
		line.text.n--;
	return has_mark(&line) ? str_from(line.text, 3) : line.text;
}

static int by_number(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return (a > b) - (a < b);
}

void text_keep(const struct wanted_text *wanted, struct arena *arena, struct arena *scratch)
{
	struct text *text = wanted->text;
	const struct span *spans = wanted->spans.items;
	uint32_t n = wanted->spans.n;
	uint32_t *lines;

	text_index(text, scratch);
	lines = NEW_ARRAY(scratch, 2 * (size_t)n, uint32_t);
	for (uint32_t i = 0; i < n; i++) {
		lines[2 * i] = line_index(text, spans[i].begin);
		lines[2 * i + 1] = line_index(text, spans[i].end);
	}
	if (n)
		qsort(lines, 2 * (size_t)n, sizeof *lines, by_number);
	text->kept = NEW_ARRAY(arena, 2 * (size_t)n, struct kept_line);
	for (uint32_t i = 0; i < 2 * n; i++) {
		struct kept_line line;

		if (i > 0 && lines[i] == lines[i - 1])
			continue;
		line = line_get(text, lines[i]);
		line.text = str_dup(arena, line.text);
		text->kept[text->n_kept++] = line;
	}
	text->bytes = (struct str){ NULL, 0 };
	text->lines = NULL;
}
