/* The cost of each phase of a run, for `--timings`. timing_end ends a phase and begins the next. */
#pragma once
#include "base/out.h"
#include "base/vec.h"
#include "breakwater/breakwater.h"

struct timing {
	struct arena *arena;
	double cpu, wall; /* clocks at the end of the last phase, in seconds */
	VEC(struct breakwater_phase) phases;
};

/* Begins the first phase. */
void timing_begin(struct timing *timing, struct arena *arena);
/* Ends a phase. `name` must outlive the run; the result is valid until the next call. */
struct breakwater_phase *timing_end(struct timing *timing, const char *name);
/* Adds a count to a phase; the seventh and later ones are dropped. */
void timing_count(struct breakwater_phase *phase, const char *name, uint64_t value);
/* Prints a table, or one JSON object a line. */
void timing_print(struct out *out, const struct breakwater_phase *phases, size_t n, bool json);
