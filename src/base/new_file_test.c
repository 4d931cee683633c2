#include "base/new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

/* A temporary folder with a repository `top`, a folder in it, and a folder beside it. */
struct fixture {
	struct arena *arena;
	char folder[32];
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	assert_non_null(f);
	f->arena = arena_new(NULL, NULL);
	strcpy(f->folder, "/tmp/new-file-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	assert_int_equal(chdir(f->folder), 0);
	assert_int_equal(mkdir("top", 0777), 0);
	assert_int_equal(mkdir("top/.git", 0777), 0);
	assert_int_equal(mkdir("top/below", 0777), 0);
	assert_int_equal(mkdir("outside", 0777), 0);
	assert_int_equal(symlink("../outside", "top/out"), 0);
	assert_int_equal(symlink("below", "top/in"), 0);
	assert_int_equal(symlink("../outside/file", "top/link"), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	static const char *const names[] = { "top/.git", "top/below/file", "top/below", "top/out",
		"top/in", "top/link", "top/file", "top", "outside/file", "outside", "seen" };
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT(names); i++)
		remove(names[i]);
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(rmdir(f->folder), 0); /* nothing is left behind */
	arena_free(f->arena);
	free(f);
	return 0;
}

/* Opens and writes the file; 0, or the errno of opening. */
static int make(struct fixture *f, const char *path, enum new_file_kind kind)
{
	struct new_file *file = new_file_open(f->arena, str_of(path), kind, 0666);

	if (!file)
		return errno;
	assert_int_equal(write(new_file_descriptor(file), "new", 3), 3);
	return new_file_close(file, 0);
}

static bool is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

static unsigned count(const char *folder)
{
	DIR *dir = opendir(folder);
	unsigned n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n - 2;
}

static void a_link_is_no_target(void **state)
{
	assert_int_equal(make(*state, "top/link", NEW_FILE_OUTPUT), ELOOP);
	assert_int_equal(make(*state, "top/link", NEW_FILE_REPLACES), ELOOP);
	assert_int_equal(make(*state, "top/link", NEW_FILE_ONLY), EEXIST);
	assert_false(is_there("outside/file"));
}

static void a_folder_that_leads_out_of_the_repository_is_none(void **state)
{
	char *absolute = realpath("top", NULL);
	struct fixture *f = *state;

	assert_int_equal(make(f, "top/out/file", NEW_FILE_OUTPUT), EXDEV);
	assert_int_equal(make(f, "top/in/../out/file", NEW_FILE_OUTPUT), EXDEV);
	assert_int_equal(make(f, str_cstr(f->arena, str_printf(f->arena, "%s/out/file", absolute)),
				 NEW_FILE_OUTPUT),
		EXDEV);
	assert_int_equal(new_folder(f->arena, S("top/out/folder")), EXDEV);
	assert_int_equal(new_folder(f->arena, S("top/out")), EXDEV);
	assert_int_equal(folder_open(f->arena, S("top/out")), -1);
	assert_false(is_there("outside/file"));
	assert_int_equal(make(f, "top/in/file", NEW_FILE_OUTPUT), 0);
	assert_true(is_there("top/below/file"));
	assert_int_equal(make(f, "top/../outside/file", NEW_FILE_OUTPUT), 0);
	free(absolute);
}

static void a_file_keeps_its_permissions(void **state)
{
	mode_t mask = umask(027);
	struct stat st;

	assert_int_equal(make(*state, "top/file", NEW_FILE_OUTPUT), 0);
	assert_int_equal(stat("top/file", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_int_equal(chmod("top/file", 0604), 0);
	assert_int_equal(make(*state, "top/file", NEW_FILE_REPLACES), 0);
	assert_int_equal(stat("top/file", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0604);
	umask(mask);
}

static void what_is_there_stays(void **state)
{
	assert_int_equal(make(*state, "top/file", NEW_FILE_ONLY), 0);
	assert_int_equal(make(*state, "top/file", NEW_FILE_ONLY), EEXIST);
	assert_int_equal(make(*state, "top/below", NEW_FILE_OUTPUT), EISDIR);
	assert_int_equal(make(*state, "top/below/", NEW_FILE_OUTPUT), EISDIR);
	assert_int_equal(make(*state, "top/below/..", NEW_FILE_OUTPUT), EISDIR);
	assert_int_equal(make(*state, "", NEW_FILE_OUTPUT), EISDIR);
	assert_int_equal(make(*state, "top/none/file", NEW_FILE_OUTPUT), ENOENT);
}

static void a_pipe_is_not_waited_for(void **state)
{
	int reader;

	assert_int_equal(mkfifo("top/file", 0666), 0);
	assert_int_equal(make(*state, "top/file", NEW_FILE_OUTPUT), ENXIO);
	assert_int_equal(make(*state, "top/file", NEW_FILE_REPLACES), EINVAL);
	reader = open("top/file", O_RDONLY | O_NONBLOCK);
	assert_int_equal(make(*state, "top/file", NEW_FILE_OUTPUT), 0);
	close(reader);
}

static void descriptors_of_the_process_are_outputs(void **state)
{
	char path[32];
	int fd = open("seen", O_RDWR | O_CREAT, 0666);

	snprintf(path, sizeof path, "/dev/fd/%d", fd);
	assert_int_equal(make(*state, path, NEW_FILE_OUTPUT), 0);
	assert_int_equal(lseek(fd, 0, SEEK_CUR), 3);
	close(fd);
	assert_int_equal(make(*state, path, NEW_FILE_OUTPUT), EBADF);
	assert_int_equal(make(*state, "/dev/null", NEW_FILE_OUTPUT), 0);
}

static void what_is_abandoned_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	struct new_file *a = new_file_open(f->arena, S("top/file"), NEW_FILE_OUTPUT, 0666);
	struct new_file *b = new_file_open(f->arena, S("top/file"), NEW_FILE_OUTPUT, 0666);

	assert_non_null(a);
	assert_non_null(b);
	assert_int_equal(count("top"), 7);
	assert_int_equal(new_file_close(a, ECANCELED), ECANCELED);
	assert_int_equal(count("top"), 6);
	new_files_abandon();
	assert_int_equal(count("top"), 5);
	assert_int_equal(new_file_close(b, 0), ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_link_is_no_target, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_folder_that_leads_out_of_the_repository_is_none, setup, teardown),
		cmocka_unit_test_setup_teardown(a_file_keeps_its_permissions, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_there_stays, setup, teardown),
		cmocka_unit_test_setup_teardown(a_pipe_is_not_waited_for, setup, teardown),
		cmocka_unit_test_setup_teardown(
			descriptors_of_the_process_are_outputs, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_abandoned_leaves_nothing, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
