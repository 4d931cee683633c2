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

	assert_non_null(text);
	assert_string_equal(text, expected);
	free(text);
}

static json_t *run_of(struct fixture *f, json_t **root)
{
	*root = json_loads(fixture_write(f, "sarif"), 0, NULL);
	assert_non_null(*root);
	return json_array_get(json_object_get(*root, "runs"), 0);
}

static void result_points_at_the_new_place_and_relates_the_old(void **state)
{
	struct fixture *f = fixture_two();
	json_t *root, *results = json_object_get(run_of(f, &root), "results");

	(void)state;
	assert_json(json_array_get(results, 0),
		"{\"ruleId\":\"FIELD_SAME_TYPE\",\"ruleIndex\":0,\"level\":\"error\","
		"\"message\":{\"text\":\"field 4 'amount' of 'acme.Order' changed from "
		"int64 to sint64\\nBreaks: wire (old data read by new code, new data read "
		"by old code)\\nHelp: keep field 4 as it is\"},\"locations\":[{"
		"\"physicalLocation\":{\"artifactLocation\":{\"uri\":\"proto/order.proto\","
		"\"uriBaseId\":\"%SRCROOT%\"},\"region\":{\"startLine\":5,\"startColumn\":"
		"3,\"endLine\":5,\"endColumn\":9}},\"logicalLocations\":[{"
		"\"fullyQualifiedName\":\"acme.Order.amount\"}]}],\"relatedLocations\":[{"
		"\"id\":1,\"message\":{\"text\":\"was int64 at proto/order.proto:4 in "
		"v1.4.0\"},\"physicalLocation\":{\"artifactLocation\":{\"uri\":\"proto/"
		"order.proto\",\"uriBaseId\":\"%SRCROOT%\"},\"region\":{\"startLine\":4,"
		"\"startColumn\":3,\"endLine\":4,\"endColumn\":8}}}],"
		"\"partialFingerprints\":{\"breakwater/v1\":\"0000000000001000\"},"
		"\"properties\":{\"breaks\":[\"wire-backward\",\"wire-forward\"]}}");
	json_decref(root);
	fixture_free(f);
}

static void rule_brings_its_help(void **state)
{
	struct fixture *f = fixture_two();
	json_t *root, *run = run_of(f, &root), *driver, *rules;

	(void)state;
	driver = json_object_get(json_object_get(run, "tool"), "driver");
	rules = json_object_get(driver, "rules");
	assert_int_equal(json_array_size(rules), 2);
	assert_json(json_object_get(json_array_get(rules, 1), "help"),
		"{\"text\":\"What is compared: Import paths.\\n\\nWho is hurt: "
		"Importers.\\n\\nBefore:\\nmessage A {}\\n\\nHow to change it safely: Keep "
		"it.\",\"markdown\":\"**What is compared.** Import paths.\\n\\n**Who is "
		"hurt.** Importers.\\n\\nBefore:\\n\\n```proto\\nmessage A "
		"{}\\n```\\n\\n**How to change it safely.** Keep it.\"}");
	json_decref(root);
	fixture_free(f);
}

static void columns_count_characters(void **state)
{
	struct fixture *f = fixture_new();
	struct text *text = fixture_text(f->arena, "", "a b/ü.proto", S("/* 注文 */ int32 a;\n"));
	struct finding *finding = fixture_add(f, &type_rule, "x", "e", 0);
	json_t *root, *result;
	const char *shown = NULL;

	(void)state;
	finding->new_place = fixture_place(text, "int32");
	shown = fixture_write(f, "sarif");
	assert_non_null(strstr(shown, "\"startColumn\": 10,"));
	assert_non_null(strstr(shown, "\"endColumn\": 15"));
	assert_non_null(strstr(shown, "\"uri\": \"a%20b/%C3%BC.proto\""));
	result = json_array_get(json_object_get(run_of(f, &root), "results"), 0);
	assert_null(json_object_get(result, "relatedLocations"));
	json_decref(root);
	fixture_free(f);
}

static void accepted_finding_is_suppressed(void **state)
{
	struct fixture *f = fixture_two();
	json_t *root, *results;

	(void)state;
	f->findings.list.items[1]->accepted = true;
	f->findings.list.items[1]->accepted_reason = S("nobody reads it");
	results = json_object_get(run_of(f, &root), "results");
	assert_int_equal(json_array_size(results), 2);
	assert_json(json_object_get(json_array_get(results, 0), "suppressions"),
		"[{\"kind\":\"external\",\"status\":\"accepted\",\"justification\":"
		"\"nobody reads it\"}]");
	json_decref(root);
	fixture_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(result_points_at_the_new_place_and_relates_the_old),
		cmocka_unit_test(rule_brings_its_help),
		cmocka_unit_test(columns_count_characters),
		cmocka_unit_test(accepted_finding_is_suppressed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
