/*
 * Features: what is set, and what it resolves to for each element.
 *
 * An element that sets nothing shares its parent's resolved features, and equal ones are shared
 * within a file. proto2 and proto3 cannot set features, but have words that mean the same
 * (`required`, `optional`, `packed`, `group`).
 */
#include "proto/options.h"

/* edition_defaults of FeatureSet, pb.CppFeatures and pb.JavaFeatures in the built-in files: a file
 * has those of the greatest edition that is not above its own. */
static const struct {
	enum edition edition;
	struct features features;
} edition_defaults[] = {
	{ EDITION_LEGACY,
		{
			.field_presence = PRESENCE_EXPLICIT,
			.enum_type = ENUM_TYPE_CLOSED,
			.repeated_field_encoding = ENCODING_EXPANDED,
			.utf8_validation = UTF8_NONE,
			.message_encoding = MESSAGE_LENGTH_PREFIXED,
			.json_format = JSON_LEGACY_BEST_EFFORT,
			.enforce_naming_style = STYLE_LEGACY,
			.default_symbol_visibility = EXPORT_ALL,
			.enforce_proto_limits = LEGACY_NO_EXPLICIT_LIMITS,
			.cpp_string_type = CPP_STRING,
			.java_utf8_validation = JAVA_UTF8_DEFAULT,
		} },
	{ EDITION_PROTO3,
		{
			.field_presence = PRESENCE_IMPLICIT,
			.enum_type = ENUM_TYPE_OPEN,
			.repeated_field_encoding = ENCODING_PACKED,
			.utf8_validation = UTF8_VERIFY,
			.message_encoding = MESSAGE_LENGTH_PREFIXED,
			.json_format = JSON_ALLOW,
			.enforce_naming_style = STYLE_LEGACY,
			.default_symbol_visibility = EXPORT_ALL,
			.enforce_proto_limits = LEGACY_NO_EXPLICIT_LIMITS,
			.cpp_string_type = CPP_STRING,
			.java_utf8_validation = JAVA_UTF8_DEFAULT,
		} },
	{ EDITION_2023,
		{
			.field_presence = PRESENCE_EXPLICIT,
			.enum_type = ENUM_TYPE_OPEN,
			.repeated_field_encoding = ENCODING_PACKED,
			.utf8_validation = UTF8_VERIFY,
			.message_encoding = MESSAGE_LENGTH_PREFIXED,
			.json_format = JSON_ALLOW,
			.enforce_naming_style = STYLE_LEGACY,
			.default_symbol_visibility = EXPORT_ALL,
			.enforce_proto_limits = LEGACY_NO_EXPLICIT_LIMITS,
			.cpp_string_type = CPP_STRING,
			.java_utf8_validation = JAVA_UTF8_DEFAULT,
		} },
	{ EDITION_2024,
		{
			.field_presence = PRESENCE_EXPLICIT,
			.enum_type = ENUM_TYPE_OPEN,
			.repeated_field_encoding = ENCODING_PACKED,
			.utf8_validation = UTF8_VERIFY,
			.message_encoding = MESSAGE_LENGTH_PREFIXED,
			.json_format = JSON_ALLOW,
			.enforce_naming_style = STYLE2024,
			.default_symbol_visibility = EXPORT_TOP_LEVEL,
			.enforce_proto_limits = LEGACY_NO_EXPLICIT_LIMITS,
			.cpp_string_type = CPP_VIEW,
			.java_utf8_validation = JAVA_UTF8_DEFAULT,
		} },
	{ EDITION_2026,
		{
			.field_presence = PRESENCE_EXPLICIT,
			.enum_type = ENUM_TYPE_OPEN,
			.repeated_field_encoding = ENCODING_PACKED,
			.utf8_validation = UTF8_VERIFY,
			.message_encoding = MESSAGE_LENGTH_PREFIXED,
			.json_format = JSON_ALLOW,
			.enforce_naming_style = STYLE2026,
			.default_symbol_visibility = STRICT,
			.enforce_proto_limits = PROTO_LIMITS2026,
			.cpp_string_type = CPP_VIEW,
			.java_utf8_validation = JAVA_UTF8_DEFAULT,
		} },
};

/* The file whose features are resolved. */
struct resolving {
	struct context *context;
	bool is_edition;                  /* features may be set */
	const struct features *known[16]; /* made for the file, to be shared */
	uint32_t n_known;
};

static const struct features *default_features(enum edition edition)
{
	const struct features *found = &edition_defaults[0].features;

	for (size_t i = 0; i < COUNT(edition_defaults); i++) {
		if (edition_defaults[i].edition <= edition)
			found = &edition_defaults[i].features;
	}
	return found;
}

/* The kept copy of `made` that elements with equal features share. */
static const struct features *share(
	struct resolving *resolving, const struct features *base, const struct features *made)
{
	struct features *kept;

	if (memcmp(base, made, sizeof *made) == 0)
		return base;
	for (uint32_t i = 0; i < resolving->n_known && i < COUNT(resolving->known); i++) {
		if (memcmp(resolving->known[i], made, sizeof *made) == 0)
			return resolving->known[i];
	}
	kept = NEW(resolving->context->arena, struct features);
	*kept = *made;
	resolving->known[resolving->n_known++ % COUNT(resolving->known)] = kept;
	return kept;
}

static bool is_features(const struct uninterpreted *statement)
{
	return statement->n_parts > 0 && !statement->parts[0].is_extension &&
	       str_eq(statement->parts[0].name, S("features"));
}

/* ---- before linking ---- */

/* The value that a word names; `otherwise` if it is none. */
static uint8_t visibility_of(const struct literal *value, uint8_t otherwise)
{
	static const struct str words[] = {
		[EXPORT_ALL] = STR_INIT("EXPORT_ALL"),
		[EXPORT_TOP_LEVEL] = STR_INIT("EXPORT_TOP_LEVEL"),
		[LOCAL_ALL] = STR_INIT("LOCAL_ALL"),
		[STRICT] = STR_INIT("STRICT"),
	};

	for (uint8_t i = EXPORT_ALL; value->kind == LITERAL_IDENT && i < COUNT(words); i++)
		if (str_eq(value->text, words[i]))
			return i;
	return otherwise;
}

/* What a statement that sets features says of default_symbol_visibility. */
static uint8_t visibility_set(const struct uninterpreted *statement, uint8_t otherwise)
{
	const struct str name = S("default_symbol_visibility");
	const struct literal *value = &statement->value;

	if (statement->n_parts == 2 && str_eq(statement->parts[1].name, name))
		return visibility_of(value, otherwise);
	if (statement->n_parts == 1 && value->kind == LITERAL_MESSAGE)
		for (uint32_t i = 0; i < value->fields.n; i++)
			if (str_eq(value->fields.items[i].name, name))
				otherwise = visibility_of(&value->fields.items[i].value, otherwise);
	return otherwise;
}

uint8_t features_default_visibility(const struct file *file)
{
	const struct options *options = file->e.options;
	uint8_t visibility = default_features(file->edition)->default_symbol_visibility;
	struct str bytes;
	uint64_t encoded;

	if (!options)
		return visibility;
	if (encoded_bytes(options_encoded(options), features_number(ELEMENT_FILE), &bytes) &&
		encoded_varint(bytes, FEATURE_DEFAULT_SYMBOL_VISIBILITY, &encoded) &&
		encoded <= STRICT)
		visibility = (uint8_t)encoded;
	for (const struct uninterpreted *u = options->uninterpreted; u; u = u->next)
		if (is_features(u))
			visibility = visibility_set(u, visibility);
	return visibility;
}

/* ---- what is set ---- */

static void interpret(
	struct resolving *resolving, struct element *element, struct uninterpreted *statement)
{
	struct context *context = resolving->context;

	if (!resolving->is_edition) {
		diag_error(context->diags, here(context, statement->name_span),
			"features require an edition; this file uses '%s'",
			context->file->edition == EDITION_PROTO3 ? "proto3" : "proto2");
		diag_help(context->diags, "write 'edition = \"2023\";' instead of the syntax");
		return;
	}
	element->options->type = resolve_options_message(context, element);
	if (element->options->type)
		option_interpret(context, element, element->options, statement);
}

/* Interprets the statements that set features and takes them off the list. */
static void interpret_features(struct resolving *resolving, struct element *element)
{
	struct uninterpreted **link = &element->options->uninterpreted;

	while (*link) {
		struct uninterpreted *statement = *link;

		if (is_features(statement)) {
			*link = statement->next;
			interpret(resolving, element, statement);
		} else {
			link = &statement->next;
		}
	}
}

static uint8_t *feature_slot(struct features *features, int32_t number)
{
	switch (number) {
	case FEATURE_FIELD_PRESENCE:
		return &features->field_presence;
	case FEATURE_ENUM_TYPE:
		return &features->enum_type;
	case FEATURE_REPEATED_FIELD_ENCODING:
		return &features->repeated_field_encoding;
	case FEATURE_UTF8_VALIDATION:
		return &features->utf8_validation;
	case FEATURE_MESSAGE_ENCODING:
		return &features->message_encoding;
	case FEATURE_JSON_FORMAT:
		return &features->json_format;
	case FEATURE_ENFORCE_NAMING_STYLE:
		return &features->enforce_naming_style;
	case FEATURE_DEFAULT_SYMBOL_VISIBILITY:
		return &features->default_symbol_visibility;
	case FEATURE_ENFORCE_PROTO_LIMITS:
		return &features->enforce_proto_limits;
	default:
		return NULL;
	}
}

static void set_slot(uint8_t *slot, int64_t value)
{
	if (slot && value > 0 && value <= UINT8_MAX)
		*slot = (uint8_t)value;
}

static void apply_language(struct features *features, const struct option *option)
{
	uint8_t *slot = option->number == FEATURE_CPP ? &features->cpp_string_type
						      : &features->java_utf8_validation;
	int32_t number = option->number == FEATURE_CPP ? CPP_FEATURE_STRING_TYPE
						       : JAVA_FEATURE_UTF8_VALIDATION;
	struct str bytes;
	uint64_t value;

	if (option_message(option))
		set_slot(slot, options_int(option_message(option), number, 0));
	else if (!option->field && encoded_bytes(option->value.s, option->number, &bytes) &&
		 encoded_varint(bytes, number, &value) && value <= UINT8_MAX)
		set_slot(slot, (int64_t)value);
}

static void apply_csharp(struct features *features, const struct option *option)
{
	const struct options *set = option_message(option);
	struct str bytes;
	uint64_t value;

	if (set)
		features->csharp_nullable =
			options_bool(set, CSHARP_FEATURE_NULLABLE, features->csharp_nullable);
	else if (!option->field && encoded_bytes(option->value.s, option->number, &bytes) &&
		 encoded_varint(bytes, CSHARP_FEATURE_NULLABLE, &value))
		features->csharp_nullable = value != 0;
}

static void apply(struct resolving *resolving, struct features *features, const struct options *set,
	bool written)
{
	struct context *context = resolving->context;

	for (uint32_t i = 0; set && i < set->list.n; i++) {
		const struct option *option = &set->list.items[i];
		uint8_t *slot = feature_slot(features, option->number);

		if (option->number == FEATURE_CPP || option->number == FEATURE_JAVA)
			apply_language(features, option);
		if (option->number == FEATURE_CSHARP)
			apply_csharp(features, option);
		if (!slot || !option->field || option->field->type != TYPE_ENUM)
			continue;
		if (option->value.i == 0 && written) {
			struct str name = option->value.enum_value
						  ? option->value.enum_value->e.name
						  : S("0");

			diag_error(context->diags, here(context, option->span),
				"feature '" STR "' may not be set to '" STR "'",
				ARG(option->field->e.name), ARG(name));
			continue;
		}
		set_slot(slot, option->value.i);
	}
}

/* Applies the features among a set's encoded options, which the next stage decodes. */
static void apply_encoded(
	struct resolving *resolving, struct features *features, struct element *element)
{
	struct context *context = resolving->context;
	const struct message *type = resolve_options_message(context, element);
	const struct field *field =
		type ? message_field_by_number(type, features_number(element->kind)) : NULL;
	struct options set = { 0 };
	struct str bytes;

	if (!field || !field_is_message(field) ||
		!encoded_bytes(options_encoded(element->options), field->number, &bytes))
		return;
	if (options_decode(
		    context, field->message, bytes, &set)) /* the next stage reports damage */
		apply(resolving, features, &set, false);
}

static void apply_own(
	struct resolving *resolving, struct features *features, struct element *element)
{
	const struct option *own;

	if (element->options->uninterpreted)
		interpret_features(resolving, element);
	own = options_find(element->options, features_number(element->kind));
	if (own && option_message(own))
		apply(resolving, features, option_message(own), true);
	if (element->options->encoded && resolving->is_edition)
		apply_encoded(resolving, features, element);
}

static const struct features *resolve(
	struct resolving *resolving, struct element *element, const struct features *base)
{
	struct features features = *base;

	element->features = base;
	if (element->options) {
		apply_own(resolving, &features, element);
		element->features = share(resolving, base, &features);
	}
	return element->features;
}

/* ---- fields ---- */

/* 1: packed, 0: not, -1: the option is not set. */
static int packed_option(const struct field *field)
{
	const struct options *options = field->e.options;
	uint64_t value;

	if (!options)
		return -1;
	if (encoded_varint(options_encoded(options), FIELD_OPTION_PACKED, &value))
		return value != 0;
	for (const struct uninterpreted *u = options->uninterpreted; u; u = u->next) {
		if (u->n_parts == 1 && !u->parts[0].is_extension &&
			str_eq(u->parts[0].name, S("packed")))
			return u->value.kind == LITERAL_IDENT && str_eq(u->value.text, S("true"));
	}
	return -1;
}

/* Applies the words of proto2 and proto3. A map and its entry are never delimited. */
static void apply_words(
	const struct resolving *resolving, struct features *features, const struct field *field)
{
	int packed = resolving->is_edition ? -1 : packed_option(field);

	if (field->label == LABEL_REQUIRED)
		features->field_presence = PRESENCE_LEGACY_REQUIRED;
	if (field->proto3_optional)
		features->field_presence = PRESENCE_EXPLICIT;
	if (field->is_group)
		features->message_encoding = MESSAGE_DELIMITED;
	else if (field->is_map || (field->e.parent->kind == ELEMENT_MESSAGE && !field->extension &&
					  ((const struct message *)field->e.parent)->is_map_entry))
		features->message_encoding = MESSAGE_LENGTH_PREFIXED;
	if (packed >= 0)
		features->repeated_field_encoding = packed ? ENCODING_PACKED : ENCODING_EXPANDED;
}

static void resolve_field(
	struct resolving *resolving, struct field *field, const struct features *base)
{
	const struct oneof *oneof = field_oneof(field);
	struct features features;

	if (oneof && oneof->e.features)
		base = oneof->e.features;
	features = *resolve(resolving, &field->e, base);
	apply_words(resolving, &features, field);
	field->e.features = share(resolving, field->e.features, &features);
}

/* Copies the features that a map field sets to the key or value field of its entry. */
static void copy_features(struct resolving *resolving, const struct field *map, struct field *part)
{
	int32_t number = features_number(ELEMENT_FIELD);
	const struct option *set = options_find(map->e.options, number);
	struct arena *arena = resolving->context->arena;

	if (!set || options_find(part->e.options, number))
		return;
	if (!part->e.options)
		part->e.options = NEW(arena, struct options);
	part->e.options->type = map->e.options->type;
	*vec_push(arena, &part->e.options->list) = *set;
}

/* ---- the tree ---- */

static void resolve_enum(
	struct resolving *resolving, struct enumeration *enumeration, const struct features *base)
{
	base = resolve(resolving, &enumeration->e, base);
	for (uint32_t i = 0; i < enumeration->values.n; i++)
		resolve(resolving, &enumeration->values.items[i]->e, base);
}

static void resolve_fields(
	struct resolving *resolving, struct message *message, const struct features *base)
{
	for (uint32_t i = 0; i < message->oneofs.n; i++)
		resolve(resolving, &message->oneofs.items[i]->e, base);
	for (uint32_t i = 0; i < message->fields.n; i++) {
		struct field *field = message->fields.items[i];

		if (message->map_field && message->map_field->e.options)
			copy_features(resolving, message->map_field, field);
		resolve_field(resolving, field, base);
	}
	for (uint32_t i = 0; i < message->extensions.n; i++)
		resolve_field(resolving, message->extensions.items[i], base);
}

/* Needed before options are interpreted: it decides how values of message sets are encoded. */
static bool is_written_message_set(const struct message *message)
{
	const struct options *options = message->e.options;
	uint64_t value;

	if (!options)
		return false;
	if (options->encoded)
		return encoded_varint(
			       options_encoded(options), MESSAGE_OPTION_MESSAGE_SET, &value) &&
		       value != 0;
	for (const struct uninterpreted *u = options->uninterpreted; u; u = u->next) {
		if (u->n_parts == 1 && !u->parts[0].is_extension &&
			str_eq(u->parts[0].name, S("message_set_wire_format")))
			return u->value.kind == LITERAL_IDENT && str_eq(u->value.text, S("true"));
	}
	return false;
}

/* Recursion is as deep as messages nest, which the readers of files bound. */
static void resolve_message(
	struct resolving *resolving, struct message *message, const struct features *base)
{
	base = resolve(resolving, &message->e, base);
	message->is_message_set = is_written_message_set(message);
	for (uint32_t i = 0; message->is_message_set && i < message->extension_ranges.n; i++)
		if (message->extension_ranges.items[i]->to_max)
			message->extension_ranges.items[i]->end = MAX_SET_NUMBER;
	resolve_fields(resolving, message, base);
	for (uint32_t i = 0; i < message->enums.n; i++)
		resolve_enum(resolving, message->enums.items[i], base);
	for (uint32_t i = 0; i < message->messages.n; i++)
		resolve_message(resolving, message->messages.items[i], base);
	for (uint32_t i = 0; i < message->extension_ranges.n; i++) {
		struct extension_range *range = message->extension_ranges.items[i];

		resolve(resolving, &range->e, base);
	}
}

static void resolve_service(
	struct resolving *resolving, struct service *service, const struct features *base)
{
	base = resolve(resolving, &service->e, base);
	for (uint32_t i = 0; i < service->methods.n; i++)
		resolve(resolving, &service->methods.items[i]->e, base);
}

void features_file(struct context *context)
{
	struct file *file = context->file;
	struct resolving resolving = { .context = context,
		.is_edition = file->edition >= EDITION_2023 };
	const struct features *base =
		resolve(&resolving, &file->e, default_features(file->edition));

	for (uint32_t i = 0; i < file->messages.n; i++)
		resolve_message(&resolving, file->messages.items[i], base);
	for (uint32_t i = 0; i < file->enums.n; i++)
		resolve_enum(&resolving, file->enums.items[i], base);
	for (uint32_t i = 0; i < file->extensions.n; i++)
		resolve_field(&resolving, file->extensions.items[i], base);
	for (uint32_t i = 0; i < file->services.n; i++)
		resolve_service(&resolving, file->services.items[i], base);
}
