#include "check.h"

#include "base/map.h"
#include "broken.h"
#include "config/accepted.h"
#include "config/config.h"
#include "descriptor/descriptor.h"
#include "diff/pair.h"
#include "narrow.h"
#include "need.h"
#include "obstacle.h"
#include "proto/compile.h"
#include "report/report.h"
#include "request.h"
#include "rules/rules.h"
#include "side.h"
#include "source/read_each.h"
#include "timing.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { OLD, NEW, SIDES };

struct breakwater_run {
	const struct breakwater_options *options; /* while breakwater_check runs */
	const struct check_sources *given;        /* likewise; NULL: none */
	struct arena *arena;
	struct intern *names;
	struct diags diags;
	struct timing timing;
	struct source_options sources;
	struct config_override override, overrides[SIDES];
	struct side sides[SIDES];
	struct narrowing narrowing;
	struct changes changes;
	bool compiled_all; /* every contract, not only what is needed */
	struct schema schemas[SIDES];
	struct diff *diff;
	struct findings findings;
	struct base_note base;
	uint32_t files_compared, accepted;
	enum breakwater_status status;
};

/* ---- options ---- */

static struct str text_option(struct breakwater_run *run, const char *text)
{
	return text ? str_dup(run->arena, str_of(text)) : (struct str){ 0 };
}

static struct str current_folder(struct breakwater_run *run)
{
	char *path = getcwd(NULL, 0);
	struct str copy = text_option(run, path);

	if (!path) {
		diag_error(&run->diags, NOWHERE, "the current folder cannot be found: %s",
			strerror(errno));
		diag_help(&run->diags, "go to a folder that exists, or name one with -C");
	}
	free(path);
	return copy;
}

static bool take_options(struct breakwater_run *run)
{
	const struct breakwater_options *o = run->options;
	struct str directory = o->directory ? text_option(run, o->directory) : current_folder(run);

	run->sources = source_options_of(run->arena, run->names, directory, &o->git);
	run->override.directory = directory;
	run->override.file = text_option(run, o->config);
	for (size_t i = 0; i < o->use.n; i++)
		*vec_push(run->arena, &run->override.use) = text_option(run, o->use.items[i]);
	for (size_t i = 0; i < o->except.n; i++)
		*vec_push(run->arena, &run->override.except) = text_option(run, o->except.items[i]);
	return directory.p != NULL;
}

static bool list_holds(const struct breakwater_list *list, struct str word)
{
	for (size_t i = 0; i < list->n; i++) {
		if (str_eq(str_of(list->items[i]), word))
			return true;
	}
	return false;
}

/* ---- sources ---- */

/* What the options say of one side. */
static struct side_options side_options(struct breakwater_run *run)
{
	const struct breakwater_list *roots = &run->options->roots;
	struct str *items = NEW_ARRAY(run->arena, roots->n, struct str);

	for (size_t i = 0; i < roots->n; i++)
		items[i] = text_option(run, roots->items[i]);
	return (struct side_options){
		.arena = run->arena,
		.names = run->names,
		.override = &run->override,
		.root_options = items,
		.n_root_options = roots->n,
		.diags = &run->diags,
	};
}

/* The new side of a protoc plugin: the entries of its request. */
static bool open_entries(struct breakwater_run *run)
{
	const struct breakwater_options *o = run->options;
	struct memory_file *files = NEW_ARRAY(run->arena, o->n_head_entries, struct memory_file);

	for (size_t i = 0; i < o->n_head_entries; i++) {
		files[i].path = str_of(o->head_entries[i].import_path);
		files[i].bytes = (struct str){ o->head_entries[i].bytes, o->head_entries[i].size };
	}
	run->sides[NEW].source =
		source_memory_set(run->arena, S("the request"), files, o->n_head_entries);
	run->sides[OLD].source = source_open(&run->sources, text_option(run, o->base), &run->diags);
	return run->sides[OLD].source != NULL;
}

/*
 * `base:` stands in the configuration of the new side, which a check without operands has to read
 * before it knows its base: it is opened, asked and closed again.
 */
static bool read_default_base(struct breakwater_run *run, struct input_request *request)
{
	struct side_options options = side_options(run);
	struct str new = request->proposal.head.n ? request->proposal.head
			 : request->staged        ? S("index:")
						  : (struct str){ 0 };
	struct side side = { .source = source_open(&run->sources, new, &run->diags) };
	bool ok;

	if (!side.source)
		return false;
	ok = side_configure(&options, &side);
	request->default_base = side.config.base;
	request->default_base_place = side.config.base_place;
	source_close(side.source);
	return ok;
}

/* An input that counts from a folder, and a repository, of its own, or is open already. */
static bool open_apart(struct breakwater_run *run, int side, const char *input,
	const struct breakwater_side *options)
{
	static const struct breakwater_git no_git;
	struct source_options sources = run->sources;

	if (run->given)
		run->sides[side].source = side == OLD ? run->given->old : run->given->new;
	if (run->sides[side].source)
		return true;
	if (options->directory)
		sources = source_options_of(
			run->arena, run->names, text_option(run, options->directory), &no_git);
	run->sides[side].source = source_open(&sources, text_option(run, input), &run->diags);
	return run->sides[side].source != NULL;
}

static struct base_proposal take_proposal(struct breakwater_run *run)
{
	const struct breakwater_proposal *given = &run->options->proposal;

	return (struct base_proposal){
		.commit = text_option(run, given->commit),
		.merge = text_option(run, given->merge),
		.merged = text_option(run, given->merged),
		.branch = text_option(run, given->branch),
		.tip = text_option(run, given->tip),
		.head = text_option(run, given->head),
		.pushed = text_option(run, given->pushed),
		.reason = text_option(run, given->reason),
		.failure = text_option(run, given->failure),
		.is_first = given->is_first,
		.is_last = given->is_last,
		.in_pipeline = given->in_pipeline,
	};
}

static bool open_sources(struct breakwater_run *run)
{
	const struct breakwater_options *o = run->options;
	struct input_request request = {
		.base = text_option(run, o->base),
		.head = text_option(run, o->head),
		.staged = o->staged,
		.merge_base = o->merge_base,
		.merging = { o->merging.items, o->merging.n },
		.proposal = take_proposal(run),
	};
	bool is_default = !o->base && (!o->staged || o->merge_base || o->proposal.head);

	if (o->head_entries)
		return open_entries(run);
	if (run->given || o->base_side.directory || o->head_side.directory)
		return open_apart(run, OLD, o->base, &o->base_side) &&
		       open_apart(run, NEW, o->head, &o->head_side);
	if (is_default && !read_default_base(run, &request))
		return false;
	return sources_open(&run->sources, &request, &run->sides[OLD].source,
		&run->sides[NEW].source, &run->base, &run->diags);
}

/* The run's, or what the side has in its place. */
static struct config_override override_of(
	struct breakwater_run *run, const struct breakwater_side *side)
{
	struct config_override override = run->override;

	if (side->config || side->config_text) {
		override.file = text_option(run, side->config);
		override.text = text_option(run, side->config_text);
	}
	return override;
}

/* Of the old side only the layout counts. */
static void take_overrides(struct breakwater_run *run)
{
	run->overrides[NEW] = override_of(run, &run->options->head_side);
	run->overrides[OLD] = override_of(run, &run->options->base_side);
	run->overrides[OLD].layout_only = true;
}

static struct side_options options_of(struct breakwater_run *run, int side)
{
	struct side_options options = side_options(run);

	options.override = &run->overrides[side];
	return options;
}

static bool configure_sides(struct breakwater_run *run)
{
	struct side_options new, old;

	take_overrides(run);
	new = options_of(run, NEW);
	old = options_of(run, OLD);
	if (!side_configure(&new, &run->sides[NEW]))
		return false;
	run->sides[NEW].config.old_top = run->sides[OLD].source->top;
	run->sides[NEW].config.new_top = run->sides[NEW].source->top;
	return side_configure(&old, &run->sides[OLD]);
}

static bool find_roots(struct breakwater_run *run)
{
	struct side_options options = side_options(run);
	bool new_ok = side_find_roots(&options, &run->sides[NEW]);

	if (!side_find_roots(&options, &run->sides[OLD]) || !new_ok)
		return false;
	if (run->options->head_entries)
		request_find_roots(
			run->arena, &run->options->head_files, &run->sides[OLD], &run->diags);
	return run->diags.n_errors == 0;
}

/* A gate that saw nothing must not say yes. */
static bool judge_empty_sides(struct breakwater_run *run)
{
	if (run->sides[OLD].has_contract || run->sides[NEW].has_contract ||
		run->options->allow_empty)
		return true;
	diag_error(&run->diags, NOWHERE,
		"neither the old side ('" STR "') nor the new side ('" STR
		"') has a contract (a file that ends in '.proto')",
		ARG(run->sides[OLD].source->name), ARG(run->sides[NEW].source->name));
	if (run->sides[NEW].source->kind == SOURCE_INDEX)
		diag_help(&run->diags, "is one to be committed? git add it first");
	diag_help(&run->diags, "is this the right folder? '--allow-empty' makes this 0");
	return false;
}

/*
 * On the default branch itself, or where a pipeline does not say what was before, what is committed
 * is its own base; so it is where a hook names one commit as both sides. That is no answer for
 * somebody who wants what the last commits broke; who commits on that branch knows.
 */
static void warn_of_nothing(struct breakwater_run *run)
{
	const struct breakwater_options *o = run->options;

	if (!run->base.is_head || !run->changes.complete || run->changes.list.n ||
		(o->staged && !o->proposal.in_pipeline && !o->proposal.head))
		return;
	if (o->proposal.head)
		diag_warning(&run->diags, NOWHERE,
			"nothing was compared: the base is the new side's commit itself");
	else
		diag_warning(&run->diags, NOWHERE,
			"nothing was compared: the base is HEAD itself, and no contract has "
			"changes that are not committed");
	diag_help(&run->diags, "name an older base: breakwater check REV");
}

static bool find_changes(struct breakwater_run *run)
{
	if (!source_changes(
		    run->sides[OLD].source, run->sides[NEW].source, &run->changes, &run->diags))
		return false;
	warn_of_nothing(run);
	return true;
}

/* ---- configurations below the top ---- */

/* What governs a file of `from` on both sides. */
static bool discover(struct breakwater_run *run, int from, struct str path, struct diags *diags)
{
	bool ok = true;

	for (int side = OLD; side < SIDES; side++) {
		struct side_options options = options_of(run, side);

		options.diags = diags;
		ok &= side_discover(&options, &run->sides[side],
			side_path(&options, &run->sides[side], run->sides[from].source->top, path));
	}
	return ok;
}

static void take_roots(struct breakwater_run *run)
{
	for (int side = OLD; side < SIDES; side++) {
		struct side_options options = options_of(run, side);

		side_take_roots(&options, &run->sides[side]);
	}
}

static bool is_nested(const struct breakwater_run *run)
{
	return run->sides[OLD].config.nested || run->sides[NEW].config.nested;
}

/* Above what changed, so that no tree is walked for them; where that is not known, above all. */
static bool discover_changed(struct breakwater_run *run)
{
	bool ok = true;

	for (int side = OLD; side < SIDES && !run->changes.complete; side++) {
		struct side_options options = options_of(run, side);

		ok &= side_discover_all(&options, &run->sides[side]);
	}
	for (uint32_t i = 0; i < run->changes.list.n && is_nested(run); i++) {
		const struct change *change = &run->changes.list.items[i];

		ok &= discover(run, change->new ? NEW : OLD, change->path, &run->diags);
	}
	take_roots(run);
	return ok;
}

/* Above what was compiled beside it, whose findings may be listed too. One that is wrong there does
 * not decide the status. */
static void discover_compiled(struct breakwater_run *run)
{
	struct diags diags;

	diags_init(&diags, run->arena);
	for (int side = OLD; side < SIDES && is_nested(run); side++) {
		const struct schema *schema = &run->schemas[side];

		for (uint32_t i = 0; i < schema->files.n; i++)
			if (schema->files.items[i].own)
				discover(
					run, side, schema->files.items[i].file->text->path, &diags);
	}
	take_roots(run);
	for (uint32_t i = 0; i < diags.n; i++)
		diags.items[i].level = DIAG_WARNING;
	if (diags.n_errors)
		diag_help(&diags, "what lies below that file has the defaults");
	diags.n_errors = 0;
	diags_adopt(&run->diags, &diags);
}

/* --path and --exclude-path. */
static bool read_paths(struct breakwater_run *run)
{
	struct narrow_request request = {
		.arena = run->arena,
		.diags = &run->diags,
		.paths = &run->options->paths,
		.excluded = &run->options->excluded_paths,
		.old = &run->sides[OLD],
		.new = &run->sides[NEW],
		.allow_empty = run->options->allow_empty,
	};

	side_warn_of_modules(&run->sides[OLD], &run->sides[NEW], run->arena, &run->diags);
	return narrow_read(&request, &run->narrowing);
}

/* ---- compiling ---- */

static bool is_strict(const struct breakwater_run *run)
{
	return run->options->strict_imports || run->sides[NEW].config.strict_imports;
}

/* What a root holds and its configuration leaves out is there for imports alone. */
static void disown(struct breakwater_run *run)
{
	for (int side = OLD; side < SIDES && !run->options->roots.n; side++) {
		struct schema *schema = &run->schemas[side];

		if (run->sides[side].source->kind == SOURCE_SET)
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

/* A set of which one file has what is for source alone has it of all files; a request always does.
 */
static void know_visibility(struct breakwater_run *run)
{
	for (int side = OLD; side < SIDES; side++) {
		struct schema *schema = &run->schemas[side];

		if (run->sides[side].source->kind != SOURCE_SET ||
			!((side == NEW && run->options->head_entries) || keeps_visibility(schema)))
			continue;
		for (uint32_t i = 0; i < schema->files.n; i++)
			schema->files.items[i].file->lacks_visibility = false;
	}
}

/* Which packages live on is asked by the rules of packages alone. */
static bool asks_for_packages(const struct selection *selection)
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

/* Is the whole list of contracts needed, to say which ignored paths match nothing? */
static bool asks_for_paths(const struct config *config)
{
	for (uint32_t i = 0; i < config->modules.n; i++) {
		if (config->modules.items[i].ignores.n || config->modules.items[i].n_ignore_only)
			return true;
	}
	return config->rest.ignores.n || config->rest.n_ignore_only;
}

/* May the findings of a file that did not change be in the report? */
static bool in_report(void *context, struct str path)
{
	return narrow_wants(context, (struct finding_paths){ .old = path, .new = path });
}

static bool compile_wanted(struct breakwater_run *run, struct compile_side sides[SIDES],
	struct diags *diags, struct compile_stats *stats)
{
	struct compile_options options = {
		.arena = run->arena,
		.names = run->names,
		.diags = diags,
		.jobs = run->options->jobs,
		.strict_imports = is_strict(run),
		.tolerate_broken = true,
		.parse_descriptor = descriptor_parse,
		.progress = run->options->progress,
		.progress_context = run->options->progress_context,
	};
	struct compile_stats now = { 0 };
	bool ok = compile(&options, sides, SIDES, run->schemas, &now);

	stats->files_parsed += now.files_parsed;
	stats->files_linked += now.files_linked;
	stats->bytes_parsed += now.bytes_parsed;
	stats->files_shared = now.files_shared;
	return ok;
}

/*
 * Compiles what changed with what it imports, asks what that can hurt, and compiles again if there
 * is anything. The errors of the last time count.
 */
static bool compile_needed(struct breakwater_run *run, struct compile_side sides[SIDES],
	struct need *need, struct compile_stats *stats)
{
	struct diags first;

	for (int side = OLD; side < SIDES; side++) {
		sides[side].mirror = true;
		for (uint32_t i = 0; i < run->changes.list.n; i++)
			*vec_push(run->arena, &sides[side].wanted) =
				run->changes.list.items[i].path;
	}
	diags_init(&first, run->arena);
	if (!compile_wanted(run, sides, &first, stats) ||
		!need_find(need, &run->schemas[OLD], &run->schemas[NEW], &sides[NEW].roots)) {
		diags_adopt(&run->diags, &first);
		return false;
	}
	if (!need->hurt.n && !need->hints.n) {
		diags_adopt(&run->diags, &first);
		return true;
	}
	for (int side = OLD; side < SIDES; side++) {
		sides[side].hints = need->hints.items;
		sides[side].n_hints = need->hints.n;
		for (uint32_t i = 0; i < need->hurt.n; i++)
			*vec_push(run->arena, &sides[side].wanted) = need->hurt.items[i];
	}
	return compile_wanted(run, sides, &run->diags, stats);
}

/* Is a file gone, as far as can be told? */
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

static bool compile_sides(struct breakwater_run *run)
{
	const struct breakwater_options *o = run->options;
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
		.in_report = o->paths.n ? in_report : NULL,
		.context = &run->narrowing,
		.packages =
			asks_for_packages(config_selection(run->arena, &run->sides[NEW].config)),
	};
	struct compile_stats stats = { 0 };
	struct breakwater_phase *phase;
	bool ok;

	sides[NEW].may_lose = may_lose(&run->changes);
	if (asks_for_paths(&run->sides[NEW].config))
		list_contracts(run);
	if (o->full || is_strict(run) || o->head_entries ||
		need_is_full(&need, &sides[OLD].roots, &sides[NEW].roots)) {
		run->compiled_all = sides[OLD].all = sides[NEW].all = true;
		ok = compile_wanted(run, sides, &run->diags, &stats);
	} else {
		ok = compile_needed(run, sides, &need, &stats);
	}
	if (ok) {
		discover_compiled(run);
		disown(run);
		know_visibility(run);
	}
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
		.in_report = run->options->paths.n ? in_report : NULL,
		.context = &run->narrowing,
		.strict = is_strict(run),
		.full = run->options->full,
		.all = run->compiled_all,
		.generated = run->options->head_entries ? &run->options->head_files : NULL,
	};
}

static bool judge_broken_files(struct breakwater_run *run)
{
	struct broken_request request = broken_request(run);

	return broken_judge(&request);
}

static bool judge_lost_folders(struct breakwater_run *run)
{
	struct broken_request request = broken_request(run);

	return broken_judge_folders(&request, &run->findings);
}

/* ---- comparing ---- */

/* A contract is read again for the places in it, and for the comments that accept. */
static void refuse_lost_texts(struct breakwater_run *run)
{
	for (int side = OLD; side < SIDES; side++) {
		const struct schema *schema = &run->schemas[side];

		for (uint32_t i = 0; i < schema->files.n; i++) {
			struct text *text = schema->files.items[i].file->text;

			if (!text || !text->is_lost)
				continue;
			text->is_lost = false; /* both sides may have it */
			diag_error(&run->diags, place_in(text, NO_SPAN),
				"this file cannot be read a second time");
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

/* Of the files that findings are in; looks for comments that accept at the same time. */
static void keep_lines(void *context, struct wanted_text *texts, uint32_t n)
{
	const struct breakwater_run *run = context;

	source_keep_lines(texts, n, S(ACCEPT_MARKER), run->options->jobs, run->arena);
}

static bool compare(struct breakwater_run *run)
{
	struct check_options options = {
		.arena = run->arena,
		.names = run->names,
		.selection = config_selection(run->arena, &run->sides[NEW].config),
		.diags = &run->diags,
		.keep_lines = keep_lines,
		.context = run,
	};
	struct breakwater_phase *phase;

	run->diff = diff_new(run->arena, run->names, &run->schemas[OLD], &run->schemas[NEW]);
	timing_end(&run->timing, "diff");
	rules_run(&options, run->diff, &run->findings);
	phase = timing_end(&run->timing, "rules");
	timing_count(phase, "findings", run->findings.list.n);
	if (!judge_obstacles(run))
		return false;
	config_apply(&run->sides[NEW].config, &run->findings, run->arena);
	config_warn_unmatched(
		&run->sides[NEW].config, &run->schemas[OLD], &run->schemas[NEW], &run->diags);
	refuse_lost_texts(run);
	return run->diags.n_errors == 0;
}

/* ---- narrowing the report ---- */

/* A plugin's request shows some files and all that they import, and never what was deleted. */
static bool request_shows(const struct breakwater_run *run, const struct finding *finding)
{
	const struct file *file = finding->old_file ? finding->old_file : finding->new_file;

	if (finding->rule->on == PAIR_PACKAGE ||
		(finding->rule->on == PAIR_FILE && !finding->new_file))
		return false;
	return file && list_holds(&run->options->head_files, file->import_path);
}

static bool finding_is_wanted(const struct breakwater_run *run, const struct finding *finding)
{
	const struct breakwater_options *o = run->options;

	if (finding->ignored || !narrow_wants(&run->narrowing, narrow_finding_paths(finding)))
		return false;
	if (o->limit_to_input_files && finding->old_file &&
		!diff_find_file(run->diff, true, finding->old_file))
		return false;
	return !o->head_entries || request_shows(run, finding);
}

static bool narrow(struct breakwater_run *run)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < run->findings.list.n; i++) {
		struct finding *finding = run->findings.list.items[i];

		if (finding_is_wanted(run, finding))
			run->findings.list.items[n++] = finding;
	}
	run->findings.list.n = n;
	return true;
}

/* ---- accepted breaks ---- */

/* A request has no top: there the file beside the configuration counts. */
static bool read_accepted(struct breakwater_run *run, struct acceptances *accepted)
{
	struct source *source = run->sides[NEW].source;
	struct str config = run->override.file;
	bool ok;

	if (!run->options->head_entries)
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

static bool accept(struct breakwater_run *run)
{
	const struct breakwater_options *o = run->options;
	struct acceptances accepted = { 0 };
	struct accept_options options = {
		.today = o->today ? o->today : (int32_t)(time(NULL) / 86400),
		.whole = !o->paths.n && !o->excluded_paths.n && !o->use.n && !o->except.n &&
			 !o->head_entries && !o->limit_to_input_files,
	};

	if (!read_accepted(run, &accepted))
		return false;
	accepted_apply(&accepted, &run->findings, &options, &run->diags);
	accepted_by_comment(&run->findings, run->arena, &run->diags);
	return run->diags.n_errors == 0;
}

/* ---- the result ---- */

/* Is a change that of a link alone, which is another name of some file? */
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
	if (run->sides[OLD].has_contract && !run->sides[NEW].has_contract) {
		/* Not every category has a rule that says so. */
		diag_warning(&run->diags, NOWHERE, STR " has no contract: everything was deleted",
			ARG(run->sides[NEW].source->name));
		run->status = BREAKWATER_BROKEN;
	}
	return true;
}

/* The whole pipeline, and the phases that --timings names. */
static const struct step {
	bool (*run)(struct breakwater_run *run);
	const char *phase; /* that ends here; NULL: goes on, or the step ends its own */
} steps[] = {
	{ take_options, NULL },
	{ open_sources, "sources" },
	{ configure_sides, NULL },
	{ find_roots, NULL },
	{ judge_empty_sides, NULL },
	{ read_paths, "config" },
	{ find_changes, "changes" },
	{ discover_changed, NULL },
	{ compile_sides, NULL },
	{ judge_broken_files, NULL },
	{ compare, NULL },
	{ narrow, NULL },
	{ accept, NULL },
	{ judge_lost_folders, NULL },
	{ finish, "findings" },
};

/* False if a file could not be looked for: what was not found may be there. */
static bool sides_looked(struct breakwater_run *run)
{
	bool ok = true;

	for (int side = OLD; side < SIDES; side++)
		if (run->sides[side].source)
			ok &= source_looked(run->sides[side].source, &run->diags);
	return ok;
}

/* Runs the steps until one of them cannot know. */
static void run_steps(struct breakwater_run *run)
{
	for (size_t i = 0; i < COUNT(steps); i++) {
		bool ok = steps[i].run(run);

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
	run->arena = arena;
	run->names = intern_new(arena);
	run->status = BREAKWATER_UNKNOWN;
	diags_init(&run->diags, arena);
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

enum breakwater_status breakwater_run_status(const struct breakwater_run *run)
{
	return run->status;
}

const char *breakwater_run_report(
	struct breakwater_run *run, const struct breakwater_look *look, size_t *size)
{
	const struct reporter *reporter =
		reporter_find(str_of(look->format ? look->format : "text"));
	struct report report = {
		.arena = run->arena,
		.findings = &run->findings,
		.old_name = run->sides[OLD].source ? run->sides[OLD].source->name : S(""),
		.new_name = run->sides[NEW].source ? run->sides[NEW].source->name : S(""),
		.files_compared = run->files_compared,
		.accepted = run->accepted,
		.show_accepted = look->show_accepted,
		.show_help = look->show_help,
		.accept = look->accept ? str_of(look->accept) : (struct str){ 0 },
		.color = look->color,
		.links = look->links,
		.columns = look->columns,
		.folder =
			run->sides[NEW].source ? run->sides[NEW].source->folder : (struct str){ 0 },
		.version = str_of(breakwater_version()),
	};
	struct out *out;

	if (!reporter || run->status == BREAKWATER_UNKNOWN)
		return NULL;
	out = out_memory(run->arena);
	if (!reporter->write(out, &report))
		return NULL;
	*size = out_text(out).n;
	timing_end(&run->timing, "report");
	return out_text(out).p;
}

const char *breakwater_run_diagnostics(
	struct breakwater_run *run, const struct breakwater_look *look, size_t *size)
{
	struct diags shown = run->diags;
	struct out *out = out_memory(run->arena);

	if (look->quiet) {
		shown.items = NEW_ARRAY(run->arena, run->diags.n, struct diag);
		shown.n = 0;
		for (uint32_t i = 0; i < run->diags.n; i++) {
			if (run->diags.items[i].level == DIAG_ERROR)
				shown.items[shown.n++] = run->diags.items[i];
		}
	}
	diags_print(out, &shown, run->arena,
		&(struct diag_look){
			.color = look->color, .verbose = look->verbose, .columns = look->columns });
	*size = out_text(out).n;
	return out_text(out).p;
}

const char *breakwater_run_base(const struct breakwater_run *run)
{
	return run->base.text.n ? str_cstr(run->arena, run->base.text) : NULL;
}

const struct findings *run_findings(const struct breakwater_run *run)
{
	return &run->findings;
}

struct arena *run_arena(const struct breakwater_run *run)
{
	return run->arena;
}

struct source *run_source(const struct breakwater_run *run, bool old)
{
	return run->sides[old ? OLD : NEW].source;
}

bool run_holds(const struct breakwater_run *run, bool old, struct str path)
{
	const struct side *side = &run->sides[old ? OLD : NEW];

	return side->source->kind == SOURCE_SET || config_holds(&side->config, path);
}

const struct breakwater_phase *breakwater_run_phases(const struct breakwater_run *run, size_t *n)
{
	*n = run->timing.phases.n;
	return run->timing.phases.items;
}

void breakwater_run_free(struct breakwater_run *run)
{
	struct arena *arena = run->arena;

	for (int side = OLD; side < SIDES; side++) {
		if (run->sides[side].source)
			source_close(run->sides[side].source);
	}
	intern_free(run->names);
	arena_free(arena); /* the run lives in it */
}

const char *breakwater_format(size_t n)
{
	size_t count;
	const struct reporter *const *all = reporters_all(&count);

	return n < count ? all[n]->name : NULL;
}

const char *breakwater_version(void)
{
	return BREAKWATER_VERSION;
}
