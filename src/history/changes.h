/*
 * What changed between two states of the contracts: the change log of breakwater-log(1). It does
 * not judge.
 */
#pragma once
#include "base/map.h"
#include "history/model.h"
#include "rules/rules.h"

struct log_change {
	const char *kind, *change; /* as in breakwater-log(1) */
	struct str element;
	bool has_number;
	int32_t number;
	struct str from, to; /* absent: none */
	struct str path;
	bool breaking, accepted;
	const struct rule **rules; /* that find it; NULL-terminated, or NULL */
	/* The life that it belongs to: the type's full name, old and new */
	struct str owner;
};

struct log_changes {
	VEC(struct log_change) list; /* sorted by path, element, kind, change, from and to */
};

/* Files of one side that the other lacks or has otherwise. */
struct model_files {
	VEC(const struct model_file *) list;
};

struct changes_request {
	struct arena *arena;
	const struct model_files *old, *new;
	/* Nothing passes from or to an unstable package; NULL: it does. */
	bool (*is_unstable)(struct str package);
};

void changes_find(const struct changes_request *request, struct log_changes *changes);

/* The changes of one version, from the one before. */
struct log_group {
	struct str version; /* its name; `unreleased` */
	struct str id;      /* of its commit, 40 digits; absent: none */
	struct str date;    /* YYYY-MM-DD */
	bool is_release;    /* a version or what is unreleased, not a commit */
	struct log_changes changes;
};

struct log_groups {
	VEC(struct log_group) list; /* oldest first */
};

/* A state in the life of an element. */
struct life_event {
	struct str version, id, date;    /* as of a group */
	const struct log_change *change; /* NULL: `word` alone */
	struct str word; /* `introduced`, `removed`, `back again`; of a change its own */
	struct str text; /* the declaration, `int64 amount = 4`; from → to; absent: nothing */
};
struct life {
	struct str element;            /* as it was asked for, in full */
	VEC(struct life_event) events; /* oldest first */
};
struct life_watch;
struct lives {
	VEC(struct life *) list;  /* once all versions were taken: one for each element asked for */
	struct life_watch *watch; /* life.c's */
};

/* The types of some files by kind and full name, and their extensions by extendee and number. */
struct model_index {
	struct map types;           /* full_name.p, kind → const struct model_type * */
	struct map extensions;      /* extendee.p, number → const struct model_field * */
	struct map extension_files; /* the same → its const struct model_file * */
};
void model_index_make(
	struct model_index *index, struct arena *arena, const struct model_files *files);

/*
 * Messages and enums that moved or were renamed and changed nothing else, of those that only one
 * side has: pairs by equal last name first, then of those with at least two fields or values that
 * have one partner on each side. Old type → new type, as a map from the old to the new.
 */
void renames_find(struct arena *arena, const struct model_index *old, const struct model_index *new,
	bool (*is_unstable)(struct str package), struct map *renames);
