/*
 * Which files may use what changed: see need.h. Private to need.c.
 */
#pragma once
#include "need_outlines.h"

/* What is hurt may have findings, too. */
void users_reach_from_hurt(struct outlining *o);
/*
 * Reaches the importers of what the extensions extend that are compiled and count, and adds the
 * files that are needed of those reached. `old` and `new` are what was compiled last.
 */
void users_want(struct outlining *o, const struct schema *old, const struct schema *new);
