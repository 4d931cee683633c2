/*
 * Arenas: memory that is allocated piece by piece and freed as a whole.
 *
 * An arena belongs to one thread at a time. No allocation is freed alone; arena_rewind frees all
 * that were made since arena_mark. An allocation never fails for its caller: out of memory, the
 * arena's handler runs and does not return.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct arena;

/* Called when out of memory; must not return (longjmp or exit). */
typedef void (*arena_failed)(void *context);

struct arena_mark {
	void *block;
	size_t used;
};

/* A new, empty arena. `failed` gets `context`; a null `failed` aborts. */
struct arena *arena_new(arena_failed failed, void *context);
/* A new arena with the handler of `other`. */
struct arena *arena_like(const struct arena *other);
void arena_free(struct arena *arena);

/* `count` × `size` bytes, zeroed, aligned for any object. Checks the product. */
void *arena_alloc(struct arena *arena, size_t count, size_t size);
/* The same, but not zeroed, for a caller that sets every byte. */
void *arena_alloc_unset(struct arena *arena, size_t count, size_t size);
/* Grows `items` from `old` to `count` of them, which is more; the new ones are zeroed. In place if it
 * was the last allocation, else a copy: the old items stay behind. */
void *arena_grow(struct arena *arena, void *items, size_t old, size_t count, size_t size);
/* `size` bytes that are not zeroed and have no alignment, for text. */
char *arena_bytes(struct arena *arena, size_t size);
void *arena_copy(struct arena *arena, const void *bytes, size_t size);

struct arena_mark arena_mark(struct arena *arena);
void arena_rewind(struct arena *arena, struct arena_mark mark);
/* Moves all memory of `from` into `into`, and frees `from`. */
void arena_adopt(struct arena *into, struct arena *from);
/* Bytes allocated from the system. */
size_t arena_size(const struct arena *arena);

#define NEW(arena, type) ((type *)arena_alloc((arena), 1, sizeof(type)))
#define NEW_ARRAY(arena, count, type) ((type *)arena_alloc((arena), (count), sizeof(type)))
