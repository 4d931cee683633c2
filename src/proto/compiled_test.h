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

static inline struct compiled compiled(const char *text)
{
	struct compiled c = { .arena = arena_new(NULL, NULL) };
	struct memory_file *file = NEW(c.arena, struct memory_file);
	struct compile_options options = { .jobs = 1, .strict_imports = true, .source_info = true };
	struct compile_side side = { .all = true };
	struct compile_stats stats = { 0 };

	c.names = intern_new(c.arena);
	diags_init(&c.diags, c.arena);
	*file = (struct memory_file){ S("a.proto"), str_of(text) };
	c.source = source_memory(c.arena, S("test"), file, 1);
	c.source->builtin = source_builtin(c.arena);
	options.arena = c.arena;
	options.names = c.names;
	options.diags = &c.diags;
	side.source = c.source;
	*vec_push(c.arena, &side.roots.declared) = S("");
	c.ok = compile(&options, &side, 1, &c.schema, &stats);
	c.file = schema_find_file(&c.schema, intern(c.names, S("a.proto")));
	return c;
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
