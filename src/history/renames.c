/* Which types moved or were renamed without another change. */
#include "history/changes.h"

void model_index_make(
	struct model_index *index, struct arena *arena, const struct model_files *files)
{
	map_init(&index->types, arena);
	map_init(&index->extensions, arena);
	map_init(&index->extension_files, arena);
	for (uint32_t i = 0; i < files->list.n; i++) {
		const struct model_file *file = files->list.items[i];

		for (uint32_t k = 0; k < file->types.n; k++)
			*map_put(&index->types, file->types.items[k]->full_name.p,
				file->types.items[k]->kind) = (void *)file->types.items[k];
		for (uint32_t k = 0; k < file->extensions.n; k++) {
			const struct model_field *field = file->extensions.items[k];

			*map_put(&index->extensions, field->extendee.p, (uint32_t)field->number) =
				(void *)field;
			*map_put(&index->extension_files, field->extendee.p,
				(uint32_t)field->number) = (void *)file;
		}
	}
}

/* Types of one content on both sides. */
struct group {
	const struct model_type *old, *new; /* the only ones so far */
	uint32_t n_old, n_new;
};

struct renaming {
	struct arena *arena;
	struct map *renames;
	struct map taken; /* types that have a partner */
	bool by_name;
};

static bool can_pair(const struct model_type *type, const struct model_index *others, bool by_name)
{
	return (type->kind == ELEMENT_MESSAGE || type->kind == ELEMENT_ENUM) &&
	       !map_get(&others->types, type->full_name.p, type->kind) &&
	       (by_name || type->n_content >= 2);
}

static struct group *group_of(struct renaming *r, struct map *groups, const struct model_type *type)
{
	uint64_t key = type->content;
	void **slot;

	if (r->by_name)
		key ^= str_xxh64(str_last_component(type->full_name)) * 3;
	slot = map_put(groups, NULL, key);
	if (!*slot)
		*slot = NEW(r->arena, struct group);
	return *slot;
}

static void collect(struct renaming *r, struct map *groups, const struct model_index *own,
	const struct model_index *others, bool is_new)
{
	for (uint32_t i = 0; i < own->types.n; i++) {
		const struct model_type *type = own->types.entries[i].value;
		struct group *group;

		if (!can_pair(type, others, r->by_name) || map_get(&r->taken, type, 0))
			continue;
		group = group_of(r, groups, type);
		if (is_new) {
			group->new = type;
			group->n_new++;
		} else {
			group->old = type;
			group->n_old++;
		}
	}
}

void renames_find(struct arena *arena, const struct model_index *old, const struct model_index *new,
	bool (*is_unstable)(struct str package), struct map *renames)
{
	struct renaming r = { .arena = arena, .renames = renames };

	map_init(renames, arena);
	map_init(&r.taken, arena);
	for (int round = 0; round < 2; round++) {
		struct map groups;

		r.by_name = round == 0;
		map_init(&groups, arena);
		collect(&r, &groups, old, new, false);
		collect(&r, &groups, new, old, true);
		for (uint32_t i = 0; i < groups.n; i++) {
			const struct group *group = groups.entries[i].value;

			if (group->n_old != 1 || group->n_new != 1)
				continue;
			*map_put(&r.taken, group->old, 0) = (void *)group->old;
			*map_put(&r.taken, group->new, 0) = (void *)group->new;
			if (is_unstable && (is_unstable(group->old->file->package) ||
						   is_unstable(group->new->file->package)))
				continue;
			*map_put(renames, group->old, 0) = (void *)group->new;
		}
	}
}
