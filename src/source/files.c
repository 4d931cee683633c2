/*
 * Files on disk that a stranger may have laid there: nothing is followed out of the folder, and
 * nothing that is not a regular file is waited for.
 */
#include "source/private.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MAX_HOPS = 40 }; /* links in one path, as Linux has it */

struct str path_printable(struct arena *arena, struct str path)
{
	size_t bad = 0, n = 0;
	char *p;

	for (size_t i = 0; i < path.n; i++)
		bad += (unsigned char)path.p[i] < 0x20 || path.p[i] == 0x7f;
	if (!bad)
		return path;
	p = arena_bytes(arena, path.n + 3 * bad + 1);
	for (size_t i = 0; i < path.n; i++) {
		unsigned char c = (unsigned char)path.p[i];

		if (c < 0x20 || c == 0x7f)
			n += (size_t)snprintf(p + n, 5, "\\x%02x", c);
		else
			p[n++] = (char)c;
	}
	return (struct str){ p, n };
}

/* Component by component, for kernels without openat2. */
static int beneath_walk(int top, char *path, int flags)
{
	int at = top;

	for (char *part = path, *slash; part; part = slash) {
		int next, saved;

		slash = strchr(part, '/');
		if (slash)
			*slash++ = '\0';
		next = openat(at, part,
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
	memcpy(text, path.p, path.n);
	text[path.n] = '\0';
	fd = (int)syscall(SYS_openat2, top, text, &how, sizeof how);
	if (fd < 0 && (errno == ENOSYS || errno == EPERM || errno == EINVAL))
		fd = beneath_walk(top, text, flags);
	return fd;
}

enum file_kind beneath_look(int top, struct str path, struct arena *arena, struct str *target)
{
	int fd = beneath_open(top, path, O_PATH);
	enum file_kind kind = FILE_NONE;
	struct stat st;

	if (fd < 0)
		return FILE_NONE;
	if (fstat(fd, &st) == 0) {
		if (S_ISREG(st.st_mode))
			kind = FILE_REGULAR;
		else if (S_ISDIR(st.st_mode))
			kind = FILE_FOLDER;
		else if (S_ISLNK(st.st_mode))
			kind = FILE_LINK;
	}
	if (kind == FILE_LINK) {
		char *text = arena_bytes(arena, MAX_PATH_BYTES + 1);
		ssize_t n = readlinkat(fd, "", text, MAX_PATH_BYTES + 1);

		*target = (struct str){ text, n > 0 ? (size_t)n : 0 };
	}
	close(fd);
	return kind;
}

int beneath_open_file(int top, struct str path)
{
	int fd = beneath_open(top, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 || (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)))
		return fd;
	close(fd);
	errno = ENOENT;
	return -1;
}

bool file_bytes(int fd, uint64_t limit, struct arena *arena, struct str *bytes)
{
	struct stat st;
	size_t n = 0, cap;
	char *p;

	if (fstat(fd, &st) < 0)
		return false;
	if ((uint64_t)st.st_size > limit) {
		errno = EFBIG;
		return false;
	}
	cap = (size_t)st.st_size + 1;
	p = arena_bytes(arena, cap);
	for (;;) {
		ssize_t got = read(fd, p + n, cap - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return false;
		if (got == 0)
			break;
		n += (size_t)got;
		if (n > limit) {
			errno = EFBIG;
			return false;
		}
		if (n == cap) { /* a pipe, or the file grew */
			p = arena_grow(arena, p, cap, cap * 2, 1);
			cap *= 2;
		}
	}
	*bytes = (struct str){ p, n };
	return true;
}

/* Takes the last component off. */
static struct str path_parent(struct str path)
{
	size_t slash = str_rfind(path, '/');

	return str_head(path, slash < path.n ? slash : 0);
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
			at = next;
			break;
		}
	}
	*file = at;
	return kind == FILE_REGULAR ? LINK_FILE : LINK_FOLDER;
}

void link_warn(const struct source *source, struct str path, enum link_end end, struct diags *diags)
{
	static const char *const why[] = {
		[LINK_DANGLES] = "leads to a file that is not there",
		[LINK_LOOPS] = "leads in a circle",
		[LINK_LEAVES] = "leads out of the tree",
	};
	struct str name = source_path_name(source, diags->arena, path);

	if (end == LINK_DANGLES || end == LINK_LOOPS || end == LINK_LEAVES)
		diag_warning(diags, NOWHERE, "the link '" STR "' %s and is left out", ARG(name),
			why[end]);
}

char *path_absolute(const struct source_options *options, struct str path)
{
	if (path.n && path.p[0] == '/')
		return str_cstr(options->arena, path);
	return str_cstr(options->arena, path_join(options->arena, options->directory, path));
}
