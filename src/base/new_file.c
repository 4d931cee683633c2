#include "base/new_file.h"
#include "base/open.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FOLDER = O_PATH | O_DIRECTORY | O_CLOEXEC, TRIES = 16 };

struct new_file {
	int fd;
	int folder; /* that it lies in; -1: written in place */
	enum new_file_kind kind;
	const char *name;               /* in the folder */
	char unfinished[32];            /* the name until then */
	struct new_file *volatile next; /* in `unclosed` */
};

/*
 * What a signal handler removes. The one writable global of the program: a handler gets no
 * argument. Only the main thread opens and closes.
 */
static struct new_file *volatile unclosed;

/* ---- the folder ---- */

static bool has_name(int folder, const char *name)
{
	struct stat st;

	return fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* The top of a working tree, a `.git` folder or a bare repository. */
static bool is_repository(int folder)
{
	return has_name(folder, ".git") ||
	       (has_name(folder, "HEAD") && has_name(folder, "objects") &&
		       has_name(folder, "refs"));
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Opens the parent folder and closes `folder`; -1: there is none, or errno is set. */
static int climb(int folder)
{
	int above = openat_again(folder, "..", FOLDER);
	struct stat st, st_above;

	if (above >= 0 && (fstat(folder, &st) < 0 || fstat(above, &st_above) < 0 ||
				  is_same(&st, &st_above))) {
		close(above);
		above = -1;
	}
	close(folder);
	return above;
}

/* Opens the innermost repository around a folder; -1: there is none. */
static int find_repository(int folder)
{
	int at = openat_again(folder, ".", FOLDER);

	while (at >= 0 && !is_repository(at))
		at = climb(at);
	return at;
}

static bool lies_below(int folder, int top)
{
	int at = openat_again(folder, ".", FOLDER);
	struct stat st, st_top;
	bool found = false;

	while (at >= 0 && !found) {
		found = fstat(at, &st) == 0 && fstat(top, &st_top) == 0 && is_same(&st, &st_top);
		at = climb(at);
	}
	if (at >= 0)
		close(at);
	return found;
}

/* Follows a link, which must not lead out of its repository. */
static int enter_link(int folder, const char *name)
{
	int to = openat_again(folder, name, FOLDER);
	int top = to < 0 ? -1 : find_repository(folder);

	if (top < 0)
		return to;
	if (!lies_below(to, top)) {
		close(to);
		to = -1;
	}
	close(top);
	if (to < 0)
		errno = EXDEV;
	return to;
}

/* Closes `folder`. */
static int enter(int folder, const char *name)
{
	int to = openat_again(folder, name, FOLDER | O_NOFOLLOW);
	int error;

	if (to < 0 && (errno == ENOTDIR || errno == ELOOP))
		to = enter_link(folder, name);
	error = errno;
	close(folder);
	errno = error;
	return to;
}

/* Opens the folder of `path` and sets *name to the last component. -1 and errno. */
static int open_above(struct arena *arena, struct str path, const char **name)
{
	int folder = open_again(path.n && path.p[0] == '/' ? "/" : ".", FOLDER);
	struct str part, next = S("");

	while (folder >= 0 && str_cut(&path, '/', &part)) {
		if (!part.n)
			continue;
		if (next.n)
			folder = enter(folder, str_cstr(arena, next));
		next = part;
	}
	*name = str_cstr(arena, next);
	return folder;
}

int folder_open(struct arena *arena, struct str path)
{
	const char *name;
	int folder = open_above(arena, path, &name);
	int fd;

	if (folder >= 0 && *name)
		folder = enter(folder, name);
	if (folder < 0)
		return -1;
	fd = openat_again(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	close(folder);
	return fd;
}

int new_folder(struct arena *arena, struct str path)
{
	const char *name;
	int folder = open_above(arena, path, &name);
	int error = 0;

	if (folder < 0)
		return errno;
	if (*name && mkdirat(folder, name, 0777) < 0 && errno != EEXIST)
		error = errno;
	close(folder);
	if (error)
		return error;
	folder = folder_open(arena, path);
	error = folder < 0 ? errno : 0;
	if (folder >= 0)
		close(folder);
	return error;
}

/* ---- written in place ---- */

/* The number N of /dev/fd/N and the like; -1: the path is another. */
static int own_descriptor(struct str path)
{
	static const struct str folders[] = { STR_INIT("/dev/fd/"), STR_INIT("/proc/self/fd/") };
	int number = 0;

	if (str_eq(path, S("/dev/stdout")))
		return STDOUT_FILENO;
	if (str_eq(path, S("/dev/stderr")))
		return STDERR_FILENO;
	for (size_t i = 0; i < COUNT(folders); i++) {
		if (!str_starts(path, folders[i]) || path.n - folders[i].n - 1 > 6)
			continue;
		for (size_t k = folders[i].n; k < path.n; k++) {
			if (path.p[k] < '0' || path.p[k] > '9')
				return -1;
			number = number * 10 + (path.p[k] - '0');
		}
		return number;
	}
	return -1;
}

static struct new_file *in_place(struct arena *arena, int fd)
{
	struct new_file *file;

	if (fd < 0)
		return NULL;
	file = NEW(arena, struct new_file);
	file->fd = fd;
	file->folder = -1;
	return file;
}

/* A pipe without a reader is an error; opening does not wait for one. */
static int open_special(int folder, const char *name)
{
	int fd = openat_again(
		folder, name, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	int flags = fd < 0 ? -1 : fcntl(fd, F_GETFL);

	if (flags >= 0)
		fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
	return fd;
}

/* ---- written under another name ---- */

static void abandon(const struct new_file *file)
{
	unlinkat(file->folder, file->unfinished, 0);
}

void new_files_abandon(void)
{
	for (const struct new_file *file = unclosed; file; file = file->next)
		abandon(file);
}

static void forget(const struct new_file *file)
{
	struct new_file *volatile *at = &unclosed;

	while (*at && *at != file)
		at = &(*at)->next;
	if (*at)
		*at = file->next;
}

/* Opens the file under an unused name; false and errno. */
static bool open_beside(struct new_file *file, mode_t mode)
{
	uint64_t random;

	for (int i = 0; i < TRIES; i++) {
		if (TEMP_FAILURE_RETRY(getrandom(&random, sizeof random, 0)) != sizeof random)
			return false;
		snprintf(file->unfinished, sizeof file->unfinished, ".%016" PRIx64 ".tmp", random);
		/* From here on a signal handler removes it, if it exists. */
		file->next = unclosed;
		unclosed = file;
		file->fd = openat(file->folder, file->unfinished,
			O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
		if (file->fd >= 0)
			return true;
		forget(file);
		if (errno != EEXIST && errno != EINTR)
			return false;
	}
	return false;
}

static struct new_file *beside(
	struct arena *arena, int folder, const char *name, enum new_file_kind kind, mode_t mode)
{
	struct new_file *file = NEW(arena, struct new_file);

	file->folder = folder;
	file->name = name;
	file->kind = kind;
	return open_beside(file, mode) ? file : NULL;
}

/* Copies the permissions of the file that is replaced. */
static struct new_file *replacing(
	struct arena *arena, int folder, const char *name, const struct stat *old)
{
	struct new_file *file;

	if (faccessat(folder, name, W_OK, 0) < 0)
		return NULL;
	file = beside(arena, folder, name, NEW_FILE_REPLACES, S_IRUSR | S_IWUSR);
	if (file && fchmod(file->fd, old->st_mode & 0777) < 0) {
		int error = errno;

		new_file_close(file, error);
		errno = error;
		return NULL;
	}
	return file;
}

static struct new_file *open_in(
	struct arena *arena, int folder, const char *name, enum new_file_kind kind, mode_t mode)
{
	struct stat st;

	if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
		errno = EISDIR;
		return NULL;
	}
	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? beside(arena, folder, name, kind, mode) : NULL;
	if (kind == NEW_FILE_ONLY)
		errno = EEXIST;
	else if (S_ISREG(st.st_mode))
		return replacing(arena, folder, name, &st);
	else if (kind == NEW_FILE_OUTPUT && (S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode)))
		return in_place(arena, open_special(folder, name));
	else
		errno = S_ISLNK(st.st_mode) ? ELOOP : S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
	return NULL;
}

struct new_file *new_file_open(
	struct arena *arena, struct str path, enum new_file_kind kind, mode_t mode)
{
	int number = kind == NEW_FILE_OUTPUT ? own_descriptor(path) : -1;
	int folder, error;
	struct new_file *file;
	const char *name;

	if (number >= 0)
		return in_place(arena, fcntl(number, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
	if (path.n && path.p[path.n - 1] == '/') {
		errno = EISDIR;
		return NULL;
	}
	folder = open_above(arena, path, &name);
	if (folder < 0)
		return NULL;
	file = open_in(arena, folder, name, kind, mode);
	error = errno;
	if (!file || file->folder < 0)
		close(folder);
	errno = error;
	return file;
}

int new_file_descriptor(const struct new_file *file)
{
	return file->fd;
}

/* Gives it the name unless that exists. Some file systems support only one of the two calls. */
static int name_only(const struct new_file *file)
{
	int folder = file->folder;

#ifdef RENAME_NOREPLACE /* musl 1.2 has no renameat2 */
	if (renameat2(folder, file->unfinished, folder, file->name, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
#endif
	if (linkat(folder, file->unfinished, folder, file->name, 0) < 0)
		return -1;
	abandon(file);
	return 0;
}

int new_file_close(struct new_file *file, int error)
{
	int named;

	if (close(file->fd) < 0 && !error)
		error = errno;
	if (file->folder < 0)
		return error;
	if (!error) {
		named = file->kind == NEW_FILE_ONLY ? name_only(file)
						    : renameat(file->folder, file->unfinished,
							      file->folder, file->name);
		error = named < 0 ? errno : 0;
	}
	if (error)
		abandon(file);
	forget(file);
	close(file->folder);
	return error;
}

const char *new_file_error(int error)
{
	switch (error) {
	case EEXIST:
		return "it exists already";
	case ELOOP:
		return "it is a link, which is not followed";
	case EXDEV:
		return "a link on the way leads out of the repository";
	case EINVAL:
		return "it is not a regular file";
	case ENXIO:
		return "no process reads from it";
	default:
		return strerror(error);
	}
}
