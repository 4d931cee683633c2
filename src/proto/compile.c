/*
 * Drives the stages over one or two sides at once, and shares between the sides what is equal.
 *
 * A node is a file of one side, a unit what is compiled for it. Two nodes of one path and content
 * share a unit, and so a file object, as long as all that they import is shared as well.
 */
#include "proto/compile.h"

#include "base/pool.h"
#include "proto/proto.h"
#include "proto/roots.h"
#include "source/read_each.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

enum { STEPS = 5 }; /* of a file: it is parsed, and four stages look at it */

struct node {
	struct unit *unit;
	const struct source_entry *entry;
	struct source *source;
	struct str path;   /* interned; of built-in files their import path */
	size_t depth;      /* slashes in it */
	struct node *twin; /* the node of the other side that has this path */
	struct side_state *side;
	VEC(struct node *) imports;   /* as the file's import statements; NULL: missing */
	VEC(struct node *) importers; /* within the side */
	bool is_builtin;
	bool shares;   /* its unit is to be the twin's */
	bool compares; /* its twin, which is parsed in this wave, looks whether the bytes are the
			  same */
	bool failed;   /* could not be read */
	uint8_t color; /* of the walk that looks for cycles */
};

/* A link, and the node of the file that it is another name of. */
struct node_link {
	struct str path; /* interned */
	struct node *node;
};

struct side_state {
	struct compile_side *side;
	struct root_finder *finder;
	struct map by_path;  /* interned path .p and is_builtin → struct node * */
	struct map by_entry; /* source entry → struct node *, for those that files import */
	VEC(struct node *) nodes;
	struct map targets; /* interned path of a link's file → the first link to it, by path */
	bool targets_made;
	struct map linked; /* interned paths of the links in `links` */
	VEC(struct node_link) links;
	uint32_t parsed; /* nodes below this index are parsed, and their imports looked for */
};

/* Files that a thread is worth while for: to be parsed, to be taken through a later stage. */
enum { FILES_A_THREAD = 16, STAGED_A_THREAD = 128 };

struct worker_state {
	struct arena *arena, *scratch;
	struct arena *indexes; /* for the stage of options */
	struct arena *syntax;  /* freed after linking: uninterpreted options and locations */
	struct context context;
	struct parse_memory *memory;
	uint64_t bytes;
	uint32_t files;
};

/* Files to be parsed by one thread: both sides' of one path, since a pack mostly makes one of the
 * other. */
struct task {
	struct node *first, *second; /* `second` may be NULL */
};

/* An import that nothing answers. */
struct missed {
	struct side_state *side;
	struct node *node; /* whose import it is */
	uint32_t index;    /* among its imports */
};

struct driver {
	struct compiler compiler;
	const struct compile_options *options;
	struct side_state sides[2];
	size_t n_sides;
	struct worker_state *workers;
	unsigned jobs;
	VEC(struct task) tasks; /* to parse in this wave */
	uint64_t n_visible;     /* pairs of a file and one that it sees */
	struct map missing;     /* import paths that were warned of */
	VEC(struct missed) missed;
	VEC(struct lost_import) lost;
	bool failed;         /* something could not be read */
	atomic_size_t steps; /* for options->progress */
	size_t n_files;      /* that are known of by now */
};

/* CPU time of all threads. */
static double process_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void count_step(struct driver *d)
{
	size_t done;

	if (!d->options->progress)
		return;
	done = (atomic_fetch_add_explicit(&d->steps, 1, memory_order_relaxed) + 1) / STEPS;
	d->options->progress(
		d->options->progress_context, done < d->n_files ? done : d->n_files, d->n_files);
}

/* ---- parsing ---- */

static struct unit *unit_new(struct driver *d, struct node *node)
{
	struct unit *unit = NEW(d->options->arena, struct unit);
	struct file *file = NEW(d->options->arena, struct file);
	struct text *text = NEW(d->options->arena, struct text);

	text->path = node->path;
	source_text_set(text, node->source, node->entry);
	file->text = text;
	file->e.kind = ELEMENT_FILE;
	file->e.file = file;
	file->import_path = node->path;
	file->is_builtin = node->is_builtin;
	file->unit = unit;
	file->package = d->compiler.root->e.full_name;
	file->e.name = file->package;
	unit->file = file;
	unit->index = d->compiler.units.n;
	diags_init(&unit->diags, d->options->arena);
	unit->diags.most_errors = MAX_ERRORS;
	*vec_push(d->options->arena, &d->compiler.units) = unit;
	return unit;
}

static bool is_git(const struct source *source)
{
	return source->kind == SOURCE_TREE || source->kind == SOURCE_INDEX ||
	       source->kind == SOURCE_WORKTREE;
}

/* Is it certain without reading that two nodes hold the same bytes? */
static bool same_id(const struct node *a, const struct node *b)
{
	if (a->is_builtin && b->is_builtin)
		return true;
	return is_git(a->source) && is_git(b->source) && a->entry->has_id && b->entry->has_id &&
	       memcmp(a->entry->id.bytes, b->entry->id.bytes, sizeof a->entry->id.bytes) == 0;
}

static bool read_node(
	struct node *node, struct arena *arena, struct str *bytes, struct diags *diags)
{
	if (!source_read_for(node->source, READ_SYNTAX, node->entry, arena, bytes, diags)) {
		node->failed = true;
		return false;
	}
	if (bytes->n > MAX_FILE_BYTES) {
		diag_error(diags, NOWHERE, "'" STR "' has %zu bytes; a contract may have %d",
			ARG(node->path), bytes->n, MAX_FILE_BYTES);
		node->failed = true;
		return false;
	}
	return true;
}

/* Full names may take as much as a few times the file, and a little. */
static void name_elements(struct driver *d, struct unit *unit, size_t bytes)
{
	enum { NAMES_BASE = 16 << 20, NAMES_TIMES = 8 };

	if (file_names_fit(unit->file, NAMES_BASE + NAMES_TIMES * bytes)) {
		file_name_elements(unit->file, d->options->names);
		return;
	}
	if (unit->parsed || !unit->diags.n_errors) {
		diag_error(&unit->diags, place_in(unit->file->text, NO_SPAN),
			"the full names in this file take more memory than its size justifies");
		diag_help(
			&unit->diags, "shorten the names of the package and of the outer messages");
	}
	unit->parsed = false;
	/* No element without a full name gets any further. */
	unit->file->messages.n = unit->file->enums.n = unit->file->services.n =
		unit->file->extensions.n = 0;
}

/* Parses a file; where its twin holds the same bytes, for both. */
static void parse_node(struct driver *d, struct worker_state *worker, struct node *node)
{
	struct unit *unit = node->unit;
	struct arena_mark mark = arena_mark(worker->scratch);
	struct parse_request request = {
		.arena = worker->arena,
		.syntax = worker->syntax,
		.scratch = worker->scratch,
		.names = d->options->names,
		.diags = &unit->diags,
		.file = unit->file,
		.source_info = d->options->write_locations != NULL,
		.memory = worker->memory,
	};

	unit->diags.arena = worker->arena;
	if (read_node(node, worker->scratch, &request.bytes, &unit->diags)) {
		struct node *twin = node->twin;
		struct str other;

		worker->bytes += request.bytes.n;
		worker->files++;
		if (twin && twin->compares) {
			struct arena_mark before = arena_mark(worker->scratch);

			twin->shares = source_read_for(twin->source, READ_SYNTAX, twin->entry,
					       worker->scratch, &other, &unit->diags) &&
				       str_eq(request.bytes, other);
			arena_rewind(worker->scratch, before);
		}
		unit->parsed = node->source->kind == SOURCE_SET
				       ? d->options->parse_descriptor(&request)
				       : proto_parse(&request);
		name_elements(d, unit, request.bytes.n);
	}
	unit->file->is_broken = !unit->parsed;
	arena_rewind(worker->scratch, mark);
	count_step(d);
}

static void parse_task(void *context, struct read_thread *thread, size_t item)
{
	struct driver *d = context;
	const struct task *task = &d->tasks.items[item];

	parse_node(d, &d->workers[thread->index], task->first);
	if (task->second)
		parse_node(d, &d->workers[thread->index], task->second);
}

static struct node *node_get(struct driver *d, struct side_state *s,
	const struct source_entry *entry, struct source *source);

/* Wants a file that one side needs on the other one, too, if it is there. */
static void mirror(struct driver *d, struct side_state *s, struct node *node)
{
	for (size_t i = 0; i < d->n_sides; i++) {
		struct side_state *other = &d->sides[i];
		const struct source_entry *entry;

		if (other == s || !other->side->mirror)
			continue;
		entry = source_find(other->side->source, node->path);
		if (entry)
			node_get(d, other, entry, other->side->source);
	}
}

static void find_targets(struct driver *d, struct side_state *s)
{
	struct source *source = s->side->source;
	const struct source_list *list = source_files(source, d->options->diags);

	s->targets_made = true;
	for (uint32_t i = 0; list && i < list->entries.n; i++) {
		const struct source_entry *link = &list->entries.items[i];
		struct str file;
		void **slot;

		if (!link->is_link || !root_owns(s->finder, link->path) ||
			!source->ops->follow(source, link, &file))
			continue;
		slot = map_put(&s->targets, intern(d->options->names, file).p, 0);
		if (!*slot)
			*slot = (void *)link;
	}
}

/*
 * The file that a link is another name of. A link from below a root to a file in none is the
 * contract itself, and so is the first of several to one file.
 */
static const struct source_entry *own_name(
	struct driver *d, struct side_state *s, const struct source_entry *entry)
{
	struct source *source = s->side->source;
	const struct source_entry *target = source_target(source, entry);
	struct str file;

	if (target && (root_owns(s->finder, target->path) || !root_owns(s->finder, entry->path)))
		return target;
	if (!source->ops->follow || !source->ops->follow(source, entry, &file))
		return entry;
	if (!s->targets_made)
		find_targets(d, s);
	target = map_get(&s->targets, intern(d->options->names, file).p, 0);
	return target ? target : entry;
}

static struct node *node_get_file(struct driver *d, struct side_state *s,
	const struct source_entry *entry, struct source *source);

/* The node of a file, whichever of its names the entry is. */
static struct node *node_get(struct driver *d, struct side_state *s,
	const struct source_entry *entry, struct source *source)
{
	const struct source_entry *own = entry->is_link ? own_name(d, s, entry) : entry;
	struct node *node = node_get_file(d, s, own, source);

	if (own != entry && !str_eq(own->path, entry->path)) {
		struct str path = intern(d->options->names, entry->path);
		void **slot = map_put(&s->linked, path.p, 0);

		if (!*slot)
			*vec_push(d->options->arena, &s->links) = (struct node_link){ path, node };
		*slot = node;
	}
	return node;
}

static struct node *node_get_file(struct driver *d, struct side_state *s,
	const struct source_entry *entry, struct source *source)
{
	bool is_builtin = source->kind == SOURCE_BUILTIN;
	struct str path = intern(d->options->names, entry->path);
	void **slot = map_put(&s->by_path, path.p, is_builtin);
	struct node *node;

	if (*slot)
		return *slot;
	node = NEW(d->options->arena, struct node);
	*slot = node;
	node->entry = entry;
	node->source = source;
	node->path = path;
	node->depth = str_count(path, '/');
	node->is_builtin = is_builtin;
	node->side = s;
	*vec_push(d->options->arena, &s->nodes) = node;
	for (size_t i = 0; i < d->n_sides; i++) {
		struct node *twin = &d->sides[i] == s
					    ? NULL
					    : map_get(&d->sides[i].by_path, path.p, is_builtin);

		if (twin) {
			node->twin = twin;
			twin->twin = node;
		}
	}
	if (!node->twin && !is_builtin)
		mirror(d, s, node);
	return node;
}

static void parse_tasks(struct driver *d)
{
	struct source_file *files = NEW_ARRAY(d->options->arena, d->tasks.n, struct source_file);

	for (uint32_t i = 0; i < d->tasks.n; i++) {
		const struct task *task = &d->tasks.items[i];

		files[i] = (struct source_file){ task->first->source, task->first->entry };
		d->n_files += task->second ? 2 : 1;
	}
	source_read_each(&(struct read_each){
		.files = files,
		.n = d->tasks.n,
		.jobs = d->options->jobs,
		.least = FILES_A_THREAD,
		.arena = d->options->arena,
		.read = parse_task,
		.context = d,
	});
	for (uint32_t i = 0; i < d->tasks.n; i++)
		d->failed |= d->tasks.items[i].first->failed ||
			     (d->tasks.items[i].second && d->tasks.items[i].second->failed);
	d->tasks.n = 0;
}

static struct task *add_task(struct driver *d, struct node *node)
{
	struct task *task = vec_push(d->options->arena, &d->tasks);

	node->unit = unit_new(d, node);
	/* It may have been one of an earlier wave. */
	*task = (struct task){ node, NULL };
	return task;
}

static bool is_planned(const struct node *node)
{
	return node->unit || node->shares || node->compares;
}

/* False: the node is parsed in this wave. True: it has its twin's unit, or waits to see whether it
 * does. */
static bool is_twins(struct node *node, bool is_new)
{
	struct node *twin = node->twin;

	if (!twin || !twin->unit)
		return false;
	node->shares = same_id(node, twin);
	/* The new side's file comes second, when the old one's is about to be parsed. */
	node->compares = is_new && !node->shares && !twin->unit->parsed &&
			 !(is_git(node->source) && is_git(twin->source));
	return node->shares || node->compares;
}

/* Parses the nodes that have no unit yet. What may be equal to its twin waits for that one. */
static void parse_wave(struct driver *d)
{
	for (size_t i = 0; i < d->n_sides; i++) {
		struct side_state *s = &d->sides[i];

		for (uint32_t k = s->parsed; k < s->nodes.n; k++) {
			struct node *node = s->nodes.items[k], *twin = node->twin;
			struct task *task;

			if (is_planned(node) || is_twins(node, i == 1))
				continue;
			task = add_task(d, node);
			if (!twin || is_planned(twin) || is_twins(twin, i == 0))
				continue;
			twin->unit = unit_new(d, twin);
			task->second = twin;
		}
	}
	parse_tasks(d);
	for (size_t i = 0; i < d->n_sides; i++) {
		struct side_state *s = &d->sides[i];

		for (uint32_t k = s->parsed; k < s->nodes.n; k++) {
			struct node *node = s->nodes.items[k];

			if (node->shares)
				node->unit = node->twin->unit;
			else if (node->compares)
				add_task(d, node);
			node->compares = false;
		}
	}
	parse_tasks(d);
}

/* An import that no file answers, with --strict-imports. */
static void report_strictly(struct unit *unit, const struct import *import)
{
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
	/* A built-in file imports built-in ones. */
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
		} else if (d->options->strict_imports && !node->failed) {
			report_strictly(node->unit, import);
		} else if (!node->failed) {
			*vec_push(d->options->arena, &d->missed) = (struct missed){ s, node, i };
		}
	}
}

/* Parses what is wanted and all that it imports, wave by wave. */
static void parse_all(struct driver *d)
{
	uint32_t end[2];
	bool more = true;

	while (more) {
		more = false;
		parse_wave(d);
		/* What one side finds may be wanted on the other one, too: it is for the next wave.
		 */
		for (size_t i = 0; i < d->n_sides; i++)
			end[i] = d->sides[i].nodes.n;
		for (size_t i = 0; i < d->n_sides; i++) {
			struct side_state *s = &d->sides[i];

			for (uint32_t k = s->parsed; k < end[i]; k++)
				find_imports(d, s, s->nodes.items[k]);
			s->parsed = end[i];
		}
		for (size_t i = 0; i < d->n_sides; i++)
			more |= d->sides[i].nodes.n > d->sides[i].parsed;
	}
}

/* ---- sharing ---- */

static struct str import_path_of(const struct side_state *s, const struct node *node)
{
	return node->is_builtin ? node->path : root_import_path(s->finder, node->path);
}

/* May the new side's node go on sharing its twin's unit? */
static bool may_share(struct driver *d, const struct node *node)
{
	const struct node *twin = node->twin;

	if (!str_eq(import_path_of(&d->sides[1], node), import_path_of(&d->sides[0], twin)))
		return false;
	for (uint32_t i = 0; i < node->imports.n; i++) {
		const struct node *a = node->imports.items[i], *b = twin->imports.items[i];

		if (!a != !b || (a && (a->twin != b || a->unit != b->unit)))
			return false;
	}
	return true;
}

/*
 * Takes the unit away from nodes of the new side that import something else than their
 * twins do, and from what imports those; then parses them again for the new side.
 */
static void unshare(struct driver *d)
{
	struct side_state *s = &d->sides[1];
	VEC(struct node *) work = { 0 };
	struct arena *arena = d->options->arena;

	if (d->n_sides < 2)
		return;
	for (uint32_t i = 0; i < s->nodes.n; i++)
		if (s->nodes.items[i]->twin &&
			s->nodes.items[i]->unit == s->nodes.items[i]->twin->unit)
			*vec_push(arena, &work) = s->nodes.items[i];
	while (work.n) {
		struct node *node = work.items[--work.n];

		if (!node->twin || node->unit != node->twin->unit || may_share(d, node))
			continue;
		/* The unit may have been made for either side. */
		source_text_set(node->unit->file->text, node->twin->source, node->twin->entry);
		node->shares = false;
		add_task(d, node);
		for (uint32_t i = 0; i < node->importers.n; i++)
			*vec_push(arena, &work) = node->importers.items[i];
	}
	parse_tasks(d);
}

/* ---- imports ---- */

static bool is_tree_descriptor(const struct unit *unit)
{
	return str_eq(unit->file->import_path, S("google/protobuf/descriptor.proto"));
}

/* Fills the import lists of a unit from one of its nodes. */
static void connect(struct driver *d, struct side_state *s, struct node *node)
{
	struct unit *unit = node->unit;
	struct file *file = unit->file;

	if (unit->descriptor) {
		/* Shared, and done for the old side; in messages it is the new side's. */
		source_text_set(file->text, node->source, node->entry);
		return;
	}
	file->import_path = intern(d->options->names, import_path_of(s, node));
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

/* What a unit learns from one that it imports, which is complete. */
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

/* Files nearest to the top first: a cycle is reported where it comes back to the outermost file. */
static int outermost_first(const void *left, const void *right)
{
	const struct node *a = *(struct node *const *)left, *b = *(struct node *const *)right;

	return a->depth != b->depth ? (a->depth > b->depth) - (a->depth < b->depth)
				    : str_cmp(a->path, b->path);
}

static void add_visible(struct driver *d, struct unit *unit, struct unit *visible, uint32_t *seen,
	uint32_t stamp, bool by_option)
{
	/* Public imports of public imports: a list that grows while it is walked. */
	uint32_t next;

	if (!visible || seen[visible->index] == stamp)
		return;
	seen[visible->index] = stamp;
	next = by_option ? unit->option_visible.n : unit->visible.n;
	if (by_option)
		*vec_push(d->options->arena, &unit->option_visible) = visible;
	else
		*vec_push(d->options->arena, &unit->visible) = visible;
	for (; next < (by_option ? unit->option_visible.n : unit->visible.n); next++) {
		struct unit *from =
			by_option ? unit->option_visible.items[next] : unit->visible.items[next];

		if (from == unit)
			continue;
		for (uint32_t i = 0; i < from->imports.n; i++) {
			struct unit *further = from->imports.items[i];

			if (!further || from->file->imports.items[i].kind != IMPORT_PUBLIC ||
				seen[further->index] == stamp)
				continue;
			seen[further->index] = stamp;
			if (by_option)
				*vec_push(d->options->arena, &unit->option_visible) = further;
			else
				*vec_push(d->options->arena, &unit->visible) = further;
		}
	}
}

/* A chain of public imports shows each file all that come after it. */
static void report_visible(struct unit *unit)
{
	struct file *file = unit->file;

	diag_error(&unit->diags,
		place_in(file->text, file->imports.n ? file->imports.items[0].span : NO_SPAN),
		"too many files are visible to one another by public imports");
	diag_help(&unit->diags, "the limit is %d pairs of files in all", MAX_VISIBLE);
	file->lacks_import = true;
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

/* What each file sees. */
static void find_visible(struct driver *d)
{
	struct arena_mark mark = arena_mark(d->workers[0].scratch);
	uint32_t *seen = NEW_ARRAY(d->workers[0].scratch, d->compiler.units.n, uint32_t);

	for (uint32_t i = 0; i < d->compiler.units.n; i++) {
		struct unit *unit = d->compiler.units.items[i];

		if (d->n_visible > MAX_VISIBLE) {
			report_visible(unit);
			for (; i < d->compiler.units.n; i++)
				d->compiler.units.items[i]->file->is_broken = true;
			break;
		}
		add_visible(d, unit, unit, seen, i + 1, false);
		for (uint32_t k = 0; k < unit->imports.n; k++)
			if (unit->file->imports.items[k].kind != IMPORT_OPTION)
				add_visible(d, unit, unit->imports.items[k], seen, i + 1, false);
		for (uint32_t k = 0; k < unit->imports.n; k++)
			if (unit->file->imports.items[k].kind == IMPORT_OPTION)
				add_visible(d, unit, unit->imports.items[k], seen, i + 1, true);
		d->n_visible += unit->visible.n + unit->option_visible.n;
	}
	arena_rewind(d->workers[0].scratch, mark);
}

static void connect_all(struct driver *d)
{
	for (size_t i = 0; i < d->n_sides; i++)
		for (uint32_t k = 0; k < d->sides[i].nodes.n; k++)
			connect(d, &d->sides[i], d->sides[i].nodes.items[k]);
	for (size_t i = 0; i < d->n_sides; i++)
		look_for_cycles(d, &d->sides[i]);
	find_visible(d);
}

/* ---- the stages after parsing ---- */

static void see(struct context *c, const struct unit *unit, uint32_t stamp)
{
	struct str package = unit->file->package;
	struct package *p = map_get(&c->compiler->packages, package.p, 0);

	c->visible[unit->index] = stamp;
	for (struct element *e = p ? &p->e : NULL;
		e && c->packages[((struct package *)e)->index] != c->stamp; e = e->parent)
		c->packages[((struct package *)e)->index] = c->stamp;
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

/* In the form that takes least room. */
static void keep_source_info(struct driver *d, struct worker_state *worker, struct file *file)
{
	struct arena_mark mark = arena_mark(worker->scratch);

	if (file->locations.n && d->options->write_locations)
		file->source_info =
			str_dup(worker->arena, d->options->write_locations(worker->scratch, file));
	file->locations.items = NULL;
	file->locations.n = file->locations.cap = 0;
	arena_rewind(worker->scratch, mark);
}

static void stage_task(void *argument, unsigned index, size_t item)
{
	struct stage *stage = argument;
	struct driver *d = stage->driver;
	struct worker_state *worker = &d->workers[index];
	struct unit *unit = d->compiler.units.items[item];

	count_step(d);
	if (unit->parsed && unit->visible.n)
		take_stage(stage, worker, unit);
	if (stage->run == options_file)
		keep_source_info(d, worker, unit->file);
}

/* Takes all files through a stage. */
static void run_stage(struct driver *d, void (*run)(struct context *))
{
	struct stage stage = { d, run };
	uint32_t n = d->compiler.units.n;

	pool_run(pool_jobs(d->options->jobs, n, STAGED_A_THREAD), n, 1, stage_task, &stage);
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

/* ---- missing imports ---- */

static void warn_missing(struct driver *d, struct unit *unit, const struct import *import)
{
	struct place place = place_in(unit->file->text, import->span);
	void **slot;

	slot = map_put(&d->missing, import->path.p, 0);
	if (*slot)
		return;
	*slot = unit;
	diag_warning(d->options->diags, place,
		"import '" STR "' is in no import root; what it declares is compared by name",
		ARG(import->path));
	diag_help(d->options->diags, "name the folder that holds it with --root, or ask for an "
				     "error with --strict-imports");
}

/* The file that the old side has for an import which the new side lacks, if it is gone; NULL: it
 * was never there, or is still where it was and in no root now. */
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

	/* The index after it: 0 is for those that are not there yet. */
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

/* Tells those that were never there from those that the change took away. */
static void judge_missed(struct driver *d)
{
	struct map by_path;

	map_init(&by_path, d->options->arena);
	for (uint32_t i = 0; i < d->missed.n; i++) {
		const struct missed *missed = &d->missed.items[i];
		struct unit *unit = missed->node->unit;
		const struct source_entry *entry = find_lost(d, missed);

		if (entry)
			add_lost(d, missed, entry->path, &by_path);
		else
			warn_missing(d, unit, &unit->file->imports.items[missed->index]);
	}
	if (d->lost.n)
		qsort(d->lost.items, d->lost.n, sizeof *d->lost.items, lost_order);
}

/* ---- results ---- */

static int by_import_path(const void *left, const void *right)
{
	const struct schema_file *a = left, *b = right;
	int order = str_cmp(a->file->import_path, b->file->import_path);

	return order ? order : str_cmp(a->file->text->path, b->file->text->path);
}

/* Whatever folder it was copied to, and whether or not anything imports it from there. */
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

	*schema = (struct schema){ .name = source->name };
	for (uint32_t i = 0; i < s->nodes.n; i++) {
		struct node *node = s->nodes.items[i];
		struct schema_file *f;

		if (!node->unit)
			continue;
		f = vec_push(arena, &schema->files);
		f->file = node->unit->file;
		/* A copy of a built-in file in the tree is nobody's contract either. */
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

/* The built-in descriptor.proto: options are read against it where the tree has none of its own. */
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

static void start_workers(struct driver *d)
{
	d->workers = NEW_ARRAY(d->options->arena, d->jobs, struct worker_state);
	for (unsigned i = 0; i < d->jobs; i++) {
		d->workers[i].arena = arena_like(d->options->arena);
		d->workers[i].scratch = arena_like(d->options->arena);
		d->workers[i].syntax = arena_like(d->options->arena);
		d->workers[i].memory = NEW(d->workers[i].arena, struct parse_memory);
		map_init(&d->workers[i].context.parts, d->workers[i].arena);
		map_init(&d->workers[i].context.catalogs, d->workers[i].arena);
		map_init(&d->workers[i].context.declared, d->workers[i].arena);
		map_init(&d->workers[i].context.members, d->workers[i].arena);
		d->workers[i].context.resolved = resolved_new(d->workers[i].arena);
	}
}

static void join_workers(struct driver *d, struct compile_stats *stats)
{
	for (unsigned i = 0; i < d->jobs; i++) {
		struct worker_state *w = &d->workers[i];

		stats->bytes_parsed += w->bytes;
		stats->files_parsed += w->files;
		arena_adopt(d->options->arena, w->arena);
		arena_free(w->syntax);
		arena_free(w->memory->locations_arena);
		arena_free(w->indexes);
		arena_free(w->scratch);
	}
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
	map_init(&d->missing, options->arena);
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
static bool compile_all(struct driver *d, struct compile_stats *stats)
{
	double begin = process_seconds(), parsed;
	bool listed = true;

	for (size_t i = 0; i < d->n_sides; i++)
		listed &= want(d, &d->sides[i]);
	if (!listed)
		return false;
	want_descriptor(d);
	start_workers(d);
	parse_all(d);
	unshare(d);
	parsed = process_seconds();
	find_builtin_descriptor(d);
	connect_all(d);
	link_all(d);
	stats->parse_seconds = parsed - begin;
	stats->link_seconds = process_seconds() - parsed;
	return true;
}

bool compile(const struct compile_options *options, struct compile_side *sides, size_t n,
	struct schema *schemas, struct compile_stats *stats)
{
	struct driver *d = driver_new(options, sides, n);
	bool ok = true;

	*stats = (struct compile_stats){ 0 };
	if (!compile_all(d, stats))
		return false;
	conflicts_report(&d->compiler, d->workers[0].scratch);
	judge_missed(d);
	for (uint32_t i = 0; i < d->compiler.units.n; i++) {
		struct unit *unit = d->compiler.units.items[i];

		if (unit->diags.n_errors) {
			unit->file->is_broken = true;
			ok = false;
		}
		diags_adopt(options->diags, &unit->diags);
	}
	for (size_t i = 0; i < n; i++) {
		fill_schema(d, &d->sides[i], &schemas[i]);
		for (uint32_t k = 0; k < d->sides[i].nodes.n; k++)
			stats->files_shared += d->sides[i].nodes.items[k]->shares;
	}
	join_workers(d, stats);
	stats->files_linked = d->compiler.units.n;
	return !d->failed && (ok || options->tolerate_broken);
}
