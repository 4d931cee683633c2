/*
 * The comparisons of a check against history, newest version first, and what they find, grouped:
 * one group for what is the same finding in several versions. For run_history.c.
 *
 * Between two versions most files do not differ. What was found in those holds for the older
 * version as well: only the files that the step touches are compared with the new side again. Where
 * that is not enough (contracts, promised options, rules on packages, --path) each version is
 * compared whole.
 */
#pragma once
#include "run_history.h"
#include "version_steps.h"

/* The versions for which a finding holds. */
struct group {
	struct finding *finding; /* of the newest */
	VEC(uint32_t) holds;     /* newest first */
	bool is_new;             /* it is not known in one of them */
	/* The finding is a copy without its elements; the comparison that had it is made again if
	 * it is to be shown. NULL: it is whole. */
	const struct paths_to_compile *again;
};

struct comparing {
	struct breakwater_run *run;
	struct history *history;
	struct version_steps *steps; /* NULL: each version is compared whole */
	struct map groups;           /* hash of fingerprint and place → struct group * */
	VEC(struct group *) list;
	struct map states; /* (looking list, state) → struct state_findings * */
	struct state_findings **by_version;
};

/* May versions be compared in some of their files? */
bool versions_may_be_narrow(struct breakwater_run *run);
/* Which finding it is, whatever the version. */
uint64_t finding_place_key(struct arena *scratch, const struct finding *finding);
/* Compares all versions; the findings against BASE are those of the run. False and an error. */
bool compare_versions(struct comparing *comparing);
