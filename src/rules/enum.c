/* Enums and their values. */
#include "rules/finding.h"

enum { PLAIN, UNLESS_NUMBER_RESERVED, UNLESS_NAME_RESERVED };
enum { FEATURE_ENUM_TYPE = 2, ENUM_OPTION_ALLOW_ALIAS = 2 };

static bool may_alias(const struct enumeration *enumeration)
{
	return options_bool(enumeration->e.options, ENUM_OPTION_ALLOW_ALIAS, false);
}

static struct str value_words(const struct check *c, const struct enum_value *value)
{
	return str_printf(c->arena, "enum value %d '" STR "' of '" STR "'", value->number,
		ARG(value->e.name), ARG(full_name(c, value->e.parent)));
}

static const struct enum_value *value_by_name(
	const struct enumeration *enumeration, struct str name)
{
	for (uint32_t i = 0; i < enumeration->values.n; i++) {
		if (enumeration->values.items[i]->e.name.p == name.p)
			return enumeration->values.items[i];
	}
	return NULL;
}

/* Names of a number (those in `but` left out, where it is given), joined by commas. */
static struct str names_of(
	const struct check *c, const struct enumeration *enumeration, int32_t number)
{
	struct str names = { NULL, 0 };

	for (uint32_t i = 0; i < enumeration->values.n; i++) {
		const struct enum_value *value = enumeration->values.items[i];

		if (value->number != number)
			continue;
		names = names.p ? str_printf(c->arena, STR ", " STR, ARG(names), ARG(value->e.name))
				: value->e.name;
		if (!may_alias(enumeration))
			break;
	}
	return names;
}

/* Is every name that the old number had reserved in the new enum? `missing` gets the first that is
 * not. */
static bool names_reserved(const struct enumeration *old, const struct enumeration *new,
	int32_t number, struct str *missing)
{
	for (uint32_t i = 0; i < old->values.n; i++) {
		const struct enum_value *value = old->values.items[i];

		if (value->number == number && !enum_reserves_name(new, value->e.name)) {
			*missing = value->e.name;
			return false;
		}
	}
	return true;
}

static struct str deletion_help(
	const struct check *c, const struct enum_value *old, const struct enumeration *new)
{
	const struct enumeration *was = (const struct enumeration *)old->e.parent;
	struct str missing = { NULL, 0 };
	bool number = enum_reserves(new, old->number),
	     names = names_reserved(was, new, old->number, &missing);
	struct str spelled = reserved_spelling(c->arena, new->e.file, missing);

	if (number && names)
		return S("number and name are reserved already, so nobody takes them again; keep "
			 "the value, marked "
			 "[deprecated = true], as long as anybody uses it");
	if (number)
		return str_printf(c->arena,
			"keep the value, marked [deprecated = true], as long as anybody uses it; "
			"number %d is "
			"reserved already, add `reserved " STR ";` for its name",
			old->number, ARG(spelled));
	if (names)
		return str_printf(c->arena,
			"keep the value, marked [deprecated = true], as long as anybody uses it; "
			"its name is "
			"reserved already, add `reserved %d;` for its number",
			old->number);
	return str_printf(c->arena,
		"keep the value, marked [deprecated = true], as long as anybody uses it; then add "
		"`reserved %d;` and `reserved " STR ";`",
		old->number, ARG(spelled));
}

static void enum_value_no_delete(struct check *c, const struct rule *rule, const struct pair *pair)
{
	const struct enum_value *old = pair->old.enum_value, *moved;
	const struct enumeration *enumeration = pair->parent->new.enumeration;
	struct str missing;
	struct finding *f;
	struct fact fact;

	if (pair->new.enum_value) /* paired by number: an alias may have kept it */
		return;
	if (rule->arg == UNLESS_NUMBER_RESERVED && enum_reserves(enumeration, old->number))
		return;
	if (rule->arg == UNLESS_NAME_RESERVED &&
		names_reserved(pair->parent->old.enumeration, enumeration, old->number, &missing))
		return;
	fact = (struct fact){
		.old = spot_element(&old->e),
		.new = spot_element(&enumeration->e),
		.subject = &old->e,
	};
	moved = value_by_name(enumeration, old->e.name);
	if (moved) {
		fact.before = str_printf(c->arena, "%d", old->number);
		fact.after = str_printf(c->arena, "%d", moved->number);
		fact.help = str_printf(c->arena,
			"give '" STR
			"' its number %d back: on the wire an enum value is its number",
			ARG(old->e.name), old->number);
		f = finding_add(c, rule, pair, &fact, STR " changed its number to %d",
			ARG(value_words(c, old)), moved->number);
	} else {
		fact.help = deletion_help(c, old, enumeration);
		if (rule->arg == UNLESS_NUMBER_RESERVED)
			f = finding_add(c, rule, pair, &fact,
				STR " was deleted without reserving its number",
				ARG(value_words(c, old)));
		else if (rule->arg == UNLESS_NAME_RESERVED)
			f = finding_add(c, rule, pair, &fact,
				STR " was deleted without reserving its name",
				ARG(value_words(c, old)));
		else
			f = finding_add(
				c, rule, pair, &fact, STR " was deleted", ARG(value_words(c, old)));
	}
	if (rule->arg != PLAIN)
		finding_follows(c, f, &old->e, ROW_ENUM_VALUE_NO_DELETE);
	if (rule->arg == UNLESS_NAME_RESERVED)
		finding_follows(c, f, &old->e, ROW_ENUM_VALUE_NO_DELETE_UNLESS_NUMBER_RESERVED);
}

static struct str rename_help(
	const struct check *c, const struct enumeration *new, const struct enum_value *lost)
{
	const struct enum_value *elsewhere = value_by_name(new, lost->e.name);

	if (elsewhere)
		return str_printf(c->arena,
			"'" STR "' has number %d now: give the values their numbers back, since "
				"data that was "
			"written before is read as the other value",
			ARG(lost->e.name), elsewhere->number);
	if (may_alias(new))
		return str_printf(c->arena,
			"keep `" STR
			" = %d;` as an alias of the new name, first in order while JSON "
			"readers know only the old one",
			ARG(lost->e.name), lost->number);
	return str_printf(c->arena,
		"keep `" STR
		" = %d;` first and add the new name below it as an alias, with `option allow_alias "
		"= true;`",
		ARG(lost->e.name), lost->number);
}

/* The old name of a number that the new enum no longer has under it, NULL if it has all. */
static const struct enum_value *lost_name(
	const struct enumeration *old, const struct enumeration *new, const struct pair *pair)
{
	int32_t number = pair->old.enum_value->number;

	if (!may_alias(old) && !may_alias(new))
		return pair->old.enum_value->e.name.p == pair->new.enum_value->e.name.p
			       ? NULL
			       : pair->old.enum_value;
	for (uint32_t i = 0; i < old->values.n; i++) {
		const struct enum_value *value = old->values.items[i], *now;

		if (value->number != number)
			continue;
		now = value_by_name(new, value->e.name);
		if (!now || now->number != number)
			return value;
	}
	return NULL;
}

static void enum_value_same_name(struct check *c, const struct rule *rule, const struct pair *pair)
{
	const struct enumeration *old, *new;
	const struct enum_value *lost;

	if (!pair->new.enum_value)
		return;
	old = pair->parent->old.enumeration;
	new = pair->parent->new.enumeration;
	lost = lost_name(old, new, pair);
	if (!lost)
		return;
	/* One for each value that has the number now: as measured, aliases that did not change
	 * included. */
	for (uint32_t i = 0; i < new->values.n; i++) {
		const struct enum_value *value = new->values.items[i], *had;
		struct fact fact;

		if (value->number != lost->number)
			continue;
		fact = (struct fact){
			.old = spot_span(&lost->e, lost->number_span),
			.new = spot_span(&value->e, value->number_span),
			.subject = &lost->e,
			.before = names_of(c, old, lost->number),
			.after = value->e.name,
			.help = rename_help(c, new, lost),
		};
		had = value_by_name(old, value->e.name);
		if (had && had->number == value->number)
			finding_add(c, rule, pair, &fact,
				STR " lost its name, only '" STR "' is left",
				ARG(value_words(c, lost)), ARG(value->e.name));
		else
			finding_add(c, rule, pair, &fact, STR " was renamed to '" STR "'",
				ARG(value_words(c, lost)), ARG(value->e.name));
	}
}

static void enum_same_type(struct check *c, const struct rule *rule, const struct pair *pair)
{
	const struct enumeration *old = pair->old.enumeration, *new = pair->new.enumeration;
	bool was = enum_is_closed(old), is = enum_is_closed(new);
	struct fact fact;

	if (was == is)
		return;
	fact = (struct fact){
		.old = spot_option(&old->e, feature_find(&old->e, 0, FEATURE_ENUM_TYPE)),
		.new = spot_option(&new->e, feature_find(&new->e, 0, FEATURE_ENUM_TYPE)),
		.subject = &old->e,
		.before = was ? S("CLOSED") : S("OPEN"),
		.after = is ? S("CLOSED") : S("OPEN"),
	};
	if (new->e.file->edition < EDITION_2023)
		fact.help = was ? S("enums are closed in proto2 and open in proto3; in an edition "
				    "features.enum_type = CLOSED keeps it")
				: S("enums are open in proto3 and closed in proto2; in an edition "
				    "they are open");
	else
		fact.help = str_printf(c->arena,
			"set `option features.enum_type = " STR ";` in the enum", ARG(fact.before));
	finding_add(c, rule, pair, &fact, "enum '" STR "' changed from %s to %s",
		ARG(full_name(c, &old->e)), was ? "closed" : "open", is ? "closed" : "open");
}

#define VALUE_DELETION_HURTS                                                                      \
	"Source code that says the value no longer builds. JSON readers refuse its name in old "  \
	"documents, "                                                                             \
	"reserved or not. On the wire an open enum still gives the bare number, until somebody "  \
	"gives the "                                                                              \
	"number to a new value: then old data means something else. A closed enum drops it, out " \
	"of lists too, "                                                                          \
	"and takes a map entry along."

const struct rule rule_ENUM_VALUE_NO_DELETE = {
	.id = "ENUM_VALUE_NO_DELETE",
	.categories = CAT_FILE | CAT_PACKAGE | CAT_CSR,
	.breaks = JSON_BACKWARD | SOURCE_CODE | WIRE_BACKWARD | WIRE_FORWARD,
	.on = PAIR_ENUM_VALUE,
	.check = enum_value_no_delete,
	.arg = PLAIN,
	.purpose = "enum values are not deleted",
	.compares = "Whether the enum still has a value with each number that it had. Dropping one "
		    "of two aliases is "
		    "no deletion; a value that got another number is.",
	.hurts = VALUE_DELETION_HURTS,
	.before = "enum Color {\n  COLOR_UNSPECIFIED = 0;\n  COLOR_RED = 1;\n}",
	.after = "enum Color {\n  COLOR_UNSPECIFIED = 0;\n}",
	.safely = "Mark the value [deprecated = true] and keep it while it is stored or sent "
		  "anywhere. When it is "
		  "deleted in the end, reserve its number and its name.",
};

const struct rule rule_ENUM_VALUE_NO_DELETE_UNLESS_NUMBER_RESERVED = {
	.id = "ENUM_VALUE_NO_DELETE_UNLESS_NUMBER_RESERVED",
	.categories = CAT_WIRE_JSON | CAT_WIRE | CAT_CSR,
	.breaks = JSON_BACKWARD | SOURCE_CODE | WIRE_BACKWARD | WIRE_FORWARD,
	.on = PAIR_ENUM_VALUE,
	.check = enum_value_no_delete,
	.arg = UNLESS_NUMBER_RESERVED,
	.purpose = "enum values are not deleted without reserving their number",
	.compares = "Whether the enum still has a value with each number that it had, or holds the "
		    "number in a "
		    "reserved range.",
	.hurts = VALUE_DELETION_HURTS,
	.before = "enum Color {\n  COLOR_UNSPECIFIED = 0;\n  COLOR_RED = 1;\n}",
	.after = "enum Color {\n  reserved \"COLOR_RED\";\n  COLOR_UNSPECIFIED = 0;\n}",
	.safely = "Add `reserved 1;` with the number of the value to the enum when you delete it, "
		  "and reserve the "
		  "name too if it is ever written as JSON.",
};

const struct rule rule_ENUM_VALUE_NO_DELETE_UNLESS_NAME_RESERVED = {
	.id = "ENUM_VALUE_NO_DELETE_UNLESS_NAME_RESERVED",
	.categories = CAT_WIRE_JSON | CAT_CSR,
	.breaks = JSON_BACKWARD | SOURCE_CODE | WIRE_BACKWARD | WIRE_FORWARD,
	.on = PAIR_ENUM_VALUE,
	.check = enum_value_no_delete,
	.arg = UNLESS_NAME_RESERVED,
	.purpose = "enum values are not deleted without reserving their name",
	.compares = "Whether the enum still has a value with each number that it had, or holds all "
		    "names of that "
		    "number among its reserved names.",
	.hurts = "JSON readers refuse the name in old documents, reserved or not. If the name is "
		 "given to a new value "
		 "later, old documents are read as that one, and source code that still says it "
		 "builds again "
		 "and means something else. Reserving the name prevents that.",
	.before = "enum Color {\n  COLOR_UNSPECIFIED = 0;\n  COLOR_RED = 1;\n}",
	.after = "enum Color {\n  reserved 1;\n  COLOR_UNSPECIFIED = 0;\n}",
	.safely = "Add `reserved \"COLOR_RED\";` with the name of the value to the enum when you "
		  "delete it (in "
		  "editions without quotes), each alias too, and reserve the number as well.",
};

const struct rule rule_ENUM_VALUE_SAME_NAME = {
	.id = "ENUM_VALUE_SAME_NAME",
	.categories = CAT_FILE | CAT_PACKAGE | CAT_WIRE_JSON | CAT_CSR,
	.breaks = JSON_BACKWARD | JSON_FORWARD | SOURCE_CODE | WIRE_BACKWARD | WIRE_FORWARD,
	.on = PAIR_ENUM_VALUE,
	.check = enum_value_same_name,
	.purpose = "enum values keep their names",
	.compares = "Whether a number that both sides have still has all the names that it had. "
		    "Adding an alias or "
		    "changing the order of aliases is no change. Every value with that number is "
		    "reported.",
	.hurts = "JSON holds enum values by name: new readers refuse the old name, old readers the "
		 "new one. Source "
		 "code that says the old name no longer builds. On the wire a renamed value "
		 "arrives; two values "
		 "that exchange their numbers turn into each other, without any error.",
	.before = "enum Color {\n  COLOR_UNSPECIFIED = 0;\n  COLOR_RED = 1;\n}",
	.after = "enum Color {\n  COLOR_UNSPECIFIED = 0;\n  COLOR_CRIMSON = 1;\n}",
	.safely = "Add the new name as an alias below the old one (`option allow_alias = true;`), "
		  "in a later release "
		  "exchange their order, so that writers print the new name, and drop the old one "
		  "when nothing "
		  "stored says it any more.",
};

const struct rule rule_ENUM_SAME_TYPE = {
	.id = "ENUM_SAME_TYPE",
	.categories = CAT_FILE | CAT_PACKAGE,
	.breaks = JSON_BACKWARD | JSON_FORWARD | SOURCE_CODE | WIRE_BACKWARD | WIRE_FORWARD,
	.on = PAIR_ENUM,
	.check = enum_same_type,
	.purpose = "enums stay open or closed",
	.compares = "Whether the enum is open or closed, as features resolve: proto2 is closed, "
		    "proto3 open, editions "
		    "open unless features.enum_type says otherwise.",
	.hurts = "A closed enum drops numbers that it does not know: the field reads as not set, a "
		 "list loses the "
		 "element, a map the entry. Open to closed hits new readers of old data, closed to "
		 "open hits old "
		 "readers of new data. Code with an exhaustive switch changes as well.",
	.before =
		"edition = \"2023\";\npackage acme.v1;\nenum Color {\n  COLOR_UNSPECIFIED = 0;\n}",
	.after = "edition = \"2023\";\npackage acme.v1;\nenum Color {\n  option features.enum_type "
		 "= CLOSED;\n  "
		 "COLOR_UNSPECIFIED = 0;\n}",
	.safely = "Write features.enum_type with what it was, also when a file moves from proto2 "
		  "to an edition.",
};
