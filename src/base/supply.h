/*
 * Where the arenas of a run get their blocks from; private to base.
 *
 * Every arena of a run shares one supply, which cuts blocks out of large chunks and hands a block
 * that comes back to the next who asks. Chunks are backed by huge pages: on virtual machines, as
 * CI has them, faulting small pages in took a third of the time of reading a large tree (2026-11).
 */
#pragma once
#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

struct supply;

struct block {
	struct block *previous; /* its holder's to use */
	size_t size;            /* of the bytes that follow this header */
	size_t dirty;           /* the bytes from here on are zero */
	bool alone;             /* a mapping of its own, not cut out of a chunk */
};

enum {
	BLOCK_HEADER = sizeof(struct block),
	SMALLEST_BLOCK = 16 << 10, /* without its header, as the next */
	LARGEST_CUT = ARENA_BLOCK  /* a larger block is a mapping of its own */
};

/* NULL when memory is gone. */
struct supply *supply_new(void);
/* One more arena, and one less; the last one frees all chunks. */
void supply_hold(struct supply *supply);
void supply_release(struct supply *supply);

/*
 * A block for at least `least` bytes; NULL when memory is gone. A cut block has a size of a power
 * of two without its header, so that a table of such a size fits.
 */
struct block *supply_take(struct supply *supply, size_t least);
/* Gives all blocks of the list back. */
void supply_give(struct supply *supply, struct block *list);
