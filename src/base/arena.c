#include "base/arena.h"
#include "base/supply.h"
#include "base/vec.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define POISON 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POISON 1
#endif
#endif
#ifdef POISON
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

enum { LARGEST_SPARE = 4 << 20, ALIGNMENT = 8 };

struct arena {
	struct supply *supply;
	struct block *block; /* the one being filled; NULL at first */
	struct block *spare; /* given back by rewinding, to be filled again */
	size_t used;
	size_t total;
	void *last; /* the latest allocation, which arena_grow may extend */
	arena_failed failed;
	void *context;
};

static char *block_bytes(struct block *block)
{
	return (char *)(block + 1);
}

static _Noreturn void arena_fail(const struct arena *arena)
{
	if (arena->failed)
		arena->failed(arena->context);
	abort();
}

/* Takes over the hold on `supply`, which may be NULL for want of memory. */
static struct arena *arena_of(struct supply *supply, arena_failed failed, void *context)
{
	struct arena *arena = calloc(1, sizeof *arena);

	if (!arena || !supply) {
		if (failed)
			failed(context);
		abort();
	}
	arena->supply = supply;
	arena->failed = failed;
	arena->context = context;
	return arena;
}

struct arena *arena_new(arena_failed failed, void *context)
{
	return arena_of(supply_new(), failed, context);
}

struct arena *arena_like(const struct arena *other)
{
	supply_hold(other->supply);
	return arena_of(other->supply, other->failed, other->context);
}

static void blocks_give(struct arena *arena, struct block *list)
{
	for (struct block *b = list; b; b = b->previous)
		ASAN_UNPOISON_MEMORY_REGION(block_bytes(b), b->size);
	if (list)
		supply_give(arena->supply, list);
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	blocks_give(arena, arena->block);
	blocks_give(arena, arena->spare);
	supply_release(arena->supply);
	free(arena);
}

/* A spare block of at least that size, taken off the list; NULL. */
static struct block *take_spare(struct arena *arena, size_t least)
{
	for (struct block **at = &arena->spare; *at; at = &(*at)->previous) {
		struct block *b = *at;

		if (b->size < least)
			continue;
		*at = b->previous;
		return b;
	}
	return NULL;
}

/* Each block is twice as large as the one before, up to the largest that is cut from a chunk. */
static void arena_add_block(struct arena *arena, size_t least)
{
	size_t size = arena->block && !arena->block->alone ? arena->block->size * 2 : 1;
	struct block *b = take_spare(arena, least);

	if (!b) {
		if (size > LARGEST_CUT)
			size = LARGEST_CUT;
		b = supply_take(arena->supply, size > least ? size : least);
		if (!b)
			arena_fail(arena);
		arena->total += b->size;
	}
	b->previous = arena->block;
	arena->block = b;
	arena->used = 0;
	ASAN_POISON_MEMORY_REGION(block_bytes(b), b->size);
}

/* Zeroes `size` bytes at `at` of the block being filled, save those that are zero anyway. */
static void block_zero(struct block *block, size_t at, size_t size)
{
	if (at < block->dirty) {
		size_t old = block->dirty - at;

		memset(block_bytes(block) + at, 0, size < old ? size : old);
	}
	if (at + size > block->dirty)
		block->dirty = at + size;
}

/* The next `size` bytes at a multiple of `align`; zeroed if `zero`. */
static void *arena_take(struct arena *arena, size_t size, size_t align, bool zero)
{
	size_t at = (arena->used + align - 1) & ~(align - 1);
	char *p;

	if (!arena->block || size > arena->block->size || at > arena->block->size - size) {
		arena_add_block(arena, size);
		at = 0;
	}
	p = block_bytes(arena->block) + at;
	arena->used = at + size;
	arena->last = p;
	ASAN_UNPOISON_MEMORY_REGION(p, size);
	if (zero)
		block_zero(arena->block, at, size);
	else if (at + size > arena->block->dirty)
		arena->block->dirty = at + size;
	return p;
}

static size_t bytes_of(const struct arena *arena, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / 2 / size)
		arena_fail(arena);
	return count * size;
}

void *arena_alloc(struct arena *arena, size_t count, size_t size)
{
	return arena_take(arena, bytes_of(arena, count, size), ALIGNMENT, true);
}

void *arena_alloc_unset(struct arena *arena, size_t count, size_t size)
{
	return arena_take(arena, bytes_of(arena, count, size), ALIGNMENT, false);
}

void *arena_grow(struct arena *arena, void *items, size_t old, size_t count, size_t size)
{
	size_t more = (count - old) * size;
	void *p;

	if (items && items == arena->last && count <= SIZE_MAX / 2 / size &&
		arena->used <= arena->block->size && more <= arena->block->size - arena->used) {
		char *end = block_bytes(arena->block) + arena->used;

		ASAN_UNPOISON_MEMORY_REGION(end, more);
		block_zero(arena->block, arena->used, more);
		arena->used += more;
		return items;
	}
	p = arena_alloc(arena, count, size);
	if (old)
		memcpy(p, items, old * size);
	return p;
}

char *arena_bytes(struct arena *arena, size_t size)
{
	return arena_take(arena, size, 1, false);
}

void *arena_copy(struct arena *arena, const void *bytes, size_t size)
{
	char *p = arena_bytes(arena, size);

	return size ? memcpy(p, bytes, size) : p;
}

struct arena_mark arena_mark(struct arena *arena)
{
	return (struct arena_mark){ arena->block, arena->used };
}

void arena_rewind(struct arena *arena, struct arena_mark mark)
{
	while (arena->block != mark.block) {
		struct block *b = arena->block;

		arena->block = b->previous;
		ASAN_POISON_MEMORY_REGION(block_bytes(b), b->size);
		if (b->size <= LARGEST_SPARE) {
			b->previous = arena->spare;
			arena->spare = b;
			continue;
		}
		arena->total -= b->size;
		b->previous = NULL;
		blocks_give(arena, b);
	}
	arena->used = mark.used;
	arena->last = NULL;
	if (arena->block)
		ASAN_POISON_MEMORY_REGION(
			block_bytes(arena->block) + arena->used, arena->block->size - arena->used);
}

void arena_adopt(struct arena *into, struct arena *from)
{
	struct block *oldest = from->block;

	assert(into->supply == from->supply);
	if (oldest) {
		while (oldest->previous)
			oldest = oldest->previous;
		/* Below the block being filled, so that filling goes on there. */
		if (into->block) {
			oldest->previous = into->block->previous;
			into->block->previous = from->block;
		} else {
			into->block = from->block;
			into->used = from->used;
		}
		into->total += from->total;
	}
	blocks_give(from, from->spare);
	supply_release(from->supply);
	free(from);
}

size_t arena_size(const struct arena *arena)
{
	return arena->total;
}

void *vec_more(struct arena *arena, void *items, uint32_t *cap, size_t size)
{
	/* Most lists of large items hold one: a field has one option, an option's name one part. */
	uint32_t more = *cap ? *cap * 2 : size >= 24 ? 1 : 4;

	if (more < *cap)
		arena_fail(arena);
	items = arena_grow(arena, items, *cap, more, size);
	*cap = more;
	return items;
}
