/*
 * Where a message stands in its file, as records of schema registries say it: a list of positions
 * from the outermost message inwards, each among the messages of its scope from 0.
 *
 * Two countings are in use. A map field and a group add a message to the descriptor at their place,
 * which the text does not have:
 *
 *	message M { map<int32, int32> m = 1; message B {} }
 *	descriptor: M [0], M.MEntry [0, 0], M.B [0, 1]          text: M [0], M.B [0, 0]
 */
#pragma once
#include "schema/schema.h"

enum counting {
	BY_DESCRIPTOR,
	BY_TEXT,
	COUNTINGS, /* of message_index */
	/* For message_at alone: with groups, without maps' entries, as protobuf-es lists messages
	 * (@confluentinc/schemaregistry 1.10.1, measured 2026-11-30). */
	WITHOUT_ENTRIES = COUNTINGS
};

struct message_index {
	uint32_t *items;
	uint32_t n, cap; /* n 0: the message has no place, as a group by text */
};

/* What was counted; one for each schema. */
struct positions {
	struct arena *arena;
	struct map by_scope; /* a file or message → the positions by text of its messages */
};

void positions_init(struct positions *positions, struct arena *arena);
/* Is the message made for a map field or a group? */
bool message_is_generated(const struct message *message);
/* The messages of a file or message, in the order of the descriptor. */
struct message *const *scope_messages(const struct element *scope, uint32_t *n);
/* In the arena of `positions`. */
struct message_index message_index(
	struct positions *positions, const struct message *message, enum counting counting);
bool message_index_eq(const struct message_index *a, const struct message_index *b);
/* `[0, 1]` */
struct str message_index_words(struct arena *arena, const struct message_index *index);
/* The message at the index; NULL: there is none. */
const struct message *message_at(
	const struct file *file, enum counting counting, const struct message_index *index);
