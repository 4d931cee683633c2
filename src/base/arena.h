/*
 * Arenas: memory that is handed out piece by piece and given back whole.
 *
 * An arena belongs to one thread at a time. Nothing is freed alone; arena_mark and arena_rewind
 * give back what one function took in between. An allocation never fails for its caller: when
 * memory is gone, or the arena's budget spent, the arena's handler runs and does not come back.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct arena;

/* Bytes of the largest block that, given back, serves other arenas. */
enum { ARENA_BLOCK = 1 << 20 };

/* Called when memory is gone; must not return (longjmp or exit). */
typedef void (*arena_failed)(void *context);

struct arena_mark {
	void *block;
	size_t used;
};

/* A new, empty arena. `failed` gets `context`; a null `failed` aborts. */
struct arena *arena_new(arena_failed failed, void *context);
/* A new arena with the handler of `other`; they share what they take from the system. */
struct arena *arena_like(const struct arena *other);
void arena_free(struct arena *arena);

/* `count` × `size` bytes, zeroed, aligned for any object. Checks the product. */
void *arena_alloc(struct arena *arena, size_t count, size_t size);
/* The same, but not zeroed, for who sets every byte. */
void *arena_alloc_unset(struct arena *arena, size_t count, size_t size);
/* The same bytes grown from `old` to `count` items; in place when it was the last allocation. */
void *arena_grow(struct arena *arena, void *items, size_t old, size_t count, size_t size);
/* `size` bytes that are not zeroed and have no alignment, for text. */
char *arena_bytes(struct arena *arena, size_t size);
void *arena_copy(struct arena *arena, const void *bytes, size_t size);

struct arena_mark arena_mark(struct arena *arena);
void arena_rewind(struct arena *arena, struct arena_mark mark);
/* Hands all memory of `from`, a relative by arena_like, over to `into` and frees the empty `from`.
 */
void arena_adopt(struct arena *into, struct arena *from);
/* Bytes taken from the system so far. */
size_t arena_size(const struct arena *arena);

#define NEW(arena, type) ((type *)arena_alloc((arena), 1, sizeof(type)))
#define NEW_ARRAY(arena, count, type) ((type *)arena_alloc((arena), (count), sizeof(type)))
