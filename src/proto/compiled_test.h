/*
 * For unit tests of the front end: a contract in a string, compiled as `a.proto`.
 */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "proto/compile.h"

struct compiled {
	struct arena *arena;
	struct intern *names;
	struct source *source;
	struct diags diags;
	struct schema schema;
	struct file *file; /* a.proto */
	bool ok;
};

/* `files` and what is in them live in `arena`, which goes over to the result. The root is the top,
 * or inferred. */
static inline struct compiled compiled_files(
	struct arena *arena, struct memory_file *files, size_t n, unsigned jobs, bool inferred)
{
	struct compiled c = { .arena = arena, .names = intern_new(arena) };
	struct compile_options options = {
		.arena = arena,
		.names = c.names,
		.jobs = jobs,
		.strict_imports = true,
		.source_info = true,
	};
	struct compile_side side = { .all = true, .roots.inferred = inferred };

	diags_init(&c.diags, arena);
	options.diags = &c.diags;
	c.source = source_memory(arena, S("test"), files, n);
	c.source->builtin = source_builtin(arena);
	side.source = c.source;
	if (!inferred)
		*vec_push(arena, &side.roots.declared) = S("");
	c.ok = compile(&options, &side, 1, &c.schema);
	c.file = schema_find_file(&c.schema, intern(c.names, S("a.proto")));
	return c;
}

static inline struct compiled compiled(const char *text)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct memory_file *file = NEW(arena, struct memory_file);

	*file = (struct memory_file){ S("a.proto"), str_of(text) };
	return compiled_files(arena, file, 1, 1, false);
}

static inline void compiled_free(struct compiled *c)
{
	intern_free(c->names);
	arena_free(c->arena);
}

/* Compiles, and holds the first message against what is expected. */
static inline void assert_refused(const char *text, const char *message)
{
	struct compiled c = compiled(text);

	assert_false(c.ok);
	assert_true(c.diags.n > 0);
	diags_sort(&c.diags);
	assert_string_equal(str_cstr(c.arena, c.diags.items[0].message), message);
	compiled_free(&c);
}

static inline void assert_str(struct str got, const char *expected)
{
	assert_int_equal(got.n, strlen(expected));
	assert_memory_equal(got.p, expected, got.n);
}
