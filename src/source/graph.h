/*
 * The commit graph, walked by ourselves; private to this folder.
 *
 * libgit2 wants the parents of a shallow clone's cut commits and fails although the answer is
 * there; git gives those commits no parents. A graph reads each commit once and lives for one
 * question.
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
	bool matches;   /* its message, the graph's pattern */
	struct str tag; /* nearest_tag: of the pattern */
};

struct graph {
	struct repository *repository;
	struct arena *arena;
	struct map commits;
	struct diags *diags;
	const regex_t *pattern; /* NULL: messages are not looked at */
	/* A heap, newest first; of one date the one that came first. */
	VEC(struct waiting {
		struct commit *commit;
		uint64_t order;
	})
	queue;
	uint64_t order;
	uint32_t walk;
	bool ignores_roots; /* a shallow clone's cut commits have their parents */
	bool failed;        /* a commit could not be read; an error was added */
};

struct graph *graph_new(struct repository *repository, struct diags *diags);
void graph_free(struct graph *graph);
/* NULL and graph->failed when it cannot be read. */
struct commit *commit_get(struct graph *graph, const struct content_id *id);
void queue_push(struct graph *graph, struct commit *commit);
/* The newest; there must be one. */
struct commit *queue_pop(struct graph *graph);
