/*
 * Impact: from which messages and methods each finding is reached, and on which way.
 *
 * A way goes backwards from what changed, through the fields that have its type, on the new side;
 * for what is gone there on the old. Of several shortest ways the one with the smallest field
 * numbers counts, compared from the root on.
 */
#pragma once
#include "rules/rules.h"

/* Limits of one run; a change beyond them is an error. SECURITY.md lists them. */
enum {
	MAX_IMPACT_USES = 100000000, /* uses that are followed, for all changed types */
	MAX_IMPACT_STEPS = 10000000, /* roots of all findings, and steps of their ways */
};

struct impact_request {
	struct arena *arena; /* the run's */
	struct diags *diags;
	const struct schema *old, *new;
	/*
	 * Adds the names of the contracts that have a message, or the service of a method, as a
	 * root on that side, in the order of the configuration, to `names` in `arena`. NULL: there
	 * are no contracts, and the roots are the top messages (tops.h) that are not built in.
	 */
	void (*contracts_of)(void *context, bool new_side, const struct element *root,
		struct reached_contracts *names, struct arena *arena);
	void *context;
};

/* Sets `reached_by` and `reached_field` of all findings. False and an error: beyond a limit. */
bool impact_find(const struct impact_request *request, const struct findings *findings);
