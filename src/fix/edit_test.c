#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs those four first */
#include <cmocka.h>

#include "fix/private.h"

/* A file of the new side with a text, and edits of it. */
struct fixture {
	struct arena *arena;
	struct text text;
	struct file file;
	struct edits edits;
};

static int begin(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct fixture *f = NEW(arena, struct fixture);

	f->arena = arena;
	f->text.path = S("a.proto");
	f->file.text = &f->text;
	f->file.e.file = &f->file;
	*state = f;
	return 0;
}

static int end(void **state)
{
	arena_free(((struct fixture *)*state)->arena);
	return 0;
}

static void edit(struct fixture *f, uint32_t from, uint32_t to, const char *text, uint64_t order)
{
	struct edit *e = vec_push(f->arena, &f->edits);

	e->file = &f->file;
	e->span = (struct span){ from, to };
	e->text = str_of(text);
	e->order = order;
}

/* The text after the edits; NULL: they exclude each other. */
static const char *applied(struct fixture *f, const char *text)
{
	struct fixed_files files;

	f->text.bytes = str_of(text);
	if (!edits_apply(f->arena, &f->edits, &files))
		return NULL;
	assert_int_equal(files.n, 1);
	return str_cstr(f->arena, files.items[0].bytes);
}

static void insertions_at_one_place_keep_their_order(void **state)
{
	struct fixture *f = *state;

	edit(f, 2, 2, "two\n", 20);
	edit(f, 2, 2, "one\n", 10);
	assert_string_equal(applied(f, "a\nb\n"), "a\none\ntwo\nb\n");
}

static void what_two_ask_for_is_done_once(void **state)
{
	struct fixture *f = *state;

	edit(f, 2, 2, "import;\n", 0);
	edit(f, 2, 2, "import;\n", 0);
	assert_string_equal(applied(f, "a\nb\n"), "a\nimport;\nb\n");
}

static void edits_that_overlap_exclude_each_other(void **state)
{
	struct fixture *f = *state;

	edit(f, 0, 3, "x", 0);
	edit(f, 2, 4, "y", 0);
	assert_null(applied(f, "abcd"));
}

static void an_edited_line_ends_in_no_blank_and_others_stay(void **state)
{
	struct fixture *f = *state;

	edit(f, 3, 4, "", 0);
	assert_string_equal(applied(f, "ab c\nd  \n"), "ab\nd  \n");
}

static void a_number_leaves_its_reserved_range(void **state)
{
	struct fixture *f = *state;
	struct reserved_range range = {
		.begin = 4, .end = 8, .span = { 9, 15 }, .statement = { 0, 16 }
	};
	struct message message = { .e = { .kind = ELEMENT_MESSAGE, .file = &f->file },
		.reserved_ranges = { &range, 1, 1 } };
	struct edit *e = vec_push(f->arena, &f->edits);

	e->kind = EDIT_NUMBER;
	e->scope = &message.e;
	e->number = 5;
	assert_string_equal(applied(f, "reserved 4 to 8;\n"), "reserved 4, 6 to 8;\n");
}

static void a_statement_that_reserves_nothing_goes(void **state)
{
	struct fixture *f = *state;
	struct reserved_name name = { .name = S("a"), .span = { 11, 14 }, .statement = { 2, 15 } };
	struct message message = { .e = { .kind = ELEMENT_MESSAGE, .file = &f->file },
		.reserved_names = { &name, 1, 1 } };
	struct edit *e = vec_push(f->arena, &f->edits);

	e->kind = EDIT_NAME;
	e->scope = &message.e;
	e->name = S("a");
	assert_string_equal(applied(f, "  reserved \"a\"; // once\nb\n"), "b\n");
}

static void a_declaration_has_the_comments_above_and_behind_it(void **state)
{
	struct fixture *f = *state;
	const char *text = "// far\n\n// \"near\n/* and\n more */\nint32 a = 1; // as it came\n";
	struct span span, declaration = { 33, 45 };

	f->text.bytes = str_of(text);
	span = declaration_span(&f->file, declaration);
	assert_true(str_starts(span_text(&f->file, span), S("// \"near")));
	assert_true(str_ends(span_text(&f->file, span), S("as it came")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(insertions_at_one_place_keep_their_order),
		TEST(what_two_ask_for_is_done_once),
		TEST(edits_that_overlap_exclude_each_other),
		TEST(an_edited_line_ends_in_no_blank_and_others_stay),
		TEST(a_number_leaves_its_reserved_range),
		TEST(a_statement_that_reserves_nothing_goes),
		TEST(a_declaration_has_the_comments_above_and_behind_it),
	};

	return cmocka_run_group_tests_name("edit", tests, NULL, NULL) != 0;
}
