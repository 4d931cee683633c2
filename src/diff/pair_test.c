#include "diff/sides_test.h"

#include "base/out.h"

static const char *const none[] = { NULL };

#define HEAD "syntax = \"proto3\"; package acme.v1; "

/* All pairs, as `debug pairs` prints them. */
static const char *dump(struct sides *s)
{
	struct out *out = out_memory(s->arena);

	diff_dump(s->diff, out);
	return str_cstr(s->arena, out_text(out));
}

static const char *pairs(struct sides **s, const char *const *old, const char *const *new)
{
	*s = sides_compile(old, new);
	return dump(*s);
}

static void assert_pairs(const char *const *old, const char *const *new, const char *expected)
{
	struct sides *s;

	assert_string_equal(pairs(&s, old, new), expected);
	sides_free(s);
}

static void equal_files_are_not_looked_at(void **state)
{
	const char *const *files = FILES("a.proto", HEAD "message M { int32 a = 1; }");

	(void)state;
	assert_pairs(files, files, "");
}

static void fields_pair_by_number(void **state)
{
	(void)state;
	assert_pairs(FILES("a.proto", HEAD "message M { int32 a = 1; int32 b = 2; }"),
		FILES("a.proto", HEAD "message M { int32 z = 1; int32 c = 3; }"),
		"file\ta.proto\ta.proto\n"
		"message in file\tacme.v1.M\tacme.v1.M\n"
		"message in package\tacme.v1.M\tacme.v1.M\n"
		"message\tacme.v1.M\tacme.v1.M\n"
		"field\tacme.v1.M.a = 1\tacme.v1.M.z = 1\n"
		"field\tacme.v1.M.b = 2\t-\n"
		"field\t-\tacme.v1.M.c = 3\n");
}

static void message_that_moved_to_another_file_is_still_compared(void **state)
{
	(void)state;
	assert_pairs(FILES("a.proto", HEAD "message M {}", "b.proto", HEAD),
		FILES("a.proto", HEAD, "b.proto", HEAD "message M {}"),
		"file\ta.proto\ta.proto\n"
		"message in file\tacme.v1.M\t-\n"
		"message in package\tacme.v1.M\tacme.v1.M\n"
		"message\tacme.v1.M\tacme.v1.M\n"
		"file\tb.proto\tb.proto\n");
}

static void aliases_are_one_pair(void **state)
{
	(void)state;
	assert_pairs(
		FILES("a.proto", HEAD "enum E { option allow_alias = true; A = 0; B = 0; C = 1; }"),
		FILES("a.proto", HEAD "enum E { B = 0; }"),
		"file\ta.proto\ta.proto\n"
		"enum in file\tacme.v1.E\tacme.v1.E\n"
		"enum in package\tacme.v1.E\tacme.v1.E\n"
		"enum\tacme.v1.E\tacme.v1.E\n"
		"enum value\tacme.v1.A = 0\tacme.v1.B = 0\n"
		"enum value\tacme.v1.C = 1\t-\n");
}

static void package_that_is_renamed_in_place_pairs_names_in_the_file_only(void **state)
{
	(void)state;
	assert_pairs(FILES("a.proto", HEAD "message M { int32 a = 1; }"),
		FILES("a.proto",
			"syntax = \"proto3\"; package acme.v2; message M { int32 a = 1; }"),
		"file\ta.proto\ta.proto\n"
		"message in file\tacme.v1.M\tacme.v2.M\n"
		"package\tacme.v1\t-\n");
}

static void root_that_moved_as_a_whole_deletes_nothing(void **state)
{
	(void)state;
	assert_pairs(FILES("proto/a.proto", HEAD "import \"b.proto\"; message M { N n = 1; }",
			     "proto/b.proto", HEAD "message N {}"),
		FILES("api/proto/a.proto", HEAD "import \"b.proto\"; message M { N n = 1; }",
			"api/proto/b.proto", HEAD "message N { int32 a = 1; }"),
		"file\tproto/a.proto\tapi/proto/a.proto\n"
		"message in file\tacme.v1.M\tacme.v1.M\n"
		"message in package\tacme.v1.M\tacme.v1.M\n"
		"message\tacme.v1.M\tacme.v1.M\n"
		"field\tacme.v1.M.n = 1\tacme.v1.M.n = 1\n"
		"file\tproto/b.proto\tapi/proto/b.proto\n"
		"message in file\tacme.v1.N\tacme.v1.N\n"
		"message in package\tacme.v1.N\tacme.v1.N\n"
		"message\tacme.v1.N\tacme.v1.N\n"
		"field\t-\tacme.v1.N.a = 1\n");
}

static void name_in_two_files_pairs_with_its_own(void **state)
{
	(void)state;
	assert_pairs(FILES("a/m.proto", HEAD "message M { int32 a = 1; }", "b/m.proto",
			     HEAD "message M { int32 b = 1; }"),
		FILES("a/m.proto", HEAD "message M { int32 x = 1; }", "b/m.proto",
			HEAD "message M { int32 y = 1; }"),
		"file\ta/m.proto\ta/m.proto\n"
		"message in file\tacme.v1.M\tacme.v1.M\n"
		"message in package\tacme.v1.M\tacme.v1.M\n"
		"message\tacme.v1.M\tacme.v1.M\n"
		"field\tacme.v1.M.a = 1\tacme.v1.M.x = 1\n"
		"file\tb/m.proto\tb/m.proto\n"
		"message in file\tacme.v1.M\tacme.v1.M\n"
		"message in package\tacme.v1.M\tacme.v1.M\n"
		"message\tacme.v1.M\tacme.v1.M\n"
		"field\tacme.v1.M.b = 1\tacme.v1.M.y = 1\n");
}

static void copy_that_is_deleted_takes_no_partner_from_the_other(void **state)
{
	struct sides *s;
	const char *text = pairs(&s,
		FILES("a/m.proto", HEAD "message M { int32 a = 1; }", "b/m.proto",
			HEAD "message M { int32 b = 1; }"),
		FILES("a/m.proto", HEAD "message M { int32 x = 1; }"));

	(void)state;
	assert_non_null(strstr(text, "file\tb/m.proto\t-\n"));
	assert_null(strstr(text, "acme.v1.M.b"));
	sides_free(s);
}

static void extensions_pair_by_extendee_and_number(void **state)
{
	struct sides *s;
	const char *text = pairs(&s,
		FILES("a.proto", "syntax = \"proto2\"; message M { extensions 1 to 9; } extend M { "
				 "optional int32 e = 1; }"),
		FILES("a.proto", "syntax = \"proto2\"; message M { extensions 1 to 9; } "
				 "message Scope { extend M { optional int32 f = 1; } }"));

	(void)state;
	assert_non_null(strstr(text, "field\te = 1\tScope.f = 1\n"));
	assert_non_null(strstr(text, "extension in file\te\t-\n"));
	sides_free(s);
}

/* The side has a contract, before all others, that was not compiled. */
static void list_first(struct sides *s, int side, struct str path)
{
	struct str last = path;

	for (uint32_t i = 0; i < s->schemas[side].paths.n; i++) {
		struct str moved = s->schemas[side].paths.items[i];

		s->schemas[side].paths.items[i] = last;
		last = moved;
	}
	*vec_push(s->arena, &s->schemas[side].paths) = last;
}

static void contract_that_was_not_compiled_is_not_deleted(void **state)
{
	struct sides *s =
		sides_compile(FILES("a.proto", HEAD "message M {}", "c.proto", HEAD "message N {}"),
			FILES("b.proto", HEAD));

	(void)state;
	list_first(s, 1, S("a.proto"));
	*vec_push(s->arena, &s->schemas[1].paths) = S("c.proto");
	s->diff = diff_new(s->arena, s->names, &s->schemas[0], &s->schemas[1]);
	assert_string_equal(dump(s), "file\t-\tb.proto\n");
	sides_free(s);
}

static void outline_of_a_package_keeps_it_alive(void **state)
{
	struct sides *s = sides_compile(FILES("a.proto", HEAD "message M {}"), none);
	struct schema_package *package = vec_push(s->arena, &s->schemas[1].packages);
	struct str v1 = intern(s->names, S("acme.v1")), v2 = intern(s->names, S("acme.v2"));

	(void)state;
	assert_false(diff_has_package(s->diff, true, v1));
	*package = (struct schema_package){ .name = v1, .has_enum = true };
	s->diff = diff_new(s->arena, s->names, &s->schemas[0], &s->schemas[1]);
	assert_true(diff_has_package(s->diff, true, v1));
	assert_true(diff_package_declares(s->diff, true, v1, ELEMENT_ENUM));
	assert_false(diff_package_declares(s->diff, true, v1, ELEMENT_MESSAGE));
	assert_false(diff_package_declares(s->diff, true, v2, ELEMENT_ENUM));
	sides_free(s);
}

/* The file of a side under a path. */
static struct schema_file *file_at(struct sides *s, int side, const char *path)
{
	for (uint32_t i = 0; i < s->schemas[side].files.n; i++) {
		struct schema_file *entry = &s->schemas[side].files.items[i];

		if (str_eq(entry->file->text->path, str_of(path)))
			return entry;
	}
	fail_msg("no file %s", path);
	return NULL;
}

static void imports_are_not_own(void **state)
{
	struct sides *s =
		sides_compile(FILES("a.proto", HEAD "import \"google/protobuf/empty.proto\"; "
						    "message M { google.protobuf.Empty e = 1; }"),
			none);
	const struct message *empty =
		diff_find_message(s->diff, false, intern(s->names, S("google.protobuf.Empty")));

	(void)state;
	assert_non_null(empty);
	assert_false(diff_is_own(s->diff, false, empty->e.file));
	assert_true(diff_is_own(s->diff, false,
		diff_find_message(s->diff, false, intern(s->names, S("acme.v1.M")))->e.file));
	sides_free(s);
}

#define EXTENSIBLE \
	"syntax = \"proto2\"; message M { extensions 1 to 9; } message N { extensions 1 to 9; } "
#define EXTENDS(name, number)                                                                   \
	"syntax = \"proto2\"; import \"m.proto\"; extend M { optional int32 " name " = " number \
	"; }"

/* Two files that nobody imports together may extend a message by one number. */
static void extension_pairs_with_that_of_its_own_file(void **state)
{
	struct sides *s;
	const char *text = pairs(&s,
		FILES("m.proto", EXTENSIBLE, "b.proto", EXTENDS("e", "1"), "c.proto",
			EXTENDS("f", "1")),
		FILES("m.proto", EXTENSIBLE, "b.proto", EXTENDS("e2", "1"), "c.proto",
			EXTENDS("f2", "1")));

	(void)state;
	assert_non_null(strstr(text, "field\te = 1\te2 = 1\n"));
	assert_non_null(strstr(text, "field\tf = 1\tf2 = 1\n"));
	sides_free(s);
}

static void extension_that_changed_its_number_is_another_one(void **state)
{
	struct sides *s;
	const char *text =
		pairs(&s, FILES("m.proto", EXTENSIBLE "extend M { optional int32 e = 1; }"),
			FILES("m.proto", EXTENSIBLE
				"extend M { optional int32 e = 2; optional int32 g = 1; }"));

	(void)state;
	assert_non_null(strstr(text, "field\te = 1\tg = 1\n"));
	sides_free(s);
	text = pairs(&s, FILES("m.proto", EXTENSIBLE "extend M { optional int32 e = 1; }"),
		FILES("m.proto", EXTENSIBLE
			"extend N { optional int32 e = 1; } extend M { optional int32 h = 1; }"));
	assert_non_null(strstr(text, "field\te = 1\th = 1\n"));
	sides_free(s);
}

static void unknown_extendee_is_its_name_as_written(void **state)
{
	struct sides *s;
	const char *text = pairs(&s,
		FILES("a.proto", "syntax = \"proto2\"; import \"gone.proto\"; "
				 "extend gone.M { optional int32 e = 1; }"),
		FILES("a.proto", "syntax = \"proto2\"; import \"gone.proto\"; "
				 "extend .gone.M { optional int32 f = 1; }"));

	(void)state;
	assert_non_null(strstr(text, "field\te = 1\tf = 1\n"));
	sides_free(s);
}

static void first_import_changes_import_paths_and_deletes_nothing(void **state)
{
	struct sides *s;
	const char *text = pairs(&s, FILES("x/a.proto", HEAD "message M { int32 a = 1; }"),
		FILES("x/a.proto", HEAD "message M { int32 b = 1; }", "x/b.proto",
			HEAD "import \"a.proto\"; message N { M m = 1; }"));

	(void)state;
	assert_non_null(strstr(text, "field\tacme.v1.M.a = 1\tacme.v1.M.b = 1\n"));
	assert_null(strstr(text, "\t-\n"));
	sides_free(s);
}

/* Its path may be that of another file's import path: the path counts first. */
static void same_path_comes_before_the_same_import_path(void **state)
{
	struct sides *s;
	const char *text = pairs(&s,
		FILES("a.proto", HEAD "message M {}", "x/b.proto",
			"syntax = \"proto3\"; package b;"),
		FILES("x/a.proto", HEAD "message M { int32 a = 1; }", "x/b.proto",
			"syntax = \"proto3\"; package b; import \"a.proto\";"));

	(void)state;
	assert_non_null(strstr(text, "message\tacme.v1.M\tacme.v1.M\n"));
	assert_null(strstr(text, "\t-\n"));
	sides_free(s);
}

static void package_of_a_contract_that_was_not_compiled_lives(void **state)
{
	struct sides *s = sides_compile(
		FILES("a.proto", HEAD "message M {}"), FILES("b.proto", "syntax = \"proto3\";"));

	(void)state;
	list_first(s, 1, S("a.proto"));
	*vec_push(s->arena, &s->schemas[0].paths) = S("b.proto");
	s->diff = diff_new(s->arena, s->names, &s->schemas[0], &s->schemas[1]);
	assert_string_equal(dump(s), "");
	sides_free(s);
}

static void imports_neither_come_nor_go(void **state)
{
	static const char import[] = HEAD "import \"google/protobuf/empty.proto\"; "
					  "message M { google.protobuf.Empty e = 1; }";
	struct sides *s;
	const char *text = pairs(&s, FILES("a.proto", import), FILES("a.proto", HEAD));

	(void)state;
	assert_null(strstr(text, "google"));
	sides_free(s);
	text = pairs(&s, FILES("a.proto", HEAD), FILES("a.proto", import));
	assert_null(strstr(text, "google"));
	sides_free(s);
}

/* What only an import brings has no deletions of its own, nor has its package. */
static void file_that_is_only_imported_is_not_looked_at(void **state)
{
	struct sides *s = sides_compile(FILES("a.proto", HEAD "import \"b.proto\"; message M {}",
						"b.proto", "syntax = \"proto3\"; package b;"),
		FILES("a.proto", HEAD "message M {}"));

	(void)state;
	file_at(s, 0, "b.proto")->own = false;
	assert_string_equal(dump(s), "file\ta.proto\ta.proto\n"
				     "message in file\tacme.v1.M\tacme.v1.M\n"
				     "message in package\tacme.v1.M\tacme.v1.M\n"
				     "message\tacme.v1.M\tacme.v1.M\n");
	sides_free(s);
}

/* Nobody knows what a broken file says, on either side; that it is gone is known all the same. */
static void broken_files_are_not_compared(void **state)
{
	const char *const *old = FILES(
				  "a.proto", HEAD "message M {}", "b.proto", HEAD "message N {}"),
			  *const *new = FILES("a.proto", HEAD "message M { int32 a = 1; }",
				  "b.proto", HEAD "message N { int32 a = 1; }");
	struct sides *s;

	(void)state;
	for (int side = 0; side < 2; side++) {
		s = sides_compile(old, new);
		file_at(s, side, "a.proto")->file->is_broken = true;
		assert_string_equal(dump(s), "file\tb.proto\tb.proto\n"
					     "message in file\tacme.v1.N\tacme.v1.N\n"
					     "message in package\tacme.v1.N\tacme.v1.N\n"
					     "message\tacme.v1.N\tacme.v1.N\n"
					     "field\t-\tacme.v1.N.a = 1\n");
		sides_free(s);
	}
	s = sides_compile(
		FILES("a.proto", HEAD "message M {}", "b.proto", HEAD), FILES("b.proto", HEAD));
	file_at(s, 0, "a.proto")->file->is_broken = true;
	assert_string_equal(dump(s), "file\ta.proto\t-\n");
	sides_free(s);
}

static void message_that_moved_to_a_broken_file_is_not_compared(void **state)
{
	struct sides *s = sides_compile(FILES("a.proto", HEAD "message M {}", "b.proto", HEAD),
		FILES("a.proto", HEAD, "b.proto", HEAD "message M {}"));

	(void)state;
	file_at(s, 1, "b.proto")->file->is_broken = true;
	assert_string_equal(dump(s), "file\ta.proto\ta.proto\n"
				     "message in file\tacme.v1.M\t-\n"
				     "message in package\tacme.v1.M\tacme.v1.M\n");
	sides_free(s);
}

/* Pairs two sides anew, all of whose files are imported as one path, each from a root of its own.
 */
static const char *pairs_of_one_import_path(
	struct sides **s, const char *const *old, const char *const *new)
{
	*s = sides_compile(old, new);
	for (int side = 0; side < 2; side++) {
		for (uint32_t i = 0; i < (*s)->schemas[side].files.n; i++)
			(*s)->schemas[side].files.items[i].file->import_path =
				intern((*s)->names, S("m.proto"));
	}
	(*s)->diff = diff_new((*s)->arena, (*s)->names, &(*s)->schemas[0], &(*s)->schemas[1]);
	return dump(*s);
}

/* A file that is paired by its path is nobody else's; what is left has one partner each. */
static void import_path_pairs_what_the_path_left_over(void **state)
{
	struct sides *s;
	const char *text = pairs_of_one_import_path(&s,
		FILES("a/m.proto", HEAD, "x/m.proto", HEAD "message X {}", "y/m.proto",
			HEAD "message Y {}"),
		FILES("a/m.proto", HEAD "message A {}", "b/m.proto",
			HEAD "message X { int32 a = 1; }"));

	(void)state;
	assert_string_equal(text, "file\ta/m.proto\ta/m.proto\n"
				  "file\tx/m.proto\tb/m.proto\n"
				  "message in file\tacme.v1.X\tacme.v1.X\n"
				  "message in package\tacme.v1.X\tacme.v1.X\n"
				  "message\tacme.v1.X\tacme.v1.X\n"
				  "field\t-\tacme.v1.X.a = 1\n"
				  "file\ty/m.proto\t-\n"
				  "message in package\tacme.v1.Y\t-\n");
	sides_free(s);
	text = pairs_of_one_import_path(
		&s, FILES("x/m.proto", HEAD), FILES("b/m.proto", HEAD, "c/m.proto", HEAD));
	assert_string_equal(text, "file\tx/m.proto\tb/m.proto\nfile\t-\tc/m.proto\n");
	sides_free(s);
}

/* Nor is it there because another package has the same full name. */
static void name_that_went_to_another_package_is_gone_from_its_own(void **state)
{
	struct sides *s;
	const char *text = pairs(&s,
		FILES("a.proto", "syntax = \"proto3\"; package a; message b { message M {} }",
			"k.proto", "syntax = \"proto3\"; package a;"),
		FILES("a.proto", "syntax = \"proto3\"; package a.b; message M {}", "k.proto",
			"syntax = \"proto3\"; package a;"));

	(void)state;
	assert_non_null(strstr(text, "message in package\ta.b.M\t-\n"));
	sides_free(s);
	text = pairs(&s, FILES("a.proto", HEAD "message M {}", "k.proto", HEAD),
		FILES("a.proto", "syntax = \"proto3\"; package acme.v2; message M {}", "k.proto",
			HEAD));
	assert_non_null(strstr(text, "message in file\tacme.v1.M\tacme.v2.M\n"));
	assert_non_null(strstr(text, "message in package\tacme.v1.M\t-\n"));
	sides_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(file_that_is_only_imported_is_not_looked_at),
		cmocka_unit_test(broken_files_are_not_compared),
		cmocka_unit_test(message_that_moved_to_a_broken_file_is_not_compared),
		cmocka_unit_test(import_path_pairs_what_the_path_left_over),
		cmocka_unit_test(name_that_went_to_another_package_is_gone_from_its_own),
		cmocka_unit_test(extension_pairs_with_that_of_its_own_file),
		cmocka_unit_test(extension_that_changed_its_number_is_another_one),
		cmocka_unit_test(unknown_extendee_is_its_name_as_written),
		cmocka_unit_test(first_import_changes_import_paths_and_deletes_nothing),
		cmocka_unit_test(same_path_comes_before_the_same_import_path),
		cmocka_unit_test(package_of_a_contract_that_was_not_compiled_lives),
		cmocka_unit_test(imports_neither_come_nor_go),
		cmocka_unit_test(equal_files_are_not_looked_at),
		cmocka_unit_test(fields_pair_by_number),
		cmocka_unit_test(message_that_moved_to_another_file_is_still_compared),
		cmocka_unit_test(aliases_are_one_pair),
		cmocka_unit_test(package_that_is_renamed_in_place_pairs_names_in_the_file_only),
		cmocka_unit_test(root_that_moved_as_a_whole_deletes_nothing),
		cmocka_unit_test(name_in_two_files_pairs_with_its_own),
		cmocka_unit_test(copy_that_is_deleted_takes_no_partner_from_the_other),
		cmocka_unit_test(extensions_pair_by_extendee_and_number),
		cmocka_unit_test(contract_that_was_not_compiled_is_not_deleted),
		cmocka_unit_test(outline_of_a_package_keeps_it_alive),
		cmocka_unit_test(imports_are_not_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
