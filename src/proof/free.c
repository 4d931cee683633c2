/* Numbers that a message leaves free for whoever takes them. */
#include "proof/value.h"

/* The last number of the reserved or extension range that has `n`; n - 1: none has. */
static int64_t taken_until(const struct message *m, int64_t n)
{
	for (uint32_t i = 0; i < m->reserved_ranges.n; i++)
		if (n >= m->reserved_ranges.items[i].begin && n <= m->reserved_ranges.items[i].end)
			return m->reserved_ranges.items[i].end;
	for (uint32_t i = 0; i < m->extension_ranges.n; i++)
		if (n >= m->extension_ranges.items[i]->begin &&
			n <= m->extension_ranges.items[i]->end)
			return m->extension_ranges.items[i]->end;
	return n - 1;
}

bool codec_free_number(
	struct codec *codec, const struct message *m, int32_t begin, int32_t end, int32_t *number)
{
	const struct lens declared = { .codec = codec, .side = -1, .other_side = -1 };
	enum { MOST_HOPS = 1000 };
	int hops = 0;

	for (int64_t n = begin; n <= end && hops++ < MOST_HOPS; n++) {
		int64_t taken = taken_until(m, n);

		*number = (int32_t)n;
		if (taken < n && !lens_number(&declared, m, (int32_t)n))
			return true;
		n = taken < n ? n : taken;
	}
	return false;
}

const struct field *codec_extension(struct codec *codec, const struct message *old,
	const struct extension_range *range, const struct message *to)
{
	const struct map *map = codec_extensions(codec, OLD);

	for (uint32_t i = 0; i < map->n; i++) {
		const struct field *field = map->entries[i].value;
		int32_t number = field->number;

		if (map->entries[i].key == old && number >= range->begin && number <= range->end &&
			codec_free_number(codec, to, number, number, &number))
			return field;
	}
	return NULL;
}
