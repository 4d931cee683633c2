/* Lookups in messages and enums, and the messages that the old side uses. */
#include "rules/breaks_private.h"

#include <stdlib.h>

static uint64_t address(const void *element)
{
	return (uint64_t)(uintptr_t)element;
}

static void put(struct map *map, const void *key, uint64_t number, const void *value)
{
	*map_put(map, key, number) = (void *)value;
}

/* Is the element in the maps already? Afterwards it counts as such. */
static bool is_indexed(struct breaks *b, const struct element *element)
{
	if (map_get(&b->indexed, element, 0))
		return true;
	put(&b->indexed, element, 0, element);
	return false;
}

/* Readers take the first field that fits, so the first one stays. */
static void put_json(
	struct breaks *b, const struct message *message, struct str key, const struct field *field)
{
	void **slot = map_put(&b->by_json, key.p, address(message));

	if (!*slot)
		*slot = (void *)field;
}

/* The JSON name of a field, interned. */
static struct str json_key(const struct breaks *b, const struct field *field)
{
	struct arena_mark mark = arena_mark(b->arena);
	struct str name = intern(b->names, field_json_name(field, b->arena));

	arena_rewind(b->arena, mark);
	return name;
}

static void index_message(struct breaks *b, const struct message *message)
{
	if (is_indexed(b, &message->e))
		return;
	for (uint32_t i = 0; i < message->fields.n; i++) {
		const struct field *field = message->fields.items[i];

		put(&b->by_number, message, (uint32_t)field->number, field);
		put(&b->by_name, field->e.name.p, address(message), field);
		put_json(b, message, json_key(b, field), field);
	}
	for (uint32_t i = 0; i < message->fields.n; i++)
		put_json(b, message, message->fields.items[i]->e.name, message->fields.items[i]);
}

static void put_json_string(
	struct breaks *b, const struct enumeration *e, const struct enum_value *value)
{
	struct str custom = enum_value_json_string(value);
	void **slot;

	if (!custom.p)
		return;
	slot = map_put(&b->by_json, intern(b->names, custom).p, address(e));
	if (!*slot)
		*slot = (void *)value;
}

static void index_enum(struct breaks *b, const struct enumeration *e)
{
	if (is_indexed(b, &e->e))
		return;
	for (uint32_t i = 0; i < e->values.n; i++) {
		const struct enum_value *value = e->values.items[i];
		void **names = map_put(&b->by_number, e, (uint32_t)value->number);

		if (!*names)
			*names = NEW(b->arena, struct enum_names);
		*vec_push(b->arena, &((struct enum_names *)*names)->list) = value;
		put(&b->by_name, value->e.name.p, address(e), value);
		put_json_string(b, e, value);
	}
}

static int taken_order(const void *left, const void *right)
{
	const struct taken_range *a = left, *b = right;

	return (a->begin > b->begin) - (a->begin < b->begin);
}

static void taken_add(struct breaks *b, struct taken_numbers *taken, int32_t begin, int32_t end)
{
	*vec_push(b->arena, &taken->list) = (struct taken_range){ begin, end };
}

static void taken_merge(struct taken_numbers *taken)
{
	struct taken_range *items = taken->list.items;
	uint32_t n = 0;

	if (taken->list.n)
		qsort(items, taken->list.n, sizeof *items, taken_order);
	for (uint32_t i = 0; i < taken->list.n; i++) {
		if (!n || items[i].begin > items[n - 1].end + 1)
			items[n++] = items[i];
		else if (items[i].end > items[n - 1].end)
			items[n - 1].end = items[i].end;
	}
	taken->list.n = n;
}

const struct taken_numbers *index_taken(struct breaks *b, const struct message *message)
{
	struct taken_numbers *taken = map_get(&b->indexed, message, 1);

	if (taken)
		return taken;
	taken = NEW(b->arena, struct taken_numbers);
	for (uint32_t i = 0; i < message->fields.n; i++)
		taken_add(b, taken, message->fields.items[i]->number,
			message->fields.items[i]->number);
	for (uint32_t i = 0; i < message->extension_ranges.n; i++)
		taken_add(b, taken, message->extension_ranges.items[i]->begin,
			message->extension_ranges.items[i]->end);
	for (uint32_t i = 0; i < message->reserved_ranges.n; i++)
		taken_add(b, taken, message->reserved_ranges.items[i].begin,
			message->reserved_ranges.items[i].end);
	taken_merge(taken);
	put(&b->indexed, message, 1, taken);
	return taken;
}

const struct field *index_number(struct breaks *b, const struct message *message, int32_t number)
{
	index_message(b, message);
	return map_get(&b->by_number, message, (uint32_t)number);
}

const struct field *index_name(struct breaks *b, const struct message *message, struct str name)
{
	index_message(b, message);
	return map_get(&b->by_name, name.p, address(message));
}

const struct field *index_json(
	struct breaks *b, const struct message *message, const struct field *field)
{
	index_message(b, message);
	return map_get(&b->by_json, json_key(b, field).p, address(message));
}

const struct enum_names *index_values(struct breaks *b, const struct enumeration *e, int32_t number)
{
	index_enum(b, e);
	return map_get(&b->by_number, e, (uint32_t)number);
}

const struct enum_value *index_value(struct breaks *b, const struct enumeration *e, struct str name)
{
	index_enum(b, e);
	return map_get(&b->by_name, name.p, address(e));
}

struct str enum_names_print(struct breaks *b, const struct enum_names *names)
{
	const struct enum_value *first = names->list.items[0];
	struct str custom = enum_value_json_string(first);

	return custom.p ? intern(b->names, custom) : first->e.name;
}

const struct enum_value *index_printed(
	struct breaks *b, const struct enumeration *e, struct str printed)
{
	const struct enum_value *declared = index_value(b, e, printed);

	return declared ? declared : map_get(&b->by_json, printed.p, address(e));
}

static void note_use(void *context, struct element *element)
{
	struct breaks *b = context;
	const struct field *field = (const struct field *)element;

	if (element->kind == ELEMENT_FIELD && field->type_ref != element->parent)
		put(&b->used, field_type_name(field).p, 0, field);
}

bool index_is_used(struct breaks *b, const struct message *message)
{
	const struct schema *old = diff_schema(b->diff, false);

	if (!b->used_is_known) {
		b->used_is_known = true;
		for (uint32_t i = 0; old && i < old->files.n; i++)
			file_walk(old->files.items[i].file, note_use, b);
	}
	return map_get(&b->used, message->e.full_name.p, 0);
}
