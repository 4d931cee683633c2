/*
 * Which file object stands for what.
 *
 *	      old side                    new side
 *
 *	a.proto  node ◄──── twins ────► node  a.proto    equal content, all imports shared:
 *	            └────► unit ◄────────┘               one unit
 *
 *	b.proto  node ◄──── twins ────► node  b.proto    other content: a unit each
 *	           ▼                      ▼
 *	          unit                   unit
 *
 *	c.proto  node ◄──── twins ────► node  c.proto    equal content, but it imports b.proto:
 *	           ▼                      ▼              shared while b.proto's content is unknown,
 *	          unit                   unit            then unshared and parsed again
 *
 *	                                node  d.proto    new: no twin
 *	                                  ▼
 *	                                 unit
 *
 * A node is a path on one side; the nodes of one path are twins. A unit is what is compiled: the
 * file object, its diagnostics, what it imports and sees. The diff skips a file that is one object
 * on both sides.
 *
 * Files are parsed in waves: the wanted ones, then those that they import, and so on. Twins without
 * content ids are compared byte by byte when the old side's is parsed.
 */
#include "proto/driver.h"
#include "proto/outline.h"
#include "source/read_each.h"

/* ---- nodes ---- */

/* Makes a node on the other side, too, if that mirrors and has the file. */
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
 * The file that a link is another name of. A link below a root to a file that is below none is the
 * contract itself; of several such links to one file the first is.
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

/* The node of an entry under its own path. */
static struct node *node_of_path(struct driver *d, struct side_state *s,
	const struct source_entry *entry, struct source *source)
{
	bool is_builtin = source->is_builtin;
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

struct node *node_get(struct driver *d, struct side_state *s, const struct source_entry *entry,
	struct source *source)
{
	const struct source_entry *own = entry->is_link ? own_name(d, s, entry) : entry;
	struct node *node = node_of_path(d, s, own, source);

	if (own != entry && !str_eq(own->path, entry->path)) {
		struct str path = intern(d->options->names, entry->path);
		void **slot = map_put(&s->linked, path.p, 0);

		if (!*slot)
			*vec_push(d->options->arena, &s->links) = (struct node_link){ path, node };
		*slot = node;
	}
	return node;
}

/* ---- units ---- */

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

/* Is it certain without reading that two nodes hold the same bytes? */
static bool same_id(const struct node *a, const struct node *b)
{
	if (a->is_builtin && b->is_builtin)
		return true;
	return a->source->is_git && b->source->is_git && a->entry->has_id && b->entry->has_id &&
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

static bool node_holds(
	const struct node *node, struct str bytes, struct arena *scratch, struct diags *diags)
{
	struct arena_mark mark = arena_mark(scratch);
	struct str own;
	bool same = source_read_for(node->source, READ_SYNTAX, node->entry, scratch, &own, diags) &&
		    str_eq(own, bytes);

	arena_rewind(scratch, mark);
	return same;
}

/* Limits the memory of full names to a few times the size of the file. */
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
	/* Later stages need full names. */
	unit->file->messages.n = unit->file->enums.n = unit->file->services.n =
		unit->file->extensions.n = 0;
}

static void take_tokens(struct worker_state *worker, struct file *file, struct str bytes)
{
	struct file_tokens *tokens = NEW(worker->arena, struct file_tokens);

	tokens_read(bytes, worker->arena, worker->scratch, tokens);
	file->tokens = tokens;
}

/* Parses a file, and compares its bytes with its twin's where that waits. */
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
		.source_info = d->options->source_info,
	};

	unit->diags.arena = worker->arena;
	if (read_node(node, worker->scratch, &request.bytes, &unit->diags)) {
		struct node *twin = node->twin;

		worker->bytes += request.bytes.n;
		worker->files++;
		if (twin && twin->compares)
			twin->shares =
				node_holds(twin, request.bytes, worker->scratch, &unit->diags);
		unit->file->has_marker =
			d->options->marker.n && str_contains(request.bytes, d->options->marker);
		if (d->options->tokens)
			take_tokens(worker, unit->file, request.bytes);
		unit->parsed = node->entry->is_descriptor ? d->options->parse_descriptor(&request)
							  : proto_parse(&request);
		name_elements(d, unit, request.bytes.n);
	}
	unit->file->is_broken = !unit->parsed;
	arena_rewind(worker->scratch, mark);
	driver_step(d);
}

static void run_task(void *context, struct read_thread *thread, size_t item)
{
	struct driver *d = context;
	const struct parse_task *task = &d->tasks.items[item];

	parse_node(d, &d->workers[thread->index], task->first);
	if (task->second)
		parse_node(d, &d->workers[thread->index], task->second);
}

static void parse_tasks(struct driver *d)
{
	enum { FILES_A_THREAD = 16 }; /* at least */
	struct source_file *files = NEW_ARRAY(d->options->arena, d->tasks.n, struct source_file);

	for (uint32_t i = 0; i < d->tasks.n; i++) {
		const struct parse_task *task = &d->tasks.items[i];

		files[i] = (struct source_file){ task->first->source, task->first->entry };
		d->n_files += task->second ? 2 : 1;
	}
	source_read_each(&(struct read_each){
		.files = files,
		.n = d->tasks.n,
		.jobs = d->options->jobs,
		.least = FILES_A_THREAD,
		.arena = d->options->arena,
		.read = run_task,
		.context = d,
	});
	for (uint32_t i = 0; i < d->tasks.n; i++)
		d->failed |= d->tasks.items[i].first->failed ||
			     (d->tasks.items[i].second && d->tasks.items[i].second->failed);
	d->tasks.n = 0;
}

static struct parse_task *add_task(struct driver *d, struct node *node)
{
	struct parse_task *task = vec_push(d->options->arena, &d->tasks);

	node->unit = unit_new(d, node);
	*task = (struct parse_task){ node, NULL };
	return task;
}

static bool is_planned(const struct node *node)
{
	return node->unit || node->shares || node->compares;
}

/* Plans whether the node shares its twin's unit. False: it is parsed in this wave. */
static bool plan_sharing(struct node *node, bool is_new)
{
	struct node *twin = node->twin;

	if (!twin || !twin->unit)
		return false;
	node->shares = same_id(node, twin);
	/* Compared when the old side's file, which is planned first, is parsed. */
	node->compares = is_new && !node->shares && !twin->unit->parsed &&
			 !(node->source->is_git && twin->source->is_git);
	return node->shares || node->compares;
}

void nodes_parse(struct driver *d)
{
	for (size_t i = 0; i < d->n_sides; i++) {
		struct side_state *s = &d->sides[i];

		for (uint32_t k = s->parsed; k < s->nodes.n; k++) {
			struct node *node = s->nodes.items[k], *twin = node->twin;
			struct parse_task *task;

			if (is_planned(node) || plan_sharing(node, i == 1))
				continue;
			task = add_task(d, node);
			if (!twin || is_planned(twin) || plan_sharing(twin, i == 0))
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

/* ---- sharing ---- */

struct str node_import_path(const struct node *node)
{
	return node->is_builtin ? node->path : root_import_path(node->side->finder, node->path);
}

/* May the new side's node go on sharing its twin's unit? */
static bool may_share(const struct node *node)
{
	const struct node *twin = node->twin;

	if (!str_eq(node_import_path(node), node_import_path(twin)))
		return false;
	for (uint32_t i = 0; i < node->imports.n; i++) {
		const struct node *a = node->imports.items[i], *b = twin->imports.items[i];

		if (!a != !b || (a && (a->twin != b || a->unit != b->unit)))
			return false;
	}
	return true;
}

void nodes_unshare(struct driver *d)
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

		if (!node->twin || node->unit != node->twin->unit || may_share(node))
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
