#include "report/buf.h"
#include "report/escape.h"
#include "report/value.h"

/* What buf prints in place of a missing path. */
#define NO_PATH S("<input>")

const char *const buf_formats[] = { "text", "json", "msvs", "junit", "github-actions",
	"gitlab-code-quality", NULL };

struct lines {
	struct point begin, end;
};

static struct lines lines_of(const struct buf_report *report, const struct buf_item *item)
{
	struct lines lines;

	place_points(item->finding->new_place, report->arena, &lines.begin, &lines.end);
	return lines;
}

static struct str shown_path(const struct buf_item *item)
{
	return item->path.p ? item->path : NO_PATH;
}

static void text_item(struct out *out, const struct buf_report *report, const struct buf_item *item)
{
	struct lines at = lines_of(report, item);

	out_plain(out, shown_path(item));
	out_printf(out, ":%u:%u:", at.begin.line, at.begin.column);
	out_plain(out, item->finding->message);
	out_char(out, '\n');
}

static void msvs_item(struct out *out, const struct buf_report *report, const struct buf_item *item)
{
	struct lines at = lines_of(report, item);

	out_plain(out, shown_path(item));
	out_printf(out, "(%u,%u) : error %s : ", at.begin.line, at.begin.column,
		item->finding->rule->id);
	out_plain(out, item->finding->message);
	out_char(out, '\n');
}

static void github_item(
	struct out *out, const struct buf_report *report, const struct buf_item *item)
{
	struct lines at = lines_of(report, item);

	out_str(out, S("::error file="));
	out_workflow(out, shown_path(item), true);
	if (item->path.p)
		out_printf(out, ",line=%u,col=%u,endLine=%u,endColumn=%u", at.begin.line,
			at.begin.column, at.end.line, at.end.column);
	out_str(out, S("::"));
	out_workflow(out, item->finding->message, false);
	out_char(out, '\n');
}

static bool json_item(struct out *out, const struct buf_report *report, const struct buf_item *item)
{
	struct lines at = lines_of(report, item);
	json_t *object = json_object();
	bool ok = object;

	if (item->path.p)
		value_set(object, "path", value_str(item->path, report->arena), &ok);
	value_set(object, "start_line", json_integer(at.begin.line), &ok);
	value_set(object, "start_column", json_integer(at.begin.column), &ok);
	value_set(object, "end_line", json_integer(at.end.line), &ok);
	value_set(object, "end_column", json_integer(at.end.column), &ok);
	value_set(object, "type", json_string(item->finding->rule->id), &ok);
	value_set(object, "message", value_str(item->finding->message, report->arena), &ok);
	return value_write(out, object, JSON_COMPACT, ok);
}

static json_t *position(const struct buf_item *item, struct point point, bool *ok)
{
	json_t *object = json_object();

	if (item->path.p) {
		value_set(object, "line", json_integer(point.line), ok);
		value_set(object, "column", json_integer(point.column), ok);
	}
	return object;
}

static json_t *gitlab_item(const struct buf_report *report, const struct buf_item *item, bool *ok)
{
	struct lines at = lines_of(report, item);
	json_t *issue = json_object(), *location = json_object(), *positions = json_object();

	value_set(issue, "description", value_str(item->finding->message, report->arena), ok);
	value_set(issue, "check_name", json_string(item->finding->rule->id), ok);
	value_set(issue, "fingerprint", value_fingerprint(item->finding->fingerprint), ok);
	if (item->path.p)
		value_set(location, "path", value_str(item->path, report->arena), ok);
	value_set(positions, "begin", position(item, at.begin, ok), ok);
	value_set(positions, "end", position(item, at.end, ok), ok);
	value_set(location, "positions", positions, ok);
	value_set(issue, "location", location, ok);
	value_set(issue, "severity", json_string("minor"), ok);
	return issue;
}

static bool gitlab_write(struct out *out, const struct buf_report *report)
{
	json_t *issues = json_array();
	bool ok = issues;

	for (size_t i = 0; i < report->n; i++)
		value_add(issues, gitlab_item(report, &report->items[i], &ok), &ok);
	return value_write(out, issues, JSON_COMPACT, ok);
}

static void junit_case(
	struct out *out, const struct buf_report *report, const struct buf_item *item)
{
	struct lines at = lines_of(report, item);
	const char *id = item->finding->rule->id;

	out_printf(out, "    <testcase name=\"%s", id);
	if (item->path.p)
		out_printf(out, "_%u_%u", at.begin.line, at.begin.column);
	out_str(out, S("\">\n      <failure message=\""));
	out_markup(out, shown_path(item));
	out_printf(out, ":%u:%u:", at.begin.line, at.begin.column);
	out_markup(out, item->finding->message);
	out_printf(out, "\" type=\"%s\"></failure>\n    </testcase>\n", id);
}

/* One suite for each file, in order of first appearance. */
static void junit_write(struct out *out, const struct buf_report *report)
{
	bool *done = NEW_ARRAY(report->arena, report->n, bool);

	out_str(out, S("<testsuites>\n"));
	for (size_t i = 0; i < report->n; i++) {
		struct str path = shown_path(&report->items[i]), name = path;
		size_t tests = 0;

		if (done[i])
			continue;
		for (size_t k = i; k < report->n; k++)
			tests += str_eq(shown_path(&report->items[k]), path);
		if (str_ends(name, S(".proto")))
			name = str_head(name, name.n - strlen(".proto"));
		out_str(out, S("  <testsuite name=\""));
		out_markup(out, name);
		out_printf(out, "\" tests=\"%zu\" failures=\"%zu\" errors=\"0\">\n", tests, tests);
		for (size_t k = i; k < report->n; k++) {
			if (!str_eq(shown_path(&report->items[k]), path))
				continue;
			junit_case(out, report, &report->items[k]);
			done[k] = true;
		}
		out_str(out, S("  </testsuite>\n"));
	}
	out_str(out, S("</testsuites>\n"));
}

bool buf_report_write(struct out *out, struct str format, const struct buf_report *report)
{
	if (!report->n)
		return true;
	if (str_eq(format, S("junit"))) {
		junit_write(out, report);
		return true;
	}
	if (str_eq(format, S("gitlab-code-quality")))
		return gitlab_write(out, report);
	for (size_t i = 0; i < report->n; i++) {
		if (str_eq(format, S("text")))
			text_item(out, report, &report->items[i]);
		else if (str_eq(format, S("msvs")))
			msvs_item(out, report, &report->items[i]);
		else if (str_eq(format, S("github-actions")))
			github_item(out, report, &report->items[i]);
		else if (!str_eq(format, S("json")) || !json_item(out, report, &report->items[i]))
			return false;
	}
	return true;
}
