/*
 * Where an option may be used. Its declaration says on which elements (`targets`) and in which
 * editions (lifetime.c); which fields a feature is for, descriptor.cc says (ValidateFieldFeatures).
 *
 * Part of the validate stage: only then are the options of all declarations interpreted.
 */
#include "proto/options.h"

/* FieldOptions.OptionTargetType by kind of element, and the name of the kind. */
static int64_t target_of(enum element_kind kind)
{
	switch (kind) {
	case ELEMENT_FILE:
		return 1;
	case ELEMENT_EXTENSION_RANGE:
		return 2;
	case ELEMENT_MESSAGE:
		return 3;
	case ELEMENT_FIELD:
		return 4;
	case ELEMENT_ONEOF:
		return 5;
	case ELEMENT_ENUM:
		return 6;
	case ELEMENT_ENUM_VALUE:
		return 7;
	case ELEMENT_SERVICE:
		return 8;
	case ELEMENT_METHOD:
		return 9;
	default:
		return 0;
	}
}

static const char *target_text(int64_t target)
{
	static const char *const texts[] = { "nothing", "files", "extension ranges", "messages",
		"fields", "oneofs", "enums", "enum values", "services", "methods" };

	return target > 0 && target < (int64_t)COUNT(texts) ? texts[target] : texts[0];
}

static void check_targets(
	struct context *context, const struct element *element, const struct option *option)
{
	const struct options *declared = option->field->e.options;
	int64_t here_target = target_of(element->kind);
	struct str listed = { 0 };

	if (!options_find(declared, FIELD_OPTION_TARGETS))
		return;
	for (uint32_t i = 0; i < declared->list.n; i++) {
		const struct option *target = &declared->list.items[i];

		if (target->number != FIELD_OPTION_TARGETS || !target->field)
			continue;
		if (target->value.i == here_target)
			return;
		listed = listed.p ? str_printf(context->scratch, STR ", %s", ARG(listed),
					    target_text(target->value.i))
				  : str_of(target_text(target->value.i));
	}
	diag_error(context->diags, here(context, option->span),
		"option '" STR "' may not be set on %s", ARG(option_label(context, option->field)),
		target_text(here_target));
	diag_help(context->diags, "it is for " STR, ARG(listed));
}

static void check_options(struct context *context, const struct element *element,
	const struct options *options, unsigned depth)
{
	for (uint32_t i = 0; depth < MAX_VALUE_DEPTH && i < options->list.n; i++) {
		const struct option *option = &options->list.items[i];
		const struct enum_value *named;

		if (!option->field)
			continue;
		if (option->field->e.options) {
			if (!context->file->from_set)
				check_targets(context, element, option);
			lifetime_check_use(context, &option->field->e, option->span);
		}
		named = option->field->type == TYPE_ENUM ? option->value.enum_value : NULL;
		if (named && named->e.options)
			lifetime_check_use(context, &named->e, option->span);
		if (option_message(option))
			check_options(context, element, option_message(option), depth + 1);
	}
}

/* ---- features of fields ---- */

static const char *presence_fault(const struct field *field, int64_t presence)
{
	if (field->is_map)
		return "a map has no presence";
	if (field->label == LABEL_REPEATED)
		return "a repeated field has no presence";
	if (field->extension)
		return "an extension is always explicit";
	if (field_oneof(field))
		return "a member of a oneof is always explicit";
	if (field_is_message(field) && presence == PRESENCE_IMPLICIT)
		return "a message field is never implicit";
	return NULL;
}

static const char *repeated_fault(const struct field *field, int64_t encoding)
{
	if (field->is_map || field->label != LABEL_REPEATED)
		return "the field is not repeated";
	if (encoding == ENCODING_PACKED && !field_is_packable(field))
		return "only numbers, bools and enums can be packed";
	return NULL;
}

static bool has_text(const struct field *field)
{
	if (field->type == TYPE_STRING)
		return true;
	for (uint32_t i = 0; field->is_map && field->message && i < field->message->fields.n; i++) {
		if (field->message->fields.items[i]->type == TYPE_STRING)
			return true;
	}
	return false;
}

static const char *field_feature_fault(const struct field *field, const struct option *option)
{
	switch (option->number) {
	case FEATURE_FIELD_PRESENCE:
		return presence_fault(field, option->value.i);
	case FEATURE_REPEATED_FIELD_ENCODING:
		return repeated_fault(field, option->value.i);
	case FEATURE_UTF8_VALIDATION:
		return has_text(field) ? NULL : "the field does not hold strings";
	case FEATURE_MESSAGE_ENCODING:
		if (field->is_map)
			return "a map is never delimited";
		return field_is_message(field) ? NULL : "the field is not a message";
	default:
		return NULL;
	}
}

static const struct options *features_of(const struct element *element)
{
	const struct option *option =
		options_find(element->options, features_number(element->kind));

	return option ? option_message(option) : NULL;
}

/* At the field's type, where buf reports them. */
static void check_field_features(struct context *context, const struct field *field)
{
	const struct options *features = features_of(&field->e);

	for (uint32_t i = 0; features && field->type != TYPE_UNRESOLVED && i < features->list.n;
		i++) {
		const struct option *option = &features->list.items[i];
		const char *fault = option->field ? field_feature_fault(field, option) : NULL;

		if (!fault)
			continue;
		diag_error(context->diags, here(context, field->type_span),
			"feature '" STR "' may not be set on '" STR "': %s",
			ARG(option->field->e.name), ARG(field->e.name), fault);
		if (!span_is_none(option->span))
			diag_note(context->diags, here(context, option->span), "set here");
	}
}

static void check_file_features(struct context *context)
{
	const struct options *features = features_of(&context->file->e);
	const struct option *presence = options_find(features, FEATURE_FIELD_PRESENCE);

	if (options_int(features, FEATURE_FIELD_PRESENCE, 0) != PRESENCE_LEGACY_REQUIRED)
		return;
	diag_error(context->diags, here(context, presence->span),
		"LEGACY_REQUIRED cannot be set for a whole file");
	diag_help(context->diags, "set the feature on the fields that are required");
}

/* ---- options that an edition removed without saying so in their declaration ---- */

static const struct gone {
	enum element_kind kind;
	int32_t number;
	enum edition edition;
	const char *name, *since, *help;
} gone[] = {
	{ ELEMENT_FILE, 27, EDITION_2023, "java_string_check_utf8", "edition 2023",
		"set the feature utf8_validation" },
	{ ELEMENT_FIELD, 1, EDITION_2024, "ctype", "edition 2024",
		"set the feature (pb.cpp).string_type" },
};

static void check_gone(struct context *context, const struct element *element)
{
	for (size_t i = 0; i < COUNT(gone); i++) {
		const struct option *option;

		if (gone[i].kind != element->kind || context->file->edition < gone[i].edition)
			continue;
		option = options_find(element->options, gone[i].number);
		if (!option)
			continue;
		diag_error(context->diags, here(context, option->span), "'%s' was removed in %s",
			gone[i].name, gone[i].since);
		diag_help(context->diags, "%s", gone[i].help);
	}
}

static void check_declared(struct context *context, const struct element *element)
{
	check_gone(context, element);
	if (element->kind == ELEMENT_FIELD || element->kind == ELEMENT_ENUM_VALUE)
		lifetime_check_declaration(context, element);
	if (element->kind == ELEMENT_FIELD)
		check_field_features(context, (const struct field *)element);
	else if (element->kind == ELEMENT_FILE)
		check_file_features(context);
}

static void check_element(void *user, struct element *element)
{
	struct context *context = user;
	struct arena_mark mark;

	if (!element->options || element->options->list.n == 0 || element_is_synthetic(element))
		return;
	mark = arena_mark(context->scratch);
	check_options(context, element, element->options, 0);
	/* The compiler that wrote a set checked the rest. */
	if (!context->file->from_set)
		check_declared(context, element);
	arena_rewind(context->scratch, mark);
}

void options_check_use(struct context *context)
{
	file_walk(context->file, check_element, context);
}
