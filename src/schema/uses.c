#include "schema/uses.h"

struct uses {
	const struct schema *schema;
	struct map extensions; /* message → struct extension_list * */
};

/* ---- forward ---- */

static void take_extension(struct uses *uses, struct arena *arena, const struct field *field)
{
	struct extension_list *list;
	void **slot;

	if (!field->extension->extendee)
		return;
	slot = map_put(&uses->extensions, field->extension->extendee, 0);
	list = *slot ? *slot : (*slot = NEW(arena, struct extension_list));
	*vec_push(arena, list) = field;
}

/* Recursion is bounded, as messages are nested at most 31 deep. */
static void take_extensions(struct uses *uses, struct arena *arena, const struct message *message)
{
	for (uint32_t i = 0; i < message->messages.n; i++)
		take_extensions(uses, arena, message->messages.items[i]);
	for (uint32_t i = 0; i < message->extensions.n; i++)
		take_extension(uses, arena, message->extensions.items[i]);
}

struct uses *uses_new(struct arena *arena, const struct schema *schema)
{
	struct uses *uses = NEW(arena, struct uses);

	uses->schema = schema;
	map_init(&uses->extensions, arena);
	for (uint32_t i = 0; i < schema->files.n; i++) {
		const struct file *file = schema->files.items[i].file;

		for (uint32_t k = 0; k < file->messages.n; k++)
			take_extensions(uses, arena, file->messages.items[k]);
		for (uint32_t k = 0; k < file->extensions.n; k++)
			take_extension(uses, arena, file->extensions.items[k]);
	}
	return uses;
}

struct extension_list uses_extensions(const struct uses *uses, const struct message *message)
{
	const struct extension_list *list = map_get(&uses->extensions, message, 0);

	return list ? *list : (struct extension_list){ 0 };
}

static void visit_field(
	const struct message *user, const struct field *field, use_visit visit, void *context)
{
	struct use use = {
		.kind = field->extension ? USE_EXTENSION : USE_FIELD,
		.user = &user->e,
		.used = field->type_ref,
		.field = field,
	};

	if (field->type_ref && (field->type == TYPE_MESSAGE || field->type == TYPE_GROUP ||
				       field->type == TYPE_ENUM))
		visit(context, &use);
}

void uses_of_message(
	const struct uses *uses, const struct message *message, use_visit visit, void *context)
{
	struct extension_list extensions = uses_extensions(uses, message);

	for (uint32_t i = 0; i < message->fields.n; i++)
		visit_field(message, message->fields.items[i], visit, context);
	for (uint32_t i = 0; i < extensions.n; i++)
		visit_field(message, extensions.items[i], visit, context);
}

void uses_of_method(const struct method *method, use_visit visit, void *context)
{
	struct use request = { USE_REQUEST, &method->e, NULL, NULL };
	struct use response = { USE_RESPONSE, &method->e, NULL, NULL };

	if (method->input) {
		request.used = &method->input->e;
		visit(context, &request);
	}
	if (method->output) {
		response.used = &method->output->e;
		visit(context, &response);
	}
}

/* ---- back ---- */

/* The uses of one element are items[first] … items[first + n - 1]. */
struct use_range {
	uint32_t first, n;
};

struct users {
	struct map ranges; /* message or enum → struct use_range * */
	struct use *items;
};

struct collecting {
	struct arena *arena;
	struct users *users;
	bool placing; /* false: only counting */
};

static void take_use(void *context, const struct use *use)
{
	struct collecting *c = context;
	void **slot = map_put(&c->users->ranges, use->used, 0);
	struct use_range *range = *slot ? *slot : (*slot = NEW(c->arena, struct use_range));

	if (c->placing)
		c->users->items[range->first + range->n] = *use;
	range->n++;
}

static void take_message(
	struct collecting *c, const struct uses *uses, const struct message *message)
{
	uses_of_message(uses, message, take_use, c);
	for (uint32_t i = 0; i < message->messages.n; i++)
		take_message(c, uses, message->messages.items[i]);
}

static void take_all(struct collecting *c, const struct uses *uses)
{
	for (uint32_t i = 0; i < uses->schema->files.n; i++) {
		const struct file *file = uses->schema->files.items[i].file;

		for (uint32_t k = 0; k < file->messages.n; k++)
			take_message(c, uses, file->messages.items[k]);
		for (uint32_t k = 0; k < file->services.n; k++) {
			const struct service *service = file->services.items[k];

			for (uint32_t m = 0; m < service->methods.n; m++)
				uses_of_method(service->methods.items[m], take_use, c);
		}
	}
}

struct users *users_new(struct arena *arena, const struct uses *uses)
{
	struct users *users = NEW(arena, struct users);
	struct collecting c = { .arena = arena, .users = users };
	uint32_t n = 0;

	map_init(&users->ranges, arena);
	take_all(&c, uses);
	for (uint32_t i = 0; i < users->ranges.n; i++) {
		struct use_range *range = users->ranges.entries[i].value;

		range->first = n;
		n += range->n;
		range->n = 0;
	}
	users->items = NEW_ARRAY(arena, n, struct use);
	c.placing = true;
	take_all(&c, uses);
	return users;
}

struct use_list users_of(const struct users *users, const struct element *element)
{
	const struct use_range *range = map_get(&users->ranges, element, 0);

	return range ? (struct use_list){ users->items + range->first, range->n }
		     : (struct use_list){ NULL, 0 };
}
