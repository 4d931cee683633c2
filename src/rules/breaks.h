/*
 * What a finding breaks: the surfaces on which a value that a writer may legally hold under its
 * own schema does not arrive as that value at a reader that goes by the other one.
 *
 * The definition and its rows are in doc/breaks.md; each function of the breaks*.c files names the
 * row it answers.
 *
 *	struct breaks *breaks = breaks_new(arena, names, diff); // once in rules_run
 *	finding->breaks = breaks_of(breaks, rule, pair, DETAIL_NONE);
 */
#pragma once
#include "diff/pair.h"
#include "rules/rules.h"

/*
 * Which of several things of a pair the finding is about. RESERVED_*: is a number or a name gone?
 * EXTENSION_MESSAGE_NO_DELETE: DETAIL_RANGE and the index of the old range.
 */
enum { DETAIL_NONE, DETAIL_NUMBER, DETAIL_NAME, DETAIL_RANGE };

/*
 * One run's judge. It remembers which types hold the same and which ones the old side uses, since
 * a type that moved has a finding at every field of it.
 */
struct breaks;

/* Everything in `arena`. Cheap: nothing is looked at before it is needed. */
struct breaks *breaks_new(struct arena *arena, struct intern *names, const struct diff *diff);

/*
 * What the change behind this pair breaks, for the property that `rule` compares: a mask of enum
 * surface, perhaps 0. The rules named above need their `detail`.
 */
unsigned breaks_of(
	struct breaks *breaks, const struct rule *rule, const struct pair *pair, int detail);

/* What a rule's `narrow` is asked: the arguments of breaks_of. */
struct question {
	struct breaks *b;
	const struct rule *rule;
	const struct pair *pair;
	int detail;
};

/* All that a declaration breaks which was there and is refused or unknown now. */
enum {
	GONE = WIRE_BACKWARD | JSON_BACKWARD | SOURCE_CODE,
	WIRE = WIRE_BACKWARD | WIRE_FORWARD,
	JSON = JSON_BACKWARD | JSON_FORWARD,
	EVERYTHING = WIRE | JSON | SOURCE_CODE,
};

/* The `narrow` of rules that need more than the pair to answer: breaks_field.c, breaks_enum.c,
 * breaks_file.c. Others stand beside their rule. */
unsigned field_type_breaks(const struct question *q);
unsigned field_cardinality_breaks(const struct question *q);
unsigned required_breaks(const struct question *q);
unsigned field_oneof_breaks(const struct question *q);
unsigned field_deletion_breaks(const struct question *q);
unsigned field_name_breaks(const struct question *q);
unsigned json_name_breaks(const struct question *q);
unsigned value_deletion_breaks(const struct question *q);
unsigned value_json_name_breaks(const struct question *q);
unsigned value_name_breaks(const struct question *q);
unsigned syntax_breaks(const struct question *q);
unsigned message_deletion_breaks(const struct question *q);
unsigned file_deletion_breaks(const struct question *q);
unsigned package_deletion_breaks(const struct question *q);
unsigned extension_deletion_breaks(const struct question *q);
unsigned extension_range_breaks(const struct question *q);
unsigned service_deletion_breaks(const struct question *q);

/* The surfaces on which messages of one are lost when read as the other; NULL: unknown. */
unsigned message_breaks(struct breaks *b, const struct message *old, const struct message *new);
