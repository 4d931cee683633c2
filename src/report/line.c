#include "report/line.h"
#include "report/escape.h"

static void link_begin(struct out *out, const struct report *report, const struct text *text)
{
	if (!report->links || !report->folder.p)
		return;
	out_str(out, S("\033]8;;file://"));
	out_uri(out, report->folder);
	out_char(out, '/');
	out_uri(out, text->path);
	out_str(out, S("\033\\"));
}

static void link_end(struct out *out, const struct report *report)
{
	if (report->links && report->folder.p)
		out_str(out, S("\033]8;;\033\\"));
}

static void old_place_write(
	struct out *out, const struct report *report, const struct finding *finding)
{
	const struct text *text = finding->old_place.text;
	struct point begin, end;

	if (text->side.n) {
		out_plain(out, text->side);
		out_char(out, ':');
	}
	out_plain(out, text->path);
	if (!span_is_none(finding->old_place.span)) {
		place_points(finding->old_place, report->arena, &begin, &end);
		out_printf(out, ":%u:%u", begin.line, begin.column);
	}
}

static void place_write(struct out *out, const struct report *report, const struct finding *finding)
{
	struct place place = finding_now(finding);
	struct text *text = place.text;
	struct point begin, end;

	if (!text && finding->old_place.text) {
		old_place_write(out, report, finding);
	} else if (!text) {
		out_str(out, S("breakwater"));
	} else {
		link_begin(out, report, text);
		out_plain(out, text->path);
		place_points(place, report->arena, &begin, &end);
		out_printf(out, ":%u:%u", begin.line, begin.column);
		link_end(out, report);
	}
}

void block_headline(struct out *out, const struct report *report, const struct report_block *block,
	const struct palette *palette)
{
	const struct finding *finding = block->finding;
	bool error = finding->severity == SEVERITY_ERROR;

	out_str(out, str_of(palette->place));
	place_write(out, report, finding);
	out_printf(out, ":%s ", palette->off);
	if (finding->accepted)
		out_printf(out, "%saccepted:%s ", palette->note, palette->off);
	else
		out_printf(out, "%s%s:%s ", error ? palette->error : palette->warning,
			error ? "error" : "warning", palette->off);
	out_plain(out, finding->message);
	out_printf(out, " %s[%s]%s", palette->dim, finding->rule->id, palette->off);
	if (block->same.n)
		out_printf(out, " (and %u more files)", block->same.n);
	if (block->follows.n)
		out_printf(out, " (and %u more that follow%s)", block->follows.n,
			block->follows.n == 1 ? "s" : "");
}

static bool line_write(struct out *out, const struct report *report)
{
	const struct blocks *blocks = blocks_make(report);

	for (uint32_t i = 0; i < blocks->list.n; i++) {
		const struct report_block *block = &blocks->list.items[i];

		block_headline(out, report, block, palette_of(report->color));
		out_char(out, '\n');
		if (report->show_help && block->finding->help.p) {
			out_str(out, S("      = help: "));
			out_plain(out, block->finding->help);
			out_char(out, '\n');
		}
	}
	return true;
}

const struct reporter line_reporter = {
	.name = "line",
	.summary = "one line for each finding, for grep and editors",
	.write = line_write,
};
