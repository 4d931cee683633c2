/* `was`: what a thing was called on the old side. */
#include "contract/private.h"

/* The longest entry that is the name or a prefix of it up to a dot; NULL: none. */
static const struct contract_was *entry_of(const struct checked *checked, struct str name)
{
	const struct contract_was *was;

	do {
		was = map_get(&checked->entries, NULL, str_hash(name));
		if (was && str_eq(was->new, name))
			return was;
		name = str_head(name, str_rfind(name, '.') < name.n ? str_rfind(name, '.') : 0);
	} while (name.n);
	return NULL;
}

/* The old side's element that the new one was; NULL: none. Follows entries as long as the old side
 * has none of the names. */
static const struct element *old_of(const struct contracts *c, const struct checked *checked,
	const struct element *new, const struct contract_was **entry)
{
	struct str name = new->full_name;

	*entry = NULL;
	for (uint32_t steps = 0; steps <= checked->contract->was.n; steps++) {
		const struct element *old = declared_find(c, OLD_SIDE, name);
		const struct contract_was *was;

		if (old)
			return steps && old->kind == new->kind ? old : NULL;
		was = entry_of(checked, name);
		if (!was)
			return NULL;
		*entry = was;
		name = str_printf(
			c->arena, STR STR, ARG(was->old), ARG(str_from(name, was->new.n)));
	}
	return NULL;
}

/* Two new names of one old one: the longer entry says it more exactly. */
static bool is_claimed(struct contracts *c, struct checked *checked, const struct element *old,
	const struct element *new, const struct contract_was *entry)
{
	const struct element *other = map_get(&checked->renamed, old->full_name.p, 0);
	const struct contract_was *theirs = other ? entry_of(checked, other->full_name) : NULL;

	if (!other)
		return false;
	if (theirs && theirs->new.n != entry->new.n)
		return theirs->new.n > entry->new.n;
	diag_error(c->diags, entry->place,
		"contract '" STR "': '" STR "' would be the old name of both '" STR "' and '" STR
		"'",
		ARG(checked->contract->name), ARG(old->full_name), ARG(other->full_name),
		ARG(new->full_name));
	return true;
}

static void rename_element(struct contracts *c, struct checked *checked, const struct element *new)
{
	const struct contract_was *entry;
	const struct element *old = old_of(c, checked, new, &entry);
	const struct element *before;

	if (!old || is_claimed(c, checked, old, new, entry))
		return;
	before = map_get(&checked->renamed, old->full_name.p, 0);
	if (before)
		*map_put(&checked->called, before->full_name.p, 0) = NULL;
	*map_put(&checked->renamed, old->full_name.p, 0) = (void *)new;
	*map_put(&checked->called, new->full_name.p, 0) = (void *)old;
}

static bool side_knows(const struct contracts *c, int side, struct str name)
{
	struct str interned = intern(c->names, name);

	if (map_get(&c->packages[side], interned.p, 0) ||
		map_get(&c->by_name[side], interned.p, 0) || elsewhere_knows(c, name))
		return true;
	for (uint32_t i = 0; i < c->packages[side].n; i++) {
		struct str package =
			((const struct file *)c->packages[side].entries[i].value)->package;

		if (str_starts(package, name) && package.n > name.n && package.p[name.n] == '.')
			return true;
	}
	return false;
}

/* False and an error if an old name is unknown; a warning if a new one is. */
static bool know_entries(struct contracts *c, const struct contract *contract)
{
	bool ok = true;

	for (uint32_t i = 0; i < contract->was.n; i++) {
		const struct contract_was *was = &contract->was.items[i];
		bool is_known =
			side_knows(c, OLD_SIDE, was->old) || side_knows(c, NEW_SIDE, was->old);
		struct str nearest;

		/* An entry that rests was right once, and its old name is gone since. */
		if (!is_known && !contract->is_transitive &&
			!side_knows(c, OLD_SIDE, was->new)) {
			nearest = declared_nearest(c, was->old);
			diag_error(c->diags, was->place,
				"contract '" STR "': nothing is or was called '" STR "'",
				ARG(contract->name), ARG(was->old));
			if (nearest.p)
				diag_help(c->diags, "did you mean '" STR "'?", ARG(nearest));
			else
				diag_help(c->diags, "remove the entry if nothing has this name any "
						    "more");
			ok = false;
		} else if (!side_knows(c, OLD_SIDE, was->new) &&
			   !side_knows(c, NEW_SIDE, was->new)) {
			diag_warning(c->diags, was->place,
				"contract '" STR "': nothing is called '" STR "'",
				ARG(contract->name), ARG(was->new));
		}
	}
	return ok;
}

bool was_apply(struct contracts *c, struct checked *checked)
{
	uint32_t errors = c->diags->n_errors;

	map_init(&checked->renamed, c->arena);
	map_init(&checked->called, c->arena);
	map_init(&checked->entries, c->arena);
	if (!checked->contract->was.n)
		return true;
	if (!c->request.is_partial && !c->request.is_quiet && !know_entries(c, checked->contract))
		return false;
	for (uint32_t i = 0; i < checked->contract->was.n; i++) {
		struct contract_was *was = &checked->contract->was.items[i];

		*map_put(&checked->entries, NULL, str_hash(was->new)) = was;
	}
	for (uint32_t i = 1; i < c->declared[NEW_SIDE].n; i++)
		rename_element(c, checked, c->declared[NEW_SIDE].items[i].element);
	return c->diags->n_errors == errors;
}
