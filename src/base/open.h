/*
 * Opening that goes on after a signal, which may interrupt it where the file lies on a network.
 */
#pragma once
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static inline int open_again(const char *path, int flags)
{
	return (int)TEMP_FAILURE_RETRY(open(path, flags));
}

static inline int openat_again(int folder, const char *path, int flags)
{
	return (int)TEMP_FAILURE_RETRY(openat(folder, path, flags));
}
