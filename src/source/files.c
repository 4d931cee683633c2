/*
 * Files on disk, which may be a stranger's: no link is followed out of the folder, and nothing but
 * a regular file is opened, since others may block.
 */
#include "source/private.h"
#include "base/open.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MAX_HOPS = 40 }; /* in one path, as on Linux */

/* Component by component, for kernels without openat2. */
static int beneath_walk(int top, char *path, int flags)
{
	int at = top;

	for (char *part = path, *slash; part; part = slash) {
		int next, saved;

		slash = strchr(part, '/');
		if (slash)
			*slash++ = '\0';
		next = openat_again(at, part,
			slash ? O_PATH | O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC
			      : flags | O_NOFOLLOW | O_CLOEXEC);
		saved = errno;
		if (at != top)
			close(at);
		errno = saved;
		if (next < 0)
			return -1;
		at = next;
	}
	return at;
}

int beneath_open(int top, struct str path, int flags)
{
	struct open_how how = {
		.flags = (uint64_t)(flags | O_NOFOLLOW | O_CLOEXEC),
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	char text[MAX_PATH_BYTES + 1];
	int fd;

	if (path.n > MAX_PATH_BYTES) {
		errno = ENAMETOOLONG;
		return -1;
	}
	*str_put(text, path) = '\0';
	fd = (int)TEMP_FAILURE_RETRY(syscall(SYS_openat2, top, text, &how, sizeof how));
	/* EAGAIN: something was renamed meanwhile, so the kernel cannot resolve the path. */
	if (fd < 0 && (errno == ENOSYS || errno == EPERM || errno == EINVAL || errno == EAGAIN))
		fd = beneath_walk(top, text, flags);
	return fd;
}

/* No file can have a name that is too long. */
bool is_absent(int error)
{
	return error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG;
}

const char *read_reason(int error)
{
	switch (error) {
	case ENXIO: /* also for a socket and a missing device */
		return "it is not a regular file";
	case EISDIR:
		return "it is a folder";
	default:
		return strerror(error);
	}
}

void diag_unreadable(const struct source *source, struct str path, int error, struct diags *diags)
{
	diag_error(diags, NOWHERE, "cannot read '" STR "': %s",
		ARG(source_path_name(source, diags->arena, path)), read_reason(error));
	diag_unread(diags);
}

static enum file_kind kind_of(mode_t mode)
{
	if (S_ISREG(mode))
		return FILE_REGULAR;
	if (S_ISDIR(mode))
		return FILE_FOLDER;
	return S_ISLNK(mode) ? FILE_LINK : FILE_OTHER;
}

enum file_kind beneath_look(int top, struct str path, struct arena *arena, struct str *target)
{
	int fd = beneath_open(top, path, O_PATH), error;
	enum file_kind kind = FILE_ERROR;
	struct stat st;

	/* ELOOP: below a linked folder, which is not followed. */
	if (fd < 0)
		return is_absent(errno) || errno == ELOOP ? FILE_NONE : FILE_ERROR;
	if (fstat(fd, &st) == 0)
		kind = kind_of(st.st_mode);
	if (kind == FILE_LINK) {
		char *text = arena_bytes(arena, MAX_PATH_BYTES + 1);
		ssize_t n = readlinkat(fd, "", text, MAX_PATH_BYTES + 1);

		*target = (struct str){ text, n > 0 ? (size_t)n : 0 };
		if (n < 0)
			kind = FILE_ERROR;
	}
	error = errno;
	close(fd);
	errno = error;
	return kind;
}

/* Returns `fd` if it is a regular file; else closes it: -1 and errno. */
static int only_regular(int fd)
{
	struct stat st;
	int error;

	if (fd < 0)
		return -1;
	error = fstat(fd, &st) < 0    ? errno
		: S_ISREG(st.st_mode) ? 0
		: S_ISDIR(st.st_mode) ? EISDIR
				      : ENXIO;
	if (!error)
		return fd;
	close(fd);
	errno = error;
	return -1;
}

int beneath_open_file(int top, struct str path)
{
	return only_regular(beneath_open(top, path, O_RDONLY | O_NONBLOCK | O_NOCTTY));
}

int file_open(const char *path)
{
	return only_regular(open_again(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
}

/* Is it the name of a descriptor, which may be a pipe from a shell? */
static bool is_descriptor(struct str path)
{
	return str_eq(path, S("/dev/stdin")) || str_starts(path, S("/dev/fd/")) ||
	       str_starts(path, S("/proc/self/fd/"));
}

int input_open(const char *path)
{
	int fd = open_again(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), flags;
	struct stat st;

	if (fd < 0 || !is_descriptor(str_of(path)) || fstat(fd, &st) < 0 || S_ISREG(st.st_mode) ||
		S_ISDIR(st.st_mode))
		return only_regular(fd);
	flags = fcntl(fd, F_GETFL);
	if (flags >= 0)
		fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
	return fd;
}

bool file_read(const char *path, uint64_t limit, struct arena *arena, struct str *bytes)
{
	int fd = file_open(path), error;
	bool ok = fd >= 0 && file_bytes(fd, limit, arena, bytes);

	error = errno;
	if (fd >= 0)
		close(fd);
	errno = error;
	return ok;
}

enum link_end symlink_resolve(
	const struct link_world *world, struct arena *arena, struct str path, struct str *file)
{
	struct str at = S(""), todo = path, part;
	enum file_kind kind = FILE_FOLDER;
	int hops = 0;

	while (str_cut(&todo, '/', &part)) {
		struct str next, target;

		if (part.n == 0 || str_eq(part, S(".")))
			continue;
		if (str_eq(part, S(".."))) {
			if (at.n == 0)
				return LINK_LEAVES;
			at = path_parent(at);
			kind = FILE_FOLDER;
			continue;
		}
		if (str_eq(part, S(".git"))) /* no part of any tree */
			return LINK_LEAVES;
		if (kind != FILE_FOLDER)
			return LINK_DANGLES;
		next = path_join(arena, at, part);
		if (next.n > MAX_PATH_BYTES)
			return LINK_DANGLES;
		kind = world->look(world->context, next, arena, &target);
		switch (kind) {
		case FILE_ERROR:
			return LINK_ERROR;
		case FILE_NONE:
			return LINK_DANGLES;
		case FILE_LINK:
			if (++hops > MAX_HOPS)
				return LINK_LOOPS;
			if (target.n == 0 || target.p[0] == '/')
				return target.n ? LINK_LEAVES : LINK_DANGLES;
			if (target.n > MAX_PATH_BYTES)
				return LINK_DANGLES;
			todo = todo.p ? str_printf(arena, STR "/" STR, ARG(target), ARG(todo))
				      : target;
			kind = FILE_FOLDER;
			break;
		case FILE_REGULAR:
		case FILE_FOLDER:
		case FILE_OTHER:
			at = next;
			break;
		}
	}
	*file = at;
	if (kind == FILE_OTHER)
		return LINK_OTHER;
	return kind == FILE_REGULAR ? LINK_FILE : LINK_FOLDER;
}

#define LINK_THAT "is a link that "

const char *obstacle_of(enum file_kind kind)
{
	switch (kind) {
	case FILE_FOLDER:
		return "is a folder";
	case FILE_OTHER:
		return OBSTACLE_OTHER;
	default:
		return NULL;
	}
}

const char *obstacle_of_link(enum link_end end)
{
	switch (end) {
	case LINK_FOLDER:
		return LINK_THAT "leads to a folder";
	case LINK_DANGLES:
		return LINK_THAT "leads to a file that is not there";
	case LINK_LOOPS:
		return LINK_THAT "leads in a circle";
	case LINK_LEAVES:
		return LINK_THAT "leads out of the tree";
	case LINK_IGNORED:
		return LINK_THAT "leads to a file that git ignores";
	case LINK_OTHER:
		return LINK_THAT "leads to something that is not a file";
	default:
		return NULL;
	}
}

void link_warn(const struct source *source, struct str path, enum link_end end, struct diags *diags)
{
	struct str name = source_path_name(source, diags->arena, path);
	const char *fault = end == LINK_FOLDER ? NULL : obstacle_of_link(end);

	if (fault)
		diag_warning(diags, NOWHERE, "the link '" STR "' %s and is left out", ARG(name),
			fault + strlen(LINK_THAT));
}

char *path_absolute(const struct source_options *options, struct str path)
{
	if (path.n && path.p[0] == '/')
		return str_cstr(options->arena, path);
	return str_cstr(options->arena, path_join(options->arena, options->directory, path));
}
