/*
 * Where the arenas of a run get their blocks from; private to base.
 *
 * Every arena of a run shares one supply, which cuts blocks out of large chunks and hands a block
 * that comes back to the next who asks. The pages of a block are faulted in by one call. Measured
 * on a virtual machine, as CI has them (2026-11), for 280 MiB: one by one 160-240 ms, at once
 * 115-260, as huge pages 40-80, but 1,000-1,200 where the host had taken the machine's free memory
 * back, as it does within seconds.
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
