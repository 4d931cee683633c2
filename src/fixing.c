#include "fixing.h"

#include "report/report.h"
#include "run.h"
#include "twice.h"

#include <stdlib.h>

enum {
	MOST_ROUNDS = 8,
	MOST_TRIALS = 500, /* checks of an overlay; what is not tried by then is left */
};

/* The new side with edits, checked. */
struct state {
	struct source *old, *new;
	struct breakwater_run *run; /* NULL: not checked yet */
	struct fixed_files files;
};

/* What was found out about a group in the last round. */
struct attempt {
	struct fix_group *group;
	uint32_t way; /* the one that is tried */
	bool accepted;
	struct str why; /* it was not */
};

struct attempts {
	struct attempt **items;
	uint32_t n, cap;
};

struct fixing {
	struct breakwater_run *run; /* the first one */
	struct breakwater_options options;
	const struct fixing_options *how;
	struct arena *arena;
	struct arena *scratch; /* rewound after each trial */
	struct state state;
	struct attempts accepted; /* of this round */
	struct map before;        /* fingerprints of the state's findings */
	uint32_t twice;           /* names that the state declares twice */
	uint32_t trials;
	bool failed;         /* something could not be read: the run's diagnostics say what */
	struct map outcomes; /* by fingerprint: struct fix_outcome */
};

/* ---- checking a state ---- */

static struct memory_file *memory_files(struct arena *arena, const struct fixed_files *files)
{
	struct memory_file *all = NEW_ARRAY(arena, files->n, struct memory_file);

	for (uint32_t i = 0; i < files->n; i++)
		all[i] = (struct memory_file){ files->items[i].path, files->items[i].bytes };
	return all;
}

/* Checks the two sides with the files on top of the new one. The run needs the arena. */
static struct breakwater_run *check_with(
	struct fixing *x, struct arena *arena, const struct fixed_files *files)
{
	struct check_sources sources = {
		.old = source_overlay(arena, x->run->sides[OLD].source, NULL, 0),
		.new = source_overlay(
			arena, x->run->sides[NEW].source, memory_files(arena, files), files->n),
	};

	x->trials++;
	return run_check(&x->options, &sources);
}

/* The path of a link's target, whose text an edit is about. */
static struct str path_of_file(struct fixing *x, struct str path)
{
	const struct source_entry *entry = source_find(x->run->sides[NEW].source, path);
	const struct source_entry *target =
		entry && entry->is_link ? source_target(x->run->sides[NEW].source, entry) : NULL;

	return target ? target->path : path;
}

/* The state's files with those of `more` in their place. */
static struct fixed_files merged(
	struct fixing *x, struct arena *arena, const struct fixed_files *more)
{
	struct fixed_files all = { 0 };

	for (uint32_t i = 0; i < more->n; i++) {
		struct fixed_file *file = vec_push(arena, &all);

		*file = more->items[i];
		file->path = path_of_file(x, file->path);
	}
	for (uint32_t i = 0; i < x->state.files.n; i++) {
		bool is_there = false;

		for (uint32_t k = 0; k < more->n; k++)
			is_there |= str_eq(all.items[k].path, x->state.files.items[i].path);
		if (!is_there)
			*vec_push(arena, &all) = x->state.files.items[i];
	}
	return all;
}

/* ---- trials ---- */

struct trial {
	bool compiles;
	struct map after;          /* fingerprints */
	const struct finding *new; /* one that was not there before; NULL: none */
	struct str why;
};

static void map_findings(struct arena *arena, struct map *map, const struct findings *findings)
{
	map_init(map, arena);
	for (uint32_t i = 0; i < findings->list.n; i++)
		*map_put(map, NULL, findings->list.items[i]->fingerprint) = findings->list.items[i];
}

/*
 * What the edits cannot be the reason of: an error that is in no line of a file, such as one of
 * reading. Then nothing is known of the edits.
 */
static bool take_failure(struct fixing *x, const struct breakwater_run *run)
{
	for (uint32_t i = 0; i < run->diags.n; i++) {
		const struct diag *diag = &run->diags.items[i];

		if (diag->level != DIAG_ERROR || !span_is_none(diag->place.span))
			continue;
		if (diag->place.text)
			diag_error(&x->run->diags, NOWHERE, "'" STR "': " STR,
				ARG(diag->place.text->path), ARG(diag->message));
		else
			diag_error(&x->run->diags, NOWHERE, STR, ARG(diag->message));
		if (diag->help.p)
			diag_help(&x->run->diags, STR, ARG(diag->help));
		x->failed = true;
	}
	return x->failed;
}

static struct str first_error(struct arena *arena, const struct breakwater_run *run)
{
	for (uint32_t i = 0; i < run->diags.n; i++)
		if (run->diags.items[i].level == DIAG_ERROR)
			return str_printf(arena, "the edit does not compile: " STR,
				ARG(run->diags.items[i].message));
	return S("the edit does not compile");
}

static void read_trial(struct fixing *x, const struct breakwater_run *run, struct trial *trial)
{
	trial->compiles = run->status != BREAKWATER_UNKNOWN;
	trial->why = (struct str){ NULL, 0 };
	if (trial->compiles && schema_twice(&run->schemas[NEW], x->scratch) > x->twice) {
		trial->compiles = false;
		trial->why = S("the edit declares a name twice");
		return;
	}
	if (!trial->compiles && take_failure(x, run))
		return;
	if (!trial->compiles) {
		trial->why = first_error(x->arena, run);
		return;
	}
	for (uint32_t i = 0; i < run->findings.list.n; i++) {
		const struct finding *finding = run->findings.list.items[i];

		*map_put(&trial->after, NULL, finding->fingerprint) = x;
		if (trial->new || map_get(&x->before, NULL, finding->fingerprint))
			continue;
		trial->new = finding;
		trial->why = str_printf(x->arena, "the edit breaks: " STR, ARG(finding->message));
	}
}

static void add_edits(struct arena *arena, struct edits *all, const struct attempt *attempt)
{
	const struct fix_way *way = &attempt->group->ways.items[attempt->way];

	for (uint32_t i = 0; i < way->edits.n; i++)
		*vec_push(arena, all) = way->edits.items[i];
}

/* The edits of what is accepted and of some more, applied. False: they exclude each other. */
static bool apply(struct fixing *x, struct arena *arena, const struct attempts *more,
	struct fixed_files *files)
{
	struct edits edits = { 0 };
	struct fixed_files changed;

	for (uint32_t i = 0; i < x->accepted.n; i++)
		add_edits(arena, &edits, x->accepted.items[i]);
	for (uint32_t i = 0; i < more->n; i++)
		add_edits(arena, &edits, more->items[i]);
	if (!edits_apply(arena, &edits, &changed))
		return false;
	*files = merged(x, arena, &changed);
	return true;
}

static struct trial try(struct fixing *x, struct attempt **more, uint32_t n)
{
	struct trial trial = { .why = S("another edit is at its place") };
	struct attempts attempts = { .items = more, .n = n };
	struct arena_mark mark = arena_mark(x->scratch);
	struct fixed_files files;
	struct breakwater_run *run;

	map_init(&trial.after, x->arena);
	if (x->failed)
		return trial;
	if (x->trials >= MOST_TRIALS) {
		trial.why = S("too much had to be tried");
		return trial;
	}
	if (apply(x, x->scratch, &attempts, &files)) {
		run = check_with(x, x->scratch, &files);
		read_trial(x, run, &trial);
		breakwater_run_free(run);
	}
	arena_rewind(x->scratch, mark);
	return trial;
}

/* How many of the group's findings are gone. */
static uint32_t count_gone(const struct trial *trial, const struct fix_group *group)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < group->findings.n; i++)
		n += !map_get(&trial->after, NULL, group->findings.items[i]->fingerprint);
	return n;
}

static bool is_good(const struct trial *trial)
{
	return trial->compiles && !trial->new;
}

static void accept(struct fixing *x, struct attempt *attempt)
{
	attempt->accepted = true;
	*vec_push(x->arena, &x->accepted) = attempt;
}

/* Takes the way that removes all findings of the group, else the one that removes most. */
static void search_one(struct fixing *x, struct attempt *attempt, struct trial first)
{
	struct fix_group *group = attempt->group;
	uint32_t best = 0, best_way = 0;

	for (uint32_t way = 0; way < group->ways.n && best < group->findings.n; way++) {
		struct trial trial;
		uint32_t gone;

		attempt->way = way;
		trial = way ? try(x, &attempt, 1) : first;
		gone = is_good(&trial) ? count_gone(&trial, group) : 0;
		if (gone > best) {
			best = gone;
			best_way = way;
		}
		if (!way && trial.why.p)
			attempt->why = trial.why;
	}
	attempt->way = best_way;
	if (best)
		accept(x, attempt);
}

/* Puts those first whose findings are all gone; returns their number. */
static uint32_t part_gone(const struct trial *trial, struct attempt **attempts, uint32_t n)
{
	uint32_t part = 0;

	for (uint32_t i = 0; i < n; i++) {
		struct attempt *attempt = attempts[i];

		if (count_gone(trial, attempt->group) < attempt->group->findings.n)
			continue;
		attempts[i] = attempts[part];
		attempts[part++] = attempt;
	}
	return part;
}

/* Accepts what of the attempts keeps the promise, together if they can be. */
static void search(struct fixing *x, struct attempt **attempts, uint32_t n)
{
	struct trial trial;
	bool good;

	if (!n)
		return;
	trial = try(x, attempts, n);
	good = is_good(&trial);
	for (uint32_t i = 0; i < n && good; i++)
		good = count_gone(&trial, attempts[i]->group) == attempts[i]->group->findings.n;
	if (good) {
		for (uint32_t i = 0; i < n; i++)
			accept(x, attempts[i]);
	} else if (n == 1) {
		search_one(x, attempts[0], trial);
	} else {
		uint32_t part = is_good(&trial) ? part_gone(&trial, attempts, n) : 0;

		if (!part || part == n)
			part = n / 2;
		search(x, attempts, part);
		search(x, attempts + part, n - part);
	}
}

/* ---- rounds ---- */

static bool is_wanted(const struct fixing *x, const struct finding *finding)
{
	return map_get(&x->outcomes, NULL, finding->fingerprint) != NULL;
}

static void plan_round(struct fixing *x, struct fix_plan *plan)
{
	const struct breakwater_run *run = x->state.run;
	VEC(const struct finding *) wanted = { 0 };
	const struct file *unread;
	struct fix_request request = {
		.arena = run->arena,
		.names = run->names,
		.diff = run->diff,
		.reserve = x->how->reserve,
		.by_surface = run->contracts != NULL,
		.is_set = run->sides[NEW].source->by_import_path,
		.old_top = run->sides[OLD].source->top,
		.new_top = run->sides[NEW].source->top,
	};

	for (uint32_t i = 0; i < run->findings.list.n; i++)
		if (is_wanted(x, run->findings.list.items[i]))
			*vec_push(x->arena, &wanted) = run->findings.list.items[i];
	request.findings = wanted.items;
	request.n_findings = wanted.n;
	unread = fix_plan(&request, plan);
	if (!unread)
		return;
	x->failed = true;
	plan->groups.n = 0;
	diag_error(&x->run->diags, NOWHERE, "cannot read '" STR "' again", ARG(unread->text->path));
}

/* Notes what became of the group's findings. */
static void note(struct fixing *x, const struct attempt *attempt, const struct fix_group *group)
{
	struct str left = group->left;

	if (attempt && attempt->why.p && group->ways.n)
		left = str_printf(x->arena, STR " (" STR ")", ARG(left), ARG(attempt->why));
	for (uint32_t i = 0; i < group->findings.n; i++) {
		struct fix_outcome *outcome =
			map_get(&x->outcomes, NULL, group->findings.items[i]->fingerprint);

		if (attempt && attempt->accepted)
			outcome->how = str_dup(x->arena, group->ways.items[attempt->way].how);
		else
			outcome->how = str_printf(x->arena, "only people can: " STR, ARG(left));
	}
}

/* Moves to the state with the accepted edits. */
static bool advance(struct fixing *x)
{
	struct attempts none = { 0 };
	struct fixed_files files;
	struct breakwater_run *before = x->state.run;

	if (!apply(x, x->arena, &none, &files))
		return false;
	for (uint32_t i = 0; i < files.n; i++) /* it may be in the old run's arena */
		files.items[i].path = str_dup(x->arena, files.items[i].path);
	x->state.files = files;
	x->accepted = (struct attempts){ 0 };
	x->state.run = check_with(x, x->arena, &files);
	if (before != x->run)
		breakwater_run_free(before);
	if (x->state.run->status != BREAKWATER_UNKNOWN)
		return true;
	/* It was known before: the same edits were tried. */
	if (!take_failure(x, x->state.run))
		diag_error(
			&x->run->diags, NOWHERE, "the edits have another result when tried again");
	x->failed = true;
	return false;
}

/* One round over what is still found; false: nothing was accepted. */
static bool round_once(struct fixing *x)
{
	struct fix_plan plan = { 0 };
	struct attempts all = { 0 };

	map_findings(x->arena, &x->before, &x->state.run->findings);
	x->twice = schema_twice(&x->state.run->schemas[NEW], x->scratch);
	plan_round(x, &plan);
	for (uint32_t i = 0; i < plan.groups.n; i++) {
		struct attempt *attempt;

		if (!plan.groups.items[i]->ways.n) {
			note(x, NULL, plan.groups.items[i]);
			continue;
		}
		attempt = NEW(x->arena, struct attempt);
		attempt->group = plan.groups.items[i];
		*vec_push(x->arena, &all) = attempt;
	}
	search(x, all.items, all.n);
	for (uint32_t i = 0; i < all.n; i++)
		note(x, all.items[i], all.items[i]->group);
	return !x->failed && x->accepted.n && advance(x);
}

/* ---- the result ---- */

static void want(struct fixing *x, const struct finding *finding, struct fix_result *result)
{
	struct fix_outcome **slot =
		(struct fix_outcome **)map_put(&x->outcomes, NULL, finding->fingerprint);

	if (*slot)
		return;
	*slot = NEW(x->arena, struct fix_outcome);
	(*slot)->finding = finding;
	vec_push(x->arena, &result->list)->finding = finding;
}

static void want_all(struct fixing *x, struct fix_result *result)
{
	const struct findings *all = &x->run->findings;

	for (uint32_t i = 0; i < x->how->n_chosen; i++)
		want(x, x->how->chosen[i], result);
	for (uint32_t i = 0; i < all->list.n && !x->how->chosen; i++)
		if (finding_active(all->list.items[i]))
			want(x, all->list.items[i], result);
}

/* What went away by the edits of others says so. */
static void conclude(struct fixing *x, struct fix_result *result)
{
	struct map left;

	map_findings(x->arena, &left, &x->state.run->findings);
	for (uint32_t i = 0; i < result->list.n; i++) {
		struct fix_outcome *outcome = &result->list.items[i];
		uint64_t fingerprint = outcome->finding->fingerprint;

		*outcome = *(struct fix_outcome *)map_get(&x->outcomes, NULL, fingerprint);
		outcome->fixed = !map_get(&left, NULL, fingerprint);
		if (outcome->fixed && str_starts(outcome->how, S("only people can")))
			outcome->how = S("with what it follows from");
	}
}

static int file_order(const void *left, const void *right)
{
	return str_cmp(
		((const struct fixed_file *)left)->path, ((const struct fixed_file *)right)->path);
}

/* The text of the file before all edits; absent: there was none. */
static bool read_before(struct fixing *x, struct fixed_file *file)
{
	struct source *source = x->run->sides[NEW].source;
	const struct source_entry *entry = source_find(source, file->path);

	return !entry || source_read(source, entry, x->arena, &file->before, &x->run->diags);
}

static bool write_patch(struct fixing *x, struct fix_result *result)
{
	struct out *out = out_memory(x->arena);

	result->files = x->state.files;
	if (result->files.n)
		qsort(result->files.items, result->files.n, sizeof *result->files.items,
			file_order);
	for (uint32_t i = 0; i < result->files.n; i++) {
		struct fixed_file *file = &result->files.items[i];

		if (!read_before(x, file) ||
			!patch_write(out, x->arena, file->path, file->before, file->bytes)) {
			diag_error(&x->run->diags, NOWHERE, "cannot make the patch of '" STR "'",
				ARG(file->path));
			return false;
		}
	}
	result->patch = out_text(out);
	return true;
}

static void run_rounds(struct fixing *x)
{
	for (int i = 0; i < MOST_ROUNDS && round_once(x); i++)
		;
}

/* Does the state keep the promise for files that nobody had to compile, too? */
static bool holds_in_full(struct fixing *x)
{
	struct fixed_files none = { 0 };
	struct breakwater_run *before, *after;
	bool full = x->options.full, knew, knows;

	if (full || !x->state.files.n)
		return true;
	x->options.full = true;
	before = check_with(x, x->arena, &none);
	after = check_with(x, x->arena, &x->state.files);
	knew = before->status != BREAKWATER_UNKNOWN;
	knows = after->status != BREAKWATER_UNKNOWN &&
		schema_twice(&after->schemas[NEW], x->scratch) <=
			schema_twice(&before->schemas[NEW], x->scratch);
	if (knew && after->status == BREAKWATER_UNKNOWN)
		take_failure(x, after);
	breakwater_run_free(before);
	breakwater_run_free(after);
	x->options.full = full;
	return !knew || knows;
}

static void restart(struct fixing *x)
{
	if (x->state.run && x->state.run != x->run)
		breakwater_run_free(x->state.run);
	x->state = (struct state){ .run = x->run };
	x->trials = 0;
}

bool run_fix(
	struct breakwater_run *run, const struct fixing_options *options, struct fix_result *result)
{
	struct fixing x = { .run = run, .how = options, .arena = run->arena };
	bool ok;

	*result = (struct fix_result){ 0 };
	if (run->status == BREAKWATER_UNKNOWN)
		return false;
	x.options = *run->kept;
	x.scratch = arena_like(run->arena);
	map_init(&x.outcomes, run->arena);
	want_all(&x, result);
	restart(&x);
	if (result->list.n)
		run_rounds(&x);
	if (!x.failed && !holds_in_full(&x) && !x.failed) {
		x.options.full = true;
		restart(&x);
		x.state.run = check_with(&x, x.arena, &x.state.files);
		if (x.state.run->status != BREAKWATER_UNKNOWN)
			run_rounds(&x);
	}
	ok = !x.failed;
	if (ok) {
		conclude(&x, result);
		ok = write_patch(&x, result);
	}
	arena_free(x.scratch);
	if (x.state.run != run)
		breakwater_run_free(x.state.run);
	return ok;
}
