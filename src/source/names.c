/*
 * Names of revisions: what git_revparse takes, what it takes wrongly or not at all (mended here, or
 * refused with a word on the form), and what to say of one that is not there.
 */
#include "source/git.h"

#include <strings.h>

/* Offset of the next `c` outside of braces at or after `from`, or s.n. */
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
	static const struct str kinds[] = { STR_INIT("dir:"), STR_INIT("set:"), STR_INIT(":/") };

	for (size_t i = 0; i < COUNT(kinds); i++)
		if (str_starts(input, kinds[i]))
			return false;
	for (size_t at = 0; at < input.n; at++) {
		size_t end;

		at = find_outside_braces(input, '.', at);
		if (at + 1 >= input.n || input.p[at + 1] != '.')
			continue;
		end = at + 2;
		*symmetric = end < input.n && input.p[end] == '.';
		end += *symmetric;
		/* `REV:../x`, `REV:a/../b`: a path that climbs */
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

/* A form that names no single commit or that libgit2 takes for another; NULL: none of these. */
static const char *refused_form(struct str name)
{
	struct str digits = str_from(name, str_rfind(name, '^') + 1);
	size_t brace;

	if (str_starts(name, S("^")))
		return "'^REV' leaves a revision out, it names none";
	if (str_ends(name, S("^@")))
		return "'REV^@' names all parents; write REV^1 or REV^2";
	if (str_ends(name, S("^!")))
		return "'REV^!' is a range; write REV^ REV";
	if (digits.n && digits.p[0] == '-' && digits.n < name.n)
		return "'REV^-' is a range; write REV^ REV";
	if (str_starts(name, S(":/!")))
		return "':/!' is not supported; name the commit by its id";
	brace = find_outside_braces(name, '^', 0);
	for (; brace < name.n; brace = find_outside_braces(name, '^', brace + 1)) {
		if (str_starts(str_from(name, brace), S("^{/!")))
			return "'^{/!}' is not supported; name the commit by its id";
		if (str_starts(str_from(name, brace), S("^{object}")))
			return "'^{object}' is not supported; leave it out";
	}
	return NULL;
}

/* What libgit2 wants instead of the name; absent: it has no such form. */
static struct str mended(struct arena *arena, struct str name)
{
	static const char *const words[] = { "@{u}", "@{upstream}", "@{push}" };
	struct str copy;

	if (name.p[0] == '@' && (name.n == 1 || name.p[1] == '~' || name.p[1] == '^'))
		return str_printf(arena, "HEAD" STR, ARG(str_from(name, 1)));
	copy = str_dup(arena, name);
	for (size_t i = 0; i < COUNT(words); i++) {
		size_t n = strlen(words[i]);

		for (size_t at = 0; at + n <= name.n; at++)
			if (strncasecmp(name.p + at, words[i], n) == 0)
				memcpy((char *)copy.p + at, words[i], n);
	}
	return copy;
}

struct names {
	struct str *items;
	size_t n;
};

/* Branches, tags and remote-tracking branches as people write them. */
static struct names known_names(const struct repository *repository, struct arena *arena)
{
	static const struct str kinds[] = { STR_INIT("refs/heads/"), STR_INIT("refs/tags/"),
		STR_INIT("refs/remotes/") };
	git_strarray list = { 0 };
	struct names names = { 0 };

	if (git_reference_list(&list, repository->repo) < 0)
		return names;
	names.items = NEW_ARRAY(arena, list.count, struct str);
	for (size_t i = 0; i < list.count; i++)
		for (size_t k = 0; k < COUNT(kinds); k++)
			if (str_starts(str_of(list.strings[i]), kinds[k]) &&
				!str_ends(str_of(list.strings[i]), S("/HEAD")))
				names.items[names.n++] = str_dup(
					arena, str_from(str_of(list.strings[i]), kinds[k].n));
	git_strarray_dispose(&list);
	return names;
}

static bool is_hex(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!strchr("0123456789abcdefABCDEF", s.p[i]))
			return false;
	return s.n > 0;
}

/* `origin/main` of an existing remote: which branch of which. */
static bool split_remote(const struct repository *repository, struct str name, struct str *remote,
	struct str *branch)
{
	for (uint32_t i = 0; i < repository->remotes.n; i++) {
		*remote = repository->remotes.items[i];
		*branch = str_from(name, remote->n + 1);
		if (branch->n && path_under(name, *remote))
			return true;
	}
	return false;
}

/* The name without `~3`, `^2`, `@{1}`. */
static struct str stem(struct str name)
{
	for (size_t i = 1; i < name.n; i++)
		if (strchr("~^", name.p[i]) ||
			(name.p[i] == '@' && i + 1 < name.n && name.p[i + 1] == '{'))
			return str_head(name, i);
	return name;
}

static void help_unknown(const struct repository *repository, struct str name, struct diags *diags)
{
	struct arena *scratch = arena_like(repository->arena);
	struct names names = known_names(repository, scratch);
	struct str base = stem(name), near, remote, branch;
	const char *depth = !repository->shallow        ? ""
			    : repository->needs_history ? "--unshallow "
							: "--depth=1 ";

	near = str_nearest(base, names.items, names.n);
	for (size_t i = 0; i < names.n; i++) /* `main` where only origin/main is there */
		if (names.items[i].n > base.n + 1 && str_ends(names.items[i], base) &&
			names.items[i].p[names.items[i].n - base.n - 1] == '/')
			near = names.items[i];
	if (near.p && !str_eq(near, base))
		diag_help(diags, "did you mean '" STR "'?", ARG(near));
	if (split_remote(repository, base, &remote, &branch))
		diag_help(diags,
			"fetch it: git fetch %s" STR " +refs/heads/" STR ":refs/remotes/" STR
			"/" STR,
			depth, ARG(remote), ARG(branch), ARG(remote), ARG(branch));
	else if (base.n == GIT_OID_HEXSZ && is_hex(base) && repository->remotes.n)
		diag_help(diags, "fetch it: git fetch %s" STR " " STR, depth,
			ARG(repository->remote), ARG(base));
	else if (repository->shallow || (!near.p && repository->remotes.n))
		diag_help(diags, "if it is a tag, fetch it: git fetch %s" STR " tag " STR, depth,
			ARG(repository->remote), ARG(base));
	arena_free(scratch);
}

bool head_is_unborn(const struct repository *repository)
{
	return git_repository_head_unborn(repository->repo) == 1;
}

static bool fail_lookup(
	const struct repository *repository, struct str name, int error, struct diags *diags)
{
	const git_error *last = git_error_last();
	bool missing = error == GIT_ENOTFOUND && last && last->klass == GIT_ERROR_ODB;
	struct str shown = path_printable(diags->arena, name);

	if (error == GIT_EAMBIGUOUS) {
		diag_error(diags, NOWHERE, "'" STR "' is short for several objects", ARG(shown));
		diag_help(diags, "write more of its digits");
	} else if (missing && !(stem(name).n == GIT_OID_HEXSZ && is_hex(stem(name)))) {
		diag_error(diags, NOWHERE,
			"the revision '" STR "' leads to a commit that is not here", ARG(shown));
		diag_missing_help(repository, diags);
	} else if (error == GIT_ENOTFOUND && str_eq(stem(name), S("HEAD")) &&
		   head_is_unborn(repository)) {
		diag_error(diags, NOWHERE, "HEAD has no commit yet");
		diag_help(diags, "commit first, or name two inputs");
	} else if (error == GIT_ENOTFOUND || !last) {
		diag_error(diags, NOWHERE, "unknown revision '" STR "'", ARG(shown));
		help_unknown(repository, name, diags);
	} else {
		diag_error(
			diags, NOWHERE, "'" STR "' is no revision: %s", ARG(shown), last->message);
	}
	return false;
}

/* From a tag to its commit or tree. */
static bool peel(const struct repository *repository, struct str name, git_object *object,
	struct revision *revision, struct diags *diags)
{
	git_object *commit = NULL, *tree = NULL;
	bool ok = true;
	int error;

	git_error_clear();
	error = git_object_peel(&commit, object, GIT_OBJECT_COMMIT);
	if (!error) {
		revision->has_commit = true;
		memcpy(revision->commit.bytes, git_object_id(commit)->id, GIT_OID_RAWSZ);
		memcpy(revision->tree.bytes, git_commit_tree_id((git_commit *)commit)->id,
			GIT_OID_RAWSZ);
	} else if (error == GIT_ENOTFOUND) {
		ok = fail_lookup(repository, name, error, diags);
	} else if (git_object_type(object) == GIT_OBJECT_TREE) {
		memcpy(revision->tree.bytes, git_object_id(object)->id, GIT_OID_RAWSZ);
	} else if (git_object_peel(&tree, object, GIT_OBJECT_TREE) == 0) {
		memcpy(revision->tree.bytes, git_object_id(tree)->id, GIT_OID_RAWSZ);
	} else {
		diag_error(diags, NOWHERE, "'" STR "' is neither a commit nor a tree",
			ARG(path_printable(diags->arena, name)));
		ok = false;
	}
	git_object_free(commit);
	git_object_free(tree);
	return ok;
}

bool revision_find(struct repository *repository, struct str name, struct revision *revision,
	struct diags *diags)
{
	const char *refused;
	git_object *object = NULL;
	struct str real;
	bool ok;
	int error;

	*revision = (struct revision){ 0 };
	if (name.n == 0 || memchr(name.p, '\0', name.n)) {
		diag_error(diags, NOWHERE, "a revision's name is empty");
		return false;
	}
	refused = refused_form(name);
	real = mended(repository->arena, name);
	if (!refused && strstr(str_cstr(repository->arena, real), "@{push}"))
		refused = "'@{push}' is not supported; name the branch, as in origin/main";
	if (refused) {
		diag_error(diags, NOWHERE, "'" STR "' does not name one revision",
			ARG(path_printable(diags->arena, name)));
		diag_help(diags, "%s", refused);
		return false;
	}
	git_error_clear();
	error = git_revparse_single(&object, repository->repo, str_cstr(repository->arena, real));
	if (error)
		return fail_lookup(repository, real, error, diags);
	ok = peel(repository, real, object, revision, diags);
	git_object_free(object);
	return ok;
}

/* What refs/remotes/REMOTE/HEAD points to; absent if there is none. */
static struct str remote_head(const struct repository *repository, const char *remote)
{
	struct str name = str_printf(repository->arena, "refs/remotes/%s/HEAD", remote);
	struct str branch = { NULL, 0 };
	git_reference *reference = NULL;

	if (git_reference_lookup(&reference, repository->repo, name.p) == 0) {
		const char *target = git_reference_symbolic_target(reference);

		if (target && str_starts(str_of(target), S("refs/remotes/")))
			branch = str_dup(repository->arena,
				str_from(str_of(target), strlen("refs/remotes/")));
	}
	git_reference_free(reference);
	return branch;
}

struct str default_branch(const struct repository *repository, struct diags *diags)
{
	struct str branch = remote_head(repository, "origin"), remote = repository->remote;
	bool any = repository->remotes.n;

	if (!branch.p && any)
		branch = remote_head(repository, str_cstr(repository->arena, remote));
	if (branch.p)
		return branch;
	diag_error(diags, NOWHERE, "there is no default branch to compare with");
	diag_help(diags, "name a base: breakwater check main, or 'base: main' in breakwater.yaml");
	if (any)
		diag_help(diags,
			"or ask the remote for its own: git remote set-head " STR " --auto",
			ARG(remote));
	return branch;
}
