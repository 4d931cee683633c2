/*
 * buf's grammar of inputs: `DIR`, `.git#branch=main,subdir=proto`, `image.binpb`, `api.tar.gz`.
 *
 * buf clones a repository, and makes a workspace of a folder and the configuration above it. We
 * read the revision in place, from the folder of that configuration, and narrow the report to the
 * folder that was named. An input that we cannot read is an error that names an alternative.
 */
#pragma once
#include "cli/cli.h"

struct buf_input {
	struct source *source; /* an image or archive, opened; NULL: named by */
	const char *input;     /* ours: dir:PATH, set:FILE, REV, REV:PATH */
	const char *directory; /* the repository of a revision, absolute; NULL: the current one */
	bool is_folder;        /* dir: */
	struct str root;       /* is_folder: its absolute path */
	struct str top;        /* the prefix of the source's paths above `root`: PATH of REV:PATH */
	struct str only;  /* the named file or folder, as the source spells it; empty: everything */
	bool is_absolute; /* is_folder: the name as given, which paths in the report begin with */
};

/*
 * Parses `text`. `configured`: a configuration is given, so none is searched for. False and a
 * diagnostic if we cannot read such an input.
 */
bool buf_input_read(struct cli *cli, const char *text, bool configured, struct buf_input *input);
/* Makes `path` absolute from the current folder, without `.` and `..`. */
struct str buf_path_absolute(struct cli *cli, struct str path);
