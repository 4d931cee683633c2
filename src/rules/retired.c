/*
 * Deletions of what was deprecated for as long as the configuration asks: instead of the plain rules,
 * which find them (breakwater-history(7), Retirement).
 */
#include "rules/finding.h"

#define RETIRED_COMPARES                                                                             \
	"As the rule without UNLESS_RETIRED, which it stands for if the configuration has a "        \
	"'retirement:' block: a deletion is fine if what was deleted was deprecated, without a "     \
	"break, in the last releases or for the days that the block asks for."
#define RETIRED_HURTS                                                                                \
	"As the rule without UNLESS_RETIRED: whoever uses it still had no time to see that it goes "  \
	"away, and what took its place."
#define RETIRED_SAFELY "Mark it deprecated, release that, and delete it when the time is over."

#define RETIRED(kind, pair, most, what, old, new)                                                    \
	const struct rule rule_##kind##_NO_DELETE_UNLESS_RETIRED = {                                 \
		.id = #kind "_NO_DELETE_UNLESS_RETIRED",                                             \
		.categories = CAT_RETIREMENT,                                                        \
		.by_retirement = true,                                                               \
		.not_in_v1 = true,                                                                   \
		.not_in_v1beta1 = true,                                                              \
		.breaks = most,                                                                      \
		.on = pair,                                                                          \
		.purpose = what " are deprecated before they are deleted",                           \
		.compares = RETIRED_COMPARES,                                                        \
		.hurts = RETIRED_HURTS,                                                              \
		.before = old,                                                                       \
		.after = new,                                                                        \
		.safely = RETIRED_SAFELY,                                                            \
	}

#define DATA_AND_SOURCE (JSON_BACKWARD | SOURCE_CODE | WIRE_BACKWARD)

RETIRED(ENUM, PAIR_FILE_ENUM, SOURCE_CODE, "enums", "enum Color { NONE = 0; }\nmessage Order {}",
	"message Order {}");
RETIRED(ENUM_VALUE, PAIR_ENUM_VALUE, DATA_AND_SOURCE | WIRE_FORWARD, "enum values",
	"enum Color { NONE = 0; RED = 1; }", "enum Color { NONE = 0; }");
RETIRED(EXTENSION, PAIR_FILE_EXTENSION, DATA_AND_SOURCE | JSON_FORWARD | WIRE_FORWARD, "extensions",
	"syntax = \"proto2\";\nmessage A { extensions 1 to 9; }\nextend A { optional int32 b = 1; }",
	"syntax = \"proto2\";\nmessage A { extensions 1 to 9; }");
RETIRED(FIELD, PAIR_FIELD, DATA_AND_SOURCE | JSON_FORWARD | WIRE_FORWARD, "fields",
	"message Order { string id = 1; int64 total = 2; }", "message Order { string id = 1; }");
RETIRED(FILE, PAIR_FILE, DATA_AND_SOURCE, "files", "message Order {}", "");
RETIRED(MESSAGE, PAIR_FILE_MESSAGE, DATA_AND_SOURCE, "messages", "message Order {}\nmessage Item {}",
	"message Item {}");
RETIRED(RPC, PAIR_METHOD, DATA_AND_SOURCE, "methods",
	"message A {}\nservice S { rpc Get(A) returns (A); }", "message A {}\nservice S {}");
RETIRED(SERVICE, PAIR_FILE_SERVICE, DATA_AND_SOURCE, "services", "message A {}\nservice S {}",
	"message A {}");
