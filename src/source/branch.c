/*
 * The default branch of a repository, and the commits of a merge in progress.
 */
#include "source/revision.h"
#include "source/refs.h"

#include <errno.h>

enum { MAX_MERGE_HEAD = 1 << 20, MAX_NAMES = 3 };

static bool has_reference(struct repository *repository, struct str name)
{
	struct content_id id;
	struct diags unsaid;

	diags_init(&unsaid, repository->arena);
	return ref_read(repository, name, &id, NULL, &unsaid) == REF_FOUND;
}

/* The branch that refs/remotes/REMOTE/HEAD points to. */
static bool remote_head(
	struct repository *repository, struct str remote, struct branch_choice *choice)
{
	struct str head = str_printf(repository->arena, "refs/remotes/" STR "/HEAD", ARG(remote));
	struct content_id id;
	struct diags unsaid;
	struct str last;

	diags_init(&unsaid, repository->arena);
	if (ref_read(repository, head, &id, &last, &unsaid) == REF_FAILED || str_eq(last, head) ||
		!str_starts(last, S("refs/remotes/")))
		return false;
	choice->ref = last;
	choice->shown = str_from(last, strlen("refs/remotes/"));
	return true;
}

/* Candidates for the name of the default branch: the repository's own init.defaultBranch, then
 * `main` and `master`. */
static uint32_t usual_names(const struct repository *repository, struct str names[MAX_NAMES])
{
	struct str configured;
	uint32_t n = 0;

	if (repository_config_text(repository, S("init.defaultbranch"), &configured) &&
		configured.n)
		names[n++] = configured;
	names[n++] = S("main");
	names[n++] = S("master");
	return n;
}

static bool choose(struct repository *repository, struct str folder, struct str name,
	struct branch_choice *choice)
{
	struct str ref = path_join(repository->arena, folder, name);

	if (!has_reference(repository, ref))
		return false;
	choice->ref = ref;
	choice->shown =
		str_starts(ref, S("refs/remotes/")) ? str_from(ref, strlen("refs/remotes/")) : name;
	return true;
}

/*
 * Without a remote's HEAD: the branch of init.defaultBranch, else `main` or `master`. If both of
 * these exist, *both is set and there is no default branch.
 */
static bool local_default(struct repository *repository, struct branch_choice *choice, bool *both)
{
	struct branch_choice other;
	struct str names[MAX_NAMES];
	uint32_t n = usual_names(repository, names);

	*both = false;
	if (n == MAX_NAMES && choose(repository, S("refs/heads"), names[0], choice)) {
		choice->why = S("init.defaultBranch");
		return true;
	}
	choice->why = S("there is no remote");
	if (!choose(repository, S("refs/heads"), names[n - 2], choice))
		return choose(repository, S("refs/heads"), names[n - 1], choice);
	*both = choose(repository, S("refs/heads"), names[n - 1], &other);
	return !*both;
}

static bool guess(struct repository *repository, struct branch_choice *choice)
{
	struct str folder =
		str_printf(repository->arena, "refs/remotes/" STR, ARG(repository->remote));
	struct str names[MAX_NAMES];
	uint32_t n = usual_names(repository, names);

	choice->why = str_printf(repository->arena, "'" STR "' does not name its default branch",
		ARG(repository->remote));
	for (uint32_t i = 0; i < n; i++) {
		if (choose(repository, folder, names[i], choice))
			return true;
	}
	choice->why = S("no remote names its default branch");
	for (uint32_t i = 0; i < n; i++) {
		if (choose(repository, S("refs/heads"), names[i], choice))
			return true;
	}
	return false;
}

bool default_branch(struct repository *repository, bool is_guess, struct branch_choice *choice,
	struct diags *diags)
{
	struct str remote = repository->remote;
	bool any = repository->remotes.n, both = false;
	bool is_several = repository->remotes.n > 1 && !str_eq(repository->fetched, remote);

	*choice = (struct branch_choice){ 0 };
	if (remote_head(repository, S("origin"), choice) ||
		(any && remote_head(repository, remote, choice)) ||
		(!any && local_default(repository, choice, &both)) ||
		(is_guess && guess(repository, choice)))
		return true;
	if (both)
		diag_error(diags, NOWHERE,
			"there is no default branch to compare with: both 'main' and 'master' "
			"exist");
	else if (is_several)
		diag_error(diags, NOWHERE,
			"there is no default branch to compare with: none of the %u remotes is "
			"named 'origin'",
			repository->remotes.n);
	else
		diag_error(diags, NOWHERE, "there is no default branch to compare with");
	if (is_several)
		diag_help(diags,
			"name a base: breakwater check " STR "/main, or 'base: " STR
			"/main' in breakwater.yaml",
			ARG(repository->fetched), ARG(repository->fetched));
	else
		diag_help(diags,
			"name a base: breakwater check main, or 'base: main' in breakwater.yaml");
	if (any && !is_several)
		diag_help(diags,
			"or ask the remote for its default branch: git remote set-head " STR
			" --auto",
			ARG(remote));
	return false;
}

struct content_list {
	struct content_id *items;
	uint32_t n, cap;
};

/* Adds the commit of an id, if it exists. */
static void add_commit(struct repository *repository, struct str id, struct content_list *list)
{
	struct content_id commit;

	if (id.n == GIT_OID_HEXSZ && id_parse(id, &commit) &&
		object_exists(repository, commit.bytes))
		*vec_push(repository->arena, list) = commit;
}

bool merged_commits(struct repository *repository, const struct commit_list *more,
	const struct content_id **commits, uint32_t *n, struct diags *diags)
{
	struct arena *arena = repository->arena;
	struct str path = path_join(arena, repository->git_dir, S("MERGE_HEAD")), text, line;
	struct content_list list = { 0 };

	if (file_read(str_cstr(arena, path), MAX_MERGE_HEAD, arena, &text)) {
		while (str_cut(&text, '\n', &line))
			add_commit(repository, line, &list);
	} else if (!is_absent(errno)) {
		diag_error(diags, NOWHERE, "cannot read '" STR "': %s",
			ARG(path_printable(diags->arena, path)), read_reason(errno));
		return false;
	}
	for (size_t i = 0; i < more->n; i++)
		add_commit(repository, str_of(more->items[i]), &list);
	*commits = list.items;
	*n = list.n;
	return true;
}
