/*
 * What the tests of this folder start from: a configuration read from a source in memory.
 */
#pragma once
#include "config/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

struct fixture {
	struct arena *arena;
	struct source *source;
	struct config_override override;
	struct config config;
	struct diags diags;
	bool ok;
};

#define FILES(...)                                   \
	(const struct memory_file[]){ __VA_ARGS__ }, \
		COUNT(((const struct memory_file[]){ __VA_ARGS__ }))
#define FILE_OF(path, text)                    \
	{                                      \
		STR_INIT(path), STR_INIT(text) \
	}

static inline struct config_request fixture_request(struct fixture *f)
{
	return (struct config_request){ f->arena, f->source, &f->override, &f->diags };
}

static inline void fixture_read(struct fixture *f)
{
	struct config_request request = fixture_request(f);

	f->ok = config_read(&request, &f->config);
}

static inline bool fixture_discover(struct fixture *f, const char *path)
{
	struct config_request request = fixture_request(f);

	return config_discover(&request, str_of(path), &f->config);
}

static inline void fixture_open(struct fixture *f, const struct memory_file *files, size_t n)
{
	struct memory_file *copy;

	*f = (struct fixture){ .arena = arena_new(NULL, NULL) };
	copy = arena_copy(f->arena, files, n * sizeof *files);
	diags_init(&f->diags, f->arena);
	f->source = source_memory(f->arena, S("memory"), copy, n);
}

static inline void fixture_close(struct fixture *f)
{
	source_close(f->source);
	arena_free(f->arena);
}

static inline bool selects(const struct selection *selection, const char *id)
{
	size_t n;
	const struct rule *const *all = rules_all(&n);

	for (size_t i = 0; i < n; i++)
		if (str_eq(str_of(all[i]->id), str_of(id)))
			return selection->selected[i];
	fail_msg("no rule %s", id);
	return false;
}

/* The first diagnostic says `message` (and `help`, unless NULL) at that place. */
static inline void assert_said(
	struct fixture *f, const char *message, const char *help, uint32_t line, uint32_t column)
{
	struct point begin, end;

	assert_true(f->diags.n >= 1);
	place_points(f->diags.items[0].place, f->arena, &begin, &end);
	if (!strstr(str_cstr(f->arena, f->diags.items[0].message), message))
		fail_msg("'" STR "' instead of '%s'", ARG(f->diags.items[0].message), message);
	assert_int_equal(begin.line, line);
	assert_int_equal(begin.column, column);
	if (help)
		assert_non_null(strstr(str_cstr(f->arena, f->diags.items[0].help), help));
}
