#include "config/accepted.h"
#include "proto/compile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

/* Two revisions of a contract and what breaks between them. */
struct comparison {
	struct arena *arena;
	struct intern *names;
	struct diags diags;
	struct schema schemas[2];
	struct findings findings;
};

static void compare(struct comparison *c, const char *old, const char *new)
{
	const char *texts[] = { old, new };
	struct compile_options options = { .jobs = 1 };
	struct compile_side sides[2] = { 0 };
	struct check_options check;
	struct selection *selection;

	*c = (struct comparison){ .arena = arena_new(NULL, NULL) };
	c->names = intern_new(c->arena);
	diags_init(&c->diags, c->arena);
	for (int i = 0; i < 2; i++) {
		struct memory_file *file = NEW(c->arena, struct memory_file);

		*file = (struct memory_file){ S("a.proto"), str_of(texts[i]) };
		sides[i].source = source_memory(c->arena, S("test"), file, 1);
		sides[i].source->builtin = source_builtin(c->arena);
		sides[i].all = true;
		*vec_push(c->arena, &sides[i].roots.declared) = S("");
	}
	options.arena = c->arena;
	options.names = c->names;
	options.diags = &c->diags;
	assert_true(compile(&options, sides, 2, c->schemas));
	selection = selection_new(c->arena);
	assert_true(selection_set(selection, S("FILE"), true, RULES_V2, NOWHERE, &c->diags));
	check = (struct check_options){
		.arena = c->arena, .names = c->names, .selection = selection
	};
	rules_run(
		&check, diff_new(c->arena, c->names, &c->schemas[0], &c->schemas[1]), &c->findings);
}

static void comparison_free(struct comparison *c)
{
	intern_free(c->names);
	arena_free(c->arena);
}

static uint32_t count_accepted(const struct comparison *c)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < c->findings.list.n; i++)
		n += c->findings.list.items[i]->accepted;
	return n;
}

/* How many of the findings comments accept, and what the first warning says. */
static void expect_comments(
	const char *old, const char *new, uint32_t findings, uint32_t accepted, const char *warning)
{
	struct comparison c;
	struct map unmarked;

	compare(&c, old, new);
	map_init(&unmarked, c.arena);
	accepted_by_comment(&c.findings, &unmarked, c.arena, &c.diags);
	assert_int_equal(c.findings.list.n, findings);
	assert_int_equal(count_accepted(&c), accepted);
	assert_int_equal(c.diags.n > 0, warning != NULL);
	if (warning && !strstr(str_cstr(c.arena, c.diags.items[0].message), warning))
		fail_msg("'" STR "' instead of '%s'", ARG(c.diags.items[0].message), warning);
	comparison_free(&c);
}

#define HEAD "syntax = \"proto3\";\npackage p;\n"

static void a_comment_above_or_behind_accepts_its_rule(void **state)
{
	const char *old = HEAD "message M { int32 a = 1; int32 b = 2; }\n";

	(void)state;
	expect_comments(old,
		HEAD "message M {\n  // breakwater:accept FIELD_SAME_TYPE nobody reads it\n"
		     "  string a = 1;\n  int32 b = 2;\n}\n",
		1, 1, NULL);
	expect_comments(old,
		HEAD "message M {\n  string a = 1; // breakwater:accept FIELD_SAME_TYPE why\n"
		     "  int32 b = 2;\n}\n",
		1, 1, NULL);
	expect_comments(old,
		HEAD
		"message M {\n  /* A field.\n   * breakwater:accept FIELD_SAME_TYPE why\n   */\n"
		"  // More.\n  string a = 1;\n  int32 b = 2;\n}\n",
		1, 1, NULL);
}

static void a_comment_hides_nothing_else(void **state)
{
	const char *old = HEAD "message M { int32 a = 1; int32 b = 2; }\n";

	(void)state;
	/* Another rule of the same element, the same rule of another element. */
	expect_comments(old,
		HEAD "message M {\n  // breakwater:accept FIELD_SAME_NAME why\n  string a = 1;\n"
		     "  int32 b = 2;\n}\n",
		1, 0, NULL);
	expect_comments(old,
		HEAD "message M {\n  // breakwater:accept FIELD_SAME_TYPE why\n  string a = 1;\n"
		     "  string b = 2;\n}\n",
		2, 1, NULL);
	/* A message's comment is not its fields'. */
	expect_comments(old,
		HEAD "// breakwater:accept FIELD_SAME_TYPE why\nmessage M {\n  string a = 1;\n"
		     "  int32 b = 2;\n}\n",
		1, 0, NULL);
	/* Words in a string are no comment. */
	expect_comments(old,
		HEAD "message M {\n  string a = 1 [json_name = \"// breakwater:accept "
		     "FIELD_SAME_TYPE why\"];\n  int32 b = 2;\n}\n",
		2, 0, NULL);
}

static void what_is_gone_is_named_in_brackets(void **state)
{
	const char *old = HEAD "message M { int32 a = 1; int32 b = 2; int32 c = 3; }\n";

	(void)state;
	expect_comments(old,
		HEAD
		"// breakwater:accept FIELD_NO_DELETE(2) moved\nmessage M {\n  int32 a = 1;\n}\n",
		2, 1, NULL);
	expect_comments(old,
		HEAD "message M { // breakwater:accept FIELD_NO_DELETE(b) moved\n  int32 a = 1;\n"
		     "  // breakwater:accept FIELD_NO_DELETE(p.M.c) moved\n}\n",
		2, 2, NULL);
	expect_comments(old,
		HEAD "// breakwater:accept FIELD_NO_DELETE moved\nmessage M {\n  int32 a = 1;\n}\n",
		2, 0, NULL);
	/* A fingerprint, as a report shows it; fewer digits are none. */
	expect_comments(old,
		HEAD
		"// breakwater:accept FIELD_NO_DELETE(46f870d) moved\nmessage M {\n  int32 a = "
		"1;\n}\n",
		2, 1, NULL);
	expect_comments(old,
		HEAD "// breakwater:accept FIELD_NO_DELETE(46f870) moved\nmessage M {\n  int32 a = "
		     "1;\n}\n",
		2, 0, NULL);
	expect_comments(HEAD "message M {}\nmessage N {}\n",
		"// breakwater:accept MESSAGE_NO_DELETE(N) moved\n" HEAD "message M {}\n", 1, 1,
		NULL);
}

static void a_comment_that_was_there_before_is_used_up(void **state)
{
	(void)state;
	expect_comments(HEAD
		"message M {\n  // breakwater:accept FIELD_SAME_TYPE why\n  int32 a = 1;\n}\n",
		HEAD
		"message M {\n  // breakwater:accept FIELD_SAME_TYPE why\n  string a = 1;\n}\n",
		1, 0, "was there before");
	expect_comments(HEAD
		"message M {\n  // breakwater:accept FIELD_SAME_TYPE why\n  int32 a = 1;\n}\n",
		HEAD
		"message M {\n  // breakwater:accept FIELD_SAME_TYPE again\n  string a = 1;\n}\n",
		1, 1, NULL);
}

static void a_comment_that_cannot_accept_is_told(void **state)
{
	const char *old = HEAD "message M { int32 a = 1; reserved 5, 7; }\n";

	(void)state;
	expect_comments(old,
		HEAD "message M {\n  // breakwater:accept FIELD_SAME_TYP why\n  string a = 1;\n"
		     "  reserved 5, 7;\n}\n",
		1, 0, "unknown rule 'FIELD_SAME_TYP'");
	expect_comments(old,
		HEAD "message M {\n  // breakwater:accept FIELD_SAME_TYPE\n  string a = 1;\n"
		     "  reserved 5, 7;\n}\n",
		1, 0, "no reason");
	expect_comments(old,
		HEAD "message M {\n  // breakwater:accept FIELD_SAME_TYPE why\n\n  string a = 1;\n"
		     "  reserved 5, 7;\n}\n",
		1, 0, "belongs to no element");
	expect_comments(old,
		HEAD
		"// breakwater:accept RESERVED_MESSAGE_NO_DELETE why\nmessage M { int32 a = 1; }\n",
		2, 0, "more than one");
}

static void an_option_and_a_file_have_comments_too(void **state)
{
	(void)state;
	expect_comments(HEAD "option go_package = \"a\";\noption java_package = \"a\";\n",
		HEAD "// breakwater:accept FILE_SAME_GO_PACKAGE moved\noption go_package = \"b\";\n"
		     "option java_package = \"b\";\n",
		2, 1, NULL);
	expect_comments(HEAD "option go_package = \"a\";\n",
		"// breakwater:accept FILE_SAME_GO_PACKAGE moved\n" HEAD, 1, 1, NULL);
}

static struct text text_of(const char *text)
{
	return (struct text){ .path = S(ACCEPTED_FILE), .side = S(""), .bytes = str_of(text) };
}

static void what_is_written_reads_back_sorted(void **state)
{
	struct comparison c;
	struct acceptances accepted = { 0 }, again;
	struct text text;

	(void)state;
	compare(&c, HEAD "message M { int32 a = 1; int32 b = 2; }\n",
		HEAD "message M { string a = 1; string b = 2; }\n");
	for (uint32_t i = c.findings.list.n; i-- > 0;) {
		struct acceptance a = acceptance_of(c.findings.list.items[i]);

		a.reason = S("\"it's\": # meant");
		a.has_until = true;
		a.until = 20000;
		accepted_add(c.arena, &accepted, &a);
		accepted_add(c.arena, &accepted, &a);
	}
	text = text_of(str_cstr(c.arena, accepted_write(c.arena, &accepted)));
	assert_true(accepted_parse(c.arena, &text, &again, &c.diags));
	assert_int_equal(again.list.n, 2);
	assert_true(again.list.items[0].fingerprint >> 56 <= again.list.items[1].fingerprint >> 56);
	assert_true(str_eq(again.list.items[0].reason, S("\"it's\": # meant")));
	assert_int_equal(again.list.items[0].until, 20000);
	assert_true(str_eq(accepted_write(c.arena, &again), text.bytes));
	comparison_free(&c);
}

static void new_file_holds_its_entries_alone(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct acceptances accepted = { 0 };
	struct acceptance a = { .fingerprint = 1, .rule = S("R"), .reason = S("why") };
	struct str written;

	(void)state;
	accepted_add(arena, &accepted, &a);
	written = accepted_write(arena, &accepted);
	assert_null(memmem(written.p, written.n, "# 00", 4));
	assert_non_null(memmem(written.p, written.n, "\naccepted:\n- ", 13));
	assert_in_range(str_count(written, '\n'), 1, 10);
	arena_free(arena);
}

static void file_with_numbered_lines_keeps_them(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct acceptances accepted;
	struct diags diags;
	struct text text = text_of("version: 1\naccepted:\n# 00\n");

	(void)state;
	diags_init(&diags, arena);
	assert_true(accepted_parse(arena, &text, &accepted, &diags));
	text = text_of(str_cstr(arena, accepted_write(arena, &accepted)));
	assert_non_null(strstr(text.bytes.p, "\n# 00\n# 01\n"));
	assert_true(accepted_parse(arena, &text, &accepted, &diags));
	assert_true(str_eq(accepted_write(arena, &accepted), text.bytes));
	arena_free(arena);
}

static void entries_of_two_branches_have_a_line_between(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct acceptances none = { .numbered = true };
	struct acceptance a = { .fingerprint = UINT64_C(0x0f) << 56,
		.rule = S("R"),
		.element = S("e"),
		.reason = S("why") };
	struct str empty = accepted_write(arena, &none), one;

	(void)state;
	accepted_add(arena, &none, &a);
	one = accepted_write(arena, &none);
	assert_null(memmem(empty.p, empty.n, "# 0f\n-", 6));
	assert_non_null(memmem(empty.p, empty.n, "# 0f\n# 10\n", 10));
	assert_non_null(memmem(one.p, one.n, "# 0f\n- rule: \"R\"\n", 15));
	assert_non_null(memmem(one.p, one.n, "\n# 10\n# 11\n", 11));
	arena_free(arena);
}

/* One finding, one entry for it that ends on `until`, checked on `today`. */
static void expect_entry(int32_t until, int32_t today, bool is_accepted, const char *warning)
{
	struct comparison c;
	struct acceptances accepted = { 0 };
	struct accept_options options = { .today = today, .whole = true };
	struct acceptance a;

	compare(&c, HEAD "message M { int32 a = 1; }\n", HEAD "message M { string a = 1; }\n");
	a = acceptance_of(c.findings.list.items[0]);
	a.reason = S("why");
	a.has_until = until != 0;
	a.until = until;
	accepted_add(c.arena, &accepted, &a);
	accepted_apply(&accepted, &c.findings, &options, &c.diags);
	assert_int_equal(count_accepted(&c), is_accepted);
	assert_int_equal(c.diags.n, warning != NULL);
	if (warning && !strstr(str_cstr(c.arena, c.diags.items[0].message), warning))
		fail_msg("'" STR "' instead of '%s'", ARG(c.diags.items[0].message), warning);
	comparison_free(&c);
}

static void an_entry_counts_through_its_last_day(void **state)
{
	(void)state;
	expect_entry(0, 20000, true, NULL);
	expect_entry(20100, 20000, true, NULL);
	expect_entry(20014, 20000, true, "ends in 14 days, on 2024-10-18");
	expect_entry(20015, 20000, true, NULL);
	expect_entry(20000, 20000, true, "ends today");
	expect_entry(19999, 20000, false, "ended on 2024-10-03");
}

static void an_entry_covers_its_own_break_alone(void **state)
{
	struct comparison c;
	struct acceptances accepted = { 0 };
	struct accept_options options = { .today = 20000, .whole = true };
	struct acceptance a;

	(void)state;
	/* Type and name of one field change: two findings of one element. */
	compare(&c, HEAD "message M { int32 a = 1; }\n", HEAD "message M { string b = 1; }\n");
	assert_true(c.findings.list.n >= 2);
	a = acceptance_of(c.findings.list.items[0]);
	a.reason = S("why");
	accepted_add(c.arena, &accepted, &a);
	accepted_apply(&accepted, &c.findings, &options, &c.diags);
	assert_int_equal(count_accepted(&c), 1);
	assert_true(c.findings.list.items[0]->accepted);
	/* A fingerprint under another rule's name accepts nothing. */
	c.findings.list.items[0]->accepted = false;
	accepted.list.items[0].rule = S("FIELD_SAME_CARDINALITY");
	accepted_apply(&accepted, &c.findings, &options, &c.diags);
	assert_int_equal(count_accepted(&c), 0);
	assert_int_equal(c.diags.n, 1);
	comparison_free(&c);
}

static void a_stale_entry_is_told_only_of_a_whole_check(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct acceptances accepted = { 0 };
	struct acceptance a = {
		.fingerprint = 1, .rule = S("R"), .element = S("e"), .reason = S("w")
	};
	struct findings none = { 0 };
	struct diags diags;

	(void)state;
	diags_init(&diags, arena);
	accepted_add(arena, &accepted, &a);
	accepted_apply(&accepted, &none, &(struct accept_options){ .whole = false }, &diags);
	assert_int_equal(diags.n, 0);
	accepted_apply(&accepted, &none, &(struct accept_options){ .whole = true }, &diags);
	assert_int_equal(diags.n, 1);
	arena_free(arena);
}

static void mistakes_in_the_file_have_a_place(void **state)
{
	static const struct {
		const char *text, *message;
		uint32_t line;
	} cases[] = {
		{ "accepted: []\n", "version", 1 },
		{ "version: 1\naccepted: 3\n", "must be a list", 2 },
		{ "version: 1\naccepted:\n- rule: R\n  fingerprint: \"0123456789abcdef\"\n",
			"an entry without 'reason'", 3 },
		{ "version: 1\naccepted:\n- rule: R\n  reason: x\n  fingerprint: 12\n",
			"16 hexadecimal", 5 },
		{ "version: 1\naccepted:\n- rule: R\n  reason: x\n  until: 2025-02-29\n  "
		  "fingerprint: "
		  "\"0123456789abcdef\"\n",
			"is not a date", 5 },
		{ "version: 1\naccepted:\n- rule: R\n  reson: x\n  fingerprint: "
		  "\"0123456789abcdef\"\n",
			"unknown key 'reson'", 4 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena *arena = arena_new(NULL, NULL);
		struct text text = text_of(cases[i].text);
		struct acceptances accepted;
		struct point begin, end;
		struct diags diags;

		diags_init(&diags, arena);
		assert_false(accepted_parse(arena, &text, &accepted, &diags));
		if (!strstr(str_cstr(arena, diags.items[0].message), cases[i].message))
			fail_msg("'" STR "' instead of '%s'", ARG(diags.items[0].message),
				cases[i].message);
		place_points(diags.items[0].place, arena, &begin, &end);
		assert_int_equal(begin.line, cases[i].line);
		arena_free(arena);
	}
}

static void an_unknown_rule_is_told_and_kept(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct text text =
		text_of("version: 1\naccepted:\n- rule: 'FIELD_SAME_TYPO: #'\n  reason: x\n"
			"  fingerprint: \"0123456789abcdef\"\n");
	struct text written;
	struct acceptances accepted, again;
	struct diags diags;

	(void)state;
	diags_init(&diags, arena);
	assert_true(accepted_parse(arena, &text, &accepted, &diags));
	assert_int_equal(diags.n, 1);
	written = text_of(str_cstr(arena, accepted_write(arena, &accepted)));
	assert_true(accepted_parse(arena, &written, &again, &diags));
	assert_true(str_eq(again.list.items[0].rule, S("FIELD_SAME_TYPO: #")));
	arena_free(arena);
}

static void dates_are_those_of_the_calendar(void **state)
{
	static const struct {
		const char *text;
		int32_t day;
	} dates[] = { { "1970-01-01", 0 }, { "1999-12-31", 10956 }, { "2000-02-29", 11016 },
		{ "2024-10-04", 20000 }, { "2100-03-01", 47541 } };
	static const char *const wrong[] = { "2025-02-29", "2025-13-01", "2025-00-10", "2025-1-01",
		"2025-01-01x", "25-01-01", "", "2025-04-31", "1969-12-31" };
	struct arena *arena = arena_new(NULL, NULL);
	int32_t day;

	(void)state;
	for (size_t i = 0; i < COUNT(dates); i++) {
		assert_true(date_read(str_of(dates[i].text), &day));
		assert_int_equal(day, dates[i].day);
		assert_true(str_eq(date_text(arena, day), str_of(dates[i].text)));
	}
	for (size_t i = 0; i < COUNT(wrong); i++)
		assert_false(date_read(str_of(wrong[i]), &day));
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_comment_above_or_behind_accepts_its_rule),
		cmocka_unit_test(a_comment_hides_nothing_else),
		cmocka_unit_test(what_is_gone_is_named_in_brackets),
		cmocka_unit_test(a_comment_that_was_there_before_is_used_up),
		cmocka_unit_test(a_comment_that_cannot_accept_is_told),
		cmocka_unit_test(an_option_and_a_file_have_comments_too),
		cmocka_unit_test(what_is_written_reads_back_sorted),
		cmocka_unit_test(new_file_holds_its_entries_alone),
		cmocka_unit_test(file_with_numbered_lines_keeps_them),
		cmocka_unit_test(entries_of_two_branches_have_a_line_between),
		cmocka_unit_test(an_entry_counts_through_its_last_day),
		cmocka_unit_test(an_entry_covers_its_own_break_alone),
		cmocka_unit_test(a_stale_entry_is_told_only_of_a_whole_check),
		cmocka_unit_test(mistakes_in_the_file_have_a_place),
		cmocka_unit_test(an_unknown_rule_is_told_and_kept),
		cmocka_unit_test(dates_are_those_of_the_calendar),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
