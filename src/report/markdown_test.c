#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "report/fixture.h"

static void comment_is_a_table_and_folded_details(void **state)
{
	struct fixture *f = fixture_two();

	(void)state;
	assert_string_equal(fixture_write(f, "markdown"),
		"## breakwater: 2 breaking changes\n"
		"\n"
		"2 breaking changes in 2 files (v1.4.0 → working tree); 3 files compared\n"
		"\n"
		"| | where | what changed | breaks |\n"
		"|---|---|---|---|\n"
		"| ❌ | `proto/order.proto:5` | field 4 `amount` of `acme.Order` changed from int64 "
		"to sint64 `FIELD_SAME_TYPE` | wire |\n"
		"| ❌ | `proto/refund.proto` | file `refund.proto` was deleted `FILE_NO_DELETE` | "
		"source |\n"
		"\n"
		"<details>\n"
		"<summary>What it means and what to do</summary>\n"
		"\n"
		"**field 4 `amount` of `acme.Order` changed from int64 to sint64**  \n"
		"`proto/order.proto:5` `FIELD_SAME_TYPE`\n"
		"\n"
		"```diff\n"
		"-  int64 amount = 4;\n"
		"+  sint64 amount = 4;\n"
		"```\n"
		"\n"
		"- Breaks: wire (old data read by new code, new data read by old code)\n"
		"- What to do: keep field 4 as it is\n"
		"- Fingerprint: `0000000000001000`\n"
		"\n"
		"**file `refund.proto` was deleted**  \n"
		"`proto/refund.proto` `FILE_NO_DELETE`\n"
		"\n"
		"\n"
		"- Breaks: source code\n"
		"- Fingerprint: `0000000000001001`\n"
		"\n"
		"Intended? `breakwater accept FINGERPRINT --reason TEXT` records it.\n"
		"\n"
		"</details>\n");
	fixture_free(f);
}

static void nothing_to_tell_is_short(void **state)
{
	struct fixture *f = fixture_new();

	(void)state;
	assert_string_equal(fixture_write(f, "markdown"),
		"## breakwater: no breaking changes\n\n"
		"no breaking changes (v1.4.0 → working tree); 3 files compared\n");
	fixture_free(f);
}

static void names_cannot_break_out_of_the_table(void **state)
{
	struct fixture *f = fixture_new();

	(void)state;
	fixture_add(f, &type_rule, "a|b\n<img> @team 'x`|y' https://x", "e", 0);
	assert_non_null(strstr(fixture_write(f, "markdown"),
		"|  | a\\|b\\n&lt;img&gt; @<!-- -->team ``x`\\|y`` https:<!-- -->//x "
		"`FIELD_SAME_TYPE` |"));
	fixture_free(f);
}

static void comment_stays_under_the_limit_and_says_what_is_left_out(void **state)
{
	struct fixture *f = fixture_new();
	char *long_name = arena_bytes(f->arena, 100001);
	const char *shown;

	(void)state;
	memset(long_name, 'a', 100000);
	long_name[100000] = '\0';
	for (int i = 0; i < 2000; i++) {
		struct finding *finding = fixture_add(f, &type_rule,
			i ? "field 'x' changed from int32 to int64" : long_name, "e", 31);

		finding->new_place = fixture_place(f->new_order, "sint64");
		finding->old_place = fixture_place(f->old_order, "int64");
		finding->help = str_of(long_name);
	}
	shown = fixture_write(f, "markdown");
	assert_true(strlen(shown) < 65536);
	assert_non_null(strstr(shown, " more that do not fit here.\n"));
	assert_non_null(strstr(shown, "\n</details>\n"));
	fixture_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comment_is_a_table_and_folded_details),
		cmocka_unit_test(nothing_to_tell_is_short),
		cmocka_unit_test(names_cannot_break_out_of_the_table),
		cmocka_unit_test(comment_stays_under_the_limit_and_says_what_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
