/* Texts of files: comments, lines, and how far a declaration reaches. */
#include "fix/private.h"

struct str file_bytes_of(const struct file *file)
{
	struct text *text = file->text;

	if (text->points || file->from_set)
		return (struct str){ NULL, 0 };
	return text->bytes;
}

struct str span_text(const struct file *file, struct span span)
{
	struct str bytes = file_bytes_of(file);

	if (!bytes.p || span.end > bytes.n)
		return (struct str){ NULL, 0 };
	return str_head(str_from(bytes, span.begin), span.end - span.begin);
}

bool file_load(struct fixer *x, const struct file *file)
{
	if (file->text->points || file->from_set)
		return false;
	if (text_load(file->text, x->arena))
		return true;
	x->unread = file;
	return false;
}

bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

size_t line_begin(struct str bytes, size_t at)
{
	while (at > 0 && bytes.p[at - 1] != '\n')
		at--;
	return at;
}

size_t line_next(struct str bytes, size_t at)
{
	while (at < bytes.n && bytes.p[at] != '\n')
		at++;
	return at < bytes.n ? at + 1 : at;
}

static size_t skip_blanks(struct str bytes, size_t at)
{
	while (at < bytes.n && is_blank(bytes.p[at]))
		at++;
	return at;
}

bool begins_line(struct str bytes, size_t at)
{
	while (at > 0 && is_blank(bytes.p[at - 1]))
		at--;
	return at == 0 || bytes.p[at - 1] == '\n';
}

bool ends_line(struct str bytes, size_t at)
{
	at = skip_blanks(bytes, at);
	return at == bytes.n || bytes.p[at] == '\n';
}

/* The end of the comment that begins at `at`; `at`: there is none. */
static size_t comment_end(struct str bytes, size_t at)
{
	struct str rest;
	const char *close;

	if (at >= bytes.n || bytes.p[at] != '/') /* most bytes */
		return at;
	rest = str_from(bytes, at);
	if (str_starts(rest, S("//"))) {
		while (at < bytes.n && bytes.p[at] != '\n')
			at++;
		while (at > 0 && bytes.p[at - 1] == '\r')
			at--;
		return at;
	}
	if (!str_starts(rest, S("/*")))
		return at;
	close = memmem(rest.p + 2, rest.n - 2, "*/", 2);
	return close ? (size_t)(close - bytes.p) + 2 : bytes.n;
}

/* The end of the string that begins at `at`. */
static size_t string_end(struct str bytes, size_t at)
{
	char quote = bytes.p[at++];

	while (at < bytes.n && bytes.p[at] != quote && bytes.p[at] != '\n')
		at += bytes.p[at] == '\\' && at + 1 < bytes.n ? 2 : 1;
	return at < bytes.n ? at + 1 : at;
}

/* The end of the comment, string or single byte at `at`. */
size_t step(struct str bytes, size_t at)
{
	size_t end = comment_end(bytes, at);

	if (end > at)
		return end;
	if (bytes.p[at] == '"' || bytes.p[at] == '\'')
		return string_end(bytes, at);
	return at + 1;
}

/*
 * Where the comments right above `at` begin, which is the begin of a line: the text is read from
 * the start, since only that tells what is a comment.
 */
static size_t comments_begin(struct str bytes, size_t at)
{
	size_t first = at, expected = 0; /* the line after the last comment */
	struct str above = at ? str_from(str_head(bytes, at), line_begin(bytes, at - 1)) : bytes;

	/* Thousands of declarations may ask, and few have a comment. */
	if (!at || !(str_contains(above, S("//")) || str_contains(above, S("*/"))))
		return at;
	for (size_t i = 0; i < at;) {
		size_t end = comment_end(bytes, i);

		if (end == i) {
			if (!is_blank(bytes.p[i]) && bytes.p[i] != '\n')
				first = at; /* code in between */
			i = step(bytes, i);
			continue;
		}
		if (begins_line(bytes, i) && ends_line(bytes, end)) {
			if (first == at || line_begin(bytes, i) != expected)
				first = line_begin(bytes, i);
			expected = line_next(bytes, end);
		} else {
			first = at;
		}
		i = end;
	}
	return first < at && expected == at ? first : at;
}

struct span declaration_span(const struct file *file, struct span declaration)
{
	struct str bytes = file_bytes_of(file);
	size_t begin = declaration.begin, end = declaration.end, behind;

	if (begins_line(bytes, begin)) {
		size_t line = line_begin(bytes, begin), above = comments_begin(bytes, line);

		begin = above < line ? skip_blanks(bytes, above) : begin;
	}
	behind = comment_end(bytes, skip_blanks(bytes, end));
	if (behind > skip_blanks(bytes, end) && ends_line(bytes, behind) &&
		!memchr(bytes.p + end, '\n', behind - end))
		end = behind;
	return (struct span){ (uint32_t)begin, (uint32_t)end };
}

/* The whole lines of a span, if it has them alone. Of two empty lines around them one goes, too. */
static struct span with_lines(struct str bytes, struct span span)
{
	size_t begin = span.begin, end = span.end;

	if (begins_line(bytes, begin) && ends_line(bytes, end)) {
		begin = line_begin(bytes, begin);
		end = line_next(bytes, end);
		if (begin > 1 && begins_line(bytes, begin - 1) && ends_line(bytes, end))
			begin = line_begin(bytes, begin - 1);
		return (struct span){ (uint32_t)begin, (uint32_t)end };
	}
	/* On a line with others: with the blanks before it. */
	while (begin > 0 && (bytes.p[begin - 1] == ' ' || bytes.p[begin - 1] == '\t') &&
		!begins_line(bytes, begin))
		begin--;
	return (struct span){ (uint32_t)begin, (uint32_t)end };
}

struct span removal_span(const struct file *file, struct span statement)
{
	struct span all = declaration_span(file, statement);

	all.begin = statement.begin;
	return with_lines(file_bytes_of(file), all);
}

struct span declaration_removal_span(const struct file *file, struct span declaration)
{
	return with_lines(file_bytes_of(file), declaration_span(file, declaration));
}

bool body_of(const struct file *file, uint32_t begin, uint32_t end, struct span *body)
{
	struct str bytes = file_bytes_of(file);
	size_t at = begin;

	if (!bytes.p || end > bytes.n || !end || bytes.p[end - 1] != '}')
		return false;
	while (at < end && bytes.p[at] != '{')
		at = step(bytes, at);
	if (at >= end)
		return false;
	*body = (struct span){ (uint32_t)at, end };
	return true;
}
