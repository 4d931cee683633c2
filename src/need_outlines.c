#include "need_outlines.h"

#include "source/read_each.h"

bool ends_with_path(struct str path, struct str end)
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

/* ---- what imports name ---- */

/* Files with the same last part. */
struct path {
	struct str path;
	struct path *next;
};

static void add_path(struct outlining *o, struct str path)
{
	void **slot = map_put(&o->by_last, intern(o->need->names, path_base(path)).p, 0);
	struct path *new = NEW(o->need->arena, struct path);

	*new = (struct path){ path, *slot };
	*slot = new;
}

/* Indexes the files that both sides have. */
static void index_paths(struct outlining *o)
{
	const struct changes *changes = o->need->changes;

	map_init(&o->by_path, o->need->arena);
	map_init(&o->by_last, o->need->arena);
	for (uint32_t i = 0; i < o->n; i++) {
		struct str path = o->others[i].entry->path;

		*map_put(&o->by_path, intern(o->need->names, path).p, 0) = &o->others[i];
		add_path(o, path);
	}
	for (uint32_t i = 0; i < changes->list.n; i++)
		if (changes->list.items[i].kind == CHANGE_MODIFIED)
			add_path(o, changes->list.items[i].path);
}

/* As root_find in proto/roots.c looks for it, with what is not known here left open. */
static enum naming naming_of(struct outlining *o, struct str import)
{
	struct need *need = o->need;
	struct source *builtin = need->new_source->builtin;
	struct str exact = path_join(need->arena, need->new_source->top, import);
	enum naming naming = NAMES_PART;

	if (!o->roots->inferred || (builtin && source_find(builtin, import)))
		naming = NAMES_END;
	for (const struct path *path =
			map_get(&o->by_last, intern(need->names, path_base(import)).p, 0);
		path; path = path->next) {
		if (o->roots->inferred && !o->roots->declared.n && str_eq(path->path, exact))
			return NAMES_EXACTLY;
		if (ends_with_path(path->path, import))
			naming = NAMES_END;
	}
	return naming;
}

static bool names(const struct outlining *o, const struct importers *importers, struct str path)
{
	struct str top = o->need->new_source->top;

	switch (importers->naming) {
	case NAMES_EXACTLY:
		return ends_with_path(path, importers->import) &&
		       path.n == importers->import.n + top.n + (top.n > 0);
	case NAMES_END:
		return ends_with_path(path, importers->import);
	default:
		return may_name(importers->import, path);
	}
}

static struct importers *importers_new(struct outlining *o, struct str import)
{
	struct importers *importers = NEW(o->need->arena, struct importers);
	void **base = map_put(&o->by_base, intern(o->need->names, path_base(import)).p, 0);

	importers->import = import;
	importers->naming = naming_of(o, import);
	importers->next = *base;
	*base = importers;
	return importers;
}

static void index_imports(struct outlining *o)
{
	struct map by_import;

	map_init(&by_import, o->need->arena);
	map_init(&o->by_base, o->need->arena);
	for (uint32_t i = 0; i < o->n; i++) {
		for (uint32_t k = 0; k < o->others[i].outline.imports.n; k++) {
			struct str import = o->others[i].outline.imports.items[k].path;
			void **slot = map_put(&by_import, import.p, 0);
			struct importers *importers = *slot;

			if (!importers)
				importers = *slot = importers_new(o, import);
			*vec_push(o->need->arena, &importers->files) = &o->others[i];
		}
	}
}

static void reach_importers(struct outlining *o, struct str path)
{
	struct need *need = o->need;
	struct importers *i = map_get(&o->by_base, intern(need->names, path_base(path)).p, 0);

	for (; i; i = i->next) {
		if (!names(o, i, path))
			continue;
		for (uint32_t k = 0; k < i->files.n; k++) {
			struct other *other = i->files.items[k];

			if (other->reached)
				continue;
			other->reached = true;
			*vec_push(need->arena, &o->open) = other->entry->path;
		}
	}
}

void outlines_reach(struct outlining *o, struct str path)
{
	reach_importers(o, path);
	while (o->open.n)
		reach_importers(o, o->open.items[--o->open.n]);
}

struct other *outlines_find(const struct outlining *o, struct str path)
{
	return map_get(&o->by_path, intern(o->need->names, path).p, 0);
}

void outlines_want(struct outlining *o, struct other *other)
{
	if (other->wanted || !roots_hold(o->roots, other->entry->path))
		return;
	other->wanted = true;
	*vec_push(o->need->arena, &o->need->hurt) = other->entry->path;
}

bool outlines_import(const struct outlining *o, struct str path)
{
	const struct importers *i =
		map_get(&o->by_base, intern(o->need->names, path_base(path)).p, 0);

	for (; i; i = i->next)
		for (uint32_t k = 0; names(o, i, path) && k < i->files.n; k++)
			if (roots_hold(o->roots, i->files.items[k]->entry->path))
				return true;
	return false;
}

/* ---- reading ---- */

struct reading {
	struct outlining *o;
	const struct asked *asked;
};

static bool has_contracts(const struct need *need)
{
	return need->contracts && need->contracts->list.n;
}

static void read_outline(void *context, struct read_thread *thread, size_t item)
{
	struct reading *reading = context;
	struct outlining *o = reading->o;
	struct other *other = reading->asked->items[item];
	struct str bytes;

	if (!source_read_for(o->need->new_source, READ_OUTLINE, other->entry, thread->scratch,
		    &bytes, &thread->diags)) {
		other->failed = true;
		return;
	}
	other->bytes = bytes.n;
	other->marked =
		o->need->marker.n && memmem(bytes.p, bytes.n, o->need->marker.p, o->need->marker.n);
	outline_read(
		&(struct outline_request){
			.bytes = bytes,
			.words = &o->words,
			.names = has_contracts(o->need),
			.intern = o->need->names,
			.arena = thread->arena,
			.scratch = thread->scratch,
		},
		&other->outline);
}

bool outlines_read(struct outlining *o, const struct asked *asked)
{
	enum { FILES_A_THREAD = 32 };
	struct need *need = o->need;
	struct source_file *files = NEW_ARRAY(need->arena, asked->n, struct source_file);
	struct asked unread = { 0 };
	struct reading reading = { o, &unread };
	bool ok = true;

	for (uint32_t i = 0; i < asked->n; i++) {
		if (asked->items[i]->asked)
			continue;
		asked->items[i]->asked = true;
		files[unread.n] = (struct source_file){ need->new_source, asked->items[i]->entry };
		*vec_push(need->arena, &unread) = asked->items[i];
	}
	source_read_each(&(struct read_each){
		.files = files,
		.n = unread.n,
		.jobs = need->jobs,
		.least = FILES_A_THREAD,
		.arena = need->arena,
		.diags = need->diags,
		.read = read_outline,
		.context = &reading,
	});
	for (uint32_t i = 0; i < unread.n; i++) {
		need->outline_bytes += unread.items[i]->bytes;
		ok &= !unread.items[i]->failed;
	}
	need->outlines += unread.n;
	return ok;
}

bool outlines_read_all(struct outlining *o)
{
	struct asked all = { 0 };

	for (uint32_t i = 0; i < o->n; i++)
		*vec_push(o->need->arena, &all) = &o->others[i];
	o->is_whole = true;
	if (!outlines_read(o, &all))
		return false;
	index_paths(o);
	index_imports(o);
	return true;
}
