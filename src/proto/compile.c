/*
 * Drives the stages over one or two sides at once.
 */
#include "base/pool.h"
#include "proto/driver.h"

#include <stdlib.h>

/* ---- what is wanted ---- */

static bool want(struct driver *d, struct side_state *s)
{
	struct compile_side *side = s->side;
	uint32_t errors = d->options->diags->n_errors;

	if (side->all) {
		const struct source_list *list = source_files(side->source, d->options->diags);

		for (uint32_t i = 0; list && i < list->entries.n; i++)
			if (root_owns(s->finder, list->entries.items[i].path))
				node_get(d, s, &list->entries.items[i], side->source);
		return list && d->options->diags->n_errors == errors;
	}
	for (uint32_t i = 0; i < side->n_hints; i++) {
		struct source *source;

		root_find(s->finder, side->hints[i].importer, side->hints[i].import, &source);
	}
	for (uint32_t i = 0; i < side->wanted.n; i++) {
		const struct source_entry *entry = source_find(side->source, side->wanted.items[i]);

		if (entry)
			node_get(d, s, entry, side->source);
	}
	return d->options->diags->n_errors == errors;
}

/* The built-in descriptor.proto defines options where the tree has none of its own. */
static void want_descriptor(struct driver *d)
{
	for (size_t i = 0; i < d->n_sides; i++) {
		struct source *builtin = d->sides[i].side->source->builtin;
		const struct source_entry *entry;

		if (!builtin)
			builtin = d->sides[i].side->source->builtin =
				source_builtin(d->options->arena);
		entry = source_find(builtin, S("google/protobuf/descriptor.proto"));
		if (entry)
			node_get(d, &d->sides[i], entry, builtin);
	}
}

static void find_builtin_descriptor(struct driver *d)
{
	struct str path = intern(d->options->names, S("google/protobuf/descriptor.proto"));
	struct node *node = map_get(&d->sides[0].by_path, path.p, true);

	d->compiler.builtin_descriptor = node ? node->unit : NULL;
}

/* ---- the stages after parsing ---- */

static void see(struct context *c, const struct unit *unit, uint32_t stamp)
{
	struct str package = unit->file->package;
	struct package_scope *p = map_get(&c->compiler->packages, package.p, 0);

	c->visible[unit->index] = stamp;
	for (struct element *e = p ? &p->e : NULL;
		e && c->packages[((struct package_scope *)e)->index] != c->stamp; e = e->parent)
		c->packages[((struct package_scope *)e)->index] = c->stamp;
}

static void context_enter(struct driver *d, struct worker_state *worker, struct unit *unit)
{
	struct context *c = &worker->context;

	c->compiler = &d->compiler;
	c->unit = unit;
	c->file = unit->file;
	c->arena = worker->arena;
	c->indexes = worker->indexes;
	c->scratch = worker->scratch;
	c->diags = &unit->diags;
	unit->diags.arena = worker->arena;
	c->stamp += 2;
	for (uint32_t i = 0; i < unit->visible.n; i++)
		see(c, unit->visible.items[i], c->stamp);
	for (uint32_t i = 0; i < unit->option_visible.n; i++)
		see(c, unit->option_visible.items[i], c->stamp | VISIBLE_OPTION);
}

struct stage {
	struct driver *driver;
	void (*run)(struct context *context);
};

static void take_stage(struct stage *stage, struct worker_state *worker, struct unit *unit)
{
	struct arena_mark mark = arena_mark(worker->scratch);

	context_enter(stage->driver, worker, unit);
	stage->run(&worker->context);
	arena_rewind(worker->scratch, mark);
}

static void stage_task(void *argument, unsigned index, size_t item)
{
	struct stage *stage = argument;
	struct driver *d = stage->driver;
	struct worker_state *worker = &d->workers[index];
	struct unit *unit = d->compiler.units.items[item];

	driver_step(d);
	if (unit->parsed && unit->visible.n)
		take_stage(stage, worker, unit);
}

/* Takes all files through a stage. */
static void run_stage(struct driver *d, void (*run)(struct context *))
{
	enum { FILES_A_THREAD = 128 }; /* at least */
	struct stage stage = { d, run };
	uint32_t n = d->compiler.units.n;

	pool_run(pool_jobs(d->options->jobs, n, FILES_A_THREAD), n, 1, stage_task, &stage);
}

static void link_all(struct driver *d)
{
	struct compiler *c = &d->compiler;

	for (uint32_t i = 0; i < c->units.n; i++) {
		struct unit *unit = c->units.items[i];

		symbols_add_file(c, unit);
		unit->default_visibility = features_default_visibility(unit->file);
	}
	for (unsigned i = 0; i < d->jobs; i++) {
		struct worker_state *worker = &d->workers[i];

		worker->context.visible = NEW_ARRAY(worker->arena, c->units.n, uint32_t);
		worker->context.packages = NEW_ARRAY(worker->arena, c->package_list.n, uint32_t);
		worker->indexes = arena_like(d->options->arena);
	}
	run_stage(d, link_file);
	for (uint32_t i = 0; i < c->units.n; i++)
		symbols_add_extensions(c, c->units.items[i]);
	run_stage(d, features_file);
	run_stage(d, options_file);
	for (unsigned i = 0; i < d->jobs; i++) {
		arena_free(d->workers[i].indexes);
		d->workers[i].indexes = NULL;
	}
	run_stage(d, validate_file);
}

/* ---- results ---- */

static int by_import_path(const void *left, const void *right)
{
	const struct schema_file *a = left, *b = right;
	int order = str_cmp(a->file->import_path, b->file->import_path);

	return order ? order : str_cmp(a->file->text->path, b->file->text->path);
}

/* In whatever folder, imported or not. */
static bool is_copy_of_builtin(const struct source *source, struct str path)
{
	struct str folder = S("google/protobuf/");

	if (!source->builtin)
		return false;
	for (size_t i = 0; i + folder.n <= path.n; i++)
		if ((i == 0 || path.p[i - 1] == '/') && str_starts(str_from(path, i), folder) &&
			source_find(source->builtin, str_from(path, i)))
			return true;
	return false;
}

static void fill_schema(struct driver *d, struct side_state *s, struct schema *schema)
{
	struct arena *arena = d->options->arena;
	struct source *source = s->side->source;

	*schema = (struct schema){ .name = source->name, .by_message = source->by_message };
	for (uint32_t i = 0; i < s->nodes.n; i++) {
		struct node *node = s->nodes.items[i];
		struct schema_file *f;

		if (!node->unit)
			continue;
		f = vec_push(arena, &schema->files);
		f->file = node->unit->file;
		/* A copy of a built-in file in the tree is no contract of the tree. */
		f->own = !node->is_builtin && root_owns(s->finder, node->path) &&
			 !is_copy_of_builtin(source, node->path);
	}
	if (schema->files.n)
		qsort(schema->files.items, schema->files.n, sizeof *schema->files.items,
			by_import_path);
	for (uint32_t i = 0; i < s->links.n; i++) {
		const struct node_link *link = &s->links.items[i];

		if (link->node->unit)
			*vec_push(arena, &schema->links) =
				(struct schema_link){ link->path, link->node->unit->file };
	}
	for (uint32_t i = 0; s == &d->sides[1] && i < d->lost.n; i++)
		*vec_push(arena, &schema->lost) = d->lost.items[i];
	if (source->listed)
		for (uint32_t i = 0; i < source->list.entries.n; i++)
			if (root_owns(s->finder, source->list.entries.items[i].path))
				*vec_push(arena, &schema->paths) =
					source->list.entries.items[i].path;
}

/* False: a file has errors. */
static bool adopt_diags(struct driver *d)
{
	bool ok = true;

	for (uint32_t i = 0; i < d->compiler.units.n; i++) {
		struct unit *unit = d->compiler.units.items[i];

		if (unit->diags.n_errors) {
			unit->file->is_broken = true;
			ok = false;
		}
		diags_adopt(d->options->diags, &unit->diags);
	}
	return ok;
}

/* ---- all of it ---- */

static void start_workers(struct driver *d)
{
	d->workers = NEW_ARRAY(d->options->arena, d->jobs, struct worker_state);
	for (unsigned i = 0; i < d->jobs; i++) {
		d->workers[i].arena = arena_like(d->options->arena);
		d->workers[i].scratch = arena_like(d->options->arena);
		d->workers[i].syntax = arena_like(d->options->arena);
		map_init(&d->workers[i].context.parts, d->workers[i].arena);
		map_init(&d->workers[i].context.catalogs, d->workers[i].arena);
		map_init(&d->workers[i].context.declared, d->workers[i].arena);
		map_init(&d->workers[i].context.members, d->workers[i].arena);
		d->workers[i].context.resolved = resolved_new(d->workers[i].arena);
	}
}

static void join_workers(struct driver *d)
{
	for (unsigned i = 0; i < d->jobs; i++) {
		struct worker_state *w = &d->workers[i];

		arena_adopt(d->options->arena, w->arena);
		arena_free(w->syntax);
		arena_free(w->indexes);
		arena_free(w->scratch);
	}
}

static void count(const struct driver *d, struct compile_stats *stats)
{
	for (unsigned i = 0; i < d->jobs; i++) {
		stats->bytes_parsed += d->workers[i].bytes;
		stats->files_parsed += d->workers[i].files;
	}
	for (size_t i = 0; i < d->n_sides; i++)
		for (uint32_t k = 0; k < d->sides[i].nodes.n; k++)
			stats->files_shared += d->sides[i].nodes.items[k]->shares;
	stats->files_linked += d->compiler.units.n;
}

static struct driver *driver_new(
	const struct compile_options *options, struct compile_side *sides, size_t n)
{
	struct driver *d = NEW(options->arena, struct driver);

	d->options = options;
	d->n_sides = n;
	d->jobs = options->jobs ? options->jobs : pool_processors();
	d->compiler.arena = options->arena;
	d->compiler.names = options->names;
	d->compiler.options = options;
	map_init(&d->compiler.symbols, options->arena);
	map_init(&d->compiler.packages, options->arena);
	map_init(&d->compiler.extensions, options->arena);
	for (size_t i = 0; i < n; i++) {
		d->sides[i].side = &sides[i];
		d->sides[i].finder =
			root_finder_new(options->arena, options->names, &sides[i], options->diags);
		map_init(&d->sides[i].by_path, options->arena);
		map_init(&d->sides[i].by_entry, options->arena);
		map_init(&d->sides[i].targets, options->arena);
		map_init(&d->sides[i].linked, options->arena);
	}
	d->compiler.root = symbols_package(&d->compiler, intern(options->names, S("")));
	return d;
}

/* False: what there is to compile is not known. */
static bool compile_all(struct driver *d)
{
	bool listed = true;

	for (size_t i = 0; i < d->n_sides; i++)
		listed &= want(d, &d->sides[i]);
	if (!listed)
		return false;
	want_descriptor(d);
	start_workers(d);
	do {
		nodes_parse(d);
	} while (imports_find(d));
	nodes_unshare(d);
	find_builtin_descriptor(d);
	imports_connect(d);
	link_all(d);
	return true;
}

bool compile(const struct compile_options *options, struct compile_side *sides, size_t n,
	struct schema *schemas)
{
	struct driver *d = driver_new(options, sides, n);
	bool ok;

	if (!compile_all(d))
		return false;
	conflicts_report(&d->compiler, d->workers[0].scratch);
	imports_judge_missed(d);
	ok = adopt_diags(d);
	for (size_t i = 0; i < n; i++)
		fill_schema(d, &d->sides[i], &schemas[i]);
	if (options->stats)
		count(d, options->stats);
	join_workers(d);
	return !d->failed && (ok || options->tolerate_broken);
}
