/*
 * How buf spells an input: `PATH#KEY=VALUE,…`, its format and its compression.
 */
#pragma once
#include "cli/cli.h"
#include "source/source.h"

/* The form of an input. */
enum buf_form {
	INPUT_DIR,
	INPUT_PROTOFILE,
	INPUT_GIT,
	INPUT_MODULE,
	INPUT_SET,
	INPUT_JSON,
	INPUT_TEXT,
	INPUT_YAML,
	INPUT_TAR,
	INPUT_ZIP
};

/* `PATH#KEY=VALUE,…`, parsed. */
struct buf_spelling {
	struct str whole, path;
	/* Absent: not given */
	struct str format, compression, branch, tag, ref, commit, subdir, strip, submodules, depth;
	enum buf_form form;
	enum packing packing;
	uint32_t strip_components;
};

/* Parses `text`. False and a diagnostic if we cannot read such an input. */
bool buf_spelling_read(struct cli *cli, const char *text, struct buf_spelling *s);
/* Adds the error `'TEXT' WHY` with a help; returns false. */
bool buf_fail(struct cli *cli, const struct buf_spelling *s, const char *why, const char *help);
/* Reports that a file could not be looked at, with errno. */
void buf_fail_look(struct cli *cli, struct str path);
/* Is there a file, or with `folder` a folder? Reports errors. */
bool buf_is_on_disk(struct cli *cli, struct str path, bool folder);
