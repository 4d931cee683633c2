#include "cli/buf_input.h"

#include "base/open.h"
#include "cli/buf_spelling.h"
#include "descriptor/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	MAX_CONFIG_LOOK = 1 << 16
}; /* number of bytes of a buf.yaml that are searched for its version */

struct str buf_path_absolute(struct cli *cli, struct str path)
{
	struct str whole = path.n && path.p[0] == '/' ? path
						      : str_printf(cli->arena, STR "/" STR,
								ARG(cli->directory), ARG(path));
	VEC(struct str) parts = { 0 };
	struct str rest = whole, part, clean = S("");

	while (str_cut(&rest, '/', &part)) {
		if (!part.n || str_eq(part, S(".")))
			continue;
		if (!str_eq(part, S("..")))
			*vec_push(cli->arena, &parts) = part;
		else if (parts.n)
			parts.n--;
	}
	for (uint32_t i = 0; i < parts.n; i++)
		clean = str_printf(cli->arena, STR "/" STR, ARG(clean), ARG(parts.items[i]));
	return clean.n ? clean : S("/");
}


/* ---- the configuration above a folder ---- */

/* Is it a workspace's buf.yaml? Version v1 describes one module. */
static bool says_v2(struct str text)
{
	struct str line;

	while (str_cut(&text, '\n', &line)) {
		struct str rest = str_from(line, strlen("version:"));

		if (str_starts(line, S("version:")))
			return str_starts(str_trim(rest), S("v2")) ||
			       str_starts(str_trim(rest), S("\"v2\"")) ||
			       str_starts(str_trim(rest), S("'v2'"));
	}
	return false;
}

/* The first bytes of a file on the disk; absent: no such file. */
static struct str disk_head(struct cli *cli, struct str path)
{
	int fd = input_open(str_cstr(cli->arena, path));
	char *p = arena_bytes(cli->arena, MAX_CONFIG_LOOK);
	ssize_t n = fd < 0 ? -1 : read_up_to(fd, p, MAX_CONFIG_LOOK);

	if (n < 0 && !is_absent(errno) && errno != EISDIR)
		buf_fail_look(cli, path);
	if (fd >= 0)
		close(fd);
	return n < 0 ? (struct str){ NULL, 0 } : (struct str){ p, (size_t)n };
}

/* A folder on the disk or in a source. */
struct folder {
	struct cli *cli;
	struct source *source; /* NULL: the disk */
	struct str path;
};

static struct str place_head(const struct folder *place, struct str name)
{
	struct cli *cli = place->cli;
	struct str path = path_join(cli->arena, place->path, name), bytes = { NULL, 0 };
	const struct source_entry *entry;

	if (!place->source)
		return disk_head(cli, path);
	entry = source_find(place->source, path);
	source_looked(place->source, &cli->diags);
	if (entry && source_read(place->source, entry, cli->arena, &bytes, &cli->diags) && !bytes.p)
		bytes = S("");
	return bytes;
}

static bool is_workspace(const struct folder *place)
{
	return place_head(place, S("breakwater.yaml")).p ||
	       place_head(place, S("buf.work.yaml")).p || says_v2(place_head(place, S("buf.yaml")));
}

static bool is_module(const struct folder *place)
{
	return place_head(place, S("buf.yaml")).p != NULL;
}

/* The folder of the configuration for `folder`: of the workspace that it is in, else of its module,
 * else `folder` itself. */
static struct str disk_workspace(struct cli *cli, struct str folder)
{
	struct str module = { NULL, 0 };

	for (struct str at = folder; at.n; at = path_parent(at)) {
		struct folder place = { cli, NULL, at };

		if (is_workspace(&place))
			return at;
		if (!module.p && is_module(&place))
			module = at;
		if (buf_is_on_disk(cli, path_join(cli->arena, at, S(".git")), false))
			break;
	}
	return module.p ? module : folder;
}

static struct str tree_workspace(struct cli *cli, struct source *source, struct str folder)
{
	struct str module = { NULL, 0 };

	for (struct str at = folder;; at = path_parent(at)) {
		struct folder place = { cli, source, at };

		if (is_workspace(&place))
			return at;
		if (!module.p && is_module(&place))
			module = at;
		if (!at.n)
			return module.p ? module : folder;
	}
}

/* ---- the forms ---- */

static bool read_folder(struct cli *cli, const struct buf_spelling *s, struct str only_file,
	bool configured, struct buf_input *input)
{
	struct str folder = buf_path_absolute(cli, s->path), named;

	named = folder;
	if (only_file.p)
		folder = path_parent(folder).n ? path_parent(folder) : S("/");
	input->is_folder = true;
	input->is_absolute = s->path.p[0] == '/';
	input->root = configured ? folder : disk_workspace(cli, folder);
	input->only = named.n > input->root.n
			      ? str_from(named, input->root.n == 1 ? 1 : input->root.n + 1)
			      : S("");
	input->top = S("");
	input->input = str_cstr(cli->arena, str_printf(cli->arena, "dir:" STR, ARG(input->root)));
	return true;
}

static bool read_image(struct cli *cli, const struct buf_spelling *s, struct buf_input *input)
{
	struct breakwater_git git = cli_git();
	struct source_options options =
		source_options_of(cli->arena, cli->names, cli->directory, &git);
	struct str bytes;

	input->top = input->only = S("");
	if (s->form == INPUT_SET && s->packing == PACKING_NONE) {
		input->input = str_cstr(
			cli->arena, str_printf(cli->arena, "set:" STR, ARG(s->path)));
		return true;
	}
	if (!source_file_bytes(&options, s->path, s->packing, &bytes, &cli->diags))
		return false;
	if (s->form == INPUT_SET)
		input->source = source_set(
			cli->arena, s->whole, bytes, options.max_files, &cli->diags);
	else
		input->source = descriptor_image(cli->arena, cli->names, s->whole, bytes,
			s->form == INPUT_JSON, &cli->diags);
	return input->source != NULL;
}

static bool read_archive(
	struct cli *cli, const struct buf_spelling *s, bool configured, struct buf_input *input)
{
	struct breakwater_git git = cli_git();
	struct source_options options =
		source_options_of(cli->arena, cli->names, cli->directory, &git);
	struct archive_input archive = { .name = s->whole,
		.is_zip = s->form == INPUT_ZIP,
		.packing = s->packing,
		.strip_components = s->strip_components,
		.top = S("") };

	if (s->form == INPUT_ZIP && s->packing != PACKING_NONE)
		return buf_fail(cli, s, "is not supported: a zip archive is already compressed",
			"decompress it");
	input->only = S("");
	if (s->subdir.p && !path_normalize(cli->arena, s->subdir, &input->only))
		return buf_fail(cli, s, "leads out of the archive", "'subdir' is a folder in it");
	if (!source_file_bytes(&options, s->path, PACKING_NONE, &archive.bytes, &cli->diags))
		return false;
	input->source = source_archive(&options, &archive, &cli->diags);
	if (!input->source)
		return false;
	archive.top = configured ? input->only : tree_workspace(cli, input->source, input->only);
	if (archive.top.n)
		input->source = source_archive(&options, &archive, &cli->diags);
	input->top = archive.top;
	return input->source != NULL;
}

/* The name by which git knows the revision: `first` if that exists, else `second`. */
struct revision_names {
	struct str first, second;
};

/*
 * buf accepts any kind of name for each option: also a tag, or a branch of a remote, as 'branch'.
 * The kind that the option names is tried first.
 */
static bool find_revision(struct cli *cli, const struct buf_spelling *s, struct revision_names *names)
{
	struct arena *arena = cli->arena;
	int given = s->tag.p != NULL;
	struct str rev;

	*names = (struct revision_names){ S("HEAD"), { NULL, 0 } };
	given += s->commit.p != NULL;
	given += s->branch.p != NULL || s->ref.p != NULL;
	if (given > 1)
		return buf_fail(cli, s, "names several revisions",
			"use one of branch, tag and commit");
	rev = s->tag.p ? s->tag : s->commit.p ? s->commit : s->ref.p ? s->ref : s->branch;
	if (s->branch.p && s->ref.p && str_starts(s->ref, S("HEAD")))
		*names = (struct revision_names){
			str_printf(arena, "refs/heads/" STR STR, ARG(s->branch),
				ARG(str_from(s->ref, 4))),
			str_printf(arena, STR STR, ARG(s->branch), ARG(str_from(s->ref, 4)))
		};
	else if (s->tag.p || (s->branch.p && !s->ref.p))
		*names = (struct revision_names){
			str_printf(arena, "refs/%s/" STR, s->tag.p ? "tags" : "heads", ARG(rev)),
			rev
		};
	else if (rev.p)
		names->first = rev;
	if (str_find(names->first, ':') < names->first.n)
		return buf_fail(
			cli, s, "names no revision", "name a folder of it with 'subdir=FOLDER'");
	return true;
}

/*
 * The folder where the search for the repository starts. Absent: it is the one of the current
 * folder, as for `.git` and `../.git`, so that both sides share it.
 */
static struct str repository_folder(struct cli *cli, const struct buf_spelling *s)
{
	struct str path = buf_path_absolute(cli, s->path), real;
	char *resolved;

	if (str_ends(path, S("/.git")))
		path = path_parent(path).n ? path_parent(path) : S("/");
	resolved = realpath(str_cstr(cli->arena, path), NULL);
	real = resolved ? str_dup(cli->arena, str_of(resolved)) : path;
	free(resolved);
	for (struct str at = cli->directory; path_under(at, real) && at.n; at = path_parent(at)) {
		if (!buf_is_on_disk(cli, path_join(cli->arena, at, S(".git")), false))
			continue;
		return str_eq(at, real) ? (struct str){ NULL, 0 } : real;
	}
	return real;
}

static struct source *open_revision(
	struct cli *cli, struct str folder, struct str rev, struct diags *diags)
{
	static const struct breakwater_git no_git;
	struct breakwater_git git = cli_git();
	struct source_options options = source_options_of(cli->arena, cli->names,
		folder.p ? folder : cli->directory, folder.p ? &no_git : &git);
	struct source *source = source_open(&options, rev, diags);

	if (source)
		*vec_push(cli->arena, &cli->sources) = source;
	return source;
}

/* Sets *rev to the name that was found; if neither was, the error for the second is reported. */
static struct source *open_names(struct cli *cli, const struct buf_spelling *s, struct str folder,
	const struct revision_names *names, struct str *rev)
{
	struct diags unsaid;
	struct source *source;

	*rev = names->first;
	if (!names->second.p)
		return open_revision(cli, folder, *rev, &cli->diags);
	diags_init(&unsaid, cli->arena);
	source = open_revision(cli, folder, *rev, &unsaid);
	if (source)
		return source;
	*rev = names->second;
	source = open_revision(cli, folder, *rev, &cli->diags);
	if (!source && s->branch.p && !str_starts(s->branch, S("origin/")))
		diag_help(&cli->diags,
			"a pipeline's clone may only have the remote's branch: '" STR
			"#branch=origin/" STR "'",
			ARG(s->path), ARG(s->branch));
	return source;
}

static bool read_git(
	struct cli *cli, const struct buf_spelling *s, bool configured, struct buf_input *input)
{
	struct arena *arena = cli->arena;
	struct str rev, subdir = S(""), folder = repository_folder(cli, s);
	struct revision_names names;
	struct source *source;

	if (!find_revision(cli, s, &names))
		return false;
	if (s->subdir.p && !path_normalize(arena, s->subdir, &subdir))
		return buf_fail(cli, s, "leads out of the repository", "'subdir' is a folder in it");
	source = open_names(cli, s, folder, &names, &rev);
	if (!source)
		return false;
	/* Without submodules there is nothing to recurse into. */
	if (s->submodules.p && !str_eq(s->submodules, S("false")) &&
		source_find(source, S(".gitmodules")))
		return buf_fail(cli, s, "is not supported: submodules are not read",
			"compare folders: a checkout with its submodules as DIR");
	input->top = configured ? subdir : tree_workspace(cli, source, subdir);
	input->only = subdir;
	input->directory = folder.p ? str_cstr(arena, folder) : NULL;
	input->input = str_cstr(arena,
		input->top.n ? str_printf(arena, STR ":" STR, ARG(rev), ARG(input->top)) : rev);
	return true;
}

static bool fail_module(struct cli *cli, const struct buf_spelling *s)
{
	return buf_fail(cli, s, "is not supported: it is a module of a registry",
		"write an image of it and name that: 'buf build MODULE -o old.binpb'");
}

static bool read_form(
	struct cli *cli, const struct buf_spelling *s, bool configured, struct buf_input *input)
{
	switch (s->form) {
	case INPUT_DIR:
		return read_folder(cli, s, (struct str){ 0 }, configured, input);
	case INPUT_PROTOFILE:
		return read_folder(cli, s, s->path, configured, input);
	case INPUT_GIT:
		return read_git(cli, s, configured, input);
	case INPUT_SET:
	case INPUT_JSON:
	case INPUT_TEXT:
		return read_image(cli, s, input);
	case INPUT_TAR:
	case INPUT_ZIP:
		return read_archive(cli, s, configured, input);
	case INPUT_YAML:
		return buf_fail(cli, s, "is not supported: images in YAML cannot be read",
			"convert it: 'buf build IMAGE -o image.binpb'");
	case INPUT_MODULE:
		return fail_module(cli, s);
	}
	return false;
}

bool buf_input_read(struct cli *cli, const char *text, bool configured, struct buf_input *input)
{
	uint32_t errors = cli->diags.n_errors;
	struct buf_spelling s;

	*input = (struct buf_input){ 0 };
	return buf_spelling_read(cli, text, &s) && read_form(cli, &s, configured, input) &&
	       cli->diags.n_errors == errors;
}
