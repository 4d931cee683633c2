/*
 * Lookups on one side: by path, by name, by extendee and number.
 *
 * Files are indexed at once, names are not: a message is nearly always still in its file, so the
 * names of a file are indexed at the first question about it, and those of the whole side only when
 * an element is not in its file.
 */
#pragma once
#include "diff/pair.h"

/* Declarations of one name, in file order. There are two only in files that are never imported
 * together. */
struct named {
	const struct element *element;
	struct named *next;
	struct named *last; /* set in the first one only */
};

struct package_files {
	VEC(const struct file *) files;
	/* By element kind: does the package declare one? Computed on demand. */
	bool declares[ELEMENT_EXTENSION_RANGE + 1];
	bool declares_known;
};

struct side_index {
	const struct schema *schema;
	struct arena *arena;
	struct intern *names;
	struct map files;        /* by file: its schema_file */
	struct map by_path;      /* interned printed path, and whether it is built in: file */
	struct map by_link;      /* interned path of a link: file */
	struct map packages;     /* interned package: its first file */
	struct map counterparts; /* file: its counterpart on the other side */
	struct map in_file;      /* file: its struct map of (full name, kind) */
	struct map by_name;      /* (full name, kind): struct named */
	struct map by_extendee;  /* (extendee, number): struct named */
	bool names_made;
};

void side_init(struct side_index *side, struct arena *arena, struct intern *names,
	const struct schema *schema);
/* Is there a contract with that printed path, compiled or not? */
bool side_lists(const struct side_index *side, struct str path);
/* This side's file with the printed path of a file of the other side; NULL: none. */
struct file *side_by_path(const struct side_index *side, const struct file *file);
/* This side's file that has a link at that interned path; NULL: none. */
struct file *side_by_link(const struct side_index *side, struct str path);
/* Is the file a contract of this side, not only imported? */
bool side_owns(const struct side_index *side, const struct file *file);
const struct element *side_in_file(struct side_index *side, const struct file *file,
	enum element_kind kind, struct str full_name);
/* All declarations of a name; NULL: none. */
const struct named *side_named(
	struct side_index *side, enum element_kind kind, struct str full_name);
const struct named *side_extensions(struct side_index *side, struct str extendee, int32_t number);
/* A package of this side; NULL: none. */
struct package_files *side_package(const struct side_index *side, struct str name);
bool side_package_declares(struct side_index *side, struct str name, enum element_kind kind);
/* The interned full name of an extension's extendee; if that is unknown, the name as written,
 * without a leading dot. */
struct str extension_extendee(struct intern *names, const struct field *extension);

struct diff {
	struct arena *arena;
	struct intern *names;
	struct side_index *old, *new;
	struct map renamed; /* interned full name of the old side: the new name, a struct str; empty:
			       all keep their names */
};
