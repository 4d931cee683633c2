#include "base/out.h"
#include "proto/compiled_test.h"
#include "schema/encode.h"

#define HEAD                                                                                      \
	"syntax = \"proto2\"; package a;\n"                                                       \
	"import \"google/protobuf/descriptor.proto\"; import \"google/protobuf/any.proto\";\n"    \
	"enum E { E_A = 0; E_B = 5; }\n"                                                          \
	"message R { optional int32 n = 1; repeated int32 p = 2 [packed = true]; optional R r = " \
	"3; repeated R rs = 4;\n"                                                                 \
	"  optional E e = 5; oneof o { int32 x = 6; int32 y = 7; } map<string, int32> m = 8; "    \
	"optional bool b = 9;\n"                                                                  \
	"  extensions 100 to max; }\n"                                                            \
	"message Need { required int32 n = 1; }\n"                                                \
	"message Bag { option message_set_wire_format = true; extensions 4 to max; }\n"           \
	"message Item { extend Bag { optional Item item = 1500; } optional string s = 1; }\n"     \
	"extend R { optional string tag = 100; }\n"                                               \
	"extend google.protobuf.FileOptions { optional R r = 50000; repeated string t = 50001; "  \
	"optional int32 i = 50002;\n"                                                             \
	"  optional google.protobuf.Any any = 50003; optional Bag bag = 50004; optional Need "    \
	"need = 50005;\n"                                                                         \
	"  optional double d = 50006; optional E e = 50007; repeated R rs = 50008; }\n"

static const struct options *file_options(const struct compiled *c)
{
	assert_true(c->ok);
	assert_non_null(c->file);
	assert_non_null(c->file->e.options);
	return c->file->e.options;
}

/* The bytes of the file's options are exactly these. */
static void assert_bytes(const char *statements, const char *bytes, size_t n)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct compiled c = compiled(str_cstr(arena, str_printf(arena, HEAD "%s", statements)));
	struct str encoded = options_encode(c.arena, file_options(&c));

	assert_int_equal(encoded.n, n);
	assert_memory_equal(encoded.p, bytes, n);
	compiled_free(&c);
	arena_free(arena);
}
#define ASSERT_BYTES(statements, bytes) assert_bytes(statements, bytes, sizeof bytes - 1)

static void statement_becomes_a_value_of_its_field(void **state)
{
	struct compiled c = compiled("syntax = \"proto3\"; option java_package = \"x.y\"; option "
				     "optimize_for = CODE_SIZE;");
	const struct options *options = file_options(&c);

	(void)state;
	assert_str(options_str(options, 1, S("")), "x.y");
	assert_int_equal(options_int(options, 9, 0), 2);
	assert_str(options_find(options, 9)->value.enum_value->e.name, "CODE_SIZE");
	compiled_free(&c);
}

static void unknown_option_gets_the_nearest_name(void **state)
{
	struct compiled c =
		compiled("syntax = \"proto3\"; message M { int32 a = 1 [depricated = true]; }");

	(void)state;
	assert_false(c.ok);
	assert_str(c.diags.items[0].message, "unknown option 'depricated'");
	assert_str(c.diags.items[0].help, "did you mean 'deprecated'?");
	compiled_free(&c);
}

static void paths_fill_one_message(void **state)
{
	(void)state;
	ASSERT_BYTES("option (r).n = 1; option (r).r.n = 2; option (r).(tag) = \"z\";",
		"\x82\xb5\x18\x0a\x08\x01\x1a\x02\x08\x02\xa2\x06\x01z");
}

static void repeated_option_is_added_to(void **state)
{
	(void)state;
	ASSERT_BYTES("option (t) = \"a\"; option (t) = \"b\";", "\x8a\xb5\x18\x01"
								"a\x8a\xb5\x18\x01"
								"b");
}

static void packed_field_is_one_record(void **state)
{
	(void)state;
	ASSERT_BYTES("option (r) = { p: 1 n: 3 p: [2, 300] };",
		"\x82\xb5\x18\x08\x08\x03\x12\x04\x01\x02\xac\x02");
}

static void known_options_come_first_by_number(void **state)
{
	(void)state;
	ASSERT_BYTES("option (i) = -1; option go_package = \"g\"; option java_package = \"j\";",
		"\x0a\x01j\x5a\x01g\x90\xb5\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
}

static void any_holds_the_bytes_of_its_message(void **state)
{
	(void)state;
	ASSERT_BYTES("option (any) = { [type.googleapis.com/a.R] { n: 7 } };",
		"\x9a\xb5\x18\x1d\x0a\x17type.googleapis.com/a.R\x12\x02\x08\x07");
}

static void message_set_has_its_own_form(void **state)
{
	(void)state;
	ASSERT_BYTES("option (bag) = { [a.Item.item] { s: \"x\" } };",
		"\xa2\xb5\x18\x0a\x0b\x10\xdc\x0b\x1a\x03\x0a\x01x\x0c");
}

static void map_entry_is_written_whole(void **state)
{
	(void)state;
	ASSERT_BYTES(
		"option (r) = { m { key: \"k\" } };", "\x82\xb5\x18\x07\x42\x05\x0a\x01k\x10\x00");
}

static void enum_in_a_literal_may_be_a_number(void **state)
{
	(void)state;
	ASSERT_BYTES("option (r) = { e: 5 b: t };", "\x82\xb5\x18\x04\x28\x05\x48\x01");
	assert_refused(HEAD "option (e) = 5;", "option '(a.e)' takes the name of an enum value");
	assert_refused(HEAD "option (r) = { e: 6 };", "enum 'a.E' has no value 6");
}

static void value_past_its_type_is_an_error(void **state)
{
	(void)state;
	assert_refused(HEAD "option (i) = 2147483648;",
		"the value is out of range for the int32 option '(a.i)'");
	assert_refused(HEAD "option (i) = -2147483649;",
		"the value is out of range for the int32 option '(a.i)'");
	assert_refused(HEAD "option (i) = 1.0;", "option '(a.i)' takes an integer");
}

static void singular_option_is_set_once(void **state)
{
	(void)state;
	assert_refused(HEAD "option (i) = 1; option (i) = 2;", "option '(i)' is set twice");
	assert_refused(HEAD "option (r).n = 1; option (r).n = 2;", "option '(r).n' is set twice");
	assert_refused(
		HEAD "option (r) = { n: 1 }; option (r).n = 2;", "option '(r).n' is set twice");
	assert_refused(HEAD "option (r).n = 1; option (r) = {};", "option '(r)' is set twice");
	assert_refused(HEAD "option (r) = { n: 1 n: 1 };", "field 'n' is set twice");
	assert_refused(HEAD "option (r) = { x: 1 y: 1 };",
		"fields 'x' and 'y' are members of one oneof, 'o'");
}

static void path_ends_at_repeated_and_scalar(void **state)
{
	(void)state;
	assert_refused(HEAD "option (rs).n = 1;",
		"'rs' is repeated: a name cannot select a field of its elements");
	assert_refused(HEAD "option (r).n.x = 1;", "'n' is not a message and has no field 'x'");
	assert_refused(HEAD "option (r).no = 1;", "message 'a.R' has no field 'no'");
}

static void literal_keeps_to_its_type(void **state)
{
	(void)state;
	assert_refused(
		HEAD "option (r) = { n: [1] };", "field 'n' is not repeated: it takes no list");
	assert_refused(HEAD "option (r) = { p [1] };", "field 'p' needs a colon before its value");
	assert_refused(HEAD "option (r) = { [a.i]: 1 };", "extension 'a.i' is not for 'a.R'");
	assert_refused(HEAD "option (need) = { };",
		"the value of type 'a.Need' lacks the required field 'n'");
}

static void bare_name_of_an_extension_is_told_of(void **state)
{
	struct compiled c = compiled(HEAD "option i = 1;");

	(void)state;
	assert_false(c.ok);
	assert_str(c.diags.items[0].help, "write a custom option's name in parentheses: '(i)'");
	compiled_free(&c);
}

static void many_statements_take_no_long(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct out *out = out_memory(arena);
	struct compiled c;

	(void)state;
	out_printf(out, "%s", HEAD);
	for (int i = 0; i < 100000; i++)
		out_printf(out, "option (t) = \"x\";");
	out_printf(out, "option (i) = 1;");
	c = compiled(str_cstr(arena, out_text(out)));
	assert_int_equal(file_options(&c)->list.n, 100001);
	compiled_free(&c);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(statement_becomes_a_value_of_its_field),
		cmocka_unit_test(unknown_option_gets_the_nearest_name),
		cmocka_unit_test(paths_fill_one_message),
		cmocka_unit_test(repeated_option_is_added_to),
		cmocka_unit_test(packed_field_is_one_record),
		cmocka_unit_test(known_options_come_first_by_number),
		cmocka_unit_test(any_holds_the_bytes_of_its_message),
		cmocka_unit_test(message_set_has_its_own_form),
		cmocka_unit_test(map_entry_is_written_whole),
		cmocka_unit_test(enum_in_a_literal_may_be_a_number),
		cmocka_unit_test(value_past_its_type_is_an_error),
		cmocka_unit_test(singular_option_is_set_once),
		cmocka_unit_test(path_ends_at_repeated_and_scalar),
		cmocka_unit_test(literal_keeps_to_its_type),
		cmocka_unit_test(bare_name_of_an_extension_is_told_of),
		cmocka_unit_test(many_statements_take_no_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
