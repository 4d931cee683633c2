/*
 * A line on standard error that tells how far the work is, if that takes longer than half a second
 * and somebody sits before a terminal. It is gone when the work is done.
 */
#pragma once
#include "cli/cli.h"

#include "check.h"

struct progress;

/* NULL, which the others take too: nobody wants to know. */
struct progress *progress_begin(struct cli *cli);
/* As breakwater_options and compile_options want it; `context` is a struct progress. */
void progress_report(void *context, size_t done, size_t total);
/* Erases the line. */
void progress_end(struct progress *progress);

/* run_check, watched; `sources` may be NULL. */
struct breakwater_run *progress_check(struct cli *cli, struct breakwater_options *options,
	const struct check_sources *sources);
