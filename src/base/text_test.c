/* str, text, diag and out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/diag.h"
#include "base/line_table.h"
#include "base/out.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void paths_are_held_by_whole_components(void **state)
{
	(void)state;
	assert_true(path_under(S("acme/pay/a.proto"), S("acme/pay")));
	assert_true(path_under(S("acme/pay"), S("acme/pay")));
	assert_false(path_under(S("acme/pay"), S("acme/pa")));
	assert_true(path_under(S("acme"), S("")));
}

static void a_path_that_climbs_out_is_refused(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct str path;

	(void)state;
	assert_true(path_normalize(arena, S("./a//b/../c"), &path));
	assert_true(str_eq(path, S("a/c")));
	assert_false(path_normalize(arena, S("a/../../b"), &path));
	assert_false(path_normalize(arena, S("/etc"), &path));
	arena_free(arena);
}

static void the_nearest_word_is_near(void **state)
{
	const struct str words[] = { S("FIELD_SAME_TYPE"), S("FIELD_SAME_NAME"), S("FILE") };

	(void)state;
	assert_true(str_eq(str_nearest(S("FIELD_SAME_TPYE"), words, 3), S("FIELD_SAME_TYPE")));
	assert_null(str_nearest(S("unrelated"), words, 3).p);
	assert_int_equal(str_distance(S("ab"), S("ba")), 1);
}

static void cutting_gives_each_part_once(void **state)
{
	struct str rest = S("a.b."), part;
	int n = 0;

	(void)state;
	while (str_cut(&rest, '.', &part))
		n++;
	assert_int_equal(n, 3);
	assert_int_equal(part.n, 0);
}

static void places_count_lines_and_bytes(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct text text = { .bytes = S("\xEF\xBB\xBFsyntax\n\tü x\r\nend") };
	struct point begin, end;

	(void)state;
	place_points(place_in(&text, (struct span){ 3, 9 }), arena, &begin, &end);
	assert_int_equal(begin.line, 1);
	assert_int_equal(begin.column, 1);
	assert_int_equal(end.column, 7);
	place_points(place_in(&text, (struct span){ 14, 15 }), arena, &begin, &end);
	assert_int_equal(begin.line, 2);
	assert_int_equal(begin.column, 5);
	assert_true(str_eq(text_line(&text, arena, 2), S("\tü x")));
	assert_null(text_line(&text, arena, 4).p);
	arena_free(arena);
}

/* Loads a text, at most as many times as `owner` says. */
static bool load_again(struct text *text, struct arena *arena)
{
	unsigned *left = text->owner;

	if (!*left)
		return false;
	--*left;
	text->bytes = str_dup(arena, S("\xEF\xBB\xBF"
				       "first\nsecond\r\nthird\nlast"));
	return true;
}

static void columns_of_a_line_table_go_by_tabs(void **state)
{
	static const struct {
		uint32_t offset, line, column;
	} places[] = {
		{ 0, 0, 0 }, /* before and after the byte order mark */
		{ 3, 0, 0 }, { 4, 0, 8 }, { 6, 0, 10 }, { 7, 1, 0 }, { 11, 1, 24 },
		{ 12, 2, 0 }, /* past the last line feed */
	};
	struct arena *arena = arena_new(NULL, NULL);
	struct line_table table;

	(void)state;
	line_table_init(&table, S("\xEF\xBB\xBF\tab\na\t\t\t\n"), arena);
	for (size_t i = 0; i < COUNT(places); i++) {
		for (uint32_t near = 0; near < 3; near++) {
			struct line_column at = line_table_find(&table, places[i].offset, near);

			assert_int_equal(at.line, places[i].line);
			assert_int_equal(at.column, places[i].column);
		}
	}
	arena_free(arena);
}

static void kept_lines_are_found_without_the_bytes(void **state)
{
	struct arena *arena = arena_new(NULL, NULL), *scratch = arena_like(arena);
	struct span spans[] = { { 18, 22 }, { 3, 5 }, { 19, 20 } };
	unsigned loads = 1;
	struct text text = { .load = load_again, .owner = &loads };
	struct wanted_text wanted = { .text = &text,
		.spans = { spans, COUNT(spans), COUNT(spans) } };
	struct point begin, end;

	(void)state;
	assert_true(text_load(&text, scratch));
	text_keep(&wanted, arena, scratch);
	arena_free(scratch);
	assert_null(text.bytes.p);
	assert_int_equal(text.n_kept, 2);
	place_points(place_in(&text, (struct span){ 3, 8 }), arena, &begin, &end);
	assert_int_equal(begin.line, 1);
	assert_int_equal(begin.column, 1);
	assert_int_equal(end.column, 6);
	place_points(place_in(&text, (struct span){ 18, 22 }), arena, &begin, &end);
	assert_int_equal(begin.line, 3);
	assert_int_equal(begin.column, 2);
	assert_true(str_eq(text_line(&text, arena, 1), S("first")));
	assert_true(str_eq(text_line(&text, arena, 3), S("third")));
	/* Lines that were not kept would need the bytes, which cannot be loaded again. */
	assert_null(text_line(&text, arena, 2).p);
	place_points(place_in(&text, (struct span){ 10, 11 }), arena, &begin, &end);
	assert_int_equal(begin.line, 1);
	loads = 1;
	assert_true(str_eq(text_line(&text, arena, 2), S("second")));
	place_points(place_in(&text, (struct span){ 23, 24 }), arena, &begin, &end);
	assert_int_equal(begin.line, 4);
	assert_true(str_eq(text_line(&text, arena, 3), S("third")));
	arena_free(arena);
}

static void errors_past_the_most_are_counted(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct text text = { .path = S("a.proto") };
	struct diags diags, all;

	(void)state;
	diags_init(&all, arena);
	diags_init(&diags, arena);
	diags.most_errors = 2;
	for (uint32_t i = 0; i < 5; i++) {
		diag_error(&diags, place_in(&text, (struct span){ 5 - i, 6 }), "error %u", i);
		diag_help(&diags, "help %u", i);
	}
	diag_warning(&diags, NOWHERE, "a warning");
	assert_int_equal(diags.n, 3);
	assert_int_equal(diags.n_errors, 5);
	assert_true(str_eq(diags.items[1].help, S("help 1")));
	diags_adopt(&all, &diags);
	assert_int_equal(all.n, 4);
	assert_int_equal(all.n_errors, 3);
	assert_true(str_eq(all.items[3].message, S("3 more errors in this file are not shown")));
	assert_int_equal(all.items[3].place.span.begin, 5);
	arena_free(arena);
}

static void diagnostics_are_sorted_and_said_once(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct text text = { .path = S("a.proto"), .bytes = S("ab") }, again = text;
	struct diags diags;

	(void)state;
	diags_init(&diags, arena);
	diag_error(&diags, place_in(&text, (struct span){ 1, 2 }), "second");
	diag_error(&diags, place_in(&text, (struct span){ 0, 1 }), "first");
	diag_error(&diags, place_in(&again, (struct span){ 1, 2 }), "second");
	diag_error(&diags, place_in(&text, (struct span){ 1, 2 }), "second");
	diag_warning(&diags, NOWHERE, "no place");
	diags_sort(&diags);
	assert_int_equal(diags.n, 3);
	assert_int_equal(diags.n_errors, 2);
	assert_true(str_eq(diags.items[0].message, S("no place")));
	assert_true(str_eq(diags.items[1].message, S("first")));
	arena_free(arena);
}

static void a_full_disk_is_noticed_at_the_end(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	int fd = open("/dev/full", O_WRONLY);
	struct out *out;

	(void)state;
	if (fd < 0)
		skip();
	out = out_fd(arena, fd);
	out_printf(out, "%s", "text");
	assert_int_equal(out_flush(out), ENOSPC);
	assert_int_equal(out_close(out), ENOSPC);
	close(fd);
	arena_free(arena);
}

static void a_file_appears_whole_or_not_at_all(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	char folder[] = "/tmp/out-XXXXXX";
	struct stat st;
	struct str path;
	struct out *out;

	(void)state;
	assert_non_null(mkdtemp(folder));
	path = str_printf(arena, "%s/set.binpb", folder);
	out = out_file(arena, path);
	assert_non_null(out);
	for (int i = 0; i < 100000; i++)
		out_str(out, S("0123456789"));
	assert_int_equal(stat(str_cstr(arena, path), &st), -1);
	assert_int_equal(out_close(out), 0);
	assert_int_equal(stat(str_cstr(arena, path), &st), 0);
	assert_int_equal(st.st_size, 1000000);
	unlink(str_cstr(arena, path));
	assert_int_equal(rmdir(folder), 0); /* nothing else is left */
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_are_held_by_whole_components),
		cmocka_unit_test(a_path_that_climbs_out_is_refused),
		cmocka_unit_test(the_nearest_word_is_near),
		cmocka_unit_test(cutting_gives_each_part_once),
		cmocka_unit_test(places_count_lines_and_bytes),
		cmocka_unit_test(columns_of_a_line_table_go_by_tabs),
		cmocka_unit_test(kept_lines_are_found_without_the_bytes),
		cmocka_unit_test(diagnostics_are_sorted_and_said_once),
		cmocka_unit_test(errors_past_the_most_are_counted),
		cmocka_unit_test(a_full_disk_is_noticed_at_the_end),
		cmocka_unit_test(a_file_appears_whole_or_not_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
