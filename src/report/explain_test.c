#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "report/fixture.h"

static const char *explained(struct arena *arena, const char *format)
{
	const struct rule *rules[] = { &type_rule };
	struct out *out = out_memory(arena);

	assert_true(
		rules_write_explanation(out, str_of(format), rules, 1, (struct rules_look){ 0 }));
	out_char(out, '\0');
	return out_text(out).p;
}

static void text_has_all_parts(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);

	(void)state;
	assert_string_equal(explained(arena, "text"), "FIELD_SAME_TYPE: fields keep their type\n"
						      "\n"
						      "  categories: FILE, PACKAGE, CSR\n"
						      "  breaks at most: nothing by itself\n"
						      "\n"
						      "What is compared\n"
						      "  The kind of a field.\n"
						      "\n"
						      "Who is hurt\n"
						      "  Readers of old data.\n"
						      "\n"
						      "Before\n"
						      "    message A { int32 a = 1; }\n"
						      "\n"
						      "After\n"
						      "    message A { sint32 a = 1; }\n"
						      "\n"
						      "How to change it safely\n"
						      "  Add a new field.\n"
						      "\n");
	arena_free(arena);
}

static void json_has_all_parts(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);

	(void)state;
	assert_string_equal(explained(arena, "json"),
		"{\"id\":\"FIELD_SAME_TYPE\",\"categories\":[\"FILE\",\"PACKAGE\",\"CSR\"],"
		"\"default\":true,\"breaks\":[],\"severity\":\"error\","
		"\"purpose\":\"fields keep their type\","
		"\"compares\":\"The kind of a field.\",\"hurts\":\"Readers of old data.\","
		"\"before\":\"message A { int32 a = 1; }\",\"after\":\"message A { sint32 "
		"a = 1; }\",\"safely\":\"Add a new field.\"}\n");
	arena_free(arena);
}

static void list_has_the_selected_rules(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct out *out = out_memory(arena);
	struct selection selection = { 0 };
	size_t n;
	const struct rule *const *rules = rules_all(&n);

	(void)state;
	selection.selected = NEW_ARRAY(arena, n, uint8_t);
	selection.selected[1] = true;
	assert_true(rules_write_list(out, S("text"), &selection, (struct rules_look){ 0 }));
	assert_true(str_starts(out_text(out), str_of(rules[1]->id)));
	assert_int_equal(str_find(out_text(out), '\n'), out_text(out).n - 1);
	assert_false(rules_write_list(out, S("yaml"), NULL, (struct rules_look){ 0 }));
	arena_free(arena);
}

static void man_page_escapes_requests(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	static const struct rule rule = { .id = "X", .purpose = "p", .before = ".Sh x\\y" };
	const struct rule *rules[] = { &rule };
	struct out *out = out_memory(arena);

	(void)state;
	rules_write_explanation(out, S("man"), rules, 1, (struct rules_look){ 0 });
	out_char(out, '\0');
	assert_non_null(strstr(out_text(out).p, "\n\\&.Sh x\\ey\n"));
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_has_all_parts),
		cmocka_unit_test(json_has_all_parts),
		cmocka_unit_test(list_has_the_selected_rules),
		cmocka_unit_test(man_page_escapes_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
