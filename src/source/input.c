/*
 * The grammar of inputs, and what a call of `check` compares with what.
 */
#include "source/git.h"

#include <sys/random.h>
#include <sys/stat.h>

/* The repository is opened when the first input needs it, and shared by both sides. */
struct opening {
	const struct source_options *options;
	struct diags *diags;
	struct repository *repository;
	bool looked, absent;
};

static struct repository *opening_look(struct opening *o)
{
	if (!o->looked)
		o->repository = repository_open(o->options, &o->absent, o->diags);
	o->looked = true;
	return o->repository;
}

static struct repository *opening_need(struct opening *o)
{
	uint32_t errors = o->diags->n_errors;

	if (opening_look(o) || !o->absent || o->diags->n_errors > errors)
		return o->repository;
	diag_error(o->diags, NOWHERE, "'" STR "' is in no git repository",
		ARG(path_printable(o->diags->arena, o->options->directory)));
	diag_help(o->diags, "compare folders: breakwater check dir:OLD dir:NEW");
	return NULL;
}

static void opening_end(struct opening *o)
{
	if (o->repository)
		repository_release(o->repository);
}

/* The PATH of `REV:PATH`: from the repository's top, or with `./` or `../` from where -C stands. */
static bool find_top(struct opening *o, struct str path, struct str *top)
{
	struct arena *arena = o->options->arena;
	struct str whole = path;
	bool relative = str_eq(path, S(".")) || str_eq(path, S("..")) ||
			str_starts(path, S("./")) || str_starts(path, S("../"));

	if (relative && o->repository->prefix.n)
		whole = path_join(arena, o->repository->prefix, path);
	if (path_normalize(arena, whole, top))
		return true;
	diag_error(o->diags, NOWHERE, "'" STR "' leads out of the repository",
		ARG(path_printable(o->diags->arena, path)));
	return false;
}

/* Somebody may have meant a folder or a file by a name that is no revision. */
static void help_on_disk(struct opening *o, struct str name)
{
	struct str shown = path_printable(o->diags->arena, name);
	struct stat st;

	if (memchr(name.p, '\0', name.n) || stat(path_absolute(o->options, name), &st) < 0)
		return;
	if (S_ISDIR(st.st_mode))
		diag_help(o->diags, "the folder of that name is dir:" STR, ARG(shown));
	else if (S_ISREG(st.st_mode))
		diag_help(o->diags, "a descriptor set of that name is set:" STR, ARG(shown));
}

static bool find_revision(struct opening *o, struct str name, struct revision *revision)
{
	if (!opening_need(o))
		return false;
	if (revision_find(o->repository, name, revision, o->diags))
		return true;
	help_on_disk(o, name);
	return false;
}

static struct source *open_revision(struct opening *o, struct str input)
{
	struct arena *arena = o->options->arena;
	struct str rev, path, top = S("");
	struct revision revision;

	revision_split(input, &rev, &path);
	if (!find_revision(o, rev, &revision) || (path.p && !find_top(o, path, &top)))
		return NULL;
	return tree_open(o->repository, &revision.tree, top,
		str_dup(arena, path_printable(arena, input)),
		str_dup(arena, path_printable(arena, rev)), o->diags);
}

static struct source *fail_form(struct opening *o, struct str input, const char *help)
{
	diag_error(o->diags, NOWHERE, "'" STR "' is no input",
		ARG(path_printable(o->diags->arena, input)));
	diag_help(o->diags, "%s", help);
	return NULL;
}

static struct source *open_default(struct opening *o)
{
	uint32_t errors = o->diags->n_errors;
	struct source *source;

	if (opening_look(o))
		return worktree_open(o->repository, o->diags);
	if (!o->absent || o->diags->n_errors > errors)
		return NULL;
	source = dir_open(o->options, S("."), o->diags);
	if (source) /* its paths can be opened as they are printed */
		source->side = S("");
	return source;
}

static struct source *open_input(struct opening *o, struct str input)
{
	if (!input.p)
		return open_default(o);
	if (memchr(input.p, '\0', input.n) || input.n == 0)
		return fail_form(o, input, "it is empty");
	if (str_starts(input, S("dir:")) && input.n > 4)
		return dir_open(o->options, str_from(input, 4), o->diags);
	if (str_starts(input, S("set:")) && input.n > 4)
		return set_open(o->options, str_from(input, 4), o->diags);
	if (str_eq(input, S("dir:")))
		return fail_form(o, input, "name a folder: dir:PATH");
	if (str_eq(input, S("set:")))
		return fail_form(o, input, "name a file: set:FILE, or set:- for standard input");
	if (str_eq(input, S("worktree:")))
		return opening_need(o) ? worktree_open(o->repository, o->diags) : NULL;
	if (str_eq(input, S("index:")))
		return opening_need(o) ? index_open(o->repository, o->diags) : NULL;
	if (str_starts(input, S(":")) && !str_starts(input, S(":/")))
		return fail_form(o, input, "the index is index:, or --staged on the new side");
	return open_revision(o, input);
}

/* The merge base of two inputs' commits, with the folder that the first one names. */
static struct source *open_merge_base(struct opening *o, struct str a, struct str b, struct str *id)
{
	struct arena *arena = o->options->arena;
	struct str a_name, b_name, path, ignored, top = S("");
	struct revision first, second, found;
	struct content_id base;

	revision_split(a, &a_name, &path);
	revision_split(b, &b_name, &ignored);
	if (!opening_need(o))
		return NULL;
	o->repository->needs_history = true;
	if (!find_revision(o, a_name, &first) || !find_revision(o, b_name, &second) ||
		(path.p && !find_top(o, path, &top)))
		return NULL;
	if (!first.has_commit || !second.has_commit) {
		diag_error(o->diags, NOWHERE, "'" STR "' is no commit, so it has no merge base",
			ARG(path_printable(o->diags->arena, first.has_commit ? b_name : a_name)));
		return NULL;
	}
	if (!merge_base(o->repository, &first.commit, a_name, &second.commit, b_name, &base,
		    o->diags) ||
		!revision_find(o->repository, id_text(arena, base.bytes), &found, o->diags))
		return NULL;
	*id = id_short(o->repository, arena, base.bytes);
	return tree_open(o->repository, &found.tree, top,
		str_printf(arena, "merge base " STR, ARG(*id)), *id, o->diags);
}

static bool is_pattern(struct str name)
{
	return str_find(name, '*') < name.n || str_find(name, '?') < name.n ||
	       str_find(name, '[') < name.n;
}

/* The base of a bare `check`. */
static struct source *open_default_base(struct opening *o, struct str configured, struct str *note)
{
	struct arena *arena = o->options->arena;
	struct source *source;
	struct str id, tag;

	if (str_starts(configured, S("dir:")) || str_starts(configured, S("set:")))
		return open_input(o, configured);
	if (!opening_need(o))
		return NULL;
	o->repository->needs_history = true;
	if (configured.n && is_pattern(configured)) {
		if (!nearest_tag(o->repository, configured, &tag, o->diags))
			return NULL;
		*note = str_printf(arena,
			"comparing with " STR ", the nearest tag '" STR "' before HEAD", ARG(tag),
			ARG(configured));
		source = open_revision(o, str_printf(arena, "refs/tags/" STR, ARG(tag)));
		if (source)
			source->name = source->side = tag;
		return source;
	}
	if (!configured.n)
		configured = default_branch(o->repository, o->diags);
	if (!configured.n)
		return NULL;
	source = open_merge_base(o, configured, S("HEAD"), &id);
	if (source)
		*note = str_printf(arena,
			"comparing with " STR ", the merge base of " STR " and HEAD", ARG(id),
			ARG(configured));
	return source;
}

static struct source *open_old(
	struct opening *o, const struct input_request *request, struct str *note)
{
	if (request->base.p)
		return open_input(o, request->base);
	if (!request->staged)
		return open_default_base(o, request->default_base, note);
	if (!opening_need(o))
		return NULL;
	if (head_is_unborn(o->repository))
		return source_empty(o->options->arena, S("nothing"));
	return open_revision(o, S("HEAD"));
}

static bool request_is_wrong(struct opening *o, const struct input_request *request, bool is_range)
{
	struct str a, b;
	bool symmetric;

	if (request->staged && (is_range || request->head.p))
		diag_error(o->diags, NOWHERE,
			"--staged is the new side, so it takes one revision at most");
	else if (request->head.p && (range_split(request->base, &a, &b, &symmetric) ||
					    range_split(request->head, &a, &b, &symmetric)))
		diag_error(o->diags, NOWHERE, "a range is both sides: it takes no second operand");
	else if (request->head.p && str_eq(request->base, S("set:-")) &&
		 str_eq(request->head, S("set:-")))
		diag_error(o->diags, NOWHERE, "standard input can be one side only");
	else
		return false;
	diag_help(o->diags, "breakwater check BASE HEAD, BASE..HEAD or --staged BASE");
	return true;
}

/* Both sides' ids are made in one way: git's where one side is git's, else under a key of the run.
 */
static void set_hashing(struct source *old, struct source *new)
{
	struct content_hashing hashing = { .blob = old->hashing.blob };

	if (new)
		hashing.blob |= new->hashing.blob;

	if (!hashing.blob && getrandom(&hashing.seed, sizeof hashing.seed, 0) < 0)
		hashing.seed = (uint64_t)(uintptr_t)old;
	old->hashing = hashing;
	if (new)
		new->hashing = hashing;
}

bool sources_open(const struct source_options *options, const struct input_request *request,
	struct source **old, struct source **new, struct str *base_note, struct diags *diags)
{
	struct opening o = { .options = options, .diags = diags };
	struct str a, b, id;
	bool symmetric = false, is_range;

	*old = *new = NULL;
	*base_note = (struct str){ NULL, 0 };
	is_range = request->base.p && !request->head.p &&
		   range_split(request->base, &a, &b, &symmetric);
	if (request_is_wrong(&o, request, is_range))
		return false;
	if (!is_range)
		*old = open_old(&o, request, base_note);
	else
		*old = symmetric ? open_merge_base(&o, a, b, &id) : open_input(&o, a);
	if (*old && is_range)
		*new = open_input(&o, b);
	else if (*old && request->staged)
		*new = opening_need(&o) ? index_open(o.repository, diags) : NULL;
	else if (*old)
		*new = open_input(&o, request->head);
	if (*old && *new)
		set_hashing(*old, *new);
	else
		source_close(*old);
	opening_end(&o);
	return *old && *new;
}

struct source *source_open(
	const struct source_options *options, struct str input, struct diags *diags)
{
	struct opening o = { .options = options, .diags = diags };
	struct source *source = open_input(&o, input);

	if (source)
		set_hashing(source, NULL);
	opening_end(&o);
	return source;
}
