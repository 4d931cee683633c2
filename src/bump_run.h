/*
 * `breakwater bump`: which semantic version a change asks for (breakwater-bump(1)).
 */
#pragma once
#include "breakwater/breakwater.h"
#include "check.h"
#include "log_run.h"
#include "source/version_name.h"

enum bump_step { BUMP_PATCH, BUMP_MINOR, BUMP_MAJOR };

struct bump_run {
	struct arena *arena;
	struct diags diags;
	bool ok;
	enum bump_step step;
	struct str from;             /* A, as it was named or found */
	bool has_version;            /* A is a version */
	struct version_name version; /* A's */
	struct version_name next;    /* if has_version */
	struct str next_text;        /* likewise */
	uint32_t breaking,
		additions; /* active findings; lines of the log that ask for more than a patch */
	VEC(struct str) reasons;      /* the first ten, as sentences */
	struct breakwater_run *check; /* A against B; NULL: it was not reached */
	struct log_run *log;
};

/* Takes the options of a check, without sides, and a range, which may be absent. Never NULL; `ok`
 * is false if the answer is not known, and the diagnostics of `diags`, `check` or `log` say why. */
struct bump_run *bump_run(const struct breakwater_options *options, struct str range);
void bump_run_free(struct bump_run *run);
/* `v`, 1, 2, 3 → `v1.2.3` */
struct str version_text(struct arena *arena, const struct version_name *version);
