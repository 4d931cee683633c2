/*
 * Opens and reads files. Opening is retried after a signal, which may interrupt it on a network
 * file system.
 */
#pragma once
#include "base/str.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#ifndef TEMP_FAILURE_RETRY /* musl has none */
#define TEMP_FAILURE_RETRY(call)                                       \
	__extension__({                                                \
		long result_;                                          \
		while ((result_ = (long)(call)) < 0 && errno == EINTR) \
			;                                              \
		result_;                                               \
	})
#endif

static inline int open_again(const char *path, int flags)
{
	return (int)TEMP_FAILURE_RETRY(open(path, flags));
}

static inline int openat_again(int folder, const char *path, int flags)
{
	return (int)TEMP_FAILURE_RETRY(openat(folder, path, flags));
}

/* Reads at most `n` bytes into `p`, through signals and short reads. How many there were (fewer only
 * at the end), or -1 with errno. */
ssize_t read_up_to(int fd, char *p, size_t n);
/* The rest of an open file, at most `limit` bytes; false with errno (EFBIG: it is larger). */
bool file_bytes(int fd, uint64_t limit, struct arena *arena, struct str *bytes);
