/* The promises that concern an element, so that many promises do not cost each element much. */
#include "rules/option_tree.h"

#include "schema/written.h"

/* Promises whose paths begin with one name, by their places in the configuration's list. */
struct indexed {
	VEC(uint32_t) list;
};

struct promise_index {
	struct map
		by_name; /* (interned name, or last part of an extension's; is it one) → indexed */
	struct indexed extensions; /* those whose paths begin with one */
	uint32_t *taken;           /* by promise: the last question that it is an answer to */
	uint32_t question;
};

struct promise_index *promise_index_new(
	struct arena *arena, struct intern *names, const struct promises *promises)
{
	struct promise_index *index = NEW(arena, struct promise_index);

	map_init(&index->by_name, arena);
	index->taken = NEW_ARRAY(arena, promises->n, uint32_t);
	for (uint32_t i = 0; i < promises->n; i++) {
		const struct option_step *step = &promises->items[i].path.steps[0];
		struct str name = intern(names, str_last_component(step->name));
		void **slot = map_put(&index->by_name, name.p, step->is_extension);

		if (!*slot)
			*slot = NEW(arena, struct indexed);
		*vec_push(arena, &((struct indexed *)*slot)->list) = i;
		if (step->is_extension)
			*vec_push(arena, &index->extensions.list) = i;
	}
	return index;
}

static void take(const struct check *c, const struct indexed *indexed, struct concerned *concerned)
{
	struct promise_index *index = c->promise_index;

	for (uint32_t i = 0; indexed && i < indexed->list.n; i++) {
		uint32_t at = indexed->list.items[i];

		if (index->taken[at] == index->question)
			continue;
		index->taken[at] = index->question;
		*vec_push(c->scratch, concerned) = &c->promises->items[at];
	}
}

static void take_options(
	const struct check *c, const struct options *options, struct concerned *concerned)
{
	const struct promise_index *index = c->promise_index;
	const struct field *before = NULL;

	for (uint32_t i = 0; i < options->list.n; i++) {
		const struct field *field = options->list.items[i].field;

		if (!field) /* it may be any */
			take(c, &index->extensions, concerned);
		else if (field != before)
			take(c, map_get(&index->by_name, field->e.name.p, field->extension != NULL),
				concerned);
		before = field;
	}
	for (const struct uninterpreted *u = options->kept ? options->kept->first : NULL; u;
		u = u->next) {
		const struct name_part *part = &u->parts[0];
		struct str name = intern(c->names, str_last_component(part->name));

		take(c, map_get(&index->by_name, name.p, part->is_extension), concerned);
	}
}

void promises_concerned(struct check *c, const struct options *old, const struct options *new,
	struct concerned *concerned)
{
	c->promise_index->question++;
	if (old)
		take_options(c, old, concerned);
	if (new)
		take_options(c, new, concerned);
}
