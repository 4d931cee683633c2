/* What is declared in files that were not compiled, since no contract reaches a change from there.
 */
#include "contract/private.h"

bool is_glob(struct str written)
{
	return str_has(written, '*') || str_has(written, '?');
}

static bool name_fits(struct str written, struct str name)
{
	return is_glob(written) ? glob_fits(written, name) : str_eq(written, name);
}

/* Is it declared at the top of its file? */
static bool is_top(const struct outline_name *name)
{
	size_t dot = str_rfind(name->full_name, '.');

	return dot >= name->full_name.n ? name->package.n == 0 : name->package.n == dot;
}

static bool may_be_root(const struct outline_name *name)
{
	return name->kind == ELEMENT_MESSAGE || name->kind == ELEMENT_SERVICE;
}

bool contract_names(const struct contract *contract, const struct outline_name *name)
{
	for (uint32_t i = 0; i < contract->roots.n && may_be_root(name); i++)
		if (name_fits(contract->roots.items[i].name, name->full_name))
			return true;
	for (uint32_t i = 0; i < contract->packages.n && may_be_root(name) && is_top(name); i++)
		if (name_fits(contract->packages.items[i].name, name->package))
			return true;
	return false;
}

bool contract_called(const struct contract *contract, struct str full_name)
{
	for (uint32_t i = 0; i < contract->was.n; i++) {
		struct str old = contract->was.items[i].old;

		if (str_starts(full_name, old) &&
			(full_name.n == old.n || full_name.p[old.n] == '.'))
			return true;
	}
	return false;
}

bool contract_is_open(const struct contract *contract)
{
	for (uint32_t i = 0; i < contract->roots.n; i++)
		if (is_glob(contract->roots.items[i].name))
			return true;
	return contract->packages.n || contract->was.n || !contract->roots.n;
}

/* Calls for each name that is declared elsewhere, until one fits. */
static bool any_elsewhere(const struct contracts *c,
	bool (*fits)(struct str written, const struct outline_name *name), struct str written)
{
	const struct elsewhere *elsewhere = c->request.elsewhere;

	for (uint32_t i = 0; i < elsewhere->names.n; i++)
		if (fits(written, &elsewhere->names.items[i]))
			return true;
	return false;
}

static bool root_fits(struct str written, const struct outline_name *name)
{
	return may_be_root(name) && name_fits(written, name->full_name);
}

static bool package_fits(struct str written, const struct outline_name *name)
{
	return may_be_root(name) && is_top(name) && name_fits(written, name->package);
}

static bool is_called(struct str written, const struct outline_name *name)
{
	return str_eq(name->full_name, written) || str_eq(name->package, written) ||
	       (str_starts(name->package, written) && name->package.n > written.n &&
		       name->package.p[written.n] == '.');
}

static bool is_in_package(struct str written, const struct outline_name *name)
{
	return str_eq(name->package, written);
}

bool elsewhere_has_root(const struct contracts *c, struct str written)
{
	return any_elsewhere(c, root_fits, written);
}

bool elsewhere_has_package(const struct contracts *c, struct str written)
{
	return any_elsewhere(c, package_fits, written);
}

bool elsewhere_knows(const struct contracts *c, struct str name)
{
	return any_elsewhere(c, is_called, name);
}

bool elsewhere_is_package(const struct contracts *c, struct str name)
{
	return any_elsewhere(c, is_in_package, name);
}
