/*
 * The part of descriptor.proto that the compiler needs. Most inputs are tried with it, since
 * compiling all of descriptor.proto takes nine tenths of a round.
 */
#pragma once

/* clang-format off */
static const char small_descriptor[] =
	"syntax = \"proto2\"; package google.protobuf;"
	"enum Edition { EDITION_UNKNOWN = 0; EDITION_LEGACY = 900; EDITION_PROTO2 = 998; EDITION_PROTO3 = 999; EDITION_2023 = 1000; EDITION_2024 = 1001; }"
	"message FileOptions { extensions 1000 to max; optional string java_package = 1; optional bool java_multiple_files = 10;"
	" optional FeatureSet features = 50; repeated UninterpretedOption uninterpreted_option = 999; }"
	"message MessageOptions { extensions 1000 to max; optional bool message_set_wire_format = 1; optional bool deprecated = 3; optional bool map_entry = 7;"
	" optional FeatureSet features = 12; repeated UninterpretedOption uninterpreted_option = 999; }"
	"message FieldOptions { extensions 1000 to max; enum JSType { JS_NORMAL = 0; JS_STRING = 1; JS_NUMBER = 2; }"
	" enum OptionTargetType { TARGET_TYPE_UNKNOWN = 0; TARGET_TYPE_FILE = 1; TARGET_TYPE_MESSAGE = 3; TARGET_TYPE_FIELD = 4; TARGET_TYPE_ENUM = 6; }"
	" message EditionDefault { optional Edition edition = 3; optional string value = 2; }"
	" optional bool packed = 2; optional JSType jstype = 6; optional bool lazy = 5; optional bool deprecated = 3; repeated OptionTargetType targets = 19;"
	" repeated EditionDefault edition_defaults = 20; optional FeatureSet features = 21; repeated UninterpretedOption uninterpreted_option = 999; }"
	"message OneofOptions { extensions 1000 to max; optional FeatureSet features = 1; repeated UninterpretedOption uninterpreted_option = 999; }"
	"message EnumOptions { extensions 1000 to max; optional bool allow_alias = 2; optional bool deprecated = 3; optional FeatureSet features = 7;"
	" repeated UninterpretedOption uninterpreted_option = 999; }"
	"message EnumValueOptions { extensions 1000 to max; optional bool deprecated = 1; optional FeatureSet features = 2; repeated UninterpretedOption uninterpreted_option = 999; }"
	"message ServiceOptions { extensions 1000 to max; optional FeatureSet features = 34; optional bool deprecated = 33; repeated UninterpretedOption uninterpreted_option = 999; }"
	"message MethodOptions { extensions 1000 to max; optional bool deprecated = 33; optional FeatureSet features = 35; repeated UninterpretedOption uninterpreted_option = 999; }"
	"message ExtensionRangeOptions { message Declaration { optional int32 number = 1; optional string full_name = 2; optional string type = 3;"
	" optional bool reserved = 5; optional bool repeated = 6; } enum VerificationState { DECLARATION = 0; UNVERIFIED = 1; }"
	" repeated UninterpretedOption uninterpreted_option = 999; repeated Declaration declaration = 2; optional FeatureSet features = 50;"
	" optional VerificationState verification = 3; extensions 1000 to max; }"
	"message UninterpretedOption { message NamePart { required string name_part = 1; required bool is_extension = 2; } repeated NamePart name = 2; }"
	"message FeatureSet { extensions 1000 to 9994; enum FieldPresence { P = 0; EXPLICIT = 1; IMPLICIT = 2; LEGACY_REQUIRED = 3; }"
	" enum EnumType { E = 0; OPEN = 1; CLOSED = 2; } enum RepeatedFieldEncoding { R = 0; PACKED = 1; EXPANDED = 2; }"
	" enum MessageEncoding { M = 0; LENGTH_PREFIXED = 1; DELIMITED = 2; } enum JsonFormat { J = 0; ALLOW = 1; LEGACY_BEST_EFFORT = 2; }"
	" optional FieldPresence field_presence = 1; optional EnumType enum_type = 2; optional RepeatedFieldEncoding repeated_field_encoding = 3;"
	" optional MessageEncoding message_encoding = 5; optional JsonFormat json_format = 6; }";
