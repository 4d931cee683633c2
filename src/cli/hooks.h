/*
 * The git hooks that `init --hook` writes: before a commit, a merge and a push. Existing hooks are
 * never overwritten.
 */
#pragma once
#include "cli/cli.h"

/* Checks that hooks can be written in the repository, before anything is written. False and a
 * diagnostic if not. */
bool hooks_check(struct cli *cli, const struct repository_facts *facts);
/* `top`: the top of the working tree. False and a diagnostic if a hook cannot be written. */
bool hooks_write(struct cli *cli, const struct repository_facts *facts, struct str top);
