/* One run of a check: the state that its steps share, and the steps outside of check.c. A step returns
 * false if it could not do its part; the diagnostics say why. */
#pragma once
#include "base/map.h"
#include "check.h"
#include "config/config.h"
#include "descriptor/descriptor.h"
#include "diff/pair.h"
#include "scope.h"
#include "side.h"
#include "timing.h"

enum { OLD, NEW, SIDES };

struct breakwater_run {
	const struct breakwater_options *options; /* while breakwater_check runs */
	const struct check_sources *given;        /* likewise; NULL: none */
	const struct breakwater_options *kept;    /* what another check of the sides needs */
	struct arena *arena;
	struct intern *names;
	struct diags diags;
	struct timing timing;
	struct source_options sources;
	struct config_override override, overrides[SIDES];
	struct side sides[SIDES];
	struct config *settings; /* whose rules apply: the new side's, or of the whole run that this one
				    is a part of */
	bool only_contracts;     /* what no contract reaches is not reported */
	bool is_part;            /* one comparison of a history (part.h): both sides may be old */
	struct report_scope scope;
	struct changes changes;
	bool set_aside;    /* contracts outside of the scope are not looked at (aside.h) */
	bool aside[SIDES]; /* changed ones of that side are among them */
	bool no_contracts;      /* the configuration's do not count */
	bool compiled_all; /* all contracts, not only the needed ones */
	struct schema schemas[SIDES];
	struct elsewhere roots_elsewhere;
	struct contract_list chosen; /* the contracts that are checked; empty: none */
	struct contracts *contracts; /* NULL: none are checked */
	struct option_names elsewhere; /* promised options that a file names that is not compiled */
	struct compile_stats compiled; /* what was compiled of both sides */
	struct diff *diff;
	struct map retired; /* fingerprints of deletions: `run`: it is retired; else the finding */
	struct history *history; /* of a check against history; else NULL */
	struct registry_check *registry; /* of a check against a registry; else NULL */
	bool only_registry; /* nobody named a base: nothing is compared with it */
	bool is_partial;    /* something is unknown, and the report has the rest */
	struct findings findings;
	struct map unmarked; /* texts without comments that accept, by address */
	struct base_note base;
	uint32_t files_compared, accepted;
	enum breakwater_status status;
	bool proved; /* the findings have their proofs */
};

/* keep.c: sets `kept`, of the options that take_options has taken. */
void keep_options(struct breakwater_run *run);

/* run_sides.c: the options, the two sides, their configurations and the changes. */
bool take_options(struct breakwater_run *run);
bool open_sources(struct breakwater_run *run);
bool configure_sides(struct breakwater_run *run);
/* The options for reading the configuration of a side; of the old one only the layout. */
struct side_options run_side_options(struct breakwater_run *run, int side);
bool find_roots(struct breakwater_run *run);
bool judge_empty_sides(struct breakwater_run *run);
bool choose_contracts(struct breakwater_run *run);
bool read_paths(struct breakwater_run *run);
bool find_changes(struct breakwater_run *run);
bool discover_changed(struct breakwater_run *run);
/* Reads the configurations above unchanged files that were compiled, since their findings may be
 * listed. Errors in these are warnings. */
void discover_compiled(struct breakwater_run *run);

/* run_compile.c: compiles what is needed, and judges broken files. */
bool compile_sides(struct breakwater_run *run);
/* Does a rule ask which packages still exist? */
bool rules_ask_for_packages(const struct selection *selection);
/* Files to compile, and what others import, for inferred roots. */
struct paths_to_compile {
	const struct str *paths;
	uint32_t n;
	const struct import_hint *hints[SIDES];
	uint32_t n_hints[SIDES];
};
/* Compiles these files with their imports, on the sides that have them. */
bool compile_paths(struct breakwater_run *run, const struct paths_to_compile *paths);
/* Compiles all of one side, for itself. Files with errors are marked; false: it could not go on. */
bool compile_alone(struct breakwater_run *run, struct side *side, struct schema *schema,
	struct diags *diags);
/* May the files that --path names be enough, since no rule asks which packages there are? */
bool compile_is_narrow(const struct breakwater_run *run);
bool judge_broken_files(struct breakwater_run *run);
bool judge_lost_folders(struct breakwater_run *run);
/* check.c: pairs and applies the rules, and drops what is outside of the report. */
bool compare_sides(struct breakwater_run *run);
bool keep_scope(struct breakwater_run *run);
/* Marks the findings that an acceptance on the new side covers. */
bool accept_findings(struct breakwater_run *run);
