#include "base/wire.h"

enum { GROUP_DEPTH = 100, VARINT_BYTES = 10 };

struct wire wire_open(struct str bytes)
{
	const char *p = bytes.p ? bytes.p : "";

	return (struct wire){ .start = p, .at = p, .end = p + bytes.n };
}

bool wire_varint(struct wire *wire, uint64_t *value)
{
	uint64_t result = 0;

	/* Fast path: most numbers are one byte. */
	if (wire->at < wire->end && (uint8_t)*wire->at < 0x80) {
		*value = (uint8_t)*wire->at++;
		return true;
	}
	for (unsigned i = 0; i < VARINT_BYTES; i++) {
		uint8_t byte;

		if (wire->at + i >= wire->end) {
			wire->wrong = "a number is cut short";
			return false;
		}
		byte = (uint8_t)wire->at[i];
		result |= (uint64_t)(byte & 0x7F) << (7 * i);
		if (byte < 0x80) {
			wire->at += i + 1;
			*value = result;
			return true;
		}
	}
	wire->wrong = "a number has more than ten bytes";
	return false;
}

bool wire_fixed(struct wire *wire, unsigned size, uint64_t *value)
{
	*value = 0;
	if ((size_t)(wire->end - wire->at) < size) {
		wire->wrong = "a number is cut short";
		return false;
	}
	for (unsigned i = 0; i < size; i++)
		*value |= (uint64_t)(uint8_t)wire->at[i] << (8 * i);
	wire->at += size;
	return true;
}

static bool wire_tag(struct wire *wire, struct wire_record *record)
{
	uint64_t tag;

	if (!wire_varint(wire, &tag))
		return false;
	if (tag > UINT32_MAX || tag >> 3 == 0) {
		wire->wrong = "a field has an impossible number";
		return false;
	}
	record->number = (uint32_t)(tag >> 3);
	record->type = (enum wire_type)(tag & 7);
	return true;
}

static bool wire_payload(struct wire *wire, struct wire_record *record)
{
	switch ((int)record->type) {
	case WIRE_VARINT:
		return wire_varint(wire, &record->value);
	case WIRE_FIXED64:
		return wire_fixed(wire, 8, &record->value);
	case WIRE_FIXED32:
		return wire_fixed(wire, 4, &record->value);
	case WIRE_BYTES:
		if (!wire_varint(wire, &record->value))
			return false;
		if (record->value > (uint64_t)(wire->end - wire->at)) {
			wire->wrong = "a length runs past the end";
			return false;
		}
		record->bytes = (struct str){ wire->at, (size_t)record->value };
		wire->at += record->value;
		return true;
	default:
		wire->wrong = "a field has an unknown wire type";
		return false;
	}
}

/* Reads the rest of a group; `open` is a stack of group numbers. */
static bool wire_group(struct wire *wire, struct wire_record *group)
{
	uint32_t open[GROUP_DEPTH];
	unsigned depth = 0;
	const char *begin = wire->at;

	open[depth++] = group->number;
	while (depth) {
		const char *at = wire->at;
		struct wire_record inner;

		if (wire->at == wire->end) {
			wire->wrong = "a group is not closed";
			return false;
		}
		if (!wire_tag(wire, &inner))
			return false;
		if (inner.type == WIRE_GROUP) {
			if (depth == GROUP_DEPTH) {
				wire->wrong = "groups are nested too deeply";
				return false;
			}
			open[depth++] = inner.number;
		} else if (inner.type == WIRE_GROUP_END) {
			if (open[--depth] != inner.number) {
				wire->wrong = "a group is closed by another";
				return false;
			}
			group->bytes = (struct str){ begin, (size_t)(at - begin) };
		} else if (!wire_payload(wire, &inner)) {
			return false;
		}
	}
	return true;
}

bool wire_next(struct wire *wire, struct wire_record *record)
{
	const char *begin = wire->at;

	*record = (struct wire_record){ 0 };
	if (wire->wrong || wire->at == wire->end || !wire_tag(wire, record) ||
		!(record->type == WIRE_GROUP ? wire_group(wire, record)
					     : wire_payload(wire, record)))
		return false;
	record->whole = (struct str){ begin, (size_t)(wire->at - begin) };
	return true;
}

static void wire_reserve(struct wire_buffer *buffer, size_t size)
{
	char *items;

	if (size <= buffer->cap - buffer->n)
		return;
	if (size < buffer->cap)
		size = buffer->cap; /* at least double the capacity */
	/* Not arena_grow, which zeroes the rest. */
	items = arena_bytes(buffer->arena, buffer->n + size + 16);
	if (buffer->n)
		memcpy(items, buffer->items, buffer->n);
	buffer->items = items;
	buffer->cap = buffer->n + size + 16;
}

static inline char *wire_room(struct wire_buffer *buffer, size_t size)
{
	if (size > buffer->cap - buffer->n)
		wire_reserve(buffer, size);
	buffer->n += size;
	return buffer->items + buffer->n - size;
}

size_t wire_varint_size(uint64_t value)
{
	size_t n = 1;

	for (; value >= 0x80; value >>= 7)
		n++;
	return n;
}

void wire_put_varint(struct wire_buffer *buffer, uint64_t value)
{
	char *p;

	if (value < 0x80) {
		*wire_room(buffer, 1) = (char)value;
		return;
	}
	p = wire_room(buffer, wire_varint_size(value));
	for (; value >= 0x80; value >>= 7)
		*p++ = (char)(value | 0x80);
	*p = (char)value;
}

void wire_put_tag(struct wire_buffer *buffer, int32_t number, enum wire_type type)
{
	wire_put_varint(buffer, (uint64_t)(uint32_t)number << 3 | type);
}

void wire_put_fixed(struct wire_buffer *buffer, uint64_t value, size_t size)
{
	char *p = wire_room(buffer, size);

	for (size_t i = 0; i < size; i++)
		p[i] = (char)(value >> (8 * i));
}

void wire_put_raw(struct wire_buffer *buffer, struct str bytes)
{
	if (bytes.n)
		memcpy(wire_room(buffer, bytes.n), bytes.p, bytes.n);
}

void wire_put_bytes(struct wire_buffer *buffer, struct str bytes)
{
	wire_put_varint(buffer, bytes.n);
	wire_put_raw(buffer, bytes);
}
