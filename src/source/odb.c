/*
 * The object database: the repository's own folder of objects, and its alternates.
 */
#include "source/objects.h"
#include "base/open.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { MAX_ALTERNATES = 6 /* nesting of alternates, as in git */ };

struct odb_building {
	struct repository *repository;
	struct arena *scratch;
	VEC(struct str) folders; /* the folders that were added, resolved */
};

/* One character of a name with C-style quoting; false: malformed. */
static bool take_escaped(struct str *rest, char *c)
{
	static const char letters[] = "abfnrtv\\\"", meant[] = "\a\b\f\n\r\t\v\\\"";
	const char *letter;
	unsigned value = 0;

	if (!rest->n)
		return false;
	letter = memchr(letters, rest->p[0], sizeof letters - 1);
	if (letter) {
		*c = meant[letter - letters];
		*rest = str_from(*rest, 1);
		return true;
	}
	if (rest->n < 3 || rest->p[0] > '3')
		return false;
	for (size_t i = 0; i < 3; i++) {
		if (rest->p[i] < '0' || rest->p[i] > '7')
			return false;
		value = value * 8 + (unsigned)(rest->p[i] - '0');
	}
	*c = (char)value;
	*rest = str_from(*rest, 3);
	return true;
}

/* Takes `"..."` off the front; false, with nothing taken: malformed. */
static bool take_quoted(struct arena *arena, struct str *rest, struct str *name)
{
	struct str at = str_from(*rest, 1);
	char *p = arena_bytes(arena, at.n + 1);
	size_t n = 0;

	while (at.n && at.p[0] != '"') {
		char c = at.p[0];

		at = str_from(at, 1);
		if (c == '\\' && !take_escaped(&at, &c))
			return false;
		p[n++] = c;
	}
	if (!at.n)
		return false;
	*rest = str_from(at, 1);
	*name = (struct str){ p, n };
	return true;
}

/* The next of the folders separated by `separator`: it may be quoted, and `#` begins a comment. */
static bool take_folder(struct arena *arena, struct str *rest, char separator, struct str *folder)
{
	if (!rest->n)
		return false;
	if (rest->p[0] == '"' && take_quoted(arena, rest, folder)) {
		*rest = str_from(*rest, rest->n > 0); /* any character, as in git */
		return true;
	}
	if (!str_cut(rest, separator, folder))
		return false;
	if (folder->n && folder->p[0] == '#')
		*folder = S("");
	return true;
}

static void odb_add(struct odb_building *b, struct str folder, int depth);

static void odb_add_list(
	struct odb_building *b, struct str list, char separator, struct str relative, int depth)
{
	struct str folder;

	while (take_folder(b->scratch, &list, separator, &folder)) {
		if (!folder.n)
			continue;
		if (folder.p[0] != '/')
			folder = path_join(b->scratch, relative, folder);
		odb_add(b, folder, depth);
	}
}

/* objects/info/alternates: a folder a line, relative to `objects`. */
static void odb_add_alternates(struct odb_building *b, struct str objects, int depth)
{
	struct str path = path_join(b->scratch, objects, S("info/alternates")), text;
	int fd = open_again(str_cstr(b->scratch, path), O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return;
	if (file_bytes(fd, 1 << 20, b->scratch, &text))
		odb_add_list(b, text, '\n', objects, depth + 1);
	close(fd);
}

/* Missing alternates are skipped, as in git. */
static void odb_add(struct odb_building *b, struct str folder, int depth)
{
	char *real;
	struct str path;
	int opened;

	if (depth > MAX_ALTERNATES)
		return;
	real = realpath(str_cstr(b->scratch, folder), NULL);
	if (!real)
		return;
	path = str_dup(b->scratch, str_of(real));
	free(real);
	for (uint32_t i = 0; i < b->folders.n; i++)
		if (str_eq(b->folders.items[i], path))
			return;
	*vec_push(b->scratch, &b->folders) = path;
	opened = open_again(str_cstr(b->scratch, path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (opened >= 0)
		*vec_push(b->repository->arena, &b->repository->objects) = opened;
	packs_add(b->repository->packs, path);
	odb_add_alternates(b, path, depth);
}

bool odb_open(struct repository *repository, struct diags *diags)
{
	const struct source_options *options = &repository->options;
	struct odb_building b = {
		.repository = repository,
		.scratch = arena_like(repository->arena),
	};
	struct str objects = path_join(b.scratch, repository->common_dir, S("objects"));
	/* git changes to the top of the working tree first. */
	struct str relative = repository->prefix.n ? repository->work_dir
						   : str_of(path_absolute(options, S(".")));

	if (options->git_object_directory.n)
		objects = options->git_object_directory.p[0] == '/'
				  ? options->git_object_directory
				  : path_join(b.scratch, relative, options->git_object_directory);
	repository->packs = packs_new(repository->arena);
	if (repository->packs) {
		odb_add(&b, objects, 0);
		odb_add_list(&b, options->git_alternates, ':', relative, 1);
	}
	if (b.folders.n == 0)
		diag_error(
			diags, NOWHERE, "cannot open the object database '" STR "'", ARG(objects));
	arena_free(b.scratch);
	return b.folders.n > 0;
}
