/*
 * Which untracked files belong to the working tree.
 */
#include "source/work.h"
#include "base/open.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static const uint64_t MAX_RULES_BYTES = 100 << 20; /* of one file, as in git 2.45 and later */

static bool fail_rules(struct str path, int error, struct diags *diags)
{
	struct str shown = path_printable(diags->arena, path);

	if (error == EFBIG)
		diag_error(diags, NOWHERE, "'" STR "' is larger than %llu bytes", ARG(shown),
			(unsigned long long)MAX_RULES_BYTES);
	else
		diag_error(diags, NOWHERE, "cannot read '" STR "': %s", ARG(shown),
			read_reason(error));
	return false;
}

static const struct ignore_rules *parse(const struct work *work, struct str text, struct str folder,
	const struct ignore_rules *above)
{
	struct ignore_text source = { text, folder, work->repository->ignore_case };

	return text.n ? ignore_parse(work->arena, &source, above) : above;
}

/* A .gitignore that is not on disk: the index's, if it is marked as skipped. */
static bool read_skipped(
	const struct work *work, struct str path, struct str *text, struct diags *diags)
{
	const struct index_entry *entry = index_find(&work->index, path);

	if (!entry || !index_is_skipped(entry) || (index_mode(entry) & MODE_TYPE) != MODE_FILE)
		return true;
	return object_read(work->repository, index_id(entry), GIT_OBJECT_BLOB, MAX_RULES_BYTES,
		NULL, path, work->arena, text, diags);
}

bool rules_in(const struct work *work, struct str folder, const struct ignore_rules *above,
	const struct ignore_rules **rules, struct diags *diags)
{
	struct str path = path_join(work->arena, folder, S(".gitignore")), text = S("");
	int fd = beneath_open_file(work->repository->work_top, path), error = errno;
	bool ok = fd >= 0 && file_bytes(fd, MAX_RULES_BYTES, work->arena, &text);

	if (fd >= 0) {
		error = errno;
		close(fd);
	}
	if (!ok && !is_absent(error) && error != ELOOP && error != EISDIR)
		return fail_rules(path, error, diags);
	if (!ok && !read_skipped(work, path, &text, diags))
		return false;
	*rules = parse(work, text, folder, above);
	return true;
}

bool rules_of_repository(struct work *work, struct diags *diags)
{
	struct repository *repository = work->repository;
	struct str files[2] = { { NULL, 0 },
		path_join(work->arena, repository->common_dir, S("info/exclude")) };

	if (repository_config_path(repository, S("core.excludesfile"), &files[0]) && files[0].n &&
		files[0].p[0] != '/')
		files[0] = path_join(work->arena, repository->work_dir, files[0]);
	for (size_t i = 0; i < COUNT(files); i++) {
		struct str text = S("");

		if (!files[i].n)
			continue;
		if (file_read(str_cstr(work->arena, files[i]), MAX_RULES_BYTES, work->arena, &text))
			work->rules = parse(work, text, S(""), work->rules);
		else if (!is_absent(errno) && errno != EISDIR)
			return fail_rules(files[i], errno, diags);
	}
	return true;
}

/* ---- repositories in the working tree ---- */

/* Is the HEAD of the open folder `.git` valid? */
static bool is_head(int git)
{
	char text[256], *end;
	ssize_t n = readlinkat(git, "HEAD", text, sizeof text - 1);
	struct content_id id;
	int fd;

	if (n < 0) {
		fd = openat_again(git, "HEAD", O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
		n = fd < 0 ? -1 : read_up_to(fd, text, sizeof text - 1);
		if (fd >= 0)
			close(fd);
		if (n < 0)
			return false;
		text[n] = '\0';
		if (strncmp(text, "ref:", 4) != 0)
			return id_parse((struct str){ text, (size_t)n }, &id);
		end = text + 4;
		while (isspace((unsigned char)*end))
			end++;
		return strncmp(end, "refs/", 5) == 0;
	}
	text[n] = '\0';
	return strncmp(text, "refs/", 5) == 0;
}

/* Does the folder have the parts of a repository? A linked one has the rest elsewhere. */
static bool has_parts(int at, const char *path)
{
	static const char *const parts[] = { "HEAD", "objects", "refs" };
	int git = openat_again(at, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	bool ok = git >= 0, linked;
	struct stat st;

	if (git < 0)
		return false;
	linked = faccessat(git, "commondir", F_OK, 0) == 0;
	for (size_t i = 0; i < (linked ? 1 : COUNT(parts)) && ok; i++)
		ok = fstatat(git, parts[i], &st, AT_SYMLINK_NOFOLLOW) == 0;
	ok = ok && is_head(git);
	close(git);
	return ok;
}

/* `gitdir: FOLDER` in the file `.git`; a file that cannot be opened may be one. */
static bool leads_to_repository(int folder)
{
	char text[MAX_PATH_BYTES + 16];
	int fd = openat_again(folder, ".git", O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t n = fd < 0 ? -1 : read_up_to(fd, text, sizeof text - 1);

	if (fd >= 0)
		close(fd);
	if (n < 0)
		return true;
	while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
		n--;
	text[n] = '\0';
	return strncmp(text, "gitdir: ", 8) == 0 && text[8] && has_parts(folder, text + 8);
}

bool is_repository(int fd)
{
	struct stat st;
	bool is = false;

	if (fstatat(fd, ".git", &st, 0) < 0) {
		/* A dangling link is not one. */
		if (is_absent(errno) || errno == ELOOP)
			errno = 0;
		return false;
	}
	if (S_ISDIR(st.st_mode))
		is = has_parts(fd, ".git");
	else if (S_ISREG(st.st_mode))
		is = leads_to_repository(fd);
	errno = 0;
	return is;
}

/* ---- one path ---- */

static uint64_t folded_hash(struct arena *scratch, struct str path)
{
	struct arena_mark mark = arena_mark(scratch);
	char *p = arena_bytes(scratch, path.n + 1);
	uint64_t hash;

	for (size_t i = 0; i < path.n; i++)
		p[i] = (char)tolower((unsigned char)path.p[i]);
	hash = str_hash((struct str){ p, path.n });
	arena_rewind(scratch, mark);
	return hash;
}

bool work_is_tracked(struct work *work, struct str path)
{
	if (!work->repository->ignore_case)
		return index_find(&work->index, path);
	if (!work->is_folded) {
		map_init(&work->folded, work->arena);
		for (uint32_t i = 0; i < work->index.n; i++)
			*map_put(&work->folded, NULL,
				folded_hash(work->arena, work->index.entries[i].path)) = work;
		work->is_folded = true;
	}
	return map_get(&work->folded, NULL, folded_hash(work->arena, path));
}

/* May an untracked file below a folder belong to the working tree? False also with an error. */
static bool is_open_folder(struct source *source, struct str folder)
{
	const struct work *work = source->impl;
	int fd = beneath_open(work->repository->work_top, folder, O_RDONLY | O_DIRECTORY);
	bool nested = fd < 0 || is_repository(fd);
	int error = errno;

	if (fd >= 0)
		close(fd);
	if (fd < 0 ? !is_absent(error) && error != ELOOP : !nested && error) {
		diag_unreadable(source, folder, error, &source->unlooked);
		return false;
	}
	return !nested;
}

static bool is_shown(struct source *source, struct str path)
{
	const struct work *work = source->impl;
	const struct ignore_rules *rules;

	if (!rules_in(work, S(""), work->rules, &rules, &source->unlooked))
		return false;
	for (size_t i = 0; i < path.n; i++) {
		struct str folder = str_head(path, i);
		const struct index_entry *entry;

		if (path.p[i] != '/')
			continue;
		entry = index_find(&work->index, folder);
		if ((entry && (index_mode(entry) & MODE_TYPE) == MODE_SUBMODULE) ||
			ignore_matches(rules, folder, true) ||
			(!index_find_below(&work->index, folder) &&
				!is_open_folder(source, folder)) ||
			!rules_in(work, folder, rules, &rules, &source->unlooked))
			return false;
	}
	return !ignore_matches(rules, path, false);
}

bool work_has(struct source *source, struct str path)
{
	struct work *work = source->impl;

	return index_find(&work->index, path) ||
	       (!work_is_tracked(work, path) && is_shown(source, path));
}
