#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "rules/list.h"

struct world {
	struct arena *arena;
	struct diags diags;
	struct selection *selection;
};

static int set_up(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct world *w = NEW(arena, struct world);

	w->arena = arena;
	diags_init(&w->diags, arena);
	w->selection = selection_new(arena);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	arena_free(((struct world *)*state)->arena);
	return 0;
}

static bool use(struct world *w, const char *id, enum rules_version version)
{
	return selection_set(w->selection, str_of(id), true, version, NOWHERE, &w->diags);
}

static void category_minus_rule_leaves_the_others(void **state)
{
	struct world *w = *state;

	assert_true(use(w, "WIRE", RULES_V2));
	assert_true(selection_set(
		w->selection, S("FIELD_SAME_ONEOF"), false, RULES_V2, NOWHERE, &w->diags));
	assert_true(w->selection->selected[ROW_FIELD_SAME_DEFAULT]);
	assert_false(w->selection->selected[ROW_FIELD_SAME_ONEOF]);
	assert_false(w->selection->selected[ROW_FIELD_SAME_NAME]);
	assert_int_equal(w->diags.n, 0);
}

static void deprecated_id_acts_as_its_replacements(void **state)
{
	struct world *w = *state;

	assert_true(use(w, "FIELD_SAME_LABEL", RULES_V2));
	assert_true(w->selection->selected[ROW_FIELD_SAME_CARDINALITY]);
	assert_true(w->selection->selected[ROW_FIELD_WIRE_COMPATIBLE_CARDINALITY]);
	assert_true(w->selection->selected[ROW_FIELD_WIRE_JSON_COMPATIBLE_CARDINALITY]);
	assert_int_equal(w->diags.n, 1);
	assert_int_equal(w->diags.items[0].level, DIAG_WARNING);
	assert_string_equal(w->diags.items[0].message.p, "rule 'FIELD_SAME_LABEL' is deprecated");
}

static void deprecated_id_without_replacement_only_warns(void **state)
{
	struct world *w = *state;

	assert_true(use(w, "FILE_SAME_PHP_GENERIC_SERVICES", RULES_V1));
	for (int i = 0; i < ROWS; i++)
		assert_false(w->selection->selected[i]);
	assert_int_equal(w->diags.n, 1);
	assert_string_equal(w->diags.items[0].message.p,
		"rule 'FILE_SAME_PHP_GENERIC_SERVICES' is deprecated and does nothing");
}

static void unknown_word_is_refused(void **state)
{
	struct world *w = *state;

	assert_false(use(w, "FIELD_SAME_TYPO", RULES_V2));
	assert_false(use(w, "", RULES_V2));
	assert_false(use(w, "file", RULES_V2));
}

static void rule_of_another_version_is_unknown(void **state)
{
	struct world *w = *state;

	assert_false(use(w, "FIELD_SAME_DEFAULT", RULES_V1));
	assert_false(use(w, "CSR", RULES_V1));
	assert_false(use(w, "FIELD_WIRE_COMPATIBLE_TYPE", RULES_V1BETA1));
	assert_true(use(w, "FIELD_WIRE_COMPATIBLE_TYPE", RULES_V1));
}

static void v1beta1_has_its_own_columns(void **state)
{
	struct world *w = *state;

	assert_true(use(w, "WIRE", RULES_V1BETA1));
	assert_true(w->selection->selected[ROW_FIELD_SAME_TYPE]);
	assert_false(w->selection->selected[ROW_FILE_SAME_PACKAGE]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			category_minus_rule_leaves_the_others, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			deprecated_id_acts_as_its_replacements, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			deprecated_id_without_replacement_only_warns, set_up, tear_down),
		cmocka_unit_test_setup_teardown(unknown_word_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			rule_of_another_version_is_unknown, set_up, tear_down),
		cmocka_unit_test_setup_teardown(v1beta1_has_its_own_columns, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
