#include "request.h"

/* The folder relative to which `path` is `name`; absent: there is none. */
static struct str folder_of(struct str path, struct str name)
{
	if (str_eq(path, name))
		return S("");
	if (path.n > name.n + 1 && str_ends(path, name) && path.p[path.n - name.n - 1] == '/')
		return str_head(path, path.n - name.n - 1);
	return (struct str){ NULL, 0 };
}

static size_t depth_of(struct str folder)
{
	size_t depth = folder.n > 0;

	for (size_t i = 0; i < folder.n; i++)
		depth += folder.p[i] == '/';
	return depth;
}

/* The root, nearest to the top, under which the old side has the file; absent: none. */
static struct str find_root(const struct side *old, const struct source_list *list, struct str name,
	struct diags *diags)
{
	struct str best = { NULL, 0 }, second = { NULL, 0 };

	for (uint32_t i = 0; i < list->entries.n; i++) {
		struct str path = list->entries.items[i].path;
		struct str folder = folder_of(path_below(path, old->source->top), name);

		if (!folder.p)
			continue;
		if (!best.p || depth_of(folder) < depth_of(best)) {
			second = best;
			best = folder;
		} else {
			second = folder;
		}
	}
	if (best.p && second.p && depth_of(best) == depth_of(second)) {
		diag_warning(diags, NOWHERE,
			"'" STR "' is in several folders of " STR ": the one in '" STR "' is used",
			ARG(name), ARG(old->source->name), ARG(best));
		diag_help(diags, "name the import root: against=REV:FOLDER");
	}
	return best;
}

static void add_root(struct arena *arena, struct roots *roots, struct str root)
{
	for (uint32_t i = 0; i < roots->declared.n; i++)
		if (str_eq(roots->declared.items[i], root))
			return;
	*vec_push(arena, &roots->declared) = root;
}

void request_find_roots(struct arena *arena, const struct breakwater_list *files, struct side *old,
	struct diags *diags)
{
	const struct source_list *list;

	if (!old->roots.inferred || old->source->by_import_path)
		return;
	list = source_files(old->source, diags);
	for (size_t i = 0; list && i < files->n; i++) {
		struct str root = find_root(old, list, str_of(files->items[i]), diags);

		if (root.p)
			add_root(arena, &old->roots, path_join(arena, old->source->top, root));
	}
	old->roots.inferred = old->roots.declared.n == 0;
}
