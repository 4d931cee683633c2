#include "report/block.h"
#include "report/escape.h"

struct test_counts {
	uint32_t tests, failures, skipped;
};

static bool fails(const struct finding *finding)
{
	return !finding->accepted && finding->severity == SEVERITY_ERROR;
}

static struct test_counts tally_of(struct finding *const *list, uint32_t n)
{
	struct test_counts tally = { .tests = n };

	for (uint32_t i = 0; i < n; i++) {
		tally.failures += fails(list[i]);
		tally.skipped += list[i]->accepted;
	}
	return tally;
}

static void details_write(
	struct out *out, const struct report *report, const struct finding *finding)
{
	struct shown_place spot = shown_place_of(finding, report->arena);
	struct str was = was_text(report, finding);

	out_markup(out, spot.path);
	if (spot.placed)
		out_printf(out, ":%u:%u", spot.begin.line, spot.begin.column);
	out_str(out, S(": "));
	out_markup(out, finding->message);
	if (was.p) {
		out_char(out, '\n');
		out_markup(out, was);
	}
	if (finding->breaks) {
		out_str(out, S("\nbreaks: "));
		breaks_write(out, finding->breaks);
	}
	if (finding->help.n) {
		out_str(out, S("\nhelp: "));
		out_markup(out, finding->help);
	}
}

static void case_write(struct out *out, const struct report *report, const struct finding *finding)
{
	out_str(out, S("    <testcase classname=\""));
	out_markup(out, finding_path(finding));
	out_printf(out, "\" name=\"%s: ", finding->rule->id);
	out_markup(out, finding->element);
	out_str(out, S("\" time=\"0\">\n"));
	if (finding->accepted) {
		out_str(out, S("      <skipped message=\"accepted: "));
		out_markup(out, finding->accepted_reason);
		out_str(out, S("\"/>\n"));
	}
	if (fails(finding)) {
		out_printf(out, "      <failure type=\"%s\" message=\"", finding->rule->id);
		out_markup(out, finding->message);
		out_str(out, S("\">"));
		details_write(out, report, finding);
		out_str(out, S("</failure>\n"));
	} else {
		/* A warning passes and prints its message. */
		out_str(out, S("      <system-out>"));
		details_write(out, report, finding);
		out_str(out, S("</system-out>\n"));
	}
	out_str(out, S("    </testcase>\n"));
}

static void suite_begin(struct out *out, struct str name, struct test_counts tally)
{
	out_str(out, S("  <testsuite name=\""));
	out_markup(out, name);
	out_printf(out, "\" tests=\"%u\" failures=\"%u\" errors=\"0\" skipped=\"%u\" time=\"0\">\n",
		tally.tests, tally.failures, tally.skipped);
}

/* Servers treat a report without test cases as broken. */
static void passed_write(struct out *out, const struct report *report)
{
	const struct blocks *blocks = blocks_make(report);

	suite_begin(out, S("breakwater"), (struct test_counts){ .tests = 1 });
	out_str(out, S("    <testcase classname=\"breakwater\" name=\""));
	out_markup(out, summary_line(report, blocks));
	out_str(out, S("\" time=\"0\"/>\n  </testsuite>\n"));
}

static bool junit_write(struct out *out, const struct report *report)
{
	struct findings findings = findings_by_path(report, false);
	struct test_counts all = tally_of(findings.list.items, findings.list.n);

	out_str(out, S("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"));
	out_printf(out, "<testsuites name=\"breakwater\" tests=\"%u\" failures=\"%u\">\n",
		all.tests ? all.tests : 1, all.failures);
	for (uint32_t i = 0, end; i < findings.list.n; i = end) {
		struct str path = finding_path(findings.list.items[i]);

		for (end = i + 1; end < findings.list.n &&
				  str_eq(path, finding_path(findings.list.items[end]));
			end++)
			;
		suite_begin(out, path, tally_of(findings.list.items + i, end - i));
		for (uint32_t k = i; k < end; k++)
			case_write(out, report, findings.list.items[k]);
		out_str(out, S("  </testsuite>\n"));
	}
	if (!findings.list.n)
		passed_write(out, report);
	out_str(out, S("</testsuites>\n"));
	return true;
}

const struct reporter junit_reporter = {
	.name = "junit",
	.summary = "JUnit XML: a failed test for each finding",
	.write = junit_write,
};
