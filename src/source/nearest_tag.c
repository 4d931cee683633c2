/* The nearest tagged ancestor of a commit, as `git describe` finds it. */
#include "source/graph.h"
#include "source/refs.h"
#include "source/versions.h"

#include <fnmatch.h>

enum { MAX_CANDIDATES = 10 /* candidates, as in `git describe` */ };

struct tag_search {
	struct graph *graph;
	const char *pattern; /* NULL: tags that are versions */
	bool only_releases;  /* of those */
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

static bool tag_counts(const struct tag_search *search, struct str name)
{
	struct version_name version;

	if (search->pattern)
		return fnmatch(search->pattern, str_cstr(search->graph->arena, name), 0) == 0;
	return version_name_read(name, &version) && !(search->only_releases && version.pre.p);
}

/* Is `b` a later tag of one commit than `a`? */
static bool is_later(const struct tag_search *search, struct str a, struct str b)
{
	struct version_name x, y;

	if (search->pattern || !version_name_read(a, &x) || !version_name_read(b, &y))
		return version_order(a, b) < 0;
	return version_name_order(&x, &y) < 0;
}

/* Sets the tag of its commit, if that exists. */
static void take_tag(void *context, struct str reference, const struct content_id *id)
{
	struct tag_search *search = context;
	struct graph *graph = search->graph;
	struct str name = str_from(reference, strlen("refs/tags/"));
	struct content_id target = *id;
	struct commit *commit;
	struct diags unsaid;

	if (!tag_counts(search, name))
		return;
	search->n_tags++;
	diags_init(&unsaid, graph->arena);
	if (!object_peel(graph->repository, GIT_OBJECT_COMMIT, &target, &unsaid))
		return;
	commit = commit_get(graph, &target);
	if (commit && (!commit->tag.p || is_later(search, commit->tag, name)))
		commit->tag = str_dup(graph->repository->arena, name);
}

struct candidate {
	struct commit *commit;
	uint32_t
		distance; /* commits seen so far that are reachable from HEAD but not from the tag */
};

/*
 * As `git describe`: walks from HEAD, newest first, to at most ten tags, and counts for each the
 * commits that are not reachable from it; the smallest count wins. A commit's flags are the tags
 * that reach it.
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
	struct tag_search search = { .graph = graph, .pattern = str_cstr(graph->arena, pattern) };
	struct commit *head, *found = NULL;
	struct revision revision;

	if (!revision_find(repository, S("HEAD"), MEANT_COMMIT, &revision, diags))
		goto done;
	if (!refs_each(repository, S("refs/tags/"), take_tag, &search, diags))
		goto done;
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
				ARG(repository->fetched));
		else if (search.n_tags == 0 && repository->remotes.n)
			diag_help(diags, "fetch the tags: git fetch --tags " STR,
				ARG(repository->fetched));
		else
			diag_help(diags, "name a base: breakwater check REV");
	}
done:
	graph_free(graph);
	return found != NULL;
}

bool version_before(struct repository *repository, const struct content_id *commit,
	bool only_release, struct str *tag, struct diags *diags)
{
	struct graph *graph = graph_new(repository, diags);
	struct tag_search search = { .graph = graph, .only_releases = only_release };
	struct commit *from, *found = NULL;
	bool ok = refs_each(repository, S("refs/tags/"), take_tag, &search, diags);

	*tag = (struct str){ NULL, 0 };
	from = ok ? commit_get(graph, commit) : NULL;
	if (from)
		found = nearest_tagged(graph, from);
	if (found)
		*tag = found->tag;
	ok = ok && !graph->failed;
	graph_free(graph);
	return ok;
}
