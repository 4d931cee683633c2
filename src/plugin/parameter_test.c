#include "plugin/parameter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

struct fixture {
	struct arena *arena;
	struct diags diags;
	struct parameter parameter;
	bool ok;
};

static void parse(struct fixture *f, const char *text)
{
	f->arena = arena_new(NULL, NULL);
	diags_init(&f->diags, f->arena);
	f->ok = parameter_parse(f->arena, str_of(text), &f->parameter, &f->diags);
}

static void fails_with(const char *text, const char *message)
{
	struct fixture f;

	parse(&f, text);
	assert_false(f.ok);
	assert_string_equal(str_cstr(f.arena, f.diags.items[0].message), message);
	arena_free(f.arena);
}

static void all_parameters_are_read(void **state)
{
	struct fixture f;

	(void)state;
	parse(&f, "against=main:proto,config=a/b.yaml, use=WIRE,use=RPC_NO_DELETE,"
		  "contract=orders,compatibility=FULL,surface=wire,surface=json");
	assert_true(f.ok);
	assert_string_equal(f.parameter.against, "main:proto");
	assert_string_equal(f.parameter.config, "a/b.yaml");
	assert_int_equal(f.parameter.use.n, 2);
	assert_string_equal(f.parameter.use.items[1], "RPC_NO_DELETE");
	assert_string_equal(f.parameter.contracts.items[0], "orders");
	assert_string_equal(f.parameter.compatibility, "FULL");
	assert_string_equal(f.parameter.surfaces.items[1], "json");
	arena_free(f.arena);
}

static void a_value_may_hold_an_equals_sign(void **state)
{
	struct fixture f;

	(void)state;
	parse(&f, "against=set:a=b.binpb");
	assert_string_equal(f.parameter.against, "set:a=b.binpb");
	arena_free(f.arena);
}

static void without_against_it_is_an_error(void **state)
{
	(void)state;
	fails_with("", "there is nothing to compare with");
	fails_with("use=WIRE", "there is nothing to compare with");
	fails_with("against=", "parameter 'against' has no value");
}

static void a_wrong_parameter_is_an_error(void **state)
{
	(void)state;
	fails_with("against=a,against=b", "parameter 'against' is given twice");
	fails_with("agains=main", "unknown parameter 'agains'");
	fails_with("against=a,use=FILE,WIRE", "parameter 'WIRE' has no value");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_parameters_are_read),
		cmocka_unit_test(a_value_may_hold_an_equals_sign),
		cmocka_unit_test(without_against_it_is_an_error),
		cmocka_unit_test(a_wrong_parameter_is_an_error),
	};

	return cmocka_run_group_tests_name("parameter", tests, NULL, NULL) != 0;
}
