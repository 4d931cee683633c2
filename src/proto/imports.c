/*
 * What a file imports, directly or not, and which files it sees by that.
 */
#include "proto/driver.h"
#include "source/read_each.h"

#include <stdlib.h>

/* An import that no file answers, with --strict-imports or in a registry, which knows all that its
 * schemas import. */
static void report_strictly(
	struct unit *unit, const struct import *import, const struct source *source)
{
	if (source->by_message) {
		diag_error(&unit->diags, place_in(unit->file->text, import->span),
			"import '" STR "' is no reference of the schema", ARG(import->path));
		diag_help(&unit->diags, "whoever registers it names what it imports");
		return;
	}
	diag_error(&unit->diags, place_in(unit->file->text, import->span),
		"import '" STR "' is in no import root", ARG(import->path));
	diag_help(&unit->diags, "name the folder that holds it with --root");
}

/* As node_get, for what many files import. */
static struct node *node_of_entry(struct driver *d, struct side_state *s,
	const struct source_entry *entry, struct source *source)
{
	struct node **slot = (struct node **)map_put(&s->by_entry, entry, 0);

	if (!*slot)
		*slot = node_get(d, s, entry, source);
	return *slot;
}

static void find_imports(struct driver *d, struct side_state *s, struct node *node)
{
	struct file *file = node->unit->file;
	/* Built-in files import built-in ones. */
	bool own = !node->is_builtin;

	for (uint32_t i = 0; i < file->imports.n; i++) {
		const struct import *import = &file->imports.items[i];
		struct source *source = node->source;
		const struct source_entry *entry =
			own ? root_find(s->finder, node->path, import->path, &source)
			    : source_find(source, import->path);
		struct node *imported = entry ? node_of_entry(d, s, entry, source) : NULL;

		*vec_push(d->options->arena, &node->imports) = imported;
		file->imports.items[i].by_link = imported && entry->is_link;
		if (imported) {
			*vec_push(d->options->arena, &imported->importers) = node;
		} else if (!node->failed && (d->options->strict_imports || source->by_message)) {
			report_strictly(node->unit, import, source);
		} else if (!node->failed) {
			*vec_push(d->options->arena, &d->missed) = (struct missed){ s, node, i };
		}
	}
}

bool imports_find(struct driver *d)
{
	uint32_t end[2];
	bool more = false;

	/* What one side finds may make nodes on the other one: they are for the next wave. */
	for (size_t i = 0; i < d->n_sides; i++)
		end[i] = d->sides[i].nodes.n;
	for (size_t i = 0; i < d->n_sides; i++) {
		struct side_state *s = &d->sides[i];

		for (; s->parsed < end[i]; s->parsed++)
			find_imports(d, s, s->nodes.items[s->parsed]);
	}
	for (size_t i = 0; i < d->n_sides; i++)
		more |= d->sides[i].nodes.n > d->sides[i].parsed;
	return more;
}

/* ---- imports of units, and cycles ---- */

static bool is_tree_descriptor(const struct unit *unit)
{
	return str_eq(unit->file->import_path, S("google/protobuf/descriptor.proto"));
}

/* Fills the imports of a unit from one of its nodes. */
static void connect(struct driver *d, struct node *node)
{
	struct unit *unit = node->unit;
	struct file *file = unit->file;

	if (unit->descriptor) {
		/* Shared, and connected for the old side; messages name the new side. */
		source_text_set(file->text, node->source, node->entry);
		return;
	}
	file->import_path = intern(d->options->names, node_import_path(node));
	for (uint32_t i = 0; i < node->imports.n; i++) {
		struct unit *imported =
			node->imports.items[i] ? node->imports.items[i]->unit : NULL;

		*vec_push(d->options->arena, &unit->imports) = imported;
		file->imports.items[i].file = imported ? imported->file : NULL;
		if (!imported)
			file->lacks_import = true;
	}
	unit->descriptor = d->compiler.builtin_descriptor;
	if (is_tree_descriptor(unit))
		unit->descriptor = unit;
}

/* Takes over from an import, which is connected, what holds for its importers. */
static void inherit(struct unit *unit, const struct unit *imported, const struct unit *builtin)
{
	if (imported->file->lacks_import || imported->file->is_broken)
		unit->file->lacks_import = true;
	if (unit->descriptor == builtin && imported->descriptor != builtin && unit != imported)
		unit->descriptor = imported->descriptor;
}

static void report_cycle(struct node *node, uint32_t import)
{
	struct file *file = node->unit->file;
	struct node *imported = node->imports.items[import];

	if (imported == node)
		diag_error(&node->unit->diags,
			place_in(file->text, file->imports.items[import].span),
			"the file imports itself");
	else
		diag_error(&node->unit->diags,
			place_in(file->text, file->imports.items[import].span),
			"import '" STR
			"' closes a cycle: that file imports this one, directly or not",
			ARG(file->imports.items[import].path));
	file->imports.items[import].file = NULL;
	node->unit->imports.items[import] = NULL;
	file->lacks_import = true;
}

enum { WHITE, GRAY, BLACK };

struct frame {
	struct node *node;
	uint32_t next;
};

/* Depth first without recursion, since a stranger's chain of imports may be long. */
static void walk_imports(struct driver *d, struct node *start)
{
	VEC(struct frame) stack = { 0 };
	struct arena *arena = d->workers[0].scratch;

	if (start->color != WHITE)
		return;
	*vec_push(arena, &stack) = (struct frame){ start, 0 };
	start->color = GRAY;
	while (stack.n) {
		struct frame *top = &stack.items[stack.n - 1];
		struct node *node = top->node, *imported;

		if (top->next == node->imports.n) {
			node->color = BLACK;
			for (uint32_t i = 0; i < node->unit->imports.n; i++)
				if (node->unit->imports.items[i])
					inherit(node->unit, node->unit->imports.items[i],
						d->compiler.builtin_descriptor);
			stack.n--;
			continue;
		}
		imported = node->imports.items[top->next++];
		if (!imported)
			continue;
		if (imported->color == GRAY) {
			if (node->unit->imports.items[top->next - 1])
				report_cycle(node, top->next - 1);
		} else if (imported->color == WHITE) {
			imported->color = GRAY;
			*vec_push(arena, &stack) = (struct frame){ imported, 0 };
		}
	}
}

/* Outermost files first: a cycle is reported where it returns to the outermost file. */
static int outermost_first(const void *left, const void *right)
{
	const struct node *a = *(struct node *const *)left, *b = *(struct node *const *)right;

	return a->depth != b->depth ? (a->depth > b->depth) - (a->depth < b->depth)
				    : str_cmp(a->path, b->path);
}

static void look_for_cycles(struct driver *d, struct side_state *s)
{
	struct arena_mark mark = arena_mark(d->workers[0].scratch);
	struct node **order = NEW_ARRAY(d->workers[0].scratch, s->nodes.n, struct node *);

	for (uint32_t k = 0; k < s->nodes.n; k++)
		order[k] = s->nodes.items[k];
	if (s->nodes.n)
		qsort(order, s->nodes.n, sizeof *order, outermost_first);
	for (uint32_t k = 0; k < s->nodes.n; k++)
		walk_imports(d, order[k]);
	arena_rewind(d->workers[0].scratch, mark);
}

/* ---- what files see ---- */

/* A unit's lists while they are filled. */
struct seeing {
	struct arena *arena;
	uint32_t *seen; /* by unit index: equals `stamp` when it is in one of the lists */
	uint32_t stamp;
};

static void add_unit(struct seeing *v, struct unit_list *list, struct unit *unit)
{
	if (!unit || v->seen[unit->index] == v->stamp)
		return;
	v->seen[unit->index] = v->stamp;
	*vec_push(v->arena, list) = unit;
}

/* Adds an import, and what it imports publicly, directly or not. */
static void add_import(struct seeing *v, struct unit_list *list, struct unit *imported)
{
	uint32_t next = list->n;

	add_unit(v, list, imported);
	for (; next < list->n; next++) {
		const struct unit *from = list->items[next];

		for (uint32_t i = 0; i < from->imports.n; i++)
			if (from->file->imports.items[i].kind == IMPORT_PUBLIC)
				add_unit(v, list, from->imports.items[i]);
	}
}

static void find_visible(struct seeing *v, struct unit *unit)
{
	const struct import *imports = unit->file->imports.items;

	add_unit(v, &unit->visible, unit);
	for (uint32_t k = 0; k < unit->imports.n; k++)
		if (imports[k].kind != IMPORT_OPTION)
			add_import(v, &unit->visible, unit->imports.items[k]);
	for (uint32_t k = 0; k < unit->imports.n; k++)
		if (imports[k].kind == IMPORT_OPTION)
			add_import(v, &unit->option_visible, unit->imports.items[k]);
}

/* A file sees all that a chain of public imports leads to. */
static void report_visible(struct unit *unit)
{
	struct file *file = unit->file;

	diag_error(&unit->diags,
		place_in(file->text, file->imports.n ? file->imports.items[0].span : NO_SPAN),
		"too many files are visible to one another by public imports");
	diag_help(&unit->diags, "the limit is %d pairs of files in all", MAX_VISIBLE);
	file->lacks_import = true;
}

static void find_all_visible(struct driver *d)
{
	struct arena *scratch = d->workers[0].scratch;
	struct arena_mark mark = arena_mark(scratch);
	struct seeing v = { .arena = d->options->arena,
		.seen = NEW_ARRAY(scratch, d->compiler.units.n, uint32_t) };
	uint64_t n_visible = 0; /* pairs of a file and one that it sees */

	for (uint32_t i = 0; i < d->compiler.units.n; i++) {
		struct unit *unit = d->compiler.units.items[i];

		if (n_visible > MAX_VISIBLE) {
			report_visible(unit);
			for (; i < d->compiler.units.n; i++)
				d->compiler.units.items[i]->file->is_broken = true;
			break;
		}
		v.stamp++;
		find_visible(&v, unit);
		n_visible += unit->visible.n + unit->option_visible.n;
	}
	arena_rewind(scratch, mark);
}

void imports_connect(struct driver *d)
{
	for (size_t i = 0; i < d->n_sides; i++)
		for (uint32_t k = 0; k < d->sides[i].nodes.n; k++)
			connect(d, d->sides[i].nodes.items[k]);
	for (size_t i = 0; i < d->n_sides; i++)
		look_for_cycles(d, &d->sides[i]);
	find_all_visible(d);
}

/* ---- missing imports ---- */

/* Warns once an import path. */
static void warn_missing(
	struct driver *d, const struct file *file, const struct import *import, struct map *warned)
{
	const void **slot = (const void **)map_put(warned, import->path.p, 0);

	if (*slot)
		return;
	*slot = file;
	diag_warning(d->options->diags, place_in(file->text, import->span),
		"import '" STR "' is in no import root; its types are compared by name",
		ARG(import->path));
	diag_help(d->options->diags, "name the folder that holds it with --root, or ask for an "
				     "error with --strict-imports");
}

/* The old side's file for an import that the new side lacks. NULL: there was none, or it still
 * exists and is in no root now. */
static const struct source_entry *find_lost(struct driver *d, const struct missed *missed)
{
	const struct node *node = missed->node;
	const struct source_entry *entry;
	struct source *source;

	if (missed->side != &d->sides[1] || !missed->side->side->may_lose || node->is_builtin ||
		(node->twin && node->unit == node->twin->unit))
		return NULL;
	entry = root_find(d->sides[0].finder, node->path,
		node->unit->file->imports.items[missed->index].path, &source);
	if (!entry || source != d->sides[0].side->source ||
		source_find(missed->side->side->source, entry->path))
		return NULL;
	return entry;
}

static void add_lost(
	struct driver *d, const struct missed *missed, struct str path, struct map *by_path)
{
	struct file *file = missed->node->unit->file;
	uintptr_t *known = (uintptr_t *)map_put(by_path, intern(d->options->names, path).p, 0);
	struct lost_import *lost;

	/* The index + 1; 0: not in the list yet. */
	if (!*known) {
		*vec_push(d->options->arena, &d->lost) = (struct lost_import){ .path = path };
		*known = d->lost.n;
	}
	lost = &d->lost.items[*known - 1];
	lost->others += lost->importer != NULL;
	if (!lost->importer || str_cmp(file->text->path, lost->importer->text->path) < 0) {
		lost->importer = file;
		lost->import = &file->imports.items[missed->index];
	}
	file->lost_import = true;
}

static int lost_order(const void *left, const void *right)
{
	const struct lost_import *a = left, *b = right;

	return str_cmp(a->path, b->path);
}

void imports_judge_missed(struct driver *d)
{
	struct map by_path, warned;

	map_init(&by_path, d->options->arena);
	map_init(&warned, d->options->arena);
	for (uint32_t i = 0; i < d->missed.n; i++) {
		const struct missed *missed = &d->missed.items[i];
		const struct file *file = missed->node->unit->file;
		const struct source_entry *entry = find_lost(d, missed);

		if (entry)
			add_lost(d, missed, entry->path, &by_path);
		else
			warn_missing(d, file, &file->imports.items[missed->index], &warned);
	}
	if (d->lost.n)
		qsort(d->lost.items, d->lost.n, sizeof *d->lost.items, lost_order);
}
