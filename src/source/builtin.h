/*
 * The tables that embed.py makes of the .proto files in builtin/, and of those in known/, which a
 * schema of a registry may import without a reference.
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
extern const struct builtin_file known_files[];
extern const unsigned n_known_files;
