/* Options and features of fields: jstype, UTF-8 validation, the C++ string type. */
#include "rules/finding.h"

/* numbers in descriptor.proto, cpp_features.proto and java_features.proto */
enum {
	FIELD_OPTION_CTYPE = 1,
	FIELD_OPTION_JSTYPE = 6,
	FILE_OPTION_JAVA_STRING_CHECK_UTF8 = 27,
};

static bool is_64_bit(const struct field *field)
{
	switch (field->type) {
	case TYPE_INT64:
	case TYPE_UINT64:
	case TYPE_SINT64:
	case TYPE_FIXED64:
	case TYPE_SFIXED64:
		return true;
	default:
		return false;
	}
}

static struct str jstype_name(int64_t jstype)
{
	switch (jstype) {
	case 1:
		return S("JS_STRING");
	case 2:
		return S("JS_NUMBER");
	default:
		return S("JS_NORMAL");
	}
}

static void field_same_jstype(struct check *c, const struct rule *rule, const struct pair *pair)
{
	const struct field *old = pair->old.field, *new = pair->new.field;
	int64_t was, is;
	struct fact fact;

	if (!old || !new || !is_64_bit(old) || !is_64_bit(new))
		return;
	was = options_int(old->e.options, FIELD_OPTION_JSTYPE, 0);
	is = options_int(new->e.options, FIELD_OPTION_JSTYPE, 0);
	if (was == is)
		return;
	fact = (struct fact){
		.old = spot_option(&old->e, options_find(old->e.options, FIELD_OPTION_JSTYPE)),
		.new = spot_option(&new->e, options_find(new->e.options, FIELD_OPTION_JSTYPE)),
		.subject = &old->e,
		.before = jstype_name(was),
		.after = jstype_name(is),
	};
	fact.help = str_printf(c->arena,
		"keep [jstype = " STR "]: it is the field's type in JavaScript and TypeScript",
		ARG(fact.before));
	finding_add(c, rule, pair, &fact, STR " changed its jstype from " STR " to " STR,
		ARG(field_words(c, old)), ARG(fact.before), ARG(fact.after));
}

static struct str utf8_name(bool verify)
{
	return verify ? S("VERIFY") : S("NONE");
}

static bool verifies(const struct field *field)
{
	return field->e.features->utf8_validation == UTF8_VERIFY;
}

static struct str utf8_help(const struct check *c, const struct field *new, bool was)
{
	if (new->e.file->edition < EDITION_2023)
		return was ? S("proto2 does not check that strings are UTF-8; proto3 and editions "
			       "do: stay with them")
			   : S("proto3 refuses strings that are not UTF-8: make sure that no "
			       "stored data has any, or use `bytes`");
	return str_printf(c->arena,
		"write features.utf8_validation = " STR " on the field or for its file",
		ARG(utf8_name(was)));
}

static void field_same_utf8_validation(
	struct check *c, const struct rule *rule, const struct pair *pair)
{
	const struct field *old = pair->old.field, *new = pair->new.field;
	bool was, is;
	struct fact fact;

	if (!old || !new || old->type != TYPE_STRING || new->type != TYPE_STRING)
		return;
	was = verifies(old);
	is = verifies(new);
	if (was == is)
		return;
	fact = (struct fact){
		.old = spot_feature(&old->e, 0, FEATURE_UTF8_VALIDATION),
		.new = spot_feature(&new->e, 0, FEATURE_UTF8_VALIDATION),
		.subject = &old->e,
		.before = utf8_name(was),
		.after = utf8_name(is),
		.help = utf8_help(c, new, was),
	};
	finding_add(c, rule, pair, &fact, STR " changed its UTF-8 validation from " STR " to " STR,
		ARG(field_words(c, old)), ARG(fact.before), ARG(fact.after));
}

/* The side that verifies refuses. */
static unsigned utf8_breaks(const struct question *q)
{
	return verifies(q->pair->new.field) ? WIRE_BACKWARD : WIRE_FORWARD;
}

static const struct option *java_check_option(const struct field *field)
{
	return options_find(field->e.file->e.options, FILE_OPTION_JAVA_STRING_CHECK_UTF8);
}

/* Does Java's generated code check the field? As buf does, measured (doc/rules.md, Values). */
static bool java_verifies(const struct field *field)
{
	/* The option is for proto2 and proto3, the feature for editions. */
	return options_bool(field->e.file->e.options, FILE_OPTION_JAVA_STRING_CHECK_UTF8, false) ||
	       field->e.features->java_utf8_validation == JAVA_UTF8_VERIFY || verifies(field);
}

static struct spot java_spot(const struct field *field)
{
	const struct option *option = java_check_option(field);

	if (option)
		return (struct spot){ field->e.file, option->span, option->span };
	return spot_feature(&field->e, FEATURE_JAVA, JAVA_FEATURE_UTF8_VALIDATION);
}

static void field_same_java_utf8_validation(
	struct check *c, const struct rule *rule, const struct pair *pair)
{
	const struct field *old = pair->old.field, *new = pair->new.field;
	struct finding *f;
	bool was, is;
	struct fact fact;

	if (!old || !new || old->type != TYPE_STRING || new->type != TYPE_STRING)
		return;
	was = java_verifies(old);
	is = java_verifies(new);
	if (was == is)
		return;
	fact = (struct fact){
		.old = java_spot(old),
		.new = java_spot(new),
		.subject = &old->e,
		.before = utf8_name(was),
		.after = utf8_name(is),
	};
	if (new->e.file->edition < EDITION_2023)
		fact.help = was ? S("set `option java_string_check_utf8 = true;`")
				: S("leave java_string_check_utf8 out, or use `bytes` for what is "
				    "not text");
	else
		fact.help = was ? S("set features.(pb.java).utf8_validation = VERIFY")
				: S("leave features.(pb.java).utf8_validation at DEFAULT");
	f = finding_add(c, rule, pair, &fact,
		STR " changed its UTF-8 validation in Java from " STR " to " STR,
		ARG(field_words(c, old)), ARG(fact.before), ARG(fact.after));
	finding_follows(c, f, &old->e, ROW_FIELD_SAME_UTF8_VALIDATION);
}

static unsigned java_utf8_breaks(const struct question *q)
{
	return java_verifies(q->pair->new.field) ? WIRE_BACKWARD : WIRE_FORWARD;
}

enum cpp_type { CPP_TYPE_STRING, CPP_TYPE_CORD, CPP_TYPE_PIECE, CPP_TYPE_VIEW };

/* with the numbers of FieldOptions.CType */
static enum cpp_type cpp_type(const struct field *field)
{
	const struct option *ctype = options_find(field->e.options, FIELD_OPTION_CTYPE);

	if (ctype) { /* removed in edition 2024 */
		int64_t value = options_int(field->e.options, FIELD_OPTION_CTYPE, 0);

		return value == 1 ? CPP_TYPE_CORD : value == 2 ? CPP_TYPE_PIECE : CPP_TYPE_STRING;
	}
	switch (field->e.features->cpp_string_type) {
	case CPP_VIEW:
		return CPP_TYPE_VIEW;
	case CPP_CORD:
		return CPP_TYPE_CORD;
	default:
		return CPP_TYPE_STRING;
	}
}

static struct str cpp_type_name(enum cpp_type type)
{
	switch (type) {
	case CPP_TYPE_STRING:
		return S("STRING");
	case CPP_TYPE_CORD:
		return S("CORD");
	case CPP_TYPE_PIECE:
		return S("STRING_PIECE");
	case CPP_TYPE_VIEW:
		return S("VIEW");
	}
	return S("STRING");
}

static struct spot cpp_spot(const struct field *field)
{
	const struct option *ctype = options_find(field->e.options, FIELD_OPTION_CTYPE);

	return ctype ? spot_option(&field->e, ctype)
		     : spot_feature(&field->e, FEATURE_CPP, CPP_FEATURE_STRING_TYPE);
}

static bool is_text(const struct field *field)
{
	return field->type == TYPE_STRING || field->type == TYPE_BYTES;
}

static void field_same_cpp_string_type(
	struct check *c, const struct rule *rule, const struct pair *pair)
{
	const struct field *old = pair->old.field, *new = pair->new.field;
	enum cpp_type was, is;
	struct fact fact;

	if (!old || !new || !is_text(old) || !is_text(new) || (field_map(old) && field_map(new)))
		return;
	was = cpp_type(old);
	is = cpp_type(new);
	/* Open-source C++ always implemented STRING_PIECE as a string. */
	if (was == is || (was == CPP_TYPE_PIECE && is == CPP_TYPE_STRING))
		return;
	fact = (struct fact){
		.old = cpp_spot(old),
		.new = cpp_spot(new),
		.subject = &old->e,
		.before = cpp_type_name(was),
		.after = cpp_type_name(is),
	};
	if (options_find(old->e.options, FIELD_OPTION_CTYPE) && new->e.file->edition < EDITION_2024)
		fact.help = str_printf(c->arena, "keep [ctype = " STR "]", ARG(fact.before));
	else if (new->e.file->edition >= EDITION_2023 && was != CPP_TYPE_PIECE)
		fact.help = str_printf(
			c->arena, "set features.(pb.cpp).string_type = " STR, ARG(fact.before));
	else
		fact.help = S("leave ctype out");
	finding_add(c, rule, pair, &fact, STR " changed its C++ string type from " STR " to " STR,
		ARG(field_words(c, old)), ARG(fact.before), ARG(fact.after));
}

const struct rule rule_FIELD_SAME_JSTYPE = {
	.id = "FIELD_SAME_JSTYPE",
	.categories = CAT_FILE | CAT_PACKAGE,
	.breaks = SOURCE_CODE,
	.on = PAIR_FIELD,
	.check = field_same_jstype,
	.purpose = "64-bit integer fields keep their jstype",
	.compares = "The option jstype of a field that is a 64-bit integer on both sides; absent "
		    "is JS_NORMAL.",
	.hurts = "JavaScript and TypeScript code gets a string where it had a number or a bigint, "
		 "or the reverse. The wire format and JSON do not change.",
	.before = "message Order {\n  int64 id = 1;\n}",
	.after = "message Order {\n  int64 id = 1 [jstype = JS_STRING];\n}",
	.safely = "Keep the option. Add a new field with the other jstype if callers need it.",
};

const struct rule rule_FIELD_SAME_UTF8_VALIDATION = {
	.id = "FIELD_SAME_UTF8_VALIDATION",
	.categories = CAT_FILE | CAT_PACKAGE,
	.breaks = WIRE_BACKWARD | WIRE_FORWARD,
	.narrow = utf8_breaks,
	.on = PAIR_FIELD,
	.check = field_same_utf8_validation,
	.purpose = "string fields keep their UTF-8 validation",
	.compares = "The feature utf8_validation of a field that is a string on both sides, "
		    "resolved through file and message. proto2 is NONE, proto3 VERIFY.",
	.hurts = "From NONE to VERIFY new readers refuse old messages that hold anything other "
		 "than UTF-8, as a whole. From VERIFY to NONE new writers can send what old "
		 "readers refuse.",
	.before = "edition = \"2023\";\npackage acme.v1;\nmessage Order {\n  string note = 1 "
		  "[features.utf8_validation = NONE];\n}",
	.after = "edition = \"2023\";\npackage acme.v1;\nmessage Order {\n  string note = 1;\n}",
	.safely = "Set features.utf8_validation to what it was, on the field or for the file. To "
		  "tighten it, make writers send UTF-8 only, wait until older data is gone, then "
		  "validate.",
};

const struct rule rule_FIELD_SAME_JAVA_UTF8_VALIDATION = {
	.id = "FIELD_SAME_JAVA_UTF8_VALIDATION",
	.categories = CAT_FILE | CAT_PACKAGE,
	.breaks = WIRE_BACKWARD | WIRE_FORWARD,
	.narrow = java_utf8_breaks,
	.on = PAIR_FIELD,
	.check = field_same_java_utf8_validation,
	.purpose = "string fields keep their UTF-8 validation in Java",
	.compares = "Whether Java's generated code checks a field that is a string on both sides: "
		    "the file option java_string_check_utf8 in proto2 and proto3, "
		    "features.(pb.java).utf8_validation in editions, and where neither is set the "
		    "feature utf8_validation.",
	.hurts = "Java readers begin to refuse old messages that hold anything other than UTF-8, "
		 "or new writers can send what old Java readers refuse.",
	.before = "syntax = \"proto2\";\npackage acme.v1;\nmessage Order {\n  optional string note "
		  "= 1;\n}",
	.after = "syntax = \"proto2\";\npackage acme.v1;\noption java_string_check_utf8 = "
		 "true;\nmessage Order {\n  optional string note = 1;\n}",
	.safely = "Leave the option or feature as it was. To tighten it, make writers send UTF-8 "
		  "only, wait until older data is gone, then validate.",
};

const struct rule rule_FIELD_SAME_CPP_STRING_TYPE = {
	.id = "FIELD_SAME_CPP_STRING_TYPE",
	.categories = CAT_FILE | CAT_PACKAGE,
	.breaks = SOURCE_CODE,
	.on = PAIR_FIELD,
	.check = field_same_cpp_string_type,
	.purpose = "string and bytes fields keep their type in C++",
	.compares = "The C++ type of a field that is a string or bytes on both sides: ctype where "
		    "it is written (before edition 2024), else features.(pb.cpp).string_type. From "
		    "STRING_PIECE to STRING is no change. Keys and values of maps are left out.",
	.hurts = "C++ code that uses the field gets another type and no longer builds. Data does "
		 "not change.",
	.before = "message Order {\n  string note = 1;\n}",
	.after = "message Order {\n  string note = 1 [ctype = CORD];\n}",
	.safely = "Leave the option or feature as it was, or change it together with all C++ code "
		  "that uses the field.",
};
