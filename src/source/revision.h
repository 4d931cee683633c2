/*
 * Commits: by name, by branch, and by how they are related; private to this folder.
 */
#pragma once
#include "source/objects.h"

struct revision {
	struct content_id commit; /* if has_commit */
	struct content_id tree;
	bool has_commit;
};
/* Which type decides where several objects begin with a short id: gitrevisions(7). */
enum meant { MEANT_ANY, MEANT_COMMIT, MEANT_TREE };
/* The commit or tree that git takes `name` for; false and an error that says what is wrong with the
 * name, or that its form is not supported. Nothing is written. */
bool revision_find(struct repository *repository, struct str name, enum meant meant,
	struct revision *revision, struct diags *diags);
/* names.c: the error of an unknown name, with what could have been meant. */
void diag_unknown_revision(struct repository *repository, struct str name, struct diags *diags);

/* A branch to compare with. */
struct branch_choice {
	struct str ref;   /* its full name */
	struct str shown; /* as in `origin/main` */
	struct str why;   /* why it was chosen, for messages; absent: a remote's HEAD names it */
};
/*
 * branch.c: the default branch: the HEAD of `origin` or of the only remote; without a remote
 * init.defaultBranch, `main` or `master`. `is_guess`: if none of those exists, a branch with a
 * usual name, of the remote or local. False and an error: there is none.
 */
bool default_branch(struct repository *repository, bool is_guess, struct branch_choice *choice,
	struct diags *diags);
/* The commits of a merge in progress: those of MERGE_HEAD, and those of `more` that are ids. False
 * and an error: MERGE_HEAD cannot be read. */
bool merged_commits(struct repository *repository, const struct commit_list *more,
	const struct content_id **commits, uint32_t *n, struct diags *diags);

/* merge_base.c */
struct merge_sides {
	const struct content_id *a;
	const struct content_id *b; /* the parents of a merge, or one commit */
	uint32_t n_b;               /* at least 1 */
	struct str a_name, b_name;  /* for messages */
	bool *is_unrelated;         /* set instead of an error: no common commit; or NULL */
};
bool merge_base(struct repository *repository, const struct merge_sides *sides,
	struct content_id *base, struct diags *diags);
/* The first two parents of a merge, even if a shallow clone is cut there. False: it is not a merge,
 * or is missing. */
bool merge_parents(struct repository *repository, const struct content_id *merge,
	struct content_id parents[2]);
/* nearest_tag.c: the nearest proper ancestor of HEAD with a tag that matches the pattern. */
bool nearest_tag(
	struct repository *repository, struct str pattern, struct str *tag, struct diags *diags);
