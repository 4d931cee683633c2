#include "schema/encode.h"
#include "base/wire.h"

#include <assert.h>
#include <stdlib.h>

/* Fields of an item of a message set, a group: type id and message. */
enum { SET_ITEM = 1, SET_TYPE_ID = 2, SET_MESSAGE = 3 };

static uint64_t zigzag(int64_t value)
{
	return (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0);
}

static uint64_t double_bits(double d)
{
	uint64_t bits;
	memcpy(&bits, &d, sizeof bits);
	return bits;
}

static uint32_t float_bits(float f)
{
	uint32_t bits;
	memcpy(&bits, &f, sizeof bits);
	return bits;
}

static enum wire_type wire_type_of(enum field_type type)
{
	switch (type) {
	case TYPE_DOUBLE:
	case TYPE_FIXED64:
	case TYPE_SFIXED64:
		return WIRE_FIXED64;
	case TYPE_FLOAT:
	case TYPE_FIXED32:
	case TYPE_SFIXED32:
		return WIRE_FIXED32;
	case TYPE_STRING:
	case TYPE_BYTES:
	case TYPE_MESSAGE:
		return WIRE_BYTES;
	case TYPE_GROUP:
		return WIRE_GROUP;
	default:
		return WIRE_VARINT;
	}
}

/* A scalar without its tag. */
static void put_scalar(struct wire_buffer *b, const struct value *value)
{
	switch (value->type) {
	case TYPE_DOUBLE:
		wire_put_fixed(b, double_bits(value->d), 8);
		break;
	case TYPE_FLOAT:
		wire_put_fixed(b, float_bits((float)value->d), 4);
		break;
	case TYPE_FIXED64:
		wire_put_fixed(b, value->u, 8);
		break;
	case TYPE_SFIXED64:
		wire_put_fixed(b, (uint64_t)value->i, 8);
		break;
	case TYPE_FIXED32:
		wire_put_fixed(b, value->u, 4);
		break;
	case TYPE_SFIXED32:
		wire_put_fixed(b, (uint64_t)value->i, 4);
		break;
	case TYPE_SINT32:
	case TYPE_SINT64:
		wire_put_varint(b, zigzag(value->i));
		break;
	case TYPE_BOOL:
	case TYPE_UINT32:
	case TYPE_UINT64:
		wire_put_varint(b, value->u);
		break;
	case TYPE_INT32:
	case TYPE_INT64:
	case TYPE_ENUM:
		wire_put_varint(b, (uint64_t)value->i);
		break;
	case TYPE_STRING:
	case TYPE_BYTES:
		wire_put_bytes(b, value->s);
		break;
	default:
		assert(!"a value has a type");
	}
}

static void put_set_item(struct wire_buffer *b, const struct option *option)
{
	wire_put_tag(b, SET_ITEM, WIRE_GROUP);
	wire_put_tag(b, SET_TYPE_ID, WIRE_VARINT);
	wire_put_varint(b, (uint32_t)option->number);
	wire_put_tag(b, SET_MESSAGE, WIRE_BYTES);
	wire_put_bytes(b, options_encode(b->arena, option->value.message));
	wire_put_tag(b, SET_ITEM, WIRE_GROUP_END);
}

static void put_option(struct wire_buffer *b, const struct option *option)
{
	const struct value *value = &option->value;

	if (value->type == TYPE_MESSAGE || value->type == TYPE_GROUP) {
		struct str bytes = options_encode(b->arena, value->message);

		if (field_kind(option->field) == TYPE_GROUP) {
			wire_put_tag(b, option->number, WIRE_GROUP);
			wire_put_raw(b, bytes);
			wire_put_tag(b, option->number, WIRE_GROUP_END);
		} else {
			wire_put_tag(b, option->number, WIRE_BYTES);
			wire_put_bytes(b, bytes);
		}
		return;
	}
	wire_put_tag(b, option->number, wire_type_of(value->type));
	put_scalar(b, value);
}

/* Writes all elements of the packed field that begins at `first` as one record. */
static void put_packed(struct wire_buffer *b, const struct options *options, uint32_t first)
{
	const struct option *option = &options->list.items[first];
	struct wire_buffer values = { .arena = b->arena };

	for (uint32_t i = first; i < options->list.n; i++) {
		const struct option *other = &options->list.items[i];

		if (other->field == option->field)
			put_scalar(&values, &other->value);
	}
	wire_put_tag(b, option->number, WIRE_BYTES);
	wire_put_bytes(b, wire_buffer_bytes(&values));
}

static bool is_first_of_field(const struct options *options, uint32_t index)
{
	const struct field *field = options->list.items[index].field;

	for (uint32_t i = index; i-- > 0;) {
		if (options->list.items[i].field == field)
			return false;
	}
	return true;
}

static void put_entry(
	struct wire_buffer *b, const struct options *options, uint32_t index, bool message_set)
{
	const struct option *option = &options->list.items[index];

	if (!option->field)
		wire_put_raw(b, option->value.s);
	else if (message_set && option->field->extension && option->value.type == TYPE_MESSAGE)
		put_set_item(b, option);
	else if (!field_is_packable(option->field) || !field_is_packed(option->field))
		put_option(b, option);
	else if (is_first_of_field(options, index))
		put_packed(b, options, index);
}

struct known {
	int32_t number;
	uint32_t index;
};

static int known_cmp(const void *a, const void *b)
{
	const struct known *x = a, *y = b;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return (x->index > y->index) - (x->index < y->index);
}

struct str options_encode(struct arena *arena, const struct options *options)
{
	struct known *known = NEW_ARRAY(arena, options->list.n, struct known);
	bool message_set = options->type && options->type->is_message_set;
	struct wire_buffer b = { .arena = arena };
	uint32_t n = 0;

	for (uint32_t i = 0; i < options->list.n; i++) {
		const struct option *option = &options->list.items[i];

		if (option->field && !option->field->extension)
			known[n++] = (struct known){ option->number, i };
	}
	if (n > 0)
		qsort(known, n, sizeof *known, known_cmp);
	for (uint32_t i = 0; i < n; i++)
		put_entry(&b, options, known[i].index, message_set);
	for (uint32_t i = 0; n < options->list.n && i < options->list.n; i++) {
		const struct option *option = &options->list.items[i];

		if (!option->field || option->field->extension)
			put_entry(&b, options, i, message_set);
	}
	return wire_buffer_bytes(&b);
}
