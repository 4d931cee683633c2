/*
 * A check's inputs while they are opened: input.c reads their grammar, base.c finds the base of a
 * check that names none.
 */
#pragma once
#include "source/revision.h"

/* The repository is opened when the first input needs it, and shared by both sides. */
struct opening {
	const struct source_options *options;
	struct diags *diags;
	struct repository *repository;
	bool looked, absent;
};

/* Splits `REV:PATH`; path is absent where there is none. */
void revision_split(struct str input, struct str *rev, struct str *path);
/* Splits `A..B` and `A...B` (*symmetric); false: it is no range. */
bool range_split(struct str input, struct str *a, struct str *b, bool *symmetric);

/* NULL and a diagnostic where there is no repository. */
struct repository *opening_need(struct opening *o);
/* One INPUT; absent: the working tree, outside a repository `dir:.`. NULL and a diagnostic. */
struct source *open_input(struct opening *o, struct str input);
struct source *open_revision(struct opening *o, struct str input);
/* A revision's name for messages: of a whole id the first digits. */
struct str revision_short(struct opening *o, struct str name);

/* Two commits by name; `a` may name a folder of what is opened, as in `REV:PATH`. */
struct parting {
	struct str a, b;
	const struct content_id *merged; /* commits that are merged into `b`, too */
	uint32_t n_merged;
	/* What was found: the merge base's short id, and whether it is `b` itself. */
	struct str id;
	bool is_b;
	/* Instead of an error: there is no common commit. Only where the whole history is here. */
	bool may_be_unrelated, is_unrelated;
};
/* The merge base of both; NULL and a diagnostic. */
struct source *open_merge_base(struct opening *o, struct parting *parting);

/* base.c: the old side of a check whose `base` is left out. NULL and a diagnostic. */
struct source *open_default_base(
	struct opening *o, const struct input_request *request, struct base_note *note);
