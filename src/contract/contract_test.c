#include "contract/private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void globs_fit_names(void **state)
{
	static const struct {
		const char *glob, *name;
		bool fits;
	} rows[] = {
		{ "acme.v1.Order", "acme.v1.Order", true },
		{ "acme.v1.Order", "acme.v1.Orders", false },
		{ "acme.v1.Order", "acme.v1.Orde", false },
		{ "acme.v1.*", "acme.v1.Order", true },
		{ "acme.v1.*", "acme.v1.", true },
		{ "acme.v1.*", "acme.v1.Order.Line", false },
		{ "acme.v1.**", "acme.v1.Order.Line", true },
		{ "acme.*.Order", "acme.v1.Order", true },
		{ "acme.*.Order", "acme.v1.x.Order", false },
		{ "acme.**.Order", "acme.v1.x.Order", true },
		{ "**Event", "acme.v1.OrderEvent", true },
		{ "**Event", "acme.v1.EventOrder", false },
		{ "*Event", "acme.v1.OrderEvent", false },
		{ "acme.v?.Order", "acme.v1.Order", true },
		{ "acme.v?.Order", "acme.v.Order", false },
		{ "acme?v1.Order", "acme.v1.Order", false },
		{ "**.*Event*", "a.b.MyEventV2", true },
		{ "**.*Event*", "a.MyEvent.V2", false },
		{ "***", "a.b", true },
		{ "*a*b", "xaxxb", true },
		{ "*a*b", "xaxxc", false },
		{ "**a*b", "a.xab.aXb", true },
		{ "", "", true },
		{ "*", "", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (glob_fits(str_of(rows[i].glob), str_of(rows[i].name)) != rows[i].fits)
			fail_msg("'%s' and '%s'", rows[i].glob, rows[i].name);
}

/* A glob of many wildcards must not take time without bound. */
static void a_hostile_glob_ends(void **state)
{
	char glob[201], name[401];

	(void)state;
	for (size_t i = 0; i < sizeof glob - 1; i++)
		glob[i] = "*a"[i % 2];
	glob[sizeof glob - 1] = '\0';
	memset(name, 'a', sizeof name - 1);
	name[sizeof name - 2] = 'b';
	name[sizeof name - 1] = '\0';
	assert_false(glob_fits(str_of(glob), str_of(name)));
}

static unsigned wants(const char *word, unsigned surfaces)
{
	struct contract contract = { .surfaces = surfaces };

	assert_true(level_read(str_of(word), &contract.level, &contract.is_transitive));
	assert_true(str_eq(level_word(&contract), str_of(word)));
	return contract_wants(&contract);
}

static void levels_and_surfaces_choose_what_is_wanted(void **state)
{
	enum level level;
	bool is_transitive;

	(void)state;
	assert_int_equal(wants("NONE", SURFACE_WIRE | SURFACE_JSON | SURFACE_SOURCE), 0);
	assert_int_equal(wants("BACKWARD", SURFACE_WIRE), WIRE_BACKWARD);
	assert_int_equal(wants("FORWARD", SURFACE_JSON), JSON_FORWARD);
	assert_int_equal(wants("FORWARD", SURFACE_SOURCE), SOURCE_CODE);
	assert_int_equal(wants("FULL", SURFACE_WIRE | SURFACE_JSON),
		WIRE_BACKWARD | WIRE_FORWARD | JSON_BACKWARD | JSON_FORWARD);
	assert_int_equal(wants("FULL_TRANSITIVE", SURFACE_WIRE), WIRE_BACKWARD | WIRE_FORWARD);
	assert_int_equal(wants("BACKWARD_TRANSITIVE", SURFACE_WIRE), WIRE_BACKWARD);
	assert_false(level_read(S("backward"), &level, &is_transitive));
	assert_false(level_read(S("NONE_TRANSITIVE"), &level, &is_transitive));
	assert_int_equal(surface_read(S("json")), SURFACE_JSON);
	assert_int_equal(surface_read(S("JSON")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(globs_fit_names),
		cmocka_unit_test(a_hostile_glob_ends),
		cmocka_unit_test(levels_and_surfaces_choose_what_is_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
