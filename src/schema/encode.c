#include "schema/encode.h"

#include <assert.h>
#include <stdlib.h>

enum wire_type {
	WIRE_VARINT = 0,
	WIRE_FIXED64 = 1,
	WIRE_BYTES = 2,
	WIRE_GROUP = 3,
	WIRE_GROUP_END = 4,
	WIRE_FIXED32 = 5
};

/* Fields of a message set's item (proto2's wire format for it). */
enum { SET_ITEM = 1, SET_TYPE_ID = 2, SET_MESSAGE = 3 };

struct buffer {
	struct arena *arena;
	char *items;
	size_t n, cap;
};

/* Makes room for `size` more bytes and counts them in. */
static char *put_room(struct buffer *b, size_t size)
{
	if (size > b->cap - b->n) {
		size_t cap = b->cap * 2 > b->n + size ? b->cap * 2 : b->n + size + 16;

		b->items = arena_grow(b->arena, b->items, b->n, cap, 1);
		b->cap = cap;
	}
	b->n += size;
	return b->items + b->n - size;
}

static void put_byte(struct buffer *b, unsigned byte)
{
	*put_room(b, 1) = (char)byte;
}

static void put_bytes(struct buffer *b, struct str bytes)
{
	if (bytes.n > 0)
		memcpy(put_room(b, bytes.n), bytes.p, bytes.n);
}

static struct str buffer_bytes(const struct buffer *b)
{
	return (struct str){ b->items ? b->items : "", b->n };
}

static void put_varint(struct buffer *b, uint64_t value)
{
	for (; value > 127; value >>= 7)
		put_byte(b, (value & 127) | 128);
	put_byte(b, (unsigned)value);
}

static void put_tag(struct buffer *b, int32_t number, enum wire_type type)
{
	put_varint(b, (uint64_t)(uint32_t)number << 3 | type);
}

static void put_length(struct buffer *b, struct str bytes)
{
	put_varint(b, bytes.n);
	put_bytes(b, bytes);
}

static void put_fixed(struct buffer *b, uint64_t value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		put_byte(b, value >> (8 * i) & 255);
}

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
static void put_scalar(struct buffer *b, const struct value *value)
{
	switch (value->type) {
	case TYPE_DOUBLE:
		put_fixed(b, double_bits(value->d), 8);
		break;
	case TYPE_FLOAT:
		put_fixed(b, float_bits((float)value->d), 4);
		break;
	case TYPE_FIXED64:
		put_fixed(b, value->u, 8);
		break;
	case TYPE_SFIXED64:
		put_fixed(b, (uint64_t)value->i, 8);
		break;
	case TYPE_FIXED32:
		put_fixed(b, value->u, 4);
		break;
	case TYPE_SFIXED32:
		put_fixed(b, (uint64_t)value->i, 4);
		break;
	case TYPE_SINT32:
	case TYPE_SINT64:
		put_varint(b, zigzag(value->i));
		break;
	case TYPE_BOOL:
	case TYPE_UINT32:
	case TYPE_UINT64:
		put_varint(b, value->u);
		break;
	case TYPE_INT32:
	case TYPE_INT64:
	case TYPE_ENUM:
		put_varint(b, (uint64_t)value->i);
		break;
	case TYPE_STRING:
	case TYPE_BYTES:
		put_length(b, value->s);
		break;
	default:
		assert(!"a value has a type");
	}
}

/* One element of a message set: group 1 { type id = 2, message = 3 }. */
static void put_set_item(struct buffer *b, const struct option *option)
{
	put_tag(b, SET_ITEM, WIRE_GROUP);
	put_tag(b, SET_TYPE_ID, WIRE_VARINT);
	put_varint(b, (uint32_t)option->number);
	put_tag(b, SET_MESSAGE, WIRE_BYTES);
	put_length(b, options_encode(b->arena, option->value.message));
	put_tag(b, SET_ITEM, WIRE_GROUP_END);
}

static void put_option(struct buffer *b, const struct option *option)
{
	const struct value *value = &option->value;

	if (value->type == TYPE_MESSAGE || value->type == TYPE_GROUP) {
		struct str bytes = options_encode(b->arena, value->message);

		if (field_kind(option->field) == TYPE_GROUP) {
			put_tag(b, option->number, WIRE_GROUP);
			put_bytes(b, bytes);
			put_tag(b, option->number, WIRE_GROUP_END);
		} else {
			put_tag(b, option->number, WIRE_BYTES);
			put_length(b, bytes);
		}
		return;
	}
	put_tag(b, option->number, wire_type_of(value->type));
	put_scalar(b, value);
}

/* All elements of the packed field that begins at `first` as one record. */
static void put_packed(struct buffer *b, const struct options *options, uint32_t first)
{
	const struct option *option = &options->list.items[first];
	struct buffer values = { .arena = b->arena };

	for (uint32_t i = first; i < options->list.n; i++) {
		const struct option *other = &options->list.items[i];

		if (other->field == option->field)
			put_scalar(&values, &other->value);
	}
	put_tag(b, option->number, WIRE_BYTES);
	put_length(b, buffer_bytes(&values));
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
	struct buffer *b, const struct options *options, uint32_t index, bool message_set)
{
	const struct option *option = &options->list.items[index];

	if (!option->field)
		put_bytes(b, option->value.s);
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
	struct buffer b = { .arena = arena };
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
	return buffer_bytes(&b);
}
