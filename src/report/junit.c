#include "base/map.h"
#include "report/escape.h"
#include "report/hurt.h"

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
	if (report_by_contract(report) && finding->contracts.n) {
		const struct report_block alone = { .finding = (struct finding *)finding };
		struct str hurt = hurt_words(report, &alone, NULL);

		out_str(out, hurt.p ? S("\nhurts ") : S(""));
		out_markup(out, hurt);
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

static void suite_write(struct out *out, const struct report *report, struct str name,
	const struct findings *findings)
{
	suite_begin(out, name, tally_of(findings->list.items, findings->list.n));
	for (uint32_t i = 0; i < findings->list.n; i++)
		case_write(out, report, findings->list.items[i]);
	out_str(out, S("  </testsuite>\n"));
}

/* Servers treat a report, or a suite, without test cases as broken. */
static void passed_write(struct out *out, struct str suite, struct str name)
{
	suite_begin(out, suite, (struct test_counts){ .tests = 1 });
	out_str(out, S("    <testcase classname=\""));
	out_markup(out, suite);
	out_str(out, S("\" name=\""));
	out_markup(out, name);
	out_str(out, S("\" time=\"0\"/>\n  </testsuite>\n"));
}

/* One for each file with findings. */
static void file_suites(struct out *out, const struct report *report, struct findings *all)
{
	for (uint32_t i = 0, end; i < all->list.n; i = end) {
		struct str path = finding_path(all->list.items[i]);
		struct findings part = { 0 };

		for (end = i + 1;
			end < all->list.n && str_eq(path, finding_path(all->list.items[end]));
			end++)
			;
		part.list.items = all->list.items + i;
		part.list.n = end - i;
		suite_write(out, report, path, &part);
	}
}

/* The listed findings of one contract. */
struct of_contract {
	struct findings findings; /* that stand under it */
	bool is_hurt;             /* by one of them, or one that stands under an earlier contract */
};

/*
 * One for each contract, in the file's order. That nothing hurts one is a test that passed; what
 * hurts it and stands under an earlier one failed there. Returns the number of those that passed.
 */
static uint32_t contract_suites(
	struct out *out, const struct report *report, const struct findings *all)
{
	uint32_t n = report->contracts->list.n, passed = 0;
	struct contract *const *contracts = report->contracts->list.items;
	struct of_contract *parts = NEW_ARRAY(report->arena, n + 1, struct of_contract);
	struct map positions;

	map_init(&positions, report->arena);
	for (uint32_t i = 0; i < n; i++)
		*map_put(&positions, contracts[i], 0) = &parts[i];
	for (uint32_t i = 0; i < all->list.n; i++) {
		struct finding *finding = all->list.items[i];
		struct of_contract *part = &parts[n];

		for (uint32_t k = finding->contracts.n; k > 0; k--) {
			part = map_get(&positions, finding->contracts.items[k - 1].contract, 0);
			part->is_hurt = true;
		}
		*vec_push(report->arena, &part->findings.list) = finding;
	}
	for (uint32_t i = 0; i <= n; i++) {
		struct str name = i < n ? contracts[i]->name : S("no contract");

		if (parts[i].findings.list.n)
			suite_write(out, report, name, &parts[i].findings);
		else if (i < n && !parts[i].is_hurt && ++passed)
			passed_write(out, name, level_word(contracts[i]));
	}
	return passed;
}

static bool junit_write(struct out *out, const struct report *report)
{
	struct findings findings = findings_by_path(report, false);
	struct test_counts all = tally_of(findings.list.items, findings.list.n);
	struct out *suites = out_memory(report->arena);

	if (report_by_contract(report))
		all.tests += contract_suites(suites, report, &findings);
	else
		file_suites(suites, report, &findings);
	if (!all.tests) {
		passed_write(suites, S("breakwater"), summary_line(report, blocks_make(report)));
		all.tests = 1;
	}
	out_str(out, S("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"));
	out_printf(out, "<testsuites name=\"breakwater\" tests=\"%u\" failures=\"%u\">\n",
		all.tests, all.failures);
	out_str(out, out_text(suites));
	out_str(out, S("</testsuites>\n"));
	return true;
}

const struct reporter junit_reporter = {
	.name = "junit",
	.summary = "JUnit XML: a failed test for each finding",
	.write = junit_write,
};
