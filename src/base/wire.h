/*
 * Reads and writes the wire format of Protocol Buffers.
 *
 * The bytes that are read are untrusted: reading stays in bounds, does not recurse, and says what
 * is wrong and where.
 */
#pragma once
#include "base/arena.h"
#include "base/str.h"

enum wire_type {
	WIRE_VARINT = 0,
	WIRE_FIXED64 = 1,
	WIRE_BYTES = 2,
	WIRE_GROUP = 3,
	WIRE_GROUP_END = 4,
	WIRE_FIXED32 = 5,
};

struct wire {
	const char *start, *at, *end;
	const char *wrong; /* what is wrong at `at`; NULL: nothing so far */
};

struct wire_record {
	uint32_t number;
	enum wire_type type; /* never WIRE_GROUP_END */
	uint64_t value;      /* of WIRE_VARINT and the fixed types */
	struct str bytes;    /* of WIRE_BYTES, or between the tags of a group */
	struct str whole;    /* with the tag */
};

struct wire wire_open(struct str bytes);
/* Reads the next record. False at the end, and with ->wrong set if the bytes are damaged. */
bool wire_next(struct wire *wire, struct wire_record *record);
/* Read a number without a tag, as in packed fields; `size` is 4 or 8. */
bool wire_varint(struct wire *wire, uint64_t *value);
bool wire_fixed(struct wire *wire, unsigned size, uint64_t *value);

/* Output of the writer, in an arena. */
struct wire_buffer {
	struct arena *arena;
	char *items;
	size_t n, cap;
};
void wire_put_varint(struct wire_buffer *buffer, uint64_t value);
void wire_put_tag(struct wire_buffer *buffer, int32_t number, enum wire_type type);
void wire_put_fixed(struct wire_buffer *buffer, uint64_t value, size_t size);
void wire_put_raw(struct wire_buffer *buffer, struct str bytes);
/* Length and bytes. */
void wire_put_bytes(struct wire_buffer *buffer, struct str bytes);
size_t wire_varint_size(uint64_t value);
static inline struct str wire_buffer_bytes(const struct wire_buffer *buffer)
{
	return (struct str){ buffer->items ? buffer->items : "", buffer->n };
}
