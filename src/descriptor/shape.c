#include "descriptor/shape.h"
#include "proto/compile.h"

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
	SHAPE_RANGE, /* reserved ranges */
	SHAPE_EXTENSION_RANGE,
	SHAPES
};

/* The kinds of fields. */
enum {
	UNKNOWN,
	NUMBER,
	NUMBERS, /* repeated, packed or not */
	BYTES,
	ONCE, /* a message declared as bytes */
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

/* Checks a message of `shape`, recursively. On damage, wire->at is its place. */
static bool check_shape(struct wire *wire, enum shape shape, unsigned depth)
{
	uint32_t met = 0; /* a bit for each ONCE */
	struct wire_record record;

	if (depth > MAX_NESTING) {
		wire->wrong = "messages are nested too deeply";
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
			wire->wrong = "a descriptor cannot hold a group";
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

			/* As in protoc, only message declarations count, the outermost as 1. */
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
