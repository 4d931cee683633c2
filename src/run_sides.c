/* The two sides of a check before compiling: options, sources, configurations, import roots and
 * changes. */
#include "run.h"

#include "request.h"
#include "registry_run.h"
#include "run_history.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- options ---- */

/* Copies the text of an option; absent for NULL. */
static struct str text_option(struct breakwater_run *run, const char *text)
{
	return text ? str_dup(run->arena, str_of(text)) : (struct str){ 0 };
}

static struct str current_folder(struct breakwater_run *run)
{
	char *path = getcwd(NULL, 0);
	struct str copy = text_option(run, path);

	if (!path) {
		diag_error(&run->diags, NOWHERE, "cannot find the current folder: %s",
			strerror(errno));
		diag_help(&run->diags, "go to a folder that exists, or name one with -C");
	}
	free(path);
	return copy;
}

bool take_options(struct breakwater_run *run)
{
	const struct breakwater_options *o = run->options;
	struct str directory = o->directory ? text_option(run, o->directory) : current_folder(run);

	run->sources = source_options_of(run->arena, run->names, directory, &o->git);
	run->sources.registry = registry_access_of(run->arena, &o->registry_access);
	run->override.directory = directory;
	run->override.file = text_option(run, o->config);
	run->scope.limit_to_input_files = o->limit_to_input_files;
	run->scope.generated = o->head_entries ? &o->head_files : NULL;
	for (size_t i = 0; i < o->use.n; i++)
		*vec_push(run->arena, &run->override.use) = text_option(run, o->use.items[i]);
	for (size_t i = 0; i < o->except.n; i++)
		*vec_push(run->arena, &run->override.except) = text_option(run, o->except.items[i]);
	if (directory.p)
		keep_options(run);
	return directory.p != NULL;
}

/* ---- sources ---- */

/* The options of one side. */
static struct side_options side_options(struct breakwater_run *run)
{
	const struct breakwater_list *roots = &run->options->roots;
	struct str *items = NEW_ARRAY(run->arena, roots->n, struct str);

	for (size_t i = 0; i < roots->n; i++)
		items[i] = text_option(run, roots->items[i]);
	return (struct side_options){
		.arena = run->arena,
		.override = &run->override,
		.root_options = items,
		.n_root_options = roots->n,
		.diags = &run->diags,
	};
}

/* For a protoc plugin, the new side is the entries of its request. */
static bool open_entries(struct breakwater_run *run)
{
	const struct breakwater_options *o = run->options;
	struct memory_file *files = NEW_ARRAY(run->arena, o->n_head_entries, struct memory_file);
	struct source_options sources = run->sources;

	for (size_t i = 0; i < o->n_head_entries; i++) {
		files[i].path = str_of(o->head_entries[i].import_path);
		files[i].bytes = (struct str){ o->head_entries[i].bytes, o->head_entries[i].size };
	}
	run->sides[NEW].source =
		source_memory_set(run->arena, S("the request"), files, o->n_head_entries);
	/* A repository says what a plugin compares with, so that must not be a server. */
	sources.registry = NULL;
	run->sides[OLD].source = source_open(&sources, text_option(run, o->base), &run->diags);
	return run->sides[OLD].source != NULL;
}

/* `base:` is in the configuration of the new side, so a check without operands opens the new side,
 * reads it and closes it again before it knows the base. */
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

/* Opens an input with a folder and repository of its own, unless the caller opened it. */
static bool open_apart(struct breakwater_run *run, int side, const char *input,
	const struct breakwater_side *options)
{
	static const struct breakwater_git no_git;
	struct source_options sources = run->sources;

	if (run->given)
		run->sides[side].source = side == OLD ? run->given->old : run->given->new;
	if (run->sides[side].source)
		return true;
	if (options->directory) {
		sources = source_options_of(
			run->arena, run->names, text_option(run, options->directory), &no_git);
		sources.registry = run->sources.registry;
	}
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

/* Only a registry is asked, and the base alone for what it says of it. Outside of a repository there
 * is none. */
static bool open_for_registry(struct breakwater_run *run, const struct input_request *request)
{
	struct base_note note;
	struct diags said;

	run->only_registry = true;
	diags_init(&said, run->arena);
	if (sources_open(&run->sources, request, &run->sides[OLD].source, &run->sides[NEW].source,
		    &note, &said)) {
		diags_adopt(&run->diags, &said);
		return true;
	}
	run->sides[NEW].source =
		source_open(&run->sources, (struct str){ 0 }, &run->diags);
	if (!run->sides[NEW].source)
		return false;
	if (run->sides[NEW].source->is_git) {
		diags_adopt(&run->diags, &said);
		return false;
	}
	run->sides[OLD].source = source_empty(run->arena, S("no base"));
	return true;
}

bool open_sources(struct breakwater_run *run)
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

	if (run->scope.generated)
		return open_entries(run);
	if (run->given || o->base_side.directory || o->head_side.directory)
		return open_apart(run, OLD, o->base, &o->base_side) &&
		       open_apart(run, NEW, o->head, &o->head_side);
	if (is_default && !read_default_base(run, &request))
		return false;
	if (o->registry && !o->base && !o->history && !o->since)
		return open_for_registry(run, &request);
	if (registry_input_is_all(request.base) && !registry_open_all(run, &request.base))
		return false;
	return sources_open(&run->sources, &request, &run->sides[OLD].source,
		&run->sides[NEW].source, &run->base, &run->diags);
}

/* The override of the run, or of the side if it has one. */
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

/* Only the layout of the old side counts. */
static void take_overrides(struct breakwater_run *run)
{
	run->overrides[NEW] = override_of(run, &run->options->head_side);
	run->overrides[OLD] = override_of(run, &run->options->base_side);
	run->overrides[OLD].layout_only = true;
}

struct side_options run_side_options(struct breakwater_run *run, int side)
{
	struct side_options options = side_options(run);

	options.override = &run->overrides[side];
	return options;
}

bool configure_sides(struct breakwater_run *run)
{
	struct side_options new, old;

	take_overrides(run);
	new = run_side_options(run, NEW);
	old = run_side_options(run, OLD);
	if (!side_configure(&new, &run->sides[NEW]))
		return false;
	run->settings = &run->sides[NEW].config;
	run->settings->old_top = run->sides[OLD].source->top;
	run->settings->new_top = run->sides[NEW].source->top;
	return side_configure(&old, &run->sides[OLD]);
}

bool find_roots(struct breakwater_run *run)
{
	struct side_options options = side_options(run);
	bool new_ok = side_find_roots(&options, &run->sides[NEW]);

	if (!side_find_roots(&options, &run->sides[OLD]) || !new_ok)
		return false;
	if (run->scope.generated)
		request_find_roots(run->arena, run->scope.generated, &run->sides[OLD], &run->diags);
	return run->diags.n_errors == 0;
}

/* A check that found no contract at all must not pass. */
bool judge_empty_sides(struct breakwater_run *run)
{
	if (run->sides[OLD].has_contract || run->sides[NEW].has_contract ||
		run->options->allow_empty)
		return true;
	diag_error(&run->diags, NOWHERE,
		"neither the old side ('" STR "') nor the new side ('" STR
		"') has a contract (a file that ends in '.proto')",
		ARG(run->sides[OLD].source->name), ARG(run->sides[NEW].source->name));
	if (run->sides[NEW].source->is_index)
		diag_help(&run->diags, "is one not committed yet? run 'git add' first");
	diag_help(&run->diags, "is this the right folder? '--allow-empty' makes this 0");
	return false;
}

/* A check that asks nothing says "ok" to everything. */
static void warn_of_no_rule(struct breakwater_run *run)
{
	const struct selection *selection = config_selection(run->arena, run->settings);
	size_t n;

	rules_all(&n);
	for (size_t i = 0; i < n; i++)
		if (selection->selected[i])
			return;
	diag_warning(&run->diags, (struct place){ .text = run->settings->text },
		"no rule is selected and there is no contract, so nothing can break");
}

/* The contracts of the new side's configuration, as the options choose them. */
bool choose_contracts(struct breakwater_run *run)
{
	const struct breakwater_options *o = run->options;
	struct contract_choice choice = {
		.level = text_option(run, o->compatibility),
		.has_use = o->use.n > 0,
	};

	if (run->no_contracts)
		return true;
	for (size_t i = 0; i < o->contracts.n; i++)
		*vec_push(run->arena, &choice.names) = text_option(run, o->contracts.items[i]);
	for (size_t i = 0; i < o->surfaces.n; i++)
		*vec_push(run->arena, &choice.surfaces) = text_option(run, o->surfaces.items[i]);
	if (!contracts_choose(run->arena, &run->sides[NEW].config.contracts, &choice, &run->chosen,
		    &run->diags))
		return false;
	if (run->scope.generated && run->chosen.list.n)
		diag_warning(&run->diags, NOWHERE,
			"CONTRACT_NO_WEAKEN, levels that end in _TRANSITIVE and comments are not "
			"checked: a request has some files of one revision");
	if (!run->chosen.list.n && !run->sides[NEW].config.promises.n && !run->is_part)
		warn_of_no_rule(run);
	return true;
}

/* On the default branch, in a pipeline that does not name a base, or if a hook names one commit as
 * both sides, HEAD is compared with itself. Say so, except for a commit on that branch. */
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

bool find_changes(struct breakwater_run *run)
{
	if (!source_changes(
		    run->sides[OLD].source, run->sides[NEW].source, &run->changes, &run->diags))
		return false;
	warn_of_nothing(run);
	return true;
}

/* ---- configurations below the top ---- */

/* Reads the configurations that govern a file of side `from`, on both sides. */
static bool discover(struct breakwater_run *run, int from, struct str path, struct diags *diags)
{
	bool ok = true;

	for (int side = OLD; side < SIDES; side++) {
		struct side_options options = run_side_options(run, side);

		options.diags = diags;
		ok &= side_discover(&options, &run->sides[side],
			path_move(run->arena, path, run->sides[from].source->top,
				run->sides[side].source->top));
	}
	return ok;
}

static void take_roots(struct breakwater_run *run)
{
	for (int side = OLD; side < SIDES; side++) {
		struct side_options options = run_side_options(run, side);

		side_take_roots(&options, &run->sides[side]);
	}
}

static bool is_nested(const struct breakwater_run *run)
{
	return run->sides[OLD].config.nested || run->sides[NEW].config.nested;
}

/* Reads the configurations above the changed files, so that no tree is walked for them; above all
 * files if the changes are unknown. */
bool discover_changed(struct breakwater_run *run)
{
	bool ok = true;

	for (int side = run->only_registry ? NEW : OLD; side < SIDES && !run->changes.complete;
		side++) {
		struct side_options options = run_side_options(run, side);

		ok &= side_discover_all(&options, &run->sides[side]);
	}
	for (uint32_t i = 0; i < run->changes.list.n && is_nested(run); i++) {
		const struct change *change = &run->changes.list.items[i];

		ok &= discover(run, change->new ? NEW : OLD, change->path, &run->diags);
	}
	take_roots(run);
	return ok;
}

void discover_compiled(struct breakwater_run *run)
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
	for (uint32_t i = 0; i < diags.n && !diags.unread; i++)
		diags.items[i].level = DIAG_WARNING;
	if (diags.n_errors && !diags.unread)
		diag_help(&diags, "everything below its folder has the default configuration");
	if (!diags.unread)
		diags.n_errors = 0;
	diags_adopt(&run->diags, &diags);
}

/* --path and --exclude-path. */
bool read_paths(struct breakwater_run *run)
{
	struct scope_request request = {
		.arena = run->arena,
		.diags = &run->diags,
		.paths = &run->options->paths,
		.excluded = &run->options->excluded_paths,
		.old = &run->sides[OLD],
		.new = &run->sides[NEW],
		/* An older version may have the path. */
		.allow_empty = run->options->allow_empty || history_is_asked(run),
	};

	side_warn_of_modules(&run->sides[OLD], &run->sides[NEW], run->arena, &run->diags);
	return scope_read(&request, &run->scope);
}
