#include "cli/frame.h"

#include "base/wire.h"

#include <libdeflate.h>
#include <stdio.h>

enum {
	MAGIC_ID = 0,
	MAGIC_GUID = 1,
	MAGIC_GLUE = 3,
	GLUE_PLAIN = 0,
	GLUE_ZLIB = 5,
	GUID_SIZE = 16
};

const char *const frame_reading_words[READINGS] = {
	"zigzag varints",
	"zigzag varints from inside out",
	"plain varints",
	"plain varints from inside out",
};

static bool fail(struct fault *fault, size_t offset, struct str why)
{
	*fault = (struct fault){ why, offset };
	return false;
}

/* What is wrong at byte 0: what else begins so. */
static struct str foreign_words(struct arena *arena, struct str record)
{
	uint8_t first = (uint8_t)record.p[0];

	if (first == '{' || first == '[' || first == '"')
		return S("this is no frame of a schema registry: it looks like JSON");
	if (first == 0x0A || first == 0x08 || first == 0x12)
		return S("this is no frame of a schema registry: it may be a message without one");
	return str_printf(arena,
		"this is no frame of a schema registry: it begins with 0x%02x, not with 0x00, 0x01 "
		"or 0x03",
		first);
}

static bool read_guid(struct str record, size_t at, struct frame *frame, struct fault *fault)
{
	if (record.n - at < GUID_SIZE)
		return fail(fault, record.n, S("the GUID is cut short: it has 16 bytes"));
	frame->guid = (const uint8_t *)record.p + at;
	frame->offset = at + GUID_SIZE;
	frame->rest = str_from(record, frame->offset);
	return true;
}

static bool inflate_rest(struct arena *arena, struct frame *frame, struct fault *fault)
{
	struct libdeflate_decompressor *inflater = libdeflate_alloc_decompressor();
	char *bytes = arena_bytes(arena, MOST_RECORD);
	enum libdeflate_result result = LIBDEFLATE_BAD_DATA;
	size_t n = 0;

	if (inflater)
		result = libdeflate_zlib_decompress(
			inflater, frame->rest.p, frame->rest.n, bytes, MOST_RECORD, &n);
	libdeflate_free_decompressor(inflater);
	if (result == LIBDEFLATE_INSUFFICIENT_SPACE)
		return fail(fault, frame->offset, S("the compressed payload has more than 1 MiB"));
	if (result != LIBDEFLATE_SUCCESS)
		return fail(fault, frame->offset, S("the compressed payload is no zlib"));
	frame->rest = (struct str){ bytes, n };
	frame->offset = 0;
	return true;
}

static bool read_glue(
	struct arena *arena, struct str record, struct frame *frame, struct fault *fault)
{
	uint8_t compression;

	frame->kind = FRAME_GLUE;
	if (record.n < 2)
		return fail(fault, 1, S("the compression is missing"));
	compression = (uint8_t)record.p[1];
	if (compression != GLUE_PLAIN && compression != GLUE_ZLIB)
		return fail(fault, 1,
			str_printf(arena, "unknown compression %u: 0 is none, 5 is zlib",
				compression));
	frame->is_compressed = compression == GLUE_ZLIB;
	return read_guid(record, 2, frame, fault) &&
	       (!frame->is_compressed || inflate_rest(arena, frame, fault));
}

bool frame_read(struct arena *arena, struct str record, struct frame *frame, struct fault *fault)
{
	*frame = (struct frame){ .kind = FRAME_ID };
	if (!record.n)
		return fail(fault, 0, S("the record is empty"));
	if (record.n > MOST_RECORD)
		return fail(fault, MOST_RECORD, S("the record has more than 1 MiB"));
	switch ((uint8_t)record.p[0]) {
	case MAGIC_ID:
		if (record.n < 5)
			return fail(fault, record.n, S("the id is cut short: it has 4 bytes"));
		for (size_t i = 1; i < 5; i++)
			frame->id = frame->id << 8 | (uint8_t)record.p[i];
		frame->offset = 5;
		frame->rest = str_from(record, frame->offset);
		return true;
	case MAGIC_GUID:
		frame->kind = FRAME_GUID;
		return read_guid(record, 1, frame, fault);
	case MAGIC_GLUE:
		return read_glue(arena, record, frame, fault);
	default:
		return fail(fault, 0, foreign_words(arena, record));
	}
}

struct str frame_guid_words(struct arena *arena, const struct frame *frame)
{
	char words[40], *at = words;

	for (int i = 0; i < GUID_SIZE; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*at++ = '-';
		at += snprintf(at, 3, "%02x", frame->guid[i]);
	}
	return str_dup(arena, (struct str){ words, (size_t)(at - words) });
}

static bool read_number(struct wire *wire, bool is_plain, int64_t *number, struct fault *fault)
{
	size_t offset = (size_t)(wire->at - wire->start);
	uint64_t bits;

	if (!wire_varint(wire, &bits))
		return fail(fault, offset,
			wire->at == wire->end ? S("the index is cut short") : str_of(wire->wrong));
	*number = is_plain ? (int64_t)bits : (int64_t)(bits >> 1 ^ (0 - (bits & 1)));
	return true;
}

static void reverse(struct message_index *index)
{
	for (uint32_t i = 0; i < index->n / 2; i++) {
		uint32_t *a = &index->items[i], *b = &index->items[index->n - 1 - i], kept = *a;

		*a = *b;
		*b = kept;
	}
}

bool frame_index_read(struct arena *arena, struct str bytes, enum frame_reading reading,
	struct message_index *index, size_t *size, struct fault *fault)
{
	bool is_plain = reading == READ_PLAIN || reading == READ_PLAIN_REVERSED;
	struct wire wire = wire_open(bytes);
	int64_t n, position;

	*index = (struct message_index){ 0 };
	if (!read_number(&wire, is_plain, &n, fault))
		return false;
	if (n < 0 || n > MOST_INDEX)
		return fail(
			fault, 0, str_printf(arena, "the index has %lld positions", (long long)n));
	if (n == 0)
		*vec_push(arena, index) = 0;
	for (; n > 0; n--) {
		size_t offset = (size_t)(wire.at - wire.start);

		if (!read_number(&wire, is_plain, &position, fault))
			return false;
		if (position < 0 || position > INT32_MAX)
			return fail(fault, offset,
				str_printf(arena, "the index has the position %lld",
					(long long)position));
		*vec_push(arena, index) = (uint32_t)position;
	}
	if (reading == READ_REVERSED || reading == READ_PLAIN_REVERSED)
		reverse(index);
	*size = (size_t)(wire.at - wire.start);
	return true;
}

bool frame_position_read(struct arena *arena, struct str bytes, uint32_t *position, size_t *size,
	struct fault *fault)
{
	struct wire wire = wire_open(bytes);
	int64_t number;

	if (!read_number(&wire, true, &number, fault))
		return false;
	if (number < 0 || number > INT32_MAX)
		return fail(fault, 0, str_printf(arena, "the position is %lld", (long long)number));
	*position = (uint32_t)number;
	*size = (size_t)(wire.at - wire.start);
	return true;
}
