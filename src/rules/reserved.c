/* Reserved ranges and names, and extension ranges. */
#include "rules/lookup.h"

/* holes that a message names; there may be any number of them */
enum { MAX_HOLES = 10 };

/* The parts of `range` that no range covers: `4, 6 to 8`; absent if all is covered. */
static struct str uncovered(struct arena *arena, const struct number_ranges *ranges,
	struct number_range range, int32_t max)
{
	struct str words = { NULL, 0 };
	int64_t at = range.begin;
	uint32_t n = 0, low = 0, high = ranges->list.n;

	while (low < high) { /* find the first range that ends at or after `at` */
		uint32_t middle = low + (high - low) / 2;

		if (ranges->list.items[middle].end < at)
			low = middle + 1;
		else
			high = middle;
	}
	for (uint32_t i = low; at <= range.end; i++) {
		const struct number_range *next =
			i < ranges->list.n ? &ranges->list.items[i] : NULL;
		int64_t until =
			next && next->begin <= range.end ? (int64_t)next->begin - 1 : range.end;

		if (until >= at) {
			struct str hole = range_words(arena, (int32_t)at, (int32_t)until, max);

			if (++n > MAX_HOLES)
				return str_printf(arena, STR ", …", ARG(words));
			words = words.p ? str_printf(arena, STR ", " STR, ARG(words), ARG(hole))
					: hole;
		}
		if (!next)
			break;
		at = (int64_t)next->end + 1;
	}
	return words;
}

/* A range of the old side that the new one no longer covers. */
struct lost {
	struct number_range range;
	int32_t max;
	const char *what; /* "reserved range" */
	const char *keyword;
	int detail; /* for breaks_of: DETAIL_NUMBER, or DETAIL_RANGE and the index of the range */
};

/* The span of the first range that still covers a part of `range`. */
static struct span remaining(const struct number_ranges *ranges, const struct number_range *range)
{
	uint32_t low = 0, high = ranges->list.n;

	while (low < high) { /* find the first range that ends at or after its begin */
		uint32_t middle = low + (high - low) / 2;

		if (ranges->list.items[middle].end < range->begin)
			low = middle + 1;
		else
			high = middle;
	}
	return low < ranges->list.n && ranges->list.items[low].begin <= range->end
		       ? ranges->list.items[low].span
		       : NO_SPAN;
}

static void range_check(struct check *c, const struct rule *rule, const struct pair *pair,
	const struct number_ranges *ranges, const struct lost *lost)
{
	const struct element *old = pair->old.element, *new = pair->new.element;
	struct str words, hole = uncovered(c->arena, ranges, lost->range, lost->max);
	struct fact fact;

	if (!hole.p)
		return;
	words = range_words(c->arena, lost->range.begin, lost->range.end, lost->max);
	fact = (struct fact){
		.old = spot_span(old, lost->range.span),
		.new = spot_element(new),
		.subject = old,
		.before = words,
		.detail = lost->detail,
		.help = str_printf(c->arena, "add `%s " STR ";` again", lost->keyword, ARG(hole)),
	};
	if (str_eq(words, hole)) {
		finding_add(c, rule, pair, &fact, "%s " STR " of '" STR "' was deleted", lost->what,
			ARG(words), ARG(full_name(c, old)));
		return;
	}
	fact.now = spot_span(new, remaining(ranges, &lost->range));
	fact.after = str_printf(c->arena, "without " STR, ARG(hole));
	finding_add(c, rule, pair, &fact, "%s " STR " of '" STR "' no longer covers " STR,
		lost->what, ARG(words), ARG(full_name(c, old)), ARG(hole));
}

/* The reserved ranges and names of a message or enum. */
struct reserves {
	const struct reserved_range *ranges;
	uint32_t n_ranges;
	const struct reserved_name *names;
	uint32_t n_names;
	int32_t max;
};

static struct reserves reserves_of(const struct element *element)
{
	if (element->kind == ELEMENT_ENUM) {
		const struct enumeration *e = (const struct enumeration *)element;

		return (struct reserves){ e->reserved_ranges.items, e->reserved_ranges.n,
			e->reserved_names.items, e->reserved_names.n, INT32_MAX };
	}
	const struct message *m = (const struct message *)element;

	return (struct reserves){ m->reserved_ranges.items, m->reserved_ranges.n,
		m->reserved_names.items, m->reserved_names.n, MAX_FIELD_NUMBER };
}

static void names_check(struct check *c, const struct rule *rule, const struct pair *pair,
	const struct reserves *was, const struct reserves *is)
{
	const struct element *old = pair->old.element, *new = pair->new.element;
	struct map left;

	map_init(&left, c->arena);
	for (uint32_t i = 0; i < is->n_names; i++)
		*map_put(&left, is->names[i].name.p, 0) = c;
	for (uint32_t i = 0; i < was->n_names; i++) {
		struct str name = was->names[i].name;
		struct fact fact = {
			.old = spot_span(old, was->names[i].span),
			.new = spot_element(new),
			.subject = old,
			.before = name,
			.detail = DETAIL_NAME,
		};

		if (map_get(&left, name.p, 0))
			continue;
		fact.help = str_printf(c->arena, "add `reserved " STR ";` again",
			ARG(reserved_spelling(c->arena, new->file, name)));
		finding_add(c, rule, pair, &fact,
			"reserved name '" STR "' of '" STR "' was deleted", ARG(name),
			ARG(full_name(c, old)));
	}
}

static void reserved_no_delete(struct check *c, const struct rule *rule, const struct pair *pair)
{
	struct reserves was = reserves_of(pair->old.element), is = reserves_of(pair->new.element);
	struct number_ranges ranges = { 0 };

	for (uint32_t i = 0; i < is.n_ranges; i++)
		*vec_push(c->arena, &ranges.list) = (struct number_range){ is.ranges[i].begin,
			is.ranges[i].end, is.ranges[i].span };
	ranges_sort(&ranges);
	for (uint32_t i = 0; i < was.n_ranges; i++) {
		struct lost lost = {
			.range = { was.ranges[i].begin, was.ranges[i].end, was.ranges[i].span },
			.max = was.max,
			.what = "reserved range",
			.keyword = "reserved",
			.detail = DETAIL_NUMBER,
		};

		range_check(c, rule, pair, &ranges, &lost);
	}
	names_check(c, rule, pair, &was, &is);
}

static void extension_message_no_delete(
	struct check *c, const struct rule *rule, const struct pair *pair)
{
	const struct message *old = pair->old.message, *new = pair->new.message;
	struct number_ranges ranges = { 0 };

	for (uint32_t i = 0; i < new->extension_ranges.n; i++) {
		const struct extension_range *r = new->extension_ranges.items[i];

		*vec_push(c->arena, &ranges.list) =
			(struct number_range){ r->begin, r->end, r->e.span };
	}
	ranges_sort(&ranges);
	for (uint32_t i = 0; i < old->extension_ranges.n; i++) {
		const struct extension_range *r = old->extension_ranges.items[i];
		struct lost lost = {
			.range = { r->begin, r->end, r->e.span },
			.max = message_is_message_set(old) ? MAX_SET_NUMBER : MAX_FIELD_NUMBER,
			.what = "extension range",
			.keyword = "extensions",
			.detail = DETAIL_RANGE + (int)i,
		};

		range_check(c, rule, pair, &ranges, &lost);
	}
}

/* The number or name can be reused. */
static unsigned reserved_breaks(const struct question *q)
{
	return q->detail == DETAIL_NUMBER ? WIRE_BACKWARD : JSON_BACKWARD;
}

const struct rule rule_RESERVED_MESSAGE_NO_DELETE = {
	.id = "RESERVED_MESSAGE_NO_DELETE",
	.categories = CAT_FILE | CAT_PACKAGE | CAT_WIRE_JSON | CAT_WIRE | CAT_CSR,
	.breaks = JSON_BACKWARD | WIRE_BACKWARD,
	.narrow = reserved_breaks,
	.on = PAIR_MESSAGE,
	.check = reserved_no_delete,
	.purpose = "reserved numbers and names of messages stay reserved",
	.compares = "Whether the reserved ranges of the message together still cover each range "
		    "that it had, and its reserved names still hold each name. Splitting, joining "
		    "and widening ranges is no change; an extension range covers nothing here.",
	.hurts = "Somebody can give the number or the name of a deleted field to a new one, and "
		 "data that was written before the deletion is then read as the new field, without "
		 "any error: by number on the wire, by name in JSON.",
	.before =
		"message Order {\n  reserved 2, 5 to 9;\n  reserved \"note\";\n  string id = 1;\n}",
	.after = "message Order {\n  reserved 5 to 9;\n  reserved \"note\";\n  string id = 1;\n}",
	.safely = "Leave reserved statements alone for as long as the message exists. Take a new "
		  "number and a new name for a new field.",
};

const struct rule rule_RESERVED_ENUM_NO_DELETE = {
	.id = "RESERVED_ENUM_NO_DELETE",
	.categories = CAT_FILE | CAT_PACKAGE | CAT_WIRE_JSON | CAT_WIRE | CAT_CSR,
	.breaks = JSON_BACKWARD | WIRE_BACKWARD,
	.narrow = reserved_breaks,
	.on = PAIR_ENUM,
	.check = reserved_no_delete,
	.purpose = "reserved numbers and names of enums stay reserved",
	.compares = "Whether the reserved ranges of the enum together still cover each range that "
		    "it had, and its reserved names still hold each name. Splitting, joining and "
		    "widening ranges is no change.",
	.hurts = "Somebody can give the number or the name of a deleted value to a new one, and "
		 "data that was written before the deletion then means the new value, without any "
		 "error: by number on the wire, by name in JSON.",
	.before = "enum Color {\n  reserved 1;\n  COLOR_UNSPECIFIED = 0;\n}",
	.after = "enum Color {\n  COLOR_UNSPECIFIED = 0;\n}",
	.safely = "Leave reserved statements alone for as long as the enum exists. Take a new "
		  "number and a new name for a new value.",
};

const struct rule rule_EXTENSION_MESSAGE_NO_DELETE = {
	.id = "EXTENSION_MESSAGE_NO_DELETE",
	.categories = CAT_FILE | CAT_PACKAGE | CAT_CSR,
	.breaks = SOURCE_CODE | WIRE_BACKWARD,
	.narrow = extension_range_breaks,
	.on = PAIR_MESSAGE,
	.check = extension_message_no_delete,
	.purpose = "extension ranges of messages stay",
	.compares = "Whether the extension ranges of the message together still cover each range "
		    "that it had. Splitting, joining and widening is no change; declarations and "
		    "verification are not compared, and a reserved range covers nothing here.",
	.hurts = "Extensions in the range, in any contract, no longer compile. Their values in old "
		 "data become unknown, or are read as a new field that takes the number.",
	.before = "syntax = \"proto2\";\npackage acme.v1;\nmessage Order {\n  extensions 100 to "
		  "199;\n}",
	.after = "syntax = \"proto2\";\npackage acme.v1;\nmessage Order {\n  extensions 100 to "
		 "149;\n}",
	.safely = "Keep the range. When all extensions in a part of it are gone, reserve that part "
		  "when you remove it.",
};
