/*
 * A path on the command line, read as git reads pathspecs: a file or folder, relative to the
 * current folder, or a pattern of `*`, `?` and `[…]` that matches whole paths, `/` included.
 * Supports git's magic words `top`, `literal` and `exclude` and their short forms; any other is an
 * error.
 */
#pragma once
#include "source/source.h"

struct pathspec {
	struct str given;    /* as given on the command line */
	struct str old, new; /* relative to the top of each side */
	size_t fixed;        /* length of the leading folder, which is no pattern */
	bool is_glob;
	bool is_folder; /* ends with `/`: matches only files below it */
	bool excludes;
};

struct pathspec_request {
	struct arena *arena;
	struct diags *diags;
	const struct source *old, *new;
};

/* False and an error if it leads out of a side or has unsupported magic. */
bool pathspec_read(
	const struct pathspec_request *request, struct str given, struct pathspec *pathspec);
/* Does the pathspec match a file of the old or new side? */
bool pathspec_holds(const struct pathspec *pathspec, struct str path, bool old);
