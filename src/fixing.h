/*
 * Findings → a patch that makes them safe.
 *
 * The ways of fix/ are tried: each on an overlay of the new side, which is checked again. A way
 * counts if its findings are gone, no other one came, and all compiles. So what is said of a patch
 * is what a check of the patched side says.
 */
#pragma once
#include "check.h"
#include "fix/fix.h"

struct fixing_options {
	bool reserve;
	/* The findings to fix; NULL: the active ones. */
	const struct finding *const *chosen;
	uint32_t n_chosen;
};

/*
 * Makes the patch of a run's findings, in the run's arena. False and a diagnostic of the run if the
 * result is unknown, or its status is BREAKWATER_UNKNOWN.
 */
bool run_fix(struct breakwater_run *run, const struct fixing_options *options,
	struct fix_result *result);
