/* What the files of contract/ share. */
#pragma once
#include "base/map.h"
#include "contract/contract.h"
#include "rules/breaks.h"
#include "schema/uses.h"

enum { OLD_SIDE, NEW_SIDE, BOTH_SIDES };

struct elements {
	const struct element **items;
	uint32_t n, cap;
};

/* A set of numbers. */
struct bits {
	uint64_t *words;
};

static inline bool bits_have(struct bits bits, uint32_t number)
{
	return bits.words[number / 64] >> (number % 64) & 1;
}

/* Adds a number. False: it was there. */
static inline bool bits_add(struct bits bits, uint32_t number)
{
	uint64_t bit = (uint64_t)1 << (number % 64), *word = &bits.words[number / 64];
	bool is_new = !(*word & bit);

	*word |= bit;
	return is_new;
}

/* One checked contract in a run. Its sets have a bit for each declaration or file of a side, since
 * there may be many contracts. */
struct checked {
	const struct contracts *contracts;
	const struct contract *contract;
	struct elements roots[BOTH_SIDES]; /* messages and services */
	struct bits is_root[BOTH_SIDES];
	struct bits reached[BOTH_SIDES];  /* messages, enums, and services that are roots */
	struct bits has_file[BOTH_SIDES]; /* something in the file is reached */
	struct map entries;               /* hash of a new name in `was`: the entry */
	/* What `was` renames: interned old full name → the new element, and the reverse. */
	struct map renamed, called;
	bool has_comment;   /* some comment names it */
	bool has_elsewhere; /* some of its roots are in files that were not compiled */
};

/* A message, enum or service. */
struct declaration {
	const struct element *element;
	uint32_t next;     /* number of the next one of the same name; 0: none. Files that are never
			      imported together may declare the same name */
	uint32_t file;     /* its number */
	bool is_generated; /* a map's entry */
};

struct declarations {
	struct declaration *items; /* by number; the first is none */
	uint32_t n, cap;
};

struct contracts {
	struct arena *arena;
	struct intern *names;
	struct diags *diags;
	struct contracts_request request;
	const struct schema *schemas[BOTH_SIDES];
	struct uses *uses[BOTH_SIDES];
	struct declarations declared[BOTH_SIDES];
	struct map numbers[BOTH_SIDES];  /* element: its number */
	struct map by_name[BOTH_SIDES];  /* interned full name: the number of the first */
	struct map files[BOTH_SIDES];    /* file: its number; those that are built in have none */
	struct map packages[BOTH_SIDES]; /* interned: a file of the package */
	VEC(struct checked *) list;
};

/* declared.c: what the sides declare. */
void declared_index(struct contracts *contracts);
/* The first message, enum or service of a full name; NULL: the side has none. */
const struct element *declared_find(const struct contracts *contracts, int side, struct str name);
/* Its number; 0: none. */
uint32_t declared_first(const struct contracts *contracts, int side, struct str name);
/* The number of a declaration; 0: it is built in. */
uint32_t declared_number(
	const struct contracts *contracts, int side, const struct element *element);
struct bits bits_new(struct contracts *contracts, uint32_t n);
/* A full name of either side that `name` is most likely a typing error of; absent: none. */
struct str declared_nearest(const struct contracts *contracts, struct str name);
/* Does the glob fit the name? `*` stands for any characters but a dot, `**` for any, `?` for one.
 */
bool glob_fits(struct str glob, struct str name);

/*
 * elsewhere.c: do files that were not compiled declare what a name or glob of `roots`, or of
 * `packages`, stands for? And anything of that full name, or in a package of it? A package?
 */
bool elsewhere_has_root(const struct contracts *contracts, struct str written);
bool elsewhere_has_package(const struct contracts *contracts, struct str written);
bool elsewhere_knows(const struct contracts *contracts, struct str name);
bool elsewhere_is_package(const struct contracts *contracts, struct str name);

/* was.c: finds what the contract's `was` renames. False and an error. */
bool was_apply(struct contracts *contracts, struct checked *checked);
/* comments.c: adds the roots that comments name. False and an error. */
bool roots_by_comment(struct contracts *contracts);
/* roots.c: adds a root once. */
void root_add(
	struct contracts *contracts, struct checked *checked, int side, const struct element *root);
/* reach.c: marks what the roots reach. */
void reach_from_roots(struct contracts *contracts, struct checked *checked);
/* Does the contract have the element as a root, reach it, or anything in the file? NULL: no. */
bool is_root(const struct checked *checked, int side, const struct element *element);
bool is_reached(const struct checked *checked, int side, const struct element *element);
bool file_is_reached(const struct checked *checked, int side, const struct file *file);
/* belongs.c: does the finding belong to the contract? And what does it break there of what the
 * contract wants? */
bool finding_belongs(const struct checked *checked, const struct finding *finding);
unsigned finding_breaks(
	const struct checked *checked, struct breaks *breaks, const struct finding *finding);
