#include "base/map.h"

static uint32_t slot_of(const struct map *map, const void *key, uint64_t number)
{
	uint64_t h = ((uint64_t)(uintptr_t)key >> 3) * 0x9E3779B97F4A7C15u;

	h ^= (number + 0x632BE59BD9B4E019u) * 0xD6E8FEB86659FD93u;
	h ^= h >> 32;
	h *= 0x9E3779B97F4A7C15u;
	return (uint32_t)(h >> 32) & (map->n_slots - 1);
}

void map_init(struct map *map, struct arena *arena)
{
	*map = (struct map){ .arena = arena };
}

/* The slot of the key, or the free slot for it. */
static uint32_t *map_probe(const struct map *map, const void *key, uint64_t number)
{
	uint32_t at = slot_of(map, key, number);

	while (map->slots[at]) {
		const struct map_entry *e = &map->entries[map->slots[at] - 1];

		if (e->key == key && e->number == number)
			break;
		at = (at + 1) & (map->n_slots - 1);
	}
	return &map->slots[at];
}

void *map_get(const struct map *map, const void *key, uint64_t number)
{
	uint32_t slot;

	if (!map->n)
		return NULL;
	slot = *map_probe(map, key, number);
	return slot ? map->entries[slot - 1].value : NULL;
}

static void map_rehash(struct map *map)
{
	map->n_slots = map->n_slots ? map->n_slots * 2 : 16;
	map->slots = NEW_ARRAY(map->arena, map->n_slots, uint32_t);
	for (uint32_t i = 0; i < map->n; i++)
		*map_probe(map, map->entries[i].key, map->entries[i].number) = i + 1;
}

void **map_put(struct map *map, const void *key, uint64_t number)
{
	uint32_t *slot;

	if ((uint64_t)map->n * 3 >= (uint64_t)map->n_slots * 2)
		map_rehash(map);
	slot = map_probe(map, key, number);
	if (!*slot) {
		if (map->n == map->cap) {
			uint32_t more = map->cap ? map->cap * 2 : 8;

			map->entries = arena_grow(
				map->arena, map->entries, map->cap, more, sizeof *map->entries);
			map->cap = more;
		}
		map->entries[map->n] = (struct map_entry){ key, number, NULL };
		*slot = ++map->n;
	}
	return &map->entries[*slot - 1].value;
}
