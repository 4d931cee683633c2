#include "source/fixture.h"

static const struct memory_file below[] = {
	{ STR_INIT("a.proto"), STR_INIT("a") },
	{ STR_INIT("b/c.proto"), STR_INIT("c") },
	{ STR_INIT("buf.yaml"), STR_INIT("version: v2") },
};

static const struct memory_file above[] = {
	{ STR_INIT("new/n.proto"), STR_INIT("n") },
	{ STR_INIT("a.proto"), STR_INIT("other") },
};

static struct source *overlay(struct fixture *f)
{
	return source_overlay(f->arena, source_memory(f->arena, S("m"), below, COUNT(below)), above,
		COUNT(above));
}

static void the_list_has_new_files_and_each_path_once(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(fixture_paths(f, overlay(f)), "a.proto b/c.proto new/n.proto");
}

static void a_file_on_top_is_read_in_place_of_the_one_below(void **state)
{
	struct fixture *f = *state;
	struct source *source = overlay(f);

	assert_string_equal(fixture_read(f, source, "a.proto"), "other");
	assert_string_equal(fixture_read(f, source, "b/c.proto"), "c");
	assert_string_equal(fixture_read(f, source, "buf.yaml"), "version: v2");
	fixture_paths(f, source);
	assert_string_equal(fixture_read(f, source, "a.proto"), "other");
	assert_null(fixture_read(f, source, "c.proto"));
}

static void a_folder_of_a_new_file_has_a_contract(void **state)
{
	struct fixture *f = *state;
	struct source *source = overlay(f);

	assert_true(source_has_contract(source, S("new"), &f->diags));
	assert_true(source_has_contract(source, S("b"), &f->diags));
	assert_false(source_has_contract(source, S("n"), &f->diags));
}

static void what_is_on_top_is_what_changed(void **state)
{
	struct fixture *f = *state;
	struct source *old = source_memory(f->arena, S("m"), below, COUNT(below));
	struct changes changes;

	assert_true(source_changes(old, overlay(f), &changes, &f->diags));
	assert_int_equal(changes.list.n, 2);
	assert_true(str_eq(changes.list.items[0].path, S("a.proto")));
	assert_int_equal(changes.list.items[0].kind, CHANGE_MODIFIED);
	assert_int_equal(changes.list.items[1].kind, CHANGE_ADDED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_list_has_new_files_and_each_path_once),
		TEST(a_file_on_top_is_read_in_place_of_the_one_below),
		TEST(a_folder_of_a_new_file_has_a_contract),
		TEST(what_is_on_top_is_what_changed),
	};

	return cmocka_run_group_tests_name("overlay", tests, NULL, NULL) != 0;
}
