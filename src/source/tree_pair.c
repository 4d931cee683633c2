/*
 * The difference of two trees: both are walked together, skipping what has one id on both sides,
 * except links: an unchanged link may lead to a changed file.
 */
#include "source/index_file.h"
#include "source/tree.h"

#include <stdlib.h>

/* A tree that was searched for links, or a pair of them that was walked. */
struct seen {
	struct content_id id;  /* zeros: there is no old tree */
	struct content_id new; /* zeros: there is no new tree; equal to `id`: a shared tree, searched for links */
	bool has_link;         /* of a pair: or a difference. False: skip it under any other path */
	bool walked;
	struct seen *next; /* with the same hash */
};

/* The walk over two trees. */
struct pair_walk {
	struct source *old, *new;
	struct repository *repository;
	struct changes *changes;
	struct diags *diags;
	struct arena *scratch;
	struct arena *bytes; /* of the trees from the root to the one being searched for links */
	struct map seen;
	bool knows_plain; /* the trees of the index are in `seen` */
	bool found_link;  /* in the current tree or below it; in a pair: or a change */
	struct walk_count old_count, new_count; /* entries and paths only in new_count */
};

/* The entry of an item that is a contract; NULL: it is not, or with *ok false, an error. */
static const struct source_entry *pair_entry(struct pair_walk *walk, struct source *source,
	const struct tree_item *item, struct str path, bool *ok)
{
	const struct tree_item *file = item;
	struct source_entry *entry;
	enum link_end end;

	if (!item || !(item_is(item, MODE_FILE) || item_is(item, MODE_LINK)))
		return NULL;
	if (item_is(item, MODE_LINK)) {
		file = tree_resolve(source, path, &end, walk->diags);
		link_warn(source, path, end, walk->diags);
		*ok &= end != LINK_ERROR;
	}
	if (!file)
		return NULL;
	entry = NEW(source->arena, struct source_entry);
	*entry = tree_entry(path, file, item->mode);
	return entry;
}

static bool pair_file(struct pair_walk *walk, const struct tree_item *old,
	const struct tree_item *new, struct str folder)
{
	struct str name = old ? old->name : new->name, path;
	struct change change = { 0 };
	bool ok = true;

	if (!path_is_contract(name))
		return true;
	path = path_join(walk->repository->arena, folder, name);
	walk->found_link = true;
	if (!walk_path(walk->new, &walk->new_count, path, walk->diags) ||
		(old && !check_count(walk->old, walk->old_count.files++,
				walk->repository->options.max_files, walk->diags)) ||
		(new && !check_count(walk->new, walk->new_count.files++,
				walk->repository->options.max_files, walk->diags)))
		return false;
	change.path = path;
	change.old = pair_entry(walk, walk->old, old, path, &ok);
	change.new = pair_entry(walk, walk->new, new, path, &ok);
	if (!ok)
		return false;
	if (!change.old && !change.new)
		return true;
	if (change.old && change.new && old->mode == new->mode &&
		content_id_eq(&change.old->id, &change.new->id) &&
		(!item_is(old, MODE_LINK) || memcmp(old->id, new->id, GIT_OID_RAWSZ) == 0))
		return true;
	change.kind = !change.old ? CHANGE_ADDED : !change.new ? CHANGE_DELETED : CHANGE_MODIFIED;
	*vec_push(walk->repository->arena, &walk->changes->list) = change;
	if (change.old)
		blob_changed(walk->repository, &change.old->id);
	if (change.new)
		blob_changed(walk->repository, &change.new->id);
	return true;
}

/* A folder on the way of the search for links. */
struct step {
	const struct step *above; /* NULL: its name is a full path */
	struct str name;
};

static bool pair_walk(struct pair_walk *walk, const struct tree *old, const struct tree *new,
	struct str path, int depth);
static bool scan_links(
	struct pair_walk *walk, const uint8_t *id, const struct step *step, int depth);
static void note_plain(void *context, const uint8_t *id);

/* What is known of a tree, or of a pair (one may be missing). A new one counts as holding
 * something until the walk below it is over. */
static struct seen *seen_get(struct pair_walk *walk, const uint8_t *old, const uint8_t *new)
{
	struct content_id a = { 0 }, b = { 0 };
	struct seen *first, *seen;
	uint64_t key, other;
	void **slot;

	if (old)
		memcpy(a.bytes, old, sizeof a.bytes);
	if (new)
		memcpy(b.bytes, new, sizeof b.bytes);
	memcpy(&key, a.bytes, sizeof key);
	memcpy(&other, b.bytes, sizeof other);
	slot = map_put(&walk->seen, NULL, key ^ (other << 1 | other >> 63));
	first = *slot;
	for (seen = first; seen; seen = seen->next)
		if (content_id_eq(&seen->id, &a) && content_id_eq(&seen->new, &b))
			return seen;
	seen = NEW(walk->scratch, struct seen);
	*seen = (struct seen){ a, b, true, false, first };
	*slot = seen;
	return seen;
}

/* Adds the links of a folder that both sides share, since their targets may differ. */
static bool find_links(struct pair_walk *walk, const uint8_t *id, struct str path)
{
	struct step step = { NULL, path };

	walk->changes->trees_skipped++;
	if (!walk->knows_plain)
		index_plain_trees(walk->repository, walk->scratch, note_plain, walk);
	walk->knows_plain = true;
	return scan_links(walk, id, &step, 0);
}

static bool pair_folder(struct pair_walk *walk, const struct tree_item *old,
	const struct tree_item *new, struct str folder, int depth)
{
	struct str path = path_join(walk->repository->arena, folder, old ? old->name : new->name);
	const struct tree *old_tree = NULL, *new_tree = NULL;
	bool held = walk->found_link;
	struct seen *seen;

	if (!walk_path(walk->new, &walk->new_count, path, walk->diags))
		return false;
	if (old && new &&memcmp(old->id, new->id, GIT_OID_RAWSZ) == 0)
		return find_links(walk, old->id, path);
	seen = seen_get(walk, old ? old->id : NULL, new ? new->id : NULL);
	if (!seen->has_link)
		return true;
	if (old && !(old_tree = tree_get(walk->repository, old->id, path, walk->diags)))
		return false;
	if (new && !(new_tree = tree_get(walk->repository, new->id, path, walk->diags)))
		return false;
	walk->found_link = false;
	if (!pair_walk(walk, old_tree, new_tree, path, depth + 1))
		return false;
	seen->has_link = walk->found_link;
	walk->found_link |= held;
	return true;
}

static bool pair_items(struct pair_walk *walk, const struct tree_item *old,
	const struct tree_item *new, struct str path, int depth)
{
	if (item_is(old ? old : new, MODE_FOLDER))
		return pair_folder(walk, old, new, path, depth);
	/* An equal link may lead to a changed file, so links are always examined. */
	if (old && new && old->mode == new->mode && !item_is(old, MODE_LINK) &&
		memcmp(old->id, new->id, GIT_OID_RAWSZ) == 0)
		return true;
	return pair_file(walk, old, new, path);
}

static bool pair_walk(struct pair_walk *walk, const struct tree *old, const struct tree *new,
	struct str path, int depth)
{
	uint32_t i = 0, k = 0, n_old = old ? old->n : 0, n_new = new ? new->n : 0;

	if (depth > MAX_DEPTH || path.n > MAX_PATH_BYTES)
		return tree_fail_deep(walk->new, path, walk->diags);
	while (i < n_old || k < n_new) {
		const struct tree_item *a = i < n_old ? &old->items[i] : NULL;
		const struct tree_item *b = k < n_new ? &new->items[k] : NULL;
		int order = !a ? 1 : !b ? -1 : tree_item_order(a, b);

		i += order <= 0;
		k += order >= 0;
		if (!walk_entry(walk->new, &walk->new_count, walk->diags))
			return false;
		if (!pair_items(walk, order <= 0 ? a : NULL, order >= 0 ? b : NULL, path, depth))
			return false;
	}
	return true;
}

static struct str step_path(struct arena *arena, const struct step *step)
{
	struct str above;

	if (!step->above)
		return step->name;
	above = step_path(arena, step->above);
	return path_join(arena, above, step->name);
}

/* Handles an item of a tree that both sides share. */
static bool scan_item(
	struct pair_walk *walk, const struct tree_item *item, const struct step *step, int depth)
{
	struct arena *arena = walk->repository->arena;
	struct step below = { step, item->name };

	if (item_is(item, MODE_FOLDER))
		return scan_links(walk, item->id, &below, depth + 1);
	if (!path_is_contract(item->name))
		return true;
	return pair_file(walk, item, item, step_path(arena, step));
}

/* The same tree again, under another path: such trees are few, and cached. */
static bool scan_again(
	struct pair_walk *walk, const uint8_t *id, const struct step *step, int depth)
{
	const struct tree *tree = tree_get(walk->repository, id, step->name, walk->diags);

	walk->found_link = true;
	for (uint32_t i = 0; tree && i < tree->n; i++) {
		const struct tree_item *item = &tree->items[i];

		if (!walk_entry(walk->new, &walk->new_count, walk->diags) ||
			((item_is(item, MODE_FOLDER) || item_is(item, MODE_LINK)) &&
				!scan_item(walk, item, step, depth)))
			return false;
	}
	return tree != NULL;
}

/*
 * Looks for links to contracts below a tree that both sides share. This reads every tree of the
 * repository once, so it does not parse and cache them as tree_get does: only links and folders are
 * examined.
 */
static bool scan_links(
	struct pair_walk *walk, const uint8_t *id, const struct step *step, int depth)
{
	struct tree_item item;
	bool held = walk->found_link, ok = true;
	struct arena_mark mark;
	struct seen *seen;
	struct str rest;

	if (depth > MAX_DEPTH)
		return tree_fail_deep(
			walk->new, step_path(walk->repository->arena, step), walk->diags);
	seen = seen_get(walk, id, id);
	if (!seen->has_link)
		return true;
	if (seen->walked)
		return scan_again(walk, id, step, depth);
	/* A tree that a partial clone lacks is the same on both sides; only a fetch could show
	 * whether it has links. */
	if (repository_lacks(walk->repository, id)) {
		seen->has_link = false;
		return true;
	}
	mark = arena_mark(walk->bytes);
	if (!tree_read_unchecked(walk->repository, id, step->name, walk->bytes, &rest, walk->diags))
		return false;
	walk->found_link = false;
	while (ok && rest.n) {
		bool may = rest.p[0] == '4' || str_starts(rest, S("12"));

		ok = tree_take(&rest, &item);
		if (!ok)
			diag_malformed(walk->diags, id, step->name);
		else if (may && !str_eq(item.name, S(".git")))
			ok = scan_item(walk, &item, step, depth);
	}
	seen->has_link = walk->found_link;
	seen->walked = true;
	walk->found_link |= held;
	arena_rewind(walk->bytes, mark);
	return ok;
}

/* A tree that need not be read: the index shows that it has no links. */
static void note_plain(void *context, const uint8_t *id)
{
	struct pair_walk *walk = context;

	seen_get(walk, id, id)->has_link = false;
}

static int change_order(const void *left, const void *right)
{
	const struct change *a = left, *b = right;

	return str_cmp(a->path, b->path);
}

bool tree_is_comparable(const struct source *old, const struct source *new)
{
	const struct tree_source *a = old->impl, *b = new->impl;

	if (old->ops != &tree_ops || new->ops != &tree_ops)
		return false;
	return str_eq(old->top, new->top) && str_eq(a->repository->git_dir, b->repository->git_dir);
}

static bool walk_both(struct pair_walk *walk, const struct tree *old, const struct tree *new)
{
	bool ok;

	walk->scratch = arena_like(walk->new->arena);
	walk->bytes = arena_like(walk->new->arena);
	map_init(&walk->seen, walk->scratch);
	ok = pair_walk(walk, old, new, walk->new->top, 0);
	arena_free(walk->bytes);
	arena_free(walk->scratch);
	return ok;
}

bool tree_changes(
	struct source *old, struct source *new, struct changes *changes, struct diags *diags)
{
	struct tree *old_tree = tree_of_folder(old, old->top, diags);
	struct tree *new_tree = tree_of_folder(new, new->top, diags);
	struct tree_source *impl = new->impl;
	struct pair_walk walk = {
		.old = old,
		.new = new,
		.repository = impl->repository,
		.changes = changes,
		.diags = diags,
	};

	if (!old_tree || !new_tree)
		return false;
	changes->complete = true;
	if (old_tree != new_tree && !walk_both(&walk, old_tree, new_tree))
		return false;
	changes->trees_read = walk.repository->trees_read;
	if (changes->list.n)
		qsort(changes->list.items, changes->list.n, sizeof *changes->list.items,
			change_order);
	return true;
}
