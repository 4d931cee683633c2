#include "report/escape.h"
#include "report/hurt.h"

static const char *command_of(const struct finding *finding)
{
	if (finding->accepted)
		return "notice";
	return finding->severity == SEVERITY_ERROR ? "error" : "warning";
}

/*
 * The runner rejects columns that span lines, and lines without a file. A deleted file is in no
 * diff, so its annotation has no place.
 */
static void place_write(struct out *out, const struct report *report, const struct finding *finding)
{
	struct shown_place spot = shown_place_now(finding, report->arena);

	if (!finding->new_place.text)
		return;
	out_str(out, S("file="));
	out_workflow(out, spot.path, true);
	out_printf(out, ",line=%u,endLine=%u,", spot.begin.line, spot.end.line);
	if (spot.placed && spot.begin.line == spot.end.line)
		out_printf(out, "col=%u,", spot.begin.column);
}

static void command_write(
	struct out *out, const struct report *report, const struct report_block *block)
{
	const struct finding *finding = block->finding;
	struct out *message = out_memory(report->arena);
	struct str was = was_text(report, finding), hurt = hurt_words(report, block, NULL);

	out_str(message, finding->message);
	if (block->same.n)
		out_printf(message, " (and %u more files)", block->same.n);
	if (block->follows.n)
		out_printf(message, " (and %u more that follow%s)", block->follows.n,
			block->follows.n == 1 ? "s" : "");
	if (hurt.p)
		out_printf(message, " (hurts " STR ")", ARG(hurt));
	if (was.p)
		out_printf(message, "\n" STR, ARG(was));
	if (finding->breaks) {
		out_str(message, S("\nbreaks: "));
		breaks_write(message, finding->breaks);
	}
	if (finding->help.n)
		out_printf(message, "\nhelp: " STR, ARG(finding->help));
	out_str(message, S("\nfingerprint: "));
	out_str(message, fingerprint_text(finding, FINGERPRINT_DIGITS, report->arena));
	out_str(message, str_of(fingerprint_remark(block)));

	out_printf(out, "::%s ", command_of(finding));
	place_write(out, report, finding);
	out_printf(out, "title=%s::", finding->rule->id);
	out_workflow(out, out_text(message), false);
	out_char(out, '\n');
}

static bool github_write(struct out *out, const struct report *report)
{
	const struct blocks *blocks = blocks_make(report);

	for (uint32_t i = 0; i < blocks->list.n; i++)
		command_write(out, report, &blocks->list.items[i]);
	return true;
}

const struct reporter github_reporter = {
	.name = "github",
	.summary = "workflow commands that annotate a pull request on GitHub",
	.write = github_write,
};
