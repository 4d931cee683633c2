/*
 * Walks over the commit graph; private to this folder.
 *
 * libgit2 fails where a shallow clone is cut, since it needs the parents of those commits; to git they
 * have none. A graph reads each commit once and lives for one question.
 */
#pragma once
#include <regex.h>
#include "base/vec.h"
#include "source/revision.h"

struct commit {
	struct content_id id, tree;
	struct commit *next; /* with the same hash */
	struct content_id *parents;
	uint32_t n_parents;
	uint32_t flags; /* of the walk that runs */
	uint32_t seen;  /* number of the walk that saw it */
	int64_t date;   /* the committer's, seconds since 1970 */
	bool matches;   /* its message matches the graph's pattern */
	struct str tag; /* nearest_tag: one that matches the pattern */
};

struct graph {
	struct repository *repository;
	struct arena *arena;
	struct map commits;
	struct diags *diags;
	const regex_t *pattern; /* for messages; NULL: they are not read */
	/* A heap, newest first; of equal dates the first one pushed. */
	VEC(struct waiting {
		struct commit *commit;
		uint64_t order;
	})
	queue;
	uint64_t order;
	uint32_t walk;
	bool ignores_roots; /* follow parents where a shallow clone is cut */
	bool failed;        /* a commit could not be read; an error was added */
};

struct graph *graph_new(struct repository *repository, struct diags *diags);
void graph_free(struct graph *graph);
/* NULL and graph->failed: it cannot be read. */
struct commit *commit_get(struct graph *graph, const struct content_id *id);
/* Is it where a shallow clone ends? */
bool commit_is_cut(const struct graph *graph, const struct commit *commit);
/*
 * commits.c: sets `flag` at a commit and all before it, but not beyond commits that have it or a
 * flag of `blocked`. *cut (unless NULL): the first commit met where a shallow clone ends; it stays
 * as it is if it is set.
 */
void commits_mark(struct graph *graph, const struct content_id *from, uint32_t flag,
	uint32_t blocked, const struct commit **cut);
void queue_push(struct graph *graph, struct commit *commit);
/* The newest commit of the queue, which is not empty. */
struct commit *queue_pop(struct graph *graph);
