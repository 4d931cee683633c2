/*
 * Hash maps from a pair of words to a pointer, in an arena.
 *
 * A key is a pointer and a number: an interned name (its `.p`, 0), a scope and a name, a message
 * and a field number. Keys are compared by value, so text must be interned first. Order of
 * insertion is kept in `entries`, so that walking a map gives the same result every time.
 */
#pragma once
#include <stdint.h>
#include "base/arena.h"

struct map_entry {
	const void *key;
	uint64_t number;
	void *value;
};

struct map {
	struct arena *arena;
	struct map_entry *entries; /* `n` of them, in order of insertion */
	uint32_t n, cap;
	uint32_t *slots; /* entry index + 1; 0 is free */
	uint32_t n_slots;
};

/* An empty map; nothing is allocated before the first insertion. */
void map_init(struct map *map, struct arena *arena);
/* The value under the key, or NULL. Safe from several threads while nobody inserts. */
void *map_get(const struct map *map, const void *key, uint64_t number);
/* Address of the value under the key, NULL inside if it is new. Valid until the next insertion. */
void **map_put(struct map *map, const void *key, uint64_t number);
