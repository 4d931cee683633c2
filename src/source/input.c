/*
 * The grammar of inputs, and the two sides of a check.
 */
#include "base/open.h"
#include "source/opening.h"
#include "source/registry_private.h"
#include "source/tree.h"
#include "source/work.h"

#include <errno.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

static struct repository *opening_look(struct opening *o)
{
	if (!o->looked)
		o->repository = repository_open(o->options, &o->absent, o->diags);
	o->looked = true;
	return o->repository;
}

struct repository *opening_need(struct opening *o)
{
	uint32_t errors = o->diags->n_errors;

	if (opening_look(o) || !o->absent || o->diags->n_errors > errors)
		return o->repository;
	diag_error(o->diags, NOWHERE, "'" STR "' is not in a git repository",
		ARG(path_printable(o->diags->arena, o->options->directory)));
	diag_help(o->diags, "compare folders: breakwater check dir:OLD dir:NEW");
	return NULL;
}

static void opening_end(struct opening *o)
{
	if (o->repository)
		repository_release(o->repository);
}

/* ---- forms ---- */

static struct source *open_dir(struct opening *o, struct str path)
{
	return dir_open(o->options, path, o->diags);
}

static struct source *open_set(struct opening *o, struct str path)
{
	return set_open(o->options, path, o->diags);
}

static struct source *open_registry(struct opening *o, struct str rest)
{
	return registry_input_open(o->options, rest, o->diags);
}

static struct source *open_worktree(struct opening *o, struct str nothing)
{
	(void)nothing;
	return opening_need(o) ? worktree_open(o->repository, o->diags) : NULL;
}

static struct source *open_index(struct opening *o, struct str nothing)
{
	(void)nothing;
	return opening_need(o) ? index_open(o->repository, o->diags) : NULL;
}

const struct input_form input_forms[] = {
	{
		.prefix = STR_INIT("dir:"),
		.argument = "FOLDER",
		.is_folder = true,
		.missing = "name a folder: dir:PATH",
		.open = open_dir,
	},
	{
		.prefix = STR_INIT("set:"),
		.argument = "FILE",
		.note = "a FileDescriptorSet",
		.missing = "name a file: set:FILE, or set:- for standard input",
		.open = open_set,
	},
	{
		.prefix = STR_INIT("registry:"),
		.argument = "URL/SUBJECT",
		.is_text = true,
		.missing = "name a subject: registry:https://HOST/SUBJECT, or "
			   "registry:https://HOST/#ID",
		.open = open_registry,
	},
	{ .prefix = STR_INIT("worktree:"), .open = open_worktree },
	{ .prefix = STR_INIT("index:"), .open = open_index },
};
const size_t n_input_forms = COUNT(input_forms);

/* NULL: a revision, or no input at all. */
static const struct input_form *form_find(struct str input)
{
	for (size_t i = 0; i < n_input_forms; i++) {
		const struct input_form *form = &input_forms[i];

		if (form->argument ? str_starts(input, form->prefix) : str_eq(input, form->prefix))
			return form;
	}
	return NULL;
}

static bool is_standard_input(struct str input)
{
	const struct input_form *form = form_find(input);

	return form && form->argument && !form->is_folder && !form->is_text &&
	       str_eq(str_from(input, form->prefix.n), S("-"));
}

/* Offset of the first `c` outside of braces at or after `from`, or s.n. */
static size_t find_outside_braces(struct str s, char c, size_t from)
{
	int depth = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '{')
			depth++;
		else if (s.p[i] == '}')
			depth -= depth > 0;
		else if (s.p[i] == c && depth == 0 && i >= from)
			return i;
	}
	return s.n;
}

void revision_split(struct str input, struct str *rev, struct str *path)
{
	size_t colon = str_starts(input, S(":/")) ? input.n : find_outside_braces(input, ':', 0);

	*rev = str_head(input, colon);
	*path = colon < input.n ? str_from(input, colon + 1) : (struct str){ NULL, 0 };
}

bool range_split(struct str input, struct str *a, struct str *b, bool *symmetric)
{
	if (form_find(input) || str_starts(input, S(":/")))
		return false;
	for (size_t at = 0; at < input.n; at++) {
		size_t end;

		at = find_outside_braces(input, '.', at);
		if (at + 1 >= input.n || input.p[at + 1] != '.')
			continue;
		end = at + 2;
		*symmetric = end < input.n && input.p[end] == '.';
		end += *symmetric;
		/* `REV:../x`, `REV:a/../b`: a path, not a range */
		if ((end < input.n && input.p[end] == '/') ||
			(at > 0 && (input.p[at - 1] == '/' || input.p[at - 1] == ':'))) {
			at = end;
			continue;
		}
		*a = at ? str_head(input, at) : S("HEAD");
		*b = end < input.n ? str_from(input, end) : S("HEAD");
		return true;
	}
	return false;
}

/* ---- opening ---- */

/* Resolves the PATH of `REV:PATH`: relative to the repository's top, or with `./` or `../` to
 * -C. */
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

/* The user may have meant a folder or a file. */
static void help_on_disk(struct opening *o, struct str name)
{
	struct str shown = path_printable(o->diags->arena, name);
	struct stat st;

	if (path_is_contract(name)) {
		diag_help(o->diags,
			"an input is a revision or a folder; to report only on a file use "
			"--path " STR,
			ARG(shown));
		return;
	}
	if (str_has(name, '\0') || stat(path_absolute(o->options, name), &st) < 0)
		return;
	if (S_ISDIR(st.st_mode))
		diag_help(o->diags, "to compare the folder of that name use dir:" STR, ARG(shown));
	else if (S_ISREG(st.st_mode))
		diag_help(o->diags, "to compare the descriptor set of that name use set:" STR,
			ARG(shown));
}

static bool find_revision(
	struct opening *o, struct str name, enum meant meant, struct revision *revision)
{
	if (!opening_need(o))
		return false;
	if (revision_find(o->repository, name, meant, revision, o->diags))
		return true;
	/* Every git folder has a file named HEAD. */
	if (!str_eq(name, S("HEAD")))
		help_on_disk(o, name);
	return false;
}

static struct source *open_tree(struct opening *o, const struct revision *revision, struct str top,
	struct str name, struct str side)
{
	struct source *source =
		tree_open(o->repository, &revision->tree, top, name, side, o->diags);

	if (source) {
		source->has_commit = revision->has_commit;
		source->commit = revision->commit;
	}
	return source;
}

struct source *open_revision(struct opening *o, struct str input)
{
	struct arena *arena = o->options->arena;
	struct str rev, path, top = S("");
	struct revision revision;

	revision_split(input, &rev, &path);
	if (!find_revision(o, rev, path.p ? MEANT_TREE : MEANT_ANY, &revision) ||
		(path.p && !find_top(o, path, &top)))
		return NULL;
	return open_tree(o, &revision, top, str_dup(arena, path_printable(arena, input)),
		str_dup(arena, path_printable(arena, rev)));
}

struct str revision_short(struct opening *o, struct str name)
{
	struct revision revision;
	struct str shown = path_printable(o->options->arena, name);
	struct diags unsaid;

	diags_init(&unsaid, o->options->arena);
	if (name.n == GIT_OID_HEXSZ &&
		revision_find(o->repository, name, MEANT_COMMIT, &revision, &unsaid) &&
		revision.has_commit)
		shown = id_short(o->repository, o->options->arena, revision.commit.bytes);
	return shown;
}

static struct source *fail_form(struct opening *o, struct str input, const char *help)
{
	diag_error(o->diags, NOWHERE, "'" STR "' is not an input",
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
	if (source) /* paths are printed so that they can be opened */
		source->side = S("");
	return source;
}

/* Opens one INPUT, as source_open does. */
static struct source *open_input(struct opening *o, struct str input)
{
	const struct input_form *form = form_find(input);

	if (!input.p)
		return open_default(o);
	if (str_has(input, '\0') || input.n == 0)
		return fail_form(o, input, "it is empty");
	if (form && form->argument && input.n == form->prefix.n)
		return fail_form(o, input, form->missing);
	if (form)
		return form->open(o, str_from(input, form->prefix.n));
	if (str_starts(input, S(":")) && !str_starts(input, S(":/")))
		return fail_form(
			o, input, "name the index as index:, or use --staged for the new side");
	return open_revision(o, input);
}

static bool fail_no_commit(struct opening *o, struct str name)
{
	diag_error(o->diags, NOWHERE, "'" STR "' is not a commit, so it has no merge base",
		ARG(path_printable(o->diags->arena, name)));
	return false;
}

struct source *open_merge_base(struct opening *o, struct parting *parting)
{
	struct arena *arena = o->options->arena;
	struct str a_name, b_name, path, ignored, top = S("");
	VEC(struct content_id) heads = { 0 };
	struct revision first, second, found;
	struct content_id base;

	if (!opening_need(o))
		return NULL;
	if (form_find(parting->a) || form_find(parting->b)) {
		fail_no_commit(o, form_find(parting->a) ? parting->a : parting->b);
		return NULL;
	}
	revision_split(parting->a, &a_name, &path);
	revision_split(parting->b, &b_name, &ignored);
	o->repository->needs_history = true;
	if (!find_revision(o, a_name, MEANT_COMMIT, &first) ||
		!find_revision(o, b_name, MEANT_COMMIT, &second) ||
		(path.p && !find_top(o, path, &top)))
		return NULL;
	if (!first.has_commit || !second.has_commit) {
		fail_no_commit(o, first.has_commit ? b_name : a_name);
		return NULL;
	}
	*vec_push(arena, &heads) = second.commit;
	for (uint32_t i = 0; i < parting->n_merged; i++)
		*vec_push(arena, &heads) = parting->merged[i];
	if (!merge_base(o->repository,
		    &(struct merge_sides){
			    .a = &first.commit,
			    .a_name = a_name,
			    .b = heads.items,
			    .n_b = heads.n,
			    .b_name = b_name,
			    .is_unrelated =
				    parting->may_be_unrelated ? &parting->is_unrelated : NULL,
		    },
		    &base, o->diags) ||
		!revision_find(
			o->repository, id_text(arena, base.bytes), MEANT_COMMIT, &found, o->diags))
		return NULL;
	parting->id = id_short(o->repository, arena, base.bytes);
	parting->is_b = content_id_eq(&base, &second.commit);
	return open_tree(o, &found, top, str_printf(arena, "merge base " STR, ARG(parting->id)),
		parting->id);
}

/* Is the base chosen by the pipeline, the configuration or the repository? */
static bool is_default_base(const struct input_request *request)
{
	return !request->base.p &&
	       (!request->staged || request->merge_base || request->proposal.head.n);
}

static struct source *open_old(
	struct opening *o, const struct input_request *request, struct base_note *note)
{
	struct parting parting = {
		.a = request->base,
		.b = request->head.p ? request->head : S("HEAD"),
	};

	if (is_default_base(request))
		return open_default_base(o, request, note);
	if (request->base.p && !request->merge_base)
		return open_input(o, request->base);
	if (!opening_need(o))
		return NULL;
	if (request->staged && !request->base.p && head_is_unborn(o->repository))
		return source_empty(o->options->arena, S("before the first commit"));
	if (!request->base.p) {
		note->is_head = true;
		return open_revision(o, S("HEAD"));
	}
	if (request->staged && !merged_commits(o->repository, &request->merging, &parting.merged,
				       &parting.n_merged, o->diags))
		return NULL;
	return open_merge_base(o, &parting);
}

/* A hook names a full id; messages show a short one. */
static struct source *open_head(struct opening *o, struct str head)
{
	struct source *source = open_revision(o, head);

	if (source)
		source->name = source->side = revision_short(o, head);
	return source;
}

static struct source *open_new(struct opening *o, const struct input_request *request)
{
	if (!request->base.p && request->proposal.head.n)
		return opening_need(o) ? open_head(o, request->proposal.head) : NULL;
	if (!request->staged)
		return open_input(o, request->head);
	return opening_need(o) ? index_open(o->repository, o->diags) : NULL;
}

static bool request_is_wrong(struct opening *o, const struct input_request *request, bool is_range)
{
	struct str a, b;
	bool symmetric;

	if (request->merge_base && is_range) {
		diag_error(o->diags, NOWHERE, "--merge-base takes revisions, not a range");
		diag_help(o->diags, "A...B compares the merge base of A and B with B");
		return true;
	}
	if (request->staged && (is_range || request->head.p))
		diag_error(o->diags, NOWHERE,
			"--staged is the new side, so it takes one revision at most");
	else if (request->head.p && (range_split(request->base, &a, &b, &symmetric) ||
					    range_split(request->head, &a, &b, &symmetric)))
		diag_error(o->diags, NOWHERE, "a range is both sides: it takes no second operand");
	else if (request->head.p && is_standard_input(request->base) &&
		 is_standard_input(request->head))
		diag_error(o->diags, NOWHERE, "only one side can be standard input");
	else
		return false;
	diag_help(o->diags, "breakwater check BASE HEAD, BASE..HEAD or --staged BASE");
	return true;
}

/* Makes the content ids of both sides comparable: git's if one side is git's, else with a random
 * seed. */
static void set_hashing(struct source *old, struct source *new)
{
	struct content_hashing hashing = { .blob = old->hashing.blob };

	if (new)
		hashing.blob |= new->hashing.blob;

	if (!hashing.blob &&
		TEMP_FAILURE_RETRY(getrandom(&hashing.seed, sizeof hashing.seed, 0)) < 0)
		hashing.seed = (uint64_t)(uintptr_t)old;
	old->hashing = hashing;
	if (new)
		new->hashing = hashing;
}

bool sources_open(const struct source_options *options, const struct input_request *request,
	struct source **old, struct source **new, struct base_note *note, struct diags *diags)
{
	struct opening o = { .options = options, .diags = diags };
	struct parting parting = { 0 };
	bool symmetric = false, is_range;

	*old = *new = NULL;
	*note = (struct base_note){ 0 };
	is_range = request->base.p && !request->head.p &&
		   range_split(request->base, &parting.a, &parting.b, &symmetric);
	if (request_is_wrong(&o, request, is_range))
		return false;
	if (!is_range)
		*old = open_old(&o, request, note);
	else
		*old = symmetric ? open_merge_base(&o, &parting) : open_input(&o, parting.a);
	if (*old)
		*new = is_range ? open_input(&o, parting.b) : open_new(&o, request);
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
