/*
 * Obstacles: a contract of one side whose path on the other is a FIFO, a folder or a link that
 * leads out of the tree, so that nobody can read it. The check cannot know what that breaks, unless
 * a finding reports the contract as deleted.
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
