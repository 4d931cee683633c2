/* Indexes of messages and enums, made at the first question. */
#include "rules/lookup.h"
#include <stdlib.h>

/* One message or enum, indexed at the first question. */
struct lookup_index {
	struct map names;          /* fields or values by name */
	struct map oneofs;         /* by name */
	struct map numbers;        /* of an enum: struct aliases */
	struct map reserved_names; /* a set */
	struct number_ranges reserved, extensible;
};

static int range_cmp(const void *a, const void *b)
{
	const struct number_range *x = a, *y = b;

	return (x->begin > y->begin) - (x->begin < y->begin);
}

void ranges_sort(struct number_ranges *ranges)
{
	if (ranges->list.n)
		qsort(ranges->list.items, ranges->list.n, sizeof *ranges->list.items, range_cmp);
}

static bool ranges_hold(const struct number_ranges *ranges, int32_t number)
{
	uint32_t low = 0, high = ranges->list.n;

	while (low < high) { /* find the first range that ends at or after the number */
		uint32_t middle = low + (high - low) / 2;

		if (ranges->list.items[middle].end < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low < ranges->list.n && ranges->list.items[low].begin <= number;
}

static void add_message(struct check *c, struct lookup_index *lookup, const struct message *message)
{
	for (uint32_t i = 0; i < message->fields.n; i++)
		*map_put(&lookup->names, message->fields.items[i]->e.name.p, 0) =
			message->fields.items[i];
	for (uint32_t i = 0; i < message->oneofs.n; i++) {
		*map_put(&lookup->oneofs, message->oneofs.items[i]->e.name.p, 0) =
			message->oneofs.items[i];
	}
	for (uint32_t i = 0; i < message->reserved_names.n; i++)
		*map_put(&lookup->reserved_names, message->reserved_names.items[i].name.p, 0) =
			lookup;
	for (uint32_t i = 0; i < message->reserved_ranges.n; i++) {
		const struct reserved_range *r = &message->reserved_ranges.items[i];

		*vec_push(c->arena, &lookup->reserved.list) =
			(struct number_range){ r->begin, r->end, r->span };
	}
	for (uint32_t i = 0; i < message->extension_ranges.n; i++) {
		const struct extension_range *r = message->extension_ranges.items[i];

		*vec_push(c->arena, &lookup->extensible.list) =
			(struct number_range){ r->begin, r->end, r->e.span };
	}
}

static void add_enum(
	struct check *c, struct lookup_index *lookup, const struct enumeration *enumeration)
{
	for (uint32_t i = 0; i < enumeration->values.n; i++) {
		struct enum_value *value = enumeration->values.items[i];
		struct aliases **slot =
			(struct aliases **)map_put(&lookup->numbers, NULL, (uint32_t)value->number);

		if (!*slot)
			*slot = NEW(c->arena, struct aliases);
		*vec_push(c->arena, &(*slot)->list) = value;
		*map_put(&lookup->names, value->e.name.p, 0) = value;
	}
	for (uint32_t i = 0; i < enumeration->reserved_names.n; i++)
		*map_put(&lookup->reserved_names, enumeration->reserved_names.items[i].name.p, 0) =
			lookup;
	for (uint32_t i = 0; i < enumeration->reserved_ranges.n; i++) {
		const struct reserved_range *r = &enumeration->reserved_ranges.items[i];

		*vec_push(c->arena, &lookup->reserved.list) =
			(struct number_range){ r->begin, r->end, r->span };
	}
}

static const struct lookup_index *lookup_of(struct check *c, const struct element *element)
{
	struct lookup_index **slot = (struct lookup_index **)map_put(&c->lookups, element, 0),
			    *lookup;

	if (*slot)
		return *slot;
	lookup = *slot = NEW(c->arena, struct lookup_index);
	map_init(&lookup->names, c->arena);
	map_init(&lookup->oneofs, c->arena);
	map_init(&lookup->numbers, c->arena);
	map_init(&lookup->reserved_names, c->arena);
	if (element->kind == ELEMENT_ENUM)
		add_enum(c, lookup, (const struct enumeration *)element);
	else
		add_message(c, lookup, (const struct message *)element);
	ranges_sort(&lookup->reserved);
	ranges_sort(&lookup->extensible);
	return lookup;
}

const struct field *lookup_field(struct check *c, const struct message *message, struct str name)
{
	return map_get(&lookup_of(c, &message->e)->names, name.p, 0);
}

const struct oneof *lookup_oneof(struct check *c, const struct message *message, struct str name)
{
	return map_get(&lookup_of(c, &message->e)->oneofs, name.p, 0);
}

const struct enum_value *lookup_value(
	struct check *c, const struct enumeration *enumeration, struct str name)
{
	return map_get(&lookup_of(c, &enumeration->e)->names, name.p, 0);
}

const struct aliases *lookup_values(
	struct check *c, const struct enumeration *enumeration, int32_t number)
{
	return map_get(&lookup_of(c, &enumeration->e)->numbers, NULL, (uint32_t)number);
}

bool lookup_reserved(struct check *c, const struct element *element, int32_t number)
{
	return ranges_hold(&lookup_of(c, element)->reserved, number);
}

bool lookup_reserved_name(struct check *c, const struct element *element, struct str name)
{
	return map_get(&lookup_of(c, element)->reserved_names, name.p, 0) != NULL;
}

bool lookup_extensible(struct check *c, const struct message *message, int32_t number)
{
	return ranges_hold(&lookup_of(c, &message->e)->extensible, number);
}
