#include "base/intern.h"

#include <assert.h>
#include <pthread.h>

enum { SHARDS = 16, FIRST_SLOTS = 64 };

struct slot {
	const char *name; /* NULL: free */
	uint32_t size;
	uint32_t hash; /* its lower half, which chose shard and slot */
};

struct shard {
	pthread_mutex_t lock;
	struct arena *names;
	struct arena *table; /* of `slots`; replaced when they grow */
	struct slot *slots;
	uint32_t n, n_slots;
};

struct intern {
	struct arena *arena;
	struct shard shards[SHARDS];
};

struct intern *intern_new(const struct arena *like)
{
	struct arena *arena = arena_like(like);
	struct intern *table = NEW(arena, struct intern);

	table->arena = arena;
	for (int i = 0; i < SHARDS; i++) {
		struct shard *s = &table->shards[i];

		s->names = arena_like(like);
		s->n_slots = FIRST_SLOTS;
		s->slots = NEW_ARRAY(arena, s->n_slots, struct slot);
		pthread_mutex_init(&s->lock, NULL);
	}
	return table;
}

void intern_free(struct intern *table)
{
	if (!table)
		return;
	for (int i = 0; i < SHARDS; i++) {
		pthread_mutex_destroy(&table->shards[i].lock);
		arena_free(table->shards[i].names);
		arena_free(table->shards[i].table);
	}
	arena_free(table->arena);
}

static uint32_t first_slot(const struct shard *s, uint32_t hash)
{
	return (hash / SHARDS) & (s->n_slots - 1);
}

static void shard_grow(struct shard *s)
{
	struct arena *table = arena_like(s->names);
	struct slot *old = s->slots;
	uint32_t n = s->n_slots;

	s->n_slots = n * 2;
	s->slots = NEW_ARRAY(table, s->n_slots, struct slot);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t at;

		if (!old[i].name)
			continue;
		at = first_slot(s, old[i].hash);
		while (s->slots[at].name)
			at = (at + 1) & (s->n_slots - 1);
		s->slots[at] = old[i];
	}
	arena_free(s->table);
	s->table = table;
}

struct str intern(struct intern *table, struct str name)
{
	uint32_t hash = (uint32_t)str_hash(name), at;
	struct shard *s = &table->shards[hash % SHARDS];
	const char *found;

	assert(name.n <= UINT32_MAX);
	pthread_mutex_lock(&s->lock);
	at = first_slot(s, hash);
	while (s->slots[at].name &&
		(s->slots[at].hash != hash || s->slots[at].size != name.n ||
			memcmp(s->slots[at].name, name.p ? name.p : "", name.n) != 0))
		at = (at + 1) & (s->n_slots - 1);
	found = s->slots[at].name;
	if (!found) {
		found = str_cstr(s->names, name);
		s->slots[at] = (struct slot){ found, (uint32_t)name.n, hash };
		if (++s->n > s->n_slots / 3 * 2)
			shard_grow(s);
	}
	pthread_mutex_unlock(&s->lock);
	return (struct str){ found, name.n };
}

struct str intern_dotted(struct intern *table, struct str a, struct str b)
{
	char small[512], *text = small;
	struct arena *large = NULL;
	struct str found;

	if (a.n == 0)
		return intern(table, b);
	if (a.n + 1 + b.n > sizeof small) {
		large = arena_like(table->arena);
		text = arena_bytes(large, a.n + 1 + b.n);
	}
	*str_put(text, a) = '.';
	str_put(text + a.n + 1, b);
	found = intern(table, (struct str){ text, a.n + 1 + b.n });
	arena_free(large);
	return found;
}
