/*
 * Growing arrays in an arena.
 *
 *	struct names { struct str *items; uint32_t n, cap; } names = { 0 };
 *	*vec_push(arena, &names) = S("first");
 *
 * Any struct with these three members works. Items move when the array grows: keep indexes, not
 * pointers, while pushing.
 */
#pragma once
#include "base/arena.h"

#define VEC(type)                \
	struct {                 \
		type *items;     \
		uint32_t n, cap; \
	}

/* Appends a zeroed item; returns its address. */
#define vec_push(arena, vec)                                                                   \
	((vec)->n == (vec)->cap ? ((vec)->items = vec_more((arena), (vec)->items, &(vec)->cap, \
					   sizeof *(vec)->items),                              \
					  (vec)->items + (vec)->n++)                           \
				: (vec)->items + (vec)->n++)

void *vec_more(struct arena *arena, void *items, uint32_t *cap, size_t size);
