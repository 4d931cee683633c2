/*
 * Opening a repository: git's variables, its configuration, and help for missing objects.
 */
#include "source/objects.h"
#include "base/open.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const uint64_t MAX_SHALLOW_BYTES = 64 << 20;

/* Without `/` at the end. */
static struct str path_real(struct arena *arena, const char *path)
{
	char *real = realpath(path, NULL);
	struct str s = path_untailed(arena, real ? real : path);

	free(real);
	return s;
}

bool repository_config_text(const struct repository *repository, struct str key, struct str *value)
{
	const struct str *found = git_settings_find(&repository->settings, key);

	if (found)
		*value = *found;
	return found != NULL;
}

/* Does the `.git` file of a folder lead to the repository? */
static bool leads_here(const struct repository *r, struct str folder, struct str git_dir)
{
	struct str text, path = path_join(r->arena, folder, S(".git")), name = S("gitdir: ");
	int fd = open_again(str_cstr(r->arena, path), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	bool ok = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
		  file_bytes(fd, MAX_PATH_BYTES + name.n + 1, r->arena, &text);

	if (fd >= 0)
		close(fd);
	if (!ok || !str_starts(text, name))
		return false;
	text = str_from(text, name.n);
	while (text.n && (text.p[text.n - 1] == '\n' || text.p[text.n - 1] == '\r'))
		text.n--;
	if (!text.n || text.p[0] != '/')
		text = path_join(r->arena, folder, text);
	return str_eq(path_real(r->arena, str_cstr(r->arena, text)), git_dir);
}

/*
 * The top of a linked working tree: where its `.git` was found, as in git. libgit2 uses the folder
 * that the repository recorded, which is wrong after a move, a copy or a mount.
 */
static const char *find_linked_top(const struct repository *r)
{
	struct str git_dir = path_real(r->arena, str_cstr(r->arena, r->git_dir));
	struct str folder = path_real(r->arena, path_absolute(&r->options, S(".")));

	while (folder.n && !leads_here(r, folder, git_dir)) {
		size_t slash = str_rfind(folder, '/');

		folder = str_head(folder, slash < folder.n ? slash : 0);
	}
	return folder.n ? str_cstr(r->arena, folder) : NULL;
}

/*
 * The top of the working tree, as in git: GIT_WORK_TREE; core.worktree; with GIT_DIR the current
 * folder (libgit2 would use the parent of `.git`).
 */
static void find_work_dir(struct repository *r, const struct git_found *found)
{
	const struct source_options *options = &r->options;
	const char *path = found->work_dir.p ? str_cstr(r->arena, found->work_dir) : NULL, *top;
	bool linked = !str_eq(r->git_dir, r->common_dir);
	bool bare = r->bare_is_set ? r->bare : found->is_bare || !path;
	struct stat st;

	if (options->git_work_tree.n) {
		path = path_absolute(options, options->git_work_tree);
	} else if (bare) {
		return;
	} else if (r->worktree.n) {
		path = str_cstr(r->arena, r->worktree.p[0] == '/'
						  ? r->worktree
						  : path_join(r->arena, r->git_dir, r->worktree));
	} else if (options->git_dir.n) {
		path = path_absolute(options, S("."));
	} else if (linked) {
		top = find_linked_top(r);
		path = top ? top : path;
	} else if (path &&
		   lstat(str_cstr(r->arena, path_join(r->arena, found->work_dir, S(".git"))), &st) <
			   0 &&
		   is_absent(errno)) {
		path = NULL; /* libgit2 names the folder around a bare repository without core.bare
			      */
	}
	if (!path)
		return;
	r->work_dir = path_real(r->arena, path);
	r->work_top =
		open_again(str_cstr(r->arena, r->work_dir), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void find_prefix(struct repository *r)
{
	struct str here = path_real(r->arena, path_absolute(&r->options, S(".")));

	r->prefix = S("");
	if (r->work_dir.p && path_under(here, r->work_dir) && here.n > r->work_dir.n)
		r->prefix = str_from(here, r->work_dir.n + 1);
}

static void find_index(struct repository *r)
{
	struct str file = r->options.git_index_file;

	/* A relative path starts at the top of the working tree, not at the current folder. */
	if (file.n && file.p[0] != '/')
		file = r->work_dir.p ? path_join(r->arena, r->work_dir, file)
				     : str_of(path_absolute(&r->options, file));
	r->index_path = file.n ? file : path_join(r->arena, r->git_dir, S("index"));
}

/* The ids in `shallow`: git gives these commits no parents, libgit2 does. */
static bool read_shallow(struct repository *r, struct diags *diags)
{
	struct str path = path_join(r->arena, r->common_dir, S("shallow")), text, line;

	if (!file_read(str_cstr(r->arena, path), MAX_SHALLOW_BYTES, r->arena, &text)) {
		if (is_absent(errno))
			return true;
		diag_error(diags, NOWHERE, "cannot read '" STR "': %s",
			ARG(path_printable(diags->arena, path)), read_reason(errno));
		return false;
	}
	while (str_cut(&text, '\n', &line)) {
		struct content_id id;

		if (line.n == GIT_OID_HEXSZ && id_parse(line, &id))
			*vec_push(r->arena, &r->roots) = id;
	}
	r->shallow = r->roots.n > 0;
	return true;
}

static void add_remote(struct repository *r, struct str name)
{
	for (uint32_t i = 0; i < r->remotes.n; i++)
		if (str_eq(r->remotes.items[i], name))
			return;
	*vec_push(r->arena, &r->remotes) = str_dup(r->arena, name);
}

/* `remote.NAME.url` and the like; the name may have dots in it. */
static void read_remote(struct repository *r, struct str key)
{
	struct str name = str_from(key, strlen("remote."));
	size_t dot = str_rfind(name, '.');
	struct str last = str_from(name, dot + 1);

	if (dot == name.n)
		return;
	if (str_eq(last, S("url")) || str_eq(last, S("pushurl"))) {
		add_remote(r, str_head(name, dot));
	} else if (str_eq(last, S("promisor"))) {
		r->partial = true;
		r->promisor = str_dup(r->arena, str_head(name, dot));
	}
}

static bool config_bool(struct str value)
{
	bool is;

	return git_bool(value, &is) && is;
}

/* The top of the working tree by its configuration; the main one's by the shared configuration. */
static void read_top(struct repository *r, struct str key, struct str value)
{
	if (str_eq(key, S("core.worktree"))) {
		r->worktree = str_dup(r->arena, value);
	} else if (str_eq(key, S("core.bare"))) {
		r->bare = config_bool(value);
		r->bare_is_set = true;
	}
}

/* Settings of a working tree; false: it is another key. */
static bool read_tree_rule(struct repository *r, struct str key, struct str value)
{
	if (str_eq(key, S("core.ignorecase")))
		r->ignore_case = config_bool(value);
	else if (str_eq(key, S("core.symlinks")))
		r->no_links = !config_bool(value);
	else if (str_eq(key, S("core.sparsecheckout")))
		r->sparse.is_on = config_bool(value);
	else if (str_eq(key, S("sparse.expectfilesoutsideofpatterns")))
		r->sparse.expects_more = config_bool(value);
	else
		return false;
	return true;
}

static void read_setting(struct repository *r, const struct git_setting *setting, bool of_worktree)
{
	struct str key = setting->key, value = setting->value;

	if (str_starts(key, S("remote.")))
		read_remote(r, key);
	else if (read_tree_rule(r, key, value))
		return;
	else if (str_starts(key, S("core.")) && (of_worktree || str_eq(r->git_dir, r->common_dir)))
		read_top(r, key, value);
	else if (str_eq(key, S("extensions.partialclone")))
		r->partial = true;
	else if (str_eq(key, S("extensions.objectformat")))
		r->object_format = str_dup(r->arena, value);
	else if (str_eq(key, S("extensions.refstorage")))
		r->ref_storage = str_dup(r->arena, value);
	else if (str_eq(key, S("extensions.worktreeconfig")))
		r->has_worktree_config = config_bool(value);
}

static void read_settings(
	struct repository *r, const struct git_settings *settings, bool of_worktree)
{
	for (uint32_t i = 0; i < settings->n; i++) {
		read_setting(r, &settings->items[i], of_worktree);
		*vec_push(r->arena, &r->settings) = settings->items[i];
	}
}

/* config.worktree, which libgit2 1.5 does not read. */
static bool read_worktree_config(struct repository *r, struct diags *diags)
{
	struct str path = path_join(r->arena, r->git_dir, S("config.worktree"));
	struct git_settings settings;
	struct stat st;
	bool is_there = stat(str_cstr(r->arena, path), &st) == 0;
	uint32_t errors = diags->n_errors;

	if (!is_there && is_absent(errno))
		return true;
	if (is_there && S_ISREG(st.st_mode) &&
		git_settings_read(r->arena, path, &settings, diags)) {
		read_settings(r, &settings, true);
		return true;
	}
	if (diags->n_errors > errors)
		return false;
	diag_error(
		diags, NOWHERE, "cannot read '" STR "'", ARG(path_printable(diags->arena, path)));
	diag_help(diags, "'git status' shows what is wrong with it");
	return false;
}

/* Chooses the remote whose branches count, and the one to name in `git fetch`. */
static void find_remotes(struct repository *r)
{
	r->remote = r->remotes.n == 1 ? r->remotes.items[0] : S("origin");
	r->fetched = r->promisor.n ? r->promisor : r->remotes.n ? r->remotes.items[0] : r->remote;
	for (uint32_t i = 0; i < r->remotes.n && !r->promisor.n; i++)
		if (str_eq(r->remotes.items[i], r->remote))
			r->fetched = r->remote;
}

/* Refuses extensions that change formats, unless they name the default. */
static bool check_extensions(const struct repository *r, struct diags *diags)
{
	if (r->object_format.p && !str_eq(r->object_format, S("sha1"))) {
		if (str_eq(r->object_format, S("sha256")))
			diag_error(diags, NOWHERE,
				"this repository has SHA-256 object ids, which libgit2 cannot "
				"read");
		else
			diag_error(diags, NOWHERE,
				"this repository has object ids of an unknown kind, '" STR "'",
				ARG(path_printable(diags->arena, r->object_format)));
		diag_help(diags, "compare folders instead: breakwater check dir:OLD dir:NEW");
		return false;
	}
	if (r->ref_storage.p && !str_eq(r->ref_storage, S("files"))) {
		diag_error(diags, NOWHERE,
			"this repository keeps its references in a reftable, which libgit2 cannot "
			"read");
		diag_help(diags, "git refs migrate --ref-format=files");
		return false;
	}
	return true;
}

static bool repository_set_up(
	struct repository *r, const struct git_found *found, struct diags *diags)
{
	struct str common = r->options.git_common_dir;

	r->git_dir = found->git_dir;
	r->common_dir = found->common_dir;
	if (common.n && !str_eq(path_real(r->arena, path_absolute(&r->options, common)),
				path_real(r->arena, str_cstr(r->arena, r->common_dir)))) {
		diag_error(
			diags, NOWHERE, "GIT_COMMON_DIR and GIT_DIR name different repositories");
		diag_help(diags, "unset GIT_COMMON_DIR");
		return false;
	}
	read_settings(r, &found->settings, false);
	if (r->has_worktree_config && !read_worktree_config(r, diags))
		return false;
	find_remotes(r);
	if (!check_extensions(r, diags))
		return false;
	find_work_dir(r, found);
	find_prefix(r);
	find_index(r);
	return read_shallow(r, diags) && odb_open(r, diags);
}

/* A linked folder is not followed, and no file has a name that is too long, so neither hides
 * anything. */
static bool is_nothing(int error)
{
	return error == ENOENT || error == ENOTDIR || error == ELOOP || error == ENAMETOOLONG;
}

/* Is `name` in the folder? *error: the errno of a look that failed, else as it was. */
static bool is_there(int folder, const char *name, int *error)
{
	struct stat st;

	if (fstatat(folder, name, &st, 0) == 0)
		return true;
	if (!is_nothing(errno))
		*error = errno;
	return false;
}

/* libgit2 knows a repository by three names. */
static bool looks_like_repository(int folder, int *error)
{
	return is_there(folder, "HEAD", error) && is_there(folder, "objects", error) &&
	       is_there(folder, "refs", error);
}

/* EIO: the folder is or has a repository; else the errno of a look that failed, or 0. */
static int look_in(int folder)
{
	int git = openat_again(folder, ".git", O_PATH | O_CLOEXEC), error = 0;

	if (git < 0 && !is_nothing(errno))
		error = errno;
	if (looks_like_repository(folder, &error) ||
		(git >= 0 && looks_like_repository(git, &error)))
		error = EIO;
	if (git >= 0)
		close(git);
	return error;
}

/*
 * libgit2 ignores a repository that it may not read. So if it found none, this looks again, as far
 * up: 0, or the errno of what prevents the look.
 */
static int look_again(const struct source_options *options)
{
	struct str at = path_real(options->arena, path_absolute(options, S("."))), above;
	struct stat st;
	dev_t device = 0;

	for (;; at = above) {
		int error = 0, folder = open_again(at.n ? str_cstr(options->arena, at) : "/",
				       O_PATH | O_DIRECTORY | O_CLOEXEC);
		bool crossed;

		if (folder < 0)
			return errno;
		if (fstat(folder, &st) < 0)
			error = errno;
		crossed = !error && device && st.st_dev != device;
		device = error ? 0 : st.st_dev;
		if (!error && !crossed)
			error = look_in(folder);
		close(folder);
		above = str_head(at, str_rfind(at, '/') < at.n ? str_rfind(at, '/') : 0);
		if (error || crossed || at.n == 0 || git_is_ceiling(options, above))
			return error;
	}
}

/* Is HEAD a link to a branch without a file, which is packed or unborn? */
static bool check_head(const struct repository *r, struct str git_dir, struct diags *diags)
{
	const char *head = str_cstr(r->arena, path_join(r->arena, git_dir, S("HEAD")));
	char target[MAX_PATH_BYTES];
	struct str branch = { target, 0 };
	struct stat st;
	ssize_t n;

	if (lstat(head, &st) < 0 || !S_ISLNK(st.st_mode))
		return true;
	n = readlink(head, target, sizeof target);
	branch.n = n > 0 ? (size_t)n : 0;
	if (!str_starts(branch, S("refs/")) || access(head, F_OK) == 0)
		return true;
	branch = path_printable(diags->arena, branch);
	diag_error(diags, NOWHERE,
		"cannot open the repository at '" STR "': its HEAD is a symbolic link to '" STR
		"', which is not a file, and libgit2 cannot read that",
		ARG(path_printable(diags->arena, git_dir)), ARG(branch));
	diag_help(diags, "git symbolic-ref HEAD " STR, ARG(branch));
	return false;
}

/* libgit2 skips a repository with such a HEAD for the next one above. So there may be none
 * between the folder `from` and the repository that was found. */
static bool check_heads(const struct repository *r, const char *from, const struct git_found *found,
	struct diags *diags)
{
	struct str folder = path_real(r->arena, from), git_dir = S("");
	bool any = found->git_dir.n > 0;

	if (r->options.git_dir.n)
		return any || check_head(r, folder, diags);
	if (any)
		git_dir = path_real(r->arena, str_cstr(r->arena, found->git_dir));
	else if (!check_head(r, folder, diags))
		return false;
	while (folder.n) {
		size_t slash = str_rfind(folder, '/');
		struct str inner = path_join(r->arena, folder, S(".git"));
		struct stat st;
		bool has_inner = lstat(str_cstr(r->arena, inner), &st) == 0;

		if (has_inner && S_ISDIR(st.st_mode) && !str_eq(inner, git_dir) &&
			!check_head(r, inner, diags))
			return false;
		if (has_inner || str_eq(folder, git_dir))
			break;
		folder = str_head(folder, slash < folder.n ? slash : 0);
		if (git_is_ceiling(&r->options, folder))
			break;
	}
	return true;
}

/* By libgit2, which mostly searches as git does. */
static bool find_by_library(const struct repository *r, const char *path, struct git_found *found,
	bool *absent, struct diags *diags)
{
	const struct source_options *options = &r->options;
	enum library_answer answer = library_find(options, path, found, diags);
	int look;

	if (answer == LIBRARY_FAILED || !check_heads(r, path, found, diags))
		return false;
	if (answer == LIBRARY_FOUND)
		return true;
	if (answer == LIBRARY_REFUSED) {
		diag_error(diags, NOWHERE, "cannot open the repository at '%s'", path);
		diag_help(diags, "'git status' shows what is wrong with it; libgit2 says: %s",
			found->refused);
		return false;
	}
	look = look_again(options);
	*absent = !look;
	if (look) {
		diag_error(diags, NOWHERE, "cannot find the repository of '%s': %s", path,
			strerror(look));
		diag_help(diags, "'git status' shows what is wrong with it");
	}
	return false;
}

struct repository *repository_open(
	const struct source_options *options, bool *absent, struct diags *diags)
{
	struct repository *r = NEW(options->arena, struct repository);
	const char *path = path_absolute(options, options->git_dir.n ? options->git_dir : S("."));
	struct git_found found;

	r->arena = options->arena;
	r->options = *options;
	r->work_top = -1;
	r->users = 1;
	map_init(&r->trees, r->arena);
	map_init(&r->targets, r->arena);
	map_init(&r->changed, r->arena);
	r->peeled = NEW(r->arena, struct map);
	map_init(r->peeled, r->arena);
	*absent = false;
	if (git_files_check(options, path, &found, diags) &&
		(found.is_plain || find_by_library(r, path, &found, absent, diags)) &&
		repository_set_up(r, &found, diags))
		return r;
	repository_release(r);
	return NULL;
}

struct repository *repository_share(struct repository *repository)
{
	repository->users++;
	return repository;
}

void repository_release(struct repository *repository)
{
	if (--repository->users)
		return;
	packs_free(repository->packs);
	for (uint32_t i = 0; i < repository->objects.n; i++)
		close(repository->objects.items[i]);
	if (repository->work_top >= 0)
		close(repository->work_top);
}

bool repository_config_path(struct repository *repository, struct str key, struct str *path)
{
	if (!repository_config_text(repository, key, path))
		return false;
	/* Expanded here, since libgit2 has no home: the user's configuration is hidden from it. */
	if (!str_eq(*path, S("~")) && !str_starts(*path, S("~/")))
		return true;
	if (!repository->options.home.n)
		return false;
	*path = path->n > 2
			? path_join(repository->arena, repository->options.home, str_from(*path, 2))
			: repository->options.home;
	return true;
}

void diag_missing_help(const struct repository *repository, struct diags *diags)
{
	if (repository->shallow)
		diag_help(diags, "this clone is shallow: git fetch --unshallow " STR,
			ARG(repository->fetched));
	else if (repository->partial)
		diag_help(diags, "this clone is partial: git fetch --refetch --no-filter " STR,
			ARG(repository->fetched));
	else
		diag_help(diags, "it is missing or damaged: git fsck shows which");
}
