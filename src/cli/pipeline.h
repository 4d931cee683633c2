/*
 * Which base the pipeline or the hook proposes that the program runs in, as its documented
 * variables have it.
 */
#pragma once
#include "base/arena.h"
#include "breakwater/breakwater.h"

/* Sets `proposal` and `merging` where the options name no base. Their strings are the environment's
 * or in `arena`. */
void pipeline_propose(struct arena *arena, struct breakwater_options *options);

/* The string of an environment variable; NULL: not set, or empty. */
const char *pipeline_variable(const char *name);
/* Is it a commit's id in full, and not all zeros, which stands for none? */
bool pipeline_is_commit(const char *id);
bool pipeline_is_zero(const char *id);
/* event.c: what GitHub's event says, which is a file. False: nothing. */
bool event_propose(struct arena *arena, struct breakwater_proposal *proposal);
/* Of a pull request: sets `merged` and `tip` as far as such an event tells them. */
void event_find_request(struct arena *arena, struct breakwater_proposal *proposal);
