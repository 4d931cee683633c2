#include "compare_versions.h"

#include "retire.h"

/* A finding of one state, for versions that have the same. */
struct held {
	struct group *group;
	const char *path, *new_path; /* interned; of its file in that version, of that on the new
					side; NULL: none */
	uint64_t fault;
	unsigned breaks;
	bool deep;   /* it depends on what the types of a field hold, maybe in other files */
	bool judged; /* `known` is known; else the version is not before BASE */
	bool known;
};
struct state_findings {
	uint32_t version; /* that was compared */
	VEC(struct held) list;
};

/* ---- which finding it is ---- */

uint64_t finding_place_key(struct arena *scratch, const struct finding *finding)
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

/* ---- one comparison ---- */

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
	struct part_request request = part_request_of(run, old, new);

	request.packages = &run->history->packages;
	if (run->history->looking)
		request.contracts = &run->history->looking[run->history->taking];
	request.only_contracts = run->history->only_contracts;
	request.left_out = left_out;
	request.context = run;
	return request;
}

bool versions_may_be_narrow(struct breakwater_run *run)
{
	struct part_request request = request_of(run, &run->sides[OLD], &run->sides[NEW]);

	return run->history->plain_rules && !run->history->looking && scope_is_whole(&run->scope) &&
	       part_may_be_narrow(&request);
}

static struct breakwater_run *check_part(struct comparing *c, const struct part_request *request)
{
	struct breakwater_run *part = part_check(request);
	struct compile_stats *stats = &c->history->compared;

	if (!part)
		return NULL;
	c->history->comparisons++;
	stats->files_parsed += part->compiled.files_parsed;
	stats->bytes_parsed += part->compiled.bytes_parsed;
	return part;
}

/* Files that did not compile in the newer version, and did not change, do not in the older one. */
static void leave_out_again(
	struct comparing *c, uint32_t from, uint32_t to, const struct map *touched)
{
	struct history *history = c->history;
	uint32_t n = history->left_out.n;

	for (uint32_t i = 0; i < n; i++) {
		struct left_out entry = history->left_out.items[i];

		if (entry.version != from ||
			(touched && map_get(touched, intern(c->run->names, entry.path).p, 0)))
			continue;
		entry.version = to;
		*vec_push(c->run->arena, &history->left_out) = entry;
	}
}

/* Names in `into` the contracts that only the other finding of the group hurts. */
static void share_contracts(
	struct breakwater_run *run, struct finding *into, const struct finding *from)
{
	for (uint32_t i = 0; i < from->contracts.n; i++) {
		struct finding_contract *theirs = &from->contracts.items[i];
		uint32_t k = 0;

		while (k < into->contracts.n &&
			into->contracts.items[k].contract != theirs->contract)
			k++;
		if (k < into->contracts.n)
			into->contracts.items[k].breaks |= theirs->breaks;
		else
			finding_name_contract(run->arena, into, theirs);
	}
}

/* ---- findings that are held ---- */

static const struct element *old_element(const struct pair *pair)
{
	if (!pair)
		return NULL;
	if (pair->old.element)
		return pair->old.element;
	return pair->parent ? pair->parent->old.element : NULL;
}

static const char *path_of(struct comparing *c, const struct file *file)
{
	return file && file->text ? intern(c->run->names, file->text->path).p : NULL;
}

static bool is_deep(const struct pair *pair)
{
	const struct field *old, *new;
	struct str was, is;

	if (!pair || (pair->kind != PAIR_FIELD && pair->kind != PAIR_METHOD))
		return false;
	if (pair->kind == PAIR_METHOD)
		return pair->new.method != NULL;
	old = pair->old.field;
	new = pair->new.field;
	was = old ? field_type_name(old) : S("");
	is = new ? field_type_name(new) : S("");
	return old && new && (was.n || is.n) && !str_eq(was, is);
}

static struct held held_of(struct comparing *c, struct group *group, const struct finding *finding)
{
	const struct element *old = old_element(finding->pair);
	const struct file *file = old ? old->file : finding->old_file;
	struct held held = { .group = group,
		.fault = fault_key(c->run->arena, finding),
		.breaks = finding->breaks,
		.deep = is_deep(finding->pair) };

	held.new_path = path_of(c, finding->new_file);
	held.path = file ? path_of(c, file) : held.new_path;
	return held;
}

/* Adds the version to the group of a finding, which it may begin. NULL: it is there already. */
static struct held *take_finding(struct comparing *c, struct state_findings *state,
	struct finding *finding, uint32_t version)
{
	void **slot = map_put(&c->groups, NULL, finding_place_key(c->run->arena, finding));
	struct group *group = *slot;
	struct held *held;

	if (!group) {
		group = NEW(c->run->arena, struct group);
		group->finding = finding;
		*slot = group;
		*vec_push(c->run->arena, &c->list) = group;
	} else if (group->holds.n && group->holds.items[group->holds.n - 1] == version) {
		return NULL;
	} else {
		share_contracts(c->run, group->finding, finding);
	}
	*vec_push(c->run->arena, &group->holds) = version;
	held = vec_push(c->run->arena, &state->list);
	*held = held_of(c, group, finding);
	return held;
}

/* Says of the version's findings, which hold for it now, whether they are new. */
static void judge_groups(struct comparing *c, const struct state_findings *state, uint32_t version)
{
	bool before = c->history->versions.list.items[version].before_base;

	for (uint32_t i = 0; i < state->list.n; i++)
		state->list.items[i].group->is_new |= !before || !state->list.items[i].known;
}

/* The findings of BASE itself are those of the plain check; none is known. */
static void take_base(struct comparing *c, struct state_findings *state, uint32_t version)
{
	const struct findings *findings = &c->run->findings;

	for (uint32_t i = 0; i < findings->list.n; i++) {
		struct held *held = take_finding(c, state, findings->list.items[i], version);

		if (held)
			held->judged = true;
	}
	judge_groups(c, state, version);
}

/* The findings of a state that was compared already hold for this version, too. */
static void take_again(struct comparing *c, struct state_findings *state, uint32_t version)
{
	for (uint32_t i = 0; i < state->list.n; i++)
		*vec_push(c->run->arena, &state->list.items[i].group->holds) = version;
	leave_out_again(c, state->version, version, NULL);
}

/* ---- what is known ---- */

/* Files of a version that are compared. */
struct chosen_files {
	struct map touched;     /* path.p: what the newer version found in these does not hold */
	struct model_files old; /* as the version has them */
	struct paths_to_compile only;
	bool whole; /* everything is compared */
};

static const struct side *side_at(struct comparing *c, int side)
{
	return &c->run->sides[side];
}

/* The faults of the version against BASE: fault_key → the bits of what each breaks. */
static bool find_faults(struct comparing *c, const struct side *old,
	const struct paths_to_compile *only, struct map *faults)
{
	struct part_request request = request_of(c->run, old, side_at(c, OLD));
	struct breakwater_run *part;

	request.only = only;
	part = check_part(c, &request);
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

static bool is_known(const struct map *faults, const struct held *held)
{
	uintptr_t seen = (uintptr_t)map_get(faults, NULL, held->fault);

	for (unsigned breaks = 0; breaks < 32; breaks++)
		if ((seen >> breaks & 1) && (held->breaks & ~breaks) == 0)
			return true;
	return false;
}

static bool may_be_new(struct comparing *c, const struct held *held)
{
	return !c->steps || !held->path || version_steps_changed(c->steps, str_of(held->path)) ||
	       (held->new_path && version_steps_changed(c->steps, str_of(held->new_path)));
}

/* The files of the findings of which that is open. */
static bool choose_open(
	struct comparing *c, struct state_findings *state, struct chosen_files *chosen)
{
	struct path_list paths = { 0 };
	struct map seen;
	bool any = false;

	map_init(&seen, c->run->arena);
	for (uint32_t i = 0; i < state->list.n; i++) {
		struct held *held = &state->list.items[i];
		const struct model_file *file;

		if (held->judged)
			continue;
		/* What the change cannot have touched broke before it, if it broke. */
		held->judged = held->known = !may_be_new(c, held);
		if (held->judged)
			continue;
		any = true;
		file = c->steps && held->path ? map_get(&c->steps->models, held->path, 0) : NULL;
		if (!file)
			chosen->whole = true;
		else if (!map_get(&seen, held->path, 0))
			*vec_push(c->run->arena, &chosen->old.list) = file;
		if (file)
			*map_put(&seen, held->path, 0) = c;
	}
	if (any && !chosen->whole)
		version_steps_narrow_to_base(c->steps, &chosen->old, &paths);
	chosen->only.paths = paths.list.items;
	chosen->only.n = paths.list.n;
	return any;
}

static bool judge_known(
	struct comparing *c, struct state_findings *state, uint32_t version, const struct side *old)
{
	struct chosen_files chosen = { 0 };
	struct map faults;

	if (!c->history->versions.list.items[version].before_base ||
		!choose_open(c, state, &chosen))
		return true;
	if (c->steps) {
		const struct version_step *step = &c->steps->items[version],
					  *base = &c->steps->items[c->history->base];

		chosen.only.hints[OLD] = step->hints;
		chosen.only.n_hints[OLD] = step->n_hints;
		chosen.only.hints[NEW] = base->hints;
		chosen.only.n_hints[NEW] = base->n_hints;
	}
	map_init(&faults, c->run->arena);
	if (!find_faults(c, old, chosen.whole ? NULL : &chosen.only, &faults))
		return false;
	for (uint32_t i = 0; i < state->list.n; i++) {
		struct held *held = &state->list.items[i];

		if (!held->judged)
			held->known = is_known(&faults, held);
		held->judged = true;
	}
	return true;
}

/* ---- one version ---- */

/* What was found in files that the step to the newer version does not touch. */
static void carry(struct comparing *c, const struct state_findings *from,
	struct state_findings *state, const struct chosen_files *chosen)
{
	for (uint32_t i = 0; i < from->list.n; i++) {
		const struct held *held = &from->list.items[i];

		if (!held->path || map_get(&chosen->touched, held->path, 0))
			continue;
		*vec_push(c->run->arena, &held->group->holds) = state->version;
		*vec_push(c->run->arena, &state->list) = *held;
	}
}

static enum narrow_for purpose_of(const struct comparing *c)
{
	return c->run->options->all ? NARROW_FOR_MESSAGES : NARROW_FOR_FINDINGS;
}

static void choose_file(struct comparing *c, struct chosen_files *chosen, const char *path)
{
	void **slot = map_put(&chosen->touched, path, 0);
	const struct model_file *file = map_get(&c->steps->models, path, 0);

	if (!*slot && file)
		*vec_push(c->run->arena, &chosen->old.list) = file;
	*slot = c;
}

/* The files that the step from this version to the newer one touches. */
static void choose_touched(struct comparing *c, uint32_t version, struct chosen_files *chosen)
{
	const struct version_step *step = &c->steps->items[version + 1];
	const struct state_findings *newer = c->by_version[version + 1];
	struct path_list paths = { 0 };

	map_init(&chosen->touched, c->run->arena);
	for (uint32_t i = 0; i < step->touched.list.n; i++)
		choose_file(c, chosen, step->touched.list.items[i].p);
	for (uint32_t i = 0; step->touched.list.n && i < newer->list.n; i++)
		if (newer->list.items[i].deep && newer->list.items[i].path)
			choose_file(c, chosen, newer->list.items[i].path);
	if (chosen->old.list.n)
		version_steps_narrow(c->steps, &chosen->old, purpose_of(c), &paths);
	chosen->only = (struct paths_to_compile){ .paths = paths.list.items,
		.n = paths.list.n,
		.hints = { c->steps->items[version].hints, c->steps->items[c->steps->n].hints },
		.n_hints = {
			c->steps->items[version].n_hints, c->steps->items[c->steps->n].n_hints } };
}

/* A copy that outlives the comparison, without its elements. */
static struct finding *copy_finding(struct breakwater_run *run, const struct finding *finding)
{
	struct finding *copy = NEW(run->arena, struct finding);

	*copy = *finding;
	copy->message = str_dup(run->arena, finding->message);
	copy->element = str_dup(run->arena, finding->element);
	copy->before = finding->before.p ? str_dup(run->arena, finding->before) : finding->before;
	copy->after = finding->after.p ? str_dup(run->arena, finding->after) : finding->after;
	copy->moved_to = copy->help = (struct str){ 0 };
	copy->new_place = copy->old_place = copy->now_place = (struct place){ 0 };
	copy->new_file = copy->old_file = NULL;
	copy->pair = NULL;
	copy->diff = NULL;
	copy->cause = NULL;
	return copy;
}

/* May a comment of the new side accept the finding? */
static bool may_be_marked(const struct breakwater_run *part, const struct finding *finding)
{
	return finding->new_file && finding->new_place.text &&
	       !map_get(&part->unmarked, finding->new_file->text, 0);
}

/* The files for the comparison that is made again for what is to be shown. */
static struct paths_to_compile *files_again(struct comparing *c, const struct chosen_files *chosen)
{
	struct paths_to_compile *again = NEW(c->run->arena, struct paths_to_compile);
	struct path_list paths = { 0 };

	version_steps_narrow(c->steps, &chosen->old, NARROW_FOR_MESSAGES, &paths);
	*again = chosen->only;
	again->paths = paths.list.items;
	again->n = paths.list.n;
	return again;
}

/* What is not shown needs no elements. True: some is, so that the comparison has to be kept. */
static bool keeps_part(struct comparing *c, const struct breakwater_run *part, uint32_t from,
	const struct chosen_files *chosen)
{
	struct paths_to_compile *again = NULL;
	bool keeps = false;

	for (uint32_t i = from; i < c->list.n; i++) {
		struct group *group = c->list.items[i];

		if (!c->steps || chosen->whole || c->run->options->all) {
			keeps = true;
			continue;
		}
		keeps |= may_be_marked(part, group->finding);
		if (!again)
			again = files_again(c, chosen);
		if (!may_be_marked(part, group->finding))
			group->finding = copy_finding(c->run, group->finding);
		group->again = again;
	}
	return keeps;
}

/* The side's source stays open with it. */
static void keep_part(struct comparing *c, struct breakwater_run *part, struct source *source)
{
	*vec_push(c->run->arena, &c->history->sources) = source;
	for (uint32_t i = 0; i < part->unmarked.n; i++)
		*map_put(&c->run->unmarked, part->unmarked.entries[i].key, 0) = c->run;
	*vec_push(c->run->arena, &c->history->parts) = part;
}

/* Are findings of the file those of this comparison? Else they were carried, or nobody asks. */
static bool is_compared(
	const struct comparing *c, const struct chosen_files *chosen, const char *path)
{
	return map_get(&chosen->touched, path, 0) &&
	       (!c->history->is_focused || map_get(&c->steps->models, path, 0));
}

static bool compare_version(struct comparing *c, struct state_findings *state,
	const struct chosen_files *chosen, const struct side *old)
{
	struct breakwater_run *run = c->run, *part;
	struct part_request request = request_of(run, old, side_at(c, NEW));
	uint32_t version = state->version, from = c->list.n;

	request.only = chosen->whole ? NULL : &chosen->only;
	part = check_part(c, &request);
	if (!part) {
		/* Places of errors are in it. */
		*vec_push(run->arena, &c->history->sources) = old->source;
		return false;
	}
	for (uint32_t i = 0; i < part->findings.list.n; i++) {
		struct finding *finding = part->findings.list.items[i];
		struct held held = held_of(c, NULL, finding);

		if (!chosen->whole && held.path && !is_compared(c, chosen, held.path))
			continue;
		if (retirement_judge_again(run, finding))
			take_finding(c, state, finding, version);
	}
	if (!judge_known(c, state, version, old)) {
		part_free(part);
		*vec_push(run->arena, &c->history->sources) = old->source;
		return false;
	}
	judge_groups(c, state, version);
	if (keeps_part(c, part, from, chosen)) {
		keep_part(c, part, old->source);
		return true;
	}
	part_free(part);
	source_close(old->source);
	return true;
}

static bool open_version(struct comparing *c, uint32_t version, struct side *side, bool *is_empty)
{
	struct breakwater_run *run = c->run;
	struct side_options options = run_side_options(run, OLD);
	struct source *source;

	if (!version_source(
		    run, &c->history->versions, &c->history->versions.list.items[version], &source))
		return false;
	*is_empty = !source;
	if (!source || snapshot_side(&options, source, side))
		return true;
	*vec_push(run->arena, &c->history->sources) = source;
	return false;
}

static bool take_whole(struct comparing *c, struct state_findings *state)
{
	struct chosen_files chosen = { .whole = true };
	struct side side;
	bool is_empty;

	return open_version(c, state->version, &side, &is_empty) &&
	       (is_empty || compare_version(c, state, &chosen, &side));
}

/* Only what differs from the newer version is compared. */
static bool take_step(struct comparing *c, struct state_findings *state)
{
	struct chosen_files chosen = { 0 };
	struct side side;
	bool is_empty, any = false;
	const struct state_findings *newer = c->by_version[state->version + 1];

	choose_touched(c, state->version, &chosen);
	carry(c, newer, state, &chosen);
	leave_out_again(c, state->version + 1, state->version, &chosen.touched);
	for (uint32_t i = 0; i < state->list.n; i++)
		any |= !state->list.items[i].judged;
	if (!chosen.old.list.n && !any) {
		judge_groups(c, state, state->version);
		return true;
	}
	return open_version(c, state->version, &side, &is_empty) &&
	       (is_empty || compare_version(c, state, &chosen, &side));
}

/* Versions of one state are compared once for the contracts that look at them. */
static const void *looking_key(const struct contract_list *looking)
{
	return looking ? looking->list.items : NULL;
}

static bool take_version(struct comparing *c, uint32_t version)
{
	const struct version *list = c->history->versions.list.items;
	const struct contract_list *looking =
		c->history->looking ? &c->history->looking[version] : NULL;
	void **slot = map_put(&c->states, looking_key(looking), list[version].state);
	struct state_findings *state = *slot;

	c->history->taking = version;
	if (c->steps) {
		version_steps_back(c->steps, version);
		if (version == c->history->base)
			version_steps_at_base(c->steps);
	}
	if (state) {
		c->by_version[version] = state;
		take_again(c, state, version);
		judge_groups(c, state, version);
		return true;
	}
	*slot = c->by_version[version] = state = NEW(c->run->arena, struct state_findings);
	state->version = version;
	if (list[version].state == list[c->history->base].state) {
		take_base(c, state, version);
		return true;
	}
	if (!c->history->plain_rules || (looking && !looking->list.n))
		return true;
	return c->steps && !c->steps->items[version + 1].touched_all ? take_step(c, state)
								     : take_whole(c, state);
}

/* ---- all versions ---- */

/* Makes the comparison again that a finding is of, since it is shown. */
static bool revive(struct comparing *c, struct group *group)
{
	const struct paths_to_compile *again = group->again; /* the group's own is reset, too */
	struct breakwater_run *part;
	struct part_request request;
	struct side side;
	bool is_empty;
	uint64_t key;

	c->history->taking = group->holds.items[0];
	if (!open_version(c, group->holds.items[0], &side, &is_empty) || is_empty)
		return false;
	request = request_of(c->run, &side, side_at(c, NEW));
	request.only = again;
	part = check_part(c, &request);
	if (!part) {
		*vec_push(c->run->arena, &c->history->sources) = side.source;
		return false;
	}
	keep_part(c, part, side.source);
	for (uint32_t i = 0; i < part->findings.list.n; i++) {
		struct finding *finding = part->findings.list.items[i];
		void *other;

		retirement_judge_again(c->run, finding);
		key = finding_place_key(c->run->arena, finding);
		other = map_get(&c->groups, NULL, key);
		if (other && ((struct group *)other)->again == again) {
			((struct group *)other)->finding = finding;
			((struct group *)other)->again = NULL;
		}
	}
	return true;
}

bool compare_versions(struct comparing *c)
{
	uint32_t n = c->history->versions.list.n;
	struct map revived;

	map_init(&c->groups, c->run->arena);
	map_init(&c->states, c->run->arena);
	c->by_version = NEW_ARRAY(c->run->arena, n + 1, struct state_findings *);
	c->by_version[n] = NEW(c->run->arena, struct state_findings);
	for (uint32_t i = n; i-- > 0;)
		if (!take_version(c, i))
			return false;
	map_init(&revived, c->run->arena);
	for (uint32_t i = 0; i < c->list.n; i++) {
		struct group *group = c->list.items[i];
		void **slot;

		if (!group->is_new || !group->again)
			continue;
		/* One comparison tells all its findings. */
		slot = map_put(&revived, group->again, group->holds.items[0]);
		if (!*slot && !revive(c, group))
			return false;
		*slot = c;
	}
	return true;
}
