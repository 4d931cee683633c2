/* `@{…}` in names: upstreams, earlier checkouts and log entries. */
#include "source/lookup.h"

#include "source/refs.h"

#include <strings.h>

static bool id_is_zero(const struct content_id *id)
{
	static const uint8_t zero[GIT_OID_RAWSZ];

	return memcmp(id->bytes, zero, sizeof zero) == 0;
}

/* Splits off the `@{…}` that ends the name; false: it has none. */
static bool split_brace(struct str name, struct str *before, struct str *inside)
{
	if (name.n < 4 || name.p[name.n - 1] != '}')
		return false;
	for (size_t at = name.n - 3; at-- > 0;) {
		if (name.p[at] != '@' || name.p[at + 1] != '{')
			continue;
		*before = str_head(name, at);
		*inside = str_head(str_from(name, at + 2), name.n - at - 3);
		return true;
	}
	return false;
}

static bool is_word(struct str text, const char *word)
{
	return text.n == strlen(word) && strncasecmp(text.p, word, text.n) == 0;
}

/* The current branch, without refs/heads/; absent: HEAD is detached. */
static struct str current_branch(struct lookup *lookup)
{
	struct content_id id;
	struct str last;

	if (ref_read(lookup->repository, S("HEAD"), &id, &last, lookup->diags) == REF_FAILED)
		lookup->said = true;
	else if (str_starts(last, S("refs/heads/")))
		return str_from(last, strlen("refs/heads/"));
	return (struct str){ NULL, 0 };
}

/* The branch of `BRANCH@{upstream}`; without BRANCH the current one. */
static bool find_branch(struct lookup *lookup, struct str *branch)
{
	if (branch->n && !str_eq(*branch, S("HEAD")))
		return true;
	*branch = current_branch(lookup);
	if (branch->p || lookup->said)
		return !lookup->said;
	return lookup_fail(lookup, "HEAD is on no branch, so it has no upstream");
}

/* A key of the repository's configuration; absent: unset. */
static struct str config_text(const struct repository *repository, struct str key)
{
	struct str value = { NULL, 0 };

	repository_config_text(repository, key, &value);
	return value;
}

/* Maps a name by the refspec `[+]FROM:TO`, each side with at most one `*`; absent: it does not
 * match. */
static struct str apply_rule(struct arena *arena, struct str rule, struct str name)
{
	struct str from, to = rule, middle = { NULL, 0 };
	size_t star;

	if (str_starts(to, S("+")))
		to = str_from(to, 1);
	if (!str_cut(&to, ':', &from) || !to.n)
		return (struct str){ NULL, 0 };
	star = str_find(from, '*');
	if (star == from.n)
		return str_eq(from, name) ? to : middle;
	if (name.n + 1 < from.n || !str_starts(name, str_head(from, star)) ||
		!str_ends(name, str_from(from, star + 1)))
		return middle;
	middle = str_head(str_from(name, star), name.n - (from.n - 1));
	star = str_find(to, '*');
	return str_printf(arena, STR STR STR, ARG(str_head(to, star)), ARG(middle),
		ARG(str_from(to, star + 1)));
}

/* The remote-tracking reference of a remote's reference, by its fetch refspecs; absent: none. */
static struct str tracking_of(const struct repository *r, struct str remote, struct str full)
{
	struct str key = str_printf(r->arena, "remote." STR ".fetch", ARG(remote)),
		   name = { NULL, 0 };

	for (uint32_t i = 0; i < r->settings.n && !name.p; i++)
		if (str_eq(r->settings.items[i].key, key))
			name = apply_rule(r->arena, r->settings.items[i].value, full);
	return name;
}

/* The full name of a branch's upstream. */
static bool find_upstream(struct lookup *lookup, struct str branch, struct str *full)
{
	const struct repository *r = lookup->repository;
	struct str remote, merge;

	remote = config_text(r, str_printf(r->arena, "branch." STR ".remote", ARG(branch)));
	merge = config_text(r, str_printf(r->arena, "branch." STR ".merge", ARG(branch)));
	*full = str_eq(remote, S(".")) ? merge : tracking_of(r, remote, merge);
	if (remote.n && merge.n && full->p)
		return true;
	lookup_fail(lookup, "the branch '" STR "' has no upstream", ARG(branch));
	diag_help(lookup->diags, "git branch --set-upstream-to=REMOTE/BRANCH " STR,
		ARG(path_printable(lookup->diags->arena, branch)));
	return false;
}

/*
 * The full name of the reference that the branch is pushed to, as git's branch_get_push finds it by
 * push.default of the repository's own configuration. Push refspecs of a remote are not supported.
 */
static bool find_push(struct lookup *lookup, struct str branch, struct str *full)
{
	const struct repository *r = lookup->repository;
	struct arena *arena = r->arena;
	struct str mode = config_text(r, S("push.default")), remote, upstream;

	remote = config_text(r, str_printf(arena, "branch." STR ".pushremote", ARG(branch)));
	if (!remote.p)
		remote = config_text(r, S("remote.pushdefault"));
	if (!remote.p)
		remote = config_text(r, str_printf(arena, "branch." STR ".remote", ARG(branch)));
	if (!remote.p)
		remote = r->remote;
	if (config_text(r, str_printf(arena, "remote." STR ".push", ARG(remote))).p ||
		config_text(r, str_printf(arena, "remote." STR ".mirror", ARG(remote))).p ||
		is_word(mode, "nothing"))
		return lookup_fail(
			lookup, "'@{push}' is not supported; name the branch, as in origin/main");
	if (is_word(mode, "upstream") || is_word(mode, "tracking"))
		return find_upstream(lookup, branch, full);
	*full = tracking_of(r, remote, str_printf(arena, "refs/heads/" STR, ARG(branch)));
	if (!full->p)
		return lookup_fail(lookup,
			"the branch '" STR "' has no push destination in this clone", ARG(branch));
	if (is_word(mode, "current") || is_word(mode, "matching"))
		return true;
	return find_upstream(lookup, branch, &upstream) &&
	       (str_eq(upstream, *full) ||
		       lookup_fail(lookup, "'@{push}' and '@{upstream}' differ; name one of them"));
}

/* The Nth branch or commit checked out before, by HEAD's log. */
static bool find_prior(struct lookup *lookup, int64_t n, struct str *name)
{
	struct repository *repository = lookup->repository;
	struct str moving = S("checkout: moving from ");
	struct log log;
	int64_t count = 0;

	if (log_read(repository, S("HEAD"), repository->arena, &log, lookup->diags) == REF_FAILED) {
		lookup->said = true;
		return false;
	}
	for (uint32_t i = 0; i < log.n; i++) {
		struct str from = log.items[i].message;
		const char *to;

		if (!str_starts(from, moving))
			continue;
		from = str_from(from, moving.n);
		to = memmem(from.p, from.n, " to ", 4);
		if (!to || ++count < n)
			continue;
		*name = str_head(from, (size_t)(to - from.p));
		return true;
	}
	if (!count)
		return lookup_fail(lookup, "HEAD's log has no checkout");
	return lookup_fail(lookup, "HEAD's log has only %u checkout%s", (unsigned)count,
		count == 1 ? "" : "s");
}

bool interpret(struct lookup *lookup, struct str name, struct str *out)
{
	struct str before, inside;

	*out = str_eq(name, S("@")) ? S("HEAD") : name;
	if (!split_brace(name, &before, &inside))
		return true;
	if (is_word(inside, "u") || is_word(inside, "upstream"))
		return interpret(lookup, before, &before) && find_branch(lookup, &before) &&
		       find_upstream(lookup, before, out);
	if (is_word(inside, "push"))
		return interpret(lookup, before, &before) && find_branch(lookup, &before) &&
		       find_push(lookup, before, out);
	if (before.n == 0 && str_starts(inside, S("-"))) {
		int64_t n = is_number(str_from(inside, 1)) ? number_of(str_from(inside, 1)) : 0;

		if (n <= 0)
			return lookup_fail(lookup, "'@{-N}' needs a number of at least 1");
		return find_prior(lookup, n, out);
	}
	return true;
}

bool split_entry(struct str name, struct str *before, struct str *inside)
{
	return split_brace(name, before, inside) && !is_word(*inside, "u") &&
	       !is_word(*inside, "upstream") && !is_word(*inside, "push") &&
	       !(before->n == 0 && str_starts(*inside, S("-")));
}

static bool entry_by_number(struct lookup *lookup, struct str full, const struct log *log,
	int64_t n, struct content_id *id)
{
	/* Entry 0 is the current value; each further one is the value before the entry above. */
	if (n == 0) {
		if (log->n)
			*id = log->items[0].new;
		return true;
	}
	if (n <= log->n && !id_is_zero(&log->items[n - 1].old)) {
		*id = log->items[n - 1].old;
		return true;
	}
	return lookup_fail(lookup, "the log of '" STR "' has only %u entr%s", ARG(full), log->n,
		log->n == 1 ? "y" : "ies");
}

/* The value at that time, set by the newest entry that is not later. */
static bool entry_by_time(struct lookup *lookup, struct str full, const struct log *log,
	int64_t time, struct content_id *id)
{
	for (uint32_t i = 0; i < log->n; i++) {
		if (log->items[i].time > time)
			continue;
		if (i > 0 || log->items[i].time == time)
			*id = log->items[i].new;
		return true;
	}
	if (log->n == 0)
		return lookup_fail(lookup, "the log of '" STR "' is empty", ARG(full));
	*id = log->items[log->n - 1].old;
	if (id_is_zero(id))
		*id = log->items[log->n - 1].new;
	diag_warning(lookup->diags, NOWHERE,
		"the log of '" STR "' does not go back that far; its oldest entry is used for '" STR
		"'",
		ARG(path_printable(lookup->diags->arena, full)),
		ARG(path_printable(lookup->diags->arena, lookup->whole)));
	return true;
}

/* Finds the log of `NAME@{…}`; *id is the current value of the reference. */
static enum ref_answer find_log(
	struct lookup *lookup, struct str name, struct str *full, struct content_id *id)
{
	struct repository *repository = lookup->repository;
	enum ref_answer answer;

	if (name.n == 0) /* the current branch, or a detached HEAD */
		return ref_read(repository, S("HEAD"), id, full, lookup->diags);
	if (!interpret(lookup, name, &name))
		return REF_FAILED;
	answer = log_expand(repository, name, id, full, lookup->diags);
	if (answer == REF_ABSENT &&
		ref_expand(repository, name, id, full, lookup->diags) == REF_FOUND) {
		lookup_fail(lookup, "'" STR "' has no log in this clone", ARG(name));
		return REF_FAILED;
	}
	return answer;
}

bool find_entry(struct lookup *lookup, struct str name, struct str inside, struct content_id *id)
{
	struct repository *repository = lookup->repository;
	int64_t number = is_number(inside) ? number_of(inside) : -1, time = number;
	struct log log;
	struct str full;

	if ((number < 0 || number >= 100000000) && !is_number(inside) && !log_date(inside, &time))
		return lookup_fail(lookup,
			"'@{" STR
			"}' is not a supported date; write @{N} or @{YYYY-MM-DD HH:MM:SS}",
			ARG(inside));
	switch (find_log(lookup, name, &full, id)) {
	case REF_FOUND:
		break;
	case REF_ABSENT:
		return false;
	case REF_FAILED:
		lookup->said = true;
		return false;
	}
	if (log_read(repository, full, repository->arena, &log, lookup->diags) == REF_FAILED) {
		lookup->said = true;
		return false;
	}
	if (number >= 0 && number < 100000000)
		return entry_by_number(lookup, full, &log, number, id);
	return entry_by_time(lookup, full, &log, time, id);
}
