/*
 * The wire format, read with bounds, and written; private to descriptor/.
 *
 * protobuf-c's unpacking recurses without a limit, refuses groups and gives no reasons, so a walk
 * of our own goes over a stranger's bytes first and says what is wrong and where.
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
};

struct wire wire_open(struct str bytes);
/* The next record; false at the end, or when the bytes are damaged: then ->wrong says how. */
bool wire_next(struct wire *wire, struct wire_record *record);
bool wire_varint(struct wire *wire, uint64_t *value);

/* Where and why bytes are no FileDescriptorProto. */
struct wire_damage {
	const char *what;
	size_t offset; /* in the bytes given */
};
/*
 * Can protobuf-c unpack these bytes as a FileDescriptorProto without harm? Nesting is at most
 * MAX_NESTING deep, no groups, no field 0, every length within its message, every known field of
 * its wire type, and no message field given twice that our descriptor.proto has as bytes (they
 * would have to be merged).
 */
bool wire_check_file(struct str bytes, struct wire_damage *damage);

/* Bytes being written, in an arena. */
struct wire_buffer {
	struct arena *arena;
	char *items;
	size_t n, cap;
};
/* Makes room for `size` bytes at once. */
void wire_reserve(struct wire_buffer *buffer, size_t size);
void wire_put_varint(struct wire_buffer *buffer, uint64_t value);
void wire_put_tag(struct wire_buffer *buffer, int32_t number, enum wire_type type);
void wire_put_fixed32(struct wire_buffer *buffer, uint32_t value);
void wire_put_fixed64(struct wire_buffer *buffer, uint64_t value);
void wire_put_raw(struct wire_buffer *buffer, struct str bytes);
/* Bytes that the buffer holds already. */
void wire_put_again(struct wire_buffer *buffer, size_t offset, size_t size);
/* Length and bytes. */
void wire_put_bytes(struct wire_buffer *buffer, struct str bytes);
size_t wire_varint_size(uint64_t value);
static inline struct str wire_buffer_bytes(const struct wire_buffer *buffer)
{
	return (struct str){ buffer->items ? buffer->items : "", buffer->n };
}

/* Is it a name as the language has them; with `dotted`, several joined by dots? */
bool name_is_identifier(struct str s, bool dotted);
