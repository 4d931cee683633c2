/*
 * Objects in packs, made from their entries with libdeflate.
 *
 * Reading a whole tree is mostly inflating, and libgit2's way through zlib takes more than twice as
 * long; libgit2 1.5 also reads behind the end of a pack where an index says so. So packs are read
 * here alone. Adler-32 sums are checked, and the id where it is asked for: an index may lead to
 * another object.
 */
#include "source/pack.h"

#include <libdeflate.h>
#include <nettle/sha1.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	BASES = 16,            /* of a reader's cache of bases */
	KEPT_BASE = 128 << 10, /* bytes of a cached object */
	OFFSET_BITS = 40,      /* of a position; the pack's ordinal is above */
};

/* An object, or the delta of one. */
struct buffer {
	const struct pack *pack; /* NULL: there is no object, or an incomplete one */
	uint64_t offset;
	unsigned type;
	unsigned char *bytes;
	size_t size, capacity;
	uint64_t used; /* when it was last used, by the reader's clock */
};

/* The state of one reading thread. */
struct reader {
	struct libdeflate_decompressor *inflater;
	struct buffer bases[BASES]; /* those used last */
	struct buffer spare[2];     /* for objects that get no place in the cache */
	uint64_t clock;
	struct buffer delta;
	enum packs_answer refused; /* why the last delta was not made */
	uint64_t chain[MAX_CHAIN]; /* offsets of deltas; the last one applies to the base */
	pthread_t thread;          /* that used it last */
	struct reader *next;
};

static bool inflate_entry(struct reader *reader, const struct entry *entry, unsigned char *out)
{
	return libdeflate_zlib_decompress(reader->inflater, entry->data, entry->most, out,
		       entry->size, NULL) == LIBDEFLATE_SUCCESS;
}

/* Makes room for `size` bytes; the contents of the buffer are lost. */
static bool buffer_take(struct buffer *buffer, uint64_t size)
{
	buffer->pack = NULL;
	if (size > MAX_PACK_BASE)
		return false;
	if (!buffer->bytes || buffer->capacity < size) {
		free(buffer->bytes);
		/* Only cached buffers are reused. */
		buffer->capacity = (size_t)(size > KEPT_BASE ? size : size + size / 4 + 64);
		buffer->bytes = malloc(buffer->capacity);
	}
	buffer->size = (size_t)size;
	return buffer->bytes;
}

/* The cached object at `offset`; NULL: none. */
static struct buffer *base_find(struct reader *reader, const struct pack *pack, uint64_t offset)
{
	for (unsigned i = 0; i < BASES; i++) {
		struct buffer *base = &reader->bases[i];

		if (base->pack != pack || base->offset != offset)
			continue;
		base->used = ++reader->clock;
		return base;
	}
	return NULL;
}

/* A buffer for an object made from `source`, which stays cached; NULL: no memory. */
static struct buffer *base_take(struct reader *reader, uint64_t size, const struct buffer *source)
{
	struct buffer *buffer = &reader->bases[0];

	if (size > KEPT_BASE) {
		buffer = &reader->spare[source == &reader->spare[0]];
	} else {
		for (unsigned i = 1; i < BASES; i++)
			if (reader->bases[i].used < buffer->used)
				buffer = &reader->bases[i];
		buffer->used = ++reader->clock;
	}
	return buffer_take(buffer, size) ? buffer : NULL;
}

static void base_made(
	struct buffer *buffer, const struct pack *pack, uint64_t offset, unsigned type)
{
	buffer->pack = pack;
	buffer->offset = offset;
	buffer->type = type;
}

/* Parses the two sizes at the beginning of a delta. */
static bool delta_sizes(
	const unsigned char **p, const unsigned char *end, uint64_t *from, uint64_t *to)
{
	*from = *to = 0;
	return take_number(p, end, 0, from) && take_number(p, end, 0, to);
}

/* A number of a copy instruction: the bytes that `has` names, the lowest first. */
static bool take_some(
	const unsigned char **p, const unsigned char *end, unsigned has, uint32_t *number)
{
	*number = 0;
	for (unsigned shift = 0; has; has >>= 1, shift += 8) {
		if (!(has & 1))
			continue;
		if (*p == end)
			return false;
		*number |= (uint32_t) * (*p)++ << shift;
	}
	return true;
}

/* Fills `out` with exactly `n` bytes. */
static bool delta_apply(const unsigned char *p, const unsigned char *end,
	const struct buffer *source, unsigned char *out, size_t n)
{
	while (p < end) {
		unsigned char op = *p++;
		uint32_t at, size = op;
		const unsigned char *from = p;

		if (op & 0x80) {
			if (!take_some(&p, end, op & 15, &at) ||
				!take_some(&p, end, op >> 4 & 7, &size))
				return false;
			size = size ? size : 0x10000;
			if (at > source->size || size > source->size - at)
				return false;
			from = source->bytes + at;
		} else if (op == 0 || (size_t)(end - p) < size) {
			return false;
		} else {
			p += size;
		}
		if (size > n)
			return false;
		memcpy(out, from, size);
		out += size;
		n -= size;
	}
	return n == 0;
}

/* Reads the object at `offset`, which is not a delta, into the cache. */
static struct buffer *base_inflate(
	struct reader *reader, const struct pack *pack, uint64_t offset, const struct entry *entry)
{
	struct buffer *base = base_take(reader, entry->size, NULL);

	if (!base || !inflate_entry(reader, entry, base->bytes))
		return NULL;
	base_made(base, pack, offset, entry->type);
	return base;
}

/* Applies the delta at `offset` to *source. With `bytes`, the result goes to the arena; without,
 * it is cached and becomes *source. */
static bool delta_make(struct reader *reader, const struct pack *pack, uint64_t offset,
	uint64_t limit, struct buffer **source, struct arena *arena, struct str *bytes)
{
	const unsigned char *p, *end;
	uint64_t from, to;
	struct entry entry;
	unsigned char *out;
	struct buffer *made = NULL;

	reader->refused = PACKS_DAMAGED;
	if (!entry_at(pack, offset, &entry))
		return false;
	if (entry.size > MAX_PACK_BASE) {
		reader->refused = PACKS_BASE_TOO_LARGE;
		return false;
	}
	if (!buffer_take(&reader->delta, entry.size) ||
		!inflate_entry(reader, &entry, reader->delta.bytes))
		return false;
	p = reader->delta.bytes;
	end = p + entry.size;
	if (!delta_sizes(&p, end, &from, &to) || from != (*source)->size)
		return false;
	if (to > limit) {
		reader->refused = bytes ? PACKS_TOO_LARGE : PACKS_BASE_TOO_LARGE;
		return false;
	}
	if (bytes) {
		*bytes = (struct str){ arena_bytes(arena, to), to };
		out = (unsigned char *)bytes->p;
	} else {
		made = base_take(reader, to, *source);
		if (!made)
			return false;
		out = made->bytes;
	}
	if (!delta_apply(p, end, *source, out, to))
		return false;
	if (made) {
		base_made(made, pack, offset, (*source)->type);
		*source = made;
	}
	return true;
}

/*
 * Reads the object at `offset` into `arena`, of type *type (GIT_OBJECT_ANY: any, which sets *type)
 * and at most `limit` bytes.
 */
static enum packs_answer object_make(struct reader *reader, const struct pack *pack,
	uint64_t offset, git_object_t *type, uint64_t limit, struct arena *arena, struct str *bytes)
{
	struct buffer *source = NULL;
	git_object_t found;
	struct entry entry;
	size_t depth = 0;

	while (!source) {
		if (!entry_at(pack, offset, &entry))
			return PACKS_DAMAGED;
		if (entry.type != ENTRY_OFS_DELTA && entry.type != ENTRY_REF_DELTA)
			break;
		if (depth == MAX_CHAIN)
			return PACKS_DAMAGED;
		reader->chain[depth++] = offset;
		offset = entry.base;
		source = base_find(reader, pack, offset);
	}
	found = (git_object_t)(source ? source->type : entry.type);
	if (found < GIT_OBJECT_COMMIT || found > GIT_OBJECT_TAG)
		return PACKS_DAMAGED;
	if (*type != GIT_OBJECT_ANY && found != *type) {
		*type = found;
		return PACKS_OTHER_TYPE;
	}
	*type = found;
	if (depth == 0 && entry.size > limit)
		return PACKS_TOO_LARGE;
	if (depth == 0) {
		*bytes = (struct str){ arena_bytes(arena, entry.size), entry.size };
		return inflate_entry(reader, &entry, (unsigned char *)bytes->p) ? PACKS_READ
										: PACKS_DAMAGED;
	}
	if (!source && entry.size > MAX_PACK_BASE)
		return PACKS_BASE_TOO_LARGE;
	if (!source)
		source = base_inflate(reader, pack, offset, &entry);
	while (source && depth-- > 1)
		if (!delta_make(
			    reader, pack, reader->chain[depth], MAX_PACK_BASE, &source, NULL, NULL))
			return reader->refused;
	if (!source)
		return PACKS_DAMAGED;
	return delta_make(reader, pack, reader->chain[0], limit, &source, arena, bytes)
		       ? PACKS_READ
		       : reader->refused;
}

/* ---- all of it ---- */

struct packs *packs_new(const struct arena *relative)
{
	struct packs *packs = calloc(1, sizeof *packs);

	if (!packs)
		return NULL;
	if (pthread_mutex_init(&packs->lock, NULL)) {
		free(packs);
		return NULL;
	}
	packs->arena = arena_like(relative);
	return packs;
}

void packs_add(struct packs *packs, struct str objects)
{
	vec_push(packs->arena, &packs->folders)->path = path_join(packs->arena, objects, S("pack"));
}

static void reader_free(struct reader *reader)
{
	for (size_t i = 0; i < BASES; i++)
		free(reader->bases[i].bytes);
	for (size_t i = 0; i < COUNT(reader->spare); i++)
		free(reader->spare[i].bytes);
	free(reader->delta.bytes);
	libdeflate_free_decompressor(reader->inflater);
	free(reader);
}

void packs_free(struct packs *packs)
{
	if (!packs)
		return;
	for (struct reader *reader = packs->idle, *next; reader; reader = next) {
		next = reader->next;
		reader_free(reader);
	}
	for (struct pack *pack = atomic_load(&packs->first); pack; pack = atomic_load(&pack->next))
		pack_close(pack);
	pthread_mutex_destroy(&packs->lock);
	arena_free(packs->arena);
	free(packs);
}

/* An idle reader, if possible the one that the calling thread used last; NULL: none. */
static struct reader *idle_take(struct packs *packs)
{
	struct reader **taken = &packs->idle, *reader;

	for (struct reader **at = &packs->idle; *at; at = &(*at)->next)
		if (pthread_equal((*at)->thread, pthread_self()))
			taken = at;
	reader = *taken;
	if (reader)
		*taken = reader->next;
	return reader;
}

/* A reader for the caller only; NULL: no memory. */
static struct reader *reader_take(struct packs *packs)
{
	struct reader *reader;

	pthread_mutex_lock(&packs->lock);
	reader = idle_take(packs);
	pthread_mutex_unlock(&packs->lock);
	if (reader)
		return reader;
	reader = calloc(1, sizeof *reader);
	if (!reader)
		return NULL;
	reader->inflater = libdeflate_alloc_decompressor();
	if (!reader->inflater) {
		free(reader);
		return NULL;
	}
	return reader;
}

static void buffer_trim(struct buffer *buffer)
{
	if (buffer->capacity <= 2 * KEPT_BASE)
		return;
	free(buffer->bytes);
	*buffer = (struct buffer){ 0 };
}

static void reader_give_back(struct packs *packs, struct reader *reader)
{
	buffer_trim(&reader->spare[0]);
	buffer_trim(&reader->spare[1]);
	buffer_trim(&reader->delta);
	reader->thread = pthread_self();
	pthread_mutex_lock(&packs->lock);
	reader->next = packs->idle;
	packs->idle = reader;
	pthread_mutex_unlock(&packs->lock);
}

uint64_t packs_position(struct packs *packs, const uint8_t *id)
{
	uint64_t offset;
	const struct pack *pack = pack_find(packs, NULL, id, &offset);

	return pack ? (uint64_t)pack->ordinal << OFFSET_BITS |
			       (offset & ((1ull << OFFSET_BITS) - 1))
		    : 0;
}

/* Calls `answer_of` for each pack that has the id, until one answers. */
static enum packs_answer ask(struct packs *packs, const uint8_t *id,
	enum packs_answer (*answer_of)(void *context, const struct pack *pack, uint64_t offset),
	void *context)
{
	enum packs_answer answer = PACKS_ABSENT;
	struct pack *pack = NULL;
	uint64_t offset;

	while ((pack = pack_find(packs, pack, id, &offset))) {
		if (pack_open(packs, pack))
			answer = answer_of(context, pack, offset);
		else if (pack->damaged)
			answer = PACKS_DAMAGED;
		if (answer != PACKS_DAMAGED && answer != PACKS_ABSENT)
			return answer;
	}
	return answer;
}

struct making {
	struct reader *reader;
	struct object_wish *wish;
	struct arena *arena;
	struct str *bytes;
};

static enum packs_answer make_wish(void *context, const struct pack *pack, uint64_t offset)
{
	const struct making *m = context;
	struct arena_mark mark = arena_mark(m->arena);
	git_object_t type = m->wish->type;
	enum packs_answer answer =
		object_make(m->reader, pack, offset, &type, m->wish->limit, m->arena, m->bytes);

	if (answer == PACKS_READ && m->wish->check_id &&
		!object_has_id(type, *m->bytes, m->wish->id))
		answer = PACKS_DAMAGED;
	if (answer != PACKS_READ)
		arena_rewind(m->arena, mark);
	if (answer != PACKS_DAMAGED)
		m->wish->type = type;
	return answer;
}

enum packs_answer packs_read(
	struct packs *packs, struct object_wish *wish, struct arena *arena, struct str *bytes)
{
	struct making making = { reader_take(packs), wish, arena, bytes };
	enum packs_answer answer;

	if (!making.reader)
		return PACKS_NO_MEMORY;
	answer = ask(packs, wish->id, make_wish, &making);
	reader_give_back(packs, making.reader);
	return answer;
}

struct str packs_damaged(struct packs *packs)
{
	struct str damaged;

	pthread_mutex_lock(&packs->lock);
	damaged = packs->damaged;
	pthread_mutex_unlock(&packs->lock);
	return damaged;
}
