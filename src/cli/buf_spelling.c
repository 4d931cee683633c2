#include "cli/buf_spelling.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

bool buf_fail(struct cli *cli, const struct buf_spelling *s, const char *why, const char *help)
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

static bool take_option(struct cli *cli, struct buf_spelling *s, struct str key, struct str value)
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
			return buf_fail(cli, s, "is not an input",
				"each option after '#' has one value: "
				"'.git#branch=main,subdir=proto'");
		*known[i].value = value;
		return true;
	}
	if (is_ignored(key) ||
		(str_eq(key, S("include_package_files")) && str_eq(value, S("false"))))
		return true;
	if (str_eq(key, S("include_package_files")))
		return buf_fail(cli, s, "is not supported: a file is compared alone",
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

static bool take_apart(struct cli *cli, const char *text, struct buf_spelling *s)
{
	struct str rest, option;
	size_t hash;

	*s = (struct buf_spelling){ .whole = str_of(text) };
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
		return buf_fail(
			cli, s, "is not an input", "name a folder, a repository or an image");
	return true;
}

void buf_fail_look(struct cli *cli, struct str path)
{
	diag_error(
		&cli->diags, NOWHERE, "cannot read '" STR "': %s", ARG(path), read_reason(errno));
}

bool buf_is_on_disk(struct cli *cli, struct str path, bool folder)
{
	struct stat st;

	if (stat(str_cstr(cli->arena, path), &st) == 0)
		return !folder || S_ISDIR(st.st_mode);
	if (!is_absent(errno) && errno != ELOOP)
		buf_fail_look(cli, path);
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
static bool find_format(struct cli *cli, struct buf_spelling *s)
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
	if (packing && !buf_is_on_disk(cli, s->path, true))
		return false;
	/* `buf.build/acme/petapis`: a host has a dot, and the name three parts. */
	if (!buf_is_on_disk(cli, path, true) && str_find(path, '/') < path.n &&
		str_find(str_head(path, str_find(path, '/')), '.') < str_find(path, '/') &&
		path.p[0] != '.' && path.p[0] != '/')
		s->form = INPUT_MODULE;
	return true;
}

static bool fail_packed(struct cli *cli, const struct buf_spelling *s)
{
	return buf_fail(cli, s, "is compressed, and its name does not show its format",
		"add '#format=tar', binpb, json or txtpb");
}

static bool take_format(struct cli *cli, struct buf_spelling *s)
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

static bool take_compression(struct cli *cli, struct buf_spelling *s)
{
	if (!s->compression.p)
		return true;
	if (!is_file(s->form))
		return buf_fail(cli, s, "takes no 'compression'",
			"only images and tar archives can be compressed");
	if (str_eq(s->compression, S("none")))
		s->packing = PACKING_NONE;
	else if (str_eq(s->compression, S("gzip")))
		s->packing = PACKING_GZIP;
	else if (str_eq(s->compression, S("zstd")))
		s->packing = PACKING_ZSTD;
	else
		return buf_fail(cli, s, "has an unknown compression",
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
static bool check_options(struct cli *cli, struct buf_spelling *s)
{
	bool is_git = s->form == INPUT_GIT;
	bool is_archive = s->form == INPUT_TAR || s->form == INPUT_ZIP;
	bool has_git =
		s->branch.p || s->tag.p || s->ref.p || s->commit.p || s->submodules.p || s->depth.p;
	uint32_t depth;

	if (has_git && !is_git)
		return buf_fail(cli, s, "is not a repository and has no revisions",
			"name the repository's '.git', or add 'format=git'");
	if (s->subdir.p && !is_git && !is_archive)
		return buf_fail(cli, s, "takes no 'subdir'",
			s->form == INPUT_DIR ? "name the folder itself"
					     : "only repositories and archives have one");
	if (s->strip.p && !is_archive)
		return buf_fail(cli, s, "takes no 'strip_components'", "only archives have one");
	if (s->strip.p && !number_of(s->strip, &s->strip_components))
		return buf_fail(cli, s, "needs a number in 'strip_components'",
			"as in 'strip_components=1'");
	if (s->depth.p && (!number_of(s->depth, &depth) || !depth))
		return buf_fail(cli, s, "needs a number in 'depth'",
			"leave 'depth' out: nothing is cloned");
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

static bool fail_remote(struct cli *cli, const struct buf_spelling *s)
{
	static const char over[] = "is not supported: nothing is fetched over the network";

	if (s->form == INPUT_GIT)
		return buf_fail(cli, s, over,
			"fetch it first: 'git fetch origin main', then '.git#branch=origin/main'");
	return buf_fail(cli, s, over, "download it first, and name the file");
}

bool buf_spelling_read(struct cli *cli, const char *text, struct buf_spelling *s)
{
	if (!take_apart(cli, text, s))
		return false;
	if (str_starts(s->path, S("file://")))
		s->path = str_from(s->path, strlen("file://"));
	if (!take_format(cli, s))
		return false;
	if (is_remote(s->path))
		return fail_remote(cli, s);
	return take_compression(cli, s) && check_options(cli, s);
}
