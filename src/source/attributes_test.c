#include "source/fixture.h"

#include "source/attributes.h"

static const struct str none = { NULL, 0 };

static struct path_attributes get(
	struct arena *arena, struct str global, struct str root, struct str info, const char *path)
{
	struct attributes *attributes = attributes_new(arena, global, root, info);
	struct path_attributes found;

	attributes_get(attributes, str_of(path), &found);
	return found;
}

static void the_last_line_and_the_nearest_file_count(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct attributes *attributes = attributes_new(
		arena, S("*.proto ident"), S("*.proto text\n*.proto -text\n"), none);
	struct path_attributes found;

	(void)state;
	assert_true(attributes_lacks(attributes, S("a")));
	attributes_add(attributes, S("a"), S("/x.proto !text eol=lf\nb/ -ident\n"));
	assert_false(attributes_lacks(attributes, S("a")));
	attributes_get(attributes, S("y.proto"), &found);
	assert_int_equal(found.eol, EOL_BINARY);
	assert_true(found.ident);
	attributes_get(attributes, S("a/x.proto"), &found);
	assert_int_equal(found.eol, EOL_TEXT);
	assert_int_equal(get(arena, none, S("* text"), S("* -text"), "x").eol, EOL_BINARY);
	arena_free(arena);
}

static void macros_bring_their_states(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);

	(void)state;
	assert_int_equal(get(arena, none, S("* binary"), none, "x").eol, EOL_BINARY);
	assert_int_equal(get(arena, none, S("* text\n* -binary"), none, "x").eol, EOL_TEXT);
	assert_int_equal(
		get(arena, none, S("[attr]a b\n[attr]b crlf=input\n* a"), none, "x").eol, EOL_TEXT);
	assert_int_equal(get(arena, none, S("[attr]a a text\n* a"), none, "x").eol, EOL_TEXT);
	arena_free(arena);
}

static void an_encoding_has_a_name_and_is_not_utf8(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct path_attributes found;

	(void)state;
	found = get(arena, none, S("* working-tree-encoding=utf8"), none, "x");
	assert_false(found.encoding.n || found.bad_encoding);
	found = get(arena, none, S("* working-tree-encoding=UTF-16"), none, "x");
	assert_true(str_eq(found.encoding, S("UTF-16")));
	assert_true(get(arena, none, S("* working-tree-encoding"), none, "x").bad_encoding);
	assert_false(get(arena, none, S("* -working-tree-encoding"), none, "x").bad_encoding);
	arena_free(arena);
}

static void lines_that_git_passes_over_say_nothing(void **state)
{
	static const char *const lines[] = { "", "# * ident", "!* ident", "*/ ident", "*",
		"* ident bad*name", "* ident -", "* ident =x", "\"* ident", "\"*\\9\" ident",
		"[attr]* ident", "* builtin_x ident", "[attr]a ident" };
	struct arena *arena = arena_new(NULL, NULL);
	struct str longest = str_printf(arena, "* ident %2100s", "x");

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++)
		if (get(arena, none, str_of(lines[i]), none, "a").ident)
			fail_msg("'%s' says something", lines[i]);
	assert_false(get(arena, none, longest, none, "a").ident);
	assert_true(get(arena, none, S(" \"\\141 b\"\tident\r\n"), none, "a b").ident);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_line_and_the_nearest_file_count),
		cmocka_unit_test(macros_bring_their_states),
		cmocka_unit_test(an_encoding_has_a_name_and_is_not_utf8),
		cmocka_unit_test(lines_that_git_passes_over_say_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
