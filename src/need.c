#include "need.h"

#include "need_names.h"
#include "need_options.h"
#include "need_outlines.h"

enum {
	LARGE_CHANGE = 1000, /* files; beyond it the outlines cost about what compiling does */
};

/* ---- packages ---- */

/* The packages that the changed files of a side declare, and the packages around them. */
static void take_packages(struct need *need, const struct schema *schema, struct map *packages)
{
	map_init(packages, need->arena);
	for (uint32_t i = 0; i < schema->files.n; i++) {
		struct file *file = schema->files.items[i].file;
		struct str name = file->package;

		if (file->is_builtin || !change_find(need->changes, file->text->path))
			continue;
		for (;;) {
			struct str *kept;
			void **slot = map_put(packages, intern(need->names, name).p, 0);
			size_t dot = str_rfind(name, '.');

			if (!*slot) {
				kept = NEW(need->arena, struct str);
				*kept = intern(need->names, name);
				*slot = kept;
			}
			if (dot >= name.n)
				break;
			name = str_head(name, dot);
		}
	}
}

/* Adds the last part of each package that `others` lack. True: there is one. */
static bool add_packages(struct need *need, const struct map *packages, const struct map *others,
	struct outline_words *words)
{
	bool any = false;

	for (uint32_t i = 0; i < packages->n; i++) {
		const struct str *name = packages->entries[i].value;

		if (map_get(others, packages->entries[i].key, 0))
			continue;
		any = true;
		if (name->n)
			outline_words_add(words, need->arena, str_last_component(*name));
	}
	return any;
}

/* ---- imports ---- */

/* Do the two sides of a changed file import the same files publicly? */
static bool same_public_imports(const struct file *a, const struct file *b)
{
	uint32_t i = 0, k = 0;

	for (;;) {
		while (i < a->imports.n && a->imports.items[i].kind != IMPORT_PUBLIC)
			i++;
		while (k < b->imports.n && b->imports.items[k].kind != IMPORT_PUBLIC)
			k++;
		if (i == a->imports.n || k == b->imports.n)
			return i == a->imports.n && k == b->imports.n;
		if (a->imports.items[i++].path.p != b->imports.items[k++].path.p)
			return false;
	}
}

static const struct file *file_at(const struct schema *schema, struct str path)
{
	for (uint32_t i = 0; i < schema->files.n; i++)
		if (!schema->files.items[i].file->is_builtin &&
			str_eq(schema->files.items[i].file->text->path, path))
			return schema->files.items[i].file;
	return NULL;
}

static bool public_imports_changed(
	const struct need *need, const struct schema *old, const struct schema *new)
{
	for (uint32_t i = 0; i < old->files.n; i++) {
		const struct file *a = old->files.items[i].file, *b;
		bool any = false;

		if (a->is_builtin || !change_find(need->changes, a->text->path))
			continue;
		b = file_at(new, a->text->path);
		for (uint32_t k = 0; k < a->imports.n; k++)
			any |= a->imports.items[k].kind == IMPORT_PUBLIC;
		if (b ? !same_public_imports(a, b) : any)
			return true;
	}
	return false;
}

/* May an import name another file now? */
static bool is_moved(const struct change *change)
{
	return change->kind != CHANGE_MODIFIED || change->old->is_link || change->new->is_link;
}

static bool has_moved(const struct need *need)
{
	for (uint32_t i = 0; i < need->changes->list.n; i++)
		if (is_moved(&need->changes->list.items[i]))
			return true;
	return false;
}

/* ---- which other files ---- */

/* Does a file have an import that may name an added, deleted or linked file? */
static bool imports_moved(
	const struct need *need, const struct outline *outline, const struct map *moved)
{
	for (uint32_t i = 0; i < outline->imports.n; i++)
		if (map_get(moved, intern(need->names, path_base(outline->imports.items[i].path)).p,
			    0))
			return true;
	return false;
}

static void take_moved(struct need *need, struct map *moved)
{
	map_init(moved, need->arena);
	for (uint32_t i = 0; i < need->changes->list.n; i++) {
		const struct change *change = &need->changes->list.items[i];

		if (is_moved(change))
			*map_put(moved, intern(need->names, path_base(change->path)).p, 0) =
				(void *)change;
	}
}

/* Paths of files that are compiled already, on either side, as imports of changed ones. */
static void take_compiled(
	struct need *need, const struct schema *old, const struct schema *new, struct map *compiled)
{
	const struct schema *const sides[] = { old, new };

	map_init(compiled, need->arena);
	for (size_t s = 0; s < COUNT(sides); s++)
		for (uint32_t i = 0; i < sides[s]->files.n; i++)
			if (!sides[s]->files.items[i].file->is_builtin)
				*map_put(compiled,
					intern(need->names,
						sides[s]->files.items[i].file->text->path)
						.p,
					0) = need;
}

struct asking {
	struct map old_packages, new_packages;
	struct map compiled; /* interned paths of files that are compiled already */
	bool packages;   /* the changed files of one side have a package that the other's lack */
	bool everything; /* public imports changed: any name may be hurt */
};

/* The file is compiled, unless it is in no root, where it is for imports alone. */
static void want(struct outlining *o, struct other *other)
{
	if (other->wanted || !roots_hold(o->roots, other->entry->path))
		return;
	other->wanted = true;
	*vec_push(o->need->arena, &o->need->hurt) = other->entry->path;
}

static void choose(struct outlining *o, const struct asking *asking)
{
	struct need *need = o->need;
	struct map moved;

	take_moved(need, &moved);
	for (uint32_t i = 0; i < o->n; i++) {
		struct other *other = &o->others[i];
		const char *package = other->outline.package.p;
		bool hurt = other->reached && (other->outline.says || asking->everything);

		if (hurt && !scope_has_path(need->scope, other->entry->path))
			hurt = false;
		/* An import that dangles now counts in any report. */
		hurt |= moved.n && imports_moved(need, &other->outline, &moved);
		/* What a package still declares, and that it lives on. */
		hurt |= need->packages && (map_get(&asking->old_packages, package, 0) ||
						  map_get(&asking->new_packages, package, 0));
		hurt |= other->outline.is_broken;
		hurt |= need_options_declared(need, &other->outline);
		other->wanted =
			map_get(&asking->compiled, intern(need->names, other->entry->path).p, 0);
		if (hurt)
			want(o, other);
	}
}

static void take_hints(struct outlining *o)
{
	for (uint32_t i = 0; i < o->n; i++)
		for (uint32_t k = 0; k < o->others[i].outline.imports.n; k++)
			*vec_push(o->need->arena, &o->need->hints) =
				(struct import_hint){ o->others[i].entry->path,
					o->others[i].outline.imports.items[k].path };
}

bool need_is_full(const struct need *need, const struct roots *old, const struct roots *new)
{
	if (!need->changes->complete || need->changes->list.n > LARGE_CHANGE ||
		old->inferred != new->inferred || old->declared.n != new->declared.n ||
		old->excluded.n != new->excluded.n || need->old_source->by_import_path ||
		need->new_source->by_import_path ||
		!str_eq(need->old_source->top, need->new_source->top))
		return true;
	for (uint32_t i = 0; i < old->declared.n; i++)
		if (!str_eq(old->declared.items[i], new->declared.items[i]))
			return true;
	/* A tree's own copy of a file that options and features rest on. */
	for (uint32_t i = 0; i < need->changes->list.n; i++) {
		struct str path = need->changes->list.items[i].path;

		if (ends_with_path(path, S("google/protobuf/descriptor.proto")) ||
			ends_with_path(path, S("google/protobuf/cpp_file_options.proto")) ||
			ends_with_path(path, S("google/protobuf/json_enumvalue_options.proto")) ||
			str_ends(path, S("_features.proto")))
			return true;
	}
	return false;
}

/* Lists the files whose outlines are read: those that did not change. */
static void list_others(struct outlining *o, const struct source_list *list, bool moved)
{
	struct need *need = o->need;

	o->others = NEW_ARRAY(need->arena, list->entries.n, struct other);
	for (uint32_t i = 0; i < list->entries.n; i++) {
		const struct source_entry *entry = &list->entries.items[i];

		if (change_find(need->changes, entry->path))
			continue;
		/* With --path most files are in no report; of those only what packages, roots and
		 * promised options need counts. */
		if (!scope_has_path(need->scope, entry->path) && !need->packages && !moved &&
			!need->impact && !need->sought.n) {
			o->is_partial = true;
			continue;
		}
		o->others[o->n++].entry = entry;
	}
}

/* Marks the files that import a changed one, directly or not. */
static void mark_reached(struct outlining *o)
{
	const struct changes *changes = o->need->changes;

	for (uint32_t i = 0; i < changes->list.n && !o->is_partial; i++)
		outlines_reach(o, changes->list.items[i].path);
	/* With --path the import graph is incomplete: every reported file counts as reached. */
	for (uint32_t i = 0; i < o->n && o->is_partial; i++)
		o->others[i].reached = true;
}

/* ---- who uses what changed ---- */

/* What is hurt may have findings, too. */
static void reach_from_hurt(struct outlining *o)
{
	for (uint32_t i = 0; i < o->need->hurt.n; i++) {
		struct str path = o->need->hurt.items[i];
		struct other *other = map_get(&o->by_path, intern(o->need->names, path).p, 0);

		if (!other->reached && !other->outline.is_broken) {
			other->reached = true;
			outlines_reach(o, path);
		}
	}
}

static void want_reached(struct outlining *o)
{
	for (uint32_t i = 0; i < o->n; i++)
		if (o->others[i].reached)
			want(o, &o->others[i]);
}

struct extending {
	struct outlining *o;
	bool changed; /* in a changed file: extensions of scalar types count, too */
};

/* The users of what the extension extends are users of the extension. */
static void reach_extendee(void *context, struct element *element)
{
	const struct extending *extending = context;
	const struct field *field = (const struct field *)element;
	const struct message *extendee;
	struct file *file;

	if (element->kind != ELEMENT_FIELD || !field->extension)
		return;
	extendee = field->extension->extendee;
	if (!extendee || (!field->type_ref && !extending->changed))
		return;
	file = extendee->e.file;
	outlines_reach(extending->o, file->is_builtin ? file->import_path : file->text->path);
}

static void reach_extendees(struct outlining *o, const struct schema *schema)
{
	for (uint32_t i = 0; i < schema->files.n; i++) {
		struct file *file = schema->files.items[i].file;
		struct extending extending = { .o = o };
		const struct other *other;

		if (file->is_builtin)
			continue;
		other = map_get(&o->by_path, intern(o->need->names, file->text->path).p, 0);
		extending.changed = !other;
		if (!other || (other->reached && other->outline.extends))
			file_walk(file, reach_extendee, &extending);
	}
}

bool need_more(struct need *need, const struct schema *old, const struct schema *new)
{
	struct outlining *o = need->outlining;
	uint32_t known = need->hurt.n;

	if (!need->impact || !o)
		return false;
	reach_extendees(o, old);
	reach_extendees(o, new);
	want_reached(o);
	return need->hurt.n > known;
}

bool need_find(struct need *need, const struct schema *old, const struct schema *new,
	const struct roots *roots)
{
	struct outlining *o = NEW(need->arena, struct outlining);
	struct asking asking = { 0 };
	bool moved = has_moved(need);
	const struct source_list *list;

	o->need = need;
	o->roots = roots;
	outline_words_init(&o->words, need->arena);
	need_options_seek(need, old, new, &o->words);
	need_names(need, old, new, &o->words);
	take_packages(need, old, &asking.old_packages);
	take_packages(need, new, &asking.new_packages);
	asking.packages = add_packages(need, &asking.old_packages, &asking.new_packages, &o->words);
	asking.packages |=
		add_packages(need, &asking.new_packages, &asking.old_packages, &o->words);
	asking.everything = public_imports_changed(need, old, new);
	if (!o->words.by_hash.n && !asking.everything && !asking.packages && !moved &&
		!need->impact)
		return true;
	list = source_files(need->new_source, need->diags);
	if (!list)
		return false;
	take_compiled(need, old, new, &asking.compiled);
	list_others(o, list, moved);
	if (!outlines_read(o))
		return false;
	need->outlining = o;
	mark_reached(o);
	choose(o, &asking);
	if (roots->inferred && moved)
		take_hints(o);
	if (need->impact) {
		reach_from_hurt(o);
		want_reached(o);
		need_more(need, old, new);
	}
	return true;
}
