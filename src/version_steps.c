#include "version_steps.h"

bool version_source(struct breakwater_run *run, const struct versions *versions,
	const struct version *version, struct source **source)
{
	bool is_empty;

	*source = version_open(versions, version, &is_empty, &run->diags);
	if (*source)
		(*source)->hashing = run->sides[NEW].source->hashing;
	return *source || is_empty;
}

struct snapshots snapshots_of(struct breakwater_run *run)
{
	struct snapshots snapshots = {
		.arena = run->arena,
		.names = run->names,
		.diags = &run->diags,
		.options = run_side_options(run, OLD),
		.scope = &run->scope,
		.jobs = run->options->jobs,
	};

	snapshots_init(&snapshots);
	return snapshots;
}

/* ---- reading ---- */

static void take_step(struct version_steps *steps, uint32_t i)
{
	struct snapshots *s = &steps->snapshots;
	struct version_step *step = &steps->items[i];

	spent_take(steps->spent, &s->old, &s->new);
	step->old = s->old;
	step->new = s->new;
	step->touched.list.items = s->touched.items;
	step->touched.list.n = s->touched.n;
	step->touched_all = s->touched_all;
	step->hints = s->hints;
	step->n_hints = s->n_hints;
}

/* The new side is a version after all others. Its files are those of the check. */
static bool take_new(struct version_steps *steps)
{
	struct breakwater_run *run = steps->run;

	steps->snapshots.options = run_side_options(run, NEW);
	steps->snapshots.side_given = &run->sides[NEW];
	if (!snapshot_next(&steps->snapshots, run->sides[NEW].source, false))
		return false;
	take_step(steps, steps->n);
	return true;
}

bool version_steps_read(struct version_steps *steps, struct breakwater_run *run,
	const struct versions *versions, const struct report_scope *scope)
{
	uint32_t n = versions->list.n;

	*steps = (struct version_steps){
		.run = run, .versions = versions, .scope = *scope, .n = n, .at = n
	};
	steps->snapshots = snapshots_of(run);
	steps->snapshots.scope = &steps->scope;
	steps->items = NEW_ARRAY(run->arena, n + 1, struct version_step);
	steps->spent = spent_new(run->arena, run->names,
		run->settings->rest.ignore_unstable_packages ? package_is_unstable : NULL);
	for (uint32_t i = 0; i < n; i++) {
		struct source *source;

		if (!version_source(run, versions, &versions->list.items[i], &source) ||
			!snapshot_next(&steps->snapshots, source, true))
			return false;
		take_step(steps, i);
	}
	if (!take_new(steps))
		return false;
	map_init(&steps->models, run->arena);
	for (uint32_t i = 0; i < steps->snapshots.current.n; i++) {
		struct model_file *file = steps->snapshots.current.entries[i].value;

		if (file && file->is_own)
			*map_put(&steps->models, file->path.p, 0) = file;
	}
	return true;
}

/* ---- going back ---- */

void version_steps_back(struct version_steps *steps, uint32_t version)
{
	for (; steps->at > version; steps->at--) {
		const struct version_step *step = &steps->items[steps->at];

		for (uint32_t i = 0; i < step->new.list.n; i++)
			*map_put(&steps->models, step->new.list.items[i]->path.p, 0) = NULL;
		for (uint32_t i = 0; i < step->old.list.n; i++)
			*map_put(&steps->models, step->old.list.items[i]->path.p, 0) =
				(void *)step->old.list.items[i];
	}
}

void version_steps_narrow(struct version_steps *steps, const struct model_files *old,
	enum narrow_for purpose, struct path_list *paths)
{
	struct breakwater_run *run = steps->run;
	const struct map *current = &steps->snapshots.current;

	if (!steps->has_new_names) {
		steps->has_new_names = true;
		name_index_init(&steps->new_names, run->arena, run->names);
		for (uint32_t i = 0; i < current->n; i++)
			if (current->entries[i].value)
				name_index_add(&steps->new_names, current->entries[i].value);
	}
	narrow_to(&steps->new_names, &(struct narrow_request){ old, purpose, run->arena }, paths);
}

/* Of BASE only what the new side has otherwise needs an index. */
void version_steps_at_base(struct version_steps *steps)
{
	struct breakwater_run *run = steps->run;

	steps->has_base_names = true;
	name_index_init(&steps->base_names, run->arena, run->names);
	for (uint32_t i = 0; i < run->changes.list.n; i++) {
		struct str path = intern(run->names, run->changes.list.items[i].path);
		const struct model_file *file = map_get(&steps->models, path.p, 0);

		if (file)
			name_index_add(&steps->base_names, file);
	}
}

void version_steps_narrow_to_base(
	struct version_steps *steps, const struct model_files *old, struct path_list *paths)
{
	version_steps_narrow(steps, old, NARROW_FOR_FINDINGS, paths);
	if (steps->has_base_names)
		narrow_to(&steps->base_names,
			&(struct narrow_request){ old, NARROW_FOR_FINDINGS, steps->run->arena },
			paths);
}

/* ---- what the change touches ---- */

static void note_change(struct affecting *affecting, struct map *changed, struct str path)
{
	affecting_add(affecting, path, NULL, NULL, true);
	*map_put(changed, path.p, 0) = affecting;
}

static void find_changed(struct version_steps *steps)
{
	struct breakwater_run *run = steps->run;
	struct affecting affecting;
	struct path_list importers;

	map_init(&steps->changed, run->arena);
	affecting_init(&affecting, run->arena, run->names, &steps->snapshots.current);
	for (uint32_t i = 0; i < run->changes.list.n; i++)
		note_change(&affecting, &steps->changed,
			intern(run->names, run->changes.list.items[i].path));
	do {
		importers = (struct path_list){ 0 };
		affected_find(&affecting, &importers);
		for (uint32_t i = 0; i < importers.list.n; i++)
			note_change(&affecting, &steps->changed, importers.list.items[i]);
	} while (importers.list.n);
}

bool version_steps_changed(struct version_steps *steps, struct str path)
{
	if (!steps->run->changes.complete)
		return true;
	if (!steps->has_changed)
		find_changed(steps);
	steps->has_changed = true;
	return map_get(&steps->changed, intern(steps->run->names, path).p, 0) != NULL;
}
