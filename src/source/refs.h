/*
 * References and their logs; private to this folder.
 *
 * libgit2 1.5 creates a missing log when asked for it, knows no references of other working trees, and
 * blocks on a FIFO. This code opens regular files only, follows no link and writes nothing. Where
 * references are stored: gitrepository-layout(5) and git's files backend.
 */
#pragma once
#include "source/objects.h"

/* REF_FAILED, with an error: it exists and cannot be read. */
enum ref_answer { REF_FOUND, REF_ABSENT, REF_FAILED };

/*
 * Follows the reference `name` (a full name: HEAD, refs/heads/main) to the commit or tag in *id.
 * *last (unless NULL) is the last reference of the chain, in the repository's arena, even if that one
 * does not exist, as on an unborn branch.
 */
enum ref_answer ref_read(struct repository *repository, struct str name, struct content_id *id,
	struct str *last, struct diags *diags);
/*
 * Resolves a short name by git's six rules (gitrevisions(7), <refname>): the first reference that
 * exists, with its full name in *full. A second one is an ambiguity and a warning.
 */
enum ref_answer ref_expand(struct repository *repository, struct str name, struct content_id *id,
	struct str *full, struct diags *diags);
/*
 * Calls `take` for every reference below `prefix`, which ends with `/`, sorted by name, except those
 * that lead nowhere. False and an error: one cannot be read.
 */
bool refs_each(struct repository *repository, struct str prefix,
	void (*take)(void *context, struct str name, const struct content_id *id), void *context,
	struct diags *diags);

struct log_entry {
	struct content_id old, new; /* all zeros: the reference did not exist before or after */
	int64_t time;               /* seconds since 1970 */
	struct str message;
};

struct log {
	struct log_entry *items; /* newest first, as HEAD@{0} counts */
	uint32_t n, cap;
};

/* Reads the log of the reference `full` into `arena`; REF_ABSENT: it has none. */
enum ref_answer log_read(const struct repository *repository, struct str full, struct arena *arena,
	struct log *log, struct diags *diags);
/* Finds the log of `NAME@{…}`: of the first of git's six rules that has one. *full is the reference,
 * *id the object that it leads to. */
enum ref_answer log_expand(struct repository *repository, struct str name, struct content_id *id,
	struct str *full, struct diags *diags);

/* log_date.c: parses the DATE of `NAME@{DATE}` into seconds since 1970; false: not a supported form. */
bool log_date(struct str text, int64_t *seconds);
