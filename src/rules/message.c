/* Messages on both sides: JSON format, descriptor accessor, required fields, oneofs. */
#include "rules/lookup.h"

enum {
	MESSAGE_OPTION_NO_STANDARD_DESCRIPTOR_ACCESSOR = 2,
};

/* For messages and enums. */
static void same_json_format(struct check *c, const struct rule *rule, const struct pair *pair)
{
	const struct element *old = pair->old.element, *new = pair->new.element;
	struct fact fact;

	if (old->features->json_format == new->features->json_format ||
		new->features->json_format != JSON_LEGACY_BEST_EFFORT)
		return;
	fact = (struct fact){
		.old = spot_feature(old, 0, FEATURE_JSON_FORMAT),
		.new = spot_feature(new, 0, FEATURE_JSON_FORMAT),
		.subject = old,
		.before = S("ALLOW"),
		.after = S("LEGACY_BEST_EFFORT"),
	};
	if (new->file->edition < EDITION_2023)
		fact.help = S("proto2 promises no JSON: stay with proto3, or move to an edition, "
			      "where it is allowed");
	else
		fact.help = S("leave features.json_format at ALLOW");
	finding_add(c, rule, pair, &fact,
		"%s '" STR "' changed its JSON format from ALLOW to LEGACY_BEST_EFFORT",
		old->kind == ELEMENT_ENUM ? "enum" : "message", ARG(full_name(c, old)));
}

static void message_no_remove_accessor(
	struct check *c, const struct rule *rule, const struct pair *pair)
{
	const struct message *old = pair->old.message, *new = pair->new.message;
	const int32_t number = MESSAGE_OPTION_NO_STANDARD_DESCRIPTOR_ACCESSOR;
	struct fact fact;

	if (options_bool(old->e.options, number, false) ||
		!options_bool(new->e.options, number, false))
		return;
	fact = (struct fact){
		.old = spot_option(&old->e, options_find(old->e.options, number)),
		.new = spot_option(&new->e, options_find(new->e.options, number)),
		.subject = &old->e,
		.before = S("false"),
		.after = S("true"),
		.help = S("leave no_standard_descriptor_accessor out, and rename a field "
			  "`descriptor` instead"),
	};
	finding_add(c, rule, pair, &fact,
		"message '" STR
		"' lost its standard descriptor accessor (no_standard_descriptor_accessor)",
		ARG(full_name(c, &old->e)));
}

static bool is_required(const struct field *field)
{
	return field && field_cardinality(field) == CARDINALITY_REQUIRED;
}

static void message_same_required_fields(
	struct check *c, const struct rule *rule, const struct pair *pair)
{
	const struct field *old = pair->old.field, *new = pair->new.field;
	struct finding *f;
	struct fact fact;

	if (is_required(old) == is_required(new))
		return;
	if (is_required(new)) {
		fact = (struct fact){
			.old = old ? spot_field_label(old)
				   : spot_element(&pair->parent->old.message->e),
			.new = spot_field_label(new),
			.subject = old ? &old->e : &new->e,
			.after = S("required"),
			.help = S("make it optional and check it in code: readers refuse every "
				  "message without it, old ones included"),
		};
		if (old)
			f = finding_add(c, rule, pair, &fact, STR " became required",
				ARG(field_words(c, old)));
		else
			f = finding_add(c, rule, pair, &fact, "required " STR " was added",
				ARG(field_words(c, new)));
	} else {
		fact = (struct fact){
			.old = spot_field_label(old),
			.new = spot_element(&pair->parent->new.message->e),
			.subject = &old->e,
			.before = S("required"),
			.help = S("keep it required, and set, while any reader insists on it: "
				  "update all readers first"),
		};
		fact.gone = !new;
		if (new)
			fact.now = spot_field_label(new);
		if (new)
			f = finding_add(c, rule, pair, &fact, STR " is no longer required",
				ARG(field_words(c, old)));
		else
			f = finding_add(c, rule, pair, &fact, "required " STR " was deleted",
				ARG(field_words(c, old)));
		finding_follows(c, f, &old->e, ROW_FIELD_NO_DELETE);
	}
	finding_follows(c, f, old, ROW_FIELD_SAME_CARDINALITY);
}

/* The oneof that all members of an old one are in now; NULL: none, or the old message had one of
 * that name. */
static const struct oneof *renamed_oneof(
	struct check *c, const struct oneof *old, const struct message *new)
{
	const struct oneof *now = NULL;

	for (uint32_t i = 0; i < old->fields.n; i++) {
		const struct field *was = old->fields.items[i];
		const struct field *is = lookup_field(c, new, was->e.name);
		const struct oneof *oneof = is ? field_oneof(is) : NULL;

		if (!oneof || is->number != was->number || (now && oneof != now))
			return NULL;
		now = oneof;
	}
	if (!now || lookup_oneof(c, (const struct message *)old->e.parent, now->e.name))
		return NULL;
	return now;
}

static void oneof_no_delete(struct check *c, const struct rule *rule, const struct pair *pair)
{
	const struct oneof *old = pair->old.oneof, *renamed;
	struct fact fact;

	if (pair->new.oneof)
		return;
	renamed = renamed_oneof(c, old, pair->parent->new.message);
	fact = (struct fact){
		.old = spot_element(&old->e),
		.new = spot_element(&pair->parent->new.message->e),
		.subject = &old->e,
		.help = S("keep the oneof and its name: generated code asks it which of its fields "
			  "is set"),
	};
	if (renamed) {
		fact.now = spot_element(&renamed->e);
		fact.help = str_printf(c->arena,
			"keep the name '" STR "': generated code is named after it",
			ARG(old->e.name));
		finding_add(c, rule, pair, &fact,
			"oneof '" STR "' of '" STR "' was renamed to '" STR "'", ARG(old->e.name),
			ARG(full_name(c, old->e.parent)), ARG(renamed->e.name));
		return;
	}
	finding_add(c, rule, pair, &fact, "oneof '" STR "' of '" STR "' was deleted",
		ARG(old->e.name), ARG(full_name(c, old->e.parent)));
}

const struct rule rule_MESSAGE_SAME_JSON_FORMAT = {
	.id = "MESSAGE_SAME_JSON_FORMAT",
	.categories = CAT_FILE | CAT_PACKAGE | CAT_WIRE_JSON | CAT_CSR,
	.breaks = JSON_BACKWARD | JSON_FORWARD,
	.on = PAIR_MESSAGE,
	.check = same_json_format,
	.purpose = "messages keep their JSON format",
	.compares = "Whether the feature json_format, resolved, went from ALLOW to "
		    "LEGACY_BEST_EFFORT, which is proto2's value.",
	.hurts = "Compilers no longer promise that the message has a JSON form: fields whose JSON "
		 "names collide are allowed from now on, and JSON readers then confuse or refuse "
		 "them.",
	.before = "edition = \"2023\";\npackage acme.v1;\nmessage Order {\n  string id = 1;\n}",
	.after = "edition = \"2023\";\npackage acme.v1;\nmessage Order {\n  option "
		 "features.json_format = LEGACY_BEST_EFFORT;\n  string id = 1;\n}",
	.safely = "Leave json_format at ALLOW, and give fields whose names collide another "
		  "json_name.",
};

const struct rule rule_ENUM_SAME_JSON_FORMAT = {
	.id = "ENUM_SAME_JSON_FORMAT",
	.categories = CAT_FILE | CAT_PACKAGE | CAT_WIRE_JSON | CAT_CSR,
	.breaks = JSON_BACKWARD | JSON_FORWARD,
	.on = PAIR_ENUM,
	.check = same_json_format,
	.purpose = "enums keep their JSON format",
	.compares = "Whether the feature json_format, resolved, went from ALLOW to "
		    "LEGACY_BEST_EFFORT, which is proto2's value.",
	.hurts = "Compilers no longer promise that the enum has a JSON form: values whose names "
		 "collide are allowed from now on, and JSON readers then confuse or refuse them.",
	.before =
		"edition = \"2023\";\npackage acme.v1;\nenum Color {\n  COLOR_UNSPECIFIED = 0;\n}",
	.after = "edition = \"2023\";\npackage acme.v1;\nenum Color {\n  option "
		 "features.json_format = LEGACY_BEST_EFFORT;\n  COLOR_UNSPECIFIED = 0;\n}",
	.safely = "Leave json_format at ALLOW.",
};

const struct rule rule_MESSAGE_NO_REMOVE_STANDARD_DESCRIPTOR_ACCESSOR = {
	.id = "MESSAGE_NO_REMOVE_STANDARD_DESCRIPTOR_ACCESSOR",
	.categories = CAT_FILE | CAT_PACKAGE | CAT_CSR,
	.breaks = SOURCE_CODE,
	.on = PAIR_MESSAGE,
	.check = message_no_remove_accessor,
	.purpose = "messages keep their standard descriptor accessor",
	.compares = "Whether the option no_standard_descriptor_accessor became true. The other "
		    "direction is fine.",
	.hurts = "Code that asks a message for its descriptor through the generated accessor no "
		 "longer builds. Data does not change.",
	.before = "message Order {\n  string id = 1;\n}",
	.after = "message Order {\n  option no_standard_descriptor_accessor = true;\n  string id = "
		 "1;\n}",
	.safely = "Leave the option out. Where a field named `descriptor` is in the way, rename "
		  "the field.",
};

const struct rule rule_MESSAGE_SAME_REQUIRED_FIELDS = {
	.id = "MESSAGE_SAME_REQUIRED_FIELDS",
	.categories = CAT_FILE | CAT_PACKAGE | CAT_WIRE_JSON | CAT_WIRE | CAT_CSR,
	.breaks = JSON_BACKWARD | JSON_FORWARD | SOURCE_CODE | WIRE_BACKWARD | WIRE_FORWARD,
	.narrow = required_breaks,
	.on = PAIR_FIELD,
	.check = message_same_required_fields,
	.purpose = "messages keep the same required fields",
	.compares = "Which fields of the message are required, by number: proto2's `required`, or "
		    "the feature LEGACY_REQUIRED in editions.",
	.hurts = "A reader refuses a whole message in which a required field is missing, in a "
		 "nested message too. One that is added makes old data unreadable; one that goes "
		 "lets new writers leave it out, and old readers refuse that.",
	.before = "syntax = \"proto2\";\npackage acme.v1;\nmessage Order {\n  optional string id = "
		  "1;\n}",
	.after = "syntax = \"proto2\";\npackage acme.v1;\nmessage Order {\n  required string id = "
		 "1;\n}",
	.safely = "Never add a required field. To get rid of one, keep setting it, update every "
		  "reader to the contract in which it is optional, and only then stop.",
};

const struct rule rule_ONEOF_NO_DELETE = {
	.id = "ONEOF_NO_DELETE",
	.categories = CAT_FILE | CAT_PACKAGE | CAT_CSR,
	.breaks = SOURCE_CODE,
	.on = PAIR_ONEOF,
	.check = oneof_no_delete,
	.purpose = "oneofs are not deleted",
	.compares = "Whether the message still has each oneof that it had, by name. The one that "
		    "proto3 `optional` creates does not count.",
	.hurts = "Generated code has a type or an enumeration for the oneof, and code that uses it "
		 "no longer builds. FIELD_SAME_ONEOF and FIELD_NO_DELETE report what happens to "
		 "its fields.",
	.before = "message Payment {\n  oneof method {\n    string card = 1;\n    string iban = "
		  "2;\n  }\n}",
	.after = "message Payment {\n  oneof means {\n    string card = 1;\n    string iban = 2;\n "
		 " }\n}",
	.safely = "Keep the oneof and its name.",
};
