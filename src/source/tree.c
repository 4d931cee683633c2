/*
 * The source of a tree of the object database.
 */
#include "source/tree.h"

struct found {
	struct str path;
	const struct source_entry *entry; /* NULL: not there */
	struct found *next;
};

/* The item at a path of the repository, without following links; NULL: none, or an error. */
static const struct tree_item *tree_walk_to(struct repository *repository, const struct tree *tree,
	struct str path, struct diags *diags)
{
	const struct tree_item *item = NULL;
	struct str rest = path, part;

	while (str_cut(&rest, '/', &part)) {
		if (item) {
			struct str above = str_head(path, (size_t)(part.p - path.p) - 1);

			tree = item_is(item, MODE_FOLDER)
				       ? tree_get(repository, item->id, above, diags)
				       : NULL;
		}
		item = tree ? tree_item_find(tree, part) : NULL;
		if (!item)
			return NULL;
	}
	return item;
}

/* As tree_walk_to, from where the last walk ended. */
static const struct tree_item *tree_walk_on(
	struct tree_source *source, struct str path, struct diags *diags)
{
	const struct tree *tree = source->root;
	const struct tree_item *item = NULL;
	struct way *way = source->way ? source->way : NEW(source->repository->arena, struct way);
	struct str rest = path, part;
	size_t same = 0;
	uint32_t n = way->n_steps;

	source->way = way;
	while (same < way->n && same < path.n && way->path[same] == path.p[same])
		same++;
	while (n && !(way->steps[n - 1].end <= same && way->steps[n - 1].end < path.n &&
			    path.p[way->steps[n - 1].end] == '/'))
		n--;
	if (n) {
		tree = way->steps[n - 1].tree;
		rest = str_from(path, way->steps[n - 1].end + 1);
	}
	while (str_cut(&rest, '/', &part)) {
		size_t end = (size_t)(part.p - path.p);

		if (item) {
			if (!item_is(item, MODE_FOLDER))
				return NULL;
			tree = tree_get(
				source->repository, item->id, str_head(path, end - 1), diags);
			if (!tree || end - 1 > sizeof way->path || n == COUNT(way->steps))
				return NULL;
			way->n = end - 1;
			memcpy(way->path, path.p, way->n);
			way->steps[n++] = (struct way_step){ way->n, tree };
			way->n_steps = n;
		}
		item = tree_item_find(tree, part);
		if (!item)
			return NULL;
	}
	return item;
}

struct tree_world {
	struct source *source;
	struct diags *diags;
	const struct tree_item *last; /* looked at last */
};

static enum file_kind tree_look(
	void *context, struct str path, struct arena *arena, struct str *target)
{
	struct tree_world *world = context;
	struct tree_source *tree = world->source->impl;
	uint32_t errors = world->diags->n_errors;

	if (!walk_link_step(world->source, world->diags))
		return FILE_ERROR;
	world->last = tree_walk_on(tree, path, world->diags);
	if (!world->last)
		return world->diags->n_errors > errors ? FILE_ERROR : FILE_NONE;
	switch (world->last->mode & MODE_TYPE) {
	case MODE_FOLDER:
		return FILE_FOLDER;
	case MODE_FILE:
		return FILE_REGULAR;
	case MODE_LINK:
		return link_target(tree->repository, world->last->id, world->source, path, arena,
			       target, world->diags)
			       ? FILE_LINK
			       : FILE_ERROR;
	default: /* a submodule's files are in another repository */
		return FILE_NONE;
	}
}

static enum link_end resolve(struct source *source, struct str path, struct arena *arena,
	struct str *file, const struct tree_item **item, struct diags *diags)
{
	struct tree_world context = { source, diags, NULL };
	struct link_world world = { tree_look, &context };
	enum link_end end = symlink_resolve(&world, arena, path, file);

	if (end == LINK_FILE && !path_under(*file, source->top))
		end = LINK_LEAVES;
	*item = end == LINK_FILE ? context.last : NULL;
	return end;
}

const struct tree_item *tree_resolve(
	struct source *source, struct str path, enum link_end *end, struct diags *diags)
{
	struct tree_source *tree = source->impl;
	struct arena_mark mark = arena_mark(tree->scratch);
	const struct tree_item *item;
	struct str file;

	*end = resolve(source, path, tree->scratch, &file, &item, diags);
	arena_rewind(tree->scratch, mark);
	return item;
}

struct source_entry tree_entry(struct str path, const struct tree_item *file, uint32_t mode)
{
	struct source_entry entry = {
		.path = path,
		.has_id = true,
		.is_link = (mode & MODE_TYPE) == MODE_LINK,
		.private = mode,
	};

	memcpy(entry.id.bytes, file->id, sizeof entry.id.bytes);
	return entry;
}

/* A walk over a tree. */
struct tree_walk {
	struct source *source;
	struct source_list *list; /* NULL: only whether there is any contract */
	struct diags *diags;
	struct walk_count *count;
	bool found;
	/* The id (NULL: none) and path of a folder that a partial clone lacks. It does not
	 * matter if one contract is enough and found elsewhere. */
	const uint8_t *absent;
	struct str absent_path;
};

/* False: an error ended the walk. */
static bool tree_walk_file(struct tree_walk *walk, const struct tree_item *item, struct str folder)
{
	struct tree_source *tree = walk->source->impl;
	struct arena *arena = walk->source->arena;
	uint32_t limit = tree->repository->options.max_files;
	const struct tree_item *file = item;
	enum link_end end = LINK_FILE;
	struct str path;

	if (!walk->list && item_is(item, MODE_FILE)) {
		walk->found = true;
		return true;
	}
	if (!check_count(walk->source, walk->count->files++, limit, walk->diags))
		return false;
	path = path_join(arena, folder, item->name);
	if (!walk_path(walk->source, walk->count, path, walk->diags))
		return false;
	if (item_is(item, MODE_LINK))
		file = tree_resolve(walk->source, path, &end, walk->diags);
	if (end == LINK_ERROR)
		return false;
	if (!file) {
		if (walk->list)
			link_warn(walk->source, path, end, walk->diags);
		return true;
	}
	walk->found = true;
	if (!walk->list)
		return true;
	*vec_push(arena, &walk->list->entries) = tree_entry(path, file, item->mode);
	return true;
}

bool tree_fail_deep(const struct source *source, struct str path, struct diags *diags)
{
	diag_error(diags, NOWHERE,
		"folders are nested too deeply in '" STR "': at most %d are read",
		ARG(source_path_name(source, diags->arena, str_head(path, 80))), MAX_DEPTH);
	return false;
}

static bool tree_walk(struct tree_walk *walk, struct tree *tree, struct str path, int depth)
{
	struct tree_source *impl = walk->source->impl;
	bool some = false;

	if (depth > MAX_DEPTH || path.n > MAX_PATH_BYTES)
		return tree_fail_deep(walk->source, path, walk->diags);
	for (uint32_t i = 0; i < tree->n && !(walk->found && !walk->list); i++) {
		const struct tree_item *item = &tree->items[i];

		if (!walk_entry(walk->source, walk->count, walk->diags))
			return false;
		if (item_is(item, MODE_FOLDER)) {
			struct str below = path_join(walk->source->arena, path, item->name);
			struct tree *child;

			if (!walk->list && repository_lacks(impl->repository, item->id)) {
				walk->absent = item->id;
				walk->absent_path = below;
				some = true;
				continue;
			}
			child = tree_get(impl->repository, item->id, below, walk->diags);
			if (!child || !walk_path(walk->source, walk->count, below, walk->diags) ||
				(child->contracts != NONE &&
					!tree_walk(walk, child, below, depth + 1)))
				return false;
			some |= child->contracts != NONE;
		} else if ((item_is(item, MODE_FILE) || item_is(item, MODE_LINK)) &&
			   path_is_contract(item->name)) {
			some = true;
			if (!tree_walk_file(walk, item, path))
				return false;
		}
	}
	/* Known only after a complete walk; a folder with only a dangling link has SOME. */
	tree->contracts = some ? SOME : NONE;
	return true;
}

struct tree *tree_of_folder(struct source *source, struct str folder, struct diags *diags)
{
	struct tree_source *impl = source->impl;
	const struct tree_item *item;

	if (folder.n == 0)
		return (struct tree *)impl->root;
	if (!path_is_clean(folder))
		return NULL;
	item = tree_walk_to(impl->repository, impl->root, folder, diags);
	return item && item_is(item, MODE_FOLDER)
		       ? tree_get(impl->repository, item->id, folder, diags)
		       : NULL;
}

static bool tree_list(struct source *source, struct source_list *list, struct diags *diags)
{
	struct walk_count count = { 0 };
	struct tree_walk walk = { .source = source, .list = list, .diags = diags, .count = &count };
	struct tree *tree = tree_of_folder(source, source->top, diags);

	return tree && tree_walk(&walk, tree, source->top, 0);
}

static bool tree_has_contract(struct source *source, struct str folder, struct diags *diags)
{
	struct tree_source *impl = source->impl;
	struct tree_walk walk = { .source = source, .diags = diags, .count = &impl->asked };
	struct tree *tree;

	if (path_under(source->top, folder))
		folder = source->top;
	else if (!path_under(folder, source->top))
		return false;
	tree = tree_of_folder(source, folder, diags);
	if (!tree || tree->contracts == NONE || !tree_walk(&walk, tree, folder, 0))
		return false;
	if (!walk.found && walk.absent) /* reports that it is missing */
		tree_get(((struct tree_source *)source->impl)->repository, walk.absent,
			walk.absent_path, diags);
	return walk.found;
}

static const struct source_entry *tree_find_new(struct source *source, struct str path)
{
	struct tree_source *impl = source->impl;
	const struct tree_item *item, *file;
	struct source_entry *entry;
	enum link_end end;

	file = item = tree_walk_to(impl->repository, impl->root, path, &source->unlooked);
	if (item && item_is(item, MODE_LINK))
		file = tree_resolve(source, path, &end, &source->unlooked);
	if (!file || !item_is(file, MODE_FILE))
		return NULL;
	entry = NEW(source->arena, struct source_entry);
	*entry = tree_entry(path, file, item->mode);
	return entry;
}

/* Cached, since imports are looked up repeatedly, also those that do not exist. */
static const struct source_entry *tree_find(struct source *source, struct str path)
{
	struct tree_source *impl = source->impl;
	uint64_t key = str_hash(path);
	struct found *known = map_get(&impl->found, NULL, key), *found;

	for (found = known; found; found = found->next)
		if (str_eq(found->path, path))
			return found->entry;
	found = NEW(source->arena, struct found);
	found->path = str_dup(source->arena, path);
	found->next = known;
	found->entry = tree_find_new(source, found->path);
	*map_put(&impl->found, NULL, key) = found;
	return found->entry;
}

static const char *tree_obstacle(struct source *source, struct str path)
{
	struct tree_source *impl = source->impl;
	const struct tree_item *item =
		tree_walk_to(impl->repository, impl->root, path, &source->unlooked);
	enum link_end end;

	if (!item || item_is(item, MODE_FILE))
		return NULL;
	if (!item_is(item, MODE_LINK))
		return obstacle_of(item_is(item, MODE_FOLDER) ? FILE_FOLDER : FILE_OTHER);
	tree_resolve(source, path, &end, &source->unlooked);
	return obstacle_of_link(end);
}

static bool tree_read(struct source *source, const struct source_entry *entry, struct arena *arena,
	struct str *bytes, struct diags *diags)
{
	const struct tree_source *impl = source->impl;

	/* After too many links a file may have been missed. */
	if (source->link_steps >= MAX_LINK_STEPS)
		return walk_link_step(source, diags);
	return object_read(impl->repository, entry->id.bytes, GIT_OBJECT_BLOB,
		impl->repository->options.max_file_bytes, source, entry->path, arena, bytes, diags);
}

static bool tree_follow(struct source *source, const struct source_entry *link, struct str *file)
{
	struct arena *unsaid = arena_like(source->arena);
	const struct tree_item *item;
	struct diags diags;
	bool found;

	diags_init(&diags, unsaid);
	found = resolve(source, link->path, unsaid, file, &item, &diags) == LINK_FILE;
	if (found)
		*file = str_dup(source->arena, *file);
	arena_free(unsaid);
	return found;
}

static uint64_t tree_position(struct source *source, const struct source_entry *entry)
{
	const struct tree_source *impl = source->impl;

	return packs_position(impl->repository->packs, entry->id.bytes);
}

static void tree_changed(struct source *source, const struct source_entry *entry)
{
	const struct tree_source *impl = source->impl;

	blob_changed(impl->repository, &entry->id);
}

static bool tree_lacks(struct source *source, const struct source_entry *entry)
{
	const struct repository *repository = ((struct tree_source *)source->impl)->repository;

	return entry ? repository_lacks(repository, entry->id.bytes) : repository->partial;
}

static void tree_close(struct source *source)
{
	struct tree_source *impl = source->impl;

	if (impl->repository)
		repository_release(impl->repository);
	impl->repository = NULL;
	arena_free(impl->scratch);
	impl->scratch = NULL;
}

const struct source_ops tree_ops = {
	.list = tree_list,
	.find = tree_find,
	.obstacle = tree_obstacle,
	.read = tree_read,
	.position = tree_position,
	.follow = tree_follow,
	.has_contract = tree_has_contract,
	.lacks = tree_lacks,
	.changed = tree_changed,
	.close = tree_close,
};

struct source *tree_open(struct repository *repository, const struct content_id *tree,
	struct str top, struct str name, struct str side, struct diags *diags)
{
	struct tree_source *impl = NEW(repository->arena, struct tree_source);
	struct source *source = source_new(repository->arena, &tree_ops, impl);
	const struct tree *root = tree_get(repository, tree->bytes, S(""), diags);
	uint32_t errors = diags->n_errors;

	if (!root)
		return NULL;
	source->name = name;
	source->side = side;
	source->top = top;
	source->prefix = repository->prefix;
	source->folder = repository->work_dir;
	source->is_git = source->hashing.blob = true;
	impl->root = root;
	impl->repository = repository;
	map_init(&impl->found, repository->arena);
	if (!tree_of_folder(source, top, diags)) {
		if (diags->n_errors == errors)
			diag_error(diags, NOWHERE, "'" STR "' is not a folder in '" STR "'",
				ARG(path_printable(diags->arena, top)), ARG(side));
		return NULL;
	}
	repository_share(repository);
	impl->scratch = arena_like(repository->arena);
	return source;
}
