/* `contracts:` of a breakwater.yaml. */
#include "config/read.h"

enum {
	MOST_CONTRACTS = 1000,
	/* Roots, packages, entries of `was`, consumers and written subjects of one file. */
	MOST_NAMES = 10000,
};

static const struct str contract_keys[] = {
	STR_INIT("name"),
	STR_INIT("roots"),
	STR_INIT("packages"),
	STR_INIT("was"),
	STR_INIT("topic"),
	STR_INIT("compatibility"),
	STR_INIT("surfaces"),
	STR_INIT("owner"),
	STR_INIT("consumers"),
	STR_INIT("since"),
	STR_INIT("retention"),
	STR_INIT("subject"),
	STR_INIT("subjects"),
	STR_INIT("naming"),
	STR_INIT("key"),
	STR_INIT("pinned"),
	STR_INIT("metadata"),
};

/* One `contracts:` while it is read. */
struct contracts_reader {
	struct config_reader *r;
	struct contract_list *contracts;
	uint32_t n_names;
};

static bool is_word(struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
			c != '-' && c != '_' && c != '.')
			return false;
	}
	return name.n > 0;
}

static const struct contract *named_before(const struct contracts_reader *c, struct str name)
{
	for (uint32_t i = 0; i < c->contracts->list.n; i++)
		if (str_eq(c->contracts->list.items[i]->name, name))
			return c->contracts->list.items[i];
	return NULL;
}

/* False and an error if the contract has no name of its own. */
static bool read_name(
	struct contracts_reader *c, const struct yaml_node *map, struct contract *contract)
{
	const struct yaml_node *node = yaml_get(map, S("name"));
	const struct contract *before;
	struct str name = { 0 };

	if (!node || node->kind == YAML_NULL) {
		diag_error(c->r->diags, node_place(c->r, map), "a contract without a 'name'");
		diag_help(c->r->diags, "give it one, such as 'name: orders'");
		return false;
	}
	read_word(c->r, node, S("name"), &name);
	if (!name.p)
		return false;
	if (!is_word(name)) {
		diag_error(c->r->diags, node_place(c->r, node), "'" STR "' cannot name a contract",
			ARG(name));
		diag_help(c->r->diags, "a name has letters, digits, '-', '_' and '.'");
		return false;
	}
	before = named_before(c, name);
	if (before) {
		diag_error(c->r->diags, node_place(c->r, node), "there are two contracts '" STR "'",
			ARG(name));
		diag_note(c->r->diags, before->place, "the first one");
		return false;
	}
	contract->name = name;
	contract->place = node_place(c->r, node);
	return true;
}

/* Counts a name against the limit of the file. */
static bool may_add(struct contracts_reader *c, const struct yaml_node *node)
{
	if (c->n_names++ < MOST_NAMES)
		return true;
	if (c->n_names == MOST_NAMES + 1)
		diag_error(c->r->diags, node_place(c->r, node), "contracts with more than %d names",
			MOST_NAMES);
	return false;
}

static bool may_add_subjects(struct contracts_reader *c, const struct yaml_node *list)
{
	bool may = true;

	for (uint32_t i = 0; list && i < list->items.n && may; i++)
		may = may_add(c, list->items.items[i]);
	return may;
}

/* Is it a full name, or with `glob` a pattern of one: identifiers with `*` and `?`? */
static bool is_full_name(struct str name, bool glob)
{
	struct str part;

	if (!name.n || name.p[name.n - 1] == '.')
		return false;
	while (str_cut(&name, '.', &part)) {
		for (size_t i = 0; i < part.n; i++) {
			char c = part.p[i];
			bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
					 c == '_' || (glob && (c == '*' || c == '?'));

			if (!is_letter && !(i > 0 && c >= '0' && c <= '9') &&
				!(glob && c >= '0' && c <= '9'))
				return false;
		}
		if (!part.n)
			return false;
	}
	return true;
}

static bool read_full_name(
	struct contracts_reader *c, const struct yaml_node *node, bool glob, struct str *name)
{
	struct str value = node->value;

	if (node->kind != YAML_SCALAR) {
		diag_error(c->r->diags, node_place(c->r, node), "expected a full name, not %s",
			yaml_kind_name(node));
		return false;
	}
	if (value.n > 1 && value.p[0] == '.') {
		diag_error(c->r->diags, node_place(c->r, node), "'" STR "' begins with a dot",
			ARG(value));
		diag_help(c->r->diags, "write '" STR "'", ARG(str_from(value, 1)));
		return false;
	}
	if (!is_full_name(value, glob)) {
		diag_error(c->r->diags, node_place(c->r, node), "'" STR "' is no full name%s",
			ARG(value), glob ? " or pattern of one" : "");
		diag_help(c->r->diags, "write it as in acme.orders.v1.OrderPlaced");
		return false;
	}
	*name = value;
	return true;
}

static void read_names(struct contracts_reader *c, const struct yaml_node *list, struct str key,
	struct written_names *names)
{
	if (!expect_kind(c->r, list, YAML_LIST, key))
		return;
	for (uint32_t i = 0; i < list->items.n; i++) {
		const struct yaml_node *node = list->items.items[i];
		struct str name;

		if (may_add(c, node) && read_full_name(c, node, true, &name))
			*vec_push(c->r->arena, names) =
				(struct written_name){ name, node_place(c->r, node) };
	}
}

static void read_was(
	struct contracts_reader *c, const struct yaml_node *map, struct contract *contract)
{
	struct map olds;

	if (!expect_kind(c->r, map, YAML_MAP, S("was")))
		return;
	map_init(&olds, c->r->arena);
	for (uint32_t i = 0; i < map->pairs.n; i++) {
		const struct yaml_node *key = map->pairs.items[i].key;
		const struct yaml_node *value = map->pairs.items[i].value;
		struct contract_was was = { .place = node_place(c->r, key) };
		void **slot;

		if (!may_add(c, key) || !read_full_name(c, key, false, &was.new) ||
			!read_full_name(c, value, false, &was.old))
			continue;
		slot = map_put(&olds, NULL, str_hash(was.old));
		if (*slot) {
			diag_error(c->r->diags, node_place(c->r, value),
				"'" STR "' cannot be the old name of both '" STR "' and '" STR "'",
				ARG(was.old), ARG(((const struct yaml_node *)*slot)->value),
				ARG(was.new));
			continue;
		}
		*slot = (void *)key;
		*vec_push(c->r->arena, &contract->was) = was;
	}
}

/* The entry of a new name; NULL: none. */
static const struct contract_was *was_of(const struct contract *contract, struct str new)
{
	for (uint32_t i = 0; i < contract->was.n; i++)
		if (str_eq(contract->was.items[i].new, new))
			return &contract->was.items[i];
	return NULL;
}

/* An entry may go on where another one ends, since a version may have any of the names; but not in
 * a circle. */
static void check_was(struct contracts_reader *c, const struct contract *contract)
{
	for (uint32_t i = 0; i < contract->was.n; i++) {
		const struct contract_was *first = &contract->was.items[i], *was = first;

		for (uint32_t steps = 0; was && steps < contract->was.n; steps++) {
			if (str_eq(was->old, first->new)) {
				diag_error(c->r->diags, first->place,
					"'was' leads from '" STR "' back to it", ARG(first->new));
				return;
			}
			was = was_of(contract, was->old);
		}
	}
}

static void read_text(
	struct contracts_reader *c, const struct yaml_node *map, struct str key, struct str *text)
{
	const struct yaml_node *node = yaml_get(map, key);

	read_word(c->r, node, key, text);
	if (!str_has(*text, '\n'))
		return;
	diag_error(
		c->r->diags, node_place(c->r, node), "'" STR "' has more than one line", ARG(key));
}

static void read_consumers(
	struct contracts_reader *c, const struct yaml_node *list, struct contract *contract)
{
	if (!expect_kind(c->r, list, YAML_LIST, S("consumers")))
		return;
	for (uint32_t i = 0; i < list->items.n; i++) {
		const struct yaml_node *node = list->items.items[i];
		bool is_known = false;
		struct str name = { 0 };

		read_word(c->r, node, S("consumers"), &name);
		if (!name.p || !may_add(c, node))
			continue;
		for (uint32_t k = 0; k < contract->consumers.n && !is_known; k++)
			is_known = str_eq(contract->consumers.items[k], name);
		if (is_known)
			diag_warning(c->r->diags, node_place(c->r, node),
				"consumer '" STR "' is listed twice", ARG(name));
		else
			*vec_push(c->r->arena, &contract->consumers) = name;
	}
}

static void read_level(
	struct contracts_reader *c, const struct yaml_node *node, struct contract *contract)
{
	contract->level = LEVEL_BACKWARD;
	if (expect_kind(c->r, node, YAML_SCALAR, S("compatibility")) &&
		!level_read(node->value, &contract->level, &contract->is_transitive))
		report_unknown(c->r, node, "compatibility", level_words, COUNT(level_words));
}

static void read_surfaces(
	struct contracts_reader *c, const struct yaml_node *list, struct contract *contract)
{
	if (!expect_kind(c->r, list, YAML_LIST, S("surfaces"))) {
		contract->surfaces = SURFACE_WIRE;
		return;
	}
	for (uint32_t i = 0; i < list->items.n; i++) {
		const struct yaml_node *node = list->items.items[i];
		unsigned surface = node->kind == YAML_SCALAR ? surface_read(node->value) : 0;

		if (surface)
			contract->surfaces |= surface;
		else if (node->kind == YAML_SCALAR)
			report_unknown(c->r, node, "surface", surface_words, COUNT(surface_words));
		else
			diag_error(c->r->diags, node_place(c->r, node),
				"expected a surface, not %s", yaml_kind_name(node));
	}
	if (list->items.n)
		return;
	diag_error(c->r->diags, node_place(c->r, list), "'surfaces' is empty");
	diag_help(c->r->diags, "name at least one of wire, json, source");
}

/* `forever`, or a number and h, d, w or y. */
static bool is_retention(struct str text)
{
	size_t n = 0;

	while (n < text.n && text.p[n] >= '0' && text.p[n] <= '9')
		n++;
	return str_eq(text, S("forever")) ||
	       (n > 0 && n < 10 && n + 1 == text.n && strchr("hdwy", text.p[n]));
}

static void read_history(
	struct contracts_reader *c, const struct yaml_node *map, struct contract *contract)
{
	static const struct str history_keys[] = { STR_INIT("since"), STR_INIT("retention") };
	const struct yaml_node *retention = yaml_get(map, S("retention"));

	read_word(c->r, yaml_get(map, S("since")), S("since"), &contract->since);
	read_word(c->r, retention, S("retention"), &contract->retention);
	if (contract->retention.p && !is_retention(contract->retention)) {
		diag_error(c->r->diags, node_place(c->r, retention), "'" STR "' is no retention",
			ARG(contract->retention));
		diag_help(
			c->r->diags, "write 'forever', or a number and h, d, w or y as in '400d'");
	}
	for (size_t i = 0; i < COUNT(history_keys) && !contract->is_transitive; i++) {
		const struct yaml_node *node = yaml_get(map, history_keys[i]);

		if (node && node->kind != YAML_NULL)
			diag_warning(c->r->diags, node_place(c->r, node),
				"'" STR "' says nothing: contract '" STR
				"' has no level that ends in _TRANSITIVE",
				ARG(history_keys[i]), ARG(contract->name));
	}
}

static void check_contract_keys(struct contracts_reader *c, const struct yaml_node *map)
{
	for (uint32_t i = 0; i < map->pairs.n; i++) {
		const struct yaml_node *key = map->pairs.items[i].key;
		bool known = false;

		for (size_t k = 0; k < COUNT(contract_keys) && !known; k++)
			known = str_eq(contract_keys[k], key->value);
		if (!known)
			report_unknown(c->r, key, "key", contract_keys, COUNT(contract_keys));
	}
}

static void read_contract(struct contracts_reader *c, const struct yaml_node *node)
{
	struct contract *contract = NEW(c->r->arena, struct contract);

	if (node->kind != YAML_MAP) {
		diag_error(c->r->diags, node_place(c->r, node), "a contract is a mapping, not %s",
			yaml_kind_name(node));
		return;
	}
	check_contract_keys(c, node);
	if (!read_name(c, node, contract))
		return;
	read_names(c, yaml_get(node, S("roots")), S("roots"), &contract->roots);
	read_names(c, yaml_get(node, S("packages")), S("packages"), &contract->packages);
	read_was(c, yaml_get(node, S("was")), contract);
	check_was(c, contract);
	read_text(c, node, S("topic"), &contract->topic);
	read_text(c, node, S("owner"), &contract->owner);
	read_consumers(c, yaml_get(node, S("consumers")), contract);
	read_level(c, yaml_get(node, S("compatibility")), contract);
	read_surfaces(c, yaml_get(node, S("surfaces")), contract);
	read_history(c, node, contract);
	if (may_add_subjects(c, yaml_get(node, S("subjects"))))
		read_subjects(c->r, node, contract);
	*vec_push(c->r->arena, &c->contracts->list) = contract;
}

void read_contracts(
	struct config_reader *r, const struct yaml_pair *pair, struct contract_list *contracts)
{
	struct contracts_reader reader = { .r = r, .contracts = contracts };
	const struct yaml_node *list = pair->value;

	if (!expect_kind(r, list, YAML_LIST, S("contracts")))
		return;
	contracts->place = node_place(r, pair->key);
	if (list->items.n > MOST_CONTRACTS) {
		diag_error(r->diags, node_place(r, list), "more than %d contracts", MOST_CONTRACTS);
		return;
	}
	for (uint32_t i = 0; i < list->items.n; i++)
		read_contract(&reader, list->items.items[i]);
}
