/* Configurations in folders below the top, if the top has none. Only the folders above the
 * contracts of a check are searched, not the whole tree. */
#include "config/read.h"

/* One folder that was searched. */
struct searched {
	struct str folder;
	struct config config; /* config.found: there is a file */
	struct diags diags;   /* of its file, held back until it governs some contract */
	bool ok, governs;
	struct searched *governing; /* find_governing's answer, once it is_resolved */
	bool is_resolved;
};

struct nested {
	struct arena *arena;
	struct said said;
	VEC(struct searched *) governing;
	struct map folders; /* hash of a path → struct searched * */
};

/* One call of config_discover. */
struct discovery {
	const struct config_request *request;
	struct config *config;
};

struct nested *nested_new(struct arena *arena)
{
	struct nested *nested = NEW(arena, struct nested);

	nested->arena = arena;
	map_init(&nested->folders, arena);
	return nested;
}

static struct searched *look(struct discovery *d, struct str folder)
{
	struct nested *nested = d->config->nested;
	struct config_request request = *d->request;
	uint64_t hash = str_hash(folder);
	struct searched *searched = map_get(&nested->folders, NULL, hash);

	if (searched && str_eq(searched->folder, folder))
		return searched;
	searched = NEW(nested->arena, struct searched);
	searched->folder = str_dup(nested->arena, folder);
	diags_init(&searched->diags, nested->arena);
	request.diags = &searched->diags;
	searched->ok =
		config_read_folder(&request, searched->folder, &nested->said, &searched->config);
	*map_put(&nested->folders, NULL, hash) = searched;
	return searched;
}

static bool is_workspace(const struct config *config)
{
	return config->version == RULES_V2 || str_ends(config->file, S("buf.work.yaml"));
}

static bool has_module_above(const struct config *config, struct str folder)
{
	for (uint32_t i = 0; i < config->modules.n; i++)
		if (path_under(folder, config->modules.items[i].path))
			return true;
	return false;
}

/* The workspace that has a folder with its own configuration as a module; else the folder. */
static struct searched *find_workspace(struct discovery *d, struct searched *inner)
{
	struct str folder = path_parent(inner->folder);

	if (!inner->ok || is_workspace(&inner->config))
		return inner;
	for (; folder.n > d->request->source->top.n; folder = path_parent(folder)) {
		struct searched *searched = look(d, folder);
		const struct config *config = &searched->config;

		if (config->found && searched->ok && is_workspace(config) &&
			has_module_above(config, inner->folder))
			return searched;
	}
	return inner;
}

/* The folder whose configuration governs the files in `folder`; NULL: none, the defaults apply. */
static struct searched *find_governing(struct discovery *d, struct str folder)
{
	struct searched *searched;

	if (folder.n <= d->request->source->top.n)
		return NULL;
	searched = look(d, folder);
	if (!searched->is_resolved) {
		searched->is_resolved = true;
		searched->governing = searched->config.found
					      ? find_workspace(d, searched)
					      : find_governing(d, path_parent(folder));
	}
	return searched->governing;
}

static void exclude(struct discovery *d, struct module *module, struct str folder)
{
	if (path_under(folder, module->path) && folder.n > module->path.n)
		*vec_push(d->request->arena, &module->excludes) = folder;
}

/* Adds the modules of a folder's file to the whole configuration. */
static void take_modules(struct discovery *d, struct searched *searched)
{
	struct config *config = d->config, *part = &searched->config;
	struct nested *nested = config->nested;
	bool is_covered = false;

	for (uint32_t i = 0; i < part->promises.n; i++) {
		struct promise *promise = vec_push(d->request->arena, &config->promises);

		*promise = part->promises.items[i];
		promise->folder = searched->folder;
	}

	for (uint32_t i = 0; i < config->modules.n; i++)
		exclude(d, &config->modules.items[i], searched->folder);
	for (uint32_t i = 0; i < part->modules.n; i++) {
		struct module *module = vec_push(d->request->arena, &config->modules);

		*module = part->modules.items[i];
		is_covered |= str_eq(module->path, searched->folder);
		/* With `roots:`, files outside of the roots are no part of the contract. */
		for (uint32_t k = 0; k < part->roots.n; k++)
			if (!str_eq(part->roots.items[k], module->path))
				*vec_push(d->request->arena, &module->includes) =
					part->roots.items[k];
		for (uint32_t k = 0; k < nested->governing.n; k++)
			exclude(d, module, nested->governing.items[k]->folder);
	}
	if (is_covered)
		return;
	part->rest.path = searched->folder;
	*vec_push(d->request->arena, &part->rest.excludes) = searched->folder;
	*vec_push(d->request->arena, &config->modules) = part->rest;
}

/* Settings of the whole check have no effect below the top. */
static void warn_of_base(const struct searched *looked, struct diags *diags)
{
	if (looked->config.base.p)
		diag_warning(diags, NOWHERE, "'base:' of '" STR "' is ignored",
			ARG(looked->config.file));
	if (looked->config.strict_imports)
		diag_warning(diags, NOWHERE, "'strict_imports:' of '" STR "' is ignored",
			ARG(looked->config.file));
	if (looked->config.base.p || looked->config.strict_imports)
		diag_help(diags, "only the breakwater.yaml at the top can set it");
}

bool config_discover(const struct config_request *request, struct str path, struct config *config)
{
	struct discovery d = { request, config };
	struct searched *searched = config->nested ? find_governing(&d, path_parent(path)) : NULL;

	if (!searched || searched->governs)
		return !searched || searched->ok;
	searched->governs = true;
	diags_adopt(request->diags, &searched->diags);
	if (!searched->ok)
		return false;
	if (!request->override->layout_only)
		warn_of_base(searched, request->diags);
	take_modules(&d, searched);
	*vec_push(request->arena, &config->nested->governing) = searched;
	*vec_push(request->arena, &config->nested_files) = searched->config.file;
	return true;
}
