/*
 * A path of the command line, as git's pathspecs are.
 *
 * It is a file or a folder, counted from the current folder, or a pattern of `*`, `?` and `[…]`
 * that a whole path fits, `/` like any other letter. Of git's magic words `top`, `literal` and
 * `exclude` are known, and their short forms; every other one is an error that names it.
 */
#pragma once
#include "source/source.h"

struct pathspec {
	struct str given;    /* as on the command line */
	struct str old, new; /* from the top of each side's repository or folder */
	size_t fixed;        /* so many bytes in front are no pattern: the folder it counts from */
	bool is_glob;
	bool is_folder; /* a `/` ends it: only what is below it is meant */
	bool excludes;
};

struct pathspec_request {
	struct arena *arena;
	struct diags *diags;
	const struct source *old, *new;
};

/* False and an error: it leads out of a side, or is of a form that is not read. */
bool pathspec_read(
	const struct pathspec_request *request, struct str given, struct pathspec *pathspec);
/* Is a file of the old or new side the one that is meant, or one of those? */
bool pathspec_holds(const struct pathspec *pathspec, struct str path, bool old);
