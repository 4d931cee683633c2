/* Enums and their values. */
#include "rules/lookup.h"

enum { PLAIN, UNLESS_NUMBER_RESERVED, UNLESS_NAME_RESERVED };
enum { ENUM_OPTION_ALLOW_ALIAS = 2 };
enum { VALUE_OPTION_JSON = 998, JSON_STRING = 1 }; /* json_enumvalue_options.proto */

static bool may_alias(const struct enumeration *enumeration)
{
	return options_bool(enumeration->e.options, ENUM_OPTION_ALLOW_ALIAS, false);
}

static struct str value_words(const struct check *c, const struct enum_value *value)
{
	return str_printf(c->arena, "enum value %d '" STR "' of '" STR "'", value->number,
		ARG(value->e.name), ARG(full_name(c, value->e.parent)));
}

/* aliases that a message names */
enum { MAX_NAMES = 10 };

/* The names of a number, joined by commas. The enum has at least one. */
static struct str names_of(struct check *c, const struct enumeration *enumeration, int32_t number)
{
	const struct aliases *values = lookup_values(c, enumeration, number);
	struct str names = values->list.items[0]->e.name;

	for (uint32_t i = 1; i < values->list.n && i < MAX_NAMES; i++)
		names = str_printf(
			c->arena, STR ", " STR, ARG(names), ARG(values->list.items[i]->e.name));
	return names;
}

/* Does the new enum reserve all names of the old number? `missing` receives the first that it does
 * not. */
static bool names_reserved(struct check *c, const struct enum_value *old,
	const struct enumeration *new, struct str *missing)
{
	const struct aliases *values =
		lookup_values(c, (const struct enumeration *)old->e.parent, old->number);

	for (uint32_t i = 0; i < values->list.n; i++) {
		if (!lookup_reserved_name(c, &new->e, values->list.items[i]->e.name)) {
			*missing = values->list.items[i]->e.name;
			return false;
		}
	}
	return true;
}

static struct str deletion_help(
	struct check *c, const struct enum_value *old, const struct enumeration *new)
{
	struct str missing = { NULL, 0 };
	bool number = lookup_reserved(c, &new->e, old->number),
	     names = names_reserved(c, old, new, &missing);
	struct str spelled = reserved_spelling(c->arena, new->e.file, missing);

	if (number && names)
		return S("number and name are reserved already, so nobody takes them again; keep "
			 "the value, marked [deprecated = true], as long as anybody uses it");
	if (number)
		return str_printf(c->arena,
			"keep the value, marked [deprecated = true], as long as anybody uses it; "
			"number %d is reserved already, add `reserved " STR ";` for its name",
			old->number, ARG(spelled));
	if (names)
		return str_printf(c->arena,
			"keep the value, marked [deprecated = true], as long as anybody uses it; "
			"its name is reserved already, add `reserved %d;` for its number",
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

	if (pair->new.enum_value) /* paired by number, which an alias may have kept */
		return;
	if (rule->arg == UNLESS_NUMBER_RESERVED && lookup_reserved(c, &enumeration->e, old->number))
		return;
	if (rule->arg == UNLESS_NAME_RESERVED && names_reserved(c, old, enumeration, &missing))
		return;
	fact = (struct fact){
		.old = spot_element(&old->e),
		.new = spot_element(&enumeration->e),
		.subject = &old->e,
	};
	moved = lookup_value(c, enumeration, old->e.name);
	if (moved) {
		fact.old = spot_exact(&old->e, old->number_span);
		fact.now = spot_exact(&moved->e, moved->number_span);
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
	finding_follows(c, f, &old->e, ROW_ENUM_VALUE_NO_DELETE);
	if (rule->arg == UNLESS_NAME_RESERVED)
		finding_follows(c, f, &old->e, ROW_ENUM_VALUE_NO_DELETE_UNLESS_NUMBER_RESERVED);
}

/* The help on JSON for a renamed value, in editions that have custom names; absent in others. */
static struct str json_rename_help(
	const struct check *c, const struct enum_value *lost, const struct enum_value *value)
{
	struct str was = enum_value_json_string(lost), is = enum_value_json_string(value);

	if (is.p && str_eq(is, was.p ? was : lost->e.name))
		return S("; JSON keeps the name that it had, but for runtimes before protobuf 36, "
			 "which only know declared names");
	if (value->e.file->edition < EDITION_2026 || was.p || is.p)
		return (struct str){ NULL, 0 };
	return str_printf(c->arena,
		"; where only JSON counts, `" STR " = %d [(pb.enumvalue.json).string = \"" STR
		"\"];` keeps the old name there for readers since protobuf 36",
		ARG(value->e.name), value->number, ARG(lost->e.name));
}

static struct str rename_help(struct check *c, const struct enumeration *new,
	const struct enum_value *lost, const struct enum_value *value)
{
	const struct enum_value *elsewhere = lookup_value(c, new, lost->e.name);
	struct str json = json_rename_help(c, lost, value);

	if (elsewhere)
		return str_printf(c->arena,
			"'" STR "' has number %d now: give the values their numbers back, since "
			"data that was written before is read as the other value",
			ARG(lost->e.name), elsewhere->number);
	if (may_alias(new))
		return str_printf(c->arena,
			"keep `" STR " = %d;` as an alias of the new name, first in order while "
			"JSON readers know only the old one" STR,
			ARG(lost->e.name), lost->number, ARG(json));
	return str_printf(c->arena,
		"keep `" STR " = %d;` first and add the new name below it as an alias, with "
		"`option allow_alias = true;`" STR,
		ARG(lost->e.name), lost->number, ARG(json));
}

/* An old name that the number no longer has; NULL if it has them all. */
static const struct enum_value *lost_name(struct check *c, const struct pair *pair)
{
	const struct enumeration *old = pair->parent->old.enumeration;
	const struct enumeration *new = pair->parent->new.enumeration;
	const struct aliases *values;
	int32_t number = pair->old.enum_value->number;

	/* Without aliases the answer needs no lookup. */
	if (!may_alias(old) && !may_alias(new))
		return pair->old.enum_value->e.name.p == pair->new.enum_value->e.name.p
			       ? NULL
			       : pair->old.enum_value;
	values = lookup_values(c, old, number);
	for (uint32_t i = 0; i < values->list.n; i++) {
		const struct enum_value *now = lookup_value(c, new, values->list.items[i]->e.name);

		if (!now || now->number != number)
			return values->list.items[i];
	}
	return NULL;
}

static void enum_value_same_name(struct check *c, const struct rule *rule, const struct pair *pair)
{
	const struct enumeration *old = pair->parent->old.enumeration;
	const struct enumeration *new = pair->parent->new.enumeration;
	const struct enum_value *lost;
	const struct aliases *values;

	if (!pair->new.enum_value)
		return;
	lost = lost_name(c, pair);
	if (!lost)
		return;
	/* One finding for each value that has the number now, unchanged aliases included, as
	 * measured. */
	values = lookup_values(c, new, lost->number);
	for (uint32_t i = 0; i < values->list.n; i++) {
		const struct enum_value *value = values->list.items[i];
		const struct enum_value *had = lookup_value(c, old, value->e.name);
		struct fact fact = {
			.old = spot_element(&lost->e),
			/* As measured, the place is the number's. */
			.new = spot_span(&value->e, value->number_span),
			.now = spot_element(&value->e),
			.subject = &lost->e,
			.before = names_of(c, old, lost->number),
			.after = value->e.name,
			.help = rename_help(c, new, lost, value),
		};

		if (had && had->number == value->number)
			finding_add(c, rule, pair, &fact, STR " lost its name, '" STR "' is left",
				ARG(value_words(c, lost)), ARG(value->e.name));
		else
			finding_add(c, rule, pair, &fact, STR " was renamed to '" STR "'",
				ARG(value_words(c, lost)), ARG(value->e.name));
	}
}

/* The value's name in JSON. */
static struct str printed_name(const struct enum_value *value)
{
	struct str custom = enum_value_json_string(value);

	return custom.p ? custom : value->e.name;
}

static struct spot json_string_spot(const struct enum_value *value)
{
	const struct option *json = options_find(value->e.options, VALUE_OPTION_JSON), *string;

	string = json ? options_find(option_message(json), JSON_STRING) : NULL;
	return spot_option(&value->e, string ? string : json);
}

static struct str json_name_help(const struct check *c, const struct enum_value *old,
	const struct enum_value *new, unsigned breaks)
{
	struct str was = enum_value_json_string(old);

	if (!was.p && breaks == JSON_FORWARD)
		return str_printf(c->arena,
			"leave the name '" STR "' out until every reader has this contract: those "
			"of the old one refuse it",
			ARG(printed_name(new)));
	if (was.p)
		return str_printf(c->arena,
			"keep `(pb.enumvalue.json).string = \"" STR
			"\"`: data that was written before holds it",
			ARG(was));
	return str_printf(c->arena, "leave the name '" STR "' to the value that has it",
		ARG(printed_name(new)));
}

static void enum_value_same_json_name(
	struct check *c, const struct rule *rule, const struct pair *pair)
{
	const struct enum_value *old = pair->old.enum_value, *new = pair->new.enum_value;
	struct fact fact;
	unsigned breaks;

	if (!new || (!old->e.options && !new->e.options))
		return;
	breaks = breaks_of(c->breaks, rule, pair, DETAIL_NONE);
	if (!breaks) /* each side reads what the other prints */
		return;
	new = lookup_values(c, pair->parent->new.enumeration, new->number)->list.items[0];
	fact = (struct fact){
		.old = json_string_spot(old),
		.new = json_string_spot(new),
		.subject = &old->e,
		.before = printed_name(old),
		.after = printed_name(new),
		.help = json_name_help(c, old, new, breaks),
	};
	finding_add(c, rule, pair, &fact,
		STR " changed its name in JSON from '" STR "' to '" STR "'",
		ARG(value_words(c, old)), ARG(fact.before), ARG(fact.after));
}

static void enum_same_type(struct check *c, const struct rule *rule, const struct pair *pair)
{
	const struct enumeration *old = pair->old.enumeration, *new = pair->new.enumeration;
	bool was = enum_is_closed(old), is = enum_is_closed(new);
	struct fact fact;

	if (was == is)
		return;
	fact = (struct fact){
		.old = spot_feature(&old->e, 0, FEATURE_ENUM_TYPE),
		.new = spot_feature(&new->e, 0, FEATURE_ENUM_TYPE),
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
	"Source code that uses the value no longer builds. JSON readers refuse its name in old "  \
	"documents, "                                                                             \
	"reserved or not. On the wire an open enum still gives the bare number, until somebody "  \
	"gives the "                                                                              \
	"number to a new value: then old data means something else. A closed enum drops it, from " \
	"lists too, and drops a map's entry with it."

/* Only the open side holds numbers without a value. */
static unsigned enum_type_breaks(const struct question *q)
{
	return enum_is_closed(q->pair->new.enumeration) ? GONE : WIRE_FORWARD | JSON_FORWARD;
}

const struct rule rule_ENUM_VALUE_NO_DELETE = {
	.id = "ENUM_VALUE_NO_DELETE",
	.categories = CAT_FILE | CAT_PACKAGE | CAT_CSR,
	.breaks = JSON_BACKWARD | SOURCE_CODE | WIRE_BACKWARD | WIRE_FORWARD,
	.narrow = value_deletion_breaks,
	.on = PAIR_ENUM_VALUE,
	.check = enum_value_no_delete,
	.arg = PLAIN,
	.purpose = "enum values are not deleted",
	.compares = "Whether the enum still has a value with each number that it had. Dropping one "
		    "of two aliases is no deletion; a value that got another number is.",
	.hurts = VALUE_DELETION_HURTS,
	.before = "enum Color {\n  COLOR_UNSPECIFIED = 0;\n  COLOR_RED = 1;\n}",
	.after = "enum Color {\n  COLOR_UNSPECIFIED = 0;\n}",
	.safely = "Mark the value [deprecated = true] and keep it while it is stored or sent "
		  "anywhere. When it is deleted in the end, reserve its number and its name.",
};

const struct rule rule_ENUM_VALUE_NO_DELETE_UNLESS_NUMBER_RESERVED = {
	.id = "ENUM_VALUE_NO_DELETE_UNLESS_NUMBER_RESERVED",
	.categories = CAT_WIRE_JSON | CAT_WIRE | CAT_CSR,
	.breaks = JSON_BACKWARD | SOURCE_CODE | WIRE_BACKWARD | WIRE_FORWARD,
	.narrow = value_deletion_breaks,
	.on = PAIR_ENUM_VALUE,
	.check = enum_value_no_delete,
	.arg = UNLESS_NUMBER_RESERVED,
	.purpose = "enum values are not deleted without reserving their number",
	.compares = "Whether the enum still has a value with each number that it had, or holds the "
		    "number in a reserved range.",
	.hurts = VALUE_DELETION_HURTS,
	.before = "enum Color {\n  COLOR_UNSPECIFIED = 0;\n  COLOR_RED = 1;\n}",
	.after = "enum Color {\n  reserved \"COLOR_RED\";\n  COLOR_UNSPECIFIED = 0;\n}",
	.safely = "Add `reserved 1;` with the number of the value to the enum when you delete it, "
		  "and reserve the name too if it is ever written as JSON.",
};

const struct rule rule_ENUM_VALUE_NO_DELETE_UNLESS_NAME_RESERVED = {
	.id = "ENUM_VALUE_NO_DELETE_UNLESS_NAME_RESERVED",
	.categories = CAT_WIRE_JSON | CAT_CSR,
	.breaks = JSON_BACKWARD | SOURCE_CODE | WIRE_BACKWARD | WIRE_FORWARD,
	.narrow = value_deletion_breaks,
	.on = PAIR_ENUM_VALUE,
	.check = enum_value_no_delete,
	.arg = UNLESS_NAME_RESERVED,
	.purpose = "enum values are not deleted without reserving their name",
	.compares = "Whether the enum still has a value with each number that it had, or holds all "
		    "names of that number among its reserved names.",
	.hurts = "JSON readers refuse the name in old documents, reserved or not. If the name is "
		 "given to a new value later, old documents are read as that one, and source code "
		 "that still uses it builds again and means something else. Reserving the name "
		 "prevents that.",
	.before = "enum Color {\n  COLOR_UNSPECIFIED = 0;\n  COLOR_RED = 1;\n}",
	.after = "enum Color {\n  reserved 1;\n  COLOR_UNSPECIFIED = 0;\n}",
	.safely = "Add `reserved \"COLOR_RED\";` with the name of the value to the enum when you "
		  "delete it (in editions without quotes), each alias too, and reserve the number "
		  "as well.",
};

const struct rule rule_ENUM_VALUE_SAME_NAME = {
	.id = "ENUM_VALUE_SAME_NAME",
	.categories = CAT_FILE | CAT_PACKAGE | CAT_WIRE_JSON | CAT_CSR,
	.breaks = JSON_BACKWARD | JSON_FORWARD | SOURCE_CODE | WIRE_BACKWARD | WIRE_FORWARD,
	.narrow = value_name_breaks,
	.on = PAIR_ENUM_VALUE,
	.check = enum_value_same_name,
	.purpose = "enum values keep their names",
	.compares = "Whether a number that both sides have still has all the names that it had. "
		    "Adding an alias or changing the order of aliases is no change. Every value "
		    "with that number has a finding.",
	.hurts = "JSON holds enum values by name: new readers refuse the old name, old readers the "
		 "new one. Source code that uses the old name no longer builds. On the wire a "
		 "renamed value arrives; two values that exchange their numbers turn into each "
		 "other, without any error.",
	.before = "enum Color {\n  COLOR_UNSPECIFIED = 0;\n  COLOR_RED = 1;\n}",
	.after = "enum Color {\n  COLOR_UNSPECIFIED = 0;\n  COLOR_CRIMSON = 1;\n}",
	.safely = "Add the new name as an alias below the old one (`option allow_alias = true;`), "
		  "in a later release exchange their order, so that writers print the new name, "
		  "and drop the old one when no stored document uses it any more. From edition "
		  "2026 on `(pb.enumvalue.json).string` on the new name keeps the old one in JSON, "
		  "for runtimes since protobuf 36; source code still has to follow.",
};

#define JSON_OPTIONS_HEAD                                       \
	"edition = \"2026\";\npackage acme.v1;\nimport option " \
	"\"google/protobuf/json_options.proto\";\n"

const struct rule rule_ENUM_VALUE_SAME_JSON_NAME = {
	.id = "ENUM_VALUE_SAME_JSON_NAME",
	.categories = CAT_FILE | CAT_PACKAGE | CAT_WIRE_JSON | CAT_CSR,
	.breaks = JSON_BACKWARD | JSON_FORWARD,
	.narrow = value_json_name_breaks,
	.on = PAIR_ENUM_VALUE,
	.check = enum_value_same_json_name,
	.purpose = "enum values keep their custom names in JSON",
	.compares = "Whether a number that both sides have is printed in JSON under a name that "
		    "the other side reads as that value, where (pb.enumvalue.json).string says "
		    "what is printed. Readers take the declared name first, then the custom one. "
		    "Runtimes before protobuf 36 only know declared names; this rule assumes that "
		    "both ends know both.",
	.hurts = "A name that is added is refused by readers of the old contract, one that is "
		 "removed by readers of the new one, since old documents hold it. A name that "
		 "stands for another number now is read as that one, without any error.",
	.before = JSON_OPTIONS_HEAD "enum Color {\n  COLOR_UNSPECIFIED = 0;\n  COLOR_RED = 1 "
				    "[(pb.enumvalue.json).string = \"red\"];\n}",
	.after = JSON_OPTIONS_HEAD "enum Color {\n  COLOR_UNSPECIFIED = 0;\n  COLOR_RED = 1 "
				   "[(pb.enumvalue.json).string = \"crimson\"];\n}",
	.safely = "Give a value its name in JSON when it is new, and keep it. To a value that is "
		  "in use add one only when every reader has the contract that declares it.",
};

const struct rule rule_ENUM_SAME_TYPE = {
	.id = "ENUM_SAME_TYPE",
	.categories = CAT_FILE | CAT_PACKAGE,
	.breaks = JSON_BACKWARD | JSON_FORWARD | SOURCE_CODE | WIRE_BACKWARD | WIRE_FORWARD,
	.narrow = enum_type_breaks,
	.on = PAIR_ENUM,
	.check = enum_same_type,
	.purpose = "enums stay open or closed",
	.compares = "Whether the enum is open or closed, after resolving features: proto2 is "
		    "closed, proto3 open, editions open unless features.enum_type says otherwise.",
	.hurts = "A closed enum drops numbers that it does not know: the field reads as not set, a "
		 "list loses the element, a map the entry. Open to closed hits new readers of old "
		 "data, closed to open hits old readers of new data. Code with an exhaustive "
		 "switch changes as well.",
	.before =
		"edition = \"2023\";\npackage acme.v1;\nenum Color {\n  COLOR_UNSPECIFIED = 0;\n}",
	.after = "edition = \"2023\";\npackage acme.v1;\nenum Color {\n  option features.enum_type "
		 "= CLOSED;\n  COLOR_UNSPECIFIED = 0;\n}",
	.safely = "Write features.enum_type with what it was, also when a file moves from proto2 "
		  "to an edition.",
};
