#include "source/versions.h"

#include "source/graph.h"
#include "source/refs.h"
#include "source/state.h"
#include "source/tree.h"

#include <fnmatch.h>
#include <stdlib.h>

/* Flags of commits. */
enum {
	REACHED = 1,  /* from a tip */
	OF_BASE = 2,  /* BASE, or before it */
	OLDER = 4,    /* before `since` */
	LEFT_OUT = 8, /* in the history of `without` */
};

/* A commit with tags, or with contracts of its own. */
struct candidate {
	struct version version;
	struct commit *commit;
	uint32_t waits;     /* nearest candidates before it that were not taken yet */
	VEC(uint32_t) next; /* candidates right after it */
	bool taken;
};

struct reading {
	const struct versions_request *request;
	struct arena *arena; /* of the graph */
	struct graph *graph;
	const char *pattern; /* NULL: tags that are versions */
	VEC(struct candidate) list;
	uint32_t n_elsewhere; /* tags that match and lie outside of the history */
	uint32_t n_before;    /* that match and were left out, with the history of `without` */
	const struct commit *cut;
	struct commit *since;
};

/* ---- which tags count ---- */

static struct version version_of(const struct commit *commit, struct arena *arena)
{
	return (struct version){
		.commit = commit->id,
		.tree = commit->tree,
		.id = id_text(arena, commit->id.bytes),
		.date = commit->date,
		.published = commit->date,
		.before_base = commit->flags & OF_BASE,
	};
}

/* A tag whose commit was never fetched is left out; one that cannot be read may be a version. */
static void refuse_unread(struct reading *r, struct diags *said)
{
	if (said->unread && !said->items[said->n - 1].kind.p)
		diags_adopt(r->request->diags, said);
}

static void take_tag(void *context, struct str reference, const struct content_id *id)
{
	struct reading *r = context;
	struct str name = str_from(reference, strlen("refs/tags/"));
	struct content_id target = *id;
	struct candidate *candidate;
	struct version_name number;
	struct commit *commit;
	struct diags unsaid;
	bool is_version = version_name_read(name, &number);

	if (r->pattern ? fnmatch(r->pattern, str_cstr(r->arena, name), 0) != 0 : !is_version)
		return;
	diags_init(&unsaid, r->arena);
	if (!object_peel(r->graph->repository, GIT_OBJECT_COMMIT, &target, &unsaid)) {
		refuse_unread(r, &unsaid);
		return;
	}
	/* A tag outside of the history is read in vain, and may be damaged. */
	r->graph->diags = &unsaid;
	commit = commit_get(r->graph, &target);
	r->graph->diags = r->request->diags;
	r->graph->failed &= r->request->diags->n_errors > 0;
	if (!commit)
		refuse_unread(r, &unsaid);
	if (!commit || !(commit->flags & REACHED) || (commit->flags & (OLDER | LEFT_OUT))) {
		r->n_elsewhere += !commit || !(commit->flags & (REACHED | OLDER | LEFT_OUT));
		r->n_before += commit && (commit->flags & LEFT_OUT);
		return;
	}
	candidate = vec_push(r->arena, &r->list);
	candidate->version = version_of(commit, r->request->arena);
	candidate->version.name = str_dup(r->request->arena, name);
	candidate->version.is_tag = true;
	if (is_version)
		version_name_read(candidate->version.name, &candidate->version.number);
	candidate->version.releases = is_version && !candidate->version.number.pre.p;
	tag_date_read(r->graph->repository, id, &candidate->version.published);
	candidate->commit = commit;
}

/* ---- names and their order ---- */

static bool has_number(const struct version *version)
{
	return version->number.prefix.p != NULL;
}

/* By version, then by name; what is no version comes first. */
static int order_by_name(const struct version *a, const struct version *b)
{
	int order = 0;

	if (has_number(a) != has_number(b))
		return has_number(a) ? 1 : -1;
	if (has_number(a))
		order = version_name_order(&a->number, &b->number);
	return order ? order : str_cmp(a->name, b->name);
}

static int order_by_date(const struct version *a, const struct version *b)
{
	if (a->date != b->date)
		return a->date < b->date ? -1 : 1;
	return order_by_name(a, b);
}

/* 3: a release, 2: a pre-release, 1: another tag or a commit, 0: what the user called BASE. */
static int rank(const struct version *version)
{
	if (has_number(version))
		return version->number.pre.p ? 2 : 3;
	return version->is_tag || str_starts(version->id, version->name);
}

/* Does `a` name a state better than `b`? */
static bool names_better(const struct version *a, const struct version *b)
{
	if (rank(a) != rank(b))
		return rank(a) > rank(b);
	return rank(a) >= 2 ? version_name_order(&a->number, &b->number) > 0
			    : str_cmp(a->name, b->name) < 0;
}

/* ---- ancestors first ---- */

/* Candidates that are before a commit and not before another such one, by index + 1. */
struct frontier {
	uint32_t *items;
	uint32_t n;
};

static struct frontier merge_frontiers(struct arena *arena, struct frontier a, struct frontier b)
{
	struct frontier out = { NEW_ARRAY(arena, a.n + b.n, uint32_t), 0 };
	uint32_t i = 0, k = 0;

	while (i < a.n || k < b.n) {
		bool left = k == b.n || (i < a.n && a.items[i] <= b.items[k]);
		uint32_t item = left ? a.items[i] : b.items[k];

		i += i < a.n && a.items[i] == item;
		k += k < b.n && b.items[k] == item;
		out.items[out.n++] = item;
	}
	return out;
}

struct order_walk {
	struct reading *r;
	struct map frontiers; /* commit → struct frontier * */
	struct map at;        /* commit → its first candidate + 1; the next ones follow it */
};

/* The frontier of a commit, all of whose parents have theirs. */
static struct frontier *frontier_of(struct order_walk *w, struct commit *commit)
{
	struct frontier *frontier = NEW(w->r->arena, struct frontier);
	uintptr_t own = (uintptr_t)map_get(&w->at, commit, 0);
	struct candidate *list = w->r->list.items;
	bool first = true;

	for (uint32_t i = 0; i < commit->n_parents; i++) {
		struct commit *parent = commit_get(w->r->graph, &commit->parents[i]);
		struct frontier *below = parent ? map_get(&w->frontiers, parent, 0) : NULL;

		if (!below || !below->n)
			continue;
		*frontier = first ? *below : merge_frontiers(w->r->arena, *frontier, *below);
		first = false;
	}
	if (!own)
		return frontier;
	for (uint32_t i = 0; i < frontier->n; i++)
		*vec_push(w->r->arena, &list[frontier->items[i] - 1].next) = (uint32_t)own - 1;
	list[own - 1].waits = frontier->n;
	frontier->items = NEW(w->r->arena, uint32_t);
	frontier->items[0] = (uint32_t)own;
	frontier->n = 1;
	return frontier;
}

/* Visits all commits from `tip` on, parents first, and links the candidates. */
static void link_from(struct order_walk *w, struct commit *tip)
{
	struct step {
		struct commit *commit;
		uint32_t next;
	};
	VEC(struct step) way = { 0 };

	*vec_push(w->r->arena, &way) = (struct step){ tip, 0 };
	while (way.n && !w->r->graph->failed) {
		struct step *step = &way.items[way.n - 1];
		struct commit *commit = step->commit, *parent;

		if (map_get(&w->frontiers, commit, 0)) {
			way.n--;
		} else if (step->next == commit->n_parents) {
			*map_put(&w->frontiers, commit, 0) = frontier_of(w, commit);
			way.n--;
		} else {
			parent = commit_get(w->r->graph, &commit->parents[step->next++]);
			if (parent && (parent->flags & REACHED) &&
				!map_get(&w->frontiers, parent, 0))
				*vec_push(w->r->arena, &way) = (struct step){ parent, 0 };
		}
	}
}

static int by_commit(const void *left, const void *right)
{
	const struct candidate *a = left, *b = right;
	int order = memcmp(a->commit->id.bytes, b->commit->id.bytes, sizeof a->commit->id.bytes);

	return order ? order : order_by_name(&a->version, &b->version);
}

/* Candidates by date, the oldest at the root. */
struct ready {
	VEC(uint32_t) heap;
	struct candidate *list;
	struct arena *arena;
};

static bool is_older(const struct ready *ready, uint32_t a, uint32_t b)
{
	return order_by_date(&ready->list[ready->heap.items[a]].version,
		       &ready->list[ready->heap.items[b]].version) < 0;
}

static void ready_swap(struct ready *ready, uint32_t a, uint32_t b)
{
	uint32_t held = ready->heap.items[a];

	ready->heap.items[a] = ready->heap.items[b];
	ready->heap.items[b] = held;
}

static void ready_push(struct ready *ready, uint32_t candidate)
{
	uint32_t at = ready->heap.n;

	*vec_push(ready->arena, &ready->heap) = candidate;
	for (; at && is_older(ready, at, (at - 1) / 2); at = (at - 1) / 2)
		ready_swap(ready, at, (at - 1) / 2);
}

static uint32_t ready_pop(struct ready *ready)
{
	uint32_t first = ready->heap.items[0], at = 0, best;

	ready->heap.items[0] = ready->heap.items[--ready->heap.n];
	for (;; at = best) {
		best = at;
		for (uint32_t child = 2 * at + 1; child <= 2 * at + 2 && child < ready->heap.n;
			child++)
			if (is_older(ready, child, best))
				best = child;
		if (best == at)
			return first;
		ready_swap(ready, at, best);
	}
}

/* Ancestors first, then by date; the candidates of one commit stay together, one of them for all.
 */
static void order_candidates(struct reading *r, uint32_t *order, uint32_t *n)
{
	struct order_walk walk = { .r = r };
	struct ready ready = { .list = r->list.items, .arena = r->arena };

	map_init(&walk.frontiers, r->arena);
	map_init(&walk.at, r->arena);
	*n = 0;
	if (r->list.n)
		qsort(r->list.items, r->list.n, sizeof *r->list.items, by_commit);
	for (uint32_t i = r->list.n; i-- > 0;)
		*map_put(&walk.at, r->list.items[i].commit, 0) = (void *)(uintptr_t)(i + 1);
	for (uint32_t i = 0; i < r->request->n_tips; i++) {
		struct commit *tip = commit_get(r->graph, &r->request->tips[i]);

		if (tip && (tip->flags & REACHED))
			link_from(&walk, tip);
	}
	for (uint32_t i = 0; i < r->list.n; i++)
		if ((uintptr_t)map_get(&walk.at, r->list.items[i].commit, 0) == i + 1 &&
			!r->list.items[i].waits)
			ready_push(&ready, i);
	while (ready.heap.n) {
		uint32_t first = ready_pop(&ready);
		struct candidate *candidate = &r->list.items[first];

		for (uint32_t i = first;
			i < r->list.n && r->list.items[i].commit == candidate->commit; i++)
			order[(*n)++] = i;
		for (uint32_t i = 0; i < candidate->next.n; i++)
			if (--r->list.items[candidate->next.items[i]].waits == 0)
				ready_push(&ready, candidate->next.items[i]);
	}
}

/* ---- the list ---- */

static void add_name(struct version *version, struct str name)
{
	for (size_t i = 0; i < COUNT(version->also); i++)
		if (!version->also[i].p) {
			version->also[i] = name;
			return;
		}
}

/* Adds a version, or its names to the last one if that has the same state. */
static void add_version(struct versions *versions, const struct version *version)
{
	struct version *last =
		versions->list.n ? &versions->list.items[versions->list.n - 1] : NULL;
	struct version merged;

	if (!last && !version->state)
		return;
	if (!last || last->state != version->state) {
		*vec_push(versions->arena, &versions->list) = *version;
		return;
	}
	merged = names_better(version, last) ? *version : *last;
	memcpy(merged.also, last->also, sizeof merged.also);
	add_name(&merged, names_better(version, last) ? last->name : version->name);
	merged.releases = last->releases + version->releases;
	merged.published = last->published;
	merged.is_base = last->is_base || version->is_base;
	merged.before_base = last->before_base || version->before_base;
	*last = merged;
}

static bool list_candidates(struct reading *r, struct versions *versions)
{
	uint32_t *order = NEW_ARRAY(r->arena, r->list.n, uint32_t), n;
	struct states states;
	bool ok = true;

	order_candidates(r, order, &n);
	states_init(&states, r->request->repository, r->request->diags);
	for (uint32_t i = 0; ok && i < n; i++) {
		struct version *version = &r->list.items[order[i]].version;

		ok = states_of(&states, &version->tree, r->request->top, &version->state);
		if (ok)
			add_version(versions, version);
		else
			diag_help(r->request->diags, "version '" STR "' needs it",
				ARG(version->name));
	}
	states_end(&states);
	return ok && !r->graph->failed;
}

static bool refuse_cut(const struct reading *r, const struct content_id *cut)
{
	const struct versions_request *q = r->request;
	struct str id = str_head(id_text(q->diags->arena, cut->bytes), 10);

	diag_error(q->diags, NOWHERE, "the history of '" STR "' ends at " STR " (shallow clone)",
		ARG(q->walk_name), ARG(id));
	diag_help(q->diags, "git fetch --unshallow --tags, or --since " STR, ARG(id));
	return false;
}

/* ---- commits ---- */

static bool is_left_out(const struct reading *r, const struct commit *commit)
{
	return !commit || (commit->flags & (OLDER | LEFT_OUT)) || r->graph->failed;
}

/* First parents whose contracts differ from those of their own first parent. */
static bool list_commits(struct reading *r, struct versions *versions)
{
	struct commit *commit = commit_get(r->graph, r->request->walk);
	VEC(struct commit *) chain = { 0 };
	struct states states;
	uint64_t before = 0;
	bool ok = true;

	for (; !is_left_out(r, commit);) {
		*vec_push(r->arena, &chain) = commit;
		if (commit == r->since)
			break;
		if (commit_is_cut(r->graph, commit))
			return refuse_cut(r, &commit->id);
		commit = commit->n_parents ? commit_get(r->graph, &commit->parents[0]) : NULL;
	}
	states_init(&states, r->request->repository, r->request->diags);
	if (commit && commit != r->since && !r->graph->failed)
		ok = states_of(&states, &commit->tree, r->request->top, &before);
	for (uint32_t i = chain.n; ok && i-- > 0;) {
		struct version version = version_of(chain.items[i], r->request->arena);
		bool is_base = r->request->base && content_id_eq(r->request->base, &version.commit);

		ok = states_of(&states, &version.tree, r->request->top, &version.state);
		version.name = str_head(version.id, 10);
		version.before_base = r->request->base != NULL;
		version.is_base = is_base;
		if (ok && (version.state != before || chain.items[i] == r->since || is_base))
			add_version(versions, &version);
		before = version.state;
	}
	states_end(&states);
	return ok && !r->graph->failed;
}

/* ---- tags ---- */

static void add_base(struct reading *r)
{
	const struct content_id *base = r->request->base;
	struct commit *commit = base ? commit_get(r->graph, base) : NULL;
	struct candidate *candidate;

	if (!commit)
		return;
	for (uint32_t i = 0; i < r->list.n; i++)
		if (r->list.items[i].commit == commit) {
			for (; i < r->list.n; i++)
				r->list.items[i].version.is_base |=
					r->list.items[i].commit == commit;
			return;
		}
	candidate = vec_push(r->arena, &r->list);
	candidate->version = version_of(commit, r->request->arena);
	candidate->version.name = r->request->base_name;
	candidate->version.is_base = true;
	candidate->commit = commit;
}

/* `tags`, `commits`, `[tags] PATTERN` */
static bool split_versions(struct reading *r, bool *commits, bool *named)
{
	struct str text = str_trim(r->request->versions);
	char quote;

	*commits = str_eq(text, S("commits"));
	*named = text.n > 0;
	if (!text.n || *commits || str_eq(text, S("tags")))
		return true;
	if (str_starts(text, S("tags ")))
		text = str_trim(str_from(text, 5));
	quote = text.n ? text.p[0] : '\0';
	if (text.n >= 2 && (quote == '\'' || quote == '"') && text.p[text.n - 1] == quote)
		text = str_from(str_head(text, text.n - 1), 1);
	r->pattern = str_cstr(r->arena, text);
	return !str_has(text, '\0');
}

static bool refuse_empty(const struct reading *r)
{
	const struct versions_request *q = r->request;

	if (r->pattern)
		diag_error(q->diags, NOWHERE, "no tag of the history of '" STR "' matches '%s'",
			ARG(q->walk_name), r->pattern);
	else
		diag_error(q->diags, NOWHERE, "no tag of the history of '" STR "' is a version",
			ARG(q->walk_name));
	diag_help(q->diags, "git fetch --tags");
	if (r->n_elsewhere)
		diag_help(q->diags, "%u tag%s elsewhere", r->n_elsewhere,
			r->n_elsewhere == 1 ? " matches" : "s match");
	return false;
}

static bool find_since(struct reading *r)
{
	const struct versions_request *q = r->request;
	struct revision revision;
	struct commit *since;

	if (!q->since.p)
		return true;
	if (!revision_find(q->repository, q->since, MEANT_COMMIT, &revision, q->diags))
		return false;
	since = revision.has_commit ? commit_get(r->graph, &revision.commit) : NULL;
	if (!since)
		return false;
	commits_mark(r->graph, &revision.commit, OLDER, 0, NULL);
	since->flags &= ~(uint32_t)OLDER;
	r->since = since;
	return !r->graph->failed;
}

/* Marks what the tips reach. False: it cannot be known, or `since` is not among it. */
static bool reach(struct reading *r)
{
	const struct versions_request *q = r->request;

	for (uint32_t i = 0; i < q->n_tips; i++)
		commits_mark(r->graph, &q->tips[i], REACHED, OLDER | LEFT_OUT, &r->cut);
	/* What `since` is cut at is before it. */
	if (r->graph->failed)
		return false;
	if (r->since && !(r->since->flags & REACHED)) {
		diag_error(q->diags, NOWHERE, "'" STR "' is not in the history of '" STR "'",
			ARG(q->since), ARG(q->walk_name));
		diag_help(q->diags, "--since takes an ancestor of one of the sides");
		return false;
	}
	if (r->cut == r->since)
		r->cut = NULL;
	return true;
}

static bool read_all(struct reading *r, struct versions *versions)
{
	const struct versions_request *q = r->request;
	uint32_t errors = q->diags->n_errors;
	bool named;

	if (!split_versions(r, &versions->by_commit, &named) || !find_since(r))
		return false;
	if (q->without)
		commits_mark(r->graph, q->without, LEFT_OUT, 0, NULL);
	if (r->since || !versions->by_commit)
		if (!reach(r))
			return false;
	if (q->base && !versions->by_commit)
		commits_mark(r->graph, q->base, OF_BASE, 0, NULL);
	if (!versions->by_commit &&
		(!refs_each(q->repository, S("refs/tags/"), take_tag, r, q->diags) ||
			q->diags->n_errors > errors))
		return false;
	if (!versions->by_commit && !r->list.n && named && !r->n_before)
		return refuse_empty(r);
	versions->by_commit |= !named && !r->list.n && !r->n_before;
	if (versions->by_commit)
		return list_commits(r, versions);
	if (r->cut)
		return refuse_cut(r, &r->cut->id);
	add_base(r);
	return list_candidates(r, versions);
}

bool versions_read(const struct versions_request *request, struct versions *versions)
{
	struct graph *graph = graph_new(request->repository, request->diags);
	struct reading reading = { .request = request, .arena = graph->arena, .graph = graph };
	bool ok;

	*versions = (struct versions){
		.repository = request->repository,
		.top = request->top,
		.arena = request->arena,
	};
	ok = read_all(&reading, versions);
	graph_free(graph);
	return ok;
}

struct source *version_open(const struct versions *versions, const struct version *version,
	bool *is_empty, struct diags *diags)
{
	struct source *source;

	*is_empty = !version->state;
	if (*is_empty)
		return NULL;
	source = tree_open(versions->repository, &version->tree, versions->top, version->name,
		version->name, diags);
	if (source) {
		source->has_commit = true;
		source->commit = version->commit;
	}
	return source;
}
