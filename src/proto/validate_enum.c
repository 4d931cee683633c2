#include "proto/validate.h"

enum { OPTION_ALLOW_ALIAS = 2 }; /* EnumOptions */

static void validate_aliases(struct context *c, struct enumeration *e)
{
	const struct option *allow = options_find(e->e.options, OPTION_ALLOW_ALIAS);
	struct map numbers;
	bool any = false;

	if (allow && allow->field && !allow->value.u) {
		diag_error(c->diags, here(c, allow->span), "'allow_alias = false' has no effect");
		diag_help(c->diags, "take it away");
		return;
	}
	map_init(&numbers, c->scratch);
	for (uint32_t i = 0; i < e->values.n; i++) {
		struct enum_value *value = e->values.items[i];
		void **slot = map_put(&numbers, &numbers, (uint32_t)value->number);
		struct enum_value *first = *slot;

		if (!first) {
			*slot = value;
			continue;
		}
		any = true;
		if (allow)
			continue;
		diag_error(c->diags, here(c, value->number_span),
			"number %d of value '" STR "' is taken by value '" STR "'",
			(int)value->number, ARG(value->e.name), ARG(first->e.name));
		diag_note(c->diags, here(c, first->number_span), "taken");
		diag_help(c->diags, "if both names mean the same, say: option allow_alias = true;");
	}
	if (allow && allow->field && !any) {
		diag_error(c->diags, here(c, allow->span),
			"'allow_alias' is set, but no two values of enum '" STR "' share a number",
			ARG(e->e.name));
		diag_help(c->diags, "take it away");
	}
}

/* The value's name without the enum's name in front, in any case and with any underscores
 * (descriptor.cc, EnumValuePrefix). */
static struct str without_prefix(struct str value, struct str name)
{
	size_t i = 0, k = 0;

	while (i < value.n && k < name.n) {
		char a = value.p[i], b = name.p[k];

		if (a == '_') {
			i++;
			continue;
		}
		if (b == '_') {
			k++;
			continue;
		}
		a |= a >= 'A' && a <= 'Z' ? 0x20 : 0;
		b |= b >= 'A' && b <= 'Z' ? 0x20 : 0;
		if (a != b)
			return value;
		i++;
		k++;
	}
	while (k < name.n && name.p[k] == '_')
		k++;
	if (k < name.n)
		return value;
	while (i < value.n && value.p[i] == '_')
		i++;
	return i < value.n ? str_from(value, i) : value;
}

/* FOO_BAR → FooBar, in scratch (descriptor.cc, EnumValueToPascalCase). */
static struct str pascal_case(struct context *c, struct str name)
{
	char *p = arena_bytes(c->scratch, name.n + 1);
	size_t n = 0;
	bool upper = true;

	for (size_t i = 0; i < name.n; i++) {
		char ch = name.p[i];

		if (ch == '_') {
			upper = true;
			continue;
		}
		if (upper && ch >= 'a' && ch <= 'z')
			ch = (char)(ch - 'a' + 'A');
		else if (!upper && ch >= 'A' && ch <= 'Z')
			ch = (char)(ch - 'A' + 'a');
		p[n++] = ch;
		upper = false;
	}
	return (struct str){ p, n };
}

static struct str json_form(
	struct context *c, const struct enumeration *e, const struct enum_value *value)
{
	return pascal_case(c, without_prefix(value->e.name, e->e.name));
}

static void validate_json(struct context *c, struct enumeration *e)
{
	struct map names;

	if (!e->e.features || e->e.features->json_format == JSON_LEGACY_BEST_EFFORT)
		return;
	map_init(&names, c->scratch);
	for (uint32_t i = 0; i < e->values.n; i++) {
		struct enum_value *value = e->values.items[i];
		struct str name = json_form(c, e, value);
		void **slot = map_put(&names, NULL, str_hash(name));
		struct enum_value *first = *slot;

		if (!first) {
			*slot = value;
			continue;
		}
		if (!str_eq(json_form(c, e, first), name))
			continue; /* one hash, two names */
		if (first->number == value->number || first->e.name.p == value->e.name.p)
			continue;
		diag_error(c->diags, here(c, value->e.name_span),
			"values '" STR "' and '" STR
			"' are one name to JSON and to generators that leave the enum's name out",
			ARG(value->e.name), ARG(first->e.name));
		diag_note(c->diags, here(c, first->e.name_span), "value '" STR "' is declared",
			ARG(first->e.name));
	}
}

void validate_enum(struct context *c, struct enumeration *e)
{
	if (!e->values.n) {
		diag_error(c->diags, here(c, e->e.name_span), "enum '" STR "' has no value",
			ARG(e->e.name));
		diag_help(c->diags, "add a first value of number 0");
		return;
	}
	if (!enum_is_closed(e) && e->values.items[0]->number != 0) {
		diag_error(c->diags, here(c, e->values.items[0]->number_span),
			"the first value of an open enum is 0");
		diag_help(c->diags, "put a value such as " STR "_UNSPECIFIED = 0 first",
			ARG(e->e.name));
	}
	validate_aliases(c, e);
	validate_json(c, e);
}
