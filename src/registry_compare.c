/* Compares the new side with one version of a subject. */
#include "registry_run.h"

#include "run_history.h"
#include "schema/structure.h"

#include <stdlib.h>

/* ---- files and what they import ---- */

struct closure {
	struct arena *arena;
	struct map seen;
	VEC(const struct file *) files;
};

static void take_file(struct closure *c, const struct file *file)
{
	void **slot = map_put(&c->seen, file, 0);

	if (*slot || file->is_builtin)
		return;
	*slot = c;
	*vec_push(c->arena, &c->files) = file;
}

/* Adds what the files import, directly or not. */
static void take_imports(struct closure *c)
{
	for (uint32_t i = 0; i < c->files.n; i++) {
		const struct file *file = c->files.items[i];

		for (uint32_t k = 0; k < file->imports.n; k++)
			if (file->imports.items[k].file)
				take_file(c, file->imports.items[k].file);
	}
}

static int by_import_path(const void *left, const void *right)
{
	const struct file *const *a = left, *const *b = right;

	return str_cmp((*a)->import_path, (*b)->import_path);
}

struct str registry_structure(struct arena *arena, const struct file *file)
{
	struct closure c = { .arena = arena };
	struct str all = structure_of(arena, file);

	map_init(&c.seen, arena);
	take_file(&c, file);
	take_imports(&c);
	if (c.files.n > 2)
		qsort(c.files.items + 1, c.files.n - 1, sizeof *c.files.items, by_import_path);
	for (uint32_t i = 1; i < c.files.n && all.p; i++) {
		struct str one = structure_of(arena, c.files.items[i]);

		all = one.p ? str_printf(arena, STR "\n" STR "\n" STR, ARG(all),
				      ARG(c.files.items[i]->import_path), ARG(one))
			    : one;
	}
	return all;
}

/* ---- the new side ---- */

/* False and its errors: a file does not compile. */
static bool require_whole(struct comparing_subject *s, const struct closure *c)
{
	struct diags *diags = &s->check->diags;
	const struct diags *said = &s->check->head.said;
	uint32_t errors = diags->n_errors;

	for (uint32_t i = 0; i < c->files.n; i++)
		for (uint32_t k = 0; c->files.items[i]->is_broken && k < said->n; k++) {
			const struct diag *diag = &said->items[k];

			if (diag->level == DIAG_ERROR &&
				diag->place.text == c->files.items[i]->text) {
				diag_error(diags, diag->place, STR, ARG(diag->message));
				if (diag->help.p)
					diag_help(diags, STR, ARG(diag->help));
			}
		}
	return diags->n_errors == errors;
}

/* The root that a subject of its own is for. */
static void narrow_roots(struct comparing_subject *s)
{
	for (uint32_t i = 0; s->asked->root.p && i < s->n_roots; i++) {
		if (!str_eq(s->roots[i]->full_name, s->asked->root))
			continue;
		s->roots += i;
		s->n_roots = 1;
		return;
	}
}

bool registry_take_head(struct comparing_subject *s)
{
	struct registry_check *check = s->check;
	struct arena *arena = check->run->arena;
	struct closure c = { .arena = arena };

	s->roots = contracts_roots(check->head.contracts, s->asked->contract, true, &s->n_roots);
	narrow_roots(s);
	if (!s->n_roots) {
		diag_error(&check->diags, s->asked->contract->place,
			"contract '" STR "': none of its roots is on the new side, so subject '" STR
			"' cannot be compared",
			ARG(s->asked->contract->name), ARG(s->asked->subject));
		return false;
	}
	map_init(&c.seen, arena);
	for (uint32_t i = 0; i < s->n_roots; i++)
		take_file(&c, s->roots[i]->file);
	take_imports(&c);
	if (!require_whole(s, &c))
		return false;
	s->head = s->roots[0]->file;
	s->structure = registry_structure(arena, s->head);
	s->paths = NEW_ARRAY(arena, c.files.n, struct str);
	s->n_paths = c.files.n;
	for (uint32_t i = 0; i < c.files.n; i++)
		s->paths[i] = c.files.items[i]->text->path;
	return true;
}

/* ---- a version ---- */

/* A registry's schemas have no configuration: they are what one root holds. */
static bool open_side(struct comparing_subject *s, struct registry_state *state)
{
	struct breakwater_run *run = s->check->run;
	struct side_options options = run_side_options(run, OLD);
	struct config_override none = *options.override;

	none.text = S("version: 1\n");
	none.file = (struct str){ 0 };
	none.layout_only = true;
	options.override = &none;
	options.n_root_options = 0;
	options.lenient = true;
	options.diags = &s->check->diags;
	state->side = (struct side){ .source = state->source };
	state->source->hashing = run->sides[NEW].source->hashing;
	state->source->by_message = true;
	return side_configure(&options, &state->side) && side_find_roots(&options, &state->side);
}

/* Says why the version's own schema, or one that it refers to, does not compile. */
static void report_broken(struct comparing_subject *s, const struct registry_state *state,
	const struct file *file, const struct diags *said)
{
	struct point begin = { 1, 1 }, end;
	struct str words = S("it does not compile");

	for (uint32_t i = 0; i < said->n; i++) {
		const struct diag *diag = &said->items[i];

		if (diag->level != DIAG_ERROR || diag->place.text != file->text)
			continue;
		place_points(diag->place, s->check->run->arena, &begin, &end);
		words = diag->message;
		break;
	}
	diag_error(&s->check->diags, NOWHERE,
		STR ": the schema '" STR "' does not compile: %u:%u: " STR,
		ARG(state->source->name), ARG(file->import_path), begin.line, begin.column,
		ARG(words));
}

static bool knows_types(const struct message *message)
{
	for (uint32_t i = 0; i < message->fields.n; i++)
		if (message->fields.items[i]->type == TYPE_UNRESOLVED)
			return false;
	for (uint32_t i = 0; i < message->messages.n; i++)
		if (!knows_types(message->messages.items[i]))
			return false;
	return true;
}

/* False and an error: a type comes from an import that the registry does not give, so it may have
 * changed. */
static bool require_types(
	struct comparing_subject *s, const struct registry_state *state, const struct file *file)
{
	bool knows = true;

	for (uint32_t i = 0; i < file->messages.n; i++)
		knows &= knows_types(file->messages.items[i]);
	for (uint32_t k = 0; !knows && k < file->imports.n; k++) {
		if (file->imports.items[k].file)
			continue;
		diag_error(&s->check->diags, NOWHERE,
			STR ": the schema '" STR "' imports '" STR
			    "', for which it has no reference",
			ARG(state->source->name), ARG(file->import_path),
			ARG(file->imports.items[k].path));
		return false;
	}
	return true;
}

static bool compile_version(struct comparing_subject *s, struct registry_state *state)
{
	struct breakwater_run *run = s->check->run;
	struct str path = registry_source_file(state->source);
	struct closure c = { .arena = run->arena };
	struct diags said;

	diags_init(&said, run->arena);
	if (!compile_alone(run, &state->side, &state->schema, &said)) {
		diags_adopt(&s->check->diags, &said);
		return false;
	}
	for (uint32_t i = 0; i < state->schema.files.n; i++)
		if (str_eq(state->schema.files.items[i].file->import_path, path))
			state->file = state->schema.files.items[i].file;
	if (!state->file) {
		diag_error(&s->check->diags, NOWHERE, STR ": it has no schema '" STR "'",
			ARG(state->source->name), ARG(path));
		return false;
	}
	map_init(&c.seen, run->arena);
	take_file(&c, state->file);
	take_imports(&c);
	for (uint32_t i = 0; i < c.files.n; i++)
		if (c.files.items[i]->is_broken) {
			report_broken(s, state, c.files.items[i], &said);
			return false;
		}
	state->structure = registry_structure(run->arena, state->file);
	for (uint32_t i = 0; i < c.files.n && !state->structure.p; i++)
		if (!require_types(s, state, c.files.items[i]))
			return false;
	return true;
}

/* Versions with one id have one schema. */
static struct registry_state *state_of(
	struct comparing_subject *s, const struct registry_version *version)
{
	uint64_t key = version->id ? version->id : ((uint64_t)1 << 32) + version->number;
	void **slot = map_put(&s->states, NULL, key);

	if (!*slot)
		*slot = NEW(s->check->run->arena, struct registry_state);
	return *slot;
}

struct registry_state *registry_open_version(
	struct comparing_subject *s, const struct registry_version *version)
{
	struct registry_state *state = state_of(s, version);

	if (state->is_opened)
		return state;
	state->source = registry_source(s->asked->registry, s->subject, version, &s->check->diags);
	if (!state->source)
		return NULL;
	*vec_push(s->check->run->arena, &s->check->sources) = state->source;
	if (!open_side(s, state) || !compile_version(s, state))
		return NULL;
	state->is_opened = true;
	return state;
}

/* ---- roots that have another name there ---- */

struct search {
	struct str name; /* interned */
	const struct element *found;
};

static void look(void *context, struct element *element)
{
	struct search *search = context;

	if (element->kind != ELEMENT_FIELD && element->full_name.p == search->name.p)
		search->found = element;
}

static const struct element *find_named(const struct schema *schema, struct str name)
{
	struct search search = { .name = name };

	for (uint32_t i = 0; i < schema->files.n && !search.found; i++)
		if (!schema->files.items[i].file->is_builtin)
			file_walk(schema->files.items[i].file, look, &search);
	return search.found;
}

/* The message at the same position; NULL: there is none. */
static const struct message *at_position(const struct file *file, const struct element *root)
{
	const struct message *outer;

	if (root->kind != ELEMENT_MESSAGE)
		return NULL;
	if (root->parent->kind == ELEMENT_FILE)
		return root->index < file->messages.n ? file->messages.items[root->index] : NULL;
	outer = at_position(file, root->parent);
	return outer && root->index < outer->messages.n ? outer->messages.items[root->index] : NULL;
}

static void say_renamed(
	struct comparing_subject *s, const struct registry_state *state, struct contract_was was)
{
	diag_remark(&s->check->run->diags, DIAG_NOTE, STR ": '" STR "' is called '" STR "' in " STR,
		ARG(s->subject->name), ARG(was.new), ARG(was.old), ARG(state->source->name));
}

/* What the version calls a root that it does not have by name. False: it has nothing like it. */
static bool take_renamed(struct comparing_subject *s, const struct registry_state *state,
	const struct element *root, struct contract *contract)
{
	const struct message *was = root->file == s->head ? at_position(state->file, root) : NULL;
	struct contract_was entry;

	if (!was || was->is_map_entry || find_named(&s->check->head.schema, was->e.full_name))
		return false;
	entry = (struct contract_was){ root->full_name, was->e.full_name, NOWHERE };
	if (str_eq(element_local_name(root), element_local_name(&was->e)) &&
		root->file->package.n && was->e.file->package.n)
		entry = (struct contract_was){ root->file->package, was->e.file->package, NOWHERE };
	say_renamed(s, state, entry);
	*vec_push(s->check->run->arena, &contract->was) = entry;
	return true;
}

/* The contract as it is to be held against the version; NULL and an error: it has no root there. */
static struct contract *contract_for(
	struct comparing_subject *s, const struct registry_state *state)
{
	struct contract *contract = NEW(s->check->run->arena, struct contract);
	bool any = false;

	*contract = *s->contract;
	contract->was.items = arena_copy(s->check->run->arena, contract->was.items,
		contract->was.n * sizeof *contract->was.items);
	contract->was.cap = contract->was.n;
	for (uint32_t i = 0; i < s->n_roots; i++)
		any |= find_named(&state->schema, s->roots[i]->full_name) != NULL ||
		       contract->was.n > 0 || take_renamed(s, state, s->roots[i], contract);
	if (any)
		return contract;
	diag_error(&s->check->diags, NOWHERE,
		STR ": it has no message '" STR "', and none in its place",
		ARG(state->source->name), ARG(s->roots[0]->full_name));
	diag_help(&s->check->diags, "is '" STR "' the subject of contract '" STR "'?",
		ARG(s->asked->subject), ARG(s->asked->contract->name));
	return NULL;
}

/* ---- findings ---- */

static uint64_t place_key(struct arena *scratch, const struct finding *finding)
{
	struct arena_mark mark = arena_mark(scratch);
	const struct text *text = finding->new_place.text;
	uint64_t key = str_xxh64(
		str_printf(scratch, "%llx %u " STR, (unsigned long long)finding->fingerprint,
			finding->new_place.span.begin, ARG(text ? text->path : S(""))));

	arena_rewind(scratch, mark);
	return key;
}

static struct registry_group *group_of(struct registry_check *check, struct finding *finding)
{
	void **slot = map_put(&check->groups, finding->rule, place_key(check->run->arena, finding));
	struct registry_group *group = *slot;

	if (group)
		return group;
	group = NEW(check->run->arena, struct registry_group);
	group->finding = finding;
	*slot = group;
	*vec_push(check->run->arena, &check->list) = group;
	return group;
}

void registry_take_base(struct registry_check *check, struct finding *finding)
{
	struct registry_group *group;

	if (registry_stands_for(check, finding))
		return;
	group = group_of(check, finding);
	group->is_live = group->is_base = true;
}

struct finding *registry_stands_for(
	const struct registry_check *check, const struct finding *finding)
{
	const struct registry_group *group =
		map_get(&check->groups, finding->rule, place_key(check->run->arena, finding));

	return group ? group->finding : NULL;
}

/* What the finding is under the level of the subject. */
static void begin_level(struct comparing_subject *s, struct registry_group *group, unsigned breaks)
{
	struct finding_contract hurt = { s->level, breaks, s->level->order };
	enum theirs theirs = theirs_of_finding(group->finding, s->level->level);

	group->hold->level = level_word(s->level);
	if (theirs != THEIRS_UNKNOWN)
		group->hold->would = theirs == THEIRS_ACCEPTS ? "accept" : "refuse";
	finding_name_contract(s->check->run->arena, group->finding, &hurt);
}

/* Begins the subject's part of a group's finding. */
static void begin_hold(struct comparing_subject *s, struct registry_group *group, unsigned breaks)
{
	struct arena *arena = s->check->run->arena;
	struct finding *finding = group->finding;

	if (!finding->registry)
		finding->registry = NEW(arena, struct finding_registry);
	group->hold = NEW(arena, struct registry_hold);
	group->hold->subject = s->subject->name;
	*vec_push(arena, &finding->registry->holds) = group->hold;
	group->subject = s->number + 1;
	if (s->level)
		begin_level(s, group, breaks);
}

static bool holds_already(const struct registry_hold *hold, uint32_t version)
{
	for (uint32_t i = 0; i < hold->n_versions; i++)
		if (hold->versions[i] == version)
			return true;
	return false;
}

static void add_version(struct comparing_subject *s, struct registry_group *group,
	const struct registry_version *version)
{
	struct breakwater_run *run = s->check->run;
	struct registry_hold *hold = group->hold;
	VEC(uint32_t) versions = { hold->versions, hold->n_versions, hold->cap };
	bool counts = !s->level || ((!version->is_deleted || run->options->registry_deleted) &&
					   !registry_verdict_is(run, "theirs"));

	if (holds_already(hold, version->number))
		return;
	*vec_push(run->arena, &versions) = version->number;
	hold->versions = versions.items;
	hold->n_versions = versions.n;
	hold->cap = versions.cap;
	group->is_live |= counts;
}

/* What the finding breaks of what the level wants. False: nothing. */
static bool is_wanted(struct comparing_subject *s, const struct finding *finding, unsigned *breaks)
{
	unsigned broken = finding->contracts.n ? finding->contracts.items[0].breaks : 0;

	*breaks = 0;
	if (!s->level)
		return true;
	*breaks = broken & contract_wants(s->level);
	if (*breaks || !broken)
		return true;
	diag_remark(&s->check->run->diags, DIAG_DETAIL, STR ": not under " STR ": " STR " [%s]",
		ARG(s->subject->name), ARG(level_word(s->level)), ARG(finding->message),
		finding->rule->id);
	return false;
}

/* A comment that accepts stands for all findings of one file. */
static void share_file(struct comparing_subject *s, struct finding *finding)
{
	struct registry_check *check = s->check;
	const struct file *file;
	void **slot;

	if (!finding->new_file)
		return;
	file = history_new_file(check->run, finding->new_file->text->path);
	slot = map_put(&check->groups, check, str_hash(finding->new_file->text->path));
	if (!*slot)
		*slot = (void *)(file ? file : finding->new_file);
	finding->new_file = *slot;
}

static bool take_finding(struct comparing_subject *s, struct registry_state *state,
	struct finding *finding, unsigned breaks)
{
	struct registry_group *group;

	if (s->level)
		finding->contracts.n = 0;
	share_file(s, finding);
	group = group_of(s->check, finding);
	if (group->subject != s->number + 1)
		begin_hold(s, group, breaks);
	*vec_push(s->check->run->arena, &state->groups) = group;
	return group->finding == finding;
}

/* True: the part has findings of the report. */
static bool take_findings(
	struct comparing_subject *s, struct registry_state *state, struct breakwater_run *part)
{
	bool any = false;

	for (uint32_t i = 0; i < part->findings.list.n; i++) {
		struct finding *finding = part->findings.list.items[i];
		unsigned breaks;

		if (!finding->ignored && is_wanted(s, finding, &breaks))
			any |= take_finding(s, state, finding, breaks);
	}
	return any;
}

/* ---- one comparison ---- */

struct left_out_context {
	struct comparing_subject *s;
	const struct registry_state *state;
	bool any;
};

static void left_out(void *context, bool old, struct str path, struct str what)
{
	struct left_out_context *c = context;

	c->any = true;
	diag_error(&c->s->check->diags, NOWHERE, STR ": cannot be compared: %s" STR ":" STR,
		ARG(c->state->source->name), old ? "its " : "", ARG(path), ARG(what));
}

/* Without a level, the new side's files that declare what the version does. */
static void list_like(
	struct comparing_subject *s, const struct registry_state *state, struct closure *c)
{
	const struct schema *head = &s->check->run->schemas[NEW];

	for (uint32_t i = 0; i < state->schema.files.n; i++) {
		const struct file *file = state->schema.files.items[i].file;

		for (uint32_t k = 0; k < file->messages.n && !file->is_builtin; k++) {
			const struct element *now =
				find_named(head, file->messages.items[k]->e.full_name);

			if (now)
				take_file(c, now->file);
		}
	}
	take_imports(c);
}

/* The files of both sides: what is not there on one is passed over. */
static void list_paths(struct comparing_subject *s, const struct registry_state *state,
	struct part_request *request)
{
	struct arena *arena = s->check->run->arena;
	const struct source_list *list = source_files(state->source, &s->check->diags);
	struct paths_to_compile *only = NEW(arena, struct paths_to_compile);
	struct closure c = { .arena = arena };
	VEC(struct str) paths = { 0 };

	map_init(&c.seen, arena);
	if (!s->level)
		list_like(s, state, &c);
	for (uint32_t i = 0; i < c.files.n; i++)
		*vec_push(arena, &paths) = c.files.items[i]->text->path;
	for (uint32_t i = 0; i < s->n_paths; i++)
		*vec_push(arena, &paths) = s->paths[i];
	for (uint32_t i = 0; list && i < list->entries.n; i++)
		*vec_push(arena, &paths) = list->entries.items[i].path;
	only->paths = paths.items;
	only->n = paths.n;
	request->only = only;
}

static struct breakwater_run *check_part(struct comparing_subject *s, struct registry_state *state,
	const struct contract_list *contracts)
{
	struct breakwater_run *run = s->check->run, *part;
	struct left_out_context context = { s, state, false };
	struct part_request request = part_request_of(run, &state->side, &run->sides[NEW]);

	request.diags = &s->check->diags;
	request.contracts = contracts;
	request.only_contracts = s->level != NULL;
	request.left_out = left_out;
	request.context = &context;
	list_paths(s, state, &request);
	part = part_check(&request);
	if (part && context.any) {
		part_free(part);
		part = NULL;
	}
	return part;
}

static bool take_contract(struct comparing_subject *s, const struct registry_state *state,
	struct contract_list *contracts)
{
	struct contract *contract = contract_for(s, state);

	if (contract)
		*vec_push(s->check->run->arena, &contracts->list) = contract;
	return contract != NULL;
}

static bool compare_state(struct comparing_subject *s, struct registry_state *state)
{
	struct breakwater_run *run = s->check->run, *part;
	struct contract_list contracts = { 0 };

	if (s->level && !take_contract(s, state, &contracts))
		return false;
	part = check_part(s, state, s->level ? &contracts : &run->chosen);
	if (!part)
		return false;
	if (s->level)
		theirs_refuse(run->arena, state->file, s->head, s->level->level, &state->theirs);
	if (!take_findings(s, state, part)) {
		part_free(part);
		return true;
	}
	for (uint32_t i = 0; i < part->unmarked.n; i++)
		*map_put(&run->unmarked, part->unmarked.entries[i].key, 0) = run;
	*vec_push(run->arena, &s->check->parts) = part;
	return true;
}

void registry_hold_base(struct comparing_subject *s, const struct registry_version *version)
{
	for (uint32_t i = 0; i < s->check->list.n; i++) {
		struct registry_group *group = s->check->list.items[i];

		if (!group->is_base)
			continue;
		if (group->subject != s->number + 1)
			begin_hold(s, group, 0);
		add_version(s, group, version);
	}
}

bool registry_compare_version(struct comparing_subject *s, const struct registry_version *version)
{
	struct registry_state *state = registry_open_version(s, version);

	if (!state || (!state->is_compared && !compare_state(s, state)))
		return false;
	state->is_compared = true;
	for (uint32_t i = 0; i < state->groups.n; i++)
		add_version(s, state->groups.items[i], version);
	return true;
}
