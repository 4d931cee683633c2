/*
 * What is at a path of the index or of the working tree.
 */
#include "base/open.h"
#include "source/work.h"

#include <errno.h>
#include <unistd.h>

/* The collapsed folder of a sparse index that the path is in; NULL: none. */
static const struct index_entry *sparse_folder(const struct work *work, struct str path)
{
	for (size_t slash = str_rfind(path, '/'); slash < path.n; slash = str_rfind(path, '/')) {
		const struct index_entry *entry;

		path = str_head(path, slash);
		entry = index_find(&work->index, path);
		if (entry && (index_mode(entry) & MODE_TYPE) == MODE_FOLDER)
			return entry;
	}
	return NULL;
}

static bool sparse_item(
	struct work *work, struct str path, struct work_item *item, struct diags *diags)
{
	const struct index_entry *folder = sparse_folder(work, path);
	const struct tree_item *found = NULL;
	struct str rest, part;

	if (!folder)
		return false;
	rest = str_from(path, folder->path.n + 1);
	item->id = index_id(folder);
	item->skipped = true;
	while (str_cut(&rest, '/', &part)) {
		const struct tree *tree =
			found && (found->mode & MODE_TYPE) != MODE_FOLDER
				? NULL
				: tree_get(work->repository, item->id, path, diags);

		found = tree ? tree_item_find(tree, part) : NULL;
		if (!found)
			return false;
		item->id = found->id;
	}
	item->mode = found->mode;
	return true;
}

/* Finds a path in the index; folders too. */
static bool index_item(
	struct work *work, struct str path, struct work_item *item, struct diags *diags)
{
	const struct index_entry *entry = index_find(&work->index, path);

	*item = (struct work_item){ 0 };
	if (entry) {
		if (index_stage(entry) || index_is_intent(entry))
			return false;
		item->mode = index_mode(entry);
		item->id = index_id(entry);
		item->skipped = index_is_skipped(entry) || index_is_assumed(entry);
		return true;
	}
	if (index_find_below(&work->index, path)) {
		item->mode = MODE_FOLDER;
		return true;
	}
	return sparse_item(work, path, item, diags);
}

bool work_is_kept(const struct work *work, const struct index_entry *entry)
{
	bool looks = work->repository->sparse.is_on && !work->repository->sparse.expects_more;

	return index_is_assumed(entry) || (index_is_skipped(entry) && !looks);
}

bool work_is_link_in_file(const struct work *work, const struct index_entry *entry)
{
	return entry && work->repository->no_links && (index_mode(entry) & MODE_TYPE) == MODE_LINK;
}

static enum file_kind read_target(struct source *source, struct str path, struct arena *arena,
	struct str *target, struct diags *diags)
{
	const struct work *work = source->impl;
	int fd = beneath_open_file(work->repository->work_top, path), error = errno;
	bool ok = fd >= 0 && file_bytes(fd, MAX_PATH_BYTES, arena, target);

	if (fd >= 0) {
		error = errno;
		close(fd);
	}
	if (!ok)
		diag_unreadable(source, path, error, diags);
	return ok ? FILE_LINK : FILE_ERROR;
}

enum file_kind work_look(void *context, struct str path, struct arena *arena, struct str *target)
{
	struct work_world *world = context;
	struct work *work = world->source->impl;
	uint32_t errors = world->diags->n_errors;
	const struct index_entry *entry = work->on_disk ? index_find(&work->index, path) : NULL;

	world->last_from_index = false;
	if (work->on_disk && !(entry && work_is_kept(work, entry))) {
		enum file_kind kind = beneath_look(work->repository->work_top, path, arena, target);

		if (kind == FILE_ERROR)
			diag_unreadable(world->source, path, errno, world->diags);
		if (kind == FILE_REGULAR && work_is_link_in_file(work, entry))
			return read_target(world->source, path, arena, target, world->diags);
		if (kind != FILE_NONE)
			return kind;
	}
	if (!index_item(work, path, &world->last, world->diags) ||
		(work->on_disk && !world->last.skipped &&
			(world->last.mode & MODE_TYPE) != MODE_FOLDER))
		return world->diags->n_errors > errors ? FILE_ERROR : FILE_NONE;
	world->last_from_index = true;
	switch (world->last.mode & MODE_TYPE) {
	case MODE_FOLDER:
		return FILE_FOLDER;
	case MODE_FILE:
		return FILE_REGULAR;
	case MODE_LINK:
		return link_target(work->repository, world->last.id, world->source, path, arena,
			       target, world->diags)
			       ? FILE_LINK
			       : FILE_ERROR;
	default:
		return FILE_NONE;
	}
}

void work_set_file(struct source *source, struct source_entry *entry, struct str path,
	const struct work_item *from_index)
{
	struct work_file *file = NEW(source->arena, struct work_file);

	file->path = path;
	file->from_index = from_index != NULL;
	if (from_index) {
		memcpy(entry->id.bytes, from_index->id, sizeof entry->id.bytes);
		entry->has_id = true;
	}
	entry->private = (uint64_t)(uintptr_t)file;
}

enum link_end work_resolve_link(
	struct source *source, struct str path, struct source_entry *entry, struct diags *diags)
{
	struct work_world context = { .source = source, .diags = diags };
	struct link_world world = { work_look, &context };
	struct str file;
	enum link_end end = symlink_resolve(&world, source->arena, path, &file);

	*entry = (struct source_entry){ .path = path, .is_link = true };
	/* An ignored file is in no commit, so there the link would dangle. */
	if (end == LINK_FILE && !context.last_from_index &&
		((const struct work *)source->impl)->on_disk && !work_has(source, file))
		end = LINK_IGNORED;
	if (end == LINK_FILE)
		work_set_file(source, entry, file, context.last_from_index ? &context.last : NULL);
	return end;
}
