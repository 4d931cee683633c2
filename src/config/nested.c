/* Configurations in folders below the top, if the top has none. Only the folders above the
 * contracts of a check are searched, not the whole tree. */
#include "config/read.h"

/* One folder that was searched. */
struct looked {
	struct str folder;
	struct config config; /* config.found: there is a file */
	struct diags diags;   /* of its file, held back until it governs some contract */
	bool ok, governs;
	struct looked *governing; /* find_governing's answer, once it is_resolved */
	bool is_resolved;
};

struct nested {
	struct arena *arena;
	struct said said;
	VEC(struct looked *) governing;
	struct map folders; /* hash of a path → struct looked * */
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

static struct looked *look(struct discovery *d, struct str folder)
{
	struct nested *nested = d->config->nested;
	struct config_request request = *d->request;
	uint64_t hash = str_hash(folder);
	struct looked *looked = map_get(&nested->folders, NULL, hash);

	if (looked && str_eq(looked->folder, folder))
		return looked;
	looked = NEW(nested->arena, struct looked);
	looked->folder = str_dup(nested->arena, folder);
	diags_init(&looked->diags, nested->arena);
	request.diags = &looked->diags;
	looked->ok = config_read_folder(&request, looked->folder, &nested->said, &looked->config);
	*map_put(&nested->folders, NULL, hash) = looked;
	return looked;
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
static struct looked *find_workspace(struct discovery *d, struct looked *inner)
{
	struct str folder = path_parent(inner->folder);

	if (!inner->ok || is_workspace(&inner->config))
		return inner;
	for (; folder.n > d->request->source->top.n; folder = path_parent(folder)) {
		struct looked *looked = look(d, folder);
		const struct config *config = &looked->config;

		if (config->found && looked->ok && is_workspace(config) &&
			has_module_above(config, inner->folder))
			return looked;
	}
	return inner;
}

/* The folder whose configuration governs the files in `folder`; NULL: none, the defaults apply. */
static struct looked *find_governing(struct discovery *d, struct str folder)
{
	struct looked *looked;

	if (folder.n <= d->request->source->top.n)
		return NULL;
	looked = look(d, folder);
	if (!looked->is_resolved) {
		looked->is_resolved = true;
		looked->governing = looked->config.found ? find_workspace(d, looked)
							 : find_governing(d, path_parent(folder));
	}
	return looked->governing;
}

static void exclude(struct discovery *d, struct module *module, struct str folder)
{
	if (path_under(folder, module->path) && folder.n > module->path.n)
		*vec_push(d->request->arena, &module->excludes) = folder;
}

/* Adds the modules of a folder's file to the whole configuration. */
static void take_modules(struct discovery *d, struct looked *looked)
{
	struct config *config = d->config, *part = &looked->config;
	struct nested *nested = config->nested;
	bool is_covered = false;

	for (uint32_t i = 0; i < config->modules.n; i++)
		exclude(d, &config->modules.items[i], looked->folder);
	for (uint32_t i = 0; i < part->modules.n; i++) {
		struct module *module = vec_push(d->request->arena, &config->modules);

		*module = part->modules.items[i];
		is_covered |= str_eq(module->path, looked->folder);
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
	part->rest.path = looked->folder;
	*vec_push(d->request->arena, &part->rest.excludes) = looked->folder;
	*vec_push(d->request->arena, &config->modules) = part->rest;
}

/* Settings of the whole check have no effect below the top. */
static void warn_of_base(const struct looked *looked, struct diags *diags)
{
	if (looked->config.base.p)
		diag_warning(diags, NOWHERE, "'base:' of '" STR "' is passed over",
			ARG(looked->config.file));
	if (looked->config.strict_imports)
		diag_warning(diags, NOWHERE, "'strict_imports:' of '" STR "' is passed over",
			ARG(looked->config.file));
	if (looked->config.base.p || looked->config.strict_imports)
		diag_help(diags, "it counts in the breakwater.yaml at the top alone");
}

bool config_discover(const struct config_request *request, struct str path, struct config *config)
{
	struct discovery d = { request, config };
	struct looked *looked = config->nested ? find_governing(&d, path_parent(path)) : NULL;

	if (!looked || looked->governs)
		return !looked || looked->ok;
	looked->governs = true;
	diags_adopt(request->diags, &looked->diags);
	if (!looked->ok)
		return false;
	if (!request->override->layout_only)
		warn_of_base(looked, request->diags);
	take_modules(&d, looked);
	*vec_push(request->arena, &config->nested->governing) = looked;
	*vec_push(request->arena, &config->nested_files) = looked->config.file;
	return true;
}
