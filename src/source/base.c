/*
 * The base of a check that names none: what a hook or a pipeline proposes, what the configuration
 * says, the default branch.
 */
#include "source/opening.h"

/* The search for a base. */
struct search {
	struct opening *o;
	struct arena *arena;
	const struct input_request *request;
	const struct base_proposal *proposal;
	struct str head; /* the commit to find a merge base of: HEAD, or what is pushed */
	struct base_note *note;
};

/* ---- what is said ---- */

static struct str shown(const struct search *search, struct str text)
{
	return path_printable(search->arena, text);
}

/* Makes the note `comparing with ID, REASON`, which says if the base is HEAD. */
static void note_base(struct search *search, struct str id, struct str reason, bool is_head)
{
	search->note->is_head = is_head;
	search->note->text = str_printf(search->arena, "comparing with " STR STR "%s", ARG(id),
		ARG(reason), is_head && !search->proposal->head.n ? ", which is HEAD itself" : "");
}

/* Quotes a word for a shell. */
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

/* Does the commit exist? Reports no error. */
static bool find_commit(struct opening *o, struct str name, struct content_id *id)
{
	struct revision revision;
	struct diags unsaid;

	diags_init(&unsaid, o->options->arena);
	if (!revision_find(o->repository, name, MEANT_COMMIT, &revision, &unsaid) ||
		!revision.has_commit)
		return false;
	*id = revision.commit;
	return true;
}

static bool is_here(struct opening *o, struct str name)
{
	struct content_id id;

	return find_commit(o, name, &id);
}

static bool is_head(struct search *search, const struct content_id *id)
{
	struct content_id head;

	return find_commit(search->o, search->head, &head) && content_id_eq(id, &head);
}

/* ---- kinds of bases ---- */

static bool is_pattern(struct str name)
{
	return str_find(name, '*') < name.n || str_find(name, '?') < name.n ||
	       str_find(name, '[') < name.n;
}

static struct source *open_nearest_tag(struct search *search, struct str pattern)
{
	struct arena *arena = search->arena;
	struct opening *o = search->o;
	struct source *source;
	struct str tag;

	o->repository->needs_history = true;
	if (!nearest_tag(o->repository, pattern, &tag, o->diags))
		return NULL;
	search->note->text =
		str_printf(arena, "comparing with " STR ", the nearest tag '" STR "' before HEAD",
			ARG(tag), ARG(pattern));
	source = open_revision(o, str_printf(arena, "refs/tags/" STR, ARG(tag)));
	if (source)
		source->name = source->side = tag;
	return source;
}

/* The base itself. */
static struct source *open_commit(struct search *search, struct str name)
{
	struct str reason = search->proposal->reason;
	struct opening *o = search->o;
	struct content_id id;
	struct source *source;

	if (!find_commit(o, name, &id)) {
		diag_error(o->diags, NOWHERE, "the base is not in this clone (" STR ")",
			ARG(shown(search, reason)));
		/* The commit is enough: no merge base is needed. */
		diag_help(o->diags, "fetch it: git fetch %s" STR " " STR,
			o->repository->shallow ? "--depth=1 " : "", ARG(o->repository->fetched),
			ARG(shown(search, shell_word(search->arena, name))));
		diag_help(o->diags,
			"or name a base, if no clone has it any more: breakwater check REV");
		return NULL;
	}
	source = open_revision(o, name);
	if (source) {
		source->name = source->side = id_short(o->repository, search->arena, id.bytes);
		note_base(search, source->name,
			str_printf(search->arena, " (" STR ")", ARG(shown(search, reason))),
			is_head(search, &id));
	}
	return source;
}

/* The merge base of HEAD, or of what is pushed, and a branch, which messages call `name`. */
static struct source *open_branch(
	struct search *search, struct str ref, struct str name, struct str reason)
{
	const struct input_request *request = search->request;
	bool is_hook = request->staged && request->merge_base && !search->proposal->head.n;
	struct parting parting = {
		.a = ref,
		.b = search->head,
		.may_be_unrelated = is_hook && !search->proposal->in_pipeline,
	};
	struct opening *o = search->o;
	struct source *source;

	if (is_hook && !merged_commits(o->repository, &request->merging, &parting.merged,
			      &parting.n_merged, o->diags))
		return NULL;
	source = open_merge_base(o, &parting);
	/* A branch may have an unrelated history. */
	if (parting.is_unrelated) {
		search->note->text = str_printf(search->arena,
			"comparing with HEAD, which has no commit in common with " STR,
			ARG(shown(search, name)));
		return open_revision(o, S("HEAD"));
	}
	if (source)
		note_base(search, parting.id,
			str_printf(search->arena, ", the merge base of " STR " and " STR STR,
				ARG(revision_short(o, name)), ARG(revision_short(o, search->head)),
				ARG(shown(search, reason))),
			parting.is_b);
	return source;
}

/* ---- what is proposed ---- */

/* The branch in the clone: remote-tracking or local, or else a commit of it; absent: none. */
static struct str find_proposed_branch(struct search *search, struct str *name)
{
	const struct base_proposal *proposal = search->proposal;
	struct opening *o = search->o;
	struct str ref;

	*name = path_join(search->arena, o->repository->remote, proposal->branch);
	ref = str_printf(search->arena, "refs/remotes/" STR, ARG(*name));
	if (is_here(o, ref))
		return ref;
	*name = proposal->branch;
	ref = str_printf(search->arena, "refs/heads/" STR, ARG(*name));
	if (is_here(o, ref))
		return ref;
	*name = proposal->tip;
	if (proposal->tip.n && is_here(o, proposal->tip))
		return proposal->tip;
	return (struct str){ NULL, 0 };
}

/* A branch of a remote that was not fetched. */
static struct source *fail_branch(
	struct search *search, struct str remote, struct str branch, struct str reason)
{
	struct repository *repository = search->o->repository;
	struct diags *diags = search->o->diags;
	struct str word;

	diag_error(diags, NOWHERE, "the branch '" STR "' is not in this clone (" STR ")",
		ARG(shown(search, branch)), ARG(shown(search, reason)));
	if (!repository->remotes.n) {
		diag_help(diags, "name a base: breakwater check REV");
		return NULL;
	}
	word = str_printf(search->arena, "+refs/heads/" STR ":refs/remotes/" STR "/" STR,
		ARG(branch), ARG(remote), ARG(branch));
	diag_help(diags, "fetch it: git fetch %s" STR " " STR,
		repository->shallow ? "--unshallow " : "", ARG(remote),
		ARG(shown(search, shell_word(search->arena, word))));
	return NULL;
}

static struct source *open_proposed_branch(struct search *search)
{
	struct str ref, name;

	search->o->repository->needs_history = true;
	ref = find_proposed_branch(search, &name);
	if (!ref.n)
		return fail_branch(search, search->o->repository->remote, search->proposal->branch,
			search->proposal->reason);
	return open_branch(search, ref, name,
		str_printf(search->arena, " (" STR ")", ARG(search->proposal->reason)));
}

/*
 * A pipeline that builds the merge of the target branch and the request: the base is the merge's
 * first parent, even if the branch was not fetched or has moved on. False: HEAD is not such a
 * merge.
 */
static bool find_merged_into(struct search *search, struct str *parent)
{
	const struct base_proposal *proposal = search->proposal;
	struct content_id head, merge, parents[2];
	struct opening *o = search->o;

	if ((!proposal->merge.n && !proposal->merged.n) || !find_commit(o, S("HEAD"), &head) ||
		!merge_parents(o->repository, &head, parents))
		return false;
	if (proposal->merge.n &&
		(!find_commit(o, proposal->merge, &merge) || !content_id_eq(&merge, &head)))
		return false;
	if (proposal->merged.n &&
		!str_eq(proposal->merged, id_text(search->arena, parents[1].bytes)))
		return false;
	*parent = id_text(search->arena, parents[0].bytes);
	return true;
}

static struct source *fail_proposal(struct search *search)
{
	struct diags *diags = search->o->diags;

	diag_error(diags, NOWHERE, STR, ARG(shown(search, search->proposal->failure)));
	diag_help(diags, "name a base: breakwater check REV, or set BREAKWATER_BASE_BRANCH");
	return NULL;
}

static struct source *open_nothing(struct search *search)
{
	search->note->text =
		str_printf(search->arena, "comparing with nothing, so nothing can break (" STR ")",
			ARG(shown(search, search->proposal->reason)));
	return source_empty(search->arena, S("nothing"));
}

static struct source *open_proposed(struct search *search)
{
	const struct base_proposal *proposal = search->proposal;
	struct str parent;

	if (proposal->failure.n)
		return fail_proposal(search);
	if (proposal->is_first)
		return open_nothing(search);
	if (proposal->commit.n && proposal->head.n)
		return open_branch(search, proposal->commit, proposal->commit,
			str_printf(search->arena, " (" STR ")", ARG(proposal->reason)));
	if (proposal->commit.n)
		return open_commit(search, proposal->commit);
	if (find_merged_into(search, &parent))
		return open_commit(search, parent);
	return open_proposed_branch(search);
}

/* ---- what is pushed ---- */

/* `origin/main`, refs/heads/main, … → `main` */
static struct str branch_name(const struct repository *repository, struct str name)
{
	if (str_starts(name, S("refs/heads/")))
		return str_from(name, strlen("refs/heads/"));
	if (str_starts(name, S("refs/remotes/")))
		name = str_from(name, strlen("refs/remotes/"));
	for (uint32_t i = 0; i < repository->remotes.n; i++) {
		struct str remote = repository->remotes.items[i];

		if (str_starts(name, remote) && name.n > remote.n && name.p[remote.n] == '/')
			return str_from(name, remote.n + 1);
	}
	return name;
}

/*
 * A push to the default branch is compared with the old value of that branch; a push to another
 * branch with its merge base with the default branch, so that what it added itself may still
 * change.
 */
static struct source *open_pushed(struct search *search)
{
	const struct base_proposal *proposal = search->proposal;
	struct str configured = search->request->default_base, from = proposal->commit;
	struct opening *o = search->o;
	struct branch_choice choice = { .ref = configured, .shown = configured };
	struct diags said;
	struct str name;

	diags_init(&said, search->arena);
	if (!configured.n && !default_branch(o->repository, true, &choice, &said)) {
		if (from.n)
			return open_branch(search, from, from,
				str_printf(search->arena, " (" STR ")", ARG(proposal->reason)));
		diags_adopt(o->diags, &said);
		return NULL;
	}
	name = branch_name(o->repository, choice.shown);
	if (str_eq(name, branch_name(o->repository, proposal->pushed))) {
		if (from.n)
			return open_commit(search, from);
		/* No one else has the branch; its local value is what is pushed. */
		if (str_eq(name, choice.shown) || str_starts(choice.ref, S("refs/heads/")))
			return open_nothing(search);
	}
	return open_branch(search, choice.ref, choice.shown, S(""));
}

/* ---- the search ---- */

static struct source *fail_unborn(struct search *search)
{
	struct diags *diags = search->o->diags;

	diag_error(diags, NOWHERE, "HEAD has no commit yet, so there is nothing to compare with");
	diag_help(diags, "to check what the first commit would contain: breakwater check --staged");
	return NULL;
}

/* Explains a remote's HEAD that names a branch that was not fetched or no longer exists. */
static struct source *fail_head(struct search *search, const struct branch_choice *choice)
{
	size_t slash = str_find(choice->shown, '/');
	struct str remote = str_head(choice->shown, slash);

	fail_branch(search, remote, str_from(choice->shown, slash + 1),
		str_printf(search->arena, STR "/HEAD names it", ARG(remote)));
	diag_help(search->o->diags,
		"or ask the remote for its current one: git remote set-head " STR " --auto",
		ARG(shown(search, shell_word(search->arena, remote))));
	return NULL;
}

static struct source *open_default_branch(struct search *search, bool is_taken)
{
	const struct input_request *request = search->request;
	struct str configured = request->default_base, told = search->proposal->reason, reason;
	struct branch_choice choice = { .ref = configured, .shown = configured };
	bool is_hook = request->staged && request->merge_base && !search->proposal->in_pipeline;

	if (!configured.n &&
		!default_branch(search->o->repository, is_hook, &choice, search->o->diags))
		return NULL;
	if (!configured.n && !choice.why.n && !is_here(search->o, choice.ref))
		return fail_head(search, &choice);
	reason = choice.why.n ? str_printf(search->arena, " (" STR ")", ARG(choice.why)) : S("");
	if (told.n && is_taken)
		reason = str_printf(search->arena, STR "; " STR, ARG(reason), ARG(told));
	return open_branch(search, choice.ref, choice.shown, reason);
}

/* Moves the errors of a base that the configuration names (diagnostics from number `n` on) to
 * its place there. */
static struct source *placed(struct search *search, struct source *source, uint32_t n)
{
	const struct diags *diags = search->o->diags;

	for (uint32_t i = n; !source && search->request->default_base.n && i < diags->n; i++)
		if (!diags->items[i].place.text && diags->items[i].level == DIAG_ERROR)
			diags->items[i].place = search->request->default_base_place;
	return source;
}

struct source *open_default_base(
	struct opening *o, const struct input_request *request, struct base_note *note)
{
	const struct base_proposal *proposal = &request->proposal;
	struct str configured = request->default_base;
	bool is_taken = !(configured.n && (is_pattern(configured) || proposal->is_last));
	bool proposes = proposal->failure.n || proposal->is_first || proposal->commit.n ||
			proposal->branch.n;
	struct search search = {
		.o = o,
		.arena = o->options->arena,
		.request = request,
		.proposal = proposal,
		.head = proposal->head.n ? proposal->head : S("HEAD"),
		.note = note,
	};
	uint32_t n = o->diags->n;

	if (!opening_need(o))
		return NULL;
	if (!proposal->head.n && head_is_unborn(o->repository))
		return request->staged ? source_empty(search.arena, S("before the first commit"))
				       : fail_unborn(&search);
	if (is_pattern(configured))
		return placed(&search, open_nearest_tag(&search, configured), n);
	if (proposal->pushed.n)
		return open_pushed(&search);
	if (is_taken && proposes)
		return open_proposed(&search);
	return placed(&search, open_default_branch(&search, is_taken), n);
}
