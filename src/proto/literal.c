/*
 * Reads literals, as they stand behind the `=` of an option, as values of the field's type.
 *
 * In a message literal (text format) more is allowed than for the option itself: numbers for enums,
 * more words for bools, lists, extensions and an `Any` by its type.
 */
#include "proto/options.h"
#include "base/utf8.h"

#include <math.h>
#include <strings.h>

#include "schema/encode.h"

enum { ANY_TYPE_URL = 1, ANY_VALUE = 2 };
enum { ENTRY_KEY = 1, ENTRY_VALUE = 2 };

/* ---- scalars ---- */

/* What a type takes, with its article, for messages. */
static const char *wanted_text(enum field_type type)
{
	switch (type) {
	case TYPE_BOOL:
		return "'true' or 'false'";
	case TYPE_STRING:
	case TYPE_BYTES:
		return "a string";
	case TYPE_DOUBLE:
	case TYPE_FLOAT:
		return "a number";
	case TYPE_ENUM:
		return "the name of an enum value";
	case TYPE_MESSAGE:
	case TYPE_GROUP:
		return "a message in braces";
	default:
		return "an integer";
	}
}

static const char *noun(const struct reading *reading)
{
	return reading->depth > 0 ? "field" : reading->is_default ? "default of" : "option";
}

static bool wrong_kind(
	struct reading *reading, const struct field *field, const struct literal *literal)
{
	struct context *context = reading->context;

	diag_error(context->diags, here(context, literal->span), "%s '" STR "' takes %s",
		noun(reading), ARG(option_label(context, field)),
		wanted_text((enum field_type)field->type));
	if (literal->kind == LITERAL_IDENT && field->type == TYPE_STRING && !literal->negative)
		diag_help(context->diags, "put it in quotes: \"" STR "\"", ARG(literal->text));
	if (literal->kind == LITERAL_INTEGER && field->type == TYPE_ENUM && field->enumeration) {
		const struct enum_value *named = catalog_value_number(context, field->enumeration,
			literal->u > INT32_MAX ? INT64_MAX : (int64_t)literal->u);

		if (named && !literal->negative)
			diag_help(context->diags, "say '" STR "'", ARG(named->e.name));
	}
	return false;
}

static bool out_of_range(
	struct reading *reading, const struct field *field, const struct literal *literal)
{
	struct context *context = reading->context;

	diag_error(context->diags, here(context, literal->span),
		"the value is out of range for the " STR " %s '" STR "'",
		ARG(type_keyword((enum field_type)field->type)), noun(reading),
		ARG(option_label(context, field)));
	return false;
}

static bool read_integer(struct reading *reading, const struct field *field,
	const struct literal *literal, struct value *value)
{
	enum field_type type = (enum field_type)field->type;
	bool is_unsigned = type == TYPE_UINT32 || type == TYPE_FIXED32 || type == TYPE_UINT64 ||
			   type == TYPE_FIXED64;
	bool is_64 = type == TYPE_INT64 || type == TYPE_SINT64 || type == TYPE_SFIXED64 ||
		     type == TYPE_UINT64 || type == TYPE_FIXED64;
	uint64_t limit = is_64 ? UINT64_MAX : UINT32_MAX;

	if (!is_unsigned)
		limit = limit / 2 + literal->negative;
	if (literal->kind == LITERAL_FLOAT && literal->d >= 18446744073709551616.0 &&
		literal->d == floor(literal->d))
		return out_of_range(reading, field, literal);
	if (literal->kind != LITERAL_INTEGER)
		return wrong_kind(reading, field, literal);
	if ((is_unsigned && literal->negative) || literal->u > limit)
		return out_of_range(reading, field, literal);
	value->u = literal->negative ? 0 - literal->u : literal->u;
	return true;
}

/* `inf` and `nan`; in message literals in any case, and `infinity` too, as in text format. */
static bool float_word(struct str text, bool any_case, double *d)
{
	static const struct str inf = STR_INIT("inf"), infinity = STR_INIT("infinity"),
				nan_word = STR_INIT("nan");

	if (str_eq(text, inf) ||
		(any_case && text.n == inf.n && strncasecmp(text.p, inf.p, inf.n) == 0) ||
		(any_case && text.n == infinity.n &&
			strncasecmp(text.p, infinity.p, infinity.n) == 0)) {
		*d = HUGE_VAL;
		return true;
	}
	if (str_eq(text, nan_word) || (any_case && text.n == nan_word.n &&
					      strncasecmp(text.p, nan_word.p, text.n) == 0)) {
		*d = (double)NAN;
		return true;
	}
	return false;
}

static bool read_float(struct reading *reading, const struct field *field,
	const struct literal *literal, struct value *value)
{
	double d;

	if (reading->depth > 0 && literal->hexadecimal) {
		diag_error(reading->context->diags, here(reading->context, literal->span),
			"inside of a message, a number for field '" STR "' must be decimal",
			ARG(option_label(reading->context, field)));
		return false;
	}
	if (literal->hexadecimal && literal->kind == LITERAL_FLOAT) /* past 2^64 */
		return out_of_range(reading, field, literal);
	if (literal->kind == LITERAL_INTEGER)
		d = (double)literal->u;
	else if (literal->kind == LITERAL_FLOAT)
		d = literal->d;
	else if (literal->kind != LITERAL_IDENT ||
		 !float_word(literal->text, reading->depth > 0, &d))
		return wrong_kind(reading, field, literal);
	if (literal->negative) /* also of nan, as in protoc */
		d = -d;
	value->d = field->type == TYPE_FLOAT ? (double)(float)d : d;
	return true;
}

static bool read_bool(struct reading *reading, const struct field *field,
	const struct literal *literal, struct value *value)
{
	if (reading->depth > 0 && literal->kind == LITERAL_INTEGER && !literal->negative &&
		literal->u <= 1) {
		value->u = literal->u;
		return true;
	}
	if (literal->kind != LITERAL_IDENT || literal->negative)
		return wrong_kind(reading, field, literal);
	if (str_eq(literal->text, S("true")) ||
		(reading->depth > 0 &&
			(str_eq(literal->text, S("True")) || str_eq(literal->text, S("t")))))
		value->u = 1;
	else if (str_eq(literal->text, S("false")) ||
		 (reading->depth > 0 &&
			 (str_eq(literal->text, S("False")) || str_eq(literal->text, S("f")))))
		value->u = 0;
	else
		return wrong_kind(reading, field, literal);
	return true;
}

/* In the features stage the enum is not known to be open or closed; there, all enums of features
 * need names. */
static bool number_is_free(struct reading *reading, const struct enumeration *enumeration)
{
	return !reading->features && enumeration->e.features && !enum_is_closed(enumeration);
}

static bool read_enum(struct reading *reading, const struct field *field,
	const struct literal *literal, struct value *value)
{
	const struct enumeration *enumeration = field->enumeration;

	if (literal->kind == LITERAL_IDENT && !literal->negative) {
		value->enum_value = catalog_value(reading->context, enumeration, literal->text);
		if (!value->enum_value) {
			enum_value_unknown(
				reading->context, enumeration, literal->text, literal->span);
			return false;
		}
		value->i = value->enum_value->number;
		return true;
	}
	if (reading->depth == 0 || literal->kind != LITERAL_INTEGER)
		return wrong_kind(reading, field, literal);
	if (!read_integer(reading, field, literal, value))
		return false;
	value->enum_value = catalog_value_number(reading->context, enumeration, value->i);
	if (!value->enum_value && !number_is_free(reading, enumeration)) {
		diag_error(reading->context->diags, here(reading->context, literal->span),
			"enum '" STR "' has no value %lld", ARG(enumeration->e.full_name),
			(long long)value->i);
		return false;
	}
	return true;
}

/* protoc parses options that it knows; those of editions must be UTF-8 (measured on protoc 36.2).
 * It does not check others. */
static bool read_string(struct reading *reading, const struct field *field,
	const struct literal *literal, struct value *value)
{
	struct context *context = reading->context;

	value->s = literal->text.p ? literal->text : S("");
	if (field->type != TYPE_STRING || !field->e.file->is_builtin ||
		field->e.file->edition < EDITION_2023 || utf8_is_valid(value->s))
		return true;
	diag_error(context->diags, here(context, literal->span), "option '" STR "' is not UTF-8",
		ARG(option_label(context, field)));
	return false;
}

static bool value_is_zero(const struct value *value)
{
	uint64_t bits;

	switch (value->type) {
	case TYPE_STRING:
	case TYPE_BYTES:
		return value->s.n == 0;
	case TYPE_DOUBLE:
	case TYPE_FLOAT:
		memcpy(&bits, &value->d, sizeof bits); /* only +0 is left out */
		return bits == 0;
	case TYPE_MESSAGE:
	case TYPE_GROUP:
		return false;
	default:
		return value->u == 0;
	}
}

/* ---- messages ---- */

/* A message that is being read from a literal. */
struct filling {
	struct reading *reading;
	const struct message *type;
	struct options *message;
	struct option_index index;
};

/* The member of the oneof that is already set; NULL: none. Searches the shorter of both lists. */
static const struct field *member_set_before(struct filling *filling, const struct oneof *oneof)
{
	struct context *context = filling->reading->context;
	const struct options *message = filling->message;

	if (message->list.n < oneof->fields.n) {
		for (uint32_t i = 0; i < message->list.n; i++)
			if (message->list.items[i].field &&
				message->list.items[i].field->oneof == oneof)
				return message->list.items[i].field;
		return NULL;
	}
	for (uint32_t i = 0; i < oneof->fields.n; i++)
		if (option_tally(context->scratch, &filling->index, message,
			    oneof->fields.items[i]->number)
				.count > 0)
			return oneof->fields.items[i];
	return NULL;
}

static bool fill_twice(struct filling *filling, const struct field *field, struct span span)
{
	struct context *context = filling->reading->context;
	const struct oneof *oneof = field_oneof(field);
	const struct field *other;

	if (option_tally(context->scratch, &filling->index, filling->message, field->number).count >
		0) {
		diag_error(context->diags, here(context, span), "field '" STR "' is set twice",
			ARG(option_label(context, field)));
		return true;
	}
	other = oneof ? member_set_before(filling, oneof) : NULL;
	if (!other)
		return false;
	diag_error(context->diags, here(context, span),
		"fields '" STR "' and '" STR "' are members of one oneof, '" STR "'",
		ARG(other->e.name), ARG(field->e.name), ARG(oneof->e.name));
	return true;
}

/* As in protoc, a field without presence is not set by a zero: `n: 0` has no effect. */
static bool leaves_no_trace(
	const struct filling *filling, const struct field *field, const struct value *value)
{
	return !filling->reading->features && !filling->type->is_map_entry &&
	       field->label != LABEL_REPEATED && value_is_zero(value) && !field_has_presence(field);
}

static bool fill_add(struct filling *filling, const struct field *field,
	const struct literal_field *at, const struct value *value)
{
	struct option *option;

	if (leaves_no_trace(filling, field, value) &&
		option_tally(filling->reading->context->scratch, &filling->index, filling->message,
			field->number)
				.count == 0)
		return true;
	if (field->label != LABEL_REPEATED && fill_twice(filling, field, at->name_span))
		return false;
	option = vec_push(filling->reading->context->arena, &filling->message->list);
	*option = (struct option){
		.number = field->number, .field = field, .value = *value, .span = at->span
	};
	return true;
}

static bool fill_one(struct filling *filling, const struct field *field,
	const struct literal_field *at, const struct literal *literal)
{
	struct value value;

	return literal_read(filling->reading, field, literal, &value) &&
	       fill_add(filling, field, at, &value);
}

static bool fill_list(
	struct filling *filling, const struct field *field, const struct literal_field *at)
{
	const struct literal *list = &at->value;
	struct context *context = filling->reading->context;
	bool ok = true;

	if (field->label != LABEL_REPEATED) {
		diag_error(context->diags, here(context, list->span),
			"field '" STR "' is not repeated: it takes no list",
			ARG(option_label(context, field)));
		return false;
	}
	for (uint32_t i = 0; i < list->items.n; i++)
		ok &= fill_one(filling, field, at, &list->items.items[i]);
	return ok;
}

static const struct field *literal_member(struct filling *filling, const struct literal_field *at)
{
	const struct field *field;

	if (at->is_extension && str_starts(at->name, S("."))) {
		struct context *context = filling->reading->context;

		diag_error(context->diags, here(context, at->name_span),
			"inside of a message, an extension's name has no leading dot");
		return NULL;
	}
	if (at->is_extension)
		return option_extension(filling->reading, filling->type, at->name, at->name_span);
	field = catalog_field(filling->reading->context, filling->type, at->name);
	if (!field)
		field = catalog_group(filling->reading->context, filling->type, at->name);
	return field ? field
		     : option_member(filling->reading, filling->type, at->name, at->name_span);
}

static struct options *read_message(
	struct reading *reading, const struct message *type, const struct literal *literal);

/* `[host/pkg.Type] { … }`: sets type name and encoded message. */
static bool fill_any(struct filling *filling, const struct literal_field *at)
{
	struct context *context = filling->reading->context;
	const struct field *url = message_field_by_number(filling->type, ANY_TYPE_URL);
	const struct field *bytes = message_field_by_number(filling->type, ANY_VALUE);
	const struct message *type;
	struct options *message;
	struct value value;

	if (!str_eq(filling->type->e.full_name, S("google.protobuf.Any")) || !url || !bytes ||
		url->type != TYPE_STRING || bytes->type != TYPE_BYTES) {
		diag_error(context->diags, here(context, at->name_span),
			"a type in brackets is for a google.protobuf.Any, not for '" STR "'",
			ARG(filling->type->e.full_name));
		return false;
	}
	/* As in text_format and buf, no other host is allowed. */
	if (!str_eq(at->url, S("type.googleapis.com")) &&
		!str_eq(at->url, S("type.googleprod.com"))) {
		diag_error(context->diags, here(context, at->name_span),
			"'" STR "' is not a host of an Any's type", ARG(at->url));
		diag_help(context->diags, "write it as '[type.googleapis.com/" STR "]'",
			ARG(at->name));
		return false;
	}
	type = resolve_message_name(context, at->name);
	if (!type) {
		filling->reading->incomplete = context->file->lacks_import;
		if (!context->file->lacks_import)
			diag_error(context->diags, here(context, at->name_span),
				"unknown type '" STR "'", ARG(at->name));
		return false;
	}
	if (at->value.kind != LITERAL_MESSAGE) {
		diag_error(context->diags, here(context, at->value.span),
			"an Any of '" STR "' takes a message in braces", ARG(at->name));
		return false;
	}
	message = read_message(filling->reading, type, &at->value);
	if (!message || !literal_check_required(filling->reading, message, at->span))
		return false;
	value = (struct value){ .type = TYPE_STRING };
	value.s = str_printf(context->arena, STR "/" STR, ARG(at->url), ARG(at->name));
	if (!fill_add(filling, url, at, &value))
		return false;
	value = (struct value){ .type = TYPE_BYTES };
	value.s = options_encode(context->arena, message);
	return fill_add(filling, bytes, at, &value);
}

static bool fill_field(struct filling *filling, const struct literal_field *at)
{
	struct context *context = filling->reading->context;
	const struct field *field;

	if (at->url.p)
		return fill_any(filling, at);
	field = literal_member(filling, at);
	if (!field)
		return false;
	if (field->type == TYPE_UNRESOLVED) {
		filling->reading->incomplete = true;
		return false;
	}
	if (!at->has_colon && !field_is_message(field)) {
		diag_error(context->diags, here(context, at->name_span),
			"field '" STR "' needs a colon before its value",
			ARG(option_label(context, field)));
		return false;
	}
	if (at->value.kind == LITERAL_LIST)
		return fill_list(filling, field, at);
	return fill_one(filling, field, at, &at->value);
}

/* A map entry's key or value that the literal leaves out; it is encoded all the same. */
static struct value value_zero(struct context *context, const struct field *field)
{
	struct value value = { .type = (enum field_type)field->type };

	if (field_is_message(field)) {
		value.message = NEW(context->arena, struct options);
		value.message->type = field->message;
	} else if (field->type == TYPE_STRING || field->type == TYPE_BYTES) {
		value.s = S("");
	} else if (field->type == TYPE_ENUM && field->enumeration->values.n > 0) {
		value.enum_value = field->enumeration->values.items[0];
		value.i = value.enum_value->number;
	}
	return value;
}

static void fill_entry(struct filling *filling)
{
	struct context *context = filling->reading->context;

	for (int32_t number = ENTRY_KEY; number <= ENTRY_VALUE; number++) {
		const struct field *field = message_field_by_number(filling->type, number);
		struct option *option;

		if (!field || field->type == TYPE_UNRESOLVED ||
			options_find(filling->message, number))
			continue;
		option = vec_push(context->arena, &filling->message->list);
		*option = (struct option){
			.number = number, .field = field, .value = value_zero(context, field)
		};
	}
}

static struct options *read_message(
	struct reading *reading, const struct message *type, const struct literal *literal)
{
	struct arena_mark mark = arena_mark(reading->context->scratch);
	struct options *message = NEW(reading->context->arena, struct options);
	struct filling filling = { .reading = reading, .type = type, .message = message };
	bool ok = true;

	message->type = type;
	message->list.items = NEW_ARRAY(reading->context->arena, literal->fields.n, struct option);
	message->list.cap = literal->fields.n;
	reading->depth++;
	for (uint32_t i = 0; i < literal->fields.n; i++)
		ok &= fill_field(&filling, &literal->fields.items[i]);
	reading->depth--;
	if (type->is_map_entry)
		fill_entry(&filling);
	arena_rewind(reading->context->scratch, mark);
	return ok ? message : NULL;
}

bool literal_read(struct reading *reading, const struct field *field, const struct literal *literal,
	struct value *value)
{
	*value = (struct value){ .type = (enum field_type)field->type };
	switch ((enum field_type)field->type) {
	case TYPE_DOUBLE:
	case TYPE_FLOAT:
		return read_float(reading, field, literal, value);
	case TYPE_BOOL:
		return read_bool(reading, field, literal, value);
	case TYPE_STRING:
	case TYPE_BYTES:
		if (literal->kind != LITERAL_STRING || literal->negative)
			return wrong_kind(reading, field, literal);
		return read_string(reading, field, literal, value);
	case TYPE_ENUM:
		return read_enum(reading, field, literal, value);
	case TYPE_MESSAGE:
	case TYPE_GROUP:
		if (literal->kind != LITERAL_MESSAGE)
			return wrong_kind(reading, field, literal);
		if (reading->depth == 0 && literal->angle) {
			diag_error(reading->context->diags, here(reading->context, literal->span),
				"the value of an option needs braces, not angle brackets");
			return false;
		}
		value->message = read_message(reading, field->message, literal);
		return value->message;
	case TYPE_NAMED:
	case TYPE_UNRESOLVED:
		reading->incomplete = true;
		return false;
	default:
		return read_integer(reading, field, literal, value);
	}
}

/* A required field that the message lacks; NULL: none. */
static const struct field *lacked_field(struct context *context, const struct options *message)
{
	const struct catalog_required *required = catalog_required(context, message->type);
	struct arena_mark mark = arena_mark(context->scratch);
	struct option_index index = { 0 };
	const struct field *lacked = NULL;

	for (uint32_t i = 0; i < required->n && !lacked; i++)
		if (option_tally(context->scratch, &index, message, required->items[i]->number)
				.count == 0)
			lacked = required->items[i];
	arena_rewind(context->scratch, mark);
	return lacked;
}

/* The same before features are resolved, by the label. */
static const struct field *lacked_label(const struct options *message)
{
	for (uint32_t i = 0; i < message->type->fields.n; i++) {
		const struct field *field = message->type->fields.items[i];

		if (field->label == LABEL_REQUIRED && !options_find(message, field->number))
			return field;
	}
	return NULL;
}

bool literal_check_required(
	struct reading *reading, const struct options *message, struct span span)
{
	struct context *context = reading->context;
	const struct field *lacked = !message->type      ? NULL
				     : reading->features ? lacked_label(message)
							 : lacked_field(context, message);

	if (lacked) {
		diag_error(context->diags, here(context, span),
			"the value of type '" STR "' lacks the required field '" STR "'",
			ARG(message->type->e.full_name), ARG(lacked->e.name));
		return false;
	}
	for (uint32_t i = 0; i < message->list.n; i++) {
		const struct option *option = &message->list.items[i];

		if (option_message(option) &&
			!literal_check_required(reading, option_message(option),
				span_is_none(option->span) ? span : option->span))
			return false;
	}
	return true;
}
