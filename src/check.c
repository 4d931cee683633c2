/*
 * The map of the program.
 *
 * cli/main.c reads a command line and calls a command, cli/cmd_*.c; plugin/main.c answers protoc.
 * Both fill in options and call breakwater_check. It runs the steps at the end of this file, one
 * after the other, until one fails:
 *
 *  open_sources       what an INPUT names: source/input.c, by revision (names.c, tree.c), working
 *                     tree or index (worktree.c, index_file.c), folder (dir.c), descriptor set
 *                     (set.c) or archive (archive.c); git's objects: objects.c, pack.c, loose.c
 *  configure_sides    config/config.c reads breakwater_yaml.c or buf_yaml.c, by yaml_tree.c
 *  find_roots         import roots: side.c, request.c for a plugin; while compiling, roots.c
 *  read_paths         --path: pathspec.c, scope.c
 *  find_changes       source/changed.c: the files that differ between the two sides
 *  discover_changed   config/nested.c: configurations in folders below the top
 *  compile_sides      run_compile.c; need.c finds unchanged files that the changes can hurt;
 *                     proto/compile.c takes files through lexer.c, parser.c, symbols.c, link.c,
 *                     features.c, options.c and validate.c, descriptor/read.c reads sets; the
 *                     result is schema/schema.h
 *  judge_broken_files broken.c: which of the files that do not compile decide the status
 *  choose_contracts   contract/contract.c: the contracts to check
 *  compare            contract/roots.c finds their roots; diff/pair.c pairs old and new elements; rules/run.c calls the checks of each
 *                     pair (rules/field.c, enum.c, ...; list.h has all rules), breaks.c finds the
 *                     surfaces that break, finding.c places, for which it
 *                     reads files once more; obstacle.c: unreadable files; aside.c: missing ones;
 *                     contract/judge.c: which contracts each finding hurts;
 *                     config/apply.c: what the configuration ignores
 *  keep_scope         scope.c: drops findings outside of the report
 *  accept             config/accepted.c, accept_comment.c: breaks accepted on the record
 *  judge_lost_folders broken.c: imports whose whole folder was deleted, unless a finding says so
 *  registry_compare_all  registry_all.c: BASE `registry:…@all`
 *  check_registry     registry_run.c: --registry, the new side against what is registered
 *  find_impact        impact.c: who reaches what changed, by schema/uses.c
 *  finish             report/finding.c: the order of the findings
 *
 * Then run.c has report/report.c print the findings (text.c, json.c, ...) and report/diags.c the
 * diagnostics. `build` and `debug` compile one side (side.c, proto/compile.c) and write it by
 * descriptor/write.c; `rules` and `explain` print the rows of the rules by report/explain.c.
 */
#include "run.h"

#include "aside.h"
#include "base/map.h"
#include "config/accepted.h"
#include "impact.h"
#include "obstacle.h"
#include "report/report.h"
#include "blame.h"
#include "retire.h"
#include "registry_run.h"
#include "run_history.h"
#include "schema/marker.h"
#include "source/read_each.h"

#include <time.h>

/* ---- comparing ---- */

/* A text that the places or the comments need again must still be readable. */
static void refuse_lost_texts(struct breakwater_run *run)
{
	for (int side = OLD; side < SIDES; side++) {
		const struct schema *schema = &run->schemas[side];

		for (uint32_t i = 0; i < schema->files.n; i++) {
			struct text *text = schema->files.items[i].file->text;

			if (!text || !text->is_lost)
				continue;
			text->is_lost = false; /* both sides may share it */
			diag_error(&run->diags, place_in(text, NO_SPAN),
				"cannot read this file again");
		}
	}
}

static bool judge_obstacles(struct breakwater_run *run)
{
	struct obstacle_request request = {
		.arena = run->arena,
		.diags = &run->diags,
		.old = &run->sides[OLD],
		.new = &run->sides[NEW],
		.old_schema = &run->schemas[OLD],
		.new_schema = &run->schemas[NEW],
		.diff = run->diff,
		.findings = &run->findings,
	};

	return obstacles_judge(&request);
}

/* Keeps the lines of findings, and looks for comments that accept in the same reading. */
static void keep_lines(void *context, struct wanted_text *texts, uint32_t n)
{
	struct breakwater_run *run = context;

	source_keep_lines(texts, n, S(ACCEPT_MARKER), run->options->jobs, run->arena);
	for (uint32_t i = 0; i < n; i++)
		if (texts[i].text->kept && !texts[i].has_word)
			*map_put(&run->unmarked, texts[i].text, 0) = run;
}

/* False and an error if a contract has no root. */
static bool find_contract_roots(struct breakwater_run *run)
{
	struct contracts_request request = {
		.arena = run->arena,
		.names = run->names,
		.diags = &run->diags,
		.declared = &run->settings->contracts,
		.chosen = &run->chosen,
		.elsewhere = &run->roots_elsewhere,
		.is_quiet = run->is_part,
		.is_partial = run->scope.generated,
		.only_chosen = run->options->contracts.n || run->only_contracts,
	};

	if (!run->chosen.list.n)
		return run->is_part || contracts_refuse_comments(&run->settings->contracts,
						&run->schemas[NEW], &run->diags);
	run->contracts =
		contracts_find_roots(&request, &run->schemas[OLD], &run->schemas[NEW]);
	timing_end(&run->timing, "contracts");
	return run->contracts != NULL;
}

/* A plugin and a --config file know one configuration only. */
static void compare_promises(struct breakwater_run *run)
{
	struct weakening weakening = {
		.arena = run->arena,
		.old = &run->sides[OLD].config.contracts,
		.new = &run->sides[NEW].config.contracts,
		.chosen = &run->chosen,
		.only_chosen = run->options->contracts.n,
		.text = run->sides[NEW].config.text,
	};

	if (!run->scope.generated && !run->no_contracts && !run->overrides[OLD].file.p &&
		!run->overrides[OLD].text.p)
		contracts_weakened(&weakening, &run->findings);
}

static void judge_contracts(struct breakwater_run *run, const struct check_options *options)
{
	struct contract_run judged = { options, run->diff, &run->findings };

	if (run->contracts)
		contracts_judge(run->contracts, &judged);
	compare_promises(run);
}

/* Rules on files, packages and methods ask for a repository, which a registry is not. */
static bool asks_for_repository(const struct rule *rule)
{
	struct str id = str_of(rule->id);

	return str_starts(id, S("FILE_")) || str_starts(id, S("PACKAGE_")) ||
	       str_starts(id, S("RPC_"));
}

static void leave_out_repository(struct breakwater_run *run)
{
	uint32_t n = 0;

	if (!run->schemas[OLD].by_message && !run->schemas[NEW].by_message)
		return;
	for (uint32_t i = 0; i < run->findings.list.n; i++) {
		struct finding *finding = run->findings.list.items[i];

		if (finding->cause && asks_for_repository(finding->cause->rule))
			finding->cause = NULL;
		if (!asks_for_repository(finding->rule))
			run->findings.list.items[n++] = finding;
	}
	run->findings.list.n = n;
}

bool compare_sides(struct breakwater_run *run)
{
	struct selection *selection = config_selection(run->arena, run->settings);
	struct check_options options = {
		.arena = run->arena,
		.names = run->names,
		.selection = selection,
		.promises = &run->sides[NEW].config.promises,
		.diags = &run->diags,
		.keep_lines = keep_lines,
		.context = run,
	};
	struct breakwater_phase *phase;

	if (!find_contract_roots(run))
		return false;
	run->diff = diff_new(run->arena, run->names, &run->schemas[OLD], &run->schemas[NEW]);
	timing_end(&run->timing, "diff");
	if (run->contracts) {
		contracts_select(selection);
		options.roots = contracts_lost_roots(run->contracts, &options.n_roots);
		options.framed = contracts_framed_roots(run->contracts, &options.n_framed);
	}
	if (!promises_check(&options, run->diff, &run->elsewhere))
		return false;
	retirement_select(run, selection);
	rules_run(&options, run->diff, &run->findings);
	judge_contracts(run, &options);
	leave_out_repository(run);
	retirement_rename(run, selection);
	phase = timing_end(&run->timing, "rules");
	timing_count(phase, "findings", run->findings.list.n);
	if (!run->is_part && (!judge_obstacles(run) || !aside_judge(run)))
		return false;
	config_apply(run->settings, &run->findings, run->arena);
	if (run->contracts)
		contracts_warn_ignored(run->contracts, &run->findings, &run->diags);
	if (!run->is_part)
		config_warn_unmatched(run->settings, &run->schemas[OLD], &run->schemas[NEW],
			&run->diags);
	refuse_lost_texts(run);
	return run->diags.n_errors == 0;
}

/* ---- the scope of the report ---- */

bool keep_scope(struct breakwater_run *run)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < run->findings.list.n; i++) {
		struct finding *finding = run->findings.list.items[i];

		if (!finding->ignored && scope_has(&run->scope, run->diff, finding))
			run->findings.list.items[n++] = finding;
	}
	run->findings.list.n = n;
	return true;
}

/* ---- accepted breaks ---- */

/* A plugin's request has no top folder: its file is the one beside the configuration. */
static bool read_accepted(struct breakwater_run *run, struct acceptances *accepted)
{
	struct source *source = run->sides[NEW].source;
	struct str config = run->override.file;
	bool ok;

	if (!run->scope.generated)
		return accepted_read(run->arena, source, accepted, &run->diags);
	if (!config.p)
		return true;
	config = str_find(config, '/') < config.n ? str_head(config, str_rfind(config, '/') + 1)
						  : S(".");
	source = source_open(
		&run->sources, str_printf(run->arena, "dir:" STR, ARG(config)), &run->diags);
	if (!source)
		return false;
	ok = accepted_read(run->arena, source, accepted, &run->diags);
	source_close(source);
	return ok;
}

bool accept_findings(struct breakwater_run *run)
{
	const struct breakwater_options *o = run->options;
	struct acceptances accepted = { 0 };
	struct accept_options options = {
		.today = o->today ? o->today : (int32_t)(time(NULL) / 86400),
		.whole = scope_is_whole(&run->scope) && !o->use.n && !o->except.n,
	};

	if (!read_accepted(run, &accepted))
		return false;
	accepted_apply(&accepted, &run->findings, &options, &run->diags);
	accepted_by_comment(&run->findings, &run->unmarked, run->arena, &run->diags);
	return run->diags.n_errors == 0;
}

/* ---- impact ---- */

static void name_root(void *context, bool new_side, const struct element *root,
	struct reached_contracts *names, struct arena *arena)
{
	const struct breakwater_run *run = context;

	(void)arena; /* the run's */
	contracts_name_root(run->contracts, new_side, root, names);
}

static bool has_named_contract(const struct breakwater_run *run)
{
	return run->contracts && run->chosen.list.items[0]->name.p;
}

/* The findings of one comparison: the run itself, or a part of its history, whose elements are in
 * schemas of its own. What no diff found is the run's. */
static bool find_impact_of(struct breakwater_run *run, struct breakwater_run *comparison)
{
	struct findings findings = { 0 };
	struct impact_request request = {
		.contracts_of = has_named_contract(comparison) ? name_root : NULL,
		.context = comparison,
		.arena = run->arena,
		.diags = &run->diags,
		.old = &comparison->schemas[OLD],
		.new = &comparison->schemas[NEW],
	};

	for (uint32_t i = 0; i < run->findings.list.n; i++) {
		struct finding *finding = run->findings.list.items[i];
		const struct schema *new =
			finding->diff ? diff_schema(finding->diff, true) : &run->schemas[NEW];

		if (new == &comparison->schemas[NEW])
			*vec_push(run->arena, &findings.list) = finding;
	}
	return impact_find(&request, &findings);
}

static bool find_impact(struct breakwater_run *run)
{
	if (!run->options->impact)
		return true;
	if (!find_impact_of(run, run))
		return false;
	for (uint32_t i = 0; run->history && i < run->history->parts.n; i++)
		if (!find_impact_of(run, run->history->parts.items[i]))
			return false;
	for (uint32_t i = 0; run->registry && i < run->registry->parts.n; i++)
		if (!find_impact_of(run, run->registry->parts.items[i]))
			return false;
	timing_end(&run->timing, "impact");
	return true;
}

/* ---- the result ---- */

/* Is the changed path only a link, another name of some file? */
static bool is_name(const struct breakwater_run *run, const struct change *change)
{
	return (!change->old || source_target(run->sides[OLD].source, change->old)) &&
	       (!change->new || source_target(run->sides[NEW].source, change->new));
}

static bool finish(struct breakwater_run *run)
{
	findings_sort(&run->findings, run->arena);
	for (uint32_t i = 0; i < run->findings.list.n; i++)
		run->accepted += run->findings.list.items[i]->accepted;
	if (run->changes.complete) {
		for (uint32_t i = 0; i < run->changes.list.n; i++)
			run->files_compared += !is_name(run, &run->changes.list.items[i]);
	} else {
		for (uint32_t i = 0; i < run->schemas[NEW].files.n; i++)
			run->files_compared += run->schemas[NEW].files.items[i].own;
	}
	run->status = findings_active(&run->findings) ? BREAKWATER_BROKEN : BREAKWATER_CLEAN;
	if (!run->only_registry && run->sides[OLD].has_contract &&
		!run->sides[NEW].has_contract) {
		/* Not every category has a rule that reports it. */
		diag_warning(&run->diags, NOWHERE, STR " has no contract: everything was deleted",
			ARG(run->sides[NEW].source->name));
		run->status = BREAKWATER_BROKEN;
	}
	registry_judge(run);
	return true;
}

/* The whole pipeline, and the phases that --timings names. */
static const struct check_step {
	bool (*run)(struct breakwater_run *run);
	const char *phase; /* the phase that ends here; NULL: none, or the step ends it */
	bool with_base;    /* it compares with BASE, so it is left out if only a registry is asked */
} steps[] = {
	{ take_options, NULL, false },
	{ registry_take_options, NULL, false },
	{ open_sources, "sources", false },
	{ configure_sides, NULL, false },
	{ find_roots, NULL, false },
	{ judge_empty_sides, NULL, false },
	{ choose_contracts, NULL, false },
	{ read_paths, "config", false },
	{ find_retirement, NULL, true },
	{ find_history, NULL, true },
	{ find_changes, "changes", true },
	{ discover_changed, NULL, false },
	{ compile_sides, NULL, true },
	{ judge_broken_files, NULL, true },
	{ compare_sides, NULL, true },
	{ keep_scope, NULL, true },
	{ judge_retirement, NULL, true },
	{ compare_history, NULL, true },
	{ registry_compare_all, NULL, true },
	{ check_registry, NULL, false },
	{ accept_findings, NULL, false },
	{ drop_known, NULL, true },
	{ blame_findings, NULL, true },
	{ judge_lost_folders, NULL, true },
	{ find_impact, NULL, false },
	{ finish, "findings", false },
};

/* False if the search for some file failed: a file that was not found may exist. */
static bool sides_looked(struct breakwater_run *run)
{
	bool ok = true;

	for (int side = OLD; side < SIDES; side++)
		if (run->sides[side].source)
			ok &= source_looked(run->sides[side].source, &run->diags);
	return ok;
}

/* Runs the steps until one of them fails. */
static void run_steps(struct breakwater_run *run)
{
	for (size_t i = 0; i < COUNT(steps); i++) {
		bool ok = (steps[i].with_base && run->only_registry) || steps[i].run(run);

		if (steps[i].phase)
			timing_end(&run->timing, steps[i].phase);
		if (!sides_looked(run) || !ok) {
			run->status = BREAKWATER_UNKNOWN;
			return;
		}
	}
}

struct breakwater_run *run_check(
	const struct breakwater_options *options, const struct check_sources *sources)
{
	struct arena *arena = arena_new(options->out_of_memory, options->context);
	struct breakwater_run *run = NEW(arena, struct breakwater_run);

	run->options = options;
	run->given = sources && (sources->old || sources->new) ? sources : NULL;
	run->no_contracts = sources && sources->no_contracts;
	run->arena = arena;
	run->names = intern_new(arena);
	run->status = BREAKWATER_UNKNOWN;
	diags_init(&run->diags, arena);
	map_init(&run->unmarked, arena);
	timing_begin(&run->timing, arena);
	run_steps(run);
	diags_sort(&run->diags);
	run->options = NULL;
	run->given = NULL;
	return run;
}

struct breakwater_run *breakwater_check(const struct breakwater_options *options)
{
	return run_check(options, NULL);
}
