/*
 * References and their logs, read by ourselves; private to this folder.
 *
 * libgit2 1.5 writes a log when it is asked for one that is not there, knows no references of other
 * working trees, and waits for a FIFO. Everything here opens regular files only, follows no link,
 * and writes nothing. Where a name stands is gitrepository-layout(5)'s and git's files backend's.
 */
#pragma once
#include "source/objects.h"

/* REF_FAILED: it is there and cannot be read; an error was added. */
enum ref_answer { REF_FOUND, REF_ABSENT, REF_FAILED };

/*
 * Follows the reference `name` (a full name: HEAD, refs/heads/main) to its commit or tag in *id.
 * *last gets the name of the last reference of the chain, in the repository's arena, also where
 * that one is absent, as on an unborn branch; NULL: not wanted.
 */
enum ref_answer ref_read(struct repository *repository, struct str name, struct content_id *id,
	struct str *last, struct diags *diags);
/*
 * What a short name means by git's six rules (gitrevisions(7), <refname>): the first that there is,
 * with its full name in *full. A second one is an ambiguity, and a warning.
 */
enum ref_answer ref_expand(struct repository *repository, struct str name, struct content_id *id,
	struct str *full, struct diags *diags);
/*
 * Calls `take` for every reference below `prefix`, which ends with `/`, in the order of their
 * names; those that lead nowhere are left out. False and an error: one cannot be read.
 */
bool refs_each(struct repository *repository, struct str prefix,
	void (*take)(void *context, struct str name, const struct content_id *id), void *context,
	struct diags *diags);

struct log_entry {
	struct content_id old, new; /* all zeros: there was none before, or is none after */
	int64_t time;               /* seconds since 1970 */
	struct str message;
};

struct log {
	struct log_entry *items; /* newest first, as HEAD@{0} counts */
	uint32_t n, cap;
};

/* The log of the reference `full` in `arena`; REF_ABSENT: it has none. */
enum ref_answer log_read(const struct repository *repository, struct str full, struct arena *arena,
	struct log *log, struct diags *diags);
/* The log that `NAME@{…}` means: the first of git's six rules that has one. *full is that log's
 * reference, *id what the reference leads to. */
enum ref_answer log_expand(struct repository *repository, struct str name, struct content_id *id,
	struct str *full, struct diags *diags);

/* log_date.c: the seconds since 1970 that the DATE of `NAME@{DATE}` means; false: not one of the
 * forms that are read. */
bool log_date(struct str text, int64_t *seconds);
