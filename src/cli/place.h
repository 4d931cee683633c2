/*
 * The files that `accept`, `init` and `fix` write, in what they read. `init` never overwrites a file;
 * all write a file completely or not at all.
 */
#pragma once
#include "cli/cli.h"

/*
 * The repository of the current folder, for writing. *absent: there is none, which is not an error.
 * False and a diagnostic if its configuration names a working tree elsewhere.
 */
bool cli_repository(struct cli *cli, struct repository_facts *facts, bool *absent);
/*
 * Writes a new file at an absolute path. False and a diagnostic if it exists or cannot be created.
 */
bool cli_file_create(struct cli *cli, struct str path, struct str text, unsigned mode);
/*
 * Locks the folder, waiting at most 10 seconds, so that nobody else writes between our reading and
 * writing. Returns a descriptor to close, or -1 and a diagnostic.
 */
int cli_folder_lock(struct cli *cli, struct str folder);
bool cli_file_exists(struct cli *cli, struct str path);
/* A path for messages: relative if it is below the current folder, control characters escaped. */
struct str cli_path_shown(struct cli *cli, struct str path);
