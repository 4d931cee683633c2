/*
 * The commit graph, walked by ourselves: libgit2 wants the parents of a shallow clone's cut
 * commits and fails although the merge base is there; git gives those commits no parents.
 */
#include "source/git.h"

#include <fnmatch.h>

enum {
	SIDE_A = 1,
	SIDE_B = 2,
	STALE = 4, /* below a merge base */
	RESULT = 8,
	MAX_COMMIT_BYTES = 16 << 20,
	MAX_CANDIDATES = 10, /* tags that are weighed, as `git describe` does */
};

struct commit {
	struct content_id id;
	struct commit *next; /* with the same hash */
	struct content_id *parents;
	uint32_t n_parents;
	uint32_t flags;
	uint32_t seen;  /* number of the walk that saw it */
	int64_t date;   /* the committer's, seconds since 1970 */
	struct str tag; /* nearest_tag: of the pattern */
};

struct graph {
	struct repository *repository;
	struct arena *arena;
	struct map commits;
	struct diags *diags;
	/* A heap, newest first; of one date the one that came first. */
	VEC(struct waiting {
		struct commit *commit;
		uint64_t order;
	})
	queue;
	uint64_t order;
	uint32_t walk;
	bool failed;
};

static struct graph *graph_new(struct repository *repository, struct diags *diags)
{
	struct arena *arena = arena_like(repository->arena);
	struct graph *graph = NEW(arena, struct graph);

	graph->repository = repository;
	graph->arena = arena;
	graph->diags = diags;
	map_init(&graph->commits, arena);
	return graph;
}

static void graph_free(struct graph *graph)
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
	git_oid oid;

	if (line.n != key.n + GIT_OID_HEXSZ || !str_starts(line, key) ||
		git_oid_fromstrn(&oid, line.p + key.n, GIT_OID_HEXSZ) < 0)
		return false;
	memcpy(id->bytes, oid.id, sizeof id->bytes);
	return true;
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
	}
	if (is_root(graph->repository, &commit->id))
		return;
	commit->parents = parents.items;
	commit->n_parents = parents.n;
}

/* NULL and graph->failed when it cannot be had. */
static struct commit *commit_get(struct graph *graph, const struct content_id *id)
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

static void queue_push(struct graph *graph, struct commit *commit)
{
	uint32_t at = graph->queue.n;

	*vec_push(graph->arena, &graph->queue) = (struct waiting){ commit, graph->order++ };
	while (at && is_before(&graph->queue.items[at], &graph->queue.items[(at - 1) / 2])) {
		queue_swap(graph, at, (at - 1) / 2);
		at = (at - 1) / 2;
	}
}

static struct commit *queue_pop(struct graph *graph)
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

static bool queue_is_stale(const struct graph *graph)
{
	for (uint32_t i = 0; i < graph->queue.n; i++)
		if (!(graph->queue.items[i].commit->flags & STALE))
			return false;
	return true;
}

/* Walks down from both, newest first; what both reach is a result, what is below one is stale. */
static struct commit **paint_down(
	struct graph *graph, struct commit *a, struct commit *b, uint32_t *n)
{
	VEC(struct commit *) results = { 0 };

	a->flags |= SIDE_A;
	b->flags |= SIDE_B;
	queue_push(graph, a);
	queue_push(graph, b);
	while (graph->queue.n && !graph->failed && !queue_is_stale(graph)) {
		struct commit *commit = queue_pop(graph);
		uint32_t flags = commit->flags & (SIDE_A | SIDE_B | STALE);

		if (flags == (SIDE_A | SIDE_B)) {
			if (!(commit->flags & RESULT)) {
				commit->flags |= RESULT;
				*vec_push(graph->arena, &results) = commit;
			}
			flags |= STALE;
		}
		for (uint32_t i = 0; i < commit->n_parents; i++) {
			struct commit *parent = commit_get(graph, &commit->parents[i]);

			if (!parent)
				return NULL;
			if ((parent->flags & flags) == flags)
				continue;
			parent->flags |= flags;
			queue_push(graph, parent);
		}
	}
	*n = results.n;
	return results.items;
}

/* Marks everything that `from` reaches, itself left out, as seen by a new walk. */
static void mark_ancestors(struct graph *graph, struct commit *from)
{
	VEC(struct commit *) todo = { 0 };

	graph->walk++;
	*vec_push(graph->arena, &todo) = from;
	while (todo.n) {
		struct commit *commit = todo.items[--todo.n];

		for (uint32_t i = 0; i < commit->n_parents; i++) {
			struct commit *parent = commit_get(graph, &commit->parents[i]);

			if (!parent || parent->seen == graph->walk)
				continue;
			parent->seen = graph->walk;
			*vec_push(graph->arena, &todo) = parent;
		}
	}
}

/* The best of several results: none that another one reaches; then the newest. */
static struct commit *best_of(struct graph *graph, struct commit **results, uint32_t n)
{
	struct commit *best = NULL;

	for (uint32_t i = 0; i < n && n > 1; i++) {
		if (!results[i])
			continue;
		mark_ancestors(graph, results[i]);
		for (uint32_t k = 0; k < n; k++)
			if (k != i && results[k] && results[k]->seen == graph->walk)
				results[k] = NULL;
	}
	for (uint32_t i = 0; i < n; i++)
		if (results[i] && !(results[i]->flags & STALE) &&
			(!best || results[i]->date > best->date))
			best = results[i];
	for (uint32_t i = 0; i < n && !best; i++)
		best = results[i];
	return best;
}

static void diag_no_base(
	const struct repository *repository, struct str a, struct str b, struct diags *diags)
{
	diag_error(diags, NOWHERE, "'" STR "' and '" STR "' have no common commit%s", ARG(a),
		ARG(b), repository->shallow ? " in this shallow clone" : "");
	if (repository->shallow)
		diag_help(diags, "bring the history: git fetch --unshallow " STR,
			ARG(repository->remote));
	else
		diag_help(diags, "compare the two themselves: breakwater check " STR " " STR,
			ARG(a), ARG(b));
}

bool merge_base(struct repository *repository, const struct content_id *a, struct str a_name,
	const struct content_id *b, struct str b_name, struct content_id *base, struct diags *diags)
{
	struct graph *graph = graph_new(repository, diags);
	struct commit *first = commit_get(graph, a), *second = commit_get(graph, b), *best = NULL;
	bool found = false;
	uint32_t n = 0;

	if (first && second) {
		struct commit **results =
			first == second ? &first : paint_down(graph, first, second, &n);

		if (first == second)
			n = 1;
		if (!graph->failed && n)
			best = best_of(graph, results, n);
		if (best && !graph->failed) {
			*base = best->id;
			found = true;
		}
	}
	if (!found && !graph->failed)
		diag_no_base(repository, a_name, b_name, diags);
	graph_free(graph);
	return found;
}

struct tag_search {
	struct graph *graph;
	const char *pattern;
	uint32_t n_tags;
};

/* Numbers by value, the rest bytewise: v1.10 is after v1.9. */
static int version_order(struct str a, struct str b)
{
	size_t i = 0, j = 0;

	while (i < a.n && j < b.n) {
		uint64_t x = 0, y = 0;
		size_t begin_a = i, begin_b = j;

		for (; i < a.n && a.p[i] >= '0' && a.p[i] <= '9'; i++)
			x = x * 10 + (uint64_t)(a.p[i] - '0');
		for (; j < b.n && b.p[j] >= '0' && b.p[j] <= '9'; j++)
			y = y * 10 + (uint64_t)(b.p[j] - '0');
		if (i > begin_a && j > begin_b) {
			if (x != y)
				return x < y ? -1 : 1;
			continue;
		}
		i = begin_a;
		j = begin_b;
		if (a.p[i] != b.p[j])
			return (unsigned char)a.p[i] - (unsigned char)b.p[j];
		i++;
		j++;
	}
	return (a.n - i > b.n - j) - (a.n - i < b.n - j);
}

/* Puts the tag's name on its commit, where that is here. */
static int take_tag(const char *reference, void *context)
{
	struct tag_search *search = context;
	struct graph *graph = search->graph;
	struct str name = str_from(str_of(reference), strlen("refs/tags/"));
	git_reference *tag = NULL;
	git_object *object = NULL;
	git_odb *odb = graph->repository->odb;

	if (fnmatch(search->pattern, name.p, 0) != 0)
		return 0;
	search->n_tags++;
	if (git_reference_lookup(&tag, graph->repository->repo, reference) == 0 &&
		git_reference_peel(&object, tag, GIT_OBJECT_COMMIT) == 0 &&
		git_odb_exists(odb, git_object_id(object))) {
		struct content_id id;
		struct commit *commit;

		memcpy(id.bytes, git_object_id(object)->id, sizeof id.bytes);
		commit = commit_get(graph, &id);
		if (commit && (!commit->tag.p || version_order(commit->tag, name) < 0))
			commit->tag = str_dup(graph->repository->arena, name);
	}
	git_object_free(object);
	git_reference_free(tag);
	return 0;
}

struct candidate {
	struct commit *commit;
	uint32_t
		distance; /* commits that HEAD reaches and the tag does not, of those seen so far */
};

/*
 * As `git describe` does: newest first from HEAD, at most ten tags; each counts the commits that
 * are not in it, and the smallest count is the nearest. A commit's flags say which tags hold it.
 */
static struct commit *nearest_tagged(struct graph *graph, struct commit *head)
{
	struct candidate candidates[MAX_CANDIDATES];
	uint32_t n = 0, best = 0, popped = 0;

	queue_push(graph, head);
	graph->walk++;
	head->seen = graph->walk;
	while (graph->queue.n && !graph->failed) {
		struct commit *commit = queue_pop(graph);
		bool open = false;

		if (commit != head && commit->tag.p && n < MAX_CANDIDATES) {
			candidates[n] = (struct candidate){ commit, popped };
			commit->flags |= 1u << n++;
		}
		for (uint32_t i = 0; i < n; i++)
			candidates[i].distance += !(commit->flags & 1u << i);
		popped++;
		for (uint32_t i = 0; i < commit->n_parents; i++) {
			struct commit *parent = commit_get(graph, &commit->parents[i]);

			if (!parent)
				return NULL;
			parent->flags |= commit->flags;
			if (parent->seen == graph->walk)
				continue;
			parent->seen = graph->walk;
			queue_push(graph, parent);
		}
		for (uint32_t i = 0; i < graph->queue.n && !open; i++)
			open = graph->queue.items[i].commit->flags != (1u << n) - 1;
		if (n && !open)
			break;
	}
	for (uint32_t i = 1; i < n; i++)
		if (candidates[i].distance < candidates[best].distance)
			best = i;
	return n ? candidates[best].commit : NULL;
}

bool nearest_tag(
	struct repository *repository, struct str pattern, struct str *tag, struct diags *diags)
{
	struct graph *graph = graph_new(repository, diags);
	struct tag_search search = { graph, str_cstr(graph->arena, pattern), 0 };
	git_reference_iterator *iterator = NULL;
	struct commit *head, *found = NULL;
	struct revision revision;
	const char *name;

	if (!revision_find(repository, S("HEAD"), &revision, diags))
		goto done;
	if (git_reference_iterator_glob_new(&iterator, repository->repo, "refs/tags/*") == 0)
		while (git_reference_next_name(&name, iterator) == 0)
			take_tag(name, &search);
	git_reference_iterator_free(iterator);
	head = commit_get(graph, &revision.commit);
	if (head)
		found = nearest_tagged(graph, head);
	if (found) {
		*tag = found->tag;
	} else if (!graph->failed) {
		diag_error(diags, NOWHERE, "no tag '" STR "' among the ancestors of HEAD",
			ARG(pattern));
		if (repository->shallow)
			diag_help(diags, "this clone is shallow: git fetch --unshallow --tags " STR,
				ARG(repository->remote));
		else if (search.n_tags == 0)
			diag_help(diags, "bring the tags: git fetch --tags " STR,
				ARG(repository->remote));
		else
			diag_help(diags, "name a base: breakwater check REV");
	}
done:
	graph_free(graph);
	return found != NULL;
}
