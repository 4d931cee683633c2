#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "report/fixture.h"

static void finding_is_an_object_with_its_keys_in_order(void **state)
{
	struct fixture *f = fixture_two();

	(void)state;
	assert_string_equal(fixture_write(f, "json"),
		"{\"start_line\":1,\"start_column\":1,\"end_line\":1,\"end_column\":1,"
		"\"type\":\"FILE_NO_DELETE\",\"message\":\"file 'refund.proto' was "
		"deleted\",\"element\":\"refund.proto\",\"old_path\":\"proto/"
		"refund.proto\",\"old_start_line\":1,\"old_start_column\":1,\"breaks\":["
		"\"source\"],\"severity\":\"error\",\"fingerprint\":\"0000000000001001\"}"
		"\n"
		"{\"path\":\"proto/"
		"order.proto\",\"start_line\":5,\"start_column\":3,\"end_line\":5,"
		"\"end_column\":9,\"type\":\"FIELD_SAME_TYPE\",\"message\":\"field 4 "
		"'amount' of 'acme.Order' changed from int64 to "
		"sint64\",\"element\":\"acme.Order.amount\",\"number\":4,\"old_path\":"
		"\"proto/"
		"order.proto\",\"old_start_line\":4,\"old_start_column\":3,\"before\":"
		"\"int64\",\"after\":\"sint64\",\"breaks\":[\"wire-backward\",\"wire-"
		"forward\"],\"severity\":\"error\",\"help\":\"keep field 4 as it is\","
		"\"fingerprint\":\"0000000000001000\"}\n");
	fixture_free(f);
}

static void cause_is_the_fingerprint_of_another_finding(void **state)
{
	struct fixture *f = fixture_two();

	(void)state;
	f->findings.list.items[1]->cause = f->findings.list.items[0];
	assert_non_null(
		strstr(fixture_write(f, "json"), "\"cause\":\"0000000000001001\",\"help\""));
	fixture_free(f);
}

static void bytes_that_are_no_utf8_do_not_break_it(void **state)
{
	struct fixture *f = fixture_new();

	(void)state;
	fixture_add(f, &type_rule, "a\xFF\"\033", "\xED\xA0\x80", 0);
	assert_non_null(strstr(fixture_write(f, "json"),
		"\"message\":\"a\xEF\xBF\xBD\\\"\\u001B\",\"element\":\"\xEF\xBF\xBD\xEF"
		"\xBF\xBD\xEF\xBF\xBD\",\"breaks\":[],"));
	fixture_free(f);
}

static void findings_are_sorted_and_repetitions_dropped(void **state)
{
	struct fixture *f = fixture_new();
	struct finding *late = fixture_add(f, &type_rule, "late", "z", 0), *finding;

	(void)state;
	late->new_place = fixture_place(f->new_order, "amount");
	finding = fixture_add(f, &type_rule, "early", "z", 0);
	finding->new_place = fixture_place(f->new_order, "sint64");
	finding = fixture_add(f, &type_rule, "late", "z", 0);
	finding->new_place = fixture_place(f->new_order, "amount");
	fixture_add(f, &file_rule, "gone", "z", 0)->cause = finding;
	findings_sort(&f->findings, f->arena);
	assert_int_equal(f->findings.list.n, 3);
	assert_string_equal(f->findings.list.items[0]->message.p, "gone");
	assert_string_equal(f->findings.list.items[1]->message.p, "early");
	assert_ptr_equal(f->findings.list.items[2], late);
	assert_ptr_equal(f->findings.list.items[0]->cause, late);
	fixture_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finding_is_an_object_with_its_keys_in_order),
		cmocka_unit_test(cause_is_the_fingerprint_of_another_finding),
		cmocka_unit_test(bytes_that_are_no_utf8_do_not_break_it),
		cmocka_unit_test(findings_are_sorted_and_repetitions_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
