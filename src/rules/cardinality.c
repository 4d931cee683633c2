/* Cardinality of fields: optional with or without presence, required, repeated, map. */
#include "rules/finding.h"

/* Cardinalities that a variant treats as equal have one number; by enum cardinality. */
enum { ALL_DIFFER, BY_WIRE, BY_WIRE_JSON };
static const uint8_t groups[][5] = {
	[ALL_DIFFER] = { 0, 1, 2, 3, 4 },
	[BY_WIRE] = { 0, 0, 2, 3, 3 },
	[BY_WIRE_JSON] = { 0, 0, 2, 3, 4 },
};

static struct str cardinality_words(enum cardinality cardinality)
{
	switch (cardinality) {
	case CARDINALITY_EXPLICIT:
		return S("optional with presence");
	case CARDINALITY_IMPLICIT:
		return S("optional without presence");
	case CARDINALITY_REQUIRED:
		return S("required");
	case CARDINALITY_REPEATED:
		return S("repeated");
	case CARDINALITY_MAP:
		return S("a map");
	}
	return S("unknown");
}

static bool is_singular(enum cardinality cardinality)
{
	return cardinality == CARDINALITY_EXPLICIT || cardinality == CARDINALITY_IMPLICIT;
}

static struct str cardinality_help(
	const struct check *c, const struct field *old, const struct field *new)
{
	enum cardinality was = field_cardinality(old), is = field_cardinality(new);

	if (is_singular(was) && is_singular(is)) {
		if (field_oneof(new))
			return S("keep the field out of the oneof, which changes its presence");
		if (was == CARDINALITY_IMPLICIT && new->e.file->edition == EDITION_PROTO3)
			return S("leave out `optional`; add a new field with it if readers need to "
				 "tell whether it is set");
		if (new->e.file->edition == EDITION_PROTO3)
			return S("keep `optional`, so that code can still ask whether the field "
				 "was set");
		return S("keep features.field_presence as it was, so that code can still ask "
			 "whether the field was set");
	}
	if (was == CARDINALITY_REQUIRED)
		return S("keep the field required while any reader requires it: change readers "
			 "first, writers later");
	if (is == CARDINALITY_REQUIRED)
		return S("keep the field optional and check it in code: old data without it is "
			 "refused as a whole");
	return str_printf(c->arena,
		"keep field %d as it is, add a new field with a new number, and reserve %d when "
		"nobody reads it any more",
		old->number, old->number);
}

/* Does the message look like the entry of a map? */
static bool is_entry_like(const struct message *message)
{
	return message->fields.n == 2 && message->fields.items[0]->number == 1 &&
	       str_eq(message->fields.items[0]->e.name, S("key")) &&
	       message->fields.items[1]->number == 2 &&
	       str_eq(message->fields.items[1]->e.name, S("value"));
}

/* A map replaces the hand-written entry message beside the field, which is then deleted. */
static void entail_entry(
	struct check *c, struct finding *f, const struct field *old, const struct field *new)
{
	if (!new->is_map || old->is_map || old->type != TYPE_MESSAGE ||
		old->message->e.parent != old->e.parent || !is_entry_like(old->message))
		return;
	finding_entails(c, f, old->message, ROW_MESSAGE_NO_DELETE);
	finding_entails(c, f, old->message, ROW_PACKAGE_MESSAGE_NO_DELETE);
}

static void field_same_cardinality(
	struct check *c, const struct rule *rule, const struct pair *pair)
{
	const struct field *old = pair->old.field, *new = pair->new.field;
	enum cardinality was, is;
	struct finding *f;
	struct fact fact;

	if (!old || !new || (field_map(old) && field_map(new)))
		return;
	was = field_cardinality(old);
	is = field_cardinality(new);
	if (groups[rule->arg][was] == groups[rule->arg][is])
		return;
	/* An unresolved type may be a message, which has presence, or an enum. */
	if ((old->type == TYPE_UNRESOLVED || new->type == TYPE_UNRESOLVED) && is_singular(was) &&
		is_singular(is))
		return;
	fact = (struct fact){
		.old = spot_field_label(old),
		.new = spot_field_label(new),
		.subject = &old->e,
		.before = cardinality_words(was),
		.after = cardinality_words(is),
		.help = cardinality_help(c, old, new),
	};
	f = finding_add(c, rule, pair, &fact, STR " changed from " STR " to " STR,
		ARG(field_words(c, old)), ARG(fact.before), ARG(fact.after));
	finding_follows(c, f, &old->e, ROW_FIELD_SAME_CARDINALITY);
	if (rule->arg == BY_WIRE)
		finding_follows(c, f, &old->e, ROW_FIELD_WIRE_JSON_COMPATIBLE_CARDINALITY);
	if (is_singular(was) && is_singular(is))
		finding_follows(c, f, &old->e, ROW_FIELD_SAME_ONEOF);
	entail_entry(c, f, old, new);
}

#define CARDINALITY_BREAKS \
	(JSON_BACKWARD | JSON_FORWARD | SOURCE_CODE | WIRE_BACKWARD | WIRE_FORWARD)

const struct rule rule_FIELD_SAME_CARDINALITY = {
	.id = "FIELD_SAME_CARDINALITY",
	.categories = CAT_FILE | CAT_PACKAGE,
	.categories_v1beta1 = CAT_FILE | CAT_PACKAGE | CAT_WIRE_JSON | CAT_WIRE,
	.differs_in_v1beta1 = true,
	.breaks = CARDINALITY_BREAKS,
	.narrow = field_cardinality_breaks,
	.on = PAIR_FIELD,
	.check = field_same_cardinality,
	.arg = ALL_DIFFER,
	.purpose = "fields keep their cardinality",
	.compares = "Which of five the field with the same number is: optional with presence, "
		    "optional without presence, required, repeated, or a map. Presence is what it "
		    "resolves to: message fields and members of a oneof always have it. The key "
		    "and value of a map are left out.",
	.hurts = "With or without presence is the same data; only source code that asks whether "
		 "the field is set, or gets a pointer in Go, no longer builds. Between singular "
		 "and repeated JSON is refused in both directions, and on the wire a reader of one "
		 "value keeps the last of a list, or nothing if the list is packed. A required "
		 "field that is missing makes the whole message unreadable.",
	.before = "message Order {\n  string item = 1;\n}",
	.after = "message Order {\n  repeated string item = 1;\n}",
	.safely = "Keep the field and add a new one with a new number, e.g. `repeated string items "
		  "= 2;`. Fill both until the readers have moved over.",
};

const struct rule rule_FIELD_WIRE_COMPATIBLE_CARDINALITY = {
	.id = "FIELD_WIRE_COMPATIBLE_CARDINALITY",
	.categories = CAT_WIRE,
	.breaks = CARDINALITY_BREAKS,
	.narrow = field_cardinality_breaks,
	.on = PAIR_FIELD,
	.check = field_same_cardinality,
	.arg = BY_WIRE,
	.purpose = "fields keep a cardinality that the wire format reads alike",
	.compares = "As FIELD_SAME_CARDINALITY, but with and without presence are the same, and a "
		    "map is the same as a repeated message, since that is how it is written.",
	.hurts = "On the wire a reader of a single value keeps the last element of a list, or "
		 "nothing at all if the list is packed, so new readers lose old data, or old "
		 "readers new data. A required field that is missing makes the whole message "
		 "unreadable.",
	.before = "message Order {\n  repeated int32 item = 1;\n}",
	.after = "message Order {\n  int32 item = 1;\n}",
	.safely = "Keep the field and add a new one with a new number. Fill both until the readers "
		  "have moved over.",
};

const struct rule rule_FIELD_WIRE_JSON_COMPATIBLE_CARDINALITY = {
	.id = "FIELD_WIRE_JSON_COMPATIBLE_CARDINALITY",
	.categories = CAT_WIRE_JSON | CAT_CSR,
	.breaks = CARDINALITY_BREAKS,
	.narrow = field_cardinality_breaks,
	.on = PAIR_FIELD,
	.check = field_same_cardinality,
	.arg = BY_WIRE_JSON,
	.purpose = "fields keep a cardinality that the wire format and JSON read alike",
	.compares = "As FIELD_SAME_CARDINALITY, but with and without presence are the same. A map "
		    "is not the same as a repeated message, since JSON writes one as an object and "
		    "the other as an array.",
	.hurts = "JSON readers refuse an array for a single value, an object for an array, and the "
		 "other way round, in both directions. On the wire a reader of a single value "
		 "keeps the last element of a list, or nothing if the list is packed. A required "
		 "field that is missing makes the whole message unreadable.",
	.before = "message Order {\n  map<string, string> labels = 1;\n}",
	.after = "message Order {\n  message Label {\n    string key = 1;\n    string value = 2;\n "
		 " }\n"
		 "  repeated Label labels = 1;\n}",
	.safely = "Keep the field and add a new one with a new number. Fill both until the readers "
		  "have moved over.",
};
