/*
 * A file on the disk that is made now: it appears whole or not at all.
 *
 * It is written beside its place under a name that nobody can guess, and renamed. What stands in
 * its place is never followed: a link there is refused, and so is one on the way that leads out of
 * the repository that it lies in. Nobody's working tree decides where else something is written.
 */
#pragma once
#include <sys/types.h>
#include "base/arena.h"
#include "base/str.h"

struct new_file;

/* What may be there already: a file, whose permissions stay; that, a device or a pipe; nothing. */
enum new_file_kind { NEW_FILE_REPLACES, NEW_FILE_OUTPUT, NEW_FILE_ONLY };

/*
 * Opens `path`, whose permissions are `mode` without the umask where nothing is there yet. An
 * output may also be a descriptor of the process (/dev/stdout, /dev/fd/N); it, a device and a pipe
 * that somebody reads are written in place. NULL and errno.
 */
struct new_file *new_file_open(
	struct arena *arena, struct str path, enum new_file_kind kind, mode_t mode);
/* The descriptor to write to; the file's own. */
int new_file_descriptor(const struct new_file *file);
/* Makes it appear, or with an `error` (an errno) leaves what was there. 0, or the first errno. */
int new_file_close(struct new_file *file, int error);
/* What was opened and not closed leaves nothing behind: for a signal handler, async-signal-safe. */
void new_files_abandon(void);

/* Makes the folder `path` if it is not there, with the same care for links. 0, or an errno. */
int new_folder(struct arena *arena, struct str path);
/* Opens an existing folder for reading, with the same care for links. -1 and errno. */
int folder_open(struct arena *arena, struct str path);
/* As strerror(), in the words of what went wrong here. */
const char *new_file_error(int error);
