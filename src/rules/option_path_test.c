#include "rules/promise.h"

#include "base/out.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* The steps, an extension in parentheses, one behind a `|`; or what is wrong. */
static void assert_path(const char *text, const char *expected)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct out *out = out_memory(arena);
	struct option_path path;
	struct str why, help;

	if (option_path_parse(arena, str_of(text), &path, &why, &help)) {
		for (uint32_t i = 0; i < path.n; i++)
			out_printf(out, path.steps[i].is_extension ? "|(" STR ")" : "|" STR,
				ARG(path.steps[i].name));
		assert_string_equal(str_cstr(arena, path.text), text);
	} else {
		assert_true(help.n > 0);
		out_str(out, why);
	}
	assert_string_equal(str_cstr(arena, out_text(out)), expected);
	arena_free(arena);
}

static void a_path_is_an_option_and_fields(void **state)
{
	(void)state;
	assert_path("deprecated", "|deprecated");
	assert_path("features.field_presence", "|features|field_presence");
	assert_path("(pii)", "|(pii)");
	assert_path("(acme.limit).max_len", "|(acme.limit)|max_len");
	assert_path("(a.b).c.(d.e).f", "|(a.b)|c|(d.e)|f");
	assert_path("features.(pb.go).api_level", "|features|(pb.go)|api_level");
}

static void what_is_no_path_is_told(void **state)
{
	(void)state;
	assert_path("", "a name is missing");
	assert_path(".", "a name is missing");
	assert_path("a.", "a name is missing");
	assert_path("a..b", "a name is missing");
	assert_path("a b", "'a b' is no name");
	assert_path("1", "'1' is no name");
	assert_path("(a", "a ')' is missing");
	assert_path("()", "'' is no full name of an option");
	assert_path("(a.)", "'a.' is no full name of an option");
	assert_path("(.a.b)", "a full name has no leading dot");
	assert_path("(a)b", "a '.' is missing between two parts");
	assert_path("a(b)", "a '.' is missing between two parts");
	assert_path("(a).[b]", "'[b]' is no name");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_is_an_option_and_fields),
		cmocka_unit_test(what_is_no_path_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
