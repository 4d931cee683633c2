#include "affected.h"

#include "proto/outline.h"

/* What of a changed file counts for those that see it. */
struct changed_file {
	bool whole;       /* everything */
	struct map words; /* (NULL, word of a name) */
};

void affecting_init(
	struct affecting *a, struct arena *arena, struct intern *names, const struct map *current)
{
	*a = (struct affecting){ .arena = arena, .names = names, .current = current };
	map_init(&a->changed, arena);
	map_init(&a->moved, arena);
	map_init(&a->words, arena);
	map_init(&a->reached, arena);
	map_init(&a->taken, arena);
}

/* ---- what changed ---- */

static void add_word(struct map *words, struct str name)
{
	*map_put(words, NULL, token_word(str_last_component(name))) = words;
}

static bool same_public_imports(const struct model_file *a, const struct model_file *b)
{
	uint32_t i = 0, k = 0;

	for (;;) {
		while (i < a->imports.n && !a->imports.items[i].is_public)
			i++;
		while (k < b->imports.n && !b->imports.items[k].is_public)
			k++;
		if (i == a->imports.n || k == b->imports.n)
			return i == a->imports.n && k == b->imports.n;
		if (a->imports.items[i].import.p != b->imports.items[k].import.p ||
			a->imports.items[i++].path.p != b->imports.items[k++].path.p)
			return false;
	}
}

/* Does the file say the same of itself as a whole? */
static bool is_alike(const struct model_file *old, const struct model_file *new)
{
	return old && new && !old->is_broken && !new->is_broken && !old->unknown_since &&
	       !new->unknown_since && old->package.p == new->package.p &&
	       old->import_path.p == new->import_path.p &&same_public_imports(old, new);
}

static bool same_ranges(const struct model_type *a, const struct model_type *b)
{
	if (a->extension_ranges.n != b->extension_ranges.n)
		return false;
	for (uint32_t i = 0; i < a->extension_ranges.n; i++)
		if (a->extension_ranges.items[i].begin != b->extension_ranges.items[i].begin ||
			a->extension_ranges.items[i].end != b->extension_ranges.items[i].end)
			return false;
	return true;
}

/* Are the values the same, but for some that were added at the end? Then no default changed. */
static bool same_values(const struct model_type *a, const struct model_type *b)
{
	if (b->values.n < a->values.n || (!a->values.n && b->values.n))
		return false;
	for (uint32_t i = 0; i < a->values.n; i++)
		if (a->values.items[i].number != b->values.items[i].number ||
			a->values.items[i].name.p != b->values.items[i].name.p)
			return false;
	return true;
}

/* Do other files use it as they did? */
static bool same_type(const struct model_type *a, const struct model_type *b)
{
	return a->is_closed == b->is_closed && a->visibility == b->visibility &&
	       same_values(a, b) && same_ranges(a, b);
}

/* An option or a default may name a value without its enum, in files that do not see this one. */
static void add_values(struct affecting *a, const struct model_type *type)
{
	for (uint32_t i = 0; i < type->values.n; i++)
		add_word(&a->words, type->values.items[i].name);
}

static void compare_types(struct affecting *a, const struct model_file *old,
	const struct model_file *new, struct changed_file *changed)
{
	struct map types;

	map_init(&types, a->arena);
	for (uint32_t i = 0; i < old->types.n; i++)
		*map_put(&types, old->types.items[i]->full_name.p, old->types.items[i]->kind) =
			old->types.items[i];
	for (uint32_t i = 0; i < new->types.n; i++) {
		const struct model_type *type = new->types.items[i];
		void **slot = map_put(&types, type->full_name.p, type->kind);
		const struct model_type *was = *slot;

		*slot = NULL;
		if (was && same_type(was, type))
			continue;
		add_word(&changed->words, type->full_name);
		if (was)
			add_values(a, was);
	}
	for (uint32_t i = 0; i < types.n; i++) {
		const struct model_type *gone = types.entries[i].value;

		if (!gone)
			continue;
		add_word(&changed->words, gone->full_name);
		add_values(a, gone);
	}
}

static bool same_extension(const struct model_field *a, const struct model_field *b)
{
	return a->number == b->number && a->label == b->label && a->is_group == b->is_group &&
	       a->type.p == b->type.p && a->extendee.p == b->extendee.p;
}

static void compare_extensions(struct affecting *a, const struct model_file *old,
	const struct model_file *new, struct changed_file *changed)
{
	struct map extensions;

	map_init(&extensions, a->arena);
	for (uint32_t i = 0; i < old->extensions.n; i++)
		*map_put(&extensions, old->extensions.items[i]->name.p, 0) =
			old->extensions.items[i];
	for (uint32_t i = 0; i < new->extensions.n; i++) {
		const struct model_field *extension = new->extensions.items[i];
		void **slot = map_put(&extensions, extension->name.p, 0);
		const struct model_field *was = *slot;

		*slot = NULL;
		if (!was || !same_extension(was, extension))
			add_word(&changed->words, extension->name);
	}
	for (uint32_t i = 0; i < extensions.n; i++)
		if (extensions.entries[i].value)
			add_word(&changed->words,
				((const struct model_field *)extensions.entries[i].value)->name);
}

static void add_moved(struct affecting *a, struct str path)
{
	void **slot = map_put(&a->moved, intern(a->names, path_base(path)).p, 0);
	struct path_list *paths;

	if (!*slot)
		*slot = NEW(a->arena, struct path_list);
	paths = *slot;
	*vec_push(a->arena, &paths->list) = path;
}

void affecting_add(struct affecting *a, struct str path, const struct model_file *old,
	const struct model_file *new, bool whole)
{
	struct changed_file *changed = NEW(a->arena, struct changed_file);

	map_init(&changed->words, a->arena);
	*map_put(&a->changed, path.p, 0) = changed;
	if (!old || !new)
		add_moved(a, path);
	changed->whole = whole || !is_alike(old, new);
	if (changed->whole)
		return;
	compare_types(a, old, new, changed);
	compare_extensions(a, old, new, changed);
}

/* ---- which files that hurts ---- */

static bool says_word(const struct file_tokens *tokens, uint32_t word)
{
	uint32_t low = 0, high = tokens->n_words;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (tokens->words[middle] == word)
			return true;
		if (tokens->words[middle] < word)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static bool says(const struct model_file *file, const struct map *words)
{
	const struct file_tokens *tokens = &file->tokens;

	if (!tokens->digest)
		return words->n > 0;
	if (words->n < tokens->n_words / 4) {
		for (uint32_t i = 0; i < words->n; i++)
			if (says_word(tokens, (uint32_t)words->entries[i].number))
				return true;
		return false;
	}
	for (uint32_t i = 0; words->n && i < tokens->n_words; i++)
		if (map_get(words, NULL, tokens->words[i]))
			return true;
	return false;
}

static bool sees_change(const struct affecting *a, const struct model_file *file,
	const struct model_import *import, unsigned depth)
{
	const struct changed_file *changed =
		import->path.p ? map_get(&a->changed, import->path.p, 0) : NULL;
	const struct model_file *imported =
		import->path.p ? map_get(a->current, import->path.p, 0) : NULL;

	if (changed && (changed->whole || says(file, &changed->words)))
		return true;
	if (depth > 100)
		return true;
	for (uint32_t i = 0; imported && i < imported->imports.n; i++)
		if (imported->imports.items[i].is_public &&
			sees_change(a, file, &imported->imports.items[i], depth + 1))
			return true;
	return false;
}

/* May the import name a file that came or went? */
static bool may_have_moved(const struct affecting *a, const struct model_import *import)
{
	const struct path_list *paths = a->moved.n ? map_get(&a->moved, import->base.p, 0) : NULL;

	for (uint32_t i = 0; paths && i < paths->list.n; i++) {
		struct str path = paths->list.items[i];

		if (path.p == import->path.p || str_eq(path, import->import) ||
			(str_ends(path, import->import) &&
				path.p[path.n - import->import.n - 1] == '/'))
			return true;
	}
	return false;
}

static bool is_affected(const struct affecting *a, const struct model_file *file)
{
	for (uint32_t i = 0; i < file->imports.n; i++)
		if (may_have_moved(a, &file->imports.items[i]) ||
			sees_change(a, file, &file->imports.items[i], 0))
			return true;
	return a->words.n && map_get(&a->reached, file->path.p, 0) && says(file, &a->words);
}

static bool reaches(const struct affecting *a, const struct model_file *file)
{
	for (uint32_t i = 0; i < file->imports.n; i++) {
		const char *path = file->imports.items[i].path.p;

		if (path && (map_get(&a->changed, path, 0) || map_get(&a->reached, path, 0)))
			return true;
	}
	return false;
}

/* Marks what imports a changed file, directly or not. */
static void mark_reached(struct affecting *a)
{
	bool again = true;

	while (again) {
		again = false;
		for (uint32_t i = 0; i < a->current->n; i++) {
			const struct model_file *file = a->current->entries[i].value;

			if (!file || map_get(&a->reached, file->path.p, 0) || !reaches(a, file))
				continue;
			*map_put(&a->reached, file->path.p, 0) = a;
			again = true;
		}
	}
}

void affected_find(struct affecting *a, struct path_list *paths)
{
	if (a->words.n)
		mark_reached(a);
	for (uint32_t i = 0; i < a->current->n; i++) {
		const struct model_file *file = a->current->entries[i].value;
		void **slot;

		if (!file || map_get(&a->changed, file->path.p, 0) || !is_affected(a, file))
			continue;
		slot = map_put(&a->taken, file->path.p, 0);
		if (!*slot)
			*vec_push(a->arena, &paths->list) = file->path;
		*slot = a;
	}
}
