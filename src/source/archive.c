/*
 * The source of a tar or zip archive: its contracts and configurations, in memory.
 */
#include "source/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "source/unpack.h"
#include "base/open.h"

enum { MAX_MEMBERS = 2000000 };
static const uint64_t MAX_KEPT_BYTES = UINT64_C(1) << 30;

bool archive_fail(struct archive *archive, struct str path, const char *what)
{
	struct str shown = path_printable(archive->diags->arena, path);

	if (path.n)
		diag_error(archive->diags, NOWHERE, "'" STR "', file '" STR "': %s",
			ARG(archive->name), ARG(shown), what);
	else
		diag_error(archive->diags, NOWHERE, "'" STR "': %s", ARG(archive->name), what);
	return false;
}

/* ---- taking entries ---- */

static bool is_configuration(struct str path)
{
	struct str name = path_base(path);

	return str_ends(name, S(".yaml")) || str_ends(name, S(".yml"));
}

static struct str strip(struct str path, uint32_t components)
{
	struct str rest = path;

	for (uint32_t i = 0; i < components; i++) {
		size_t slash = str_find(rest, '/');

		if (slash == rest.n)
			return (struct str){ NULL, 0 };
		rest = str_from(rest, slash + 1);
	}
	return rest;
}

static struct member *find_member(struct archive *archive, struct str path)
{
	uintptr_t at = (uintptr_t)map_get(&archive->by_path, NULL, str_hash(path));

	return at && str_eq(archive->members.items[at - 1].path, path)
		       ? &archive->members.items[at - 1]
		       : NULL;
}

static struct member *add_member(struct archive *archive, struct str path)
{
	struct member *member = vec_push(archive->arena, &archive->members);

	*member = (struct member){ .path = str_dup(archive->arena, path) };
	*map_put(&archive->by_path, NULL, str_hash(path)) = (void *)(uintptr_t)archive->members.n;
	return member;
}

/* The entry's path in the source; absent, with true: the entry is not needed. */
static bool clean_path(struct archive *archive, struct str given, struct str *path)
{
	bool matters = path_is_contract(given) || is_configuration(given);

	*path = (struct str){ NULL, 0 };
	if (given.n > MAX_PATH_BYTES || str_has(given, '\0') ||
		!path_normalize(archive->arena, given, path)) {
		*path = (struct str){ NULL, 0 };
		return !matters || archive_fail(archive, str_head(given, MAX_PATH_BYTES),
					   "its name leads out of the archive");
	}
	*path = strip(*path, archive->strip);
	if (path->n && path_in_dot_git(*path))
		*path = (struct str){ NULL, 0 };
	return true;
}

bool archive_take(struct archive *archive, struct str given, enum member_kind kind,
	struct str target, struct member **member)
{
	struct str path;
	struct member *known;

	*member = NULL;
	if (!clean_path(archive, given, &path))
		return false;
	if (!path.n)
		return true;
	known = find_member(archive, path);
	if (archive->again) {
		if (known && known->is_wanted && kind == MEMBER_FILE)
			*member = known;
		return true;
	}
	if (kind == MEMBER_FOLDER && known)
		return true;
	if (archive->members.n == MAX_MEMBERS)
		return archive_fail(archive, S(""), "it has more than 2000000 entries");
	if (known && (path_is_contract(path) || is_configuration(path)))
		return archive_fail(archive, path, "it is in the archive twice");
	known = add_member(archive, path);
	known->kind = kind;
	known->target = str_dup(archive->arena, target);
	if (kind == MEMBER_FILE && (path_is_contract(path) || is_configuration(path)))
		*member = known;
	return true;
}

char *archive_room(struct archive *archive, struct member *member, uint64_t n)
{
	uint64_t most = archive->options->max_file_bytes;

	if (most && n > most) {
		diag_error(archive->diags, NOWHERE,
			"'" STR "', file '" STR "': it is larger than %llu bytes",
			ARG(archive->name), ARG(path_printable(archive->arena, member->path)),
			(unsigned long long)most);
		return NULL;
	}
	archive->kept_bytes += n;
	if (archive->kept_bytes > MAX_KEPT_BYTES) {
		archive_fail(archive, S(""), "its contracts are larger than 1 GiB");
		return NULL;
	}
	member->bytes = (struct str){ arena_bytes(archive->arena, (size_t)n + 1), (size_t)n };
	return (char *)member->bytes.p;
}

/* ---- links ---- */

/* An archive need not have entries for folders. */
static void add_folders(struct archive *archive)
{
	uint32_t n = archive->members.n;

	for (uint32_t i = 0; i < n; i++) {
		struct str path = archive->members.items[i].path;

		for (size_t slash = str_rfind(path, '/'); slash < path.n;
			slash = str_rfind(path, '/')) {
			path = str_head(path, slash);
			if (find_member(archive, path))
				break;
			add_member(archive, path)->kind = MEMBER_FOLDER;
		}
	}
}

static enum file_kind archive_look(
	void *context, struct str path, struct arena *arena, struct str *target)
{
	const struct member *member = find_member(context, path);

	(void)arena;
	if (!member)
		return FILE_NONE;
	if (member->kind == MEMBER_FOLDER)
		return FILE_FOLDER;
	if (member->kind != MEMBER_LINK)
		return FILE_REGULAR;
	*target = member->target;
	return FILE_LINK;
}

/* The member that a link leads to; NULL: none, perhaps with a warning. */
static struct member *follow(
	struct archive *archive, const struct source *source, const struct member *link)
{
	const struct link_world world = { archive_look, archive };
	struct str path = link->path, file;
	enum link_end end = LINK_FILE;
	struct member *found = NULL;

	if (link->kind == MEMBER_LINK)
		end = symlink_resolve(&world, archive->arena, link->path, &path);
	/* A hard link names an earlier entry, which may be a hard link, too. */
	for (int hops = 0; end == LINK_FILE && hops < 40; hops++) {
		found = find_member(archive, path);
		if (!found || found->kind != MEMBER_HARD_LINK)
			break;
		if (!path_normalize(archive->arena, found->target, &file)) {
			end = LINK_LEAVES;
			break;
		}
		path = strip(file, archive->strip);
	}
	if (end == LINK_FILE && (!found || found->kind != MEMBER_FILE))
		end = LINK_DANGLES;
	if (end == LINK_FILE)
		return found;
	link_warn(source, link->path, end, archive->diags);
	return NULL;
}

/* ---- the source ---- */

static bool walk(struct archive *archive, const struct archive_input *input)
{
	return input->is_zip ? zip_walk(archive, input->bytes)
			     : tar_walk(archive, input->packing, input->bytes);
}

static bool is_link(const struct member *member)
{
	return (member->kind == MEMBER_LINK || member->kind == MEMBER_HARD_LINK) &&
	       (path_is_contract(member->path) || is_configuration(member->path));
}

/* Gives links the bytes of their targets; a second walk reads those that are missing. */
static bool resolve_links(
	struct archive *archive, const struct archive_input *input, const struct source *source)
{
	uint32_t n = archive->members.n, n_links = 0;
	uint32_t *links = NEW_ARRAY(archive->arena, n, uint32_t);
	struct member **targets = NEW_ARRAY(archive->arena, n, struct member *);

	for (uint32_t i = 0; i < n; i++)
		if (is_link(&archive->members.items[i]))
			links[n_links++] = i;
	if (!n_links)
		return true;
	add_folders(archive);
	for (uint32_t i = 0; i < n_links; i++) {
		targets[i] = follow(archive, source, &archive->members.items[links[i]]);
		if (targets[i] && !targets[i]->bytes.p)
			archive->again = targets[i]->is_wanted = true;
	}
	if (archive->again && !walk(archive, input))
		return false;
	for (uint32_t i = 0; i < n_links; i++)
		if (targets[i])
			archive->members.items[links[i]].bytes = targets[i]->bytes;
	return true;
}

struct source *source_archive(const struct source_options *options,
	const struct archive_input *input, struct diags *diags)
{
	struct archive archive = { .options = options,
		.arena = options->arena,
		.name = input->name,
		.diags = diags,
		.strip = input->strip_components };
	VEC(struct memory_file) files = { 0 };
	struct source *source = source_empty(options->arena, input->name);
	uint32_t contracts = 0;

	map_init(&archive.by_path, options->arena);
	if (!walk(&archive, input) || !resolve_links(&archive, input, source))
		return NULL;
	for (uint32_t i = 0; i < archive.members.n; i++) {
		struct member *member = &archive.members.items[i];

		if (!member->bytes.p || member->kind == MEMBER_FOLDER ||
			!(path_is_contract(member->path) || is_configuration(member->path)) ||
			!path_under(member->path, input->top))
			continue;
		contracts += path_is_contract(member->path);
		if (options->max_files &&
			!check_count(source, contracts, options->max_files, diags))
			return NULL;
		*vec_push(options->arena, &files) =
			(struct memory_file){ member->path, member->bytes };
	}
	if (!contracts) {
		archive_fail(&archive, S(""), "it has no contract (a file that ends in '.proto')");
		if (input->strip_components)
			diag_help(diags, "'strip_components' removes folders from the front of "
					 "paths, and skips files with fewer folders");
		return NULL;
	}
	source = source_memory(options->arena, input->name, files.items, files.n);
	source->top = input->top;
	return source;
}

/* ---- files of the command line ---- */

static bool unpack(struct arena *arena, struct str name, enum packing packing, struct str *bytes,
	struct diags *diags)
{
	struct unpacker *unpacker = unpacker_new(arena, packing, *bytes);
	size_t cap = 1 << 16, n = 0;
	char *p = arena_bytes(arena, cap);
	const char *failed;

	for (;;) {
		n += unpacker_read(unpacker, p + n, cap - n);
		if (n < cap || cap > MAX_KEPT_BYTES)
			break;
		p = arena_grow(arena, p, cap, cap * 4, 1);
		cap *= 4;
		if (cap > MAX_KEPT_BYTES)
			cap = MAX_KEPT_BYTES + 1;
	}
	failed = n > MAX_KEPT_BYTES ? "it is larger than 1 GiB once unpacked"
				    : unpacker_failed(unpacker);
	unpacker_free(unpacker);
	*bytes = (struct str){ p, n };
	if (failed)
		diag_error(diags, NOWHERE, "'" STR "': %s", ARG(name), failed);
	return !failed;
}

bool source_file_bytes(const struct source_options *options, struct str path, enum packing packing,
	struct str *bytes, struct diags *diags)
{
	bool is_stdin = str_eq(path, S("-")), ok = false;
	struct str shown = path_printable(options->arena, path);
	int fd = is_stdin ? STDIN_FILENO : input_open(path_absolute(options, path));
	int error;

	if (fd >= 0)
		ok = file_bytes(fd, MAX_KEPT_BYTES, options->arena, bytes);
	error = errno;
	if (fd >= 0 && !is_stdin)
		close(fd);
	if (!ok) {
		diag_error(diags, NOWHERE, "cannot read '" STR "': %s", ARG(shown),
			error == EFBIG ? "it is larger than 1 GiB" : read_reason(error));
		return false;
	}
	return packing == PACKING_NONE || unpack(options->arena, shown, packing, bytes, diags);
}
