/*
 * git's hooks that `init --hook` writes: before a commit, a merge and a push. What is there is
 * never written over.
 */
#pragma once
#include "cli/cli.h"

/* Says of a repository that hooks cannot be written, in an error; nothing is written yet. */
bool hooks_check(struct cli *cli, const struct repository_facts *facts);
/* `top`: of the working tree. False and a diagnostic. */
bool hooks_write(struct cli *cli, const struct repository_facts *facts, struct str top);
