#include "log_run.h"

#include "config/accepted.h"
#include "life.h"
#include "narrow.h"
#include "source/versions.h"

#include <time.h>

struct logging {
	struct log_run *run;
	const struct log_options *options;
	struct source_options sources;
	struct config_override override, layout;
	struct side head; /* B, which has the configuration in force */
	struct content_id from, to;
	bool has_from;
	struct str from_name, to_name, top;
	struct source *from_source; /* A, or the merge base */
	struct versions versions;
	struct report_scope scope;
	struct snapshots snapshots;
	struct side before; /* the version before, for comparisons */
	bool has_before;
	VEC(struct str) names; /* of all versions taken, for messages */
};

static struct str text_of(struct logging *l, const char *text)
{
	return text ? str_dup(l->run->arena, str_of(text)) : (struct str){ 0 };
}

/* ---- the range ---- */

bool log_range_split(struct str range, struct str *a, struct str *b)
{
	for (size_t i = 0; i + 1 < range.n; i++) {
		if (range.p[i] != '.' || range.p[i + 1] != '.')
			continue;
		*a = str_head(range, i);
		*b = str_from(range, i + 2);
		if (str_starts(*b, S(".")))
			*b = str_from(*b, 1);
		return true;
	}
	return false;
}

static bool open_range(struct logging *l)
{
	struct str a = { 0 }, b = { 0 };
	struct diags *diags = &l->run->diags;
	struct content_id commit;

	if (l->options->range.p && !log_range_split(l->options->range, &a, &b)) {
		diag_error(diags, NOWHERE, "'" STR "' is not a range", ARG(l->options->range));
		diag_help(diags, "name one as in v1.0.0..HEAD");
		return false;
	}
	l->to_name = b.n ? b : S("HEAD");
	l->head.source = source_open(&l->sources, l->to_name, diags);
	if (!l->head.source)
		return false;
	*vec_push(l->run->arena, &l->run->open) = l->head.source;
	if (!source_repository(l->head.source) || !l->head.source->has_commit) {
		diag_error(diags, NOWHERE, "'" STR "' is no commit, so it has no history",
			ARG(l->to_name));
		return false;
	}
	l->to = l->head.source->commit;
	l->top = l->head.source->top;
	if (!a.n)
		return true;
	l->from_name = a;
	l->from_source = source_open(&l->sources, a, diags);
	if (!l->from_source)
		return false;
	*vec_push(l->run->arena, &l->run->open) = l->from_source;
	if (!source_commit(l->from_source, &commit, diags)) {
		diag_error(diags, NOWHERE, "'" STR "' is no commit, so it has no history", ARG(a));
		return false;
	}
	if (!str_eq(l->top, l->from_source->top)) {
		diag_error(diags, NOWHERE, "the two ends of the range have different folders");
		return false;
	}
	l->from = commit;
	return l->has_from = true;
}

/* The first step starts at the merge base. */
static bool start_at_merge_base(struct logging *l)
{
	struct repository *repository = source_repository(l->head.source);
	struct content_id base;
	struct str id;

	if (!l->has_from || l->options->net)
		return true;
	if (!commits_meet(repository, &l->from, &l->to, &base, &l->run->diags))
		return false;
	if (memcmp(base.bytes, l->from.bytes, sizeof base.bytes) == 0)
		return true;
	id = commit_hex(l->run->arena, &base);
	if (l->top.n)
		id = str_printf(l->run->arena, STR ":" STR, ARG(id), ARG(l->top));
	l->from_source = source_open(&l->sources, id, &l->run->diags);
	if (l->from_source)
		*vec_push(l->run->arena, &l->run->open) = l->from_source;
	return l->from_source != NULL;
}

/* ---- configuration ---- */

static bool configure(struct logging *l)
{
	struct log_run *run = l->run;
	const struct breakwater_options *o = &l->options->check;
	struct str *roots = NEW_ARRAY(run->arena, o->roots.n, struct str);
	struct side_options options = { .arena = run->arena,
		.override = &l->override,
		.root_options = roots,
		.n_root_options = o->roots.n,
		.diags = &run->diags };
	struct scope_request request = { .arena = run->arena,
		.diags = &run->diags,
		.paths = &o->paths,
		.excluded = &o->excluded_paths,
		.old = &l->head,
		.new = &l->head,
		.allow_empty = true };

	for (size_t i = 0; i < o->roots.n; i++)
		roots[i] = text_of(l, o->roots.items[i]);
	l->override.directory = l->layout.directory = l->sources.directory;
	l->override.file = l->layout.file = text_of(l, o->config);
	l->layout.layout_only = true;
	for (size_t i = 0; i < o->use.n; i++)
		*vec_push(run->arena, &l->override.use) = text_of(l, o->use.items[i]);
	for (size_t i = 0; i < o->except.n; i++)
		*vec_push(run->arena, &l->override.except) = text_of(l, o->except.items[i]);
	options.lenient = true;
	if (!side_configure(&options, &l->head) || !side_find_roots(&options, &l->head) ||
		!scope_read(&request, &l->scope))
		return false;
	options.override = &l->layout;
	l->snapshots = (struct snapshots){ .arena = run->arena,
		.names = run->names,
		.diags = &run->diags,
		.options = options,
		.scope = &l->scope,
		.jobs = o->jobs };
	snapshots_init(&l->snapshots);
	return true;
}

static bool find_versions(struct logging *l)
{
	struct versions_request request = {
		.arena = l->run->arena,
		.diags = &l->run->diags,
		.repository = source_repository(l->head.source),
		.top = l->top,
		.versions = l->options->by_commit    ? S("commits")
			    : l->options->versions.p ? l->options->versions
						     : l->head.config.history.versions,
		.since = l->options->since.p ? l->options->since : l->head.config.history.since,
		.tips = &l->to,
		.n_tips = 1,
		.walk = &l->to,
		.walk_name = l->to_name,
		.without = l->has_from ? &l->from : NULL,
	};

	if (l->options->net)
		return true;
	if (!versions_read(&request, &l->versions))
		return false;
	l->run->by_commit = l->versions.by_commit;
	return true;
}

/* ---- what breaks ---- */

static bool same_name(struct str element, struct str scope, struct str last)
{
	return element.n == scope.n + last.n + 1 && str_starts(element, scope) &&
	       str_ends(element, last) && element.p[scope.n] == '.';
}

static struct str scope_of(struct str name)
{
	size_t dot = str_rfind(name, '.');

	return str_head(name, dot < name.n ? dot : 0);
}

/* Is the finding about what changed? It has the old name of what was renamed. */
static bool is_about(const struct finding *finding, const struct log_change *change)
{
	bool renamed = strcmp(change->change, "renamed") == 0, moved;
	bool renumbered = strcmp(change->change, "renumbered") == 0;

	/* Names may have changed places; the number says which field it is. */
	if (finding->has_number && change->has_number && !renumbered &&
		finding->number != change->number)
		return false;
	if (str_eq(finding->element, change->element))
		return true;
	moved = strcmp(change->kind, "file") == 0 && strcmp(change->change, "moved") == 0;
	if (!renamed && !moved)
		return false;
	return str_eq(finding->element, change->from) ||
	       same_name(finding->element, scope_of(change->element), change->from);
}

static void add_rule(struct arena *arena, struct log_change *change, const struct rule *rule)
{
	const struct rule **rules;
	uint32_t n = 0;

	for (; change->rules && change->rules[n]; n++)
		if (change->rules[n] == rule)
			return;
	rules = NEW_ARRAY(arena, n + 2, const struct rule *);
	for (uint32_t i = 0; i < n; i++)
		rules[i] = change->rules[i];
	rules[n] = rule;
	change->rules = rules;
}

/* Findings by the hash of their element. */
static void mark_breaking(struct arena *arena, struct log_changes *changes,
	const struct findings *findings, struct arena *scratch)
{
	struct map by_element;

	map_init(&by_element, scratch);
	for (uint32_t i = 0; i < findings->list.n; i++) {
		const struct finding *finding = findings->list.items[i];
		VEC(const struct finding *) * same;
		void **slot = map_put(&by_element, NULL, str_hash(finding->element));

		if (!*slot)
			*slot = arena_alloc(scratch, 1, sizeof *same);
		same = *slot;
		*vec_push(scratch, same) = finding;
	}
	for (uint32_t i = 0; i < changes->list.n; i++) {
		struct log_change *change = &changes->list.items[i];
		struct str names[3] = { change->element, change->from };
		bool accepted = true;

		if (strcmp(change->change, "renamed") == 0)
			names[2] = str_printf(scratch, STR "." STR, ARG(scope_of(change->element)),
				ARG(change->from));
		for (size_t k = 0; k < COUNT(names); k++) {
			VEC(const struct finding *) *same =
				names[k].n ? map_get(&by_element, NULL, str_hash(names[k])) : NULL;

			for (uint32_t m = 0; same && m < same->n; m++) {
				if (!is_about(same->items[m], change))
					continue;
				change->breaking = true;
				accepted &= same->items[m]->accepted;
				add_rule(arena, change, same->items[m]->rule);
			}
		}
		change->accepted = change->breaking && accepted;
	}
}

/* Acceptances of the configuration in force; what is wrong with them is told by `check`. False and
 * an error: they could not be read. */
static bool accept_part(struct logging *l, struct breakwater_run *part)
{
	const struct breakwater_options *o = &l->options->check;
	struct accept_options options = {
		.today = o->today ? o->today : (int32_t)(time(NULL) / 86400),
	};
	struct acceptances accepted = { 0 };
	struct diags unsaid;

	diags_init(&unsaid, part->arena);
	if (accepted_read(part->arena, l->head.source, &accepted, &unsaid))
		accepted_apply(&accepted, &part->findings, &options, &unsaid);
	accepted_by_comment(&part->findings, &part->unmarked, part->arena, &unsaid);
	if (unsaid.unread)
		diags_adopt(&l->run->diags, &unsaid);
	return l->run->diags.n_errors == 0;
}

/* What the step changed, and where that went. */
static struct paths_to_compile paths_of_step(const struct logging *l, struct arena *scratch)
{
	const struct snapshots *snapshots = &l->snapshots;
	struct path_list paths = { 0 };
	struct name_index new;

	name_index_init(&new, scratch, l->run->names);
	for (uint32_t i = 0; i < snapshots->new.list.n; i++)
		name_index_add(&new, snapshots->new.list.items[i]);
	narrow_to(&new,
		&(struct narrow_request){ &snapshots->old, NARROW_FOR_FINDINGS, scratch }, &paths);
	return (struct paths_to_compile){
		.paths = paths.list.items,
		.n = paths.list.n,
		.hints = { snapshots->hints, snapshots->hints },
		.n_hints = { snapshots->n_hints, snapshots->n_hints },
	};
}

static bool judge(struct logging *l, const struct side *new, struct log_changes *changes)
{
	struct part_request request = {
		.arena = l->run->arena,
		.names = l->run->names,
		.diags = &l->run->diags,
		.options = &l->options->check,
		.sources = &l->sources,
		.override = &l->override,
		.settings = &l->head.config,
		.scope = &l->scope,
		.old = &l->before,
		.new = new,
	};
	struct snapshots *snapshots = &l->snapshots;
	struct paths_to_compile only;
	struct arena *scratch;
	struct breakwater_run *part;
	bool ok;

	if (!changes->list.n || !l->has_before || l->options->no_judging)
		return true;
	scratch = arena_like(l->run->arena);
	if (!snapshots->touched_all && part_may_be_narrow(&request)) {
		only = paths_of_step(l, scratch);
		request.only = &only;
	}
	part = part_check(&request);
	if (!part) {
		arena_free(scratch);
		return false;
	}
	ok = accept_part(l, part);
	mark_breaking(l->run->arena, changes, &part->findings, part->arena);
	part_free(part);
	arena_free(scratch);
	return ok;
}

/* ---- steps ---- */

/* What a step is told by. */
struct step {
	struct source *source; /* NULL: there is no contract */
	struct str name, id;
	const struct content_id *commit;
	bool is_release;
};

static struct log_group *add_group(struct logging *l, const struct step *step)
{
	struct log_group *group = vec_push(l->run->arena, &l->run->groups.list);
	struct commit_words words;

	*group = (struct log_group){
		.version = step->name, .id = step->id, .is_release = step->is_release
	};
	if (step->commit && commit_words_read(source_repository(l->head.source), step->commit,
				    l->run->arena, &words, &l->run->diags))
		group->date = words.date;
	return group;
}

/* Takes a state; with `group` its changes are told. */
static bool take_state(struct logging *l, const struct step *step, bool tell)
{
	struct log_run *run = l->run;
	struct side side = { 0 };

	if (step->source && !snapshot_side(&l->snapshots.options, step->source, &side))
		return false;
	if (!snapshot_next(&l->snapshots, step->source, false))
		return false;
	*vec_push(run->arena, &l->names) = step->name;
	if (tell) {
		struct changes_request request = { .arena = run->arena,
			.old = &l->snapshots.old,
			.new = &l->snapshots.new,
			.is_unstable = l->head.config.rest.ignore_unstable_packages
					       ? package_is_unstable
					       : NULL };
		struct log_group *group = add_group(l, step);

		changes_find(&request, &group->changes);
		if (step->source && !judge(l, &side, &group->changes))
			return false;
	}
	if (l->options->n_elements)
		lives_take(&run->lives, &l->snapshots,
			tell ? &run->groups.list.items[run->groups.list.n - 1] : NULL);
	l->before = side;
	l->has_before = step->source != NULL;
	return true;
}

static bool take_version(struct logging *l, const struct version *version)
{
	struct step step = { .name = version->name,
		.id = version->id,
		.commit = &version->commit,
		.is_release = version->is_tag };
	bool is_empty;

	step.source = version_open(&l->versions, version, &is_empty, &l->run->diags);
	if (!step.source && !is_empty)
		return false;
	if (step.source)
		*vec_push(l->run->arena, &l->run->open) = step.source;
	return take_state(l, &step, true);
}

/* Closes what no comparison needs any more: all but the ends of the range and the last version. */
static void close_old(struct logging *l)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < l->run->open.n; i++) {
		struct source *source = l->run->open.items[i];

		if (source == l->head.source || source == l->from_source ||
			source == l->before.source || source == l->snapshots.source)
			l->run->open.items[n++] = source;
		else
			source_close(source);
	}
	l->run->open.n = n;
}

static bool take_from(struct logging *l)
{
	struct step step = { .source = l->from_source, .name = l->from_name };

	return !l->from_source || take_state(l, &step, false);
}

/* The rest after the last version: what is not released, or of --net all. */
static bool take_rest(struct logging *l)
{
	uint32_t n = l->versions.list.n;
	struct step step = { .source = l->head.source,
		.name = l->options->net ? str_head(l->to_name, str_find(l->to_name, ':'))
					: S("unreleased"),
		.id = commit_hex(l->run->arena, &l->to),
		.commit = &l->to,
		.is_release = true };

	if (!l->options->net &&
		(l->versions.by_commit || (n && memcmp(l->versions.list.items[n - 1].commit.bytes,
							l->to.bytes, sizeof l->to.bytes) == 0)))
		return true;
	return take_state(l, &step, true);
}

/* `v1.3.0 to v1.3.2: proto/a.proto:12:3: …; left out of these versions` */
static void warn_of_unknown(struct logging *l)
{
	snapshots_warn(&l->snapshots, l->names.items, l->names.n);
}

static bool take_all(struct logging *l)
{
	if (!take_from(l))
		return false;
	for (uint32_t i = 0; i < l->versions.list.n; i++) {
		if (!take_version(l, &l->versions.list.items[i]))
			return false;
		close_old(l);
	}
	if (!take_rest(l))
		return false;
	warn_of_unknown(l);
	return true;
}

static bool find_elements(struct logging *l)
{
	for (size_t i = 0; i < l->options->n_elements; i++)
		life_ask(l->run->arena, &l->run->lives, text_of(l, l->options->elements[i]));
	return true;
}

static bool run_all(struct logging *l)
{
	const struct breakwater_options *o = &l->options->check;

	l->sources =
		source_options_of(l->run->arena, l->run->names, text_of(l, o->directory), &o->git);
	return open_range(l) && start_at_merge_base(l) && configure(l) && find_versions(l) &&
	       find_elements(l) && take_all(l) &&
	       lives_end(&l->run->lives, l->run->arena, &l->run->diags);
}

struct log_run *log_run(const struct log_options *options)
{
	struct arena *arena = arena_new(options->check.out_of_memory, options->check.context);
	struct log_run *run = NEW(arena, struct log_run);
	struct logging logging = { .run = run, .options = options };

	run->arena = arena;
	run->names = intern_new(arena);
	diags_init(&run->diags, arena);
	run->ok = run_all(&logging) && run->diags.n_errors == 0;
	diags_sort(&run->diags);
	return run;
}

void log_run_free(struct log_run *run)
{
	struct arena *arena = run->arena;

	for (uint32_t i = 0; i < run->open.n; i++)
		source_close(run->open.items[i]);
	intern_free(run->names);
	arena_free(arena);
}
