#include "descriptor/shape.h"
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>

#define BYTES(literal) ((struct str){ literal, sizeof(literal) - 1 })

static const char *damage_of(struct str bytes)
{
	struct wire_damage damage = { 0 };

	return wire_check_file(bytes, &damage) ? "fine" : damage.what;
}

/* `depth` nested messages. */
static struct str nested(struct arena *arena, unsigned depth)
{
	struct str inner = S("");

	for (unsigned i = 0; i < depth; i++) {
		struct wire_buffer buffer = { .arena = arena };

		wire_put_tag(&buffer, i + 1 == depth ? 4 : 3, WIRE_BYTES);
		wire_put_bytes(&buffer, inner);
		inner = wire_buffer_bytes(&buffer);
	}
	return inner;
}

static void an_empty_file_is_fine(void **state)
{
	(void)state;
	assert_string_equal(damage_of(S("")), "fine");
}

static void a_length_past_the_end_is_damage(void **state)
{
	struct wire_damage damage;

	(void)state;
	assert_string_equal(damage_of(BYTES("\x0a\x05"
					    "ab")),
		"a length runs past the end");
	/* The length of the inner one exceeds its message, not the file. */
	assert_false(wire_check_file(BYTES("\x22\x04\x0a\x7f"
					   "ab"),
		&damage));
	assert_string_equal(damage.what, "a length runs past the end");
	assert_int_equal(damage.offset, 4);
}

static void a_cut_number_is_damage(void **state)
{
	(void)state;
	assert_string_equal(damage_of(BYTES("\x70\x80")), "a number is cut short");
	assert_string_equal(damage_of(BYTES("\x70\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")),
		"a number has more than ten bytes");
}

static void field_number_zero_is_damage(void **state)
{
	(void)state;
	assert_string_equal(damage_of(BYTES("\x02\x00")), "a field has an impossible number");
}

static void a_known_field_of_another_wire_type_is_damage(void **state)
{
	(void)state;
	assert_string_equal(damage_of(BYTES("\x08\x01")), "a field has the wire type of another");
}

static void a_group_is_damage_wherever_it_is_closed(void **state)
{
	(void)state;
	assert_string_equal(
		damage_of(BYTES("\xa3\x06\x08\x01\xa4\x06")), "a descriptor cannot hold a group");
	assert_string_equal(damage_of(BYTES("\xa3\x06\x08\x01")), "a group is not closed");
	assert_string_equal(damage_of(BYTES("\xa3\x06\xac\x06")), "a group is closed by another");
}

static void options_given_twice_are_damage(void **state)
{
	(void)state;
	assert_string_equal(
		damage_of(BYTES("\x42\x00\x42\x00")), "options or source info are given twice");
}

static void unknown_fields_are_passed_over(void **state)
{
	(void)state;
	assert_string_equal(damage_of(BYTES("\xa0\x06\x01\xa5\x06"
					    "abcd")),
		"fine");
}

static void messages_nest_to_a_hundred(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);

	(void)state;
	assert_string_equal(damage_of(nested(arena, 100)), "fine");
	assert_string_equal(damage_of(nested(arena, 101)), "messages are nested too deeply");
	assert_string_equal(damage_of(nested(arena, 2000)), "messages are nested too deeply");
	arena_free(arena);
}

static void a_varint_survives_writing_and_reading(void **state)
{
	static const uint64_t values[] = { 0, 1, 127, 128, 300, UINT32_MAX, UINT64_MAX };
	struct arena *arena = arena_new(NULL, NULL);

	(void)state;
	for (size_t i = 0; i < COUNT(values); i++) {
		struct wire_buffer buffer = { .arena = arena };
		struct wire wire;
		uint64_t value;

		wire_put_varint(&buffer, values[i]);
		assert_int_equal(buffer.n, wire_varint_size(values[i]));
		wire = wire_open(wire_buffer_bytes(&buffer));
		assert_true(wire_varint(&wire, &value));
		assert_true(value == values[i] && wire.at == wire.end);
	}
	arena_free(arena);
}

static void utf8_has_no_overlong_forms_or_surrogates(void **state)
{
	(void)state;
	assert_true(utf8_is_valid(S("na\xc3\xafve \xf0\x9f\x98\x80")));
	assert_false(utf8_is_valid(S("\xc0\xaf")));
	assert_false(utf8_is_valid(S("\xe0\x80\xaf")));
	assert_false(utf8_is_valid(S("\xed\xa0\x80")));
	assert_false(utf8_is_valid(S("\xf4\x90\x80\x80")));
	assert_false(utf8_is_valid(S("\xe2\x82")));
}

static void a_name_is_letters_digits_and_dots_between(void **state)
{
	(void)state;
	assert_true(name_is_identifier(S("_a1"), false));
	assert_true(name_is_identifier(S("a.b2"), true));
	assert_false(name_is_identifier(S("a.b2"), false));
	assert_false(name_is_identifier(S("1a"), false));
	assert_false(name_is_identifier(S("a."), true));
	assert_false(name_is_identifier(S("a..b"), true));
	assert_false(name_is_identifier(S(""), true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_file_is_fine),
		cmocka_unit_test(a_length_past_the_end_is_damage),
		cmocka_unit_test(a_cut_number_is_damage),
		cmocka_unit_test(field_number_zero_is_damage),
		cmocka_unit_test(a_known_field_of_another_wire_type_is_damage),
		cmocka_unit_test(a_group_is_damage_wherever_it_is_closed),
		cmocka_unit_test(options_given_twice_are_damage),
		cmocka_unit_test(unknown_fields_are_passed_over),
		cmocka_unit_test(messages_nest_to_a_hundred),
		cmocka_unit_test(a_varint_survives_writing_and_reading),
		cmocka_unit_test(utf8_has_no_overlong_forms_or_surrogates),
		cmocka_unit_test(a_name_is_letters_digits_and_dots_between),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
