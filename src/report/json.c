#include "report/hurt.h"
#include "report/proof.h"
#include "report/value.h"

static void old_place_set(
	json_t *object, const struct finding *finding, struct arena *arena, bool *ok)
{
	struct point begin, end;

	if (!finding->old_place.text)
		return;
	place_points(finding->old_place, arena, &begin, &end);
	value_set(object, "old_path", value_str(finding->old_place.text->path, arena), ok);
	if (finding->old_place.text->is_whole)
		return;
	value_set(object, "old_start_line", json_integer(begin.line), ok);
	value_set(object, "old_start_column", json_integer(begin.column), ok);
}

static void new_place_set(
	json_t *object, const struct finding *finding, struct arena *arena, bool *ok)
{
	struct point begin, end;

	place_points(finding->new_place, arena, &begin, &end);
	if (finding->new_place.text)
		value_set(object, "path", value_str(finding->new_place.text->path, arena), ok);
	value_set(object, "start_line", json_integer(begin.line), ok);
	value_set(object, "start_column", json_integer(begin.column), ok);
	value_set(object, "end_line", json_integer(end.line), ok);
	value_set(object, "end_column", json_integer(end.column), ok);
}

static json_t *way_value(
	const struct finding *finding, const struct reached *reached, struct arena *arena, bool *ok)
{
	json_t *array = json_array();

	for (const struct reached_step *step = reached->path; step; step = step->next)
		value_add(array, value_str(step->name, arena), ok);
	if (finding->reached_field.p)
		value_add(array, value_str(finding->reached_field, arena), ok);
	return array;
}

static json_t *reached_value(const struct finding *finding, struct arena *arena, bool *ok)
{
	static const char *const kinds[] = { "message", "request", "response" };
	json_t *array = json_array();

	for (uint32_t i = 0; i < finding->reached_by->n; i++) {
		const struct reached *reached = &finding->reached_by->items[i];
		json_t *object = json_object(), *contracts = json_array();

		for (uint32_t k = 0; k < reached->contracts.n; k++)
			value_add(contracts, value_str(reached->contracts.items[k], arena), ok);
		value_set(object, "root", value_str(reached->root->full_name, arena), ok);
		value_set(object, "kind", json_string(kinds[reached->kind]), ok);
		value_set(object, "path", way_value(finding, reached, arena, ok), ok);
		value_set(object, "contracts", contracts, ok);
		value_add(array, object, ok);
	}
	return array;
}

/* The versions of a history for which it holds, and of what is spent, who had it. */
static void history_set(
	json_t *object, const struct finding *finding, struct arena *arena, bool *ok)
{
	const struct finding_history *history = finding->history;
	json_t *stretches;

	value_set(object, "from", value_str(history->from, arena), ok);
	value_set(object, "to", value_str(history->to, arena), ok);
	value_set(object, "count", json_integer(history->count), ok);
	value_set(object, "known", json_boolean(history->known), ok);
	if (!history->n_stretches)
		return;
	stretches = json_array();
	for (uint32_t i = 0; i < history->n_stretches; i++) {
		json_t *pair = json_array();

		value_add(pair, value_str(history->stretches[i].from, arena), ok);
		value_add(pair, value_str(history->stretches[i].to, arena), ok);
		value_add(stretches, pair, ok);
	}
	value_set(object, "stretches", stretches, ok);
}

static void spent_set(
	json_t *object, const struct finding *finding, struct arena *arena, bool *ok)
{
	const struct spent_owner *was = finding->history->was;
	json_t *owner = json_object(), *gone = json_object();

	value_set(owner, "name", value_str(was->name, arena), ok);
	if (was->type.p)
		value_set(owner, "type", value_str(was->type, arena), ok);
	value_set(owner, "number", json_integer(was->number), ok);
	value_set(owner, "from", value_str(finding->history->from, arena), ok);
	value_set(owner, "to", value_str(finding->history->to, arena), ok);
	if (was->path.p) {
		value_set(owner, "path", value_str(was->path, arena), ok);
		value_set(owner, "line", json_integer(was->line), ok);
	}
	if (was->via.p)
		value_set(owner, "via", value_str(was->via, arena), ok);
	value_set(gone, "version", value_str(was->gone_version, arena), ok);
	value_set(gone, "commit", value_str(was->gone_commit, arena), ok);
	value_set(gone, "date", value_str(was->gone_date, arena), ok);
	value_set(gone, "subject", value_str(was->gone_subject, arena), ok);
	value_set(object, "was", owner, ok);
	value_set(object, "gone", gone, ok);
	value_set(object, "lives", json_integer(was->lives), ok);
}

/* Of the subjects for which a finding holds, one after the other. */
static void registry_set(
	json_t *object, const struct finding *finding, struct arena *arena, bool *ok)
{
	json_t *subjects = json_array();
	const char *said = NULL;

	for (uint32_t i = 0; i < finding->registry->holds.n; i++) {
		const struct registry_hold *hold = finding->registry->holds.items[i];
		json_t *subject = json_object(), *against = json_array();

		if (!hold->n_versions)
			continue;
		for (uint32_t k = 0; k < hold->n_versions; k++)
			value_add(against, json_integer(hold->versions[k]), ok);
		value_set(subject, "subject", value_str(hold->subject, arena), ok);
		if (hold->level.p)
			value_set(subject, "level", value_str(hold->level, arena), ok);
		if (hold->to_newest)
			value_set(subject, "since", json_integer(hold->versions[0]), ok);
		value_set(subject, "against", against, ok);
		if (hold->would)
			value_set(subject, "would", json_string(hold->would), ok);
		if (hold->said && (!said || strcmp(hold->said, "yes") == 0))
			said = hold->said;
		value_add(subjects, subject, ok);
	}
	value_set(object, "subjects", subjects, ok);
	if (said)
		value_set(object, "registry", json_string(said), ok);
}

static json_t *retirement_value(
	const struct finding_retirement *retirement, struct arena *arena, bool *ok)
{
	json_t *object = json_object();

	if (retirement->since.p)
		value_set(object, "since", value_str(retirement->since, arena), ok);
	value_set(object, "had", json_integer(retirement->had), ok);
	value_set(object, "asked", json_integer(retirement->asked), ok);
	value_set(object, "unit", json_string(retirement->unit), ok);
	return object;
}

static json_t *blame_value(const struct finding_blame *blame, struct arena *arena, bool *ok)
{
	json_t *object = json_object(), *unsure;

	if (blame->note != BLAME_COMMIT) {
		value_set(object, "note",
			json_string(blame->note == BLAME_UNCOMMITTED ? "uncommitted" : "base-ahead"),
			ok);
		return object;
	}
	value_set(object, "commit", value_str(blame->commit, arena), ok);
	value_set(object, "short", value_str(str_head(blame->commit, 10), arena), ok);
	value_set(object, "author", value_str(blame->author, arena), ok);
	value_set(object, "date", value_str(blame->date, arena), ok);
	value_set(object, "subject", value_str(blame->subject, arena), ok);
	if (blame->merge.p)
		value_set(object, "merge", value_str(blame->merge, arena), ok);
	if (!blame->n_unsure)
		return object;
	unsure = json_array();
	for (uint32_t i = 0; i < blame->n_unsure; i++)
		value_add(unsure, value_str(blame->unsure[i], arena), ok);
	value_set(object, "unsure", unsure, ok);
	return object;
}

static bool finding_write(
	struct out *out, const struct finding *finding, const struct report *report)
{
	struct arena *arena = report->arena;
	json_t *object = json_object(), *proof;
	bool ok = object;

	new_place_set(object, finding, arena, &ok);
	value_set(object, "type", value_str(str_of(finding->rule->id), arena), &ok);
	value_set(object, "message", value_str(finding->message, arena), &ok);
	value_set(object, "element", value_str(finding->element, arena), &ok);
	if (finding->has_number)
		value_set(object, "number", json_integer(finding->number), &ok);
	old_place_set(object, finding, arena, &ok);
	if (finding->before.p)
		value_set(object, "before", value_str(finding->before, arena), &ok);
	if (finding->after.p)
		value_set(object, "after", value_str(finding->after, arena), &ok);
	if (finding->option.p)
		value_set(object, "option", value_str(finding->option, arena), &ok);
	value_set(object, "breaks", breaks_value(finding->breaks, arena, &ok), &ok);
	proof = proofs_value(finding, arena, &ok);
	if (proof)
		value_set(object, "proof", proof, &ok);
	if (finding->reached_by)
		value_set(object, "reached_by", reached_value(finding, arena, &ok), &ok);
	value_set(object, "severity",
		json_string(finding->severity == SEVERITY_ERROR ? "error" : "warning"), &ok);
	if (report->contracts)
		value_set(object, "contracts", contracts_value(finding, arena, &ok), &ok);
	if (finding->history)
		history_set(object, finding, arena, &ok);
	if (finding->registry)
		registry_set(object, finding, arena, &ok);
	if (report->unknown)
		value_set(object, "incomplete", json_true(), &ok);
	if (finding->retirement)
		value_set(object, "retirement",
			retirement_value(finding->retirement, arena, &ok), &ok);
	if (finding->blame)
		value_set(object, "blame", blame_value(finding->blame, arena, &ok), &ok);
	if (finding->history && finding->history->was)
		spent_set(object, finding, arena, &ok);
	if (finding->cause)
		value_set(object, "cause", value_fingerprint(finding->cause->fingerprint), &ok);
	if (finding->help.p)
		value_set(object, "help", value_str(finding->help, arena), &ok);
	value_set(object, "fingerprint", value_fingerprint(finding->fingerprint), &ok);
	if (finding->accepted)
		value_set(object, "accepted", value_str(finding->accepted_reason, arena), &ok);
	return value_write(out, object, JSON_COMPACT, ok);
}

static bool json_write(struct out *out, const struct report *report)
{
	for (uint32_t i = 0; i < report->findings->list.n; i++) {
		const struct finding *finding = report->findings->list.items[i];

		if (finding_shown(report, finding) && !finding_write(out, finding, report))
			return false;
	}
	return true;
}

const struct reporter json_reporter = {
	.name = "json",
	.summary = "one JSON object for each finding, for programs",
	.write = json_write,
	.shows_proofs = true,
	.shows_unknown = true,
};
