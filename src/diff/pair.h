/*
 * Two schemas → pairs of old and new elements, matched by identity. Does not judge.
 *
 * The keys are those of doc/rules.md, Pairs. Files that are the same object on both sides are left
 * out.
 */
#pragma once
#include "base/intern.h"
#include "schema/schema.h"

enum pair_kind {
	PAIR_FILE,         /* by repository path, else by import path; own files of either side */
	PAIR_FILE_MESSAGE, /* within a pair of files, by name without the package, for *_NO_DELETE.
			      new is NULL only if deleted */
	PAIR_FILE_ENUM,
	PAIR_FILE_SERVICE,
	PAIR_FILE_EXTENSION,
	PAIR_PACKAGE,         /* by package name; only packages that the new side lacks */
	PAIR_PACKAGE_MESSAGE, /* by package and local name, in packages that both sides have */
	PAIR_PACKAGE_ENUM,
	PAIR_PACKAGE_SERVICE,
	PAIR_PACKAGE_EXTENSION,
	PAIR_MESSAGE, /* by full name, whatever the file */
	PAIR_FIELD, /* in a message pair, by number; extensions by extendee and number. old NULL: a
		       new field of a paired message */
	PAIR_ONEOF, /* in a message pair by name; new NULL: deleted */
	PAIR_ENUM,  /* by full name */
	PAIR_ENUM_VALUE, /* in an enum pair, by number; `old` is the first value with it. new NULL:
			    deleted */
	PAIR_SERVICE,
	PAIR_METHOD, /* in a service pair by name; new NULL: deleted */
	PAIR_KINDS
};

union pair_side {
	const struct element *element;
	const struct file *file;
	const struct message *message;
	const struct field *field;
	const struct oneof *oneof;
	const struct enumeration *enumeration;
	const struct enum_value *enum_value;
	const struct service *service;
	const struct method *method;
};

struct pair {
	enum pair_kind kind;
	union pair_side old, new;  /* NULL: missing */
	const struct pair *parent; /* the enclosing pair of messages, enums, services or files; NULL
				      for packages and extensions */
	struct str package;        /* of PAIR_PACKAGE */
	const struct file
		*new_file; /* the counterpart of old's file on the new side; NULL: deleted */
};

struct diff;

/*
 * Pairs the old message, enum or service of an interned full name with the new one of `new`, though
 * the new side may have one of its old name, too. For all calls before diff_walk. Then unchanged
 * files are walked, too.
 */
void diff_rename(struct diff *diff, struct str old, struct str new);
/* The interned full name on the new side of what has that one on the old side. */
struct str diff_new_name(const struct diff *diff, struct str old);
/* Are the two full names, of the old and of the new side, those of one type? */
bool diff_same_name(const struct diff *diff, struct str old, struct str new);

/* Lookups for rules: by interned full name, or by extendee and number. NULL: none. On the new side
 * the name is one of the old side, which may be renamed. */
const struct message *diff_find_message(
	const struct diff *diff, bool new_side, struct str full_name);
const struct enumeration *diff_find_enum(
	const struct diff *diff, bool new_side, struct str full_name);
const struct service *diff_find_service(
	const struct diff *diff, bool new_side, struct str full_name);
const struct field *diff_find_extension(
	const struct diff *diff, bool new_side, struct str extendee, int32_t number);
/* An extension by its interned full name; NULL: none. */
const struct field *diff_find_extension_named(
	const struct diff *diff, bool new_side, struct str full_name);
const struct file *diff_find_file(
	const struct diff *diff, bool new_side, const struct file *counterpart_of);
/* Is a declaration known by its full name alone, whatever the file? One side comes from a schema
 * registry then (source.h). */
bool diff_is_by_message(const struct diff *diff);

/* Does the new side declare that interned full name, whatever became of the old side's? */
bool diff_has_name(const struct diff *diff, enum element_kind kind, struct str full_name);
/* A declaration of the file itself (ELEMENT_MESSAGE, _ENUM, _SERVICE; _FIELD for extensions) by
 * interned full name; NULL: none. */
const struct element *diff_find_in_file(const struct diff *diff, bool new_side,
	const struct file *file, enum element_kind kind, struct str full_name);
/* Does that side have a contract with that printed path, compiled or not? */
bool diff_lists(const struct diff *diff, bool new_side, struct str path);
/* Is the file a contract of that side, not only imported? */
bool diff_is_own(const struct diff *diff, bool new_side, const struct file *file);
/* Does that side have a file, own or imported, of that interned package? */
bool diff_has_package(const struct diff *diff, bool new_side, struct str package);
/* Does a file of the package declare a message, enum, service or extension (ELEMENT_FIELD), at any
 * level? */
bool diff_package_declares(
	const struct diff *diff, bool new_side, struct str package, enum element_kind kind);
/* That side's schema, for callers that look at all files. */
const struct schema *diff_schema(const struct diff *diff, bool new_side);

/* Pairs two schemas. Allocates from `arena`. Only own files are compared; imports supply types. */
struct diff *diff_new(struct arena *arena, struct intern *names, const struct schema *old,
	const struct schema *new);
/* Calls `visit` for each pair in a fixed order: old files by path with their elements in order,
 * then new files. */
typedef void (*pair_visit)(void *context, const struct pair *pair);
void diff_walk(struct diff *diff, pair_visit visit, void *context);
/* For `breakwater debug pairs`. */
struct out;
void diff_dump(struct diff *diff, struct out *out);
