/*
 * Deletions under a `retirement:` block (breakwater-history(7), Retirement): the rules
 * X_NO_DELETE_UNLESS_RETIRED stand instead of X_NO_DELETE, which find the deletions.
 */
#pragma once
#include "run_history.h"

/* A step of check.c: which rules the block puts in force. */
bool find_retirement(struct breakwater_run *run);
/* Selects the plain rules of those that are selected, for one comparison. */
void retirement_select(const struct breakwater_run *run, struct selection *selection);
/* Gives the findings of the plain rules their names under the block. Before config_apply. */
void retirement_rename(struct breakwater_run *run, const struct selection *selection);
/* A step of check.c: drops the deletions of what is retired, and says of the others why not. */
bool judge_retirement(struct breakwater_run *run);
/* The same for a finding of another version, by what was found of BASE. False: drop it. */
bool retirement_judge_again(const struct breakwater_run *run, struct finding *finding);
