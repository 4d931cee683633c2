#include "base/intern.h"

#include <pthread.h>

enum { SHARDS = 64 };

struct shard {
	pthread_mutex_t lock;
	struct arena *arena;
	struct slot {
		struct str name; /* absent: free */
		uint64_t hash;
	} *slots;
	uint32_t n, n_slots;
};

struct intern {
	struct shard shards[SHARDS];
};

struct intern *intern_new(const struct arena *like)
{
	struct arena *first = arena_like(like);
	struct intern *table = NEW(first, struct intern);

	for (int i = 0; i < SHARDS; i++) {
		struct shard *s = &table->shards[i];

		s->arena = i ? arena_like(like) : first;
		s->n_slots = 256;
		s->slots = NEW_ARRAY(s->arena, s->n_slots, struct slot);
		pthread_mutex_init(&s->lock, NULL);
	}
	return table;
}

void intern_free(struct intern *table)
{
	struct arena *first;

	if (!table)
		return;
	first = table->shards[0].arena;
	for (int i = 0; i < SHARDS; i++)
		pthread_mutex_destroy(&table->shards[i].lock);
	for (int i = 1; i < SHARDS; i++)
		arena_free(table->shards[i].arena);
	arena_free(first);
}

static void shard_grow(struct shard *s)
{
	struct slot *old = s->slots;
	uint32_t n = s->n_slots;

	s->n_slots = n * 2;
	s->slots = NEW_ARRAY(s->arena, s->n_slots, struct slot);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t at = (uint32_t)(old[i].hash >> 8) & (s->n_slots - 1);

		if (!old[i].name.p)
			continue;
		while (s->slots[at].name.p)
			at = (at + 1) & (s->n_slots - 1);
		s->slots[at] = old[i];
	}
}

struct str intern(struct intern *table, struct str name)
{
	uint64_t hash = str_hash(name);
	struct shard *s = &table->shards[hash % SHARDS];
	struct str found;
	uint32_t at;

	pthread_mutex_lock(&s->lock);
	at = (uint32_t)(hash >> 8) & (s->n_slots - 1);
	while (s->slots[at].name.p &&
			(s->slots[at].hash != hash || !str_eq(s->slots[at].name, name)))
		at = (at + 1) & (s->n_slots - 1);
	if (!s->slots[at].name.p) {
		s->slots[at].name = (struct str){ str_cstr(s->arena, name), name.n };
		s->slots[at].hash = hash;
		s->n++;
	}
	found = s->slots[at].name;
	if ((uint64_t)s->n * 2 > s->n_slots)
		shard_grow(s);
	pthread_mutex_unlock(&s->lock);
	return found;
}

struct str intern_dotted(struct intern *table, struct str a, struct str b)
{
	char small[512], *text = small;
	struct arena *large = NULL;
	struct str found;

	if (a.n == 0)
		return intern(table, b);
	if (a.n + 1 + b.n > sizeof small) {
		large = arena_like(table->shards[0].arena);
		text = arena_bytes(large, a.n + 1 + b.n);
	}
	memcpy(text, a.p, a.n);
	text[a.n] = '.';
	memcpy(text + a.n + 1, b.p, b.n);
	found = intern(table, (struct str){ text, a.n + 1 + b.n });
	arena_free(large);
	return found;
}
