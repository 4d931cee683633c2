/* Which messages and services are the roots of the contracts. */
#include "contract/private.h"
#include "schema/marker.h"

void root_add(struct contracts *c, struct checked *checked, int side, const struct element *root)
{
	if (bits_add(checked->is_root[side], declared_number(c, side, root)))
		*vec_push(c->arena, &checked->roots[side]) = root;
}

static bool may_be_root(const struct element *element)
{
	return (element->kind == ELEMENT_MESSAGE || element->kind == ELEMENT_SERVICE) &&
	       !element_is_synthetic(element);
}

/* Adds what the glob fits. Returns how many. */
static uint32_t add_fitting(struct contracts *c, struct checked *checked, struct str glob)
{
	uint32_t n = elsewhere_has_root(c, glob);

	checked->has_elsewhere |= n > 0;
	for (int side = OLD_SIDE; side < BOTH_SIDES; side++)
		for (uint32_t i = 1; i < c->declared[side].n; i++) {
			const struct element *element = c->declared[side].items[i].element;

			if (!may_be_root(element) || !glob_fits(glob, element->full_name))
				continue;
			root_add(c, checked, side, element);
			n++;
		}
	return n;
}

static uint32_t add_named(struct contracts *c, struct checked *checked, struct str name)
{
	uint32_t n = 0;

	for (int side = OLD_SIDE; side < BOTH_SIDES; side++) {
		uint32_t number = declared_first(c, side, name);

		for (; number; number = c->declared[side].items[number].next) {
			const struct element *element = c->declared[side].items[number].element;

			if (!may_be_root(element))
				continue;
			root_add(c, checked, side, element);
			n++;
		}
	}
	if (!n && elsewhere_has_root(c, name)) {
		checked->has_elsewhere = true;
		n++;
	}
	return n;
}

/* Adds the top-level messages and services of the packages. */
static uint32_t add_package(struct contracts *c, struct checked *checked, struct str package)
{
	bool has_glob = is_glob(package);
	uint32_t n = elsewhere_has_package(c, package);

	checked->has_elsewhere |= n > 0;
	for (int side = OLD_SIDE; side < BOTH_SIDES; side++)
		for (uint32_t i = 1; i < c->declared[side].n; i++) {
			const struct element *element = c->declared[side].items[i].element;
			struct str of = element->file->package;

			if (!may_be_root(element) || element->parent->kind != ELEMENT_FILE ||
				!(has_glob ? glob_fits(package, of) : str_eq(package, of)))
				continue;
			root_add(c, checked, side, element);
			n++;
		}
	return n;
}

/* ---- names that stand for nothing ---- */

static bool is_package(const struct contracts *c, struct str name)
{
	struct str interned = intern(c->names, name);

	return map_get(&c->packages[OLD_SIDE], interned.p, 0) ||
	       map_get(&c->packages[NEW_SIDE], interned.p, 0) || elsewhere_is_package(c, name);
}

static const struct element *find_any(const struct contracts *c, struct str name)
{
	const struct element *element = declared_find(c, NEW_SIDE, name);

	return element ? element : declared_find(c, OLD_SIDE, name);
}

/* What a name inside of a declaration is; NULL: nothing. */
static const char *inside_words(const struct contracts *c, struct str name)
{
	const struct element *outer = find_any(c, str_head(name, str_rfind(name, '.')));
	struct str last = intern(c->names, str_last_component(name));
	const struct service *service = (const struct service *)outer;

	if (!outer)
		return NULL;
	if (outer->kind == ELEMENT_MESSAGE)
		return message_field_by_name((const struct message *)outer, last) ? "a field"
										  : NULL;
	for (uint32_t i = 0; outer->kind == ELEMENT_SERVICE && i < service->methods.n; i++)
		if (service->methods.items[i]->e.name.p == last.p)
			return "a method";
	return NULL;
}

static void report_root(
	struct contracts *c, const struct contract *contract, const struct written_name *root)
{
	const struct element *element = find_any(c, root->name);
	struct str name = root->name, nearest;

	if (element && element->kind == ELEMENT_ENUM) {
		diag_error(c->diags, root->place,
			"contract '" STR "': '" STR "' is an enum, and no event",
			ARG(contract->name), ARG(name));
		diag_help(c->diags, "name the message that has a field of it");
	} else if (is_package(c, name)) {
		diag_error(c->diags, root->place, "contract '" STR "': '" STR "' is a package",
			ARG(contract->name), ARG(name));
		diag_help(c->diags, "write it under 'packages: [" STR "]'", ARG(name));
	} else if (element || inside_words(c, name)) {
		diag_error(c->diags, root->place,
			"contract '" STR "': '" STR "' is %s, and no event", ARG(contract->name),
			ARG(name), element ? "the entry of a map" : inside_words(c, name));
		diag_help(c->diags, "name the message or service around it");
	} else {
		nearest = declared_nearest(c, name);
		diag_error(c->diags, root->place,
			"contract '" STR "': no message or service '" STR "'", ARG(contract->name),
			ARG(name));
		if (nearest.p)
			diag_help(c->diags, "did you mean '" STR "'?", ARG(nearest));
	}
}

static void report_package(
	struct contracts *c, const struct contract *contract, const struct written_name *package)
{
	const struct elsewhere *elsewhere = c->request.elsewhere;
	VEC(struct str) names = { 0 };
	struct str nearest;

	for (int side = OLD_SIDE; side < BOTH_SIDES; side++)
		for (uint32_t i = 0; i < c->packages[side].n; i++)
			*vec_push(c->arena, &names) =
				((const struct file *)c->packages[side].entries[i].value)->package;
	for (uint32_t i = 0; i < elsewhere->names.n; i++)
		*vec_push(c->arena, &names) = elsewhere->names.items[i].package;
	nearest = str_nearest(package->name, names.items, names.n);
	diag_error(c->diags, package->place, "contract '" STR "': no package '" STR "'",
		ARG(contract->name), ARG(package->name));
	if (nearest.p)
		diag_help(c->diags, "did you mean '" STR "'?", ARG(nearest));
}

static void warn_of_glob(struct contracts *c, const struct contract *contract, const char *what,
	const struct written_name *glob)
{
	diag_warning(c->diags, glob->place,
		"contract '" STR "': '" STR "' matches no %s of either side", ARG(contract->name),
		ARG(glob->name), what);
}

/* ---- finding them ---- */

/* May names stand for nothing? A plugin's request has some files only. */
static bool is_lenient(const struct contracts *c)
{
	return c->request.is_partial || c->request.is_quiet;
}

/* Adds what the contract names. False and an error if a name stands for nothing. */
static bool add_written(struct contracts *c, struct checked *checked, struct diags *unmatched)
{
	const struct contract *contract = checked->contract;
	uint32_t errors = c->diags->n_errors;
	struct diags *kept = c->diags;

	for (uint32_t i = 0; i < contract->roots.n; i++) {
		const struct written_name *root = &contract->roots.items[i];

		if (is_glob(root->name)) {
			if (!add_fitting(c, checked, root->name)) {
				c->diags = unmatched;
				warn_of_glob(c, contract, "message or service", root);
				c->diags = kept;
			}
		} else if (!add_named(c, checked, root->name) && !is_lenient(c)) {
			report_root(c, contract, root);
		}
	}
	for (uint32_t i = 0; i < contract->packages.n; i++) {
		const struct written_name *package = &contract->packages.items[i];

		if (add_package(c, checked, package->name) || is_lenient(c))
			continue;
		if (!is_glob(package->name)) {
			report_package(c, contract, package);
			continue;
		}
		c->diags = unmatched;
		warn_of_glob(c, contract, "package", package);
		c->diags = kept;
	}
	return c->diags->n_errors == errors;
}

/* A contract without a name has all messages and services. */
static void add_everything(struct contracts *c, struct checked *checked)
{
	for (int side = OLD_SIDE; side < BOTH_SIDES; side++)
		for (uint32_t i = 1; i < c->declared[side].n; i++)
			if (may_be_root(c->declared[side].items[i].element))
				root_add(c, checked, side, c->declared[side].items[i].element);
}

/* A gate that saw nothing must not say yes. */
static void judge_empty(struct contracts *c, const struct checked *checked, struct diags *unmatched)
{
	const struct contract *contract = checked->contract;

	if (checked->roots[OLD_SIDE].n || checked->roots[NEW_SIDE].n || checked->has_elsewhere ||
		is_lenient(c) || !contract->name.p) {
		if (!is_lenient(c))
			diags_adopt(c->diags, unmatched);
		return;
	}
	if (!contract->roots.n && !contract->packages.n) {
		diag_error(c->diags, contract->place, "contract '" STR "' has no roots",
			ARG(contract->name));
		diag_help(c->diags,
			"list its events under 'roots', or write '// " CONTRACT_MARKER " " STR
			"' above one",
			ARG(contract->name));
		return;
	}
	diag_error(c->diags, contract->place,
		"contract '" STR "': its roots match nothing on either side", ARG(contract->name));
	diag_help(c->diags, "a contract without an event would check nothing");
}

/* A root of one side has its partner by `was` as a root of the other. */
static void add_partners(struct contracts *c, struct checked *checked)
{
	for (uint32_t i = 0; i < checked->roots[NEW_SIDE].n; i++) {
		const struct element *old = map_get(
			&checked->called, checked->roots[NEW_SIDE].items[i]->full_name.p, 0);

		if (old)
			root_add(c, checked, OLD_SIDE, old);
	}
	for (uint32_t i = 0; i < checked->roots[OLD_SIDE].n; i++) {
		const struct element *new = map_get(
			&checked->renamed, checked->roots[OLD_SIDE].items[i]->full_name.p, 0);

		if (new)
			root_add(c, checked, NEW_SIDE, new);
	}
}

static struct checked *checked_new(struct contracts *c, const struct contract *contract)
{
	struct checked *checked = NEW(c->arena, struct checked);

	checked->contracts = c;
	checked->contract = contract;
	for (int side = OLD_SIDE; side < BOTH_SIDES; side++) {
		checked->is_root[side] = bits_new(c, c->declared[side].n);
		checked->reached[side] = bits_new(c, c->declared[side].n);
		checked->has_file[side] = bits_new(c, c->files[side].n + 1);
	}
	*vec_push(c->arena, &c->list) = checked;
	return checked;
}

static bool find_roots(struct contracts *c)
{
	uint32_t errors = c->diags->n_errors;
	struct diags *unmatched = NEW_ARRAY(c->arena, c->request.chosen->list.n + 1, struct diags);

	for (uint32_t i = 0; i < c->request.chosen->list.n; i++) {
		struct checked *checked = checked_new(c, c->request.chosen->list.items[i]);

		diags_init(&unmatched[i], c->arena);
		if (checked->contract->name.p)
			add_written(c, checked, &unmatched[i]);
		else
			add_everything(c, checked);
		was_apply(c, checked);
	}
	roots_by_comment(c);
	if (c->diags->n_errors > errors)
		return false;
	for (uint32_t i = 0; i < c->list.n; i++) {
		judge_empty(c, c->list.items[i], &unmatched[i]);
		add_partners(c, c->list.items[i]);
		reach_from_roots(c, c->list.items[i]);
	}
	return c->diags->n_errors == errors;
}

const struct element *const *contracts_roots(const struct contracts *c,
	const struct contract *contract, bool new_side, uint32_t *n)
{
	for (uint32_t i = 0; i < c->list.n; i++) {
		const struct elements *roots =
			&c->list.items[i]->roots[new_side ? NEW_SIDE : OLD_SIDE];

		if (c->list.items[i]->contract != contract)
			continue;
		*n = roots->n;
		return roots->items;
	}
	*n = 0;
	return NULL;
}

void contracts_name_root(const struct contracts *c, bool new_side, const struct element *root,
	struct reached_contracts *names)
{
	int side = new_side ? NEW_SIDE : OLD_SIDE;

	if (root->kind == ELEMENT_METHOD)
		root = root->parent;
	for (uint32_t i = 0; i < c->list.n; i++) {
		const struct checked *checked = c->list.items[i];

		if (checked->contract->name.p && is_root(checked, side, root))
			*vec_push(c->arena, names) = checked->contract->name;
	}
}

struct contracts *contracts_find_roots(
	const struct contracts_request *request, const struct schema *old, const struct schema *new)
{
	struct contracts *c = NEW(request->arena, struct contracts);

	c->arena = request->arena;
	c->names = request->names;
	c->diags = request->diags;
	c->request = *request;
	c->schemas[OLD_SIDE] = old;
	c->schemas[NEW_SIDE] = new;
	declared_index(c);
	return find_roots(c) ? c : NULL;
}
