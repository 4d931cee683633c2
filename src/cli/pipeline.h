/*
 * Which base the pipeline proposes that the program runs in, as its documented variables have it.
 */
#pragma once
#include "base/arena.h"
#include "breakwater/breakwater.h"

/* All NULL where no pipeline says anything. The strings are the environment's or in `arena`. */
struct breakwater_proposal pipeline_proposal(struct arena *arena);
