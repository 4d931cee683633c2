#include "report/report.h"
#include "report/escape.h"
#include "report/excerpt.h"

enum { MANY_WARNINGS = 20 };

static void place_print(struct out *out, struct place place, struct arena *arena)
{
	struct point begin, end;

	if (!place.text) {
		out_str(out, S("breakwater"));
		return;
	}
	place_points(place, arena, &begin, &end);
	if (place.text->side.n) {
		out_plain(out, place.text->side);
		out_char(out, ':');
	}
	out_plain(out, place.text->path);
	out_printf(out, ":%u:%u", begin.line, begin.column);
}

static void note_print(struct out *out, const struct diag *diag, struct arena *arena,
	const struct palette *palette)
{
	remark_begin(out, S("note"), palette);
	out_plain(out, diag->note_text);
	if (diag->note_place.text) {
		out_str(out, str_ends(diag->note_text, S(" at")) ? S(" ") : S(" at "));
		place_print(out, diag->note_place, arena);
	}
	out_char(out, '\n');
}

static const char *level_word_of(enum diag_level level)
{
	switch (level) {
	case DIAG_ERROR:
		return "error";
	case DIAG_WARNING:
		return "warning";
	default:
		return "note";
	}
}

static const char *level_color(enum diag_level level, const struct palette *palette)
{
	switch (level) {
	case DIAG_ERROR:
		return palette->error;
	case DIAG_WARNING:
		return palette->warning;
	default:
		return palette->note;
	}
}

static void diag_print(struct out *out, const struct diag *diag, struct arena *arena,
	const struct palette *palette, unsigned columns)
{
	struct str helps = diag->help, help;

	out_str(out, str_of(palette->place));
	place_print(out, diag->place, arena);
	out_printf(out, ":%s %s%s:%s ", palette->off, level_color(diag->level, palette),
		level_word_of(diag->level), palette->off);
	out_plain(out, diag->message);
	out_char(out, '\n');
	if (excerpt_write(out, diag->place, arena, palette, columns))
		out_char(out, '\n');
	if (diag->note_text.p)
		note_print(out, diag, arena, palette);
	while (str_cut(&helps, '\n', &help)) {
		remark_begin(out, S("help"), palette);
		out_plain(out, help);
		out_char(out, '\n');
	}
}

/* `warnings`: how many there were. */
static bool is_printed(const struct diag *diag, const struct diag_look *look, uint32_t *warnings)
{
	switch (diag->level) {
	case DIAG_WARNING:
		return ++*warnings <= MANY_WARNINGS || look->verbose;
	case DIAG_DETAIL:
		return look->verbose;
	default:
		return true;
	}
}

void diags_print(
	struct out *to, struct diags *diags, struct arena *arena, const struct diag_look *look)
{
	struct out *out = look->columns ? out_memory(arena) : to;
	const struct palette *palette = palette_of(look->color);
	uint32_t warnings = 0;

	diags_sort(diags);
	for (uint32_t i = 0; i < diags->n; i++)
		if (is_printed(&diags->items[i], look, &warnings))
			diag_print(out, &diags->items[i], arena, palette, look->columns);
	if (warnings > MANY_WARNINGS && !look->verbose) {
		out_printf(out, "%sbreakwater:%s %swarning:%s %u more warnings like these\n",
			palette->place, palette->off, palette->warning, palette->off,
			warnings - MANY_WARNINGS);
		remark_begin(out, S("help"), palette);
		out_str(out, S("--verbose shows all of them\n"));
	}
	if (look->columns)
		out_wrapped(to, out_text(out), look->columns);
}
