/* References, loose and packed, short names, and reflogs. */
#include "source/refs.h"
#include "base/open.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	MAX_HOPS = 5, /* git's SYMREF_MAXDEPTH */
	MAX_LOOSE_BYTES = 64 << 10,
	MAX_PACKED_BYTES = 512 << 20,
	MAX_LOG_BYTES = 256 << 20,
	MAX_NAME_BYTES = 4096,
	HEX = GIT_OID_HEXSZ,
};

static bool component_is_valid(struct str part)
{
	if (part.n == 0 || part.p[0] == '.' || part.p[part.n - 1] == '.' ||
		str_ends(part, S(".lock")))
		return false;
	for (size_t i = 0; i < part.n; i++) {
		unsigned char c = (unsigned char)part.p[i];

		if (c <= ' ' || c == 0x7f || strchr("~^:?*[\\", c))
			return false;
		if (i && ((c == '.' && part.p[i - 1] == '.') || (c == '{' && part.p[i - 1] == '@')))
			return false;
	}
	return true;
}

bool ref_name_is_valid(struct str name)
{
	struct str part, rest = name;

	if (name.n == 0 || name.n > MAX_NAME_BYTES || str_eq(name, S("@")) ||
		name.p[name.n - 1] == '/')
		return false;
	while (str_cut(&rest, '/', &part))
		if (!component_is_valid(part))
			return false;
	return true;
}

/* Does every working tree have its own? As git's is_per_worktree_ref, and for pseudo-references. */
static bool is_of_worktree(struct str name)
{
	return !str_starts(name, S("refs/")) || str_starts(name, S("refs/worktree/")) ||
	       str_starts(name, S("refs/bisect/")) || str_starts(name, S("refs/rewritten/"));
}

/*
 * The folder of the reference's file, and its name there: `main-worktree/X` and `worktrees/W/X`
 * belong to other working trees (git-worktree(1), REFS).
 */
static struct str folder_of(const struct repository *r, struct str name, struct str *inside)
{
	struct str main_tree = S("main-worktree/"), trees = S("worktrees/"), rest;
	size_t slash;

	*inside = name;
	if (str_starts(name, main_tree)) {
		*inside = str_from(name, main_tree.n);
		return r->common_dir;
	}
	if (str_starts(name, trees)) {
		rest = str_from(name, trees.n);
		slash = str_find(rest, '/');
		*inside = str_from(rest, slash + 1);
		return is_of_worktree(*inside)
			       ? path_join(r->arena, r->common_dir, str_head(name, trees.n + slash))
			       : r->common_dir;
	}
	return is_of_worktree(name) ? r->git_dir : r->common_dir;
}

static enum ref_answer fail_read(
	struct str name, const char *why, const char *help, struct diags *diags)
{
	diag_error(diags, NOWHERE, "the reference '" STR "' %s",
		ARG(path_printable(diags->arena, name)), why);
	diag_help(diags, "%s", help);
	return REF_FAILED;
}

/* A link to `refs/…`, as old git made them: it is equal to a file with `ref: refs/…`. */
static enum ref_answer read_link(struct str path, struct arena *arena, struct str shown,
	struct str *bytes, struct diags *diags)
{
	char *text = arena_bytes(arena, MAX_NAME_BYTES);
	ssize_t n = readlink(str_cstr(arena, path), text, MAX_NAME_BYTES);
	struct str target = { text, n > 0 ? (size_t)n : 0 };

	if (!str_starts(target, S("refs/")) || !ref_name_is_valid(target))
		return fail_read(shown, "is a link", "git fsck shows what is wrong with it", diags);
	*bytes = str_printf(arena, "ref: " STR, ARG(target));
	return REF_FOUND;
}

/* `shown` is a reference or a file of git's folder. */
static enum ref_answer fail_errno(struct str shown, int error, struct diags *diags)
{
	diag_error(diags, NOWHERE, "the reference '" STR "' cannot be read: %s",
		ARG(path_printable(diags->arena, shown)),
		error == EFBIG ? "it is too large" : read_reason(error));
	return REF_FAILED;
}

/*
 * Reads a file of git's folder; REF_ABSENT: it does not exist, or is a folder. Links are followed
 * (git-new-workdir makes them), but a reference that is a link means another reference.
 */
static enum ref_answer read_file(struct str folder, struct str file, uint64_t limit,
	struct arena *arena, struct str shown, struct str *bytes, struct diags *diags)
{
	const char *path = str_cstr(arena, path_join(arena, folder, file));

	if (file_read(path, limit, arena, bytes))
		return REF_FOUND;
	if (is_absent(errno) || errno == EISDIR)
		return REF_ABSENT;
	return fail_errno(shown, errno, diags);
}

static enum ref_answer read_loose(struct str folder, struct str file, struct arena *arena,
	struct str shown, struct str *bytes, struct diags *diags)
{
	struct str path = path_join(arena, folder, file);
	struct stat st;

	if (lstat(str_cstr(arena, path), &st) == 0 && S_ISLNK(st.st_mode))
		return read_link(path, arena, shown, bytes, diags);
	return read_file(folder, file, MAX_LOOSE_BYTES, arena, shown, bytes, diags);
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* packed-refs, read once. */
static enum ref_answer packed_open(struct repository *r, struct diags *diags)
{
	enum ref_answer answer;

	if (r->packed_refs_read)
		return r->packed_refs.n ? REF_FOUND : REF_ABSENT;
	answer = read_file(r->common_dir, S("packed-refs"), MAX_PACKED_BYTES, r->arena,
		S("packed-refs"), &r->packed_refs, diags);
	r->packed_refs_read = answer != REF_FAILED;
	return answer;
}

/* Parses `ID NAME`; false: a comment, or the peeled id of a tag. */
static bool packed_line(struct str line, struct str *name, struct content_id *id)
{
	if (line.n < HEX + 2 || line.p[0] == '#' || line.p[0] == '^' || !is_space(line.p[HEX]) ||
		!id_parse(line, id))
		return false;
	*name = str_from(line, HEX + 1);
	return true;
}

static enum ref_answer packed_find(
	struct repository *r, struct str name, struct content_id *id, struct diags *diags)
{
	enum ref_answer answer = packed_open(r, diags);
	struct str text = r->packed_refs;

	if (answer != REF_FOUND)
		return answer;
	while (text.n > HEX) {
		const char *hit = memmem(text.p, text.n, name.p, name.n);
		size_t at = hit ? (size_t)(hit - text.p) : 0, end = at + name.n;
		struct str line, found;

		if (!hit)
			return REF_ABSENT;
		if (at >= HEX + 1 && (at == HEX + 1 || text.p[at - HEX - 2] == '\n') &&
			(end == text.n || text.p[end] == '\n')) {
			line = (struct str){ hit - HEX - 1, HEX + 1 + name.n };
			if (packed_line(line, &found, id))
				return REF_FOUND;
		}
		text = str_from(text, at + 1);
	}
	return REF_ABSENT;
}

/* One step: an id in *id, or the name of the next reference in *next. */
static enum ref_answer read_step(struct repository *r, struct str name, struct content_id *id,
	struct str *next, struct diags *diags)
{
	struct str inside, folder = folder_of(r, name, &inside), text;
	enum ref_answer answer;

	*next = (struct str){ NULL, 0 };
	answer = read_loose(folder, inside, r->arena, name, &text, diags);
	if (answer == REF_ABSENT && !is_of_worktree(inside))
		return packed_find(r, inside, id, diags);
	if (answer != REF_FOUND)
		return answer;
	if (str_starts(text, S("ref:"))) {
		*next = str_trim(str_from(text, 4));
		return REF_FOUND;
	}
	/* In FETCH_HEAD more follows the id. */
	if (id_parse(text, id) && (text.n == HEX || is_space(text.p[HEX])))
		return REF_FOUND;
	return REF_ABSENT; /* git ignores it, too */
}

enum ref_answer ref_read(struct repository *repository, struct str name, struct content_id *id,
	struct str *last, struct diags *diags)
{
	for (int hop = 0; hop <= MAX_HOPS; hop++) {
		enum ref_answer answer;
		struct str next;

		if (!ref_name_is_valid(name))
			return REF_ABSENT;
		if (last)
			*last = str_dup(repository->arena, name);
		answer = read_step(repository, name, id, &next, diags);
		if (answer != REF_FOUND || !next.p)
			return answer;
		name = next;
	}
	return REF_ABSENT;
}

/* gitrevisions(7): the first one wins. */
static const char *const rules[][2] = {
	{ "", "" },
	{ "refs/", "" },
	{ "refs/tags/", "" },
	{ "refs/heads/", "" },
	{ "refs/remotes/", "" },
	{ "refs/remotes/", "/HEAD" },
};

static struct str by_rule(struct arena *arena, size_t rule, struct str name)
{
	return str_printf(arena, "%s" STR "%s", rules[rule][0], ARG(name), rules[rule][1]);
}

enum ref_answer ref_expand(struct repository *repository, struct str name, struct content_id *id,
	struct str *full, struct diags *diags)
{
	bool found = false;

	*full = (struct str){ NULL, 0 };
	for (size_t i = 0; i < COUNT(rules); i++) {
		struct str whole = by_rule(repository->arena, i, name);
		struct content_id other;
		enum ref_answer answer =
			ref_read(repository, whole, found ? &other : id, NULL, diags);

		if (answer == REF_FAILED)
			return answer;
		if (answer == REF_ABSENT)
			continue;
		if (found) {
			diag_warning(diags, NOWHERE,
				"'" STR "' is ambiguous: '" STR "' is used, not '" STR "'",
				ARG(path_printable(diags->arena, name)),
				ARG(path_printable(diags->arena, *full)),
				ARG(path_printable(diags->arena, whole)));
			diag_help(diags, "write the full name");
			break;
		}
		found = true;
		*full = whole;
		if (str_eq(name, S("HEAD"))) /* no other one could be meant */
			break;
	}
	return found ? REF_FOUND : REF_ABSENT;
}

/* A loose reference hides a packed one of its name. */
struct listed {
	struct str name;
	struct content_id id; /* if packed */
	bool packed;
};

struct walk {
	struct repository *repository;
	struct diags *diags;
	VEC(struct listed) list;
	bool failed;
};

/* Names of files below a folder of references; links are not followed. */
static void list_loose(struct walk *walk, struct str folder, struct str name, int depth)
{
	struct arena *arena = walk->repository->arena;
	struct str path = path_join(arena, folder, name);
	int fd = open_again(str_cstr(arena, path),
		O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *item;

	if (!stream) {
		if (fd >= 0)
			close(fd);
		if (errno != ENOENT && errno != ENOTDIR && errno != ELOOP) {
			fail_errno(name, errno, walk->diags);
			walk->failed = true;
		}
		return;
	}
	for (errno = 0; !walk->failed && (item = readdir(stream)); errno = 0) {
		struct str below = path_join(arena, name, str_of(item->d_name));

		if (!component_is_valid(str_of(item->d_name)))
			continue;
		if (item->d_type == DT_DIR || item->d_type == DT_UNKNOWN) {
			if (depth < MAX_DEPTH)
				list_loose(walk, folder, below, depth + 1);
			if (item->d_type == DT_DIR)
				continue;
		}
		vec_push(arena, &walk->list)->name = below;
	}
	if (!walk->failed && errno) {
		fail_errno(name, errno, walk->diags);
		walk->failed = true;
	}
	closedir(stream);
}

static int listed_order(const void *left, const void *right)
{
	const struct listed *a = left, *b = right;
	int order = str_cmp(a->name, b->name);

	return order ? order : a->packed - b->packed;
}

static void list_packed(struct walk *walk, struct str prefix)
{
	struct str text = walk->repository->packed_refs, line;
	struct listed item = { .packed = true };

	while (str_cut(&text, '\n', &line))
		if (packed_line(line, &item.name, &item.id) && str_starts(item.name, prefix))
			*vec_push(walk->repository->arena, &walk->list) = item;
}

bool refs_each(struct repository *repository, struct str prefix,
	void (*take)(void *context, struct str name, const struct content_id *id), void *context,
	struct diags *diags)
{
	struct walk walk = { .repository = repository, .diags = diags };
	struct str top = str_head(prefix, prefix.n - 1), done = { NULL, 0 };

	list_loose(&walk, repository->common_dir, top, 0);
	if (walk.failed || packed_open(repository, diags) == REF_FAILED)
		return false;
	list_packed(&walk, prefix);
	if (walk.list.n)
		qsort(walk.list.items, walk.list.n, sizeof *walk.list.items, listed_order);
	for (uint32_t i = 0; i < walk.list.n; i++) {
		struct listed *item = &walk.list.items[i];
		enum ref_answer answer = REF_FOUND;

		if (done.p && str_eq(item->name, done))
			continue;
		if (!item->packed)
			answer = ref_read(repository, item->name, &item->id, NULL, diags);
		if (answer == REF_FAILED)
			return false;
		done = item->name;
		if (answer == REF_FOUND)
			take(context, item->name, &item->id);
	}
	return true;
}

/* `OLD NEW NAME <MAIL> SECONDS ZONE TAB MESSAGE` */
static bool log_line(struct str line, struct log_entry *entry)
{
	size_t tab = str_find(line, '\t');
	struct str who = str_head(line, tab), when;

	if (line.n < 2 * HEX + 2 || line.p[HEX] != ' ' || line.p[2 * HEX + 1] != ' ' ||
		!id_parse(line, &entry->old) || !id_parse(str_from(line, HEX + 1), &entry->new))
		return false;
	when = str_trim(str_from(who, str_rfind(who, '>') + 1));
	entry->time = 0;
	for (size_t i = 0; i < when.n && i < 18 && when.p[i] >= '0' && when.p[i] <= '9'; i++)
		entry->time = entry->time * 10 + (when.p[i] - '0');
	entry->message = str_from(line, tab + 1);
	return true;
}

enum ref_answer log_read(const struct repository *repository, struct str full, struct arena *arena,
	struct log *log, struct diags *diags)
{
	struct str inside, folder = folder_of(repository, full, &inside), text, line;
	enum ref_answer answer = read_file(folder, path_join(arena, S("logs"), inside),
		MAX_LOG_BYTES, arena, full, &text, diags);

	*log = (struct log){ 0 };
	if (answer != REF_FOUND)
		return answer;
	while (str_cut(&text, '\n', &line)) {
		struct log_entry entry = { 0 };

		if (log_line(line, &entry))
			*vec_push(arena, log) = entry;
	}
	for (uint32_t i = 0; i < log->n / 2; i++) {
		struct log_entry held = log->items[i];

		log->items[i] = log->items[log->n - 1 - i];
		log->items[log->n - 1 - i] = held;
	}
	return REF_FOUND;
}

static bool log_exists(const struct repository *repository, struct str full)
{
	struct str inside, folder = folder_of(repository, full, &inside);
	struct str path = path_join(
		repository->arena, folder, path_join(repository->arena, S("logs"), inside));
	struct stat st;

	/* What cannot be looked at may be one: reading it tells. */
	return lstat(str_cstr(repository->arena, path), &st) == 0 ? !S_ISDIR(st.st_mode)
								  : !is_absent(errno);
}

enum ref_answer log_expand(struct repository *repository, struct str name, struct content_id *id,
	struct str *full, struct diags *diags)
{
	for (size_t i = 0; i < COUNT(rules); i++) {
		struct str whole = by_rule(repository->arena, i, name), last;
		enum ref_answer answer = ref_read(repository, whole, id, &last, diags);

		if (answer == REF_FAILED)
			return answer;
		if (answer == REF_ABSENT)
			continue;
		if (!log_exists(repository, whole) && !log_exists(repository, last))
			continue;
		*full = log_exists(repository, whole) ? whole : last;
		return REF_FOUND;
	}
	return REF_ABSENT;
}
