#include "report/block.h"
#include "report/value.h"
#include "base/map.h"

static const char *severity_of(const struct finding *finding)
{
	if (finding->accepted)
		return "info";
	if (finding->severity == SEVERITY_WARNING)
		return "minor";
	return finding->breaks & (WIRE_BACKWARD | WIRE_FORWARD) ? "critical" : "major";
}

static json_t *location_value(const struct finding *finding, struct arena *arena, bool *ok)
{
	struct shown_place spot = shown_place_of(finding, arena);
	json_t *location = json_object(), *lines = json_object();

	value_set(lines, "begin", json_integer(spot.begin.line), ok);
	value_set(lines, "end", json_integer(spot.end.line), ok);
	value_set(location, "path", value_str(spot.path, arena), ok);
	value_set(location, "lines", lines, ok);
	return location;
}

static struct str description(const struct finding *finding, struct arena *arena)
{
	if (finding->help.n)
		return str_printf(
			arena, STR " (" STR ")", ARG(finding->message), ARG(finding->help));
	return finding->message;
}

/* GitLab shows only one of several findings with equal fingerprints, so the later ones get a
 * number. */
static json_t *fingerprint_value(const struct finding *finding, struct map *seen)
{
	size_t *times = (size_t *)map_put(seen, NULL, finding->fingerprint);

	if (++*times == 1)
		return value_fingerprint(finding->fingerprint);
	return json_sprintf("%016llx-%zu", (unsigned long long)finding->fingerprint, *times);
}

static bool gitlab_write(struct out *out, const struct report *report)
{
	struct findings findings = findings_by_path(report, false);
	json_t *issues = json_array();
	bool ok = issues;
	struct map seen;

	map_init(&seen, report->arena);
	for (uint32_t i = 0; i < findings.list.n; i++) {
		const struct finding *finding = findings.list.items[i];
		json_t *issue = json_object();

		value_set(issue, "description",
			value_str(description(finding, report->arena), report->arena), &ok);
		value_set(issue, "check_name", json_string(finding->rule->id), &ok);
		value_set(issue, "fingerprint", fingerprint_value(finding, &seen), &ok);
		value_set(issue, "severity", json_string(severity_of(finding)), &ok);
		value_set(issue, "location", location_value(finding, report->arena, &ok), &ok);
		value_add(issues, issue, &ok);
	}
	return value_write(out, issues, JSON_INDENT(2), ok);
}

const struct reporter gitlab_reporter = {
	.name = "gitlab",
	.summary = "Code Quality report for merge requests on GitLab",
	.write = gitlab_write,
};
