/* The judge of one run: the surfaces that a finding breaks. */
#include "rules/breaks_private.h"

unsigned way_surface(struct way way)
{
	if (way.json)
		return way.backward ? JSON_BACKWARD : JSON_FORWARD;
	return way.backward ? WIRE_BACKWARD : WIRE_FORWARD;
}

struct breaks *breaks_new(struct arena *arena, struct intern *names, const struct diff *diff)
{
	struct breaks *b = NEW(arena, struct breaks);

	b->arena = arena;
	b->names = names;
	b->diff = diff;
	map_init(&b->indexed, arena);
	map_init(&b->by_number, arena);
	map_init(&b->by_name, arena);
	map_init(&b->by_json, arena);
	map_init(&b->contents, arena);
	map_init(&b->used, arena);
	return b;
}

unsigned breaks_of(
	struct breaks *breaks, const struct rule *rule, const struct pair *pair, int detail)
{
	const struct question question = { breaks, rule, pair, detail };

	return rule->narrow ? rule->narrow(&question) : rule->breaks;
}
