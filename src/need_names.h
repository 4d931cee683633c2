/*
 * The names by which a change can hurt a file that it did not touch, or keep it from compiling:
 * what a changed file declared and does no longer, or declares as something else, and what it
 * declares now. Private to need.c.
 */
#pragma once
#include "need.h"
#include "proto/outline.h"

/* Did a message come to require a field? Then an option of its type may lack it. */
enum requirement {
	REQUIRES_NOTHING,
	REQUIRES_IF_OPTION, /* yes, if a file that is not compiled yet declares such an option */
	REQUIRES,
};

/* Adds the names to `words`; `old` and `new` hold the changed files and what they import. */
enum requirement need_names(struct need *need, const struct schema *old, const struct schema *new,
	struct outline_words *words);
