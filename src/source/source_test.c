#include "source/fixture.h"

#include "source/opening.h"

static const struct memory_file files[] = {
	{ STR_INIT("b.proto"), STR_INIT("b") },
	{ STR_INIT("a/c.proto"), STR_INIT("c") },
	{ STR_INIT("buf.yaml"), STR_INIT("version: v2") },
	{ STR_INIT("a.proto"), STR_INIT("a") },
};

static void a_list_is_sorted_bytewise_and_holds_contracts_only(void **state)
{
	struct fixture *f = *state;
	struct source *source = source_memory(f->arena, S("m"), files, COUNT(files));

	assert_string_equal(fixture_paths(f, source), "a.proto a/c.proto b.proto");
}

static void any_file_is_found_before_and_after_listing(void **state)
{
	struct fixture *f = *state;
	struct source *source = source_memory(f->arena, S("m"), files, COUNT(files));

	assert_string_equal(fixture_read(f, source, "buf.yaml"), "version: v2");
	fixture_paths(f, source);
	assert_string_equal(fixture_read(f, source, "buf.yaml"), "version: v2");
	assert_string_equal(fixture_read(f, source, "a/c.proto"), "c");
	assert_null(fixture_read(f, source, "c.proto"));
}

static void a_path_that_climbs_is_never_found(void **state)
{
	struct fixture *f = *state;
	struct source *source = source_memory(f->arena, S("m"), files, COUNT(files));

	assert_null(source_find(source, S("a/../b.proto")));
	assert_null(source_find(source, S("/b.proto")));
	assert_null(source_find(source, S("./b.proto")));
	assert_null(source_find(source, S("")));
}

static void a_folder_has_contracts_by_whole_components(void **state)
{
	static const struct memory_file some[] = {
		{ STR_INIT("api-v2/x.proto"), STR_INIT("") },
		{ STR_INIT("api.proto"), STR_INIT("") },
		{ STR_INIT("z/api/y.proto"), STR_INIT("") },
	};
	struct fixture *f = *state;
	struct source *source = source_memory(f->arena, S("m"), some, COUNT(some));

	assert_false(source_has_contract(source, S("api"), &f->diags));
	assert_true(source_has_contract(source, S("api-v2"), &f->diags));
	assert_true(source_has_contract(source, S("z/api"), &f->diags));
	assert_true(source_has_contract(source, S("api.proto"), &f->diags));
	assert_true(source_has_contract(source, S(""), &f->diags));
	assert_false(source_has_contract(source, S("z/ap"), &f->diags));
}

static void an_empty_source_has_nothing(void **state)
{
	struct fixture *f = *state;
	struct source *source = source_empty(f->arena, S("nothing"));

	assert_string_equal(fixture_paths(f, source), "");
	assert_false(source_has_contract(source, S(""), &f->diags));
}

static void the_program_carries_descriptor_proto(void **state)
{
	struct fixture *f = *state;
	struct source *source = source_builtin(f->arena);
	const char *text = fixture_read(f, source, "google/protobuf/descriptor.proto");

	assert_non_null(text);
	assert_non_null(strstr(text, "message FileDescriptorSet"));
}

static void equal_bytes_have_equal_ids_and_others_have_not(void **state)
{
	static const struct memory_file some[] = {
		{ STR_INIT("a.proto"), STR_INIT("same") },
		{ STR_INIT("b.proto"), STR_INIT("same") },
		{ STR_INIT("c.proto"), STR_INIT("Same") },
	};
	struct fixture *f = *state;
	struct source *source = source_memory(f->arena, S("m"), some, COUNT(some));
	struct source_entry *entries;

	assert_non_null(source_files(source, &f->diags));
	entries = source->list.entries.items;
	for (int i = 0; i < 3; i++)
		assert_true(source_identify(source, &entries[i], &f->diags));
	assert_true(content_id_eq(&entries[0].id, &entries[1].id));
	assert_false(content_id_eq(&entries[0].id, &entries[2].id));
}

static void assert_range(const char *input, const char *a, const char *b, bool symmetric)
{
	struct str left, right;
	bool is;

	assert_true(range_split(str_of(input), &left, &right, &is));
	assert_true(str_eq(left, str_of(a)));
	assert_true(str_eq(right, str_of(b)));
	assert_int_equal(is, symmetric);
}

static void a_range_is_split_where_git_splits_it(void **state)
{
	(void)state;
	assert_range("a..b", "a", "b", false);
	assert_range("a...b", "a", "b", true);
	assert_range("..b", "HEAD", "b", false);
	assert_range("v1.2...", "v1.2", "HEAD", true);
	assert_range("a:x/y..b:z", "a:x/y", "b:z", false);
}

static void a_path_that_climbs_is_no_range(void **state)
{
	struct str a, b;
	bool symmetric;

	(void)state;
	assert_false(range_split(S("HEAD:../x"), &a, &b, &symmetric));
	assert_false(range_split(S("HEAD:a/../b"), &a, &b, &symmetric));
	assert_false(range_split(S("dir:../old"), &a, &b, &symmetric));
	assert_false(range_split(S("HEAD^{/a..b}"), &a, &b, &symmetric));
	assert_false(range_split(S(":/a..b"), &a, &b, &symmetric));
	assert_false(range_split(S("v1.2.3"), &a, &b, &symmetric));
}

static void a_revision_ends_at_the_first_colon_outside_of_braces(void **state)
{
	struct str rev, path;

	(void)state;
	revision_split(S("HEAD^{/fix: it}:a:b"), &rev, &path);
	assert_true(str_eq(rev, S("HEAD^{/fix: it}")));
	assert_true(str_eq(path, S("a:b")));
	revision_split(S(":/fix: it"), &rev, &path);
	assert_true(str_eq(rev, S(":/fix: it")));
	assert_null(path.p);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_list_is_sorted_bytewise_and_holds_contracts_only),
		TEST(any_file_is_found_before_and_after_listing),
		TEST(a_path_that_climbs_is_never_found),
		TEST(a_folder_has_contracts_by_whole_components),
		TEST(an_empty_source_has_nothing),
		TEST(the_program_carries_descriptor_proto),
		TEST(equal_bytes_have_equal_ids_and_others_have_not),
		TEST(a_range_is_split_where_git_splits_it),
		TEST(a_path_that_climbs_is_no_range),
		TEST(a_revision_ends_at_the_first_colon_outside_of_braces),
	};

	return cmocka_run_group_tests_name("source", tests, NULL, NULL) != 0;
}
