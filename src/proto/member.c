/*
 * Resolves names in options: fields of a message, extensions, values of an enum; and reports those
 * that do not resolve.
 */
#include "proto/options.h"

/* ---- an outdated descriptor.proto in the tree ---- */

struct name_lookup {
	enum element_kind kind;
	struct str full_name;
	const struct element *found;
};

static void look(void *argument, struct element *element)
{
	struct name_lookup *lookup = argument;

	if (element->kind == lookup->kind && str_eq(element->full_name, lookup->full_name))
		lookup->found = element;
}

static bool builtin_has(struct context *context, const struct element *type, struct str name)
{
	struct name_lookup lookup = { type->kind, type->full_name, NULL };
	const struct enumeration *enumeration;
	bool has = false;

	file_walk(context->compiler->builtin_descriptor->file, look, &lookup);
	if (!lookup.found)
		return false;
	if (type->kind == ELEMENT_MESSAGE)
		return catalog_field(context, (const struct message *)lookup.found, name);
	enumeration = (const struct enumeration *)lookup.found;
	for (uint32_t i = 0; i < enumeration->values.n; i++)
		has |= str_eq(enumeration->values.items[i]->e.name, name);
	return has;
}

/*
 * Reports that a message or enum of the tree's own descriptor.proto lacks `name` while the built-in
 * one has it. The place is that file as a whole, so that it is reported once for each side
 * (diags_sort), however many contracts need the name.
 */
static bool descriptor_is_old(
	struct context *context, const struct element *type, struct str name, struct span span)
{
	const struct unit *unit = context->unit->descriptor;
	const struct file *file = unit ? unit->file : NULL;

	if (!file || file == context->compiler->builtin_descriptor->file || type->file != file ||
		!builtin_has(context, type, name))
		return false;
	diag_error(context->diags, place_in(file->text, NO_SPAN),
		"this descriptor.proto is older than the options that contracts use");
	diag_note(context->diags, here(context, span),
		"it does not declare '" STR "', which is used", ARG(name));
	diag_help(context->diags,
		"delete it, since a newer one is built in, or replace it by the one of the "
		"protobuf release that you use");
	return true;
}

/* ---- names ---- */

void enum_value_unknown(struct context *context, const struct enumeration *enumeration,
	struct str name, struct span span)
{
	struct arena_mark mark = arena_mark(context->scratch);
	uint32_t n = context->diags->n_errors > MOST_SUGGESTIONS ? 0 : enumeration->values.n;
	struct str *names = NEW_ARRAY(context->scratch, n, struct str);
	struct str nearest;

	if (descriptor_is_old(context, &enumeration->e, name, span)) {
		arena_rewind(context->scratch, mark);
		return;
	}
	for (uint32_t i = 0; i < n; i++)
		names[i] = enumeration->values.items[i]->e.name;
	nearest = str_nearest(name, names, n);
	diag_error(context->diags, here(context, span), "enum '" STR "' has no value '" STR "'",
		ARG(enumeration->e.full_name), ARG(name));
	if (str_find(name, '.') < name.n)
		diag_help(context->diags, "write only the value's name: '" STR "'",
			ARG(str_last_component(name)));
	else if (nearest.p)
		diag_help(context->diags, "did you mean '" STR "'?", ARG(nearest));
	arena_rewind(context->scratch, mark);
}

struct str option_label(struct context *context, const struct field *field)
{
	if (field->extension)
		return str_printf(context->scratch, "(" STR ")", ARG(field->e.full_name));
	return field->e.name;
}

static struct str member_nearest(
	struct context *context, const struct message *type, struct str name)
{
	struct str *names = NEW_ARRAY(context->scratch, type->fields.n, struct str);
	uint32_t n = 0;

	if (context->diags->n_errors > MOST_SUGGESTIONS)
		return (struct str){ NULL, 0 };
	for (uint32_t i = 0; i < type->fields.n; i++) {
		if (!str_eq(type->fields.items[i]->e.name, S("uninterpreted_option")))
			names[n++] = type->fields.items[i]->e.name;
	}
	return str_nearest(name, names, n);
}

/* Another kind of element whose options have the field, as a plural for messages; NULL: none. */
static const char *option_of_other_kind(struct context *context, struct str name)
{
	static const struct {
		enum element_kind kind;
		const char *elements;
	} kinds[] = {
		{ ELEMENT_FILE, "files" },
		{ ELEMENT_MESSAGE, "messages" },
		{ ELEMENT_FIELD, "fields" },
		{ ELEMENT_ENUM, "enums" },
		{ ELEMENT_ENUM_VALUE, "enum values" },
		{ ELEMENT_METHOD, "methods" },
		{ ELEMENT_EXTENSION_RANGE, "extension ranges" },
	};

	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct element probe = { .kind = kinds[i].kind, .file = context->file };
		const struct message *type = resolve_options_message(context, &probe);

		if (type && catalog_field(context, type, name))
			return kinds[i].elements;
	}
	return NULL;
}

/* Resolves the name of a custom option. */
static struct resolution resolve_custom(
	struct reading *reading, struct name_use *use, struct str name, struct span span)
{
	*use = (struct name_use){ resolve_option_scope(reading->element), name, span,
		WANT_EXTENSION, true };
	return resolve_name(reading->context, use);
}

static void member_unknown(
	struct reading *reading, const struct message *type, struct str name, struct span span)
{
	struct context *context = reading->context;
	bool top = type == resolve_options_message(context, reading->element);
	struct str nearest;
	const char *elements = NULL;

	if (descriptor_is_old(context, &type->e, name, span))
		return;
	nearest = member_nearest(context, type, name);
	if (top) {
		struct name_use use;

		diag_error(
			context->diags, here(context, span), "unknown option '" STR "'", ARG(name));
		if (resolve_custom(reading, &use, name, span).failure == RESOLVE_OK) {
			diag_help(context->diags,
				"write a custom option's name in parentheses: '(" STR ")'",
				ARG(name));
			return;
		}
		elements = option_of_other_kind(context, name);
	} else {
		diag_error(context->diags, here(context, span),
			"message '" STR "' has no field '" STR "'", ARG(type->e.full_name),
			ARG(name));
	}
	if (elements)
		diag_help(context->diags, "it is an option of %s", elements);
	else if (nearest.p)
		diag_help(context->diags, "did you mean '" STR "'?", ARG(nearest));
}

const struct field *option_member(
	struct reading *reading, const struct message *type, struct str name, struct span span)
{
	const struct field *field = catalog_field(reading->context, type, name);
	struct arena_mark mark;

	if (field)
		return field;
	mark = arena_mark(reading->context->scratch);
	member_unknown(reading, type, name, span);
	arena_rewind(reading->context->scratch, mark);
	return NULL;
}

/*
 * `(google.protobuf.MessageOptions.deprecated)`: a field of the options message itself in
 * parentheses. protoc allows it (descriptor.cc, InterpretSingleOption), except for those that the
 * compiler handles by their plain names.
 */
static const struct field *option_own_field(
	struct context *context, const struct message *type, const struct resolution *resolution)
{
	const struct element *found = resolution->found;

	if (resolution->failure != RESOLVE_WRONG_KIND || found->kind != ELEMENT_FIELD ||
		found->parent->kind != ELEMENT_MESSAGE ||
		!str_eq(found->parent->full_name, type->e.full_name))
		return NULL;
	if (str_eq(found->name, S("features")) || str_eq(found->name, S("map_entry")) ||
		str_eq(found->name, S("uninterpreted_option")))
		return NULL;
	return catalog_field(context, type, found->name);
}

const struct field *option_extension(
	struct reading *reading, const struct message *type, struct str name, struct span span)
{
	struct context *context = reading->context;
	struct name_use use;
	struct resolution resolution = resolve_custom(reading, &use, name, span);
	const struct field *field = (const struct field *)resolution.found;

	if (resolution.failure != RESOLVE_OK) {
		field = option_own_field(context, type, &resolution);
		if (field)
			return field;
		if (!resolve_report(context, &use, &resolution))
			reading->incomplete = true;
		return NULL;
	}
	if (!field->extension
			->extendee) { /* the error is in its own declaration, which reports it */
		reading->incomplete = true;
		return NULL;
	}
	if (!str_eq(field->extension->extendee->e.full_name, type->e.full_name)) {
		diag_error(context->diags, here(context, span),
			"extension '" STR "' is not for '" STR "'", ARG(field->e.full_name),
			ARG(type->e.full_name));
		diag_help(context->diags, "it extends '" STR "'",
			ARG(field->extension->extendee->e.full_name));
		return NULL;
	}
	return field;
}
