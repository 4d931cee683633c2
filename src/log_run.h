/*
 * `breakwater log`: the changes of each version from the one before, and the lives of elements
 * (breakwater-log(1)).
 */
#pragma once
#include "breakwater/breakwater.h"
#include "history/changes.h"
#include "part.h"

struct log_options {
	struct breakwater_options check; /* directory, git, config, roots, paths, use, except, jobs,
					    out_of_memory; the other members are not used */
	struct str range;                /* `A..B`, `..B`, `A..`; absent: all of HEAD */
	struct str versions;             /* VERSIONS; absent: tags or commits */
	struct str since;
	bool by_commit, net;
	bool no_judging; /* nobody asks what is breaking */
	const char *const *elements;
	size_t n_elements;
};

struct log_run {
	struct arena *arena;
	struct intern *names;
	struct diags diags;
	bool ok;
	bool by_commit; /* versions were left out, and no tag counts */
	struct log_groups groups;
	struct lives lives;
	/* For `bump`: the comparison of --net. */
	struct findings findings;
	bool has_findings;
	VEC(struct source *) open; /* until log_run_free, which errors' places need */
};

/* `A..B`; both may be empty. A third dot changes nothing: the first step starts at the merge base
 * anyway. False: there are no dots. */
bool log_range_split(struct str range, struct str *a, struct str *b);
/* Never NULL; `ok` is false if diags has an error. */
struct log_run *log_run(const struct log_options *options);
void log_run_free(struct log_run *run);
