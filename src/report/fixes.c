/* What `breakwater fix` says of each finding, and its patch. */
#include "report/escape.h"
#include "report/report.h"
#include "report/value.h"

void fixes_write_text(struct out *out, const struct fix_result *result, struct arena *arena)
{
	for (uint32_t i = 0; i < result->list.n; i++) {
		const struct fix_outcome *outcome = &result->list.items[i];

		out_printf(out, "%s: " STR " %s ", outcome->fixed ? "fixed" : "left",
			ARG(fingerprint_text(outcome->finding, FINGERPRINT_DIGITS, arena)),
			outcome->finding->rule->id);
		out_plain(out, outcome->finding->element);
		out_str(out, S(": "));
		out_plain(out, outcome->how);
		out_char(out, '\n');
	}
	out_str(out, result->patch);
}

static bool write_outcome(struct out *out, const struct fix_outcome *outcome, struct arena *arena)
{
	const struct finding *finding = outcome->finding;
	json_t *object = json_object();
	bool ok = object;

	value_set(object, "fingerprint", value_fingerprint(finding->fingerprint), &ok);
	value_set(object, "type", value_str(str_of(finding->rule->id), arena), &ok);
	value_set(object, "element", value_str(finding->element, arena), &ok);
	value_set(object, "fixed", json_boolean(outcome->fixed), &ok);
	value_set(object, "how", value_str(outcome->how, arena), &ok);
	return value_write(out, object, JSON_COMPACT, ok);
}

bool fixes_write_json(struct out *out, const struct fix_result *result, struct arena *arena)
{
	json_t *last;
	bool ok;

	for (uint32_t i = 0; i < result->list.n; i++)
		if (!write_outcome(out, &result->list.items[i], arena))
			return false;
	if (!result->list.n)
		return true;
	last = json_object();
	ok = last;
	value_set(last, "patch", value_str(result->patch, arena), &ok);
	return value_write(out, last, JSON_COMPACT, ok);
}
