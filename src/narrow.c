#include "narrow.h"

struct file_list {
	VEC(const struct model_file *) list;
};

/* ---- the index ---- */

void name_index_init(struct name_index *index, struct arena *arena, struct intern *names)
{
	*index = (struct name_index){ .arena = arena, .names = names };
	map_init(&index->by_name, arena);
	map_init(&index->by_last, arena);
	map_init(&index->by_number, arena);
	map_init(&index->by_import, arena);
}

static void list_file(struct name_index *index, struct map *map, const void *key, uint64_t number,
	const struct model_file *file)
{
	void **slot = map_put(map, key, number);
	struct file_list *files;

	if (!*slot)
		*slot = NEW(index->arena, struct file_list);
	files = *slot;
	if (!files->list.n || files->list.items[files->list.n - 1] != file)
		*vec_push(index->arena, &files->list) = file;
}

static void list_name(struct name_index *index, struct str name, enum element_kind kind,
	const struct model_file *file)
{
	struct str last = intern(index->names, str_last_component(name));

	list_file(index, &index->by_name, name.p, kind, file);
	list_file(index, &index->by_last, last.p, kind, file);
}

void name_index_add(struct name_index *index, const struct model_file *file)
{
	list_file(index, &index->by_import, file->import_path.p, 0, file);
	for (uint32_t i = 0; i < file->types.n; i++)
		list_name(index, file->types.items[i]->full_name, file->types.items[i]->kind, file);
	for (uint32_t i = 0; i < file->extensions.n; i++) {
		const struct model_field *extension = file->extensions.items[i];

		list_name(index, extension->name, ELEMENT_FIELD, file);
		list_file(index, &index->by_number, extension->extendee.p,
			(uint32_t)extension->number, file);
	}
}

/* ---- the paths ---- */

struct narrowing {
	const struct name_index *new;
	const struct narrow_request *request;
	struct path_list *paths;
	struct map taken; /* path.p */
};

static void take_path(struct narrowing *n, struct str path)
{
	void **slot = map_put(&n->taken, path.p, 0);

	if (!*slot)
		*vec_push(n->request->arena, &n->paths->list) = path;
	*slot = n;
}

static void take_list(struct narrowing *n, const struct map *map, const void *key, uint64_t number)
{
	const struct file_list *files = map_get(map, key, number);

	for (uint32_t i = 0; files && i < files->list.n; i++)
		take_path(n, files->list.items[i]->path);
}

static bool has_path(const struct file_list *files, struct str path)
{
	for (uint32_t i = 0; files && i < files->list.n; i++)
		if (files->list.items[i]->path.p == path.p)
			return true;
	return false;
}

/* What left its file may be in another one, under another name too. */
static void take_name(
	struct narrowing *n, struct str name, enum element_kind kind, const struct model_file *file)
{
	if (has_path(map_get(&n->new->by_name, name.p, kind), file->path))
		return;
	take_list(n, &n->new->by_name, name.p, kind);
	if (n->request->purpose == NARROW_FOR_MESSAGES)
		take_list(n, &n->new->by_last, intern(n->new->names, str_last_component(name)).p,
			kind);
}

/* What became of the types of fields. */
static void take_field(struct narrowing *n, const struct model_field *field)
{
	struct str type = field->type;
	size_t comma = str_find(type, ',');

	if (field->label == LABEL_IS_MAP && comma + 2 < type.n)
		type = intern(
			n->new->names, str_head(str_from(type, comma + 2), type.n - comma - 3));
	take_list(n, &n->new->by_name, type.p, ELEMENT_MESSAGE);
	take_list(n, &n->new->by_name, type.p, ELEMENT_ENUM);
}

static void take_file(struct narrowing *n, const struct model_file *file)
{
	take_path(n, file->path);
	take_list(n, &n->new->by_import, file->import_path.p, 0);
	for (uint32_t i = 0; i < file->types.n; i++) {
		const struct model_type *type = file->types.items[i];

		take_name(n, type->full_name, type->kind, file);
		for (uint32_t k = 0; k < type->fields.n; k++)
			take_field(n, &type->fields.items[k]);
	}
	for (uint32_t i = 0; i < file->extensions.n; i++) {
		const struct model_field *extension = file->extensions.items[i];

		take_name(n, extension->name, ELEMENT_FIELD, file);
		take_list(
			n, &n->new->by_number, extension->extendee.p, (uint32_t)extension->number);
		take_field(n, extension);
	}
}

void narrow_to(
	const struct name_index *new, const struct narrow_request *request, struct path_list *paths)
{
	const struct model_files *old = request->old;
	struct narrowing n = { new, request, paths, { 0 } };

	map_init(&n.taken, request->arena);
	for (uint32_t i = 0; i < paths->list.n; i++)
		*map_put(&n.taken, paths->list.items[i].p, 0) = &n;
	for (uint32_t i = 0; i < old->list.n; i++)
		take_file(&n, old->list.items[i]);
}
