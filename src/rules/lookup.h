/*
 * What a check asks of the new side's messages and enums, in a time that does not grow with them:
 * a stranger's message may have a million fields, and lose them all.
 */
#pragma once
#include "rules/finding.h"

struct range {
	int32_t begin, end; /* inclusive */
	struct span span;
};

/* Sorted. Those of one element never overlap. */
struct ranges {
	VEC(struct range) list;
};

void ranges_sort(struct ranges *ranges);
bool ranges_hold(const struct ranges *ranges, int32_t number);

/* A field by interned name. */
const struct field *lookup_field(struct check *c, const struct message *message, struct str name);
/* A oneof by interned name; a synthetic one counts, as for ONEOF_NO_DELETE. */
const struct oneof *lookup_oneof(struct check *c, const struct message *message, struct str name);
const struct enum_value *lookup_value(
	struct check *c, const struct enumeration *enumeration, struct str name);

/* All values of one number in order of declaration; more than one are aliases. */
struct values {
	VEC(const struct enum_value *) list;
};
/* NULL for a number that no value has. */
const struct values *lookup_values(
	struct check *c, const struct enumeration *enumeration, int32_t number);

/* Does a message or an enum reserve the number, the interned name? */
bool lookup_reserved(struct check *c, const struct element *element, int32_t number);
bool lookup_reserved_name(struct check *c, const struct element *element, struct str name);
/* Does an extension range of the message hold the number? */
bool lookup_extensible(struct check *c, const struct message *message, int32_t number);
