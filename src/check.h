/*
 * What the project's own programs see of a run beyond the public interface, which names no type of
 * the layers.
 */
#pragma once
#include "breakwater/breakwater.h"
#include "rules/rules.h"
#include "source/source.h"

/* Sources that are open already, in the place of the operands; NULL: the options name it. */
struct check_sources {
	struct source *old, *new;
};
/* breakwater_check with such sources, which the run closes. */
struct breakwater_run *run_check(
	const struct breakwater_options *options, const struct check_sources *sources);
/* The findings in the order of the reports, accepted ones included. */
const struct findings *run_findings(const struct breakwater_run *run);
/* Where texts are loaded that a finding's place needs. */
struct arena *run_arena(const struct breakwater_run *run);
/* A side's source; NULL when the run did not get that far. */
struct source *run_source(const struct breakwater_run *run, bool old);
/* Is a file of that side part of its contract, as far as its configuration says? */
bool run_holds(const struct breakwater_run *run, bool old, struct str path);
