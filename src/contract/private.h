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

/* One checked contract in a run. */
struct checked {
	const struct contract *contract;
	struct elements roots[BOTH_SIDES]; /* messages and services */
	struct map is_root[BOTH_SIDES];    /* by element */
	struct map
		reached[BOTH_SIDES]; /* by element: messages, enums, and services that are roots */
	struct map has_file[BOTH_SIDES]; /* by file: something in it is reached */
	/* What `was` renames: interned old full name → the new element, and the reverse. */
	struct map renamed, called;
	bool has_comment; /* some comment names it */
};

struct contracts {
	struct arena *arena;
	struct intern *names;
	struct diags *diags;
	struct contracts_request request;
	const struct schema *schemas[BOTH_SIDES];
	struct uses *uses[BOTH_SIDES];
	struct elements declared[BOTH_SIDES]; /* messages, enums and services, but no map entries */
	struct map by_name[BOTH_SIDES];       /* (interned full name): the same */
	struct map packages[BOTH_SIDES];      /* interned: a file of the package */
	VEC(struct checked *) list;
};

/* declared.c: what the sides declare. */
void declared_index(struct contracts *contracts);
const struct element *declared_find(const struct contracts *contracts, int side, struct str name);
/* A full name of either side that `name` is most likely a typing error of; absent: none. */
struct str declared_nearest(const struct contracts *contracts, struct str name);
/* Does the glob fit the name? `*` stands for any characters but a dot, `**` for any, `?` for one.
 */
bool glob_fits(struct str glob, struct str name);

/* was.c: finds what the contract's `was` renames. False and an error. */
bool was_apply(struct contracts *contracts, struct checked *checked);
/* comments.c: adds the roots that comments name. False and an error. */
bool roots_by_comment(struct contracts *contracts);
/* roots.c: adds a root once. */
void root_add(
	struct contracts *contracts, struct checked *checked, int side, const struct element *root);
/* reach.c: marks what the roots reach. */
void reach_from_roots(struct contracts *contracts, struct checked *checked);
/* Does the contract reach the element, or anything in the file, of that side? NULL: no. */
bool is_reached(const struct checked *checked, int side, const struct element *element);
bool file_is_reached(struct checked *checked, int side, const struct file *file);
/* belongs.c: does the finding belong to the contract? And what does it break there of what the
 * contract wants? */
bool finding_belongs(struct checked *checked, const struct finding *finding);
unsigned finding_breaks(struct contracts *contracts, struct checked *checked, struct breaks *breaks,
	const struct finding *finding);
