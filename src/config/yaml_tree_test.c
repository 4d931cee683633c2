#include "config/yaml_tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

struct read {
	struct arena *arena;
	struct text text;
	struct diags diags;
	struct yaml_node *root;
};

static struct read read_str(struct str bytes)
{
	struct read r = { .arena = arena_new(NULL, NULL) };

	r.text = (struct text){ .path = S("a.yaml"), .side = S(""), .bytes = bytes };
	diags_init(&r.diags, r.arena);
	r.root = yaml_read(r.arena, &r.text, &r.diags);
	return r;
}

static struct read read_text(const char *text)
{
	return read_str(str_of(text));
}

static void expect_error(struct str bytes, const char *message, uint32_t line, uint32_t column)
{
	struct read r = read_str(bytes);
	struct point begin, end;

	assert_null(r.root);
	assert_true(r.diags.n >= 1);
	assert_non_null(strstr(str_cstr(r.arena, r.diags.items[0].message), message));
	place_points((struct place){ &r.text, r.diags.items[0].place.span }, r.arena, &begin, &end);
	assert_int_equal(begin.line, line);
	assert_int_equal(begin.column, column);
	arena_free(r.arena);
}

static void scalars_lists_and_mappings_are_read(void **state)
{
	struct read r = read_text("a: [x, 'y']\nb:\n  - c: 1\nd:\n");
	struct yaml_node *a, *b;

	(void)state;
	assert_non_null(r.root);
	a = yaml_get(r.root, S("a"));
	b = yaml_get(r.root, S("b"));
	assert_int_equal(a->items.n, 2);
	assert_true(a->items.items[0]->plain);
	assert_false(a->items.items[1]->plain);
	assert_true(str_eq(yaml_get(b->items.items[0], S("c"))->value, S("1")));
	assert_int_equal(yaml_get(r.root, S("d"))->kind, YAML_NULL);
	assert_null(yaml_get(r.root, S("e")));
	arena_free(r.arena);
}

static void spans_count_bytes_behind_wide_characters(void **state)
{
	struct read r = read_text("# äöü €\nä: [xyz]\n");
	struct span span;

	(void)state;
	assert_non_null(r.root);
	span = yaml_get(r.root, S("ä"))->items.items[0]->span;
	assert_memory_equal(r.text.bytes.p + span.begin, "xyz]", 4);
	assert_int_equal(span.end - span.begin, 3);
	arena_free(r.arena);
}

static void a_byte_order_mark_shifts_no_place(void **state)
{
	struct read r = read_text("\xEF\xBB\xBF"
				  "a: b\n");
	struct point begin, end;

	(void)state;
	assert_non_null(r.root);
	place_points(place_in(&r.text, yaml_get(r.root, S("a"))->span), r.arena, &begin, &end);
	assert_int_equal(begin.column, 4);
	arena_free(r.arena);
}

static void an_empty_file_is_an_empty_mapping(void **state)
{
	struct read r = read_text("# nothing\n");

	(void)state;
	assert_non_null(r.root);
	assert_int_equal(r.root->kind, YAML_MAP);
	assert_int_equal(r.root->pairs.n, 0);
	arena_free(r.arena);
}

static void an_alias_is_what_its_anchor_was(void **state)
{
	struct read r = read_text("a: &x [1, 2]\nb: *x\n");

	(void)state;
	assert_non_null(r.root);
	assert_ptr_equal(yaml_get(r.root, S("a")), yaml_get(r.root, S("b")));
	arena_free(r.arena);
}

static void aliases_of_aliases_have_a_budget(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct str text = S("a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n");

	(void)state;
	for (int i = 1; i < 12; i++)
		text = str_printf(arena,
			STR "a%d: &a%d [*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d]\n", ARG(text), i,
			i, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
	expect_error(text, "too large", 6, 22);
	arena_free(arena);
}

static void nesting_has_a_limit(void **state)
{
	char deep[400] = { 0 };

	(void)state;
	memset(deep, '[', 200);
	expect_error(str_of(deep), "nested more than 64 levels deep", 1, 65);
}

static void what_is_not_ours_is_refused(void **state)
{
	(void)state;
	expect_error(S("a: 1\nb: 2\na: 3\n"), "key 'a' is given twice", 3, 1);
	expect_error(S("a: !!str 1\n"), "tags are not supported", 1, 4);
	expect_error(S("x: &x {a: 1}\ny:\n  <<: *x\n"), "merge keys are not supported", 3, 3);
	expect_error(S("a: 1\n---\nb: 2\n"), "a second document", 2, 1);
	expect_error(S("a: *b\n"), "alias '*b' has no anchor", 1, 4);
	expect_error(S("a: &a [*a]\n"), "an alias within its own anchor", 1, 8);
	expect_error(S("? [a]\n: b\n"), "a key must be a word", 1, 3);
	expect_error(S("a: [b\nc: d\n"), "not valid YAML", 2, 2);
	expect_error(S("a: \xFF\n"), "not valid YAML", 1, 4);
	expect_error(S("\xFF\xFE"
		       "a\0"),
		"UTF-16", 1, 1);
}

static void a_quoted_text_reads_back(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct str hard = S("it's \"x\" \\ # : \t\n\x7F € \xE2\x80\xA8 \xE2\x80\xAE <end>");
	struct str quoted = yaml_quote(arena, hard);
	struct read r = read_str(str_printf(arena, "a: " STR "\n", ARG(quoted)));

	(void)state;
	assert_non_null(r.root);
	assert_true(str_eq(yaml_get(r.root, S("a"))->value, hard));
	/* What turns the direction of writing is spelled. */
	assert_null(memmem(quoted.p, quoted.n, "\xE2\x80\xAE", 3));
	assert_non_null(memmem(quoted.p, quoted.n, "\\u202e", 6));
	arena_free(r.arena);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scalars_lists_and_mappings_are_read),
		cmocka_unit_test(spans_count_bytes_behind_wide_characters),
		cmocka_unit_test(a_byte_order_mark_shifts_no_place),
		cmocka_unit_test(an_empty_file_is_an_empty_mapping),
		cmocka_unit_test(an_alias_is_what_its_anchor_was),
		cmocka_unit_test(aliases_of_aliases_have_a_budget),
		cmocka_unit_test(nesting_has_a_limit),
		cmocka_unit_test(what_is_not_ours_is_refused),
		cmocka_unit_test(a_quoted_text_reads_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
