#include "need.h"

#include "need_names.h"
#include "need_options.h"
#include "need_outlines.h"
#include "need_roots.h"
#include "need_users.h"

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

bool need_has_moved(const struct need *need)
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

/* Does a file that imports a changed one declare extensions, which may be options? */
static bool may_declare_options(const struct outlining *o)
{
	for (uint32_t i = 0; i < o->n; i++)
		if (o->others[i].reached && o->others[i].outline.extends)
			return true;
	return false;
}

static void choose(struct outlining *o)
{
	struct need *need = o->need;
	const struct asking *asking = &o->asking;
	bool options = may_declare_options(o);
	uint32_t fields = options ? 1U << MARK_OF_FIELDS : 0;
	struct map moved;

	take_moved(need, &moved);
	for (uint32_t i = 0; i < o->n; i++) {
		struct other *other = &o->others[i];
		const char *package = other->outline.package.p;
		bool hurt = other->reached && (other->outline.says || asking->everything ||
						      (asking->requires && options) ||
						      (other->outline.marks & fields));

		if (hurt && !scope_has_path(need->scope, other->entry->path))
			hurt = false;
		/* An import that dangles now counts in any report. */
		hurt |= moved.n && imports_moved(need, &other->outline, &moved);
		/* What a package still declares, and that it lives on. */
		hurt |= need->packages && (map_get(&asking->old_packages, package, 0) ||
						  map_get(&asking->new_packages, package, 0));
		hurt |= other->outline.is_broken;
		hurt |= need_options_declared(need, &other->outline);
		if (hurt)
			outlines_want(o, other);
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

/* Lists the files that did not change. False and a diagnostic: they are not known. */
static bool list_others(struct outlining *o, const struct schema *old, const struct schema *new)
{
	struct need *need = o->need;
	const struct source_list *list = source_files(need->new_source, need->diags);
	struct map compiled;
	bool all = need->packages || o->asking.moved || need->impact || need->contracts->list.n ||
		   need->sought.n;

	if (!list)
		return false;
	take_compiled(need, old, new, &compiled);
	o->others = NEW_ARRAY(need->arena, list->entries.n, struct other);
	for (uint32_t i = 0; i < list->entries.n; i++) {
		const struct source_entry *entry = &list->entries.items[i];
		struct other *other = &o->others[o->n];

		if (change_find(need->changes, entry->path))
			continue;
		/* With --path most files are in no report; of those only what packages, roots,
		 * contracts and promised options need counts. */
		if (need->aside ? !scope_covers(need->scope, entry->path)
				: !all && !scope_has_path(need->scope, entry->path)) {
			o->is_partial = true;
			continue;
		}
		other->entry = entry;
		other->wanted = map_get(&compiled, intern(need->names, entry->path).p, 0);
		o->n++;
	}
	return true;
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

/* Reads all outlines, and takes what they show to be needed. */
static bool take_all(struct outlining *o, const struct schema *old, const struct schema *new)
{
	struct need *need = o->need;

	if (!outlines_read_all(o))
		return false;
	mark_reached(o);
	choose(o);
	if (o->roots->inferred && o->asking.moved)
		take_hints(o);
	if (need->contracts->list.n)
		roots_take(o, old, new);
	if (need->impact || need->contracts->list.n) {
		users_reach_from_hurt(o);
		users_want(o, old, new);
	}
	return true;
}

bool need_more(struct need *need, const struct schema *old, const struct schema *new, bool *more)
{
	struct outlining *o = need->outlining;
	uint32_t known = need->hurt.n;
	bool ok = true;

	*more = false;
	if (!o || (!need->impact && !need->contracts->list.n))
		return true;
	if (o->is_whole)
		users_want(o, old, new);
	else if (roots_may_be_extended(need, old) || roots_may_be_extended(need, new))
		ok = take_all(o, old, new);
	*more = need->hurt.n > known;
	return ok;
}

bool need_broken(struct need *need, const struct schema *old, const struct schema *new)
{
	return !need->contracts->list.n || roots_take_broken(need, old, new);
}

/* What of the changed files may hurt others. True: the outlines tell more. */
static bool ask(struct outlining *o, const struct schema *old, const struct schema *new)
{
	struct need *need = o->need;
	struct asking *asking = &o->asking;
	enum requirement requirement;

	outline_words_init(&o->words, need->arena);
	need_options_seek(need, old, new, &o->words);
	requirement = need_names(need, old, new, &o->words);
	take_packages(need, old, &asking->old_packages);
	take_packages(need, new, &asking->new_packages);
	asking->packages =
		add_packages(need, &asking->old_packages, &asking->new_packages, &o->words);
	asking->packages |=
		add_packages(need, &asking->new_packages, &asking->old_packages, &o->words);
	asking->everything = requirement == REQUIRES || public_imports_changed(need, old, new);
	asking->requires = requirement == REQUIRES_IF_OPTION;
	asking->moved = need_has_moved(need);
	/* A change that is a finding in any case is not worth reading all files. */
	if (need->silent && (asking->requires || (o->words.marks & 1U << MARK_OF_FIELDS)))
		return true;
	return o->words.any_plain || need->sought.n || asking->everything || asking->packages ||
	       asking->moved;
}

bool need_find(struct need *need, const struct schema *old, const struct schema *new,
	const struct roots *roots)
{
	struct outlining *o = NEW(need->arena, struct outlining);
	bool hurts, missing, more;

	o->need = need;
	o->roots = roots;
	hurts = ask(o, old, new);
	if (!hurts && !need->impact && !need->contracts->list.n)
		return true;
	need->outlining = o;
	if (!list_others(o, old, new))
		return false;
	if (hurts || need->impact || roots_ask_all(o, old, new))
		return take_all(o, old, new);
	if (!roots_by_folder(o, old, new, &missing))
		return false;
	if (missing)
		return take_all(o, old, new);
	return need->hurt.n || need_more(need, old, new, &more);
}
