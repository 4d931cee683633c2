/*
 * A progress line on standard error, shown if the work takes more than half a second and standard
 * error is a terminal. Erased at the end.
 */
#pragma once
#include "cli/cli.h"

#include "check.h"

struct progress;

/* NULL, which the other functions accept: no progress is wanted. */
struct progress *progress_begin(struct cli *cli);
/* The callback for breakwater_options and compile_options; `context` is a struct progress. */
void progress_report(void *context, size_t done, size_t total);
/* Erases the line. */
void progress_end(struct progress *progress);

/* run_check with a progress line; `sources` may be NULL. */
struct breakwater_run *progress_check(struct cli *cli, struct breakwater_options *options,
	const struct check_sources *sources);
