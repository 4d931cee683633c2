/*
 * Growing arrays in an arena.
 *
 *	struct names { struct str *items; uint32_t n, cap; } names = { 0 };
 *	*vec_push(arena, &names) = S("first");
 *
 * Any struct with those three members will do. Items move when the array grows, so keep indexes,
 * not pointers, while pushing.
 */
#pragma once
#include "base/arena.h"

#define VEC(type)                \
	struct {                 \
		type *items;     \
		uint32_t n, cap; \
	}

/* A new zeroed item at the end; its address. */
#define vec_push(arena, vec)                                                                   \
	((vec)->n == (vec)->cap ? ((vec)->items = vec_more((arena), (vec)->items, &(vec)->cap, \
					   sizeof *(vec)->items),                              \
					  (vec)->items + (vec)->n++)                           \
				: (vec)->items + (vec)->n++)

void *vec_more(struct arena *arena, void *items, uint32_t *cap, size_t size);
