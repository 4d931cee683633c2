/* Fields: names, deletion, oneofs. Types, cardinality, defaults and options have files of their
 * own. */
#include "rules/lookup.h"

enum { PLAIN, UNLESS_NUMBER_RESERVED, UNLESS_NAME_RESERVED };

static void field_same_name(struct check *c, const struct rule *rule, const struct pair *pair)
{
	const struct field *old = pair->old.field, *new = pair->new.field, *taken;
	struct fact fact;

	if (!old || !new ||
		(old->extension ? old->e.full_name.p == new->e.full_name.p
				: old->e.name.p == new->e.name.p))
		return;
	fact = (struct fact){
		.old = spot_span(&old->e, old->e.name_span),
		.new = spot_span(&new->e, new->e.name_span),
		.subject = &old->e,
		.before = old->extension ? old->e.full_name : old->e.name,
		.after = new->extension ? new->e.full_name : new->e.name,
	};
	if (old->extension) {
		fact.help = S("an extension's full name is its key in JSON and in source code: "
			      "keep its name and where it is declared");
		finding_add(c, rule, pair, &fact, STR " was renamed to '" STR "'",
			ARG(field_words(c, old)), ARG(fact.after));
		return;
	}
	taken = lookup_field(c, pair->parent->new.message, old->e.name);
	if (taken)
		fact.help = str_printf(c->arena,
			"'" STR "' has number %d now: give both fields their numbers back, since "
			"data that was written before is read as the other field",
			ARG(old->e.name), taken->number);
	else if (str_eq(field_json_name(old, c->arena), field_json_name(new, c->arena)))
		fact.help = str_printf(c->arena,
			"its JSON name '" STR "' stays, so only source code that uses the field "
			"has to follow; keep the name to spare it that",
			ARG(field_json_name(old, c->arena)));
	else
		fact.help = str_printf(c->arena,
			"keep the name; if it has to change, [json_name = \"" STR
			"\"] keeps JSON readable, and source code that uses the field has to "
			"follow",
			ARG(field_json_name(old, c->arena)));
	finding_add(c, rule, pair, &fact, STR " was renamed to '" STR "'", ARG(field_words(c, old)),
		ARG(new->e.name));
}

static void field_same_json_name(struct check *c, const struct rule *rule, const struct pair *pair)
{
	const struct field *old = pair->old.field, *new = pair->new.field;
	struct str was, is;
	struct finding *f;
	struct fact fact;

	if (!old || !new || old->extension ||
		(!old->json && !new->json && old->e.name.p == new->e.name.p))
		return;
	was = field_json_name(old, c->arena);
	is = field_json_name(new, c->arena);
	if (str_eq(was, is))
		return;
	fact = (struct fact){
		.old = spot_span(&old->e, old->json ? old->json->span : old->e.name_span),
		.new = new->json ? spot_span(&new->e, new->json->span) : spot_element(&new->e),
		.subject = &old->e,
		.before = was,
		.after = is,
	};
	if (new->json)
		fact.help = str_printf(c->arena,
			"keep json_name = \"" STR
			"\"; strict JSON readers refuse a key that they do not know",
			ARG(was));
	else
		fact.help = str_printf(
			c->arena, "add [json_name = \"" STR "\"] to the field", ARG(was));
	f = finding_add(c, rule, pair, &fact,
		STR " changed its JSON name from '" STR "' to '" STR "'", ARG(field_words(c, old)),
		ARG(was), ARG(is));
	if (!old->json && !new->json)
		finding_follows(c, f, &old->e, ROW_FIELD_SAME_NAME);
}

/* How to delete a field safely. */
static struct str deletion_help(struct check *c, const struct field *old, const struct message *new)
{
	bool number = lookup_reserved(c, &new->e, old->number),
	     name = lookup_reserved_name(c, &new->e, old->e.name);
	struct str spelled = reserved_spelling(c->arena, new->e.file, old->e.name);

	if (number && name)
		return str_printf(c->arena,
			"number and name are reserved already, so nobody takes them again; keep "
			"the field, marked [deprecated = true], as long as anybody uses it");
	if (number)
		return str_printf(c->arena,
			"keep the field, marked [deprecated = true], as long as anybody uses it; "
			"number %d is reserved already, add `reserved " STR ";` for its name",
			old->number, ARG(spelled));
	if (name)
		return str_printf(c->arena,
			"keep the field, marked [deprecated = true], as long as anybody uses it; "
			"its name is reserved already, add `reserved %d;` for its number",
			old->number);
	return str_printf(c->arena,
		"keep the field, marked [deprecated = true], as long as anybody uses it; then add "
		"`reserved %d;` and `reserved " STR ";`",
		old->number, ARG(spelled));
}

static void field_no_delete(struct check *c, const struct rule *rule, const struct pair *pair)
{
	const struct field *old = pair->old.field, *moved;
	const struct message *message;
	struct finding *f;
	struct fact fact;

	if (pair->new.field)
		return;
	message = pair->parent->new.message;
	if (rule->arg == UNLESS_NUMBER_RESERVED && lookup_reserved(c, &message->e, old->number))
		return;
	if (rule->arg == UNLESS_NAME_RESERVED && lookup_reserved_name(c, &message->e, old->e.name))
		return;
	fact = (struct fact){
		.old = spot_element(&old->e),
		.new = spot_element(&message->e),
		.subject = &old->e,
	};
	moved = lookup_field(c, message, old->e.name);
	if (moved) {
		fact.old = spot_exact(&old->e, old->number_span);
		fact.now = spot_exact(&moved->e, moved->number_span);
		fact.before = str_printf(c->arena, "%d", old->number);
		fact.after = str_printf(c->arena, "%d", moved->number);
		fact.help = str_printf(c->arena,
			"give '" STR "' its number %d back: on the wire a field is its number",
			ARG(old->e.name), old->number);
		f = finding_add(c, rule, pair, &fact, STR " changed its number to %d",
			ARG(field_words(c, old)), moved->number);
	} else {
		fact.help = deletion_help(c, old, message);
		if (rule->arg == UNLESS_NUMBER_RESERVED)
			f = finding_add(c, rule, pair, &fact,
				STR " was deleted without reserving its number",
				ARG(field_words(c, old)));
		else if (rule->arg == UNLESS_NAME_RESERVED)
			f = finding_add(c, rule, pair, &fact,
				STR " was deleted without reserving its name",
				ARG(field_words(c, old)));
		else
			f = finding_add(
				c, rule, pair, &fact, STR " was deleted", ARG(field_words(c, old)));
	}
	finding_follows(c, f, &old->e, ROW_FIELD_NO_DELETE);
	if (rule->arg == UNLESS_NAME_RESERVED)
		finding_follows(c, f, &old->e, ROW_FIELD_NO_DELETE_UNLESS_NUMBER_RESERVED);
}

static struct str oneof_words(const struct check *c, const struct oneof *oneof)
{
	return oneof ? str_printf(c->arena, "oneof '" STR "'", ARG(oneof->e.name)) : S("no oneof");
}

static void field_same_oneof(struct check *c, const struct rule *rule, const struct pair *pair)
{
	const struct field *old = pair->old.field, *new = pair->new.field;
	const struct oneof *was, *is;
	struct finding *f;
	struct fact fact;

	if (!old || !new)
		return;
	was = field_oneof(old);
	is = field_oneof(new);
	if ((!was && !is) || (was && is && was->e.name.p == is->e.name.p))
		return;
	fact = (struct fact){
		.old = spot_element(&old->e),
		.new = spot_element(&new->e),
		.subject = &old->e,
		.before = oneof_words(c, was),
		.after = oneof_words(c, is),
	};
	if (!was) {
		fact.help = S("keep the field outside, and let readers prefer it; a oneof holds "
			      "one member, so whoever sets two of them loses one");
		finding_add(c, rule, pair, &fact, STR " was moved into oneof '" STR "'",
			ARG(field_words(c, old)), ARG(is->e.name));
		return;
	}
	if (!is) {
		fact.help = S("keep the field in its oneof: old readers still keep one member "
			      "only, and source code asks the oneof which one is set");
		finding_add(c, rule, pair, &fact, STR " was moved out of oneof '" STR "'",
			ARG(field_words(c, old)), ARG(was->e.name));
	} else if (!lookup_oneof(c, pair->parent->new.message, was->e.name)) {
		fact.help = str_printf(c->arena,
			"keep the name '" STR "': generated code is named after it",
			ARG(was->e.name));
		f = finding_add(c, rule, pair, &fact,
			STR " is in oneof '" STR "' instead of '" STR "'", ARG(field_words(c, old)),
			ARG(is->e.name), ARG(was->e.name));
		finding_follows(c, f, &was->e, ROW_ONEOF_NO_DELETE);
	} else {
		fact.help = str_printf(c->arena,
			"keep the field in oneof '" STR "', or add a new field to '" STR "'",
			ARG(was->e.name), ARG(is->e.name));
		finding_add(c, rule, pair, &fact,
			STR " was moved from oneof '" STR "' to '" STR "'",
			ARG(field_words(c, old)), ARG(was->e.name), ARG(is->e.name));
	}
}

const struct rule rule_FIELD_SAME_NAME = {
	.id = "FIELD_SAME_NAME",
	.categories = CAT_FILE | CAT_PACKAGE | CAT_WIRE_JSON | CAT_CSR,
	.breaks = JSON_BACKWARD | JSON_FORWARD | WIRE_BACKWARD | WIRE_FORWARD | SOURCE_CODE,
	.narrow = field_name_breaks,
	.on = PAIR_FIELD,
	.check = field_same_name,
	.purpose = "fields keep their name",
	.compares = "The name of the field that has the same number in the same message. "
		    "Extensions are paired by extended message and number, and compared by full "
		    "name, so one that was moved to another scope or package has another name.",
	.hurts = "Source code that uses the generated accessor no longer builds. In JSON the name "
		 "is the key, so stored documents and messages from old writers have a key that "
		 "new readers refuse, and old readers refuse the new one, unless json_name keeps "
		 "it. On the wire only the number counts: a plain rename arrives. Two fields that "
		 "exchange their names exchange their data, though, without any error.",
	.before = "message Order {\n  string customer = 1;\n}",
	.after = "message Order {\n  string customer_name = 1;\n}",
	.safely = "Keep the name. If it has to change, write json_name with the old JSON name "
		  "beside the new name, so that JSON stays as it is, and change the code that uses "
		  "the field together with the contract. Or add a new field beside the old one, "
		  "fill both, and move the readers over.",
};

const struct rule rule_FIELD_SAME_JSON_NAME = {
	.id = "FIELD_SAME_JSON_NAME",
	.categories = CAT_FILE | CAT_PACKAGE | CAT_WIRE_JSON | CAT_CSR,
	.breaks = JSON_BACKWARD | JSON_FORWARD,
	.narrow = json_name_breaks,
	.on = PAIR_FIELD,
	.check = field_same_json_name,
	.purpose = "fields keep their JSON name",
	.compares = "The JSON name of the field with the same number: json_name where it is "
		    "written, else the name in lower camel case. Extensions are left out, their "
		    "key is their full name.",
	.hurts = "JSON readers refuse keys that they do not know, or drop them where they are told "
		 "to. Documents and requests of old writers do not reach new readers, and the "
		 "other way round. Readers take the original field name as well, so a JSON name "
		 "that becomes or was the original one breaks one direction only.",
	.before = "message Order {\n  string customer = 1;\n}",
	.after = "message Order {\n  string customer = 1 [json_name = \"client\"];\n}",
	.safely = "Write json_name with the old JSON name. To really move to another key, add a "
		  "second field with the new one, fill both, and delete the first when nobody "
		  "reads it any more.",
};

#define FIELD_DELETION_HURTS                                                                       \
	"Source code that uses the field no longer builds. Strict JSON readers refuse documents "  \
	"that still "                                                                              \
	"have it, reserved or not. On the wire old data with this number is skipped, until "       \
	"somebody gives "                                                                          \
	"the number to a new field: then old data is read as something else, and nothing reports " \
	"it. "                                                                                     \
	"Reserving the number prevents that."

/* Forward, too: a renumbered field may also have another type or JSON name. */
#define FIELD_DELETION_BREAKS \
	(JSON_BACKWARD | JSON_FORWARD | SOURCE_CODE | WIRE_BACKWARD | WIRE_FORWARD)

const struct rule rule_FIELD_NO_DELETE = {
	.id = "FIELD_NO_DELETE",
	.categories = CAT_FILE | CAT_PACKAGE | CAT_CSR,
	.breaks = FIELD_DELETION_BREAKS,
	.narrow = field_deletion_breaks,
	.on = PAIR_FIELD,
	.check = field_no_delete,
	.arg = PLAIN,
	.purpose = "fields are not deleted",
	.compares = "Whether the message still has a field with each number that it had. A field "
		    "that got another number is deleted; a number that another field took is not; "
		    "other rules report that. Extensions are left out.",
	.hurts = FIELD_DELETION_HURTS " A field that was renumbered is lost in both directions.",
	.before = "message Order {\n  string id = 1;\n  string note = 2;\n}",
	.after = "message Order {\n  string id = 1;\n}",
	.safely = "Mark the field [deprecated = true] and keep it while anybody writes or reads "
		  "it. When it is deleted in the end, reserve its number and its name.",
};

const struct rule rule_FIELD_NO_DELETE_UNLESS_NUMBER_RESERVED = {
	.id = "FIELD_NO_DELETE_UNLESS_NUMBER_RESERVED",
	.categories = CAT_WIRE_JSON | CAT_WIRE | CAT_CSR,
	.breaks = FIELD_DELETION_BREAKS,
	.narrow = field_deletion_breaks,
	.on = PAIR_FIELD,
	.check = field_no_delete,
	.arg = UNLESS_NUMBER_RESERVED,
	.purpose = "fields are not deleted without reserving their number",
	.compares = "Whether the message still has a field with each number that it had, or holds "
		    "the number in a reserved range. An extension range does not count. Extensions "
		    "are left out.",
	.hurts = FIELD_DELETION_HURTS,
	.before = "message Order {\n  string id = 1;\n  string note = 2;\n}",
	.after = "message Order {\n  reserved \"note\";\n  string id = 1;\n}",
	.safely = "Add `reserved 2;` with the number of the field to its message when you delete "
		  "it, and reserve the name too if the message is ever written as JSON.",
};

const struct rule rule_FIELD_NO_DELETE_UNLESS_NAME_RESERVED = {
	.id = "FIELD_NO_DELETE_UNLESS_NAME_RESERVED",
	.categories = CAT_WIRE_JSON | CAT_CSR,
	.breaks = FIELD_DELETION_BREAKS,
	.narrow = field_deletion_breaks,
	.on = PAIR_FIELD,
	.check = field_no_delete,
	.arg = UNLESS_NAME_RESERVED,
	.purpose = "fields are not deleted without reserving their name",
	.compares =
		"Whether the message still has a field with each number that it had, or holds the "
		"name of the deleted field among its reserved names. Extensions are left out.",
	.hurts = "Strict JSON readers refuse documents that still have the field, reserved or not. "
		 "If the name is given to a new field later, old documents are read as that one, "
		 "and source code that still uses the name builds again and means something else. "
		 "Reserving the name prevents that.",
	.before = "message Order {\n  string id = 1;\n  string note = 2;\n}",
	.after = "message Order {\n  reserved 2;\n  string id = 1;\n}",
	.safely = "Add `reserved \"note\";` with the name of the field to its message when you "
		  "delete it (in editions `reserved note;`), and reserve the number as well.",
};

const struct rule rule_FIELD_SAME_ONEOF = {
	.id = "FIELD_SAME_ONEOF",
	.categories = CAT_FILE | CAT_PACKAGE | CAT_WIRE_JSON | CAT_WIRE | CAT_CSR,
	.breaks = JSON_BACKWARD | JSON_FORWARD | WIRE_BACKWARD | WIRE_FORWARD | SOURCE_CODE,
	.narrow = field_oneof_breaks,
	.on = PAIR_FIELD,
	.check = field_same_oneof,
	.purpose = "fields stay in their oneof, or outside",
	.compares =
		"Whether the field with the same number is in a oneof, and in which one by name. "
		"The oneof that proto3 `optional` creates does not count. Extensions are left out.",
	.hurts = "A reader keeps one member of a oneof, the last one that it meets. Data in which "
		 "two fields are set loses one of them when a reader has both in a oneof, and in "
		 "JSON it is refused: old data when fields are moved in, new data at old readers "
		 "when they are moved out. Source code changes in every case: members of a oneof "
		 "have other accessors in Go and TypeScript.",
	.before = "message Payment {\n  string card = 1;\n  string iban = 2;\n}",
	.after = "message Payment {\n  oneof method {\n    string card = 1;\n    string iban = "
		 "2;\n  }\n}",
	.safely = "Leave existing fields where they are. Add new fields in a new oneof, fill both "
		  "for a while, and move the readers over.",
};
