#include "source/registry_document.h"

#include <setjmp.h>
#include <stdio.h>
#include <cmocka.h>

static int setup(void **state)
{
	*state = arena_new(NULL, NULL);
	return 0;
}

static int teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static void assert_str(struct str got, const char *want)
{
	assert_int_equal(got.n, strlen(want));
	assert_memory_equal(got.p ? got.p : "", want, got.n);
}

/* What is wrong with the document of version 7; "": nothing. */
static const char *wrong_version(struct arena *arena, const char *body)
{
	struct registry_version version = { 0 };
	const char *why = "";

	return registry_version_parse(arena, str_of(body), 7, &version, &why) ? "" : why;
}

static void a_list_is_sorted_and_has_each_once(void **state)
{
	struct registry_numbers numbers;
	const char *why = "";

	assert_true(registry_numbers_read(*state, S("[4, 1, 2, 2]"), &numbers, &why));
	assert_int_equal(numbers.list.n, 3);
	assert_int_equal(numbers.list.items[0], 1);
	assert_int_equal(numbers.list.items[2], 4);
	assert_true(registry_numbers_read(*state, S("[]"), &numbers, &why));
	assert_int_equal(numbers.list.n, 0);
}

static void what_is_no_list_of_versions_is_an_error(void **state)
{
	static const char *const wrong[] = { "", "{}", "7", "[\"1\"]", "[0]", "[-1]", "[1.5]",
		"[null]", "[4294967297]", "[1,", "[1]x", "<html>", "\xff" };
	static const struct str nul = STR_INIT("[1\0]");
	struct registry_numbers numbers;

	for (size_t i = 0; i < COUNT(wrong); i++) {
		const char *why = NULL;

		assert_false(registry_numbers_read(*state, str_of(wrong[i]), &numbers, &why));
		assert_non_null(why);
	}
	assert_false(registry_numbers_read(*state, nul, &numbers, &(const char *){ NULL }));
}

static void a_list_of_too_many_versions_is_an_error(void **state)
{
	char *text = arena_bytes(*state, 200100), *at = text;
	struct registry_numbers numbers;
	const char *why = NULL;

	*at++ = '[';
	for (int i = 0; i < 100000; i++)
		at = str_put(at, S("1,"));
	at = str_put(at, S("1]"));
	assert_false(registry_numbers_read(
		*state, (struct str){ text, (size_t)(at - text) }, &numbers, &why));
	assert_string_equal(why, "it has more than 100000 versions");
}

static void deep_nesting_is_an_error(void **state)
{
	char *text = arena_bytes(*state, 20000);
	struct registry_numbers numbers;
	const char *why = NULL;

	memset(text, '[', 10000);
	memset(text + 10000, ']', 10000);
	assert_false(registry_numbers_read(*state, (struct str){ text, 20000 }, &numbers, &why));
}

static void a_version_has_references_and_properties(void **state)
{
	struct registry_version version = { .is_wanted = true };
	const char *why = "";

	assert_true(registry_version_parse(*state,
		S("{\"subject\":\"s\",\"version\":7,\"id\":3,\"schemaType\":\"PROTOBUF\","
		  "\"schema\":\"x\","
		  "\"references\":[{\"name\":\"a.proto\",\"subject\":\"a\",\"version\":2}],"
		  "\"metadata\":{\"properties\":{\"major\":\"2\",\"n\":1}}}"),
		7, &version, &why));
	assert_true(version.is_fetched && version.is_wanted);
	assert_int_equal(version.id, 3);
	assert_str(version.type, "PROTOBUF");
	assert_int_equal(version.references.n, 1);
	assert_str(version.references.items[0].name, "a.proto");
	assert_int_equal(version.properties.n, 1);
	assert_str(version.properties.items[0].value, "2");
}

static void a_missing_type_is_avro(void **state)
{
	struct registry_version version = { 0 };
	const char *why = "";

	assert_true(registry_version_parse(
		*state, S("{\"id\":3,\"schema\":\"x\"}"), 7, &version, &why));
	assert_str(version.type, "AVRO");
}

static void a_wrong_version_is_an_error(void **state)
{
	static const char *const wrong[] = { "[]", "{}", "{\"id\":\"3\",\"schema\":\"x\"}",
		"{\"id\":3}", "{\"id\":3,\"schema\":7}",
		"{\"id\":3,\"schema\":\"x\",\"schemaType\":7}",
		"{\"id\":3,\"version\":8,\"schema\":\"x\"}", "{\"id\":3,\"id\":4,\"schema\":\"x\"}",
		"{\"id\":3,\"version\":\"7\",\"schema\":\"x\"}",
		"{\"id\":3,\"schema\":\"\\u0000\"}",
		"{\"id\":3,\"schema\":\"x\",\"references\":{}}",
		"{\"id\":3,\"schema\":\"x\",\"references\":[7]}",
		"{\"id\":3,\"schema\":\"x\",\"references\":[{\"name\":\"\",\"subject\":\"a\","
		"\"version\":1}]}",
		"{\"id\":3,\"schema\":\"x\",\"references\":[{\"name\":\"a\",\"subject\":\"a\","
		"\"version\":0}]}" };

	for (size_t i = 0; i < COUNT(wrong); i++)
		assert_true(*wrong_version(*state, wrong[i]));
	assert_string_equal(wrong_version(*state, "{\"id\":3,\"version\":7,\"schema\":\"\"}"), "");
}

static void a_level_has_two_names(void **state)
{
	struct registry_subject subject = { 0 };
	const char *why = "";
	struct str alias;

	assert_true(registry_config_read(*state,
		S("{\"compatibilityLevel\":\"FULL\",\"compatibilityGroup\":\"major\"}"), &subject,
		&alias, &why));
	assert_str(subject.level, "FULL");
	assert_str(subject.group, "major");
	assert_true(registry_config_read(
		*state, S("{\"compatibility\":\"NONE\"}"), &subject, &alias, &why));
	assert_str(subject.level, "NONE");
	assert_true(registry_config_read(*state, S("{\"alias\":\"t\"}"), &subject, &alias, &why));
	assert_str(alias, "t");
	assert_false(registry_config_read(*state, S("{}"), &subject, &alias, &why));
}

static void a_refusal_is_cut_to_200_bytes(void **state)
{
	char body[1000];
	struct registry_refusal refusal;

	snprintf(body, sizeof body, "{\"error_code\":42201,\"message\":\"%0*dé%0*d\"}", 199, 0, 300,
		0);
	refusal = registry_refusal_read(*state, str_of(body));
	assert_int_equal(refusal.code, 42201);
	assert_int_equal(refusal.message.n, 199);
	assert_false(registry_refusal_read(*state, S("<html></html>")).is_json);
	assert_true(registry_refusal_read(*state, S("{\"detail\":\"HTTP 404\"}")).is_json);
}

static void base64_of_a_descriptor_is_decoded(void **state)
{
	static const char *const texts[] = { "message", "messages", "syntax", "",
		"//abcd==", "syntax = \"proto3\";", "AAAA",
		"CgdhLnByb3Rv=", "CgdhLnByb3Rv bQ==", "CgdhLnByb3R=vAAA" };
	struct str bytes = S("");

	/* 0a 07 "a.proto" */
	assert_true(registry_descriptor_decode(*state, S("CgdhLnByb3Rv\n"), &bytes));
	assert_int_equal(bytes.n, 9);
	for (size_t i = 0; i < COUNT(texts); i++)
		assert_false(registry_descriptor_decode(*state, str_of(texts[i]), &bytes));
}

static void a_verdict_needs_its_word(void **state)
{
	struct registry_answer answer;
	const char *why = "";

	assert_true(registry_verdict_read(
		*state, S("{\"is_compatible\":false,\"messages\":[\"a\",7]}"), &answer, &why));
	assert_false(answer.is_compatible);
	assert_int_equal(answer.messages.n, 1);
	assert_false(
		registry_verdict_read(*state, S("{\"is_compatible\":\"true\"}"), &answer, &why));
	assert_false(registry_verdict_read(*state, S("[]"), &answer, &why));
}

static void a_question_is_json(void **state)
{
	struct registry_reference reference = { S("a.proto"), S("a"), 2 };
	struct registry_question question = {
		.schema = S("syntax = \"proto3\";\n"), .references = &reference, .n_references = 1
	};
	struct str text = registry_question_text(*state, &question);

	assert_true(str_contains(text, S("\"schema\":\"syntax = \\\"proto3\\\";\\n\"")));
	assert_true(
		str_contains(text, S("{\"name\":\"a.proto\",\"subject\":\"a\",\"version\":2}")));
	question.schema = S("\xff");
	assert_null(registry_question_text(*state, &question).p);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_list_is_sorted_and_has_each_once),
		TEST(what_is_no_list_of_versions_is_an_error),
		TEST(a_list_of_too_many_versions_is_an_error),
		TEST(deep_nesting_is_an_error),
		TEST(a_version_has_references_and_properties),
		TEST(a_missing_type_is_avro),
		TEST(a_wrong_version_is_an_error),
		TEST(a_level_has_two_names),
		TEST(a_refusal_is_cut_to_200_bytes),
		TEST(base64_of_a_descriptor_is_decoded),
		TEST(a_verdict_needs_its_word),
		TEST(a_question_is_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
