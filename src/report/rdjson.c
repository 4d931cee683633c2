#include "report/block.h"
#include "report/value.h"

static json_t *position_value(struct point point, bool *ok)
{
	json_t *position = json_object();

	value_set(position, "line", json_integer(point.line), ok);
	value_set(position, "column", json_integer(point.column), ok);
	return position;
}

/* reviewdog counts columns as we do: from 1, in bytes of UTF-8, end exclusive. */
static json_t *location_value(struct str path, struct place place, struct arena *arena, bool *ok)
{
	json_t *location = json_object(), *range;
	struct point begin, end;

	value_set(location, "path", value_str(path, arena), ok);
	if (!place.text || span_is_none(place.span))
		return location;
	range = json_object();
	place_points(place, arena, &begin, &end);
	value_set(range, "start", position_value(begin, ok), ok);
	value_set(range, "end", position_value(end, ok), ok);
	value_set(location, "range", range, ok);
	return location;
}

static json_t *related_value(const struct report *report, const struct finding *finding, bool *ok)
{
	json_t *list = json_array(), *related = json_object();

	value_set(related, "message", value_str(was_text(report, finding), report->arena), ok);
	value_set(related, "location",
		location_value(
			finding->old_place.text->path, finding->old_place, report->arena, ok),
		ok);
	value_add(list, related, ok);
	return list;
}

static json_t *diagnostic_value(
	const struct report *report, const struct finding *finding, bool *ok)
{
	json_t *diagnostic = json_object(), *code = json_object();
	struct arena *arena = report->arena;
	struct place place = finding->new_place.text ? finding->new_place : finding->old_place;
	struct str message = finding->message;
	const char *severity = finding->severity == SEVERITY_ERROR ? "ERROR" : "WARNING";

	if (finding->help.n)
		message = str_printf(arena, STR "\n" STR, ARG(message), ARG(finding->help));
	value_set(code, "value", json_string(finding->rule->id), ok);
	value_set(diagnostic, "message", value_str(message, arena), ok);
	value_set(diagnostic, "location", location_value(finding_path(finding), place, arena, ok),
		ok);
	value_set(diagnostic, "severity", json_string(finding->accepted ? "INFO" : severity), ok);
	value_set(diagnostic, "code", code, ok);
	if (was_text(report, finding).p)
		value_set(diagnostic, "relatedLocations", related_value(report, finding, ok), ok);
	return diagnostic;
}

static bool rdjson_write(struct out *out, const struct report *report)
{
	struct findings findings = findings_by_path(report, false);
	json_t *root = json_object(), *source = json_object(), *list = json_array();
	bool ok = root && list;

	value_set(source, "name", json_string("breakwater"), &ok);
	value_set(root, "source", source, &ok);
	for (uint32_t i = 0; i < findings.list.n; i++)
		value_add(list, diagnostic_value(report, findings.list.items[i], &ok), &ok);
	value_set(root, "diagnostics", list, &ok);
	return value_write(out, root, JSON_INDENT(2), ok);
}

const struct reporter rdjson_reporter = {
	.name = "rdjson",
	.summary = "reviewdog's diagnostic format",
	.write = rdjson_write,
};
