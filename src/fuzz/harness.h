/*
 * Harnesses: a stranger's bytes through one entry point each. A broken promise aborts; an error of
 * the input is no find.
 *
 * They are one program, which takes `--harness=NAME` (libFuzzer passes over what begins so). A
 * harness keeps nothing from one input to the next but the repository of repository.c.
 */
#pragma once
#include "base/diag.h"
#include "base/intern.h"
#include "source/source.h"

struct harness {
	const char *name;
	void (*run)(struct str bytes);
};

/* Tables that end with a row without a name. */
extern const struct harness archive_harnesses[], compile_harnesses[], config_harnesses[],
	event_harnesses[], repository_harnesses[], side_harnesses[];

/* What most rounds need. */
struct round {
	struct arena *arena;
	struct intern *names;
	struct diags diags;
};

void round_begin(struct round *round);
void round_end(struct round *round);
/* Options for sources below `directory`, with limits that a round can reach in time. */
struct source_options round_options(const struct round *round, struct str directory);
/* Lists a source and reads all of it, then closes it; NULL is passed over. */
void round_read_all(struct round *round, struct source *source);
/* Takes what stands before the next line `%%`, or all; false: nothing is left. */
bool take_part(struct str *rest, struct str *part);
/* A path in `arena`, ended with a NUL, of a file of the process's own folder in $TMPDIR, which is
 * made when it is first asked for and removed at the end. */
char *scratch_path(struct arena *arena, const char *name);
/* Replaces the file; aborts when that fails. */
void scratch_write(const char *path, struct str bytes);
