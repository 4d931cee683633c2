/* `options:` of a breakwater.yaml: what is promised of the values of options. */
#include "config/read.h"

enum { MAX_PROMISES = 1000 };

static const struct str entry_keys[] = {
	STR_INIT("path"),
	STR_INIT("rule"),
	STR_INIT("severity"),
};

static const struct {
	struct str word;
	enum promise_rule rule;
} rule_words[] = {
	{ STR_INIT("same"), PROMISE_SAME },
	{ STR_INIT("no_remove"), PROMISE_NO_REMOVE },
	{ STR_INIT("no_add"), PROMISE_NO_ADD },
	{ STR_INIT("no_increase"), PROMISE_NO_INCREASE },
	{ STR_INIT("no_decrease"), PROMISE_NO_DECREASE },
};

/* An entry that is being read. */
struct entry {
	const struct yaml_node *node;
	struct promise promise;
	struct promises *promises; /* those before it */
};

/* The entry before this one that has the same path and rule; NULL: none. */
static const struct promise *said_before(const struct entry *entry, enum promise_rule rule)
{
	for (uint32_t i = 0; entry->promise.path.n && i < entry->promises->n; i++) {
		const struct promise *other = &entry->promises->items[i];

		if ((other->rules & rule) && str_eq(other->path.text, entry->promise.path.text))
			return other;
	}
	return NULL;
}

static void read_rule(struct config_reader *r, struct entry *entry, const struct yaml_node *node)
{
	struct str words[COUNT(rule_words)];
	const struct promise *other;

	if (node->kind != YAML_SCALAR) {
		diag_error(r->diags, node_place(r, node), "expected a rule, not %s",
			yaml_kind_name(node));
		return;
	}
	for (size_t i = 0; i < COUNT(rule_words); i++) {
		words[i] = rule_words[i].word;
		if (!str_eq(words[i], node->value))
			continue;
		other = said_before(entry, rule_words[i].rule);
		if (other || (entry->promise.rules & rule_words[i].rule)) {
			diag_error(r->diags, node_place(r, node),
				"rule '" STR "' is given twice for '" STR "'", ARG(node->value),
				ARG(entry->promise.path.text));
			if (other)
				diag_note(r->diags, other->place, "first given");
		}
		entry->promise.rules |= rule_words[i].rule;
		return;
	}
	report_unknown(r, node, "rule of an option", words, COUNT(words));
	if (!str_nearest(node->value, words, COUNT(words)).p)
		diag_help(r->diags, "the rules are same, no_remove, no_add, no_increase and "
				    "no_decrease");
}

/* One word or a list. */
static void read_rules(struct config_reader *r, struct entry *entry)
{
	const struct yaml_node *node = yaml_get(entry->node, S("rule"));

	if (!node || node->kind == YAML_NULL || (node->kind == YAML_LIST && !node->items.n)) {
		diag_error(r->diags, node_place(r, node ? node : entry->node), "no 'rule'");
		diag_help(r->diags,
			"write 'rule: same', or a list as in 'rule: [no_add, no_decrease]'");
		return;
	}
	if (node->kind != YAML_LIST) {
		read_rule(r, entry, node);
		return;
	}
	for (uint32_t i = 0; i < node->items.n; i++)
		read_rule(r, entry, node->items.items[i]);
}

static void read_option_path(struct config_reader *r, struct entry *entry)
{
	const struct yaml_node *node = yaml_get(entry->node, S("path"));
	struct str why, help;

	if (!node || node->kind == YAML_NULL) {
		diag_error(r->diags, node_place(r, node ? node : entry->node), "no 'path'");
		diag_help(r->diags, "name an option: 'path: (acme.pii)'");
		return;
	}
	entry->promise.place = node_place(r, node);
	if (!expect_kind(r, node, YAML_SCALAR, S("path")) ||
		option_path_parse(r->arena, node->value, &entry->promise.path, &why, &help))
		return;
	entry->promise.path.n = 0;
	diag_error(r->diags, node_place(r, node), "'" STR "' is no path of an option: " STR,
		ARG(node->value), ARG(why));
	diag_help(r->diags, STR, ARG(help));
}

static void read_own_severity(struct config_reader *r, struct entry *entry)
{
	static const struct str words[] = { STR_INIT("error"), STR_INIT("warning") };
	const struct yaml_node *node = yaml_get(entry->node, S("severity"));

	if (!expect_kind(r, node, YAML_SCALAR, S("severity")))
		return;
	for (size_t i = 0; i < COUNT(words); i++) {
		if (!str_eq(node->value, words[i]))
			continue;
		entry->promise.has_severity = true;
		entry->promise.severity = i == 0 ? SEVERITY_ERROR : SEVERITY_WARNING;
		return;
	}
	report_unknown(r, node, "severity", words, COUNT(words));
}

static void read_entry(
	struct config_reader *r, const struct yaml_node *node, struct promises *promises)
{
	struct entry entry = { .node = node, .promises = promises };

	if (node->kind != YAML_MAP) {
		diag_error(r->diags, node_place(r, node),
			"an entry of 'options' is a mapping, not %s", yaml_kind_name(node));
		diag_help(r->diags, "write '- {path: (acme.pii), rule: same}'");
		return;
	}
	check_own_keys(r, node, entry_keys, COUNT(entry_keys));
	read_option_path(r, &entry);
	read_rules(r, &entry);
	read_own_severity(r, &entry);
	*vec_push(r->arena, promises) = entry.promise;
	r->promised |= entry.promise.rules;
}

void read_promises(struct config_reader *r, const struct yaml_node *list, struct promises *promises)
{
	if (!expect_kind(r, list, YAML_LIST, S("options")))
		return;
	if (list->items.n > MAX_PROMISES) {
		diag_error(r->diags, node_place(r, list), "more than %d entries", MAX_PROMISES);
		return;
	}
	for (uint32_t i = 0; i < list->items.n; i++)
		read_entry(r, list->items.items[i], promises);
}
