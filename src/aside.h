/*
 * Changed contracts outside of --path that a partial clone lacks.
 *
 * They are set aside, and the report says so, where neither the files in the report nor a rule need
 * them. Those files are all compiled then, so that an import of a missing one is found; and what
 * they lost or gained, and may have given to a missing one or have from it, is an error.
 */
#pragma once
#include "need.h"
#include "run.h"

/* Takes them from the changes, and sets need->aside, if they are not needed. */
void aside_take(struct breakwater_run *run, struct need *need);
/* After the comparison. False and an error: what became of an element in the report is unknown. */
bool aside_judge(struct breakwater_run *run);
