/*
 * Finds the repository, if it is laid out and configured as git does by default. Other repositories
 * are left to libgit2; the files that it would open are checked first, since it waits for a FIFO,
 * reads a device for ever, and treats an unreadable file as missing.
 */
#include "source/repository.h"

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
	MAX_INCLUDES = 9, /* levels, as libgit2 follows them; git follows 10 */
};

struct looking {
	struct arena *arena;
	struct diags *diags;
	uint32_t n_configs;
	struct str config;       /* text of the last configuration file, without its includes */
	struct git_found *found; /* NULL: only a configuration is read */
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

/* Reads a file; *text is absent if there is none. False and an error on failure. */
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

/* ---- configuration and its includes ---- */

static bool is_word(struct str s, const char *word)
{
	return s.n == strlen(word) && strncasecmp(s.p, word, s.n) == 0;
}

/* Removes a section header from the front of a line, and sets *in_include. */
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

/* Removes quotes, escapes and comments from a value, as git does. */
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

/* Checks the file of an include; the condition of an includeIf is ignored. */
static bool check_include(struct looking *l, struct str line, struct str folder, int depth)
{
	size_t equals = str_find(line, '=');
	struct str path;

	if (equals == line.n || !is_word(str_trim(str_head(line, equals)), "path"))
		return true;
	path = unquote(l->arena, str_from(line, equals + 1));
	if (!path.n || memchr(path.p, '\0', path.n) || path.p[0] == '~')
		return true; /* libgit2 knows no home folder here */
	if (path.p[0] != '/')
		path = path_join(l->arena, folder, path);
	return check_config(l, path, depth + 1);
}

static bool check_config(struct looking *l, struct str path, int depth)
{
	struct str folder = path_parent(path), text, line;
	bool in_include = false;

	if (depth > MAX_INCLUDES) {
		diag_error(l->diags, NOWHERE,
			"git's configuration includes files in more than %d levels", MAX_INCLUDES);
		return false;
	}
	if (depth && ++l->n_configs > MAX_CONFIG_FILES) {
		diag_error(l->diags, NOWHERE, "git's configuration includes more than %d files",
			MAX_CONFIG_FILES);
		return false;
	}
	if (!read_file(l, path, MAX_CONFIG_BYTES, &text))
		return false;
	if (depth == 0)
		l->config = text;
	while (str_cut(&text, '\n', &line)) {
		line = take_section(str_trim(line), &in_include);
		if (in_include && !check_include(l, line, folder, depth))
			return false;
	}
	return true;
}

bool git_settings_read(
	struct arena *arena, struct str path, struct git_settings *settings, struct diags *diags)
{
	struct looking l = { .arena = arena, .diags = diags };

	*settings = (struct git_settings){ 0 };
	if (!check_config(&l, path, 0))
		return false;
	if (git_settings_parse(arena, l.config, settings))
		return true;
	*settings = (struct git_settings){ 0 };
	return library_settings(arena, path, settings, diags);
}

/* ---- a repository's folder ---- */

/* The path in a file of git; it may be relative to `folder`. */
static struct str named_path(struct looking *l, struct str text, struct str folder)
{
	struct str path = str_trim(str_head(text, str_find(text, '\n')));

	if (path.n && path.p[0] == '/')
		return path;
	return path_join(l->arena, folder, path);
}

/* Does a file of git name one path? Further lines would be part of it. */
static bool is_one_line(struct str text)
{
	struct str trimmed = str_trim(text);

	return str_find(trimmed, '\n') == trimmed.n;
}

static mode_t kind_of(struct looking *l, struct str folder, const char *name)
{
	struct stat st;

	return lstat(str_cstr(l->arena, inside(l, folder, name)), &st) == 0 ? st.st_mode & S_IFMT
									    : 0;
}

static bool is_folder(struct looking *l, struct str folder, const char *name)
{
	struct stat st;

	return stat(str_cstr(l->arena, inside(l, folder, name)), &st) == 0 && S_ISDIR(st.st_mode);
}

/* Uses realpath(3), as libgit2 does, since the path may lie outside of the repository. */
static bool path_is_there(struct looking *l, struct str path)
{
	char *real = realpath(str_cstr(l->arena, path), NULL);

	free(real);
	return real != NULL;
}

/* Would libgit2 accept the configuration? */
static bool is_openable(struct looking *l, const struct git_found *found)
{
	const struct str *version, *bare, *top;
	bool is;

	version = git_settings_find(&found->settings, S("core.repositoryformatversion"));
	bare = git_settings_find(&found->settings, S("core.bare"));
	top = git_settings_find(&found->settings, S("core.worktree"));
	if ((version && !str_eq(*version, S("0")) && !str_eq(*version, S("1"))) ||
		(bare && !git_bool(*bare, &is)))
		return false;
	for (uint32_t i = 0; i < found->settings.n; i++) {
		struct str key = found->settings.items[i].key, extensions = S("extensions.");

		if (str_starts(key, extensions) && !library_knows(str_from(key, extensions.n)))
			return false;
	}
	return !top || path_is_there(l,
			       top->p[0] == '/' ? *top : path_join(l->arena, found->git_dir, *top));
}

/* Sets l->found to the folder. It is plain if it has everything that git creates in one. */
static void find_plain(struct looking *l, struct str folder, struct str common, bool is_linked)
{
	struct git_found *found = l->found;
	char *real = realpath(str_cstr(l->arena, common), NULL);

	found->git_dir = folder;
	found->common_dir = real ? str_dup(l->arena, str_of(real)) : common;
	found->is_plain = real && kind_of(l, folder, "HEAD") == S_IFREG &&
			  (!is_linked || kind_of(l, folder, "gitdir") == S_IFREG) &&
			  is_folder(l, common, "objects") && is_folder(l, common, "refs") &&
			  git_settings_parse(l->arena, l->config, &found->settings) &&
			  is_openable(l, found);
	free(real);
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
	if (!check_config(l, inside(l, common, "config"), 0))
		return false;
	find_plain(l, folder, common, text.p);
	l->found->is_plain &= !text.p || is_one_line(text);
	return check_config(l, inside(l, folder, "config.worktree"), 0) &&
	       (!text.p || check_file(l, common, "HEAD"));
}

/* Sets *kind to the type of the file; 0: there is none. False and an error on failure. */
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

/* Does the folder look like a repository, or like one of a linked working tree? */
static bool look_like_one(struct looking *l, struct str folder, bool *is)
{
	mode_t objects, head, common;

	if (!look(l, inside(l, folder, "objects"), 0, &objects) ||
		!look(l, inside(l, folder, "commondir"), 0, &common) ||
		!look(l, inside(l, folder, "HEAD"), AT_SYMLINK_NOFOLLOW,
			&head)) /* HEAD may be a symbolic link */
		return false;
	*is = head && (objects || common);
	return true;
}

/* Completes l->found after it was found as `.git` in `folder`. */
static void find_work_dir(struct looking *l, struct str folder, bool is_plain)
{
	struct git_found *found = l->found;
	char *real = realpath(str_cstr(l->arena, found->git_dir), NULL);
	const struct str *bare = git_settings_find(&found->settings, S("core.bare"));

	found->is_plain = found->is_plain && is_plain && real;
	if (real)
		found->git_dir = str_dup(l->arena, str_of(real));
	found->is_bare = bare && str_eq(found->git_dir, found->common_dir) &&
			 git_bool(*bare, &found->is_bare) && found->is_bare;
	if (!found->is_bare)
		found->work_dir = folder;
	free(real);
}

/* Completes l->found after it was found as `folder` itself. */
static bool find_bare(struct looking *l, struct str folder)
{
	struct git_found *found = l->found;
	const struct str *bare = git_settings_find(&found->settings, S("core.bare"));

	found->is_plain = found->is_plain && bare && git_bool(*bare, &found->is_bare) &&
			  found->is_bare && !str_ends(folder, S("/.git"));
	return true;
}

/* Checks `.git` in the folder, and the folder itself; *found: the search ends here. */
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
		if (text.p && str_starts(text, S("gitdir:")) &&
			!check_git_folder(l, named_path(l, str_from(text, 7), folder)))
			return false;
		find_work_dir(l, folder, str_starts(text, S("gitdir: ")) && is_one_line(text));
		return true;
	}
	if (kind == S_IFDIR && !look_like_one(l, git, found))
		return false;
	if (*found) {
		bool ok = check_git_folder(l, git);

		find_work_dir(l, folder, kind_of(l, folder, ".git") == S_IFDIR);
		return ok;
	}
	if (!look_like_one(l, folder, found))
		return false;
	return !*found || (check_git_folder(l, folder) && find_bare(l, folder));
}

bool git_is_ceiling(const struct source_options *options, struct str folder)
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

bool git_files_check(const struct source_options *options, const char *path,
	struct git_found *found, struct diags *diags)
{
	struct looking l = { .arena = options->arena, .diags = diags, .found = found };
	char *real = realpath(path, NULL);
	struct stat first = { 0 }, st = { 0 };
	struct str folder;
	bool any = false, ok = true;

	*found = (struct git_found){ 0 };
	if (!real) /* libgit2 reports it */
		return true;
	folder = str_dup(options->arena, str_of(real));
	free(real);
	if (options->git_dir.n) {
		ok = check_git_folder(&l, folder);
		found->is_plain = false;
		return ok;
	}
	for (;;) {
		size_t slash = str_rfind(folder, '/');

		ok = check_folder(&l, folder, &any);
		/* libgit2 stops at ceilings and at the border of a file system. */
		if (stat(str_cstr(options->arena, folder), &st) < 0 || options->git_ceiling.n ||
			(first.st_dev && st.st_dev != first.st_dev))
			found->is_plain = false;
		first = st;
		if (!ok || any || folder.n <= 1 || slash == folder.n)
			return ok;
		folder = slash ? str_head(folder, slash) : S("/");
		if (git_is_ceiling(options, folder))
			return true;
	}
}
