/* Compares the values of enums by their names: doc/breaks.md, Messages and enums under another
 * name. */
#include <ctype.h>
#include <stdlib.h>
#include "rules/breaks_private.h"

/* A value, named without the prefix that repeats the enum's name, which generators drop. */
struct meaning {
	struct str name; /* in upper case */
	int32_t number;
};

struct meanings {
	const struct enumeration *e;
	struct meaning *list;
	uint32_t n;
};

/* Length of the prefix of `name` that is the enum's name, underscores ignored; 0: it has none. Both
 * are in upper case. */
static size_t prefix_length(struct str enum_name, struct str name)
{
	size_t at = 0, i = 0;

	for (;;) {
		while (i < enum_name.n && enum_name.p[i] == '_')
			i++;
		if (i == enum_name.n)
			return at;
		while (at < name.n && name.p[at] == '_')
			at++;
		if (!str_starts(str_from(name, at), (struct str){ enum_name.p + i, 1 }))
			return 0;
		at++;
		i++;
	}
}

static struct str upper_case(struct arena *arena, struct str name)
{
	char *upper = arena_bytes(arena, name.n);

	for (size_t i = 0; i < name.n; i++)
		upper[i] = (char)toupper((unsigned char)name.p[i]);
	return (struct str){ upper, name.n };
}

/* Both are in upper case. */
static struct str meaning_name(struct str enum_name, struct str name)
{
	struct str bare = str_from(name, prefix_length(enum_name, name));

	while (bare.n && bare.p[0] == '_')
		bare = str_from(bare, 1);
	while (bare.n && bare.p[bare.n - 1] == '_')
		bare.n--;
	return bare.n ? bare : name;
}

static int by_name(const void *a, const void *b)
{
	const struct meaning *left = a, *right = b;
	int order = str_cmp(left->name, right->name);

	return order ? order : (left->number > right->number) - (left->number < right->number);
}

static int by_number(const void *a, const void *b)
{
	const struct meaning *left = a, *right = b;

	if (left->number != right->number)
		return left->number < right->number ? -1 : 1;
	return str_cmp(left->name, right->name);
}

static struct meanings meanings_of(struct breaks *b, const struct enumeration *e)
{
	struct meanings m = { e, NEW_ARRAY(b->arena, e->values.n, struct meaning), e->values.n };
	struct str enum_name = upper_case(b->arena, e->e.name);

	for (uint32_t i = 0; i < m.n; i++) {
		m.list[i].name =
			meaning_name(enum_name, upper_case(b->arena, e->values.items[i]->e.name));
		m.list[i].number = e->values.items[i]->number;
	}
	return m;
}

/* Has a meaning different numbers on the two sides? Both lists are sorted by name. */
static bool meaning_moved(const struct meanings *from, const struct meanings *to)
{
	for (uint32_t i = 0, k = 0; i < from->n && k < to->n;) {
		int order = str_cmp(from->list[i].name, to->list[k].name);

		if (!order && from->list[i].number != to->list[k].number)
			return true;
		i += order <= 0;
		k += order >= 0;
	}
	return false;
}

/* Has a value, by its whole name, different numbers on the two sides? */
static bool value_moved(
	struct breaks *b, const struct enumeration *from, const struct enumeration *to)
{
	for (uint32_t i = 0; i < from->values.n; i++) {
		const struct enum_value *here = from->values.items[i];
		const struct enum_value *there = index_value(b, to, here->e.name);

		if (there && there->number != here->number)
			return true;
	}
	return false;
}

/* Do both enums have a name in common for the number? No name has moved (value_moved). */
static bool value_stays(struct breaks *b, const struct enumeration *from,
	const struct enumeration *to, int32_t number)
{
	const struct enum_names *names = index_values(b, from, number);

	for (uint32_t i = 0; i < names->list.n; i++)
		if (index_value(b, to, names->list.items[i]->e.name))
			return true;
	return false;
}

/* Does a number have names on both sides, but none in common? Both lists are sorted by number, then
 * name. */
static bool number_reused(struct breaks *b, const struct meanings *from, const struct meanings *to)
{
	uint32_t i = 0, k = 0;

	while (i < from->n && k < to->n) {
		int32_t number = from->list[i].number;
		bool agree = false;

		if (number != to->list[k].number) {
			if (number < to->list[k].number)
				i++;
			else
				k++;
			continue;
		}
		while (i < from->n && k < to->n && from->list[i].number == number &&
			to->list[k].number == number) {
			int order = str_cmp(from->list[i].name, to->list[k].name);

			agree = agree || !order;
			i += order <= 0;
			k += order >= 0;
		}
		if (!agree && !value_stays(b, from->e, to->e, number))
			return true;
		while (i < from->n && from->list[i].number == number)
			i++;
		while (k < to->n && to->list[k].number == number)
			k++;
	}
	return false;
}

/* Row "one number has two meanings, or one name two numbers". */
static bool meanings_clash(
	struct breaks *b, const struct enumeration *from, const struct enumeration *to)
{
	struct arena_mark mark;
	struct meanings source, target;
	bool clash;

	if (value_moved(b, from, to))
		return true;
	/* The index outlives the mark, so both enums are indexed before it. */
	index_values(b, from, 0);
	index_values(b, to, 0);
	mark = arena_mark(b->arena);
	source = meanings_of(b, from);
	target = meanings_of(b, to);
	qsort(source.list, source.n, sizeof *source.list, by_name);
	qsort(target.list, target.n, sizeof *target.list, by_name);
	clash = meaning_moved(&source, &target);
	if (!clash) {
		qsort(source.list, source.n, sizeof *source.list, by_number);
		qsort(target.list, target.n, sizeof *target.list, by_number);
		clash = number_reused(b, &source, &target);
	}
	arena_rewind(b->arena, mark);
	return clash;
}

/*
 * A number that the reader has no name for: hidden if the enum is closed, else free to be reused.
 */
static bool number_is_lost(
	struct breaks *b, struct way way, int32_t number, const struct enumeration *to)
{
	if (index_values(b, to, number))
		return false;
	return enum_is_closed(to) || (way.backward && !enum_reserves(to, number));
}

static bool enum_is_lost_on_wire(struct breaks *b, struct way way, const struct enumeration *from,
	const struct enumeration *to)
{
	for (uint32_t i = 0; i < from->values.n; i++)
		if (number_is_lost(b, way, from->values.items[i]->number, to))
			return true;
	return meanings_clash(b, from, to);
}

bool enum_names_moved(
	struct breaks *b, const struct enum_names *names, const struct enumeration *to)
{
	for (uint32_t i = 0; i < names->list.n; i++) {
		const struct enum_value *here = names->list.items[i];
		const struct enum_value *there = index_value(b, to, here->e.name);

		if (there && there->number != here->number)
			return true;
	}
	return false;
}

static bool share_a_name(
	struct breaks *b, const struct enum_names *here, const struct enum_value *there)
{
	const struct enumeration *to = (const struct enumeration *)there->e.parent;

	for (uint32_t i = 0; i < here->list.n; i++) {
		const struct enum_value *value = index_value(b, to, here->list.items[i]->e.name);

		if (value && value->number == there->number)
			return true;
	}
	return false;
}

/* Do two values have the same name without the prefix of their enums? */
static bool mean_the_same(
	struct breaks *b, const struct enum_value *left, const struct enum_value *right)
{
	struct arena_mark mark = arena_mark(b->arena);
	struct str a = meaning_name(
		upper_case(b->arena, left->e.parent->name), upper_case(b->arena, left->e.name));
	struct str other = meaning_name(
		upper_case(b->arena, right->e.parent->name), upper_case(b->arena, right->e.name));
	bool same = str_eq(a, other);

	arena_rewind(b->arena, mark);
	return same;
}

/*
 * Writers print one name of a number; readers look it up among the declared names, then among the
 * custom ones. A value found by a custom name may be a different one: the declared names decide.
 */
bool enum_names_are_lost_in_json(
	struct breaks *b, const struct enum_names *names, const struct enumeration *to)
{
	const struct enum_value *first = names->list.items[0], *found;
	const struct enumeration *from = (const struct enumeration *)first->e.parent;

	found = index_printed(b, to, enum_names_print(b, names));
	if (!found)
		return true;
	if (share_a_name(b, names, found))
		return false;
	if (found->number != first->number)
		return !mean_the_same(b, first, found);
	return enum_names_moved(b, names, to) ||
	       enum_names_moved(b, index_values(b, to, found->number), from);
}

static bool enum_is_lost_in_json(struct breaks *b, struct way way, const struct enumeration *from,
	const struct enumeration *to)
{
	for (uint32_t i = 0; i < from->values.n; i++) {
		const struct enum_value *value = from->values.items[i];
		const struct enum_names *names = index_values(b, from, value->number);

		if (names->list.items[0] != value || (way.zero_is_hidden && !value->number))
			continue;
		if (enum_names_are_lost_in_json(b, names, to))
			return true;
	}
	return false;
}

bool enum_is_lost(struct breaks *b, struct way way, const struct enumeration *from,
	const struct enumeration *to)
{
	enum known known = content_known(content_slot(b, way, &from->e, &to->e));
	bool lost;

	if (known)
		return known == KNOWN_LOST;
	if (!enum_is_closed(from) && enum_is_closed(to)) /* numbers without a value */
		lost = true;
	else if (way.json)
		lost = enum_is_lost_in_json(b, way, from, to);
	else
		lost = enum_is_lost_on_wire(b, way, from, to);
	content_know(content_slot(b, way, &from->e, &to->e), lost ? KNOWN_LOST : KNOWN_KEPT);
	return lost;
}
