#include "need_roots.h"

#include "schema/uses.h"

/*
 * In a tree of so many contracts all outlines are read in a run with contracts (some 20 ms), which
 * finds comments as well.
 */
enum { SMALL_TREE = 1000 };

/* ---- names ---- */

/* The full name around; absent: none. */
static struct str outer_name(struct str name)
{
	size_t dot = str_rfind(name, '.');

	return dot < name.n ? str_head(name, dot) : (struct str){ 0 };
}

static void take_declared(void *context, struct element *element)
{
	if (element->kind == ELEMENT_MESSAGE || element->kind == ELEMENT_SERVICE)
		*map_put(context, element->full_name.p, 0) = element;
}

/* The messages and services that are compiled, by interned full name. */
static void take_compiled_names(
	struct need *need, const struct schema *old, const struct schema *new, struct map *declared)
{
	const struct schema *const sides[] = { old, new };

	map_init(declared, need->arena);
	for (size_t s = 0; s < COUNT(sides); s++)
		for (uint32_t i = 0; i < sides[s]->files.n; i++)
			if (!sides[s]->files.items[i].file->is_builtin)
				file_walk(sides[s]->files.items[i].file, take_declared, declared);
}

struct name_list {
	struct str *items; /* interned */
	uint32_t n, cap;
};

/* The roots that contracts name one by one and that are not in `declared`. */
static struct name_list roots_left(struct need *need, const struct map *declared)
{
	struct name_list left = { 0 };

	for (uint32_t i = 0; i < need->contracts->list.n; i++) {
		const struct written_names *roots = &need->contracts->list.items[i]->roots;

		for (uint32_t k = 0; k < roots->n; k++) {
			struct str name = intern(need->names, roots->items[k].name);

			if (!is_glob(name) && !map_get(declared, name.p, 0))
				*vec_push(need->arena, &left) = name;
		}
	}
	return left;
}

static bool declares(const struct other *other, struct str name)
{
	for (uint32_t i = 0; i < other->outline.names.n; i++)
		if (other->outline.names.items[i].full_name.p == name.p)
			return true;
	return false;
}

/* Does the other side of the question, the compiler, see the file at all? */
static bool is_known(const struct outlining *o, const struct other *other)
{
	return roots_hold(o->roots, other->entry->path) ||
	       (o->is_whole && outlines_import(o, other->entry->path));
}

static void take_elsewhere(struct outlining *o, const struct other *other)
{
	for (uint32_t i = 0; i < other->outline.names.n; i++)
		*vec_push(o->need->arena, &o->need->roots_elsewhere.names) =
			other->outline.names.items[i];
}

/* ---- what must be looked at ---- */

static void note_enum(void *context, struct element *element)
{
	bool *has_enum = context;

	*has_enum |= element->kind == ELEMENT_ENUM;
}

/* Does a changed file declare an enum? */
static bool enum_may_change(const struct need *need, const struct schema *schema)
{
	bool has_enum = false;

	for (uint32_t i = 0; i < schema->files.n; i++) {
		struct file *file = schema->files.items[i].file;

		if (!file->is_builtin && change_find(need->changes, file->text->path))
			file_walk(file, note_enum, &has_enum);
	}
	return has_enum;
}

bool roots_ask_all(const struct outlining *o, const struct schema *old, const struct schema *new)
{
	const struct need *need = o->need;
	bool named = false;

	for (uint32_t i = 0; i < need->contracts->list.n; i++) {
		const struct contract *contract = need->contracts->list.items[i];

		/* All messages are roots; an enum belongs to them if a field has it. */
		if (!contract->name.p && (enum_may_change(need, old) || enum_may_change(need, new)))
			return true;
		if (contract->name.p && contract_is_open(contract))
			return true;
		named |= contract->name.p != NULL;
	}
	return named && o->n <= SMALL_TREE;
}

/* ---- by folder ---- */

static struct str folder_of(struct need *need, struct str package)
{
	char *folder = arena_copy(need->arena, package.p, package.n);

	for (size_t i = 0; i < package.n; i++)
		if (folder[i] == '.')
			folder[i] = '/';
	return (struct str){ folder, package.n };
}

/* Looks in the folders of one package. */
static bool look_in_package(struct outlining *o, struct str package, struct str name, bool *found)
{
	struct str folder = folder_of(o->need, package);
	struct asked asked = { 0 };

	for (uint32_t i = 0; i < o->n; i++) {
		struct str path = o->others[i].entry->path;

		if (ends_with_path(path_parent(path), folder) && roots_hold(o->roots, path))
			*vec_push(o->need->arena, &asked) = &o->others[i];
	}
	if (!outlines_read(o, &asked))
		return false;
	for (uint32_t i = 0; i < asked.n; i++) {
		if (!declares(asked.items[i], name))
			continue;
		*found = true;
		outlines_want(o, asked.items[i]);
	}
	return true;
}

bool roots_by_folder(
	struct outlining *o, const struct schema *old, const struct schema *new, bool *missing)
{
	struct map declared;
	struct name_list left;

	*missing = false;
	take_compiled_names(o->need, old, new, &declared);
	left = roots_left(o->need, &declared);
	for (uint32_t i = 0; i < left.n; i++) {
		struct str package = outer_name(left.items[i]);
		bool found = false;

		for (; package.n && !found; package = outer_name(package))
			if (!look_in_package(o, package, left.items[i], &found))
				return false;
		*missing |= !found;
	}
	for (uint32_t i = 0; i < o->n; i++)
		if (o->others[i].asked)
			take_elsewhere(o, &o->others[i]);
	return true;
}

/* ---- by all outlines ---- */

static bool is_root(const struct need *need, const struct outline_name *name)
{
	for (uint32_t i = 0; i < need->contracts->list.n; i++)
		if (contract_names(need->contracts->list.items[i], name))
			return true;
	return false;
}

static bool was_called(const struct need *need, struct str name)
{
	for (uint32_t i = 0; i < need->contracts->list.n; i++)
		if (contract_called(need->contracts->list.items[i], name))
			return true;
	return false;
}

/* May the place of a root in its file be counted in two ways, as records of a registry would show?
 * That is told of unchanged files, too. A message of a message may stand after a map field or
 * group, one at the top after the group of an extension. */
static bool may_be_ambiguous(
	const struct need *need, const struct outline_name *name, const struct other *other)
{
	bool is_nested = outer_name(name->full_name).n != name->package.n;

	for (uint32_t i = 0; i < need->contracts->list.n; i++)
		if (need->contracts->list.items[i]->subjects.n && name->kind == ELEMENT_MESSAGE &&
			(is_nested || other->outline.extends) &&
			contract_names(need->contracts->list.items[i], name))
			return true;
	return false;
}

static void take_file(struct outlining *o, struct other *other, struct map *declared)
{
	bool wanted = other->marked;

	for (uint32_t i = 0; i < other->outline.names.n; i++) {
		const struct outline_name *name = &other->outline.names.items[i];

		other->rooted |= is_root(o->need, name);
		wanted |= may_be_ambiguous(o->need, name, other);
		wanted |= was_called(o->need, name->full_name);
		if (name->kind != ELEMENT_ENUM)
			*map_put(declared, name->full_name.p, 0) = other;
	}
	if (wanted)
		outlines_want(o, other);
	take_elsewhere(o, other);
}

/* What a name stands for that is no root is said of it, so that must be compiled. */
static void want_wrong(struct outlining *o, struct str name)
{
	struct str outer = outer_name(name);

	outer = outer.n ? intern(o->need->names, outer) : outer;
	for (uint32_t i = 0; i < o->n; i++)
		if (declares(&o->others[i], name) || (outer.n && declares(&o->others[i], outer)))
			outlines_want(o, &o->others[i]);
}

void roots_take(struct outlining *o, const struct schema *old, const struct schema *new)
{
	struct map declared;
	struct name_list left;

	take_compiled_names(o->need, old, new, &declared);
	o->need->roots_elsewhere.names.n = 0;
	for (uint32_t i = 0; i < o->n; i++)
		if (is_known(o, &o->others[i]))
			take_file(o, &o->others[i], &declared);
	left = roots_left(o->need, &declared);
	for (uint32_t i = 0; i < left.n; i++)
		want_wrong(o, left.items[i]);
}

/* ---- files that do not compile ---- */

static void list_broken(struct outlining *o, const struct schema *schema, struct asked *broken)
{
	struct need *need = o->need;

	for (uint32_t i = 0; i < schema->files.n; i++) {
		const struct file *file = schema->files.items[i].file;
		const struct source_entry *entry;
		struct other *other;

		if (!file->is_broken || file->is_builtin ||
			change_find(need->changes, file->text->path))
			continue;
		entry = source_find(need->new_source, file->text->path);
		if (!entry)
			continue;
		other = NEW(need->arena, struct other);
		other->entry = entry;
		*vec_push(need->arena, broken) = other;
	}
}

bool roots_take_broken(struct need *need, const struct schema *old, const struct schema *new)
{
	struct outlining o = { .need = need };
	struct asked broken = { 0 };

	outline_words_init(&o.words, need->arena);
	list_broken(&o, old, &broken);
	list_broken(&o, new, &broken);
	if (!outlines_read(&o, &broken))
		return false;
	for (uint32_t i = 0; i < broken.n; i++)
		take_elsewhere(&o, broken.items[i]);
	return true;
}

/* ---- extensions ---- */

/* What roots reach, as far as it was followed. */
struct reaching {
	const struct need *need;
	const struct uses *uses;
	struct map reached; /* messages by address */
	VEC(const struct message *) open;
};

static void reach(void *context, const struct use *use)
{
	struct reaching *r = context;
	void **slot;

	if (use->used->kind != ELEMENT_MESSAGE)
		return;
	slot = map_put(&r->reached, use->used, 0);
	if (*slot)
		return;
	*slot = r;
	*vec_push(r->need->arena, &r->open) = (const struct message *)use->used;
}

static void reach_from_root(void *context, struct element *element)
{
	struct reaching *r = context;
	const struct outline_name name = { element->full_name, element->file->package,
		element->kind };

	if ((element->kind != ELEMENT_MESSAGE && element->kind != ELEMENT_SERVICE) ||
		!is_root(r->need, &name))
		return;
	if (element->kind == ELEMENT_MESSAGE)
		reach(r, &(struct use){ .used = element });
	else
		for (uint32_t i = 0; i < ((struct service *)element)->methods.n; i++)
			uses_of_method(((struct service *)element)->methods.items[i], reach, r);
}

bool roots_may_be_extended(const struct need *need, const struct schema *schema)
{
	struct reaching r = { .need = need, .uses = uses_new(need->arena, schema) };

	map_init(&r.reached, need->arena);
	for (uint32_t i = 0; i < schema->files.n; i++)
		if (!schema->files.items[i].file->is_builtin)
			file_walk(schema->files.items[i].file, reach_from_root, &r);
	while (r.open.n) {
		const struct message *message = r.open.items[--r.open.n];

		if (message->extension_ranges.n)
			return true;
		uses_of_message(r.uses, message, reach, &r);
	}
	return false;
}
