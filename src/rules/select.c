/* Selects rules by id, category and configuration version. */
#include "rules/list.h"

/* v1 and v1beta1 have neither CSR nor RETIREMENT. */
static unsigned categories_in(enum rules_version version)
{
	unsigned all = CAT_FILE | CAT_PACKAGE | CAT_WIRE_JSON | CAT_WIRE;

	return version == RULES_V2 ? all | CAT_CSR | CAT_RETIREMENT : all;
}

static bool exists_in(const struct rule *rule, enum rules_version version)
{
	return !(version == RULES_V1BETA1 && rule->not_in_v1beta1) &&
	       !(version == RULES_V1 && rule->not_in_v1);
}

bool rule_in(const struct rule *rule, unsigned categories, enum rules_version version)
{
	unsigned of_rule = rule->categories;

	if (!exists_in(rule, version))
		return false;
	if (version == RULES_V1BETA1 && rule->differs_in_v1beta1)
		of_rule = rule->categories_v1beta1;
	return of_rule & categories & categories_in(version);
}

struct selection *selection_new(struct arena *arena)
{
	struct selection *selection = NEW(arena, struct selection);
	size_t n;

	selection->selected = NEW_ARRAY(arena, ROWS, uint8_t);
	selection->excepted = NEW_ARRAY(arena, ROWS, uint8_t);
	selection->severity = NEW_ARRAY(arena, ROWS, uint8_t);
	selection->is_severe = NEW_ARRAY(arena, ROWS, uint8_t);
	for (size_t i = 0; i < ROWS; i++)
		selection->severity[i] = (uint8_t)rules_all(&n)[i]->severity;
	return selection;
}

static bool select_deprecated(struct selection *selection, struct str id, bool on,
	struct place place, struct diags *diags)
{
	size_t n;
	const struct deprecated_rule *all = rules_deprecated(&n);

	for (size_t i = 0; i < n; i++) {
		if (!str_eq(str_of(all[i].id), id))
			continue;
		if (!all[i].replaced_by[0])
			diag_warning(diags, place, "rule '" STR "' is deprecated and does nothing",
				ARG(id));
		else
			diag_warning(diags, place, "rule '" STR "' is deprecated", ARG(id));
		for (size_t k = 0; k < COUNT(all[i].replaced_by) && all[i].replaced_by[k]; k++) {
			const struct rule *rule = rule_find(str_of(all[i].replaced_by[k]));

			selection->selected[rule_row(rule)] = on;
			diag_help(diags, "use '%s' instead", rule->id);
		}
		return true;
	}
	return false;
}

bool selection_set(struct selection *selection, struct str id, bool on, enum rules_version version,
	struct place place, struct diags *diags)
{
	unsigned category = category_find(id) & categories_in(version);
	const struct rule *rule = rule_find(id);
	size_t n;
	const struct rule *const *all = rules_all(&n);

	if (rule && exists_in(rule, version)) {
		selection->selected[rule_row(rule)] = on;
		return true;
	}
	if (!category)
		return select_deprecated(selection, id, on, place, diags);
	for (size_t i = 0; i < n; i++) {
		if (rule_in(all[i], category, version))
			selection->selected[i] = on;
	}
	return true;
}
