/* Commits, and the priority queue of a walk. */
#include "source/graph.h"

enum { MAX_COMMIT_BYTES = 16 << 20 };

struct graph *graph_new(struct repository *repository, struct diags *diags)
{
	struct arena *arena = arena_like(repository->arena);
	struct graph *graph = NEW(arena, struct graph);

	graph->repository = repository;
	graph->arena = arena;
	graph->diags = diags;
	map_init(&graph->commits, arena);
	return graph;
}

void graph_free(struct graph *graph)
{
	arena_free(graph->arena);
}

static bool is_root(const struct repository *repository, const struct content_id *id)
{
	for (uint32_t i = 0; i < repository->roots.n; i++)
		if (content_id_eq(&repository->roots.items[i], id))
			return true;
	return false;
}

static bool parse_id(struct str line, struct str key, struct content_id *id)
{
	return line.n == key.n + GIT_OID_HEXSZ && str_starts(line, key) &&
	       id_parse(str_from(line, key.n), id);
}

/* `committer NAME <MAIL> SECONDS ZONE` */
static int64_t parse_date(struct str line)
{
	struct str rest = str_from(line, str_rfind(line, '>') + 1);
	int64_t date = 0;

	for (size_t i = 1; i < rest.n && rest.p[i] >= '0' && rest.p[i] <= '9' && i < 18; i++)
		date = date * 10 + (rest.p[i] - '0');
	return date;
}

/* As in git, only the bytes up to the first NUL are searched. */
static bool message_matches(struct graph *graph, struct str message)
{
	struct arena *scratch = arena_like(graph->arena);
	bool matches = regexec(graph->pattern, str_cstr(scratch, message), 0, NULL, 0) == 0;

	arena_free(scratch);
	return matches;
}

static void commit_parse(struct graph *graph, struct commit *commit, struct str bytes)
{
	VEC(struct content_id) parents = { 0 };
	struct str line;

	while (str_cut(&bytes, '\n', &line) && line.n) {
		struct content_id id;

		if (parse_id(line, S("parent "), &id))
			*vec_push(graph->arena, &parents) = id;
		else if (str_starts(line, S("committer ")))
			commit->date = parse_date(line);
		else
			parse_id(line, S("tree "), &commit->tree);
	}
	commit->matches = graph->pattern && message_matches(graph, bytes);
	if (is_root(graph->repository, &commit->id) && !graph->ignores_roots)
		return;
	commit->parents = parents.items;
	commit->n_parents = parents.n;
}

struct commit *commit_get(struct graph *graph, const struct content_id *id)
{
	struct arena *scratch;
	struct commit *commit, *known;
	struct str bytes;
	uint64_t key;

	memcpy(&key, id->bytes, sizeof key);
	known = map_get(&graph->commits, NULL, key);
	for (commit = known; commit; commit = commit->next)
		if (content_id_eq(&commit->id, id))
			return commit;
	scratch = arena_like(graph->arena);
	if (!object_read(graph->repository, id->bytes, GIT_OBJECT_COMMIT, MAX_COMMIT_BYTES, NULL,
		    S("the history"), scratch, &bytes, graph->diags)) {
		graph->failed = true;
	} else {
		commit = NEW(graph->arena, struct commit);
		commit->id = *id;
		commit->next = known;
		commit_parse(graph, commit, bytes);
		*map_put(&graph->commits, NULL, key) = commit;
	}
	arena_free(scratch);
	return commit;
}

bool commit_is_cut(const struct graph *graph, const struct commit *commit)
{
	return !graph->ignores_roots && is_root(graph->repository, &commit->id);
}

static bool is_before(const struct waiting *a, const struct waiting *b)
{
	if (a->commit->date != b->commit->date)
		return a->commit->date > b->commit->date;
	return a->order < b->order;
}

static void queue_swap(struct graph *graph, uint32_t a, uint32_t b)
{
	struct waiting held = graph->queue.items[a];

	graph->queue.items[a] = graph->queue.items[b];
	graph->queue.items[b] = held;
}

void queue_push(struct graph *graph, struct commit *commit)
{
	uint32_t at = graph->queue.n;

	*vec_push(graph->arena, &graph->queue) = (struct waiting){ commit, graph->order++ };
	while (at && is_before(&graph->queue.items[at], &graph->queue.items[(at - 1) / 2])) {
		queue_swap(graph, at, (at - 1) / 2);
		at = (at - 1) / 2;
	}
}

struct commit *queue_pop(struct graph *graph)
{
	struct waiting *items = graph->queue.items;
	struct commit *first = items[0].commit;
	uint32_t at = 0;

	items[0] = items[--graph->queue.n];
	for (;;) {
		uint32_t best = at;

		for (uint32_t child = 2 * at + 1; child <= 2 * at + 2 && child < graph->queue.n;
			child++)
			if (is_before(&items[child], &items[best]))
				best = child;
		if (best == at)
			return first;
		queue_swap(graph, at, best);
		at = best;
	}
}
