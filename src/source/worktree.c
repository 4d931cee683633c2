/*
 * The index, and the working tree: tracked files and untracked ones that are not ignored. A file on
 * disk that is unchanged since the index was written has the index's id and is not read; files that
 * a sparse checkout skipped are read from the index.
 */
#include "source/work.h"
#include "base/open.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* A listing. */
struct listing {
	struct source *source;
	struct work *work;
	struct source_list *list;
	struct diags *diags;
};

static struct source_entry *listing_push(struct listing *l, struct str path)
{
	struct source_entry *entry;

	if (!check_count(l->source, l->list->entries.n, l->work->repository->options.max_files,
		    l->diags))
		return NULL;
	entry = vec_push(l->source->arena, &l->list->entries);
	entry->path = path;
	return entry;
}

static bool list_link(struct listing *l, struct str path)
{
	struct source_entry entry, *pushed;
	enum link_end end = work_resolve_link(l->source, path, &entry, l->diags);

	if (end == LINK_ERROR)
		return false;
	link_warn(l->source, path, end, l->diags);
	if (end != LINK_FILE)
		return true;
	pushed = listing_push(l, path);
	if (pushed)
		*pushed = entry;
	return pushed != NULL;
}

static bool list_item(struct listing *l, struct str path, const struct work_item *item)
{
	struct source_entry *entry;

	if ((item->mode & MODE_TYPE) == MODE_LINK)
		return list_link(l, path);
	entry = listing_push(l, path);
	if (entry)
		work_set_file(l->source, entry, path, item);
	return entry != NULL;
}

/* Lists the contracts in a collapsed folder of a sparse index. */
static bool list_sparse(struct listing *l, const uint8_t *id, struct str path, int depth)
{
	struct tree *tree = tree_get(l->work->repository, id, path, l->diags);
	bool some = false, ok = tree != NULL;

	if (depth > MAX_DEPTH) {
		diag_error(l->diags, NOWHERE,
			"folders are nested too deeply in the index: at most %d are read",
			MAX_DEPTH);
		return false;
	}
	for (uint32_t i = 0; ok && tree->contracts != NONE && i < tree->n; i++) {
		const struct tree_item *each = &tree->items[i];
		struct work_item item = { each->mode, each->id, true };
		bool folder = (each->mode & MODE_TYPE) == MODE_FOLDER;
		struct str below;

		if (!folder && !(is_tracked_kind(each->mode) && path_is_contract(each->name)))
			continue;
		below = path_join(l->source->arena, path, each->name);
		if (folder)
			ok = list_sparse(l, each->id, below, depth + 1);
		else
			ok = list_item(l, below, &item);
		/* The folder was just listed, so this reads nothing. */
		some |= ok && (!folder || tree_get(l->work->repository, each->id, below, l->diags)
							  ->contracts != NONE);
	}
	if (ok)
		tree->contracts = some ? SOME : NONE;
	return ok;
}

static bool index_list(struct source *source, struct source_list *list, struct diags *diags)
{
	struct work *work = source->impl;
	struct listing l = { source, work, list, diags };
	bool ok = true;

	for (uint32_t i = 0; ok && i < work->index.n; i++) {
		const struct index_entry *entry = &work->index.entries[i];
		struct work_item item = { index_mode(entry), index_id(entry), false };

		if ((item.mode & MODE_TYPE) == MODE_FOLDER)
			ok = list_sparse(&l, item.id, entry->path, 0);
		else if (path_is_contract(entry->path) && is_tracked_kind(item.mode) &&
			 !index_is_intent(entry))
			ok = list_item(&l, str_dup(source->arena, entry->path), &item);
	}
	return ok;
}

/* A folder on disk while it is walked. */
struct folder {
	int fd;
	struct str path;
	const struct ignore_rules *rules;
	bool untracked; /* do untracked files here belong to the working tree? */
	int depth;
};

struct name {
	struct str text; /* ended by a NUL */
	unsigned type;
};

static bool walk_file(
	struct listing *l, const struct folder *folder, const struct name *name, struct str path)
{
	const struct index_entry *entry = index_find(&l->work->index, path);
	struct source_entry *pushed;
	struct stat st;

	if (!entry && (!folder->untracked || ignore_matches(folder->rules, path, false) ||
			      work_is_tracked(l->work, path)))
		return true;
	if (entry && work_is_kept(l->work, entry)) /* list_skipped has it */
		return true;
	path = str_dup(l->source->arena, path);
	if (name->type == DT_LNK || work_is_link_in_file(l->work, entry))
		return list_link(l, path);
	if (fstatat(folder->fd, name->text.p, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		int error = errno;

		if (is_absent(error))
			return true;
		diag_unreadable(l->source, path, error, l->diags);
		return false;
	}
	if (!S_ISREG(st.st_mode))
		return true;
	pushed = listing_push(l, path);
	if (!pushed)
		return false;
	work_set_file(l->source, pushed, path, NULL);
	if (entry && is_as_recorded(&l->work->index, entry, &st)) {
		memcpy(pushed->id.bytes, index_id(entry), sizeof pushed->id.bytes);
		pushed->has_id = true;
	}
	return true;
}

static bool walk_folder(struct listing *l, struct folder folder);

static bool fail_folder(const struct listing *l, struct str path, int error)
{
	struct str name = path_printable(l->diags->arena, path.n ? str_head(path, 200) : S("."));

	diag_error(l->diags, NOWHERE, "cannot read the folder '" STR "': %s", ARG(name),
		strerror(error));
	return false;
}

static bool walk_below(
	struct listing *l, const struct folder *above, const struct name *name, struct str path)
{
	const struct index_entry *entry = index_find(&l->work->index, path);
	bool tracked = index_find_below(&l->work->index, path) != NULL;
	struct folder folder = {
		.path = path,
		.rules = above->rules,
		.untracked = above->untracked,
		.depth = above->depth + 1,
	};

	if (str_eq(name->text, S(".git")) ||
		(entry && (index_mode(entry) & MODE_TYPE) == MODE_SUBMODULE))
		return true;
	if (folder.untracked && ignore_matches(folder.rules, path, true))
		folder.untracked = false;
	if (!folder.untracked && !tracked)
		return true;
	folder.fd = openat_again(
		above->fd, name->text.p, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder.fd < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ||
		       fail_folder(l, path, errno);
	if (folder.untracked && !tracked) {
		folder.untracked = !is_repository(folder.fd);
		if (folder.untracked && errno) {
			int error = errno;

			close(folder.fd);
			return fail_folder(l, path, error);
		}
	}
	if (!folder.untracked && !tracked) {
		close(folder.fd);
		return true;
	}
	return walk_folder(l, folder);
}

static bool walk_name(struct listing *l, const struct folder *folder, struct name *name)
{
	struct str path = path_join(l->work->arena, folder->path, name->text);
	struct stat st;

	if (name->type == DT_UNKNOWN) {
		if (fstatat(folder->fd, name->text.p, &st, AT_SYMLINK_NOFOLLOW) == 0) {
			name->type = (unsigned)IFTODT(st.st_mode);
		} else if (!is_absent(errno)) {
			diag_unreadable(l->source, path, errno, l->diags);
			return false;
		}
	}
	if (name->type == DT_DIR)
		return walk_below(l, folder, name, path);
	if ((name->type == DT_REG || name->type == DT_LNK) && path_is_contract(name->text))
		return walk_file(l, folder, name, path);
	return true;
}

/* Closes folder.fd. Names are read first, since .gitignore also applies to names before it. */
static bool walk_folder(struct listing *l, struct folder folder)
{
	VEC(struct name) names = { 0 };
	struct arena *arena = l->work->arena;
	const struct dirent *item;
	bool has_rules = false, ok = true;
	DIR *stream = NULL;

	if (folder.depth > MAX_DEPTH || folder.path.n >= MAX_PATH_BYTES)
		errno = ENAMETOOLONG;
	else
		stream = fdopendir(folder.fd);
	if (!stream) {
		ok = fail_folder(l, folder.path, errno);
		close(folder.fd);
		return ok;
	}
	for (errno = 0; (item = readdir(stream)); errno = 0) {
		struct str text = str_of(item->d_name);

		has_rules |= str_eq(text, S(".gitignore"));
		if (str_eq(text, S(".")) || str_eq(text, S("..")))
			continue;
		if (item->d_type != DT_DIR && item->d_type != DT_UNKNOWN && !path_is_contract(text))
			continue;
		*vec_push(arena, &names) = (struct name){
			{ str_cstr(arena, text), text.n },
			item->d_type,
		};
	}
	if (errno)
		ok = fail_folder(l, folder.path, errno);
	if ((has_rules || l->work->skips_some) && ok)
		ok = rules_in(l->work, folder.path, folder.rules, &folder.rules, l->diags);
	for (uint32_t i = 0; i < names.n && ok; i++)
		ok = walk_name(l, &folder, &names.items[i]);
	closedir(stream);
	return ok;
}

/* FILE_ERROR: an error was added. */
static enum file_kind kind_on_disk(struct listing *l, struct str path)
{
	struct arena *scratch = arena_like(l->work->arena);
	struct str target;
	enum file_kind kind = beneath_look(l->work->repository->work_top, path, scratch, &target);

	if (kind == FILE_ERROR)
		diag_unreadable(l->source, path, errno, l->diags);
	arena_free(scratch);
	return kind;
}

static bool list_if_skipped(struct listing *l, const struct index_entry *entry)
{
	struct work_item item = { index_mode(entry), index_id(entry), true };
	bool is_folder = (item.mode & MODE_TYPE) == MODE_FOLDER;
	enum file_kind kind = FILE_NONE;

	if (!is_folder && ((!index_is_skipped(entry) && !index_is_assumed(entry)) ||
				  !path_is_contract(entry->path) || !is_tracked_kind(item.mode) ||
				  index_stage(entry) != 0))
		return true;
	if (!is_folder && !work_is_kept(l->work, entry))
		kind = kind_on_disk(l, entry->path);
	if (kind != FILE_NONE)
		return kind != FILE_ERROR;
	return is_folder ? list_sparse(l, item.id, entry->path, 0)
			 : list_item(l, str_dup(l->source->arena, entry->path), &item);
}

/* A file that the sparse checkout skipped, or that git was told to assume unchanged. */
static bool list_skipped(struct listing *l)
{
	bool ok = true;

	for (uint32_t i = 0; ok && i < l->work->index.n; i++)
		ok = list_if_skipped(l, &l->work->index.entries[i]);
	return ok;
}

static bool worktree_list(struct source *source, struct source_list *list, struct diags *diags)
{
	struct work *work = source->impl;
	struct listing l = { source, work, list, diags };
	struct folder top = { .path = S(""), .rules = work->rules, .untracked = true };

	top.fd = openat_again(work->repository->work_top, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (top.fd < 0)
		return fail_folder(&l, S(""), errno);
	return walk_folder(&l, top) && list_skipped(&l);
}

static const struct source_entry *work_find(struct source *source, struct str path)
{
	struct arena *scratch = arena_like(source->arena);
	struct work *work = source->impl;
	struct work_world world = { .source = source, .diags = &source->unlooked };
	struct source_entry entry = { .path = str_dup(source->arena, path) }, *found = NULL;
	struct str target;
	enum file_kind kind = FILE_NONE;
	bool there;

	if (!path_in_dot_git(path))
		kind = work_look(&world, entry.path, scratch, &target);
	there = kind == FILE_REGULAR || kind == FILE_LINK;
	if (there && work->on_disk && !world.last_from_index)
		there = work_has(source, path);
	if (there && kind == FILE_LINK)
		there = work_resolve_link(source, entry.path, &entry, world.diags) == LINK_FILE;
	else if (there)
		work_set_file(
			source, &entry, entry.path, world.last_from_index ? &world.last : NULL);
	arena_free(scratch);
	if (!there)
		return NULL;
	found = NEW(source->arena, struct source_entry);
	*found = entry;
	return found;
}

static bool work_follow(struct source *source, const struct source_entry *link, struct str *file)
{
	(void)source;
	*file = ((const struct work_file *)(uintptr_t)link->private)->path;
	return true;
}

static const char *work_obstacle(struct source *source, struct str path)
{
	struct arena *scratch = arena_like(source->arena);
	struct work *work = source->impl;
	struct work_world world = { .source = source, .diags = &source->unlooked };
	struct source_entry entry;
	struct str target;
	enum file_kind kind = FILE_NONE;

	if (!path_in_dot_git(path))
		kind = work_look(&world, path, scratch, &target);
	arena_free(scratch);
	if ((kind != FILE_LINK && !obstacle_of(kind)) ||
		(work->on_disk && !world.last_from_index && !work_has(source, path)))
		return NULL;
	if (kind == FILE_LINK)
		return obstacle_of_link(work_resolve_link(
			source, str_dup(source->arena, path), &entry, world.diags));
	return obstacle_of(kind);
}

static void work_changed(struct source *source, const struct source_entry *entry)
{
	const struct work *work = source->impl;

	if (entry->has_id)
		blob_changed(work->repository, &entry->id);
}

static bool work_lacks(struct source *source, const struct source_entry *entry)
{
	const struct work *work = source->impl;
	const struct work_file *file;

	if (!entry)
		return work->repository->partial;
	file = (const struct work_file *)(uintptr_t)entry->private;
	return file->from_index && repository_lacks(work->repository, entry->id.bytes);
}

static void work_close(struct source *source)
{
	struct work *work = source->impl;

	if (!work->repository)
		return;
	filters_free(work->filters);
	repository_release(work->repository);
	work->repository = NULL;
	arena_free(work->arena);
}

static const struct source_ops worktree_ops = {
	.list = worktree_list,
	.find = work_find,
	.obstacle = work_obstacle,
	.read = work_read,
	.position = work_position,
	.lacks = work_lacks,
	.changed = work_changed,
	.identify = work_identify,
	.follow = work_follow,
	.close = work_close,
};

static const struct source_ops index_ops = {
	.list = index_list,
	.find = work_find,
	.obstacle = work_obstacle,
	.read = work_read,
	.position = work_position,
	.lacks = work_lacks,
	.changed = work_changed,
	.follow = work_follow,
	.close = work_close,
};

static struct source *work_open(struct repository *repository, bool on_disk, struct diags *diags)
{
	struct work *work = NEW(repository->arena, struct work);
	struct source *source =
		source_new(repository->arena, on_disk ? &worktree_ops : &index_ops, work);

	work->repository = repository_share(repository);
	work->arena = arena_like(repository->arena);
	work->on_disk = on_disk;
	source->prefix = repository->prefix;
	source->folder = repository->work_dir;
	source->is_git = source->hashing.blob = true;
	source->is_on_disk = on_disk;
	source->is_index = !on_disk;
	if (index_read(repository, work->arena, &work->index, diags) &&
		(!on_disk || index_unfold(repository, work->arena, &work->index, diags)))
		return source;
	work_close(source);
	return NULL;
}

struct source *worktree_open(struct repository *repository, struct diags *diags)
{
	struct source *source;
	struct work *work;

	if (repository->work_top < 0) {
		if (repository->work_dir.p)
			diag_error(diags, NOWHERE, "cannot open the working tree '" STR "'",
				ARG(repository->work_dir));
		else
			diag_error(
				diags, NOWHERE, "this repository is bare: it has no working tree");
		diag_help(diags, "name two revisions: breakwater check BASE HEAD");
		return NULL;
	}
	source = work_open(repository, true, diags);
	if (!source)
		return NULL;
	work = source->impl;
	source->name = S("working tree");
	work->filters = filters_new(repository, &work->index, diags);
	for (uint32_t i = 0; i < work->index.n && !work->skips_some; i++)
		work->skips_some = index_is_skipped(&work->index.entries[i]);
	if (work->filters && rules_of_repository(work, diags))
		return source;
	work_close(source);
	return NULL;
}

struct source *index_open(struct repository *repository, struct diags *diags)
{
	struct source *source;
	struct work *work;

	/* To git the index is empty, as if every file were staged for deletion. */
	if (!repository->work_dir.p && !repository->options.git_index_file.n) {
		diag_error(diags, NOWHERE, "this repository is bare: nothing is staged in it");
		diag_help(diags, "name two revisions: breakwater check BASE HEAD");
		return NULL;
	}
	source = work_open(repository, false, diags);
	if (!source)
		return NULL;
	work = source->impl;
	source->name = source->side = S("index");
	for (uint32_t i = 0; i < work->index.n; i++) {
		const struct index_entry *entry = &work->index.entries[i];

		if (!index_stage(entry))
			continue;
		diag_error(diags, NOWHERE, "'" STR "' is unmerged in the index",
			ARG(path_printable(diags->arena, entry->path)));
		diag_help(diags, "finish the merge, then: git add " STR, ARG(entry->path));
		work_close(source);
		return NULL;
	}
	return source;
}
