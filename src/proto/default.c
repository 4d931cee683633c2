/*
 * Default values, from a literal or from a set's text (doc/grammar.md, Default values).
 *
 * The text in a descriptor differs from the literal: numbers are decimal, floats as printf writes
 * them, bytes escaped.
 */
#include "proto/options.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static bool refuse(struct context *context, struct field *field, const char *why, const char *help)
{
	diag_error(context->diags, here(context, field->preset->span),
		"field '" STR "' takes no default: %s", ARG(field->e.name), why);
	if (help)
		diag_help(context->diags, "%s", help);
	return false;
}

/* May the field have a default? */
static bool check_allowed(struct context *context, struct field *field)
{
	if (field->is_map)
		return refuse(context, field, "it is a map", NULL);
	if (field->label == LABEL_REPEATED)
		return refuse(context, field, "it is repeated", NULL);
	if (field_is_message(field))
		return refuse(context, field, "it is a message", NULL);
	if (context->file->edition == EDITION_PROTO3)
		return refuse(context, field, "proto3 has none", NULL);
	if (field->type != TYPE_UNRESOLVED && !field_has_presence(field))
		return refuse(context, field, "its presence is implicit",
			"the default of such a field is always its zero value: give it explicit "
			"presence");
	return true;
}

/* ---- texts ---- */

static struct str text_of_double(struct context *context, double d)
{
	char text[40];

	if (isnan(d))
		return S("nan");
	if (isinf(d))
		return d > 0 ? S("inf") : S("-inf");
	snprintf(text, sizeof text, "%.15g", d);
	if (strtod(text, NULL) != d)
		snprintf(text, sizeof text, "%.17g", d);
	return str_dup(context->arena, str_of(text));
}

static struct str text_of_float(struct context *context, double d)
{
	char text[40];

	if (isnan(d) || isinf(d))
		return text_of_double(context, d);
	snprintf(text, sizeof text, "%.6g", d);
	if ((double)strtof(text, NULL) != d)
		snprintf(text, sizeof text, "%.9g", d);
	return str_dup(context->arena, str_of(text));
}

static char escape_letter(unsigned char c)
{
	switch (c) {
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	case '"':
	case '\'':
	case '\\':
		return (char)c;
	default:
		return 0;
	}
}

static struct str text_of_bytes(struct context *context, struct str bytes)
{
	char *text = arena_bytes(context->arena, bytes.n * 4 + 1);
	size_t n = 0;

	for (size_t i = 0; i < bytes.n; i++) {
		unsigned char c = (unsigned char)bytes.p[i];

		if (escape_letter(c)) {
			text[n++] = '\\';
			text[n++] = escape_letter(c);
		} else if (c < 0x20 || c >= 0x7F) {
			text[n++] = '\\';
			text[n++] = (char)('0' + (c >> 6));
			text[n++] = (char)('0' + (c >> 3 & 7));
			text[n++] = (char)('0' + (c & 7));
		} else {
			text[n++] = (char)c;
		}
	}
	return (struct str){ text, n };
}

static struct str text_of(struct context *context, const struct value *value)
{
	switch (value->type) {
	case TYPE_DOUBLE:
		return text_of_double(context, value->d);
	case TYPE_FLOAT:
		return text_of_float(context, value->d);
	case TYPE_BOOL:
		return value->u ? S("true") : S("false");
	case TYPE_UINT32:
	case TYPE_UINT64:
	case TYPE_FIXED32:
	case TYPE_FIXED64:
		return str_printf(context->arena, "%llu", (unsigned long long)value->u);
	case TYPE_STRING:
		return value->s;
	case TYPE_BYTES:
		return text_of_bytes(context, value->s);
	case TYPE_ENUM:
		return value->enum_value->e.name;
	default:
		return str_printf(context->arena, "%lld", (long long)value->i);
	}
}

/* ---- from a set ---- */

static bool parse_double(struct context *context, struct str text, double *d)
{
	char *end, *z = str_cstr(context->scratch, text);

	*d = strtod(z, &end);
	return text.n > 0 && end == z + text.n && !strchr(" \t\n\v\f\r", z[0]);
}

static bool parse_integer(struct context *context, struct field *field, struct value *value)
{
	char *end, *z = str_cstr(context->scratch, field->preset->text);
	bool is_unsigned = field->type == TYPE_UINT32 || field->type == TYPE_UINT64 ||
			   field->type == TYPE_FIXED32 || field->type == TYPE_FIXED64;
	bool is_short = field->type == TYPE_UINT32 || field->type == TYPE_FIXED32 ||
			field->type == TYPE_INT32 || field->type == TYPE_SINT32 ||
			field->type == TYPE_SFIXED32;

	if (!(z[0] >= '0' && z[0] <= '9') &&
		!(z[0] == '-' && z[1] >= '0' && z[1] <= '9' && !is_unsigned))
		return false;
	errno = 0;
	if (is_unsigned)
		value->u = strtoull(z, &end, 10);
	else
		value->i = strtoll(z, &end, 10);
	if (errno || end != z + field->preset->text.n)
		return false;
	return !is_short || (is_unsigned ? value->u <= UINT32_MAX
					 : value->i >= INT32_MIN && value->i <= INT32_MAX);
}

/* The inverse of text_of_bytes; takes what other compilers write, too (`\x`, fewer octal digits).
 */
static bool parse_bytes(struct context *context, struct str text, struct str *bytes)
{
	static const char letters[] = "abfnrtv", codes[] = "\a\b\f\n\r\t\v";
	char *out = arena_bytes(context->arena, text.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		const char *letter;
		unsigned value = 0, digits = 0;

		if (text.p[i] != '\\') {
			out[n++] = text.p[i];
			continue;
		}
		if (++i >= text.n)
			return false;
		letter = text.p[i] ? strchr(letters, text.p[i]) : NULL;
		if (letter) {
			out[n++] = codes[letter - letters];
		} else if (text.p[i] >= '0' && text.p[i] <= '7') {
			for (; digits < 3 && i < text.n && text.p[i] >= '0' && text.p[i] <= '7';
				digits++, i++)
				value = value * 8 + (unsigned)(text.p[i] - '0');
			i--;
			out[n++] = (char)value;
		} else if (text.p[i] == 'x' || text.p[i] == 'X') {
			for (i++; digits < 2 && i < text.n &&
				  strchr("0123456789abcdefABCDEF", text.p[i]) && text.p[i];
				digits++, i++) {
				char c = text.p[i];

				value = value * 16 +
					(unsigned)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
			}
			i--;
			if (digits == 0)
				return false;
			out[n++] = (char)value;
		} else {
			out[n++] = text.p[i];
		}
	}
	*bytes = (struct str){ out, n };
	return true;
}

static bool parse_text(struct context *context, struct field *field, struct value *value)
{
	struct str text = field->preset->text;

	switch ((enum field_type)field->type) {
	case TYPE_DOUBLE:
	case TYPE_FLOAT:
		if (!parse_double(context, text, &value->d))
			return false;
		if (field->type == TYPE_FLOAT)
			value->d = (double)(float)value->d;
		return true;
	case TYPE_BOOL:
		value->u = str_eq(text, S("true"));
		return value->u || str_eq(text, S("false"));
	case TYPE_STRING:
		value->s = text;
		return true;
	case TYPE_BYTES:
		return parse_bytes(context, text, &value->s);
	case TYPE_ENUM:
		value->enum_value = catalog_value(
			context, field->enumeration, intern(context->compiler->names, text));
		if (!value->enum_value)
			return false;
		value->i = value->enum_value->number;
		return true;
	default:
		return parse_integer(context, field, value);
	}
}

void default_read(struct context *context, struct field *field)
{
	struct arena_mark mark = arena_mark(context->scratch);
	struct reading reading = { .context = context, .element = &field->e, .is_default = true };
	struct value value = { .type = (enum field_type)field->type };
	bool ok = check_allowed(context, field);

	if (ok && field->type == TYPE_UNRESOLVED) { /* probably of an enum that did not resolve:
						       keep its name */
		if (field->preset->uninterpreted &&
			field->preset->uninterpreted->value.kind == LITERAL_IDENT)
			field->preset->text = field->preset->uninterpreted->value.text;
		value.s = field->preset->text;
	} else if (ok && field->preset->uninterpreted) {
		ok = literal_read(&reading, field, &field->preset->uninterpreted->value, &value);
		if (ok)
			field->preset->text = text_of(context, &value);
	} else if (ok && !parse_text(context, field, &value)) {
		diag_error(context->diags, here(context, field->preset->span),
			"'" STR "' is not a default of a field of type '" STR "'",
			ARG(field->preset->text), ARG(type_keyword((enum field_type)field->type)));
		ok = false;
	}
	field->preset->value = value;
	field->has_default = ok;
	arena_rewind(context->scratch, mark);
}
