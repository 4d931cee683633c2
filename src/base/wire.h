/*
 * The wire format of Protocol Buffers, read with bounds, and written.
 *
 * Bytes are a stranger's. Reading takes any: it does not recurse, and says what is wrong and where.
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
	const char *wrong; /* what is damaged at `at`; NULL: nothing so far */
};

struct wire_record {
	uint32_t number;
	enum wire_type type; /* never WIRE_GROUP_END */
	uint64_t value;      /* of the types with a number */
	struct str bytes;    /* of WIRE_BYTES, and what is between a group's tags */
	struct str whole;    /* tag included */
};

struct wire wire_open(struct str bytes);
/* The next record; false at the end, or when the bytes are damaged: then ->wrong says how. */
bool wire_next(struct wire *wire, struct wire_record *record);
/* Numbers without a tag, as packed fields have them; `size` is 4 or 8. */
bool wire_varint(struct wire *wire, uint64_t *value);
bool wire_fixed(struct wire *wire, unsigned size, uint64_t *value);

/* Bytes being written, in an arena. */
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
