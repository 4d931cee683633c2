/* What bytes say, for people who look at a record. */
#include "proof/value.h"

/* Of the entries of one key the last one counts. */
static void keep_last_entries(struct arena *arena, struct slot *slot)
{
	struct map seen;
	uint32_t n = 0;

	map_init(&seen, arena);
	for (uint32_t i = 0; i < slot->items.n; i++) {
		const struct tree *entry = slot->items.items[i].m;
		const struct field *key = entry_key(slot->field);
		const struct slot *written = tree_slot(entry, key);
		struct datum datum = written ? written->items.items[0] : field_default(key);
		uint64_t bits = is_text(key) ? 0 : number_bits(datum.n);
		struct str text =
			is_text(key) ? datum.s : (struct str){ (char *)&bits, sizeof bits };
		void **at = map_put(&seen, NULL, str_xxh64(text));

		if (!*at) {
			slot->items.items[n++] = slot->items.items[i];
			*at = (void *)(uintptr_t)n;
		} else {
			slot->items.items[(uintptr_t)*at - 1] = slot->items.items[i];
		}
	}
	slot->items.n = n;
}

/* At any depth; messages are nested at most MOST_DEPTH deep. */
static void drop_doubles(struct arena *arena, struct tree *tree)
{
	for (uint32_t i = 0; i < tree->slots.n; i++) {
		struct slot *slot = &tree->slots.items[i];

		if (slot->field->is_map)
			keep_last_entries(arena, slot);
		for (uint32_t k = 0; is_message(slot->field) && k < slot->items.n; k++)
			if (slot->items.items[k].m)
				drop_doubles(arena, slot->items.items[k].m);
	}
}

static bool refused(const struct refusal *refusal, struct str bytes, struct arena *arena,
	struct decoded *decoded)
{
	const char *begin = bytes.p ? bytes.p : "";

	decoded->offset = refusal->at ? (size_t)(refusal->at - begin) : bytes.n;
	decoded->error = refusal->wrong ? str_dup(arena, str_of(refusal->wrong)) : refusal->why;
	return false;
}

bool codec_decode(
	struct codec *codec, const struct message *type, struct str bytes, struct decoded *decoded)
{
	enum { MOST_STEPS = 100 * 1000 * 1000 };
	const struct lens lens = { .codec = codec, .side = NEW, .other_side = -1 };
	struct arena *arena = codec->arena;
	struct out *text = out_memory(arena), *unknown = out_memory(arena);
	struct refusal refusal;
	struct tree *tree, rest = { 0 };

	*decoded = (struct decoded){ 0 };
	codec->steps = MOST_STEPS;
	if (!wire_read(&lens, type, bytes, arena, &tree, &refusal))
		return refused(&refusal, bytes, arena, decoded);
	drop_doubles(arena, tree);
	text_write(codec, text, tree);
	decoded->text = out_text(text);
	rest.unknown.items = tree->unknown.items;
	rest.unknown.n = decoded->n_unknown = tree->unknown.n;
	text_write(codec, unknown, &rest);
	decoded->unknown = out_text(unknown);
	if (!json_write(codec, arena, tree, &decoded->json))
		decoded->json = (struct str){ 0 };
	return true;
}
