/*
 * What a finding breaks: the surfaces on which a legal value written with one schema is read
 * differently with the other. doc/breaks.md has the definition and its table; each function of the
 * breaks*.c files names the row it implements.
 *
 *	struct breaks *breaks = breaks_new(arena, names, diff); // once in rules_run
 *	finding->breaks = breaks_of(breaks, rule, pair, DETAIL_NONE);
 */
#pragma once
#include "diff/pair.h"
#include "rules/rules.h"

/*
 * Judges the findings of one run. Caches which types have equal content and which types the old
 * side uses, since a moved type causes a finding at each of its fields.
 */
struct breaks;

/* Allocates from `arena`. Cheap: indexes are built on demand. */
struct breaks *breaks_new(struct arena *arena, struct intern *names, const struct diff *diff);

/*
 * The surfaces that the change of this pair breaks, as far as the property that `rule` compares: a
 * mask of enum surface, may be 0. `detail` matters for the rules named at DETAIL_NONE.
 */
unsigned breaks_of(
	struct breaks *breaks, const struct rule *rule, const struct pair *pair, int detail);

/* Argument of a rule's `narrow`: the arguments of breaks_of. */
struct question {
	struct breaks *b;
	const struct rule *rule;
	const struct pair *pair;
	int detail;
};

/* What the deletion of a declaration breaks. */
enum {
	GONE = WIRE_BACKWARD | JSON_BACKWARD | SOURCE_CODE,
	WIRE = WIRE_BACKWARD | WIRE_FORWARD,
	JSON = JSON_BACKWARD | JSON_FORWARD,
	EVERYTHING = WIRE | JSON | SOURCE_CODE,
};

/* `narrow` functions that need more than the pair, from breaks_field.c, breaks_enum.c and
 * breaks_file.c. The others are beside their rules. */
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

/* The surfaces that the deletion of an element of the old side breaks by itself; 0 for what is
 * inside a message, an enum or a service. */
unsigned deletion_breaks(struct breaks *breaks, const struct element *element);
/* The surfaces on which a message of one type is misread as the other; NULL: an unknown type. */
unsigned message_breaks(struct breaks *b, const struct message *old, const struct message *new);
