/* Findings of spent numbers and names. */
#include "run_history.h"

#include "history/lives.h"
#include "source/read_each.h"
#include "version_steps.h"

struct reusing {
	struct breakwater_run *run;
	struct history *history;
	const struct snapshots *snapshots; /* of all versions, at the new side */
	struct map new_files; /* path.p → the new side's file, compiled for its comments */
	/* A file may have thousands of findings: it is opened, compiled and searched once. */
	struct map sources;  /* 1 + version → its source, unless it is empty */
	struct map files;    /* (path.p, source) → struct place_file * */
	struct map numbered; /* (owner.p, number) → struct numbered * */
	struct reuses reuses;
	struct gone *gone; /* of each reuse */
};

/* Findings of one field or value. */
struct numbered {
	struct finding *finding;
	struct numbered *next;
};

/* Who took an earlier owner out. */
struct gone {
	bool known, lacks;
	struct content_id commit;
};

/* A file that findings are in. */
struct place_file {
	struct file *file;        /* NULL: there is none */
	struct model_file *model; /* once it was compiled for its places; NULL: it cannot be */
	bool compiled;
};

static bool open_version(struct reusing *r, uint32_t version, struct source **source)
{
	const struct versions *versions = &r->history->versions;

	return version_source(r->run, versions, &versions->list.items[version], source);
}

/* The same, opened once; its findings' texts need it to the end. */
static bool hold_version(struct reusing *r, uint32_t version, struct source **source)
{
	void **slot = map_put(&r->sources, NULL, 1 + (uint64_t)version);

	*source = *slot;
	if (*source)
		return true;
	if (!open_version(r, version, source))
		return false;
	*slot = *source;
	if (*source)
		*vec_push(r->run->arena, &r->history->sources) = *source;
	return true;
}

static void note_unknown(struct reusing *r)
{
	for (uint32_t i = 0; i < r->snapshots->unknown.n; i++) {
		const struct unknown_file *unknown = &r->snapshots->unknown.items[i];

		if (unknown->first < r->history->versions.list.n &&
			!history_lacks(r->history, unknown->first, unknown->path))
			*vec_push(r->run->arena, &r->history->left_out) =
				(struct left_out){ unknown->first, unknown->path, unknown->what };
	}
}

/* ---- who took it out ---- */

/* The types of a state: (full name, kind) → struct model_type *. */
static void take_types(const struct snapshots *snapshots, struct map *types)
{
	for (uint32_t i = 0; i < snapshots->current.n; i++) {
		const struct model_file *file = snapshots->current.entries[i].value;

		for (uint32_t k = 0; file && file->is_own && k < file->types.n; k++) {
			struct model_type *type = file->types.items[k];
			void **slot = map_put(types, type->full_name.p, type->kind);

			if (!*slot)
				*slot = type;
		}
	}
}

static bool extension_is_there(const struct snapshots *snapshots, const struct life_owner *who)
{
	for (uint32_t i = 0; i < snapshots->current.n; i++) {
		const struct model_file *file = snapshots->current.entries[i].value;

		for (uint32_t k = 0; file && file->is_own && k < file->extensions.n; k++)
			if (file->extensions.items[k]->extendee.p == who->scope.p &&
				file->extensions.items[k]->number == who->number)
				return true;
	}
	return false;
}

/* Does the state have the number, or the name, of the earlier life? */
static bool is_there(
	const struct snapshots *snapshots, const struct map *types, const struct reuse *reuse)
{
	const struct life_owner *who = &reuse->was->who;
	const struct model_type *type;

	if (reuse->is_extension)
		return extension_is_there(snapshots, who);
	type = map_get(types, who->scope.p, who->holder->kind);
	if (!type)
		return false;
	for (uint32_t i = 0; i < type->values.n; i++)
		if (reuse->kind == SPENT_NUMBER ? type->values.items[i].number == who->number
						: type->values.items[i].name.p == who->name.p)
			return true;
	return reuse->kind == SPENT_NUMBER ? model_field_at(type, who->number) != NULL
					   : model_field_named(type, who->name) != NULL;
}

/* Notes for each earlier owner that was last seen in the version whether the state lacks it. */
static void note_gone(struct reusing *r, const struct snapshots *snapshots, uint32_t seen,
	const struct content_id *commit)
{
	struct arena *scratch = arena_like(r->run->arena);
	struct map types;

	map_init(&types, scratch);
	take_types(snapshots, &types);
	for (uint32_t i = 0; i < r->reuses.list.n; i++) {
		const struct reuse *reuse = &r->reuses.list.items[i];
		struct gone *gone = &r->gone[i];
		bool lacks;

		if (reuse->was->seen != seen)
			continue;
		lacks = !is_there(snapshots, &types, reuse);
		if (lacks && !gone->lacks)
			gone->commit = *commit;
		gone->lacks = lacks;
	}
	arena_free(scratch);
}

/* The first of the last commits without each owner, among those after one version up to the next.
 */
static bool search_steps(struct reusing *r, uint32_t seen, const struct commit_steps *steps)
{
	struct snapshots snapshots = snapshots_of(r->run);
	uint64_t state = r->history->versions.list.items[seen].state;
	struct source *source;
	bool ok = open_version(r, seen, &source) && snapshot_next(&snapshots, source, true);

	for (uint32_t i = 0; ok && i < steps->list.n; i++) {
		const struct commit_step *step = &steps->list.items[i];
		struct version version = { .name = commit_hex(r->run->arena, &step->commit),
			.commit = step->commit,
			.tree = step->tree,
			.state = step->state };

		if (step->state == state)
			continue;
		state = step->state;
		ok = version_source(r->run, &r->history->versions, &version, &source) &&
		     snapshot_next(&snapshots, source, true);
		if (ok)
			note_gone(r, &snapshots, seen, &step->commit);
	}
	snapshots_end(&snapshots);
	return ok;
}

/* Finds out for all that were last seen in the version. */
static bool search_gone(struct reusing *r, uint32_t seen)
{
	const struct versions *versions = &r->history->versions;
	const struct version *before = &versions->list.items[seen], *after = before + 1;
	struct commit_steps steps;

	for (uint32_t i = 0; i < r->reuses.list.n; i++)
		if (r->reuses.list.items[i].was->seen == seen)
			r->gone[i] = (struct gone){ .known = true, .commit = after->commit };
	if (versions->by_commit)
		return true;
	return commit_steps_read(versions->repository, r->run->arena, versions->top,
		       &before->commit, &after->commit, &steps, &r->run->diags) &&
	       (steps.list.n <= 1 || search_steps(r, seen, &steps));
}

static bool find_gone(struct reusing *r, const struct reuse *reuse, struct spent_owner *was)
{
	const struct versions *versions = &r->history->versions;
	const struct gone *gone = &r->gone[reuse - r->reuses.list.items];
	struct commit_words words;

	if (!gone->known && !search_gone(r, reuse->was->seen))
		return false;
	if (!commit_words_read(
		    versions->repository, &gone->commit, r->run->arena, &words, &r->run->diags))
		return false;
	was->gone_version = versions->list.items[reuse->was->seen + 1].name;
	was->gone_commit = commit_hex(r->run->arena, &gone->commit);
	was->gone_date = words.date;
	was->gone_subject = words.subject;
	return true;
}

/* ---- findings ---- */

/* A file of a model, for what asks a finding for its files. */
static struct file *file_make(
	struct reusing *r, const struct model_file *model, struct source *source)
{
	const struct source_entry *entry = source_find(source, model->path);
	struct file *file = NEW(r->run->arena, struct file);
	struct text *text = NEW(r->run->arena, struct text);

	if (!entry)
		return NULL;
	text->path = model->path;
	source_text_set(text, source, entry);
	file->text = text;
	file->e.kind = ELEMENT_FILE;
	file->e.file = file;
	file->import_path = model->import_path;
	file->package = model->package;
	return file;
}

static struct place_file *place_file_of(
	struct reusing *r, const struct model_file *model, struct source *source)
{
	void **slot = map_put(&r->files, model->path.p, (uintptr_t)source);
	struct place_file *known = *slot;

	if (known)
		return known;
	known = NEW(r->run->arena, struct place_file);
	known->file = file_make(r, model, source);
	*slot = known;
	return known;
}

/* Compiles one file for what is in it; NULL: it cannot be. */
static const struct file *compile_one(
	struct reusing *r, struct source *source, const struct roots *roots, struct str path)
{
	struct breakwater_run *run = r->run;
	struct compile_side side = { .source = source, .roots = *roots };
	struct compile_options options = { .arena = run->arena,
		.names = run->names,
		.jobs = run->options->jobs,
		.tolerate_broken = true };
	struct schema schema = { 0 };
	const struct file *found = NULL;
	struct diags unsaid;

	diags_init(&unsaid, run->arena);
	options.diags = &unsaid;
	*vec_push(run->arena, &side.wanted) = path;
	if (compile(&options, &side, 1, &schema))
		for (uint32_t i = 0; i < schema.files.n; i++)
			if (str_eq(schema.files.items[i].file->text->path, path))
				found = schema.files.items[i].file;
	if (unsaid.unread)
		diags_adopt(&run->diags, &unsaid);
	return found;
}

/* A file of the new side, whose comments may accept a finding. */
static const struct file *new_file_of(struct reusing *r, const struct model_file *model)
{
	const struct side *side = &r->run->sides[NEW];
	const struct file *known = history_new_file(r->run, model->path);
	void **slot;

	if (known)
		return known;
	slot = map_put(&r->new_files, model->path.p, 0);
	if (!*slot)
		*slot = (void *)compile_one(r, side->source, &side->roots, model->path);
	return *slot;
}

/* ---- places ---- */

static struct span span_in_type(
	const struct model_type *type, const struct life_owner *who, enum spent_kind kind)
{
	const struct model_field *field = model_field_at(type, who->number);

	if (field)
		return kind == SPENT_NUMBER ? field->number_span : field->name_span;
	for (uint32_t i = 0; i < type->values.n; i++) {
		const struct model_value *value = &type->values.items[i];

		if (value->number == who->number && value->name.p == who->name.p)
			return kind == SPENT_NUMBER ? value->number_span : value->name_span;
	}
	return NO_SPAN;
}

static struct span span_in_model(
	const struct model_file *model, const struct life_owner *who, enum spent_kind kind)
{
	for (uint32_t i = 0; !who->holder && i < model->extensions.n; i++)
		if (model->extensions.items[i]->name.p == who->name.p)
			return kind == SPENT_NUMBER ? model->extensions.items[i]->number_span
						    : model->extensions.items[i]->name_span;
	for (uint32_t i = 0; who->holder && i < model->types.n; i++)
		if (model->types.items[i]->full_name.p == who->scope.p &&
			model->types.items[i]->kind == who->holder->kind)
			return span_in_type(model->types.items[i], who, kind);
	return NO_SPAN;
}

/* Where the owner is in its file as `source` has it, whose comments may differ from those of the
 * text that its model was made of. */
static struct span span_of(struct reusing *r, const struct life_owner *who, enum spent_kind kind,
	struct source *source)
{
	const struct source_entry *entry = source_find(source, who->file->path);
	struct place_file *place;
	const struct file *file;

	if (entry && who->file->has_id && entry->has_id &&
		memcmp(entry->id.bytes, who->file->id.bytes, sizeof entry->id.bytes) == 0)
		return kind == SPENT_NUMBER ? who->number_span : who->name_span;
	place = place_file_of(r, who->file, source);
	if (!place->compiled) {
		file = compile_one(r, source, &r->snapshots->side.roots, who->file->path);
		if (file)
			place->model = model_make(r->run->arena, r->run->names, file, true);
	}
	place->compiled = true;
	return place->model ? span_in_model(place->model, who, kind) : NO_SPAN;
}

static const struct rule *rule_of(const struct reuse *reuse)
{
	if (reuse->is_enum)
		return rule_find(reuse->kind == SPENT_NUMBER ? S("ENUM_VALUE_NO_NUMBER_REUSE")
							     : S("ENUM_VALUE_NO_NAME_REUSE"));
	return rule_find(reuse->kind == SPENT_NUMBER ? S("FIELD_NO_NUMBER_REUSE")
						     : S("FIELD_NO_NAME_REUSE"));
}

static struct str owner_words(struct arena *arena, const struct life_owner *who)
{
	return who->type.p ? str_printf(arena, STR " " STR, ARG(who->type), ARG(who->name))
			   : who->name;
}

static struct str element_of(struct arena *arena, const struct reuse *reuse)
{
	const struct life_owner *now = &reuse->now->who;

	if (reuse->is_extension)
		return now->name;
	if (reuse->is_enum)
		return model_value_name(arena, now->holder, now->name);
	return str_printf(arena, STR "." STR, ARG(now->scope), ARG(now->name));
}

/* `, which was 'amount' (int64) from v1.0.0 to v1.3.0` */
static struct str message_of(
	struct arena *arena, const struct reuse *reuse, const struct finding_history *told)
{
	const struct life_owner *now = &reuse->now->who, *was = &reuse->was->who;
	const char *what = reuse->is_extension ? "extension"
			   : reuse->is_enum    ? "enum value"
					       : "field";
	struct str type = was->type.p ? str_printf(arena, " (" STR ")", ARG(was->type)) : S("");
	struct str range =
		str_eq(told->from, told->to)
			? str_printf(arena, "in " STR, ARG(told->from))
			: str_printf(arena, "from " STR " to " STR, ARG(told->from), ARG(told->to));

	if (reuse->kind == SPENT_NUMBER)
		return str_printf(arena,
			"%s '" STR "' of '" STR "' takes number %d, which was '" STR "'" STR
			" " STR,
			what, ARG(now->name), ARG(now->scope), now->number, ARG(was->name),
			ARG(type), ARG(range));
	return str_printf(arena,
		"%s %d of '" STR "' takes the name '" STR "', which was number %d" STR " " STR,
		what, now->number, ARG(now->scope), ARG(now->name), was->number, ARG(type),
		ARG(range));
}

static struct str help_of(struct arena *arena, const struct reuse *reuse)
{
	if (reuse->kind == SPENT_NAME)
		return str_printf(arena, "take another name, and reserve '" STR "'",
			ARG(reuse->now->who.name));
	if (!reuse->next)
		return S("no number is left that was never used");
	return str_printf(arena, "take %d, the next number that was never used, and reserve %d",
		reuse->next, reuse->now->who.number);
}

static struct finding_history *tell_life(struct reusing *r, const struct reuse *reuse)
{
	struct finding_history *told = NEW(r->run->arena, struct finding_history);

	told->from = history_name(r->history, reuse->was->first);
	told->to = history_name(r->history, reuse->was->last);
	for (uint32_t i = reuse->was->first; i <= reuse->was->last; i++)
		told->count += !history_lacks(r->history, i, reuse->was->who.file->path);
	told->versions = r->history->versions.list.n;
	told->known = reuse->in_base;
	return told;
}

/* The earlier owner, its place in the last version that had it, and who took it out. */
static bool tell_owner(struct reusing *r, const struct reuse *reuse, struct finding *finding)
{
	const struct life_owner *who = &reuse->was->who;
	struct spent_owner *was = NEW(r->run->arena, struct spent_owner);
	struct point begin, end;
	struct source *source;

	was->name = who->name;
	was->type = who->type;
	was->number = who->number;
	was->lives = reuse->lives;
	if (who->scope.p != reuse->now->who.scope.p)
		was->via = who->scope;
	if (!find_gone(r, reuse, was) || !hold_version(r, reuse->was->last, &source))
		return false;
	if (source)
		finding->old_file = place_file_of(r, who->file, source)->file;
	if (finding->old_file) {
		finding->old_place =
			place_in(finding->old_file->text, span_of(r, who, reuse->kind, source));
		place_points(finding->old_place, r->run->arena, &begin, &end);
		was->path = who->file->path;
		was->line = begin.line;
	}
	((struct finding_history *)(uintptr_t)finding->history)->was = was;
	return true;
}

static unsigned breaks_of(const struct rule *rule, const struct reuse *reuse)
{
	if (reuse->kind == SPENT_NAME && !reuse->is_enum &&
		str_eq(reuse->now->who.type, reuse->was->who.type))
		return 0;
	return rule->breaks;
}

/* The full name of the message or enum that a finding of a field or value is in; absent: none. */
static struct str owner_of(const struct finding *finding)
{
	const struct pair *pair = finding->pair;
	const struct element *element = pair ? pair->new.element : NULL;

	if (!element || (pair->kind != PAIR_FIELD && pair->kind != PAIR_ENUM_VALUE) ||
		!element->parent)
		return (struct str){ NULL, 0 };
	return element->parent->full_name;
}

/* The findings of each number of a message or enum. */
static void sort_numbered(struct reusing *r)
{
	const struct findings *findings = &r->run->findings;

	map_init(&r->numbered, r->run->arena);
	for (uint32_t i = 0; i < findings->list.n; i++) {
		struct finding *finding = findings->list.items[i];
		struct numbered *numbered;
		void **slot;

		if (finding->rule->by_history || !finding->history || !finding->has_number)
			continue;
		slot = map_put(&r->numbered, owner_of(finding).p, (uint32_t)finding->number);
		numbered = NEW(r->run->arena, struct numbered);
		*numbered = (struct numbered){ finding, *slot };
		*slot = numbered;
	}
}

/* What differs only from versions in which the number had its earlier owner follows from that. */
static void fold(struct reusing *r, const struct reuse *reuse, struct finding *cause)
{
	const struct life_owner *now = &reuse->now->who;
	const struct numbered *n = map_get(&r->numbered, now->scope.p, (uint32_t)now->number);

	for (; reuse->kind == SPENT_NUMBER && n; n = n->next) {
		if (n->finding->history->newest > reuse->was->seen)
			continue;
		if (!n->finding->cause || !n->finding->cause->rule->by_history)
			n->finding->cause = cause;
	}
}

static bool add_finding(struct reusing *r, const struct reuse *reuse)
{
	struct breakwater_run *run = r->run;
	struct finding *finding = NEW(run->arena, struct finding);
	const struct life_owner *now = &reuse->now->who, *was = &reuse->was->who;
	const struct file *file;

	finding->rule = rule_of(reuse);
	finding->history = tell_life(r, reuse);
	finding->new_file = new_file_of(r, now->file);
	if (!finding->new_file || !tell_owner(r, reuse, finding))
		return run->diags.n_errors == 0;
	/* A text of its own: of the check's only the lines of other findings may be left. */
	file = place_file_of(r, now->file, run->sides[NEW].source)->file;
	if (file)
		finding->new_place =
			place_in(file->text, span_of(r, now, reuse->kind, run->sides[NEW].source));
	finding->element = element_of(run->arena, reuse);
	finding->has_number = true;
	finding->number = now->number;
	finding->message = message_of(run->arena, reuse, finding->history);
	finding->help = help_of(run->arena, reuse);
	finding->breaks = breaks_of(finding->rule, reuse);
	if (reuse->kind == SPENT_NUMBER) {
		finding->before = owner_words(run->arena, was);
		finding->after = owner_words(run->arena, now);
	} else {
		finding->before = str_printf(run->arena, "%d", was->number);
		finding->after = str_printf(run->arena, "%d", now->number);
	}
	finding->fingerprint = finding_fingerprint(finding, run->arena);
	*vec_push(run->arena, &run->findings.list) = finding;
	fold(r, reuse, finding);
	return true;
}

/* Applies the configuration and the scope, as to other findings. */
static void judge(struct reusing *r, uint32_t before)
{
	struct findings *all = &r->run->findings, own = { 0 };
	uint32_t n = before;

	for (uint32_t i = before; i < all->list.n; i++)
		*vec_push(r->run->arena, &own.list) = all->list.items[i];
	config_apply(r->run->settings, &own, r->run->arena);
	for (uint32_t i = 0; i < own.list.n; i++)
		if (!own.list.items[i]->ignored)
			all->list.items[n++] = own.list.items[i];
	all->list.n = n;
	for (uint32_t i = 0; i < before; i++)
		if (all->list.items[i]->cause && all->list.items[i]->cause->ignored)
			all->list.items[i]->cause = NULL;
}

static bool is_selected(const struct selection *selection, const struct reuse *reuse)
{
	size_t n, at = 0;
	const struct rule *const *all = rules_all(&n), *rule = rule_of(reuse);

	while (all[at] != rule)
		at++;
	return selection->selected[at];
}

bool find_reuses(struct breakwater_run *run)
{
	struct reusing r = {
		.run = run,
		.history = run->history,
		.snapshots = &run->history->steps->snapshots,
	};
	const struct selection *selection = config_selection(run->arena, run->settings);
	struct reuses *reuses = &r.reuses;
	uint32_t before = run->findings.list.n;
	bool ok = true;

	map_init(&r.new_files, run->arena);
	map_init(&r.sources, run->arena);
	map_init(&r.files, run->arena);
	note_unknown(&r);
	spent_find(run->history->steps->spent, run->history->base, reuses);
	sort_numbered(&r);
	r.gone = NEW_ARRAY(run->arena, reuses->list.n, struct gone);
	for (uint32_t i = 0; ok && i < reuses->list.n; i++)
		if (is_selected(selection, &reuses->list.items[i]))
			ok = add_finding(&r, &reuses->list.items[i]);
	if (ok)
		judge(&r, before);
	return ok;
}
