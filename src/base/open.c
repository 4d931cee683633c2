#include "base/open.h"
#include "base/arena.h"

#include <sys/stat.h>

enum { UNKNOWN_SIZE = 64 << 10 /* first guess for a pipe */ };

ssize_t read_up_to(int fd, char *p, size_t n)
{
	size_t had = 0;

	while (had < n) {
		ssize_t got = TEMP_FAILURE_RETRY(read(fd, p + had, n - had));

		if (got < 0)
			return -1;
		if (got == 0)
			break;
		had += (size_t)got;
	}
	return (ssize_t)had;
}

bool file_bytes(int fd, uint64_t limit, struct arena *arena, struct str *bytes)
{
	struct stat st;
	size_t n = 0, cap;
	char *p;

	if (fstat(fd, &st) < 0)
		return false;
	if ((uint64_t)st.st_size > limit) {
		errno = EFBIG;
		return false;
	}
	cap = S_ISREG(st.st_mode) ? (size_t)st.st_size + 1 : UNKNOWN_SIZE;
	p = arena_bytes(arena, cap);
	for (;;) {
		ssize_t got = read_up_to(fd, p + n, cap - n);

		if (got < 0)
			return false;
		if (got == 0)
			break;
		n += (size_t)got;
		if (n > limit) {
			errno = EFBIG;
			return false;
		}
		if (n == cap) { /* a pipe, or the file grew */
			p = arena_grow(arena, p, cap, cap * 2, 1);
			cap *= 2;
		}
	}
	*bytes = (struct str){ p, n };
	return true;
}
