#include "need_options.h"

#include "rules/promise.h"

enum { MOST_MARKS = MARK_OF_FIELDS }; /* those below it */

struct seeking {
	struct need *need;
	struct map declared; /* interned full names of extensions that compiled files declare */
};

static void take_extension(void *context, struct element *element)
{
	struct seeking *seeking = context;

	if (element->kind == ELEMENT_FIELD && ((struct field *)element)->extension)
		*map_put(&seeking->declared, element->full_name.p, 0) = seeking;
}

static void take_extensions(struct seeking *seeking, const struct schema *schema)
{
	for (uint32_t i = 0; i < schema->files.n; i++)
		file_walk(schema->files.items[i].file, take_extension, seeking);
}

static void seek(struct seeking *seeking, struct str name, struct outline_words *words)
{
	struct need *need = seeking->need;
	struct str interned = intern(need->names, name);
	void **slot = map_put(&seeking->declared, interned.p, 0);
	uint32_t at = need->sought.n;

	if (*slot)
		return;
	*slot = seeking;
	*vec_push(need->arena, &need->sought) = interned;
	/* Those that share a mark are looked for together. */
	outline_words_mark(words, need->arena, str_last_component(interned),
		at < MOST_MARKS ? at : MOST_MARKS - 1);
}

void need_options_seek(struct need *need, const struct schema *old, const struct schema *new,
	struct outline_words *words)
{
	struct seeking seeking = { .need = need };

	if (!need->promises || !need->promises->n)
		return;
	map_init(&seeking.declared, need->arena);
	take_extensions(&seeking, old);
	take_extensions(&seeking, new);
	for (uint32_t i = 0; i < need->promises->n; i++) {
		const struct option_path *path = &need->promises->items[i].path;

		for (uint32_t k = 0; k < path->n; k++)
			if (path->steps[k].is_extension)
				seek(&seeking, path->steps[k].name, words);
	}
}

bool need_options_hide(const struct need *need, struct str name)
{
	for (uint32_t i = 0; need->promises && i < need->promises->n; i++) {
		const struct option_path *path = &need->promises->items[i].path;

		for (uint32_t k = 0; k < path->n; k++)
			if (path->steps[k].is_extension &&
				str_eq(str_last_component(path->steps[k].name), name))
				return true;
	}
	return false;
}

static bool is_package_of(struct str package, struct str name)
{
	return !package.n ||
	       (str_starts(name, package) && name.n > package.n && name.p[package.n] == '.');
}

static void add_elsewhere(struct need *need, struct str name)
{
	for (uint32_t i = 0; i < need->elsewhere.n; i++)
		if (need->elsewhere.items[i].p == name.p)
			return;
	*vec_push(need->arena, &need->elsewhere) = name;
}

bool need_options_declared(struct need *need, const struct outline *outline)
{
	bool declares = false;

	for (uint32_t i = 0; outline->marks && i < need->sought.n; i++) {
		uint32_t mark = i < MOST_MARKS ? i : MOST_MARKS - 1;

		if (!(outline->marks & 1U << mark))
			continue;
		if (outline->extends && is_package_of(outline->package, need->sought.items[i]))
			declares = true;
		else
			add_elsewhere(need, need->sought.items[i]);
	}
	return declares;
}
