/* What findings of enums break: doc/breaks.md, Rules. */
#include "rules/breaks_private.h"

static const struct enumeration *owner(const struct enum_value *value)
{
	return (const struct enumeration *)value->e.parent;
}

/* Generated code has a constant for each name. */
static bool any_gone(struct breaks *b, const struct enum_names *names, const struct enumeration *to)
{
	for (uint32_t i = 0; i < names->list.n; i++)
		if (!index_value(b, to, names->list.items[i]->e.name))
			return true;
	return false;
}

/* Rows ENUM_VALUE_NO_DELETE and _UNLESS_…. In a closed enum the number is hidden from the field,
 * reserved or not. */
unsigned value_deletion_breaks(const struct question *q)
{
	const struct enum_value *old = q->pair->old.enum_value;
	const struct enum_names *names = index_values(q->b, owner(old), old->number);
	const struct enumeration *e;
	unsigned breaks = 0;

	e = q->pair->parent->new.enumeration;
	if (enum_names_are_lost_in_json(q->b, names, e))
		breaks |= JSON_BACKWARD;
	if (any_gone(q->b, names, e))
		breaks |= SOURCE_CODE;
	if (enum_names_moved(q->b, names, e))
		return breaks | WIRE;
	if (enum_is_closed(e) || !enum_reserves(e, old->number))
		breaks |= WIRE_BACKWARD;
	return breaks;
}

/* The names of one number on both sides, and the name that JSON prints. */
struct names_pair {
	const struct enum_names *before, *after;
	const struct enumeration *old, *new;
	bool was_custom, is_custom; /* JSON prints a custom name */
	bool printed_alike;
};

static struct names_pair names_pair_of(const struct question *q)
{
	const struct enum_value *old = q->pair->old.enum_value, *new = q->pair->new.enum_value;
	struct names_pair n = {
		.old = owner(old),
		.new = owner(new),
		.before = index_values(q->b, owner(old), old->number),
		.after = index_values(q->b, owner(new), old->number),
	};

	n.was_custom = enum_value_json_string(n.before->list.items[0]).p;
	n.is_custom = enum_value_json_string(n.after->list.items[0]).p;
	n.printed_alike = enum_names_print(q->b, n.before).p == enum_names_print(q->b, n.after).p;
	return n;
}

/* Row ENUM_VALUE_SAME_NAME. If a custom name in JSON changed, what JSON loses is the business of
 * ENUM_VALUE_SAME_JSON_NAME. */
static unsigned name_breaks(const struct question *q)
{
	struct names_pair n = names_pair_of(q);
	unsigned breaks = 0;

	if ((n.printed_alike || !n.was_custom) &&
		enum_names_are_lost_in_json(q->b, n.before, n.new))
		breaks |= JSON_BACKWARD;
	if ((n.printed_alike || !n.is_custom) && enum_names_are_lost_in_json(q->b, n.after, n.old))
		breaks |= JSON_FORWARD;
	if (any_gone(q->b, n.before, n.new))
		breaks |= SOURCE_CODE;
	if (enum_names_moved(q->b, n.before, n.new) || enum_names_moved(q->b, n.after, n.old))
		breaks |= WIRE;
	return breaks;
}

/* All aliases of a number have findings with the same answer. It is cached, or many aliases would
 * take quadratic time. */
unsigned value_name_breaks(const struct question *q)
{
	const union pair_side old = q->pair->old, new = q->pair->new;

	if (q->b->was != old.enum_value || q->b->is != new.enum_value) {
		q->b->was = old.enum_value;
		q->b->is = new.enum_value;
		q->b->renamed_breaks = name_breaks(q);
	}
	return q->b->renamed_breaks;
}

/* Does the name that is printed for a number belong to another number in the other enum? */
static bool printed_moved(
	struct breaks *b, const struct enum_names *names, const struct enumeration *to)
{
	const struct enum_value *there = index_printed(b, to, enum_names_print(b, names));

	return there && there->number != names->list.items[0]->number;
}

/* Row ENUM_VALUE_SAME_JSON_NAME. */
unsigned value_json_name_breaks(const struct question *q)
{
	struct names_pair n = names_pair_of(q);
	unsigned breaks = 0;

	if (n.printed_alike || (!n.was_custom && !n.is_custom))
		return 0;
	if ((n.was_custom && printed_moved(q->b, n.before, n.new)) ||
		(n.is_custom && printed_moved(q->b, n.after, n.old)))
		return JSON;
	if (n.was_custom && enum_names_are_lost_in_json(q->b, n.before, n.new))
		breaks |= JSON_BACKWARD;
	if (n.is_custom && enum_names_are_lost_in_json(q->b, n.after, n.old))
		breaks |= JSON_FORWARD;
	return breaks;
}
