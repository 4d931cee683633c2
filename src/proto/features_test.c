#include "proto/compiled_test.h"

static struct message *message_at(const struct compiled *c, uint32_t i)
{
	assert_true(c->ok);
	assert_true(i < c->file->messages.n);
	return c->file->messages.items[i];
}

static const struct features *field_features(const struct message *message, uint32_t i)
{
	assert_true(i < message->fields.n);
	return message->fields.items[i]->e.features;
}

static void each_edition_has_its_defaults(void **state)
{
	struct compiled proto2 =
		compiled("syntax = \"proto2\"; message M { optional int32 a = 1; }");
	struct compiled proto3 = compiled("syntax = \"proto3\"; message M { int32 a = 1; }");
	struct compiled e2023 = compiled("edition = \"2023\"; message M { int32 a = 1; }");
	struct compiled e2024 = compiled("edition = \"2024\"; message M { int32 a = 1; }");
	struct compiled e2026 = compiled("edition = \"2026\"; message M { int32 a = 1; }");

	(void)state;
	assert_int_equal(message_at(&proto2, 0)->e.features->enum_type, ENUM_TYPE_CLOSED);
	assert_int_equal(message_at(&proto2, 0)->e.features->utf8_validation, UTF8_NONE);
	assert_int_equal(message_at(&proto3, 0)->e.features->field_presence, PRESENCE_IMPLICIT);
	assert_int_equal(message_at(&e2023, 0)->e.features->field_presence, PRESENCE_EXPLICIT);
	assert_int_equal(
		message_at(&e2023, 0)->e.features->repeated_field_encoding, ENCODING_PACKED);
	assert_int_equal(message_at(&e2023, 0)->e.features->default_symbol_visibility, EXPORT_ALL);
	assert_int_equal(
		message_at(&e2024, 0)->e.features->default_symbol_visibility, EXPORT_TOP_LEVEL);
	assert_int_equal(message_at(&e2024, 0)->e.features->cpp_string_type, CPP_VIEW);
	assert_int_equal(message_at(&e2024, 0)->e.features->enforce_proto_limits,
		LEGACY_NO_EXPLICIT_LIMITS);
	assert_int_equal(message_at(&e2026, 0)->e.features->enforce_naming_style, STYLE2026);
	assert_int_equal(message_at(&e2026, 0)->e.features->default_symbol_visibility, STRICT);
	assert_int_equal(message_at(&e2026, 0)->e.features->enforce_proto_limits, PROTO_LIMITS2026);
	assert_int_equal(message_at(&e2026, 0)->e.features->cpp_string_type, CPP_VIEW);
	compiled_free(&proto2);
	compiled_free(&proto3);
	compiled_free(&e2023);
	compiled_free(&e2024);
	compiled_free(&e2026);
}

static void words_of_proto2_are_features(void **state)
{
	struct compiled c = compiled("syntax = \"proto2\"; message M { required int32 a = 1; "
				     "repeated int32 b = 2 [packed = true];"
				     " optional group G = 3 {} optional int32 d = 4; }");
	const struct message *m = message_at(&c, 0);

	(void)state;
	assert_int_equal(field_features(m, 0)->field_presence, PRESENCE_LEGACY_REQUIRED);
	assert_int_equal(field_features(m, 1)->repeated_field_encoding, ENCODING_PACKED);
	assert_int_equal(field_features(m, 2)->message_encoding, MESSAGE_DELIMITED);
	assert_ptr_equal(field_features(m, 3), m->e.features);
	compiled_free(&c);
}

static void optional_of_proto3_is_explicit(void **state)
{
	struct compiled c = compiled("syntax = \"proto3\"; message M { optional int32 a = 1; "
				     "repeated int32 b = 2 [packed = false]; }");
	const struct message *m = message_at(&c, 0);

	(void)state;
	assert_int_equal(field_features(m, 0)->field_presence, PRESENCE_EXPLICIT);
	assert_int_equal(field_features(m, 1)->repeated_field_encoding, ENCODING_EXPANDED);
	compiled_free(&c);
}

static void element_overrides_what_it_inherits(void **state)
{
	struct compiled c = compiled(
		"edition = \"2023\"; option features.field_presence = IMPLICIT;"
		" message M { int32 a = 1; int32 b = 2 [features.field_presence = EXPLICIT];"
		" int32 c = 3 [features = { field_presence: LEGACY_REQUIRED }]; int32 d = 4; }");
	const struct message *m = message_at(&c, 0);

	(void)state;
	assert_int_equal(field_features(m, 0)->field_presence, PRESENCE_IMPLICIT);
	assert_int_equal(field_features(m, 1)->field_presence, PRESENCE_EXPLICIT);
	assert_int_equal(field_features(m, 2)->field_presence, PRESENCE_LEGACY_REQUIRED);
	assert_ptr_equal(field_features(m, 3), c.file->e.features);
	compiled_free(&c);
}

static void language_features_are_resolved(void **state)
{
	struct compiled c =
		compiled("edition = \"2023\"; import \"google/protobuf/cpp_features.proto\";"
			 " message M { string a = 1 [features.(pb.cpp).string_type = CORD]; }");

	(void)state;
	assert_int_equal(field_features(message_at(&c, 0), 0)->cpp_string_type, CPP_CORD);
	compiled_free(&c);
}

static void map_passes_its_features_to_its_entry(void **state)
{
	struct compiled c = compiled(
		"edition = \"2023\"; option features.message_encoding = DELIMITED;"
		" message M { map<string, M> a = 1 [features.utf8_validation = NONE]; M b = 2; }");
	const struct message *m = message_at(&c, 0);
	const struct message *entry = m->fields.items[0]->message;

	(void)state;
	assert_int_equal(entry->fields.items[0]->e.features->utf8_validation, UTF8_NONE);
	assert_non_null(options_find(entry->fields.items[1]->e.options, 21));
	assert_int_equal(field_kind(m->fields.items[0]), TYPE_MESSAGE);
	assert_int_equal(field_kind(entry->fields.items[1]), TYPE_MESSAGE);
	assert_int_equal(field_kind(m->fields.items[1]), TYPE_GROUP);
	compiled_free(&c);
}

static void features_are_for_editions(void **state)
{
	(void)state;
	assert_refused("syntax = \"proto3\"; option features.field_presence = EXPLICIT;",
		"features require an edition; this file uses 'proto3'");
}

static void unknown_value_of_a_feature_is_refused(void **state)
{
	(void)state;
	assert_refused(
		"edition = \"2023\"; option features.field_presence = FIELD_PRESENCE_UNKNOWN;",
		"feature 'field_presence' may not be set to 'FIELD_PRESENCE_UNKNOWN'");
}

static void feature_stays_on_its_targets_and_editions(void **state)
{
	(void)state;
	assert_refused("edition = \"2023\"; message M { option features.enum_type = OPEN; }",
		"option 'enum_type' may not be set on messages");
	assert_refused("edition = \"2023\"; option features.enforce_naming_style = STYLE2024;",
		"'enforce_naming_style' requires edition 2024; this file uses edition 2023");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_edition_has_its_defaults),
		cmocka_unit_test(words_of_proto2_are_features),
		cmocka_unit_test(optional_of_proto3_is_explicit),
		cmocka_unit_test(element_overrides_what_it_inherits),
		cmocka_unit_test(language_features_are_resolved),
		cmocka_unit_test(map_passes_its_features_to_its_entry),
		cmocka_unit_test(features_are_for_editions),
		cmocka_unit_test(unknown_value_of_a_feature_is_refused),
		cmocka_unit_test(feature_stays_on_its_targets_and_editions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
