/*
 * Shared by the breaks*.c files, private to them.
 *
 * All questions have one direction: does a value of `from` arrive in `to`? Backward, `from` is the
 * old side and `to` the new one; forward, the reverse. So one piece of code implements both
 * directions of a row of doc/breaks.md.
 */
#pragma once
#include "rules/breaks.h"

/* One surface, read in one direction. */
struct way {
	bool json;           /* else the wire */
	bool backward;       /* `from` is on the old side */
	bool zero_is_hidden; /* `from` is an enum whose zero is not written */
};

/* Two messages to compare; `parent` is the index of the pair that led here, or -1. */
struct content {
	const struct message *from, *to;
	int parent;
};

struct breaks {
	struct arena *arena;
	struct intern *names;
	const struct diff *diff;
	struct map indexed;   /* (message or enum, 0): it is in the four maps below; (message, 1):
				 struct taken_numbers */
	struct map by_number; /* (message or enum, number): a field, or the values of that number */
	struct map by_name;   /* (name, message or enum): a field or value */
	struct map by_json;  /* (interned JSON name or name, message): its first field; (custom JSON
				name, enum): its first value */
	struct map contents; /* (from, to, way): the result for two messages or enums */
	VEC(struct content) queue; /* pairs of the current comparison */
	struct map used;           /* (full name): a field of the old side that has this type */
	bool used_is_known;
	const struct enum_value *was, *is; /* the last question to value_name_breaks, */
	unsigned renamed_breaks;           /* and its answer */
};

/* The surface that breaks if a value does not arrive in this way. */
unsigned way_surface(struct way way);

/* The values of an enum with one number (aliases), in order of declaration. */
struct enum_names {
	VEC(const struct enum_value *) list;
};

/* breaks_index.c: lookups in a time that does not depend on the number of elements. */
const struct field *index_number(struct breaks *b, const struct message *message, int32_t number);
const struct field *index_name(struct breaks *b, const struct message *message, struct str name);
/* The field that receives a JSON key under which `field` is written: by JSON name, else by original
 * name, as readers do. */
const struct field *index_json(
	struct breaks *b, const struct message *message, const struct field *field);
/* NULL: no value has the number. */
const struct enum_names *index_values(
	struct breaks *b, const struct enumeration *e, int32_t number);
const struct enum_value *index_value(
	struct breaks *b, const struct enumeration *e, struct str name);
/*
 * The name that writers print in JSON for a number: the custom name of its first value, or its
 * name. And the value that readers find by a JSON name; NULL: none.
 */
struct str enum_names_print(struct breaks *b, const struct enum_names *names);
const struct enum_value *index_printed(
	struct breaks *b, const struct enumeration *e, struct str printed);
struct taken_range {
	int64_t begin, end;
};

/* The numbers taken by its fields, extension ranges and reserved ranges, as sorted ranges that
 * neither overlap nor touch. */
struct taken_numbers {
	VEC(struct taken_range) list;
};
const struct taken_numbers *index_taken(struct breaks *b, const struct message *message);
/* Does a field of the old side have this message as its type? Its own fields do not count. */
bool index_is_used(struct breaks *b, const struct message *message);

/* breaks_type.c: a value of one type, read as another. */
enum outcome {
	KEPT,
	LOST,
	CONTENT, /* depends on the contents of the two messages */
};

/* The type of one value of a field. */
struct type {
	enum field_type type; /* as on the wire: TYPE_GROUP for all delimited messages */
	struct str name;      /* of messages, enums and unresolved types */
	const struct message *message;
	const struct enumeration *enumeration;
	bool zero_is_hidden; /* a single value without presence: zero is not written */
};

struct type type_of(const struct field *field);
/*
 * `key`: both are map keys. Messages and enums of one name count as equal: changes inside them have
 * findings of their own.
 */
enum outcome type_outcome(
	struct breaks *b, struct way way, const struct type *from, const struct type *to, bool key);
/* Do the two types differ in generated code? */
bool type_changes_source(const struct type *old, const struct type *new);

/* breaks_meaning.c: the values of two enums. */
/* Are the values of `names`, as JSON writes them, lost or misread by the enum `to`? */
bool enum_names_are_lost_in_json(
	struct breaks *b, const struct enum_names *names, const struct enumeration *to);
/* Does one of the names have another number in the other enum? */
bool enum_names_moved(
	struct breaks *b, const struct enum_names *names, const struct enumeration *to);
bool enum_is_lost(struct breaks *b, struct way way, const struct enumeration *from,
	const struct enumeration *to);

/*
 * breaks_content.c: compares content recursively, with a cache for each two messages or enums and
 * way. A pair of messages that is being compared counts as kept; this ends the recursion and is
 * right if nothing breaks.
 */
enum known { UNKNOWN_YET, KNOWN_KEPT, KNOWN_LOST };

/* Valid until the next such call. */
void **content_slot(
	struct breaks *b, struct way way, const struct element *from, const struct element *to);
enum known content_known(void *const *slot);
void content_know(void **slot, enum known known);
bool message_is_lost(
	struct breaks *b, struct way way, const struct message *from, const struct message *to);
/* The type alone; maps are compared as maps. */
bool field_type_is_lost(
	struct breaks *b, struct way way, const struct field *from, const struct field *to);
/* Compares list, map and singular: is a value lost? */
bool field_shape_is_lost(struct way way, const struct field *from, const struct field *to);
/* Has the receiving field another name, and does one of the two names belong to a different field
 * on the other side? */
bool field_is_misnamed(struct breaks *b, const struct field *from, const struct field *to);
/* Can a writer of `from` set two fields together whose counterparts are members of one oneof of
 * `to`? */
bool oneof_is_mixed(
	struct breaks *b, struct way way, const struct message *from, const struct oneof *to);
/* Is a number of begin…end neither declared nor reserved nor an extension number in `message`? */
bool range_is_free(struct breaks *b, const struct message *message, int32_t begin, int32_t end);
