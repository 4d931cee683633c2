#include "run_history.h"

#include "compare_versions.h"
#include "focus.h"

/* ---- which versions ---- */

bool history_is_asked(const struct breakwater_run *run)
{
	const struct breakwater_options *o = run->options;

	return o->history || o->since || run->settings->history.check;
}

/* A transitive contract is checked against BASE alone where there is no history. */
static bool refuse_sides(struct breakwater_run *run, bool only_contracts)
{
	if (only_contracts) {
		transitive_warn(run);
		return true;
	}
	diag_error(&run->diags, NOWHERE, "--history needs revisions of one repository");
	diag_help(&run->diags, "compare commits, the index or the working tree: "
			       "breakwater check --history v1.0.0 HEAD");
	return false;
}

static void note_selection(struct breakwater_run *run)
{
	const struct selection *selection = config_selection(run->arena, run->settings);
	size_t n;
	const struct rule *const *all = rules_all(&n);

	for (size_t i = 0; i < n; i++) {
		if (!selection->selected[i])
			continue;
		if (all[i]->by_history)
			run->history->reuse_rules = true;
		else if (!all[i]->by_contract && !all[i]->on_options)
			run->history->plain_rules = true;
	}
	if (run->chosen.list.n)
		run->history->plain_rules = true;
	if (run->history->only_contracts)
		run->history->reuse_rules = false;
}

static struct versions_request versions_request_of(
	struct breakwater_run *run, const struct content_id tips[SIDES])
{
	const struct breakwater_options *o = run->options;
	const struct history_config *config = &run->settings->history;
	struct source *new = run->sides[NEW].source, *old = run->sides[OLD].source;

	return (struct versions_request){
		.arena = run->arena,
		.diags = &run->diags,
		.repository = source_repository(old),
		.top = old->top,
		.versions = o->history && *o->history ? str_dup(run->arena, str_of(o->history))
						      : config->versions,
		.since = o->since ? str_dup(run->arena, str_of(o->since)) : config->since,
		.tips = tips,
		.n_tips = SIDES,
		.walk = &tips[OLD],
		.walk_name = new->has_commit &&new->side.n ? new->side : S("HEAD"),
		.base = &tips[OLD],
		.base_name = old->side,
	};
}

bool history_versions(
	struct breakwater_run *run, const struct content_id tips[SIDES], struct versions *versions)
{
	const struct versions_request request = versions_request_of(run, tips);

	return versions_read(&request, versions);
}

static bool read_versions(struct breakwater_run *run, const struct content_id tips[SIDES])
{
	struct history *history = run->history;
	const struct versions_request request = versions_request_of(run, tips);

	if (history->only_contracts ? !transitive_look(run, &request)
				    : !versions_read(&request, &history->versions))
		return false;
	for (uint32_t i = 0; i < history->versions.list.n; i++)
		if (history->versions.list.items[i].is_base)
			history->base = i;
	if (history->versions.list.n < 2)
		diag_warning(&run->diags, NOWHERE,
			"the history has no version but the base: '" STR "'",
			ARG(run->sides[OLD].source->name));
	return true;
}

bool find_history(struct breakwater_run *run)
{
	struct content_id tips[SIDES];
	bool only_contracts = !history_is_asked(run) && transitive_is_asked(run);

	if (!history_is_asked(run) && !only_contracts) {
		if (!run->options->all)
			return true;
		diag_error(&run->diags, NOWHERE, "--all needs --history");
		return false;
	}
	if (run->sides[OLD].source->is_empty)
		return true; /* before the first commit nothing was published */
	for (int side = OLD; side < SIDES; side++) {
		struct source *source = run->sides[side].source;
		uint32_t errors = run->diags.n_errors;

		if (!source_repository(source) || !source_commit(source, &tips[side], &run->diags))
			return run->diags.n_errors > errors ? false
							    : refuse_sides(run, only_contracts);
	}
	if (!source_same_repository(run->sides[OLD].source, run->sides[NEW].source))
		return refuse_sides(run, only_contracts);
	run->history = NEW(run->arena, struct history);
	map_init(&run->history->packages, run->arena);
	run->history->only_contracts = only_contracts;
	note_selection(run);
	if (read_versions(run, tips))
		return true;
	run->history = NULL;
	return false;
}

struct str history_name(const struct history *history, uint32_t version)
{
	return history->versions.list.items[version].name;
}

/* ---- the result ---- */

/* Is a file of the finding unknown in this version, so that nothing is concluded? */
static bool is_unknown_in(const struct history *history, uint32_t version, const struct finding *f)
{
	for (uint32_t i = 0; i < history->left_out.n; i++) {
		const struct left_out *entry = &history->left_out.items[i];

		if (entry->version == version &&
			((f->new_file && str_eq(f->new_file->text->path, entry->path)) ||
				(f->old_file && str_eq(f->old_file->text->path, entry->path))))
			return true;
	}
	return false;
}

static bool is_gap(
	const struct history *history, const struct group *group, uint32_t from, uint32_t to)
{
	for (uint32_t i = from + 1; i < to; i++)
		if (!is_unknown_in(history, i, group->finding))
			return true;
	return false;
}

/* Fills in the versions for which it holds. */
static void tell_versions(struct breakwater_run *run, const struct group *group)
{
	const struct history *history = run->history;
	struct finding_history *told = NEW(run->arena, struct finding_history);
	uint32_t n = group->holds.n, begin = n - 1;

	told->from = history_name(history, group->holds.items[n - 1]);
	told->to = history_name(history, group->holds.items[0]);
	told->count = n;
	told->newest = group->holds.items[0];
	for (uint32_t i = 0; i < n; i++)
		told->holds_base |= history->versions.list.items[group->holds.items[i]].state ==
				    history->versions.list.items[history->base].state;
	told->versions = history->versions.list.n;
	told->known = !group->is_new;
	told->stretches = NEW_ARRAY(run->arena, n, struct version_stretch);
	for (uint32_t i = n; i-- > 0;) {
		if (i > 0 &&
			!is_gap(history, group, group->holds.items[i], group->holds.items[i - 1]))
			continue;
		told->stretches[told->n_stretches++] = (struct version_stretch){
			history_name(history, group->holds.items[begin]),
			history_name(history, group->holds.items[i]),
		};
		begin = i - 1;
	}
	if (told->n_stretches < 2)
		told->n_stretches = 0;
	group->finding->history = told;
}

/* A cause is the one finding that stands for all versions. */
static void relink_causes(struct comparing *c)
{
	for (uint32_t i = 0; i < c->list.n; i++) {
		struct finding *finding = c->list.items[i]->finding;
		const struct group *cause =
			finding->cause ? map_get(&c->groups, NULL,
						 finding_place_key(c->run->arena, finding->cause))
				       : NULL;

		finding->cause = cause && cause->finding != finding ? cause->finding : NULL;
	}
}

/* A comment that accepts stands for all findings of one file, whichever comparison read it. */
static void share_file(struct breakwater_run *run, struct finding *finding)
{
	const struct file *file =
		finding->new_file ? history_new_file(run, finding->new_file->text->path) : NULL;

	if (file)
		finding->new_file = file;
}

const struct file *history_new_file(const struct breakwater_run *run, struct str path)
{
	const struct schema *schema = &run->schemas[NEW];

	for (uint32_t i = 0; i < schema->files.n; i++)
		if (!schema->files.items[i].file->is_builtin &&
			str_eq(schema->files.items[i].file->text->path, path))
			return schema->files.items[i].file;
	return NULL;
}

static bool hurts_transitive(const struct finding *finding)
{
	for (uint32_t i = 0; i < finding->contracts.n; i++)
		if (finding->contracts.items[i].contract->is_transitive)
			return true;
	return false;
}

static void list_groups(struct comparing *c)
{
	struct breakwater_run *run = c->run;

	run->findings.list.n = 0;
	for (uint32_t i = 0; i < c->list.n; i++) {
		if (!run->history->only_contracts || hurts_transitive(c->list.items[i]->finding))
			tell_versions(run, c->list.items[i]);
		share_file(run, c->list.items[i]->finding);
		*vec_push(run->arena, &run->findings.list) = c->list.items[i]->finding;
	}
	relink_causes(c);
}

/* One warning for each file and stretch of versions in which it does not compile. */
static void warn_of_left_out(struct breakwater_run *run)
{
	const struct history *history = run->history;

	for (uint32_t version = 0; version < history->versions.list.n; version++)
		for (uint32_t i = 0; i < history->left_out.n; i++) {
			const struct left_out *entry = &history->left_out.items[i];
			uint32_t last = version;

			if (entry->version != version ||
				(version && history_lacks(history, version - 1, entry->path)))
				continue;
			while (history_lacks(history, last + 1, entry->path))
				last++;
			diag_warning(&run->diags, NOWHERE,
				STR "%s" STR ": " STR ":" STR "; left out of %s",
				ARG(history_name(history, version)), last > version ? " to " : "",
				ARG(last > version ? history_name(history, last) : S("")),
				ARG(entry->path), ARG(entry->what),
				last > version ? "these versions" : "this version");
		}
}

bool history_lacks(const struct history *history, uint32_t version, struct str path)
{
	for (uint32_t i = 0; i < history->left_out.n; i++)
		if (history->left_out.items[i].version == version &&
			str_eq(history->left_out.items[i].path, path))
			return true;
	return false;
}

/* For --timings: what was read of the versions, and what of them was compared. */
static void count_work(struct comparing *c)
{
	const struct history *history = c->history;
	struct breakwater_phase *phase = timing_end(&c->run->timing, "compare");

	timing_count(phase, "versions", history->versions.list.n);
	timing_count(phase, "compared", history->comparisons);
	timing_count(phase, "files", history->compared.files_parsed);
	timing_count(phase, "bytes", history->compared.bytes_parsed);
}

/* Likewise. */
static void count_read(struct breakwater_run *run, const struct snapshots *snapshots)
{
	struct breakwater_phase *phase = timing_end(&run->timing, "versions");

	timing_count(phase, "versions", run->history->versions.list.n);
	timing_count(phase, "files compiled", snapshots->files_compiled);
	timing_count(phase, "bytes", snapshots->bytes_compiled);
	timing_count(phase, "files with other comments", snapshots->files_alike);
}

/* Reads the versions' models where these are needed. */
static bool read_steps(struct breakwater_run *run, struct comparing *c)
{
	enum { FEW = 3 }; /* versions, that are compared whole for less */
	struct history *history = run->history;
	struct report_scope scope = run->scope;
	bool narrow = versions_may_be_narrow(run);

	if (!history->reuse_rules && (!narrow || history->versions.list.n <= FEW))
		return true;
	history->steps = NEW(run->arena, struct version_steps);
	if (narrow && !focus_find(run, &history->versions, &scope))
		return false;
	history->is_focused = scope.folders != NULL;
	if (!version_steps_read(history->steps, run, &history->versions, &scope)) {
		snapshots_end(&history->steps->snapshots);
		return false;
	}
	snapshots_end(&history->steps->snapshots);
	count_read(run, &history->steps->snapshots);
	c->steps = narrow ? history->steps : NULL;
	return true;
}

bool compare_history(struct breakwater_run *run)
{
	struct comparing c = { .run = run, .history = run->history };

	if (!run->history)
		return true;
	if (!read_steps(run, &c) || !compare_versions(&c))
		return false;
	list_groups(&c);
	count_work(&c);
	if (run->history->reuse_rules && !find_reuses(run))
		return false;
	warn_of_left_out(run);
	timing_end(&run->timing, "reuse");
	return run->diags.n_errors == 0;
}

/* What is not new is neither shown nor fails, unless --all asks for it. */
bool drop_known(struct breakwater_run *run)
{
	struct findings *findings = &run->findings;
	uint32_t n = 0;

	if (!run->history || run->options->all)
		return true;
	for (uint32_t i = 0; i < findings->list.n; i++) {
		struct finding *finding = findings->list.items[i];

		if (finding->history && finding->history->known)
			run->history->known += !finding->accepted;
		else
			findings->list.items[n++] = finding;
	}
	findings->list.n = n;
	for (uint32_t i = 0; i < n; i++)
		if (findings->list.items[i]->cause && findings->list.items[i]->cause->history &&
			findings->list.items[i]->cause->history->known)
			findings->list.items[i]->cause = NULL;
	return true;
}

void history_free(struct history *history)
{
	for (uint32_t i = 0; i < history->parts.n; i++)
		part_free(history->parts.items[i]);
	for (uint32_t i = 0; i < history->sources.n; i++)
		source_close(history->sources.items[i]);
}
