#include "rules/breaks_private.h"

static uint64_t address(const void *element)
{
	return (uint64_t)(uintptr_t)element;
}

/* The first one stays, as a reader takes the first that fits. */
static void put_first(struct map *map, const void *key, uint64_t number, const void *value)
{
	void **slot = map_put(map, key, number);

	if (!*slot)
		*slot = (void *)value;
}

/* Is it already in the maps? Says yes from now on. */
static bool is_indexed(struct breaks *b, const struct element *element)
{
	if (map_get(&b->indexed, element, 0))
		return true;
	put_first(&b->indexed, element, 0, element);
	return false;
}

static void index_message(struct breaks *b, const struct message *message)
{
	if (is_indexed(b, &message->e))
		return;
	for (uint32_t i = 0; i < message->fields.n; i++) {
		const struct field *field = message->fields.items[i];

		put_first(&b->by_number, message, (uint32_t)field->number, field);
		put_first(&b->by_name, field->e.name.p, address(message), field);
		put_first(&b->by_json, message, str_hash(field->json_name), field);
	}
	for (uint32_t i = 0; i < message->fields.n; i++)
		put_first(&b->by_json, message, str_hash(message->fields.items[i]->e.name),
			message->fields.items[i]);
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
		put_first(&b->by_name, value->e.name.p, address(e), value);
	}
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

const struct field *index_json(struct breaks *b, const struct message *message, struct str key)
{
	const struct field *found;

	index_message(b, message);
	found = map_get(&b->by_json, message, str_hash(key));
	if (!found || str_eq(found->json_name, key) || str_eq(found->e.name, key))
		return found;
	/* Two names of one hash: that happens on purpose only. */
	for (uint32_t i = 0; i < message->fields.n; i++)
		if (str_eq(message->fields.items[i]->json_name, key))
			return message->fields.items[i];
	for (uint32_t i = 0; i < message->fields.n; i++)
		if (str_eq(message->fields.items[i]->e.name, key))
			return message->fields.items[i];
	return NULL;
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

static void note_use(void *context, struct element *element)
{
	struct breaks *b = context;
	const struct field *field = (const struct field *)element;

	if (element->kind != ELEMENT_FIELD)
		return;

	struct type type = type_of(field);

	if (type.message && &type.message->e != element->parent)
		put_first(&b->used, type.name.p, 0, type.message);
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
