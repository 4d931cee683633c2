#include "config/read.h"

static const struct str keys[] = {
	STR_INIT("version"),
	STR_INIT("roots"),
	STR_INIT("base"),
	STR_INIT("use"),
	STR_INIT("except"),
	STR_INIT("ignore"),
	STR_INIT("ignore_only"),
	STR_INIT("ignore_unstable_packages"),
	STR_INIT("severity"),
	STR_INIT("strict_imports"),
};

static bool is_key(struct str word)
{
	for (size_t i = 0; i < COUNT(keys); i++)
		if (str_eq(keys[i], word))
			return true;
	return false;
}

static void read_version(struct reader *r, const struct yaml_node *root)
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

static void read_roots(struct reader *r, const struct yaml_node *list, struct config *config)
{
	if (!expect_kind(r, list, YAML_LIST, S("roots")))
		return;
	for (uint32_t i = 0; i < list->items.n; i++) {
		struct str path;

		if (read_path(r, list->items.items[i], r->folder, &path))
			*vec_push(r->arena, &config->roots) = path;
	}
	config->has_roots = config->roots.n > 0;
}

bool read_breakwater_yaml(struct reader *r, const struct yaml_node *root, struct config *config)
{
	struct breaking_nodes nodes = {
		.use = yaml_get(root, S("use")),
		.except = yaml_get(root, S("except")),
		.ignore = yaml_get(root, S("ignore")),
		.ignore_only = yaml_get(root, S("ignore_only")),
		.ignore_unstable_packages = yaml_get(root, S("ignore_unstable_packages")),
		.severity = yaml_get(root, S("severity")),
		.folders = &r->folder,
		.n_folders = 1,
	};
	struct module *module = vec_push(r->arena, &config->modules);
	uint32_t n_errors = r->diags->n_errors;

	r->version = config->version = RULES_V2;
	r->version_name = "v2";
	module->path = r->top;
	if (root->kind != YAML_MAP) {
		diag_error(r->diags, node_place(r, root), "a mapping is wanted here, not %s",
			yaml_kind_name(root));
		return false;
	}
	read_roots(r, yaml_get(root, S("roots")), config);
	read_breaking(r, &nodes, module);
	if (!r->override->layout_only) {
		read_version(r, root);
		for (uint32_t i = 0; i < root->pairs.n; i++)
			if (!is_key(root->pairs.items[i].key->value))
				report_unknown(
					r, root->pairs.items[i].key, "key", keys, COUNT(keys));
		read_word(r, yaml_get(root, S("base")), S("base"), &config->base);
		read_flag(r, yaml_get(root, S("strict_imports")), S("strict_imports"),
			&config->strict_imports);
	}
	config->rest = *module;
	return r->diags->n_errors == n_errors;
}
