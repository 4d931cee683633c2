#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <jansson.h>
#include "report/fixture.h"

static void assert_json(const json_t *value, const char *expected)
{
	char *text = json_dumps(value, JSON_COMPACT);

	assert_string_equal(text, expected);
	free(text);
}

static void github_annotates_lines(void **state)
{
	struct fixture *f = fixture_two();

	(void)state;
	assert_string_equal(fixture_write(f, "github"),
		"::error "
		"file=proto/order.proto,line=5,endLine=5,col=3,title=FIELD_SAME_TYPE::"
		"field 4 'amount' of 'acme.Order' changed from int64 to sint64%0A"
		"was int64 at proto/order.proto:4 in v1.4.0%0A"
		"breaks: wire (old data read by new code, new data read by old code)%0A"
		"help: keep field 4 as it is%0A"
		"fingerprint: 0000000000001000\n"
		"::error title=FILE_NO_DELETE::file 'refund.proto' was deleted%0A"
		"breaks: source code%0A"
		"fingerprint: 0000000000001001\n");
	fixture_free(f);
}

static void github_escapes_what_would_end_a_command(void **state)
{
	struct fixture *f = fixture_new();
	struct finding *finding = fixture_add(f, &type_rule, "100%\n::error::x", "e", 0);

	(void)state;
	finding->severity = SEVERITY_WARNING;
	finding->new_place = place_in(fixture_text(f->arena, "", "a:b,c\n.proto", S("")), NO_SPAN);
	assert_string_equal(fixture_write(f, "github"),
		"::warning file=a%3Ab%2Cc%0A.proto,line=1,endLine=1,title=FIELD_SAME_TYPE"
		"::100%25%0A::error::x%0A"
		"fingerprint: 0000000000001000\n");
	fixture_free(f);
}

static void gitlab_has_the_documented_keys(void **state)
{
	struct fixture *f = fixture_two();
	json_t *root, *issue;

	(void)state;
	fixture_add(f, &type_rule, "again", "e", 0)->fingerprint = 0x1000;
	f->findings.list.items[2]->severity = SEVERITY_WARNING;
	root = json_loads(fixture_write(f, "gitlab"), 0, NULL);
	assert_int_equal(json_array_size(root), 3);
	issue = json_array_get(root, 0);
	assert_string_equal(json_string_value(json_object_get(issue, "severity")), "minor");
	issue = json_array_get(root, 1);
	assert_json(issue, "{\"description\":\"field 4 'amount' of 'acme.Order' changed from int64 "
			   "to sint64 (keep field 4 as it is)\",\"check_name\":\"FIELD_SAME_TYPE\","
			   "\"fingerprint\":\"0000000000001000-2\",\"severity\":\"critical\","
			   "\"location\":{\"path\":\"proto/order.proto\",\"lines\":{\"begin\":5,"
			   "\"end\":5}}}");
	json_decref(root);
	fixture_free(f);
}

static void rdjson_has_the_documented_keys(void **state)
{
	struct fixture *f = fixture_two();
	json_t *root = json_loads(fixture_write(f, "rdjson"), 0, NULL), *list;

	(void)state;
	list = json_object_get(root, "diagnostics");
	assert_json(json_array_get(list, 0),
		"{\"message\":\"field 4 'amount' of 'acme.Order' changed from int64 to "
		"sint64\\nkeep field 4 as it is\",\"location\":{\"path\":\"proto/"
		"order.proto\",\"range\":{\"start\":{\"line\":5,\"column\":3},\"end\":{"
		"\"line\":5,\"column\":9}}},\"severity\":\"ERROR\",\"code\":{\"value\":"
		"\"FIELD_SAME_TYPE\"},\"relatedLocations\":[{\"message\":\"was int64 at "
		"proto/order.proto:4 in v1.4.0\",\"location\":{\"path\":\"proto/"
		"order.proto\",\"range\":{\"start\":{\"line\":4,\"column\":3},\"end\":{"
		"\"line\":4,\"column\":8}}}}]}");
	assert_json(json_array_get(list, 1),
		"{\"message\":\"file 'refund.proto' was deleted\",\"location\":{\"path\":"
		"\"proto/refund.proto\"},\"severity\":\"ERROR\",\"code\":{\"value\":"
		"\"FILE_NO_DELETE\"}}");
	json_decref(root);
	fixture_free(f);
}

static void checkstyle_has_a_file_for_each_contract(void **state)
{
	struct fixture *f = fixture_two();

	(void)state;
	f->findings.list.items[1]->message = S("a \"<&>'\n\033");
	assert_string_equal(fixture_write(f, "checkstyle"),
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<checkstyle version=\"4.3\">\n"
		"  <file name=\"proto/order.proto\">\n"
		"    <error line=\"5\" column=\"3\" severity=\"error\" message=\"a "
		"&quot;&lt;&amp;&gt;&#39;\\n\\x1b (keep field 4 as it is)\" "
		"source=\"breakwater.FIELD_SAME_TYPE\"/>\n"
		"  </file>\n"
		"  <file name=\"proto/refund.proto\">\n"
		"    <error line=\"1\" column=\"1\" severity=\"error\" message=\"file "
		"&#39;refund.proto&#39; was deleted\" "
		"source=\"breakwater.FILE_NO_DELETE\"/>\n"
		"  </file>\n"
		"</checkstyle>\n");
	fixture_free(f);
}

static void junit_fails_a_test_for_each_error(void **state)
{
	struct fixture *f = fixture_two();

	(void)state;
	f->findings.list.items[0]->severity = SEVERITY_WARNING;
	assert_string_equal(fixture_write(f, "junit"),
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites name=\"breakwater\" tests=\"2\" failures=\"1\">\n"
		"  <testsuite name=\"proto/order.proto\" tests=\"1\" failures=\"1\" "
		"errors=\"0\" skipped=\"0\" time=\"0\">\n"
		"    <testcase classname=\"proto/order.proto\" name=\"FIELD_SAME_TYPE: "
		"acme.Order.amount\" time=\"0\">\n"
		"      <failure type=\"FIELD_SAME_TYPE\" message=\"field 4 "
		"&#39;amount&#39; of &#39;acme.Order&#39; changed from int64 to "
		"sint64\">proto/order.proto:5:3: field 4 &#39;amount&#39; of "
		"&#39;acme.Order&#39; changed from int64 to sint64\n"
		"was int64 at proto/order.proto:4 in v1.4.0\n"
		"breaks: wire (old data read by new code, new data read by old code)\n"
		"help: keep field 4 as it is</failure>\n"
		"    </testcase>\n"
		"  </testsuite>\n"
		"  <testsuite name=\"proto/refund.proto\" tests=\"1\" failures=\"0\" "
		"errors=\"0\" skipped=\"0\" time=\"0\">\n"
		"    <testcase classname=\"proto/refund.proto\" name=\"FILE_NO_DELETE: "
		"refund.proto\" time=\"0\">\n"
		"      <system-out>proto/refund.proto: file &#39;refund.proto&#39; was "
		"deleted\n"
		"breaks: source code</system-out>\n"
		"    </testcase>\n"
		"  </testsuite>\n"
		"</testsuites>\n");
	fixture_free(f);
}

static void junit_has_a_test_that_passes_when_nothing_breaks(void **state)
{
	struct fixture *f = fixture_new();

	(void)state;
	assert_non_null(strstr(fixture_write(f, "junit"),
		"<testcase classname=\"breakwater\" name=\"no breaking changes (v1.4.0 → "
		"working tree); 3 files compared\" time=\"0\"/>"));
	fixture_free(f);
}

static void every_reporter_is_found_and_takes_an_empty_report(void **state)
{
	struct fixture *f = fixture_new();
	size_t n;
	const struct reporter *const *all = reporters_all(&n);

	(void)state;
	assert_int_equal(n, 11);
	for (size_t i = 0; i < n; i++) {
		assert_ptr_equal(reporter_find(str_of(all[i]->name)), all[i]);
		assert_true(all[i]->write(out_memory(f->arena), &f->report));
		assert_non_null(all[i]->summary);
	}
	assert_null(reporter_find(S("xml")));
	fixture_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(github_annotates_lines),
		cmocka_unit_test(github_escapes_what_would_end_a_command),
		cmocka_unit_test(gitlab_has_the_documented_keys),
		cmocka_unit_test(rdjson_has_the_documented_keys),
		cmocka_unit_test(checkstyle_has_a_file_for_each_contract),
		cmocka_unit_test(junit_fails_a_test_for_each_error),
		cmocka_unit_test(junit_has_a_test_that_passes_when_nothing_breaks),
		cmocka_unit_test(every_reporter_is_found_and_takes_an_empty_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
