#include "proto/parser.h"
#include "proto/foreign.h"

bool expected(struct parser *p, const char *what)
{
	struct str text = text_of(p);
	struct span span = current(p)->span;

	if (current(p)->bad)
		return false;
	if (at_end(p)) {
		/* The last token is where the eye is, not the empty end. */
		span = p->lexer.previous.span;
		diag_error(p->diags, here_of(p, span), "expected %s, but the file ends here", what);
	} else if (text.n > 40) {
		diag_error(p->diags, here_of(p, span), "expected %s, found '" STR "…'", what,
			ARG(str_head(text, 40)));
	} else {
		diag_error(p->diags, here_of(p, span), "expected %s, found '" STR "'", what,
			ARG(text));
	}
	return false;
}

bool expect(struct parser *p, char symbol)
{
	char what[] = "'x'";

	if (accept(p, symbol))
		return true;
	what[1] = symbol;
	return expected(p, what);
}

bool expect_name(struct parser *p, struct str *name, struct span *span, const char *what)
{
	if (current(p)->kind != TOKEN_IDENT)
		return expected(p, what);
	*name = intern(p->names, text_of(p));
	*span = current(p)->span;
	next(p);
	return true;
}

bool expect_dotted(
	struct parser *p, struct str *name, struct span *span, bool dotted, const char *what)
{
	uint32_t begin = current(p)->span.begin, end = begin;
	char small[256], *text = small;
	size_t n = 0, cap = sizeof small;
	struct arena_mark mark = arena_mark(p->scratch);
	bool ok = true;

	if (dotted && at(p, '.')) {
		small[n++] = '.';
		next(p);
	}
	for (;;) {
		struct str part = text_of(p);

		if (current(p)->kind != TOKEN_IDENT) {
			ok = expected(p, what);
			break;
		}
		if (n + part.n + 1 > cap) {
			size_t more = (n + part.n + 1) * 2;
			char *larger = arena_bytes(p->scratch, more);

			str_put(larger, (struct str){ text, n });
			text = larger;
			cap = more;
		}
		str_put(text + n, part);
		n += part.n;
		next(p);
		end = p->lexer.previous.span.end;
		if (!at(p, '.'))
			break;
		text[n++] = '.';
		next(p);
		what = "a name after '.'";
	}
	if (ok) {
		*name = intern(p->names, (struct str){ text, n });
		*span = (struct span){ begin, end };
	}
	arena_rewind(p->scratch, mark);
	return ok;
}

bool expect_number(
	struct parser *p, bool negatives, int32_t *number, struct span *span, const char *what)
{
	uint32_t begin = current(p)->span.begin;
	bool negative = negatives && accept(p, '-'), fits;
	uint64_t value;
	double real;

	if (current(p)->kind != TOKEN_INTEGER)
		return expected(p, what);
	fits = token_integer(text_of(p), &value, &real) && value <= (uint64_t)INT32_MAX + negative;
	if (!fits && !current(p)->bad) {
		struct str text = text_of(p);

		diag_error(p->diags, here_of(p, (struct span){ begin, current(p)->span.end }),
			"%s%.*s is out of range, the %s is %s%lld", negative ? "-" : "",
			text.n > 40 ? 40 : (int)text.n, text.p, negative ? "least" : "greatest",
			negative ? "-" : "", (long long)INT32_MAX + negative);
	}
	*number = !fits ? 0 : negative ? (int32_t) - (int64_t)value : (int32_t)value;
	next(p);
	*span = span_since(p, begin);
	return true;
}

bool expect_head(struct parser *p, struct element *e, const char *what)
{
	next(p);
	e->name_span = current(p)->span;
	return expect_name(p, &e->name, &e->name_span, what);
}

/* ---- comments ---- */

/* The comments of the declaration that begins at `begin`. */
static void add_comments(
	struct parser *p, uint32_t begin, struct str leading, const struct gathered *gathered)
{
	struct comments *comments;

	if (!leading.p && !gathered->trailing.p && !p->upcoming_detached.n)
		return;
	comments = NEW(p->arena, struct comments);
	comments->begin = begin;
	comments->leading = leading;
	comments->trailing = gathered->trailing;
	comments->detached = p->upcoming_detached.items;
	comments->n_detached = p->upcoming_detached.n;
	*p->comments = comments;
	p->comments = &comments->next;
}

static void set_upcoming(struct parser *p, const struct gathered *gathered)
{
	p->upcoming_detached.items = gathered->detached.items;
	p->upcoming_detached.n = gathered->detached.n;
	p->upcoming_detached.cap = gathered->detached.cap;
}

bool accept_end(struct parser *p, char symbol, uint32_t begin)
{
	struct gathered gathered;
	struct str leading = p->upcoming_leading;

	if (!at(p, symbol))
		return false;
	if (!p->comments) {
		next(p);
		return true;
	}
	lexer_next_gather(&p->lexer, &gathered);
	p->upcoming_leading = gathered.leading;
	if (begin != NO_DECLARATION)
		add_comments(p, begin, leading, &gathered);
	if (begin != NO_DECLARATION || symbol == '}') {
		set_upcoming(p, &gathered);
		return true;
	}
	for (uint32_t i = 0; i < gathered.detached.n; i++)
		*vec_push(p->arena, &p->upcoming_detached) = gathered.detached.items[i];
	return true;
}

bool expect_end(struct parser *p, char symbol, uint32_t begin)
{
	char what[] = "'x'";

	if (accept_end(p, symbol, begin))
		return true;
	what[1] = symbol;
	return expected(p, what);
}

/* ---- recovery ---- */

/* Past the `}` of a body whose `{` is behind us. */
static void skip_body(struct parser *p)
{
	unsigned open = 1;

	while (!at_end(p)) {
		if (accept_end(p, '}', NO_DECLARATION)) {
			if (--open == 0)
				return;
		} else if (accept_end(p, '{', NO_DECLARATION)) {
			open++;
		} else {
			next(p);
		}
	}
}

void skip_statement(struct parser *p)
{
	while (!at_end(p) && !at(p, '}')) {
		if (accept_end(p, ';', NO_DECLARATION))
			return;
		if (accept_end(p, '{', NO_DECLARATION)) {
			skip_body(p);
			return;
		}
		next(p);
	}
}

/* ---- the file ---- */

/* Takes the first token, with the comments before it. */
static void parse_start(struct parser *p, bool source_info, struct str bytes)
{
	struct gathered gathered;

	if (!source_info) {
		next(p);
		return;
	}
	p->file->source_info = NEW(p->arena, struct source_info);
	p->comments = &p->file->source_info->comments;
	line_table_init(&p->file->source_info->lines, bytes, p->arena);
	lexer_next_gather(&p->lexer, &gathered);
	p->upcoming_leading = gathered.leading;
	set_upcoming(p, &gathered);
}

bool proto_parse(struct parse_request *request)
{
	struct parser p = {
		.file = request->file,
		.arena = request->arena,
		.syntax = request->syntax,
		.scratch = request->scratch,
		.names = request->names,
		.diags = request->diags,
	};
	uint32_t diags = request->diags->n, errors = request->diags->n_errors;
	bool first = true;

	lexer_init(&p.lexer, request->file->text, request->bytes, request->diags, request->arena,
		request->scratch);
	p.file->edition = EDITION_PROTO2;
	p.file->package = intern(p.names, S(""));
	p.file->e.kind = ELEMENT_FILE;
	p.file->e.file = p.file;
	p.file->e.name = p.file->package;
	parse_start(&p, request->source_info, request->bytes);
	p.file->e.span.begin = current(&p)->span.begin;
	while (!at_end(&p)) {
		struct arena_mark mark = arena_mark(p.scratch);

		if (!parse_statement(&p, first)) {
			skip_statement(&p);
			if (at(&p, '}')) {
				/* An error about it was given, or it closes nothing. */
				if (p.diags->n_errors == errors)
					diag_error(p.diags, here_of(&p, current(&p)->span),
						"this '}' closes nothing");
				accept_end(&p, '}', NO_DECLARATION);
			}
		}
		first = false;
		arena_rewind(p.scratch, mark);
	}
	p.file->e.span.end = p.lexer.previous.span.end;
	if (request->diags->n_errors == errors)
		return true;
	foreign_name_cause(request, diags, errors);
	return false;
}
