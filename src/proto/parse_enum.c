#include "proto/parser.h"

/* value = name "=" [ "-" ] integer [ brackets ] ";" */
static bool parse_enum_value(struct parser *p, struct enumeration *e)
{
	uint32_t begin = current(p)->span.begin;
	struct enum_value *value = NEW(p->arena, struct enum_value);
	bool ok;

	element_init(p, &value->e, ELEMENT_ENUM_VALUE, &e->e, e->values.n);
	if (!expect_name(p, &value->e.name, &value->e.name_span, "the name of an enum value"))
		return false;
	*vec_push(p->arena, &e->values) = value;
	if (!expect(p, '=') || !expect_number(p, true, &value->number, &value->number_span,
				       "the number of an enum value"))
		return false;
	ok = parse_brackets(p, &value->e.options, NULL) && expect_end(p, ';', begin);
	value->e.span = span_since(p, begin);
	return ok;
}

static struct enumeration *enum_add(struct parser *p, struct element *scope)
{
	struct enumeration *e = NEW(p->arena, struct enumeration);

	if (is_file(scope)) {
		element_init(p, &e->e, ELEMENT_ENUM, scope, p->file->enums.n);
		*vec_push(p->arena, &p->file->enums) = e;
	} else {
		struct message *parent = (struct message *)scope;

		element_init(p, &e->e, ELEMENT_ENUM, scope, parent->enums.n);
		*vec_push(p->arena, &parent->enums) = e;
	}
	return e;
}

/* enum = "enum" name "{" { option | reserved | value | ";" } "}" */
bool parse_enum(struct parser *p, struct element *scope, struct type_start start)
{
	struct enumeration *e = enum_add(p, scope);
	bool ok;

	e->visibility = (uint8_t)start.visibility;
	e->keyword = current(p)->span.begin;
	if (!expect_head(p, &e->e, "an enum's name") || !expect_end(p, '{', start.begin))
		return false;
	while (!at(p, '}') && !at_end(p)) {
		if (accept_end(p, ';', NO_DECLARATION))
			continue;
		if (at_word(p, S("option")))
			ok = parse_option(p, &e->e.options);
		else if (at_word(p, S("reserved")))
			ok = parse_reserved(p, &(struct reserved){ &e->reserved_ranges,
						       &e->reserved_names, true });
		else
			ok = parse_enum_value(p, e);
		if (!ok)
			skip_statement(p);
	}
	ok = expect_end(p, '}', NO_DECLARATION);
	e->e.span = span_since(p, start.begin);
	return ok;
}
