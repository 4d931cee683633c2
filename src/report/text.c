#include "report/line.h"
#include "base/map.h"
#include "report/escape.h"
#include "report/hurt.h"
#include "report/proof.h"
#include "report/reached.h"
#include "report/registered.h"
#include "report/tally.h"

enum {
	LISTED = 3,
	GUTTER = 15,    /* of `      = proof: ` */
	NARROWEST = 60, /* proof */
	WIDEST = 100 - GUTTER,
};

/* Writes the first words of an enumeration and counts the rest: `a, b, c and 4 more`. */
struct word_list {
	struct out *out;
	struct map seen; /* words already counted, by hash */
	uint32_t n;
};

/* Should this word be written? A word that was seen before is not counted again. */
static bool listing_next(struct word_list *listing, struct str what)
{
	void **slot = map_put(&listing->seen, NULL, str_hash(what));

	if (*slot)
		return false;
	*slot = listing;
	if (++listing->n > LISTED)
		return false;
	out_str(listing->out, listing->n > 1 ? S(", ") : S(""));
	return true;
}

static void listing_end(struct word_list *listing)
{
	if (listing->n > LISTED)
		out_printf(listing->out, " and %u more", listing->n - LISTED);
	out_char(listing->out, '\n');
}

static void same_write(
	struct out *out, const struct report *report, const struct report_block *block)
{
	struct word_list listing = { .out = out };

	map_init(&listing.seen, report->arena);
	for (uint32_t i = 0; i < block->same.n; i++) {
		struct str path = finding_path(block->same.items[i]);

		if (listing_next(&listing, path))
			out_plain(out, path);
	}
	listing_end(&listing);
}

static bool is_of_same_element(const struct finding *a, const struct finding *b)
{
	return str_eq(a->element, b->element) && a->has_number == b->has_number &&
	       (!a->has_number || a->number == b->number);
}

/*
 * The part of the second message after the element's name, where both begin with the same name;
 * absent if the messages are equal.
 */
static struct str other_words(struct str first, struct str second)
{
	size_t at = 0, end = 0;

	while (at < first.n && at < second.n && first.p[at] == second.p[at]) {
		if (at > 0 && first.p[at - 1] == '\'' && first.p[at] == ' ')
			end = at + 1;
		at++;
	}
	return at == second.n ? (struct str){ NULL, 0 } : str_from(second, end);
}

/* `changed its JSON name from 'a' to 'b', 'acme.v1.Order.ItemsEntry'`: the element itself first. */
static void follows_write(
	struct out *out, const struct report *report, const struct report_block *block)
{
	struct word_list listing = { .out = out };
	const struct finding *head = block->finding;

	map_init(&listing.seen, report->arena);
	for (uint32_t i = 0; i < block->follows.n; i++) {
		const struct finding *finding = block->follows.items[i];
		struct str words;

		if (!is_of_same_element(finding, head))
			continue;
		words = other_words(head->message, finding->message);
		if (!words.p)
			words = str_printf(report->arena, "the same by %s", finding->rule->id);
		if (listing_next(&listing, words))
			out_plain(out, words);
	}
	for (uint32_t i = 0; i < block->follows.n; i++) {
		const struct finding *finding = block->follows.items[i];

		if (is_of_same_element(finding, head) || !listing_next(&listing, finding->element))
			continue;
		out_char(out, '\'');
		out_plain(out, finding->element);
		out_char(out, '\'');
	}
	listing_end(&listing);
}

/* The most telling line: the new one, or the old one for a deletion. */
static void source_write(struct out *out, const struct report *report,
	const struct finding *finding, const struct palette *palette)
{
	struct place now = finding_now(finding);
	bool deleted = finding_is_deletion(finding) || span_is_none(now.span);
	struct str was = was_text(report, finding);
	bool shown = deleted && excerpt_write(out, finding->old_place, report->arena, palette,
					report->columns);

	if (!shown)
		shown = excerpt_write(out, now, report->arena, palette, report->columns);
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
	struct out *out, struct str word, struct str text, const struct palette *palette)
{
	struct str line;

	while (str_cut(&text, '\n', &line)) {
		remark_begin(out, word, palette);
		out_plain(out, line);
		out_char(out, '\n');
	}
}

/* One line: a proof that does not fit the terminal is cut, unless so little would be left that it
 * had better be wrapped. */
static struct str proof_words(const struct report *report, const struct finding *finding)
{
	unsigned columns = WIDEST;

	if (report->columns >= NARROWEST + GUTTER && report->columns < WIDEST + GUTTER)
		columns = report->columns - GUTTER;
	return finding_proof_line(finding, finding_wanted(finding), columns, report->arena);
}

/* Who is hurt: the group's contract is in its header. */
static void hurt_write(struct out *out, const struct report *report,
	const struct report_block *block, const struct palette *palette)
{
	const struct finding *finding = block->finding;
	const struct contract *first =
		finding->contracts.n ? finding->contracts.items[0].contract : NULL;

	remark_lines(out, S("proof"), proof_words(report, finding), palette);
	remark_lines(out, S("also hurts"), also_hurts(report, block, first), palette);
}

/* `v1.0.0 to v1.2.0 (3 of 9 versions)` */
static struct str holds_words(const struct finding_history *history, struct arena *arena)
{
	struct str range = str_eq(history->from, history->to)
				   ? history->from
				   : str_printf(arena, STR " to " STR, ARG(history->from),
					     ARG(history->to));

	return str_printf(arena, STR " (%u of %u version%s)%s", ARG(range), history->count,
		history->versions, history->versions == 1 ? "" : "s",
		history->known ? ", known" : "");
}

/* `v1.4.0, by 1a2b3c4d5e of 2024-05-03, 'drop amount'` */
static struct str gone_words(const struct spent_owner *was, struct arena *arena)
{
	return str_printf(arena, STR ", by " STR " of " STR ", '" STR "'", ARG(was->gone_version),
		ARG(str_head(was->gone_commit, 10)), ARG(was->gone_date), ARG(was->gone_subject));
}

/* `1a2b3c4d5e, A. Uthor, 2024-05-03, 'drop amount'` */
static struct str blame_words(const struct finding_blame *blame, struct arena *arena)
{
	struct str words;

	if (blame->note == BLAME_UNCOMMITTED)
		return S("not committed yet");
	if (blame->note == BLAME_BASE_AHEAD)
		return str_printf(arena,
			"not from this branch: " STR " has gone on since " STR " (compare A...B)",
			ARG(blame->base_name), ARG(str_head(blame->base, 10)));
	words = str_printf(arena, STR ", " STR ", " STR ", '" STR "'",
		ARG(str_head(blame->commit, 10)), ARG(blame->author), ARG(blame->date),
		ARG(blame->subject));
	if (blame->merge.p)
		words = str_printf(
			arena, STR ", merged by " STR, ARG(words), ARG(str_head(blame->merge, 10)));
	for (uint32_t i = 0; i < blame->n_unsure; i++)
		words = str_printf(arena, STR ", or " STR ", which does not compile", ARG(words),
			ARG(str_head(blame->unsure[i], 10)));
	return words;
}

/* `orders-value BACKWARD, since version 3; would accept` */
static void registry_write(struct out *out, const struct report *report,
	const struct finding *finding, const struct palette *palette)
{
	for (uint32_t i = 0; finding->registry && i < finding->registry->holds.n; i++) {
		const struct registry_hold *hold = finding->registry->holds.items[i];

		if (hold->n_versions)
			remark_lines(out, S("registry"), hold_words(hold, report->arena), palette);
	}
}

static void history_write(struct out *out, const struct report *report,
	const struct finding *finding, const struct palette *palette)
{
	const struct finding_history *history = finding->history;

	if (finding->blame)
		remark_lines(out, S("since"), blame_words(finding->blame, report->arena), palette);
	if (!history)
		return;
	remark_lines(out, S("holds"), holds_words(history, report->arena), palette);
	if (history->was)
		remark_lines(
			out, S("gone since"), gone_words(history->was, report->arena), palette);
}

static void block_write(struct out *out, const struct report *report,
	const struct report_block *block, unsigned digits, bool with_help,
	const struct palette *palette)
{
	const struct finding *finding = block->finding;

	block_headline(out, report, block, palette);
	out_char(out, '\n');
	source_write(out, report, finding, palette);
	if (block->same.n) {
		remark_begin(out, S("also in"), palette);
		same_write(out, report, block);
	}
	if (block->follows.n) {
		remark_begin(out, S("with it"), palette);
		follows_write(out, report, block);
	}
	history_write(out, report, finding, palette);
	registry_write(out, report, finding, palette);
	if (finding->breaks) {
		remark_begin(out, S("breaks"), palette);
		breaks_write(out, finding->breaks);
		out_char(out, '\n');
	}
	if (finding->reached_by)
		remark_lines(out, S("reached by"), reached_words(finding, report->arena), palette);
	if (report->contracts)
		hurt_write(out, report, block, palette);
	if (finding->help.n && with_help)
		remark_lines(out, S("help"), finding->help, palette);
	remark_begin(out, S("fingerprint"), palette);
	out_str(out, fingerprint_text(finding, digits, report->arena));
	out_printf(out, "%s\n", fingerprint_remark(block));
	if (finding->accepted)
		remark_lines(out, S("accepted"),
			finding->accepted_reason.n ? finding->accepted_reason
						   : S("without a reason"),
			palette);
	out_char(out, '\n');
}

static void count_write(struct out *out, uint32_t n, struct str what, const struct palette *palette)
{
	out_printf(out, "%s%7u%s  ", palette->gutter, n, palette->off);
	out_plain(out, what);
	out_char(out, '\n');
}

static void tally_write(struct out *out, const struct report *report, const struct tally *tally,
	const struct palette *palette)
{
	out_printf(out, "%sby rule%s\n", palette->place, palette->off);
	for (uint32_t i = 0; i < tally->rules.n; i++) {
		const struct rule_tally *rule = &tally->rules.items[i];

		count_write(out, rule->n, str_of(rule->rule->id), palette);
		for (uint32_t k = 0; k < rule->advices.n; k++) {
			const struct advice *advice = &rule->advices.items[k];
			struct str words = str_printf(report->arena, "help " STR,
				ARG(advice_words(advice, report->arena)));

			remark_lines(out, words, advice->finding->help, palette);
		}
	}
	out_printf(out, "\n%sby file%s\n", palette->place, palette->off);
	for (uint32_t i = 0; i < tally->files.n && i < TALLY_FILES; i++) {
		struct str path = tally->files.items[i].path;

		count_write(out, tally->files.items[i].n, path.n ? path : S("(no file)"), palette);
	}
	if (tally->files.n > TALLY_FILES)
		count_write(out, tally_rest(tally),
			str_printf(report->arena, "in %u more files", tally->files.n - TALLY_FILES),
			palette);
	out_char(out, '\n');
}

/* The only finding that would be accepted; NULL if there are several. */
static const struct finding *only_active(const struct report *report)
{
	const struct finding *active = NULL;

	for (uint32_t i = 0; i < report->findings->list.n; i++) {
		const struct finding *finding = report->findings->list.items[i];

		if (!finding_active(finding))
			continue;
		if (active)
			return NULL;
		active = finding;
	}
	return active;
}

/* `meant? breakwater accept eb21dbe --reason TEXT main`: the command for breaks that are meant. */
static void accept_write(struct out *out, const struct report *report, const struct blocks *blocks)
{
	const struct finding *only = only_active(report);

	if (!report->accept.p || !findings_active(report->findings))
		return;
	out_str(out, S("meant? breakwater accept "));
	if (only)
		out_str(out, fingerprint_text(only, blocks->digits, report->arena));
	else
		out_str(out, S("FINGERPRINT"));
	out_str(out, S(" --reason TEXT"));
	if (report->accept.n)
		out_char(out, ' ');
	out_plain(out, report->accept);
	out_char(out, '\n');
}

/* `orders (topic orders.v1, owner team-orders) BACKWARD: 2 breaks; hurts billing, warehouse` */
static void header_write(struct out *out, const struct report *report,
	const struct report_group *group, const struct palette *palette)
{
	const struct contract *contract = group->contract;
	struct str consumers = group_consumers(group, report->arena);

	out_printf(out, "%s" STR "%s", palette->place,
		ARG(contract ? contract->name : S("no contract")), palette->off);
	if (contract)
		out_printf(out, " " STR, ARG(contract_terms(contract, report->arena)));
	out_printf(out, ": %s" STR "%s",
		group->errors     ? palette->error
		: group->warnings ? palette->warning
				  : palette->note,
		ARG(group_counts(group, report->arena)), palette->off);
	if (consumers.p)
		out_printf(out, "; " STR, ARG(consumers));
	out_str(out, S("\n\n"));
}

static bool text_write(struct out *to, const struct report *report)
{
	struct out *out = report->columns ? out_memory(report->arena) : to;
	const struct palette *palette = palette_of(report->color);
	const struct blocks *blocks = blocks_by_contract(report);
	const struct tally *tally = tally_make(report, blocks);

	for (uint32_t g = 0; g < blocks->n_groups; g++) {
		const struct report_group *group = &blocks->groups[g];

		if (blocks->by_contract && group->begin < group->end)
			header_write(out, report, group, palette);
		for (uint32_t i = group->begin; i < group->end; i++)
			block_write(out, report, &blocks->list.items[i], blocks->digits, !tally,
				palette);
	}
	if (tally)
		tally_write(out, report, tally, palette);
	out_str(out, str_of(palette->place));
	out_plain(out, summary_line(report, blocks));
	out_str(out, str_of(palette->off));
	out_char(out, '\n');
	accept_write(out, report, blocks);
	if (report->columns)
		out_wrapped(to, out_text(out), report->columns);
	return true;
}

const struct reporter text_reporter = {
	.name = "text",
	.summary = "for people: a block for each finding, with the source line and what to do",
	.write = text_write,
	.shows_proof_lines = true,
	.shows_unknown = true,
};
