/*
 * Hash maps in an arena, from a pointer and a number to a pointer.
 *
 * A key is an interned name (its `.p`, and 0), a message and a field number, and so on. Keys are
 * compared by value, so text must be interned. `entries` keeps the order of insertion, so iterating
 * is deterministic.
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
	uint32_t *slots; /* index of the entry + 1; 0: free */
	uint32_t n_slots;
};

/* Initialises an empty map; the first insertion allocates. */
void map_init(struct map *map, struct arena *arena);
/* The value of the key, or NULL. Thread-safe while nothing is inserted. */
void *map_get(const struct map *map, const void *key, uint64_t number);
/* Address of the key's value, which is NULL if the key is new; valid until the next insertion. */
void **map_put(struct map *map, const void *key, uint64_t number);
