/*
 * Members by name and number in a time that does not grow with what holds them: a stranger's
 * message may have a million fields, and an option's value may name them all. Small ones are
 * searched, which is faster.
 */
#include "proto/catalog.h"

#include <stdlib.h>

enum { LARGE = 48 };

struct catalog {
	struct map names, numbers;       /* fields or values; of equal ones the first */
	struct map groups;               /* fields by the interned name of their group's message */
	struct extension_range **ranges; /* by begin */
	struct catalog_required required;
	bool has_required;
};

static struct catalog *catalog_of(struct context *context, const void *element)
{
	void **slot = map_put(&context->catalogs, element, 0);
	struct catalog *catalog = *slot;

	if (catalog)
		return catalog;
	*slot = catalog = NEW(context->arena, struct catalog);
	map_init(&catalog->names, context->arena);
	map_init(&catalog->numbers, context->arena);
	map_init(&catalog->groups, context->arena);
	return catalog;
}

static void put_first(struct map *map, const void *key, uint64_t number, void *value)
{
	void **slot = map_put(map, key, number);

	if (!*slot)
		*slot = value;
}

static const struct catalog *message_catalog(struct context *context, const struct message *message)
{
	struct catalog *catalog = catalog_of(context, message);

	if (catalog->names.n)
		return catalog;
	for (uint32_t i = 0; i < message->fields.n; i++) {
		struct field *field = message->fields.items[i];

		put_first(&catalog->names, field->e.name.p, 0, field);
		put_first(&catalog->numbers, catalog, (uint32_t)field->number, field);
		if (field->is_group && field->message)
			put_first(&catalog->groups, field->message->e.name.p, 0, field);
	}
	return catalog;
}

static const struct catalog *enum_catalog(
	struct context *context, const struct enumeration *enumeration)
{
	struct catalog *catalog = catalog_of(context, enumeration);

	if (catalog->names.n)
		return catalog;
	for (uint32_t i = 0; i < enumeration->values.n; i++) {
		struct enum_value *value = enumeration->values.items[i];

		put_first(&catalog->names, value->e.name.p, 0, value);
		put_first(&catalog->numbers, catalog, (uint32_t)value->number, value);
	}
	return catalog;
}

struct field *catalog_field(struct context *context, const struct message *message, struct str name)
{
	if (message->fields.n < LARGE)
		return message_field_by_name(message, name);
	return map_get(&message_catalog(context, message)->names, name.p, 0);
}

struct field *catalog_number(struct context *context, const struct message *message, int32_t number)
{
	const struct catalog *catalog;

	if (message->fields.n < LARGE)
		return message_field_by_number(message, number);
	catalog = message_catalog(context, message);
	return map_get(&catalog->numbers, catalog, (uint32_t)number);
}

struct field *catalog_group(struct context *context, const struct message *message, struct str name)
{
	if (message->fields.n >= LARGE)
		return map_get(&message_catalog(context, message)->groups, name.p, 0);
	for (uint32_t i = 0; i < message->fields.n; i++) {
		struct field *field = message->fields.items[i];

		if (field->is_group && field->message && field->message->e.name.p == name.p)
			return field;
	}
	return NULL;
}

struct enum_value *catalog_value(
	struct context *context, const struct enumeration *enumeration, struct str name)
{
	if (enumeration->values.n >= LARGE)
		return map_get(&enum_catalog(context, enumeration)->names, name.p, 0);
	for (uint32_t i = 0; i < enumeration->values.n; i++)
		if (enumeration->values.items[i]->e.name.p == name.p)
			return enumeration->values.items[i];
	return NULL;
}

struct enum_value *catalog_value_number(
	struct context *context, const struct enumeration *enumeration, int64_t number)
{
	if (number < INT32_MIN || number > INT32_MAX)
		return NULL;
	if (enumeration->values.n >= LARGE) {
		const struct catalog *catalog = enum_catalog(context, enumeration);

		return map_get(&catalog->numbers, catalog, (uint32_t)(int32_t)number);
	}
	for (uint32_t i = 0; i < enumeration->values.n; i++)
		if (enumeration->values.items[i]->number == number)
			return enumeration->values.items[i];
	return NULL;
}

static int by_begin(const void *left, const void *right)
{
	const struct extension_range *a = *(struct extension_range *const *)left,
				     *b = *(struct extension_range *const *)right;

	return (a->begin > b->begin) - (a->begin < b->begin);
}

/* Ranges that overlap are an error of the message's own, so the nearest that begins before is the
 * one. */
const struct extension_range *catalog_range(
	struct context *context, const struct message *message, int32_t number)
{
	uint32_t low = 0, high = message->extension_ranges.n;
	struct extension_range **ranges = message->extension_ranges.items;

	if (high >= LARGE) {
		struct catalog *catalog = catalog_of(context, message);

		if (!catalog->ranges) {
			catalog->ranges = arena_copy(
				context->arena, ranges, high * sizeof(struct extension_range *));
			qsort(catalog->ranges, high, sizeof *catalog->ranges, by_begin);
		}
		ranges = catalog->ranges;
		while (low < high) { /* the first that begins after the number */
			uint32_t middle = low + (high - low) / 2;

			if (ranges[middle]->begin <= number)
				low = middle + 1;
			else
				high = middle;
		}
		return low > 0 && ranges[low - 1]->end >= number ? ranges[low - 1] : NULL;
	}
	for (uint32_t i = 0; i < high; i++)
		if (ranges[i]->begin <= number && number <= ranges[i]->end)
			return ranges[i];
	return NULL;
}

static bool is_required(const struct field *field)
{
	return field->label == LABEL_REQUIRED ||
	       (field->e.features && field_cardinality(field) == CARDINALITY_REQUIRED);
}

const struct catalog_required *catalog_required(
	struct context *context, const struct message *message)
{
	struct catalog *catalog = catalog_of(context, message);

	if (catalog->has_required)
		return &catalog->required;
	catalog->has_required = true;
	for (uint32_t i = 0; i < message->fields.n; i++)
		if (is_required(message->fields.items[i]))
			*vec_push(context->arena, &catalog->required) = message->fields.items[i];
	return &catalog->required;
}
