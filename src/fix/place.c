/* Insertions: at neighbours, in bodies, with the indentation and the line breaks that are there. */
#include "fix/private.h"

/* CRLF if the first line ends so. */
static struct str line_break(const struct file *file)
{
	struct str bytes = file_bytes_of(file);
	size_t at = str_find(bytes, '\n');

	return at > 0 && at < bytes.n && bytes.p[at - 1] == '\r' ? S("\r\n") : S("\n");
}

struct str indent_of(const struct file *file, size_t at)
{
	struct str bytes = file_bytes_of(file);
	size_t begin = at, end;

	while (begin > 0 && bytes.p[begin - 1] != '\n')
		begin--;
	end = begin;
	while (end < at && (bytes.p[end] == ' ' || bytes.p[end] == '\t'))
		end++;
	return str_head(str_from(bytes, begin), end - begin);
}

/* One step of indentation, as the file has it. */
static struct str indent_step(const struct file *file)
{
	struct str rest = file_bytes_of(file), line;

	while (str_cut(&rest, '\n', &line)) {
		size_t n = 0;

		while (n < line.n && line.p[n] == ' ')
			n++;
		if (line.n && line.p[0] == '\t')
			return S("\t");
		if (n >= 2 && n <= 8 && n < line.n && line.p[n] != '*' && line.p[n] != '\r')
			return str_head(line, n);
	}
	return S("  ");
}

/* The lines, each with the indentation, joined by the file's line breaks. */
static struct str indented(struct arena *arena, const struct insertion *what, struct str indent)
{
	struct str eol = line_break(what->file), rest = what->lines, line;
	struct str all = S("");
	bool first = true;

	while (str_cut(&rest, '\n', &line)) {
		all = str_printf(arena, STR STR STR STR, ARG(all), ARG(first ? S("") : eol),
			ARG(line.n ? indent : S("")), ARG(line));
		first = false;
	}
	return all;
}

/* The same for a place within a line. */
static struct str inline_text(
	struct arena *arena, const struct insertion *what, struct span neighbour)
{
	struct str indent = indent_of(what->file, neighbour.begin);

	return str_from(indented(arena, what, indent), what->lines.n ? indent.n : 0);
}

static struct edit *edit_at(
	struct arena *arena, const struct insertion *what, size_t at, struct edits *edits)
{
	struct edit *edit = vec_push(arena, edits);

	edit->file = what->file;
	edit->span = (struct span){ (uint32_t)at, (uint32_t)at };
	edit->order = what->order;
	return edit;
}

/* Whole lines at `at`, the begin of a line or the end of the file. */
static void insert_lines(struct arena *arena, const struct insertion *what, size_t at,
	struct str indent, struct edits *edits)
{
	struct str bytes = file_bytes_of(what->file), eol = line_break(what->file);
	struct str lines = indented(arena, what, indent);
	bool open = at > 0 && bytes.p[at - 1] != '\n'; /* the last line has no line break */

	edit_at(arena, what, at, edits)->text = str_printf(
		arena, STR STR STR, ARG(open ? eol : S("")), ARG(lines), ARG(open ? S("") : eol));
}

void insert_after(struct arena *arena, const struct insertion *what, struct span neighbour,
	struct edits *edits)
{
	struct str bytes = file_bytes_of(what->file);
	struct span all = declaration_span(what->file, neighbour);
	struct insertion lines = *what;

	if (ends_line(bytes, all.end)) {
		if (what->apart)
			lines.lines = str_printf(arena, "\n" STR, ARG(what->lines));
		insert_lines(arena, &lines, line_next(bytes, all.end),
			indent_of(what->file, neighbour.begin), edits);
		return;
	}
	edit_at(arena, what, all.end, edits)->text =
		str_printf(arena, " " STR, ARG(inline_text(arena, what, neighbour)));
}

void insert_before(struct arena *arena, const struct insertion *what, struct span neighbour,
	struct edits *edits)
{
	struct str bytes = file_bytes_of(what->file);
	struct span all = declaration_span(what->file, neighbour);
	struct insertion lines = *what;

	if (begins_line(bytes, all.begin)) {
		if (what->apart)
			lines.lines = str_printf(arena, STR "\n", ARG(what->lines));
		insert_lines(arena, &lines, line_begin(bytes, all.begin),
			indent_of(what->file, neighbour.begin), edits);
		return;
	}
	edit_at(arena, what, all.begin, edits)->text =
		str_printf(arena, STR " ", ARG(inline_text(arena, what, neighbour)));
}

struct str inner_indent(
	struct arena *arena, const struct file *file, struct span body, struct span owner)
{
	struct str bytes = file_bytes_of(file);
	size_t at = line_next(bytes, body.begin), end;

	/* As the first line of the body has it. */
	for (; at < body.end; at = line_next(bytes, at)) {
		for (end = at; end < body.end && is_blank(bytes.p[end]);)
			end++;
		if (end < body.end - 1 && bytes.p[end] != '\n' && bytes.p[end] != '}')
			return indent_of(file, end);
	}
	return str_printf(
		arena, STR STR, ARG(indent_of(file, owner.begin)), ARG(indent_step(file)));
}

bool body_is_empty(struct str bytes, struct span body)
{
	for (size_t i = body.begin + 1; i + 1 < body.end; i++)
		if (!is_blank(bytes.p[i]) && bytes.p[i] != '\n')
			return false;
	return true;
}

/* `{}` becomes lines of their own. */
static void insert_in_empty(struct arena *arena, const struct insertion *what, struct span body,
	struct span owner, struct edits *edits)
{
	struct str eol = line_break(what->file);
	struct str lines = indented(arena, what, inner_indent(arena, what->file, body, owner));
	struct edit *edit = edit_at(arena, what, body.begin + 1, edits);

	edit->text = str_printf(arena, STR STR, ARG(eol), ARG(lines));
	/* What closes the body is one edit, however many lines come in; it is the last of them. */
	edit = edit_at(arena, what, body.begin + 1, edits);
	edit->span.end = body.end - 1;
	edit->order = UINT64_MAX;
	edit->text = str_printf(arena, STR STR, ARG(eol), ARG(indent_of(what->file, owner.begin)));
}

void insert_at_begin(struct arena *arena, const struct insertion *what, struct span body,
	struct span owner, struct edits *edits)
{
	struct str bytes = file_bytes_of(what->file);
	struct span open =
		declaration_span(what->file, (struct span){ body.begin, body.begin + 1 });

	if (body_is_empty(bytes, body)) {
		insert_in_empty(arena, what, body, owner, edits);
	} else if (ends_line(bytes, open.end)) {
		insert_lines(arena, what, line_next(bytes, open.end),
			inner_indent(arena, what->file, body, owner), edits);
	} else {
		edit_at(arena, what, body.begin + 1, edits)->text =
			str_printf(arena, " " STR, ARG(inline_text(arena, what, owner)));
	}
}

void insert_at_end(struct arena *arena, const struct insertion *what, struct span body,
	struct span owner, struct edits *edits)
{
	struct str bytes = file_bytes_of(what->file);
	size_t at = body.end - 1;

	if (body_is_empty(bytes, body)) {
		insert_in_empty(arena, what, body, owner, edits);
	} else if (begins_line(bytes, at)) {
		insert_lines(arena, what, line_begin(bytes, at),
			inner_indent(arena, what->file, body, owner), edits);
	} else {
		while (at > body.begin + 1 && is_blank(bytes.p[at - 1]))
			at--;
		edit_at(arena, what, at, edits)->text =
			str_printf(arena, " " STR, ARG(inline_text(arena, what, owner)));
	}
}

void append(struct arena *arena, const struct insertion *what, struct edits *edits)
{
	struct insertion lines = *what;

	if (file_bytes_of(what->file).n)
		lines.lines = str_printf(arena, "\n" STR, ARG(what->lines));
	insert_lines(arena, &lines, file_bytes_of(what->file).n, S(""), edits);
}

void replace_lines(
	struct arena *arena, const struct insertion *what, struct span span, struct edits *edits)
{
	struct edit *edit = edit_at(arena, what, span.begin, edits);

	edit->span = span;
	edit->text = inline_text(arena, what, span);
}

void replace_text(struct arena *arena, const struct file *file, struct span span, struct str text,
	struct edits *edits)
{
	struct edit *edit = vec_push(arena, edits);

	edit->file = file;
	edit->span = span;
	edit->text = text;
}
