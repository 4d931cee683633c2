#include "need.h"

#include "need_names.h"
#include "source/read_each.h"

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

/* ---- the outlines of all other files ---- */

/* A file that did not change. */
struct other {
	const struct source_entry *entry;
	struct outline outline;
	bool reached; /* imports a changed file, directly or not */
	bool failed;  /* could not be read */
	size_t bytes;
};

struct outlining {
	struct need *need;
	struct other *others;
	uint32_t n;
	bool is_partial; /* files that are in no report were left out */
	struct outline_words *words;
};

static void read_outline(void *context, struct read_thread *thread, size_t item)
{
	struct outlining *o = context;
	struct other *other = &o->others[item];
	struct str bytes;

	if (!source_read_for(o->need->new_source, READ_OUTLINE, other->entry, thread->scratch,
		    &bytes, &thread->diags)) {
		other->failed = true;
		return;
	}
	other->bytes = bytes.n;
	outline_read(
		bytes, o->words, o->need->names, thread->arena, thread->scratch, &other->outline);
}

static bool read_outlines(struct outlining *o)
{
	enum { FILES_A_THREAD = 32 };
	struct need *need = o->need;
	struct source_file *files = NEW_ARRAY(need->arena, o->n, struct source_file);
	bool ok = true;

	for (uint32_t i = 0; i < o->n; i++)
		files[i] = (struct source_file){ need->new_source, o->others[i].entry };
	source_read_each(&(struct read_each){
		.files = files,
		.n = o->n,
		.jobs = need->jobs,
		.least = FILES_A_THREAD,
		.arena = need->arena,
		.diags = need->diags,
		.read = read_outline,
		.context = o,
	});
	for (uint32_t i = 0; i < o->n; i++) {
		need->outline_bytes += o->others[i].bytes;
		ok &= !o->others[i].failed;
	}
	need->outlines = o->n;
	return ok;
}

/* An import path, and the files that import it. */
struct importers {
	struct str import;
	VEC(struct other *) files;
	struct importers *next; /* of the same base name */
};

static void index_imports(struct outlining *o, struct map *by_base)
{
	struct need *need = o->need;
	struct map by_path;

	map_init(&by_path, need->arena);
	map_init(by_base, need->arena);
	for (uint32_t i = 0; i < o->n; i++) {
		for (uint32_t k = 0; k < o->others[i].outline.imports.n; k++) {
			struct str import = o->others[i].outline.imports.items[k].path;
			void **slot = map_put(&by_path, import.p, 0);
			struct importers *importers = *slot;

			if (!importers) {
				void **base = map_put(
					by_base, intern(need->names, path_base(import)).p, 0);

				importers = NEW(need->arena, struct importers);
				*slot = importers;
				importers->import = import;
				importers->next = *base;
				*base = importers;
			}
			*vec_push(need->arena, &importers->files) = &o->others[i];
		}
	}
}

static bool ends_with_path(struct str path, struct str end)
{
	return str_ends(path, end) && (path.n == end.n || path.p[path.n - end.n - 1] == '/');
}

/* May `import` name the file at `path`: is it an end of the path, or is a part of it that leaves
 * leading folders out? */
static bool may_name(struct str import, struct str path)
{
	for (struct str rest = import;;) {
		size_t slash;

		if (ends_with_path(path, rest))
			return true;
		slash = str_find(rest, '/');
		if (slash >= rest.n)
			return false;
		rest = str_from(rest, slash + 1);
	}
}

struct reaching {
	struct need *need;
	struct map by_base;
	VEC(struct str) open;
	bool exact; /* roots are declared: only a whole import may be the end of a path */
};

static void reach_importers(struct reaching *r, struct str path)
{
	struct importers *i = map_get(&r->by_base, intern(r->need->names, path_base(path)).p, 0);

	for (; i; i = i->next) {
		if (r->exact ? !ends_with_path(path, i->import) : !may_name(i->import, path))
			continue;
		for (uint32_t k = 0; k < i->files.n; k++) {
			struct other *other = i->files.items[k];

			if (other->reached)
				continue;
			other->reached = true;
			*vec_push(r->need->arena, &r->open) = other->entry->path;
		}
	}
}

static void reach(struct outlining *o, bool inferred)
{
	const struct changes *changes = o->need->changes;
	struct reaching r = { .need = o->need, .exact = !inferred };

	index_imports(o, &r.by_base);
	for (uint32_t i = 0; i < changes->list.n; i++)
		reach_importers(&r, changes->list.items[i].path);
	while (r.open.n)
		reach_importers(&r, r.open.items[--r.open.n]);
}

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

static void choose(struct outlining *o, const struct asking *asking, const struct roots *roots)
{
	struct need *need = o->need;
	struct map moved;

	take_moved(need, &moved);
	for (uint32_t i = 0; i < o->n; i++) {
		const struct other *other = &o->others[i];
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
		/* What is in no root is there for imports alone. */
		if (hurt && roots_hold(roots, other->entry->path) &&
			!map_get(&asking->compiled, intern(need->names, other->entry->path).p, 0))
			*vec_push(need->arena, &need->hurt) = other->entry->path;
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
		/* With --path most files are in no report; of those only what packages and roots
		 * need counts. */
		if (!scope_has_path(need->scope, entry->path) && !need->packages && !moved) {
			o->is_partial = true;
			continue;
		}
		o->others[o->n++].entry = entry;
	}
}

/* Marks the files that import a changed one, directly or not. */
static void mark_reached(struct outlining *o, bool inferred)
{
	if (!o->is_partial) {
		reach(o, inferred);
		return;
	}
	/* With --path the import graph is incomplete: every reported file counts as reached. */
	for (uint32_t i = 0; i < o->n; i++)
		o->others[i].reached = true;
}

bool need_find(struct need *need, const struct schema *old, const struct schema *new,
	const struct roots *roots)
{
	struct outline_words words;
	struct asking asking = { 0 };
	struct outlining o = { .need = need, .words = &words };
	bool moved = has_moved(need);
	const struct source_list *list;

	outline_words_init(&words, need->arena);
	need_names(need, old, new, &words);
	take_packages(need, old, &asking.old_packages);
	take_packages(need, new, &asking.new_packages);
	asking.packages = add_packages(need, &asking.old_packages, &asking.new_packages, &words);
	asking.packages |= add_packages(need, &asking.new_packages, &asking.old_packages, &words);
	asking.everything = public_imports_changed(need, old, new);
	if (!words.by_hash.n && !asking.everything && !asking.packages && !moved)
		return true;
	list = source_files(need->new_source, need->diags);
	if (!list)
		return false;
	take_compiled(need, old, new, &asking.compiled);
	list_others(&o, list, moved);
	if (!read_outlines(&o))
		return false;
	mark_reached(&o, roots->inferred);
	choose(&o, &asking, roots);
	if (roots->inferred && moved)
		take_hints(&o);
	return true;
}
