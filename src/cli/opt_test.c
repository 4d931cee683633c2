#include "cli/opt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

struct values {
	bool flag;
	const char *text, *optional;
	struct texts list, words;
	unsigned number;
};

static const char *const colors[] = { "auto", "never", NULL };

static const struct opt rows[] = {
	{ .name = "flag",
		.letter = 'f',
		.kind = OPT_FLAG,
		.offset = offsetof(struct values, flag) },
	{ .name = "output",
		.letter = 'o',
		.kind = OPT_TEXT,
		.offset = offsetof(struct values, text),
		.argument = "FILE" },
	{ .name = "color",
		.kind = OPT_OPTIONAL,
		.offset = offsetof(struct values, optional),
		.argument = "WHEN",
		.values = VALUES_WORDS,
		.words = colors },
	{ .name = "root",
		.kind = OPT_LIST,
		.offset = offsetof(struct values, list),
		.argument = "DIR" },
	{ .name = "use",
		.kind = OPT_WORDS,
		.offset = offsetof(struct values, words),
		.argument = "ID,..." },
	{ .name = "jobs",
		.kind = OPT_NUMBER,
		.offset = offsetof(struct values, number),
		.argument = "N" },
};

static struct arena *arena;
static struct diags diags;
static struct texts operands;

static bool parse(struct values *values, char **args)
{
	struct opt_table table = { rows, COUNT(rows), values };
	size_t n = 0;

	while (args[n])
		n++;
	*values = (struct values){ 0 };
	operands = (struct texts){ 0 };
	diags_init(&diags, arena);
	return opt_parse(&table, 1, arena, args, n, &operands, &diags);
}

#define ARGS(...) ((char *[]){ __VA_ARGS__, NULL })

static void options_stand_anywhere(void **state)
{
	struct values values;

	(void)state;
	assert_true(parse(&values, ARGS("A", "--flag", "B", "-o", "x")));
	assert_true(values.flag);
	assert_string_equal(values.text, "x");
	assert_int_equal(operands.n, 2);
	assert_string_equal(operands.items[1], "B");
}

static void two_dashes_end_options(void **state)
{
	struct values values;

	(void)state;
	assert_true(parse(&values, ARGS("--", "--flag", "-")));
	assert_false(values.flag);
	assert_int_equal(operands.n, 2);
	assert_string_equal(operands.items[0], "--flag");
}

static void a_value_may_be_attached(void **state)
{
	struct values values;

	(void)state;
	assert_true(parse(&values, ARGS("-ox", "--root=a=b", "--root", "c", "--color=never")));
	assert_string_equal(values.text, "x");
	assert_int_equal(values.list.n, 2);
	assert_string_equal(values.list.items[0], "a=b");
	assert_string_equal(values.optional, "never");
}

static void words_are_split_at_commas(void **state)
{
	struct values values;

	(void)state;
	assert_true(parse(&values, ARGS("--use", "FILE, WIRE", "--use=CSR,")));
	assert_int_equal(values.words.n, 3);
	assert_string_equal(values.words.items[1], "WIRE");
}

static void an_unknown_option_names_its_neighbour(void **state)
{
	struct values values;

	(void)state;
	assert_false(parse(&values, ARGS("--colour")));
	assert_int_equal(diags.n, 1);
	assert_true(str_eq(diags.items[0].message, S("unknown option '--colour'")));
	assert_true(str_eq(diags.items[0].help, S("did you mean '--color'?")));
}

static void wrong_values_are_errors(void **state)
{
	struct values values;

	(void)state;
	assert_false(parse(&values, ARGS("--flag=yes")));
	assert_false(parse(&values, ARGS("--color=blue")));
	assert_false(parse(&values, ARGS("--root")));
	assert_false(parse(&values, ARGS("--jobs", "0")));
	assert_false(parse(&values, ARGS("--jobs", "2x")));
	assert_false(parse(&values, ARGS("--jobs", "99999999999999999999")));
	assert_true(parse(&values, ARGS("--jobs", "8")));
	assert_int_equal(values.number, 8);
}

static void the_first_operand_is_found_behind_values(void **state)
{
	struct opt_table table = { rows, COUNT(rows), NULL };

	(void)state;
	assert_int_equal(
		opt_first_operand(&table, 1, ARGS("-o", "x", "--flag", "check", "A"), 5), 3);
	assert_int_equal(opt_first_operand(&table, 1, ARGS("--root=x", "check"), 2), 1);
	assert_int_equal(opt_first_operand(&table, 1, ARGS("--flag"), 1), 1);
}

static int set_up(void **state)
{
	(void)state;
	arena = arena_new(NULL, NULL);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_stand_anywhere),
		cmocka_unit_test(two_dashes_end_options),
		cmocka_unit_test(a_value_may_be_attached),
		cmocka_unit_test(words_are_split_at_commas),
		cmocka_unit_test(an_unknown_option_names_its_neighbour),
		cmocka_unit_test(wrong_values_are_errors),
		cmocka_unit_test(the_first_operand_is_found_behind_values),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down) != 0;
}
