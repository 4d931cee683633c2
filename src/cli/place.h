/*
 * Where `accept` and `init` write: files at the top of what they looked at. They are never written
 * over by `init`, and whole or not at all by both.
 */
#pragma once
#include "cli/cli.h"

/*
 * The repository around the current folder, to be written to; *absent: there is none, which is no
 * error. False and a diagnostic where its configuration leads to a working tree elsewhere.
 */
bool cli_repository(struct cli *cli, struct repository_facts *facts, bool *absent);
/*
 * Writes a file that is not there yet; false and a diagnostic when it is, or cannot be made. `path`
 * is absolute.
 */
bool cli_file_create(struct cli *cli, struct str path, struct str text, unsigned mode);
/*
 * Waits for 10 seconds at most until nobody else holds the folder, so that what is read in it, and
 * written anew, was not written by another meanwhile. A descriptor, to be closed; -1 and a
 * diagnostic.
 */
int cli_folder_lock(struct cli *cli, struct str folder);
bool cli_file_exists(struct cli *cli, struct str path);
/* A path for somebody in the current folder: relative if it is below, controls spelled. */
struct str cli_path_shown(struct cli *cli, struct str path);
