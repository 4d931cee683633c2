/*
 * For unit tests of diff/ and rules/: two sides from strings, compiled.
 */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "diff/pair.h"
#include "proto/compile.h"

struct sides {
	struct arena *arena;
	struct intern *names;
	struct diags diags;
	struct source *sources[2];
	struct schema schemas[2];
	struct diff *diff;
};

/* Path and text in turns, ended by NULL. */
static inline struct source *side_source(
	struct arena *arena, const char *name, const char *const *files)
{
	size_t n = 0;
	struct memory_file *list;

	while (files[2 * n])
		n++;
	list = NEW_ARRAY(arena, n + 1, struct memory_file);
	for (size_t i = 0; i < n; i++)
		list[i] = (struct memory_file){ str_of(files[2 * i]), str_of(files[2 * i + 1]) };
	return source_memory(arena, str_of(name), list, n);
}

/* In memory of its own, since the diff points into it. */
static inline struct sides *sides_compile(const char *const *old, const char *const *new)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct sides *s = NEW(arena, struct sides);
	struct compile_options options = { .jobs = 1, .tolerate_broken = true };
	struct compile_side sides[2] = { { .all = true }, { .all = true } };

	s->arena = arena;
	s->names = intern_new(arena);
	diags_init(&s->diags, arena);
	s->sources[0] = side_source(arena, "old", old);
	s->sources[1] = side_source(arena, "new", new);
	options.arena = arena;
	options.names = s->names;
	options.diags = &s->diags;
	for (int i = 0; i < 2; i++) {
		s->sources[i]->builtin = source_builtin(arena);
		sides[i].source = s->sources[i];
		sides[i].roots.inferred = true;
	}
	assert_true(compile(&options, sides, 2, s->schemas));
	for (uint32_t i = 0; i < s->diags.n; i++) {
		if (s->diags.items[i].level == DIAG_ERROR)
			fail_msg(STR, ARG(s->diags.items[i].message));
	}
	s->diff = diff_new(arena, s->names, &s->schemas[0], &s->schemas[1]);
	return s;
}

static inline void sides_free(struct sides *s)
{
	source_close(s->sources[0]);
	source_close(s->sources[1]);
	intern_free(s->names);
	arena_free(s->arena);
}

#define FILES(...) ((const char *const[]){ __VA_ARGS__, NULL })
