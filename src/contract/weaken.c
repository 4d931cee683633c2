/* CONTRACT_NO_WEAKEN: the old side's own breakwater.yaml promised more. */
#include "contract/contract.h"

/* One contract on both sides; `new` NULL: it is gone. */
struct both {
	const struct weakening *w;
	const struct contract *old, *new;
	struct findings *findings;
};

static struct place place_of(const struct both *both)
{
	if (both->new)
		return both->new->place;
	if (both->w->new->place.text)
		return both->w->new->place;
	return both->w->text ? place_in(both->w->text, NO_SPAN) : NOWHERE;
}

/* The contract's place in the report, if it is checked. */
static const struct contract *chosen_of(const struct both *both)
{
	for (uint32_t i = 0; i < both->w->chosen->list.n; i++)
		if (str_eq(both->w->chosen->list.items[i]->name, both->old->name))
			return both->w->chosen->list.items[i];
	return NULL;
}

static void add_weakening(
	const struct both *both, struct str message, struct str before, struct str after)
{
	struct arena *arena = both->w->arena;
	struct finding *finding = NEW(arena, struct finding);
	const struct contract *contract = chosen_of(both);

	finding->rule = rule_find(S("CONTRACT_NO_WEAKEN"));
	finding->severity = finding->rule->severity;
	finding->message = message;
	finding->element = both->old->name;
	finding->before = before;
	finding->after = after;
	finding->new_place = place_of(both);
	finding->old_place = both->old->place;
	finding->help = S("lower a promise in a change of its own, which the consumers approve");
	finding->fingerprint = finding_fingerprint(finding, arena);
	finding->is_reached = true;
	if (contract)
		*vec_push(arena, &finding->contracts) = (struct finding_contract){ contract, 0, contract->order };
	*vec_push(arena, &both->findings->list) = finding;
}

/* The directions that a level promises, and beyond BASE. */
static unsigned promises(const struct contract *contract)
{
	unsigned mask = contract->level; /* FULL is BACKWARD and FORWARD */

	return mask | (contract->is_transitive ? mask << 2 : 0);
}

static void compare_levels(const struct both *both)
{
	struct str was = level_word(both->old), is = level_word(both->new);

	if (promises(both->old) & ~promises(both->new))
		add_weakening(both,
			str_printf(both->w->arena,
				"contract '" STR "' was " STR " and is " STR " now",
				ARG(both->old->name), ARG(was), ARG(is)),
			was, is);
}

static void compare_surfaces(const struct both *both)
{
	for (size_t i = 0; i < COUNT(surface_words); i++)
		if ((both->old->surfaces & ~both->new->surfaces) >> i & 1)
			add_weakening(both,
				str_printf(both->w->arena,
					"contract '" STR "' no longer promises surface " STR,
					ARG(both->old->name), ARG(surface_words[i])),
				surface_words[i], (struct str){ 0 });
}

static bool has_name(const struct written_names *names, struct str name)
{
	for (uint32_t i = 0; i < names->n; i++)
		if (str_eq(names->items[i].name, name))
			return true;
	return false;
}

/* A root may have gone on under a new name. */
static bool has_renamed(const struct contract *contract, struct str old)
{
	for (uint32_t i = 0; i < contract->was.n; i++) {
		const struct contract_was *was = &contract->was.items[i];

		if (str_starts(old, was->old) && (old.n == was->old.n || old.p[was->old.n] == '.'))
			return true;
	}
	return false;
}

static void compare_names(const struct both *both, const struct written_names *old,
	const struct written_names *new, const char *what)
{
	for (uint32_t i = 0; i < old->n; i++) {
		struct str name = old->items[i].name;

		if (has_name(new, name) || has_renamed(both->new, name))
			continue;
		add_weakening(both,
			str_printf(both->w->arena,
				"contract '" STR "' no longer has the %s '" STR "'",
				ARG(both->old->name), what, ARG(name)),
			name, (struct str){ 0 });
	}
}

static const struct contract *find_like(
	const struct contract_list *contracts, const struct contract *old)
{
	for (uint32_t i = 0; i < contracts->list.n; i++)
		if (str_eq(contracts->list.items[i]->name, old->name))
			return contracts->list.items[i];
	return NULL;
}

void contracts_weakened(const struct weakening *w, struct findings *findings)
{
	for (uint32_t i = 0; i < w->old->list.n; i++) {
		struct both both = { w, w->old->list.items[i], NULL, findings };

		both.new = find_like(w->new, both.old);
		if (w->only_chosen && !chosen_of(&both))
			continue;
		if (!both.new) {
			add_weakening(&both,
				str_printf(w->arena, "contract '" STR "' is gone",
					ARG(both.old->name)),
				level_word(both.old), (struct str){ 0 });
			continue;
		}
		compare_levels(&both);
		compare_surfaces(&both);
		compare_names(&both, &both.old->roots, &both.new->roots, "root");
		compare_names(&both, &both.old->packages, &both.new->packages, "package");
	}
}
