/* The compiler does not keep them, so the texts of files with findings are
 * scanned, if they have the marker at all. */
#include "schema/marker.h"

#include <stdlib.h>

/* A scan of one text. */
struct scan {
	struct arena *arena;
	struct str marker; /* what the comments begin with */
	struct str bytes;
	struct marked_file *marked;
	size_t at;
	bool line_has_code, line_has_comment;
	size_t last_code;     /* offset of the last byte of code */
	size_t statement;     /* the begin of the statement with last_code */
	bool statement_ended; /* the next code begins a new statement */
	bool any_code;
	uint32_t waiting; /* index of the first marker whose code is still to come */
};

static struct str take_word(struct str *rest)
{
	size_t n = 0;
	struct str word;

	while (n < rest->n && !strchr(" \t(", rest->p[n]))
		n++;
	word = str_head(*rest, n);
	*rest = str_from(*rest, n);
	return word;
}

/* Scans one line of a comment, without its comment signs. */
static void scan_comment_line(struct scan *s, struct str line)
{
	struct marker *marker;
	struct str rest;

	line = str_trim(line);
	while (line.n && (line.p[0] == '/' || line.p[0] == '*'))
		line = str_trim(str_from(line, 1));
	if (!str_starts(line, s->marker))
		return;
	rest = str_from(line, s->marker.n);
	if (rest.n && rest.p[0] != ' ' && rest.p[0] != '\t')
		return;
	marker = vec_push(s->arena, &s->marked->markers);
	marker->span.begin = (uint32_t)(line.p - s->bytes.p);
	marker->span.end = marker->span.begin + (uint32_t)line.n;
	rest = str_trim(rest);
	marker->word = take_word(&rest);
	if (rest.n && rest.p[0] == '(') {
		size_t end = str_find(rest, ')');

		marker->selector = str_trim(str_head(str_from(rest, 1), end > 0 ? end - 1 : 0));
		rest = str_from(rest, end + 1);
	}
	marker->rest = str_trim(rest);
	if (s->line_has_code) {
		/* It is behind its statement. */
		marker->attached = true;
		marker->statement = (uint32_t)s->statement;
		marker->element = NULL;
		s->waiting = s->marked->markers.n;
	}
}

static void scan_comment(struct scan *s, bool block)
{
	struct str rest = str_from(s->bytes, s->at), body, line;
	size_t n = block ? 2 : str_find(rest, '\n');

	if (block) {
		while (n < rest.n && !(rest.p[n] == '/' && rest.p[n - 1] == '*' && n > 2))
			n++;
		n = n < rest.n ? n + 1 : rest.n;
	}
	body = str_head(rest, n);
	s->at += n;
	if (block && str_ends(body, S("*/")))
		body = str_head(body, body.n - 2);
	while (str_cut(&body, '\n', &line))
		scan_comment_line(s, line);
	s->line_has_comment = true;
}

static void scan_quoted(struct scan *s, char quote)
{
	for (s->at++; s->at < s->bytes.n; s->at++) {
		char c = s->bytes.p[s->at];

		if (c == '\\')
			s->at++;
		else if (c == quote || c == '\n')
			break;
	}
}

static void scan_code(struct scan *s)
{
	char c = s->bytes.p[s->at];
	struct marked_file *marked = s->marked;

	if (!s->any_code || s->statement_ended)
		s->statement = s->at;
	s->any_code = true;
	for (; s->waiting < marked->markers.n; s->waiting++) {
		marked->markers.items[s->waiting].attached = true;
		marked->markers.items[s->waiting].statement = (uint32_t)s->at;
	}
	s->statement_ended = c == ';' || c == '{' || c == '}';
	s->line_has_code = true;
	if (c == '"' || c == '\'')
		scan_quoted(s, c);
	s->last_code = s->at++;
}

static void scan_text(struct scan *s)
{
	while (s->at < s->bytes.n) {
		char c = s->bytes.p[s->at];
		char next = s->at + 1 < s->bytes.n ? s->bytes.p[s->at + 1] : 0;

		if (c == '\n') {
			/* An empty line detaches the comments above it. */
			if (!s->line_has_code && !s->line_has_comment)
				s->waiting = s->marked->markers.n;
			s->line_has_code = s->line_has_comment = false;
			s->at++;
		} else if (c == '/' && (next == '/' || next == '*')) {
			scan_comment(s, next == '*');
		} else if (c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v') {
			s->at++;
		} else {
			scan_code(s);
		}
	}
}

struct collected {
	struct arena *arena;
	struct marked_file *marked;
};

static void collect_element(void *context, struct element *element)
{
	struct collected *c = context;

	if (element->kind != ELEMENT_FILE && !element_is_synthetic(element))
		*vec_push(c->arena, &c->marked->declared) =
			(struct declared){ element, c->marked->declared.n, 0 };
}

static int declared_order(const void *left, const void *right)
{
	const struct declared *a = left, *b = right;
	uint32_t x = a->element->span.begin, y = b->element->span.begin;

	return x != y ? (x > y) - (x < y) : (a->order > b->order) - (a->order < b->order);
}

static void collect_declared(struct marked_file *marked, struct arena *arena)
{
	struct collected collected = { arena, marked };
	struct declared *items;
	uint32_t above = 0;

	file_walk(marked->file, collect_element, &collected);
	items = marked->declared.items;
	if (marked->declared.n)
		qsort(items, marked->declared.n, sizeof *items, declared_order);
	for (uint32_t i = 0; i < marked->declared.n; i++) {
		while (above && items[above - 1].element->span.end < items[i].element->span.end)
			above = items[above - 1].outer;
		items[i].outer = above;
		above = i + 1;
	}
}

struct element *marked_element(const struct marked_file *marked, struct span span)
{
	const struct declared *items = marked->declared.items;
	uint32_t low = 0, high = marked->declared.n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (items[middle].element->span.begin <= span.begin)
			low = middle + 1;
		else
			high = middle;
	}
	while (low && items[low - 1].element->span.end < span.end)
		low = items[low - 1].outer;
	return low ? items[low - 1].element : NULL;
}

struct marked_file *mark_file(struct file *file, struct str marker, struct arena *arena)
{
	struct marked_file *marked = NEW(arena, struct marked_file);
	struct scan scan = { .arena = arena, .marker = marker, .marked = marked };

	marked->file = file;
	if (file->lacks_source || file->text->points || !text_load(file->text, arena))
		return marked;
	scan.bytes = file->text->bytes;
	if (!str_contains(scan.bytes, marker))
		return marked;
	if (str_starts(scan.bytes, S("\xEF\xBB\xBF")))
		scan.at = 3;
	scan_text(&scan);
	if (!marked->markers.n)
		return marked;
	collect_declared(marked, arena);
	for (uint32_t i = 0; i < marked->markers.n; i++) {
		struct marker *m = &marked->markers.items[i];

		m->element =
			marked_element(marked, (struct span){ m->statement, m->statement + 1 });
	}
	return marked;
}
