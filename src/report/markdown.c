#include "report/escape.h"
#include "report/hurt.h"
#include "report/proof.h"
#include "report/reached.h"
#include "report/registered.h"
#include "report/tally.h"

/*
 * GitHub accepts comments of 65,536 characters. We count bytes, which are never fewer. Tables get
 * at most half, to leave room for their explanation.
 */
enum {
	MOST_BYTES = 60000,
	MOST_TABLE = 25000,
	MOST_TALLY = 10000,
	LONGEST_TEXT = 400,
	LONGEST_LINE = 200,
	LONGEST_PROOF = 85 /* columns, as in text */
};

static const char *mark_of(const struct finding *finding)
{
	if (finding->accepted)
		return "✅ accepted";
	return finding->severity == SEVERITY_ERROR ? "❌" : "⚠️";
}

static void surfaces_write(struct out *out, unsigned breaks)
{
	bool wire = breaks & (WIRE_BACKWARD | WIRE_FORWARD);
	bool json = breaks & (JSON_BACKWARD | JSON_FORWARD);
	bool source = breaks & SOURCE_CODE;

	if (!wire && !json && !source)
		out_str(out, S("nothing"));
	out_printf(out, "%s%s%s%s%s", wire ? "wire" : "", wire && (json || source) ? ", " : "",
		json ? "JSON" : "", json && source ? ", " : "", source ? "source" : "");
}

static void where_write(
	struct out *out, const struct report *report, const struct finding *finding, bool in_table)
{
	struct shown_place spot = shown_place_now(finding, report->arena);
	struct str where = str_clipped(spot.path, LONGEST_TEXT, report->arena);

	if (!spot.path.n)
		return;
	if (spot.placed)
		where = str_printf(report->arena, STR ":%u", ARG(where), spot.begin.line);
	out_code_span(out, where, in_table);
}

static void prose_write(struct out *out, struct str prose, char quote, bool in_table)
{
	struct str before, word;

	while (quoted_cut(&prose, quote, &before, &word)) {
		out_markdown(out, before);
		if (word.p)
			out_code_span(out, word, in_table);
	}
}

static void folded_write(struct out *out, const struct report_block *block)
{
	if (block->same.n)
		out_printf(out, " (and %u more files)", block->same.n);
	if (block->follows.n)
		out_printf(out, " (and %u more that follow%s)", block->follows.n,
			block->follows.n == 1 ? "s" : "");
}

/* The contract in whose table a block stands; NULL: there are no such tables. */
static const struct contract *contract_of(const struct report_block *block)
{
	return block->finding->contracts.n ? block->finding->contracts.items[0].contract : NULL;
}

static void row_hurt_write(
	struct out *out, const struct report *report, const struct report_block *block)
{
	const struct finding *finding = block->finding;
	struct str proof =
		finding_proof_line(finding, finding_wanted(finding), LONGEST_PROOF, report->arena);
	struct str also = hurt_words(report, block, contract_of(block));

	if (proof.p) {
		out_str(out, S("<br>proof: "));
		out_code_span(out, proof, true);
	}
	if (also.p) {
		out_str(out, S("<br>also hurts "));
		out_markdown(out, also);
	}
}

static void row_write(struct out *out, const struct report *report,
	const struct report_block *block, bool with_help)
{
	const struct finding *finding = block->finding;

	(void)with_help;
	out_printf(out, "| %s | ", mark_of(finding));
	where_write(out, report, finding, true);
	out_str(out, S(" | "));
	prose_write(out, str_clipped(finding->message, LONGEST_TEXT, report->arena), '\'', true);
	folded_write(out, block);
	out_printf(out, " `%s`", finding->rule->id);
	if (report->contracts)
		row_hurt_write(out, report, block);
	out_str(out, S(" | "));
	surfaces_write(out, finding->breaks);
	out_str(out, S(" |\n"));
}

static struct str first_line(struct place place, struct arena *arena)
{
	struct point begin, end;

	if (!place.text || span_is_none(place.span))
		return (struct str){ NULL, 0 };
	place_points(place, arena, &begin, &end);
	return text_line(place.text, arena, begin.line);
}

/* One line of a diff; control characters and line breaks are escaped. */
static void code_write(struct out *out, char sign, struct str line, struct arena *arena)
{
	struct glyph glyph;

	out_char(out, sign);
	for (line = str_clipped(line, LONGEST_LINE, arena); line.n;
		line = str_from(line, glyph.size)) {
		glyph_read(&glyph, line);
		out_str(out, glyph.shown);
	}
	out_char(out, '\n');
}

static void diff_write(struct out *out, const struct report *report, const struct finding *finding)
{
	struct str old = { NULL, 0 }, new = { NULL, 0 };
	unsigned fence = 3;

	if (!finding_is_addition(finding))
		old = first_line(finding->old_place, report->arena);
	if (!finding_is_deletion(finding))
		new = first_line(finding_now(finding), report->arena);
	if (!old.p && !new.p)
		return;
	if (backticks_longest(old) >= fence)
		fence = backticks_longest(old) + 1;
	if (backticks_longest(new) >= fence)
		fence = backticks_longest(new) + 1;
	for (unsigned i = 0; i < fence; i++)
		out_char(out, '`');
	out_str(out, S("diff\n"));
	if (old.p)
		code_write(out, '-', old, report->arena);
	if (new.p)
		code_write(out, '+', new, report->arena);
	for (unsigned i = 0; i < fence; i++)
		out_char(out, '`');
	out_char(out, '\n');
}

/* Helps quote names with single quotes and code with backticks. */
static void help_write(struct out *out, struct str help, bool in_table)
{
	struct str before, code;

	while (quoted_cut(&help, '`', &before, &code)) {
		prose_write(out, before, '\'', in_table);
		if (code.p)
			out_code_span(out, code, in_table);
	}
}

static void details_hurt_write(
	struct out *out, const struct report *report, const struct report_block *block)
{
	const struct finding *finding = block->finding;
	struct str proof =
		finding_proof_line(finding, finding_wanted(finding), LONGEST_PROOF, report->arena);
	struct str hurt = hurt_words(report, block, NULL);

	if (proof.p) {
		out_str(out, S("\n- Proof: "));
		out_code_span(out, proof, false);
	}
	if (hurt.p) {
		out_str(out, S("\n- Hurts: "));
		out_markdown(out, hurt);
	}
}

static void details_write(struct out *out, const struct report *report,
	const struct report_block *block, bool with_help)
{
	const struct finding *finding = block->finding;

	out_str(out, S("\n**"));
	prose_write(out, str_clipped(finding->message, LONGEST_TEXT, report->arena), '\'', false);
	out_str(out, S("**"));
	folded_write(out, block);
	out_str(out, S("  \n"));
	where_write(out, report, finding, false);
	out_printf(out, " `%s`\n\n", finding->rule->id);
	diff_write(out, report, finding);
	if (finding->breaks) {
		out_str(out, S("\n- Breaks: "));
		breaks_write(out, finding->breaks);
	}
	if (finding->registry) {
		out_str(out, S("\n- Registry: "));
		out_markdown(out, registered_words(finding, report->arena));
	}
	if (finding->reached_by) {
		out_str(out, S("\n- Reached by: "));
		out_markdown(out, reached_words(finding, report->arena));
	}
	if (report->contracts)
		details_hurt_write(out, report, block);
	if (finding->help.n && with_help) {
		out_str(out, S("\n- What to do: "));
		help_write(out, str_clipped(finding->help, 2 * LONGEST_TEXT, report->arena), false);
	}
	out_str(out, S("\n- Fingerprint: "));
	out_code_span(out, fingerprint_text(finding, FINGERPRINT_DIGITS, report->arena), false);
	out_str(out, str_of(fingerprint_remark(block)));
	if (finding->accepted_reason.n) {
		out_str(out, S("\n- Accepted: "));
		out_markdown(
			out, str_clipped(finding->accepted_reason, LONGEST_TEXT, report->arena));
	}
	out_char(out, '\n');
}

/* Blocks that are written in one of two ways. */
struct writing {
	struct out *out;
	const struct report *report;
	const struct blocks *blocks;
	void (*write)(struct out *out, const struct report *report,
		const struct report_block *block, bool with_help);
	bool with_help;
};

/* Writes blocks as long as they fit; `most` is the bytes that are left. Returns their number. */
static uint32_t blocks_write(struct writing *w, uint32_t begin, uint32_t end, size_t *most)
{
	for (uint32_t i = begin; i < end; i++) {
		struct out *part = out_memory(w->report->arena);

		w->write(part, w->report, &w->blocks->list.items[i], w->with_help);
		if (out_text(part).n > *most) {
			*most = 0;
			return i - begin;
		}
		*most -= out_text(part).n;
		out_str(w->out, out_text(part));
	}
	return end - begin;
}

/* `(topic orders.v1, owner team-orders) BACKWARD: 2 breaks; hurts billing, warehouse` */
static void group_words_write(
	struct out *out, const struct report *report, const struct report_group *group)
{
	struct str consumers = group_consumers(group, report->arena);

	if (group->contract) {
		out_markdown(out, contract_terms(group->contract, report->arena));
		out_str(out, S(": "));
	}
	out_printf(out, "**" STR "**", ARG(group_counts(group, report->arena)));
	if (consumers.p) {
		out_str(out, S("; "));
		out_markdown(out, consumers);
	}
	out_char(out, '\n');
}

static void group_heading_write(
	struct out *out, const struct report *report, const struct report_group *group)
{
	out_str(out, S("\n### "));
	out_markdown(out, group->contract ? group->contract->name : S("no contract"));
	out_str(out, S("\n\n"));
	group_words_write(out, report, group);
}

/* A table for each group that fits with its heading. */
static struct str tables_text(const struct report *report, const struct blocks *blocks)
{
	struct out *out = out_memory(report->arena);
	struct writing w = { out, report, blocks, row_write, false };
	size_t most = MOST_TABLE;
	uint32_t shown = 0;

	for (uint32_t i = 0; i < blocks->n_groups; i++) {
		const struct report_group *group = &blocks->groups[i];
		struct out *heading = out_memory(report->arena);

		if (group->begin == group->end)
			continue;
		if (blocks->by_contract)
			group_heading_write(heading, report, group);
		if (out_text(heading).n >= most)
			break;
		most -= out_text(heading).n;
		out_str(out, out_text(heading));
		out_str(out, S("\n| | where | what changed | breaks |\n|---|---|---|---|\n"));
		shown += blocks_write(&w, group->begin, group->end, &most);
	}
	if (shown < blocks->list.n)
		out_printf(out, "\n… and %u more that do not fit here.\n", blocks->list.n - shown);
	return out_text(out);
}

static void rule_row_write(
	struct out *out, const struct report *report, const struct rule_tally *rule)
{
	out_printf(out, "| %u | `%s` | ", rule->n, rule->rule->id);
	for (uint32_t i = 0; i < rule->advices.n; i++) {
		const struct advice *advice = &rule->advices.items[i];

		out_str(out, i ? S("<br>") : S(""));
		prose_write(out,
			str_clipped(
				advice_words(advice, report->arena), LONGEST_TEXT, report->arena),
			'\'', true);
		out_str(out, S(": "));
		help_write(
			out, str_clipped(advice->finding->help, LONGEST_TEXT, report->arena), true);
	}
	out_str(out, S(" |\n"));
}

static void file_row_write(
	struct out *out, const struct report *report, const struct file_tally *file)
{
	out_printf(out, "| %u | ", file->n);
	if (file->path.n)
		out_code_span(out, str_clipped(file->path, LONGEST_TEXT, report->arena), true);
	else
		out_str(out, S("(no file)"));
	out_str(out, S(" |\n"));
}

/* Writes what fits in MOST_TALLY bytes. */
static struct str tally_text(const struct report *report, const struct tally *tally)
{
	struct out *out = out_memory(report->arena);
	uint32_t i, most = tally->files.n < TALLY_FILES ? tally->files.n : TALLY_FILES;

	out_str(out, S("\n| findings | rule | what to do |\n|--:|---|---|\n"));
	for (i = 0; i < tally->rules.n && out_text(out).n < MOST_TALLY; i++)
		rule_row_write(out, report, &tally->rules.items[i]);
	if (i < tally->rules.n)
		out_printf(out, "\n… and %u more rules.\n", tally->rules.n - i);
	out_str(out, S("\n| findings | file |\n|--:|---|\n"));
	for (i = 0; i < most; i++)
		file_row_write(out, report, &tally->files.items[i]);
	if (tally->files.n > TALLY_FILES)
		out_printf(out, "| %u | in %u more files |\n", tally_rest(tally),
			tally->files.n - TALLY_FILES);
	return out_text(out);
}

static void heading_write(struct out *out, const struct report *report, const struct blocks *blocks)
{
	out_str(out, S("## breakwater: "));
	if (blocks->errors)
		out_printf(out, "%u breaking change%s", blocks->errors,
			blocks->errors == 1 ? "" : "s");
	else
		out_str(out, S("no breaking changes"));
	out_str(out, S("\n\n"));
	out_markdown(
		out, str_clipped(summary_line(report, blocks), 2 * LONGEST_TEXT, report->arena));
	out_char(out, '\n');
}

static bool markdown_write(struct out *out, const struct report *report)
{
	const struct blocks *blocks = blocks_by_contract(report);
	const struct tally *tally = tally_make(report, blocks);
	struct str closing = tally ? tally_text(report, tally) : S(""), tables;
	struct writing details = { out, report, blocks, details_write, !tally };
	uint32_t shown;
	size_t most;

	heading_write(out, report, blocks);
	if (!blocks->list.n)
		return true;
	tables = tables_text(report, blocks);
	out_str(out, tables);
	out_printf(out, "\n<details>\n<summary>What it means%s</summary>\n",
		tally ? "" : " and what to do");
	most = MOST_BYTES - tables.n - closing.n;
	shown = blocks_write(&details, 0, blocks->list.n, &most);
	if (shown < blocks->list.n)
		out_printf(out, "\n… and %u more that do not fit here.\n", blocks->list.n - shown);
	if (findings_active(report->findings))
		out_str(out,
			S("\n"
			  "Intended? `breakwater accept FINGERPRINT --reason TEXT` records it.\n"));
	out_str(out, S("\n</details>\n"));
	out_str(out, closing);
	return true;
}

const struct reporter markdown_reporter = {
	.name = "markdown",
	.summary = "a comment for a pull request, or a step summary",
	.write = markdown_write,
	.shows_unknown = true,
	.shows_proof_lines = true,
};
