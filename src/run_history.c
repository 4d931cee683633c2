#include "run_history.h"

#include "history/model.h"
#include "retire.h"

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

bool history_versions(struct breakwater_run *run, const struct content_id tips[SIDES],
	struct versions *versions)
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

/* ---- comparing ---- */

/* The versions for which a finding holds; in the order in which they are compared: newest first. */
struct group {
	struct finding *finding; /* of the newest */
	VEC(uint32_t) holds;     /* newest first */
	bool is_new;             /* it is not known in one of them */
};

/* A finding of one state, for versions that have the same. */
struct held {
	struct group *group;
	bool known; /* if the version is before BASE */
};
struct state_findings {
	VEC(struct held) list;
};

struct comparing {
	struct breakwater_run *run;
	struct history *history;
	struct map groups; /* hash of fingerprint and place → struct group * */
	VEC(struct group *) list;
	struct map states; /* (NULL, state) → struct state_findings * */
};

static uint64_t place_key(struct arena *scratch, const struct finding *finding)
{
	struct arena_mark mark = arena_mark(scratch);
	struct place place = finding->new_place.text ? finding->new_place : finding->old_place;
	uint64_t key = str_xxh64(str_printf(scratch, "%llx %d %u %s " STR,
		(unsigned long long)finding->fingerprint, finding->new_place.text != NULL,
		finding->new_place.text ? place.span.begin : 0, finding->rule->id,
		ARG(place.text ? place.text->path : S(""))));

	arena_rewind(scratch, mark);
	return key;
}

/* The name that a changed field has now: under another one it is another element. */
static struct str new_name(const struct finding *finding)
{
	const struct pair *pair = finding->pair;

	if (!pair || pair->kind != PAIR_FIELD || !pair->new.field || !pair->old.field ||
		strcmp(finding->rule->id, "FIELD_SAME_NAME") == 0)
		return S("");
	return pair->new.field->e.name;
}

/* What was lost, whatever it became. */
static uint64_t fault_key(struct arena *scratch, const struct finding *finding)
{
	struct arena_mark mark = arena_mark(scratch);
	uint64_t key = str_xxh64(
		str_printf(scratch, "%s\n" STR "\n" STR "\n%d %d\n%d" STR, finding->rule->id,
			ARG(finding->element), ARG(new_name(finding)), finding->has_number,
			finding->number, finding->before.p != NULL, ARG(finding->before)));

	arena_rewind(scratch, mark);
	return key;
}

static void left_out(void *context, bool old, struct str path, struct str what)
{
	struct breakwater_run *run = context;
	struct left_out *entry;

	if (!old)
		return;
	for (uint32_t i = run->history->left_out.n; i-- > 0;) {
		entry = &run->history->left_out.items[i];
		if (entry->version == run->history->taking && str_eq(entry->path, path))
			return;
	}
	entry = vec_push(run->arena, &run->history->left_out);
	*entry = (struct left_out){ run->history->taking, str_dup(run->arena, path),
		str_dup(run->arena, what) };
}

static struct part_request request_of(
	struct breakwater_run *run, const struct side *old, const struct side *new)
{
	return (struct part_request){
		.arena = run->arena,
		.names = run->names,
		.diags = &run->diags,
		.options = run->options,
		.sources = &run->sources,
		.override = &run->override,
		.settings = run->settings,
		.scope = &run->scope,
		.packages = &run->history->packages,
		.old = old,
		.new = new,
		.contracts = run->history->looking ? &run->history->looking[run->history->taking]
						   : &run->chosen,
		.only_contracts = run->history->only_contracts,
		.left_out = left_out,
		.context = run,
	};
}

/* Names in `into` the contracts that only the other finding of the group hurts. */
static void share_contracts(
	struct breakwater_run *run, struct finding *into, const struct finding *from)
{
	for (uint32_t i = 0; i < from->contracts.n; i++) {
		struct finding_contract *theirs = &from->contracts.items[i];
		uint32_t k = 0;

		while (k < into->contracts.n && into->contracts.items[k].contract != theirs->contract)
			k++;
		if (k < into->contracts.n)
			into->contracts.items[k].breaks |= theirs->breaks;
		else
			finding_name_contract(run->arena, into, theirs);
	}
}

/* Adds the version to the group of a finding, which it may begin. */
static bool take_finding(struct comparing *c, struct state_findings *state, struct finding *finding,
	bool known, uint32_t version)
{
	void **slot = map_put(&c->groups, NULL, place_key(c->run->arena, finding));
	struct group *group = *slot;
	bool begins = !group;

	if (begins) {
		group = NEW(c->run->arena, struct group);
		group->finding = finding;
		*slot = group;
		*vec_push(c->run->arena, &c->list) = group;
	} else if (group->holds.n && group->holds.items[group->holds.n - 1] == version) {
		return false;
	} else {
		share_contracts(c->run, group->finding, finding);
	}
	*vec_push(c->run->arena, &group->holds) = version;
	*vec_push(c->run->arena, &state->list) = (struct held){ group, known };
	group->is_new |= !known || !c->history->versions.list.items[version].before_base;
	return begins;
}

/* The faults of the version against BASE: fault_key → what they break, + 1. */
static bool find_faults(
	struct comparing *c, const struct side *old, struct map *faults, struct arena *arena)
{
	struct part_request request = request_of(c->run, old, &c->run->sides[OLD]);
	struct breakwater_run *part;

	map_init(faults, arena);
	part = part_check(&request);
	if (!part)
		return false;
	for (uint32_t i = 0; i < part->findings.list.n; i++) {
		const struct finding *finding = part->findings.list.items[i];
		void **slot = map_put(faults, NULL, fault_key(part->arena, finding));

		/* Of several with one fault any may be it: the bits of each are kept apart. */
		*slot = (void *)((uintptr_t)*slot | (uintptr_t)1 << finding->breaks);
	}
	part_free(part);
	return true;
}

static bool is_known(const struct map *faults, const struct finding *finding, struct arena *arena)
{
	uintptr_t seen = (uintptr_t)map_get(faults, NULL, fault_key(arena, finding));

	for (unsigned breaks = 0; breaks < 32; breaks++)
		if ((seen >> breaks & 1) && (finding->breaks & ~breaks) == 0)
			return true;
	return false;
}

/* The findings of BASE itself are those of the plain check. */
static void take_base(struct comparing *c, struct state_findings *state, uint32_t version,
	struct finding *const *findings, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		take_finding(c, state, findings[i], false, version);
}

static bool compare_version(
	struct comparing *c, struct state_findings *state, uint32_t version, const struct side *old)
{
	struct breakwater_run *run = c->run, *part;
	struct part_request request = request_of(run, old, &run->sides[NEW]);
	struct arena *scratch = arena_like(run->arena);
	struct map faults;
	bool begins = false, ok = true;

	part = part_check(&request);
	ok = part != NULL;
	map_init(&faults, scratch);
	if (ok && part->findings.list.n && c->history->versions.list.items[version].before_base)
		ok = find_faults(c, old, &faults, scratch);
	for (uint32_t i = 0; ok && i < part->findings.list.n; i++) {
		struct finding *finding = part->findings.list.items[i];

		if (retirement_judge_again(run, finding))
			begins |= take_finding(c, state, finding,
				is_known(&faults, finding, scratch), version);
	}
	arena_free(scratch);
	if (part && begins) {
		for (uint32_t i = 0; i < part->unmarked.n; i++)
			*map_put(&run->unmarked, part->unmarked.entries[i].key, 0) = run;
		*vec_push(run->arena, &c->history->parts) = part;
	} else if (part) {
		part_free(part);
	}
	return ok;
}

static bool open_version(struct comparing *c, uint32_t version, struct side *side, bool *is_empty)
{
	struct breakwater_run *run = c->run;
	struct side_options options = run_side_options(run, OLD);
	struct source *source = version_open(&c->history->versions,
		&c->history->versions.list.items[version], is_empty, &run->diags);

	if (!source)
		return *is_empty;
	*vec_push(run->arena, &c->history->sources) = source;
	source->hashing = run->sides[NEW].source->hashing;
	return snapshot_side(&options, source, side);
}

/* The findings of a state that was compared already hold for this version, too. */
static void take_again(struct comparing *c, const struct state_findings *state, uint32_t version)
{
	for (uint32_t i = 0; i < state->list.n; i++) {
		const struct held *held = &state->list.items[i];

		*vec_push(c->run->arena, &held->group->holds) = version;
		held->group->is_new |=
			!held->known || !c->history->versions.list.items[version].before_base;
	}
}

/* Versions of one state are compared once for the contracts that look at them. */
static const void *looking_key(const struct contract_list *looking)
{
	return looking ? looking->list.items : NULL;
}

static bool take_version(
	struct comparing *c, uint32_t version, struct finding *const *findings, uint32_t n_findings)
{
	const struct version *list = c->history->versions.list.items;
	const struct contract_list *looking =
		c->history->looking ? &c->history->looking[version] : NULL;
	void **slot = map_put(&c->states, looking_key(looking), list[version].state);
	struct state_findings *state = *slot;
	struct side side;
	bool is_empty;

	c->history->taking = version;
	if (state) {
		take_again(c, state, version);
		return true;
	}
	*slot = state = NEW(c->run->arena, struct state_findings);
	if (list[version].state == list[c->history->base].state) {
		take_base(c, state, version, findings, n_findings);
		return true;
	}
	if (!c->history->plain_rules || (looking && !looking->list.n))
		return true;
	if (!open_version(c, version, &side, &is_empty))
		return false;
	return is_empty || compare_version(c, state, version, &side);
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
						 place_key(c->run->arena, finding->cause))
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

bool compare_history(struct breakwater_run *run)
{
	struct comparing c = { .run = run, .history = run->history };
	struct finding **findings;
	uint32_t n = run->findings.list.n;
	bool ok = true;

	if (!run->history)
		return true;
	findings = NEW_ARRAY(run->arena, n, struct finding *);
	for (uint32_t i = 0; i < n; i++)
		findings[i] = run->findings.list.items[i];
	map_init(&c.groups, run->arena);
	map_init(&c.states, run->arena);
	for (uint32_t i = run->history->versions.list.n; ok && i-- > 0;)
		ok = take_version(&c, i, findings, n);
	if (!ok)
		return false;
	list_groups(&c);
	if (run->history->reuse_rules && !find_reuses(run))
		return false;
	warn_of_left_out(run);
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
