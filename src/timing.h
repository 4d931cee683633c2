/*
 * What each phase of a run cost: the figures of `--timings`.
 *
 * Phases follow each other: one ends where timing_end is called, and the next begins there.
 */
#pragma once
#include "base/out.h"
#include "base/vec.h"
#include "breakwater/breakwater.h"

struct timing {
	struct arena *arena;
	double cpu, wall; /* clocks at the last end, in seconds */
	VEC(struct breakwater_phase) phases;
};

/* Begins the first phase. */
void timing_begin(struct timing *timing, struct arena *arena);
/* Ends a phase; `name` must live as long. The phase, valid until the next end. */
struct breakwater_phase *timing_end(struct timing *timing, const char *name);
/* Adds a figure to a phase; those past the sixth are left out. */
void timing_count(struct breakwater_phase *phase, const char *name, uint64_t value);
/* A table for people, or one JSON object a line. */
void timing_print(struct out *out, const struct breakwater_phase *phases, size_t n, bool json);
