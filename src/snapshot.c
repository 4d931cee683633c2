#include "snapshot.h"

#include "proto/compile.h"

#include <stdlib.h>

void snapshots_init(struct snapshots *s)
{
	map_init(&s->current, s->arena);
	s->builtin = source_builtin(s->arena);
}

void snapshots_end(struct snapshots *s)
{
	if (s->owns_source && s->source)
		source_close(s->source);
	s->source = NULL;
}

void snapshots_warn(const struct snapshots *s, const struct str *versions, uint32_t n)
{
	for (uint32_t i = 0; i < s->unknown.n; i++) {
		struct unknown_file stretch = s->unknown.items[i];
		bool is_told = false;

		for (uint32_t k = 0; k < s->unknown.n; k++) {
			const struct unknown_file *other = &s->unknown.items[k];

			if (other->path.p != stretch.path.p)
				continue;
			is_told |= other->first + 1 == stretch.first;
			if (other->first == stretch.last + 1)
				stretch.last = other->first;
		}
		if (is_told || stretch.last >= n)
			continue;
		diag_warning(s->diags, NOWHERE, STR "%s" STR ": " STR ":" STR "; left out of %s",
			ARG(versions[stretch.first]), stretch.last > stretch.first ? " to " : "",
			ARG(stretch.last > stretch.first ? versions[stretch.last] : S("")),
			ARG(stretch.path), ARG(stretch.what),
			stretch.last > stretch.first ? "these versions" : "this version");
	}
}

/* ---- the layout of a version ---- */

/* Demotes errors of an old configuration to one warning. False: they are not its fault. */
static bool forgive(struct diags *said, struct diags *diags, const struct source *source)
{
	if (!said->n_errors)
		return true;
	if (said->unread) {
		diags_adopt(diags, said);
		return false;
	}
	diag_warning(diags, NOWHERE,
		"the configuration of '" STR "' cannot be read: its import roots are inferred",
		ARG(source->name));
	if (said->n)
		diag_help(diags, STR, ARG(said->items[0].message));
	return true;
}

bool snapshot_side(const struct side_options *options, struct source *source, struct side *side)
{
	struct side_options quiet = *options;
	uint32_t errors = options->diags->n_errors;
	struct diags said;

	diags_init(&said, options->arena);
	quiet.diags = &said;
	quiet.lenient = true;
	*side = (struct side){ .source = source };
	if (!side_configure(&quiet, side) || said.n_errors) {
		struct config_override none = *options->override;

		if (!forgive(&said, options->diags, source))
			return false;
		none.text = S("version: 1\n");
		none.layout_only = true;
		quiet.override = &none;
		diags_init(&said, options->arena);
		*side = (struct side){ .source = source };
		if (!side_configure(&quiet, side))
			return false;
	}
	quiet.override = options->override;
	quiet.diags = options->diags;
	if (!side_find_roots(&quiet, side))
		return false;
	diags_init(&said, options->arena);
	quiet.diags = &said;
	if (side->config.nested)
		side_discover_all(&quiet, side);
	if (!forgive(&said, options->diags, source))
		return false;
	side_take_roots(&quiet, side);
	return options->diags->n_errors == errors;
}

static bool same_list(const struct str *a, uint32_t n_a, const struct str *b, uint32_t n_b)
{
	if (n_a != n_b)
		return false;
	for (uint32_t i = 0; i < n_a; i++)
		if (!str_eq(a[i], b[i]))
			return false;
	return true;
}

static bool same_roots(const struct side *a, const struct side *b)
{
	return a->roots.inferred == b->roots.inferred &&
	       same_list(a->roots.declared.items, a->roots.declared.n, b->roots.declared.items,
		       b->roots.declared.n) &&
	       same_list(a->roots.excluded.items, a->roots.excluded.n, b->roots.excluded.items,
		       b->roots.excluded.n);
}

/* ---- what to compile ---- */

struct taking {
	struct snapshots *s;
	struct source *source;
	struct side side;
	struct arena *arena; /* of this version alone */
	struct changes changes;
	bool all;
	struct map wanted;  /* path.p → anything */
	struct map changed; /* path.p of what differs, or shows something that does */
	struct map bases;   /* interned base names of files that came or went */
	struct compile_side compiled;
	struct schema schema;
	struct diags said;
};

static struct str intern_path(struct taking *t, struct str path)
{
	return intern(t->s->names, path);
}

static void want(struct taking *t, struct str path)
{
	void **slot = map_put(&t->wanted, path.p, 0);

	if (*slot)
		return;
	*slot = t;
	if (scope_covers(t->s->scope, path) && source_find(t->source, path))
		*vec_push(t->arena, &t->compiled.wanted) = path;
}

static void note_changes(struct taking *t)
{
	for (uint32_t i = 0; i < t->changes.list.n; i++) {
		const struct change *change = &t->changes.list.items[i];
		struct str path = intern_path(t, change->path);

		*map_put(&t->changed, path.p, 0) = t;
		want(t, path);
		if (change->kind != CHANGE_MODIFIED)
			*map_put(&t->bases, intern_path(t, path_base(path)).p, 0) = t;
	}
}

/* Does the file import something that changed? *shows: and makes it visible to its importers. */
static bool imports_changed(struct taking *t, const struct model_file *file, bool *shows)
{
	bool any = false;

	*shows = false;
	for (uint32_t i = 0; i < file->imports.n; i++) {
		const struct model_import *import = &file->imports.items[i];

		if (!(import->path.p && map_get(&t->changed, import->path.p, 0)) &&
			!(t->bases.n &&
				map_get(&t->bases, intern_path(t, path_base(import->import)).p, 0)))
			continue;
		any = true;
		*shows |= import->is_public;
	}
	return any;
}

/* Adds the files that import what changed, directly or through public imports. */
static void want_importers(struct taking *t)
{
	bool again = true;

	while (again) {
		again = false;
		for (uint32_t i = 0; i < t->s->current.n; i++) {
			const struct model_file *file = t->s->current.entries[i].value;
			bool shows;

			if (!file || !imports_changed(t, file, &shows))
				continue;
			want(t, file->path);
			if (shows && !map_get(&t->changed, file->path.p, 0)) {
				*map_put(&t->changed, file->path.p, 0) = t;
				again = true;
			}
		}
	}
}

static void want_all(struct taking *t)
{
	const struct source_list *list = source_files(t->source, t->s->diags);

	t->all = true;
	t->compiled.all = scope_is_whole(t->s->scope);
	for (uint32_t i = 0; list && i < list->entries.n; i++) {
		struct str path = intern_path(t, list->entries.items[i].path);

		*map_put(&t->wanted, path.p, 0) = t;
		if (!t->compiled.all && scope_covers(t->s->scope, path) &&
			roots_hold(&t->side.roots, path))
			*vec_push(t->arena, &t->compiled.wanted) = path;
	}
	for (uint32_t i = 0; i < t->s->current.n; i++)
		*map_put(&t->wanted, t->s->current.entries[i].key, 0) = t;
}

/* The imports by which the roots of unchanged files were inferred. */
static void give_hints(struct taking *t)
{
	VEC(struct import_hint) hints = { 0 };
	struct map seen;

	if (!t->side.roots.inferred || t->all)
		return;
	map_init(&seen, t->arena);
	for (uint32_t i = 0; i < t->s->current.n; i++) {
		const struct model_file *file = t->s->current.entries[i].value;

		for (uint32_t k = 0; file && k < file->imports.n; k++) {
			const struct model_import *import = &file->imports.items[k];
			struct str root;
			void **slot;

			if (!import->path.p || import->path.p == import->import.p ||
				!str_ends(import->path, import->import) ||
				map_get(&t->wanted, file->path.p, 0) ||
				!source_find(t->source, file->path))
				continue;
			root = str_head(import->path, import->path.n - import->import.n);
			slot = map_put(&seen, NULL, str_hash(root));
			if (*slot)
				continue;
			*slot = t;
			*vec_push(t->arena, &hints) =
				(struct import_hint){ file->path, import->import };
		}
	}
	t->compiled.hints = hints.items;
	t->compiled.n_hints = hints.n;
}

static bool plan(struct taking *t)
{
	struct snapshots *s = t->s;

	t->compiled.source = t->source;
	t->compiled.roots = t->side.roots;
	if (!s->source || !same_roots(&t->side, &s->side)) {
		want_all(t);
	} else {
		if (!source_changes(s->source, t->source, &t->changes, s->diags))
			return false;
		note_changes(t);
		want_importers(t);
		if (t->wanted.n > s->current.n / 2 + 8)
			want_all(t);
		else
			give_hints(t);
	}
	return s->diags->n_errors == 0;
}

static bool compile_version(struct taking *t)
{
	struct compile_stats stats = { 0 };
	struct compile_options options = {
		.arena = t->arena,
		.names = t->s->names,
		.diags = &t->said,
		.jobs = t->s->jobs,
		.tolerate_broken = true,
		.stats = &stats,
	};

	if (!t->compiled.all && !t->compiled.wanted.n)
		return true;
	if (!t->source->builtin)
		t->source->builtin = t->s->builtin;
	if (!compile(&options, &t->compiled, 1, &t->schema)) {
		diags_adopt(t->s->diags, &t->said);
		return false;
	}
	t->s->files_compiled += stats.files_parsed;
	return true;
}

/* ---- models ---- */

/* The first error of a file, with its line: `12:3: the message`. */
static struct str first_error(struct taking *t, const struct file *file)
{
	for (uint32_t i = 0; i < t->said.n; i++) {
		const struct diag *diag = &t->said.items[i];
		struct point begin, end;

		if (diag->level != DIAG_ERROR || diag->place.text != file->text)
			continue;
		place_points(diag->place, t->arena, &begin, &end);
		return str_printf(
			t->s->arena, "%u:%u: " STR, begin.line, begin.column, ARG(diag->message));
	}
	return S("1:1: does not compile");
}

static void note_unknown(struct taking *t, const struct file *file, struct str path)
{
	struct snapshots *s = t->s;
	struct model_file *stands = map_get(&s->current, path.p, 0);
	struct unknown_file *unknown;

	if (stands && !stands->unknown_since)
		stands->unknown_since = s->taken + 1;
	unknown = vec_push(s->arena, &s->unknown);
	*unknown = (struct unknown_file){ path, first_error(t, file), s->taken, s->taken };
}

static bool is_own(const struct taking *t, const struct schema_file *entry)
{
	struct str path = entry->file->text->path;

	return entry->own && scope_covers(t->s->scope, path) &&
	       (t->s->options.n_root_options || config_holds(&t->side.config, path));
}

static void replace(struct snapshots *s, struct str path, struct model_file *new)
{
	void **slot = map_put(&s->current, path.p, 0);
	struct model_file *old = *slot;

	if (old == new)
		return;
	if (old && old->is_own)
		*vec_push(s->arena, &s->old.list) = old;
	if (new &&new->is_own)
		*vec_push(s->arena, &s->new.list) = new;
	*map_put(&s->current, path.p, 0) = new;
}

static void take_models(struct taking *t)
{
	struct snapshots *s = t->s;
	struct map made; /* path.p: has a model in this version */

	map_init(&made, t->arena);
	for (uint32_t i = 0; i < t->schema.files.n; i++) {
		const struct schema_file *entry = &t->schema.files.items[i];
		struct str path;

		if (entry->file->is_builtin)
			continue;
		path = intern_path(t, entry->file->text->path);
		*map_put(&made, path.p, 0) = t;
		if (!map_get(&t->wanted, path.p, 0) && map_get(&s->current, path.p, 0))
			continue;
		if (entry->file->is_broken && is_own(t, entry)) {
			note_unknown(t, entry->file, path); /* stands as it stood */
			continue;
		}
		replace(s, path, model_make(s->arena, s->names, entry->file, is_own(t, entry)));
	}
	for (uint32_t i = 0; i < t->wanted.n; i++) {
		struct str path = { 0 };
		const void *key = t->wanted.entries[i].key;
		struct model_file *old = map_get(&s->current, key, 0);

		if (!old || map_get(&made, key, 0))
			continue;
		path = old->path;
		replace(s, path, NULL);
	}
}

/* Everything goes. */
static bool take_nothing(struct snapshots *s)
{
	for (uint32_t i = 0; i < s->current.n; i++)
		if (s->current.entries[i].value)
			replace(s, ((struct model_file *)s->current.entries[i].value)->path, NULL);
	return true;
}

static void keep_source(struct snapshots *s, struct source *source, bool owns)
{
	if (s->source && s->owns_source)
		source_close(s->source);
	s->source = source;
	s->owns_source = owns;
	s->taken++;
}

bool snapshot_next(struct snapshots *s, struct source *source, bool owns)
{
	struct taking t = { .s = s, .source = source };
	bool ok;

	s->old.list.n = s->new.list.n = 0;
	s->old.list.items = s->new.list.items = NULL;
	s->old.list.cap = s->new.list.cap = 0;
	if (!source) {
		ok = take_nothing(s);
		keep_source(s, NULL, false);
		return ok;
	}
	t.arena = arena_like(s->arena);
	diags_init(&t.said, s->arena);
	map_init(&t.wanted, t.arena);
	map_init(&t.changed, t.arena);
	map_init(&t.bases, t.arena);
	s->options.diags = s->diags;
	if (s->side_given)
		t.side = *s->side_given;
	ok = (s->side_given || snapshot_side(&s->options, source, &t.side)) && plan(&t) &&
	     compile_version(&t);
	if (ok) {
		take_models(&t);
		s->side = t.side;
	}
	keep_source(s, source, owns);
	if (ok)
		arena_free(t.arena);
	else
		arena_adopt(s->arena, t.arena); /* errors have places in it */
	return ok && source_looked(source, s->diags);
}
