#include "obstacle.h"
#include "source/source.h"

/* What stands on a side where the other has a file, under its path or its import path. */
static const char *find_obstacle(const struct obstacle_request *r, const struct side *side,
	const struct side *other, const struct file *file, struct str *path)
{
	const struct roots *roots = &side->roots;
	const char *obstacle;
	struct str below = file->text->path;

	if (path_under(below, other->source->top) && other->source->top.n)
		below = str_from(below, other->source->top.n + 1);
	*path = path_join(r->arena, side->source->top, below);
	obstacle = source_obstacle(side->source, *path);
	for (uint32_t i = 0; !obstacle && i < roots->declared.n; i++) {
		*path = path_join(r->arena, roots->declared.items[i], file->import_path);
		obstacle = source_obstacle(side->source, *path);
	}
	return obstacle;
}

/* Hashes of the paths of the old side's files, and the packages, whose deletion is reported. */
static void find_deleted(const struct obstacle_request *r, struct map *deleted)
{
	map_init(deleted, r->arena);
	for (uint32_t i = 0; i < r->findings->list.n; i++) {
		const struct finding *finding = r->findings->list.items[i];

		if (finding->rule->on == PAIR_PACKAGE)
			*map_put(deleted, NULL, str_hash(finding->element)) = (void *)finding;
		else if (finding->old_file && (finding->gone || finding->rule->on == PAIR_FILE))
			*map_put(deleted, NULL, str_hash(finding->old_file->text->path)) =
				(void *)finding;
	}
}

/* Where the new side has what nobody can read. */
static bool judge_new(const struct obstacle_request *r)
{
	struct map deleted;
	bool ok = true;

	find_deleted(r, &deleted);
	for (uint32_t i = 0; i < r->old_schema->files.n; i++) {
		const struct file *file = r->old_schema->files.items[i].file;
		const char *obstacle;
		struct str path;

		if (!r->old_schema->files.items[i].own || diff_find_file(r->diff, true, file) ||
			map_get(&deleted, NULL, str_hash(file->text->path)) ||
			map_get(&deleted, NULL, str_hash(file->package)))
			continue;
		obstacle = find_obstacle(r, r->new, r->old, file, &path);
		if (!obstacle)
			continue;
		diag_error(r->diags, NOWHERE, "'" STR "' was a contract and %s now",
			ARG(source_path_name(r->new->source, r->diags->arena, path)), obstacle);
		diag_help(r->diags,
			"what that breaks is not known; put a contract there, or nothing");
		ok = false;
	}
	return ok;
}

/* Where the old side has: what the new one has there cannot be new. A link that leads nowhere was
 * no contract to anybody, and a folder is none. */
static bool judge_old(const struct obstacle_request *r)
{
	bool ok = true;

	for (uint32_t i = 0; i < r->new_schema->files.n; i++) {
		const struct file *file = r->new_schema->files.items[i].file;
		const char *obstacle;
		struct str path;

		if (!r->new_schema->files.items[i].own || diff_find_file(r->diff, false, file))
			continue;
		obstacle = find_obstacle(r, r->old, r->new, file, &path);
		if (!obstacle || strcmp(obstacle, OBSTACLE_OTHER) != 0)
			continue;
		diag_error(r->diags, NOWHERE, "'" STR "' %s, so what it was is not known",
			ARG(source_path_name(r->old->source, r->diags->arena, path)), obstacle);
		ok = false;
	}
	return ok;
}

bool obstacles_judge(const struct obstacle_request *request)
{
	bool ok = judge_new(request);

	return judge_old(request) && ok;
}
