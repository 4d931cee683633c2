/* The best common ancestor of two commits, as `git merge-base` chooses it. */
#include "source/graph.h"

enum {
	SIDE_A = 1,
	SIDE_B = 2,
	STALE = 4, /* below a merge base */
	RESULT = 8,
};

struct commits {
	struct commit **items;
	uint32_t n, cap;
};

static bool queue_is_stale(const struct graph *graph)
{
	for (uint32_t i = 0; i < graph->queue.n; i++)
		if (!(graph->queue.items[i].commit->flags & STALE))
			return false;
	return true;
}

/*
 * Walks the queued commits and their parents, newest first, until all queued commits are stale. A
 * commit reachable from both sides is a result, in the order found; its ancestors are stale.
 */
static bool paint_down(struct graph *graph, struct commits *results)
{
	while (graph->queue.n && !queue_is_stale(graph)) {
		struct commit *commit = queue_pop(graph);
		uint32_t flags = commit->flags & (SIDE_A | SIDE_B | STALE);

		if (flags == (SIDE_A | SIDE_B)) {
			if (!(commit->flags & RESULT)) {
				commit->flags |= RESULT;
				*vec_push(graph->arena, results) = commit;
			}
			flags |= STALE;
		}
		for (uint32_t i = 0; i < commit->n_parents; i++) {
			struct commit *parent = commit_get(graph, &commit->parents[i]);

			if (!parent)
				return false;
			if ((parent->flags & flags) == flags)
				continue;
			parent->flags |= flags;
			queue_push(graph, parent);
		}
	}
	return true;
}

static void clear_flags(struct graph *graph)
{
	for (uint32_t i = 0; i < graph->commits.n; i++)
		for (struct commit *c = graph->commits.entries[i].value; c; c = c->next)
			c->flags = 0;
	graph->queue.n = 0;
}

/*
 * Removes results that are ancestors of another one. Each is walked against all others until only
 * common commits are queued, so a walk goes no further back than their dates.
 */
static bool drop_reached(struct graph *graph, struct commits *results)
{
	struct commit **all = results->items;

	for (uint32_t i = 0; i < results->n; i++) {
		struct commits ignored = { 0 };

		if (!all[i])
			continue;
		clear_flags(graph);
		all[i]->flags = SIDE_A;
		for (uint32_t k = 0; k < results->n; k++)
			if (all[k] && k != i)
				all[k]->flags |= SIDE_B;
		for (uint32_t k = 0; k < results->n; k++)
			if (all[k])
				queue_push(graph, all[k]);
		if (!paint_down(graph, &ignored))
			return false;
		for (uint32_t k = 0; k < results->n; k++)
			if (all[k] && k != i && (all[k]->flags & SIDE_A))
				all[k] = NULL;
		if (all[i]->flags & SIDE_B)
			all[i] = NULL;
	}
	return true;
}

/* The best of several results: the newest of those that are not ancestors of another one. */
static struct commit *best_of(struct graph *graph, struct commits *results)
{
	struct commit *best = NULL;

	if (results->n > 1 && !drop_reached(graph, results))
		return NULL;
	for (uint32_t i = 0; i < results->n; i++)
		if (results->items[i] && (!best || results->items[i]->date > best->date))
			best = results->items[i];
	return best;
}

static void diag_no_base(
	const struct repository *repository, struct str a, struct str b, struct diags *diags)
{
	diag_error(diags, NOWHERE, "'" STR "' and '" STR "' have no common commit%s", ARG(a),
		ARG(b), repository->shallow ? " in this shallow clone" : "");
	if (repository->shallow)
		diag_help(diags, "fetch the history: git fetch --unshallow " STR,
			ARG(repository->fetched));
	else
		diag_help(diags, "compare the two directly: breakwater check " STR " " STR, ARG(a),
			ARG(b));
}

/* Queues the commits of both sides. *same: a commit of both; false: one cannot be read. */
static bool queue_sides(struct graph *graph, const struct merge_sides *sides, struct commit **same)
{
	struct commit *a = commit_get(graph, sides->a);

	if (!a)
		return false;
	a->flags |= SIDE_A;
	queue_push(graph, a);
	for (uint32_t i = 0; i < sides->n_b; i++) {
		struct commit *b = commit_get(graph, &sides->b[i]);

		if (!b)
			return false;
		if (b == a)
			*same = a;
		if (b->flags & SIDE_B)
			continue;
		b->flags |= SIDE_B;
		queue_push(graph, b);
	}
	return true;
}

/* NULL: there is none, or graph->failed. */
static struct commit *find_base(struct graph *graph, const struct merge_sides *sides)
{
	struct commits results = { 0 }, kept = { 0 };
	struct commit *same = NULL;

	if (!queue_sides(graph, sides, &same) || same || !paint_down(graph, &results))
		return same;
	for (uint32_t i = 0; i < results.n; i++)
		if (!(results.items[i]->flags & STALE))
			*vec_push(graph->arena, &kept) = results.items[i];
	return best_of(graph, &kept);
}

bool merge_base(struct repository *repository, const struct merge_sides *sides,
	struct content_id *base, struct diags *diags)
{
	struct graph *graph = graph_new(repository, diags);
	struct commit *found = find_base(graph, sides);

	if (found)
		*base = found->id;
	else if (!graph->failed && !repository->shallow && sides->is_unrelated)
		*sides->is_unrelated = true;
	else if (!graph->failed)
		diag_no_base(repository, sides->a_name, sides->b_name, diags);
	graph_free(graph);
	return found != NULL;
}

bool merge_parents(
	struct repository *repository, const struct content_id *merge, struct content_id parents[2])
{
	struct diags unsaid;
	struct graph *graph;
	struct commit *commit;
	bool found;

	diags_init(&unsaid, repository->arena);
	graph = graph_new(repository, &unsaid);
	graph->ignores_roots = true;
	commit = commit_get(graph, merge);
	found = commit && commit->n_parents > 1;
	if (found)
		memcpy(parents, commit->parents, 2 * sizeof *parents);
	graph_free(graph);
	return found;
}
