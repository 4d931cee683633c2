#include "report/block.h"
#include "base/map.h"
#include "report/hurt.h"

#include <stdio.h>
#include <stdlib.h>

enum { SAME_IN_FILES = 3, LONGEST_CHAIN = 100, LONGEST_VALUE = 120 };

bool finding_shown(const struct report *report, const struct finding *finding)
{
	return !finding->ignored && (report->show_accepted || !finding->accepted);
}

struct str finding_path(const struct finding *finding)
{
	if (finding->new_place.text)
		return finding->new_place.text->path;
	return finding->old_place.text ? finding->old_place.text->path : S("");
}

bool finding_is_deletion(const struct finding *finding)
{
	return finding->gone || (!finding->after.p && !finding->now_place.text &&
					strstr(finding->rule->id, "_NO_DELETE"));
}

bool finding_is_addition(const struct finding *finding)
{
	if (finding->rule->on_options)
		return !finding->before.p;
	return finding->rule->by_contract && finding->pair && !finding->pair->old.element;
}

struct place finding_now(const struct finding *finding)
{
	return finding->now_place.text ? finding->now_place : finding->new_place;
}

static struct shown_place spot_at(
	const struct finding *finding, struct place place, struct arena *arena)
{
	struct shown_place spot = { .path = finding_path(finding) };

	if (!place.text)
		place = finding->old_place;
	spot.text = place.text;
	spot.placed = place.text && !span_is_none(place.span);
	place_points(place, arena, &spot.begin, &spot.end);
	return spot;
}

struct shown_place shown_place_of(const struct finding *finding, struct arena *arena)
{
	return spot_at(finding, finding->new_place, arena);
}

struct shown_place shown_place_now(const struct finding *finding, struct arena *arena)
{
	return spot_at(finding, finding_now(finding), arena);
}

struct path_entry {
	struct finding *finding;
	uint32_t order;
};

static int compare_paths(const void *left, const void *right)
{
	const struct path_entry *a = left, *b = right;
	int order = str_cmp(finding_path(a->finding), finding_path(b->finding));

	return order ? order : (a->order > b->order) - (a->order < b->order);
}

struct findings findings_by_path(const struct report *report, bool all)
{
	struct path_entry *entries =
		NEW_ARRAY(report->arena, report->findings->list.n, struct path_entry);
	struct findings sorted = { 0 };
	uint32_t n = 0;

	for (uint32_t i = 0; i < report->findings->list.n; i++) {
		struct finding *finding = report->findings->list.items[i];

		if (!finding->ignored && (all || finding_shown(report, finding)))
			entries[n++] = (struct path_entry){ finding, i };
	}
	if (n)
		qsort(entries, n, sizeof *entries, compare_paths);
	for (uint32_t i = 0; i < n; i++)
		*vec_push(report->arena, &sorted.list) = entries[i].finding;
	return sorted;
}

/* Harm, highest first: lost data, rejected JSON, code that must change; accepted findings come
 * last. */
static unsigned finding_rank(const struct finding *finding)
{
	unsigned harm = 3;

	if (finding->breaks & (WIRE_BACKWARD | WIRE_FORWARD))
		harm = 0;
	else if (finding->breaks & (JSON_BACKWARD | JSON_FORWARD))
		harm = 1;
	else if (finding->breaks & SOURCE_CODE)
		harm = 2;
	return (unsigned)finding->accepted << 8 | (unsigned)finding->severity << 4 | harm;
}

static int compare_numbers(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static int compare_points(struct point a, struct point b)
{
	int order = compare_numbers(a.line, b.line);

	return order ? order : compare_numbers(a.column, b.column);
}

static int compare_blocks(const void *left, const void *right)
{
	const struct report_block *a = left, *b = right;
	int order = compare_numbers(a->group, b->group);

	if (!order)
		order = compare_numbers(a->file_rank, b->file_rank);
	if (!order)
		order = compare_numbers(a->file_order, b->file_order);
	if (!order)
		order = compare_numbers(a->finding->accepted, b->finding->accepted);
	if (!order)
		order = compare_points(a->at, b->at);
	if (!order)
		order = compare_points(a->was, b->was);
	return order ? order : compare_numbers(a->order, b->order);
}

static int compare_groups(const void *left, const void *right)
{
	const struct report_block *a = left, *b = right;
	int order = compare_numbers(a->group, b->group);

	return order ? order : compare_numbers(a->order, b->order);
}

/* The blocks of a file are adjacent here. */
static void blocks_sort(struct blocks *blocks, struct arena *arena)
{
	if (blocks->list.n && blocks->by_contract)
		qsort(blocks->list.items, blocks->list.n, sizeof *blocks->list.items,
			compare_groups);
	for (uint32_t begin = 0, end; begin < blocks->list.n; begin = end) {
		struct report_block *items = blocks->list.items;
		struct str path = finding_path(items[begin].finding);
		unsigned rank = items[begin].rank;
		struct point end_point;

		for (end = begin + 1;
			end < blocks->list.n && items[end].group == items[begin].group &&
			str_eq(finding_path(items[end].finding), path);
			end++)
			rank = items[end].rank < rank ? items[end].rank : rank;
		for (uint32_t i = begin; i < end; i++) {
			items[i].file_rank = rank;
			items[i].file_order = begin;
			items[i].at = shown_place_now(items[i].finding, arena).begin;
			place_points(items[i].finding->old_place, arena, &items[i].was, &end_point);
		}
	}
	if (blocks->list.n)
		qsort(blocks->list.items, blocks->list.n, sizeof *blocks->list.items,
			compare_blocks);
}

/* ---- contracts ---- */

/* What findings are folded and grouped by. */
struct folding {
	struct map listed;    /* findings */
	struct map positions; /* contract → index + 1; empty: there is one group */
};

bool report_by_contract(const struct report *report)
{
	return report->contracts && report->contracts->list.n &&
	       report->contracts->list.items[0]->name.p;
}

static uint32_t position_of(const struct folding *f, const struct contract *contract)
{
	return (uint32_t)((uintptr_t)map_get(&f->positions, contract, 0) - 1);
}

static uint32_t group_of(const struct folding *f, const struct finding *finding)
{
	return finding->contracts.n && f->positions.n
		       ? position_of(f, finding->contracts.items[0].contract)
		       : f->positions.n;
}

static void group_count(
	struct blocks *blocks, const struct folding *f, const struct finding *finding)
{
	struct report_group *group = &blocks->groups[group_of(f, finding)];

	if (finding->accepted)
		group->accepted++;
	else if (finding->severity == SEVERITY_ERROR)
		group->errors++;
	else
		group->warnings++;
	group->hurts |= finding_hurts(finding);
	for (uint32_t i = 1; f->positions.n && i < finding->contracts.n; i++) {
		group = &blocks->groups[position_of(f, finding->contracts.items[i].contract)];
		group->above += finding_active(finding);
		group->hurts |= finding_hurts(finding);
	}
}

/* The blocks are sorted. */
static void groups_make(struct blocks *blocks, const struct folding *f, const struct report *report)
{
	uint32_t begin = 0;

	blocks->n_groups = f->positions.n + 1;
	blocks->groups = NEW_ARRAY(report->arena, blocks->n_groups, struct report_group);
	for (uint32_t i = 0; i < f->positions.n; i++)
		blocks->groups[i].contract = report->contracts->list.items[i];
	for (uint32_t i = 0; i < blocks->n_groups; i++) {
		blocks->groups[i].begin = begin;
		while (begin < blocks->list.n && blocks->list.items[begin].group == i)
			begin++;
		blocks->groups[i].end = begin;
	}
	for (uint32_t i = 0; i < report->findings->list.n; i++)
		if (!report->findings->list.items[i]->ignored)
			group_count(blocks, f, report->findings->list.items[i]);
}

/*
 * The listed finding under which this one is folded; NULL: none. A finding is never folded under a
 * less harmful one, nor under one that stands under another contract.
 */
static struct finding *root_of(const struct folding *f, struct finding *finding)
{
	struct finding *root = NULL, *at = finding;

	for (int i = 0; i < LONGEST_CHAIN && at->cause && at->cause != finding; i++) {
		at = at->cause;
		if (map_get(&f->listed, at, 0) && at->accepted == finding->accepted &&
			at->severity <= finding->severity &&
			group_of(f, at) == group_of(f, finding))
			root = at;
	}
	return root;
}

static bool is_file_option(const struct finding *finding)
{
	return finding->rule->on == PAIR_FILE && (finding->before.p || finding->after.p);
}

static bool same_change(const struct report_block *left, const struct report_block *right)
{
	const struct finding *a = left->finding, *b = right->finding;

	return a->rule == b->rule && str_eq(a->before, b->before) && str_eq(a->after, b->after) &&
	       a->accepted == b->accepted && a->severity == b->severity &&
	       left->group == right->group;
}

static uint64_t change_hash(const struct report_block *block, struct arena *arena)
{
	const struct finding *finding = block->finding;
	struct arena_mark mark = arena_mark(arena);
	uint64_t hash = str_hash(str_printf(arena, "%u:%d%d:%zu:" STR STR, block->group,
		finding->accepted, finding->severity, finding->before.n, ARG(finding->before),
		ARG(finding->after)));

	arena_rewind(arena, mark);
	return hash;
}

/* Merges blocks of one change in more than three files into the first of them, and closes the gaps.
 */
static void blocks_join(struct blocks *blocks, struct arena *arena)
{
	bool *gone = NEW_ARRAY(arena, blocks->list.n, bool);
	struct map first; /* (rule, change) → block */
	uint32_t kept = 0;

	map_init(&first, arena);
	for (uint32_t i = 0; i < blocks->list.n; i++) {
		struct report_block *block = &blocks->list.items[i], **slot;

		if (!is_file_option(block->finding))
			continue;
		slot = (struct report_block **)map_put(
			&first, block->finding->rule, change_hash(block, arena));
		if (!*slot)
			*slot = block;
		else if (same_change(*slot, block))
			*vec_push(arena, &(*slot)->same) = block->finding;
	}
	for (uint32_t i = 0; i < blocks->list.n; i++) {
		struct report_block *block = &blocks->list.items[i], *head;

		if (!is_file_option(block->finding))
			continue;
		head = map_get(&first, block->finding->rule, change_hash(block, arena));
		if (head != block && same_change(head, block) && head->same.n >= SAME_IN_FILES) {
			gone[i] = true;
			for (uint32_t k = 0; k < block->follows.n; k++)
				*vec_push(arena, &head->follows) = block->follows.items[k];
		}
	}
	for (uint32_t i = 0; i < blocks->list.n; i++) {
		struct report_block *block = &blocks->list.items[i];

		if (block->same.n < SAME_IN_FILES)
			block->same.n = 0;
		if (!gone[i])
			blocks->list.items[kept++] = *block;
	}
	blocks->list.n = kept;
}

static void blocks_count(struct blocks *blocks, const struct report *report)
{
	struct map paths;

	map_init(&paths, report->arena);
	for (uint32_t i = 0; i < report->findings->list.n; i++) {
		const struct finding *finding = report->findings->list.items[i];
		struct str path = finding_path(finding);

		if (finding->ignored || finding->accepted)
			continue;
		if (finding->severity == SEVERITY_ERROR)
			blocks->errors++;
		else
			blocks->warnings++;
		/* Keyed by hash: equal paths of the two sides have different addresses. */
		if (path.n)
			map_put(&paths, NULL, str_hash(path));
	}
	blocks->files = paths.n;
}

static void fold(struct blocks *blocks, const struct folding *f, struct arena *arena)
{
	struct map by_finding;

	map_init(&by_finding, arena);
	for (uint32_t i = 0; i < f->listed.n; i++) {
		struct finding *finding = f->listed.entries[i].value;

		if (root_of(f, finding))
			continue;
		*vec_push(arena, &blocks->list) = (struct report_block){
			.finding = finding,
			.rank = finding_rank(finding),
			.order = i,
			.group = group_of(f, finding),
		};
	}
	for (uint32_t i = 0; i < blocks->list.n; i++)
		*map_put(&by_finding, blocks->list.items[i].finding, 0) = &blocks->list.items[i];
	for (uint32_t i = 0; i < f->listed.n; i++) {
		struct finding *finding = f->listed.entries[i].value;
		struct finding *root = root_of(f, finding);
		struct report_block *block = root ? map_get(&by_finding, root, 0) : NULL;

		if (block)
			*vec_push(arena, &block->follows) = finding;
	}
}

static struct blocks *make(const struct report *report, bool by_contract)
{
	struct arena *arena = report->arena;
	struct blocks *blocks = NEW(arena, struct blocks);
	struct findings findings = findings_by_path(report, false);
	struct folding f;

	map_init(&f.listed, arena);
	map_init(&f.positions, arena);
	for (uint32_t i = 0; i < findings.list.n; i++)
		*map_put(&f.listed, findings.list.items[i], 0) = findings.list.items[i];
	for (uint32_t i = 0; by_contract && i < report->contracts->list.n; i++)
		*map_put(&f.positions, report->contracts->list.items[i], 0) =
			(void *)(uintptr_t)(i + 1);
	blocks->by_contract = by_contract;
	fold(blocks, &f, arena);
	blocks_join(blocks, arena);
	blocks_sort(blocks, arena);
	blocks_count(blocks, report);
	groups_make(blocks, &f, report);
	blocks->digits = fingerprint_digits(report->findings, arena);
	return blocks;
}

struct blocks *blocks_make(const struct report *report)
{
	return make(report, false);
}

struct blocks *blocks_by_contract(const struct report *report)
{
	return make(report, report_by_contract(report));
}

static const char *plural(uint32_t n)
{
	return n == 1 ? "" : "s";
}

uint32_t contracts_broken(const struct report *report)
{
	struct map broken;

	map_init(&broken, report->arena);
	for (uint32_t i = 0; i < report->findings->list.n; i++) {
		const struct finding *finding = report->findings->list.items[i];

		if (finding_active(finding) && finding_hurts(finding))
			for (uint32_t k = 0; k < finding->contracts.n; k++)
				map_put(&broken, NULL,
					str_hash(finding->contracts.items[k].contract->name));
	}
	return broken.n;
}

uint32_t contracts_checked(const struct report *report)
{
	struct map names;

	map_init(&names, report->arena);
	for (uint32_t i = 0; i < report->contracts->list.n; i++)
		map_put(&names, NULL, str_hash(report->contracts->list.items[i]->name));
	return names.n;
}

static void registry_write(struct out *out, const struct report *report)
{
	out_printf(
		out, "; %u subject%s of the registry", report->subjects, plural(report->subjects));
	if (report->refused)
		out_printf(out, ", %u of which it refuses", report->refused);
	if (report->unknown)
		out_printf(out, ", %u of which could not be known", report->unknown);
}

struct str summary_line(const struct report *report, const struct blocks *blocks)
{
	struct out *out = out_memory(report->arena);

	if (report->unknown)
		out_str(out, S("incomplete: "));
	if (blocks->errors)
		out_printf(out, "%u breaking change%s", blocks->errors, plural(blocks->errors));
	else
		out_str(out, S("no breaking changes"));
	if (blocks->warnings)
		out_printf(out, ", %u warning%s", blocks->warnings, plural(blocks->warnings));
	if (blocks->files)
		out_printf(out, " in %u file%s", blocks->files, plural(blocks->files));
	out_str(out, S(" ("));
	if (report->versions) {
		out_printf(out, "%u version%s ", report->versions, plural(report->versions));
		out_str(out, report->first_version);
		out_str(out, report->versions > 1 ? S(" to ") : S(""));
		out_str(out, report->versions > 1 ? report->last_version : S(""));
	} else {
		out_str(out, report->old_name);
	}
	out_str(out, S(" → "));
	out_str(out, report->new_name);
	out_char(out, ')');
	if (!report->only_registry)
		out_printf(out, "; %u file%s compared", report->files_compared,
			plural(report->files_compared));
	if (report->accepted)
		out_printf(
			out, ", %u finding%s accepted", report->accepted, plural(report->accepted));
	if (report_by_contract(report))
		out_printf(out, "; %u contract%s checked, %u broken", contracts_checked(report),
			plural(contracts_checked(report)), contracts_broken(report));
	if (report->registry.p)
		registry_write(out, report);
	if (report->known && report->known_nearby)
		out_printf(out,
			"; %u older one%s known in the change's folders (--all looks into "
			"all)",
			report->known, plural(report->known));
	else if (report->known)
		out_printf(out, "; %u older one%s known (--all lists %s)", report->known,
			plural(report->known), report->known == 1 ? "it" : "them");
	return out_text(out);
}

static bool directions_write(
	struct out *out, const char *surface, bool backward, bool forward, bool first)
{
	if (!backward && !forward)
		return first;
	out_printf(out, "%s%s (%s%s%s)", first ? "" : ", ", surface,
		backward ? "old data read by new code" : "", backward && forward ? ", " : "",
		forward ? "new data read by old code" : "");
	return false;
}

void breaks_write(struct out *out, unsigned breaks)
{
	bool first = true;

	first = directions_write(out, "wire", breaks & WIRE_BACKWARD, breaks & WIRE_FORWARD, first);
	first = directions_write(out, "JSON", breaks & JSON_BACKWARD, breaks & JSON_FORWARD, first);
	if (breaks & SOURCE_CODE)
		out_printf(out, "%ssource code", first ? "" : ", ");
}

const char *fingerprint_remark(const struct report_block *block)
{
	if (block->same.n)
		return " (the other files have their own)";
	return block->follows.n ? " (what follows has its own)" : "";
}

struct str was_text(const struct report *report, const struct finding *finding)
{
	struct out *out = out_memory(report->arena);
	const struct text *text = finding->old_place.text;
	struct point begin, end;

	if (!text || (!finding->new_place.text && span_is_none(finding->old_place.span)) ||
		finding_is_addition(finding))
		return (struct str){ NULL, 0 };
	out_str(out, S("was "));
	if (finding->before.n > LONGEST_VALUE) {
		out_str(out, str_head(finding->before, LONGEST_VALUE));
		out_str(out, S("… "));
	} else if (finding->before.n) {
		out_str(out, finding->before);
		out_char(out, ' ');
	}
	out_str(out, text->is_whole ? S("in ") : S("at "));
	out_str(out, text->path);
	if (!span_is_none(finding->old_place.span)) {
		place_points(finding->old_place, report->arena, &begin, &end);
		out_printf(out, ":%u", begin.line);
	}
	if (text->is_whole)
		return out_text(out);
	out_str(out, S(" in "));
	out_str(out, finding->history ? finding->history->to : report->old_name);
	return out_text(out);
}
