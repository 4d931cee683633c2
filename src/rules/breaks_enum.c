/* breaks.md, the rows of enums and of what is reserved. */
#include "rules/breaks_private.h"

static const struct enumeration *owner(const struct enum_value *value)
{
	return (const struct enumeration *)value->e.parent;
}

/* Does the enum know the name that writers print for the number, its first one? */
static bool first_name_is_lost(
	struct breaks *b, const struct enum_names *names, const struct enumeration *to)
{
	return !index_value(b, to, names->list.items[0]->e.name);
}

/* Does one of the names stand under another number in the other enum? */
static bool any_moved(
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

/* Generated code has a constant for each name. */
static bool any_gone(struct breaks *b, const struct enum_names *names, const struct enumeration *to)
{
	for (uint32_t i = 0; i < names->list.n; i++)
		if (!index_value(b, to, names->list.items[i]->e.name))
			return true;
	return false;
}

/* Row ENUM_VALUE_NO_DELETE, _UNLESS_…: hidden from the field in a closed enum, reserved or not. */
unsigned value_deletion_breaks(const struct question *q)
{
	const struct enum_value *old = q->pair->old.enum_value;
	const struct enum_names *names = index_values(q->b, owner(old), old->number);
	const struct enumeration *e;
	unsigned breaks = 0;

	e = q->pair->parent->new.enumeration;
	if (first_name_is_lost(q->b, names, e))
		breaks |= JSON_BACKWARD;
	if (any_gone(q->b, names, e))
		breaks |= SOURCE_CODE;
	if (any_moved(q->b, names, e))
		return breaks | WIRE;
	if (enum_is_closed(e) || !enum_reserves(e, old->number))
		breaks |= WIRE_BACKWARD;
	return breaks;
}

/* Row ENUM_VALUE_SAME_NAME: the names of one number on both sides. */
unsigned value_name_breaks(const struct question *q)
{
	const struct enum_value *old = q->pair->old.enum_value, *new = q->pair->new.enum_value;
	const struct enum_names *before = index_values(q->b, owner(old), old->number);
	const struct enum_names *after = index_values(q->b, owner(new), old->number);
	unsigned breaks = 0;

	if (first_name_is_lost(q->b, before, owner(new)))
		breaks |= JSON_BACKWARD;
	if (first_name_is_lost(q->b, after, owner(old)))
		breaks |= JSON_FORWARD;
	if (any_gone(q->b, before, owner(new)))
		breaks |= SOURCE_CODE;
	if (any_moved(q->b, before, owner(new)) || any_moved(q->b, after, owner(old)))
		breaks |= WIRE;
	return breaks;
}

/* Row ENUM_SAME_TYPE: only the open side holds numbers that no value has. */
unsigned enum_type_breaks(const struct question *q)
{
	return enum_is_closed(q->pair->new.enumeration) ? GONE : WIRE_FORWARD | JSON_FORWARD;
}

/* Rows RESERVED_MESSAGE_NO_DELETE and RESERVED_ENUM_NO_DELETE: free for another meaning. */
unsigned reserved_breaks(const struct question *q)
{
	return q->detail == DETAIL_NUMBER ? WIRE_BACKWARD : JSON_BACKWARD;
}
