#include "source/fixture.h"

#include "source/private.h"

#define BYTES(literal) (literal), sizeof(literal) - 1

/* Splits bytes; gives the names and sizes, or what was said. */
static const char *split(struct fixture *f, const char *bytes, size_t n)
{
	struct memory_file *files;
	struct str all = S("");
	size_t count;

	if (!set_split(f->arena, S("set:x"), (struct str){ bytes, n }, &files, &count, &f->diags))
		return fixture_said(f);
	for (size_t i = 0; i < count; i++)
		all = str_printf(
			f->arena, STR STR ":%zu ", ARG(all), ARG(files[i].path), files[i].bytes.n);
	return str_cstr(f->arena, all);
}

#define ASSERT_SAYS(f, bytes, words) assert_non_null(strstr(split(f, BYTES(bytes)), words))

static void each_entry_has_its_name_and_bytes(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(split(f, BYTES("\x0a\x03\x0a\x01"
					   "a\x0a\x05\x0a\x01"
					   "b\x12\x00")),
		"a:3 b:5 ");
}

static void an_empty_set_was_not_written(void **state)
{
	ASSERT_SAYS(*state, "", "the baseline was not written");
}

static void a_length_beyond_the_end_is_an_error_with_the_file(void **state)
{
	ASSERT_SAYS(*state,
		"\x0a\x03\x0a\x01"
		"a\x0a\x7f\x0a\x01"
		"b",
		"'set:x', file 2: the set is damaged");
}

static void a_cut_entry_is_an_error_with_its_name(void **state)
{
	ASSERT_SAYS(*state,
		"\x0a\x06\x0a\x01"
		"a\x12\x09p",
		"'set:x', file 'a': its descriptor is damaged");
}

static void a_length_of_ten_bytes_does_not_wrap(void **state)
{
	ASSERT_SAYS(*state, "\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "damaged");
}

static void an_entry_without_a_name_is_an_error(void **state)
{
	ASSERT_SAYS(*state, "\x0a\x03\x12\x01p", "it has no name");
}

static void a_name_with_a_nul_is_an_error(void **state)
{
	ASSERT_SAYS(*state,
		"\x0a\x05\x0a\x03"
		"a\0b",
		"its name is not a valid file name");
}

static void groups_are_walked_over_and_hide_no_names(void **state)
{
	struct fixture *f = *state;

	/* name a; group 2 { 1: "x" } */
	assert_string_equal(split(f, BYTES("\x0a\x08\x0a\x01"
					   "a\x13\x0a\x01x\x14")),
		"a:8 ");
	ASSERT_SAYS(f,
		"\x0a\x04\x0a\x01"
		"a\x13",
		"damaged or cut short");
}

static void the_same_entry_twice_is_one(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(split(f, BYTES("\x0a\x03\x0a\x01"
					   "a\x0a\x03\x0a\x01"
					   "a")),
		"a:3 ");
}

static void two_entries_of_one_name_must_not_differ(void **state)
{
	ASSERT_SAYS(*state,
		"\x0a\x03\x0a\x01"
		"a\x0a\x05\x0a\x01"
		"a\x12\x00",
		"the set has it twice");
}

static void a_text_is_no_set(void **state)
{
	ASSERT_SAYS(*state, "syntax = \"proto3\";\n", "is a contract's source text");
}

static void json_is_no_set(void **state)
{
	ASSERT_SAYS(*state, "{\"file\": []}", "is JSON");
}

static void a_set_is_read_from_a_file(void **state)
{
	struct fixture *f = *state;
	struct source *source;

	fixture_write_bytes(f, "x.binpb",
		BYTES("\x0a\x09\x0a\x07"
		      "a.proto"));
	source = fixture_open(f, "set:x.binpb");
	assert_true(source->by_import_path);
	assert_string_equal(fixture_paths(f, source), "a.proto");
	assert_true(str_eq(source->name, S("set:x.binpb")));
	source_close(source);
}

static void a_set_that_is_a_folder_says_so(void **state)
{
	struct fixture *f = *state;

	assert_null(source_open(&f->options, S("set:."), &f->diags));
	assert_non_null(strstr(fixture_said(f), "name a folder as dir:PATH"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_entry_has_its_name_and_bytes),
		TEST(an_empty_set_was_not_written),
		TEST(a_length_beyond_the_end_is_an_error_with_the_file),
		TEST(a_cut_entry_is_an_error_with_its_name),
		TEST(a_length_of_ten_bytes_does_not_wrap),
		TEST(an_entry_without_a_name_is_an_error),
		TEST(a_name_with_a_nul_is_an_error),
		TEST(groups_are_walked_over_and_hide_no_names),
		TEST(the_same_entry_twice_is_one),
		TEST(two_entries_of_one_name_must_not_differ),
		TEST(a_text_is_no_set),
		TEST(json_is_no_set),
		TEST(a_set_is_read_from_a_file),
		TEST(a_set_that_is_a_folder_says_so),
	};

	return cmocka_run_group_tests_name("set", tests, NULL, NULL) != 0;
}
