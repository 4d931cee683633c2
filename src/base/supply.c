#include "base/supply.h"

#include <assert.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

enum {
	SIZES = 7,          /* SMALLEST_BLOCK to LARGEST_CUT */
	CHUNK = 16 << 20,   /* of address space: only what is used takes memory */
	PAGE = 4 << 10,     /* most machines' */
	WHOLE = 64 << 10,   /* whole pages of any machine */
	FAULTED = 32 << 10, /* smaller blocks are faulted in page by page */
};

static_assert(SMALLEST_BLOCK << (SIZES - 1) == LARGEST_CUT, "a list for each size");

struct chunk {
	struct chunk *previous;
	char *bytes;
	size_t size;
};

struct supply {
	pthread_mutex_t lock;
	unsigned holders;
	struct chunk *chunk; /* the one being cut */
	size_t used;         /* of its bytes */
	struct block *free[SIZES];
};

struct supply *supply_new(void)
{
	struct supply *supply = calloc(1, sizeof *supply);

	if (!supply)
		return NULL;
	if (pthread_mutex_init(&supply->lock, NULL)) {
		free(supply);
		return NULL;
	}
	supply->holders = 1;
	return supply;
}

void supply_hold(struct supply *supply)
{
	pthread_mutex_lock(&supply->lock);
	supply->holders++;
	pthread_mutex_unlock(&supply->lock);
}

void supply_release(struct supply *supply)
{
	bool last;

	pthread_mutex_lock(&supply->lock);
	last = --supply->holders == 0;
	pthread_mutex_unlock(&supply->lock);
	if (!last)
		return;
	for (struct chunk *chunk = supply->chunk, *previous; chunk; chunk = previous) {
		previous = chunk->previous;
		munmap(chunk->bytes, chunk->size);
		free(chunk);
	}
	pthread_mutex_destroy(&supply->lock);
	free(supply);
}

/* Zeroed pages; NULL. */
static char *map_pages(size_t size)
{
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

/* Has the pages of a new block there, all at once. Only a wish: older kernels cannot do it. */
static void fault_in(struct block *block)
{
#ifdef MADV_POPULATE_WRITE
	size_t skip = (uintptr_t)block % PAGE;

	if (block->size >= FAULTED)
		madvise((char *)block - skip, skip + BLOCK_HEADER + block->size,
			MADV_POPULATE_WRITE);
#else
	(void)block;
#endif
}

static struct block *block_alone(size_t least)
{
	size_t size = (least + BLOCK_HEADER + WHOLE - 1) & ~((size_t)WHOLE - 1);
	struct block *block = (struct block *)map_pages(size);

	if (!block)
		return NULL;
	block->size = size - BLOCK_HEADER;
	block->alone = true;
	fault_in(block);
	return block;
}

static unsigned size_index(size_t size)
{
	unsigned index = 0;

	while ((size_t)SMALLEST_BLOCK << index < size)
		index++;
	return index;
}

static void put_free(struct supply *supply, struct block *block)
{
	unsigned index = size_index(block->size);

	block->previous = supply->free[index];
	supply->free[index] = block;
}

/* Is there room for a block of `size` bytes in the chunk? */
static bool has_room(const struct supply *supply, size_t size)
{
	return supply->chunk && supply->chunk->size - supply->used >= BLOCK_HEADER + size;
}

/* The next bytes of the chunk, as a block of `size`. */
static struct block *cut(struct supply *supply, size_t size)
{
	struct block *block = (struct block *)(supply->chunk->bytes + supply->used);

	supply->used += BLOCK_HEADER + size;
	block->size = size;
	return block;
}

static bool add_chunk(struct supply *supply, size_t size)
{
	struct chunk *chunk = calloc(1, sizeof *chunk);

	if (!chunk)
		return false;
	chunk->size = CHUNK;
	chunk->bytes = map_pages(chunk->size);
	if (!chunk->bytes) { /* address space may be limited */
		chunk->size = (BLOCK_HEADER + size + WHOLE - 1) & ~((size_t)WHOLE - 1);
		chunk->bytes = map_pages(chunk->size);
	}
	if (!chunk->bytes) {
		free(chunk);
		return false;
	}
	for (unsigned i = 0; i < SIZES; i++) /* what is left of the one before */
		while (has_room(supply, (size_t)LARGEST_CUT >> i))
			put_free(supply, cut(supply, (size_t)LARGEST_CUT >> i));
	chunk->previous = supply->chunk;
	supply->chunk = chunk;
	supply->used = 0;
	return true;
}

struct block *supply_take(struct supply *supply, size_t least)
{
	struct block *block;
	bool is_new = false;
	unsigned index;
	size_t size;

	if (least > LARGEST_CUT)
		return least > SIZE_MAX / 2 ? NULL : block_alone(least);
	index = size_index(least);
	size = (size_t)SMALLEST_BLOCK << index;
	pthread_mutex_lock(&supply->lock);
	block = supply->free[index];
	if (block) {
		supply->free[index] = block->previous;
	} else if (has_room(supply, size) || add_chunk(supply, size)) {
		block = cut(supply, size);
		is_new = true;
	}
	pthread_mutex_unlock(&supply->lock);
	if (is_new)
		fault_in(block);
	return block;
}

void supply_give(struct supply *supply, struct block *list)
{
	pthread_mutex_lock(&supply->lock);
	for (struct block *block = list, *previous; block; block = previous) {
		previous = block->previous;
		if (block->alone)
			munmap(block, block->size + BLOCK_HEADER);
		else
			put_free(supply, block);
	}
	pthread_mutex_unlock(&supply->lock);
}
