/*
 * What the breaks*.c files share. Private to them.
 *
 * Everything is asked in one direction: does a value that `from` holds arrive in `to`? Backward the
 * old side writes and the new one reads, forward it is the other way round; so each row of
 * doc/breaks.md and its reverse are one piece of code.
 */
#pragma once
#include "rules/breaks.h"

/* One surface, read in one direction. */
struct way {
	bool json;     /* else the wire */
	bool backward; /* `from` is of the old side */
};

/* Two messages whose values are to be compared; `parent` is the one that led here, or -1. */
struct content {
	const struct message *from, *to;
	int parent;
};

struct breaks {
	struct arena *arena;
	struct intern *names;
	const struct diff *diff;
	struct map indexed;   /* (message or enum, 0): the four maps below know it; (message, 1):
				 struct   taken */
	struct map by_number; /* (message or enum, number): a field, or the values of that number */
	struct map by_name;   /* (name, message or enum): a field or value */
	struct map by_json;   /* (interned JSON name or name, message): the first field of it;
				 (custom name in JSON, enum): the first value of it */
	struct map contents;  /* (from, to and way): what is known of two messages or enums */
	VEC(struct content) queue; /* of the comparison that runs */
	struct map used;           /* (full name): a field of the old side that has this type */
	bool used_is_known;
	const struct enum_value *was, *is; /* value_name_breaks was asked last about these, */
	unsigned renamed_breaks;           /* and said this */
};

/* The surface that is broken when something does not arrive in this way. */
unsigned way_surface(struct way way);

/* Everything of one enum that stands at one number, in the order of declaration: aliases. */
struct enum_names {
	VEC(const struct enum_value *) list;
};

/* breaks_index.c: elements by what they are found by, however many there are. */
const struct field *index_number(struct breaks *b, const struct message *message, int32_t number);
const struct field *index_name(struct breaks *b, const struct message *message, struct str name);
/* The one that a key under which `field` is written leads to: by JSON name, else by original name,
 * as readers do. */
const struct field *index_json(
	struct breaks *b, const struct message *message, const struct field *field);
/* NULL when no value has the number. */
const struct enum_names *index_values(
	struct breaks *b, const struct enumeration *e, int32_t number);
const struct enum_value *index_value(
	struct breaks *b, const struct enumeration *e, struct str name);
/*
 * The name that writers print in JSON for a number, by its first value: the custom one, or the
 * value's. And the value that readers take a name in JSON for, NULL: none.
 */
struct str enum_names_print(struct breaks *b, const struct enum_names *names);
const struct enum_value *index_printed(
	struct breaks *b, const struct enumeration *e, struct str printed);
struct taken_range {
	int64_t begin, end;
};

/* The numbers that its fields, extension ranges and reserved ranges take, as ranges that neither
 * touch nor overlap, in their order. */
struct taken {
	VEC(struct taken_range) list;
};
const struct taken *index_taken(struct breaks *b, const struct message *message);
/* Has a field of the old side this message as its type? The message's own fields do not count. */
bool index_is_used(struct breaks *b, const struct message *message);

/* breaks_type.c: a value of one type read as another one. */
enum outcome {
	KEPT,
	LOST,
	CONTENT, /* as the values of the two messages (in type_message) go */
};

/* What a field holds one of. */
struct type {
	enum field_type type; /* as on the wire: TYPE_GROUP for every delimited message */
	struct str name;      /* of messages, enums and what could not be resolved */
	const struct message *message;
	const struct enumeration *enumeration;
};

struct type type_of(const struct field *field);
/*
 * `key`: both are keys of maps. Messages and enums of one name are kept: what changed in them has
 * findings of its own.
 */
enum outcome type_outcome(
	struct breaks *b, struct way way, const struct type *from, const struct type *to, bool key);
/* Does generated code give the two types differently? */
bool type_changes_source(const struct type *old, const struct type *new);

/* breaks_meaning.c: the values of two enums. */
/* Do the values of `names` that JSON holds arrive as others, or nowhere, in the enum `to`? */
bool enum_names_are_lost_in_json(
	struct breaks *b, const struct enum_names *names, const struct enumeration *to);
/* Does one of the names stand under another number in the other enum? */
bool enum_names_moved(
	struct breaks *b, const struct enum_names *names, const struct enumeration *to);
bool enum_is_lost(struct breaks *b, struct way way, const struct enumeration *from,
	const struct enumeration *to);

/*
 * breaks_content.c: content against content, recursively. What is known of two messages or enums
 * and a way; while messages are compared, the ones that were met are taken for kept, which ends
 * recursive ones and is true if nothing is found.
 */
enum known { UNKNOWN_YET, KNOWN_KEPT, KNOWN_LOST };

/* Valid until the next such call. */
void **content_slot(
	struct breaks *b, struct way way, const struct element *from, const struct element *to);
enum known content_known(void *const *slot);
void content_know(void **slot, enum known known);
bool message_is_lost(
	struct breaks *b, struct way way, const struct message *from, const struct message *to);
/* The type alone, maps as maps. */
bool field_type_is_lost(
	struct breaks *b, struct way way, const struct field *from, const struct field *to);
/* Is the value kept in a list, a map or alone, and does that lose any? */
bool field_shape_is_lost(struct way way, const struct field *from, const struct field *to);
/* Has the receiving field another name, and is either name another field's on the other side? */
bool field_is_misnamed(struct breaks *b, const struct field *from, const struct field *to);
/* The field that gets the value of `field` in `message`; NULL for none. */
const struct field *field_receiver(
	struct breaks *b, struct way way, const struct field *field, const struct message *message);
/* Can a writer of `from` set two counterparts of members of one oneof of `to` side by side? */
bool oneof_is_mixed(
	struct breaks *b, struct way way, const struct message *from, const struct oneof *to);
/* Is a number of begin…end neither an extension number nor reserved nor declared in `message`? */
bool range_is_free(struct breaks *b, const struct message *message, int32_t begin, int32_t end);
