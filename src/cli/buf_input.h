/*
 * buf's grammar of inputs: `DIR`, `.git#branch=main,subdir=proto`, `image.binpb`, `api.tar.gz`.
 *
 * buf clones a repository and makes a workspace of a folder and the configuration above it; we read
 * the revision where it is, from the folder that this configuration is in, and narrow to the one
 * that was named. What we cannot read is an error that says what would do.
 */
#pragma once
#include "cli/cli.h"

struct buf_input {
	struct source *source; /* an image or archive, opened; NULL: named by */
	const char *input;     /* ours: dir:PATH, set:FILE, REV, REV:PATH */
	const char *directory; /* where a revision's repository is, absolute; NULL: here */
	bool is_folder;        /* dir: */
	struct str root;       /* is_folder: its absolute path */
	struct str top;  /* what the source's paths begin with above `root`: PATH of REV:PATH */
	struct str only; /* as the source names it: the file or folder that was named; empty: all */
	bool is_absolute; /* is_folder: it was named so, and so are paths in the report */
};

/*
 * What `text` means. `configured`: a configuration is given, so none is looked for. False and a
 * diagnostic when it is nothing that we read.
 */
bool buf_input_read(struct cli *cli, const char *text, bool configured, struct buf_input *input);
/* An absolute path of `path` as seen from the current folder, without `.` and `..`. */
struct str buf_path_absolute(struct cli *cli, struct str path);
