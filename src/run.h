/*
 * One run of a check: what its steps hand on to each other. check.c has them in a table; a step
 * gives false when what it needs cannot be known, and the diagnostics say why.
 */
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
	struct arena *arena;
	struct intern *names;
	struct diags diags;
	struct timing timing;
	struct source_options sources;
	struct config_override override, overrides[SIDES];
	struct side sides[SIDES];
	struct scope scope;
	struct changes changes;
	bool compiled_all; /* every contract, not only what is needed */
	struct schema schemas[SIDES];
	struct diff *diff;
	struct findings findings;
	struct map unmarked; /* texts without comments that accept, by address */
	struct base_note base;
	uint32_t files_compared, accepted;
	enum breakwater_status status;
};

/* run_sides.c: options, the two sides with their configurations, and what differs between them. */
bool take_options(struct breakwater_run *run);
bool open_sources(struct breakwater_run *run);
bool configure_sides(struct breakwater_run *run);
bool find_roots(struct breakwater_run *run);
bool judge_empty_sides(struct breakwater_run *run);
bool read_paths(struct breakwater_run *run);
bool find_changes(struct breakwater_run *run);
bool discover_changed(struct breakwater_run *run);
/* The configurations above what was compiled beside the changes: its findings may be listed too.
 * One that is wrong there does not decide the status. */
void discover_compiled(struct breakwater_run *run);
/* The option's text in the run's arena; absent for NULL. */
struct str text_option(struct breakwater_run *run, const char *text);

/* run_compile.c: compiling what is needed, and which broken files decide. */
bool compile_sides(struct breakwater_run *run);
bool judge_broken_files(struct breakwater_run *run);
bool judge_lost_folders(struct breakwater_run *run);
