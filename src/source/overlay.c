/* A source with some files replaced or added: what a side would be with an edit. */
#include "source/private.h"

struct overlay {
	struct source *below;
	struct source_entry *entries; /* of the files on top, sorted; `private` is the index */
	const struct memory_file *files;
	uint32_t n;
};

/* The file on top at a path; NULL: the one below counts. */
static const struct source_entry *find_on_top(const struct overlay *overlay, struct str path)
{
	for (uint32_t i = 0; i < overlay->n; i++)
		if (str_eq(overlay->entries[i].path, path))
			return &overlay->entries[i];
	return NULL;
}

/* The bytes on top of an entry of any kind, or of a link's target; NULL: there are none. */
static const struct str *bytes_on_top(struct source *source, const struct source_entry *entry)
{
	const struct overlay *overlay = source->impl;
	const struct source_entry *top = find_on_top(overlay, entry->path);
	struct str target;

	if (!top && entry->is_link && overlay->below->ops->follow &&
		overlay->below->ops->follow(overlay->below, entry, &target))
		top = find_on_top(overlay, target);
	return top ? &overlay->files[top->private].bytes : NULL;
}

static bool overlay_list(struct source *source, struct source_list *list, struct diags *diags)
{
	const struct overlay *overlay = source->impl;
	const struct source_list *below = source_files(overlay->below, diags);

	for (uint32_t i = 0; below && i < below->entries.n; i++)
		if (!find_on_top(overlay, below->entries.items[i].path))
			*vec_push(source->arena, &list->entries) = below->entries.items[i];
	for (uint32_t i = 0; below && i < overlay->n; i++)
		if (path_is_contract(overlay->entries[i].path))
			*vec_push(source->arena, &list->entries) = overlay->entries[i];
	return below != NULL;
}

static const struct source_entry *overlay_find(struct source *source, struct str path)
{
	const struct overlay *overlay = source->impl;
	const struct source_entry *top = find_on_top(overlay, path);

	return top ? top : source_find(overlay->below, path);
}

static const char *overlay_obstacle(struct source *source, struct str path)
{
	return source_obstacle(((const struct overlay *)source->impl)->below, path);
}

static bool overlay_read(struct source *source, const struct source_entry *entry,
	struct arena *arena, struct str *bytes, struct diags *diags)
{
	const struct overlay *overlay = source->impl;
	const struct str *top = bytes_on_top(source, entry);

	if (!top)
		return source_read(overlay->below, entry, arena, bytes, diags);
	*bytes = *top;
	return true;
}

static uint64_t overlay_position(struct source *source, const struct source_entry *entry)
{
	const struct overlay *overlay = source->impl;

	if (!overlay->below->ops->position || bytes_on_top(source, entry))
		return 0;
	return overlay->below->ops->position(overlay->below, entry);
}

static bool overlay_identify(struct source *source, struct source_entry *entry, struct diags *diags)
{
	const struct overlay *overlay = source->impl;
	const struct str *top = bytes_on_top(source, entry);

	if (!top)
		return source_identify(overlay->below, entry, diags);
	entry->id = content_hash(source, *top);
	entry->has_id = true;
	return true;
}

static bool overlay_follow(struct source *source, const struct source_entry *link, struct str *file)
{
	const struct overlay *overlay = source->impl;

	return overlay->below->ops->follow &&
	       overlay->below->ops->follow(overlay->below, link, file);
}

static bool overlay_has_contract(struct source *source, struct str folder, struct diags *diags)
{
	const struct overlay *overlay = source->impl;

	for (uint32_t i = 0; i < overlay->n; i++)
		if (path_is_contract(overlay->entries[i].path) &&
			path_under(overlay->entries[i].path, folder))
			return true;
	return source_has_contract(overlay->below, folder, diags);
}

static void overlay_changed(struct source *source, const struct source_entry *entry)
{
	const struct overlay *overlay = source->impl;

	if (overlay->below->ops->changed && !bytes_on_top(source, entry))
		overlay->below->ops->changed(overlay->below, entry);
}

static bool overlay_lacks(struct source *source, const struct source_entry *entry)
{
	const struct overlay *overlay = source->impl;

	return !(entry && bytes_on_top(source, entry)) && source_lacks(overlay->below, entry);
}

static const struct source_ops overlay_ops = {
	.list = overlay_list,
	.find = overlay_find,
	.obstacle = overlay_obstacle,
	.read = overlay_read,
	.position = overlay_position,
	.identify = overlay_identify,
	.follow = overlay_follow,
	.has_contract = overlay_has_contract,
	.lacks = overlay_lacks,
	.changed = overlay_changed,
};

struct source *source_overlay(
	struct arena *arena, struct source *below, const struct memory_file *files, size_t n)
{
	struct overlay *overlay = NEW(arena, struct overlay);
	struct source *source = source_new(arena, &overlay_ops, overlay);

	source->is_git = below->is_git;
	source->is_index = below->is_index;
	source->is_on_disk = below->is_on_disk;
	source->is_empty = below->is_empty && !n;
	source->by_import_path = below->by_import_path;
	source->by_message = below->by_message;
	source->builtin = below->builtin;
	source->name = below->name;
	source->side = below->side;
	source->top = below->top;
	source->prefix = below->prefix;
	source->folder = below->folder;
	source->hashing = below->hashing;
	overlay->below = source->below = below;
	overlay->entries = NEW_ARRAY(arena, n, struct source_entry);
	overlay->files = files;
	overlay->n = (uint32_t)n;
	for (size_t i = 0; i < n; i++)
		overlay->entries[i] = (struct source_entry){ .path = files[i].path, .private = i };
	return source;
}
