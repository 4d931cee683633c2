#include "cli/buf_input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_CONFIG_LOOK = 1 << 16 }; /* bytes of a buf.yaml that are searched for its version */

/* `PATH#KEY=VALUE,…` taken apart. */
struct spelling {
	struct str whole, path;
	struct str format, branch, tag, ref, commit, subdir; /* absent: not given */
};

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

/* ---- the grammar ---- */

static bool fail(struct cli *cli, const struct spelling *s, const char *why, const char *help)
{
	diag_error(&cli->diags, NOWHERE, "'" STR "' %s", ARG(s->whole), why);
	diag_help(&cli->diags, "%s", help);
	return false;
}

static bool take_option(struct cli *cli, struct spelling *s, struct str key, struct str value)
{
	static const struct str ignored[] = { STR_INIT("depth"), STR_INIT("filter") };
	const struct {
		struct str key;
		struct str *value;
	} known[] = {
		{ S("format"), &s->format },
		{ S("branch"), &s->branch },
		{ S("tag"), &s->tag },
		{ S("ref"), &s->ref },
		{ S("commit"), &s->commit },
		{ S("subdir"), &s->subdir },
	};
	struct str names[COUNT(known)], nearest;

	for (size_t i = 0; i < COUNT(known); i++) {
		names[i] = known[i].key;
		if (!str_eq(key, known[i].key))
			continue;
		if (!value.n || known[i].value->p)
			return fail(cli, s, "is no input",
				"each option after '#' has one value: "
				"'.git#branch=main,subdir=proto'");
		*known[i].value = value;
		return true;
	}
	for (size_t i = 0; i < COUNT(ignored); i++)
		if (str_eq(key, ignored[i])) /* nothing is cloned */
			return true;
	if (str_eq(key, S("recurse_submodules")) && str_eq(value, S("false")))
		return true;
	if (str_eq(key, S("recurse_submodules")))
		return fail(cli, s, "cannot be taken over: submodules are not read",
			"compare folders: a checkout with its submodules as DIR");
	diag_error(&cli->diags, NOWHERE, "'" STR "' has the unknown option '" STR "'",
		ARG(s->whole), ARG(key));
	nearest = str_nearest(key, names, COUNT(names));
	if (nearest.n)
		diag_help(&cli->diags, "did you mean '" STR "'?", ARG(nearest));
	else
		diag_help(&cli->diags, "there are branch, tag, commit, ref, subdir and format");
	return false;
}

static bool take_apart(struct cli *cli, const char *text, struct spelling *s)
{
	struct str rest, option;
	size_t hash;

	*s = (struct spelling){ .whole = str_of(text) };
	hash = str_find(s->whole, '#');
	s->path = str_head(s->whole, hash);
	rest = str_from(s->whole, hash + 1);
	while (rest.n && str_cut(&rest, ',', &option)) {
		size_t equals = str_find(option, '=');

		if (!take_option(cli, s, str_trim(str_head(option, equals)),
			    str_trim(str_from(option, equals + 1))))
			return false;
	}
	if (!s->path.n)
		return fail(cli, s, "is no input", "name a folder, a repository or an image");
	return true;
}

static bool is_on_disk(struct cli *cli, struct str path, bool folder)
{
	struct stat st;

	return stat(str_cstr(cli->arena, path), &st) == 0 && (!folder || S_ISDIR(st.st_mode));
}

/* buf's own list of endings. */
static struct str format_of(struct cli *cli, const struct spelling *s)
{
	static const struct {
		struct str ending, format;
	} endings[] = {
		{ STR_INIT(".git"), STR_INIT("git") },
		{ STR_INIT(".bin"), STR_INIT("binpb") },
		{ STR_INIT(".binpb"), STR_INIT("binpb") },
		{ STR_INIT(".json"), STR_INIT("json") },
		{ STR_INIT(".txtpb"), STR_INIT("txtpb") },
		{ STR_INIT(".yaml"), STR_INIT("yaml") },
		{ STR_INIT(".tar"), STR_INIT("tar") },
		{ STR_INIT(".tgz"), STR_INIT("tar") },
		{ STR_INIT(".zip"), STR_INIT("zip") },
		{ STR_INIT(".gz"), STR_INIT("gz") },
		{ STR_INIT(".zst"), STR_INIT("zst") },
		{ STR_INIT(".proto"), STR_INIT("protofile") },
	};
	struct str path = s->path;

	if (s->format.p)
		return s->format;
	while (path.n > 1 && path.p[path.n - 1] == '/')
		path.n--;
	if (str_eq(path, S("-")))
		return S("binpb");
	for (size_t i = 0; i < COUNT(endings); i++)
		if (str_ends(path, endings[i].ending))
			return endings[i].format;
	if (is_on_disk(cli, path, true) || str_find(path, '/') == path.n)
		return S("dir");
	/* `buf.build/acme/petapis`: a host has a dot, and the name three parts. */
	if (str_find(str_head(path, str_find(path, '/')), '.') < str_find(path, '/') &&
		path.p[0] != '.' && path.p[0] != '/')
		return S("mod");
	return S("dir");
}

/* ---- the configuration above a folder ---- */

/* Is it a buf.yaml of a workspace? Those of v1 are of one module. */
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

/* The beginning of a file on the disk; absent: there is none. */
static struct str disk_head(struct cli *cli, struct str path)
{
	int fd = open(str_cstr(cli->arena, path), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char *p = arena_bytes(cli->arena, MAX_CONFIG_LOOK);
	ssize_t n = fd < 0 ? -1 : read(fd, p, MAX_CONFIG_LOOK);

	if (fd >= 0)
		close(fd);
	return n < 0 ? (struct str){ NULL, 0 } : (struct str){ p, (size_t)n };
}

/* A folder on the disk, or of a source. */
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
	struct diags unsaid;

	if (!place->source)
		return disk_head(cli, path);
	entry = source_find(place->source, path);
	diags_init(&unsaid, cli->arena);
	if (entry && source_read(place->source, entry, cli->arena, &bytes, &unsaid) && !bytes.p)
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

static struct str parent_of(struct str path)
{
	size_t slash = str_rfind(path, '/');

	return slash == path.n ? S("") : str_head(path, slash);
}

/* The folder above `folder`, or it itself, that its configuration is in: that of a workspace, else
 * of the module that it lies in; else itself. */
static struct str disk_workspace(struct cli *cli, struct str folder)
{
	struct str module = { NULL, 0 };

	for (struct str at = folder; at.n; at = parent_of(at)) {
		struct folder place = { cli, NULL, at };

		if (is_workspace(&place))
			return at;
		if (!module.p && is_module(&place))
			module = at;
		if (is_on_disk(cli, path_join(cli->arena, at, S(".git")), false))
			break;
	}
	return module.p ? module : folder;
}

static struct str tree_workspace(struct cli *cli, struct source *source, struct str folder)
{
	struct str module = { NULL, 0 };

	for (struct str at = folder;; at = parent_of(at)) {
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

static bool read_folder(struct cli *cli, const struct spelling *s, struct str only_file,
	bool configured, struct buf_input *input)
{
	struct str folder = buf_path_absolute(cli, s->path), named;

	if (s->branch.p || s->tag.p || s->ref.p || s->commit.p || s->subdir.p)
		return fail(cli, s, "is a folder, which has no revisions and no 'subdir'",
			"a repository is named by its '.git'");
	named = folder;
	if (only_file.p)
		folder = parent_of(folder).n ? parent_of(folder) : S("/");
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

static bool read_image(struct cli *cli, const struct spelling *s, struct buf_input *input)
{
	input->input = str_cstr(cli->arena, str_printf(cli->arena, "set:" STR, ARG(s->path)));
	input->top = input->only = S("");
	return true;
}

/* What git knows the revision as. */
static bool find_revision(struct cli *cli, const struct spelling *s, struct str *rev)
{
	struct arena *arena = cli->arena;
	int given = s->tag.p != NULL;

	given += s->commit.p != NULL;
	given += s->branch.p != NULL || s->ref.p != NULL;
	if (given > 1)
		return fail(cli, s, "names several revisions", "one of branch, tag and commit");
	if (s->tag.p)
		*rev = str_printf(arena, "refs/tags/" STR, ARG(s->tag));
	else if (s->commit.p)
		*rev = s->commit;
	else if (s->branch.p && s->ref.p && str_starts(s->ref, S("HEAD")))
		*rev = str_printf(
			arena, "refs/heads/" STR STR, ARG(s->branch), ARG(str_from(s->ref, 4)));
	else if (s->ref.p)
		*rev = s->ref;
	else if (s->branch.p)
		*rev = str_printf(arena, "refs/heads/" STR, ARG(s->branch));
	else
		*rev = S("HEAD");
	if (str_find(*rev, ':') < rev->n)
		return fail(cli, s, "names no revision", "a folder of it is 'subdir=FOLDER'");
	return true;
}

/*
 * The folder that the repository is found from. Absent: from the current one it is the same, as for
 * `.git` and `../.git`, so that both sides share one.
 */
static struct str repository_folder(struct cli *cli, const struct spelling *s)
{
	struct str path = buf_path_absolute(cli, s->path), real;
	char *resolved;

	if (str_ends(path, S("/.git")))
		path = parent_of(path).n ? parent_of(path) : S("/");
	resolved = realpath(str_cstr(cli->arena, path), NULL);
	real = resolved ? str_dup(cli->arena, str_of(resolved)) : path;
	free(resolved);
	for (struct str at = cli->directory; path_under(at, real) && at.n; at = parent_of(at)) {
		if (!is_on_disk(cli, path_join(cli->arena, at, S(".git")), false))
			continue;
		return str_eq(at, real) ? (struct str){ NULL, 0 } : real;
	}
	return real;
}

static struct source *open_revision(struct cli *cli, struct str folder, struct str rev)
{
	static const struct breakwater_git no_git;
	struct breakwater_git git = cli_git();
	struct source_options options = source_options_of(cli->arena, cli->names,
		folder.p ? folder : cli->directory, folder.p ? &no_git : &git);
	struct source *source = source_open(&options, rev, &cli->diags);

	if (source)
		*vec_push(cli->arena, &cli->sources) = source;
	return source;
}

static bool read_git(
	struct cli *cli, const struct spelling *s, bool configured, struct buf_input *input)
{
	struct arena *arena = cli->arena;
	struct str rev, subdir = S(""), folder = repository_folder(cli, s);
	struct source *source;

	if (!find_revision(cli, s, &rev))
		return false;
	if (s->subdir.p && !path_normalize(arena, s->subdir, &subdir))
		return fail(cli, s, "leads out of the repository", "'subdir' is a folder in it");
	source = open_revision(cli, folder, rev);
	if (!source && s->branch.p)
		diag_help(&cli->diags,
			"a pipeline's clone may have the branch of the remote alone: "
			"'" STR "#ref=origin/" STR "'",
			ARG(s->path), ARG(s->branch));
	if (!source)
		return false;
	input->top = configured ? subdir : tree_workspace(cli, source, subdir);
	input->only = subdir;
	input->directory = folder.p ? str_cstr(arena, folder) : NULL;
	input->input = str_cstr(arena,
		input->top.n ? str_printf(arena, STR ":" STR, ARG(rev), ARG(input->top)) : rev);
	return true;
}

static bool is_remote(struct str path)
{
	return str_starts(path, S("https://")) || str_starts(path, S("http://")) ||
	       str_starts(path, S("ssh://")) || str_starts(path, S("git://"));
}

static bool fail_format(struct cli *cli, const struct spelling *s, struct str format)
{
	static const char over[] = "cannot be taken over";

	if (str_eq(format, S("mod")))
		return fail(cli, s, "cannot be taken over: it is a module of a registry",
			"'buf build MODULE -o old.binpb' writes an image that can be named "
			"instead");
	if (str_eq(format, S("tar")) || str_eq(format, S("zip")))
		return fail(cli, s, "cannot be taken over: archives are not read",
			"unpack it, and name the folder");
	if (str_eq(format, S("json")) || str_eq(format, S("txtpb")) || str_eq(format, S("yaml")) ||
		str_eq(format, S("gz")) || str_eq(format, S("zst")) || str_eq(format, S("bin")) ||
		str_starts(format, S("bin")) || str_starts(format, S("json")))
		return fail(cli, s, "cannot be taken over: of images only binpb is read, unpacked",
			"'buf build IMAGE -o image.binpb' turns it into one");
	diag_error(&cli->diags, NOWHERE, "'" STR "' %s: there is no format '" STR "'",
		ARG(s->whole), over, ARG(format));
	diag_help(&cli->diags, "it takes dir, git, binpb and protofile");
	return false;
}

bool buf_input_read(struct cli *cli, const char *text, bool configured, struct buf_input *input)
{
	struct spelling s;
	struct str format;

	*input = (struct buf_input){ 0 };
	if (!take_apart(cli, text, &s))
		return false;
	if (is_remote(s.path))
		return fail(cli, &s, "cannot be taken over: nothing is fetched over the network",
			"'git fetch origin main', then '.git#ref=origin/main'");
	if (str_starts(s.path, S("file://")))
		s.path = str_from(s.path, strlen("file://"));
	format = format_of(cli, &s);
	if (str_eq(format, S("dir")))
		return read_folder(cli, &s, (struct str){ 0 }, configured, input);
	if (str_eq(format, S("protofile")))
		return read_folder(cli, &s, s.path, configured, input);
	if (str_eq(format, S("git")))
		return read_git(cli, &s, configured, input);
	if (str_eq(format, S("binpb")) || (str_eq(format, S("bin")) && s.format.p))
		return read_image(cli, &s, input);
	return fail_format(cli, &s, format);
}
