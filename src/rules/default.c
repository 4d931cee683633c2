/* Default values of fields. */
#include <math.h>
#include "rules/finding.h"

/* The value that a field gives while it is not set. */
struct effective {
	enum { NUMBER_SIGNED, NUMBER_UNSIGNED, NUMBER_DOUBLE, NUMBER_FLOAT, OCTETS } kind;
	int64_t i;
	uint64_t u;
	double d;
	struct str s;
};

static bool can_have_default(const struct field *field)
{
	enum field_type kind = field_kind(field);

	return field->label != LABEL_REPEATED && kind != TYPE_MESSAGE && kind != TYPE_GROUP &&
	       field->type != TYPE_UNRESOLVED;
}

/* The default of an enum field that has none of its own; NULL for other fields, and for an enum of
 * a broken file that has no values. */
static const struct enum_value *first_value(const struct field *field)
{
	if (field->type != TYPE_ENUM || !field->enumeration->values.n)
		return NULL;
	return field->enumeration->values.items[0];
}

static struct effective effective_default(const struct field *field)
{
	struct value value = { .s = { NULL, 0 } }; /* zero, empty */

	if (field->has_default)
		value = field->preset->value;
	else if (first_value(field))
		value.i = first_value(field)->number;
	switch (field->type) {
	case TYPE_STRING:
	case TYPE_BYTES:
		return (struct effective){ .kind = OCTETS, .s = value.s };
	case TYPE_DOUBLE:
		return (struct effective){ .kind = NUMBER_DOUBLE, .d = value.d };
	case TYPE_FLOAT:
		return (struct effective){ .kind = NUMBER_FLOAT, .d = value.d };
	case TYPE_BOOL:
	case TYPE_UINT32:
	case TYPE_UINT64:
	case TYPE_FIXED32:
	case TYPE_FIXED64:
		return (struct effective){ .kind = NUMBER_UNSIGNED, .u = value.u };
	default:
		return (struct effective){ .kind = NUMBER_SIGNED, .i = value.i };
	}
}

static bool is_zero(const struct effective *e)
{
	switch (e->kind) {
	case OCTETS:
		return e->s.n == 0;
	case NUMBER_SIGNED:
		return e->i == 0;
	case NUMBER_UNSIGNED:
		return e->u == 0;
	default:
		return e->d == 0; /* -0 too */
	}
}

static bool is_floating(const struct effective *e)
{
	return e->kind == NUMBER_DOUBLE || e->kind == NUMBER_FLOAT;
}

/* Is the integer equal to the floating-point number? */
static bool integer_is(const struct effective *integer, double d)
{
	if (d != trunc(d)) /* NaN, too */
		return false;
	if (integer->kind == NUMBER_UNSIGNED)
		return d >= 0 && d < 18446744073709551616.0 && (uint64_t)d == integer->u;
	return d >= -9223372036854775808.0 && d < 9223372036854775808.0 && (int64_t)d == integer->i;
}

static bool defaults_agree(const struct effective *a, const struct effective *b)
{
	if (is_zero(a) && is_zero(b))
		return true;
	if (a->kind == OCTETS || b->kind == OCTETS)
		return a->kind == b->kind && str_eq(a->s, b->s);
	if (is_floating(a) && is_floating(b)) {
		if (isnan(a->d) && isnan(b->d))
			return true;
		/* A float and a double are compared as floats. */
		return a->kind == b->kind ? a->d == b->d : (float)a->d == (float)b->d;
	}
	if (is_floating(a))
		return integer_is(b, a->d);
	if (is_floating(b))
		return integer_is(a, b->d);
	if (a->kind == b->kind)
		return a->kind == NUMBER_SIGNED ? a->i == b->i : a->u == b->u;
	if (a->kind == NUMBER_SIGNED)
		return a->i >= 0 && (uint64_t)a->i == b->u;
	return b->i >= 0 && (uint64_t)b->i == a->u;
}

static struct str default_words(const struct check *c, const struct field *field)
{
	if (field->has_default && (field->type == TYPE_STRING || field->type == TYPE_BYTES))
		return str_printf(c->arena, "\"" STR "\"", ARG(field->preset->text));
	if (field->has_default)
		return field->preset->text;
	switch (field->type) {
	case TYPE_STRING:
	case TYPE_BYTES:
		return S("\"\"");
	case TYPE_BOOL:
		return S("false");
	default:
		return first_value(field) ? first_value(field)->e.name : S("0");
	}
}

static void field_same_default(struct check *c, const struct rule *rule, const struct pair *pair)
{
	const struct field *old = pair->old.field, *new = pair->new.field;
	struct effective was, is;
	struct fact fact;

	if (!old || !new || !can_have_default(old) || !can_have_default(new))
		return;
	was = effective_default(old);
	is = effective_default(new);
	if (defaults_agree(&was, &is))
		return;
	fact = (struct fact){
		.old = old->has_default ? spot_span(&old->e, old->preset->span)
					: spot_element(&old->e),
		.new = new->has_default ? spot_span(&new->e, new->preset->span)
					: spot_element(&new->e),
		.subject = &old->e,
		.before = default_words(c, old),
		.after = default_words(c, new),
	};
	if (str_eq(fact.before, fact.after) && old->type == TYPE_ENUM && new->type == TYPE_ENUM) {
		fact.before =
			str_printf(c->arena, STR " (%lld)", ARG(fact.before), (long long)was.i);
		fact.after = str_printf(c->arena, STR " (%lld)", ARG(fact.after), (long long)is.i);
	}
	if (old->type == TYPE_ENUM && !old->has_default && !new->has_default)
		fact.help = str_printf(c->arena,
			"the first value of an enum is the default of its fields: leave '" STR
			"' first, or write [default = " STR "]",
			ARG(default_words(c, old)), ARG(default_words(c, old)));
	else
		fact.help = str_printf(c->arena,
			"keep the default " STR ": it is not in the data, each side fills in its "
			"own where the field is not set",
			ARG(fact.before));
	finding_add(c, rule, pair, &fact, STR " changed its default from " STR " to " STR,
		ARG(field_words(c, old)), ARG(fact.before), ARG(fact.after));
}

/* A default as JSON would have it as a text. */
static struct str default_text(const struct field *field)
{
	if (field->has_default)
		return field->preset->text;
	return first_value(field) ? first_value(field)->e.name : S("");
}

/*
 * In JSON an enum is its name, and a text may say a number or a name: a renumbered value is the
 * same there.
 */
static unsigned default_breaks(const struct question *q)
{
	const struct field *old = q->pair->old.field, *new = q->pair->new.field;
	bool enums = old->type == TYPE_ENUM && new->type == TYPE_ENUM;
	bool text = (old->type == TYPE_STRING) != (new->type == TYPE_STRING);
	unsigned breaks = EVERYTHING;

	if ((enums || text) && str_eq(default_text(old), default_text(new)))
		breaks &= ~(unsigned)JSON;
	/* Who writes it always leaves no room for a default. */
	if (field_cardinality(old) == CARDINALITY_REQUIRED)
		breaks &= ~(unsigned)(WIRE_BACKWARD | JSON_BACKWARD);
	if (field_cardinality(new) == CARDINALITY_REQUIRED)
		breaks &= ~(unsigned)(WIRE_FORWARD | JSON_FORWARD);
	return breaks;
}

const struct rule rule_FIELD_SAME_DEFAULT = {
	.id = "FIELD_SAME_DEFAULT",
	.categories = CAT_FILE | CAT_PACKAGE | CAT_WIRE_JSON | CAT_WIRE | CAT_CSR,
	.not_in_v1 = true,
	.not_in_v1beta1 = true,
	.breaks = JSON_BACKWARD | JSON_FORWARD | SOURCE_CODE | WIRE_BACKWARD | WIRE_FORWARD,
	.narrow = default_breaks,
	.on = PAIR_FIELD,
	.check = field_same_default,
	.purpose = "fields keep their default value",
	.compares =
		"The value that a field gives while it is not set: `default` where it is written, "
		"else the zero of its type, for an enum the number of its first value. Numbers are "
		"compared as numbers, text and bytes by content, whatever the types. Repeated, map "
		"and message fields have no default. Extensions are compared too.",
	.hurts = "A default is never sent. Writers leave the field out, and each reader fills in "
		 "its own: new readers read other values from old data, and old readers from new "
		 "data, on the wire and in JSON, without any error. Source code gets another value "
		 "from the same call.",
	.before = "syntax = \"proto2\";\npackage acme.v1;\nmessage Order {\n  optional int32 "
		  "quantity = 1 [default = 1];\n}",
	.after = "syntax = \"proto2\";\npackage acme.v1;\nmessage Order {\n  optional int32 "
		 "quantity = 1 [default = 2];\n}",
	.safely = "Keep the default, and let writers set the field where they mean another value. "
		  "Or add a new field with the new default.",
};
