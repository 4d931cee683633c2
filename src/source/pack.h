/*
 * Packs on disk; private to pack*.c.
 *
 * pack_index.c reads the files: which packs exist, where an object's entry begins, and the entry's
 * head. pack.c makes objects of entries. An index is opened when an id is first looked for, its pack
 * when an id is found in it.
 *
 * The formats are those of git's gitformat-pack(5): index versions 1 and 2, packs of version 2
 * and 3.
 */
#pragma once
#include <pthread.h>
#include <stdatomic.h>
#include "source/objects.h"

enum { MAX_CHAIN = 4095 /* of deltas, as long as git makes them */ };

/* Types that git_object_t has no names for. */
enum { ENTRY_OFS_DELTA = 6, ENTRY_REF_DELTA = 7 };

struct mapped {
	const unsigned char *bytes;
	size_t size;
};

enum pack_state { PACK_UNOPENED, PACK_OPEN, PACK_UNUSABLE };

struct pack {
	struct pack *_Atomic next; /* in the order of searching */
	struct str stem;           /* its path without `.idx` */
	int64_t modified;
	uint32_t ordinal; /* from 1 on */
	_Atomic(enum pack_state) index_state, objects_state;
	bool damaged; /* if its objects are unusable, but not missing */
	struct mapped index, objects;
	uint32_t n;
	/* Tables of the index; in version 1 ids and offsets alternate, and `large_offsets` is NULL. */
	const unsigned char *fanout, *ids, *offsets, *large_offsets;
	size_t id_step, offset_step, n_large;
};

struct packs {
	pthread_mutex_t lock;
	struct arena *arena;
	VEC(struct pack_folder {
		struct str path;
		int64_t modified; /* time when it was listed, in nanoseconds; 0: not listed */
	})
	folders;
	struct pack *_Atomic first;
	uint32_t n;
	struct str damaged; /* the stem of a pack whose index cannot be read, or such a folder;
			       absent: none; guarded by `lock` */
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
 * The next pack after `after` (NULL: the first one) that has the id, and the offset of its entry.
 * NULL: no other pack has it. Lists folders and opens indexes as needed. Thread-safe.
 */
struct pack *pack_find(
	struct packs *packs, struct pack *after, const uint8_t *id, uint64_t *offset);
/* Opens the pack itself; false: it is missing or damaged. Thread-safe. */
bool pack_open(struct packs *packs, struct pack *pack);
/* Reads the head of the entry at `offset` of an open pack; false: there is none. */
bool entry_at(const struct pack *pack, uint64_t offset, struct entry *entry);
/* Reads a number of seven bits a byte, the lowest first; false: too large or cut off. */
bool take_number(
	const unsigned char **p, const unsigned char *end, unsigned shift, uint64_t *number);
void pack_close(const struct pack *pack);
