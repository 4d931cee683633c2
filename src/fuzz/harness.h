/*
 * Fuzz harnesses, one per entry point. A broken invariant aborts; an error in the input is fine.
 *
 * They are one program with the option `--harness=NAME` (libFuzzer ignores options with two
 * dashes). No state is kept between inputs but the repository of repository.c.
 */
#pragma once
#include "base/diag.h"
#include "base/intern.h"
#include "source/source.h"

struct harness {
	const char *name;
	void (*run)(struct str bytes);
};

/* Tables that end with a row whose name is NULL. */
extern const struct harness archive_harnesses[], compile_harnesses[], config_harnesses[],
	event_harnesses[], frame_harnesses[], proof_harnesses[], registry_harnesses[], repository_harnesses[], side_harnesses[];

/* What most rounds need. */
struct round {
	struct arena *arena;
	struct intern *names;
	struct diags diags;
};

void round_begin(struct round *round);
void round_end(struct round *round);
/* Options for sources below `directory`, with low limits. */
struct source_options round_options(const struct round *round, struct str directory);
/* Lists a source, reads all of it and closes it; does nothing with NULL. */
void round_read_all(struct round *round, struct source *source);
/* Removes the part before the next line `%%`, or everything; false: nothing is left. */
bool take_part(struct str *rest, struct str *part);
/* The path, a C string in `arena`, of a file in the temporary folder of the process, which is
 * created on first use and removed at exit. */
char *scratch_path(struct arena *arena, const char *name);
/* Replaces the file; aborts on failure. */
void scratch_write(const char *path, struct str bytes);
