#include "proto/parser.h"

enum { DEEPEST_LITERAL = MAX_NESTING };

/* ---- literals ---- */

static bool parse_literal(struct parser *p, struct literal *literal, unsigned depth, bool inside);

struct str parse_strings(struct parser *p, struct arena *arena)
{
	struct str all = token_string(text_of(p), arena);
	size_t room = all.n;

	next(p);
	while (current(p)->kind == TOKEN_STRING) {
		struct str part = token_string(text_of(p), p->scratch);

		/* Double the room: hostile input may have a million literals. */
		if (all.n + part.n > room) {
			char *larger = arena_bytes(arena, room = (all.n + part.n) * 2);

			str_put(larger, all);
			all.p = larger;
		}
		str_put((char *)all.p + all.n, part);
		all.n += part.n;
		next(p);
	}
	return all;
}

/* name = ident | "[" full.name "]" | "[" host "/" full.name "]" */
static bool parse_literal_name(struct parser *p, struct literal_field *field)
{
	uint32_t begin = current(p)->span.begin;
	struct span span;

	if (!at(p, '['))
		return expect_name(p, &field->name, &field->name_span, "a field's name");
	next(p);
	if (!expect_dotted(p, &field->name, &span, true, "the name of an extension or a type"))
		return false;
	field->is_extension = true;
	field->name_span = span;
	if (at(p, '/')) {
		field->is_extension = false;
		field->url = field->name;
		while (accept(p, '/')) {
			if (field->url.p != field->name.p)
				field->url = str_printf(
					p->arena, STR "/" STR, ARG(field->url), ARG(field->name));
			if (!expect_dotted(
				    p, &field->name, &span, false, "the full name of a type"))
				return false;
		}
		field->name_span = span_since(p, begin + 1);
	}
	return expect(p, ']');
}

/* fields = { name [ ":" ] value [ "," | ";" ] } up to the closing bracket */
static bool parse_literal_fields(
	struct parser *p, struct literal *literal, char close, unsigned depth)
{
	while (!at(p, close)) {
		uint32_t begin = current(p)->span.begin;
		struct literal_field field = { 0 };

		if (at_end(p) || !(current(p)->kind == TOKEN_IDENT || at(p, '[')))
			return expected(p,
				close == '}' ? "a field's name or '}'" : "a field's name or '>'");
		if (!parse_literal_name(p, &field))
			return false;
		field.has_colon = accept(p, ':');
		if (!field.has_colon && !at(p, '{') && !at(p, '<') && !at(p, '['))
			return expected(p, "':'");
		if (!parse_literal(p, &field.value, depth + 1, true))
			return false;
		field.span = span_since(p, begin);
		*vec_push(p->syntax, &literal->fields) = field;
		if (!accept(p, ','))
			accept(p, ';');
	}
	next(p);
	return true;
}

static bool parse_literal_list(struct parser *p, struct literal *literal, unsigned depth)
{
	next(p);
	literal->kind = LITERAL_LIST;
	if (accept(p, ']'))
		return true;
	do {
		struct literal item = { 0 };

		if (at(p, '['))
			return expected(p, "a value, since lists do not nest");
		if (!parse_literal(p, &item, depth + 1, true))
			return false;
		*vec_push(p->syntax, &literal->items) = item;
	} while (accept(p, ','));
	return expect(p, ']');
}

static bool parse_literal_scalar(struct parser *p, struct literal *literal)
{
	uint64_t integer;
	double real;

	literal->negative = accept(p, '-');
	switch (current(p)->kind) {
	case TOKEN_IDENT:
		literal->kind = LITERAL_IDENT;
		literal->text = intern(p->names, text_of(p));
		break;
	case TOKEN_INTEGER:
		literal->hexadecimal =
			str_starts(text_of(p), S("0x")) || str_starts(text_of(p), S("0X"));
		if (token_integer(text_of(p), &integer, &real)) {
			literal->kind = LITERAL_INTEGER;
			literal->u = integer;
		} else {
			literal->kind = LITERAL_FLOAT;
			literal->d = real;
		}
		break;
	case TOKEN_FLOAT:
		literal->kind = LITERAL_FLOAT;
		literal->d = token_float(text_of(p), p->scratch);
		break;
	case TOKEN_STRING:
		if (!literal->negative) {
			literal->kind = LITERAL_STRING;
			literal->text = parse_strings(p, p->arena);
			return true;
		}
		return expected(p, "a number after '-'");
	default:
		return expected(p, literal->negative ? "a number after '-'" : "a value");
	}
	next(p);
	return true;
}

/* value = ident | [ "-" ] number | string | "{" fields "}" and, inside of a message, "<" fields ">"
 * | "[" list "]" */
static bool parse_literal(struct parser *p, struct literal *literal, unsigned depth, bool inside)
{
	uint32_t begin = current(p)->span.begin;
	bool ok;

	if (depth > DEEPEST_LITERAL) {
		diag_error(p->diags, here_of(p, current(p)->span),
			"this value is nested more than %d levels deep", DEEPEST_LITERAL);
		return false;
	}
	if (at(p, '{') || (inside && at(p, '<'))) {
		char close = at(p, '{') ? '}' : '>';

		literal->kind = LITERAL_MESSAGE;
		literal->angle = close == '>';
		next(p);
		ok = parse_literal_fields(p, literal, close, depth);
	} else if (inside && at(p, '[')) {
		ok = parse_literal_list(p, literal, depth);
	} else {
		ok = parse_literal_scalar(p, literal);
	}
	literal->span = span_since(p, begin);
	return ok;
}

/* ---- options ---- */

struct options *options_of(struct parser *p, struct options **options)
{
	if (!*options)
		*options = NEW(p->arena, struct options);
	return *options;
}

struct uninterpreted *add_statement(struct parser *p, struct options *options)
{
	struct uninterpreted *statement = NEW(p->syntax, struct uninterpreted);

	if (options->last_uninterpreted)
		options->last_uninterpreted->next = statement;
	else
		options->uninterpreted = statement;
	options->last_uninterpreted = statement;
	options->n_uninterpreted++;
	return statement;
}

/* part { "." part }, part = ident | "(" [ "." ] full.name ")" */
static bool parse_option_name(struct parser *p, struct uninterpreted *option)
{
	VEC(struct name_part) parts = { 0 };
	uint32_t begin = current(p)->span.begin;

	do {
		struct name_part part = { .span = current(p)->span };
		struct span span;
		bool ok;

		if (accept(p, '(')) {
			part.is_extension = true;
			ok = expect_dotted(p, &part.name, &span, true, "the name of an option") &&
			     expect(p, ')');
			part.span.end = p->lexer.previous.span.end;
		} else {
			ok = expect_name(p, &part.name, &part.span, "the name of an option");
		}
		if (!ok)
			return false;
		*vec_push(p->syntax, &parts) = part;
	} while (accept(p, '.'));
	option->parts = parts.items;
	option->n_parts = parts.n;
	option->name_span = span_since(p, begin);
	return true;
}

/* name "=" value */
static bool parse_option_body(struct parser *p, struct uninterpreted *option)
{
	if (!parse_option_name(p, option) || !expect(p, '='))
		return false;
	if (at(p, '<') || at(p, '['))
		return expected(p, "a value; a message is written { }");
	return parse_literal(p, &option->value, 0, false);
}

/* option = "option" name "=" value ";" */
bool parse_option(struct parser *p, struct options **list)
{
	uint32_t begin = current(p)->span.begin;
	struct uninterpreted option = { 0 };
	struct options *options = options_of(p, list);

	next(p);
	if (!parse_option_body(p, &option) || !expect_end(p, ';', begin))
		return false;
	option.span = span_since(p, begin);
	*add_statement(p, options) = option;
	return true;
}

static bool parse_default(struct parser *p, struct field *field)
{
	uint32_t begin = current(p)->span.begin;
	struct span name_span = current(p)->span;
	struct uninterpreted *value = NEW(p->syntax, struct uninterpreted);

	next(p);
	if (!expect(p, '=') || !parse_literal(p, &value->value, 0, false))
		return false;
	value->span = span_since(p, begin);
	value->name_span = name_span;
	if (field->has_default) {
		diag_error(p->diags, here_of(p, value->span),
			"the default of field '" STR "' is given twice", ARG(field->e.name));
		diag_note(p->diags, here_of(p, field->preset->span), "first given");
		return true;
	}
	field->has_default = true;
	field->preset = NEW(p->arena, struct field_default);
	field->preset->span = value->span;
	field->preset->value_span = value->value.span;
	field->preset->uninterpreted = value;
	return true;
}

static bool parse_json_name(struct parser *p, struct field *field)
{
	uint32_t begin = current(p)->span.begin, name_begin;
	struct written_json json = { 0 };

	next(p);
	if (!expect(p, '='))
		return false;
	name_begin = current(p)->span.begin;
	if (current(p)->kind != TOKEN_STRING)
		return expected(p, "a string");
	json.name = parse_strings(p, p->arena);
	json.name_span = span_since(p, name_begin);
	json.span = span_since(p, begin);
	if (field->json) {
		diag_error(p->diags, here_of(p, json.span),
			"the JSON name of field '" STR "' is given twice", ARG(field->e.name));
		diag_note(p->diags, here_of(p, field->json->span), "first given");
		return true;
	}
	field->json = NEW(p->arena, struct written_json);
	*field->json = json;
	return true;
}

/* options = "[" item { "," item } "]"; of a field also `default` and `json_name`, which are none */
bool parse_brackets(struct parser *p, struct options **list, struct field *field)
{
	uint32_t begin = current(p)->span.begin;
	struct span span;

	if (!accept(p, '['))
		return true;
	do {
		struct uninterpreted option = { .span = current(p)->span };
		struct options *options;

		if (field && at_word(p, S("default"))) {
			if (!parse_default(p, field))
				return false;
			continue;
		}
		if (field && at_word(p, S("json_name"))) {
			if (!parse_json_name(p, field))
				return false;
			continue;
		}
		options = options_of(p, list);
		if (!parse_option_body(p, &option))
			return false;
		option.span.end = p->lexer.previous.span.end;
		*add_statement(p, options) = option;
	} while (accept(p, ','));
	if (!expect(p, ']'))
		return false;
	span = span_since(p, begin);
	if (*list)
		(*list)->span = span;
	if (field && field->preset)
		field->preset->brackets = span;
	if (field && field->json)
		field->json->brackets = span;
	return true;
}
