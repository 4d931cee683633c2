#include <stdio.h>
#include "rules/checked_test.h"

#define HEAD "syntax = \"proto3\";\npackage acme.v1;\n"

static void assert_place(
	const struct checked *c, struct place place, uint32_t line, uint32_t column, uint32_t end)
{
	struct point from, to;

	place_points(place, c->sides->arena, &from, &to);
	assert_int_equal(from.line, line);
	assert_int_equal(from.column, column);
	assert_int_equal(to.column, end);
}

static void type_change_points_at_the_type_on_both_sides(void **state)
{
	struct checked c = checked("FIELD_SAME_TYPE",
		FILES("a.proto", HEAD "message Order {\n  repeated int64 amount = 4;\n}"),
		FILES("a.proto", HEAD "\nmessage Order {\n  repeated sint64 amount = 4;\n}"));
	const struct finding *f = finding_of(&c, "FIELD_SAME_TYPE", 0);

	(void)state;
	assert_text(
		&c, f->message, "field 4 'amount' of 'acme.v1.Order' changed from int64 to sint64");
	assert_text(&c, f->element, "acme.v1.Order.amount");
	assert_text(&c, f->before, "int64");
	assert_text(&c, f->after, "sint64");
	assert_true(f->has_number);
	assert_int_equal(f->number, 4);
	assert_place(&c, f->new_place, 5, 12, 18);
	assert_place(&c, f->old_place, 4, 12, 17);
	checked_free(&c);
}

static void deleted_field_points_at_the_name_of_its_message(void **state)
{
	struct checked c = checked("FIELD_NO_DELETE",
		FILES("a.proto", HEAD "message Order {\n  int32 a = 1;\n}"),
		FILES("a.proto", HEAD "message Order {}"));
	const struct finding *f = finding_of(&c, "FIELD_NO_DELETE", 0);

	(void)state;
	assert_place(&c, f->new_place, 3, 9, 14);
	assert_text(&c, f->help,
		"keep the field, marked [deprecated = true], as long as anybody uses it; then add "
		"`reserved 1;` and "
		"`reserved \"a\";`");
	assert_null(f->before.p);
	checked_free(&c);
}

static void help_names_what_is_not_reserved_yet(void **state)
{
	struct checked c = checked("FIELD_NO_DELETE",
		FILES("a.proto", HEAD "message Order { int32 a = 1; int32 b = 2; int32 c = 3; }"),
		FILES("a.proto", HEAD "message Order { reserved 1, 2; reserved \"a\", \"c\"; }"));

	(void)state;
	assert_non_null(strstr(str_cstr(c.sides->arena, finding_of(&c, "FIELD_NO_DELETE", 0)->help),
		"number and name are reserved already"));
	assert_non_null(strstr(str_cstr(c.sides->arena, finding_of(&c, "FIELD_NO_DELETE", 1)->help),
		"add `reserved \"b\";`"));
	assert_non_null(strstr(str_cstr(c.sides->arena, finding_of(&c, "FIELD_NO_DELETE", 2)->help),
		"add `reserved 3;`"));
	checked_free(&c);
}

static void number_that_changed_is_said_so(void **state)
{
	struct checked c =
		checked("FIELD_NO_DELETE", FILES("a.proto", HEAD "message Order { int32 a = 1; }"),
			FILES("a.proto", HEAD "message Order { int32 a = 2; }"));

	(void)state;
	assert_text(&c, finding_of(&c, "FIELD_NO_DELETE", 0)->message,
		"field 1 'a' of 'acme.v1.Order' changed its number to 2");
	checked_free(&c);
}

static void rename_that_keeps_its_json_name_says_so(void **state)
{
	struct checked c = checked("FIELD_SAME_NAME",
		FILES("a.proto", HEAD "message Order { int32 a = 1; }"),
		FILES("a.proto", HEAD "message Order { int32 b = 1 [json_name = \"a\"]; }"));
	const struct finding *f = finding_of(&c, "FIELD_SAME_NAME", 0);

	(void)state;
	assert_text(&c, f->message, "field 1 'a' of 'acme.v1.Order' was renamed to 'b'");
	assert_true(str_starts(f->help, S("its JSON name 'a' stays")));
	checked_free(&c);
}

static void what_was_in_a_deleted_message_follows_from_it(void **state)
{
	struct checked c = checked("FILE",
		FILES("a.proto", HEAD "message Out { message In { enum E { A = 0; } } map<int32, "
				      "int32> m = 1; }"),
		FILES("a.proto", HEAD));
	const struct finding *out = finding_of(&c, "MESSAGE_NO_DELETE", 0);

	(void)state;
	assert_int_equal(c.findings.list.n, 4);
	assert_text(&c, out->element, "acme.v1.Out");
	assert_null(out->cause);
	assert_ptr_equal(finding_of(&c, "MESSAGE_NO_DELETE", 1)->cause, out);
	assert_ptr_equal(finding_of(&c, "MESSAGE_NO_DELETE", 2)->cause, out);
	assert_ptr_equal(finding_of(&c, "ENUM_NO_DELETE", 0)->cause, out);
	checked_free(&c);
}

static void entry_message_follows_from_its_deleted_map_field(void **state)
{
	struct checked c =
		checked("FILE", FILES("a.proto", HEAD "message Order { map<int32, int32> m = 1; }"),
			FILES("a.proto", HEAD "message Order {}"));

	(void)state;
	assert_int_equal(c.findings.list.n, 2);
	assert_ptr_equal(finding_of(&c, "MESSAGE_NO_DELETE", 0)->cause,
		finding_of(&c, "FIELD_NO_DELETE", 0));
	checked_free(&c);
}

static void renamed_map_field_causes_all_the_rest(void **state)
{
	struct checked c =
		checked("FILE", FILES("a.proto", HEAD "message Order { map<int32, int32> m = 1; }"),
			FILES("a.proto", HEAD "message Order { map<int32, int32> n = 1; }"));
	const struct finding *name = finding_of(&c, "FIELD_SAME_NAME", 0);

	(void)state;
	assert_int_equal(c.findings.list.n, 4);
	assert_ptr_equal(finding_of(&c, "FIELD_SAME_JSON_NAME", 0)->cause, name);
	assert_ptr_equal(finding_of(&c, "FIELD_SAME_TYPE", 0)->cause, name);
	assert_ptr_equal(finding_of(&c, "MESSAGE_NO_DELETE", 0)->cause, name);
	checked_free(&c);
}

static void cause_needs_its_rule_to_run(void **state)
{
	struct checked c = checked("FIELD_SAME_JSON_NAME",
		FILES("a.proto", HEAD "message Order { int32 a = 1; }"),
		FILES("a.proto", HEAD "message Order { int32 b = 1; }"));

	(void)state;
	assert_null(finding_of(&c, "FIELD_SAME_JSON_NAME", 0)->cause);
	checked_free(&c);
}

static void file_that_is_gone_has_no_new_place(void **state)
{
	struct checked c =
		checked("FILE", FILES("p/a.proto", HEAD, "b.proto", HEAD), FILES("b.proto", HEAD));
	const struct finding *f = finding_of(&c, "FILE_NO_DELETE", 0);

	(void)state;
	assert_null(f->new_place.text);
	assert_null(f->new_file);
	assert_text(&c, f->old_place.text->path, "p/a.proto");
	assert_text(&c, f->element, "p/a.proto");
	checked_free(&c);
}

static void imports_are_not_reported_on(void **state)
{
	struct checked c = checked("FILE,PACKAGE",
		FILES("a.proto", HEAD "import \"google/protobuf/empty.proto\"; message M { "
				      "google.protobuf.Empty e = 1; }"),
		FILES("a.proto", HEAD "message M { reserved 1; }"));

	(void)state;
	assert_int_equal(c.findings.list.n, 1);
	assert_string_equal(c.findings.list.items[0]->rule->id, "FIELD_NO_DELETE");
	checked_free(&c);
}

static void unresolved_names_agree_by_their_last_parts(void **state)
{
	const char *old = HEAD "import \"gone.proto\"; message M { other.v1.T t = 1; v1.U u = 2; }";
	const char *new =
		HEAD "import \"gone.proto\"; message M { .other.v1.T t = 1; v2.U u = 2; }";
	struct checked c = checked("FILE", FILES("a.proto", old), FILES("a.proto", new));

	(void)state;
	assert_int_equal(c.findings.list.n, 1);
	assert_text(&c, c.findings.list.items[0]->message,
		"field 2 'u' of 'acme.v1.M' changed from v1.U to v2.U");
	checked_free(&c);
}

static void fingerprint_is_that_of_rule_element_number_and_values(void **state)
{
	/* Computed by another XXH64 over
	 * "FIELD_SAME_TYPE\0acme.v1.Order.amount\0004\0int64\0sint64\0". */
	struct finding f = {
		.rule = rule_find(S("FIELD_SAME_TYPE")),
		.element = S("acme.v1.Order.amount"),
		.has_number = true,
		.number = 4,
		.before = S("int64"),
		.after = S("sint64"),
	};
	struct arena *arena = arena_new(NULL, NULL);

	(void)state;
	assert_true(finding_fingerprint(&f, arena) == 0x3cac9686c7ba38d2u);
	f.has_number = false;
	f.before = f.after = (struct str){ NULL, 0 };
	assert_true(finding_fingerprint(&f, arena) == 0xea5d98d80ab49e3u);
	arena_free(arena);
}

static void fingerprints_of_one_check_differ(void **state)
{
	struct checked c = checked("FILE",
		FILES("a.proto",
			HEAD "message M { reserved 2, 5, 9 to 20; reserved \"x\", \"y\"; }\n"
			     "enum E { option allow_alias = true; A = 0; B = 1; C = 1; }"),
		FILES("a.proto",
			HEAD "message M { reserved 10; }\n"
			     "enum E { option allow_alias = true; A = 0; D = 1; C = 1; }"));

	(void)state;
	assert_int_equal(c.findings.list.n, 7);
	for (uint32_t i = 0; i < c.findings.list.n; i++) {
		for (uint32_t k = 0; k < i; k++)
			assert_true(c.findings.list.items[i]->fingerprint !=
				    c.findings.list.items[k]->fingerprint);
	}
	checked_free(&c);
}

static void range_that_lost_parts_names_them(void **state)
{
	struct checked c = checked("RESERVED_MESSAGE_NO_DELETE",
		FILES("a.proto", HEAD "message M { reserved 2 to 10, 100 to max; }"),
		FILES("a.proto", HEAD "message M { reserved 3 to 4, 6 to 8, 90 to max; }"));
	const struct finding *f = finding_of(&c, "RESERVED_MESSAGE_NO_DELETE", 0);

	(void)state;
	assert_int_equal(c.findings.list.n, 1);
	assert_text(&c, f->message,
		"reserved range 2 to 10 of 'acme.v1.M' no longer covers 2, 5, 9 to 10");
	assert_text(&c, f->help, "add `reserved 2, 5, 9 to 10;` again");
	checked_free(&c);
}

static void last_enum_of_a_package_is_reported_unless_its_message_is(void **state)
{
	struct checked c = checked("PACKAGE",
		FILES("a.proto",
			HEAD "message Keep {} message M { enum E { A = 0; } } enum F { B = 0; }"),
		FILES("a.proto", HEAD "message Keep {}"));

	(void)state;
	assert_int_equal(c.findings.list.n, 2);
	assert_text(&c, finding_of(&c, "PACKAGE_MESSAGE_NO_DELETE", 0)->element, "acme.v1.M");
	assert_text(&c, finding_of(&c, "PACKAGE_ENUM_NO_DELETE", 0)->element, "acme.v1.F");
	checked_free(&c);
}

/* Without the plain rule, the WIRE finding follows from the WIRE_JSON one. */
static void variant_for_the_wire_follows_from_the_wider_one(void **state)
{
	static const char *const variants[][2] = {
		{ "FIELD_WIRE_COMPATIBLE_TYPE", "FIELD_WIRE_JSON_COMPATIBLE_TYPE" },
		{ "FIELD_WIRE_COMPATIBLE_CARDINALITY", "FIELD_WIRE_JSON_COMPATIBLE_CARDINALITY" },
		{ "FIELD_NO_DELETE_UNLESS_NAME_RESERVED",
			"FIELD_NO_DELETE_UNLESS_NUMBER_RESERVED" },
		{ "ENUM_VALUE_NO_DELETE_UNLESS_NAME_RESERVED",
			"ENUM_VALUE_NO_DELETE_UNLESS_NUMBER_RESERVED" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(variants); i++) {
		char use[160];
		struct checked c;

		snprintf(use, sizeof use, "%s,%s", variants[i][0], variants[i][1]);
		c = checked(use,
			FILES("a.proto",
				HEAD "message M { int32 a = 1; int32 b = 2; int32 d = 3; }\n"
				     "enum E { Z = 0; Y = 1; }"),
			FILES("a.proto", HEAD "message M { string a = 1; repeated int32 b = 2; }\n"
					      "enum E { Z = 0; }"));
		assert_int_equal(c.findings.list.n, 2);
		assert_ptr_equal(finding_of(&c, variants[i][0], 0)->cause,
			finding_of(&c, variants[i][1], 0));
		assert_null(finding_of(&c, variants[i][1], 0)->cause);
		checked_free(&c);
	}
}

static void what_a_package_lost_follows_within_its_own_rules(void **state)
{
	struct checked c = checked("PACKAGE_MESSAGE_NO_DELETE,PACKAGE_ENUM_NO_DELETE",
		FILES("a.proto",
			HEAD "message Keep {} message M { enum E { A = 0; } } enum F { B = 0; }"),
		FILES("a.proto", HEAD "message Keep {} enum F { B = 0; }"));

	(void)state;
	assert_int_equal(c.findings.list.n, 2);
	assert_ptr_equal(finding_of(&c, "PACKAGE_ENUM_NO_DELETE", 0)->cause,
		finding_of(&c, "PACKAGE_MESSAGE_NO_DELETE", 0));
	checked_free(&c);
}

/* Unless the rule that would report it runs, too. */
static void last_of_a_package_is_reported_where_nothing_else_tells(void **state)
{
	static const char *const extended[] = { "a.proto",
		"syntax = \"proto2\"; package a; message M { extensions 1 to 9; }\n"
		"extend M { optional int32 x = 1; }",
		NULL };
	static const char *const closed[] = { "a.proto",
		"syntax = \"proto2\"; package a; message M {}", NULL };
	struct checked c = checked("PACKAGE_ENUM_NO_DELETE",
		FILES("a.proto", HEAD "message Keep {} message M { enum E { A = 0; } }"),
		FILES("a.proto", HEAD "message Keep {}"));

	(void)state;
	assert_int_equal(c.findings.list.n, 1);
	checked_free(&c);
	c = checked("PACKAGE_EXTENSION_NO_DELETE", extended, closed);
	assert_int_equal(c.findings.list.n, 1);
	checked_free(&c);
	c = checked("PACKAGE_EXTENSION_NO_DELETE,EXTENSION_MESSAGE_NO_DELETE", extended, closed);
	assert_int_equal(c.findings.list.n, 1);
	finding_of(&c, "EXTENSION_MESSAGE_NO_DELETE", 0);
	checked_free(&c);
	/* The extension range does not report it either if its message was deleted. */
	c = checked("PACKAGE_EXTENSION_NO_DELETE,EXTENSION_MESSAGE_NO_DELETE", extended,
		FILES("a.proto", "syntax = \"proto2\"; package a; message N {}"));
	assert_int_equal(c.findings.list.n, 1);
	finding_of(&c, "PACKAGE_EXTENSION_NO_DELETE", 0);
	checked_free(&c);
}

/* Checks two sides again, after a test changed them. */
static void check_again(struct checked *c, const char *id)
{
	struct selection *selection = selection_new(c->sides->arena);
	struct check_options options = {
		.arena = c->sides->arena,
		.names = c->sides->names,
		.selection = selection,
	};

	assert_true(
		selection_set(selection, str_of(id), true, RULES_V2, NOWHERE, &c->sides->diags));
	c->findings.list.n = 0;
	rules_run(&options, c->sides->diff, &c->findings);
}

/* A file that the new side only imports. */
static void what_moved_to_an_import_is_not_reported_on(void **state)
{
	struct checked c = checked("FIELD_SAME_TYPE",
		FILES("a.proto", HEAD "message M { int32 a = 1; }", "b.proto", HEAD),
		FILES("a.proto", HEAD, "b.proto", HEAD "message M { string a = 1; }"));
	struct schema *new = &c.sides->schemas[1];

	(void)state;
	assert_int_equal(c.findings.list.n, 1);
	for (uint32_t i = 0; i < new->files.n; i++)
		new->files.items[i].own &=
			!str_eq(new->files.items[i].file->text->path, S("b.proto"));
	check_again(&c, "FIELD_SAME_TYPE");
	assert_int_equal(c.findings.list.n, 0);
	checked_free(&c);
}

/* The source info of a set may have the place of a message but not of its name. */
static void message_without_a_place_of_its_name_is_pointed_at_as_a_whole(void **state)
{
	struct checked c = checked("FIELD_NO_DELETE",
		FILES("a.proto", "syntax = \"proto3\"; message M { int32 a = 1; }"),
		FILES("a.proto", "syntax = \"proto3\"; message M {}"));
	const struct message *m =
		diff_find_message(c.sides->diff, true, intern(c.sides->names, S("M")));

	(void)state;
	assert_place(&c, finding_of(&c, "FIELD_NO_DELETE", 0)->new_place, 1, 28, 29);
	m->e.file->messages.items[0]->e.name_span = (struct span){ 0, 0 };
	check_again(&c, "FIELD_NO_DELETE");
	assert_place(&c, finding_of(&c, "FIELD_NO_DELETE", 0)->new_place, 1, 20, 32);
	checked_free(&c);
}

/* A tree may have its own descriptor.proto, with anything under the number of `features`. */
static void features_that_are_no_message_have_no_features_in_them(void **state)
{
	static const char descriptor[] =
		"syntax = \"proto2\"; package google.protobuf; message FieldOptions {\n"
		"enum CType { STRING = 0; CORD = 1; } optional CType ctype = 1;\n"
		"optional int32 features = 21; }";
	struct checked c = checked("FIELD_SAME_CPP_STRING_TYPE",
		FILES("google/protobuf/descriptor.proto", descriptor, "a.proto",
			"edition = \"2023\"; import \"google/protobuf/descriptor.proto\";\n"
			"message M { string a = 1 [ctype = CORD]; }"),
		FILES("google/protobuf/descriptor.proto", descriptor, "a.proto",
			"edition = \"2023\"; import \"google/protobuf/descriptor.proto\";\n"
			"message M { string a = 1 [features = 5]; }"));

	(void)state;
	assert_place(&c, finding_of(&c, "FIELD_SAME_CPP_STRING_TYPE", 0)->new_place, 2, 27, 39);
	checked_free(&c);
}

/* A compared file may use an enum of a broken file, which has no values. */
static void default_of_an_enum_without_values_is_zero(void **state)
{
	static const char enums[] = "syntax = \"proto2\"; enum E { A = 3; }";
	struct checked c = checked("FIELD_SAME_DEFAULT",
		FILES("e.proto", enums, "a.proto",
			"syntax = \"proto2\"; import \"e.proto\"; message M { optional E e = 1; }"),
		FILES("e.proto", enums, "a.proto",
			"syntax = \"proto2\"; import \"e.proto\";\n"
			"message M { optional int32 e = 1 [default = 1]; }"));
	const struct enumeration *e =
		diff_find_enum(c.sides->diff, false, intern(c.sides->names, S("E")));

	(void)state;
	assert_text(&c, finding_of(&c, "FIELD_SAME_DEFAULT", 0)->before, "A");
	e->e.file->enums.items[0]->values.n = 0;
	e->e.file->enums.items[0]->values.items = NULL;
	check_again(&c, "FIELD_SAME_DEFAULT");
	assert_text(&c, finding_of(&c, "FIELD_SAME_DEFAULT", 0)->before, "0");
	checked_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_moved_to_an_import_is_not_reported_on),
		cmocka_unit_test(message_without_a_place_of_its_name_is_pointed_at_as_a_whole),
		cmocka_unit_test(features_that_are_no_message_have_no_features_in_them),
		cmocka_unit_test(default_of_an_enum_without_values_is_zero),
		cmocka_unit_test(variant_for_the_wire_follows_from_the_wider_one),
		cmocka_unit_test(what_a_package_lost_follows_within_its_own_rules),
		cmocka_unit_test(last_of_a_package_is_reported_where_nothing_else_tells),
		cmocka_unit_test(type_change_points_at_the_type_on_both_sides),
		cmocka_unit_test(deleted_field_points_at_the_name_of_its_message),
		cmocka_unit_test(help_names_what_is_not_reserved_yet),
		cmocka_unit_test(number_that_changed_is_said_so),
		cmocka_unit_test(rename_that_keeps_its_json_name_says_so),
		cmocka_unit_test(what_was_in_a_deleted_message_follows_from_it),
		cmocka_unit_test(entry_message_follows_from_its_deleted_map_field),
		cmocka_unit_test(renamed_map_field_causes_all_the_rest),
		cmocka_unit_test(cause_needs_its_rule_to_run),
		cmocka_unit_test(file_that_is_gone_has_no_new_place),
		cmocka_unit_test(imports_are_not_reported_on),
		cmocka_unit_test(unresolved_names_agree_by_their_last_parts),
		cmocka_unit_test(fingerprint_is_that_of_rule_element_number_and_values),
		cmocka_unit_test(fingerprints_of_one_check_differ),
		cmocka_unit_test(range_that_lost_parts_names_them),
		cmocka_unit_test(last_enum_of_a_package_is_reported_unless_its_message_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
