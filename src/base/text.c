#include "base/text.h"
#include "base/arena.h"

bool text_load(struct text *text, struct arena *arena)
{
	if (text->bytes.p)
		return true;
	return text->load && text->load(text, arena) && text->bytes.p;
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

static struct point point_at(const struct text *text, uint32_t offset)
{
	uint32_t low = 0, high = text->n_lines;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (text->lines[middle] <= offset)
			low = middle;
		else
			high = middle;
	}
	/* A byte order mark is no column. */
	if (low == 0 && offset >= 3 && str_starts(text->bytes, S("\xEF\xBB\xBF")))
		offset -= 3;
	return (struct point){ low + 1, offset - text->lines[low] + 1 };
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
	if (!text_load(text, arena))
		return;
	text_index(text, arena);
	*begin = point_at(text, place.span.begin);
	*end = point_at(text, place.span.end);
}

struct str text_line(struct text *text, struct arena *arena, uint32_t line)
{
	struct str rest;

	if (text->points || !text_load(text, arena))
		return (struct str){ NULL, 0 };
	text_index(text, arena);
	if (line == 0 || line > text->n_lines)
		return (struct str){ NULL, 0 };
	rest = str_from(text->bytes, text->lines[line - 1]);
	rest = str_head(rest, str_find(rest, '\n'));
	if (rest.n && rest.p[rest.n - 1] == '\r')
		rest.n--;
	if (line == 1 && str_starts(rest, S("\xEF\xBB\xBF")))
		rest = str_from(rest, 3);
	return rest;
}
