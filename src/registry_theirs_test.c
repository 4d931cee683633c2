#include "registry_theirs.h"

#include "diff/sides_test.h"
#include "schema/structure.h"

#define HEAD "syntax = \"proto3\"; package acme; "

static const struct file *own_file(const struct sides *s, int side)
{
	return schema_find_file(&s->schemas[side], intern(s->names, S("a.proto")));
}

/* The kinds between two files of that text, each with what it is of. */
static void assert_refused(
	const char *old, const char *new, enum level level, const char *const *kinds)
{
	struct sides *s = sides_compile(FILES("a.proto", old), FILES("a.proto", new));
	struct theirs_list list = { 0 };
	uint32_t n = 0;

	theirs_refuse(s->arena, own_file(s, 0), own_file(s, 1), level, &list);
	while (kinds[n])
		n++;
	assert_int_equal(list.n, n);
	for (uint32_t i = 0; i < n; i++)
		assert_string_equal(
			str_cstr(s->arena, str_printf(s->arena, "%s " STR, list.items[i].kind,
						   ARG(list.items[i].of))),
			kinds[i]);
	sides_free(s);
}

#define KINDS(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define NO_KINDS ((const char *const[]){ NULL })

static void a_message_goes(void **state)
{
	static const char both[] = HEAD "message A { message B { } } message C { }";
	static const char one[] = HEAD "message A { }";

	(void)state;
	assert_refused(both, one, LEVEL_BACKWARD,
		KINDS("MESSAGE_REMOVED acme.A.B", "MESSAGE_REMOVED acme.C"));
	assert_refused(both, one, LEVEL_FORWARD, NO_KINDS);
	assert_refused(one, both, LEVEL_BACKWARD, NO_KINDS);
	assert_refused(one, both, LEVEL_FORWARD,
		KINDS("MESSAGE_REMOVED acme.A.B", "MESSAGE_REMOVED acme.C"));
	assert_refused(
		one, both, LEVEL_FULL, KINDS("MESSAGE_REMOVED acme.A.B", "MESSAGE_REMOVED acme.C"));
	assert_refused(one, both, LEVEL_NONE, NO_KINDS);
}

static void the_package_changes(void **state)
{
	(void)state;
	assert_refused(HEAD "message A { A a = 1; }",
		"syntax = \"proto3\"; package other; message A { A a = 1; }", LEVEL_BACKWARD,
		KINDS("PACKAGE_CHANGED acme"));
}

static void a_type_is_renamed(void **state)
{
	(void)state;
	assert_refused(HEAD
		"message B { } message C { } message A { B b = 1; map<string, B> m = 2; }",
		HEAD "message B { } message C { } message A { C b = 1; map<string, B> m = 2; }",
		LEVEL_FORWARD, KINDS("FIELD_NAMED_TYPE_CHANGED acme.A.b"));
}

static void a_member_leaves_its_oneof(void **state)
{
	static const char two[] = HEAD "message A { oneof o { int32 a = 1; int32 b = 2; } }";
	static const char one[] = HEAD "message A { oneof o { int32 a = 1; } }";
	static const char none[] = HEAD "message A { int32 a = 1; }";

	(void)state;
	assert_refused(two, one, LEVEL_BACKWARD, KINDS("ONEOF_FIELD_REMOVED acme.A.b"));
	assert_refused(two, one, LEVEL_FORWARD, NO_KINDS);
	assert_refused(one, two, LEVEL_FORWARD, KINDS("ONEOF_FIELD_REMOVED acme.A.b"));
	/* The sole member: as recorded, nothing. */
	assert_refused(one, none, LEVEL_FULL, NO_KINDS);
	assert_refused(none, one, LEVEL_FULL, NO_KINDS);
}

static void maps_and_groups_bring_no_message(void **state)
{
	(void)state;
	assert_refused(HEAD "message A { map<string, int32> m = 1; }", HEAD "message A { }",
		LEVEL_BACKWARD, NO_KINDS);
}

/* ---- structure ---- */

static bool same_structure(const char *old, const char *new)
{
	struct sides *s = sides_compile(FILES("a.proto", old), FILES("a.proto", new));
	struct str a = structure_of(s->arena, own_file(s, 0));
	struct str b = structure_of(s->arena, own_file(s, 1));
	bool same = a.p && b.p && str_eq(a, b);

	sides_free(s);
	return same;
}

static void what_a_registry_prints_anew_is_the_same(void **state)
{
	(void)state;
	assert_true(same_structure(HEAD
		"import \"google/protobuf/any.proto\"; import \"google/protobuf/empty.proto\"; "
		"message A { int32 b = 2 [deprecated = true, jstype = JS_NORMAL]; /* c */ int32 a "
		"= 1; }",
		"// d\n" HEAD
		"import \"google/protobuf/empty.proto\"; import \"google/protobuf/any.proto\"; "
		"message A { int32 a = 1; int32 b = 2 [jstype = JS_NORMAL, deprecated = true]; }"));
}

static void what_differs_is_not_the_same(void **state)
{
	static const char text[] =
		HEAD "message A { int32 a = 1; } message B { } enum E { X = 0; Y = 1; }";

	(void)state;
	assert_true(same_structure(text, text));
	assert_false(same_structure(
		text, HEAD "message B { } message A { int32 a = 1; } enum E { X = 0; Y = 1; }"));
	assert_false(same_structure(
		text, HEAD "message A { int64 a = 1; } message B { } enum E { X = 0; Y = 1; }"));
	assert_false(same_structure(text,
		HEAD "message A { optional int32 a = 1; } message B { } enum E { X = 0; Y = 1; }"));
	assert_false(same_structure(text, HEAD "message A { int32 a = 1 [json_name = \"z\"]; } "
					       "message B { } enum E { X = 0; Y = 1; }"));
	assert_false(same_structure(
		text, HEAD "message A { int32 a = 1; } message B { } enum E { X = 0; Z = 1; }"));
	assert_false(same_structure(text, HEAD
		"message A { int32 a = 1; reserved 9; } message B { } enum E { X = 0; Y = 1; }"));
	assert_false(same_structure(
		HEAD "message A { oneof o { int32 a = 1; } }", HEAD "message A { int32 a = 1; }"));
}

static void what_is_not_known_is_like_nothing(void **state)
{
	static const char text[] = HEAD "import \"gone.proto\"; message A { gone.B b = 1; }";

	(void)state;
	assert_false(same_structure(text, text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_goes),
		cmocka_unit_test(the_package_changes),
		cmocka_unit_test(a_type_is_renamed),
		cmocka_unit_test(a_member_leaves_its_oneof),
		cmocka_unit_test(maps_and_groups_bring_no_message),
		cmocka_unit_test(what_a_registry_prints_anew_is_the_same),
		cmocka_unit_test(what_differs_is_not_the_same),
		cmocka_unit_test(what_is_not_known_is_like_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
