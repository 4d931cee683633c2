#include "descriptor/budget.h"

/*
 * An empty message of two bytes becomes a struct of 200, so hostile input grows by 100 times; real
 * sets grow by about five times (2026-11-25). Small files have no limit.
 */
enum { BUDGET_BASE = 16 << 20, BUDGET_TIMES = 64, BUDGET_INPUT = 16 << 20, BUDGET_TIMES_ABOVE = 8 };

static void *budget_alloc(void *context, size_t size)
{
	struct budget *budget = context;

	if (size > budget->left)
		return NULL; /* unpacking returns NULL */
	budget->left -= size;
	return arena_alloc(budget->arena, 1, size);
}

static void budget_free(void *context, void *pointer)
{
	(void)context;
	(void)pointer;
}

void budget_init(struct budget *budget, struct arena *arena, size_t input)
{
	size_t small = input < BUDGET_INPUT ? input : BUDGET_INPUT;

	budget->arena = arena;
	budget->left = BUDGET_BASE + BUDGET_TIMES * small + BUDGET_TIMES_ABOVE * (input - small);
	budget->allocator = (ProtobufCAllocator){ budget_alloc, budget_free, budget };
}
