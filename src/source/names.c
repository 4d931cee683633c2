/*
 * The error of an unknown revision, with suggestions.
 */
#include "source/refs.h"

struct names {
	struct arena *arena;
	struct str *items;
	uint32_t n, cap;
};

static void add_name(void *context, struct str reference, const struct content_id *id)
{
	static const struct str kinds[] = { STR_INIT("refs/heads/"), STR_INIT("refs/tags/"),
		STR_INIT("refs/remotes/") };
	struct names *names = context;

	(void)id;
	for (size_t i = 0; i < COUNT(kinds); i++)
		if (str_starts(reference, kinds[i]) && !str_ends(reference, S("/HEAD")))
			*vec_push(names->arena, names) = str_from(reference, kinds[i].n);
}

/* Short names of branches, tags and remote-tracking branches. */
static struct names known_names(struct repository *repository, struct arena *arena)
{
	struct names names = { .arena = arena };
	struct diags unsaid;

	diags_init(&unsaid, arena);
	refs_each(repository, S("refs/"), add_name, &names, &unsaid);
	return names;
}

static bool is_hex(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!strchr("0123456789abcdefABCDEF", s.p[i]))
			return false;
	return s.n > 0;
}

/* Splits `origin/main` of an existing remote. */
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

/* Could it be the name of a tag of the remote? Removes refs/tags/ from the front. */
static bool may_be_tag(struct str *name)
{
	if (str_starts(*name, S("refs/tags/")))
		*name = str_from(*name, strlen("refs/tags/"));
	if (str_eq(*name, S("HEAD")) || str_starts(*name, S("refs/")) ||
		str_starts(*name, S(".")) || str_starts(*name, S("@")) ||
		str_ends(*name, S(".lock")) || str_ends(*name, S(".proto")))
		return false;
	/* Perhaps a short id. */
	if (name->n >= 7 && is_hex(*name))
		return false;
	for (size_t i = 0; i < name->n; i++)
		if ((unsigned char)name->p[i] <= ' ' || strchr("~^:?*[\\\x7f", name->p[i]))
			return false;
	return true;
}

static void help_unknown(struct repository *repository, struct str name, struct diags *diags)
{
	struct arena *scratch = arena_like(repository->arena);
	struct names names = known_names(repository, scratch);
	struct str base = stem(name), near, remote, branch;
	const char *depth = !repository->shallow        ? ""
			    : repository->needs_history ? "--unshallow "
							: "--depth=1 ";

	near = str_nearest(base, names.items, names.n);
	for (size_t i = 0; i < names.n; i++) /* `main` if only origin/main exists */
		if (names.items[i].n > base.n + 1 && str_ends(names.items[i], base) &&
			names.items[i].p[names.items[i].n - base.n - 1] == '/')
			near = names.items[i];
	if (near.p && !str_eq(near, base))
		diag_help(diags, "did you mean '" STR "'?", ARG(near));
	if (str_starts(base, S("refs/remotes/")))
		base = str_from(base, strlen("refs/remotes/"));
	if (split_remote(repository, base, &remote, &branch))
		diag_help(diags,
			"fetch it: git fetch %s" STR " +refs/heads/" STR ":refs/remotes/" STR
			"/" STR,
			depth, ARG(remote), ARG(branch), ARG(remote), ARG(branch));
	else if (base.n == GIT_OID_HEXSZ && is_hex(base) && repository->remotes.n)
		diag_help(diags, "fetch it: git fetch %s" STR " " STR, depth,
			ARG(repository->fetched), ARG(base));
	else if (may_be_tag(&base) && (repository->shallow || (!near.p && repository->remotes.n)))
		diag_help(diags, "if it is a tag, fetch it: git fetch %s" STR " tag " STR, depth,
			ARG(repository->fetched), ARG(base));
	arena_free(scratch);
}

bool head_is_unborn(struct repository *repository)
{
	struct content_id id;
	struct str last = { NULL, 0 };
	struct diags unsaid;

	diags_init(&unsaid, repository->arena);
	return ref_read(repository, S("HEAD"), &id, &last, &unsaid) == REF_ABSENT &&
	       str_starts(last, S("refs/"));
}

void diag_unknown_revision(struct repository *repository, struct str name, struct diags *diags)
{
	if (str_eq(stem(name), S("HEAD")) && head_is_unborn(repository)) {
		diag_error(diags, NOWHERE, "HEAD has no commit yet");
		diag_help(diags, "commit first, or name two inputs");
		return;
	}
	diag_error(diags, NOWHERE, "unknown revision '" STR "'",
		ARG(path_printable(diags->arena, name)));
	help_unknown(repository, name, diags);
}
