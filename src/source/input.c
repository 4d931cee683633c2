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

static bool find_revision(
	struct opening *o, struct str name, enum meant meant, struct revision *revision)
{
	if (!opening_need(o))
		return false;
	if (revision_find(o->repository, name, meant, revision, o->diags))
		return true;
	/* Every git folder has a file called HEAD. */
	if (!str_eq(name, S("HEAD")))
		help_on_disk(o, name);
	return false;
}

static struct source *open_revision(struct opening *o, struct str input)
{
	struct arena *arena = o->options->arena;
	struct str rev, path, top = S("");
	struct revision revision;

	revision_split(input, &rev, &path);
	if (!find_revision(o, rev, path.p ? MEANT_TREE : MEANT_ANY, &revision) ||
		(path.p && !find_top(o, path, &top)))
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
	if (!find_revision(o, a_name, MEANT_COMMIT, &first) ||
		!find_revision(o, b_name, MEANT_COMMIT, &second) ||
		(path.p && !find_top(o, path, &top)))
		return NULL;
	if (!first.has_commit || !second.has_commit) {
		diag_error(o->diags, NOWHERE, "'" STR "' is no commit, so it has no merge base",
			ARG(path_printable(o->diags->arena, first.has_commit ? b_name : a_name)));
		return NULL;
	}
	if (!merge_base(o->repository, &first.commit, a_name, &second.commit, b_name, &base,
		    o->diags) ||
		!revision_find(
			o->repository, id_text(arena, base.bytes), MEANT_COMMIT, &found, o->diags))
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

/* Is `base:` something else than a branch, which a merge request then does not replace? */
static bool is_apart(struct str configured)
{
	return str_starts(configured, S("dir:")) || str_starts(configured, S("set:")) ||
	       (configured.n && is_pattern(configured));
}

static struct source *open_nearest_tag(struct opening *o, struct str pattern, struct str *note)
{
	struct arena *arena = o->options->arena;
	struct source *source;
	struct str tag;

	if (!nearest_tag(o->repository, pattern, &tag, o->diags))
		return NULL;
	*note = str_printf(arena, "comparing with " STR ", the nearest tag '" STR "' before HEAD",
		ARG(tag), ARG(pattern));
	source = open_revision(o, str_printf(arena, "refs/tags/" STR, ARG(tag)));
	if (source)
		source->name = source->side = tag;
	return source;
}

/* Is there such a revision? Says nothing. */
static bool is_here(struct opening *o, struct str name)
{
	struct revision revision;
	struct diags unsaid;

	diags_init(&unsaid, o->options->arena);
	return revision_find(o->repository, name, MEANT_COMMIT, &revision, &unsaid) &&
	       revision.has_commit;
}

/* As one word of a shell's command. */
static struct str shell_word(struct arena *arena, struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] < 0x80 &&
			strchr(" !\"#$%&'()*;<=>?[\\]`{|}~", text.p[i]))
			return str_find(text, '\'') < text.n
				       ? S("BRANCH")
				       : str_printf(arena, "'" STR "'", ARG(text));
	return text;
}

static struct source *open_proposed_commit(
	struct opening *o, const struct base_proposal *proposal, struct str *note)
{
	struct arena *arena = o->options->arena;
	struct repository *repository = o->repository;
	struct source *source;
	struct revision revision;

	if (!is_here(o, proposal->commit)) {
		diag_error(o->diags, NOWHERE, "the base is not in this clone (" STR ")",
			ARG(proposal->reason));
		/* The commit alone will do: no merge base is looked for. */
		diag_help(o->diags, "fetch it: git fetch %s" STR " " STR,
			repository->shallow ? "--depth=1 " : "", ARG(repository->remote),
			ARG(path_printable(arena, shell_word(arena, proposal->commit))));
		return NULL;
	}
	source = open_revision(o, proposal->commit);
	if (source &&
		revision_find(repository, proposal->commit, MEANT_COMMIT, &revision, o->diags)) {
		source->name = source->side = id_short(repository, arena, revision.commit.bytes);
		*note = str_printf(arena, "comparing with " STR " (" STR ")", ARG(source->name),
			ARG(proposal->reason));
	}
	return source;
}

/* The branch in the clone: of the remote, or here, or at least a commit of it; absent: none. */
static struct str find_proposed_branch(
	struct opening *o, const struct base_proposal *proposal, struct str *shown)
{
	struct arena *arena = o->options->arena;
	struct str name;

	*shown = path_join(arena, o->repository->remote, proposal->branch);
	name = str_printf(arena, "refs/remotes/" STR, ARG(*shown));
	if (is_here(o, name))
		return name;
	*shown = proposal->branch;
	name = str_printf(arena, "refs/heads/" STR, ARG(*shown));
	if (is_here(o, name))
		return name;
	*shown = proposal->tip;
	if (proposal->tip.n && is_here(o, proposal->tip))
		return proposal->tip;
	return (struct str){ NULL, 0 };
}

static struct source *fail_branch(struct opening *o, const struct base_proposal *proposal)
{
	struct arena *arena = o->options->arena;
	struct str remote = o->repository->remote, branch = proposal->branch, word;

	diag_error(o->diags, NOWHERE, "the branch '" STR "' is not in this clone (" STR ")",
		ARG(path_printable(arena, branch)), ARG(path_printable(arena, proposal->reason)));
	if (!o->repository->remotes.n) {
		diag_help(o->diags, "name a base: breakwater check REV");
		return NULL;
	}
	word = str_printf(arena, "+refs/heads/" STR ":refs/remotes/" STR "/" STR, ARG(branch),
		ARG(remote), ARG(branch));
	diag_help(o->diags, "fetch it: git fetch %s" STR " " STR,
		o->repository->shallow ? "--unshallow " : "", ARG(remote),
		ARG(path_printable(arena, shell_word(arena, word))));
	return NULL;
}

static struct source *open_proposed_branch(
	struct opening *o, const struct base_proposal *proposal, struct str *note)
{
	struct arena *arena = o->options->arena;
	struct str name, shown, id;
	struct source *source;

	name = find_proposed_branch(o, proposal, &shown);
	if (!name.n)
		return fail_branch(o, proposal);
	source = open_merge_base(o, name, S("HEAD"), &id);
	if (source)
		*note = str_printf(arena,
			"comparing with " STR ", the merge base of " STR " and HEAD (" STR ")",
			ARG(id), ARG(path_printable(arena, shown)),
			ARG(path_printable(arena, proposal->reason)));
	return source;
}

/* The base of a bare `check`. */
static struct source *open_default_base(
	struct opening *o, const struct input_request *request, struct str *note)
{
	const struct base_proposal *proposal = &request->proposal;
	struct arena *arena = o->options->arena;
	struct str branch = request->default_base, id;
	bool taken = !is_apart(branch) && !(branch.n && proposal->is_last);
	struct source *source;

	if (str_starts(branch, S("dir:")) || str_starts(branch, S("set:")))
		return open_input(o, branch);
	if (!opening_need(o))
		return NULL;
	if (taken && proposal->commit.n)
		return open_proposed_commit(o, proposal, note);
	o->repository->needs_history = true;
	if (taken && proposal->branch.n)
		return open_proposed_branch(o, proposal, note);
	if (is_apart(branch))
		return open_nearest_tag(o, branch, note);
	if (!branch.n)
		branch = default_branch(o->repository, o->diags);
	if (!branch.n)
		return NULL;
	source = open_merge_base(o, branch, S("HEAD"), &id);
	if (source)
		*note = str_printf(arena,
			"comparing with " STR ", the merge base of " STR " and HEAD%s" STR, ARG(id),
			ARG(branch), proposal->reason.n && taken ? "; " : "",
			ARG(taken ? proposal->reason : S("")));
	return source;
}

static struct source *open_old(
	struct opening *o, const struct input_request *request, struct str *note)
{
	if (request->base.p)
		return open_input(o, request->base);
	if (!request->staged)
		return open_default_base(o, request, note);
	if (!opening_need(o))
		return NULL;
	if (head_is_unborn(o->repository))
		return source_empty(o->options->arena, S("before the first commit"));
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
