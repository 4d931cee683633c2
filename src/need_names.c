#include "need_names.h"

#include "need_options.h"

struct declared {
	const struct element *element;
	struct str path;
};

struct naming {
	struct need *need;
	struct map *names; /* interned full name .p → struct declared * */
};

static void take_name(void *context, struct element *e)
{
	struct naming *naming = context;
	struct declared *declared;
	void **slot;

	/* Among fields only extensions have a full name: options of other files may set them. */
	if (e->kind != ELEMENT_MESSAGE && e->kind != ELEMENT_ENUM && e->kind != ELEMENT_SERVICE &&
		e->kind != ELEMENT_FIELD)
		return;
	if (!e->full_name.p)
		return;
	slot = map_put(naming->names, e->full_name.p, 0);
	declared = NEW(naming->need->arena, struct declared);
	declared->element = e;
	declared->path = e->file->text->path;
	*slot = declared;
}

static void take_names(struct need *need, const struct schema *schema, struct map *names)
{
	struct naming naming = { need, names };

	map_init(names, need->arena);
	for (uint32_t i = 0; i < schema->files.n; i++) {
		struct file *file = schema->files.items[i].file;

		if (!file->is_builtin && change_find(need->changes, file->text->path))
			file_walk(file, take_name, &naming);
	}
}

/* Does an enum have the same values? The default of a field may be one. */
static bool same_numbers(const struct enumeration *a, const struct enumeration *b)
{
	if (a->values.n != b->values.n)
		return false;
	for (uint32_t i = 0; i < a->values.n; i++) {
		if (a->values.items[i]->number != b->values.items[i]->number ||
			a->values.items[i]->e.name.p != b->values.items[i]->e.name.p)
			return false;
	}
	return true;
}

/* Were values only added at the end? That changes no default. */
static bool is_extended(const struct enumeration *old, const struct enumeration *new)
{
	if (!old->values.n || new->values.n < old->values.n)
		return false;
	for (uint32_t i = 0; i < old->values.n; i++) {
		if (old->values.items[i]->number != new->values.items[i]->number ||
			old->values.items[i]->e.name.p != new->values.items[i]->e.name.p)
			return false;
	}
	return true;
}

/* An open enum may be used where a closed one may not. */
static bool same_enum(const struct enumeration *old, const struct enumeration *new)
{
	return old->e.features && new->e.features &&
	       old->e.features->enum_type == new->e.features->enum_type &&
	       (same_numbers(old, new) || is_extended(old, new));
}

/* Are extensions of it as valid as before? */
static bool same_message(const struct message *old, const struct message *new)
{
	if (old->is_message_set != new->is_message_set ||
		old->extension_ranges.n != new->extension_ranges.n)
		return false;
	for (uint32_t i = 0; i < old->extension_ranges.n; i++) {
		if (old->extension_ranges.items[i]->begin !=
				new->extension_ranges.items[i]->begin ||
			old->extension_ranges.items[i]->end != new->extension_ranges.items[i]->end)
			return false;
	}
	return true;
}

/* Does an option that sets the field mean the same? */
static bool same_field(const struct field *old, const struct field *new)
{
	return old->type == new->type &&
	       old->label == new->label &&str_eq(old->type_name, new->type_name) &&
	       (!old->extension ||
		       str_eq(old->extension->extendee_name, new->extension->extendee_name));
}

static bool is_same(const struct declared *old, const struct declared *new)
{
	const struct element *a = old->element, *b;

	if (!new || a->kind != new->element->kind || !str_eq(old->path, new->path))
		return false;
	b = new->element;
	if (a->kind == ELEMENT_SERVICE)
		return true;
	if (a->kind == ELEMENT_FIELD)
		return same_field((const struct field *)a, (const struct field *)b);
	/* Files that use a type that became local do not compile. */
	if (type_visibility(a) != type_visibility(b))
		return false;
	if (a->kind == ELEMENT_MESSAGE)
		return same_message((const struct message *)a, (const struct message *)b);
	return same_enum((const struct enumeration *)a, (const struct enumeration *)b);
}

/* The values that an enum lost: an option or a default may name one without naming the enum. */
static void add_lost_values(struct need *need, const struct declared *old,
	const struct declared *new, struct outline_words *words)
{
	const struct enumeration *was = (const struct enumeration *)old->element;
	const struct enumeration *is = new ? (const struct enumeration *)new->element : NULL;
	struct map kept;

	map_init(&kept, need->arena);
	for (uint32_t i = 0; is && i < is->values.n; i++)
		*map_put(&kept, is->values.items[i]->e.name.p, 0) = need;
	for (uint32_t i = 0; i < was->values.n; i++) {
		if (!map_get(&kept, was->values.items[i]->e.name.p, 0))
			outline_words_add(words, need->arena, was->values.items[i]->e.name);
	}
}

/* Names that are gone or name something else now. */
static void add_lost(struct need *need, const struct map *old, const struct map *new,
	struct outline_words *words)
{
	for (uint32_t i = 0; i < old->n; i++) {
		const struct map_entry *e = &old->entries[i];
		const struct declared *declared = e->value, *other = map_get(new, e->key, 0);

		if (is_same(declared, other))
			continue;
		outline_words_add(words, need->arena, declared->element->name);
		if (declared->element->kind == ELEMENT_ENUM &&
			(!other || other->element->kind == ELEMENT_ENUM))
			add_lost_values(need, declared, other, words);
	}
}

static void add_came(struct need *need, const struct map *old, const struct map *new,
	struct outline_words *words)
{
	for (uint32_t i = 0; i < new->n; i++) {
		const struct map_entry *e = &new->entries[i];
		const struct declared *declared = e->value;

		/* An added extension hurts nobody, but the rules of packages ask for it, and it may
		 * hide an option that is promised. */
		if (!map_get(old, e->key, 0) &&
			(need->packages || declared->element->kind != ELEMENT_FIELD ||
				need_options_hide(need, declared->element->name)))
			outline_words_add(words, need->arena, declared->element->name);
	}
}

/* ---- fields that options set ---- */

/* Messages that values of options consist of. */
struct option_types {
	struct arena *arena;
	struct map messages;        /* by address */
	VEC(struct message *) open; /* reached, and not yet followed */
};

static void add_option_type(struct option_types *types, const struct field *field)
{
	void **slot;

	if ((field->type != TYPE_MESSAGE && field->type != TYPE_GROUP) || !field->message)
		return;
	slot = map_put(&types->messages, field->message, 0);
	if (*slot)
		return;
	*slot = field->message;
	*vec_push(types->arena, &types->open) = field->message;
}

static void take_option(void *context, struct element *e)
{
	const struct field *field = (const struct field *)e;
	const struct message *extendee;

	if (e->kind != ELEMENT_FIELD || !field->extension)
		return;
	extendee = field->extension->extendee;
	if (extendee &&
		str_eq(extendee->e.file->import_path, S("google/protobuf/descriptor.proto")))
		add_option_type(context, field);
}

static void find_option_types(struct option_types *types, const struct schema *schema)
{
	map_init(&types->messages, types->arena);
	for (uint32_t i = 0; i < schema->files.n; i++) {
		struct file *file = schema->files.items[i].file;

		if (!file->is_builtin)
			file_walk(file, take_option, types);
	}
	while (types->open.n) {
		const struct message *message = types->open.items[--types->open.n];

		for (uint32_t i = 0; i < message->fields.n; i++)
			add_option_type(types, message->fields.items[i]);
	}
}

/* Looks for the fields that a message lost. An option that some other file declares (`!is_option`)
 * may have its type; that counts only if such a file is found. */
static void add_lost_fields(struct need *need, const struct message *old, const struct message *new,
	bool is_option, struct outline_words *words)
{
	struct map kept;

	map_init(&kept, need->arena);
	for (uint32_t i = 0; i < new->fields.n; i++)
		*map_put(&kept, new->fields.items[i]->e.name.p, 0) = new->fields.items[i];
	for (uint32_t i = 0; i < old->fields.n; i++) {
		const struct field *field = old->fields.items[i];
		const struct field *other = map_get(&kept, field->e.name.p, 0);

		if (other && same_field(field, other))
			continue;
		if (is_option)
			outline_words_add(words, need->arena, field->e.name);
		else
			outline_words_mark(words, need->arena, field->e.name, MARK_OF_FIELDS);
	}
}

static bool requires_more(const struct message *old, const struct message *new)
{
	struct field *was;

	for (uint32_t i = 0; i < new->fields.n; i++) {
		if (field_cardinality(new->fields.items[i]) != CARDINALITY_REQUIRED)
			continue;
		was = message_field_by_name(old, new->fields.items[i]->e.name);
		if (!was || field_cardinality(was) != CARDINALITY_REQUIRED)
			return true;
	}
	return false;
}

/* An option may set fields of a message without naming the message. */
static enum requirement add_option_fields(struct need *need, const struct schema *old,
	const struct map *old_names, const struct map *new_names, struct outline_words *words)
{
	struct option_types types = { .arena = need->arena };
	enum requirement requirement = REQUIRES_NOTHING;

	find_option_types(&types, old);
	for (uint32_t i = 0; i < old_names->n; i++) {
		const struct map_entry *entry = &old_names->entries[i];
		const struct declared *was = entry->value, *is = map_get(new_names, entry->key, 0);
		const struct message *message = (const struct message *)was->element;

		bool is_option;

		if (!is || was->element->kind != ELEMENT_MESSAGE ||
			is->element->kind != ELEMENT_MESSAGE)
			continue;
		is_option = map_get(&types.messages, message, 0) != NULL;
		add_lost_fields(
			need, message, (const struct message *)is->element, is_option, words);
		if (requirement != REQUIRES &&
			requires_more(message, (const struct message *)is->element))
			requirement = is_option ? REQUIRES : REQUIRES_IF_OPTION;
	}
	return requirement;
}

enum requirement need_names(struct need *need, const struct schema *old, const struct schema *new,
	struct outline_words *words)
{
	struct map old_names, new_names;

	take_names(need, old, &old_names);
	take_names(need, new, &new_names);
	add_lost(need, &old_names, &new_names, words);
	add_came(need, &old_names, &new_names, words);
	return add_option_fields(need, old, &old_names, &new_names, words);
}
