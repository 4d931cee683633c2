/*
 * Files that do not compile: which of them decide the status, and which are a warning.
 *
 * An error in a file that the change touched, or that such a file imports, is status 2; so is an
 * import whose file the change took away, and an error in any file that compiled before: the change
 * broke it. Every other broken file is a warning: a few with their first error, the others counted
 * (breakwater-check(1), Broken files).
 */
#pragma once
#include "rules/rules.h"
#include "scope.h"
#include "source/source.h"

struct broken_request {
	struct arena *arena;
	struct diags *diags; /* with the compiler's errors in it */
	const struct changes *changes;
	const struct schema *old, *new;
	struct source *old_source, *new_source;
	const struct report_scope *scope;
	bool strict; /* --strict-imports */
	bool full;   /* --full: broken files that decide nothing are shown, too */
	bool all;    /* every contract was compiled, for whatever reason */
};

/* False when an error is left that decides the status. */
bool broken_judge(const struct broken_request *request);
/*
 * Once the findings are known: an import whose file left with the whole folder that the import
 * begins with (a dependency that was vendored) is an error unless a finding says that the file was
 * deleted. False when there is such an error.
 */
bool broken_judge_folders(const struct broken_request *request, const struct findings *findings);
