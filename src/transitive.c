/* Contracts of a transitive level: which versions each of them looks at. */
#include "run_history.h"

#include <time.h>

bool transitive_is_asked(const struct breakwater_run *run)
{
	for (uint32_t i = 0; i < run->chosen.list.n; i++)
		if (run->chosen.list.items[i]->is_transitive)
			return !run->scope.generated;
	return false;
}

void transitive_warn(struct breakwater_run *run)
{
	for (uint32_t i = 0; i < run->chosen.list.n; i++) {
		const struct contract *contract = run->chosen.list.items[i];
		struct str name = contract->name.p ? str_printf(run->arena, "contract '" STR "'",
							     ARG(contract->name))
						   : S("--compatibility");

		if (contract->is_transitive)
			diag_warning(&run->diags, contract->place,
				STR " is transitive, and " STR " has no history", ARG(name),
				ARG(run->sides[OLD].source->name));
	}
}

static bool is_pattern(struct str since)
{
	return str_has(since, '*') || str_has(since, '?') || str_has(since, '[');
}

/* The revision before which none of them looks; absent: they differ, or look at all. */
static struct str common_since(const struct breakwater_run *run)
{
	struct str since = { 0 };
	bool is_first = true;

	for (uint32_t i = 0; i < run->chosen.list.n; i++) {
		const struct contract *contract = run->chosen.list.items[i];

		if (!contract->is_transitive)
			continue;
		if (is_pattern(contract->since) || (!is_first && !str_eq(since, contract->since)))
			return (struct str){ 0 };
		since = contract->since;
		is_first = false;
	}
	return since;
}

/* Says which contract asked for what cannot be known. */
static bool refuse_since(struct breakwater_run *run, const struct contract *contract)
{
	if (contract->place.text)
		diag_note(&run->diags, contract->place,
			"the transitive contract '" STR "' asks for it", ARG(contract->name));
	return false;
}

static const struct contract *first_transitive(const struct breakwater_run *run)
{
	uint32_t i = 0;

	while (!run->chosen.list.items[i]->is_transitive)
		i++;
	return run->chosen.list.items[i];
}

/* One contract and the versions. */
struct looker {
	struct breakwater_run *run;
	const struct versions_request *request;
	const struct contract *contract;
	bool *looks; /* by version */
};

/* The oldest tag that the pattern fits. False and an error: none does. */
static bool oldest_tag(const struct looker *l, struct str *since)
{
	struct versions_request request = *l->request;
	struct versions versions = { 0 };

	request.versions = str_printf(l->run->arena, "tags " STR, ARG(l->contract->since));
	request.since = (struct str){ 0 };
	request.base = NULL;
	if (!versions_read(&request, &versions) || !versions.list.n)
		return false;
	*since = versions.list.items[0].name;
	return true;
}

/* Leaves out what is older than `since`. */
static bool look_since(const struct looker *l)
{
	const struct versions *all = &l->run->history->versions;
	struct versions_request request = *l->request;
	struct versions versions = { 0 };

	request.since = l->contract->since;
	if (!request.since.p || str_eq(request.since, l->request->since))
		return true;
	if (is_pattern(request.since) && !oldest_tag(l, &request.since))
		return false;
	if (!versions_read(&request, &versions))
		return false;
	for (uint32_t i = 0; i < all->list.n; i++) {
		bool counts = false;

		for (uint32_t k = 0; k < versions.list.n && !counts; k++)
			counts = versions.list.items[k].state == all->list.items[i].state;
		l->looks[i] &= counts;
	}
	return true;
}

/* In seconds; 0: forever. */
static int64_t seconds_of(struct str retention)
{
	int64_t n = 0, hour = 3600;
	size_t i = 0;

	for (; i < retention.n && retention.p[i] >= '0' && retention.p[i] <= '9'; i++)
		n = n * 10 + (retention.p[i] - '0');
	if (!n || i >= retention.n)
		return 0;
	switch (retention.p[i]) {
	case 'h':
		return n * hour;
	case 'd':
		return n * hour * 24;
	case 'w':
		return n * hour * 24 * 7;
	default:
		return n * hour * 24 * 365;
	}
}

/* When the new side's commit was made, in seconds since 1970; now for the index and the working
 * tree. False and an error. */
static bool new_date(const struct looker *l, int64_t *date)
{
	struct breakwater_run *run = l->run;
	struct source *source = run->sides[NEW].source;
	struct content_id commit;
	struct commit_words words;

	*date = run->options->today ? (int64_t)run->options->today * 86400 : (int64_t)time(NULL);
	if (!source->has_commit)
		return true;
	if (!source_commit(source, &commit, &run->diags) ||
		!commit_words_read(
			source_repository(source), &commit, run->arena, &words, &run->diags))
		return false;
	*date = words.seconds;
	return true;
}

/* Leaves out what the next version replaced longer ago than the topic keeps it. */
static bool look_retained(const struct looker *l)
{
	const struct versions *all = &l->run->history->versions;
	int64_t kept = seconds_of(l->contract->retention), date;

	if (!kept)
		return true;
	if (!new_date(l, &date))
		return false;
	for (uint32_t i = 0; i + 1 < all->list.n; i++)
		l->looks[i] &=
			all->list.items[i].is_base || all->list.items[i + 1].date >= date - kept;
	return true;
}

/* Versions that the same contracts look at share one list. */
static void share_lists(struct breakwater_run *run)
{
	struct contract_list *looking = run->history->looking;

	for (uint32_t i = 1; i < run->history->versions.list.n; i++) {
		uint32_t n = looking[i].list.n;

		if (n == looking[i - 1].list.n &&
			(!n || memcmp(looking[i].list.items, looking[i - 1].list.items,
				       n * sizeof *looking[i].list.items) == 0))
			looking[i] = looking[i - 1];
	}
}

bool transitive_look(struct breakwater_run *run, const struct versions_request *given)
{
	struct versions_request request = *given;
	uint32_t n;

	request.since = common_since(run);
	if (!versions_read(&request, &run->history->versions))
		return refuse_since(run, first_transitive(run));
	n = run->history->versions.list.n;
	run->history->looking = NEW_ARRAY(run->arena, n, struct contract_list);
	for (uint32_t i = 0; i < run->chosen.list.n; i++) {
		struct contract *contract = run->chosen.list.items[i];
		struct looker l = { run, &request, contract, NEW_ARRAY(run->arena, n, bool) };

		if (!contract->is_transitive)
			continue;
		for (uint32_t k = 0; k < n; k++)
			l.looks[k] = true;
		if (!look_since(&l) || !look_retained(&l))
			return refuse_since(run, contract);
		for (uint32_t k = 0; k < n; k++)
			if (l.looks[k])
				*vec_push(run->arena, &run->history->looking[k].list) = contract;
	}
	share_lists(run);
	return true;
}
