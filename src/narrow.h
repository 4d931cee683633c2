/*
 * Which files a report is about: --path and --exclude-path.
 *
 * A path that holds no contract on either side is an error, or everything would pass.
 */
#pragma once
#include "breakwater/breakwater.h"
#include "pathspec.h"
#include "rules/rules.h"
#include "side.h"

struct narrowing {
	VEC(struct pathspec) only, excluded;
};

struct narrow_request {
	struct arena *arena;
	struct diags *diags;
	const struct breakwater_list *paths, *excluded;
	const struct side *old, *new;
	bool allow_empty; /* a path without a contract is a warning */
};

/* The files of a finding, by printed path; absent on a side that has none. */
struct finding_paths {
	struct str old, new;
};

/* Reads the paths and looks whether they hold a contract. False and an error if one does not. */
bool narrow_read(const struct narrow_request *request, struct narrowing *narrowing);
struct finding_paths narrow_finding_paths(const struct finding *finding);
/* Are these files to be reported on? */
bool narrow_wants(const struct narrowing *narrowing, struct finding_paths paths);

/* Of contracts and their folders the one that was meant by a path that is none; *is_above: it is
 * only the nearest folder above. Absent: nothing is near. */
struct str narrow_nearest(struct arena *arena, struct str path, const struct str *contracts,
	uint32_t n, bool *is_above);
