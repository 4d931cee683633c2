/*
 * The names of an enum's values in JSON: those that generators derive are one name each
 * (descriptor.cc, CheckEnumValueUniqueness), and from edition 2026 those that
 * `(pb.enumvalue.json).string` writes are read as one value each (CheckEnumValueJson).
 */
#include "proto/validate.h"

/* ---- derived names ---- */

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

static void check_derived(struct context *c, struct enumeration *e)
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
			"' have the same name in JSON and in generators that drop the enum's name",
			ARG(value->e.name), ARG(first->e.name));
		diag_note(c->diags, here(c, first->e.name_span), "value '" STR "' is declared",
			ARG(first->e.name));
	}
}

/* ---- written names ---- */

enum { ENUM_VALUE_JSON = 998, JSON_STRING = 1 }; /* google/protobuf/json_enumvalue_options.proto */

/* The `(pb.enumvalue.json).string` of a value; NULL: none is written. */
static const struct option *written_name(const struct enum_value *value)
{
	const struct option *json = options_find(value->e.options, ENUM_VALUE_JSON);
	const struct option *name = json && option_message(json)
					    ? options_find(option_message(json), JSON_STRING)
					    : NULL;

	return name && name->field && name->value.type == TYPE_STRING ? name : NULL;
}

static bool is_space(char ch)
{
	return ch == ' ' || (ch >= '\t' && ch <= '\r');
}

/* As absl::SimpleAtoi reads an int32: with a sign, and white space around it. */
static bool read_int32(struct str text, int32_t *number)
{
	int64_t n = 0;
	bool negative;

	while (text.n && is_space(text.p[0]))
		text = str_from(text, 1);
	while (text.n && is_space(text.p[text.n - 1]))
		text.n--;
	negative = text.n && text.p[0] == '-';
	if (negative || (text.n && text.p[0] == '+'))
		text = str_from(text, 1);
	if (!text.n)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
		n = n * 10 + (text.p[i] - '0');
		if (n > (int64_t)INT32_MAX + negative)
			return false;
	}
	*number = (int32_t)(negative ? -n : n);
	return true;
}

/* The names that an enum's values have in JSON. */
struct json_names {
	struct context *context;
	struct map values;  /* name → the first value that has it */
	struct map numbers; /* number → the first value that has it */
};

/* A value and one of its names, in the order of values. */
static void declare_name(
	struct json_names *names, const struct enum_value *value, struct str name, struct span span)
{
	struct context *c = names->context;
	const void **slot =
		(const void **)map_put(&names->values, intern(c->compiler->names, name).p, 0);
	const struct enum_value *first = *slot;

	if (!first) {
		*slot = value;
	} else if (first->number != value->number) {
		diag_error(c->diags, here(c, span),
			"the JSON name '" STR "' of value '" STR "' is also that of value '" STR
			"'",
			ARG(name), ARG(value->e.name), ARG(first->e.name));
		diag_note(c->diags, here(c, first->e.name_span), "value '" STR "' is declared",
			ARG(first->e.name));
	}
}

static void check_number(
	struct context *c, const struct enum_value *value, const struct option *name)
{
	int32_t number;

	if (!read_int32(name->value.s, &number) || number == value->number)
		return;
	diag_error(c->diags, here(c, name->span),
		"the JSON name '" STR "' of value '" STR "' is a number other than its own, %d",
		ARG(name->value.s), ARG(value->e.name), (int)value->number);
	diag_help(c->diags, "JSON readers read it as the value of that number");
}

/* Aliases of one number have one name in JSON. */
static void check_alias(struct json_names *names, const struct enum_value *value)
{
	struct context *c = names->context;
	const void **slot = (const void **)map_put(&names->numbers, names, (uint32_t)value->number);
	const struct enum_value *first = *slot;
	const struct option *ours = written_name(value), *theirs;

	if (!first) {
		*slot = value;
		return;
	}
	theirs = written_name(first);
	if (ours && theirs ? str_eq(ours->value.s, theirs->value.s) : ours == theirs)
		return;
	diag_error(c->diags, here(c, ours ? ours->span : value->e.name_span),
		"value '" STR "' is an alias of '" STR "', but has another JSON name",
		ARG(value->e.name), ARG(first->e.name));
	diag_note(c->diags, here(c, first->e.name_span), "value '" STR "' is declared",
		ARG(first->e.name));
	diag_help(c->diags, "give all names of one number the same (pb.enumvalue.json).string");
}

static void check_written(struct context *c, const struct enumeration *e)
{
	struct json_names names = { .context = c };
	bool any = false;

	for (uint32_t i = 0; i < e->values.n && !any; i++)
		any = written_name(e->values.items[i]) != NULL;
	if (!any)
		return;
	map_init(&names.values, c->scratch);
	map_init(&names.numbers, c->scratch);
	for (uint32_t i = 0; i < e->values.n; i++) {
		const struct enum_value *value = e->values.items[i];
		const struct option *name = written_name(value);

		check_alias(&names, value);
		declare_name(&names, value, value->e.name, value->e.name_span);
		if (!name)
			continue;
		declare_name(&names, value, name->value.s, name->span);
		check_number(c, value, name);
		if (str_find(name->value.s, '\0') < name->value.s.n)
			diag_error(c->diags, here(c, name->span),
				"the JSON name of value '" STR "' holds a NUL", ARG(value->e.name));
	}
}

void validate_enum_json(struct context *c, struct enumeration *e)
{
	check_derived(c, e);
	check_written(c, e);
}
