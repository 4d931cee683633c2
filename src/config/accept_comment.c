/*
 * `// breakwater:accept RULE reason` in a contract (accepted.h says what it means).
 *
 * Comments are not kept by the front end, so the text of a file that has findings is looked
 * through here, and only if it says the words at all.
 */
#include "config/accepted.h"

#include <inttypes.h>
#include <stdlib.h>

enum { FEWEST_DIGITS = 7 }; /* of a fingerprint */

/* One such comment. */
struct marker {
	struct span span; /* the words, for messages */
	struct str rule, selector,
		reason;          /* selector: what stands in brackets, absent if nothing does */
	bool attached;           /* it stands at something */
	uint32_t statement;      /* where the statement that it stands at begins */
	struct element *element; /* whose declaration that is, or that holds it; NULL: the file */
};

struct marked_file {
	struct file *file;
	VEC(struct marker) markers;
	VEC(struct element *) elements; /* declared ones, parents first */
};

/* Looking through a text. */
struct scan {
	struct arena *arena;
	struct str bytes;
	struct marked_file *marked;
	size_t at;
	bool line_has_code, line_has_comment;
	size_t last_code;     /* offset of the last byte that is neither blank nor comment */
	size_t statement;     /* where the statement of last_code begins */
	bool statement_ended; /* the next code begins another */
	bool any_code;
	uint32_t waiting; /* first marker that waits for the code below it */
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

/* One line of a comment, without what makes it one. */
static void scan_comment_line(struct scan *s, struct str line)
{
	struct marker *marker;
	struct str rest;

	line = str_trim(line);
	while (line.n && (line.p[0] == '/' || line.p[0] == '*'))
		line = str_trim(str_from(line, 1));
	if (!str_starts(line, S(ACCEPT_MARKER)))
		return;
	rest = str_from(line, sizeof ACCEPT_MARKER - 1);
	if (rest.n && rest.p[0] != ' ' && rest.p[0] != '\t')
		return;
	marker = vec_push(s->arena, &s->marked->markers);
	marker->span.begin = (uint32_t)(line.p - s->bytes.p);
	marker->span.end = marker->span.begin + (uint32_t)line.n;
	rest = str_trim(rest);
	marker->rule = take_word(&rest);
	if (rest.n && rest.p[0] == '(') {
		size_t end = str_find(rest, ')');

		marker->selector = str_trim(str_head(str_from(rest, 1), end > 0 ? end - 1 : 0));
		rest = str_from(rest, end + 1);
	}
	marker->reason = str_trim(rest);
	if (s->line_has_code) {
		/* Behind what it speaks of. */
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
			/* An empty line: what stands above it belongs to nothing below. */
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
		*vec_push(c->arena, &c->marked->elements) = element;
}

/* The innermost declaration that holds the span; NULL: the file alone does. */
static struct element *element_at(const struct marked_file *marked, struct span span)
{
	struct element *found = NULL;

	for (uint32_t i = 0; i < marked->elements.n; i++) {
		struct element *e = marked->elements.items[i];

		if (e->span.begin <= span.begin && span.end <= e->span.end &&
			(!found || e->span.begin >= found->span.begin))
			found = e;
	}
	return found;
}

static struct marked_file *mark_file(struct file *file, struct arena *arena)
{
	struct marked_file *marked = NEW(arena, struct marked_file);
	struct collected collected = { arena, marked };
	struct scan scan = { .arena = arena, .marked = marked };

	marked->file = file;
	/* Those that findings have places in were looked through for it when they were loaded. */
	if (file->lacks_source || file->text->points ||
		(file->text->kept && !file->text->has_word) || !text_load(file->text, arena))
		return marked;
	scan.bytes = file->text->bytes;
	if (!str_contains(scan.bytes, S(ACCEPT_MARKER)))
		return marked;
	if (str_starts(scan.bytes, S("\xEF\xBB\xBF")))
		scan.at = 3;
	scan_text(&scan);
	if (!marked->markers.n)
		return marked;
	file_walk(file, collect_element, &collected);
	for (uint32_t i = 0; i < marked->markers.n; i++) {
		struct marker *m = &marked->markers.items[i];

		m->element = element_at(marked, (struct span){ m->statement, m->statement + 1 });
	}
	return marked;
}

static bool has_number(const struct element *e, int32_t *number)
{
	if (e->kind == ELEMENT_FIELD)
		*number = ((const struct field *)e)->number;
	else if (e->kind == ELEMENT_ENUM_VALUE)
		*number = ((const struct enum_value *)e)->number;
	else
		return false;
	return true;
}

/* Is the finding about the element that it points at, and not about something that went from it? */
static bool is_about(
	const struct finding *finding, const struct element *element, struct arena *arena)
{
	const struct field *field;
	struct str name;
	int32_t number;

	if (!element)
		return finding->rule->on == PAIR_FILE;
	if (has_number(element, &number) && finding->has_number && number == finding->number)
		return true;
	name = element_full_name(element, arena);
	if (str_eq(name, finding->element))
		return true;
	/* A map's key and value are fields of a message that nobody wrote. */
	field = (const struct field *)element;
	return element->kind == ELEMENT_FIELD && field->is_map && field->message &&
	       str_eq(str_head(finding->element, str_rfind(finding->element, '.')),
		       field->message->e.full_name);
}

/* As many digits as a report shows, or more. */
static bool is_beginning(struct str selector, struct str fingerprint)
{
	return selector.n >= FEWEST_DIGITS && str_starts(fingerprint, selector);
}

static bool is_selected(
	const struct marker *marker, const struct finding *finding, struct arena *arena)
{
	struct str fingerprint = str_printf(arena, "%016" PRIx64, finding->fingerprint);
	struct str number = str_printf(arena, "%" PRId32, finding->number);
	struct str selector = marker->selector;

	return is_beginning(selector, fingerprint) ||
	       (finding->has_number && str_eq(selector, number)) ||
	       str_eq(selector, finding->element) ||
	       str_eq(selector, str_last_component(finding->element)) ||
	       (finding->before.n && str_eq(selector, finding->before));
}

/* Does the comment stand at that span? */
static bool stands_at(
	const struct marked_file *marked, const struct marker *marker, struct span span)
{
	struct element *element;

	if (!marker->attached)
		return false;
	if (span_is_none(span))
		return marker->element == NULL;
	if (span.begin == marker->statement)
		return true;
	element = element_at(marked, span);
	/* Of a group, field and message are one declaration. */
	return element && marker->element && element->span.begin == marker->element->span.begin;
}

static bool fits_at(const struct marked_file *marked, const struct marker *marker,
	const struct finding *finding, struct span span, struct arena *arena)
{
	if (!stands_at(marked, marker, span))
		return false;
	if (marker->selector.p)
		return is_selected(marker, finding, arena);
	return is_about(finding, span_is_none(span) ? NULL : element_at(marked, span), arena);
}

/* Where the finding points, or where people are shown what changed. */
static bool fits(const struct marked_file *marked, const struct marker *marker,
	const struct finding *finding, struct arena *arena)
{
	if (finding->ignored || !str_eq(marker->rule, str_of(finding->rule->id)))
		return false;
	return fits_at(marked, marker, finding, finding->new_place.span, arena) ||
	       (finding->now_place.text &&
		       fits_at(marked, marker, finding, finding->now_place.span, arena));
}

static bool same_element(const struct element *a, const struct element *b, struct arena *arena)
{
	int32_t number_a, number_b;

	if (!a || !b)
		return a == b;
	if (a->kind != b->kind)
		return false;
	/* A renamed field is the same field. */
	if (has_number(a, &number_a) && has_number(b, &number_b) && number_a == number_b)
		return true;
	return str_eq(element_full_name(a, arena), element_full_name(b, arena));
}

/* Was the comment there before, word for word? Then it speaks of an earlier break. */
static bool is_old(const struct marker *marker, const struct marked_file *old, struct arena *arena)
{
	for (uint32_t i = 0; i < old->markers.n; i++) {
		const struct marker *m = &old->markers.items[i];

		if (str_eq(m->rule, marker->rule) && str_eq(m->selector, marker->selector) &&
			str_eq(m->reason, marker->reason) &&
			same_element(m->element, marker->element, arena))
			return true;
	}
	return false;
}

/* What one run over the findings works with. */
struct acceptor {
	struct arena *arena;
	struct diags *diags;
	struct map files; /* struct file → struct marked_file */
};

static struct marked_file *marked_of(struct acceptor *a, const struct file *file)
{
	void **slot = map_put(&a->files, file, 0);

	if (!*slot) {
		/* Loading a text writes to it: the schema is ours alone once the rules ran. */
		struct marked_file *marked = mark_file((struct file *)(uintptr_t)file, a->arena);

		*map_put(&a->files, file, 0) = marked;
		return marked;
	}
	return *slot;
}

/* False: the comment cannot accept anything; it was said why. */
static bool check_marker(
	struct acceptor *a, const struct marked_file *marked, const struct marker *marker)
{
	struct place place = place_in(marked->file->text, marker->span);
	struct str nearest;

	if (!marker->rule.n || !rule_find(marker->rule)) {
		diag_warning(a->diags, place, "unknown rule '" STR "': nothing is accepted",
			ARG(marker->rule));
		nearest = rules_nearest(marker->rule);
		if (nearest.p && rule_find(nearest))
			diag_help(a->diags, "did you mean '" STR "'?", ARG(nearest));
		return false;
	}
	if (!marker->reason.n) {
		diag_warning(a->diags, place, "no reason is given: nothing is accepted");
		diag_help(a->diags, "write '// " ACCEPT_MARKER " " STR " why'", ARG(marker->rule));
		return false;
	}
	if (!marker->attached) {
		diag_warning(
			a->diags, place, "this comment stands at nothing: nothing is accepted");
		diag_help(
			a->diags, "put it right above the element, without an empty line between");
		return false;
	}
	return true;
}

static void warn_of_several(struct acceptor *a, const struct marked_file *marked,
	const struct marker *marker, const struct finding *first)
{
	diag_warning(a->diags, place_in(marked->file->text, marker->span),
		"this comment fits more than one finding: nothing is accepted");
	if (first->has_number && !marker->selector.p)
		diag_help(a->diags, "say which, as in " STR "(%" PRId32 ")", ARG(marker->rule),
			first->number);
	else
		diag_help(a->diags, "say which, as in " STR "(%016" PRIx64 ")", ARG(marker->rule),
			first->fingerprint);
}

/* Findings of one file lie at `items`; accepts the one that the comment fits. */
static void accept_one(struct acceptor *a, const struct marked_file *marked,
	const struct marker *marker, struct finding *const *items, uint32_t n)
{
	struct finding *found = NULL;

	for (uint32_t i = 0; i < n; i++) {
		if (items[i]->new_file != marked->file || !fits(marked, marker, items[i], a->arena))
			continue;
		if (found) {
			warn_of_several(a, marked, marker, found);
			return;
		}
		found = items[i];
	}
	if (!found || found->accepted)
		return;
	if (found->old_file && is_old(marker, marked_of(a, found->old_file), a->arena)) {
		diag_warning(a->diags, place_in(marked->file->text, marker->span),
			"this comment was there before: it accepted an earlier break, not this "
			"one");
		diag_help(a->diags, "give this break a reason of its own");
		return;
	}
	found->accepted = true;
	found->accepted_reason = marker->reason;
}

/* By file in the order of their first finding, so that each file's are together. */
static struct finding **by_file(const struct findings *findings, struct arena *arena, uint32_t *n)
{
	struct finding **list = NEW_ARRAY(arena, findings->list.n + 1, struct finding *);
	struct map first;
	uint32_t *next; /* index + 1 of the next finding of the same file */
	uint32_t *last;

	map_init(&first, arena);
	next = NEW_ARRAY(arena, findings->list.n + 1, uint32_t);
	last = NEW_ARRAY(arena, findings->list.n + 1, uint32_t);
	for (uint32_t i = 0; i < findings->list.n; i++) {
		const struct finding *finding = findings->list.items[i];
		void **slot;

		if (finding->ignored || !finding->new_file || !finding->new_place.text)
			continue;
		slot = map_put(&first, finding->new_file, 0);
		if (*slot)
			next[last[(uintptr_t)*slot - 1]] = i + 1;
		else
			*slot = (void *)(uintptr_t)(i + 1);
		last[(uintptr_t)*slot - 1] = i;
	}
	*n = 0;
	for (uint32_t f = 0; f < first.n; f++)
		for (uint32_t i = (uint32_t)(uintptr_t)first.entries[f].value; i; i = next[i - 1])
			list[(*n)++] = findings->list.items[i - 1];
	return list;
}

void accepted_by_comment(struct findings *findings, struct arena *arena, struct diags *diags)
{
	struct acceptor a = { .arena = arena, .diags = diags };
	uint32_t n;
	struct finding **list = by_file(findings, arena, &n);

	map_init(&a.files, arena);
	for (uint32_t begin = 0, end; begin < n; begin = end) {
		const struct marked_file *marked = marked_of(&a, list[begin]->new_file);

		for (end = begin + 1; end < n && list[end]->new_file == list[begin]->new_file;)
			end++;
		for (uint32_t i = 0; i < marked->markers.n; i++)
			if (check_marker(&a, marked, &marked->markers.items[i]))
				accept_one(&a, marked, &marked->markers.items[i], list + begin,
					end - begin);
	}
}
