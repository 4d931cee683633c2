/* Accepts findings by comments `// breakwater:accept RULE reason` in contracts; see accepted.h. */
#include "config/accepted.h"
#include "schema/marker.h"

#include <inttypes.h>
#include <stdio.h>

enum { FEWEST_DIGITS = 7 }; /* of a fingerprint in brackets */

static bool has_number(const struct element *e, int32_t *number)
{
	if (e->kind == ELEMENT_FIELD)
		*number = ((const struct field *)e)->number;
	else if (e->kind == ELEMENT_ENUM_VALUE)
		*number = ((const struct enum_value *)e)->number;
	else
		return false;
	return true;
}

/* Is the finding about the element that it points at, and not about something deleted from it? */
static bool is_about(
	const struct finding *finding, const struct element *element, struct arena *arena)
{
	const struct field *field;
	struct str name;
	int32_t number;

	if (!element)
		return finding->rule->on == PAIR_FILE;
	if (has_number(element, &number) && finding->has_number && number == finding->number)
		return true;
	name = element_full_name(element, arena);
	if (str_eq(name, finding->element))
		return true;
	/* A map's key and value are fields of a message that is not written out. */
	field = (const struct field *)element;
	return element->kind == ELEMENT_FIELD && field->is_map && field->message &&
	       str_eq(str_head(finding->element, str_rfind(finding->element, '.')),
		       field->message->e.full_name);
}

/* At least as many digits as reports show. */
static bool is_beginning(struct str selector, struct str fingerprint)
{
	return selector.n >= FEWEST_DIGITS && str_starts(fingerprint, selector);
}

static bool is_selected(
	const struct marker *marker, const struct finding *finding, struct arena *arena)
{
	struct str fingerprint = str_printf(arena, "%016" PRIx64, finding->fingerprint);
	struct str number = str_printf(arena, "%" PRId32, finding->number);
	struct str selector = marker->selector;

	return is_beginning(selector, fingerprint) ||
	       (finding->has_number && str_eq(selector, number)) ||
	       str_eq(selector, finding->element) ||
	       str_eq(selector, str_last_component(finding->element)) ||
	       (finding->before.n && str_eq(selector, finding->before));
}

/* Is the comment attached to that span? */
static bool stands_at(
	const struct marked_file *marked, const struct marker *marker, struct span span)
{
	struct element *element;

	if (!marker->attached)
		return false;
	if (span_is_none(span))
		return marker->element == NULL;
	if (span.begin == marker->statement)
		return true;
	element = marked_element(marked, span);
	/* The field and the message of a group are one declaration. */
	return element && marker->element && element->span.begin == marker->element->span.begin;
}

static bool fits_at(const struct marked_file *marked, const struct marker *marker,
	const struct finding *finding, struct span span, struct arena *arena)
{
	if (!stands_at(marked, marker, span))
		return false;
	if (marker->selector.p)
		return is_selected(marker, finding, arena);
	return is_about(finding, span_is_none(span) ? NULL : marked_element(marked, span), arena);
}

/* The comment may be at the place of the finding or of the change. */
static bool fits(const struct marked_file *marked, const struct marker *marker,
	const struct finding *finding, struct arena *arena)
{
	if (finding->ignored || !str_eq(marker->word, str_of(finding->rule->id)))
		return false;
	return fits_at(marked, marker, finding, finding->new_place.span, arena) ||
	       (finding->now_place.text &&
		       fits_at(marked, marker, finding, finding->now_place.span, arena));
}

static bool same_element(const struct element *a, const struct element *b, struct arena *arena)
{
	int32_t number_a, number_b;

	if (!a || !b)
		return a == b;
	if (a->kind != b->kind)
		return false;
	/* A renamed field is the same field. */
	if (has_number(a, &number_a) && has_number(b, &number_b) && number_a == number_b)
		return true;
	return str_eq(element_full_name(a, arena), element_full_name(b, arena));
}

/* A multimap from hashes to indexes. */
struct multimap {
	struct arena *arena;
	struct map heads; /* hash → the first struct multimap_entry */
};

struct multimap_entry {
	uint32_t index;              /* in a list */
	struct multimap_entry *next, *last; /* last: set in the first one only */
};

static void multimap_put(struct multimap *map, uint64_t hash, uint32_t index)
{
	void **slot = map_put(&map->heads, NULL, hash);
	struct multimap_entry *first = *slot, *each;

	if (first && first->last->index == index)
		return;
	each = NEW(map->arena, struct multimap_entry);
	each->index = index;
	if (first)
		first->last->next = each;
	else
		*slot = first = each;
	first->last = each;
}

static uint64_t mix(uint64_t hash, uint64_t more)
{
	return (hash ^ more) * 0x9E3779B97F4A7C15u + (hash >> 29);
}

/* A hash of a comment's text and its element, by number or by name, as in same_element. */
static uint64_t old_hash(const struct marker *marker, bool by_number, struct arena *arena)
{
	uint64_t hash = mix(
		mix(str_hash(marker->word), str_hash(marker->selector)), str_hash(marker->rest));
	int32_t number = 0;

	if (!marker->element)
		return hash;
	hash = mix(hash, 1 + (uint64_t)marker->element->kind);
	if (by_number && has_number(marker->element, &number))
		return mix(mix(hash, 1), (uint32_t)number);
	return mix(hash, str_hash(element_full_name(marker->element, arena)));
}

/* The comments of one file. */
struct marked_index {
	struct marked_file *marked;
	struct multimap
		old; /* its comments, for lookups by the other side; filled at the first one */
};

static void index_old(struct marked_index *index, struct arena *arena)
{
	const struct marked_file *marked = index->marked;

	index->old.arena = arena;
	map_init(&index->old.heads, arena);
	for (uint32_t i = 0; i < marked->markers.n; i++) {
		multimap_put(&index->old, old_hash(&marked->markers.items[i], true, arena), i);
		multimap_put(&index->old, old_hash(&marked->markers.items[i], false, arena), i);
	}
}

/* Did the old side have the same comment? Then it accepted an earlier break. */
static bool is_old(const struct marker *marker, struct marked_index *index, struct arena *arena)
{
	if (!index->old.arena)
		index_old(index, arena);
	for (int by_number = 0; by_number < 2; by_number++) {
		uint64_t hash = old_hash(marker, by_number, arena);
		const struct multimap_entry *each = map_get(&index->old.heads, NULL, hash);

		for (; each; each = each->next) {
			const struct marker *m = &index->marked->markers.items[each->index];

			if (str_eq(m->word, marker->word) &&
				str_eq(m->selector, marker->selector) &&
				str_eq(m->rest, marker->rest) &&
				same_element(m->element, marker->element, arena))
				return true;
		}
	}
	return false;
}

/* The findings of one file, by rule and place, and by selector. */
struct finding_index {
	struct arena *arena;
	const struct marked_file *marked;
	struct finding *const *items;
	struct multimap findings;
};

enum place_kind { AT_FILE, AT_STATEMENT, AT_ELEMENT };

static uint64_t place_hash(struct str rule, enum place_kind kind, uint32_t begin)
{
	return mix(mix(str_hash(rule), 1 + kind), kind == AT_FILE ? 0 : begin);
}

/* Adds a finding under all selectors that is_selected accepts for it. */
static void add_selected(struct finding_index *f, uint64_t place, uint32_t index)
{
	const struct finding *finding = f->items[index];
	char text[24];

	snprintf(text, sizeof text, "%016" PRIx64, finding->fingerprint);
	multimap_put(
		&f->findings, mix(place, str_hash(str_head(str_of(text), FEWEST_DIGITS))), index);
	if (finding->has_number) {
		snprintf(text, sizeof text, "%" PRId32, finding->number);
		multimap_put(&f->findings, mix(place, str_hash(str_of(text))), index);
	}
	multimap_put(&f->findings, mix(place, str_hash(finding->element)), index);
	multimap_put(
		&f->findings, mix(place, str_hash(str_last_component(finding->element))), index);
	if (finding->before.n)
		multimap_put(&f->findings, mix(place, str_hash(finding->before)), index);
}

static void add_at(struct finding_index *f, uint32_t index, struct span span)
{
	const struct finding *finding = f->items[index];
	struct str rule = str_of(finding->rule->id);
	struct element *element = span_is_none(span) ? NULL : marked_element(f->marked, span);
	bool about = is_about(finding, element, f->arena);
	uint64_t places[2];
	int n = 0;

	if (span_is_none(span))
		places[n++] = place_hash(rule, AT_FILE, 0);
	else
		places[n++] = place_hash(rule, AT_STATEMENT, span.begin);
	if (element)
		places[n++] = place_hash(rule, AT_ELEMENT, element->span.begin);
	while (n--) {
		if (about)
			multimap_put(&f->findings, places[n], index);
		add_selected(f, places[n], index);
	}
}

static void finding_index_make(struct finding_index *f, uint32_t n)
{
	f->findings.arena = f->arena;
	map_init(&f->findings.heads, f->arena);
	for (uint32_t i = 0; i < n; i++) {
		add_at(f, i, f->items[i]->new_place.span);
		if (f->items[i]->now_place.text)
			add_at(f, i, f->items[i]->now_place.span);
	}
}

/* Merges the first findings under `hash` that the comment fits into found[0] and found[1], the
 * first two of all in order. */
static void find_under(const struct finding_index *f, const struct marker *marker, uint64_t hash,
	uint32_t found[2])
{
	const struct multimap_entry *each = map_get(&f->findings.heads, NULL, hash);

	for (int n = 0; each && n < 2; each = each->next) {
		if (!fits(f->marked, marker, f->items[each->index], f->arena))
			continue;
		n++;
		if (each->index == found[0] || each->index == found[1])
			continue;
		if (each->index < found[0]) {
			found[1] = found[0];
			found[0] = each->index;
		} else if (each->index < found[1]) {
			found[1] = each->index;
		}
	}
}

static void find_fitting(
	const struct finding_index *f, const struct marker *marker, uint32_t found[2])
{
	struct str selector = marker->selector;
	uint64_t places[] = {
		place_hash(marker->word, AT_STATEMENT, marker->statement),
		marker->element ? place_hash(marker->word, AT_ELEMENT, marker->element->span.begin)
				: place_hash(marker->word, AT_FILE, 0),
	};

	found[0] = found[1] = UINT32_MAX;
	for (size_t i = 0; i < COUNT(places); i++) {
		if (!selector.p) {
			find_under(f, marker, places[i], found);
			continue;
		}
		find_under(f, marker, mix(places[i], str_hash(selector)), found);
		if (selector.n > FEWEST_DIGITS)
			find_under(f, marker,
				mix(places[i], str_hash(str_head(selector, FEWEST_DIGITS))), found);
	}
}

/* One run over the findings. */
struct acceptor {
	struct arena *arena;
	struct diags *diags;
	const struct map *unmarked;
	struct map files; /* struct file → struct marked_index */
};

static struct marked_index *marked_of(struct acceptor *a, const struct file *file)
{
	void **slot = map_put(&a->files, file, 0);
	struct marked_index *index = *slot;

	if (!index) {
		*slot = index = NEW(a->arena, struct marked_index);
		/* Loading a text changes it. No thread uses the schema any more. */
		if (map_get(a->unmarked, file->text, 0)) {
			index->marked = NEW(a->arena, struct marked_file);
			return index;
		}
		index->marked = mark_file(
			(struct file *)(uintptr_t)file, S(ACCEPT_MARKER), a->arena);
	}
	return index;
}

/* False and a warning if the comment cannot accept anything. */
static bool check_marker(
	struct acceptor *a, const struct marked_file *marked, const struct marker *marker)
{
	struct place place = place_in(marked->file->text, marker->span);
	struct str nearest;

	if (!marker->word.n || !rule_find(marker->word)) {
		diag_warning(a->diags, place, "unknown rule '" STR "': nothing is accepted",
			ARG(marker->word));
		nearest = rules_nearest(marker->word);
		if (nearest.p && rule_find(nearest))
			diag_help(a->diags, "did you mean '" STR "'?", ARG(nearest));
		return false;
	}
	if (!marker->rest.n) {
		diag_warning(a->diags, place, "no reason is given: nothing is accepted");
		diag_help(a->diags, "write '// " ACCEPT_MARKER " " STR " why'", ARG(marker->word));
		return false;
	}
	if (!marker->attached) {
		diag_warning(
			a->diags, place, "this comment belongs to no element: nothing is accepted");
		diag_help(a->diags, "put it above the element, without an empty line in between");
		return false;
	}
	return true;
}

static void warn_of_several(struct acceptor *a, const struct marked_file *marked,
	const struct marker *marker, const struct finding *first)
{
	diag_warning(a->diags, place_in(marked->file->text, marker->span),
		"this comment fits more than one finding: nothing is accepted");
	if (first->has_number && !marker->selector.p)
		diag_help(a->diags, "say which, as in " STR "(%" PRId32 ")", ARG(marker->word),
			first->number);
	else
		diag_help(a->diags, "say which, as in " STR "(%016" PRIx64 ")", ARG(marker->word),
			first->fingerprint);
}

/* Accepts the finding that the comment fits, if it is the only one. */
static void accept_one(
	struct acceptor *a, const struct finding_index *index, const struct marker *marker)
{
	const struct marked_file *marked = index->marked;
	struct finding *finding;
	uint32_t found[2];

	find_fitting(index, marker, found);
	if (found[0] == UINT32_MAX)
		return;
	finding = index->items[found[0]];
	if (found[1] != UINT32_MAX) {
		warn_of_several(a, marked, marker, finding);
		return;
	}
	if (finding->accepted)
		return;
	if (finding->old_file && is_old(marker, marked_of(a, finding->old_file), a->arena)) {
		diag_warning(a->diags, place_in(marked->file->text, marker->span),
			"this comment was there before: it accepted an earlier break, not this "
			"one");
		diag_help(a->diags, "give this break a reason of its own");
		return;
	}
	finding->accepted = true;
	finding->accepted_reason = marker->rest;
}

/* `items` are the findings of one file. */
static void accept_in_file(struct acceptor *a, struct finding *const *items, uint32_t n)
{
	const struct marked_file *marked = marked_of(a, items[0]->new_file)->marked;
	struct finding_index index = { .arena = a->arena, .marked = marked, .items = items };

	if (marked->markers.n)
		finding_index_make(&index, n);
	for (uint32_t i = 0; i < marked->markers.n; i++)
		if (check_marker(a, marked, &marked->markers.items[i]))
			accept_one(a, &index, &marked->markers.items[i]);
}

/* Groups the findings by file, in the order of each file's first finding. */
static struct finding **by_file(const struct findings *findings, struct arena *arena, uint32_t *n)
{
	struct finding **list = NEW_ARRAY(arena, findings->list.n + 1, struct finding *);
	struct map first;
	uint32_t *next; /* index + 1 of the next finding of the same file */
	uint32_t *last;

	map_init(&first, arena);
	next = NEW_ARRAY(arena, findings->list.n + 1, uint32_t);
	last = NEW_ARRAY(arena, findings->list.n + 1, uint32_t);
	for (uint32_t i = 0; i < findings->list.n; i++) {
		const struct finding *finding = findings->list.items[i];
		void **slot;

		if (finding->ignored || !finding->new_file || !finding->new_place.text)
			continue;
		slot = map_put(&first, finding->new_file, 0);
		if (*slot)
			next[last[(uintptr_t)*slot - 1]] = i + 1;
		else
			*slot = (void *)(uintptr_t)(i + 1);
		last[(uintptr_t)*slot - 1] = i;
	}
	*n = 0;
	for (uint32_t f = 0; f < first.n; f++)
		for (uint32_t i = (uint32_t)(uintptr_t)first.entries[f].value; i; i = next[i - 1])
			list[(*n)++] = findings->list.items[i - 1];
	return list;
}

void accepted_by_comment(struct findings *findings, const struct map *unmarked, struct arena *arena,
	struct diags *diags)
{
	struct acceptor a = { .arena = arena, .diags = diags, .unmarked = unmarked };
	uint32_t n;
	struct finding **list = by_file(findings, arena, &n);

	map_init(&a.files, arena);
	for (uint32_t begin = 0, end; begin < n; begin = end) {
		for (end = begin + 1; end < n && list[end]->new_file == list[begin]->new_file;)
			end++;
		accept_in_file(&a, list + begin, end - begin);
	}
}
