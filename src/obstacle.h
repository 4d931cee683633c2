/*
 * Contracts that one side has and where on the other something stands that nobody can read: a FIFO,
 * a folder, a link that leads out of the tree. That is no deletion that a selection of rules may
 * pass over: unless a finding reports it as one, the check could not know.
 */
#pragma once
#include "diff/pair.h"
#include "rules/rules.h"
#include "side.h"

struct obstacle_request {
	struct arena *arena;
	struct diags *diags;
	const struct side *old, *new;
	const struct schema *old_schema, *new_schema;
	const struct diff *diff;
	const struct findings *findings; /* of all selected rules, before any is left out */
};

/* False and an error for each that no finding reports. */
bool obstacles_judge(const struct obstacle_request *request);
