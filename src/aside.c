#include "aside.h"

/* Why contracts outside of the report are needed; NULL: they are not. */
static const char *reason_to_look(const struct breakwater_run *run, const struct need *need)
{
	if (need->impact)
		return "--impact asks who uses what changed";
	if (need->contracts->list.n)
		return "contracts are checked";
	if (need->promises->n)
		return "'options' promises values of options";
	if (need->packages)
		return "a rule asks which packages there are";
	return run->history ? "--history asks for every version" : NULL;
}

static bool is_lost(const struct breakwater_run *run, int side, const struct source_entry *entry)
{
	return entry && source_lacks(run->sides[side].source, entry);
}

/* Takes the changes outside of the report that are missing, unless they are `kept`; how many. */
static uint32_t take_changes(struct breakwater_run *run, bool kept)
{
	uint32_t n = 0, lost = 0;

	for (uint32_t i = 0; i < run->changes.list.n; i++) {
		const struct change change = run->changes.list.items[i];

		if (!scope_covers(&run->scope, change.path) &&
			(is_lost(run, OLD, change.old) || is_lost(run, NEW, change.new))) {
			lost++;
			run->aside[OLD] |= change.old != NULL;
			run->aside[NEW] |= change.new != NULL;
			if (!kept)
				continue;
		}
		run->changes.list.items[n++] = change;
	}
	run->changes.list.n = n;
	return lost;
}

/* Counts the missing contracts that did not change, which matter only if an import of theirs may
 * mean another file now. */
static uint32_t count_unchanged(const struct breakwater_run *run, struct need *need)
{
	struct source *new = run->sides[NEW].source;
	const struct source_list *list;
	uint32_t lost = 0;

	if (!source_lacks(new, NULL) || !need_has_moved(need))
		return 0;
	list = source_files(new, need->diags);
	for (uint32_t i = 0; list && i < list->entries.n; i++)
		lost += !scope_covers(&run->scope, list->entries.items[i].path) &&
			source_lacks(new, &list->entries.items[i]);
	return lost;
}

void aside_take(struct breakwater_run *run, struct need *need)
{
	const char *reason = reason_to_look(run, need);
	uint32_t lost;

	if (run->is_part || scope_is_whole(&run->scope))
		return;
	lost = take_changes(run, reason != NULL);
	if (!lost)
		lost = count_unchanged(run, need);
	if (lost && reason)
		diag_warning(&run->diags, NOWHERE,
			"contracts outside of the report are needed, too: %s", reason);
	else if (lost)
		diag_warning(&run->diags, NOWHERE,
			"contracts outside of the report were not looked at: this partial clone "
			"lacks %u of them",
			lost);
	need->aside = run->set_aside = lost && !reason;
}

/* ---- what may have moved ---- */

struct judging {
	struct breakwater_run *run;
	int side;            /* whose elements are looked at */
	struct map reported; /* elements and files whose deletion findings report */
	const struct element *unknown;
};

static bool is_on_other_side(const struct judging *j, const struct element *element)
{
	const struct diff *diff = j->run->diff;
	bool new_side = j->side == OLD;

	switch (element->kind) {
	case ELEMENT_MESSAGE:
		return diff_find_message(diff, new_side, element->full_name);
	case ELEMENT_ENUM:
		return diff_find_enum(diff, new_side, element->full_name);
	case ELEMENT_SERVICE:
		return diff_find_service(diff, new_side, element->full_name);
	case ELEMENT_FIELD: /* of messages, only extensions move */
		return !((const struct field *)element)->extension ||
		       diff_find_extension_named(diff, new_side, element->full_name);
	default:
		return true;
	}
}

static void judge_element(void *context, struct element *element)
{
	struct judging *j = context;
	/* What a deleted declaration has in it is deleted with it; a new one that is in a message
	 * which both sides have is new. */
	bool is_inner = element->parent && element->parent->kind == ELEMENT_MESSAGE;
	bool is_extension = element->kind == ELEMENT_FIELD;

	if (j->unknown || (is_inner && !is_extension) || is_on_other_side(j, element) ||
		map_get(&j->reported, element, 0) || map_get(&j->reported, element->file, 0))
		return;
	j->unknown = element;
}

static void find_reported(struct judging *j)
{
	map_init(&j->reported, j->run->arena);
	for (uint32_t i = 0; i < j->run->findings.list.n && j->side == OLD; i++) {
		struct finding *finding = j->run->findings.list.items[i];
		const struct pair *pair = finding->pair;

		/* That it is deleted holds wherever it lives on. */
		if (pair && pair->kind <= PAIR_FILE_EXTENSION && !pair->new.element)
			*map_put(&j->reported, pair->old.element, 0) = finding;
	}
}

static void help_fetch(struct diags *diags)
{
	diag_help(diags, "fetch what is missing outside of the report, too: "
			 "git fetch --refetch --no-filter");
}

static void say_unknown(const struct judging *j)
{
	const struct element *element = j->unknown;

	diag_error(&j->run->diags, place_in(element->file->text, element->span),
		j->side == OLD
			? "'" STR
			  "' is not here any more, and may be in a contract that this partial "
			  "clone lacks"
			: "'" STR "' is new here, and may come from a contract that this partial "
			  "clone lacks",
		ARG(element->full_name));
	help_fetch(&j->run->diags);
}

/* A contract in the report is gone, which a missing one may import. */
static bool judge_file(const struct judging *j, const struct file *file)
{
	struct breakwater_run *run = j->run;

	if (j->side != OLD || diff_find_file(run->diff, true, file) ||
		map_get(&j->reported, file, 0))
		return true;
	diag_error(&run->diags, place_in(file->text, NO_SPAN),
		"this contract was deleted, and one that this partial clone lacks may import it");
	help_fetch(&run->diags);
	return false;
}

/* Looks for what one side alone has in the report, if the other's file may be set aside. */
static bool judge_side(struct breakwater_run *run, int side)
{
	const struct schema *schema = &run->schemas[side];
	struct judging judging = { .run = run, .side = side };
	bool ok = true;

	find_reported(&judging);
	for (uint32_t i = 0; i < schema->files.n && !judging.unknown && ok; i++) {
		struct file *file = schema->files.items[i].file;

		if (!schema->files.items[i].own || !scope_covers(&run->scope, file->text->path))
			continue;
		ok = judge_file(&judging, file);
		if (ok && run->aside[side == OLD ? NEW : OLD])
			file_walk(file, judge_element, &judging);
	}
	if (judging.unknown)
		say_unknown(&judging);
	return ok && !judging.unknown;
}

bool aside_judge(struct breakwater_run *run)
{
	return !run->set_aside || (judge_side(run, OLD) && judge_side(run, NEW));
}
