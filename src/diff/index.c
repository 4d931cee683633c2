#include "diff/index.h"

struct str extension_extendee(struct intern *names, const struct field *extension)
{
	struct str name = extension->extension->extendee_name;

	if (extension->extension->extendee)
		return extension->extension->extendee->e.full_name;
	return intern(names, str_starts(name, S(".")) ? str_from(name, 1) : name);
}

static struct package_files *package_put(struct side_index *side, struct str name)
{
	struct package_files **slot = (struct package_files **)map_put(&side->packages, name.p, 0);

	if (!*slot)
		*slot = NEW(side->arena, struct package_files);
	return *slot;
}

void side_init(struct side_index *side, struct arena *arena, struct intern *names,
	const struct schema *schema)
{
	*side = (struct side_index){ .schema = schema, .arena = arena, .names = names };
	map_init(&side->files, arena);
	map_init(&side->by_path, arena);
	map_init(&side->by_link, arena);
	map_init(&side->packages, arena);
	map_init(&side->counterparts, arena);
	map_init(&side->in_file, arena);
	map_init(&side->by_name, arena);
	map_init(&side->by_extendee, arena);
	for (uint32_t i = 0; i < schema->files.n; i++) {
		struct schema_file *entry = &schema->files.items[i];
		const struct file *file = entry->file;

		*vec_push(arena, &package_put(side, file->package)->files) = file;
		*map_put(&side->files, file, 0) = entry;
		*map_put(&side->by_path, file->text->path.p, file->is_builtin) = entry->file;
	}
	for (uint32_t i = 0; i < schema->links.n; i++)
		*map_put(&side->by_link, schema->links.items[i].path.p, 0) =
			schema->links.items[i].file;
	for (uint32_t i = 0; i < schema->packages.n; i++) {
		const struct schema_package *outline = &schema->packages.items[i];
		struct package_files *package = package_put(side, outline->name);

		package->declares[ELEMENT_MESSAGE] |= outline->has_message;
		package->declares[ELEMENT_ENUM] |= outline->has_enum;
		package->declares[ELEMENT_FIELD] |= outline->has_extension;
		package->declares[ELEMENT_SERVICE] |= outline->has_service;
	}
}

struct package_files *side_package(const struct side_index *side, struct str name)
{
	return map_get(&side->packages, name.p, 0);
}

struct file *side_by_path(const struct side_index *side, const struct file *file)
{
	return map_get(&side->by_path, file->text->path.p, file->is_builtin);
}

struct file *side_by_link(const struct side_index *side, struct str path)
{
	return map_get(&side->by_link, path.p, 0);
}

bool side_lists(const struct side_index *side, struct str path)
{
	uint32_t low = 0, high = side->schema->paths.n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = str_cmp(side->schema->paths.items[middle], path);

		if (order == 0)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

bool side_owns(const struct side_index *side, const struct file *file)
{
	const struct schema_file *entry = map_get(&side->files, file, 0);

	return entry->own;
}

/* Adds an element to the names of a file, or of the whole side. */
typedef void (*add_element)(
	struct side_index *side, struct map *map, const struct element *element);

static void add_in_file(struct side_index *side, struct map *map, const struct element *element)
{
	(void)side;
	*map_put(map, element->full_name.p, element->kind) = (void *)element;
}

static void add_named(struct side_index *side, struct map *map, const void *key, uint64_t number,
	const struct element *element)
{
	struct named *named = NEW(side->arena, struct named);
	struct named **first = (struct named **)map_put(map, key, number);

	named->element = element;
	if (*first)
		(*first)->last->next = named;
	else
		*first = named;
	(*first)->last = named;
}

static void add_in_side(struct side_index *side, struct map *map, const struct element *element)
{
	add_named(side, map, element->full_name.p, element->kind, element);
	if (element->kind == ELEMENT_FIELD) {
		const struct field *field = (const struct field *)element;

		add_named(side, &side->by_extendee, extension_extendee(side->names, field).p,
			(uint32_t)field->number, element);
	}
}

/* Recursion is bounded: by the parser's limit for messages, or for sets by the walk before unpacking. */
static void add_message(
	struct side_index *side, struct map *map, const struct message *message, add_element add)
{
	add(side, map, &message->e);
	for (uint32_t i = 0; i < message->messages.n; i++)
		add_message(side, map, message->messages.items[i], add);
	for (uint32_t i = 0; i < message->enums.n; i++)
		add(side, map, &message->enums.items[i]->e);
	for (uint32_t i = 0; i < message->extensions.n; i++)
		add(side, map, &message->extensions.items[i]->e);
}

static void add_file(
	struct side_index *side, struct map *map, const struct file *file, add_element add)
{
	for (uint32_t i = 0; i < file->messages.n; i++)
		add_message(side, map, file->messages.items[i], add);
	for (uint32_t i = 0; i < file->enums.n; i++)
		add(side, map, &file->enums.items[i]->e);
	for (uint32_t i = 0; i < file->extensions.n; i++)
		add(side, map, &file->extensions.items[i]->e);
	for (uint32_t i = 0; i < file->services.n; i++)
		add(side, map, &file->services.items[i]->e);
}

const struct element *side_in_file(struct side_index *side, const struct file *file,
	enum element_kind kind, struct str full_name)
{
	struct map *map = map_get(&side->in_file, file, 0);

	if (!map) {
		map = NEW(side->arena, struct map);
		map_init(map, side->arena);
		add_file(side, map, file, add_in_file);
		*map_put(&side->in_file, file, 0) = map;
	}
	return map_get(map, full_name.p, kind);
}

static void note_kinds(struct package_files *package, const struct message *message)
{
	package->declares[ELEMENT_MESSAGE] = true;
	package->declares[ELEMENT_ENUM] |= message->enums.n > 0;
	package->declares[ELEMENT_FIELD] |= message->extensions.n > 0;
	for (uint32_t i = 0; i < message->messages.n; i++)
		note_kinds(package, message->messages.items[i]);
}

bool side_package_declares(struct side_index *side, struct str name, enum element_kind kind)
{
	struct package_files *package = side_package(side, name);

	if (!package)
		return false;
	for (uint32_t i = 0; !package->declares_known && i < package->files.n; i++) {
		const struct file *file = package->files.items[i];

		package->declares[ELEMENT_ENUM] |= file->enums.n > 0;
		package->declares[ELEMENT_FIELD] |= file->extensions.n > 0;
		package->declares[ELEMENT_SERVICE] |= file->services.n > 0;
		for (uint32_t k = 0; k < file->messages.n; k++)
			note_kinds(package, file->messages.items[k]);
	}
	package->declares_known = true;
	return package->declares[kind];
}

static void side_index(struct side_index *side)
{
	if (side->names_made)
		return;
	side->names_made = true;
	for (uint32_t i = 0; i < side->schema->files.n; i++)
		add_file(side, &side->by_name, side->schema->files.items[i].file, add_in_side);
}

const struct named *side_named(
	struct side_index *side, enum element_kind kind, struct str full_name)
{
	side_index(side);
	return map_get(&side->by_name, full_name.p, kind);
}

const struct named *side_extensions(struct side_index *side, struct str extendee, int32_t number)
{
	side_index(side);
	return map_get(&side->by_extendee, extendee.p, (uint32_t)number);
}
