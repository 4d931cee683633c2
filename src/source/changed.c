/*
 * Which contracts differ between two sources. This decides what is compiled, so it is exact.
 */
#include "source/tree.h"

#include <stdlib.h>

static void forget_ids(struct source *source)
{
	for (uint32_t i = 0; source->listed && i < source->list.entries.n; i++)
		source->list.entries.items[i].has_id = false;
}

static void hash_like(struct source *source, struct content_hashing hashing)
{
	if (source->hashing.blob == hashing.blob && source->hashing.seed == hashing.seed)
		return;
	source->hashing = hashing;
	forget_ids(source);
}

/* Makes the ids of both sides comparable. */
static void hash_alike(struct source *old, struct source *new)
{
	if (old->is_git != new->is_git)
		hash_like(old->is_git ? new : old, (struct content_hashing){ .blob = true });
	else if (!old->is_git)
		hash_like(new, old->hashing);
}

/* Compares files outside git by their bytes, since hashes of a stranger's bytes may collide. */
static bool bytes_differ(struct source *old, struct source_entry *a, struct source *new,
	struct source_entry *b, struct arena *scratch, bool *differ, struct diags *diags)
{
	struct arena_mark mark = arena_mark(scratch);
	struct str old_bytes, new_bytes;
	bool ok = source_read_for(old, READ_IDENTITY, a, scratch, &old_bytes, diags) &&
		  source_read_for(new, READ_IDENTITY, b, scratch, &new_bytes, diags);

	if (ok) {
		*differ = !str_eq(old_bytes, new_bytes);
		a->id = content_hash(old, old_bytes);
		b->id = *differ ? content_hash(new, new_bytes) : a->id;
		if (*differ && content_id_eq(&a->id, &b->id))
			b->id.bytes[sizeof b->id.bytes - 1] ^= 0x80;
	}
	a->has_id = b->has_id = ok;
	arena_rewind(scratch, mark);
	return ok;
}

/* Two lists, walked together. */
struct comparing {
	struct source *old, *new;
	struct changes *changes;
	struct diags *diags;
	struct arena *scratch;
};

/* Is only one of two files of one path a link, or do both lead to different paths? */
static bool leads_elsewhere(
	struct comparing *c, const struct source_entry *a, const struct source_entry *b)
{
	struct str old, new;

	if (!a->is_link || !b->is_link)
		return a->is_link != b->is_link;
	return !c->old->ops->follow(c->old, a, &old) || !c->new->ops->follow(c->new, b, &new) ||
	       !str_eq(old, new);
}

static bool compare_pair(
	struct comparing *c, struct source_entry *a, struct source_entry *b, bool *differ)
{
	*differ = leads_elsewhere(c, a, b);
	if (*differ)
		return true;
	if (!c->old->is_git && !c->new->is_git)
		return bytes_differ(c->old, a, c->new, b, c->scratch, differ, c->diags);
	if (!source_identify(c->old, a, c->diags) || !source_identify(c->new, b, c->diags))
		return false;
	*differ = !content_id_eq(&a->id, &b->id);
	return true;
}

static void push(struct comparing *c, enum change_kind kind, struct source_entry *old,
	struct source_entry *new)
{
	struct change *change = vec_push(c->new->arena, &c->changes->list);

	*change = (struct change){ old ? old->path : new->path, kind, old, new };
	if (old && c->old->ops->changed)
		c->old->ops->changed(c->old, old);
	if (new && c->new->ops->changed)
		c->new->ops->changed(c->new, new);
}

static bool compare_lists(
	struct comparing *c, const struct source_list *old, const struct source_list *new)
{
	uint32_t i = 0, k = 0;

	while (i < old->entries.n || k < new->entries.n) {
		struct source_entry *a = i < old->entries.n ? &old->entries.items[i] : NULL;
		struct source_entry *b = k < new->entries.n ? &new->entries.items[k] : NULL;
		int order = !a ? 1 : !b ? -1 : str_cmp(a->path, b->path);
		bool differ = false;

		i += order <= 0;
		k += order >= 0;
		if (order < 0)
			push(c, CHANGE_DELETED, a, NULL);
		else if (order > 0)
			push(c, CHANGE_ADDED, NULL, b);
		else if (!compare_pair(c, a, b, &differ))
			return false;
		if (differ)
			push(c, CHANGE_MODIFIED, a, b);
	}
	return true;
}

bool source_changes(
	struct source *old, struct source *new, struct changes *changes, struct diags *diags)
{
	struct comparing comparing = { old, new, changes, diags, NULL };
	const struct source_list *old_list, *new_list;
	bool is_empty = old->is_empty || new->is_empty, ok;

	*changes = (struct changes){ 0 };
	if (!is_empty && old->by_import_path != new->by_import_path)
		return true;
	if (tree_is_comparable(old, new))
		return tree_changes(old, new, changes, diags);
	changes->complete = true;
	if (!is_empty)
		hash_alike(old, new);
	old_list = source_files(old, diags);
	new_list = source_files(new, diags);
	if (!old_list || !new_list)
		return false;
	comparing.scratch = arena_like(new->arena);
	ok = compare_lists(&comparing, old_list, new_list);
	arena_free(comparing.scratch);
	return ok;
}

static int by_path(const void *key, const void *item)
{
	return str_cmp(*(const struct str *)key, ((const struct change *)item)->path);
}

const struct change *change_find(const struct changes *changes, struct str path)
{
	return changes->list.n ? bsearch(&path, changes->list.items, changes->list.n,
					 sizeof *changes->list.items, by_path)
			       : NULL;
}
