/*
 * Which commit is to blame for a finding (`check --blame`, breakwater-check(1)): the first of the
 * last run of first-parent commits that have it.
 */
#pragma once
#include "run_history.h"

/* A step of check.c: sets `blame` of the findings. */
bool blame_findings(struct breakwater_run *run);
