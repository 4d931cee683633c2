/*
 * A check against history: the new side against every published version (breakwater-history(7)).
 */
#pragma once
#include "part.h"
#include "run.h"
#include "source/versions.h"

struct history {
	struct versions versions;
	uint32_t base;                      /* which of them is BASE */
	uint32_t known;                     /* findings left out: they are not new */
	VEC(struct breakwater_run *) parts; /* whose findings are in the report */
	VEC(struct source *) sources;       /* to close with the run */
	/* While it runs. */
	VEC(struct left_out) left_out; /* files that do not compile in a version */
	bool is_focused;               /* only the folders of the change were looked at (focus.h) */
	uint32_t comparisons;          /* for --timings */
	struct compile_stats compared;
	uint32_t taking;               /* the version being compared */
	struct version_steps *steps;   /* NULL: the versions' models are not needed */
	struct map packages;           /* of files, by content */
	bool plain_rules, reuse_rules; /* which rules are selected */
	/* Nobody asked but contracts of a transitive level: only what hurts these counts, and only
	 * in the versions that each of them looks at. */
	bool only_contracts;
	struct contract_list *looking; /* by version; NULL unless only_contracts */
};

/* A file that does not compile in a version. */
struct left_out {
	uint32_t version;
	struct str path, what;
};

/* Do the options or the configuration ask for it? */
bool history_is_asked(const struct breakwater_run *run);
/* Steps of check.c. Is the check against history? Finds the versions; run->history stays NULL if it
 * is not. */
bool find_history(struct breakwater_run *run);
/* Adds the findings against the other versions, and of spent numbers and names. */
bool compare_history(struct breakwater_run *run);
/* Once it is known what is accepted: leaves out what is not new. */
bool drop_known(struct breakwater_run *run);
void history_free(struct history *history);

/* transitive.c: is a contract of a transitive level checked? */
bool transitive_is_asked(const struct breakwater_run *run);
/* Warns of each of them that a side has no history. */
void transitive_warn(struct breakwater_run *run);
/*
 * Reads the versions that any of them looks at, by `request` without its `since`, and fills
 * history->versions and history->looking. False and an error, with the contract that asks, if the
 * history cannot be known.
 */
bool transitive_look(struct breakwater_run *run, const struct versions_request *request);

/* reuse_run.c: the findings of spent numbers and names. */
bool find_reuses(struct breakwater_run *run);
/* The versions that options and configuration ask for. */
bool history_versions(
	struct breakwater_run *run, const struct content_id tips[SIDES], struct versions *versions);
/* The new side's file at a path; NULL: it was not compiled. */
const struct file *history_new_file(const struct breakwater_run *run, struct str path);
/* Does a file not compile in that version? */
bool history_lacks(const struct history *history, uint32_t version, struct str path);
/* The name of a version for people: of a commit with its date. */
struct str history_name(const struct history *history, uint32_t version);
