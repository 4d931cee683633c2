#include "proto/roots.h"

struct root_finder {
	struct arena *arena;
	struct intern *names;
	const struct compile_side *side;
	struct diags *diags;
	VEC(struct str) inferred; /* folders below the top, in no order */
	/* Contracts by base name: interned name .p → struct holder *; made when a plain look-up
	 * fails. */
	struct map by_name;
	bool indexed;
	struct map warned; /* import paths that two files have, and that were warned of */
};

struct holder {
	const struct source_entry *entry;
	struct holder *next;
};

struct root_finder *root_finder_new(struct arena *arena, struct intern *names,
	const struct compile_side *side, struct diags *diags)
{
	struct root_finder *finder = NEW(arena, struct root_finder);

	finder->arena = arena;
	finder->names = names;
	finder->side = side;
	finder->diags = diags;
	map_init(&finder->by_name, arena);
	map_init(&finder->warned, arena);
	return finder;
}

/* Number of leading components that two paths share. */
static size_t shared_components(struct str a, struct str b)
{
	size_t n = 0, shared = 0;

	while (n < a.n && n < b.n && a.p[n] == b.p[n]) {
		if (a.p[n] == '/')
			shared++;
		n++;
	}
	return shared;
}

static void index_contracts(struct root_finder *finder)
{
	const struct source_list *list;

	if (finder->indexed)
		return;
	finder->indexed = true;
	list = source_files(finder->side->source, finder->diags);
	for (uint32_t i = 0; list && i < list->entries.n; i++) {
		const struct source_entry *entry = &list->entries.items[i];
		void **slot = map_put(
			&finder->by_name, intern(finder->names, path_base(entry->path)).p, 0);
		struct holder *holder = NEW(finder->arena, struct holder);

		holder->entry = entry;
		holder->next = *slot;
		*slot = holder;
	}
}

/* Is `path` the suffix, or does it end with it as whole components? */
static bool has_suffix(struct str path, struct str suffix)
{
	return str_ends(path, suffix) &&
	       (path.n == suffix.n || path.p[path.n - suffix.n - 1] == '/');
}

/* Are two entries one file under two names? */
static bool is_same_file(
	struct root_finder *finder, const struct source_entry *a, const struct source_entry *b)
{
	const struct source_entry *x = source_target(finder->side->source, a);
	const struct source_entry *y = source_target(finder->side->source, b);

	return (x || y) && str_eq((x ? x : a)->path, (y ? y : b)->path);
}

/* Of the contracts whose path ends with `suffix`, of which there are *count, the one that shares
 * most of its path with the importer. */
static const struct source_entry *nearest_holder(
	struct root_finder *finder, struct str importer, struct str suffix, unsigned *count)
{
	const struct source_entry *best = NULL;
	size_t best_shared = 0;
	struct holder *holder;

	index_contracts(finder);
	*count = 0;
	holder = map_get(&finder->by_name, intern(finder->names, path_base(suffix)).p, 0);
	for (; holder; holder = holder->next) {
		size_t shared;

		if (!has_suffix(holder->entry->path, suffix))
			continue;
		*count += !best || !is_same_file(finder, best, holder->entry);
		shared = shared_components(holder->entry->path, importer);
		/* Of equals the first by path, whatever the order of the list. */
		if (!best || shared > best_shared ||
			(shared == best_shared && str_cmp(holder->entry->path, best->path) < 0)) {
			best = holder->entry;
			best_shared = shared;
		}
	}
	return best;
}

static void add_inferred(struct root_finder *finder, struct str root)
{
	for (uint32_t i = 0; i < finder->inferred.n; i++)
		if (str_eq(finder->inferred.items[i], root))
			return;
	*vec_push(finder->arena, &finder->inferred) = root;
}

static const struct source_entry *find_at(
	struct root_finder *finder, struct str folder, struct str import)
{
	return source_find(finder->side->source, path_join(finder->arena, folder, import));
}

static const struct source_entry *find_declared(
	struct root_finder *finder, struct str importer, struct str import)
{
	const struct roots *roots = &finder->side->roots;
	const struct source_entry *best = NULL, *other = NULL;

	for (uint32_t i = 0; i < roots->declared.n; i++) {
		const struct source_entry *entry =
			find_at(finder, roots->declared.items[i], import);

		if (!entry || (best && str_eq(entry->path, best->path)))
			continue;
		if (!best || shared_components(entry->path, importer) >
				     shared_components(best->path, importer)) {
			other = best;
			best = entry;
		} else {
			other = entry;
		}
	}
	if (best && other && !is_same_file(finder, best, other)) {
		void **slot = map_put(&finder->warned, import.p, 0);

		if (!*slot) {
			*slot = (void *)best;
			diag_warning(finder->diags, NOWHERE,
				"two files have the import path '" STR "': '" STR "' and '" STR "'",
				ARG(import), ARG(best->path), ARG(other->path));
			diag_help(finder->diags,
				"the one that shares most of its path with the importer is used");
		}
	}
	return best;
}

/* Leaves out leading folders of the import until exactly one file fits: importers may begin with
 * the name of the repository. */
static const struct source_entry *find_shortened(
	struct root_finder *finder, struct str importer, struct str import)
{
	for (;;) {
		size_t slash = str_find(import, '/');
		const struct source_entry *entry;
		unsigned count;

		if (slash >= import.n)
			return NULL;
		import = str_from(import, slash + 1);
		entry = nearest_holder(finder, importer, import, &count);
		if (count == 1)
			return entry;
		if (count > 1)
			return NULL;
	}
}

/*
 * A copy of a built-in file, in a folder around the importer or in a known root. Elsewhere the
 * built-in file serves as well, so that the tree need not be listed.
 */
static const struct source_entry *find_copy(
	struct root_finder *finder, struct str importer, struct str import)
{
	struct str top = finder->side->source->top;

	for (struct str folder = path_parent(importer); folder.n > top.n;
		folder = path_parent(folder)) {
		const struct source_entry *entry = find_at(finder, folder, import);

		if (entry) {
			add_inferred(finder, folder);
			return entry;
		}
	}
	for (uint32_t i = 0; i < finder->inferred.n; i++) {
		const struct source_entry *entry =
			find_at(finder, finder->inferred.items[i], import);

		if (entry)
			return entry;
	}
	return NULL;
}

static const struct source_entry *find_builtin(const struct root_finder *finder, struct str import)
{
	return finder->side->source->builtin ? source_find(finder->side->source->builtin, import)
					     : NULL;
}

/* In the innermost declared root that holds the importer. */
static const struct source_entry *find_in_own_root(
	struct root_finder *finder, struct str importer, struct str import)
{
	const struct roots *roots = &finder->side->roots;
	const struct str *root = NULL;

	for (uint32_t i = 0; i < roots->declared.n; i++)
		if (path_under(importer, roots->declared.items[i]) &&
			(!root || roots->declared.items[i].n > root->n))
			root = &roots->declared.items[i];
	return root ? find_at(finder, *root, import) : NULL;
}

static const struct source_entry *find_inferred(
	struct root_finder *finder, struct str importer, struct str import)
{
	const struct source_entry *entry = find_in_own_root(finder, importer, import);
	unsigned count;

	if (!entry)
		entry = find_at(finder, finder->side->source->top, import);
	if (entry)
		return entry;
	if (find_builtin(finder, import))
		return find_copy(finder, importer, import);
	entry = nearest_holder(finder, importer, import, &count);
	if (entry)
		add_inferred(finder,
			str_head(entry->path,
				entry->path.n > import.n ? entry->path.n - import.n - 1 : 0));
	return entry;
}

const struct source_entry *root_find(
	struct root_finder *finder, struct str importer, struct str import, struct source **source)
{
	struct source *own = finder->side->source;
	const struct source_entry *entry;

	*source = own;
	if (own->by_import_path)
		entry = source_find(own, import);
	else if (!finder->side->roots.inferred)
		entry = find_declared(finder, importer, import);
	else
		entry = find_inferred(finder, importer, import);
	if (entry)
		return entry;
	entry = find_builtin(finder, import);
	if (entry) {
		*source = own->builtin;
		return entry;
	}
	if (!own->builtin || own->by_import_path || !finder->side->roots.inferred)
		return NULL;
	entry = find_at(finder, path_parent(importer), import);
	return entry ? entry : find_shortened(finder, importer, import);
}

bool roots_hold(const struct roots *roots, struct str path)
{
	bool under = roots->inferred;

	for (uint32_t i = 0; i < roots->declared.n && !under; i++)
		under = path_under(path, roots->declared.items[i]);
	for (uint32_t i = 0; i < roots->excluded.n && under; i++)
		under = !path_under(path, roots->excluded.items[i]);
	return under;
}

bool root_owns(const struct root_finder *finder, struct str path)
{
	return roots_hold(&finder->side->roots, path);
}

struct str root_import_path(const struct root_finder *finder, struct str path)
{
	const struct roots *roots = &finder->side->roots;
	struct str root = finder->side->source->top;
	bool declared;

	if (finder->side->source->by_import_path)
		return path;
	for (uint32_t i = 0; i < roots->declared.n; i++)
		if (path_under(path, roots->declared.items[i]) &&
			roots->declared.items[i].n > root.n)
			root = roots->declared.items[i];
	declared = root.n > finder->side->source->top.n;
	/* Roots are not inferred for a file below a declared one. */
	for (uint32_t i = 0; i < finder->inferred.n && !declared; i++)
		if (path_under(path, finder->inferred.items[i]) &&
			finder->inferred.items[i].n > root.n)
			root = finder->inferred.items[i];
	return root.n && path_under(path, root) && path.n > root.n ? str_from(path, root.n + 1)
								   : path;
}
