/*
 * Opening the inputs of a check: input.c parses them, base.c finds the base of a check that names
 * none.
 */
#pragma once
#include "source/revision.h"

/* The repository is opened when an input first needs it, and shared by both sides. */
struct opening {
	const struct source_options *options;
	struct diags *diags;
	struct repository *repository;
	bool looked, absent;
};

/* Splits `REV:PATH`; path is absent where there is none. */
void revision_split(struct str input, struct str *rev, struct str *path);
/* Splits `A..B` and `A...B` (*symmetric); false: it is not a range. */
bool range_split(struct str input, struct str *a, struct str *b, bool *symmetric);

/* NULL and an error: there is no repository. */
struct repository *opening_need(struct opening *o);
/* Opens a revision, as source_open does. */
struct source *open_revision(struct opening *o, struct str input);
/* A revision's name for messages; a full id is shortened. */
struct str revision_short(struct opening *o, struct str name);

/* Two commits by name; `a` may also name a folder of the merge base: `REV:PATH`. */
struct parting {
	struct str a, b;
	const struct content_id *merged; /* commits that are being merged into `b` */
	uint32_t n_merged;
	/* Results: the merge base's short id, and whether it is `b`. */
	struct str id;
	bool is_b;
	/* Without a common commit, set is_unrelated instead of an error; not in a shallow clone. */
	bool may_be_unrelated, is_unrelated;
};
/* Opens the merge base; NULL and an error. */
struct source *open_merge_base(struct opening *o, struct parting *parting);

/* base.c: opens the old side of a check without `base`; NULL and an error. */
struct source *open_default_base(
	struct opening *o, const struct input_request *request, struct base_note *note);
