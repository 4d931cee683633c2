/* Runs the selected rules over all pairs. */
#include "rules/finding.h"

static void run_pair(void *context, const struct pair *pair)
{
	struct check *c = context;

	for (uint32_t i = 0; i < c->n_by_kind[pair->kind]; i++) {
		const struct rule *rule = c->by_kind[pair->kind][i];

		rule->check(c, rule, pair);
	}
}

static void add_rule(struct check *c, const struct rule *rule, enum pair_kind kind)
{
	c->by_kind[kind][c->n_by_kind[kind]++] = rule;
}

/* The kinds of pairs whose elements have options; a message's has its extension ranges, too, and an
 * enum's the values. */
static void add_option_rule(struct check *c, const struct rule *rule)
{
	static const enum pair_kind kinds[] = { PAIR_FILE, PAIR_MESSAGE, PAIR_FIELD, PAIR_ONEOF,
		PAIR_ENUM, PAIR_SERVICE, PAIR_METHOD };

	for (size_t i = 0; c->promises && i < COUNT(kinds); i++)
		add_rule(c, rule, kinds[i]);
}

void rules_run(const struct check_options *options, struct diff *diff, struct findings *findings)
{
	struct check *c = NEW(options->arena, struct check);
	const struct rule *const *all;
	size_t n;

	c->arena = options->arena;
	c->names = options->names;
	c->diff = diff;
	c->breaks = breaks_new(options->arena, options->names, diff);
	c->selection = options->selection;
	c->findings = findings;
	c->diags = options->diags;
	c->promises = options->promises && options->promises->n ? options->promises : NULL;
	if (c->promises) {
		c->scratch = arena_like(c->arena);
		c->promise_index = promise_index_new(c->arena, c->names, c->promises);
	}
	map_init(&c->written, options->arena);
	map_init(&c->by_subject, options->arena);
	map_init(&c->lookups, options->arena);
	map_init(&c->turned, options->arena);
	all = rules_all(&n);
	for (size_t i = 0; i < n; i++) {
		if (!c->selection->selected[i] || all[i]->by_history || all[i]->by_retirement)
			continue;
		if (all[i]->on_options) {
			add_option_rule(c, all[i]);
			continue;
		}
		add_rule(c, all[i], all[i]->on);
		if (all[i]->on_enums)
			add_rule(c, all[i], PAIR_ENUM);
	}
	diff_walk(diff, run_pair, c);
	roots_check(c, options->roots, options->n_roots);
	frames_check(c, options->framed, options->n_framed);
	if (c->scratch)
		arena_free(c->scratch);
	findings_place(c, options);
	findings_link(c);
}
