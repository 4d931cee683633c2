/*
 * What a finding breaks: the surfaces on which a value that a writer may legally hold under its
 * own schema does not arrive as that value at a reader that goes by the other one.
 *
 * The definition and its rows are breaks.md's; each function of the breaks*.c files names the row
 * it answers.
 *
 *	struct breaks *breaks = breaks_new(arena, diff); // once in rules_run
 *	finding->breaks = breaks_of(breaks, rule, pair, DETAIL_NONE);
 */
#pragma once
#include "diff/pair.h"
#include "rules/rules.h"

/* What is gone, for RESERVED_*. */
enum { DETAIL_NONE, DETAIL_NUMBER, DETAIL_NAME };

/*
 * One run's judge. It remembers which types hold the same and which ones the old side uses, since
 * a type that moved has a finding at every field of it.
 */
struct breaks;

/* Everything in `arena`. Cheap: nothing is looked at before it is needed. */
struct breaks *breaks_new(struct arena *arena, struct diff *diff);

/*
 * What the change behind this pair breaks, for the property that `rule` compares: a mask of enum
 * surface. `detail` tells of a RESERVED_* rule whether a number or a name is gone.
 */
unsigned breaks_of(struct breaks *breaks, const struct rule *rule, const struct pair *pair, int detail);
