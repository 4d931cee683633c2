/*
 * The frame of a record: what serializers of schema registries write before the payload. Only bytes
 * are read here; what a schema says of them is the caller's business.
 *
 *	Confluent      0, id (4 bytes, big-endian), index, payload
 *	  in a header  1, GUID (16 bytes), index; the payload is the record
 *	Glue           3, compression (0 or 5: zlib), UUID (16 bytes), position, payload
 *
 * The index is a list of numbers: how many, then the positions from the outermost message inwards
 * (schema/position.h), each a zigzag varint; `[0]` is the single byte 0. Older clients wrote it in
 * other ways (enum frame_reading). Glue's position is a plain varint: the message's place among all
 * of its file, sorted by full name.
 */
#pragma once
#include "schema/position.h"

enum {
	MOST_RECORD = 1 << 20, /* bytes of a record, and of what compressed ones hold */
	MOST_INDEX = 100,      /* positions in an index */
};

enum frame_kind { FRAME_ID, FRAME_GUID, FRAME_GLUE };

struct frame {
	enum frame_kind kind;
	uint32_t id;         /* of FRAME_ID */
	const uint8_t *guid; /* 16 bytes, of the others */
	bool is_compressed;  /* of FRAME_GLUE */
	struct str rest;     /* index and payload, inflated */
	size_t offset;       /* of `rest` in the record; 0 if it was compressed */
};

/* What is wrong with bytes, and at which of them. */
struct fault {
	struct str why;
	size_t offset;
};

/* False and *fault if there is no such frame. */
bool frame_read(struct arena *arena, struct str record, struct frame *frame, struct fault *fault);
/* `8-4-4-4-12` digits. */
struct str frame_guid_words(struct arena *arena, const struct frame *frame);

/* How a client wrote the index. */
enum frame_reading {
	READ_ZIGZAG,
	READ_REVERSED,       /* the innermost position first */
	READ_PLAIN,          /* varints without zigzag */
	READ_PLAIN_REVERSED, /* both */
	READINGS,
};

/* `plain varints`; for messages. */
extern const char *const frame_reading_words[READINGS];

/* Reads the index at the begin of `bytes`; *size: its bytes. False and *fault. */
bool frame_index_read(struct arena *arena, struct str bytes, enum frame_reading reading,
	struct message_index *index, size_t *size, struct fault *fault);
/* Reads Glue's position. */
bool frame_position_read(struct arena *arena, struct str bytes, uint32_t *position, size_t *size,
	struct fault *fault);
