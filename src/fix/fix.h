/*
 * Findings → edits of the new side that undo what they report.
 *
 * The findings of one element are one group. A group has ways, the best first: each is a list of
 * edits that should make the findings go away. Whether it does, and breaks nothing else, is not
 * decided here: the caller tries it. A group without a way says why only people can make the change
 * safe.
 */
#pragma once
#include "base/map.h"
#include "diff/pair.h"
#include "rules/rules.h"

enum edit_kind {
	EDIT_TEXT,   /* `text` in place of `span`; an empty span: inserted there */
	EDIT_FILE,   /* a new file at `path` with `text` */
	EDIT_NUMBER, /* `number` is no longer reserved in `scope` */
	EDIT_NAME,   /* likewise `name` */
};

struct edit {
	enum edit_kind kind;
	const struct file *file; /* of the new side */
	struct span span;
	struct str text;
	uint64_t order; /* of several at one offset: from small to large */
	struct str path;
	const struct element *scope; /* a message or enum of the new side */
	int32_t number;
	struct str name;
};

struct edits {
	struct edit *items;
	uint32_t n, cap;
};

struct fix_way {
	struct edits edits;
	struct str how; /* what is done: `restored, deprecated` */
};

struct fix_group {
	VEC(const struct finding *) findings;
	const struct element *old, *new; /* what they are about; NULL: that side lacks it */
	VEC(struct fix_way) ways;
	struct str left; /* why there is no way: `only people can: …` */
};

struct fix_plan {
	VEC(struct fix_group *) groups;
};

struct fix_request {
	struct arena *arena;
	struct intern *names;
	const struct diff *diff;
	const struct finding *const *findings;
	uint32_t n_findings;
	bool reserve;                /* rather reserve what was deleted */
	bool by_surface;             /* a contract says which surfaces count */
	bool is_set;                 /* the new side is a descriptor set, which has no text */
	struct str old_top, new_top; /* the sides' tops */
};

/* Makes the groups, in the order of their first finding. Returns a file that cannot be read, so
 * that the plan is not to be used; NULL: there is none. */
const struct file *fix_plan(const struct fix_request *request, struct fix_plan *plan);

/* A file as it is after the edits. */
struct fixed_file {
	struct str path, bytes;
	struct str before; /* absent: it is new */
};
struct fixed_files {
	struct fixed_file *items;
	uint32_t n, cap;
};
/* Applies edits; the files are sorted by path. False: two of them are at one place, or a text
 * cannot be read. */
bool edits_apply(struct arena *arena, const struct edits *edits, struct fixed_files *files);

/*
 * Writes a unified diff of one file as git does, with three lines around; `old` is absent for a new
 * file. False: out of memory in libgit2.
 */
struct out;
bool patch_write(
	struct out *out, struct arena *arena, struct str path, struct str old, struct str new);

/* What became of one finding. */
struct fix_outcome {
	const struct finding *finding;
	bool fixed;
	struct str how; /* or why it is left */
};

struct fix_result {
	VEC(struct fix_outcome) list; /* in the order of the findings */
	struct fixed_files files;     /* by path */
	struct str patch;             /* empty: nothing is edited */
};
