#include "report/escape.h"

/* Runs the statement that follows for each character of `text`; `rest` begins with it. */
#define EACH_GLYPH(glyph, rest, text)                                                \
	for (struct str rest = (text); rest.n && (glyph_read(&(glyph), rest), true); \
		rest = str_from(rest, (glyph).size))

struct str str_clipped(struct str text, size_t most, struct arena *arena)
{
	if (text.n <= most)
		return text;
	while (most > 0 && ((unsigned char)text.p[most] & 0xC0) == 0x80)
		most--;
	return str_printf(arena, STR "…", ARG(str_head(text, most)));
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool quoted_cut(struct str *rest, char quote, struct str *before, struct str *word)
{
	size_t open = 0, close;

	if (!rest->n)
		return false;
	/* An apostrophe within a word is no quote. */
	while (open < rest->n &&
		(rest->p[open] != quote || (open > 0 && is_word(rest->p[open - 1]))))
		open++;
	for (close = open + 1; close < rest->n; close++)
		if (rest->p[close] == quote &&
			(close + 1 == rest->n || !is_word(rest->p[close + 1])))
			break;
	if (close >= rest->n) {
		*before = *rest;
		*word = (struct str){ NULL, 0 };
		*rest = str_from(*rest, rest->n);
		return true;
	}
	*before = str_head(*rest, open);
	*word = (struct str){ rest->p + open + 1, close - open - 1 };
	*rest = str_from(*rest, close + 1);
	return true;
}

void out_markup(struct out *out, struct str text)
{
	struct glyph glyph;

	EACH_GLYPH(glyph, rest, text)
	{
		switch (glyph.code) {
		case '&':
			out_str(out, S("&amp;"));
			break;
		case '<':
			out_str(out, S("&lt;"));
			break;
		case '>':
			out_str(out, S("&gt;"));
			break;
		case '"':
			out_str(out, S("&quot;"));
			break;
		case '\'':
			out_str(out, S("&#39;"));
			break;
		case '\t':
			out_str(out, S("&#9;"));
			break;
		default:
			out_str(out, glyph.shown);
		}
	}
}

void out_markdown(struct out *out, struct str text)
{
	struct glyph glyph;

	EACH_GLYPH(glyph, rest, text)
	{
		if (glyph.code == '<')
			out_str(out, S("&lt;"));
		else if (glyph.code == '>')
			out_str(out, S("&gt;"));
		else if (glyph.code == '&')
			out_str(out, S("&amp;"));
		else if (glyph.code == '@' || glyph.code == '#')
			/* An empty comment keeps GitHub from taking a name or number for a
			 * reference. */
			out_printf(out, "%c<!-- -->", (char)glyph.code);
		else if (glyph.code == '\t')
			out_char(out, ' ');
		else if (glyph.code < 0x80 && strchr("\\`*_[]|~$", (int)glyph.code))
			out_printf(out, "\\%c", (char)glyph.code);
		else if (glyph.code == ':' && str_starts(str_from(rest, 1), S("//")))
			out_str(out, S(":<!-- -->"));
		else
			out_str(out, glyph.shown);
	}
}

unsigned backticks_longest(struct str text)
{
	unsigned longest = 0, run = 0;

	for (size_t i = 0; i < text.n; i++) {
		run = text.p[i] == '`' ? run + 1 : 0;
		if (run > longest)
			longest = run;
	}
	return longest;
}

void out_code_span(struct out *out, struct str text, bool in_table)
{
	unsigned ticks = backticks_longest(text) + 1;
	bool pad = text.n == 0 || text.p[0] == '`' || text.p[text.n - 1] == '`';
	struct glyph glyph;

	for (unsigned i = 0; i < ticks; i++)
		out_char(out, '`');
	if (pad)
		out_char(out, ' ');
	EACH_GLYPH(glyph, rest, text)
	{
		if (glyph.code == '|' && in_table)
			out_char(out, '\\');
		out_str(out, glyph.code == '\t' ? S(" ") : glyph.shown);
	}
	if (pad)
		out_char(out, ' ');
	for (unsigned i = 0; i < ticks; i++)
		out_char(out, '`');
}

static bool is_unreserved(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("-._~/", c));
}

void out_uri(struct out *out, struct str path)
{
	for (size_t i = 0; i < path.n; i++) {
		unsigned char c = (unsigned char)path.p[i];

		if (is_unreserved(c))
			out_char(out, (char)c);
		else
			out_printf(out, "%%%02X", (unsigned)c);
	}
}

void out_workflow(struct out *out, struct str text, bool property)
{
	struct glyph glyph;

	EACH_GLYPH(glyph, rest, text)
	{
		switch (glyph.code) {
		case '%':
			out_str(out, S("%25"));
			break;
		case '\r':
			out_str(out, S("%0D"));
			break;
		case '\n':
			out_str(out, S("%0A"));
			break;
		case ':':
			out_str(out, property ? S("%3A") : S(":"));
			break;
		case ',':
			out_str(out, property ? S("%2C") : S(","));
			break;
		default:
			out_str(out, glyph.shown);
		}
	}
}
