/* What our own programs need of a run beyond the public interface, which has no types of the
 * layers. */
#pragma once
#include "breakwater/breakwater.h"
#include "rules/rules.h"
#include "source/source.h"

/* Open sources to use instead of the operands; NULL: open the operand. */
struct check_sources {
	struct source *old, *new;
	bool no_contracts; /* as buf: the configuration's contracts do not count */
};
/* breakwater_check with open sources; the run closes them. */
struct breakwater_run *run_check(
	const struct breakwater_options *options, const struct check_sources *sources);
/* The findings in the order of the reports, including accepted ones. */
const struct findings *run_findings(const struct breakwater_run *run);
/* prove.h: finding_is_shown, of a run's finding. */
bool run_shows(struct breakwater_run *run, const struct finding *finding, enum surface surface,
	struct proof *proof, bool *asked);
/* Is the status unknown, and the report has what could be known? */
bool run_is_partial(const struct breakwater_run *run);
/* The source of a side; NULL: the run did not open it. */
struct source *run_source(const struct breakwater_run *run, bool old);
/* Does the configuration of the side include the file? */
bool run_holds(const struct breakwater_run *run, bool old, struct str path);
