/*
 * Lookups in the new side's messages and enums whose time does not grow with their size: a hostile
 * message may have a million fields and lose all of them.
 */
#pragma once
#include "rules/finding.h"

struct number_range {
	int32_t begin, end; /* inclusive */
	struct span span;
};

/* Sorted; ranges of one element never overlap. */
struct number_ranges {
	VEC(struct number_range) list;
};

void ranges_sort(struct number_ranges *ranges);

/* A field by interned name. */
const struct field *lookup_field(struct check *c, const struct message *message, struct str name);
/* A oneof by interned name, including synthetic ones, as ONEOF_NO_DELETE wants. */
const struct oneof *lookup_oneof(struct check *c, const struct message *message, struct str name);
const struct enum_value *lookup_value(
	struct check *c, const struct enumeration *enumeration, struct str name);

/* The values with one number, in order of declaration; several are aliases. */
struct aliases {
	VEC(const struct enum_value *) list;
};
/* NULL: no value has the number. */
const struct aliases *lookup_values(
	struct check *c, const struct enumeration *enumeration, int32_t number);

/* Does the message or enum reserve the number, or the interned name? */
bool lookup_reserved(struct check *c, const struct element *element, int32_t number);
bool lookup_reserved_name(struct check *c, const struct element *element, struct str name);
/* Does an extension range of the message hold the number? */
bool lookup_extensible(struct check *c, const struct message *message, int32_t number);
