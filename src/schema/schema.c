#include "schema/schema.h"
#include "base/intern.h"

#include <stdlib.h>

struct str element_full_name(const struct element *element, struct arena *arena)
{
	struct str scope;

	if (element->full_name.p)
		return element->full_name;
	if (element->kind == ELEMENT_FILE)
		return ((const struct file *)element)->package;
	/* An enum value belongs to the scope around its enum. */
	if (element->kind == ELEMENT_ENUM_VALUE)
		scope = element_full_name(element->parent->parent, arena);
	else
		scope = element_full_name(element->parent, arena);
	if (scope.n == 0)
		return element->name;
	return str_printf(arena, STR "." STR, ARG(scope), ARG(element->name));
}

struct str element_local_name(const struct element *element)
{
	struct str name = element->full_name, package = element->file->package;

	return package.n && name.n > package.n ? str_from(name, package.n + 1) : name;
}

struct message *element_message(const struct element *element)
{
	struct element *e = element->parent;

	while (e && e->kind != ELEMENT_MESSAGE)
		e = e->parent;
	return (struct message *)e;
}

bool element_is_synthetic(const struct element *element)
{
	const struct message *message =
		element->kind == ELEMENT_MESSAGE ? (const struct message *)element
		: element->kind == ELEMENT_FIELD && !((const struct field *)element)->extension
			? element_message(element)
			: NULL;

	if (element->kind == ELEMENT_ONEOF)
		return ((const struct oneof *)element)->is_synthetic;
	return message && message->is_map_entry;
}

bool enum_is_closed(const struct enumeration *enumeration)
{
	return enumeration->e.features && enumeration->e.features->enum_type == ENUM_TYPE_CLOSED;
}

enum visibility type_written_visibility(const struct element *type)
{
	return (enum visibility)(type->kind == ELEMENT_ENUM
					 ? ((const struct enumeration *)type)->visibility
					 : ((const struct message *)type)->visibility);
}

enum visibility type_default_visibility(const struct element *type, uint8_t feature)
{
	switch (feature) {
	case LOCAL_ALL:
	case STRICT:
		return VISIBILITY_LOCAL;
	case EXPORT_TOP_LEVEL:
		return type->parent->kind == ELEMENT_FILE ? VISIBILITY_EXPORT : VISIBILITY_LOCAL;
	default:
		return VISIBILITY_EXPORT;
	}
}

enum visibility type_visibility(const struct element *type)
{
	const struct file *file = type->file;
	enum visibility written = type_written_visibility(type);

	if (written || file->lacks_visibility || !file->e.features)
		return written;
	return type_default_visibility(type, file->e.features->default_symbol_visibility);
}

struct str enum_value_json_string(const struct enum_value *value)
{
	enum { JSON_OPTIONS = 998, JSON_STRING = 1 }; /* json_enumvalue_options.proto */
	const struct option *option = options_find(value->e.options, JSON_OPTIONS);

	return options_str(
		option ? option_message(option) : NULL, JSON_STRING, (struct str){ NULL, 0 });
}

bool message_is_message_set(const struct message *message)
{
	enum { MESSAGE_SET_WIRE_FORMAT = 1 }; /* MessageOptions */

	return options_bool(message->e.options, MESSAGE_SET_WIRE_FORMAT, false);
}

struct field *message_field_by_number(const struct message *message, int32_t number)
{
	for (uint32_t i = 0; i < message->fields.n; i++)
		if (message->fields.items[i]->number == number)
			return message->fields.items[i];
	return NULL;
}

struct field *message_field_by_name(const struct message *message, struct str name)
{
	for (uint32_t i = 0; i < message->fields.n; i++)
		if (message->fields.items[i]->e.name.p == name.p)
			return message->fields.items[i];
	return NULL;
}

static bool ranges_hold(const struct reserved_range *ranges, uint32_t n, int32_t number)
{
	for (uint32_t i = 0; i < n; i++)
		if (ranges[i].begin <= number && number <= ranges[i].end)
			return true;
	return false;
}

bool message_reserves(const struct message *message, int32_t number)
{
	return ranges_hold(message->reserved_ranges.items, message->reserved_ranges.n, number);
}

bool enum_reserves(const struct enumeration *enumeration, int32_t number)
{
	return ranges_hold(
		enumeration->reserved_ranges.items, enumeration->reserved_ranges.n, number);
}

struct file *schema_find_file(const struct schema *schema, struct str import_path)
{
	uint32_t low = 0, high = schema->files.n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		struct file *file = schema->files.items[middle].file;
		int order = str_cmp(file->import_path, import_path);

		if (order == 0)
			return file;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static void walk_enum(struct enumeration *e, element_visit visit, void *context)
{
	visit(context, &e->e);
	for (uint32_t i = 0; i < e->values.n; i++)
		visit(context, &e->values.items[i]->e);
}

/* Recursion is bounded: the front ends reject messages that are nested deeper than protoc allows.
 */
static void walk_message(struct message *m, element_visit visit, void *context)
{
	visit(context, &m->e);
	for (uint32_t i = 0; i < m->oneofs.n; i++)
		visit(context, &m->oneofs.items[i]->e);
	for (uint32_t i = 0; i < m->fields.n; i++)
		visit(context, &m->fields.items[i]->e);
	for (uint32_t i = 0; i < m->messages.n; i++)
		walk_message(m->messages.items[i], visit, context);
	for (uint32_t i = 0; i < m->enums.n; i++)
		walk_enum(m->enums.items[i], visit, context);
	for (uint32_t i = 0; i < m->extension_ranges.n; i++)
		visit(context, &m->extension_ranges.items[i]->e);
	for (uint32_t i = 0; i < m->extensions.n; i++)
		visit(context, &m->extensions.items[i]->e);
}

void file_walk(struct file *file, element_visit visit, void *context)
{
	visit(context, &file->e);
	for (uint32_t i = 0; i < file->messages.n; i++)
		walk_message(file->messages.items[i], visit, context);
	for (uint32_t i = 0; i < file->enums.n; i++)
		walk_enum(file->enums.items[i], visit, context);
	for (uint32_t i = 0; i < file->services.n; i++) {
		struct service *service = file->services.items[i];

		visit(context, &service->e);
		for (uint32_t k = 0; k < service->methods.n; k++)
			visit(context, &service->methods.items[k]->e);
	}
	for (uint32_t i = 0; i < file->extensions.n; i++)
		visit(context, &file->extensions.items[i]->e);
}

/* Takes what the full name of an element and those of all within it come to; false when there is
 * not that much left. */
static bool take_name(size_t *left, size_t scope, const struct element *e)
{
	size_t n = scope + 1 + e->name.n;

	if (n > *left)
		return false;
	*left -= n;
	return true;
}

static bool take_message_names(size_t *left, size_t scope, const struct message *m)
{
	bool fits = take_name(left, scope, &m->e);

	scope += 1 + m->e.name.n;
	for (uint32_t i = 0; fits && i < m->enums.n; i++)
		fits = take_name(left, scope, &m->enums.items[i]->e);
	for (uint32_t i = 0; fits && i < m->extensions.n; i++)
		fits = take_name(left, scope, &m->extensions.items[i]->e);
	for (uint32_t i = 0; fits && i < m->messages.n; i++)
		fits = take_message_names(left, scope, m->messages.items[i]);
	return fits;
}

bool file_names_fit(const struct file *file, size_t most)
{
	size_t scope = file->package.n;
	bool fits = true;

	for (uint32_t i = 0; fits && i < file->messages.n; i++)
		fits = take_message_names(&most, scope, file->messages.items[i]);
	for (uint32_t i = 0; fits && i < file->enums.n; i++)
		fits = take_name(&most, scope, &file->enums.items[i]->e);
	for (uint32_t i = 0; fits && i < file->extensions.n; i++)
		fits = take_name(&most, scope, &file->extensions.items[i]->e);
	for (uint32_t i = 0; fits && i < file->services.n; i++) {
		const struct service *service = file->services.items[i];

		fits = take_name(&most, scope, &service->e);
		for (uint32_t k = 0; fits && k < service->methods.n; k++)
			fits = take_name(&most, scope + 1 + service->e.name.n,
				&service->methods.items[k]->e);
	}
	return fits;
}

static void name_element(void *context, struct element *element)
{
	struct str scope;

	switch (element->kind) {
	case ELEMENT_MESSAGE:
	case ELEMENT_ENUM:
	case ELEMENT_SERVICE:
	case ELEMENT_METHOD:
		break;
	case ELEMENT_FIELD:
		if (((struct field *)element)->extension)
			break;
		return;
	default:
		return;
	}
	if (!element->name.p || element->full_name.p)
		return;
	scope = element->parent->kind == ELEMENT_FILE ? element->file->package
						      : element->parent->full_name;
	element->full_name = intern_dotted(context, scope, element->name);
}

void file_name_elements(struct file *file, struct intern *names)
{
	file_walk(file, name_element, names);
}

int32_t features_number(enum element_kind kind)
{
	switch (kind) {
	case ELEMENT_FILE:
	case ELEMENT_EXTENSION_RANGE:
		return 50;
	case ELEMENT_MESSAGE:
		return 12;
	case ELEMENT_FIELD:
		return 21;
	case ELEMENT_ONEOF:
		return 1;
	case ELEMENT_ENUM:
		return 7;
	case ELEMENT_ENUM_VALUE:
		return 2;
	case ELEMENT_SERVICE:
		return 34;
	case ELEMENT_METHOD:
		return 35;
	default:
		return 0;
	}
}
