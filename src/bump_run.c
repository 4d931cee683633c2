#include "bump_run.h"

#include "report/report.h"
#include "source/versions.h"

enum { MOST_REASONS = 10 };

struct bumping {
	struct bump_run *run;
	const struct breakwater_options *options;
	struct str a, b;
	struct str release; /* the last release before A, if that is a pre-release; absent: none */
};

struct str version_text(struct arena *arena, const struct version_name *version)
{
	return str_printf(arena, STR "%llu.%llu.%llu", ARG(version->prefix),
		(unsigned long long)version->numbers[0], (unsigned long long)version->numbers[1],
		(unsigned long long)version->numbers[2]);
}

/* ---- where to count from ---- */

static struct str without_folder(struct str rev)
{
	return str_head(rev, str_find(rev, ':'));
}

/* Finds the version before B, and the release before a pre-release. */
static bool find_start(struct bumping *b, struct source_options *sources)
{
	struct bump_run *run = b->run;
	struct source *source = source_open(sources, b->b, &run->diags);
	struct content_id commit;
	bool ok = source != NULL;

	if (ok && (!source_repository(source) || !source_commit(source, &commit, &run->diags))) {
		diag_error(&run->diags, NOWHERE, "'" STR "' is no commit, so it has no history",
			ARG(b->b));
		ok = false;
	}
	if (ok && !b->a.n) {
		ok = version_before(source_repository(source), &commit, false, &b->a, &run->diags);
		if (ok && !b->a.n) {
			diag_error(&run->diags, NOWHERE, "no tag before '" STR "' is a version",
				ARG(b->b));
			diag_help(
				&run->diags, "name a revision to count from: breakwater bump A..");
			ok = false;
		}
	}
	run->from = without_folder(b->a);
	run->has_version = ok && version_name_read(run->from, &run->version);
	if (run->has_version && run->version.pre.p)
		ok = commit_named(source_repository(source), run->from, &commit, &run->diags) &&
		     version_before(
			     source_repository(source), &commit, true, &b->release, &run->diags);
	if (source)
		source_close(source);
	return ok;
}

/* ---- what changed ---- */

static bool compare(struct bumping *b)
{
	struct bump_run *run = b->run;
	struct breakwater_options options = *b->options;

	options.base = str_cstr(run->arena, b->a);
	options.head = str_cstr(run->arena, b->b);
	options.allow_empty = true;
	run->check = breakwater_check(&options);
	return breakwater_run_status(run->check) != BREAKWATER_UNKNOWN;
}

static bool list_changes(struct bumping *b)
{
	struct log_options options = {
		.check = *b->options,
		.range = str_printf(b->run->arena, STR ".." STR, ARG(b->a), ARG(b->b)),
		.net = true,
		.no_judging = true,
	};

	b->run->log = log_run(&options);
	return b->run->log->ok;
}

static void add_reason(struct bump_run *run, struct str reason)
{
	if (run->reasons.n < MOST_REASONS)
		*vec_push(run->arena, &run->reasons) = reason;
}

/* What of a log asks for no more than a patch. */
static bool is_small(const struct log_change *change)
{
	static const char *const small[] = { "option", "reserved", "syntax", "package" };

	for (size_t i = 0; i < COUNT(small); i++)
		if (strcmp(change->kind, small[i]) == 0)
			return true;
	return false;
}

static void judge_findings(struct bump_run *run)
{
	const struct findings *findings = run_findings(run->check);

	for (uint32_t i = 0; i < findings->list.n; i++) {
		const struct finding *finding = findings->list.items[i];
		bool active = finding_active(finding);

		if (finding->ignored)
			continue;
		run->breaking += active;
		if (active)
			add_reason(run, finding->message);
		if (active)
			run->step = BUMP_MAJOR;
		else if (run->step < BUMP_MINOR)
			run->step = BUMP_MINOR;
	}
	/* Everything was deleted, which not every category has a rule for. */
	if (breakwater_run_status(run->check) == BREAKWATER_BROKEN)
		run->step = BUMP_MAJOR;
}

static void judge_changes(struct bump_run *run)
{
	const struct log_groups *groups = &run->log->groups;

	for (uint32_t i = 0; i < groups->list.n; i++)
		for (uint32_t k = 0; k < groups->list.items[i].changes.list.n; k++) {
			const struct log_change *change =
				&groups->list.items[i].changes.list.items[k];

			if (is_small(change))
				continue;
			run->additions++;
			if (run->step < BUMP_MINOR)
				run->step = BUMP_MINOR;
			if (run->step == BUMP_MINOR)
				add_reason(
					run, str_printf(run->arena, "%s '" STR "' %s", change->kind,
						     ARG(change->element), change->change));
		}
}

/* ---- the next version ---- */

static struct version_name step_from(const struct version_name *from, enum bump_step step)
{
	struct version_name next = { .prefix = from->prefix };
	size_t at = 2 - (size_t)step;

	/* The first number that is not zero is the major one; 0.0.z has one number only. */
	if (from->numbers[0] == 0)
		at = from->numbers[1] == 0 || step != BUMP_MAJOR ? 2 : 1;
	for (size_t i = 0; i <= at; i++)
		next.numbers[i] = from->numbers[i];
	next.numbers[at]++;
	return next;
}

static void find_next(struct bumping *b)
{
	struct bump_run *run = b->run;
	struct version_name core = run->version, release;

	if (!run->has_version)
		return;
	core.pre = core.build = (struct str){ NULL, 0 };
	if (!run->version.pre.p) {
		run->next = step_from(&run->version, run->step);
	} else if (b->release.p && version_name_read(b->release, &release)) {
		run->next = step_from(&release, run->step);
		if (version_name_order(&run->next, &core) <= 0)
			run->next = core;
	} else {
		run->next = core;
	}
	run->next.prefix = run->version.prefix;
	run->next_text = version_text(run->arena, &run->next);
}

static bool run_all(struct bumping *b, struct str range)
{
	struct bump_run *run = b->run;
	struct intern *names = intern_new(run->arena);
	struct source_options sources = source_options_of(run->arena, names,
		str_dup(run->arena, str_of(b->options->directory)), &b->options->git);
	bool ok;

	if (range.p && !log_range_split(range, &b->a, &b->b)) {
		diag_error(&run->diags, NOWHERE, "'" STR "' is not a range", ARG(range));
		diag_help(&run->diags, "name one as in v1.0.0..HEAD");
		ok = false;
	} else {
		b->b = b->b.n ? b->b : S("HEAD");
		ok = find_start(b, &sources);
	}
	intern_free(names);
	if (!ok || !compare(b) || !list_changes(b))
		return false;
	judge_findings(run);
	judge_changes(run);
	find_next(b);
	return true;
}

struct bump_run *bump_run(const struct breakwater_options *options, struct str range)
{
	struct arena *arena = arena_new(options->out_of_memory, options->context);
	struct bump_run *run = NEW(arena, struct bump_run);
	struct bumping bumping = { .run = run, .options = options };

	run->arena = arena;
	diags_init(&run->diags, arena);
	run->ok = run_all(&bumping, range);
	return run;
}

void bump_run_free(struct bump_run *run)
{
	struct arena *arena = run->arena;

	if (run->check)
		breakwater_run_free(run->check);
	if (run->log)
		log_run_free(run->log);
	arena_free(arena);
}
