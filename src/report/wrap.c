/*
 * Wraps text and diagnostics for narrow terminals: breaks at blanks and indents continuation lines.
 * Never breaks words or source lines; excerpt.h cuts the latter.
 */
#include "report/escape.h"
#include "report/report.h"

/* A line that begins with blanks belongs to a block; its words start after the gutter. */
enum { NARROWEST = 20, INDENT = 4, BLOCK_INDENT = 8 };

/* Bytes of the escape sequence at the front of a text, 0 if there is none. */
static size_t escape_size(struct str text)
{
	size_t n = 2;

	if (text.n < 2 || text.p[0] != '\033')
		return 0;
	if (text.p[1] == ']') { /* OSC, ended by ESC \ */
		while (n + 1 < text.n && !(text.p[n] == '\033' && text.p[n + 1] == '\\'))
			n++;
		return n + 2 < text.n ? n + 2 : text.n;
	}
	while (n < text.n && (text.p[n] < '@' || text.p[n] > '~')) /* CSI */
		n++;
	return n < text.n ? n + 1 : text.n;
}

/* The blanks at the front of a text and the escape sequences between them. */
static struct str blanks_of(struct str text, unsigned *columns)
{
	size_t at = 0;

	*columns = 0;
	while (at < text.n) {
		size_t escape = escape_size(str_from(text, at));

		if (!escape && text.p[at] != ' ')
			break;
		*columns += !escape;
		at += escape ? escape : 1;
	}
	return str_head(text, at);
}

/* The text up to the next blank. */
static struct str word_of(struct str text, unsigned *columns)
{
	struct glyph glyph;
	size_t at = 0;

	*columns = 0;
	while (at < text.n && text.p[at] != ' ') {
		size_t escape = escape_size(str_from(text, at));

		if (!escape) {
			glyph_read(&glyph, str_from(text, at));
			*columns += glyph.columns;
		}
		at += escape ? escape : glyph.size;
	}
	return str_head(text, at);
}

/* Removes blanks and a word from the start of a line and writes them; adds their columns. */
static unsigned piece_write(struct out *out, struct str *rest)
{
	unsigned blank, wide;
	struct str blanks = blanks_of(*rest, &blank), word;

	*rest = str_from(*rest, blanks.n);
	word = word_of(*rest, &wide);
	*rest = str_from(*rest, word.n);
	out_str(out, blanks);
	out_str(out, word);
	return blank + wide;
}

/* Is that the first word of the line, ignoring escape sequences? */
static bool begins_with(struct str line, struct str word)
{
	unsigned columns;

	line = str_from(line, blanks_of(line, &columns).n);
	return str_starts(line, word);
}

/* Is it a source line, ` 12 | source`? */
static bool is_source(struct str line)
{
	unsigned columns;
	size_t digits = 0;

	line = str_from(line, blanks_of(line, &columns).n);
	while (digits < line.n && line.p[digits] >= '0' && line.p[digits] <= '9')
		digits++;
	return digits && str_starts(str_from(line, digits), S(" |"));
}

/* The column where the words of an indented line start: after a gap of blanks, as in a table, else
 * after its indent. If that is too far right, the indent. */
static unsigned text_column(struct str line, unsigned columns)
{
	unsigned column, wide, blank;

	line = str_from(line, blanks_of(line, &column).n);
	if (!column)
		return INDENT;
	for (unsigned at = column; line.n; at += blank) {
		line = str_from(line, word_of(line, &wide).n);
		line = str_from(line, blanks_of(line, &blank).n);
		at += wide;
		if (blank > 1 && line.n) {
			column = at + blank;
			break;
		}
	}
	return column <= columns / 2 ? column : INDENT;
}

static void line_write(struct out *out, struct str line, unsigned columns)
{
	bool caret = begins_with(line, S("|"));
	bool is_block = caret || begins_with(line, S("="));
	unsigned indent = is_block ? BLOCK_INDENT : text_column(line, columns);
	unsigned column = piece_write(out, &line);

	/* Keep the caret below its target. */
	if (caret)
		column += piece_write(out, &line);
	while (line.n) {
		unsigned blank, wide;
		struct str blanks = blanks_of(line, &blank);
		struct str word = word_of(str_from(line, blanks.n), &wide);

		if (wide && column > indent && column + blank + wide > columns) {
			out_printf(out, "\n%*s", (int)indent, "");
			column = indent;
			/* Escape sequences between blanks contain no blanks. */
			for (size_t i = 0; i < blanks.n; i++)
				if (blanks.p[i] != ' ')
					out_char(out, blanks.p[i]);
		} else {
			out_str(out, blanks);
			column += blank;
		}
		out_str(out, word);
		column += wide;
		line = str_from(line, blanks.n + word.n);
	}
}

void out_wrapped(struct out *out, struct str lines, unsigned columns)
{
	struct str line;

	if (columns < NARROWEST) {
		out_str(out, lines);
		return;
	}
	while (lines.n && str_cut(&lines, '\n', &line)) {
		/* Commands are not wrapped, so that they can be copied. */
		if (is_source(line) || str_starts(line, S("meant? ")))
			out_str(out, line);
		else
			line_write(out, line, columns);
		out_char(out, '\n');
	}
}
