/*
 * The values of options as trees, so that they can be compared whatever form they were written in:
 * dotted or as a literal, interpreted or not.
 *
 * A tree is made for one element and one path of `options:`, in a scratch arena. A message has one
 * branch for each of its fields. Where the file that defines the option is missing, on either side,
 * both sides are made `as_written`: names are then their last parts in lower case, since a group
 * has two spellings, and a literal is what its token says.
 */
#pragma once
#include "rules/finding.h"
#include "rules/promise.h"

/* Promises that concern an element: it has an option of that name, on one side at least. */
struct concerned {
	const struct promise **items;
	uint32_t n, cap;
};

/* ---- option_index.c ---- */

void promises_concerned(struct check *c, const struct options *old, const struct options *new,
	struct concerned *concerned);

enum tree_kind {
	TREE_INTEGER,
	TREE_REAL,
	TREE_TEXT,
	TREE_WORD, /* a bool, the name of an enum's value, or a word that may be either */
	TREE_MESSAGE,
	TREE_UNKNOWN, /* a field that only a descriptor set knows: the record */
};

struct tree {
	enum tree_kind kind;
	bool negative;  /* of TREE_INTEGER, and a minus before a word as in `-inf` */
	bool is_single; /* of TREE_REAL: a float */
	union {
		uint64_t u; /* magnitude */
		double d;
		struct str s;
		struct branches *message;
	};
	int64_t number;               /* of an enum's value or a bool */
	const struct enumeration *of; /* of an enum's value that is interpreted; else NULL */
	const struct message *type;   /* of a message that is interpreted; else NULL */
	struct span statement;        /* that sets it */
};

/* A field of a message and its values, in order. */
struct branch {
	struct str key;   /* interned: what fields are told apart by */
	struct str shown; /* as text format has it */
	int32_t number;   /* of the field; 0: unknown */
	bool is_extension, is_list, is_map;
	VEC(struct tree *) values;
};

struct branches {
	VEC(struct branch) list;
	struct map by_key; /* of a long list; not initialised before */
};

struct tree_maker {
	struct check *c;
	struct arena *arena;
	bool new_side;
	bool as_written;
	bool by_other; /* of what is written: the other side can interpret the option */
};

/* The option of the path's first step in `options`, which may be NULL, with all that is below it.
 */
struct branches *tree_make(
	struct tree_maker *maker, const struct options *options, const struct option_path *path);

/* What a path leads to on one side. */
struct chosen {
	VEC(const struct tree *) values;
	bool is_list;          /* a field on the way is repeated */
	bool is_unknown;       /* it may be among the unknown fields of a descriptor set */
	bool is_set;           /* the option itself is there */
	struct span statement; /* of the value, else of what is there of the option; else none */
};

void tree_choose(const struct tree_maker *maker, struct branches *root,
	const struct option_path *path, struct chosen *chosen);

/* The name in lower case, interned. */
struct str tree_lower(struct tree_maker *maker, struct str name);
/* The field's branch, which is made if there is none. */
struct branch *tree_open_branch(
	struct tree_maker *maker, struct branches *branches, struct str name, bool is_extension);
struct tree *tree_add_value(struct tree_maker *maker, struct branch *branch, struct span statement);

/* ---- option_written.c ---- */

struct name_part;
/* Does a part of a name mean the step? A part may leave leading names out. */
bool part_is_step(const struct name_part *part, const struct option_step *step);
/*
 * Does an element's options, which may be NULL, keep a statement of the option, since a missing import
 * kept it from being interpreted? `other`: those of the other side, which may know the name.
 */
bool option_is_written(const struct options *options, const struct options *other,
	const struct option_path *path);
/* Adds what the kept statements set of the path's option. */
void tree_add_statements(struct tree_maker *maker, struct branches *root,
	const struct options *options, const struct option_path *path);

/* ---- option_text.c ---- */

/* The value in text format on one line. */
struct str tree_text(const struct tree_maker *maker, const struct tree *tree);
/* A text that is equal for equal values; not for people. */
struct str tree_key(const struct tree_maker *maker, const struct tree *tree);

/* Puts the entries of a map into the order of their keys; leaves any other field alone. */
void tree_sort_map(const struct tree_maker *maker, struct branch *branch);

bool tree_is_nan(const struct tree *tree);

enum tree_order { TREE_UNORDERED, TREE_LESS, TREE_EQUAL, TREE_GREATER };

/* How two numbers, enum values, bools or times compare; TREE_UNORDERED: one is neither, or NaN. */
enum tree_order tree_compare(const struct tree *old, const struct tree *new);
