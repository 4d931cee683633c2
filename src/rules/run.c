#include "rules/finding.h"

static void run_pair(void *context, const struct pair *pair)
{
	struct check *c = context;

	for (uint32_t i = 0; i < c->n_by_kind[pair->kind]; i++) {
		const struct rule *rule = c->by_kind[pair->kind][i];

		rule->check(c, rule, pair);
	}
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
	map_init(&c->made, options->arena);
	map_init(&c->lookups, options->arena);
	all = rules_all(&n);
	for (size_t i = 0; i < n; i++) {
		if (c->selection->selected[i])
			c->by_kind[all[i]->on][c->n_by_kind[all[i]->on]++] = all[i];
	}
	diff_walk(diff, run_pair, c);
	findings_place(c, options->jobs);
	findings_link(c);
}
