/*
 * The base proposed by the pipeline or hook that runs the program, from its documented variables.
 */
#pragma once
#include "base/arena.h"
#include "breakwater/breakwater.h"

/* Sets `proposal` and `merging` if the options name no base. Their strings are in the environment
 * or in `arena`. */
void pipeline_propose(struct arena *arena, struct breakwater_options *options);

/* The value of an environment variable; NULL: not set, or empty. */
const char *pipeline_variable(const char *name);
/* Is it a full commit id, and not all zeros, which mean "none"? */
bool pipeline_is_commit(const char *id);
bool pipeline_is_zero(const char *id);
/* event.c: reads GitHub's event file. False: there is none. */
bool event_propose(struct arena *arena, struct breakwater_proposal *proposal);
/* For a pull request: sets `merged` and `tip` as far as the event tells them. */
void event_find_request(struct arena *arena, struct breakwater_proposal *proposal);
