#include "descriptor/wire.h"
#include "proto/compile.h"

enum { GROUP_DEPTH = 100, VARINT_BYTES = 10 };

struct wire wire_open(struct str bytes)
{
	const char *p = bytes.p ? bytes.p : "";

	return (struct wire){ .start = p, .at = p, .end = p + bytes.n };
}

bool wire_varint(struct wire *wire, uint64_t *value)
{
	uint64_t result = 0;

	/* Most numbers are one byte. */
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

static bool wire_fixed(struct wire *wire, unsigned size, uint64_t *value)
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

/* The rest of a group whose start was read, by a stack of the open groups' numbers. */
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
				wire->wrong = "groups are nested too deep";
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
	*record = (struct wire_record){ 0 };
	if (wire->wrong || wire->at == wire->end || !wire_tag(wire, record))
		return false;
	if (record->type == WIRE_GROUP)
		return wire_group(wire, record);
	return wire_payload(wire, record);
}

/* The messages of our descriptor.proto. */
enum shape {
	SHAPE_FILE,
	SHAPE_MESSAGE,
	SHAPE_FIELD,
	SHAPE_ONEOF,
	SHAPE_ENUM,
	SHAPE_ENUM_VALUE,
	SHAPE_SERVICE,
	SHAPE_METHOD,
	SHAPE_RANGE, /* reserved ones */
	SHAPE_EXTENSION_RANGE,
	SHAPES
};

/* What a field is. */
enum {
	UNKNOWN,
	NUMBER,
	NUMBERS, /* repeated: packed or not */
	BYTES,
	ONCE, /* a message that we have as bytes */
	OF,   /* OF + shape: a message of that shape */
	LARGEST_KNOWN = 17,
};

/* clang-format off */
static const uint8_t known_fields[SHAPES][LARGEST_KNOWN + 1] = {
	[SHAPE_FILE] = { [1] = BYTES, [2] = BYTES, [3] = BYTES, [4] = OF + SHAPE_MESSAGE, [5] = OF + SHAPE_ENUM,
		[6] = OF + SHAPE_SERVICE, [7] = OF + SHAPE_FIELD, [8] = ONCE, [9] = ONCE, [10] = NUMBERS, [11] = NUMBERS,
		[12] = BYTES, [14] = NUMBER, [15] = BYTES },
	[SHAPE_MESSAGE] = { [1] = BYTES, [2] = OF + SHAPE_FIELD, [3] = OF + SHAPE_MESSAGE, [4] = OF + SHAPE_ENUM,
		[5] = OF + SHAPE_EXTENSION_RANGE, [6] = OF + SHAPE_FIELD, [7] = ONCE, [8] = OF + SHAPE_ONEOF,
		[9] = OF + SHAPE_RANGE, [10] = BYTES, [11] = NUMBER },
	[SHAPE_FIELD] = { [1] = BYTES, [2] = BYTES, [3] = NUMBER, [4] = NUMBER, [5] = NUMBER, [6] = BYTES, [7] = BYTES,
		[8] = ONCE, [9] = NUMBER, [10] = BYTES, [17] = NUMBER },
	[SHAPE_ONEOF] = { [1] = BYTES, [2] = ONCE },
	[SHAPE_ENUM] = { [1] = BYTES, [2] = OF + SHAPE_ENUM_VALUE, [3] = ONCE, [4] = OF + SHAPE_RANGE, [5] = BYTES,
		[6] = NUMBER },
	[SHAPE_ENUM_VALUE] = { [1] = BYTES, [2] = NUMBER, [3] = ONCE },
	[SHAPE_SERVICE] = { [1] = BYTES, [2] = OF + SHAPE_METHOD, [3] = ONCE },
	[SHAPE_METHOD] = { [1] = BYTES, [2] = BYTES, [3] = BYTES, [4] = ONCE, [5] = NUMBER, [6] = NUMBER },
	[SHAPE_RANGE] = { [1] = NUMBER, [2] = NUMBER },
	[SHAPE_EXTENSION_RANGE] = { [1] = NUMBER, [2] = NUMBER, [3] = ONCE },
};
/* clang-format on */

static bool known_fits(uint8_t known, enum wire_type type)
{
	switch (known) {
	case UNKNOWN:
		return true;
	case NUMBER:
		return type == WIRE_VARINT;
	case NUMBERS:
		return type == WIRE_VARINT || type == WIRE_BYTES;
	default:
		return type == WIRE_BYTES;
	}
}

static bool check_numbers(struct wire *wire, struct str packed)
{
	struct wire numbers = wire_open(packed);
	uint64_t value;

	while (numbers.at < numbers.end)
		if (!wire_varint(&numbers, &value)) {
			wire->wrong = numbers.wrong;
			wire->at = numbers.at;
			return false;
		}
	return true;
}

/* A message of `shape` and what is in it. On damage, wire->at is its place. */
static bool check_shape(struct wire *wire, enum shape shape, unsigned depth)
{
	uint32_t met = 0; /* a bit for each ONCE */
	struct wire_record record;

	if (depth > MAX_NESTING) {
		wire->wrong = "messages are nested too deep";
		return false;
	}
	for (;;) {
		const char *at = wire->at;
		uint8_t known;

		if (!wire_next(wire, &record))
			return !wire->wrong;
		known = record.number <= LARGEST_KNOWN ? known_fields[shape][record.number]
						       : UNKNOWN;
		if (record.type == WIRE_GROUP)
			wire->wrong = "a group has no place in a descriptor";
		else if (!known_fits(known, record.type))
			wire->wrong = "a field has the wire type of another";
		else if (known == ONCE && met & 1u << record.number)
			wire->wrong = "options or source info are given twice";
		if (wire->wrong) {
			wire->at = at;
			return false;
		}
		if (known == ONCE)
			met |= 1u << record.number;
		if (known == NUMBERS && record.type == WIRE_BYTES &&
			!check_numbers(wire, record.bytes))
			return false;
		if (known >= OF) {
			struct wire inner = wire_open(record.bytes);
			enum shape child = (enum shape)(known - OF);

			/* Only messages count: the outermost is at 1, as protoc has it. */
			if (!check_shape(&inner, child, depth + (child == SHAPE_MESSAGE))) {
				wire->wrong = inner.wrong;
				wire->at = inner.at;
				return false;
			}
		}
	}
}

bool wire_check_file(struct str bytes, struct wire_damage *damage)
{
	struct wire wire = wire_open(bytes);

	if (check_shape(&wire, SHAPE_FILE, 0))
		return true;
	*damage = (struct wire_damage){ wire.wrong, (size_t)(wire.at - wire.start) };
	return false;
}

void wire_reserve(struct wire_buffer *buffer, size_t size)
{
	char *items;

	if (size <= buffer->cap - buffer->n)
		return;
	if (size < buffer->cap)
		size = buffer->cap; /* double it */
	/* Not arena_grow, which zeroes. */
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

static void put_fixed(struct wire_buffer *buffer, uint64_t value, size_t size)
{
	char *p = wire_room(buffer, size);

	for (size_t i = 0; i < size; i++)
		p[i] = (char)(value >> (8 * i));
}

void wire_put_fixed32(struct wire_buffer *buffer, uint32_t value)
{
	put_fixed(buffer, value, 4);
}

void wire_put_fixed64(struct wire_buffer *buffer, uint64_t value)
{
	put_fixed(buffer, value, 8);
}

void wire_put_raw(struct wire_buffer *buffer, struct str bytes)
{
	if (bytes.n)
		memcpy(wire_room(buffer, bytes.n), bytes.p, bytes.n);
}

void wire_put_again(struct wire_buffer *buffer, size_t offset, size_t size)
{
	char *p;

	if (!size)
		return;
	p = wire_room(buffer, size); /* may move the bytes */
	memcpy(p, buffer->items + offset, size);
}

void wire_put_bytes(struct wire_buffer *buffer, struct str bytes)
{
	wire_put_varint(buffer, bytes.n);
	wire_put_raw(buffer, bytes);
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool name_is_identifier(struct str s, bool dotted)
{
	bool first = true;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '.' && dotted && !first) {
			first = true;
			continue;
		}
		if (!is_letter(c) && (first || c < '0' || c > '9'))
			return false;
		first = false;
	}
	return s.n > 0 && !first;
}
