#include "twice.h"

struct counting {
	struct map names; /* (scope, name) */
	uint32_t twice;
};

/* The scope that a declaration's name is in: an enum value's is the enum's. */
static const char *scope_of(const struct element *element)
{
	const struct element *scope = element->parent;

	if (element->kind == ELEMENT_ENUM_VALUE)
		scope = scope->parent;
	return scope->kind == ELEMENT_FILE ? scope->file->package.p : scope->full_name.p;
}

static bool has_name(const struct element *element)
{
	switch (element->kind) {
	case ELEMENT_MESSAGE:
	case ELEMENT_ENUM:
	case ELEMENT_SERVICE:
	case ELEMENT_ENUM_VALUE:
		return true;
	case ELEMENT_FIELD: /* a message's fields are where the message is */
		return ((const struct field *)element)->extension != NULL;
	default:
		return false;
	}
}

static void count(void *context, struct element *element)
{
	struct counting *c = context;
	void **slot;

	if (!has_name(element))
		return;
	slot = map_put(&c->names, scope_of(element), (uintptr_t)element->name.p);
	c->twice += *slot != NULL;
	*slot = element;
}

uint32_t schema_twice(const struct schema *schema, struct arena *scratch)
{
	struct counting counting = { .twice = 0 };

	map_init(&counting.names, scratch);
	for (uint32_t i = 0; i < schema->files.n; i++)
		if (schema->files.items[i].own)
			file_walk(schema->files.items[i].file, count, &counting);
	return counting.twice;
}
