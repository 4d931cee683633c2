#include "proto/compiled_test.h"

/* The default of a proto2 field of the type has the text. */
static void assert_text(const char *type, const char *literal, const char *text)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct compiled c = compiled(
		str_cstr(arena, str_printf(arena,
					"syntax = \"proto2\"; enum E { E_A = 0; E_B = 1; } message "
					"M { optional %s a = 1 [default = %s]; }",
					type, literal)));

	assert_true(c.ok);
	assert_str(c.file->messages.items[0]->fields.items[0]->preset->text, text);
	compiled_free(&c);
	arena_free(arena);
}

static void float_is_rounded_and_short(void **state)
{
	(void)state;
	assert_text("float", "0.1", "0.1");
	assert_text("float", "16777217", "16777216");
	assert_text("float", "1000000", "1e+06");
	assert_text("float", "3.4028235e38", "3.40282347e+38");
	assert_text("float", "1e39", "inf");
	assert_text("float", "-nan", "nan");
}

static void double_is_short_where_it_reads_back(void **state)
{
	(void)state;
	assert_text("double", "0.1", "0.1");
	assert_text("double", "0.30000000000000004", "0.30000000000000004");
	assert_text("double", "4.9e-324", "4.94065645841247e-324");
	assert_text("double", "-0", "-0");
	assert_text("double", "010", "8");
	assert_text("double", "0x10", "16");
}

static void bytes_are_escaped_and_strings_are_not(void **state)
{
	(void)state;
	assert_text("bytes", "\"\\x00\\x7f\\xff\\n\\\"?\"", "\\000\\177\\377\\n\\\"?");
	assert_text("string", "\"a\\tb\"", "a\tb");
	assert_text("string", "\"\"", "");
}

static void integers_and_names_are_plain(void **state)
{
	(void)state;
	assert_text("int64", "-9223372036854775808", "-9223372036854775808");
	assert_text("uint64", "0xffffffffffffffff", "18446744073709551615");
	assert_text("bool", "true", "true");
	assert_text("E", "E_B", "E_B");
}

static void default_is_for_singular_scalars_with_presence(void **state)
{
	(void)state;
	assert_refused("syntax = \"proto2\"; message M { repeated int32 a = 1 [default = 5]; }",
		"field 'a' takes no default: it is repeated");
	assert_refused("syntax = \"proto2\"; message M { optional M a = 1 [default = \"x\"]; }",
		"field 'a' takes no default: it is a message");
	assert_refused("syntax = \"proto3\"; message M { int32 a = 1 [default = 5]; }",
		"field 'a' takes no default: proto3 has none");
	assert_refused("edition = \"2023\"; message M { int32 a = 1 [features.field_presence = "
		       "IMPLICIT, default = 5]; }",
		"field 'a' takes no default: its presence is implicit");
}

static void default_keeps_to_its_type(void **state)
{
	(void)state;
	assert_refused(
		"syntax = \"proto2\"; message M { optional int32 a = 1 [default = 2147483648]; }",
		"the value is out of range for the int32 default of 'a'");
	assert_refused("syntax = \"proto2\"; message M { optional bool a = 1 [default = 1]; }",
		"default of 'a' takes 'true' or 'false'");
	assert_refused("syntax = \"proto2\"; enum E { A = 0; } message M { optional E a = 1 "
		       "[default = B]; }",
		"enum 'E' has no value 'B'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(float_is_rounded_and_short),
		cmocka_unit_test(double_is_short_where_it_reads_back),
		cmocka_unit_test(bytes_are_escaped_and_strings_are_not),
		cmocka_unit_test(integers_and_names_are_plain),
		cmocka_unit_test(default_is_for_singular_scalars_with_presence),
		cmocka_unit_test(default_keeps_to_its_type),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
