#include "report/line.h"
#include "report/escape.h"

enum { LISTED = 3 };

/* `'a', 'b', 'c' and 4 more` */
static void names_write(struct out *out, struct finding *const *list, uint32_t n, bool paths)
{
	for (uint32_t i = 0; i < n && i < LISTED; i++) {
		struct str name = paths ? finding_path(list[i]) : list[i]->element;

		out_str(out, i ? S(", ") : S(""));
		out_str(out, paths ? S("") : S("'"));
		out_plain(out, name);
		out_str(out, paths ? S("") : S("'"));
	}
	if (n > LISTED)
		out_printf(out, " and %u more", n - LISTED);
	out_char(out, '\n');
}

/* The line that shows it best: the new one, but what was deleted stands only in the old one. */
static void source_write(struct out *out, const struct report *report,
	const struct finding *finding, const struct palette *palette)
{
	bool deleted = finding_is_deletion(finding) || span_is_none(finding->new_place.span);
	struct str was = was_text(report, finding);
	bool shown = deleted && excerpt_write(out, finding->old_place, report->arena, palette);

	if (!shown)
		shown = excerpt_write(out, finding->new_place, report->arena, palette);
	if (was.p) {
		if (!shown)
			out_printf(out, "%s      =%s", palette->gutter, palette->off);
		out_char(out, ' ');
		out_plain(out, was);
	}
	if (shown || was.p)
		out_char(out, '\n');
}

static void remark_lines(
	struct out *out, const char *word, struct str text, const struct palette *palette)
{
	struct str line;

	while (str_cut(&text, '\n', &line)) {
		remark_begin(out, word, palette);
		out_plain(out, line);
		out_char(out, '\n');
	}
}

static void block_write(struct out *out, const struct report *report, const struct block *block,
	const struct palette *palette)
{
	const struct finding *finding = block->finding;

	block_headline(out, report, block, palette);
	out_char(out, '\n');
	source_write(out, report, finding, palette);
	if (block->same.n) {
		remark_begin(out, "also in", palette);
		names_write(out, block->same.items, block->same.n, true);
	}
	if (block->follows.n) {
		remark_begin(out, "with it", palette);
		names_write(out, block->follows.items, block->follows.n, false);
	}
	if (finding->breaks) {
		remark_begin(out, "breaks", palette);
		breaks_write(out, finding->breaks);
		out_char(out, '\n');
	}
	if (finding->help.n)
		remark_lines(out, "help", finding->help, palette);
	if (finding->accepted)
		remark_lines(out, "accepted",
			finding->accepted_reason.n ? finding->accepted_reason : S("on the record"),
			palette);
	out_char(out, '\n');
}

static bool text_write(struct out *out, const struct report *report)
{
	const struct palette *palette = palette_of(report->color);
	const struct blocks *blocks = blocks_make(report);

	for (uint32_t i = 0; i < blocks->list.n; i++)
		block_write(out, report, &blocks->list.items[i], palette);
	out_str(out, str_of(palette->place));
	out_plain(out, summary_line(report, blocks));
	out_str(out, str_of(palette->off));
	out_char(out, '\n');
	return true;
}

const struct reporter text_reporter = {
	.name = "text",
	.summary = "for people: a block a finding, with the source line and what to do",
	.write = text_write,
};
