#include "proto/catalog.h"
#include "proto/validate.h"

enum {
	IMPLEMENTATION_FIRST = 19000,
	IMPLEMENTATION_LAST = 19999,
	/* FieldOptions */
	OPTION_CTYPE = 1,
	OPTION_PACKED = 2,
	OPTION_LAZY = 5,
	OPTION_JSTYPE = 6,
	OPTION_UNVERIFIED_LAZY = 15,
	CTYPE_CORD = 1,
};

static const struct option *find(const struct field *field, int32_t number)
{
	return options_find(field->e.options, number);
}

static void validate_number(struct context *c, struct field *field)
{
	struct place place = here(c, field->number_span);
	bool in_set = field->extension && field->extension->extendee &&
		      message_is_message_set(field->extension->extendee);
	int32_t largest = in_set ? MAX_SET_NUMBER : MAX_FIELD_NUMBER;

	if (field->number < 1 || field->number > largest) {
		diag_error(c->diags, place,
			"the number of field '" STR "' is %d; it may be 1 to %d",
			ARG(field->e.name), (int)field->number, (int)largest);
	} else if (field->number >= IMPLEMENTATION_FIRST && field->number <= IMPLEMENTATION_LAST) {
		diag_error(c->diags, place,
			"the numbers %d to %d belong to the implementations of Protocol Buffers",
			IMPLEMENTATION_FIRST, IMPLEMENTATION_LAST);
	}
}

static void validate_label(struct context *c, struct field *field)
{
	enum edition edition = c->file->edition;
	struct place label = here(c, field->label_span);

	if (field->is_map) {
		if (field->has_label && field->label_span.end)
			diag_error(c->diags, label, "a map cannot have a label");
		if (field->oneof)
			diag_error(c->diags, here(c, field->type_span),
				"a map cannot be a member of a oneof");
		if (field->extension)
			diag_error(c->diags, here(c, field->type_span),
				"an extension cannot be a map");
		return;
	}
	if (!field->has_label) {
		if (edition == EDITION_PROTO2 && !field->oneof) {
			diag_error(c->diags, here(c, field->type_span),
				"a proto2 field needs a label");
			diag_help(c->diags, "write optional, required or repeated before the type");
		}
		return;
	}
	if (field->label == LABEL_REQUIRED && field->extension) {
		diag_error(c->diags, label, "an extension cannot be required");
	} else if (field->label == LABEL_REQUIRED && edition == EDITION_PROTO3) {
		diag_error(c->diags, label, "proto3 has no required fields");
	} else if (field->label != LABEL_REPEATED && edition >= EDITION_2023) {
		diag_error(c->diags, label, "editions have no label '%s'",
			field->label == LABEL_REQUIRED ? "required" : "optional");
		diag_help(c->diags,
			field->label == LABEL_REQUIRED
				? "use the option features.field_presence = LEGACY_REQUIRED"
				: "leave it out: presence is explicit unless a feature says "
				  "otherwise");
	}
}

static void validate_group(struct context *c, struct field *field)
{
	if (!field->is_group || c->file->edition == EDITION_PROTO2)
		return;
	diag_error(c->diags, here(c, field->type_span),
		c->file->edition == EDITION_PROTO3 ? "proto3 has no groups"
						   : "editions have no groups");
	diag_help(c->diags, c->file->edition == EDITION_PROTO3
				    ? "declare a message and a field of it"
				    : "declare a message and a field of it with "
				      "features.message_encoding = DELIMITED");
}

/* Closed enums and presence: descriptor.cc, ValidateFieldOptions and ValidateProto3Field. */
static void validate_enum_type(struct context *c, struct field *field)
{
	const struct enumeration *e = field->type == TYPE_ENUM ? field->enumeration : NULL;
	const struct message *holder = field->extension ? NULL : element_message(&field->e);
	struct span span = field->type_span;

	if (!e || !enum_is_closed(e))
		return;
	if (c->file->edition == EDITION_PROTO3) {
		diag_error(c->diags, here(c, span),
			"a proto3 field may not use the closed enum '" STR "'",
			ARG(e->e.full_name));
		diag_help(c->diags,
			"declare the enum in a proto3 file, or with features.enum_type = OPEN");
		return;
	}
	/* The value of an entry has no presence of its own, and is not judged so (both). */
	if (holder && holder->is_map_entry)
		return;
	if (c->file->edition >= EDITION_2023 && field->label != LABEL_REPEATED &&
		!field_has_presence(field)) {
		diag_error(c->diags, here(c, span),
			"a field of implicit presence may not use the closed enum '" STR "'",
			ARG(e->e.full_name));
		diag_help(c->diags, "give the field explicit presence, or make the enum open");
	}
}

static void validate_map(struct context *c, struct field *field)
{
	const struct message *entry = field->message;
	const struct field *key, *value;

	if (!field->is_map || !entry || entry->fields.n != 2)
		return;
	key = entry->fields.items[0];
	value = entry->fields.items[1];
	switch (key->type) {
	case TYPE_FLOAT:
	case TYPE_DOUBLE:
	case TYPE_BYTES:
	case TYPE_MESSAGE:
	case TYPE_GROUP:
	case TYPE_ENUM:
		diag_error(c->diags, here(c, key->type_span),
			"a map's key must be an integer, a bool or a string");
		break;
	default:
		break;
	}
	if (value->type == TYPE_ENUM && value->enumeration->values.n &&
		value->enumeration->values.items[0]->number != 0) {
		diag_error(c->diags, here(c, value->type_span),
			"the first value of a map value's enum must be 0");
		diag_help(c->diags, "'" STR "' begins with '" STR "' = %d",
			ARG(value->enumeration->e.full_name),
			ARG(value->enumeration->values.items[0]->e.name),
			(int)value->enumeration->values.items[0]->number);
	}
}

static void validate_entry_use(struct context *c, struct field *field)
{
	const struct message *type = field->type == TYPE_MESSAGE ? field->message : NULL;

	if (!type || !type->is_map_entry || field->is_map)
		return;
	diag_error(c->diags, here(c, field->type_span),
		"'" STR "' is made for a map and may not be used as a type",
		ARG(type->e.full_name));
}

static bool is_64_bit(enum field_type type)
{
	return type == TYPE_INT64 || type == TYPE_UINT64 || type == TYPE_SINT64 ||
	       type == TYPE_FIXED64 || type == TYPE_SFIXED64;
}

static void validate_options(struct context *c, struct field *field)
{
	const struct option *option;

	if (!field->e.options)
		return;
	option = find(field, OPTION_PACKED);
	if (option && option->field && option->value.u && !field_is_packable(field) &&
		field->type != TYPE_UNRESOLVED) {
		diag_error(c->diags, here(c, option->span),
			"'packed' is for repeated fields of numbers, bools and enums");
	} else if (option && c->file->edition >= EDITION_2023) {
		diag_error(c->diags, here(c, option->span), "editions have no option 'packed'");
		diag_help(c->diags, "use features.repeated_field_encoding = PACKED or EXPANDED");
	}
	option = find(field, OPTION_CTYPE);
	if (option && c->file->edition >= EDITION_2023) {
		if (field->type != TYPE_STRING && field->type != TYPE_BYTES &&
			field->type != TYPE_UNRESOLVED)
			diag_error(c->diags, here(c, option->span),
				"'ctype' is for strings and bytes");
		else if (field->extension &&
			 options_int(field->e.options, OPTION_CTYPE, 0) == CTYPE_CORD)
			diag_error(c->diags, here(c, option->span),
				"'ctype = CORD' is not for extensions");
	}
	option = find(field, OPTION_JSTYPE);
	if (options_int(field->e.options, OPTION_JSTYPE, 0) && !is_64_bit(field->type))
		diag_error(c->diags, here(c, option->span), "'jstype' is for 64-bit integers");
	for (size_t i = 0; i < 2; i++) {
		int32_t number = i ? OPTION_UNVERIFIED_LAZY : OPTION_LAZY;

		option = find(field, number);
		if (options_bool(field->e.options, number, false) && field->type != TYPE_MESSAGE &&
			field->type != TYPE_GROUP && field->type != TYPE_UNRESOLVED)
			diag_error(c->diags, here(c, option->span), "'%s' is for messages",
				i ? "unverified_lazy" : "lazy");
	}
}

/* ---- extensions ---- */

static bool is_options_message(struct str name)
{
	static const struct str names[] = {
		STR_INIT("FileOptions"),
		STR_INIT("MessageOptions"),
		STR_INIT("FieldOptions"),
		STR_INIT("OneofOptions"),
		STR_INIT("EnumOptions"),
		STR_INIT("EnumValueOptions"),
		STR_INIT("ServiceOptions"),
		STR_INIT("MethodOptions"),
		STR_INIT("ExtensionRangeOptions"),
		STR_INIT("StreamOptions"),
		STR_INIT("SourceCodeInfo"),
		STR_INIT("SourceCodeInfo.Location"),
		STR_INIT("GeneratedCodeInfo"),
		STR_INIT("GeneratedCodeInfo.Annotation"),
		STR_INIT("FeatureSet"),
	};
	struct str package = S("google.protobuf.");

	if (!str_starts(name, package))
		return false;
	for (size_t i = 0; i < COUNT(names); i++)
		if (str_eq(str_from(name, package.n), names[i]))
			return true;
	return false;
}

/* ExtensionRangeOptions.Declaration, as the range of the extendee holds it */
enum {
	RANGE_DECLARATION = 2,
	RANGE_VERIFICATION = 3,
	DECLARATION_NUMBER = 1,
	DECLARATION_FULL_NAME = 2,
	DECLARATION_TYPE = 3,
	DECLARATION_RESERVED = 5,
	DECLARATION_REPEATED = 6,
	VERIFICATION_UNVERIFIED = 1,
};

/* What a range says of all its extensions; made once. */
struct declarations {
	bool has_any, has_verification, unverified;
};

static const struct declarations *declarations_of(
	struct context *c, const struct extension_range *range)
{
	const struct options *options = range->e.options;
	void **entered = map_put(&c->declared, range, UINT64_MAX), **slot;
	struct declarations *declarations = *entered;

	if (declarations)
		return declarations;
	*entered = declarations = NEW(c->declared.arena, struct declarations);
	declarations->has_verification = options_find(options, RANGE_VERIFICATION) != NULL;
	declarations->unverified =
		options_int(options, RANGE_VERIFICATION, 0) == VERIFICATION_UNVERIFIED;
	for (uint32_t i = 0; options && i < options->list.n; i++) {
		const struct option *o = &options->list.items[i];

		declarations->has_any |= o->number == RANGE_DECLARATION;
		if (o->number != RANGE_DECLARATION || !o->field)
			continue;
		slot = map_put(&c->declared, range,
			(uint32_t)options_int(o->value.message, DECLARATION_NUMBER, 0));
		if (!*slot)
			*slot = (void *)o->value.message;
	}
	return declarations;
}

static void validate_declared(
	struct context *c, struct field *field, const struct extension_range *range)
{
	const struct declarations *all = declarations_of(c, range);
	const struct options *declaration = map_get(&c->declared, range, (uint32_t)field->number);
	struct str name, type, is;

	if (!declaration) {
		if (all->has_any ? !all->unverified : all->has_verification && !all->unverified) {
			diag_error(c->diags, here(c, field->number_span),
				"the range of '" STR
				"' takes declared extensions only, and %d is not declared",
				ARG(field->extension->extendee->e.full_name), (int)field->number);
		}
		return;
	}
	if (options_bool(declaration, DECLARATION_RESERVED, false)) {
		diag_error(c->diags, here(c, field->number_span),
			"extension number %d of '" STR "' is declared as reserved",
			(int)field->number, ARG(field->extension->extendee->e.full_name));
		return;
	}
	name = options_str(declaration, DECLARATION_FULL_NAME, S(""));
	if (!str_eq(name.n ? str_from(name, 1) : name, field->e.full_name))
		diag_error(c->diags, here(c, field->e.name_span),
			"extension number %d of '" STR "' is declared for '" STR "'",
			(int)field->number, ARG(field->extension->extendee->e.full_name),
			ARG(name));
	type = options_str(declaration, DECLARATION_TYPE, S(""));
	is = field_type_text(field, c->scratch);
	if (!str_eq(type.n && type.p[0] == '.' ? str_from(type, 1) : type, is))
		diag_error(c->diags, here(c, field->type_span),
			"extension number %d of '" STR "' is declared as " STR ", not " STR,
			(int)field->number, ARG(field->extension->extendee->e.full_name), ARG(type),
			ARG(is));
	if (options_bool(declaration, DECLARATION_REPEATED, false) !=
		(field->label == LABEL_REPEATED))
		diag_error(c->diags,
			here(c, field->label_span.end ? field->label_span : field->type_span),
			"extension number %d of '" STR "' is declared as %s", (int)field->number,
			ARG(field->extension->extendee->e.full_name),
			field->label == LABEL_REPEATED ? "singular" : "repeated");
}

/* Is it declared a second time, in this file or in one that it imports? */
static void validate_unique_extension(struct context *c, struct field *field)
{
	struct symbol_walk walk;
	struct symbol *s = symbols_first(&walk, c,
		map_get(&c->compiler->extensions, field->extension->extendee->e.full_name.p,
			(uint32_t)field->number));

	for (; s; s = symbols_next(&walk, s)) {
		struct field *other = (struct field *)s->element;
		bool later = other->e.file == c->file && other->e.span.begin >= field->e.span.begin;

		if (other == field || later || symbol_sight(c, s) == UNSEEN)
			continue;
		diag_error(c->diags, here(c, field->number_span),
			"extension number %d of '" STR "' is taken by '" STR "'",
			(int)field->number, ARG(field->extension->extendee->e.full_name),
			ARG(other->e.full_name));
		diag_note(c->diags, place_in(other->e.file->text, other->number_span), "taken");
		return;
	}
}

static void validate_extension(struct context *c, struct field *field)
{
	struct message *extendee = field->extension->extendee;
	const struct extension_range *range;

	if (field->json && field->json->span.end)
		diag_error(c->diags, here(c, field->json->span),
			"an extension has no JSON name of its own; its key is its full name in "
			"square brackets");
	if (!extendee)
		return;
	if (c->file->edition == EDITION_PROTO3 && !is_options_message(extendee->e.full_name)) {
		diag_error(c->diags, here(c, field->extension->extendee_span),
			"proto3 can only extend the options messages of descriptor.proto");
		return;
	}
	if (message_is_message_set(extendee)) {
		if (field->label == LABEL_REPEATED)
			diag_error(c->diags, here(c, field->label_span),
				"an extension of a message set cannot be repeated");
		else if (field->type != TYPE_MESSAGE && field->type != TYPE_UNRESOLVED)
			diag_error(c->diags, here(c, field->type_span),
				"an extension of a message set must be a message");
	}
	range = catalog_range(c, extendee, field->number);
	if (!range) {
		diag_error(c->diags, here(c, field->number_span),
			"'" STR "' has no extension range that holds %d",
			ARG(extendee->e.full_name), (int)field->number);
		return;
	}
	validate_declared(c, field, range);
	validate_unique_extension(c, field);
}

void validate_field(struct context *c, struct field *field)
{
	const struct message *holder = field->extension ? NULL : element_message(&field->e);

	validate_enum_type(c, field);
	if (holder && holder->is_map_entry)
		return;
	validate_number(c, field);
	validate_label(c, field);
	validate_group(c, field);
	validate_map(c, field);
	validate_entry_use(c, field);
	validate_options(c, field);
	if (field->extension)
		validate_extension(c, field);
}
