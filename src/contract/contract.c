/* Words of contracts, and which contracts a run checks. */
#include "contract/contract.h"

const struct str level_words[7] = {
	STR_INIT("NONE"),
	STR_INIT("BACKWARD"),
	STR_INIT("FORWARD"),
	STR_INIT("FULL"),
	STR_INIT("BACKWARD_TRANSITIVE"),
	STR_INIT("FORWARD_TRANSITIVE"),
	STR_INIT("FULL_TRANSITIVE"),
};

const struct str surface_words[3] = { STR_INIT("wire"), STR_INIT("json"), STR_INIT("source") };

bool level_read(struct str word, enum level *level, bool *is_transitive)
{
	for (size_t i = 0; i < COUNT(level_words); i++) {
		if (!str_eq(level_words[i], word))
			continue;
		*is_transitive = i > LEVEL_FULL;
		*level = (enum level)(i > LEVEL_FULL ? i - LEVEL_FULL : i);
		return true;
	}
	return false;
}

struct str level_word(const struct contract *contract)
{
	return level_words[contract->level + (contract->is_transitive ? LEVEL_FULL : 0)];
}

unsigned surface_read(struct str word)
{
	for (size_t i = 0; i < COUNT(surface_words); i++)
		if (str_eq(surface_words[i], word))
			return 1U << i;
	return 0;
}

unsigned contract_wants(const struct contract *contract)
{
	bool backward = contract->level == LEVEL_BACKWARD || contract->level == LEVEL_FULL;
	bool forward = contract->level == LEVEL_FORWARD || contract->level == LEVEL_FULL;
	unsigned wants = 0;

	if (contract->surfaces & SURFACE_WIRE)
		wants |= (backward ? WIRE_BACKWARD : 0) | (forward ? WIRE_FORWARD : 0);
	if (contract->surfaces & SURFACE_JSON)
		wants |= (backward ? JSON_BACKWARD : 0) | (forward ? JSON_FORWARD : 0);
	if ((contract->surfaces & SURFACE_SOURCE) && contract->level != LEVEL_NONE)
		wants |= SOURCE_CODE;
	return wants;
}

/* ---- the command line ---- */

static void report_word(
	struct diags *diags, const char *option, struct str word, const struct str *words, size_t n)
{
	struct str nearest = str_nearest(word, words, n), list = S("");

	diag_error(diags, NOWHERE, "%s: unknown word '" STR "'", option, ARG(word));
	if (nearest.p) {
		diag_help(diags, "did you mean '" STR "'?", ARG(nearest));
		return;
	}
	for (size_t i = 0; i < n; i++)
		list = str_printf(
			diags->arena, STR "%s" STR, ARG(list), i ? ", " : "", ARG(words[i]));
	diag_help(diags, "there are " STR, ARG(list));
}

/* Levels and surfaces of the command line. */
struct overrides {
	bool has_level, is_transitive;
	enum level level;
	unsigned surfaces; /* 0: as declared */
};

static bool read_overrides(
	const struct contract_choice *choice, struct overrides *overrides, struct diags *diags)
{
	overrides->has_level = choice->level.p != NULL;
	if (choice->level.p &&
		!level_read(choice->level, &overrides->level, &overrides->is_transitive)) {
		report_word(
			diags, "--compatibility", choice->level, level_words, COUNT(level_words));
		return false;
	}
	for (uint32_t i = 0; i < choice->surfaces.n; i++) {
		unsigned surface = surface_read(choice->surfaces.items[i]);

		if (!surface) {
			report_word(diags, "--surface", choice->surfaces.items[i], surface_words,
				COUNT(surface_words));
			return false;
		}
		overrides->surfaces |= surface;
	}
	return true;
}

static struct contract *find_contract(const struct contract_list *contracts, struct str name)
{
	for (uint32_t i = 0; i < contracts->list.n; i++)
		if (str_eq(contracts->list.items[i]->name, name))
			return contracts->list.items[i];
	return NULL;
}

static bool is_chosen(const struct contract_choice *choice, const struct contract *contract)
{
	for (uint32_t i = 0; i < choice->names.n; i++)
		if (str_eq(choice->names.items[i], contract->name))
			return true;
	return choice->names.n == 0;
}

/* False and an error if a name of --contract is no contract. */
static bool know_names(const struct contract_list *declared, const struct contract_choice *choice,
	struct diags *diags)
{
	bool ok = true;

	for (uint32_t i = 0; i < choice->names.n; i++) {
		struct str name = choice->names.items[i], nearest;
		VEC(struct str) names = { 0 };

		if (find_contract(declared, name))
			continue;
		for (uint32_t k = 0; k < declared->list.n; k++)
			*vec_push(diags->arena, &names) = declared->list.items[k]->name;
		nearest = str_nearest(name, names.items, names.n);
		diag_error(diags, NOWHERE, "--contract: there is no contract '" STR "'", ARG(name));
		if (nearest.p)
			diag_help(diags, "did you mean '" STR "'?", ARG(nearest));
		else if (!declared->list.n)
			diag_help(diags, "contracts are declared under 'contracts' in a "
					 "breakwater.yaml");
		else
			diag_help(diags, "the first one is '" STR "'", ARG(names.items[0]));
		ok = false;
	}
	return ok;
}

static struct contract *override_contract(
	struct arena *arena, const struct contract *declared, const struct overrides *overrides)
{
	struct contract *contract = NEW(arena, struct contract);

	*contract = *declared;
	if (overrides->has_level) {
		contract->level = overrides->level;
		contract->is_transitive = overrides->is_transitive;
	}
	if (overrides->surfaces)
		contract->surfaces = overrides->surfaces;
	return contract;
}

/* The contract of a run whose configuration has none. */
static void add_nameless(
	struct arena *arena, const struct overrides *overrides, struct contract_list *chosen)
{
	const struct contract all = { .level = LEVEL_FULL, .surfaces = SURFACE_WIRE };

	*vec_push(arena, &chosen->list) = override_contract(arena, &all, overrides);
}

bool contracts_choose(struct arena *arena, const struct contract_list *declared,
	const struct contract_choice *choice, struct contract_list *chosen, struct diags *diags)
{
	struct overrides overrides = { 0 };
	bool overrides_some = choice->level.p || choice->surfaces.n;

	*chosen = (struct contract_list){ .place = declared->place };
	if (!read_overrides(choice, &overrides, diags) || !know_names(declared, choice, diags))
		return false;
	if (!declared->list.n && overrides_some) {
		if (choice->has_use) {
			diag_error(diags, NOWHERE,
				"%s and --use both choose what is reported, and there is no "
				"contract",
				choice->level.p ? "--compatibility" : "--surface");
			diag_help(diags, "leave one of them out");
			return false;
		}
		add_nameless(arena, &overrides, chosen);
		return true;
	}
	for (uint32_t i = 0; i < declared->list.n; i++) {
		struct contract *contract = declared->list.items[i];

		if (!is_chosen(choice, contract))
			continue;
		contract = override_contract(arena, contract, &overrides);
		contract->order = chosen->list.n;
		*vec_push(arena, &chosen->list) = contract;
	}
	return true;
}
