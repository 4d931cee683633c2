/*
 * What the name of a revision means: gitrevisions(7), <refname> to :/<text>, as git reads it.
 *
 * A name is read from its end, as git does it: the last `~N`, `^N` or `^{…}` is applied to what
 * the text before it means. libgit2's git_revparse is not used: it takes `NAME@` for HEAD, reads
 * another log for HEAD@{N}, and writes one that is not there.
 */
#include "source/lookup.h"

#include "source/graph.h"
#include "source/refs.h"

#include <strings.h>

enum {
	MAX_REVISION_BYTES = 4096,
	LEAST_DIGITS = 4, /* of a short id, git's MINIMUM_ABBREV */
};

static bool find_name(
	struct lookup *lookup, struct str name, enum meant meant, struct content_id *id);

bool lookup_fail(struct lookup *lookup, const char *format, ...)
{
	struct diags *diags = lookup->diags;
	struct str why;
	va_list args;

	va_start(args, format);
	why = path_printable(diags->arena, str_vprintf(diags->arena, format, args));
	va_end(args);
	diag_error(diags, NOWHERE, "'" STR "' names no revision: " STR,
		ARG(path_printable(diags->arena, lookup->whole)), ARG(why));
	lookup->said = true;
	return false;
}

bool is_number(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0;
}

int64_t number_of(struct str digits)
{
	int64_t number = 0;

	for (size_t i = 0; i < digits.n; i++) {
		number = number * 10 + (digits.p[i] - '0');
		if (number > INT32_MAX)
			return -1;
	}
	return number;
}

static bool is_hex(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!strchr("0123456789abcdefABCDEF", s.p[i]))
			return false;
	return s.n > 0;
}

static bool id_of(struct str hex, struct content_id *id)
{
	return hex.n == GIT_OID_HEXSZ && id_parse(hex, id);
}

/* ---- short ids ---- */

struct short_id {
	const struct lookup *lookup;
	enum meant meant;
	struct content_id found;
	uint32_t n;
};

static bool is_meant(const struct short_id *search, const struct content_id *candidate)
{
	const struct repository *repository = search->lookup->repository;
	struct content_id id = *candidate;
	struct diags unsaid;

	if (search->meant == MEANT_ANY)
		return true;
	diags_init(&unsaid, repository->arena);
	return object_peel(repository,
		search->meant == MEANT_COMMIT ? GIT_OBJECT_COMMIT : GIT_OBJECT_TREE, &id, &unsaid);
}

static bool take_candidate(const uint8_t *id, void *context)
{
	struct short_id *search = context;
	struct content_id candidate;

	memcpy(candidate.bytes, id, sizeof candidate.bytes);
	if ((search->n && content_id_eq(&search->found, &candidate)) ||
		!is_meant(search, &candidate))
		return true;
	search->found = candidate;
	search->n++;
	return true;
}

/* Types are compared only if several objects begin with the digits. */
static bool find_short(
	struct lookup *lookup, struct str digits, enum meant meant, struct content_id *id)
{
	struct short_id search = { .lookup = lookup, .meant = meant };
	char padded[GIT_OID_HEXSZ];
	struct content_id begin;
	enum prefix_answer answer;

	if (digits.n < LEAST_DIGITS || digits.n > GIT_OID_HEXSZ)
		return false;
	memset(padded, '0', sizeof padded);
	memcpy(padded, digits.p, digits.n);
	if (!id_parse((struct str){ padded, sizeof padded }, &begin))
		return false;
	answer = object_find(lookup->repository, begin.bytes, digits.n, id);
	if (answer != PREFIX_SEVERAL)
		return answer == PREFIX_ONE;
	objects_each(lookup->repository, begin.bytes, digits.n, take_candidate, &search);
	*id = search.found;
	if (search.n == 1)
		return true;
	lookup_fail(lookup, "several objects begin with '" STR "'", ARG(digits));
	diag_help(lookup->diags, "write more digits");
	return false;
}

/* `SOMETHING-gID`, which `git describe` writes. */
static bool find_described(struct lookup *lookup, struct str name, struct content_id *id)
{
	for (size_t i = name.n; i-- > 2;)
		if (name.p[i] == 'g' && name.p[i - 1] == '-')
			return is_hex(str_from(name, i + 1)) &&
			       find_short(lookup, str_from(name, i + 1), MEANT_COMMIT, id);
	return false;
}

/* ---- commits reached from a name ---- */

/* object_peel of a named object, with help if the clone lacks it. */
static bool peel(struct lookup *lookup, git_object_t type, struct content_id *id)
{
	struct repository *repository = lookup->repository;
	struct diags *diags = lookup->diags;

	lookup->said = true;
	if (object_exists(repository, id->bytes))
		return object_peel(repository, type, id, diags) && !(lookup->said = false);
	if (str_starts(lookup->whole, id_text(diags->arena, id->bytes))) {
		lookup->said = false; /* it was named by its id: unknown */
		return false;
	}
	diag_error(diags, NOWHERE, "the revision '" STR "' needs a commit that is missing",
		ARG(path_printable(diags->arena, lookup->whole)));
	diag_missing_help(repository, diags);
	return false;
}

/* The commit that the name before an operator means. */
static bool find_commit(struct lookup *lookup, struct str name, struct content_id *id)
{
	return find_name(lookup, name, MEANT_COMMIT, id) && peel(lookup, GIT_OBJECT_COMMIT, id);
}

static struct commit *get(struct lookup *lookup, struct graph *graph, const struct content_id *id)
{
	struct commit *commit = commit_get(graph, id);

	if (commit)
		return commit;
	lookup->said = true;
	return NULL;
}

static bool fail_parent(
	struct lookup *lookup, struct str name, const struct content_id *id, const char *which)
{
	const struct repository *repository = lookup->repository;

	lookup_fail(lookup, "'" STR "' has no %s", ARG(name), which);
	for (uint32_t i = 0; i < repository->roots.n; i++)
		if (content_id_eq(&repository->roots.items[i], id))
			diag_help(lookup->diags,
				"this clone is shallow: git fetch --unshallow " STR,
				ARG(repository->fetched));
	return false;
}

/* `NAME^N`; ^0 is the commit itself. */
static bool find_parent(struct lookup *lookup, struct str name, int64_t n, struct content_id *id)
{
	struct graph *graph;
	struct commit *commit;
	bool found = false;

	if (!find_commit(lookup, name, id))
		return false;
	graph = graph_new(lookup->repository, lookup->diags);
	commit = get(lookup, graph, id);
	if (commit && n == 0) {
		found = true;
	} else if (commit && n > 0 && n <= commit->n_parents) {
		*id = commit->parents[n - 1];
		found = true;
	} else if (commit) {
		fail_parent(lookup, name, id,
			n == 1 || commit->n_parents == 0 ? "parent"
			: n == 2                         ? "second parent"
							 : "so many parents");
	}
	graph_free(graph);
	return found;
}

/* `NAME~N`: the Nth first parent. */
static bool find_ancestor(struct lookup *lookup, struct str name, int64_t n, struct content_id *id)
{
	struct graph *graph;
	bool found = true;

	if (!find_commit(lookup, name, id))
		return false;
	graph = graph_new(lookup->repository, lookup->diags);
	for (int64_t i = 0; found && i < n; i++) {
		struct commit *commit = get(lookup, graph, id);

		found = commit && commit->n_parents;
		if (found) {
			*id = commit->parents[0];
		} else if (commit && i == 0) {
			fail_parent(lookup, name, id, "parent");
		} else if (commit) {
			lookup_fail(lookup, "'" STR "' has only %lld ancestor%s", ARG(name),
				(long long)i, i == 1 ? "" : "s");
			if (lookup->repository->shallow)
				diag_help(lookup->diags,
					"this clone is shallow: git fetch --unshallow " STR,
					ARG(lookup->repository->fetched));
		}
	}
	graph_free(graph);
	return found;
}

/* ---- the operators ---- */

/* `NAME^{KIND}`. */
static bool find_peeled(
	struct lookup *lookup, struct str name, struct str kind, struct content_id *id)
{
	static const struct {
		struct str name;
		git_object_t type;
		enum meant meant;
	} kinds[] = {
		{ STR_INIT("commit"), GIT_OBJECT_COMMIT, MEANT_COMMIT },
		{ STR_INIT("tree"), GIT_OBJECT_TREE, MEANT_TREE },
		{ STR_INIT("tag"), GIT_OBJECT_TAG, MEANT_ANY },
		{ STR_INIT("blob"), GIT_OBJECT_BLOB, MEANT_ANY },
		{ STR_INIT(""), GIT_OBJECT_ANY, MEANT_ANY },
	};
	struct content_id start;

	if (str_eq(kind, S("object")))
		return find_name(lookup, name, MEANT_ANY, id);
	if (str_starts(kind, S("/"))) {
		if (!find_commit(lookup, name, &start))
			return false;
		*id = start;
		return kind.n == 1 || find_message(lookup, str_from(kind, 1), &start, id);
	}
	for (size_t i = 0; i < COUNT(kinds); i++) {
		if (!str_eq(kind, kinds[i].name))
			continue;
		return find_name(lookup, name, kinds[i].meant, id) &&
		       peel(lookup, kinds[i].type, id);
	}
	return lookup_fail(lookup, "'^{" STR "}' is not a kind of object", ARG(kind));
}

/* The offset of the `{` of a final `^{…}`; 0: there is none. */
static size_t find_onion(struct str name)
{
	if (name.n < 4 || name.p[name.n - 1] != '}')
		return 0;
	for (size_t at = name.n - 1; at > 1; at--)
		if (name.p[at] == '{' && name.p[at - 1] == '^')
			return at;
	return 0;
}

static bool find_reference(
	struct lookup *lookup, struct str name, enum meant meant, struct content_id *id)
{
	struct str before, inside, full, real;

	if (id_of(name, id))
		return true;
	if (split_entry(name, &before, &inside))
		return find_entry(lookup, before, inside, id);
	if (!interpret(lookup, name, &real))
		return false;
	if (id_of(real, id)) /* @{-1} of a detached HEAD */
		return true;
	switch (ref_expand(lookup->repository, real, id, &full, lookup->diags)) {
	case REF_FOUND:
		return true;
	case REF_FAILED:
		lookup->said = true;
		return false;
	case REF_ABSENT:
		break;
	}
	return find_described(lookup, name, id) ||
	       (!lookup->said && find_short(lookup, name, meant, id));
}

static bool find_name(
	struct lookup *lookup, struct str name, enum meant meant, struct content_id *id)
{
	size_t digits = name.n, onion = find_onion(name);
	char op;

	while (digits > 0 && name.p[digits - 1] >= '0' && name.p[digits - 1] <= '9')
		digits--;
	op = digits ? name.p[digits - 1] : '\0';
	if (op == '~' || op == '^') {
		struct str number = str_from(name, digits);
		int64_t n = number.n ? number_of(number) : 1;

		name = str_head(name, digits - 1);
		if (n < 0)
			return lookup_fail(lookup, "'" STR "' is too large a number", ARG(number));
		return op == '~' ? find_ancestor(lookup, name, n, id)
				 : find_parent(lookup, name, n, id);
	}
	if (onion)
		return find_peeled(lookup, str_head(name, onion - 1),
			str_head(str_from(name, onion + 1), name.n - onion - 2), id);
	return find_reference(lookup, name, meant, id);
}

/* Peels the object to the commit or tree that is compared. */
static bool take_object(
	struct lookup *lookup, const struct content_id *id, struct revision *revision)
{
	const struct repository *repository = lookup->repository;
	uint32_t errors = lookup->diags->n_errors;
	struct content_id end = *id;
	git_object_t type;

	if (!peel(lookup, GIT_OBJECT_ANY, &end) ||
		!object_type(repository, &end, lookup->whole, &type, lookup->diags)) {
		lookup->said = lookup->said || lookup->diags->n_errors > errors;
		return false;
	}
	if (type == GIT_OBJECT_TREE) {
		revision->tree = end;
		return true;
	}
	if (type != GIT_OBJECT_COMMIT) {
		diag_error(lookup->diags, NOWHERE, "'" STR "' is neither a commit nor a tree",
			ARG(path_printable(lookup->diags->arena, lookup->whole)));
		lookup->said = true;
		return false;
	}
	revision->has_commit = true;
	revision->commit = revision->tree = end;
	lookup->said = !object_peel(repository, GIT_OBJECT_TREE, &revision->tree, lookup->diags);
	return !lookup->said;
}

/* Why a form names no single commit; NULL: it is another form. */
static const char *refused_form(struct str name)
{
	struct str after = str_from(name, str_rfind(name, '^') + 1);

	if (str_starts(name, S("^")))
		return "'^REV' excludes a revision and names none";
	if (str_ends(name, S("^@")))
		return "'REV^@' names all parents; write REV^1 or REV^2";
	if (str_ends(name, S("^!")))
		return "'REV^!' is a range; write REV^ REV";
	if (after.n && after.p[0] == '-' && after.n < name.n)
		return "'REV^-' is a range; write REV^ REV";
	return NULL;
}

bool revision_find(struct repository *repository, struct str name, enum meant meant,
	struct revision *revision, struct diags *diags)
{
	struct lookup lookup = { .repository = repository, .diags = diags, .whole = name };
	const char *refused;
	struct content_id id;
	bool found;

	*revision = (struct revision){ 0 };
	if (name.n == 0 || str_has(name, '\0')) {
		diag_error(diags, NOWHERE, "a revision's name is empty");
		return false;
	}
	if (name.n > MAX_REVISION_BYTES) {
		diag_error(diags, NOWHERE, "a revision's name is longer than %d bytes",
			MAX_REVISION_BYTES);
		return false;
	}
	refused = refused_form(name);
	if (refused) {
		diag_error(diags, NOWHERE, "'" STR "' does not name one revision",
			ARG(path_printable(diags->arena, name)));
		diag_help(diags, "%s", refused);
		return false;
	}
	if (str_starts(name, S(":/")) && name.n > 2)
		found = find_message(&lookup, str_from(name, 2), NULL, &id);
	else
		found = find_name(&lookup, name, meant, &id);
	if (found && take_object(&lookup, &id, revision))
		return true;
	if (!lookup.said)
		diag_unknown_revision(repository, name, diags);
	return false;
}
