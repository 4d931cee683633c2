#include "report/block.h"
#include "report/escape.h"

static const char *severity_of(const struct finding *finding)
{
	if (finding->accepted)
		return "info";
	return finding->severity == SEVERITY_ERROR ? "error" : "warning";
}

static void error_write(struct out *out, const struct report *report, const struct finding *finding)
{
	struct shown_place spot = shown_place_of(finding, report->arena);

	out_printf(out, "    <error line=\"%u\" column=\"%u\" severity=\"%s\" message=\"",
		spot.begin.line, spot.begin.column, severity_of(finding));
	out_markup(out, finding->message);
	if (finding->help.n) {
		out_str(out, S(" ("));
		out_markup(out, finding->help);
		out_char(out, ')');
	}
	out_printf(out, "\" source=\"breakwater.%s\"/>\n", finding->rule->id);
}

static bool checkstyle_write(struct out *out, const struct report *report)
{
	struct findings findings = findings_by_path(report, false);

	out_str(out, S("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		       "<checkstyle version=\"4.3\">\n"));
	for (uint32_t i = 0; i < findings.list.n;) {
		struct str path = finding_path(findings.list.items[i]);

		out_str(out, S("  <file name=\""));
		out_markup(out, path);
		out_str(out, S("\">\n"));
		for (; i < findings.list.n && str_eq(path, finding_path(findings.list.items[i]));
			i++)
			error_write(out, report, findings.list.items[i]);
		out_str(out, S("  </file>\n"));
	}
	out_str(out, S("</checkstyle>\n"));
	return true;
}

const struct reporter checkstyle_reporter = {
	.name = "checkstyle",
	.summary = "Checkstyle XML, for Jenkins and others",
	.write = checkstyle_write,
};
