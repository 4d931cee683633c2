#include "base/arena.h"
#include "base/vec.h"

#include <assert.h>
#include <stdbool.h>
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

enum {
	SMALLEST_BLOCK = 16 << 10,
	LARGEST_BLOCK = 1 << 20, /* but for a larger allocation */
	LARGEST_SPARE = 4 << 20,
	ALIGNMENT = 8
};

struct arena_block {
	struct arena_block *previous;
	size_t size; /* of the bytes that follow this header */
};

struct arena {
	struct arena_block *block; /* the one being filled; NULL at first */
	struct arena_block *spare; /* given back by rewinding, to be filled again */
	size_t used;
	size_t total;
	void *last; /* the latest allocation, which arena_grow may extend */
	arena_failed failed;
	void *context;
};

static char *block_bytes(struct arena_block *block)
{
	return (char *)(block + 1);
}

static _Noreturn void arena_fail(const struct arena *arena)
{
	if (arena->failed)
		arena->failed(arena->context);
	abort();
}

struct arena *arena_new(arena_failed failed, void *context)
{
	struct arena *arena = calloc(1, sizeof *arena);

	if (!arena) {
		if (failed)
			failed(context);
		abort();
	}
	arena->failed = failed;
	arena->context = context;
	return arena;
}

struct arena *arena_like(const struct arena *other)
{
	return arena_new(other->failed, other->context);
}

static void blocks_free(struct arena_block *list)
{
	for (struct arena_block *previous; list; list = previous) {
		previous = list->previous;
		ASAN_UNPOISON_MEMORY_REGION(block_bytes(list), list->size);
		free(list);
	}
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	blocks_free(arena->block);
	blocks_free(arena->spare);
	free(arena);
}

/* A spare block of at least that size, taken off the list; NULL. */
static struct arena_block *take_spare(struct arena *arena, size_t least)
{
	for (struct arena_block **at = &arena->spare; *at; at = &(*at)->previous) {
		struct arena_block *b = *at;

		if (b->size < least)
			continue;
		*at = b->previous;
		return b;
	}
	return NULL;
}

/* Each block is twice as large as the one before, up to LARGEST_BLOCK. */
static void arena_add_block(struct arena *arena, size_t least)
{
	size_t size = arena->block ? arena->block->size * 2 : SMALLEST_BLOCK;
	struct arena_block *b = take_spare(arena, least);

	if (!b) {
		if (size > LARGEST_BLOCK)
			size = LARGEST_BLOCK;
		if (size < least)
			size = least;
		b = size < SIZE_MAX / 2 ? malloc(sizeof *b + size) : NULL;
		if (!b)
			arena_fail(arena);
		b->size = size;
		arena->total += size;
	}
	b->previous = arena->block;
	arena->block = b;
	arena->used = 0;
	ASAN_POISON_MEMORY_REGION(block_bytes(b), b->size);
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
	return zero && size ? memset(p, 0, size) : p;
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

	/* Nothing of no size is the last allocation: the next one has its address. */
	if (old && items == arena->last && count <= SIZE_MAX / 2 / size &&
		arena->used <= arena->block->size && more <= arena->block->size - arena->used) {
		char *end = block_bytes(arena->block) + arena->used;

		ASAN_UNPOISON_MEMORY_REGION(end, more);
		memset(end, 0, more);
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
		struct arena_block *b = arena->block;

		arena->block = b->previous;
		ASAN_POISON_MEMORY_REGION(block_bytes(b), b->size);
		if (b->size <= LARGEST_SPARE) {
			b->previous = arena->spare;
			arena->spare = b;
			continue;
		}
		arena->total -= b->size;
		b->previous = NULL;
		blocks_free(b);
	}
	arena->used = mark.used;
	arena->last = NULL;
	if (arena->block)
		ASAN_POISON_MEMORY_REGION(
			block_bytes(arena->block) + arena->used, arena->block->size - arena->used);
}

void arena_adopt(struct arena *into, struct arena *from)
{
	struct arena_block *oldest = from->block;

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
	blocks_free(from->spare);
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
