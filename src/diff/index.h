/*
 * What one side holds, found by path, by name or by extendee and number.
 *
 * Files are indexed at once. Names are not: a message is nearly always where it was, so the names
 * of one file are indexed when a pair first asks for them, and those of the whole side only when
 * something is not in the file that it was in.
 */
#pragma once
#include "diff/pair.h"

/* Declarations of one name in file order; two only where they are never imported together. */
struct named {
	const struct element *element;
	struct named *next;
	struct named *last; /* of the first one only */
};

struct package {
	VEC(const struct file *) files;
	/* By element kind: something of it is declared; worked out on the first question. */
	bool declares[ELEMENT_EXTENSION_RANGE + 1];
	bool declares_known;
};

struct side {
	const struct schema *schema;
	struct arena *arena;
	struct intern *names;
	struct map files;        /* by file: its schema_file */
	struct map by_path;      /* interned printed path, and whether it is built in: file */
	struct map by_link;      /* interned path of a link: file */
	struct map packages;     /* interned package: its first file */
	struct map counterparts; /* file: the other side's */
	struct map in_file;      /* file: its struct map of (full name, kind) */
	struct map by_name;      /* (full name, kind): struct named */
	struct map by_extendee;  /* (extendee, number): struct named */
	bool names_made;
};

void side_init(
	struct side *side, struct arena *arena, struct intern *names, const struct schema *schema);
/* Is there a contract under that printed path, compiled or not? */
bool side_lists(const struct side *side, struct str path);
/* The side's file under the printed path of another side's file, NULL. */
struct file *side_by_path(const struct side *side, const struct file *file);
/* The side's file that has a link under that interned path, NULL. */
struct file *side_by_link(const struct side *side, struct str path);
/* Is one of the side's files a contract? */
bool side_owns(const struct side *side, const struct file *file);
const struct element *side_in_file(
	struct side *side, const struct file *file, enum element_kind kind, struct str full_name);
/* All declarations of a name, NULL for none. */
const struct named *side_named(struct side *side, enum element_kind kind, struct str full_name);
const struct named *side_extensions(struct side *side, struct str extendee, int32_t number);
/* A package of the side, NULL for none. */
struct package *side_package(const struct side *side, struct str name);
bool side_package_declares(struct side *side, struct str name, enum element_kind kind);
/* Interned name of what an extension extends; as written without the leading dot when that is
 * unknown. */
struct str extension_extendee(struct intern *names, const struct field *extension);

struct diff {
	struct arena *arena;
	struct intern *names;
	struct side *old, *new;
};
