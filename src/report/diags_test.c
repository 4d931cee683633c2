#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "report/fixture.h"

static const char *printed(struct arena *arena, struct diags *diags, bool verbose)
{
	struct out *out = out_memory(arena);

	diags_print(out, diags, arena, &(struct diag_look){ .verbose = verbose });
	out_char(out, '\0');
	return out_text(out).p;
}

static void diagnostic_has_line_caret_note_and_help(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct text *text = fixture_text(arena, "", "a.proto", S("one\nenum E {\n}\n"));
	struct diags diags;

	(void)state;
	diags_init(&diags, arena);
	diag_error(&diags, fixture_place(text, "enum E {\n}"), "enum '%s' has no value", "E");
	diag_note(&diags, fixture_place(text, "one"), "first declared");
	diag_help(&diags, "add one");
	diag_help(&diags, "or two");
	diag_warning(&diags, NOWHERE, "nothing to do");
	assert_string_equal(printed(arena, &diags, false),
		"breakwater: warning: nothing to do\n"
		"a.proto:2:1: error: enum 'E' has no value\n"
		"    2 | enum E {\n"
		"      | ^~~~~~~~\n"
		"      = note: first declared at a.proto:1:1\n"
		"      = help: add one\n"
		"      = help: or two\n");
	arena_free(arena);
}

static void side_stands_before_the_path(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct text *text = fixture_text(arena, "dir:old", "a.proto", S("x"));
	struct diags diags;

	(void)state;
	diags_init(&diags, arena);
	diag_error(&diags, place_in(text, NO_SPAN), "no");
	assert_string_equal(printed(arena, &diags, false), "dir:old:a.proto:1:1: error: no\n");
	arena_free(arena);
}

static const char *carets(struct arena *arena, struct str line, const char *word)
{
	struct diags diags;

	diags_init(&diags, arena);
	diag_error(&diags, fixture_place(fixture_text(arena, "", "a", line), word), "x");
	return strstr(printed(arena, &diags, false), "\n") + 1;
}

static void carets_stand_under_the_token(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);

	(void)state;
	assert_string_equal(carets(arena, S("\tint32\tab = 1;"), "ab"), "    1 | \tint32\tab = 1;\n"
									"      | \t     \t^~\n");
	/* Two columns for each wide character, none for what combines. */
	assert_string_equal(carets(arena, S("\"注文e\u0301\" ab"), "ab"),
		"    1 | \"注文e\u0301\" ab\n"
		"      |         ^~\n");
	assert_string_equal(carets(arena, S("x 注文 y"), "注文"), "    1 | x 注文 y\n"
								  "      |   ^~~~\n");
	assert_string_equal(carets(arena, S("\xFF\033 ab\r\n"), "ab"), "    1 | \\xff\\x1b ab\n"
								       "      |          ^~\n");
	arena_free(arena);
}

static void end_of_file_has_one_caret(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct text *text = fixture_text(arena, "", "a", S("x {"));
	struct diags diags;

	(void)state;
	diags_init(&diags, arena);
	diag_error(&diags, place_in(text, (struct span){ 3, 3 }), "expected '}'");
	assert_string_equal(printed(arena, &diags, false), "a:1:4: error: expected '}'\n"
							   "    1 | x {\n"
							   "      |    ^\n");
	arena_free(arena);
}

static void long_line_is_cut_around_the_token(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	char *line = arena_bytes(arena, 1000000);
	const char *shown, *caret, *below;

	(void)state;
	memset(line, 'a', 1000000);
	line[500000] = 'X';
	shown = carets(arena, (struct str){ line, 1000000 }, "X");
	assert_true(strlen(shown) < 500);
	below = strchr(shown, '\n') + 1;
	caret = strchr(below, '^');
	/* The ellipsis is three bytes in one column. */
	assert_int_equal(shown[caret - below + 2], 'X');
	arena_free(arena);
}

static void many_warnings_are_cut_unless_verbose(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct diags diags;

	(void)state;
	diags_init(&diags, arena);
	for (int i = 0; i < 30; i++)
		diag_warning(&diags, NOWHERE, "number %d", i);
	assert_null(strstr(printed(arena, &diags, false), "number 20\n"));
	assert_non_null(strstr(printed(arena, &diags, false), "10 more warnings"));
	assert_non_null(strstr(printed(arena, &diags, true), "number 29\n"));
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(diagnostic_has_line_caret_note_and_help),
		cmocka_unit_test(side_stands_before_the_path),
		cmocka_unit_test(carets_stand_under_the_token),
		cmocka_unit_test(end_of_file_has_one_caret),
		cmocka_unit_test(long_line_is_cut_around_the_token),
		cmocka_unit_test(many_warnings_are_cut_unless_verbose),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
