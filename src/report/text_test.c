#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "report/fixture.h"

static void finding_is_a_block_and_the_last_line_counts(void **state)
{
	struct fixture *f = fixture_two();

	(void)state;
	f->report.accepted = 1;
	assert_string_equal(fixture_write(f, "text"),
		"proto/order.proto:5:3: error: field 4 'amount' of 'acme.Order' changed "
		"from int64 to sint64 [FIELD_SAME_TYPE]\n"
		"    5 |   sint64 amount = 4;\n"
		"      |   ^~~~~~ was int64 at proto/order.proto:4 in v1.4.0\n"
		"      = breaks: wire (old data read by new code, new data read by old "
		"code)\n"
		"      = help: keep field 4 as it is\n"
		"      = fingerprint: 0000000000001000\n"
		"\n"
		"v1.4.0:proto/refund.proto: error: file 'refund.proto' was deleted "
		"[FILE_NO_DELETE]\n"
		"      = breaks: source code\n"
		"      = fingerprint: 0000000000001001\n"
		"\n"
		"2 breaking changes in 2 files (v1.4.0 → working tree); 3 files compared, "
		"1 finding accepted\n");
	fixture_free(f);
}

static void line_has_the_first_line_of_each_block(void **state)
{
	struct fixture *f = fixture_two();

	(void)state;
	assert_string_equal(fixture_write(f, "line"),
		"proto/order.proto:5:3: error: field 4 'amount' of 'acme.Order' changed "
		"from int64 to sint64 [FIELD_SAME_TYPE]\n"
		"v1.4.0:proto/refund.proto: error: file 'refund.proto' was deleted "
		"[FILE_NO_DELETE]\n");
	fixture_free(f);
}

static void narrow_terminal_has_lines_broken_at_words(void **state)
{
	struct fixture *f = fixture_two();

	(void)state;
	f->report.columns = 40;
	f->report.color = true;
	assert_non_null(strstr(fixture_write(f, "text"),
		"\033[1mproto/order.proto:5:3:\033[0m \033[1;31merror:\033[0m field 4\n"
		"    'amount' of 'acme.Order' changed\n"
		"    from int64 to sint64\n"
		"    \033[2m[FIELD_SAME_TYPE]\033[0m\n"
		"\033[34m    5 |\033[0m   sint64 amount = 4;\n"
		"\033[34m      |\033[0m \033[1;32m  ^~~~~~\033[0m was int64 at\n"
		"        proto/order.proto:4 in v1.4.0\n"
		"\033[34m      =\033[0m \033[1mbreaks:\033[0m wire (old data read by\n"
		"        new code, new data read by old\n"
		"        code)\n"));
	fixture_free(f);
}

static void wide_and_combining_characters_are_counted_as_they_are_drawn(void **state)
{
	struct fixture *f = fixture_two();

	(void)state;
	f->report.columns = 40;
	f->findings.list.items[0]->help = S("深い海の底深い海の底深い 海の底 e\xCC\x81\xCC\x81 e x");
	assert_non_null(strstr(fixture_write(f, "text"),
		"      = help: 深い海の底深い海の底深い\n"
		"        海の底 e\xCC\x81\xCC\x81 e x\n"));
	fixture_free(f);
}

static void no_finding_says_so(void **state)
{
	struct fixture *f = fixture_new();

	(void)state;
	f->report.files_compared = 1;
	assert_string_equal(fixture_write(f, "text"),
		"no breaking changes (v1.4.0 → working tree); 1 file compared\n");
	fixture_free(f);
}

static void consequences_are_folded_under_their_cause(void **state)
{
	struct fixture *f = fixture_two();
	struct finding *cause = f->findings.list.items[0];
	static const char *const names[] = { "a.B", "a.C", "a.D", "a.E" };

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		struct finding *finding = fixture_add(f, &type_rule, "gone", names[i], 0);

		finding->cause = i == 3 ? f->findings.list.items[2] : cause;
	}
	assert_non_null(strstr(fixture_write(f, "text"),
		"[FILE_NO_DELETE] (and 4 more that follow)\n"
		"      = with it: 'a.B', 'a.C', 'a.D' and 1 more\n"));
	assert_non_null(strstr(fixture_write(f, "text"), "\n6 breaking changes in 2 files"));
	assert_int_equal(f->findings.list.n, 6);
	fixture_free(f);
}

static void change_of_many_files_is_shown_once(void **state)
{
	struct fixture *f = fixture_new();
	static const char *const paths[] = { "a.proto", "b.proto", "c.proto", "d.proto",
		"e.proto" };

	(void)state;
	for (size_t i = 0; i < COUNT(paths); i++) {
		struct finding *finding =
			fixture_add(f, &option_rule, "go_package changed", paths[i], SOURCE_CODE);

		finding->before = S("x");
		finding->after = S("y");
		finding->new_place = place_in(fixture_text(f->arena, "", paths[i], S("")), NO_SPAN);
	}
	assert_string_equal(fixture_write(f, "text"),
		"a.proto:1:1: error: go_package changed [FILE_SAME_GO_PACKAGE] (and 4 "
		"more files)\n"
		"      = also in: b.proto, c.proto, d.proto and 1 more\n"
		"      = breaks: source code\n"
		"      = fingerprint: 0000000000001000 (the other files have their own)\n"
		"\n"
		"5 breaking changes in 5 files (v1.4.0 → working tree); 3 files "
		"compared\n");
	f->findings.list.n = 3;
	assert_null(strstr(fixture_write(f, "text"), "more files"));
	fixture_free(f);
}

static void fingerprints_are_as_short_as_tells_them_apart(void **state)
{
	struct fixture *f = fixture_two();
	struct finding *const *list = f->findings.list.items;

	(void)state;
	list[0]->fingerprint = UINT64_C(0xeb21dbea231f2071);
	list[1]->fingerprint = UINT64_C(0x12891a16e4ffa4f0);
	assert_non_null(strstr(fixture_write(f, "text"), "\n      = fingerprint: eb21dbe\n"));
	assert_non_null(strstr(fixture_write(f, "text"), "\n      = fingerprint: 12891a1\n"));
	list[1]->fingerprint = UINT64_C(0xeb21dbea291f2071);
	assert_non_null(strstr(fixture_write(f, "text"), "\n      = fingerprint: eb21dbea23\n"));
	list[1]->fingerprint = list[0]->fingerprint;
	assert_non_null(strstr(fixture_write(f, "text"), "\n      = fingerprint: eb21dbe\n"));
	fixture_free(f);
}

static void last_line_says_how_to_accept(void **state)
{
	struct fixture *f = fixture_two();
	struct finding *const *list = f->findings.list.items;

	(void)state;
	assert_null(strstr(fixture_write(f, "text"), "meant?"));
	f->report.accept = S("v1.4.0");
	assert_non_null(strstr(fixture_write(f, "text"),
		" compared\n"
		"meant? breakwater accept FINGERPRINT --reason TEXT v1.4.0\n"));
	f->report.accept = S("");
	list[0]->accepted = true;
	assert_non_null(strstr(fixture_write(f, "text"),
		"\nmeant? breakwater accept 0000000000001000 --reason TEXT\n"));
	list[1]->severity = SEVERITY_WARNING;
	assert_null(strstr(fixture_write(f, "text"), "meant?"));
	fixture_free(f);
}

static void error_never_hides_under_a_warning(void **state)
{
	struct fixture *f = fixture_two();

	(void)state;
	f->findings.list.items[0]->severity = SEVERITY_WARNING;
	f->findings.list.items[1]->cause = f->findings.list.items[0];
	assert_null(strstr(fixture_write(f, "text"), "that follow"));
	assert_non_null(
		strstr(fixture_write(f, "text"), "1 breaking change, 1 warning in 2 files"));
	fixture_free(f);
}

static void accepted_finding_is_listed_on_request_only(void **state)
{
	struct fixture *f = fixture_two();

	(void)state;
	f->findings.list.items[1]->accepted = true;
	f->findings.list.items[1]->accepted_reason = S("nobody reads it");
	f->report.accepted = 1;
	assert_null(strstr(fixture_write(f, "text"), "amount"));
	assert_true(findings_active(&f->findings));
	f->report.show_accepted = true;
	assert_non_null(strstr(
		fixture_write(f, "text"), "proto/order.proto:5:3: accepted: field 4 'amount'"));
	assert_non_null(strstr(fixture_write(f, "text"), "      = accepted: nobody reads it\n"));
	assert_non_null(strstr(fixture_write(f, "text"), "\n1 breaking change in 1 file ("));
	f->findings.list.items[0]->severity = SEVERITY_WARNING;
	assert_false(findings_active(&f->findings));
	fixture_free(f);
}

static void deleted_element_shows_its_old_line(void **state)
{
	struct fixture *f = fixture_new();
	static const struct rule rule = { .id = "FIELD_NO_DELETE", .on = PAIR_FIELD };
	struct finding *finding = fixture_add(f, &rule, "field 4 was deleted", "a.b", 0);

	(void)state;
	finding->new_place = fixture_place(f->new_order, "message Order {\n");
	finding->old_place = fixture_place(f->old_order, "int64 amount = 4;");
	assert_non_null(strstr(fixture_write(f, "text"),
		"proto/order.proto:4:1: error: field 4 was deleted [FIELD_NO_DELETE]\n"
		"    4 |   int64 amount = 4;\n"
		"      |   ^~~~~~~~~~~~~~~~~ was at proto/order.proto:4 in v1.4.0\n"));
	fixture_free(f);
}

static void hostile_names_cannot_steer_the_terminal(void **state)
{
	struct fixture *f = fixture_new();
	struct text *text = fixture_text(f->arena, "", "a\033[2J.proto", S("\033]0;x\007 b\n"));
	struct finding *finding = fixture_add(f, &type_rule, "x\ny\xC2\x9B", "e", 0);

	(void)state;
	finding->new_place = fixture_place(text, "b");
	assert_non_null(strstr(fixture_write(f, "text"),
		"a\\x1b[2J.proto:1:8: error: x\\ny\\u009b [FIELD_SAME_TYPE]\n"
		"    1 | \\x1b]0;x\\x07 b\n"
		"      |              ^\n"));
	assert_null(strchr(fixture_write(f, "text"), '\033'));
	fixture_free(f);
}

static void color_is_used_when_asked_for(void **state)
{
	struct fixture *f = fixture_two();

	(void)state;
	assert_null(strchr(fixture_write(f, "text"), '\033'));
	f->report.color = true;
	assert_non_null(strstr(fixture_write(f, "text"), "\033[1;31merror:\033[0m"));
	fixture_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finding_is_a_block_and_the_last_line_counts),
		cmocka_unit_test(fingerprints_are_as_short_as_tells_them_apart),
		cmocka_unit_test(last_line_says_how_to_accept),
		cmocka_unit_test(line_has_the_first_line_of_each_block),
		cmocka_unit_test(no_finding_says_so),
		cmocka_unit_test(narrow_terminal_has_lines_broken_at_words),
		cmocka_unit_test(wide_and_combining_characters_are_counted_as_they_are_drawn),
		cmocka_unit_test(consequences_are_folded_under_their_cause),
		cmocka_unit_test(change_of_many_files_is_shown_once),
		cmocka_unit_test(error_never_hides_under_a_warning),
		cmocka_unit_test(accepted_finding_is_listed_on_request_only),
		cmocka_unit_test(deleted_element_shows_its_old_line),
		cmocka_unit_test(hostile_names_cannot_steer_the_terminal),
		cmocka_unit_test(color_is_used_when_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
