#include "source/fixture.h"

static int begin(void **state)
{
	struct fixture *f;

	fixture_begin(state);
	f = *state;
	fixture_repository(f);
	fixture_write(f, "a/same.proto", "same");
	fixture_write(f, "a/b/changed.proto", "old");
	fixture_write(f, "a/b/gone.proto", "gone");
	fixture_write(f, "c/same.proto", "same");
	fixture_write(f, "c/note.txt", "old");
	fixture_commit(f, "old", NULL);
	fixture_write(f, "a/b/changed.proto", "new");
	fixture_remove(f, "a/b/gone.proto");
	fixture_write(f, "a/b/added.proto", "added");
	fixture_write(f, "c/note.txt", "new");
	fixture_commit(f, "new", NULL);
	return 0;
}

#define DIFFERENCE "+a/b/added.proto *a/b/changed.proto -a/b/gone.proto"

static void two_trees_differ_in_what_was_touched(void **state)
{
	assert_string_equal(fixture_changes(*state, "HEAD~1", "HEAD"), DIFFERENCE);
}

static void equal_trees_differ_in_nothing(void **state)
{
	assert_string_equal(fixture_changes(*state, "HEAD", "HEAD"), "");
	assert_string_equal(fixture_changes(*state, "HEAD~1:a", "HEAD~1:a"), "");
}

static void index_and_working_tree_differ_as_the_tree_does(void **state)
{
	assert_string_equal(fixture_changes(*state, "HEAD~1", "index:"), DIFFERENCE);
	assert_string_equal(fixture_changes(*state, "HEAD~1", "worktree:"), DIFFERENCE);
	assert_string_equal(fixture_changes(*state, "HEAD", "worktree:"), "");
}

static void a_touched_file_with_the_same_bytes_is_no_change(void **state)
{
	struct fixture *f = *state;

	fixture_remove(f, "a/same.proto");
	fixture_write(f, "a/same.proto", "same");
	assert_string_equal(fixture_changes(f, "HEAD", "worktree:"), "");
}

static void a_change_of_the_same_length_in_the_same_second_is_seen(void **state)
{
	struct fixture *f = *state;

	fixture_write(f, "a/same.proto", "emas");
	assert_string_equal(fixture_changes(f, "HEAD", "worktree:"), "*a/same.proto");
}

static void folders_are_compared_by_bytes(void **state)
{
	struct fixture *f = *state;

	fixture_write(f, "x/old/a.proto", "1");
	fixture_write(f, "x/old/b.proto", "1");
	fixture_write(f, "x/new/a.proto", "1");
	fixture_write(f, "x/new/b.proto", "2");
	assert_string_equal(fixture_changes(f, "dir:x/old", "dir:x/new"), "*b.proto");
}

static void a_folder_is_compared_with_a_revision(void **state)
{
	assert_string_equal(fixture_changes(*state, "HEAD", "dir:."), "");
	assert_string_equal(fixture_changes(*state, "HEAD~1", "dir:."), DIFFERENCE);
}

static void text_and_a_set_cannot_be_compared(void **state)
{
	struct fixture *f = *state;

	fixture_write(f, "x.binpb",
		"\n\x09\n\x07"
		"a.proto");
	assert_string_equal(fixture_changes(f, "set:x.binpb", "HEAD"), "incomplete");
	assert_string_equal(fixture_changes(f, "set:x.binpb", "set:x.binpb"), "");
}

static void a_link_changes_with_its_target(void **state)
{
	struct fixture *f = *state;

	fixture_write(f, "shared/real.txt", "old");
	fixture_write(f, "shared/v1/x.proto", "one");
	fixture_write(f, "shared/v2/x.proto", "two");
	fixture_link(f, "v1", "shared/current");
	fixture_link(f, "../../shared/real.txt", "far/away/link.proto");
	fixture_link(f, "../../shared/current/x.proto", "far/away/through.proto");
	fixture_link(f, "same.proto", "a/equal.proto");
	fixture_commit(f, "links", NULL);
	fixture_write(f, "shared/real.txt", "new");
	fixture_remove(f, "shared/current");
	fixture_link(f, "v2", "shared/current");
	fixture_commit(f, "targets", NULL);
	assert_string_equal(fixture_changes(f, "HEAD~1", "HEAD"),
		"*far/away/link.proto *far/away/through.proto");
	assert_string_equal(fixture_changes(f, "HEAD~1", "worktree:"),
		"*far/away/link.proto *far/away/through.proto");
	assert_string_equal(fixture_changes(f, "HEAD~1", "index:"),
		"*far/away/link.proto *far/away/through.proto");
}

static uint32_t trees_read(struct fixture *f, const char *expected)
{
	struct input_request request = { .base = S("HEAD~1"), .head = S("HEAD") };
	struct source *old, *new;
	struct changes changes;
	struct base_note note;

	assert_true(sources_open(&f->options, &request, &old, &new, &note, &f->diags));
	assert_true(source_changes(old, new, &changes, &f->diags));
	assert_int_equal(changes.list.n, 1);
	assert_string_equal(str_cstr(f->arena, changes.list.items[0].path), expected);
	source_close(old);
	source_close(new);
	return (uint32_t)changes.trees_read;
}

static void the_index_tells_where_no_link_is(void **state)
{
	struct fixture *f = *state;
	uint32_t with, without;

	fixture_write(f, "shared/real.txt", "old");
	fixture_write(f, "plain/1/x.proto", "x");
	fixture_write(f, "plain/2/x.proto", "y");
	fixture_write(f, "plain/3/x.proto", "z");
	fixture_link(f, "../../shared/real.txt", "linked/away/link.proto");
	fixture_commit(f, "links", NULL);
	fixture_write(f, "shared/real.txt", "new");
	fixture_commit(f, "target", NULL);
	with = trees_read(f, "linked/away/link.proto");
	fixture_write(f, ".git/index", "DIRC of another kind");
	without = trees_read(f, "linked/away/link.proto");
	assert_true(without >= with + 4);
	fixture_remove(f, ".git/index");
	assert_int_equal(trees_read(f, "linked/away/link.proto"), without);
}

static void a_link_in_place_of_an_equal_file_is_a_change(void **state)
{
	struct fixture *f = *state;

	fixture_remove(f, "c/same.proto");
	fixture_link(f, "../a/same.proto", "c/same.proto");
	fixture_commit(f, "link", NULL);
	/* The path is another name of that file now, and imports of it name that. */
	assert_string_equal(fixture_changes(f, "HEAD~1", "HEAD"), "*c/same.proto");
}

static void a_file_that_became_a_folder_is_deleted(void **state)
{
	struct fixture *f = *state;

	fixture_remove(f, "a/same.proto");
	fixture_write(f, "a/same.proto/x.proto", "x");
	fixture_commit(f, "folder", NULL);
	assert_string_equal(
		fixture_changes(f, "HEAD~1", "HEAD"), "-a/same.proto +a/same.proto/x.proto");
	assert_string_equal(
		fixture_changes(f, "HEAD~1", "worktree:"), "-a/same.proto +a/same.proto/x.proto");
}

static void folders_of_two_names_are_compared_by_path(void **state)
{
	assert_string_equal(fixture_changes(*state, "HEAD~1:a", "HEAD:c"),
		"-a/b/changed.proto -a/b/gone.proto -a/same.proto +c/same.proto");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, fixture_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(two_trees_differ_in_what_was_touched),
		TEST(equal_trees_differ_in_nothing),
		TEST(index_and_working_tree_differ_as_the_tree_does),
		TEST(a_touched_file_with_the_same_bytes_is_no_change),
		TEST(a_change_of_the_same_length_in_the_same_second_is_seen),
		TEST(folders_are_compared_by_bytes),
		TEST(a_folder_is_compared_with_a_revision),
		TEST(text_and_a_set_cannot_be_compared),
		TEST(a_link_changes_with_its_target),
		TEST(the_index_tells_where_no_link_is),
		TEST(a_link_in_place_of_an_equal_file_is_a_change),
		TEST(a_file_that_became_a_folder_is_deleted),
		TEST(folders_of_two_names_are_compared_by_path),
	};

	return cmocka_run_group_tests_name("changed", tests, NULL, NULL) != 0;
}
