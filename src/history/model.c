#include "history/model.h"
#include "history/model_options.h"

#include <stdlib.h>

struct making {
	struct arena *arena, *scratch;
	struct intern *names;
	struct model_memory memory; /* the three */
	const struct file *file;
	struct model_file *model;
};

/* ---- names ---- */

struct str name_squashed(struct intern *names, struct str name, struct arena *scratch)
{
	struct arena_mark mark = arena_mark(scratch);
	char *p = arena_bytes(scratch, name.n + 1);
	struct str squashed;
	size_t n = 0;

	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (c != '_')
			p[n++] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
	}
	squashed = intern(names, (struct str){ p, n });
	arena_rewind(scratch, mark);
	return squashed;
}

static struct str undotted(struct str name)
{
	return str_starts(name, S(".")) ? str_from(name, 1) : name;
}

/*
 * A type whose file is missing, as it is written. A name of one part is most likely one of the own
 * package, as in a tree whose imports name files beside the importer.
 */
static struct str unresolved_name(const struct making *m, struct str written)
{
	if (str_starts(written, S(".")))
		return str_from(written, 1);
	if (str_has(written, '.') || !m->file->package.n)
		return written;
	return str_printf(m->scratch, STR "." STR, ARG(m->file->package), ARG(written));
}

struct str model_value_name(struct arena *arena, const struct model_type *type, struct str value)
{
	return type->scope.n ? str_printf(arena, STR "." STR, ARG(type->scope), ARG(value)) : value;
}

struct str model_label_word(uint8_t label)
{
	static const struct str words[] = {
		[LABEL_IS_IMPLICIT] = STR_INIT("implicit"),
		[LABEL_IS_OPTIONAL] = STR_INIT("optional"),
		[LABEL_IS_REQUIRED] = STR_INIT("required"),
		[LABEL_IS_REPEATED] = STR_INIT("repeated"),
		[LABEL_IS_MAP] = STR_INIT("map"),
	};

	return words[label];
}

struct str model_type_text(struct arena *arena, const struct model_field *field)
{
	return field->label == LABEL_IS_REPEATED
		       ? str_printf(arena, "repeated " STR, ARG(field->type))
		       : field->type;
}

const struct model_field *model_field_at(const struct model_type *type, int32_t number)
{
	uint32_t low = 0, high = type->fields.n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (type->fields.items[middle].number == number)
			return &type->fields.items[middle];
		if (type->fields.items[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const struct model_field *model_field_named(const struct model_type *type, struct str name)
{
	for (uint32_t i = 0; i < type->fields.n; i++)
		if (type->fields.items[i].name.p == name.p)
			return &type->fields.items[i];
	return NULL;
}

/* ---- fields ---- */

static uint8_t label_of(const struct field *field)
{
	switch (field_cardinality(field)) {
	case CARDINALITY_IMPLICIT:
		/* Of a type whose file is missing, which more often is a message than an enum. */
		return field->type == TYPE_UNRESOLVED ? LABEL_IS_OPTIONAL : LABEL_IS_IMPLICIT;
	case CARDINALITY_REQUIRED:
		return LABEL_IS_REQUIRED;
	case CARDINALITY_REPEATED:
		return LABEL_IS_REPEATED;
	case CARDINALITY_MAP:
		return LABEL_IS_MAP;
	default:
		return LABEL_IS_OPTIONAL;
	}
}

static void add_pseudo_options(
	const struct making *m, const struct field *field, struct model_field *made)
{
	if (field->preset && field->has_default)
		model_options_add(&m->memory, &made->options, S("default"), field->preset->text);
	if (field->json && !str_eq(field->json->name, json_name_derive(m->scratch, field->e.name)))
		model_options_add(&m->memory, &made->options, S("json_name"), field->json->name);
}

static struct str type_text(const struct making *m, const struct field *field)
{
	if (field->is_map && field->message && field->message->fields.n == 2)
		return str_printf(m->scratch, "map<" STR ", " STR ">",
			ARG(type_text(m, field->message->fields.items[0])),
			ARG(type_text(m, field->message->fields.items[1])));
	return field->type == TYPE_UNRESOLVED ? unresolved_name(m, field->type_name)
					      : field_type_text(field, m->scratch);
}

static struct model_field field_make(const struct making *m, const struct field *field)
{
	const struct oneof *oneof = field_oneof(field);
	struct model_field made = {
		.name = field->extension ? field->e.full_name : field->e.name,
		.number = field->number,
		.label = label_of(field),
		.is_group = field_kind(field) == TYPE_GROUP,
		.type = intern(m->names, type_text(m, field)),
		.oneof = oneof ? oneof->e.name : S(""),
		.name_span = field->e.name_span,
		.number_span = field->number_span,
	};

	made.options = model_options_make(&m->memory, field->e.options, &made.deprecated);
	add_pseudo_options(m, field, &made);
	if (field->extension)
		made.extendee =
			field->extension->extendee
				? field->extension->extendee->e.full_name
				: intern(m->names, undotted(field->extension->extendee_name));
	return made;
}

static int field_order(const void *left, const void *right)
{
	const struct model_field *a = left, *b = right;

	return (a->number > b->number) - (a->number < b->number);
}

static int name_order(const void *left, const void *right)
{
	return str_cmp(*(const struct str *)left, *(const struct str *)right);
}

/* ---- what is reserved ---- */

static int range_order(const void *left, const void *right)
{
	const struct model_range *a = left, *b = right;

	return (a->begin > b->begin) - (a->begin < b->begin);
}

static void add_reserved(const struct making *m, const struct reserved_ranges *ranges,
	const struct reserved_names *reserved, struct model_type *type)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < ranges->n; i++)
		*vec_push(m->arena, &type->ranges) =
			(struct model_range){ ranges->items[i].begin, ranges->items[i].end };
	if (type->ranges.n)
		qsort(type->ranges.items, type->ranges.n, sizeof *type->ranges.items, range_order);
	for (uint32_t i = 0; i < type->ranges.n; i++) {
		struct model_range *last = kept ? &type->ranges.items[kept - 1] : NULL;
		struct model_range range = type->ranges.items[i];

		if (!last || range.begin > last->end + 1)
			type->ranges.items[kept++] = range;
		else if (range.end > last->end)
			last->end = range.end;
	}
	type->ranges.n = kept;
	for (uint32_t i = 0; i < reserved->n; i++)
		*vec_push(m->arena, &type->reserved) = reserved->items[i].name;
	if (type->reserved.n)
		qsort(type->reserved.items, type->reserved.n, sizeof *type->reserved.items,
			name_order);
}

/* ---- contents, for lineage ---- */

/* The last part of a type's name; of a map's that of its value. */
static struct str type_last(struct arena *arena, struct str type)
{
	size_t comma = str_find(type, ',');

	if (!str_starts(type, S("map<")) || comma >= type.n)
		return str_last_component(type);
	return str_printf(arena, STR ", " STR, ARG(str_head(type, comma)),
		ARG(str_last_component(str_from(type, comma + 2))));
}

static uint64_t part_hash(struct arena *arena, int32_t number, struct str name, struct str rest)
{
	struct arena_mark mark = arena_mark(arena);
	uint64_t hash = str_xxh64(str_printf(arena, "%d %.*s " STR, number, ARG(name), ARG(rest)));

	arena_rewind(arena, mark);
	return hash;
}

/* Sums of hashes, since order does not count. */
static void add_content(const struct making *m, struct model_type *type)
{
	type->content = (uint64_t)type->kind;
	for (uint32_t i = 0; i < type->fields.n; i++) {
		const struct model_field *field = &type->fields.items[i];

		type->content += part_hash(m->scratch, field->number, field->name,
			str_printf(m->scratch, "%d " STR, field->label,
				ARG(type_last(m->scratch, field->type))));
	}
	for (uint32_t i = 0; i < type->values.n; i++)
		type->content += part_hash(
			m->scratch, type->values.items[i].number, type->values.items[i].name, S(""));
	type->n_content = type->fields.n + type->values.n;
}

/* ---- types ---- */

static struct model_type *type_new(
	struct making *m, const struct element *element, enum element_kind kind)
{
	struct model_type *type = NEW(m->arena, struct model_type);

	type->kind = kind;
	type->full_name = element->full_name;
	type->file = m->model;
	if (kind != ELEMENT_SERVICE)
		type->visibility = (uint8_t)type_visibility(element);
	type->is_top = !element->parent || element->parent->kind == ELEMENT_FILE;
	type->options = model_options_make(&m->memory, element->options, &type->deprecated);
	*vec_push(m->arena, &m->model->types) = type;
	return type;
}

static void add_oneofs(const struct making *m, struct model_type *type)
{
	for (uint32_t i = 0; i < type->fields.n; i++) {
		struct str name = type->fields.items[i].oneof;
		bool known = !name.n;

		for (uint32_t k = 0; k < type->oneofs.n; k++)
			known |= type->oneofs.items[k].p == name.p;
		if (!known)
			*vec_push(m->arena, &type->oneofs) = name;
	}
	if (type->oneofs.n)
		qsort(type->oneofs.items, type->oneofs.n, sizeof *type->oneofs.items, name_order);
}

static void add_message(struct making *m, const struct message *message)
{
	struct model_type *type = type_new(m, &message->e, ELEMENT_MESSAGE);

	type->fields.items = NEW_ARRAY(m->arena, message->fields.n, struct model_field);
	type->fields.cap = message->fields.n;
	for (uint32_t i = 0; i < message->fields.n; i++)
		*vec_push(m->arena, &type->fields) = field_make(m, message->fields.items[i]);
	if (type->fields.n)
		qsort(type->fields.items, type->fields.n, sizeof *type->fields.items, field_order);
	for (uint32_t i = 0; i < message->extension_ranges.n; i++)
		*vec_push(m->arena, &type->extension_ranges) =
			(struct model_range){ message->extension_ranges.items[i]->begin,
				message->extension_ranges.items[i]->end };
	type->is_closed = message->is_message_set;
	add_oneofs(m, type);
	add_reserved(m, &message->reserved_ranges, &message->reserved_names, type);
	add_content(m, type);
}

static void add_enum(struct making *m, const struct enumeration *enumeration)
{
	struct model_type *type = type_new(m, &enumeration->e, ELEMENT_ENUM);
	size_t dot = str_rfind(type->full_name, '.');

	type->is_closed = enum_is_closed(enumeration);
	type->scope =
		dot < type->full_name.n ? intern(m->names, str_head(type->full_name, dot)) : S("");
	type->values.items = NEW_ARRAY(m->arena, enumeration->values.n, struct model_value);
	type->values.cap = enumeration->values.n;
	for (uint32_t i = 0; i < enumeration->values.n; i++) {
		const struct enum_value *value = enumeration->values.items[i];
		struct model_value *made = vec_push(m->arena, &type->values);

		*made = (struct model_value){ .name = value->e.name,
			.number = value->number,
			.name_span = value->e.name_span,
			.number_span = value->number_span };
		model_options_make(&m->memory, value->e.options, &made->deprecated);
	}
	add_reserved(m, &enumeration->reserved_ranges, &enumeration->reserved_names, type);
	add_content(m, type);
}

static struct str method_type(
	const struct making *m, const struct message *message, struct str name)
{
	return message ? message->e.full_name : unresolved_name(m, name);
}

static void add_service(struct making *m, const struct service *service)
{
	struct model_type *type = type_new(m, &service->e, ELEMENT_SERVICE);

	for (uint32_t i = 0; i < service->methods.n; i++) {
		const struct method *method = service->methods.items[i];
		struct model_method *made = vec_push(m->arena, &type->methods);
		struct str text = str_printf(m->scratch, "%s" STR " → %s" STR,
			method->client_streaming ? "stream " : "",
			ARG(method_type(m, method->input, method->input_name)),
			method->server_streaming ? "stream " : "",
			ARG(method_type(m, method->output, method->output_name)));

		made->name = method->e.name;
		made->signature = intern(m->names, text);
		made->options = model_options_make(
			&m->memory, method->e.options, &made->deprecated);
	}
}

static void add_element(void *context, struct element *element)
{
	struct making *m = context;

	switch (element->kind) {
	case ELEMENT_MESSAGE:
		if (!((const struct message *)element)->is_map_entry)
			add_message(m, (const struct message *)element);
		break;
	case ELEMENT_ENUM:
		add_enum(m, (const struct enumeration *)element);
		break;
	case ELEMENT_SERVICE:
		add_service(m, (const struct service *)element);
		break;
	case ELEMENT_FIELD:
		if (((const struct field *)element)->extension) {
			struct model_field *made = NEW(m->arena, struct model_field);

			*made = field_make(m, (const struct field *)element);
			*vec_push(m->arena, &m->model->extensions) = made;
		}
		break;
	default:
		break;
	}
}

static struct str syntax_of(enum edition edition)
{
	switch (edition) {
	case EDITION_PROTO2:
		return S("proto2");
	case EDITION_PROTO3:
		return S("proto3");
	case EDITION_2023:
		return S("edition 2023");
	case EDITION_2024:
		return S("edition 2024");
	case EDITION_2026:
		return S("edition 2026");
	default:
		return S("editions");
	}
}

static void take_imports(struct making *m)
{
	const struct file *file = m->file;

	for (uint32_t i = 0; i < file->imports.n; i++) {
		const struct import *import = &file->imports.items[i];

		*vec_push(m->arena, &m->model->imports) = (struct model_import){
			.import = import->path,
			.base = intern(m->names, path_base(import->path)),
			.path = import->file && !import->file->is_builtin
					? intern(m->names, import->file->text->path)
					: (struct str){ NULL, 0 },
			.is_public = import->kind == IMPORT_PUBLIC,
		};
	}
}

static void take_tokens(struct making *m)
{
	const struct file_tokens *tokens = m->file->tokens;

	if (!tokens)
		return;
	m->model->tokens = *tokens;
	m->model->tokens.words = NEW_ARRAY(m->arena, tokens->n_words, uint32_t);
	if (tokens->n_words)
		memcpy(m->model->tokens.words, tokens->words,
			tokens->n_words * sizeof *tokens->words);
}

static void take_file(struct making *m)
{
	const struct file *file = m->file;
	struct model_file *model = m->model;

	model->path = intern(m->names, file->text->path);
	model->import_path = intern(m->names, file->import_path);
	model->package = file->package;
	model->syntax = syntax_of(file->edition);
	model->is_broken = file->is_broken;
	take_imports(m);
	take_tokens(m);
	if (file->is_broken)
		return;
	model->options = model_options_make(&m->memory, file->e.options, &model->deprecated);
	file_walk((struct file *)(uintptr_t)file, add_element, m);
}

struct model_file *model_make(
	struct arena *arena, struct intern *names, const struct file *file, bool is_own)
{
	struct model_file *model = NEW(arena, struct model_file);
	struct arena *scratch = arena_like(arena);
	struct making making = {
		arena, scratch, names, { arena, scratch, names }, file, model
	};

	model->is_own = is_own;
	take_file(&making);
	arena_free(scratch);
	return model;
}
