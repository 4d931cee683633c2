#include "retire.h"

#include "history/model.h"

#include <time.h>

static const struct {
	const char *retired, *plain;
} kinds[] = {
	{ "ENUM_NO_DELETE_UNLESS_RETIRED", "ENUM_NO_DELETE" },
	{ "ENUM_VALUE_NO_DELETE_UNLESS_RETIRED", "ENUM_VALUE_NO_DELETE" },
	{ "EXTENSION_NO_DELETE_UNLESS_RETIRED", "EXTENSION_NO_DELETE" },
	{ "FIELD_NO_DELETE_UNLESS_RETIRED", "FIELD_NO_DELETE" },
	{ "FILE_NO_DELETE_UNLESS_RETIRED", "FILE_NO_DELETE" },
	{ "MESSAGE_NO_DELETE_UNLESS_RETIRED", "MESSAGE_NO_DELETE" },
	{ "RPC_NO_DELETE_UNLESS_RETIRED", "RPC_NO_DELETE" },
	{ "SERVICE_NO_DELETE_UNLESS_RETIRED", "SERVICE_NO_DELETE" },
};

static size_t index_of(const char *id)
{
	size_t n, i = 0;
	const struct rule *const *all = rules_all(&n);

	while (strcmp(all[i]->id, id) != 0)
		i++;
	return i;
}

/* ---- which rules ---- */

static void take_over(struct selection *selection)
{
	for (size_t i = 0; i < COUNT(kinds); i++) {
		size_t retired = index_of(kinds[i].retired), plain = index_of(kinds[i].plain);

		selection->selected[retired] =
			(selection->selected[retired] || selection->selected[plain]) &&
			!selection->excepted[retired];
		if (selection->severity[plain] != SEVERITY_ERROR)
			selection->severity[retired] = selection->severity[plain];
		selection->selected[plain] = false;
	}
}

static bool refuse_without_block(struct breakwater_run *run, const struct selection *selection)
{
	for (size_t i = 0; i < COUNT(kinds); i++) {
		if (!selection->selected[index_of(kinds[i].retired)])
			continue;
		diag_error(&run->diags, NOWHERE, "'%s' needs a 'retirement:' block",
			kinds[i].retired);
		diag_help(&run->diags, "write one into breakwater.yaml: retirement: "
				       "{deprecated_for: 2 releases}");
		return false;
	}
	return true;
}

bool find_retirement(struct breakwater_run *run)
{
	struct config *config = run->settings;

	if (!config->retirement.is_on)
		return refuse_without_block(run, config_selection(run->arena, config));
	take_over(config->rest.selection);
	for (uint32_t i = 0; i < config->modules.n; i++)
		take_over(config->modules.items[i].selection);
	return true;
}

void retirement_select(const struct breakwater_run *run, struct selection *selection)
{
	for (size_t i = 0; run->settings->retirement.is_on && i < COUNT(kinds); i++)
		if (selection->selected[index_of(kinds[i].retired)])
			selection->selected[index_of(kinds[i].plain)] = true;
}

void retirement_rename(struct breakwater_run *run, const struct selection *selection)
{
	size_t n;
	const struct rule *const *all = rules_all(&n);

	for (size_t i = 0; run->settings->retirement.is_on && i < COUNT(kinds); i++) {
		size_t retired = index_of(kinds[i].retired), plain = index_of(kinds[i].plain);

		for (uint32_t k = 0; selection->selected[retired] && k < run->findings.list.n; k++) {
			struct finding *finding = run->findings.list.items[k];

			if (finding->rule != all[plain])
				continue;
			finding->rule = all[retired];
			finding->fingerprint = finding_fingerprint(finding, run->arena);
		}
	}
}

/* ---- what stood deprecated ---- */

/* An element that is gone, in the versions that had it. */
struct gone {
	struct finding *finding;
	enum { GONE_FILE, GONE_TYPE, GONE_FIELD, GONE_VALUE, GONE_METHOD, GONE_EXTENSION } what;
	enum element_kind kind; /* of its type */
	struct str type, outer, name, path;
	int32_t number;
	/* The run of versions that have it deprecated. */
	bool stands;
	uint32_t first, releases;
};

struct retiring {
	struct breakwater_run *run;
	struct versions versions;
	struct snapshots snapshots;
	struct map types; /* full_name.p, kind → const struct model_type * */
	VEC(struct gone) list;
};

static struct str outer_of(const struct element *element)
{
	const struct message *outer = element_message(element);

	return outer ? outer->e.full_name : (struct str){ NULL, 0 };
}

static struct gone gone_of(struct finding *finding)
{
	const struct pair *pair = finding->pair;
	const struct element *old = pair->old.element;
	struct gone gone = { .finding = finding, .what = GONE_TYPE };

	if (pair->kind == PAIR_FILE) {
		gone.what = GONE_FILE;
		gone.path = pair->old.file->text->path;
		return gone;
	}
	gone.path = old->file->text->path;
	gone.kind = old->kind;
	gone.type = old->full_name;
	gone.outer = outer_of(old);
	gone.name = old->name;
	if (pair->kind == PAIR_METHOD) {
		gone.what = GONE_METHOD;
		gone.kind = ELEMENT_SERVICE;
		gone.type = old->parent->full_name;
	} else if (pair->kind == PAIR_ENUM_VALUE) {
		gone.what = GONE_VALUE;
		gone.kind = ELEMENT_ENUM;
		gone.type = old->parent->full_name;
		gone.number = pair->old.enum_value->number;
	} else if (old->kind == ELEMENT_FIELD) {
		gone.number = pair->old.field->number;
		gone.what = pair->old.field->extension ? GONE_EXTENSION : GONE_FIELD;
		gone.kind = ELEMENT_MESSAGE;
		if (gone.what == GONE_FIELD)
			gone.type = old->parent->full_name;
	}
	return gone;
}

static const struct model_file *file_at(const struct retiring *r, struct str path)
{
	return map_get(&r->snapshots.current, path.p, 0);
}

/* A file says so itself, or everything at its top does. */
static bool file_is_deprecated(const struct model_file *file)
{
	bool any = false;

	if (file->deprecated)
		return true;
	for (uint32_t i = 0; i < file->types.n; i++) {
		if (!file->types.items[i]->is_top)
			continue;
		if (!file->types.items[i]->deprecated)
			return false;
		any = true;
	}
	for (uint32_t i = 0; i < file->extensions.n; i++) {
		if (!file->extensions.items[i]->deprecated)
			return false;
		any = true;
	}
	return any;
}

static bool member_state(const struct gone *gone, const struct model_type *type, bool *deprecated)
{
	const struct model_field *field;

	switch (gone->what) {
	case GONE_FIELD:
		field = model_field_at(type, gone->number);
		*deprecated |= field && field->deprecated;
		return field != NULL;
	case GONE_VALUE:
		for (uint32_t i = 0; i < type->values.n; i++)
			if (type->values.items[i].number == gone->number) {
				*deprecated |= type->values.items[i].deprecated;
				return true;
			}
		return false;
	case GONE_METHOD:
		for (uint32_t i = 0; i < type->methods.n; i++)
			if (type->methods.items[i].name.p == gone->name.p) {
				*deprecated |= type->methods.items[i].deprecated;
				return true;
			}
		return false;
	default:
		return true;
	}
}

/* Does the version have it? *deprecated: it, or what is around it, says so. */
static bool look(const struct retiring *r, const struct gone *gone, bool *deprecated)
{
	const struct model_file *file = file_at(r, gone->path);
	const struct model_type *type, *outer;

	*deprecated = false;
	if (gone->what == GONE_FILE) {
		*deprecated = file && file_is_deprecated(file);
		return file != NULL;
	}
	if (gone->what == GONE_EXTENSION) {
		for (uint32_t i = 0; file && i < file->extensions.n; i++)
			if (file->extensions.items[i]->name.p == gone->type.p) {
				*deprecated = file->deprecated ||
					      file->extensions.items[i]->deprecated;
				return true;
			}
		return false;
	}
	type = map_get(&r->types, gone->type.p, gone->kind);
	if (!type)
		return false;
	outer = gone->outer.p ? map_get(&r->types, gone->outer.p, ELEMENT_MESSAGE) : NULL;
	*deprecated = type->file->deprecated || type->deprecated || (outer && outer->deprecated);
	return member_state(gone, type, deprecated);
}

static void take_types(struct retiring *r, const struct model_files *files, bool is_new)
{
	for (uint32_t i = 0; i < files->list.n; i++)
		for (uint32_t k = 0; k < files->list.items[i]->types.n; k++) {
			const struct model_type *type = files->list.items[i]->types.items[k];

			*map_put(&r->types, type->full_name.p, type->kind) =
				is_new ? (void *)type : NULL;
		}
}

static void take_version(struct retiring *r, uint32_t version)
{
	take_types(r, &r->snapshots.old, false);
	take_types(r, &r->snapshots.new, true);
	for (uint32_t i = 0; i < r->list.n; i++) {
		struct gone *gone = &r->list.items[i];
		bool deprecated;

		if (!look(r, gone, &deprecated))
			continue;
		if (!deprecated) {
			gone->stands = false;
			continue;
		}
		if (!gone->stands) {
			gone->stands = true;
			gone->first = version;
			gone->releases = 0;
		}
		gone->releases += r->versions.list.items[version].releases;
	}
}

static bool take_versions(struct retiring *r)
{
	struct breakwater_run *run = r->run;

	for (uint32_t i = 0; i < r->versions.list.n; i++) {
		bool is_empty;
		struct source *source = version_open(
			&r->versions, &r->versions.list.items[i], &is_empty, &run->diags);

		if (!source && !is_empty)
			return false;
		if (source)
			source->hashing = run->sides[NEW].source->hashing;
		if (!snapshot_next(&r->snapshots, source, true))
			return false;
		take_version(r, i);
	}
	return true;
}

/* ---- the answer ---- */

/* Is the number reserved on the new side, so that nothing takes it? */
static bool is_reserved(const struct gone *gone)
{
	const struct pair *parent = gone->finding->pair->parent;

	if (gone->what == GONE_FIELD)
		return parent && parent->new.message &&
		       message_reserves(parent->new.message, gone->number);
	if (gone->what == GONE_VALUE)
		return parent && parent->new.enumeration &&
		       enum_reserves(parent->new.enumeration, gone->number);
	return true;
}

static bool new_date(const struct retiring *r, int64_t *date)
{
	const struct breakwater_run *run = r->run;
	struct source *new = run->sides[NEW].source;

	if (!new->has_commit) {
		*date = run->options->now ? run->options->now : (int64_t)time(NULL);
		return true;
	}
	return commit_date_read(
		r->versions.repository, &new->commit, date, &r->run->diags);
}

static struct str sentence(const struct retiring *r, const struct gone *gone,
	const struct finding_retirement *told)
{
	struct arena *arena = r->run->arena;
	const char *plural = told->asked == 1 ? "" : "s";

	if (!gone->stands)
		return str_printf(arena, ", but was never deprecated (%u %s%s asked for)",
			told->asked, r->run->settings->retirement.days ? "day" : "release",
			told->asked == 1 ? " is" : "s are");
	if (told->had >= told->asked)
		return str_printf(arena, ", but number %d is not reserved", gone->number);
	if (r->run->settings->retirement.days)
		return str_printf(arena, ", but was deprecated for %u of %u day%s, since " STR,
			told->had, told->asked, plural, ARG(told->since));
	return str_printf(arena, ", but was deprecated in %u of %u release%s (" STR ")", told->had,
		told->asked, plural, ARG(told->since));
}

/* True: it is retired. Else the finding says what is missing. */
static bool judge(const struct retiring *r, const struct gone *gone, int64_t date)
{
	const struct retirement_config *asked = &r->run->settings->retirement;
	struct finding_retirement *told = NEW(r->run->arena, struct finding_retirement);

	told->asked = asked->n;
	told->unit = asked->days ? "days" : "releases";
	if (gone->stands) {
		const struct version *first = &r->versions.list.items[gone->first];

		told->since = first->name;
		told->had = !asked->days           ? gone->releases
			    : date > first->published ? (uint32_t)((date - first->published) / 86400)
						      : 0;
	}
	if (gone->stands && told->had >= told->asked && (!asked->reserve || is_reserved(gone)))
		return true;
	gone->finding->retirement = told;
	gone->finding->message = str_printf(r->run->arena, STR STR, ARG(gone->finding->message),
		ARG(sentence(r, gone, told)));
	return false;
}

static bool start(struct retiring *r)
{
	struct breakwater_run *run = r->run;
	struct content_id tips[SIDES];

	for (int side = OLD; side < SIDES; side++)
		if (!source_repository(run->sides[side].source) ||
			!source_commit(run->sides[side].source, &tips[side], &run->diags)) {
			if (!run->diags.n_errors)
				diag_error(&run->diags, NOWHERE,
					"'retirement:' needs revisions of one repository");
			return false;
		}
	map_init(&r->types, run->arena);
	r->snapshots = (struct snapshots){ .arena = run->arena,
		.names = run->names,
		.diags = &run->diags,
		.options = run_side_options(run, OLD),
		.scope = NEW(run->arena, struct report_scope),
		.jobs = run->options->jobs };
	snapshots_init(&r->snapshots);
	return history_versions(run, tips, &r->versions);
}

/* What went with something that is retired is retired, too. */
static bool follows_retired(const struct finding *finding, const struct map *retired)
{
	for (int depth = 0; finding->cause && depth < 100; depth++, finding = finding->cause)
		if (map_get(retired, finding->cause, 0))
			return true;
	return false;
}

static void keep_others(struct breakwater_run *run, const struct map *retired)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < run->findings.list.n; i++) {
		struct finding *finding = run->findings.list.items[i];
		bool drop = map_get(retired, finding, 0) ||
			    (finding->rule->by_retirement && follows_retired(finding, retired));

		if (finding->rule->by_retirement)
			*map_put(&run->retired, NULL, finding->fingerprint) =
				drop ? (void *)run : (void *)finding;
		if (drop)
			continue;
		run->findings.list.items[n++] = finding;
	}
	run->findings.list.n = n;
	for (uint32_t i = 0; i < n; i++)
		if (run->findings.list.items[i]->cause &&
			map_get(retired, run->findings.list.items[i]->cause, 0))
			run->findings.list.items[i]->cause = NULL;
}

bool judge_retirement(struct breakwater_run *run)
{
	struct retiring r = { .run = run };
	struct map retired;
	int64_t date;
	bool ok;

	for (uint32_t i = 0; i < run->findings.list.n; i++)
		if (run->findings.list.items[i]->rule->by_retirement &&
			run->findings.list.items[i]->pair)
			*vec_push(run->arena, &r.list) = gone_of(run->findings.list.items[i]);
	if (!r.list.n)
		return true;
	ok = start(&r) && take_versions(&r) && new_date(&r, &date);
	snapshots_end(&r.snapshots);
	if (!ok)
		return false;
	map_init(&retired, run->arena);
	map_init(&run->retired, run->arena);
	for (uint32_t i = 0; i < r.list.n; i++)
		if (judge(&r, &r.list.items[i], date))
			*map_put(&retired, r.list.items[i].finding, 0) = run;
	keep_others(run, &retired);
	return true;
}

bool retirement_judge_again(const struct breakwater_run *run, struct finding *finding)
{
	const void *known = finding->rule->by_retirement && run->retired.arena
				    ? map_get(&run->retired, NULL, finding->fingerprint)
				    : NULL;
	const struct finding *base = known;

	if (known == run)
		return false;
	if (base) {
		finding->message = base->message;
		finding->retirement = base->retirement;
	}
	return true;
}
