#include "source/state.h"

#include <stdlib.h>

void states_init(struct states *states, struct repository *repository, struct diags *diags)
{
	*states = (struct states){ .repository = repository, .diags = diags };
	states->arena = arena_like(repository->arena);
	map_init(&states->known, states->arena);
}

void states_end(struct states *states)
{
	arena_free(states->arena);
}

/* What was found of a tree. */
struct state {
	struct content_id id;
	uint64_t value;
	struct state *next; /* with the same hash */
};

static bool tree_state(struct states *states, const uint8_t *id, int depth, uint64_t *value);

/* Adds one name of a tree to the hash; what has no contract adds nothing. */
static bool add_item(
	struct states *states, const struct tree_item *item, int depth, struct out *text)
{
	uint64_t below;

	if ((item->mode & MODE_TYPE) == MODE_FOLDER) {
		if (str_eq(item->name, S(".git")))
			return true;
		if (!tree_state(states, item->id, depth + 1, &below))
			return false;
		if (!below)
			return true;
		out_str(text, S("D"));
		out_str(text, (struct str){ (const char *)&below, sizeof below });
	} else if (str_ends(item->name, S(".proto")) &&
		   ((item->mode & MODE_TYPE) == MODE_FILE ||
			   (item->mode & MODE_TYPE) == MODE_LINK)) {
		out_str(text, (item->mode & MODE_TYPE) == MODE_LINK ? S("L") : S("F"));
		out_str(text, (struct str){ (const char *)item->id, GIT_OID_RAWSZ });
	} else {
		return true;
	}
	out_str(text, item->name);
	out_char(text, '\0');
	return true;
}

static bool tree_state(struct states *states, const uint8_t *id, int depth, uint64_t *value)
{
	struct arena *scratch;
	struct state *known, *state;
	struct tree_item item;
	struct str rest, hashed;
	struct out *text;
	bool ok = depth < MAX_DEPTH;
	uint64_t key;

	memcpy(&key, id, sizeof key);
	known = map_get(&states->known, NULL, key);
	for (state = known; state; state = state->next)
		if (memcmp(state->id.bytes, id, sizeof state->id.bytes) == 0) {
			*value = state->value;
			return true;
		}
	scratch = arena_like(states->arena);
	text = out_memory(scratch);
	ok = ok &&
	     tree_read_unchecked(states->repository, id, S(""), scratch, &rest, states->diags);
	while (ok && rest.n) {
		ok = tree_take(&rest, &item);
		if (!ok)
			diag_malformed(states->diags, id, S(""));
		ok = ok && add_item(states, &item, depth, text);
	}
	if (ok) {
		state = NEW(states->arena, struct state);
		memcpy(state->id.bytes, id, sizeof state->id.bytes);
		hashed = out_text(text);
		*value = state->value = hashed.n ? str_xxh64(hashed) | 1 : 0;
		state->next = known;
		*map_put(&states->known, NULL, key) = state;
	}
	arena_free(scratch);
	return ok;
}

/* The tree at `top`; false: there is none, or with an error it cannot be read. */
static bool find_top(struct states *states, const struct content_id *root, struct str top,
	struct content_id *found)
{
	struct str name;

	*found = *root;
	while (str_cut(&top, '/', &name)) {
		const struct tree *tree;
		const struct tree_item *item;

		if (!name.n)
			continue;
		tree = tree_get(states->repository, found->bytes, S(""), states->diags);
		item = tree ? tree_item_find(tree, name) : NULL;
		if (!item || (item->mode & MODE_TYPE) != MODE_FOLDER)
			return false;
		memcpy(found->bytes, item->id, sizeof found->bytes);
	}
	return true;
}

bool states_of(
	struct states *states, const struct content_id *tree, struct str top, uint64_t *value)
{
	uint32_t errors = states->diags->n_errors;
	struct content_id root;

	*value = 0;
	if (!find_top(states, tree, top, &root))
		return states->diags->n_errors == errors;
	return tree_state(states, root.bytes, 0, value);
}
