/*
 * For unit tests of rules/: two sides from strings, checked.
 */
#pragma once
#include "diff/sides_test.h"

#include "rules/promise.h"

struct checked {
	struct sides *sides;
	struct findings findings;
};

/* `use`: rules and categories, separated by commas. `promises`: of options; NULL: none. */
static inline struct checked checked_with(const struct promises *promises, const char *use,
	const char *const *old, const char *const *new)
{
	struct checked c = { .sides = sides_compile(old, new) };
	struct selection *selection = selection_new(c.sides->arena);
	struct check_options options = {
		.arena = c.sides->arena,
		.names = c.sides->names,
		.selection = selection,
		.promises = promises,
		.diags = &c.sides->diags,
	};
	struct str rest = str_of(use), id;

	while (str_cut(&rest, ',', &id))
		assert_true(selection_set(selection, id, true, RULES_V2, NOWHERE, &c.sides->diags));
	rules_run(&options, c.sides->diff, &c.findings);
	return c;
}

static inline struct checked checked(
	const char *use, const char *const *old, const char *const *new)
{
	return checked_with(NULL, use, old, new);
}

static inline void checked_free(struct checked *c)
{
	sides_free(c->sides);
}

/* The n-th finding of a rule. */
static inline struct finding *finding_of(const struct checked *c, const char *id, unsigned n)
{
	for (uint32_t i = 0; i < c->findings.list.n; i++) {
		if (strcmp(c->findings.list.items[i]->rule->id, id) == 0 && n-- == 0)
			return c->findings.list.items[i];
	}
	fail_msg("no finding of %s", id);
	return NULL;
}

static inline void assert_text(const struct checked *c, struct str got, const char *expected)
{
	assert_string_equal(str_cstr(c->sides->arena, got), expected);
}
