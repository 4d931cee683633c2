/*
 * A folder on disk. Only `.git` folders are left out; links to folders are not walked.
 */
#include "source/private.h"
#include "base/open.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct dir {
	int top;
	uint64_t max_file_bytes;
	uint32_t max_files;
};

/* A walk over the folder. */
struct dir_walk {
	struct source *source;
	struct source_list *list; /* NULL: only whether there is any */
	struct arena *scratch;
	struct diags *diags;
	bool found;
};

struct dir_world {
	struct source *source;
	struct diags *diags;
};

static enum file_kind dir_look(
	void *context, struct str path, struct arena *arena, struct str *target)
{
	const struct dir_world *world = context;
	const struct dir *dir = world->source->impl;
	enum file_kind kind = beneath_look(dir->top, path, arena, target);

	if (kind == FILE_ERROR)
		diag_unreadable(world->source, path, errno, world->diags);
	return kind;
}

/* Resolves a path that may be a link. */
static enum link_end dir_resolve(struct dir_world *context, struct arena *arena, struct str path,
	struct str *file)
{
	struct link_world world = { dir_look, context };

	return symlink_resolve(&world, arena, path, file);
}

static void dir_add(struct dir_walk *walk, struct str path, bool is_link)
{
	struct source_entry *entry;

	walk->found = true;
	if (!walk->list)
		return;
	entry = vec_push(walk->source->arena, &walk->list->entries);
	entry->path = str_dup(walk->source->arena, path);
	entry->is_link = is_link;
}

static bool dir_add_link(struct dir_walk *walk, struct str path)
{
	struct dir_world world = { walk->source, walk->diags };
	struct str file;
	enum link_end end = dir_resolve(&world, walk->scratch, path, &file);

	if (end == LINK_FILE)
		dir_add(walk, path, true);
	else if (walk->list)
		link_warn(walk->source, path, end, walk->diags);
	return end != LINK_ERROR;
}

static bool dir_fail(struct dir_walk *walk, struct str path)
{
	int error = errno;
	struct str name =
		source_path_name(walk->source, walk->diags->arena, path.n ? path : S("."));

	diag_error(walk->diags, NOWHERE, "cannot read the folder '" STR "': %s", ARG(name),
		strerror(error));
	return false;
}

static bool dir_walk(struct dir_walk *walk, int fd, struct str path, int depth);

static bool dir_walk_entry(
	struct dir_walk *walk, int fd, const struct dirent *item, struct str path, int depth)
{
	struct dir *dir = walk->source->impl;
	struct str name = str_of(item->d_name);
	unsigned type = item->d_type;
	struct stat st;

	if (str_eq(name, S(".")) || str_eq(name, S("..")))
		return true;
	if (type == DT_UNKNOWN) {
		if (fstatat(fd, item->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
			int error = errno;

			if (is_absent(error))
				return true;
			path = path_join(walk->scratch, path, name);
			diag_unreadable(walk->source, path, error, walk->diags);
			return false;
		}
		type = S_ISDIR(st.st_mode)   ? DT_DIR
		       : S_ISLNK(st.st_mode) ? DT_LNK
		       : S_ISREG(st.st_mode) ? DT_REG
					     : DT_FIFO;
	}
	if (type == DT_DIR) {
		int below;

		if (str_eq(name, S(".git")))
			return true;
		below = openat_again(fd, item->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (below < 0 && (errno == ENOENT || errno == ELOOP || errno == ENOTDIR))
			return true;
		path = path_join(walk->scratch, path, name);
		return below < 0 ? dir_fail(walk, path) : dir_walk(walk, below, path, depth + 1);
	}
	if ((type != DT_REG && type != DT_LNK) || !path_is_contract(name))
		return true;
	path = path_join(walk->scratch, path, name);
	if (walk->list &&
		!check_count(walk->source, walk->list->entries.n, dir->max_files, walk->diags))
		return false;
	if (type == DT_LNK)
		return dir_add_link(walk, path);
	dir_add(walk, path, false);
	return true;
}

/* Closes `fd`. */
static bool dir_walk(struct dir_walk *walk, int fd, struct str path, int depth)
{
	DIR *stream = depth > MAX_DEPTH || path.n > MAX_PATH_BYTES ? NULL : fdopendir(fd);
	const struct dirent *item;
	bool ok = true;

	if (!stream) {
		if (depth > MAX_DEPTH || path.n > MAX_PATH_BYTES)
			errno = ENAMETOOLONG;
		ok = dir_fail(walk, path);
		close(fd);
		return ok;
	}
	while (ok && !(walk->found && !walk->list)) {
		struct arena_mark mark = arena_mark(walk->scratch);

		errno = 0;
		item = readdir(stream);
		if (!item) {
			ok = errno == 0 || dir_fail(walk, path);
			break;
		}
		ok = dir_walk_entry(walk, dirfd(stream), item, path, depth);
		arena_rewind(walk->scratch, mark);
	}
	closedir(stream);
	return ok;
}

static bool dir_walk_from(struct dir_walk *walk, struct str folder)
{
	struct dir *dir = walk->source->impl;
	int fd = folder.n ? beneath_open(dir->top, folder, O_RDONLY | O_DIRECTORY)
			  : openat_again(dir->top, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok;

	if (fd < 0)
		return folder.n && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)
			       ? true
			       : dir_fail(walk, folder);
	walk->scratch = arena_like(walk->source->arena);
	ok = dir_walk(walk, fd, folder, 0);
	arena_free(walk->scratch);
	return ok;
}

static bool dir_list(struct source *source, struct source_list *list, struct diags *diags)
{
	struct dir_walk walk = { .source = source, .list = list, .diags = diags };

	return dir_walk_from(&walk, S(""));
}

static bool dir_has_contract(struct source *source, struct str folder, struct diags *diags)
{
	struct dir_walk walk = { .source = source, .diags = diags };

	if (folder.n && !path_is_clean(folder))
		return false;
	return dir_walk_from(&walk, folder) && walk.found;
}

/* Opens a regular file, following a link; -1 and errno, 0 if an error was added. */
static int dir_open_file(struct dir_world *world, struct arena *scratch, struct str path)
{
	const struct dir *dir = world->source->impl;
	int fd = beneath_open_file(dir->top, path);
	enum link_end end;
	struct str file;

	if (fd >= 0 || errno != ELOOP)
		return fd;
	end = dir_resolve(world, scratch, path, &file);
	if (end == LINK_FILE)
		return beneath_open_file(dir->top, file);
	errno = end == LINK_ERROR ? 0 : ENOENT;
	return -1;
}

/* Looks at a path and follows it if it is a link, but not below a linked folder. */
static enum file_kind dir_find_kind(
	struct source *source, struct str path, struct arena *scratch, enum link_end *end)
{
	struct dir_world world = { source, &source->unlooked };
	struct str file;
	enum file_kind kind =
		path_in_dot_git(path) ? FILE_NONE : dir_look(&world, path, scratch, &file);

	*end = LINK_FILE;
	if (kind == FILE_LINK)
		*end = dir_resolve(&world, scratch, path, &file);
	return kind;
}

static const struct source_entry *dir_find(struct source *source, struct str path)
{
	struct arena *scratch = arena_like(source->arena);
	struct source_entry *entry = NULL;
	enum link_end end;
	enum file_kind kind = dir_find_kind(source, path, scratch, &end);

	if ((kind == FILE_LINK && end == LINK_FILE) || kind == FILE_REGULAR) {
		entry = NEW(source->arena, struct source_entry);
		entry->path = str_dup(source->arena, path);
		entry->is_link = kind == FILE_LINK;
	}
	arena_free(scratch);
	return entry;
}

static const char *dir_obstacle(struct source *source, struct str path)
{
	struct arena *scratch = arena_like(source->arena);
	enum link_end end;
	enum file_kind kind = dir_find_kind(source, path, scratch, &end);

	arena_free(scratch);
	return kind == FILE_LINK ? obstacle_of_link(end) : obstacle_of(kind);
}

static bool dir_read(struct source *source, const struct source_entry *entry, struct arena *arena,
	struct str *bytes, struct diags *diags)
{
	struct arena *scratch = arena_like(source->arena);
	struct dir *dir = source->impl;
	struct dir_world world = { source, diags };
	int fd = dir_open_file(&world, scratch, entry->path);
	bool ok = fd >= 0 && file_bytes(fd, dir->max_file_bytes, arena, bytes);
	int error = errno;

	if (fd >= 0)
		close(fd);
	arena_free(scratch);
	if (ok)
		return true;
	if (error == EFBIG)
		diag_too_large(source, entry->path, dir->max_file_bytes, diags);
	else if (error)
		diag_unreadable(source, entry->path, error, diags);
	return false;
}

static bool dir_follow(struct source *source, const struct source_entry *link, struct str *file)
{
	struct dir_world world = { source, &source->unlooked };

	return dir_resolve(&world, source->arena, link->path, file) == LINK_FILE;
}

static void dir_close(struct source *source)
{
	struct dir *dir = source->impl;

	if (dir->top >= 0)
		close(dir->top);
	dir->top = -1;
}

static const struct source_ops dir_ops = {
	.list = dir_list,
	.find = dir_find,
	.obstacle = dir_obstacle,
	.read = dir_read,
	.follow = dir_follow,
	.has_contract = dir_has_contract,
	.close = dir_close,
};

struct source *dir_open(const struct source_options *options, struct str path, struct diags *diags)
{
	struct dir *dir = NEW(options->arena, struct dir);
	struct source *source = source_new(options->arena, &dir_ops, dir);
	int error;

	source->name = source->side = str_printf(options->arena, "dir:" STR, ARG(path));
	source->folder = str_of(path_absolute(options, path));
	source->is_on_disk = true;
	dir->max_file_bytes = options->max_file_bytes;
	dir->max_files = options->max_files;
	dir->top = open_again(path_absolute(options, path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir->top >= 0)
		return source;
	error = errno;
	diag_error(diags, NOWHERE, "cannot open the folder '" STR "': %s",
		ARG(path_printable(diags->arena, path)), strerror(error));
	if (error == ENOTDIR)
		diag_help(diags, "dir: needs a folder; name a descriptor set as set:FILE");
	return NULL;
}
