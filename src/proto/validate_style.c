/*
 * How things are named (features.enforce_naming_style, from edition 2024): the form of each name
 * (descriptor.proto, STYLE2024), and names that generated code gives to accessors (STYLE2026;
 * protobuf's naming_style.cc).
 */
#include "proto/validate.h"

struct style {
	struct context *context;
	struct map members; /* (message, its field's or oneof's interned name) → the element;
			       (message, 0): they are in */
};

static bool is_lower(char ch)
{
	return ch >= 'a' && ch <= 'z';
}

static bool is_upper(char ch)
{
	return ch >= 'A' && ch <= 'Z';
}

static bool is_digit(char ch)
{
	return ch >= '0' && ch <= '9';
}

/* After an underscore comes a letter. */
static bool underscores_fit(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] == '_' &&
			(i + 1 == name.n || !(is_lower(name.p[i + 1]) || is_upper(name.p[i + 1]))))
			return false;
	return true;
}

static bool is_snake(struct str name, bool upper)
{
	for (size_t i = 0; i < name.n; i++) {
		char ch = name.p[i];

		if (!(upper ? is_upper(ch) : is_lower(ch)) && !(i && (is_digit(ch) || ch == '_')))
			return false;
	}
	return underscores_fit(name);
}

/* A package is checked as a whole: protoc accepts `a._b`. */
static bool is_snake_package(struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		char ch = name.p[i];

		if (!is_lower(ch) && !(i && (is_digit(ch) || ch == '_' || ch == '.')))
			return false;
	}
	return underscores_fit(name);
}

static bool is_title(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!is_upper(name.p[i]) && !(i && (is_lower(name.p[i]) || is_digit(name.p[i]))))
			return false;
	return true;
}

static int style_of(const struct element *e)
{
	return e->features ? e->features->enforce_naming_style : 0;
}

static const char *edition_of(int style)
{
	return style == STYLE2026 ? "edition 2026" : "edition 2024";
}

/* The form that a name should have; NULL: it has it, or none is required. */
static const char *wanted_form(const struct element *e, const char **what)
{
	switch (e->kind) {
	case ELEMENT_MESSAGE:
		*what = "message";
		return is_title(e->name) ? NULL : "TitleCase";
	case ELEMENT_ENUM:
		*what = "enum";
		return is_title(e->name) ? NULL : "TitleCase";
	case ELEMENT_SERVICE:
		*what = "service";
		return is_title(e->name) ? NULL : "TitleCase";
	case ELEMENT_METHOD:
		*what = "method";
		return is_title(e->name) ? NULL : "TitleCase";
	case ELEMENT_FIELD:
		*what = "field";
		return is_snake(e->name, false) ? NULL : "lower_snake_case";
	case ELEMENT_ONEOF:
		*what = "oneof";
		return is_snake(e->name, false) ? NULL : "lower_snake_case";
	case ELEMENT_ENUM_VALUE:
		*what = "enum value";
		return is_snake(e->name, true) ? NULL : "UPPER_SNAKE_CASE";
	default:
		return NULL;
	}
}

static void check_form(struct context *c, const struct element *e)
{
	const char *what = NULL, *form = wanted_form(e, &what);

	if (!form)
		return;
	diag_error(c->diags, here(c, e->name_span),
		"the name of %s '" STR "' is not %s, which %s requires", what, ARG(e->name), form,
		edition_of(style_of(e)));
	diag_help(c->diags, "rename it, or set features.enforce_naming_style = STYLE_LEGACY");
}

/* ---- names that accessors have ---- */

/* The message whose class has the field's or oneof's accessors; NULL when it is not known. */
static const struct message *accessor_class(const struct element *e)
{
	const struct field *field = e->kind == ELEMENT_FIELD ? (const struct field *)e : NULL;

	return field && field->extension ? field->extension->extendee : element_message(e);
}

static const struct element *member_named(
	struct style *style, const struct message *message, struct str name)
{
	struct map *members = &style->members;

	if (!map_get(members, message, 0)) {
		*map_put(members, message, 0) = style;
		for (uint32_t i = 0; i < message->fields.n; i++) {
			struct element *e = &message->fields.items[i]->e;

			*map_put(members, message, (uintptr_t)e->name.p) = e;
		}
		for (uint32_t i = 0; i < message->oneofs.n; i++) {
			struct element *e = &message->oneofs.items[i]->e;

			if (!message->oneofs.items[i]->is_synthetic)
				*map_put(members, message, (uintptr_t)e->name.p) = e;
		}
	}
	name = intern(style->context->compiler->names, name);
	return map_get(members, message, (uintptr_t)name.p);
}

/* The member whose accessor a name is: `foo` for `has_foo` and `foo_value`; NULL if there is none.
 */
static const struct element *accessor_of(struct style *style, const struct element *e)
{
	static const struct str prefixes[] = { STR_INIT("has_"), STR_INIT("get_"), STR_INIT("set_"),
		STR_INIT("clear_") };
	const struct str suffix = S("_value");
	const struct message *message = accessor_class(e);
	const struct element *member = NULL;

	if (!message)
		return NULL;
	for (size_t i = 0; i < COUNT(prefixes) && !member; i++)
		if (str_starts(e->name, prefixes[i]))
			member = member_named(style, message, str_from(e->name, prefixes[i].n));
	if (!member && str_ends(e->name, suffix))
		member = member_named(style, message, str_head(e->name, e->name.n - suffix.n));
	return member;
}

static void check_accessors(struct style *style, const struct element *e)
{
	struct context *c = style->context;
	const char *what = e->kind == ELEMENT_FIELD ? "field" : "oneof";
	const struct element *member = accessor_of(style, e);

	if (member) {
		diag_error(c->diags, here(c, e->name_span),
			"%s '" STR "' has the name of a generated accessor of %s '" STR
			"', which edition 2026 refuses",
			what, ARG(e->name), member->kind == ELEMENT_FIELD ? "field" : "oneof",
			ARG(member->name));
		if (member->file == c->file)
			diag_note(c->diags, here(c, member->name_span), "'" STR "' is declared",
				ARG(member->name));
	} else if (str_eq(e->name, S("descriptor"))) {
		diag_error(c->diags, here(c, e->name_span),
			"%s 'descriptor' has the name of a generated accessor, which edition 2026 "
			"refuses",
			what);
	} else {
		return;
	}
	diag_help(c->diags, "rename it, or set features.enforce_naming_style = STYLE2024");
}

/* ---- the file ---- */

static void check_element(void *user, struct element *e)
{
	struct style *style = user;
	int wanted = style_of(e);

	if ((wanted != STYLE2024 && wanted != STYLE2026) || !e->name.p || element_is_synthetic(e))
		return;
	check_form(style->context, e);
	if (wanted == STYLE2026 && (e->kind == ELEMENT_FIELD || e->kind == ELEMENT_ONEOF))
		check_accessors(style, e);
}

void validate_style(struct context *c)
{
	struct style style = { .context = c };
	int wanted = style_of(&c->file->e);

	map_init(&style.members, c->scratch);
	if ((wanted == STYLE2024 || wanted == STYLE2026) && !is_snake_package(c->file->package)) {
		diag_error(c->diags, here(c, c->file->package_span),
			"package '" STR "' is not lower_snake_case, which %s requires",
			ARG(c->file->package), edition_of(wanted));
		diag_help(
			c->diags, "rename it, or set features.enforce_naming_style = STYLE_LEGACY");
	}
	file_walk(c->file, check_element, &style);
}
