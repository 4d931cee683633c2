#include "focus.h"

#include "version_steps.h"

enum {
	LARGE_TREE = 1000, /* contracts; in a smaller one reading everything takes no time */
	SMALL_CHANGE = 20, /* contracts */
	SMALL_PART = 10,   /* the folders hold at most one in so many contracts of the tree */
};

struct focusing {
	struct breakwater_run *run;
	const struct versions *versions;
	struct map *folders; /* (NULL, hash of the folder) */
};

static struct str folder_of(struct str path)
{
	size_t slash = str_rfind(path, '/');

	return str_head(path, slash < path.n ? slash : 0);
}

static void add_folder(struct focusing *f, struct str path)
{
	*map_put(f->folders, NULL, str_hash(folder_of(path))) = f;
}

static bool in_folders(const struct focusing *f, struct str path)
{
	return map_get(f->folders, NULL, str_hash(folder_of(path))) != NULL;
}

/* The changed files, and others that were compiled since they import one. */
static void add_change(struct focusing *f)
{
	const struct changes *changes = &f->run->changes;
	const struct schema *new = &f->run->schemas[NEW];

	for (uint32_t i = 0; i < changes->list.n; i++)
		add_folder(f, changes->list.items[i].path);
	for (uint32_t i = 0; i < new->files.n; i++) {
		const struct file *file = new->files.items[i].file;

		for (uint32_t k = 0; !file->is_builtin && k < file->imports.n; k++)
			if (file->imports.items[k].file &&
				change_find(changes, file->imports.items[k].file->text->path))
				add_folder(f, file->text->path);
	}
}

/* What differs from a version that is not before BASE is new, wherever it is. */
static void add_all(struct focusing *f, const struct changes *changes)
{
	for (uint32_t i = 0; i < changes->list.n; i++)
		add_folder(f, changes->list.items[i].path);
}

/* Files of the folders that the step brought: where may they have come from? */
static void add_origins(struct focusing *f, const struct changes *changes)
{
	struct map bases;

	map_init(&bases, f->run->arena);
	for (uint32_t i = 0; i < changes->list.n; i++)
		if (!changes->list.items[i].old && in_folders(f, changes->list.items[i].path))
			*map_put(&bases, NULL, str_hash(path_base(changes->list.items[i].path))) =
				f;
	for (uint32_t i = 0; bases.n && i < changes->list.n; i++) {
		struct str path = changes->list.items[i].path;

		if (!changes->list.items[i].new &&map_get(&bases, NULL, str_hash(path_base(path))))
			add_folder(f, path);
	}
}

static bool compare_with(struct focusing *f, struct source *old, struct source *new,
	void (*add)(struct focusing *f, const struct changes *changes))
{
	struct changes changes = { 0 };

	if (!old || !new)
		return true;
	if (!source_changes(old, new, &changes, &f->run->diags))
		return false;
	add(f, &changes);
	return true;
}

/* From the new side back to the first version. */
static bool walk_back(struct focusing *f)
{
	struct breakwater_run *run = f->run;
	struct source *first = run->sides[NEW].source, *newer = first, *source = NULL;
	bool ok = true;

	for (uint32_t i = f->versions->list.n; ok && i-- > 0;) {
		const struct version *version = &f->versions->list.items[i];

		ok = version_source(run, f->versions, version, &source) &&
		     (version->before_base || version->is_base ||
			     compare_with(f, source, first, add_all)) &&
		     compare_with(f, source, newer, add_origins);
		if (newer && newer != first)
			source_close(newer);
		newer = source;
	}
	if (newer && newer != first)
		source_close(newer);
	return ok;
}

static bool is_small_part(const struct focusing *f, const struct source_list *list)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < list->entries.n; i++)
		n += in_folders(f, list->entries.items[i].path);
	return n <= list->entries.n / SMALL_PART;
}

bool focus_find(
	struct breakwater_run *run, const struct versions *versions, struct report_scope *scope)
{
	struct focusing f = { .run = run, .versions = versions };
	const struct source_list *list;

	if (run->options->all || !run->changes.complete || !run->changes.list.n ||
		run->changes.list.n > SMALL_CHANGE)
		return true;
	list = source_files(run->sides[NEW].source, &run->diags);
	if (!list)
		return false;
	if (list->entries.n <= LARGE_TREE)
		return true;
	f.folders = NEW(run->arena, struct map);
	map_init(f.folders, run->arena);
	add_change(&f);
	if (!walk_back(&f))
		return false;
	if (is_small_part(&f, list))
		scope->folders = f.folders;
	return true;
}
