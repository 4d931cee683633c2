#include "source/fixture.h"

#include <sys/stat.h>

static void only_dot_git_folders_are_left_out(void **state)
{
	struct fixture *f = *state;
	struct source *source;

	fixture_write(f, "a.proto", "a");
	fixture_write(f, ".git/b.proto", "b");
	fixture_write(f, "x/.git/c.proto", "c");
	fixture_write(f, ".hidden/d.proto", "d");
	fixture_write(f, "x/note.txt", "n");
	source = fixture_open(f, "dir:.");
	assert_string_equal(fixture_paths(f, source), ".hidden/d.proto a.proto");
	assert_null(source_find(source, S(".git/b.proto")));
	assert_string_equal(fixture_read(f, source, "x/note.txt"), "n");
	source_close(source);
}

static void a_linked_contract_is_read_as_its_target(void **state)
{
	struct fixture *f = *state;
	struct source *source;

	fixture_write(f, "real/a.txt", "a");
	fixture_link(f, "../real/a.txt", "x/b.proto");
	fixture_link(f, "b.proto", "x/c.proto");
	source = fixture_open(f, "dir:.");
	assert_string_equal(fixture_paths(f, source), "x/b.proto x/c.proto");
	assert_string_equal(fixture_read(f, source, "x/c.proto"), "a");
	assert_int_equal(f->diags.n, 0);
	source_close(source);
}

static void links_to_folders_are_not_walked_and_not_spoken_of(void **state)
{
	struct fixture *f = *state;
	struct source *source;

	fixture_write(f, "real/a.proto", "a");
	fixture_link(f, "real", "current");
	fixture_link(f, ".", "loop");
	fixture_link(f, "real", "folder.proto");
	source = fixture_open(f, "dir:.");
	assert_string_equal(fixture_paths(f, source), "real/a.proto");
	assert_null(source_find(source, S("current/a.proto")));
	assert_int_equal(f->diags.n, 0);
	source_close(source);
}

static void links_that_lead_nowhere_are_left_out_with_a_warning(void **state)
{
	struct fixture *f = *state;
	struct source *source;

	fixture_write(f, "top/a.proto", "a");
	fixture_write(f, "secret.proto", "s");
	fixture_link(f, "../secret.proto", "top/out.proto");
	fixture_link(f, "/etc/passwd", "top/absolute.proto");
	fixture_link(f, "gone.proto", "top/dangling.proto");
	fixture_link(f, "loop.proto", "top/loop.proto");
	source = fixture_open(f, "dir:top");
	assert_string_equal(fixture_paths(f, source), "a.proto");
	assert_int_equal(f->diags.n, 4);
	assert_int_equal(f->diags.n_errors, 0);
	assert_null(source_find(source, S("out.proto")));
	source_close(source);
}

static void a_link_that_appears_after_listing_is_not_followed_out(void **state)
{
	struct fixture *f = *state;
	struct source *source;

	fixture_write(f, "top/x/a.proto", "a");
	fixture_write(f, "other/a.proto", "other");
	source = fixture_open(f, "dir:top");
	assert_string_equal(fixture_paths(f, source), "x/a.proto");
	fixture_remove(f, "top/x/a.proto");
	fixture_remove(f, "top/x");
	fixture_link(f, "../other", "top/x");
	assert_null(fixture_read(f, source, "x/a.proto"));
	assert_non_null(strstr(fixture_said(f), "cannot read 'dir:top:x/a.proto'"));
	source_close(source);
}

static void a_pipe_is_not_waited_for(void **state)
{
	struct fixture *f = *state;
	struct source *source;

	fixture_write(f, "a.proto", "a");
	assert_int_equal(mkfifo(str_printf(f->arena, "%s/pipe.proto", f->folder).p, 0600), 0);
	source = fixture_open(f, "dir:.");
	assert_string_equal(fixture_paths(f, source), "a.proto");
	assert_null(source_find(source, S("pipe.proto")));
	source_close(source);
}

static void a_file_over_the_limit_is_an_error(void **state)
{
	struct fixture *f = *state;
	struct source *source;

	f->options.max_file_bytes = 3;
	fixture_write(f, "a.proto", "1234");
	source = fixture_open(f, "dir:.");
	assert_null(fixture_read(f, source, "a.proto"));
	assert_non_null(strstr(fixture_said(f), "is larger than 3 bytes"));
	source_close(source);
}

static void too_many_files_are_an_error(void **state)
{
	struct fixture *f = *state;
	struct source *source;

	f->options.max_files = 1;
	fixture_write(f, "a.proto", "a");
	fixture_write(f, "b.proto", "b");
	source = fixture_open(f, "dir:.");
	assert_null(fixture_paths(f, source));
	assert_non_null(strstr(fixture_said(f), "more than 1 contracts"));
	source_close(source);
}

static void a_contract_below_a_folder_is_seen_without_a_list(void **state)
{
	struct fixture *f = *state;
	struct source *source;

	fixture_write(f, "x/y/a.proto", "a");
	fixture_write(f, "z/a.txt", "a");
	source = fixture_open(f, "dir:.");
	assert_true(source_has_contract(source, S("x"), &f->diags));
	assert_false(source_has_contract(source, S("z"), &f->diags));
	assert_false(source_has_contract(source, S("gone"), &f->diags));
	assert_int_equal(f->diags.n, 0);
	source_close(source);
}

static void a_folder_that_is_not_there_is_an_error(void **state)
{
	struct fixture *f = *state;

	assert_null(source_open(&f->options, S("dir:gone"), &f->diags));
	assert_non_null(strstr(fixture_said(f), "cannot open the folder 'gone'"));
}

static void outside_a_repository_the_default_is_the_folder(void **state)
{
	struct fixture *f = *state;
	struct source *source;

	fixture_write(f, "a.proto", "a");
	source = source_open(&f->options, (struct str){ NULL, 0 }, &f->diags);
	assert_non_null(source);
	assert_true(source->is_on_disk && !source->is_git);
	assert_int_equal(source->side.n, 0);
	source_close(source);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(only_dot_git_folders_are_left_out),
		TEST(a_linked_contract_is_read_as_its_target),
		TEST(links_to_folders_are_not_walked_and_not_spoken_of),
		TEST(links_that_lead_nowhere_are_left_out_with_a_warning),
		TEST(a_link_that_appears_after_listing_is_not_followed_out),
		TEST(a_pipe_is_not_waited_for),
		TEST(a_file_over_the_limit_is_an_error),
		TEST(too_many_files_are_an_error),
		TEST(a_contract_below_a_folder_is_seen_without_a_list),
		TEST(a_folder_that_is_not_there_is_an_error),
		TEST(outside_a_repository_the_default_is_the_folder),
	};

	return cmocka_run_group_tests_name("dir", tests, NULL, NULL) != 0;
}
