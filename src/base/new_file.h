/*
 * Creates a file atomically: it appears complete or not at all.
 *
 * It is written under a random name in the same folder, and renamed. Links are not followed: one at
 * the file's path is refused, and so is one on the way that leads out of the repository. So a
 * hostile working tree cannot redirect what is written.
 */
#pragma once
#include <sys/types.h>
#include "base/arena.h"
#include "base/str.h"

struct new_file;

/* What may already exist at the path. */
enum new_file_kind {
	NEW_FILE_REPLACES, /* a file, whose permissions are kept */
	NEW_FILE_OUTPUT,   /* that, a device or a pipe */
	NEW_FILE_ONLY      /* nothing */
};

/*
 * Opens `path` for writing; a new file gets the permissions `mode` without the umask. An output may
 * also be a descriptor of the process (/dev/stdout, /dev/fd/N); that, a device, and a pipe with a
 * reader are written in place. NULL and errno on failure.
 */
struct new_file *new_file_open(
	struct arena *arena, struct str path, enum new_file_kind kind, mode_t mode);
/* The descriptor to write to, which new_file_close closes. */
int new_file_descriptor(const struct new_file *file);
/* Renames the file into place; with an `error` (an errno) removes it instead. Returns 0 or the
 * first errno. */
int new_file_close(struct new_file *file, int error);
/* Removes the files that were opened and not closed. Async-signal-safe, for signal handlers. */
void new_files_abandon(void);

/* Creates the folder `path` if it does not exist; treats links as above. Returns 0 or an errno. */
int new_folder(struct arena *arena, struct str path);
/* Opens an existing folder for reading; treats links as above. -1 and errno on failure. */
int folder_open(struct arena *arena, struct str path);
/* strerror() for the errors of this file. */
const char *new_file_error(int error);
