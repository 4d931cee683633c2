#include "config/read.h"

static const struct str keys[] = {
	STR_INIT("version"),
	STR_INIT("roots"),
	STR_INIT("modules"),
	STR_INIT("base"),
	STR_INIT("use"),
	STR_INIT("except"),
	STR_INIT("ignore"),
	STR_INIT("ignore_only"),
	STR_INIT("ignore_unstable_packages"),
	STR_INIT("severity"),
	STR_INIT("strict_imports"),
	STR_INIT("contracts"),
	STR_INIT("options"),
	STR_INIT("history"),
	STR_INIT("retirement"),
	STR_INIT("registry"),
};

static const struct str retirement_keys[] = {
	STR_INIT("deprecated_for"),
	STR_INIT("reserve"),
};

static const struct str history_keys[] = {
	STR_INIT("versions"),
	STR_INIT("since"),
	STR_INIT("check"),
};

/* The first `N_LAYOUT_KEYS` keys define which files belong to a module; the others are its
 * settings. */
enum { N_LAYOUT_KEYS = 3 };

static const struct str module_keys[] = {
	STR_INIT("path"),
	STR_INIT("includes"),
	STR_INIT("excludes"),
	STR_INIT("use"),
	STR_INIT("except"),
	STR_INIT("ignore"),
	STR_INIT("ignore_only"),
	STR_INIT("ignore_unstable_packages"),
	STR_INIT("severity"),
};

void check_own_keys(
	struct config_reader *r, const struct yaml_node *map, const struct str *words, size_t n)
{
	for (uint32_t i = 0; !r->override->layout_only && i < map->pairs.n; i++) {
		const struct yaml_node *key = map->pairs.items[i].key;
		bool known = false;

		for (size_t k = 0; k < n && !known; k++)
			known = str_eq(words[k], key->value);
		if (!known)
			report_unknown(r, key, "key", words, n);
	}
}

/* The settings of a file, or of one of its modules. */
static struct breaking_nodes nodes_of(const struct config_reader *r, const struct yaml_node *map)
{
	return (struct breaking_nodes){
		.use = yaml_get(map, S("use")),
		.except = yaml_get(map, S("except")),
		.ignore = yaml_get(map, S("ignore")),
		.ignore_only = yaml_get(map, S("ignore_only")),
		.ignore_unstable_packages = yaml_get(map, S("ignore_unstable_packages")),
		.severity = yaml_get(map, S("severity")),
		.folders = &r->folder,
		.n_folders = 1,
	};
}

static void read_version(struct config_reader *r, const struct yaml_node *root)
{
	const struct yaml_node *version = yaml_get(root, S("version"));

	if (!version || version->kind == YAML_NULL) {
		diag_error(r->diags, place_in(r->text, NO_SPAN), "no 'version'");
		diag_help(r->diags, "begin with 'version: 1'");
	} else if (version->kind != YAML_SCALAR || !str_eq(version->value, S("1"))) {
		diag_error(r->diags, node_place(r, version), "unknown version '" STR "'",
			ARG(version->value));
		diag_help(r->diags, "a breakwater.yaml has 'version: 1'");
	}
}

static void read_roots(struct config_reader *r, const struct yaml_node *list, struct config *config)
{
	if (!expect_kind(r, list, YAML_LIST, S("roots")))
		return;
	for (uint32_t i = 0; i < list->items.n; i++) {
		struct str path;

		if (!read_path(r, list->items.items[i], r->folder, &path))
			continue;
		*vec_push(r->arena, &config->roots) = path;
		*vec_push(r->arena, &config->written_roots) =
			(struct written_root){ path, node_place(r, list->items.items[i]) };
	}
	config->has_roots = config->roots.n > 0;
}

static bool has_settings(const struct yaml_node *map)
{
	for (size_t i = N_LAYOUT_KEYS; i < COUNT(module_keys); i++)
		if (yaml_get(map, module_keys[i]))
			return true;
	return false;
}

/* A module with settings of its own inherits none from the file, as in a buf.yaml. */
static void read_module(
	struct config_reader *r, const struct yaml_node *node, struct config *config)
{
	const struct yaml_node *path = yaml_get(node, S("path"));
	struct module module = config->rest;

	if (node->kind != YAML_MAP) {
		diag_error(r->diags, node_place(r, node), "a module is a mapping, not %s",
			yaml_kind_name(node));
		return;
	}
	check_own_keys(r, node, module_keys, COUNT(module_keys));
	if (!path) {
		diag_error(r->diags, node_place(r, node), "a module without a 'path'");
		return;
	}
	if (!read_path(r, path, r->folder, &module.path))
		return;
	if (has_settings(node)) {
		struct breaking_nodes nodes = nodes_of(r, node);

		module = (struct module){ .path = module.path };
		read_breaking(r, &nodes, &module);
	}
	module.path_place = node_place(r, path);
	read_folders(r, yaml_get(node, S("includes")), S("includes"), r->folder, &module, 1);
	read_folders(r, yaml_get(node, S("excludes")), S("excludes"), r->folder, &module, 1);
	*vec_push(r->arena, &config->modules) = module;
}

/* Files below a module belong to that module only; all others have the file's settings. */
static void read_modules(
	struct config_reader *r, const struct yaml_node *list, struct config *config)
{
	if (!expect_kind(r, list, YAML_LIST, S("modules")) || !list->items.n)
		return;
	config->modules.n = 0;
	for (uint32_t i = 0; i < list->items.n; i++)
		read_module(r, list->items.items[i], config);
}

/* Is it a valid tag name or pattern? The part before the first wildcard is checked as a name. */
static bool is_reference_or_pattern(struct str name, struct arena *arena)
{
	size_t n = 0;

	while (n < name.n && !memchr("*?[", name.p[n], 3))
		n++;
	return n < name.n ? ref_name_is_valid(str_printf(arena, STR "x", ARG(str_head(name, n))))
			  : ref_name_is_valid(name);
}

/*
 * Anybody who proposes a change can edit the configuration. So the base must be a branch or a tag:
 * never a file, a folder or a place in a repository, which only the command line may name.
 */
static void read_base(struct config_reader *r, const struct yaml_node *node, struct config *config)
{
	struct str base = { 0 };

	read_word(r, node, S("base"), &base);
	if (!base.p)
		return;
	if (is_reference_or_pattern(base, r->arena)) {
		config->base = base;
		config->base_place = node_place(r, node);
		return;
	}
	diag_error(r->diags, node_place(r, node),
		"'base' is a branch or a tag pattern, not '" STR "'", ARG(base));
	diag_help(r->diags, "write a name as in 'base: origin/main' or 'base: v*'; name any other "
			    "input on the command line: breakwater check INPUT");
}

static const struct yaml_pair *find_pair(const struct yaml_node *map, struct str key)
{
	for (uint32_t i = 0; i < map->pairs.n; i++)
		if (str_eq(map->pairs.items[i].key->value, key))
			return &map->pairs.items[i];
	return NULL;
}

/* Of the old side only what it promised counts, and what cannot be read promises nothing. */
static void read_contracts_of(
	struct config_reader *r, const struct yaml_node *root, struct config *config)
{
	const struct yaml_pair *pair = find_pair(root, S("contracts"));
	struct config_reader quiet = *r;
	struct diags unsaid;

	config->text = r->text;
	if (!r->override->layout_only) {
		if (pair)
			read_contracts(r, pair, &config->contracts);
		read_registries(r, yaml_get(root, S("registry")), config);
		return;
	}
	diags_init(&unsaid, r->arena);
	quiet.diags = &unsaid;
	if (pair)
		read_contracts(&quiet, pair, &config->contracts);
	if (unsaid.n_errors)
		config->contracts = (struct contract_list){ 0 };
	read_registries(&quiet, yaml_get(root, S("registry")), config);
}

/* A revision is a name that git may be asked for, never an option. */
static void read_history(
	struct config_reader *r, const struct yaml_node *node, struct config *config)
{
	const struct yaml_node *since = yaml_get(node, S("since"));

	if (!expect_kind(r, node, YAML_MAP, S("history")))
		return;
	check_own_keys(r, node, history_keys, COUNT(history_keys));
	read_word(r, yaml_get(node, S("versions")), S("versions"), &config->history.versions);
	read_word(r, since, S("since"), &config->history.since);
	read_flag(r, yaml_get(node, S("check")), S("check"), &config->history.check);
	if (!config->history.versions.n)
		config->history.versions = (struct str){ NULL, 0 };
	if (since && !config->history.since.n)
		config->history.since = (struct str){ NULL, 0 };
}

/* `2 releases`, `90 days` */
static bool read_period(struct str text, struct retirement_config *retirement)
{
	struct str unit;
	uint64_t n = 0;
	size_t at = 0;

	for (; at < text.n && text.p[at] >= '0' && text.p[at] <= '9' && n < 100000; at++)
		n = n * 10 + (uint64_t)(text.p[at] - '0');
	unit = str_trim(str_from(text, at));
	retirement->n = (uint32_t)n;
	retirement->days = str_eq(unit, S("day")) || str_eq(unit, S("days"));
	return at && n && n < 100000 &&
	       (retirement->days || str_eq(unit, S("release")) || str_eq(unit, S("releases")));
}

static void read_retirement(
	struct config_reader *r, const struct yaml_node *node, struct config *config)
{
	const struct yaml_node *period = yaml_get(node, S("deprecated_for"));
	struct retirement_config *retirement = &config->retirement;
	struct str text = { 0 };

	retirement->reserve = true;
	if (!expect_kind(r, node, YAML_MAP, S("retirement")))
		return;
	retirement->is_on = true;
	check_own_keys(r, node, retirement_keys, COUNT(retirement_keys));
	read_flag(r, yaml_get(node, S("reserve")), S("reserve"), &retirement->reserve);
	if (!period) {
		diag_error(r->diags, node_place(r, node), "a retirement without 'deprecated_for'");
		diag_help(r->diags, "say how long: deprecated_for: 2 releases");
		return;
	}
	read_word(r, period, S("deprecated_for"), &text);
	if (!text.p)
		return;
	if (!read_period(text, retirement)) {
		diag_error(r->diags, node_place(r, period), "'" STR "' is no time", ARG(text));
		diag_help(r->diags, "write '2 releases' or '90 days'");
	} else if (!retirement->days && str_eq(config->history.versions, S("commits"))) {
		diag_error(r->diags, node_place(r, period),
			"releases are tags, and 'history' has 'versions: commits'");
		diag_help(r->diags, "count days, or take tags for versions");
	}
}

bool read_breakwater_yaml(
	struct config_reader *r, const struct yaml_node *root, struct config *config)
{
	struct breaking_nodes nodes = nodes_of(r, root);
	struct module *module = vec_push(r->arena, &config->modules);
	uint32_t n_errors = r->diags->n_errors;

	r->version = config->version = RULES_V2;
	r->version_name = "v2";
	module->path = r->top;
	if (root->kind != YAML_MAP) {
		diag_error(r->diags, node_place(r, root), "expected a mapping, not %s",
			yaml_kind_name(root));
		return false;
	}
	r->is_own = true;
	read_roots(r, yaml_get(root, S("roots")), config);
	if (!r->override->layout_only)
		read_promises(r, yaml_get(root, S("options")), &config->promises);
	read_breaking(r, &nodes, module);
	if (!r->override->layout_only) {
		read_version(r, root);
		check_own_keys(r, root, keys, COUNT(keys));
		read_base(r, yaml_get(root, S("base")), config);
		read_flag(r, yaml_get(root, S("strict_imports")), S("strict_imports"),
			&config->strict_imports);
		read_history(r, yaml_get(root, S("history")), config);
		read_retirement(r, yaml_get(root, S("retirement")), config);
	}
	read_contracts_of(r, root, config);
	config->rest = *module;
	read_modules(r, yaml_get(root, S("modules")), config);
	return r->diags->n_errors == n_errors;
}
