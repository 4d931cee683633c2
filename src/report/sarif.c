#include "report/escape.h"
#include "report/hurt.h"
#include "report/proof.h"
#include "report/value.h"
#include "base/map.h"

static json_t *text_value(struct str text, struct arena *arena, bool *ok)
{
	json_t *message = json_object();

	value_set(message, "text", value_str(text, arena), ok);
	return message;
}

/* Number of characters before certain offsets of long lines, so that many findings in one line do
 * not each count from its start. */
struct columns {
	struct arena *arena;
	struct map lines; /* (struct text, line): struct line_marks */
};

enum { STRIDE = 1024, MOST_BYTES = 4 /* of a character */ };

struct line_marks {
	/* Item k: the first character at or after k × STRIDE. */
	VEC(struct line_mark {
		size_t offset;
		uint32_t n; /* characters before it */
	})
	list;
};

static const struct line_marks *marks_of(
	struct columns *columns, const struct text *text, uint32_t number, struct str line)
{
	void **slot = map_put(&columns->lines, text, number);
	struct line_marks *marks = *slot;
	struct line_mark mark = { 0, 0 };

	if (marks)
		return marks;
	*slot = marks = NEW(columns->arena, struct line_marks);
	for (size_t next = 0; next <= line.n; next += STRIDE) {
		if (mark.offset < next) {
			struct str rest = str_from(line, mark.offset);
			size_t n = glyph_end(rest, next - mark.offset);

			mark.n += glyphs_before(rest, n);
			mark.offset += n;
		}
		*vec_push(columns->arena, &marks->list) = mark;
	}
	return marks;
}

/* The column in code points, as columnKind declares; ours are in bytes. */
static uint32_t column_of(struct columns *columns, struct text *text, struct point point)
{
	struct str line = text_line(text, columns->arena, point.line);
	struct line_mark mark = { 0, 0 };
	size_t offset;

	if (!line.p || point.column == 0)
		return point.column;
	offset = point.column - 1 < line.n ? point.column - 1 : line.n;
	if (offset > STRIDE + MOST_BYTES)
		mark = marks_of(columns, text, point.line, line)
			       ->list.items[(offset - MOST_BYTES) / STRIDE];
	return mark.n + glyphs_before(str_from(line, mark.offset), offset - mark.offset) + 1;
}

static json_t *region_value(struct columns *columns, struct place place, bool *ok)
{
	json_t *region = json_object();
	struct point begin, end;

	place_points(place, columns->arena, &begin, &end);
	value_set(region, "startLine", json_integer(begin.line), ok);
	if (span_is_none(place.span))
		return region;
	value_set(region, "startColumn", json_integer(column_of(columns, place.text, begin)), ok);
	value_set(region, "endLine", json_integer(end.line), ok);
	value_set(region, "endColumn", json_integer(column_of(columns, place.text, end)), ok);
	return region;
}

static json_t *physical_value(struct columns *columns, struct place place, bool *ok)
{
	struct arena *arena = columns->arena;
	json_t *physical = json_object(), *artifact = json_object();
	struct out *uri = out_memory(arena);

	out_uri(uri, place.text->path);
	value_set(artifact, "uri", value_str(out_text(uri), arena), ok);
	value_set(artifact, "uriBaseId", json_string("%SRCROOT%"), ok);
	value_set(physical, "artifactLocation", artifact, ok);
	value_set(physical, "region", region_value(columns, place, ok), ok);
	return physical;
}

static json_t *locations_value(struct columns *columns, const struct finding *finding, bool *ok)
{
	struct arena *arena = columns->arena;
	json_t *list = json_array(), *location, *logical, *logicals;
	struct place place = finding->new_place.text ? finding->new_place : finding->old_place;

	if (!place.text)
		return list;
	location = json_object();
	logical = json_object();
	logicals = json_array();
	if (!place.text->is_whole)
		value_set(location, "physicalLocation", physical_value(columns, place, ok), ok);
	value_set(logical, "fullyQualifiedName", value_str(finding->element, arena), ok);
	value_add(logicals, logical, ok);
	value_set(location, "logicalLocations", logicals, ok);
	value_add(list, location, ok);
	return list;
}

static json_t *related_value(const struct report *report, struct columns *columns,
	const struct finding *finding, bool *ok)
{
	json_t *list = json_array(), *location = json_object();

	value_set(location, "id", json_integer(1), ok);
	value_set(
		location, "message", text_value(was_text(report, finding), report->arena, ok), ok);
	if (!finding->old_place.text->is_whole)
		value_set(location, "physicalLocation",
			physical_value(columns, finding->old_place, ok), ok);
	value_add(list, location, ok);
	return list;
}

static json_t *suppressions_value(const struct finding *finding, struct arena *arena, bool *ok)
{
	json_t *list = json_array(), *suppression = json_object();

	value_set(suppression, "kind", json_string("external"), ok);
	value_set(suppression, "status", json_string("accepted"), ok);
	if (finding->accepted_reason.n)
		value_set(suppression, "justification", value_str(finding->accepted_reason, arena),
			ok);
	value_add(list, suppression, ok);
	return list;
}

static struct str message_of(const struct finding *finding, struct arena *arena)
{
	struct out *out = out_memory(arena);

	out_str(out, finding->message);
	if (finding->breaks) {
		out_str(out, S("\nBreaks: "));
		breaks_write(out, finding->breaks);
	}
	if (finding->help.n) {
		out_str(out, S("\nHelp: "));
		out_str(out, finding->help);
	}
	return out_text(out);
}

static const char *level_of(const struct finding *finding)
{
	return finding->severity == SEVERITY_ERROR ? "error" : "warning";
}

static json_t *result_value(const struct report *report, struct columns *columns,
	const struct finding *finding, size_t rule_index, bool *ok)
{
	json_t *result = json_object(), *prints = json_object(), *properties = json_object();
	struct arena *arena = report->arena;
	json_t *proof;

	value_set(result, "ruleId", json_string(finding->rule->id), ok);
	value_set(result, "ruleIndex", json_integer((json_int_t)rule_index), ok);
	value_set(result, "level", json_string(level_of(finding)), ok);
	value_set(result, "message", text_value(message_of(finding, arena), arena, ok), ok);
	value_set(result, "locations", locations_value(columns, finding, ok), ok);
	if (was_text(report, finding).p)
		value_set(result, "relatedLocations", related_value(report, columns, finding, ok),
			ok);
	value_set(prints, "breakwater/v1", value_fingerprint(finding->fingerprint), ok);
	value_set(result, "partialFingerprints", prints, ok);
	if (finding->accepted)
		value_set(result, "suppressions", suppressions_value(finding, arena, ok), ok);
	value_set(properties, "breaks", breaks_value(finding->breaks, arena, ok), ok);
	if (report->contracts)
		value_set(properties, "contracts", contracts_value(finding, arena, ok), ok);
	proof = proofs_value(finding, arena, ok);
	if (proof)
		value_set(properties, "proof", proof, ok);
	value_set(result, "properties", properties, ok);
	return result;
}

static void part_write(struct out *out, const char *title, const char *text, bool markdown)
{
	if (!text || !*text)
		return;
	if (out_text(out).n)
		out_str(out, S("\n\n"));
	out_printf(out, markdown ? "**%s.** %s" : "%s: %s", title, text);
}

static void example_write(struct out *out, const char *title, const char *code, bool markdown)
{
	if (code && *code)
		out_printf(out, markdown ? "\n\n%s:\n\n```proto\n%s\n```" : "\n\n%s:\n%s", title,
			code);
}

static json_t *rule_help(const struct rule *rule, struct arena *arena, bool *ok)
{
	json_t *help = json_object();

	for (int markdown = 0; markdown < 2; markdown++) {
		struct out *out = out_memory(arena);

		part_write(out, "What is compared", rule->compares, markdown);
		part_write(out, "Who is hurt", rule->hurts, markdown);
		example_write(out, "Before", rule->before, markdown);
		example_write(out, "After", rule->after, markdown);
		part_write(out, "How to change it safely", rule->safely, markdown);
		value_set(
			help, markdown ? "markdown" : "text", value_str(out_text(out), arena), ok);
	}
	return help;
}

static json_t *rule_value(const struct rule *rule, struct arena *arena, bool *ok)
{
	json_t *object = json_object(), *properties = json_object(), *tags = json_array();
	const char *full = rule->hurts && *rule->hurts ? rule->hurts : rule->purpose;

	for (unsigned category = CAT_FILE; category <= CAT_LAST; category <<= 1)
		if (rule->categories & category)
			value_add(
				tags, value_str(category_name((enum category)category), arena), ok);
	value_set(object, "id", json_string(rule->id), ok);
	value_set(object, "shortDescription", text_value(str_of(rule->purpose), arena, ok), ok);
	value_set(object, "fullDescription", text_value(str_of(full), arena, ok), ok);
	value_set(object, "help", rule_help(rule, arena, ok), ok);
	value_set(properties, "tags", tags, ok);
	value_set(object, "properties", properties, ok);
	return object;
}

static json_t *tool_value(const struct report *report, json_t *rules, bool *ok)
{
	json_t *tool = json_object(), *driver = json_object();

	value_set(driver, "name", json_string("breakwater"), ok);
	value_set(driver, "version", value_str(report->version, report->arena), ok);
	value_set(driver, "rules", rules, ok);
	value_set(tool, "driver", driver, ok);
	return tool;
}

/* What could not be known makes the run a failed one. */
static json_t *invocations_value(bool *ok)
{
	json_t *invocations = json_array(), *invocation = json_object();

	value_set(invocation, "executionSuccessful", json_false(), ok);
	value_add(invocations, invocation, ok);
	return invocations;
}

/* Always includes accepted findings: SARIF has suppressions. */
static json_t *run_value(const struct report *report, bool *ok)
{
	struct findings findings = findings_by_path(report, true);
	json_t *run = json_object(), *rules = json_array(), *results = json_array();
	json_t *properties = json_object();
	struct arena *arena = report->arena;
	struct map indexes; /* rule → index + 1 */
	struct columns columns = { .arena = arena };

	map_init(&indexes, arena);
	map_init(&columns.lines, arena);
	for (uint32_t i = 0; i < findings.list.n; i++) {
		const struct finding *finding = findings.list.items[i];
		size_t *index = (size_t *)map_put(&indexes, finding->rule, 0);

		if (!*index) {
			value_add(rules, rule_value(finding->rule, arena, ok), ok);
			*index = json_array_size(rules);
		}
		value_add(results, result_value(report, &columns, finding, *index - 1, ok), ok);
	}
	value_set(run, "tool", tool_value(report, rules, ok), ok);
	value_set(run, "columnKind", json_string("unicodeCodePoints"), ok);
	value_set(run, "results", results, ok);
	if (report->unknown)
		value_set(run, "invocations", invocations_value(ok), ok);
	value_set(properties, "old", value_str(report->old_name, arena), ok);
	value_set(properties, "new", value_str(report->new_name, arena), ok);
	value_set(run, "properties", properties, ok);
	return run;
}

static bool sarif_write(struct out *out, const struct report *report)
{
	json_t *root = json_object(), *runs = json_array();
	bool ok = root && runs;

	value_set(
		root, "$schema", json_string("https://json.schemastore.org/sarif-2.1.0.json"), &ok);
	value_set(root, "version", json_string("2.1.0"), &ok);
	value_add(runs, run_value(report, &ok), &ok);
	value_set(root, "runs", runs, &ok);
	return value_write(out, root, JSON_INDENT(2), ok);
}

const struct reporter sarif_reporter = {
	.name = "sarif",
	.summary = "SARIF 2.1.0, for code scanning",
	.write = sarif_write,
	.shows_unknown = true,
	.shows_proofs = true,
};
