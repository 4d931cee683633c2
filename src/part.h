/*
 * One comparison of a history: a plain check of two open sides under the rules of the whole run
 * (breakwater-history(7)).
 *
 * What does not compile on either side is left out on both: nothing is concluded from it. The
 * findings live until part_free.
 */
#pragma once
#include "run.h"
#include "snapshot.h"

struct part_request {
	struct arena *arena; /* gives the handler for memory; keeps nothing */
	struct intern *names;
	struct diags *diags;
	const struct breakwater_options *options;
	const struct source_options *sources;
	const struct config_override *override;
	const struct config *settings;
	const struct report_scope *scope;
	struct map *packages; /* by content, for all comparisons of a run; NULL: none is kept */
	const struct side *old, *new; /* the sources stay the caller's */
	const struct contract_list *contracts; /* to check; NULL: none */
	/* Only these files and their imports are compiled, on the sides that have them; NULL: what
	 * differs and what that can hurt. */
	const struct paths_to_compile *only;
	bool only_contracts; /* what no contract reaches is not looked at */
	/* Gets a file that was left out, of the old side or the new one; NULL: nobody asks. */
	void (*left_out)(void *context, bool old, struct str path, struct str what);
	void *context;
};

/* A request for a part of this run, with its contracts; both sides are the caller's. */
struct part_request part_request_of(
	struct breakwater_run *run, const struct side *old, const struct side *new);
/* May some files be compared on their own? Not if a rule asks for packages, contracts are checked or
 * options are promised. */
bool part_may_be_narrow(const struct part_request *request);
/* NULL and an error: it could not be compared. */
struct breakwater_run *part_check(const struct part_request *request);
void part_free(struct breakwater_run *part);
