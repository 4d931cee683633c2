/*
 * The table that embed.py makes of the .proto files in builtin/.
 */
#pragma once
#include <stddef.h>

struct builtin_file {
	const char *path; /* its import path */
	const unsigned char *bytes;
	size_t size;
};

extern const struct builtin_file builtin_files[];
extern const unsigned n_builtin_files;
