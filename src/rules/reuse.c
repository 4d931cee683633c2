/*
 * Numbers and names that are spent: taken again after another owner left them. Found by history
 * (breakwater-history(7)), never by a pair of two revisions.
 */
#include "rules/finding.h"

const struct rule rule_ENUM_VALUE_NO_NAME_REUSE = {
	.id = "ENUM_VALUE_NO_NAME_REUSE",
	.categories = CAT_FILE | CAT_PACKAGE | CAT_WIRE_JSON | CAT_CSR,
	.by_history = true,
	.breaks = SOURCE_CODE,
	.on = PAIR_ENUM_VALUE,
	.purpose = "a name of an enum is not taken again by another number",
	.compares = "With --history, the name of each value with those of all published versions: "
		    "it must not come back under a number that it never had, after a version "
		    "without it. Moves and renames of the enum are followed.",
	.hurts = "Generated code of an older version has the name with the old number, so old and "
		 "new code of one name mean different values.",
	.before = "enum Color { NONE = 0; RED = 1; }",
	.after = "enum Color { NONE = 0; RED = 2; }",
	.safely = "Give the value another name, and reserve the old one.",
};

const struct rule rule_ENUM_VALUE_NO_NUMBER_REUSE = {
	.id = "ENUM_VALUE_NO_NUMBER_REUSE",
	.categories = CAT_FILE | CAT_PACKAGE | CAT_WIRE_JSON | CAT_WIRE | CAT_CSR,
	.by_history = true,
	.breaks = WIRE_BACKWARD | WIRE_FORWARD,
	.on = PAIR_ENUM_VALUE,
	.purpose = "a number of an enum is not taken again by another value",
	.compares =
		"With --history, the number of each value with those of all published versions: "
		"it must not come back under a name that it never had, after a version "
		"without it. Moves and renames of the enum are followed.",
	.hurts = "Stored data keeps numbers: what an older version wrote reads as the new value, "
		 "and nothing fails.",
	.before = "enum Color { NONE = 0; RED = 1; }",
	.after = "enum Color { NONE = 0; BLUE = 1; }",
	.safely = "Take the next number that was never used, and reserve the old one.",
};

const struct rule rule_FIELD_NO_NAME_REUSE = {
	.id = "FIELD_NO_NAME_REUSE",
	.categories = CAT_FILE | CAT_PACKAGE | CAT_WIRE_JSON | CAT_CSR,
	.by_history = true,
	.breaks = JSON_BACKWARD | JSON_FORWARD,
	.on = PAIR_FIELD,
	.purpose = "a name of a message is not taken again by another field",
	.compares = "With --history, the name of each field with those of all published versions: "
		    "it must not come back under a number that it never had, after a version "
		    "without it. Moves and renames of the message are followed.",
	.hurts = "JSON that an older version wrote has the name with the old meaning; if the types "
		 "differ it cannot be read.",
	.before = "message Order { int64 amount = 4; }",
	.after = "message Order { string amount = 5; }",
	.safely = "Give the field another name, and reserve the old one.",
};

const struct rule rule_FIELD_NO_NUMBER_REUSE = {
	.id = "FIELD_NO_NUMBER_REUSE",
	.categories = CAT_FILE | CAT_PACKAGE | CAT_WIRE_JSON | CAT_WIRE | CAT_CSR,
	.by_history = true,
	.breaks = WIRE_BACKWARD | WIRE_FORWARD,
	.on = PAIR_FIELD,
	.purpose = "a number of a message is not taken again by another field",
	.compares =
		"With --history, the number of each field and extension with those of all "
		"published versions: it must not come back with a name or type that it never "
		"had, after a version without it. Moves and renames of the message are followed.",
	.hurts =
		"Stored data keeps numbers: what an older version wrote reads as the new field, or "
		"cannot be read.",
	.before = "message Order { int64 amount = 4; }",
	.after = "message Order { string note = 4; }",
	.safely = "Take the next number that was never used, and reserve the old one.",
};
