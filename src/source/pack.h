/*
 * Packs as they lie on disk; private to pack*.c.
 *
 * pack_index.c knows the files: which packs there are, where in them an object's entry begins, and
 * what its head says. pack.c makes objects of entries. Files are opened when they are first needed:
 * an index when an id is looked for, its pack when the id is found.
 *
 * The formats are those of git's gitformat-pack(5): index versions 1 and 2, packs of version 2
 * and 3.
 */
#pragma once
#include <pthread.h>
#include <stdatomic.h>
#include "source/objects.h"

enum { MAX_CHAIN = 4095 /* deltas on one another, as many as git makes */ };

/* What git_object_t has no name for. */
enum { ENTRY_OFS_DELTA = 6, ENTRY_REF_DELTA = 7 };

struct mapped {
	const unsigned char *bytes;
	size_t size;
};

enum pack_state { PACK_UNOPENED, PACK_OPEN, PACK_UNUSABLE };

struct pack {
	struct pack *_Atomic next; /* in the order of looking */
	struct str stem;           /* its path without `.idx` */
	int64_t modified;
	uint32_t ordinal; /* from 1 on */
	_Atomic(enum pack_state) index_state, objects_state;
	bool damaged; /* if its objects are unusable: not because they are gone */
	struct mapped index, objects;
	uint32_t n;
	/* Of the index; in version 1 ids and offsets take turns, and there are no large offsets
	 * (NULL). */
	const unsigned char *fanout, *ids, *offsets, *large_offsets;
	size_t id_step, offset_step, n_large;
};

struct packs {
	pthread_mutex_t lock;
	struct arena *arena;
	VEC(struct pack_folder {
		struct str path;
		int64_t modified; /* when it was listed, in nanoseconds; 0: not yet */
	})
	folders;
	struct pack *_Atomic first;
	uint32_t n;
	struct str damaged; /* the stem of a pack whose index cannot be read, or a folder that
			       cannot; absent: none was met */
	struct reader *idle;
};

/* An object's entry in a pack. */
struct entry {
	unsigned type;
	uint64_t size; /* inflated */
	uint64_t base; /* of a delta: its base's offset */
	const unsigned char *data;
	size_t most; /* bytes to the end of all entries */
};

/*
 * The next pack behind `after` (NULL: the first) with the id, and where its entry begins. NULL: no
 * further one. Lists folders that were not, and opens indexes. Thread-safe.
 */
struct pack *pack_find(
	struct packs *packs, struct pack *after, const uint8_t *id, uint64_t *offset);
/* Opens the pack itself; false: it is gone, or damaged. Thread-safe. */
bool pack_open(struct packs *packs, struct pack *pack);
/* Reads the head of the entry at `offset`; false: none can be there. The pack is open. */
bool entry_at(const struct pack *pack, uint64_t offset, struct entry *entry);
/* A number of seven bits a byte, the least first; false: too large, or cut. */
bool take_number(
	const unsigned char **p, const unsigned char *end, unsigned shift, uint64_t *number);
void pack_close(const struct pack *pack);
