#include "report/excerpt.h"
#include "report/escape.h"

#include <stdio.h>

/* A line longer than this is cut around the span: generated files have lines of megabytes. */
enum { LONGEST_LINE = 200, LEFT_CONTEXT = 60, GUTTER = 5, TAB = 8 };

static const struct palette plain = { "", "", "", "", "", "", "", "" };
static const struct palette colored = {
	.place = "\033[1m",
	.error = "\033[1;31m",
	.warning = "\033[1;33m",
	.note = "\033[1;36m",
	.gutter = "\033[34m",
	.caret = "\033[1;32m",
	.dim = "\033[2m",
	.off = "\033[0m",
};

const struct palette *palette_of(bool color)
{
	return color ? &colored : &plain;
}

/* The part of a line that is shown, and the span within it. */
struct window {
	struct str line;
	size_t begin, end; /* of the span, in bytes of `line` */
	bool cut_left, cut_right;
};

static size_t character_start(struct str line, size_t at)
{
	while (at > 0 && at < line.n && ((unsigned char)line.p[at] & 0xC0) == 0x80)
		at--;
	return at;
}

static struct window window_of(struct str line, size_t begin, size_t end, size_t longest)
{
	struct window w = { line, begin, end, false, false };
	size_t from = 0;

	if (line.n <= longest)
		return w;
	if (begin > longest / 2)
		from = character_start(line, begin - longest * LEFT_CONTEXT / LONGEST_LINE);
	w.line = str_from(line, from);
	w.cut_left = from > 0;
	w.begin = begin - from;
	w.end = end - from;
	if (w.line.n > longest) {
		w.line = str_head(w.line, character_start(w.line, longest));
		w.cut_right = true;
	}
	if (w.end > w.line.n)
		w.end = w.line.n;
	return w;
}

/* Blanks as wide as the text before the span. Tabs stay tabs, so that both lines align. */
static unsigned indent_write(struct out *out, const struct window *w, unsigned column)
{
	struct glyph glyph;

	for (size_t at = 0; at < w->begin && at < w->line.n; at += glyph.size) {
		glyph_read(&glyph, str_from(w->line, at));
		if (glyph.code == '\t') {
			out_char(out, '\t');
			column += TAB - column % TAB;
			continue;
		}
		for (unsigned i = 0; i < glyph.columns; i++)
			out_char(out, ' ');
		column += glyph.columns;
	}
	return column;
}

static void caret_write(struct out *out, const struct window *w, unsigned column)
{
	unsigned start = column;
	struct glyph glyph;

	for (size_t at = w->begin; at < w->end && at < w->line.n; at += glyph.size) {
		glyph_read(&glyph, str_from(w->line, at));
		column += glyph.code == '\t' ? TAB - column % TAB : glyph.columns;
	}
	out_char(out, '^');
	while (++start < column)
		out_char(out, '~');
}

/* The line with `*` for the query of URLs, where a token may stand. */
static void hide_queries(char *line, size_t n)
{
	static const struct str slashes = STR_INIT("://");
	bool is_url = false, is_query = false;

	for (size_t at = 0; at < n; at++) {
		is_url |= at + slashes.n < n && memcmp(line + at, slashes.p, slashes.n) == 0;
		if (strchr(" \t,'\"", line[at]))
			is_url = is_query = false;
		else if (is_query)
			line[at] = '*';
		else
			is_query = is_url && line[at] == '?';
	}
}

/* The line with `*` for a password in a URL, which somebody wrote into a YAML file. */
static struct str without_password(struct str line, struct arena *arena)
{
	struct str shown = str_dup(arena, line);
	char *p = (char *)shown.p;

	for (size_t at = shown.n; at-- > 0;) {
		size_t begin = at;

		if (p[at] != '@')
			continue;
		while (begin > 0 && !strchr(" \t,'\"", p[begin - 1]) &&
			!(begin > 1 && p[begin - 1] == '/' && p[begin - 2] == '/'))
			begin--;
		if ((begin > 1 && p[begin - 1] == '/') || memchr(p + begin, ':', at - begin))
			memset(p + begin, '*', at - begin);
		at = begin;
	}
	hide_queries(p, shown.n);
	return shown;
}

static void line_write(struct out *out, const struct window *w)
{
	struct glyph glyph;

	if (w->cut_left)
		out_str(out, S("…"));
	for (struct str rest = w->line; rest.n; rest = str_from(rest, glyph.size)) {
		glyph_read(&glyph, rest);
		out_str(out, glyph.shown);
	}
	if (w->cut_right)
		out_str(out, S("…"));
}

/* Number of bytes of the line to show. Each byte takes at most one column, except tabs. */
static size_t longest_part(struct str line, unsigned columns, unsigned gutter)
{
	enum { SHORTEST = 20, ELLIPSES = 2 };
	size_t taken = gutter + ELLIPSES;

	if (!columns)
		return LONGEST_LINE;
	for (size_t i = 0; i < line.n && i < LONGEST_LINE; i++)
		taken += line.p[i] == '\t' ? TAB - 1 : 0;
	if (columns < taken + SHORTEST)
		return SHORTEST;
	return columns - taken < LONGEST_LINE ? columns - taken : LONGEST_LINE;
}

bool excerpt_write(struct out *out, struct place place, struct arena *arena,
	const struct palette *palette, unsigned columns)
{
	struct point begin, end;
	struct window w;
	struct str line;
	size_t first, last;
	int digits;

	if (!place.text || span_is_none(place.span))
		return false;
	place_points(place, arena, &begin, &end);
	line = text_line(place.text, arena, begin.line);
	if (!line.p)
		return false;
	if (str_ends(place.text->path, S(".yaml")) && (str_has(line, '@') || str_has(line, '?')))
		line = without_password(line, arena);
	first = begin.column - 1 < line.n ? begin.column - 1 : line.n;
	last = end.line == begin.line ? end.column - 1 : line.n;
	if (last > line.n)
		last = line.n;
	while (last > first && (line.p[last - 1] == ' ' || line.p[last - 1] == '\t'))
		last--;
	digits = snprintf(NULL, 0, "%*u", GUTTER, (unsigned)begin.line);
	w = window_of(line, first, last, longest_part(line, columns, (unsigned)digits + 3));
	out_printf(out, "%s%*u |%s ", palette->gutter, GUTTER, (unsigned)begin.line, palette->off);
	line_write(out, &w);
	out_printf(out, "\n%s%*s |%s ", palette->gutter, digits, "", palette->off);
	if (w.cut_left)
		out_char(out, ' ');
	out_str(out, str_of(palette->caret));
	caret_write(out, &w, indent_write(out, &w, (unsigned)digits + 3 + w.cut_left));
	out_str(out, str_of(palette->off));
	return true;
}

void remark_begin(struct out *out, struct str word, const struct palette *palette)
{
	out_printf(out, "%s%*s =%s %s", palette->gutter, GUTTER, "", palette->off, palette->place);
	out_plain(out, word);
	out_printf(out, ":%s ", palette->off);
}
