#include "report/proof.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void line_is(const struct proof *proof, const char *want)
{
	struct arena *arena = arena_new(NULL, NULL);

	assert_string_equal(str_cstr(arena, proof_line(proof, 85, arena)), want);
	arena_free(arena);
}

static void another_value_is_shown_with_its_bytes(void **state)
{
	const struct proof proof = { .loss = LOSS_OTHER,
		.written = S("qty: 1"),
		.data = S("\x08\x01"),
		.read = S("qty: -1"),
		.field = S("qty"),
		.value = S("1"),
		.got = S("-1") };

	(void)state;
	line_is(&proof, "\"qty: 1\" (0801) reads as \"qty: -1\"");
}

static void refused_json_says_why(void **state)
{
	const struct proof proof = { .loss = LOSS_FAIL,
		.json = true,
		.written = S("id: 2147483648"),
		.data = S("{\"id\":\"2147483648\"}"),
		.error = S("2147483648 is no int32") };

	(void)state;
	line_is(&proof, "{\"id\":\"2147483648\"} is refused: 2147483648 is no int32");
}

static void an_unset_field_names_both_defaults(void **state)
{
	const struct proof proof = { .loss = LOSS_OTHER,
		.written = S(""),
		.data = S(""),
		.read = S(""),
		.field = S("retries"),
		.value = S("3"),
		.got = S("5") };

	(void)state;
	line_is(&proof, "unset 'retries' reads as 5, was 3");
}

static void a_hole_stays_for_who_takes_its_number(void **state)
{
	const struct proof proof = { .loss = LOSS_HOLE,
		.number = 2,
		.written = S("note: \"a\""),
		.data = S("\x12\x01\x61"),
		.read = S("2: \"a\"") };

	(void)state;
	line_is(&proof, "\"note: \"a\"\" (120161) stays as 2: \"a\" for whoever takes number 2");
}

static void a_call_is_refused(void **state)
{
	const struct proof proof = {
		.loss = LOSS_FAIL, .call = S("/acme.v1.Orders/Get"), .error = S("no such method")
	};

	(void)state;
	line_is(&proof, "/acme.v1.Orders/Get is refused: no such method");
}

static void the_proof_of_a_wanted_break_comes_first(void **state)
{
	const struct proof proofs[] = {
		{ .surface = JSON_BACKWARD,
			.loss = LOSS_FAIL,
			.call = S("/a.S/Json"),
			.error = S("no such method") },
		{ .surface = WIRE_BACKWARD,
			.loss = LOSS_FAIL,
			.call = S("/a.S/Wire"),
			.error = S("no such method") },
	};
	const struct finding finding = { .proofs = proofs, .n_proofs = 2 }, none = { 0 };
	struct arena *arena = arena_new(NULL, NULL);
	struct str line;

	(void)state;
	line = finding_proof_line(&finding, WIRE_BACKWARD | WIRE_FORWARD, 85, arena);
	assert_string_equal(str_cstr(arena, line), "/a.S/Wire is refused: no such method");
	line = finding_proof_line(&finding, SOURCE_CODE, 85, arena);
	assert_string_equal(str_cstr(arena, line), "/a.S/Json is refused: no such method");
	assert_null(finding_proof_line(&none, WIRE_BACKWARD, 85, arena).p);
	arena_free(arena);
}

static void what_differs_is_not_cut(void **state)
{
	const struct proof proof = {
		.loss = LOSS_OTHER,
		.written = S("totals { key: \"\" value: 2147483648 }"),
		.data = S("\x1a\x08\x0a\x00\x10\x80\x80\x80\x80\x08"),
		.read = S("totals { key: \"\" value: -2147483648 }"),
	};

	(void)state;
	line_is(&proof, "\"…value: 2147483648 }\" (1a080a00108080808008) reads as \"…value: "
			"-2147483648 }\"");
}

static void long_values_are_cut(void **state)
{
	char text[4096];
	struct proof proof = { .loss = LOSS_OTHER };
	struct arena *arena = arena_new(NULL, NULL);

	(void)state;
	memset(text, 'x', sizeof text);
	proof.written = proof.data = proof.read = (struct str){ text, sizeof text };
	assert_true(proof_line(&proof, 85, arena).n <= 85 + 3 * sizeof "…");
	arena_free(arena);
}

static void control_characters_are_spelled(void **state)
{
	const struct proof proof = { .loss = LOSS_FAIL,
		.json = true,
		.written = S("a: 1"),
		.data = S("{\"\x1b[31m\":1}"),
		.error = S("no\nfield") };
	struct arena *arena = arena_new(NULL, NULL);
	struct str line = proof_line(&proof, 85, arena);

	(void)state;
	assert_false(str_has(line, '\x1b'));
	assert_false(str_has(line, '\n'));
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_value_is_shown_with_its_bytes),
		cmocka_unit_test(refused_json_says_why),
		cmocka_unit_test(an_unset_field_names_both_defaults),
		cmocka_unit_test(a_hole_stays_for_who_takes_its_number),
		cmocka_unit_test(a_call_is_refused),
		cmocka_unit_test(the_proof_of_a_wanted_break_comes_first),
		cmocka_unit_test(what_differs_is_not_cut),
		cmocka_unit_test(long_values_are_cut),
		cmocka_unit_test(control_characters_are_spelled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
