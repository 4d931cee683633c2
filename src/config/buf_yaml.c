/*
 * buf.yaml in its three versions, as buf 1.75 reads them (measured). In v1beta1, ignored paths
 * count from each of several roots; v1 is one module; in v2 the paths of all modules count from the
 * file's folder.
 */
#include "config/read.h"

static const struct str v1beta1_keys[] = { STR_INIT("version"), STR_INIT("name"), STR_INIT("deps"),
	STR_INIT("build"), STR_INIT("lint"), STR_INIT("breaking") };
static const struct str v2_keys[] = { STR_INIT("version"), STR_INIT("name"), STR_INIT("modules"),
	STR_INIT("deps"), STR_INIT("lint"), STR_INIT("breaking"), STR_INIT("plugins"),
	STR_INIT("policies") };
static const struct str module_keys[] = { STR_INIT("path"), STR_INIT("name"), STR_INIT("includes"),
	STR_INIT("excludes"), STR_INIT("lint"), STR_INIT("breaking") };
static const struct str build_keys[] = { STR_INIT("excludes"), STR_INIT("roots") };
static const struct str breaking_keys[] = { STR_INIT("use"), STR_INIT("except"), STR_INIT("ignore"),
	STR_INIT("ignore_only"), STR_INIT("ignore_unstable_packages"),
	STR_INIT("disable_builtin") };

static bool is_among(struct str word, const struct str *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(words[i], word))
			return true;
	return false;
}

static void check_keys(
	struct config_reader *r, const struct yaml_node *map, const struct str *words, size_t n)
{
	if (r->override->layout_only)
		return;
	for (uint32_t i = 0; i < map->pairs.n; i++)
		if (!is_among(map->pairs.items[i].key->value, words, n))
			report_unknown(r, map->pairs.items[i].key, "key", words, n);
}

/* A newer buf may have more keys: an unknown key is an error only if it looks like a typo. */
static void check_top_keys(
	struct config_reader *r, const struct yaml_node *map, const struct str *words, size_t n)
{
	if (r->override->layout_only)
		return;
	for (uint32_t i = 0; i < map->pairs.n; i++) {
		const struct yaml_node *key = map->pairs.items[i].key;

		if (is_among(key->value, words, n))
			continue;
		if (str_nearest(key->value, words, n).p)
			report_unknown(r, key, "key", words, n);
		else
			diag_warning(r->diags, node_place(r, key),
				"unknown key '" STR "' is ignored", ARG(key->value));
	}
}

static void say_once(struct config_reader *r, const struct yaml_node *root, struct str key,
	bool *said, const char *sentence)
{
	const struct yaml_node *node = yaml_get(root, key);

	if (!node || *said || r->override->layout_only ||
		!(node->kind == YAML_LIST ? node->items.n : node->kind == YAML_MAP))
		return;
	*said = true;
	diag_warning(r->diags, node_place(r, node), "%s", sentence);
}

static void say_unsupported(struct config_reader *r, const struct yaml_node *root)
{
	say_once(r, root, S("deps"), &r->said->deps,
		"'deps' are not fetched: their files count as missing imports");
	say_once(r, root, S("plugins"), &r->said->plugins,
		"check plugins are not run: only the built-in rules are checked");
	say_once(r, root, S("policies"), &r->said->policies,
		"policies are not fetched: only the rules of this file are checked");
}

static void read_breaking_part(struct config_reader *r, const struct yaml_node *part,
	const struct str *folders, size_t n_folders, struct module *module)
{
	struct breaking_nodes nodes = { .folders = folders, .n_folders = n_folders };

	if (!r->override->layout_only && expect_kind(r, part, YAML_MAP, S("breaking"))) {
		check_keys(r, part, breaking_keys,
			COUNT(breaking_keys) - (r->version == RULES_V2 ? 0 : 1));
		nodes.use = yaml_get(part, S("use"));
		nodes.except = yaml_get(part, S("except"));
		nodes.ignore = yaml_get(part, S("ignore"));
		nodes.ignore_only = yaml_get(part, S("ignore_only"));
		nodes.ignore_unstable_packages = yaml_get(part, S("ignore_unstable_packages"));
		if (r->version == RULES_V2)
			nodes.disable_builtin = yaml_get(part, S("disable_builtin"));
	}
	read_breaking(r, &nodes, module);
}

void read_folders(struct config_reader *r, const struct yaml_node *list, struct str key,
	struct str base, struct module *modules, size_t n)
{
	bool include = str_eq(key, S("includes"));

	if (!expect_kind(r, list, YAML_LIST, key))
		return;
	for (uint32_t i = 0; i < list->items.n; i++) {
		const struct yaml_node *node = list->items.items[i];
		struct str path;
		bool held = false;

		if (!read_path(r, node, base, &path))
			continue;
		for (size_t k = 0; k < n; k++) {
			if (!path_under(path, modules[k].path))
				continue;
			held = true;
			if (include)
				*vec_push(r->arena, &modules[k].includes) = path;
			else
				*vec_push(r->arena, &modules[k].excludes) = path;
		}
		if (!held)
			diag_error(r->diags, node_place(r, node),
				"'" STR "' is not below the module", ARG(node->value));
	}
}

/* v1beta1 and v1: one module for each root; all share the file's settings. */
static void read_v1(struct config_reader *r, const struct yaml_node *root, struct config *config)
{
	const struct yaml_node *build = yaml_get(root, S("build"));
	const struct yaml_node *roots = NULL;
	VEC(struct str) folders = { 0 };
	struct module settings = { 0 };
	uint32_t first = config->modules.n;

	check_top_keys(r, root, v1beta1_keys, COUNT(v1beta1_keys));
	if (expect_kind(r, build, YAML_MAP, S("build"))) {
		check_keys(r, build, build_keys, r->version == RULES_V1BETA1 ? 2 : 1);
		if (r->version == RULES_V1BETA1)
			roots = yaml_get(build, S("roots"));
	}
	if (expect_kind(r, roots, YAML_LIST, S("roots"))) {
		for (uint32_t i = 0; i < roots->items.n; i++) {
			struct str path;

			if (!read_path(r, roots->items.items[i], r->folder, &path))
				continue;
			*vec_push(r->arena, &folders) = path;
			*vec_push(r->arena, &config->written_roots) = (struct written_root){
				path, node_place(r, roots->items.items[i])
			};
		}
	}
	if (!folders.n)
		*vec_push(r->arena, &folders) = r->folder;
	read_breaking_part(r, yaml_get(root, S("breaking")), folders.items, folders.n, &settings);
	for (uint32_t i = 0; i < folders.n; i++) {
		struct module *module = vec_push(r->arena, &config->modules);

		*module = settings;
		module->path = folders.items[i];
	}
	if (build && build->kind == YAML_MAP)
		read_folders(r, yaml_get(build, S("excludes")), S("excludes"), r->folder,
			config->modules.items + first, config->modules.n - first);
}

static void read_module(
	struct config_reader *r, const struct yaml_node *node, struct config *config)
{
	const struct yaml_node *path = yaml_get(node, S("path"));
	const struct yaml_node *breaking = yaml_get(node, S("breaking"));
	struct module module = config->rest;

	if (node->kind != YAML_MAP) {
		diag_error(r->diags, node_place(r, node), "a module is a mapping, not %s",
			yaml_kind_name(node));
		return;
	}
	check_keys(r, node, module_keys, COUNT(module_keys));
	module.path = r->folder;
	if (path && path->kind != YAML_NULL && !read_path(r, path, r->folder, &module.path))
		return;
	if (path && path->kind != YAML_NULL)
		*vec_push(r->arena, &config->written_roots) =
			(struct written_root){ module.path, node_place(r, path) };
	/* A module's own settings replace the file's; they do not extend them. */
	if (breaking && breaking->kind != YAML_NULL) {
		module.ignores.n = module.ignore_places.n = module.n_ignore_only = 0;
		module.ignores.items = NULL;
		module.ignores.cap = 0;
		module.ignore_places.items = NULL;
		module.ignore_places.cap = 0;
		module.ignore_only = NULL;
		module.ignore_unstable_packages = false;
		read_breaking_part(r, breaking, &r->folder, 1, &module);
	}
	read_folders(r, yaml_get(node, S("includes")), S("includes"), r->folder, &module, 1);
	read_folders(r, yaml_get(node, S("excludes")), S("excludes"), r->folder, &module, 1);
	*vec_push(r->arena, &config->modules) = module;
}

static void read_v2(struct config_reader *r, const struct yaml_node *root, struct config *config)
{
	const struct yaml_node *modules = yaml_get(root, S("modules"));

	check_top_keys(r, root, v2_keys, COUNT(v2_keys));
	read_breaking_part(r, yaml_get(root, S("breaking")), &r->folder, 1, &config->rest);
	if (expect_kind(r, modules, YAML_LIST, S("modules")) && modules->items.n) {
		for (uint32_t i = 0; i < modules->items.n; i++)
			read_module(r, modules->items.items[i], config);
		return;
	}
	*vec_push(r->arena, &config->modules) = config->rest;
	config->modules.items[config->modules.n - 1].path = r->folder;
}

static bool read_buf_version(struct config_reader *r, const struct yaml_node *root)
{
	static const struct str names[] = { STR_INIT("v1beta1"), STR_INIT("v1"), STR_INIT("v2") };
	static const enum rules_version versions[] = { RULES_V1BETA1, RULES_V1, RULES_V2 };
	const struct yaml_node *version = yaml_get(root, S("version"));

	if (!version || version->kind != YAML_SCALAR) {
		diag_error(r->diags, place_in(r->text, NO_SPAN), "no 'version'");
		diag_help(r->diags, "begin with 'version: v2'");
		return false;
	}
	for (size_t i = 0; i < COUNT(names); i++) {
		if (!str_eq(version->value, names[i]))
			continue;
		r->version = versions[i];
		r->version_name = names[i].p;
		return true;
	}
	diag_error(
		r->diags, node_place(r, version), "unknown version '" STR "'", ARG(version->value));
	diag_help(r->diags, "the versions are v1beta1, v1 and v2");
	return false;
}

void add_default_module(struct config_reader *r, struct str path, struct config *config)
{
	struct module *module = vec_push(r->arena, &config->modules);
	struct breaking_nodes nodes = { .folders = &r->folder, .n_folders = 1 };

	module->path = path;
	read_breaking(r, &nodes, module);
}

bool read_buf_yaml(struct config_reader *r, const struct yaml_node *root, struct config *config)
{
	uint32_t n_errors = r->diags->n_errors;

	if (root->kind != YAML_MAP) {
		diag_error(r->diags, node_place(r, root), "expected a mapping, not %s",
			yaml_kind_name(root));
		return false;
	}
	if (!read_buf_version(r, root))
		return false;
	config->is_buf = config->has_roots = true;
	config->version = r->version;
	say_unsupported(r, root);
	if (r->version == RULES_V2)
		read_v2(r, root, config);
	else
		read_v1(r, root, config);
	return r->diags->n_errors == n_errors;
}
