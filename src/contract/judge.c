/* Which findings are left in a run with contracts, and which contracts each hurts. */
#include "contract/private.h"

#include <inttypes.h>

/* Does a contract ask the rule? The plain rules are those of FILE: the other categories have
 * variants of them. */
static bool is_asked(const struct rule *rule)
{
	return rule->by_contract || rule_in(rule, CAT_FILE, RULES_V2);
}

void contracts_select(struct selection *selection)
{
	size_t n;
	const struct rule *const *all = rules_all(&n);

	for (size_t i = 0; i < n; i++)
		selection->selected[i] |= is_asked(all[i]);
}

/* ---- roots that are gone or renamed ---- */

struct root_pairs {
	struct root_pair *items;
	uint32_t n, cap;
};

/* The new side's root of an old one; NULL: it is gone. */
static const struct element *partner(
	const struct contracts *c, const struct checked *checked, const struct element *old)
{
	const struct element *new = map_get(&checked->renamed, old->full_name.p, 0);

	if (!new)
		new = declared_find(c, NEW_SIDE, old->full_name);
	return new &&new->kind == old->kind ? new : NULL;
}

/* The file of that printed path, else import path. */
static const struct file *file_like(const struct schema *schema, const struct file *file)
{
	for (uint32_t i = 0; i < schema->files.n; i++)
		if (str_eq(schema->files.items[i].file->text->path, file->text->path))
			return schema->files.items[i].file;
	return schema_find_file(schema, file->import_path);
}

/* May the root be gone? A broken file may still have it, and a plugin's request has some files
 * only. */
static bool is_knowable(const struct contracts *c, const struct element *old)
{
	const struct file *now = file_like(c->schemas[NEW_SIDE], old->file);

	return now ? !now->is_broken : !c->request.is_partial;
}

/* Says that another contract has the root. Many may, so the words name a few. */
static void say_contract(struct arena *arena, struct root_pair *pair, struct str name)
{
	enum { MOST_NAMED = 3 };

	if (!name.p)
		return;
	pair->n_of++;
	if (pair->n_of == 1)
		pair->of = str_printf(arena, "contract '" STR "'", ARG(name));
	else if (pair->n_of == 2)
		pair->of = str_printf(arena, "contracts" STR " and '" STR "'",
			ARG(str_from(pair->of, sizeof "contract" - 1)), ARG(name));
	else if (pair->n_of <= MOST_NAMED)
		pair->of = str_printf(arena, STR " and '" STR "'", ARG(pair->of), ARG(name));
	else if (pair->n_of == MOST_NAMED + 1)
		pair->of = str_printf(arena, STR " and others", ARG(pair->of));
}

/* Adds the contract's roots that need a finding; `seen` has those of other contracts, by index. */
static void add_root_pairs(
	struct contracts *c, struct checked *checked, struct root_pairs *pairs, struct map *seen)
{
	for (uint32_t i = 0; i < checked->roots[OLD_SIDE].n; i++) {
		const struct element *old = checked->roots[OLD_SIDE].items[i];
		const struct element *new = partner(c, checked, old);
		bool is_renamed = new &&new->full_name.p != old->full_name.p &&
				  !declared_find(c, NEW_SIDE, old->full_name);
		void **slot;

		if ((new && !is_renamed) || checked->contract->level == LEVEL_NONE ||
			(!new && !is_knowable(c, old)))
			continue;
		slot = map_put(seen, old, 0);
		if (!*slot) {
			*vec_push(c->arena, pairs) =
				(struct root_pair){ old, new, is_renamed, S(""), 0 };
			*slot = (void *)(uintptr_t)pairs->n;
		}
		say_contract(
			c->arena, &pairs->items[(uintptr_t)*slot - 1], checked->contract->name);
	}
}

const struct root_pair *contracts_lost_roots(struct contracts *c, uint32_t *n)
{
	struct root_pairs pairs = { 0 };
	struct map seen;

	map_init(&seen, c->arena);
	for (uint32_t i = 0; i < c->list.n; i++)
		if (!c->list.items[i]->renamed.n)
			add_root_pairs(c, c->list.items[i], &pairs, &seen);
	*n = pairs.n;
	return pairs.items;
}

/* ---- roots with a subject ---- */

struct framed_roots {
	struct framed_root *items;
	uint32_t n, cap;
};

/* The old side's message of a new root; NULL: there is none. */
static const struct message *partner_before(
	const struct contracts *c, const struct checked *checked, const struct element *new)
{
	const struct element *old = map_get(&checked->called, new->full_name.p, 0);

	if (!old)
		old = declared_find(c, OLD_SIDE, new->full_name);
	return old && old->kind == ELEMENT_MESSAGE && !old->file->is_broken
		       ? (const struct message *)old
		       : NULL;
}

/* Adds the contract's roots; `seen` has those of other contracts. */
static void add_framed(struct contracts *c, const struct checked *checked,
	struct framed_roots *framed, struct map *seen)
{
	for (uint32_t i = 0; i < checked->roots[NEW_SIDE].n; i++) {
		const struct element *new = checked->roots[NEW_SIDE].items[i];
		void **slot;

		if (!checked->contract->subjects.n || checked->contract->level == LEVEL_NONE ||
			new->kind != ELEMENT_MESSAGE || new->file->is_broken)
			continue;
		slot = map_put(seen, new, 0);
		if (!*slot) {
			*vec_push(c->arena, framed) = (struct framed_root){
				partner_before(c, checked, new), (const struct message *)new, false
			};
			*slot = (void *)(uintptr_t)framed->n;
		}
		framed->items[(uintptr_t)*slot - 1].is_pinned |= checked->contract->is_pinned;
	}
}

const struct framed_root *contracts_framed_roots(struct contracts *c, uint32_t *n)
{
	struct framed_roots framed = { 0 };
	struct map seen;

	map_init(&seen, c->arena);
	for (uint32_t i = 0; i < c->list.n; i++)
		if (!c->list.items[i]->renamed.n)
			add_framed(c, c->list.items[i], &framed, &seen);
	*n = framed.n;
	return framed.items;
}

/* ---- one contract and one finding ---- */

/* The findings of one diff, while they are judged. */
struct judging {
	struct contracts *contracts;
	struct breaks *breaks;
	struct map lost; /* elements with a finding CONTRACT_ROOT_NO_DELETE */
	struct findings *into;
	struct map kept; /* fingerprint → the finding in `into` */
};

static bool is_rule(const struct finding *finding, const char *id)
{
	return str_eq(str_of(finding->rule->id), str_of(id));
}

static bool is_root_finding(const struct finding *finding)
{
	return is_rule(finding, "CONTRACT_ROOT_NO_DELETE") ||
	       is_rule(finding, "CONTRACT_ROOT_SAME_NAME");
}

static bool is_frame_finding(const struct finding *finding)
{
	return is_rule(finding, "CONTRACT_SAME_MESSAGE_INDEX") ||
	       is_rule(finding, "CONTRACT_AMBIGUOUS_MESSAGE_INDEX");
}

/* Records of the contract have the root's index, whatever it promises of what is in them. Where
 * writers pin no id, its place is told as a warning. */
static bool frame_hurts(
	const struct checked *checked, const struct finding *finding, unsigned *broken)
{
	const struct contract *contract = checked->contract;

	if (!contract->subjects.n || contract->level == LEVEL_NONE ||
		!is_root(checked, NEW_SIDE, finding->pair->new.element))
		return false;
	*broken = contract->is_pinned ? contract_wants(contract) & finding->breaks : 0;
	return true;
}

static void find_lost(struct judging *j, const struct findings *findings)
{
	map_init(&j->lost, j->contracts->arena);
	for (uint32_t i = 0; i < findings->list.n; i++)
		if (is_rule(findings->list.items[i], "CONTRACT_ROOT_NO_DELETE"))
			*map_put(&j->lost, findings->list.items[i]->pair->old.element, 0) = j;
}

/* Another finding says the same of the element. */
static bool is_said(const struct judging *j, const struct finding *finding)
{
	return (is_rule(finding, "MESSAGE_NO_DELETE") || is_rule(finding, "SERVICE_NO_DELETE")) &&
	       map_get(&j->lost, finding->pair->old.element, 0);
}

/* Does the finding hurt the contract, to which it belongs? *broken: what it breaks of it. */
static bool hurts(
	struct judging *j, struct checked *checked, const struct finding *finding, unsigned *broken)
{
	unsigned wants = contract_wants(checked->contract);

	/* What is promised of an option concerns whom the element reaches, whatever the level. */
	*broken = 0;
	if (finding->promise)
		return checked->contract->level != LEVEL_NONE;
	if (!is_asked(finding->rule) || is_said(j, finding))
		return false;
	if (is_frame_finding(finding))
		return frame_hurts(checked, finding, broken);
	if (!is_root_finding(finding)) {
		*broken = wants & finding_breaks(checked, j->breaks, finding);
		return *broken != 0;
	}
	if (!is_root(checked, OLD_SIDE, finding->pair->old.element)) {
		/* For this contract it is a type among others. */
		*broken = wants & SOURCE_CODE;
		return *broken && is_rule(finding, "CONTRACT_ROOT_NO_DELETE");
	}
	*broken = wants & finding->breaks;
	return *broken || (is_rule(finding, "CONTRACT_ROOT_NO_DELETE") &&
				  checked->contract->level != LEVEL_NONE);
}

void finding_name_contract(
	struct arena *arena, struct finding *finding, const struct finding_contract *contract)
{
	struct finding_contracts *list = &finding->contracts;
	uint32_t at = list->n;

	vec_push(arena, list);
	for (; at > 0 && list->items[at - 1].order > contract->order; at--)
		list->items[at] = list->items[at - 1];
	list->items[at] = *contract;
}

static void name_contract(
	struct judging *j, struct finding *finding, const struct checked *checked, unsigned broken)
{
	const struct finding_contract hurt = { checked->contract, broken,
		checked->contract->order };

	finding_name_contract(j->contracts->arena, finding, &hurt);
}

static void keep(struct judging *j, struct finding *finding)
{
	void **slot = map_put(&j->kept, NULL, finding->fingerprint);

	*vec_push(j->contracts->arena, &j->into->list) = finding;
	if (!*slot)
		*slot = finding;
}

/* ---- the findings of the plain diff ---- */

static void judge_plain(struct judging *j, struct finding *finding)
{
	struct contracts *c = j->contracts;

	for (uint32_t i = 0; i < c->list.n; i++) {
		struct checked *checked = c->list.items[i];
		unsigned broken;

		if (!finding_belongs(checked, finding))
			continue;
		finding->is_reached = true;
		/* Where `was` renames something, its own diff decides. */
		if (!checked->renamed.n && hurts(j, checked, finding, &broken))
			name_contract(j, finding, checked, broken);
	}
	if (finding->contracts.n || (finding->is_reached && finding->promise) ||
		(!finding->is_reached && !c->request.only_chosen))
		keep(j, finding);
}

/* ---- the findings of a diff with renamed elements ---- */

static struct diff *renamed_diff(const struct contracts *c, const struct checked *checked)
{
	struct diff *diff =
		diff_new(c->arena, c->names, c->schemas[OLD_SIDE], c->schemas[NEW_SIDE]);

	for (uint32_t i = 0; i < checked->renamed.n; i++) {
		const struct map_entry *entry = &checked->renamed.entries[i];
		const struct element *new = entry->value;
		const struct element *old = map_get(&checked->called, new->full_name.p, 0);

		if (old)
			diff_rename(diff, old->full_name, new->full_name);
	}
	return diff;
}

/* Only what contracts ask, and what is promised of options. */
static struct selection *asked_selection(struct arena *arena, const struct selection *given)
{
	struct selection *selection = selection_new(arena);
	size_t n;
	const struct rule *const *all = rules_all(&n);

	contracts_select(selection);
	for (size_t i = 0; i < n; i++)
		selection->selected[i] |= all[i]->on_options && given->selected[i];
	memcpy(selection->severity, given->severity, n);
	memcpy(selection->is_severe, given->is_severe, n);
	return selection;
}

static void judge_renamed(
	struct judging *j, struct checked *checked, const struct check_options *given)
{
	struct contracts *c = j->contracts;
	struct check_options options = *given;
	struct diff *diff = renamed_diff(c, checked);
	struct findings findings = { 0 };
	struct root_pairs pairs = { 0 };
	struct framed_roots framed = { 0 };
	struct map seen;

	map_init(&seen, c->arena);
	add_root_pairs(c, checked, &pairs, &seen);
	map_init(&seen, c->arena);
	add_framed(c, checked, &framed, &seen);
	options.selection = asked_selection(c->arena, given->selection);
	options.roots = pairs.items;
	options.n_roots = pairs.n;
	options.framed = framed.items;
	options.n_framed = framed.n;
	rules_run(&options, diff, &findings);
	find_lost(j, &findings);
	j->breaks = breaks_new(c->arena, c->names, diff);
	for (uint32_t i = 0; i < findings.list.n; i++) {
		struct finding *finding = findings.list.items[i], *same;
		unsigned broken;

		if (!finding_belongs(checked, finding) || !hurts(j, checked, finding, &broken))
			continue;
		finding->is_reached = true;
		same = map_get(&j->kept, NULL, finding->fingerprint);
		if (!same)
			keep(j, finding);
		name_contract(j, same ? same : finding, checked, broken);
	}
}

/* What follows from a finding that is not left stands for itself. */
static void forget_causes(struct contracts *c, const struct findings *findings)
{
	struct map left;

	map_init(&left, c->arena);
	for (uint32_t i = 0; i < findings->list.n; i++)
		*map_put(&left, findings->list.items[i], 0) = c;
	for (uint32_t i = 0; i < findings->list.n; i++) {
		struct finding *finding = findings->list.items[i];

		if (finding->cause && !map_get(&left, finding->cause, 0))
			finding->cause = NULL;
	}
}

void contracts_judge(struct contracts *c, const struct contract_run *run)
{
	struct findings left = { 0 };
	struct judging j = {
		.contracts = c,
		.breaks = breaks_new(c->arena, c->names, run->diff),
		.into = &left,
	};

	map_init(&j.kept, c->arena);
	find_lost(&j, run->findings);
	for (uint32_t i = 0; i < run->findings->list.n; i++)
		judge_plain(&j, run->findings->list.items[i]);
	for (uint32_t i = 0; i < c->list.n; i++)
		if (c->list.items[i]->renamed.n)
			judge_renamed(&j, c->list.items[i], run->options);
	forget_causes(c, &left);
	*run->findings = left;
}

/* ---- what the configuration leaves out ---- */

/* What is ignored of one contract. */
struct ignored {
	const struct contract *contract;
	const char *key; /* the first that ignores one */
	uint32_t n;
};

/* By the order of the contracts. */
static void count_ignored(struct ignored *ignored, const struct finding *finding)
{
	for (uint32_t i = 0; i < finding->contracts.n; i++) {
		const struct finding_contract *hurt = &finding->contracts.items[i];
		struct ignored *one = &ignored[hurt->order];

		one->contract = hurt->contract;
		if (one->n++ == 0)
			one->key = finding->ignored_by;
	}
}

void contracts_warn_ignored(
	struct contracts *c, const struct findings *findings, struct diags *diags)
{
	struct ignored *ignored =
		NEW_ARRAY(c->arena, c->request.declared->list.n + 1, struct ignored);

	for (uint32_t i = 0; i < findings->list.n; i++)
		if (findings->list.items[i]->ignored_by)
			count_ignored(ignored, findings->list.items[i]);
	for (uint32_t i = 0; i <= c->request.declared->list.n; i++) {
		const struct ignored *one = &ignored[i];

		if (one->n && one->contract->name.p)
			diag_warning(diags, one->contract->place,
				"'%s' leaves out %" PRIu32 " finding%s that %s contract '" STR "'",
				one->key, one->n, one->n == 1 ? "" : "s",
				one->n == 1 ? "would hurt" : "hurt", ARG(one->contract->name));
	}
}
