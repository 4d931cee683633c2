#include "rules/breaks.h"

struct breaks {
	struct arena *arena;
	struct diff *diff;
};

struct breaks *breaks_new(struct arena *arena, struct diff *diff)
{
	struct breaks *breaks = NEW(arena, struct breaks);

	breaks->arena = arena;
	breaks->diff = diff;
	return breaks;
}

unsigned breaks_of(struct breaks *breaks, const struct rule *rule, const struct pair *pair, int detail)
{
	(void)breaks;
	(void)pair;
	(void)detail;
	return rule->breaks;
}
