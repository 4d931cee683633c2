/* A value of one type, read as another: doc/breaks.md, Types. */
#include "rules/breaks_private.h"

/* How a type is encoded. Types of one form are read as each other. */
enum form { FORM_NONE, VARINT, ZIGZAG, FIXED, FLOATING, LENGTH, GROUP };

enum nature { UNKNOWN, INTEGER, REAL, BOOLEAN, ENUM, STRING, BYTES, MESSAGE };

static const struct facts {
	enum form form;
	enum nature nature;
	int bits; /* of numbers */
	bool is_signed;
} facts[] = {
	[TYPE_DOUBLE] = { FLOATING, REAL, 64, true },
	[TYPE_FLOAT] = { FLOATING, REAL, 32, true },
	[TYPE_INT64] = { VARINT, INTEGER, 64, true },
	[TYPE_UINT64] = { VARINT, INTEGER, 64, false },
	[TYPE_INT32] = { VARINT, INTEGER, 32, true },
	[TYPE_FIXED64] = { FIXED, INTEGER, 64, false },
	[TYPE_FIXED32] = { FIXED, INTEGER, 32, false },
	[TYPE_BOOL] = { VARINT, BOOLEAN, 0, false },
	[TYPE_STRING] = { LENGTH, STRING, 0, false },
	[TYPE_GROUP] = { GROUP, MESSAGE, 0, false },
	[TYPE_MESSAGE] = { LENGTH, MESSAGE, 0, false },
	[TYPE_BYTES] = { LENGTH, BYTES, 0, false },
	[TYPE_UINT32] = { VARINT, INTEGER, 32, false },
	[TYPE_ENUM] = { VARINT, ENUM, 32, true },
	[TYPE_SFIXED32] = { FIXED, INTEGER, 32, true },
	[TYPE_SFIXED64] = { FIXED, INTEGER, 64, true },
	[TYPE_SINT32] = { ZIGZAG, INTEGER, 32, true },
	[TYPE_SINT64] = { ZIGZAG, INTEGER, 64, true },
	[TYPE_UNRESOLVED] = { FORM_NONE, UNKNOWN, 0, false },
};

static const struct {
	struct str name;       /* in google.protobuf */
	enum field_type wraps; /* TYPE_NAMED: nothing */
} special_messages[] = {
	/* Messages with a JSON form of their own. */
	{ STR_INIT("Any"), TYPE_NAMED },
	{ STR_INIT("BoolValue"), TYPE_BOOL },
	{ STR_INIT("BytesValue"), TYPE_BYTES },
	{ STR_INIT("DoubleValue"), TYPE_DOUBLE },
	{ STR_INIT("Duration"), TYPE_NAMED },
	{ STR_INIT("FieldMask"), TYPE_NAMED },
	{ STR_INIT("FloatValue"), TYPE_FLOAT },
	{ STR_INIT("Int32Value"), TYPE_INT32 },
	{ STR_INIT("Int64Value"), TYPE_INT64 },
	{ STR_INIT("ListValue"), TYPE_NAMED },
	{ STR_INIT("StringValue"), TYPE_STRING },
	{ STR_INIT("Struct"), TYPE_NAMED },
	{ STR_INIT("Timestamp"), TYPE_NAMED },
	{ STR_INIT("UInt32Value"), TYPE_UINT32 },
	{ STR_INIT("UInt64Value"), TYPE_UINT64 },
	{ STR_INIT("Value"), TYPE_NAMED },
};

/*
 * Does the message have a JSON form of its own? `wraps`: the scalar that it wraps, or TYPE_NAMED.
 */
static bool is_special(const struct type *type, enum field_type *wraps)
{
	struct str package = S("google.protobuf.");

	*wraps = TYPE_NAMED;
	if (!str_starts(type->name, package))
		return false;
	for (size_t i = 0; i < COUNT(special_messages); i++)
		if (str_eq(str_from(type->name, package.n), special_messages[i].name)) {
			*wraps = special_messages[i].wraps;
			return true;
		}
	return false;
}

struct type type_of(const struct field *field)
{
	struct type type = { .type = field_kind(field), .name = field_type_name(field) };

	if (type.type == TYPE_MESSAGE || type.type == TYPE_GROUP)
		type.message = field->message;
	else
		type.enumeration = field->enumeration;
	type.zero_is_hidden = field_cardinality(field) == CARDINALITY_IMPLICIT &&
			      !element_is_synthetic(&field->e);
	return type;
}

static bool same_name(const struct type *from, const struct type *to)
{
	return from->name.n && str_eq(from->name, to->name);
}

/* Does the integer type `to` hold all values of `from`? */
static bool integers_hold(const struct facts *from, const struct facts *to)
{
	if (from->is_signed == to->is_signed)
		return from->bits <= to->bits;
	return to->is_signed && from->bits < to->bits;
}

/* Does the other type hold all numbers of a closed enum? */
static bool values_fit(const struct enumeration *from, const struct facts *to)
{
	for (uint32_t i = 0; i < from->values.n; i++) {
		int32_t number = from->values.items[i]->number;

		if (number < 0 && !to->is_signed)
			return false;
		if (number > 1 && to->nature == BOOLEAN)
			return false;
	}
	return true;
}

/*
 * Plain varints: int, uint, bool and enum are read as each other, truncated to the reader's width.
 */
static bool varint_is_lost(struct breaks *b, const struct type *from, const struct type *to)
{
	const struct facts *source = &facts[from->type], *target = &facts[to->type];
	bool to_closed = target->nature == ENUM && enum_is_closed(to->enumeration);

	if (source->nature == ENUM && enum_is_closed(from->enumeration))
		return !values_fit(from->enumeration, target);
	if (source->nature == BOOLEAN)
		return to_closed && !(index_values(b, to->enumeration, 0) &&
					    index_values(b, to->enumeration, 1));
	return to_closed || !integers_hold(source, target); /* bool holds none: it has no bits */
}

static enum outcome wire_outcome(
	struct breaks *b, struct way way, const struct type *from, const struct type *to)
{
	const struct facts *source = &facts[from->type], *target = &facts[to->type];

	if (source->form != target->form)
		return LOST;
	switch (source->form) {
	case VARINT:
		if (source->nature == ENUM && target->nature == ENUM)
			return enum_is_lost(b, way, from->enumeration, to->enumeration) ? LOST
											: KEPT;
		return varint_is_lost(b, from, to) ? LOST : KEPT;
	case ZIGZAG:
		return integers_hold(source, target) ? KEPT : LOST;
	case FIXED: /* another width is another wire type */
		return source->bits == target->bits && source->is_signed == target->is_signed
			       ? KEPT
			       : LOST;
	case FLOATING:
		return source->bits == target->bits ? KEPT : LOST;
	case GROUP:
		return CONTENT;
	case LENGTH:
		if (source->nature == target->nature)
			return source->nature == MESSAGE ? CONTENT : KEPT;
		/* Bytes hold the text, or the encoded message, as it is. */
		return target->nature == BYTES ? KEPT : LOST;
	case FORM_NONE:
		break;
	}
	return LOST;
}

/* JSON writes an integer, quoted if it has 64 bits. */
static bool integer_is_lost_in_json(const struct type *from, const struct type *to)
{
	const struct facts *source = &facts[from->type], *target = &facts[to->type];

	switch (target->nature) {
	case INTEGER:
		return !integers_hold(source, target);
	case REAL: /* floats have 24 bits of precision, doubles 53 */
		return source->bits == 64 || target->bits == 32;
	case STRING:
		return source->bits != 64;
	case ENUM: /* a quoted number is read as a name */
		return enum_is_closed(to->enumeration) || !integers_hold(source, target);
	default:
		return true;
	}
}

/* JSON keys are strings, whatever their type. */
static bool key_is_lost_in_json(const struct type *from, const struct type *to)
{
	const struct facts *source = &facts[from->type], *target = &facts[to->type];

	if (target->nature == STRING)
		return false;
	return source->nature != target->nature || !integers_hold(source, target);
}

static enum outcome json_outcome(
	struct breaks *b, struct way way, const struct type *from, const struct type *to)
{
	enum field_type from_wraps, to_wraps;
	bool from_special = is_special(from, &from_wraps), to_special = is_special(to, &to_wraps);
	struct type source = { .type = from_wraps }, target = { .type = to_wraps };

	if (from_wraps == TYPE_NAMED)
		source = *from;
	if (to_wraps == TYPE_NAMED)
		target = *to;
	switch (facts[source.type].nature) {
	case INTEGER:
		return integer_is_lost_in_json(&source, &target) ? LOST : KEPT;
	case REAL:
		return facts[target.type].nature == REAL &&
				       facts[source.type].bits <= facts[target.type].bits
			       ? KEPT
			       : LOST;
	case ENUM:
		way.zero_is_hidden = from->zero_is_hidden;
		if (target.type == TYPE_ENUM)
			return enum_is_lost(b, way, source.enumeration, target.enumeration) ? LOST
											    : KEPT;
		/* A number without a value is printed as a number. */
		return target.type == TYPE_STRING && enum_is_closed(source.enumeration) ? KEPT
											: LOST;
	case MESSAGE:
		if (facts[target.type].nature != MESSAGE || from_special || to_special)
			return LOST;
		return CONTENT;
	case BOOLEAN:
	case STRING:
	case BYTES:
		return source.type == target.type ? KEPT : LOST;
	case UNKNOWN:
		break;
	}
	return LOST;
}

/* Have the types one name, or was one renamed to the other? */
static bool is_same_type(
	const struct breaks *b, struct way way, const struct type *from, const struct type *to)
{
	return from->name.n && (way.backward ? diff_same_name(b->diff, from->name, to->name)
					     : diff_same_name(b->diff, to->name, from->name));
}

enum outcome type_outcome(
	struct breaks *b, struct way way, const struct type *from, const struct type *to, bool key)
{
	/* A group and a length-prefixed message differ on the wire. */
	if (is_same_type(b, way, from, to) &&
		facts[from->type].nature == facts[to->type].nature &&
		(way.json || facts[from->type].form == facts[to->type].form))
		return KEPT;
	/* Only the names as written are known, and one may be relative. */
	if (from->type == TYPE_UNRESOLVED || to->type == TYPE_UNRESOLVED)
		return str_eq(str_last_component(from->name), str_last_component(to->name)) ? KEPT
											    : LOST;
	if (!way.json)
		return wire_outcome(b, way, from, to);
	if (key)
		return key_is_lost_in_json(from, to) ? LOST : KEPT;
	return json_outcome(b, way, from, to);
}

bool type_changes_source(const struct type *old, const struct type *new)
{
	const struct facts *before = &facts[old->type], *after = &facts[new->type];

	if (before->nature != after->nature)
		return true;
	if (before->nature == MESSAGE || before->nature == ENUM || before->nature == UNKNOWN)
		return !same_name(old, new);
	return before->bits != after->bits || before->is_signed != after->is_signed;
}
