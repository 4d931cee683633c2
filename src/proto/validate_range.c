#include "proto/validate.h"

#include <stdlib.h>

enum {
	RANGE_DECLARATION = 2,
	RANGE_VERIFICATION = 3,
	DECLARATION_NUMBER = 1,
	DECLARATION_FULL_NAME = 2,
	DECLARATION_TYPE = 3,
	DECLARATION_RESERVED = 5,
	VERIFICATION_UNVERIFIED = 1,
};

/* One range of numbers of a message or enum, of whichever statement. */
struct interval {
	int32_t begin, end; /* inclusive */
	struct span span;
	bool is_extension;
};

struct intervals {
	struct interval *items;
	uint32_t n, cap;
};

/* Numbers that a range may have. */
struct bounds {
	int32_t least, largest;
};

static int by_begin(const void *left, const void *right)
{
	const struct interval *a = left, *b = right;

	if (a->begin != b->begin)
		return a->begin < b->begin ? -1 : 1;
	return (a->span.begin > b->span.begin) - (a->span.begin < b->span.begin);
}

static const char *statement_of(const struct interval *i)
{
	return i->is_extension ? "extension range" : "reserved range";
}

/* Sorts and reports overlaps, at the one of a pair that is written later. Adjacent ranges are fine.
 */
static void check_overlaps(struct context *c, struct intervals *intervals)
{
	uint32_t reach = 0; /* of those so far, the one that reaches furthest */

	if (intervals->n)
		qsort(intervals->items, intervals->n, sizeof *intervals->items, by_begin);
	for (uint32_t i = 1; i < intervals->n; i++) {
		const struct interval *a = &intervals->items[reach], *b = &intervals->items[i];

		if (b->begin <= a->end) {
			const struct interval *later = a->span.begin > b->span.begin ? a : b,
					      *first = later == a ? b : a;

			diag_error(c->diags, here(c, later->span),
				"%s %d to %d overlaps %s %d to %d", statement_of(later),
				(int)later->begin, (int)later->end, statement_of(first),
				(int)first->begin, (int)first->end);
			diag_note(c->diags, here(c, first->span), "declared");
		}
		if (b->end > a->end)
			reach = i;
	}
}

/* The interval that holds a number, of sorted ones that do not overlap; NULL. */
static const struct interval *interval_find(const struct intervals *intervals, int32_t number)
{
	const struct interval *items = intervals->items;
	uint32_t low = 0, high = intervals->n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (items[middle].begin <= number)
			low = middle + 1;
		else
			high = middle;
	}
	return low && number <= items[low - 1].end ? &items[low - 1] : NULL;
}

static bool check_bounds(struct context *c, const struct interval *i, struct bounds bounds)
{
	if (i->begin < bounds.least) {
		diag_error(c->diags, here(c, i->span), "the numbers of %s must be at least %d",
			i->is_extension ? "an extension range" : "a reserved range",
			(int)bounds.least);
		return false;
	}
	if (i->end > bounds.largest) {
		diag_error(c->diags, here(c, i->span), "the numbers of %s must be from %d to %d",
			i->is_extension ? "an extension range" : "a reserved range",
			(int)bounds.least, (int)bounds.largest);
		return false;
	}
	if (i->end < i->begin) {
		diag_error(c->diags, here(c, i->span), "%s %d to %d runs backwards",
			statement_of(i), (int)i->begin, (int)i->end);
		return false;
	}
	return true;
}

/* Collects the range if it is in bounds. */
static void add_interval(struct context *c, struct intervals *intervals, struct interval interval,
	struct bounds bounds)
{
	if (check_bounds(c, &interval, bounds))
		*vec_push(c->scratch, intervals) = interval;
}

static void add_reserved(struct context *c, struct intervals *intervals,
	const struct reserved_range *range, struct bounds bounds)
{
	add_interval(c, intervals,
		(struct interval){ range->begin, range->end, range->span, false }, bounds);
}

/* Collects reserved names in a map; each is reserved once. */
static void add_reserved_names(
	struct context *c, struct map *reserved, const struct reserved_name *names, uint32_t n)
{
	map_init(reserved, c->scratch);
	for (uint32_t i = 0; i < n; i++) {
		void **slot = map_put(reserved, names[i].name.p, 0);

		if (*slot)
			diag_error(c->diags, here(c, names[i].span), "'" STR "' is reserved twice",
				ARG(names[i].name));
		*slot = (void *)&names[i];
	}
}

static void check_name(struct context *c, const struct map *reserved, const struct element *e)
{
	const struct reserved_name *name = map_get(reserved, e->name.p, 0);

	if (!name)
		return;
	diag_error(c->diags, here(c, e->name_span), "the name '" STR "' is reserved", ARG(e->name));
	diag_note(c->diags, here(c, name->span), "reserved");
}

static void check_field_number(
	struct context *c, const struct intervals *intervals, const struct field *field)
{
	const struct interval *in = interval_find(intervals, field->number);

	if (!in)
		return;
	diag_error(c->diags, here(c, field->number_span), "number %d of field '" STR "' is %s",
		(int)field->number, ARG(field->e.name),
		in->is_extension ? "in an extension range" : "reserved");
	diag_note(c->diags, here(c, in->span), in->is_extension ? "declared" : "reserved");
}

void validate_message_ranges(struct context *c, struct message *m)
{
	int32_t largest = message_is_message_set(m) ? MAX_SET_NUMBER : MAX_FIELD_NUMBER;
	struct intervals intervals = { 0 };
	struct map reserved;

	add_reserved_names(c, &reserved, m->reserved_names.items, m->reserved_names.n);
	for (uint32_t i = 0; reserved.n && i < m->fields.n; i++)
		check_name(c, &reserved, &m->fields.items[i]->e);
	/* It may pass the greatest field number (protoc; buf refuses it). */
	for (uint32_t i = 0; i < m->reserved_ranges.n; i++)
		add_reserved(c, &intervals, &m->reserved_ranges.items[i],
			(struct bounds){ 1, MAX_SET_NUMBER });
	for (uint32_t i = 0; i < m->extension_ranges.n; i++) {
		const struct extension_range *r = m->extension_ranges.items[i];

		add_interval(c, &intervals, (struct interval){ r->begin, r->end, r->e.span, true },
			(struct bounds){ 1, largest });
	}
	check_overlaps(c, &intervals);
	for (uint32_t i = 0; intervals.n && i < m->fields.n; i++)
		check_field_number(c, &intervals, m->fields.items[i]);
}

void validate_enum_ranges(struct context *c, struct enumeration *e)
{
	struct intervals intervals = { 0 };
	struct map reserved;

	add_reserved_names(c, &reserved, e->reserved_names.items, e->reserved_names.n);
	for (uint32_t i = 0; i < e->reserved_ranges.n; i++)
		add_reserved(c, &intervals, &e->reserved_ranges.items[i],
			(struct bounds){ INT32_MIN, INT32_MAX });
	check_overlaps(c, &intervals);
	for (uint32_t i = 0; (intervals.n || reserved.n) && i < e->values.n; i++) {
		const struct enum_value *value = e->values.items[i];
		const struct interval *in = interval_find(&intervals, value->number);

		if (in) {
			diag_error(c->diags, here(c, value->number_span),
				"number %d of value '" STR "' is reserved", (int)value->number,
				ARG(value->e.name));
			diag_note(c->diags, here(c, in->span), "reserved");
		}
		check_name(c, &reserved, &value->e);
	}
}

/* A declared type: a scalar, or a full name with a leading dot. */
static bool is_declared_type(struct str type)
{
	if (type.n && type.p[0] == '.')
		return type.n > 1;
	for (int t = TYPE_DOUBLE; t <= TYPE_SINT64; t++)
		if (t != TYPE_GROUP && t != TYPE_MESSAGE && t != TYPE_ENUM &&
			str_eq(type, type_keyword(t)))
			return true;
	return false;
}

static void validate_declaration(
	struct context *c, const struct extension_range *range, const struct option *o)
{
	const struct options *d = o->value.message;
	const struct option *name = options_find(d, DECLARATION_FULL_NAME),
			    *type = options_find(d, DECLARATION_TYPE);
	int64_t number = options_int(d, DECLARATION_NUMBER, 0);
	struct place place = here(c, o->span);

	if (number < range->begin || number > range->end)
		diag_error(c->diags, place, "declaration number %lld is not in the range %d to %d",
			(long long)number, (int)range->begin, (int)range->end);
	if (!name != !type && !(options_bool(d, DECLARATION_RESERVED, false) && name))
		diag_error(c->diags, place,
			"a declaration needs both a full name and a type, or must be reserved with "
			"neither");
	if (!name && !type && !options_bool(d, DECLARATION_RESERVED, false))
		diag_error(c->diags, place,
			"a declaration that is not reserved needs a full name and a type");
	if (name && !str_starts(options_str(d, DECLARATION_FULL_NAME, S("")), S(".")))
		diag_error(c->diags, here(c, name->span),
			"the full name in a declaration must begin with a dot");
	if (type && !is_declared_type(options_str(d, DECLARATION_TYPE, S(""))))
		diag_error(c->diags, here(c, type->span),
			"the type in a declaration must be a scalar or a full name with a leading "
			"dot");
}

void validate_declarations(struct context *c, struct extension_range *range)
{
	const struct options *options = range->e.options;
	struct map numbers, names;
	bool any = false;

	map_init(&numbers, c->scratch);
	map_init(&names, c->scratch);
	for (uint32_t i = 0; options && i < options->list.n; i++) {
		const struct option *o = &options->list.items[i];
		struct str name;
		void **slot;

		if (o->number != RANGE_DECLARATION || !o->field)
			continue;
		any = true;
		validate_declaration(c, range, o);
		slot = map_put(&numbers, &numbers,
			(uint64_t)options_int(o->value.message, DECLARATION_NUMBER, 0));
		if (*slot)
			diag_error(c->diags, here(c, o->span),
				"extension number %lld is declared twice",
				(long long)options_int(o->value.message, DECLARATION_NUMBER, 0));
		*slot = range;
		name = options_str(
			o->value.message, DECLARATION_FULL_NAME, (struct str){ NULL, 0 });
		if (!name.n)
			continue;
		slot = map_put(&names, intern(c->compiler->names, name).p, 0);
		if (*slot)
			diag_error(c->diags, here(c, o->span),
				"extension '" STR "' is declared twice", ARG(name));
		*slot = range;
	}
	if (any && options_int(options, RANGE_VERIFICATION, 0) == VERIFICATION_UNVERIFIED)
		diag_error(c->diags, here(c, options_find(options, RANGE_VERIFICATION)->span),
			"a range with declarations cannot be UNVERIFIED");
}
