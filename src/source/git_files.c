/*
 * The files that libgit2 opens itself, looked at before it does: it waits for a FIFO, reads a device
 * to its end, and takes a file that it may not read for one that is not there.
 */
#include "source/git.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	MAX_NAME_FILE = 64 << 10, /* HEAD, commondir, gitdir, `.git` */
	MAX_CONFIG_BYTES = 16 << 20,
	MAX_CONFIG_FILES = 200,
	MAX_INCLUDES = 10, /* as git and libgit2 follow them */
};

struct looking {
	struct arena *arena;
	struct diags *diags;
	uint32_t n_configs;
};

static bool fail(struct looking *l, struct str path, int error)
{
	struct str shown = path_printable(l->diags->arena, path);

	if (error == EFBIG)
		diag_error(l->diags, NOWHERE, "'" STR "' is too large", ARG(shown));
	else
		diag_error(l->diags, NOWHERE, "cannot read '" STR "': %s", ARG(shown),
			read_reason(error));
	return false;
}

static struct str inside(struct looking *l, struct str folder, const char *name)
{
	if (str_eq(folder, S("/")))
		return str_printf(l->arena, "/%s", name);
	return path_join(l->arena, folder, str_of(name));
}

/* A file of git's, if it is there: *text absent where it is not. False and an error. */
static bool read_file(struct looking *l, struct str path, uint64_t limit, struct str *text)
{
	*text = (struct str){ NULL, 0 };
	if (file_read(str_cstr(l->arena, path), limit, l->arena, text)) {
		if (!text->p)
			*text = S("");
		return true;
	}
	return is_absent(errno) || fail(l, path, errno);
}

static bool check_file(struct looking *l, struct str folder, const char *name)
{
	struct str ignored;

	return read_file(l, inside(l, folder, name), MAX_NAME_FILE, &ignored);
}

/* ---- configuration and what it includes ---- */

static bool is_word(struct str s, const char *word)
{
	return s.n == strlen(word) && strncasecmp(s.p, word, s.n) == 0;
}

/* `[include]`, `[includeIf "..."]` at the front of a line, taken off; *in_include is set. */
static struct str take_section(struct str line, bool *in_include)
{
	size_t n = 1;
	bool quoted = false;
	struct str name;

	if (!line.n || line.p[0] != '[')
		return line;
	while (n < line.n && (quoted || line.p[n] != ']')) {
		if (line.p[n] == '\\')
			n++;
		else if (line.p[n] == '"')
			quoted = !quoted;
		n++;
	}
	name = str_trim(str_from(str_head(line, n), 1));
	name = str_trim(str_head(name, str_find(name, '"')));
	*in_include = is_word(name, "include") || is_word(name, "includeIf");
	return str_trim(str_from(line, n + 1));
}

/* A value as git reads it: quotes and escapes taken off, comments cut. */
static struct str unquote(struct arena *arena, struct str value)
{
	char *p = arena_bytes(arena, value.n);
	size_t n = 0;
	bool quoted = false;

	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i];

		if (c == '"') {
			quoted = !quoted;
			continue;
		}
		if (!quoted && (c == '#' || c == ';'))
			break;
		if (c == '\\' && i + 1 < value.n)
			c = value.p[++i];
		p[n++] = c;
	}
	return str_trim((struct str){ p, n });
}

static bool check_config(struct looking *l, struct str path, int depth);

/* `path = ...` of an include; whether its condition holds is not asked. */
static bool check_include(struct looking *l, struct str line, struct str folder, int depth)
{
	size_t equals = str_find(line, '=');
	struct str path;

	if (equals == line.n || !is_word(str_trim(str_head(line, equals)), "path"))
		return true;
	path = unquote(l->arena, str_from(line, equals + 1));
	if (!path.n || memchr(path.p, '\0', path.n) || path.p[0] == '~')
		return true; /* the program has no home for the library */
	if (path.p[0] != '/')
		path = path_join(l->arena, folder, path);
	return check_config(l, path, depth + 1);
}

static bool check_config(struct looking *l, struct str path, int depth)
{
	size_t slash = str_rfind(path, '/');
	struct str folder = str_head(path, slash < path.n ? slash : 0), text, line;
	bool in_include = false;

	if (depth > MAX_INCLUDES)
		return true;
	if (++l->n_configs > MAX_CONFIG_FILES) {
		diag_error(l->diags, NOWHERE, "git's configuration includes more than %d files",
			MAX_CONFIG_FILES);
		return false;
	}
	if (!read_file(l, path, MAX_CONFIG_BYTES, &text))
		return false;
	while (str_cut(&text, '\n', &line)) {
		line = take_section(str_trim(line), &in_include);
		if (in_include && !check_include(l, line, folder, depth))
			return false;
	}
	return true;
}

bool git_config_check(struct arena *arena, struct str path, struct diags *diags)
{
	struct looking l = { arena, diags, 0 };

	return check_config(&l, path, 0);
}

/* ---- a repository's folder ---- */

/* The path that a file of git's names, relative to `folder`. */
static struct str named_path(struct looking *l, struct str text, struct str folder)
{
	struct str path = str_trim(str_head(text, str_find(text, '\n')));

	if (path.n && path.p[0] == '/')
		return path;
	return path_join(l->arena, folder, path);
}

static bool check_git_folder(struct looking *l, struct str folder)
{
	static const char *const names[] = { "HEAD", "gitdir" };
	struct str common, text;

	if (folder.n > MAX_PATH_BYTES) /* nothing is there */
		return true;
	for (size_t i = 0; i < COUNT(names); i++)
		if (!check_file(l, folder, names[i]))
			return false;
	if (!read_file(l, inside(l, folder, "commondir"), MAX_NAME_FILE, &text))
		return false;
	common = text.p ? named_path(l, text, folder) : folder;
	if (!check_config(l, inside(l, common, "config"), 0) ||
		!check_config(l, inside(l, folder, "config.worktree"), 0))
		return false;
	return !text.p || check_file(l, common, "HEAD");
}

/* What stands there; 0: nothing. False and an error: nobody could look. */
static bool look(struct looking *l, struct str path, int flags, mode_t *kind)
{
	struct stat st;

	*kind = 0;
	if (fstatat(AT_FDCWD, str_cstr(l->arena, path), &st, flags) == 0)
		*kind = st.st_mode & S_IFMT;
	else if (!is_absent(errno) && errno != ELOOP)
		return fail(l, path, errno);
	return true;
}

/* Has the folder what a repository's has, or leads on to another one's? */
static bool look_like_one(struct looking *l, struct str folder, bool *is)
{
	mode_t objects, head, common;

	if (!look(l, inside(l, folder, "objects"), 0, &objects) ||
		!look(l, inside(l, folder, "commondir"), 0, &common) ||
		!look(l, inside(l, folder, "HEAD"), AT_SYMLINK_NOFOLLOW, &head)) /* a name as a link */
		return false;
	*is = head && (objects || common);
	return true;
}

/* A folder's `.git`, and the folder as one itself; *found: libgit2 looks no further. */
static bool check_folder(struct looking *l, struct str folder, bool *found)
{
	struct str git = inside(l, folder, ".git"), text;
	mode_t kind;

	if (!look(l, git, 0, &kind))
		return false;
	if (kind == S_IFREG) {
		*found = true;
		if (!read_file(l, git, MAX_NAME_FILE, &text))
			return false;
		if (text.p && str_starts(text, S("gitdir:")))
			return check_git_folder(l, named_path(l, str_from(text, 7), folder));
		return true;
	}
	if (kind == S_IFDIR && !look_like_one(l, git, found))
		return false;
	if (*found)
		return check_git_folder(l, git);
	if (!look_like_one(l, folder, found))
		return false;
	return !*found || check_git_folder(l, folder);
}

/* GIT_CEILING_DIRECTORIES: folders that are not looked at, nor what is above them. */
static bool is_ceiling(const struct source_options *options, struct str folder)
{
	struct str rest = options->git_ceiling, part;

	while (str_cut(&rest, ':', &part)) {
		while (part.n > 1 && part.p[part.n - 1] == '/')
			part.n--;
		if (part.n && str_eq(part, folder))
			return true;
	}
	return false;
}

bool git_files_check(const struct source_options *options, const char *path, struct diags *diags)
{
	struct looking l = { options->arena, diags, 0 };
	char *real = realpath(path, NULL);
	struct str folder;
	bool found = false, ok = true;

	if (!real) /* libgit2 says what is wrong with it */
		return true;
	folder = str_dup(options->arena, str_of(real));
	free(real);
	if (options->git_dir.n)
		return check_git_folder(&l, folder);
	for (;;) {
		size_t slash = str_rfind(folder, '/');

		ok = check_folder(&l, folder, &found);
		if (!ok || found || folder.n <= 1 || slash == folder.n)
			return ok;
		folder = slash ? str_head(folder, slash) : S("/");
		if (is_ceiling(options, folder))
			return true;
	}
}
