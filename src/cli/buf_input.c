#include "cli/buf_input.h"

#include "descriptor/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	MAX_CONFIG_LOOK = 1 << 16
}; /* number of bytes of a buf.yaml that are searched for its version */

/* The form of an input. */
enum buf_form {
	INPUT_DIR,
	INPUT_PROTOFILE,
	INPUT_GIT,
	INPUT_MODULE,
	INPUT_SET,
	INPUT_JSON,
	INPUT_TEXT,
	INPUT_YAML,
	INPUT_TAR,
	INPUT_ZIP
};

/* `PATH#KEY=VALUE,…`, parsed. */
struct spelling {
	struct str whole, path;
	/* Absent: not given */
	struct str format, compression, branch, tag, ref, commit, subdir, strip, submodules, depth;
	enum buf_form form;
	enum packing packing;
	uint32_t strip_components;
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

/* Options without effect here: we clone nothing, and read every spelling of JSON. */
static bool is_ignored(struct str key)
{
	static const struct str ignored[] = { STR_INIT("filter"), STR_INIT("use_proto_names"),
		STR_INIT("use_enum_numbers") };

	for (size_t i = 0; i < COUNT(ignored); i++)
		if (str_eq(key, ignored[i]))
			return true;
	return false;
}

static bool take_option(struct cli *cli, struct spelling *s, struct str key, struct str value)
{
	const struct {
		struct str key;
		struct str *value;
	} known[] = {
		{ S("format"), &s->format },
		{ S("compression"), &s->compression },
		{ S("branch"), &s->branch },
		{ S("tag"), &s->tag },
		{ S("ref"), &s->ref },
		{ S("commit"), &s->commit },
		{ S("subdir"), &s->subdir },
		{ S("strip_components"), &s->strip },
		{ S("recurse_submodules"), &s->submodules },
		{ S("depth"), &s->depth },
	};
	struct str names[COUNT(known)], nearest;

	for (size_t i = 0; i < COUNT(known); i++) {
		names[i] = known[i].key;
		if (!str_eq(key, known[i].key))
			continue;
		if (!value.n || known[i].value->p)
			return fail(cli, s, "is not an input",
				"each option after '#' has one value: "
				"'.git#branch=main,subdir=proto'");
		*known[i].value = value;
		return true;
	}
	if (is_ignored(key) ||
		(str_eq(key, S("include_package_files")) && str_eq(value, S("false"))))
		return true;
	if (str_eq(key, S("include_package_files")))
		return fail(cli, s, "is not supported: a file is compared alone",
			"name the folder of the package");
	diag_error(&cli->diags, NOWHERE, "'" STR "' has the unknown option '" STR "'",
		ARG(s->whole), ARG(key));
	nearest = str_nearest(key, names, COUNT(names));
	if (nearest.n)
		diag_help(&cli->diags, "did you mean '" STR "'?", ARG(nearest));
	else
		diag_help(&cli->diags, "the options are branch, tag, commit, ref, subdir, "
				       "strip_components, format and compression");
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
		return fail(cli, s, "is not an input", "name a folder, a repository or an image");
	return true;
}

/* Reports that a file could not be looked at, with errno. */
static void fail_look(struct cli *cli, struct str path)
{
	diag_error(&cli->diags, NOWHERE, "cannot read '" STR "': %s", ARG(path),
		read_reason(errno));
}

static bool is_on_disk(struct cli *cli, struct str path, bool folder)
{
	struct stat st;

	if (stat(str_cstr(cli->arena, path), &st) == 0)
		return !folder || S_ISDIR(st.st_mode);
	if (!is_absent(errno) && errno != ELOOP)
		fail_look(cli, path);
	return false;
}

/* ---- formats ---- */

struct format {
	struct str word;
	enum buf_form form;
	enum packing packing;
};

/* buf's list of endings; the first that fits counts. */
static const struct format endings[] = {
	{ STR_INIT(".git"), INPUT_GIT, PACKING_NONE },
	{ STR_INIT(".bin"), INPUT_SET, PACKING_NONE },
	{ STR_INIT(".binpb"), INPUT_SET, PACKING_NONE },
	{ STR_INIT(".json"), INPUT_JSON, PACKING_NONE },
	{ STR_INIT(".txtpb"), INPUT_TEXT, PACKING_NONE },
	{ STR_INIT(".yaml"), INPUT_YAML, PACKING_NONE },
	{ STR_INIT(".tar"), INPUT_TAR, PACKING_NONE },
	{ STR_INIT(".tgz"), INPUT_TAR, PACKING_GZIP },
	{ STR_INIT(".zip"), INPUT_ZIP, PACKING_NONE },
	{ STR_INIT(".proto"), INPUT_PROTOFILE, PACKING_NONE },
};

static const struct format formats[] = {
	{ STR_INIT("dir"), INPUT_DIR, PACKING_NONE },
	{ STR_INIT("git"), INPUT_GIT, PACKING_NONE },
	{ STR_INIT("binpb"), INPUT_SET, PACKING_NONE },
	{ STR_INIT("bin"), INPUT_SET, PACKING_NONE },
	{ STR_INIT("bingz"), INPUT_SET, PACKING_GZIP },
	{ STR_INIT("json"), INPUT_JSON, PACKING_NONE },
	{ STR_INIT("jsongz"), INPUT_JSON, PACKING_GZIP },
	{ STR_INIT("txtpb"), INPUT_TEXT, PACKING_NONE },
	{ STR_INIT("yaml"), INPUT_YAML, PACKING_NONE },
	{ STR_INIT("tar"), INPUT_TAR, PACKING_NONE },
	{ STR_INIT("targz"), INPUT_TAR, PACKING_GZIP },
	{ STR_INIT("zip"), INPUT_ZIP, PACKING_NONE },
	{ STR_INIT("protofile"), INPUT_PROTOFILE, PACKING_NONE },
	{ STR_INIT("mod"), INPUT_MODULE, PACKING_NONE },
};

/* Removes `.gz` or `.zst` from the end of *path. */
static enum packing take_packing(struct str *path)
{
	static const struct format packings[] = {
		{ STR_INIT(".gz"), INPUT_SET, PACKING_GZIP },
		{ STR_INIT(".zst"), INPUT_SET, PACKING_ZSTD },
	};

	for (size_t i = 0; i < COUNT(packings); i++) {
		if (!str_ends(*path, packings[i].word))
			continue;
		path->n -= packings[i].word.n;
		return packings[i].packing;
	}
	return PACKING_NONE;
}

/* By the name. False: a compressed file whose name does not tell its format. */
static bool find_format(struct cli *cli, struct spelling *s)
{
	struct str path = s->path;
	enum packing packing;

	while (path.n > 1 && path.p[path.n - 1] == '/')
		path.n--;
	s->form = INPUT_SET;
	if (str_eq(path, S("-")))
		return true;
	packing = take_packing(&path);
	for (size_t i = 0; i < COUNT(endings); i++) {
		if (!str_ends(path, endings[i].word))
			continue;
		s->form = endings[i].form;
		s->packing = packing ? packing : endings[i].packing;
		return true;
	}
	s->packing = packing;
	s->form = INPUT_DIR;
	if (packing && !is_on_disk(cli, s->path, true))
		return false;
	/* `buf.build/acme/petapis`: a host has a dot, and the name three parts. */
	if (!is_on_disk(cli, path, true) && str_find(path, '/') < path.n &&
		str_find(str_head(path, str_find(path, '/')), '.') < str_find(path, '/') &&
		path.p[0] != '.' && path.p[0] != '/')
		s->form = INPUT_MODULE;
	return true;
}

static bool fail_packed(struct cli *cli, const struct spelling *s)
{
	return fail(cli, s, "is compressed, and its name does not show its format",
		"add '#format=tar', binpb, json or txtpb");
}

static bool take_format(struct cli *cli, struct spelling *s)
{
	struct str names[COUNT(formats)], nearest;
	bool known = find_format(cli, s);

	if (!s->format.p)
		return known || fail_packed(cli, s);
	for (size_t i = 0; i < COUNT(formats); i++) {
		names[i] = formats[i].word;
		if (!str_eq(s->format, formats[i].word))
			continue;
		s->form = formats[i].form;
		if (formats[i].packing)
			s->packing = formats[i].packing;
		return true;
	}
	nearest = str_nearest(s->format, names, COUNT(names));
	diag_error(&cli->diags, NOWHERE, "'" STR "': unknown format '" STR "'", ARG(s->whole),
		ARG(s->format));
	if (nearest.n)
		diag_help(&cli->diags, "did you mean '" STR "'?", ARG(nearest));
	else
		diag_help(&cli->diags,
			"the formats are dir, git, binpb, json, txtpb, tar, zip and protofile");
	return false;
}

static bool is_file(enum buf_form form)
{
	return form == INPUT_SET || form == INPUT_JSON || form == INPUT_TEXT || form == INPUT_TAR;
}

static bool take_compression(struct cli *cli, struct spelling *s)
{
	if (!s->compression.p)
		return true;
	if (!is_file(s->form))
		return fail(cli, s, "takes no 'compression'",
			"only images and tar archives can be compressed");
	if (str_eq(s->compression, S("none")))
		s->packing = PACKING_NONE;
	else if (str_eq(s->compression, S("gzip")))
		s->packing = PACKING_GZIP;
	else if (str_eq(s->compression, S("zstd")))
		s->packing = PACKING_ZSTD;
	else
		return fail(cli, s, "has an unknown compression",
			"the compressions are none, gzip and zstd");
	return true;
}

static bool number_of(struct str text, uint32_t *number)
{
	*number = 0;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9' || *number > 100000)
			return false;
		*number = *number * 10 + (uint32_t)(text.p[i] - '0');
	}
	return text.n > 0;
}

/* Reports options that the form does not have. */
static bool check_options(struct cli *cli, struct spelling *s)
{
	bool is_git = s->form == INPUT_GIT;
	bool is_archive = s->form == INPUT_TAR || s->form == INPUT_ZIP;
	bool has_git = s->branch.p || s->tag.p || s->ref.p || s->commit.p || s->submodules.p ||
		       s->depth.p;
	uint32_t depth;

	if (has_git && !is_git)
		return fail(cli, s, "is not a repository and has no revisions",
			"name the repository's '.git', or add 'format=git'");
	if (s->subdir.p && !is_git && !is_archive)
		return fail(cli, s, "takes no 'subdir'",
			s->form == INPUT_DIR ? "name the folder itself"
					     : "only repositories and archives have one");
	if (s->strip.p && !is_archive)
		return fail(cli, s, "takes no 'strip_components'", "only archives have one");
	if (s->strip.p && !number_of(s->strip, &s->strip_components))
		return fail(cli, s, "needs a number in 'strip_components'",
			"as in 'strip_components=1'");
	if (s->depth.p && (!number_of(s->depth, &depth) || !depth))
		return fail(cli, s, "needs a number in 'depth'",
			"leave 'depth' out: nothing is cloned");
	return true;
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
	ssize_t n = fd < 0 ? -1 : read(fd, p, MAX_CONFIG_LOOK);

	if (n < 0 && !is_absent(errno) && errno != EISDIR)
		fail_look(cli, path);
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
		if (is_on_disk(cli, path_join(cli->arena, at, S(".git")), false))
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

static bool read_folder(struct cli *cli, const struct spelling *s, struct str only_file,
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

static bool read_image(struct cli *cli, const struct spelling *s, struct buf_input *input)
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
	struct cli *cli, const struct spelling *s, bool configured, struct buf_input *input)
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
		return fail(cli, s, "is not supported: a zip archive is already compressed",
			"decompress it");
	input->only = S("");
	if (s->subdir.p && !path_normalize(cli->arena, s->subdir, &input->only))
		return fail(cli, s, "leads out of the archive", "'subdir' is a folder in it");
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
static bool find_revision(struct cli *cli, const struct spelling *s, struct revision_names *names)
{
	struct arena *arena = cli->arena;
	int given = s->tag.p != NULL;
	struct str rev;

	*names = (struct revision_names){ S("HEAD"), { NULL, 0 } };
	given += s->commit.p != NULL;
	given += s->branch.p != NULL || s->ref.p != NULL;
	if (given > 1)
		return fail(cli, s, "names several revisions",
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
		return fail(
			cli, s, "names no revision", "name a folder of it with 'subdir=FOLDER'");
	return true;
}

/*
 * The folder where the search for the repository starts. Absent: it is the one of the current
 * folder, as for `.git` and `../.git`, so that both sides share it.
 */
static struct str repository_folder(struct cli *cli, const struct spelling *s)
{
	struct str path = buf_path_absolute(cli, s->path), real;
	char *resolved;

	if (str_ends(path, S("/.git")))
		path = path_parent(path).n ? path_parent(path) : S("/");
	resolved = realpath(str_cstr(cli->arena, path), NULL);
	real = resolved ? str_dup(cli->arena, str_of(resolved)) : path;
	free(resolved);
	for (struct str at = cli->directory; path_under(at, real) && at.n; at = path_parent(at)) {
		if (!is_on_disk(cli, path_join(cli->arena, at, S(".git")), false))
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
static struct source *open_names(struct cli *cli, const struct spelling *s, struct str folder,
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
	struct cli *cli, const struct spelling *s, bool configured, struct buf_input *input)
{
	struct arena *arena = cli->arena;
	struct str rev, subdir = S(""), folder = repository_folder(cli, s);
	struct revision_names names;
	struct source *source;

	if (!find_revision(cli, s, &names))
		return false;
	if (s->subdir.p && !path_normalize(arena, s->subdir, &subdir))
		return fail(cli, s, "leads out of the repository", "'subdir' is a folder in it");
	source = open_names(cli, s, folder, &names, &rev);
	if (!source)
		return false;
	/* Without submodules there is nothing to recurse into. */
	if (s->submodules.p && !str_eq(s->submodules, S("false")) &&
		source_find(source, S(".gitmodules")))
		return fail(cli, s, "is not supported: submodules are not read",
			"compare folders: a checkout with its submodules as DIR");
	input->top = configured ? subdir : tree_workspace(cli, source, subdir);
	input->only = subdir;
	input->directory = folder.p ? str_cstr(arena, folder) : NULL;
	input->input = str_cstr(arena,
		input->top.n ? str_printf(arena, STR ":" STR, ARG(rev), ARG(input->top)) : rev);
	return true;
}

static bool is_remote(struct str path)
{
	static const struct str schemes[] = { STR_INIT("https://"), STR_INIT("http://"),
		STR_INIT("ssh://"), STR_INIT("git://"), STR_INIT("git+ssh://") };

	for (size_t i = 0; i < COUNT(schemes); i++)
		if (str_starts(path, schemes[i]))
			return true;
	/* git@host:acme/api.git */
	return str_find(path, '@') < str_find(path, ':') && str_find(path, ':') < path.n &&
	       str_find(path, '@') < str_find(path, '/');
}

static bool fail_remote(struct cli *cli, const struct spelling *s)
{
	static const char over[] = "is not supported: nothing is fetched over the network";

	if (s->form == INPUT_GIT)
		return fail(cli, s, over,
			"fetch it first: 'git fetch origin main', then '.git#branch=origin/main'");
	return fail(cli, s, over, "download it first, and name the file");
}

static bool fail_module(struct cli *cli, const struct spelling *s)
{
	return fail(cli, s, "is not supported: it is a module of a registry",
		"write an image of it and name that: 'buf build MODULE -o old.binpb'");
}

static bool read_form(
	struct cli *cli, const struct spelling *s, bool configured, struct buf_input *input)
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
		return fail(cli, s, "is not supported: images in YAML cannot be read",
			"convert it: 'buf build IMAGE -o image.binpb'");
	case INPUT_MODULE:
		return fail_module(cli, s);
	}
	return false;
}

bool buf_input_read(struct cli *cli, const char *text, bool configured, struct buf_input *input)
{
	uint32_t errors = cli->diags.n_errors;
	struct spelling s;

	*input = (struct buf_input){ 0 };
	if (!take_apart(cli, text, &s))
		return false;
	if (str_starts(s.path, S("file://")))
		s.path = str_from(s.path, strlen("file://"));
	if (!take_format(cli, &s))
		return false;
	if (is_remote(s.path))
		return fail_remote(cli, &s);
	return take_compression(cli, &s) && check_options(cli, &s) &&
	       read_form(cli, &s, configured, input) && cli->diags.n_errors == errors;
}
