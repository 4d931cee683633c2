#include "report/report.h"
#include "base/map.h"
#include "report/escape.h"

#include <inttypes.h>
#include <stdlib.h>

enum { FEWEST_DIGITS = 7 };

/* A finding with its sort keys. */
struct sort_entry {
	struct finding *finding;
	struct str path;
	struct point begin;
	size_t order; /* original position */
};

static int compare_numbers(size_t a, size_t b)
{
	return (a > b) - (a < b);
}

static int compare_entries(const void *left, const void *right)
{
	const struct sort_entry *a = left, *b = right;
	int order = str_cmp(a->path, b->path);

	if (!order)
		order = compare_numbers(a->begin.line, b->begin.line);
	if (!order)
		order = compare_numbers(a->begin.column, b->begin.column);
	if (!order)
		order = strcmp(a->finding->rule->id, b->finding->rule->id);
	if (!order)
		order = str_cmp(a->finding->element, b->finding->element);
	if (!order)
		order = str_cmp(a->finding->message, b->finding->message);
	return order ? order : compare_numbers(a->order, b->order);
}

static struct str path_of(struct place place)
{
	return place.text ? place.text->path : (struct str){ NULL, 0 };
}

static bool span_eq(struct span a, struct span b)
{
	return a.begin == b.begin && a.end == b.end;
}

static bool is_repetition(const struct finding *a, const struct finding *b)
{
	return a->rule == b->rule && str_eq(a->message, b->message) &&
	       str_eq(path_of(a->new_place), path_of(b->new_place)) &&
	       span_eq(a->new_place.span, b->new_place.span) &&
	       /* Findings without a place differ by where it was. */
	       str_eq(path_of(a->old_place), path_of(b->old_place)) &&
	       (a->new_place.text || span_eq(a->old_place.span, b->old_place.span));
}

void findings_sort(struct findings *findings, struct arena *scratch)
{
	uint32_t n = findings->list.n, kept = 0;
	struct sort_entry *entries = NEW_ARRAY(scratch, n, struct sort_entry);
	struct map dropped;

	for (uint32_t i = 0; i < n; i++) {
		struct finding *finding = findings->list.items[i];
		struct point end;

		entries[i] = (struct sort_entry){ .finding = finding, .order = i };
		entries[i].path = path_of(finding->new_place);
		place_points(finding->new_place, scratch, &entries[i].begin, &end);
	}
	if (n)
		qsort(entries, n, sizeof *entries, compare_entries);

	map_init(&dropped, scratch);
	for (uint32_t i = 0; i < n; i++) {
		struct finding *finding = entries[i].finding;

		if (kept && is_repetition(findings->list.items[kept - 1], finding))
			*map_put(&dropped, finding, 0) = findings->list.items[kept - 1];
		else
			findings->list.items[kept++] = finding;
	}
	findings->list.n = kept;
	for (uint32_t i = 0; dropped.n && i < kept; i++) {
		struct finding *finding = findings->list.items[i];
		struct finding *stays =
			finding->cause ? map_get(&dropped, finding->cause, 0) : NULL;

		if (stays)
			finding->cause = stays;
	}
}

static int compare_fingerprints(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return (a > b) - (a < b);
}

unsigned fingerprint_digits(const struct findings *findings, struct arena *scratch)
{
	struct arena_mark mark = arena_mark(scratch);
	uint64_t *sorted = NEW_ARRAY(scratch, findings->list.n, uint64_t);
	unsigned digits = FEWEST_DIGITS;
	uint32_t n = 0;

	for (uint32_t i = 0; i < findings->list.n; i++)
		if (!findings->list.items[i]->ignored)
			sorted[n++] = findings->list.items[i]->fingerprint;
	if (n)
		qsort(sorted, n, sizeof *sorted, compare_fingerprints);
	for (uint32_t i = 1; i < n; i++)
		while (digits < FINGERPRINT_DIGITS && sorted[i] != sorted[i - 1] &&
			(sorted[i] ^ sorted[i - 1]) >> 4 * (FINGERPRINT_DIGITS - digits) == 0)
			digits++;
	arena_rewind(scratch, mark);
	return digits;
}

struct str fingerprint_text(const struct finding *finding, unsigned digits, struct arena *arena)
{
	return str_head(str_printf(arena, "%016" PRIx64, finding->fingerprint), digits);
}

void finding_print(struct out *out, const struct finding *finding)
{
	out_plain(out, finding->message);
	out_printf(out, " [%s]", finding->rule->id);
}

bool finding_active(const struct finding *finding)
{
	return finding->severity == SEVERITY_ERROR && !finding->accepted && !finding->ignored;
}

bool findings_active(const struct findings *findings)
{
	for (uint32_t i = 0; i < findings->list.n; i++)
		if (finding_active(findings->list.items[i]))
			return true;
	return false;
}
