#include "obstacle.h"
#include "source/source.h"

struct obstacle {
	const char *text; /* as source_obstacle says it; NULL: there is none */
	struct str path;
};

/* What stands on a side where the other has a file, under its path or its import path. */
static struct obstacle find_obstacle(const struct obstacle_request *r, const struct side *side,
	const struct side *other, const struct file *file)
{
	const struct roots *roots = &side->roots;
	struct obstacle found;
	struct str below = file->text->path;

	if (path_under(below, other->source->top) && other->source->top.n)
		below = str_from(below, other->source->top.n + 1);
	found.path = path_join(r->arena, side->source->top, below);
	found.text = source_obstacle(side->source, found.path);
	for (uint32_t i = 0; !found.text && i < roots->declared.n; i++) {
		found.path = path_join(r->arena, roots->declared.items[i], file->import_path);
		found.text = source_obstacle(side->source, found.path);
	}
	return found;
}

/* Hashes of packages, and of the paths of old files, whose deletion is reported. */
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

/* Reports what cannot be read on the new side, unless a finding reports it as a deletion. */
static bool judge_new(const struct obstacle_request *r)
{
	struct map deleted;
	bool ok = true;

	find_deleted(r, &deleted);
	for (uint32_t i = 0; i < r->old_schema->files.n; i++) {
		const struct file *file = r->old_schema->files.items[i].file;
		struct obstacle found;

		if (!r->old_schema->files.items[i].own || diff_find_file(r->diff, true, file) ||
			map_get(&deleted, NULL, str_hash(file->text->path)) ||
			map_get(&deleted, NULL, str_hash(file->package)))
			continue;
		found = find_obstacle(r, r->new, r->old, file);
		if (!found.text)
			continue;
		diag_error(r->diags, NOWHERE, "'" STR "' was a contract and %s now",
			ARG(source_path_name(r->new->source, r->diags->arena, found.path)),
			found.text);
		diag_help(r->diags,
			"the effect of that is unknown; put a contract there, or nothing");
		ok = false;
	}
	return ok;
}

/* Reports what cannot be read on the old side, where the new one has a file: it may not be new. A
 * link that leads nowhere was no contract, nor was a folder. */
static bool judge_old(const struct obstacle_request *r)
{
	bool ok = true;

	for (uint32_t i = 0; i < r->new_schema->files.n; i++) {
		const struct file *file = r->new_schema->files.items[i].file;
		struct obstacle found;

		if (!r->new_schema->files.items[i].own || diff_find_file(r->diff, false, file))
			continue;
		found = find_obstacle(r, r->old, r->new, file);
		if (!found.text || strcmp(found.text, OBSTACLE_OTHER) != 0)
			continue;
		diag_error(r->diags, NOWHERE, "'" STR "' %s, so its old contents are unknown",
			ARG(source_path_name(r->old->source, r->diags->arena, found.path)),
			found.text);
		ok = false;
	}
	return ok;
}

bool obstacles_judge(const struct obstacle_request *request)
{
	bool ok = judge_new(request);

	return judge_old(request) && ok;
}
