#include "proto/parser.h"

enum field_type scalar_type(struct str word)
{
	static const struct {
		struct str name;
		enum field_type type;
	} types[] = {
		{ STR_INIT("string"), TYPE_STRING },
		{ STR_INIT("int32"), TYPE_INT32 },
		{ STR_INIT("int64"), TYPE_INT64 },
		{ STR_INIT("bool"), TYPE_BOOL },
		{ STR_INIT("bytes"), TYPE_BYTES },
		{ STR_INIT("double"), TYPE_DOUBLE },
		{ STR_INIT("float"), TYPE_FLOAT },
		{ STR_INIT("uint32"), TYPE_UINT32 },
		{ STR_INIT("uint64"), TYPE_UINT64 },
		{ STR_INIT("sint32"), TYPE_SINT32 },
		{ STR_INIT("sint64"), TYPE_SINT64 },
		{ STR_INIT("fixed32"), TYPE_FIXED32 },
		{ STR_INIT("fixed64"), TYPE_FIXED64 },
		{ STR_INIT("sfixed32"), TYPE_SFIXED32 },
		{ STR_INIT("sfixed64"), TYPE_SFIXED64 },
	};

	if (word.n < 4 || word.n > 8)
		return TYPE_NAMED;
	for (size_t i = 0; i < COUNT(types); i++)
		if (str_eq(word, types[i].name))
			return types[i].type;
	return TYPE_NAMED;
}

uint8_t label_of(const struct parser *p)
{
	struct str word = text_of(p);

	if (current(p)->kind != TOKEN_IDENT || word.n != 8)
		return 0;
	if (str_eq(word, S("optional")))
		return LABEL_OPTIONAL;
	if (str_eq(word, S("repeated")))
		return LABEL_REPEATED;
	return str_eq(word, S("required")) ? LABEL_REQUIRED : 0;
}

/* type = scalar | [ "." ] full.name */
static bool parse_type(struct parser *p, struct field *field, const char *what)
{
	uint32_t begin = current(p)->span.begin;

	field->type =
		current(p)->kind == TOKEN_IDENT ? (uint8_t)scalar_type(text_of(p)) : TYPE_NAMED;
	if (field->type != TYPE_NAMED) {
		next(p);
		field->type_span = span_since(p, begin);
		if (!at(p, '.'))
			return true;
		diag_error(p->diags, here_of(p, current(p)->span), "a scalar type has no parts");
		return false;
	}
	return expect_dotted(p, &field->type_name, &field->type_span, true, what);
}

/* A field of a synthesised map entry. */
static struct field *entry_field(
	struct parser *p, struct message *entry, const char *name, int32_t number)
{
	struct field *field = NEW(p->arena, struct field);

	element_init(p, &field->e, ELEMENT_FIELD, &entry->e, entry->fields.n);
	field->e.name = intern(p->names, str_of(name));
	field->number = number;
	field->label = LABEL_OPTIONAL;
	*vec_push(p->arena, &entry->fields) = field;
	return field;
}

/* The name in camel case like a JSON name, but with a capital at the front, then `Entry`
 * (descriptor.proto, map_entry). */
static struct str map_entry_name(struct parser *p, struct str field)
{
	char *name = arena_bytes(p->scratch, field.n + 5);
	size_t n = 0;
	bool upper = true;

	for (size_t i = 0; i < field.n; i++) {
		char c = field.p[i];

		if (c == '_') {
			upper = true;
			continue;
		}
		name[n++] = upper && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
		upper = false;
	}
	memcpy(name + n, "Entry", 5);
	return intern(p->names, (struct str){ name, n + 5 });
}

/* "map" "<" key "," value ">", from `<` on */
static bool parse_map_type(struct parser *p, struct field *field, struct message *entry)
{
	struct field *key = entry_field(p, entry, "key", 1),
		     *value = entry_field(p, entry, "value", 2);

	entry->is_map_entry = true;
	entry->map_field = field;
	field->is_map = true;
	field->type = TYPE_MESSAGE;
	field->message = entry;
	field->label = LABEL_REPEATED;
	return expect(p, '<') && parse_type(p, key, "the type of the map's key") &&
	       expect(p, ',') && parse_type(p, value, "the type of the map's value") &&
	       expect(p, '>');
}

/* The body of a group: its message. Until here the field has the name as it is written. */
static bool parse_group_body(
	struct parser *p, struct field *field, struct element *scope, uint32_t begin)
{
	struct message *group = message_add(p, scope);
	struct str name = field->e.name;
	char *lower = arena_bytes(p->scratch, name.n + 1);
	bool ok;

	group->e.name = name;
	group->e.name_span = field->e.name_span;
	group->keyword = begin;
	group->group_field = field;
	for (size_t i = 0; i < name.n; i++)
		lower[i] = name.p[i] >= 'A' && name.p[i] <= 'Z' ? (char)(name.p[i] - 'A' + 'a')
								: name.p[i];
	field->e.name = intern(p->names, (struct str){ lower, name.n });
	field->type_name = group->e.name;
	field->message = group;
	if (name.n && !(name.p[0] >= 'A' && name.p[0] <= 'Z')) {
		diag_error(p->diags, here_of(p, group->e.name_span),
			"the name of a group must begin with a capital letter");
		diag_help(p->diags, "the group's field gets the name in lower case");
	}
	if (!at(p, '{'))
		return expected(p, "'{', since a group has a body");
	ok = parse_message_body(p, group, begin);
	group->e.span = span_since(p, begin);
	return ok;
}

/* The field's type, after its label. */
static bool parse_field_type(struct parser *p, struct field *field, struct message **entry)
{
	uint32_t begin = current(p)->span.begin;
	bool ok;

	if (at_word(p, S("map"))) {
		struct lexer saved = p->lexer;

		next(p);
		if (at(p, '<')) {
			*entry = NEW(p->arena, struct message);
			ok = parse_map_type(p, field, *entry);
			field->type_span = span_since(p, begin);
			return ok;
		}
		p->lexer = saved;
	}
	if (at_word(p, S("group"))) {
		next(p);
		field->type = TYPE_GROUP;
		field->is_group = true;
		field->type_span = span_since(p, begin);
		return true;
	}
	return parse_type(p, field, "a field's type");
}

static void add_field(struct parser *p, struct field *field, struct field_context *context)
{
	struct message *parent = is_file(context->scope) ? NULL : (struct message *)context->scope;

	element_init(p, &field->e, ELEMENT_FIELD, context->scope, 0);
	if (context->extendee.p) {
		field->extension = NEW(p->arena, struct extension);
		field->extension->extendee_name = context->extendee;
		field->extension->extendee_span = context->extendee_span;
		if (!context->first)
			context->first = field;
		field->e.index = parent ? parent->extensions.n : p->file->extensions.n;
		if (parent)
			*vec_push(p->arena, &parent->extensions) = field;
		else
			*vec_push(p->arena, &p->file->extensions) = field;
		return;
	}
	field->e.index = parent->fields.n;
	field->oneof = context->oneof;
	*vec_push(p->arena, &parent->fields) = field;
	if (context->oneof)
		*vec_push(p->arena, &context->oneof->fields) = field;
}

/* Adds the entry message of a map field to the message that declares the field. */
static void add_map_entry(struct parser *p, struct field *field, struct message *entry,
	const struct field_context *context)
{
	struct message *parent;

	entry->e.name = map_entry_name(p, field->e.name);
	entry->e.name_span = entry->e.span = field->type_span;
	for (uint32_t i = 0; i < entry->fields.n; i++) {
		entry->fields.items[i]->e.span = field->type_span;
		entry->fields.items[i]->e.name_span = field->type_span;
		entry->fields.items[i]->number_span = field->type_span;
	}
	if (is_file(context->scope)) {
		element_init(p, &entry->e, ELEMENT_MESSAGE, context->scope, p->file->messages.n);
		return; /* validate.c refuses extensions that are maps */
	}
	parent = (struct message *)context->scope;
	element_init(p, &entry->e, ELEMENT_MESSAGE, &parent->e, parent->messages.n);
	if (field->extension)
		return;
	*vec_push(p->arena, &parent->messages) = entry;
}

/* field = [ label ] type name "=" number [ brackets ] ( ";" | body of a group ) */
bool parse_field(struct parser *p, struct field_context *context)
{
	struct field *field = NEW(p->arena, struct field);
	struct message *entry = NULL;
	uint32_t begin = current(p)->span.begin;
	bool ok;

	add_field(p, field, context);
	field->label = LABEL_OPTIONAL;
	field->number_span = field->e.name_span = current(p)->span;
	if (label_of(p)) {
		field->label = label_of(p);
		field->has_label = true;
		field->label_span = current(p)->span;
		next(p);
		field->proto3_optional = field->label == LABEL_OPTIONAL &&
					 p->file->edition == EDITION_PROTO3 && !context->oneof;
	}
	if (!parse_field_type(p, field, &entry) ||
		!expect_name(p, &field->e.name, &field->e.name_span, "a field's name"))
		return false;
	if (entry)
		add_map_entry(p, field, entry, context);
	if (!expect(p, '=') ||
		!expect_number(p, false, &field->number, &field->number_span, "a field's number"))
		return false;
	if (!parse_brackets(p, &field->e.options, field))
		return false;
	if (field->is_group)
		ok = parse_group_body(p, field, context->scope, begin);
	else
		ok = expect_end(p, ';', begin);
	field->e.span = span_since(p, begin);
	return ok;
}

/* oneof = "oneof" name "{" { option | field | ";" } "}" */
bool parse_oneof(struct parser *p, struct message *message)
{
	uint32_t begin = current(p)->span.begin;
	struct oneof *oneof = NEW(p->arena, struct oneof);
	struct field_context context = { .scope = &message->e, .oneof = oneof };

	element_init(p, &oneof->e, ELEMENT_ONEOF, &message->e, message->oneofs.n);
	*vec_push(p->arena, &message->oneofs) = oneof;
	if (!expect_head(p, &oneof->e, "a oneof's name") || !expect_end(p, '{', begin))
		return false;
	while (!at(p, '}') && !at_end(p)) {
		bool ok = true;

		if (at_word(p, S("option"))) {
			ok = parse_option(p, &oneof->e.options);
		} else if (!accept_end(p, ';', NO_DECLARATION)) {
			bool labelled = label_of(p);
			struct span label = current(p)->span;

			if (labelled) {
				diag_error(p->diags, here_of(p, label),
					"a member of a oneof cannot have a label");
				diag_help(p->diags, "remove '" STR "'", ARG(text_of(p)));
				next(p);
			}
			ok = parse_field(p, &context);
		}
		if (!ok)
			skip_statement(p);
	}
	if (!expect_end(p, '}', NO_DECLARATION))
		return false;
	oneof->e.span = span_since(p, begin);
	return true;
}

/* extend = "extend" full.name "{" { field | ";" } "}" */
bool parse_extend(struct parser *p, struct element *scope)
{
	struct field_context context = { .scope = scope };
	uint32_t begin = current(p)->span.begin, count = 0;
	bool ok;

	next(p);
	if (!expect_dotted(p, &context.extendee, &context.extendee_span, true,
		    "the name of the message to extend") ||
		!expect_end(p, '{', begin))
		return false;
	while (!at(p, '}') && !at_end(p)) {
		if (accept_end(p, ';', NO_DECLARATION))
			continue;
		if (at_word(p, S("oneof")) || at_word(p, S("message")) || at_word(p, S("enum")) ||
			at_word(p, S("extend")) || at_word(p, S("reserved")) ||
			at_word(p, S("extensions")) || at_word(p, S("option")))
			ok = expected(p, "a field; an extend block holds nothing else");
		else
			ok = parse_field(p, &context);
		count++;
		if (!ok)
			skip_statement(p);
	}
	ok = expect_end(p, '}', NO_DECLARATION);
	if (context.first)
		context.first->extension->block = span_since(p, begin);
	if (ok && !count) {
		diag_error(p->diags, here_of(p, span_since(p, begin)),
			"this extend block declares nothing");
		diag_help(p->diags, "declare an extension in it, or remove it");
	}
	return ok;
}
