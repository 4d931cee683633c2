#include "proto/parser.h"

enum { DEEPEST_MESSAGE = 31 }; /* protoc's parser refuses the 32nd level */

struct message *message_add(struct parser *p, struct element *scope)
{
	struct message *message = NEW(p->arena, struct message);

	if (is_file(scope)) {
		element_init(p, &message->e, ELEMENT_MESSAGE, scope, p->file->messages.n);
		*vec_push(p->arena, &p->file->messages) = message;
	} else {
		struct message *parent = (struct message *)scope;

		element_init(p, &message->e, ELEMENT_MESSAGE, scope, parent->messages.n);
		*vec_push(p->arena, &parent->messages) = message;
	}
	return message;
}

bool accept_visibility(struct parser *p, struct type_start *start)
{
	struct span word = current(p)->span;

	*start = (struct type_start){ VISIBILITY_UNSET, word.begin };
	if (p->file->edition < EDITION_2024 || !(at_word(p, S("export")) || at_word(p, S("local"))))
		return true;
	start->visibility = at_word(p, S("export")) ? VISIBILITY_EXPORT : VISIBILITY_LOCAL;
	next(p);
	if (at_word(p, S("message")) || at_word(p, S("enum")))
		return true;
	diag_error(p->diags, here_of(p, word), "'%s' is only allowed before 'message' or 'enum'",
		start->visibility == VISIBILITY_EXPORT ? "export" : "local");
	if (current(p)->kind == TOKEN_IDENT)
		next(p);
	if (at(p, '.') || at(p, '=')) /* `local.Inner a = 1;`, `local a = 1;` */
		diag_help(p->diags, "if it is a type's name here, write its package, or a dot, in "
				    "front of it");
	return false;
}

/* One statement of a message's body. */
static bool parse_message_statement(struct parser *p, struct message *message)
{
	struct field_context context = { .scope = &message->e };
	struct type_start start;
	struct str word;

	if (accept_end(p, ';', NO_DECLARATION))
		return true;
	if (!accept_visibility(p, &start))
		return false;
	word = text_of(p);
	if (current(p)->kind == TOKEN_IDENT && word.n >= 4 && word.n <= 10) {
		if (at_word(p, S("message")))
			return parse_message(p, &message->e, start);
		if (at_word(p, S("enum")))
			return parse_enum(p, &message->e, start);
		if (at_word(p, S("oneof")))
			return parse_oneof(p, message);
		if (at_word(p, S("option")))
			return parse_option(p, &message->e.options);
		if (at_word(p, S("reserved")))
			return parse_reserved(p, &(struct reserved){ &message->reserved_ranges,
							 &message->reserved_names, false });
		if (at_word(p, S("extensions")))
			return parse_extensions(p, message);
		if (at_word(p, S("extend")))
			return parse_extend(p, &message->e);
	}
	return parse_field(p, &context);
}

static struct str with_letter(struct parser *p, char letter, struct str name)
{
	char *text = arena_bytes(p->scratch, name.n + 1);

	text[0] = letter;
	str_put(text + 1, name);
	return intern(p->names, (struct str){ text, name.n + 1 });
}

/* Synthetic oneofs of proto3 optional fields, after the real ones, in field order
 * (descriptor.proto, proto3_optional). */
static void add_synthetic_oneofs(struct parser *p, struct message *message)
{
	struct map taken;
	bool any = false;

	for (uint32_t i = 0; i < message->fields.n; i++)
		any |= message->fields.items[i]->proto3_optional;
	if (!any)
		return;
	map_init(&taken, p->scratch);
	for (uint32_t i = 0; i < message->fields.n; i++) {
		void **slot = map_put(&taken, message->fields.items[i]->e.name.p, 0);

		if (!*slot)
			*slot = message->fields.items[i];
	}
	for (uint32_t i = 0; i < message->oneofs.n; i++)
		*map_put(&taken, message->oneofs.items[i]->e.name.p, 0) = message;
	for (uint32_t i = 0; i < message->fields.n; i++) {
		struct field *field = message->fields.items[i];
		struct oneof *oneof;
		struct str name = field->e.name;

		/* A duplicate name is an error already; trying candidates for each would be
		 * quadratic. */
		if (!field->proto3_optional || map_get(&taken, name.p, 0) != field)
			continue;
		if (!name.n || name.p[0] != '_')
			name = with_letter(p, '_', name);
		while (map_get(&taken, name.p, 0))
			name = with_letter(p, 'X', name);
		*map_put(&taken, name.p, 0) = message;
		oneof = NEW(p->arena, struct oneof);
		element_init(p, &oneof->e, ELEMENT_ONEOF, &message->e, message->oneofs.n);
		oneof->e.name = name;
		oneof->e.span = field->e.span;
		oneof->e.name_span = field->e.name_span;
		oneof->is_synthetic = true;
		*vec_push(p->arena, &oneof->fields) = field;
		*vec_push(p->arena, &message->oneofs) = oneof;
		field->oneof = oneof;
	}
}

/* "{" { statement } "}" */
bool parse_message_body(struct parser *p, struct message *message, uint32_t begin)
{
	bool ok;

	if (p->depth >= DEEPEST_MESSAGE) {
		diag_error(p->diags, here_of(p, message->e.name_span),
			"message '" STR "' is nested more than %d levels deep",
			ARG(message->e.name), DEEPEST_MESSAGE);
		return false;
	}
	if (!expect_end(p, '{', begin))
		return false;
	p->depth++;
	while (!at(p, '}') && !at_end(p))
		if (!parse_message_statement(p, message))
			skip_statement(p);
	p->depth--;
	ok = expect_end(p, '}', NO_DECLARATION);
	if (p->file->edition == EDITION_PROTO3)
		add_synthetic_oneofs(p, message);
	return ok;
}

/* message = "message" name body */
bool parse_message(struct parser *p, struct element *scope, struct type_start start)
{
	struct message *message = message_add(p, scope);
	bool ok;

	message->visibility = (uint8_t)start.visibility;
	message->keyword = current(p)->span.begin;
	if (!expect_head(p, &message->e, "a message's name"))
		return false;
	ok = parse_message_body(p, message, start.begin);
	message->e.span = span_since(p, start.begin);
	return ok;
}
