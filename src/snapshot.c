#include "snapshot.h"

#include "affected.h"
#include "proto/compile.h"
#include "proto/outline.h"

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
	struct map wanted;  /* path.p → anything: compiled, or gone */
	struct map changed; /* path.p of what differs, more than by comments → a change */
	struct affecting affecting;
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
	*vec_push(t->s->arena, &t->s->touched) = path;
	/* What is outside of the scope counts for what it shows to files that are not. */
	if ((scope_covers(t->s->scope, path) || map_get(&t->s->current, path.p, 0)) &&
		source_find(t->source, path))
		*vec_push(t->arena, &t->compiled.wanted) = path;
}

/* Does the file differ from the one that its model was made of by comments and layout alone? */
static bool differs_in_comments(struct taking *t, const struct change *change, struct str path)
{
	const struct model_file *model = map_get(&t->s->current, path.p, 0);
	struct arena_mark mark = arena_mark(t->arena);
	struct diags unsaid;
	struct str bytes;
	bool same;

	if (change->kind != CHANGE_MODIFIED || change->old->is_link || change->new->is_link ||
		!model || !model->tokens.digest || model->is_broken || model->unknown_since)
		return false;
	diags_init(&unsaid, t->arena);
	same = source_read_for(t->source, READ_SYNTAX, change->new, t->arena, &bytes, &unsaid) &&
	       bytes.n <= MAX_FILE_BYTES &&
	       tokens_digest(bytes, t->arena) == model->tokens.digest;
	arena_rewind(t->arena, mark);
	return same;
}

static void note_changes(struct taking *t)
{
	for (uint32_t i = 0; i < t->changes.list.n; i++) {
		const struct change *change = &t->changes.list.items[i];
		struct str path = intern_path(t, change->path);

		if (differs_in_comments(t, change, path)) {
			t->s->files_alike++;
			continue;
		}
		*map_put(&t->changed, path.p, 0) = (void *)change;
		want(t, path);
	}
}

static void want_all(struct taking *t)
{
	const struct source_list *list = source_files(t->source, t->s->diags);

	t->all = t->s->touched_all = true;
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
				map_get(&t->changed, file->path.p, 0) ||
				!source_find(t->source, file->path))
				continue;
			root = str_head(import->path, import->path.n - import->import.n);
			slot = map_put(&seen, NULL, str_hash(root));
			if (*slot)
				continue;
			*slot = t;
			*vec_push(t->s->arena, &hints) =
				(struct import_hint){ file->path, import->import };
		}
	}
	t->compiled.hints = t->s->hints = hints.items;
	t->compiled.n_hints = t->s->n_hints = hints.n;
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
		.tokens = true,
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
	t->s->bytes_compiled += stats.bytes_parsed;
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
	if (!t->all)
		affecting_add(&t->affecting, path, stands, stands, true);
	unknown = vec_push(s->arena, &s->unknown);
	*unknown = (struct unknown_file){ path, first_error(t, file), s->taken, s->taken };
}

static bool is_own(const struct taking *t, const struct schema_file *entry)
{
	struct str path = entry->file->text->path;

	return entry->own && scope_covers(t->s->scope, path) &&
	       (t->s->options.n_root_options || config_holds(&t->side.config, path));
}

static void replace(struct taking *t, struct str path, struct model_file *new)
{
	struct snapshots *s = t->s;
	void **slot = map_put(&s->current, path.p, 0);
	struct model_file *old = *slot;
	const struct change *change = map_get(&t->changed, path.p, 0);
	bool linked = change && ((change->old && change->old->is_link) ||
					(change->new &&change->new->is_link));

	if (old == new)
		return;
	if (old && old->is_own)
		*vec_push(s->arena, &s->old.list) = old;
	if (new &&new->is_own)
		*vec_push(s->arena, &s->new.list) = new;
	*slot = new;
	/* Of what did not change itself it counts that it does not compile any more, or does again. */
	if (!t->all && (change || !old || !new || old->unknown_since ||
			       old->is_broken != new->is_broken))
		affecting_add(&t->affecting, path, old, new, linked);
}

static struct model_file *make_model(
	struct taking *t, const struct schema_file *entry, struct str path)
{
	struct snapshots *s = t->s;
	struct model_file *model = model_make(s->arena, s->names, entry->file, is_own(t, entry));
	const struct source_entry *read = source_find(t->source, path);

	if (read && read->has_id && !read->is_link) {
		model->id = read->id;
		model->has_id = true;
	}
	return model;
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
		replace(t, path, make_model(t, entry, path));
	}
	for (uint32_t i = 0; i < t->wanted.n; i++) {
		struct str path = { 0 };
		const void *key = t->wanted.entries[i].key;
		struct model_file *old = map_get(&s->current, key, 0);

		if (!old || map_get(&made, key, 0))
			continue;
		path = old->path;
		replace(t, path, NULL);
	}
}

/* Everything goes. */
static bool take_nothing(struct snapshots *s)
{
	struct taking t = { .s = s, .all = true };

	map_init(&t.changed, s->arena);
	s->touched_all = true;
	for (uint32_t i = 0; i < s->current.n; i++)
		if (s->current.entries[i].value)
			replace(&t, ((struct model_file *)s->current.entries[i].value)->path, NULL);
	return true;
}

/* Files that did not change, but may mean something else now; and what sees those. */
static bool take_affected(struct taking *t)
{
	for (;;) {
		struct path_list paths = { 0 };

		affected_find(&t->affecting, &paths);
		if (!paths.list.n)
			return true;
		map_init(&t->wanted, t->arena);
		t->compiled.wanted.n = 0;
		for (uint32_t i = 0; i < paths.list.n; i++)
			want(t, paths.list.items[i]);
		if (!compile_version(t))
			return false;
		take_models(t);
	}
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
	s->touched.n = s->touched.cap = 0;
	s->touched.items = NULL;
	s->touched_all = false;
	s->hints = NULL;
	s->n_hints = 0;
	if (!source) {
		ok = take_nothing(s);
		keep_source(s, NULL, false);
		return ok;
	}
	t.arena = arena_like(s->arena);
	diags_init(&t.said, s->arena);
	map_init(&t.wanted, t.arena);
	map_init(&t.changed, t.arena);
	affecting_init(&t.affecting, t.arena, s->names, &s->current);
	s->options.diags = s->diags;
	if (s->side_given)
		t.side = *s->side_given;
	ok = (s->side_given || snapshot_side(&s->options, source, &t.side)) && plan(&t) &&
	     compile_version(&t);
	if (ok)
		take_models(&t);
	ok = ok && (t.all || take_affected(&t));
	s->side = t.side;
	keep_source(s, source, owns);
	if (ok)
		arena_free(t.arena);
	else
		arena_adopt(s->arena, t.arena); /* errors have places in it */
	return ok && source_looked(source, s->diags);
}
