/* Compiles the two sides: everything, or the changed files and what they can hurt. */
#include "run.h"

#include "aside.h"
#include "broken.h"
#include "need.h"
#include "schema/marker.h"

static bool is_strict(const struct breakwater_run *run)
{
	return !run->is_part && (run->options->strict_imports || run->settings->strict_imports);
}

/* Files under a root that the configuration excludes are imports only. */
static void disown(struct breakwater_run *run)
{
	for (int side = OLD; side < SIDES && !run->options->roots.n; side++) {
		struct schema *schema = &run->schemas[side];

		if (run->sides[side].source->by_import_path)
			continue;
		for (uint32_t i = 0; i < schema->files.n; i++) {
			const struct file *file = schema->files.items[i].file;

			if (!config_holds(&run->sides[side].config, file->text->path))
				schema->files.items[i].own = false;
		}
	}
}

static bool keeps_visibility(const struct schema *schema)
{
	for (uint32_t i = 0; i < schema->files.n; i++) {
		const struct file *file = schema->files.items[i].file;

		if (!file->is_builtin && file->edition >= EDITION_2024 && !file->lacks_visibility)
			return true;
	}
	return false;
}

/* If one file of a set keeps visibility options, all of them do; a plugin's request always keeps
 * them. */
static void know_visibility(struct breakwater_run *run)
{
	for (int side = OLD; side < SIDES; side++) {
		struct schema *schema = &run->schemas[side];

		if (!run->sides[side].source->by_import_path ||
			!((side == NEW && run->scope.generated) || keeps_visibility(schema)))
			continue;
		for (uint32_t i = 0; i < schema->files.n; i++)
			schema->files.items[i].file->lacks_visibility = false;
	}
}

bool rules_ask_for_packages(const struct selection *selection)
{
	size_t n;
	const struct rule *const *all = rules_all(&n);

	for (size_t i = 0; i < n; i++) {
		if (selection->selected[i] && all[i]->on >= PAIR_PACKAGE &&
			all[i]->on <= PAIR_PACKAGE_EXTENSION)
			return true;
	}
	return false;
}

/* Is a rule of fields not selected, so that the loss of one that options set may be no finding? */
static bool passes_fields(const struct selection *selection)
{
	static const char *const ids[] = { "FIELD_NO_DELETE", "FIELD_SAME_NAME", "FIELD_SAME_TYPE",
		"FIELD_SAME_CARDINALITY", "MESSAGE_SAME_REQUIRED_FIELDS" };
	size_t n;
	const struct rule *const *all = rules_all(&n);

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < COUNT(ids) && !selection->selected[i]; k++)
			if (strcmp(all[i]->id, ids[k]) == 0)
				return true;
	return false;
}

/* Is the list of all contracts needed, to warn of ignored paths that match nothing? */
static bool asks_for_paths(const struct config *config)
{
	for (uint32_t i = 0; i < config->modules.n; i++) {
		if (config->modules.items[i].ignores.n || config->modules.items[i].n_ignore_only)
			return true;
	}
	return config->rest.ignores.n || config->rest.n_ignore_only;
}

/* The options that are promised are compared as they are written where their file is missing. */
static void keep_promised(const struct breakwater_run *run, struct compile_options *options)
{
	const struct promises *promises = &run->sides[NEW].config.promises;

	for (uint32_t i = 0; i < promises->n; i++) {
		const struct option_step *step = &promises->items[i].path.steps[0];

		*vec_push(run->arena, &options->kept) =
			(struct kept_option){ step->is_extension ? str_last_component(step->name)
								 : step->name,
				step->is_extension };
	}
}

/* What is looked for in texts. Where no contract is checked, a comment that names one is an error.
 */
static struct str comment_word(const struct breakwater_run *run)
{
	bool is_read = run->chosen.list.n || !(run->no_contracts || run->is_part ||
						     run->sides[NEW].source->by_import_path);

	return is_read ? S(CONTRACT_MARKER) : (struct str){ 0 };
}

static struct compile_options compile_options_of(
	struct breakwater_run *run, struct diags *diags, struct compile_stats *stats)
{
	struct compile_options options = {
		.arena = run->arena,
		.names = run->names,
		.diags = diags,
		.jobs = run->options->jobs,
		.strict_imports = is_strict(run),
		.marker = comment_word(run),
		.tolerate_broken = true,
		.parse_descriptor = descriptor_parse,
		.progress = run->options->progress,
		.progress_context = run->options->progress_context,
		.stats = stats,
	};

	keep_promised(run, &options);
	return options;
}

static bool compile_wanted(struct breakwater_run *run, struct compile_side sides[SIDES],
	struct diags *diags, struct compile_stats *stats)
{
	const struct compile_options options = compile_options_of(run, diags, stats);

	stats->files_shared = 0; /* of the last compilation alone */
	return compile(&options, sides, SIDES, run->schemas);
}

static void want(struct breakwater_run *run, struct compile_side sides[SIDES],
	const struct need *need, uint32_t from)
{
	for (int side = OLD; side < SIDES; side++) {
		sides[side].hints = need->hints.items;
		sides[side].n_hints = need->hints.n;
		for (uint32_t i = from; i < need->hurt.n; i++)
			*vec_push(run->arena, &sides[side].wanted) = need->hurt.items[i];
	}
}

/* Wants all contracts in the report, so that an import of one that was set aside is found. */
static void want_report(struct breakwater_run *run, struct compile_side *side)
{
	const struct source_list *list = source_files(side->source, &run->diags);

	for (uint32_t i = 0; list && i < list->entries.n; i++)
		if (scope_covers(&run->scope, list->entries.items[i].path))
			*vec_push(run->arena, &side->wanted) = list->entries.items[i].path;
}

/* Compiles the changed files with their imports, and again with the files that the changes can hurt
 * or that are needed for another reason, until nothing more is. Only the errors of the last time
 * count. */
static bool compile_needed(struct breakwater_run *run, struct compile_side sides[SIDES],
	struct need *need, struct compile_stats *stats)
{
	/* Chains of extensions are short; whoever has longer ones gets everything compiled. */
	enum { MOST_TIMES = 4 };
	const struct schema *old = &run->schemas[OLD], *new = &run->schemas[NEW];
	struct diags last;
	uint32_t known = 0;
	bool ok, more;

	for (int side = OLD; side < SIDES; side++) {
		sides[side].mirror = true;
		for (uint32_t i = 0; i < run->changes.list.n; i++)
			*vec_push(run->arena, &sides[side].wanted) =
				run->changes.list.items[i].path;
		if (need->aside)
			want_report(run, &sides[side]);
	}
	diags_init(&last, run->arena);
	ok = compile_wanted(run, sides, &last, stats) &&
	     need_find(need, old, new, &sides[NEW].roots);
	more = need->hurt.n || need->hints.n;
	for (int times = 1; ok && more; times++) {
		want(run, sides, need, known);
		known = need->hurt.n;
		if (times == MOST_TIMES)
			run->compiled_all = sides[OLD].all = sides[NEW].all = true;
		diags_init(&last, run->arena);
		ok = compile_wanted(run, sides, &last, stats);
		more = false;
		if (ok && times < MOST_TIMES)
			ok = need_more(need, old, new, &more);
	}
	diags_adopt(&run->diags, &last);
	return ok;
}

/* Can an import have lost its file? */
static bool may_lose(const struct changes *changes)
{
	for (uint32_t i = 0; i < changes->list.n; i++) {
		if (changes->list.items[i].kind == CHANGE_DELETED)
			return true;
	}
	return !changes->complete;
}

static void list_contracts(struct breakwater_run *run)
{
	for (int side = OLD; side < SIDES; side++)
		source_files(run->sides[side].source, &run->diags);
}

bool compile_paths(struct breakwater_run *run, const struct paths_to_compile *paths)
{
	struct compile_side sides[SIDES] = {
		[OLD] = { .source = run->sides[OLD].source, .roots = run->sides[OLD].roots },
		[NEW] = { .source = run->sides[NEW].source, .roots = run->sides[NEW].roots },
	};

	for (int side = OLD; side < SIDES; side++) {
		sides[side].mirror = true;
		sides[side].hints = paths->hints[side];
		sides[side].n_hints = paths->n_hints[side];
		for (uint32_t i = 0; i < paths->n; i++)
			*vec_push(run->arena, &sides[side].wanted) = paths->paths[i];
	}
	if (!compile_wanted(run, sides, &run->diags, &run->compiled))
		return false;
	disown(run);
	know_visibility(run);
	return true;
}

bool compile_alone(
	struct breakwater_run *run, struct side *side, struct schema *schema, struct diags *diags)
{
	struct compile_stats stats = { 0 };
	const struct compile_options options = compile_options_of(run, diags, &stats);
	struct compile_side one = { .source = side->source, .roots = side->roots, .all = true };

	for (int i = 0; i < N_READ_PURPOSES; i++)
		side->source->bytes_read[i] = 0;
	if (!side->source->builtin)
		side->source->builtin = source_builtin(run->arena);
	return compile(&options, &one, 1, schema) && source_looked(side->source, diags);
}

bool compile_is_narrow(const struct breakwater_run *run)
{
	return run->scope.has_paths && !run->options->full && !run->chosen.list.n &&
	       !rules_ask_for_packages(config_selection(run->arena, run->settings));
}

bool compile_sides(struct breakwater_run *run)
{
	struct compile_side sides[SIDES] = {
		[OLD] = { .source = run->sides[OLD].source, .roots = run->sides[OLD].roots },
		[NEW] = { .source = run->sides[NEW].source, .roots = run->sides[NEW].roots },
	};
	struct need need = {
		.arena = run->arena,
		.names = run->names,
		.diags = &run->diags,
		.jobs = run->options->jobs,
		.changes = &run->changes,
		.old_source = run->sides[OLD].source,
		.new_source = run->sides[NEW].source,
		.scope = &run->scope,
		.impact = run->options->impact,
		.promises = &run->sides[NEW].config.promises,
		.contracts = &run->chosen,
		.marker = run->chosen.list.n ? S(CONTRACT_MARKER) : (struct str){ 0 },
		.packages = rules_ask_for_packages(config_selection(run->arena, run->settings)),
		.silent = passes_fields(config_selection(run->arena, run->settings)),
	};
	struct compile_stats stats = { 0 };
	struct breakwater_phase *phase;
	bool ok;

	sides[NEW].may_lose = may_lose(&run->changes);
	if (!run->is_part && asks_for_paths(run->settings))
		list_contracts(run);
	if (run->options->full || is_strict(run) || run->scope.generated ||
		need_is_full(&need, &sides[OLD].roots, &sides[NEW].roots)) {
		run->compiled_all = sides[OLD].all = sides[NEW].all = true;
		ok = compile_wanted(run, sides, &run->diags, &stats);
	} else {
		aside_take(run, &need);
		ok = compile_needed(run, sides, &need, &stats);
	}
	ok = ok && need_broken(&need, &run->schemas[OLD], &run->schemas[NEW]);
	run->elsewhere = need.elsewhere;
	run->roots_elsewhere = need.roots_elsewhere;
	if (ok) {
		if (!run->is_part)
			discover_compiled(run);
		disown(run);
		know_visibility(run);
	}
	run->compiled = stats;
	phase = timing_end(&run->timing, "compile");
	timing_count(phase, "files parsed", stats.files_parsed);
	timing_count(phase, "files shared", stats.files_shared);
	timing_count(phase, "files linked", stats.files_linked);
	timing_count(phase, "bytes", stats.bytes_parsed);
	timing_count(phase, "outlines read", need.outlines);
	timing_count(phase, "files hurt", need.hurt.n);
	return ok;
}

/* ---- broken files ---- */

static struct broken_request broken_request(struct breakwater_run *run)
{
	return (struct broken_request){
		.arena = run->arena,
		.diags = &run->diags,
		.changes = &run->changes,
		.old = &run->schemas[OLD],
		.new = &run->schemas[NEW],
		.old_source = run->sides[OLD].source,
		.new_source = run->sides[NEW].source,
		.scope = &run->scope,
		.strict = is_strict(run),
		.full = run->options->full,
		.all = run->compiled_all,
	};
}

bool judge_broken_files(struct breakwater_run *run)
{
	struct broken_request request = broken_request(run);

	return broken_judge(&request);
}

bool judge_lost_folders(struct breakwater_run *run)
{
	struct broken_request request = broken_request(run);

	return broken_judge_folders(&request, &run->findings);
}
