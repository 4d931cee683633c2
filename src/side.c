#include "side.h"

/* Takes --root, relative to the top of the input. */
static bool roots_of_options(
	const struct side_options *options, const struct source *source, struct roots *roots)
{
	for (size_t i = 0; i < options->n_root_options; i++) {
		struct str root = options->root_options[i], path;

		if (!path_normalize(options->arena, root, &path)) {
			diag_error(options->diags, NOWHERE,
				"the root '" STR "' leads out of the input", ARG(root));
			diag_help(options->diags, "a root is a folder below the top of the input, "
						  "as in '--root proto'");
			return false;
		}
		*vec_push(options->arena, &roots->declared) =
			path_join(options->arena, source->top, path);
	}
	return true;
}

/* Where the configuration declares the root; NOWHERE: --root does. */
static struct place root_place(
	const struct side_options *options, const struct config *config, struct str root)
{
	for (uint32_t i = 0; i < config->written_roots.n && !options->n_root_options; i++)
		if (str_eq(config->written_roots.items[i].path, root))
			return config->written_roots.items[i].place;
	return NOWHERE;
}

/* False and an error if the side has no contract in `folder`. */
static bool require_contract(
	const struct side_options *options, struct side *side, struct str folder, const char *what)
{
	uint32_t errors = options->diags->n_errors;

	if (source_has_contract(side->source, folder, options->diags))
		return true;
	if (options->diags->n_errors > errors)
		return false;
	diag_error(options->diags, root_place(options, &side->config, folder),
		"%s '" STR "' has no contract in " STR, what, ARG(folder), ARG(side->source->name));
	diag_help(options->diags,
		"no file below it ends in '.proto', while others in " STR " do: is the name right?",
		ARG(side->source->name));
	return false;
}

/* An empty variable counts as unset, as for git. */
static struct str variable(struct arena *arena, const char *text)
{
	return text && *text ? str_dup(arena, str_of(text)) : (struct str){ 0 };
}

struct source_options source_options_of(struct arena *arena, struct intern *names,
	struct str directory, const struct breakwater_git *git)
{
	return (struct source_options){
		.arena = arena,
		.names = names,
		.directory = directory,
		.git_dir = variable(arena, git->dir),
		.git_work_tree = variable(arena, git->work_tree),
		.git_index_file = variable(arena, git->index_file),
		.git_object_directory = variable(arena, git->object_directory),
		.git_alternates = variable(arena, git->alternates),
		.git_ceiling = variable(arena, git->ceiling),
		.git_common_dir = variable(arena, git->common_dir),
		.home = variable(arena, git->home),
		.max_file_bytes = MAX_FILE_BYTES,
		.max_files = MAX_FILES,
	};
}

static struct config_request config_request_of(
	const struct side_options *options, const struct side *side)
{
	return (struct config_request){ options->arena, side->source, options->override,
		options->diags };
}

static void tell_asked(void *context, struct str request, long status)
{
	const struct breakwater_registry *given = context;
	char text[4096];
	size_t n = request.n < sizeof text ? request.n : sizeof text - 1;

	*str_put(text, str_head(request, n)) = '\0';
	given->asked(given->asked_context, text, status);
}

struct registry_access *registry_access_of(
	struct arena *arena, const struct breakwater_registry *given)
{
	struct registry_access *access = NEW(arena, struct registry_access);
	struct breakwater_registry *kept = NEW(arena, struct breakwater_registry);

	*kept = *given;
	*access = (struct registry_access){
		.url = variable(arena, given->url),
		.user = variable(arena, given->user),
		.password = variable(arena, given->password),
		.token = variable(arena, given->token),
		.password_file = variable(arena, given->password_file),
		.token_file = variable(arena, given->token_file),
		.key_password_file = variable(arena, given->key_password_file),
		.netrc = variable(arena, given->netrc),
		.ca = variable(arena, given->ca),
		.cert = variable(arena, given->cert),
		.key = variable(arena, given->key),
		.group = variable(arena, given->group),
		.cache = variable(arena, given->cache),
		.seconds = given->timeout,
		.offline = given->offline,
		.allow_http = given->allow_http,
		.asked = given->asked ? tell_asked : NULL,
		.context = kept,
	};
	return access;
}

bool side_configure(const struct side_options *options, struct side *side)
{
	struct config_request request = config_request_of(options, side);

	return config_read(&request, &side->config);
}

bool side_discover(const struct side_options *options, struct side *side, struct str path)
{
	struct config_request request = config_request_of(options, side);

	return config_discover(&request, path, &side->config);
}

void side_take_roots(const struct side_options *options, struct side *side)
{
	if (side->config.modules.n > side->n_rooted && !options->n_root_options)
		config_roots(options->arena, &side->config, &side->roots);
	side->n_rooted = side->config.modules.n;
}

bool side_discover_all(const struct side_options *options, struct side *side)
{
	const struct source_list *list;
	bool ok = true;

	if (!side->config.nested)
		return true;
	list = source_files(side->source, options->diags);
	for (uint32_t i = 0; list && i < list->entries.n; i++)
		ok &= side_discover(options, side, list->entries.items[i].path);
	side_take_roots(options, side);
	return list && ok;
}

void side_warn_of_modules(
	struct side *old, struct side *new, struct arena *arena, struct diags *diags)
{
	for (uint32_t i = 0; i < new->config.modules.n; i++) {
		const struct module *module = &new->config.modules.items[i];

		if (!module->path_place.text || new->source->by_import_path ||
			source_has_contract(new->source, module->path, diags) ||
			source_has_contract(old->source,
				path_move(arena, module->path, new->source->top, old->source->top),
				diags))
			continue;
		diag_warning(diags, module->path_place,
			"the module '" STR "' has no contract on either side", ARG(module->path));
		diag_help(diags, "its settings have no effect: is the name right?");
	}
}

bool side_find_roots(const struct side_options *options, struct side *side)
{
	uint32_t errors = options->diags->n_errors;
	bool ok = true;

	side->roots = (struct roots){ 0 };
	side->n_rooted = side->config.modules.n;
	/* The files of a set are named by import path: there is nothing to find. */
	if (!side->source->by_import_path) {
		if (!roots_of_options(options, side->source, &side->roots))
			return false;
		if (!side->roots.declared.n)
			config_roots(options->arena, &side->config, &side->roots);
	}
	side->roots.inferred |= side->roots.declared.n == 0;

	side->has_contract = source_has_contract(side->source, S(""), options->diags);
	if (options->diags->n_errors > errors)
		return false;
	if (!side->has_contract || options->lenient)
		return true;
	if (side->source->top.n)
		ok = require_contract(options, side, side->source->top, "the folder");
	for (uint32_t i = 0; ok && !side->roots.inferred && i < side->roots.declared.n; i++)
		ok = require_contract(options, side, side->roots.declared.items[i], "the root");
	return ok;
}
