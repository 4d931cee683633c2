/*
 * Which numbers and names of messages and enums were spent: their lives through the versions
 * (breakwater-history(7), Spent numbers and names).
 *
 * A life is a run of neighbouring versions in which a number of a message has a field, or a name of
 * it a number; likewise of enums and of the extensions of a message. A message or enum that moved
 * or was renamed without another change keeps its lives.
 */
#pragma once
#include "history/changes.h"

/* Who had the number or name last. */
struct life_owner {
	struct str scope; /* full name of the message or enum, of an extension its extendee */
	struct str name;
	struct str type; /* with `repeated`; absent in enums */
	int32_t number;
	const struct model_file *file;
	struct span name_span, number_span;
	const struct model_type *holder; /* NULL: an extension */
};

struct spent_life {
	uint32_t first, last; /* versions; unknown ones prolong nothing */
	uint32_t seen;        /* the last version before it was gone */
	bool open;            /* it goes on */
	VEC(uint64_t) owners;
	struct life_owner who;
};

struct lineage;
struct spent;

enum spent_kind { SPENT_NUMBER, SPENT_NAME };

/* A number or name that was spent and has another owner now. */
struct reuse {
	enum spent_kind kind;
	bool is_enum, is_extension;
	const struct spent_life *was, *now;
	uint32_t lives; /* earlier ones of other owners */
	bool in_base;   /* BASE has an owner for it */
	int32_t next;   /* the next number that no version used; 0: none is left */
};

struct spent *spent_new(
	struct arena *arena, struct intern *names, bool (*is_unstable)(struct str package));
/* Takes the next version: the files that differ from the one before. */
void spent_take(struct spent *spent, const struct model_files *old, const struct model_files *new);
/* The reuses that stand in the last version; `base` is the version that is BASE. The result lives
 * in the arena. */
struct reuses {
	VEC(struct reuse) list;
};
void spent_find(struct spent *spent, uint32_t base, struct reuses *reuses);
