#include "source/fixture.h"

#include "source/ignore.h"

static void assert_glob(const char *pattern, const char *yes, const char *no)
{
	if (yes && !ignore_glob_path(str_of(pattern), str_of(yes), false))
		fail_msg("'%s' should match '%s'", pattern, yes);
	if (no && ignore_glob_path(str_of(pattern), str_of(no), false))
		fail_msg("'%s' should not match '%s'", pattern, no);
}

static void a_star_stops_at_a_slash_and_two_do_not(void **state)
{
	(void)state;
	assert_glob("a*c", "abbc", "ab/c");
	assert_glob("a?c", "abc", "a/c");
	assert_glob("**/x", "x", "y");
	assert_glob("**/x", "a/b/x", "a/bx");
	assert_glob("a/**", "a/b/c", "a");
	assert_glob("a/**/z", "a/z", "a/bz");
	assert_glob("a/**/z", "a/b/c/z", "b/z");
	assert_glob("a/**/b*/**/z", "a/b/b1/c/z", "a/b1");
	assert_glob("a**z", "abcz", "a/z");
	assert_glob("*.pro*o", "x.proto", "x.prot");
	assert_glob("a/***/z", "a/b/c/z", "a/bz");
	assert_glob("x**/a", "xs/y/a", "y/a");
	assert_glob("x**/a", "xa", "xsa");
	assert_glob("?x**/a", "yxs/a", "yxs/y/a");
	assert_glob("d/x**", "d/x/y", "d/y");
}

static void brackets_and_escapes_are_as_in_git(void **state)
{
	(void)state;
	assert_glob("[a-c]x", "bx", "dx");
	assert_glob("[!a-c]x", "dx", "ax");
	assert_glob("[]a]x", "]x", "bx");
	assert_glob("[[:digit:]_]x", "7x", "ax");
	assert_glob("\\*x", "*x", "ax");
	assert_glob("[a", NULL, "[a");
	assert_glob("a[/]b", NULL, "a/b");
	assert_glob("[z-a]", "z", "a");
	assert_glob("[a-]x", "-x", "bx");
	assert_glob("[a-c-e]", "-", "d");
	assert_glob("[[:nothing:]a]", NULL, "a");
	assert_glob("[[:a]", ":", "b");
	assert_glob("[\\]]", "]", "\\");
	assert_glob("a\\", NULL, "a\\");
}

static void letters_may_be_equal_in_either_case(void **state)
{
	(void)state;
	assert_true(ignore_glob_path(S("XS/*.Proto"), S("xs/A.pROTO"), true));
	assert_true(ignore_glob(S("[A-C]x[[:upper:]]"), S("bXz"), true));
	/* git folds neither one character of a set nor what is escaped. */
	assert_false(ignore_glob(S("[B]"), S("b"), true));
	assert_false(ignore_glob(S("\\B"), S("b"), true));
}

static void stars_without_end_are_answered_soon(void **state)
{
	(void)state;
	assert_glob("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
}

static const struct ignore_rules *rules(
	struct fixture *f, const char *text, const char *folder, const struct ignore_rules *above)
{
	struct ignore_text source = { str_of(text), str_of(folder), false };

	return ignore_parse(f->arena, &source, above);
}

static void the_last_pattern_that_fits_decides(void **state)
{
	const struct ignore_rules *r = rules(*state, "*.proto\n!keep.proto\n", "", NULL);

	assert_true(ignore_matches(r, S("a/b.proto"), false));
	assert_false(ignore_matches(r, S("a/keep.proto"), false));
}

static void a_nested_file_may_only_negate(void **state)
{
	const struct ignore_rules *top = rules(*state, "*.proto\n", "", NULL);
	const struct ignore_rules *nested = rules(*state, "!a.proto\n", "x", top);

	assert_false(ignore_matches(nested, S("x/a.proto"), false));
	assert_true(ignore_matches(nested, S("x/b.proto"), false));
}

static void a_slash_anchors_and_one_at_the_end_means_folders(void **state)
{
	const struct ignore_rules *r = rules(*state, "/gen\nbuild/\ndoc/*.proto\n", "x", NULL);

	assert_true(ignore_matches(r, S("x/gen"), true));
	assert_false(ignore_matches(r, S("x/y/gen"), true));
	assert_true(ignore_matches(r, S("x/y/build"), true));
	assert_false(ignore_matches(r, S("x/y/build"), false));
	assert_true(ignore_matches(r, S("x/doc/a.proto"), false));
	assert_false(ignore_matches(r, S("x/y/doc/a.proto"), false));
}

static void comments_blanks_and_line_ends_are_trimmed(void **state)
{
	const struct ignore_rules *r = rules(
		*state, "\xef\xbb\xbf# no\r\na.proto  \r\n\\#b.proto\n\\!c.proto\n\n\\\\ \nd\\ \n  \n", "",
		NULL);

	assert_int_equal(r->n, 5);
	assert_true(ignore_matches(r, S("\\"), false));
	assert_true(ignore_matches(r, S("d "), false));
	assert_true(ignore_matches(r, S("a.proto"), false));
	assert_true(ignore_matches(r, S("#b.proto"), false));
	assert_true(ignore_matches(r, S("!c.proto"), false));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_star_stops_at_a_slash_and_two_do_not),
		TEST(brackets_and_escapes_are_as_in_git),
		TEST(letters_may_be_equal_in_either_case),
		TEST(stars_without_end_are_answered_soon),
		TEST(the_last_pattern_that_fits_decides),
		TEST(a_nested_file_may_only_negate),
		TEST(a_slash_anchors_and_one_at_the_end_means_folders),
		TEST(comments_blanks_and_line_ends_are_trimmed),
	};

	return cmocka_run_group_tests_name("ignore", tests, NULL, NULL) != 0;
}
