/*
 * How often a number is in a list of options, and where last.
 */
#include "proto/options.h"

static struct option_tally tally_search(const struct options *options, int32_t number)
{
	struct option_tally tally = { 0, 0 };

	for (uint32_t i = 0; i < options->list.n; i++) {
		if (options->list.items[i].number == number) {
			tally.count++;
			tally.last = i;
		}
	}
	return tally;
}

struct option_tally option_tally(struct arena *arena, struct option_index *index,
	const struct options *options, int32_t number)
{
	const struct option_tally *found;

	if (!index || options->list.n < LONG_LIST)
		return tally_search(options, number);
	if (index->n == 0)
		map_init(&index->by_number, arena);
	for (; index->n < options->list.n; index->n++) {
		void **slot = map_put(
			&index->by_number, index, (uint64_t)options->list.items[index->n].number);
		struct option_tally *tally = *slot;

		if (!tally)
			*slot = tally = NEW(arena, struct option_tally);
		tally->count++;
		tally->last = index->n;
	}
	found = map_get(&index->by_number, index, (uint64_t)number);
	return found ? *found : (struct option_tally){ 0, 0 };
}
