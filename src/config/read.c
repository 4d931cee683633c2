#include "config/read.h"

#include <stdlib.h>

struct place node_place(const struct config_reader *r, const struct yaml_node *node)
{
	return place_in(r->text, node->span);
}

void report_unknown(struct config_reader *r, const struct yaml_node *word, const char *what,
	const struct str *words, size_t n)
{
	struct str nearest = str_nearest(word->value, words, n);

	diag_error(r->diags, node_place(r, word), "unknown %s '" STR "'", what, ARG(word->value));
	if (nearest.p)
		diag_help(r->diags, "did you mean '" STR "'?", ARG(nearest));
}

bool expect_kind(
	struct config_reader *r, const struct yaml_node *node, enum yaml_kind kind, struct str key)
{
	const struct yaml_node wanted = { .kind = kind };

	if (!node || node->kind == YAML_NULL)
		return false;
	if (node->kind == kind)
		return true;
	diag_error(r->diags, node_place(r, node), "'" STR "' must be %s, not %s", ARG(key),
		yaml_kind_name(&wanted), yaml_kind_name(node));
	if (kind == YAML_LIST && node->kind == YAML_SCALAR)
		diag_help(r->diags, "write '" STR ": [" STR "]'", ARG(key), ARG(node->value));
	return false;
}

void read_flag(struct config_reader *r, const struct yaml_node *node, struct str key, bool *flag)
{
	if (!expect_kind(r, node, YAML_SCALAR, key))
		return;
	if (!yaml_bool(node, flag))
		diag_error(r->diags, node_place(r, node),
			"'" STR "' must be true or false, not '" STR "'", ARG(key),
			ARG(node->value));
}

void read_word(
	struct config_reader *r, const struct yaml_node *node, struct str key, struct str *word)
{
	if (!expect_kind(r, node, YAML_SCALAR, key))
		return;
	if (node->value.n)
		*word = node->value;
	else
		diag_error(r->diags, node_place(r, node), "'" STR "' is empty", ARG(key));
}

bool read_path(
	struct config_reader *r, const struct yaml_node *node, struct str base, struct str *path)
{
	if (node->kind != YAML_SCALAR || !node->value.n) {
		diag_error(r->diags, node_place(r, node), "expected a path, not %s",
			node->kind == YAML_SCALAR ? "an empty string" : yaml_kind_name(node));
		return false;
	}
	if (node->value.p[0] == '/') {
		diag_error(r->diags, node_place(r, node), "path '" STR "' is absolute",
			ARG(node->value));
		diag_help(r->diags, "paths are relative to the folder of this file");
		return false;
	}
	if (str_has(node->value, '\0')) {
		diag_error(r->diags, node_place(r, node), "a path cannot contain a NUL");
		return false;
	}
	if (!path_normalize(r->arena, path_join(r->arena, base, node->value), path) ||
		!path_under(*path, r->top)) {
		diag_error(r->diags, node_place(r, node), "path '" STR "' leads out of the tree",
			ARG(node->value));
		return false;
	}
	return true;
}

/* Reports why an id is rejected: unknown, or not in this version of the file. */
static void report_unknown_rule(struct config_reader *r, const struct yaml_node *node)
{
	struct str nearest;

	if (rule_find(node->value) || category_find(node->value)) {
		diag_error(r->diags, node_place(r, node),
			"'" STR "' does not exist in a %s configuration", ARG(node->value),
			r->version_name);
		return;
	}
	diag_error(r->diags, node_place(r, node), "unknown rule or category '" STR "'",
		ARG(node->value));
	nearest = rules_nearest(node->value);
	if (nearest.p)
		diag_help(r->diags, "did you mean '" STR "'?", ARG(nearest));
}

static void select_rule(
	struct config_reader *r, struct selection *selection, const struct yaml_node *node, bool on)
{
	if (node->kind != YAML_SCALAR)
		diag_error(r->diags, node_place(r, node), "expected a rule or category, not %s",
			yaml_kind_name(node));
	else if (!selection_set(
			 selection, node->value, on, r->version, node_place(r, node), r->diags))
		report_unknown_rule(r, node);
}

/* The rules that a rule id or category names. */
static struct selection *expand(struct config_reader *r, const struct yaml_node *id)
{
	struct selection *selection = selection_new(r->arena);
	size_t n;

	rules_all(&n);
	memset(selection->selected, 0, n);
	select_rule(r, selection, id, true);
	return selection;
}

static void select_override(struct config_reader *r, struct selection *selection,
	const struct str *ids, size_t n, bool on)
{
	struct diags unsaid; /* config_read has reported it */

	diags_init(&unsaid, r->arena);
	for (size_t i = 0; i < n; i++)
		selection_set(selection, ids[i], on, RULES_V2, NOWHERE, &unsaid);
}

/* Does a list of rules name this one? */
static bool is_named(const struct yaml_node *list, const char *id)
{
	for (uint32_t i = 0; list && list->kind == YAML_LIST && i < list->items.n; i++)
		if (str_eq(list->items.items[i]->value, str_of(id)))
			return true;
	return false;
}

/* The rules that `options` asks for run whatever `use` says; `except` may name them. */
static void select_promised(
	const struct config_reader *r, struct selection *selection, const struct yaml_node *except)
{
	for (unsigned bit = PROMISE_SAME; bit <= PROMISE_NO_DECREASE; bit <<= 1) {
		const struct rule *rule = promise_rule((enum promise_rule)bit);
		struct diags unsaid;

		if (!(r->promised & bit) || is_named(except, rule->id))
			continue;
		diags_init(&unsaid, r->arena);
		selection_set(selection, str_of(rule->id), true, RULES_V2, NOWHERE, &unsaid);
	}
}

static void select_nodes(struct config_reader *r, struct selection *selection,
	const struct yaml_node *list, struct str key, bool on)
{
	if (!expect_kind(r, list, YAML_LIST, key))
		return;
	for (uint32_t i = 0; i < list->items.n; i++)
		select_rule(r, selection, list->items.items[i], on);
}

/* A breakwater.yaml may say NONE. */
static void read_use(
	struct config_reader *r, struct selection *selection, const struct yaml_node *list)
{
	if (!expect_kind(r, list, YAML_LIST, S("use")))
		return;
	for (uint32_t i = 0; i < list->items.n; i++)
		if (!r->is_own || !is_no_rule(list->items.items[i]->value))
			select_rule(r, selection, list->items.items[i], true);
}

static bool is_filled(const struct yaml_node *list)
{
	return list && list->kind == YAML_LIST && list->items.n;
}

/* Contracts ask `except` alone. The file's cannot deselect what the command line selects. */
static void read_except(
	struct config_reader *r, struct selection *selection, const struct yaml_node *list)
{
	const struct config_override *override = r->override;
	struct selection *excepted = selection_new(r->arena);
	struct config_reader quiet = *r;
	struct diags unsaid;
	size_t n;

	diags_init(&unsaid, r->arena);
	quiet.diags = &unsaid;
	if (override->except.n)
		select_override(r, excepted, override->except.items, override->except.n, true);
	else
		select_nodes(override->use.n ? &quiet : r, excepted, list, S("except"), true);
	selection->excepted = excepted->selected;
	rules_all(&n);
	for (size_t i = 0; i < n && (override->except.n || !override->use.n); i++)
		selection->selected[i] &= !excepted->selected[i];
}

static struct selection *read_selection(struct config_reader *r, const struct breaking_nodes *nodes)
{
	const struct config_override *override = r->override;
	struct selection *selection = selection_new(r->arena);
	bool no_builtin = false;
	size_t n;

	rules_all(&n);
	memset(selection->selected, 0, n);
	if (r->override->layout_only)
		return selection;
	read_flag(r, nodes->disable_builtin, S("disable_builtin"), &no_builtin);
	if (override->use.n) {
		select_override(r, selection, override->use.items, override->use.n, true);
	} else {
		read_use(r, selection, nodes->use);
		if (!is_filled(nodes->use))
			selection_set(selection, S("FILE"), true, r->version, NOWHERE, r->diags);
	}
	select_promised(r, selection, nodes->except);
	read_except(r, selection, nodes->except);
	if (no_builtin && !override->use.n) {
		memset(selection->selected, 0, n);
		diag_warning(r->diags, node_place(r, nodes->disable_builtin),
			"the built-in rules are disabled: nothing is checked");
	}
	return selection;
}

static void read_severity(
	struct config_reader *r, const struct yaml_node *map, struct selection *selection)
{
	static const struct str words[] = { STR_INIT("error"), STR_INIT("warning") };
	size_t n;

	rules_all(&n);
	if (!expect_kind(r, map, YAML_MAP, S("severity")))
		return;
	/* Categories first, so that a rule named beside its category takes precedence. */
	for (int pass = 0; pass < 2; pass++) {
		for (uint32_t i = 0; i < map->pairs.n; i++) {
			const struct yaml_node *id = map->pairs.items[i].key;
			const struct yaml_node *value = map->pairs.items[i].value;
			bool warning = str_eq(value->value, words[1]);
			struct selection *rules;

			if ((category_find(id->value) == 0) != (pass == 1))
				continue;
			rules = expand(r, id);
			if (value->kind != YAML_SCALAR ||
				(!warning && !str_eq(value->value, words[0]))) {
				report_unknown(r, value, "severity", words, COUNT(words));
				continue;
			}
			for (size_t k = 0; k < n; k++)
				if (rules->selected[k]) {
					selection->severity[k] =
						warning ? SEVERITY_WARNING : SEVERITY_ERROR;
					selection->is_severe[k] = true;
				}
		}
	}
}

/* Counts a path. False, with one error for the file, if there are too many. */
static bool count_path(struct config_reader *r, const struct yaml_node *node)
{
	if (++r->n_paths == MAX_CONFIG_PATHS + 1)
		diag_error(r->diags, node_place(r, node), "more than %d paths", MAX_CONFIG_PATHS);
	return r->n_paths <= MAX_CONFIG_PATHS;
}

static void read_ignores(
	struct config_reader *r, const struct breaking_nodes *nodes, struct module *module)
{
	const struct yaml_node *list = nodes->ignore;

	if (!expect_kind(r, list, YAML_LIST, S("ignore")))
		return;
	for (uint32_t i = 0; i < list->items.n; i++) {
		for (size_t k = 0; k < nodes->n_folders; k++) {
			const struct yaml_node *node = list->items.items[i];
			struct str path;

			if (!read_path(r, node, nodes->folders[k], &path))
				break;
			if (!count_path(r, node))
				return;
			*vec_push(r->arena, &module->ignores) = path;
			*vec_push(r->arena, &module->ignore_places) = node_place(r, node);
		}
	}
}

struct only_list {
	VEC(struct ignore_only) list;
};

static void add_only(struct config_reader *r, const struct selection *rules,
	const struct yaml_node *node, struct str path, struct only_list *only)
{
	const struct rule *const *all;
	size_t n;

	all = rules_all(&n);
	for (size_t i = 0; i < n; i++)
		if (rules->selected[i])
			*vec_push(r->arena, &only->list) =
				(struct ignore_only){ all[i], path, node_place(r, node) };
}

static void read_ignore_only(
	struct config_reader *r, const struct breaking_nodes *nodes, struct module *module)
{
	const struct yaml_node *map = nodes->ignore_only;
	struct only_list only = { 0 };

	if (!expect_kind(r, map, YAML_MAP, S("ignore_only")))
		return;
	for (uint32_t i = 0; i < map->pairs.n; i++) {
		const struct yaml_node *id = map->pairs.items[i].key;
		const struct yaml_node *paths = map->pairs.items[i].value;
		struct selection *rules = expand(r, id);

		if (!expect_kind(r, paths, YAML_LIST, id->value))
			continue;
		for (uint32_t j = 0; j < paths->items.n; j++) {
			for (size_t k = 0; k < nodes->n_folders; k++) {
				const struct yaml_node *node = paths->items.items[j];
				struct str path;

				if (!read_path(r, node, nodes->folders[k], &path))
					break;
				if (!count_path(r, node))
					return;
				add_only(r, rules, node, path, &only);
			}
		}
	}
	module->ignore_only = only.list.items;
	module->n_ignore_only = only.list.n;
}

void read_breaking(
	struct config_reader *r, const struct breaking_nodes *nodes, struct module *module)
{
	module->selection = read_selection(r, nodes);
	if (r->override->layout_only)
		return;
	read_severity(r, nodes->severity, module->selection);
	read_ignores(r, nodes, module);
	read_ignore_only(r, nodes, module);
	read_flag(r, nodes->ignore_unstable_packages, S("ignore_unstable_packages"),
		&module->ignore_unstable_packages);
}
