/* `debug frame`: what the bytes of a record say. */
#pragma once
#include "cli/cli.h"

struct frame_arguments {
	const char *schema, *registry, *subject, *file; /* NULL: not given */
	const char *hex, *header, *format;
};

/* Compiles what `input` names, strictly. NULL and diagnostics if it cannot be had. */
typedef struct schema *(*frame_compile)(void *context, const char *input, struct source **source);

/* Prints the record (NULL: there is none but `hex`). False and diagnostics if its bytes are
 * damaged, or what they mean is not known. */
bool debug_frame(struct cli *cli, const struct frame_arguments *arguments, const char *record,
	frame_compile compile, void *context);
