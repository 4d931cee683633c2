/*
 * Expands those collapsed folders of a sparse index that exist on disk.
 */
#include "source/index_file.h"

#include <errno.h>

enum { MAX_UNFOLDED = 1 << 22 }; /* entries */

struct unfolding {
	struct repository *repository;
	struct arena *arena;
	struct diags *diags;
	struct index_list {
		struct index_entry *items;
		uint32_t n, cap;
	} list;
};

static bool unfold(struct unfolding *u, const uint8_t *id, struct str path, int depth)
{
	const struct tree *tree = tree_get(u->repository, id, path, u->diags);

	if (!tree)
		return false;
	if (depth > MAX_DEPTH || path.n > MAX_PATH_BYTES || u->list.n > MAX_UNFOLDED) {
		diag_error(u->diags, NOWHERE,
			u->list.n > MAX_UNFOLDED
				? "the index has more than %d entries"
				: "folders are nested too deeply in the index: at most %d are read",
			u->list.n > MAX_UNFOLDED ? MAX_UNFOLDED : MAX_DEPTH);
		return false;
	}
	for (uint32_t i = 0; i < tree->n; i++) {
		const struct tree_item *item = &tree->items[i];
		struct str below = path_join(u->arena, path, item->name);

		if ((item->mode & MODE_TYPE) != MODE_FOLDER)
			*vec_push(u->arena, &u->list) =
				index_skipped_entry(u->arena, below, item->mode, item->id);
		else if (!unfold(u, item->id, below, depth + 1))
			return false;
	}
	return true;
}

/* FILE_ERROR: an error was added. */
static enum file_kind look(struct unfolding *u, struct str path)
{
	struct arena_mark mark = arena_mark(u->arena);
	struct str target;
	enum file_kind kind = beneath_look(u->repository->work_top, path, u->arena, &target);

	if (kind == FILE_ERROR)
		diag_error(u->diags, NOWHERE, "cannot read '" STR "': %s",
			ARG(path_printable(u->diags->arena, path)), read_reason(errno));
	arena_rewind(u->arena, mark);
	return kind;
}

bool index_unfold(struct repository *repository, struct arena *arena, struct index_file *index,
	struct diags *diags)
{
	struct unfolding u = { .repository = repository, .arena = arena, .diags = diags };
	bool any = false;

	for (uint32_t i = 0; i < index->n; i++) {
		const struct index_entry *entry = &index->entries[i];
		bool is_folder = (index_mode(entry) & MODE_TYPE) == MODE_FOLDER;
		enum file_kind kind = is_folder ? look(&u, entry->path) : FILE_NONE;

		if (kind == FILE_ERROR)
			return false;
		if (kind != FILE_NONE && !any) {
			any = true;
			for (uint32_t k = 0; k < i; k++)
				*vec_push(arena, &u.list) = index->entries[k];
		}
		if (kind == FILE_NONE && any)
			*vec_push(arena, &u.list) = *entry;
		else if (kind != FILE_NONE && !unfold(&u, index_id(entry), entry->path, 0))
			return false;
	}
	if (!any)
		return true;
	index_sort(u.list.items, u.list.n);
	index->entries = u.list.items;
	index->n = u.list.n;
	index->trees = S("");
	return true;
}
