/* Text format on one line, as protoc prints it. */
#include "proof/value.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

void proof_quote(struct out *out, struct str text)
{
	out_char(out, '"');
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		switch (c) {
		case '\n':
			out_str(out, S("\\n"));
			break;
		case '\r':
			out_str(out, S("\\r"));
			break;
		case '\t':
			out_str(out, S("\\t"));
			break;
		case '"':
		case '\'':
		case '\\':
			out_char(out, '\\');
			out_char(out, (char)c);
			break;
		default:
			if (c < 32 || c >= 127)
				out_printf(out, "\\%03o", c);
			else
				out_char(out, (char)c);
		}
	}
	out_char(out, '"');
}

/* The shortest of so many digits that leads back to the number. */
void text_float(struct out *out, double value, bool single)
{
	char digits[40];

	if (isnan(value)) {
		out_str(out, S("nan"));
		return;
	}
	if (isinf(value)) {
		out_str(out, value > 0 ? S("inf") : S("-inf"));
		return;
	}
	for (int n = single && fabs(value) < FLT_MIN ? 1
		     : single                        ? 6
						     : 15;
		n <= (single ? 9 : 17); n++) {
		snprintf(digits, sizeof digits, "%.*g", n, value);
		if (single ? strtof(digits, NULL) == (float)value : strtod(digits, NULL) == value)
			break;
	}
	out_str(out, str_of(digits));
}

static void float_write(
	struct codec *codec, struct out *out, const struct field *field, double value)
{
	bool single = field->type == TYPE_FLOAT;

	/* protoc 3.21 takes nothing short for a float that is denormal, Go does. */
	if (single && value && fabs(value) < FLT_MIN && !codec_editions(codec))
		out_printf(out, "%.9g", value);
	else
		text_float(out, value, single);
}

static void number_write(struct out *out, struct number n)
{
	out_printf(out, "%s%" PRIu64, n.negative ? "-" : "", n.size);
}

void text_datum(
	struct codec *codec, struct out *out, const struct field *field, const struct datum *datum)
{
	const struct enum_value *value;

	if (is_message(field)) {
		if (!datum->m) {
			out_str(out, S("unset"));
			return;
		}
		out_str(out, datum->m->slots.n || datum->m->unknown.n ? S("{ ") : S("{"));
		text_write(codec, out, datum->m);
		out_str(out, datum->m->slots.n || datum->m->unknown.n ? S(" }") : S("}"));
	} else if (is_text(field)) {
		proof_quote(out, datum->s);
	} else if (is_float(field)) {
		float_write(codec, out, field, datum->d);
	} else if (field->type == TYPE_BOOL) {
		out_str(out, datum->n.size ? S("true") : S("false"));
	} else {
		value = field->type == TYPE_ENUM && field->enumeration
				? enum_first(codec, field->enumeration, number_signed(datum->n))
				: NULL;
		if (value)
			out_str(out, value->e.name);
		else
			number_write(out, datum->n);
	}
}

static bool is_lower_of(struct str lower, struct str name)
{
	if (lower.n != name.n)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (lower.p[i] != (c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c))
			return false;
	}
	return true;
}

/* A group's name is its type's; so is that of a delimited field that looks like one. */
static bool is_named_after_type(const struct field *field)
{
	const struct element *type = field->type_ref;

	return field_kind(field) == TYPE_GROUP && type && is_lower_of(field->e.name, type->name) &&
	       type->parent == field->e.parent;
}

static void name_write(struct out *out, const struct field *field)
{
	if (field->extension)
		out_printf(out, "[" STR "]", ARG(field->e.full_name));
	else
		out_str(out, is_named_after_type(field) ? field->type_ref->name : field->e.name);
}

static void space(struct out *out, bool *first)
{
	if (!*first)
		out_char(out, ' ');
	*first = false;
}

static void unknown_write(struct out *out, const struct wire_record *u, int depth);

/* Are they a message's, as far as unknown ones can be read? protoc guesses likewise. */
static bool is_message_bytes(struct str bytes)
{
	struct wire wire = wire_open(bytes);
	struct wire_record record;

	while (wire_next(&wire, &record))
		;
	return bytes.n && !wire.wrong;
}

static void unknown_write_all(struct out *out, struct str bytes, int depth)
{
	struct wire wire = wire_open(bytes);
	struct wire_record record;

	while (wire_next(&wire, &record)) {
		out_char(out, ' ');
		unknown_write(out, &record, depth);
	}
}

static void unknown_write(struct out *out, const struct wire_record *u, int depth)
{
	enum { MOST_GUESSES = 10 };

	if (u->type == WIRE_GROUP ||
		(u->type == WIRE_BYTES && depth < MOST_GUESSES && is_message_bytes(u->bytes))) {
		out_printf(out, "%" PRIu32 " {", u->number);
		if (depth < MOST_GUESSES)
			unknown_write_all(out, u->bytes, depth + 1);
		out_str(out, S(" }"));
		return;
	}
	out_printf(out, "%" PRIu32 ": ", u->number);
	if (u->type == WIRE_BYTES)
		proof_quote(out, u->bytes);
	else if (u->type == WIRE_FIXED64)
		out_printf(out, "0x%016" PRIx64, u->value);
	else if (u->type == WIRE_FIXED32)
		out_printf(out, "0x%08" PRIx64, u->value);
	else
		out_printf(out, "%" PRIu64, u->value);
}

void text_write(struct codec *codec, struct out *out, const struct tree *tree)
{
	bool first = true;

	for (uint32_t i = 0; i < tree->slots.n; i++) {
		const struct slot *slot = &tree->slots.items[i];

		for (uint32_t k = 0; k < slot->items.n; k++) {
			space(out, &first);
			name_write(out, slot->field);
			out_str(out, is_message(slot->field) ? S(" ") : S(": "));
			text_datum(codec, out, slot->field, &slot->items.items[k]);
		}
	}
	for (uint32_t i = 0; i < tree->unknown.n; i++) {
		space(out, &first);
		unknown_write(out, &tree->unknown.items[i], 0);
	}
}
