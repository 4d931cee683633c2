#include "report/escape.h"
#include "report/html_style.h"
#include "report/hurt.h"
#include "report/proof.h"
#include "report/reached.h"
#include "report/registered.h"
#include "report/tally.h"

/* Browsers cope with a thousand findings; whoever has more uses json. */
enum {
	CONTEXT = 2,
	LONGEST_LINE = 300,
	LONGEST_PROOF = 85, /* columns, as in text */
	SURFACES = 3,
	MOST_SHOWN = 1000
};

static const struct surface_column {
	const char *name, *explained;
	unsigned mask;
} columns[SURFACES] = {
	{ "Wire", "stored and sent binary data", WIRE_BACKWARD | WIRE_FORWARD },
	{ "JSON", "data as JSON", JSON_BACKWARD | JSON_FORWARD },
	{ "Source", "generated code", SOURCE_CODE },
};

struct row {
	uint32_t by_surface[SURFACES];
	uint32_t all;
};

static void row_add(struct row *row, unsigned breaks)
{
	for (size_t i = 0; i < SURFACES; i++)
		row->by_surface[i] += (breaks & columns[i].mask) != 0;
	row->all++;
}

static void code(struct out *out, struct str text)
{
	out_str(out, S("<code>"));
	out_markup(out, text);
	out_str(out, S("</code>"));
}

static void prose_write(struct out *out, struct str prose, char quote)
{
	struct str before, word;

	while (quoted_cut(&prose, quote, &before, &word)) {
		out_markup(out, before);
		if (word.p)
			code(out, word);
	}
}

/* Helps quote names with single quotes and code with backticks. */
static void help_write(struct out *out, struct str help)
{
	struct str before, word;

	while (quoted_cut(&help, '`', &before, &word)) {
		prose_write(out, before, '\'');
		if (word.p)
			code(out, word);
	}
}

static void compared_write(
	struct out *out, const struct report *report, const struct blocks *blocks)
{
	out_str(out, S("What changed in the contracts from "));
	code(out, report->old_name);
	out_str(out, S(" to "));
	code(out, report->new_name);
	out_printf(out, ": %u file%s compared", report->files_compared,
		report->files_compared == 1 ? "" : "s");
	if (blocks->warnings)
		out_printf(
			out, ", %u warning%s", blocks->warnings, blocks->warnings == 1 ? "" : "s");
	if (report->accepted)
		out_printf(out, ", %u finding%s accepted", report->accepted,
			report->accepted == 1 ? "" : "s");
	if (report_by_contract(report))
		out_printf(out, "; %u contract%s checked, %u broken", contracts_checked(report),
			contracts_checked(report) == 1 ? "" : "s", contracts_broken(report));
}

static void head_write(struct out *out, const struct report *report, const struct blocks *blocks)
{
	out_str(out, S("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		       "<meta name=\"robots\" content=\"noindex\">\n<title>"));
	if (blocks->errors)
		out_printf(out, "%u breaking change%s", blocks->errors,
			blocks->errors == 1 ? "" : "s");
	else
		out_str(out, S("No breaking changes"));
	out_str(out, S(" – breakwater</title>\n<style>\n"));
	out_str(out, (struct str){ html_style, sizeof html_style - 1 });
	out_str(out, S("</style>\n</head>\n<body>\n<header>\n<h1>"));
	if (blocks->errors)
		out_printf(out, "%u breaking change%s in %u file%s", blocks->errors,
			blocks->errors == 1 ? "" : "s", blocks->files,
			blocks->files == 1 ? "" : "s");
	else
		out_str(out, S("No breaking changes"));
	out_str(out, S("</h1>\n<p class=\"soft\">"));
	compared_write(out, report, blocks);
	out_str(out, S(".</p>\n<p><span class=\"verdict "));
	if (blocks->errors)
		out_str(out, S("fail\">Breaks consumers"));
	else
		out_str(out,
			blocks->warnings ? S("warn\">Passes with warnings") : S("pass\">Passes"));
	out_str(out, S("</span></p>\n</header>\n<main>\n"));
}

static void cells_write(struct out *out, const struct row *row)
{
	for (size_t i = 0; i < SURFACES; i++)
		out_printf(out, "<td class=\"%s\">%u</td>", row->by_surface[i] ? "some" : "none",
			row->by_surface[i]);
	out_printf(out, "<td>%u</td></tr>\n", row->all);
}

static void file_rows_write(struct out *out, const struct findings *findings)
{
	for (uint32_t i = 0; i < findings->list.n;) {
		struct str path = finding_path(findings->list.items[i]);
		struct row row = { 0 };

		for (; i < findings->list.n && str_eq(path, finding_path(findings->list.items[i]));
			i++)
			row_add(&row, findings->list.items[i]->breaks);
		out_str(out, S("<tr><th scope=\"row\">"));
		if (path.n)
			code(out, path);
		else
			out_str(out, S("(no file)"));
		out_str(out, S("</th>"));
		cells_write(out, &row);
	}
}

static void anchor_write(struct out *out, const struct contract *contract)
{
	out_str(out, contract ? S("contract-") : S("no-contract"));
	out_markup(out, contract ? contract->name : S(""));
}

static void contract_row_write(struct out *out, const struct report *report,
	const struct report_group *group, const struct row *row)
{
	struct str consumers = group_consumers(group, report->arena);
	bool has_section = group->begin < group->end;

	out_str(out, S("<tr><th scope=\"row\">"));
	if (has_section) {
		out_str(out, S("<a href=\"#"));
		anchor_write(out, group->contract);
		out_str(out, S("\">"));
	}
	out_markup(out, group->contract ? group->contract->name : S("no contract"));
	out_str(out, has_section ? S("</a>") : S(""));
	if (consumers.p) {
		out_str(out, S(" <span class=\"soft\">"));
		out_markup(out, consumers);
		out_str(out, S("</span>"));
	}
	out_str(out, S("</th>"));
	cells_write(out, row);
}

/* What hurts several contracts counts in the row of each, by what each promises. */
static void contract_rows_write(struct out *out, const struct report *report,
	const struct blocks *blocks, const struct findings *findings)
{
	struct row *rows = NEW_ARRAY(report->arena, blocks->n_groups, struct row);
	struct map positions;

	map_init(&positions, report->arena);
	for (uint32_t i = 0; i + 1 < blocks->n_groups; i++)
		*map_put(&positions, blocks->groups[i].contract, 0) = &rows[i];
	for (uint32_t i = 0; i < findings->list.n; i++) {
		const struct finding *finding = findings->list.items[i];

		for (uint32_t k = 0; k < finding->contracts.n; k++)
			row_add(map_get(&positions, finding->contracts.items[k].contract, 0),
				finding->contracts.items[k].breaks);
		if (!finding->contracts.n)
			row_add(&rows[blocks->n_groups - 1], finding->breaks);
	}
	for (uint32_t i = 0; i < blocks->n_groups; i++)
		if (rows[i].all)
			contract_row_write(out, report, &blocks->groups[i], &rows[i]);
}

/* What the finding breaks; where it hurts contracts, what they promise of it. */
static unsigned finding_counts(const struct finding *finding)
{
	unsigned breaks = finding->contracts.n ? 0 : finding->breaks;

	for (uint32_t i = 0; i < finding->contracts.n; i++)
		breaks |= finding->contracts.items[i].breaks;
	return breaks;
}

static void summary_write(struct out *out, const struct report *report, const struct blocks *blocks,
	const struct findings *findings)
{
	struct row total = { 0 };

	out_str(out, S("<section aria-labelledby=\"summary\">\n<h2 id=\"summary\">By contract and "
		       "surface</h2>\n<p class=\"soft\">How many changes break what"));
	for (size_t i = 0; i < SURFACES; i++)
		out_printf(
			out, "%s%s is %s", i ? "; " : ". ", columns[i].name, columns[i].explained);
	/* These are a table's own roles, repeated because narrow screens lay the table out as a
	 * grid. */
	out_printf(out,
		". One change may count in several %scolumns.</p>\n"
		"<table aria-labelledby=\"summary\">\n<thead>"
		"<tr><th scope=\"col\">Contract</th>",
		blocks->by_contract ? "rows and " : "");
	for (size_t i = 0; i < SURFACES; i++)
		out_printf(out, "<th scope=\"col\">%s</th>", columns[i].name);
	out_str(out, S("<th scope=\"col\">Changes</th></tr></thead>\n"
		       "<tbody>\n"));
	if (blocks->by_contract)
		contract_rows_write(out, report, blocks, findings);
	else
		file_rows_write(out, findings);
	for (uint32_t i = 0; i < findings->list.n; i++)
		row_add(&total, blocks->by_contract ? finding_counts(findings->list.items[i])
						    : findings->list.items[i]->breaks);
	out_str(out, S("</tbody>\n<tfoot><tr>"
		       "<th scope=\"row\">All</th>"));
	cells_write(out, &total);
	out_str(out, S("</tfoot>\n</table>\n</section>\n"));
}

/* A line with bytes `begin` to `end` marked. */
static void marked_write(struct out *out, struct str line, size_t begin, size_t end)
{
	if (end > line.n)
		end = line.n;
	if (begin > end)
		begin = end;
	out_markup(out, str_head(line, begin));
	if (end > begin) {
		out_str(out, S("<mark>"));
		out_markup(out, str_head(str_from(line, begin), end - begin));
		out_str(out, S("</mark>"));
	}
	out_markup(out, str_from(line, end));
}

static void source_line_write(struct out *out, struct text *text, struct arena *arena,
	uint32_t number, struct point begin, struct point end)
{
	struct str line = text_line(text, arena, number);
	size_t from = 0, to = 0;

	if (!line.p || (!line.n && number != begin.line && !text_line(text, arena, number + 1).p))
		return; /* no line follows the last line break */
	if (number == begin.line) {
		from = begin.column - 1;
		to = end.line == begin.line ? end.column - 1 : line.n;
	}
	line = str_clipped(line, LONGEST_LINE, arena);
	out_printf(out, "<span class=\"l\"><span class=\"n\">%u</span>", number);
	marked_write(out, line, from, to);
	out_str(out, S("</span>"));
}

struct pane {
	const char *class, *title;
	struct str name;
	struct place place;
	struct str value;
	bool unmarked;       /* the new place only encloses the old element: mark nothing */
	const char *nothing; /* text in place of a missing source line */
	struct str moved_to; /* its new place; absent: none */
};

static void side_write(struct out *out, struct arena *arena, const struct pane *side)
{
	struct text *text = side->place.text;
	struct point begin, end;

	out_printf(out, "<figure class=\"%s\"><figcaption>%s, ", side->class, side->title);
	code(out, side->name);
	place_points(side->place, arena, &begin, &end);
	if (text) {
		out_str(out, S(": "));
		code(out, text->path);
		if (!span_is_none(side->place.span))
			out_printf(out, " line %u", begin.line);
	}
	out_str(out, S("</figcaption>\n"));
	if (text && !span_is_none(side->place.span) && text_line(text, arena, begin.line).p) {
		out_printf(out, "<pre tabindex=\"0\" role=\"region\" aria-label=\"Source, %s\">",
			side->title);
		if (side->unmarked)
			end = begin;
		for (uint32_t line = begin.line > CONTEXT ? begin.line - CONTEXT : 1;
			line <= begin.line + CONTEXT; line++)
			source_line_write(out, text, arena, line, begin, end);
		out_str(out, S("</pre>"));
	} else if (side->moved_to.p) {
		out_str(out, S("<p>Moved to "));
		prose_write(out, side->moved_to, '\'');
		out_str(out, S(".</p>"));
	} else if (side->value.n) {
		out_str(out, S("<p>"));
		code(out, side->value);
		out_str(out, S("</p>"));
	} else {
		out_printf(out, "<p>%s</p>", side->nothing);
	}
	out_str(out, S("</figure>\n"));
}

static void sides_write(struct out *out, const struct report *report, const struct finding *finding)
{
	bool deleted = finding_is_deletion(finding);
	struct pane old = {
		.class = "old",
		.title = "Old",
		.name = report->old_name,
		.place = finding->old_place,
		.value = finding->before,
		.unmarked = finding_is_addition(finding),
		.nothing = finding->old_place.text ? "The file as a whole." : "Nothing there.",
	};
	struct pane new = {
		.class = "new",
		.title = "New",
		.name = report->new_name,
		.place = finding_now(finding),
		.value = finding->after,
		.unmarked = deleted,
		.nothing = !finding->new_place.text ? "The file is gone."
			   : deleted                ? "Gone."
						    : "Not set.",
	};

	if (finding->moved_to.p) {
		new.place = NOWHERE;
		new.moved_to = finding->moved_to;
	}
	out_str(out, S("<div class=\"sides\">\n"));
	side_write(out, report->arena, &old);
	side_write(out, report->arena, &new);
	out_str(out, S("</div>\n"));
}

static void term_begin(struct out *out, const char *term)
{
	out_printf(out, "<dt>%s</dt><dd>", term);
}

static void hurt_write(
	struct out *out, const struct report *report, const struct report_block *block)
{
	const struct finding *finding = block->finding;
	const struct contract *first =
		finding->contracts.n ? finding->contracts.items[0].contract : NULL;
	struct str proof =
		finding_proof_line(finding, finding_wanted(finding), LONGEST_PROOF, report->arena);
	struct str also = also_hurts(report, block, first), line;

	if (proof.p) {
		term_begin(out, "Proof");
		code(out, proof);
		out_str(out, S("</dd>\n"));
	}
	if (!also.p)
		return;
	term_begin(out, "Also hurts");
	for (bool more = false; str_cut(&also, '\n', &line); more = true) {
		out_str(out, more ? S("<br>") : S(""));
		out_markup(out, line);
	}
	out_str(out, S("</dd>\n"));
}

/* A long report ends with the helps and what its rules are for. */
static void terms_write(struct out *out, const struct report *report,
	const struct report_block *block, bool is_long)
{
	const struct finding *finding = block->finding;

	out_str(out, S("<dl>\n"));
	if (finding->before.n || finding->after.n) {
		term_begin(out, "Value");
		code(out, finding->before.n ? finding->before : S("(none)"));
		out_str(out, S(" → "));
		code(out, finding->after.n ? finding->after : S("(none)"));
		out_str(out, S("</dd>\n"));
	}
	if (finding->breaks) {
		term_begin(out, "Breaks");
		breaks_write(out, finding->breaks);
		out_str(out, S("</dd>\n"));
	}
	if (finding->registry) {
		term_begin(out, "Registry");
		out_markup(out, registered_words(finding, report->arena));
		out_str(out, S("</dd>\n"));
	}
	if (finding->reached_by) {
		term_begin(out, "Reached by");
		out_markup(out, reached_words(finding, report->arena));
		out_str(out, S("</dd>\n"));
	}
	if (report->contracts)
		hurt_write(out, report, block);
	if (finding->help.n && !is_long) {
		term_begin(out, "What to do");
		help_write(out, finding->help);
		out_str(out, S("</dd>\n"));
	}
	term_begin(out, "Fingerprint");
	out_str(out, S("<code>"));
	out_str(out, fingerprint_text(finding, FINGERPRINT_DIGITS, report->arena));
	out_str(out, S("</code></dd>\n"));
	if (finding->accepted) {
		term_begin(out, "Accepted");
		out_markup(out, finding->accepted_reason.n ? finding->accepted_reason
							   : S("without a reason"));
		out_str(out, S("</dd>\n"));
	}
	term_begin(out, "Rule");
	if (is_long && !finding->accepted)
		out_printf(out, "<a href=\"#%s\">", finding->rule->id);
	code(out, str_of(finding->rule->id));
	if (is_long && !finding->accepted)
		out_str(out, S("</a>"));
	if (finding->rule->purpose) {
		out_str(out, S(": "));
		out_markup(out, str_of(finding->rule->purpose));
	}
	out_str(out, S("</dd>\n</dl>\n"));
}

static void folded_write(
	struct out *out, const struct report *report, const struct report_block *block)
{
	if (block->same.n) {
		out_printf(out, "<details><summary>The same in %u more files</summary><ul>\n",
			block->same.n);
		for (uint32_t i = 0; i < block->same.n; i++) {
			out_str(out, S("<li>"));
			code(out, finding_path(block->same.items[i]));
			out_str(out, S("</li>\n"));
		}
		out_str(out, S("</ul></details>\n"));
	}
	if (block->follows.n) {
		out_printf(out, "<details><summary>%u more follow%s from it</summary><ul>\n",
			block->follows.n, block->follows.n == 1 ? "s" : "");
		for (uint32_t i = 0; i < block->follows.n; i++) {
			out_str(out, S("<li>"));
			prose_write(out, block->follows.items[i]->message, '\'');
			out_str(out, S(" <code>"));
			out_str(out, fingerprint_text(block->follows.items[i], FINGERPRINT_DIGITS,
					     report->arena));
			out_str(out, S("</code>"));
			out_str(out, S("</li>\n"));
		}
		out_str(out, S("</ul></details>\n"));
	}
}

static void reasons_write(struct out *out, const struct rule *rule)
{
	if (!rule->hurts || !*rule->hurts)
		return;
	out_str(out, S("<details><summary>Why it matters</summary><p>"));
	prose_write(out, str_of(rule->hurts), '`');
	out_str(out, S("</p>"));
	if (rule->safely && *rule->safely) {
		out_str(out, S("<p>"));
		prose_write(out, str_of(rule->safely), '`');
		out_str(out, S("</p>"));
	}
	out_str(out, S("</details>\n"));
}

static void block_write(struct out *out, const struct report *report,
	const struct report_block *block, uint32_t number, bool is_long)
{
	const struct finding *finding = block->finding;
	const char *class = finding->accepted                     ? "accepted"
			    : finding->severity == SEVERITY_ERROR ? "error"
								  : "warning";

	out_printf(out, "<article class=\"%s\" aria-labelledby=\"f%u\">\n", class, number);
	out_printf(out, "<span class=\"verdict %s\">%s</span>\n",
		finding->accepted                     ? "pass"
		: finding->severity == SEVERITY_ERROR ? "fail"
						      : "warn",
		finding->accepted                     ? "Accepted"
		: finding->severity == SEVERITY_ERROR ? "Breaking"
						      : "Warning");
	out_printf(out, "<h3 id=\"f%u\">", number);
	prose_write(out, finding->message, '\'');
	out_str(out, S("</h3>\n"));
	sides_write(out, report, finding);
	terms_write(out, report, block, is_long);
	folded_write(out, report, block);
	if (!is_long)
		reasons_write(out, finding->rule);
	out_str(out, S("</article>\n"));
}

static void rule_write(struct out *out, struct arena *arena, const struct rule_tally *rule)
{
	out_printf(out, "<article class=\"rule\" id=\"%s\">\n<h3>%u × ", rule->rule->id, rule->n);
	code(out, str_of(rule->rule->id));
	out_str(out, S("</h3>\n"));
	for (uint32_t i = 0; i < rule->advices.n; i++) {
		out_str(out, S("<p>What to do "));
		prose_write(out, advice_words(&rule->advices.items[i], arena), '\'');
		out_str(out, S(": "));
		help_write(out, rule->advices.items[i].finding->help);
		out_str(out, S("</p>\n"));
	}
	reasons_write(out, rule->rule);
	out_str(out, S("</article>\n"));
}

static void tally_write(struct out *out, const struct report *report, const struct tally *tally)
{
	out_str(out, S("<section aria-labelledby=\"rules\">\n<h2 id=\"rules\">By rule, and what to "
		       "do</h2>\n"));
	for (uint32_t i = 0; i < tally->rules.n; i++)
		rule_write(out, report->arena, &tally->rules.items[i]);
	out_str(out, S("</section>\n"));
}

static void group_begin(
	struct out *out, const struct report *report, const struct report_group *group)
{
	struct str consumers = group_consumers(group, report->arena);

	out_str(out, S("<section id=\""));
	anchor_write(out, group->contract);
	out_str(out, S("\" aria-labelledby=\"h-"));
	anchor_write(out, group->contract);
	out_str(out, S("\" style=\"overflow-wrap:anywhere\">\n<h2 id=\"h-"));
	anchor_write(out, group->contract);
	out_str(out, S("\">"));
	out_markup(out, group->contract ? group->contract->name : S("No contract"));
	out_str(out, S("</h2>\n<p class=\"soft\" style=\"margin-bottom:.75rem\">"));
	if (group->contract) {
		out_markup(out, contract_terms(group->contract, report->arena));
		out_str(out, S(": "));
	}
	out_printf(out, "<strong>" STR "</strong>", ARG(group_counts(group, report->arena)));
	if (consumers.p) {
		out_str(out, S("; "));
		out_markup(out, consumers);
	}
	out_str(out, S("</p>\n"));
}

static void group_write(struct out *out, const struct report *report, const struct blocks *blocks,
	const struct report_group *group, bool is_long)
{
	if (blocks->by_contract)
		group_begin(out, report, group);
	else
		out_str(out, S("<section aria-labelledby=\"changes\">\n"
			       "<h2 id=\"changes\">Changes by file, the most harmful file "
			       "first</h2>\n"));
	for (uint32_t i = group->begin; i < group->end && i < MOST_SHOWN; i++)
		block_write(out, report, &blocks->list.items[i], i + 1, is_long);
	if (group->end > MOST_SHOWN)
		out_printf(out, "<p>… and %u more, which the json report has.</p>\n",
			group->end - (group->begin > MOST_SHOWN ? group->begin : MOST_SHOWN));
	out_str(out, S("</section>\n"));
}

static bool html_write(struct out *out, const struct report *report)
{
	const struct blocks *blocks = blocks_by_contract(report);
	struct findings findings = findings_by_path(report, false);
	const struct tally *tally = tally_make(report, blocks);

	head_write(out, report, blocks);
	if (blocks->list.n)
		summary_write(out, report, blocks, &findings);
	for (uint32_t i = 0; i < blocks->n_groups; i++)
		if (blocks->groups[i].begin < blocks->groups[i].end)
			group_write(out, report, blocks, &blocks->groups[i], tally != NULL);
	if (tally)
		tally_write(out, report, tally);
	out_str(out, S("</main>\n<footer>Made by breakwater "));
	out_markup(out, report->version);
	out_str(out, S("</footer>\n</body>\n</html>\n"));
	return true;
}

const struct reporter html_reporter = {
	.name = "html",
	.summary = "one page that needs nothing else, for people who do not read code",
	.write = html_write,
	.shows_proof_lines = true,
};
