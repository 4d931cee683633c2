/*
 * A library that makes one call of the C library fail; ci/tests/faults.py loads it into our
 * programs with LD_PRELOAD.
 *
 * FAULT is "NAME NUMBER ERRNO LASTS": the name of the call (one of `calls`), the number of the
 * first failing one, counted from 1, its errno, and 1 if all that follow fail too. ERRNO 0 makes a
 * read or a write a short one. FAULT_COUNT names a file to write the counts of all calls to. A
 * write to standard error has a name of its own, since the program cannot report its failure.
 */
/* Defines open and open64 apart. */
#undef _FILE_OFFSET_BITS
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define CALLS(X)                                                                                  \
	X(alloc)                                                                                  \
	X(mmap) X(open) X(openat) X(read) X(pread) X(write) X(complain) X(close) X(fsync) X(stat) \
		X(fstat) X(lstat) X(fstatat) X(statx) X(access) X(opendir) X(readdir) X(readlink) \
			X(realpath) X(getcwd) X(chdir) X(lseek) X(rename) X(unlink) X(link)       \
				X(mkdir) X(chmod) X(truncate) X(getrandom) X(thread) X(madvise)   \
					X(fcntl) X(openat2)

#define NUMBER(name) CALL_##name,
#define NAME(name) #name,
enum call { CALLS(NUMBER) N_CALLS };
static const char *const calls[] = { CALLS(NAME) };

static atomic_long counts[N_CALLS];
static int target = -1, error, lasts;
static long number;
static bool on;

__attribute__((constructor)) static void begin(void)
{
	const char *fault = getenv("FAULT");
	char name[32];

	if (fault && sscanf(fault, "%31s %ld %d %d", name, &number, &error, &lasts) == 4) {
		for (int i = 0; i < N_CALLS; i++)
			if (strcmp(name, calls[i]) == 0)
				target = i;
	}
	on = true;
}

__attribute__((destructor)) static void end(void)
{
	const char *path = getenv("FAULT_COUNT");
	char line[64];
	long fd;

	on = false;
	if (!path)
		return;
	fd = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	for (int i = 0; i < N_CALLS; i++) {
		int n = snprintf(line, sizeof line, "%s %ld\n", calls[i], counts[i]);

		syscall(SYS_write, fd, line, n);
	}
	syscall(SYS_close, fd);
}

/* Whether this call fails; then errno is set. */
static bool fails(enum call call)
{
	long n;

	if (!on)
		return false;
	n = atomic_fetch_add(&counts[call], 1) + 1;
	if ((int)call != target || (lasts ? n < number : n != number))
		return false;
	errno = error;
	return true;
}

/* The function of the C library, or of the sanitizer. */
#define REAL(name)                     \
	static __typeof__(&name) real; \
	if (!real)                     \
	real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)
#define PASS(type, name, call, failed, parameters, arguments) \
	type name parameters                                  \
	{                                                     \
		REAL(name);                                   \
		if (fails(CALL_##call))                       \
			return failed;                        \
		return real arguments;                        \
	}

PASS(void *, malloc, alloc, NULL, (size_t n), (n))
PASS(void *, realloc, alloc, NULL, (void *p, size_t n), (p, n))
PASS(void *, reallocarray, alloc, NULL, (void *p, size_t n, size_t size), (p, n, size))
PASS(void *, calloc, alloc, NULL, (size_t n, size_t size), (n, size))
PASS(void *, aligned_alloc, alloc, NULL, (size_t align, size_t n), (align, n))
PASS(int, posix_memalign, alloc, ENOMEM, (void **p, size_t align, size_t n), (p, align, n))
PASS(void *, mmap, mmap, MAP_FAILED, (void *p, size_t n, int prot, int flags, int fd, off_t at),
	(p, n, prot, flags, fd, at))
PASS(void *, mmap64, mmap, MAP_FAILED, (void *p, size_t n, int prot, int flags, int fd, off64_t at),
	(p, n, prot, flags, fd, at))
PASS(int, madvise, madvise, -1, (void *p, size_t n, int advice), (p, n, advice))
PASS(int, pthread_create, thread, EAGAIN,
	(pthread_t * thread, const pthread_attr_t *with, void *(*run)(void *), void *argument),
	(thread, with, run, argument))

#define MODE()                               \
	mode_t mode = 0;                     \
	if (flags & (O_CREAT | O_TMPFILE)) { \
		va_list rest;                \
		va_start(rest, flags);       \
		mode = va_arg(rest, mode_t); \
		va_end(rest);                \
	}
#define OPEN(name)                                                      \
	int name(const char *path, int flags, ...)                      \
	{                                                               \
		MODE();                                                 \
		REAL(name);                                             \
		return fails(CALL_open) ? -1 : real(path, flags, mode); \
	}
#define OPENAT(name)                                                          \
	int name(int at, const char *path, int flags, ...)                    \
	{                                                                     \
		MODE();                                                       \
		REAL(name);                                                   \
		return fails(CALL_openat) ? -1 : real(at, path, flags, mode); \
	}
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

/* The functions that a build with _FORTIFY_SOURCE calls instead. */
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int at, const char *path, int flags);
int __openat64_2(int at, const char *path, int flags);
ssize_t __read_chk(int fd, void *bytes, size_t n, size_t room);
ssize_t __pread_chk(int fd, void *bytes, size_t n, off_t at, size_t room);
ssize_t __pread64_chk(int fd, void *bytes, size_t n, off64_t at, size_t room);
char *__getcwd_chk(char *bytes, size_t n, size_t room);
char *__realpath_chk(const char *path, char *bytes, size_t room);
ssize_t __readlink_chk(const char *path, char *bytes, size_t n, size_t room);
ssize_t __readlinkat_chk(int at, const char *path, char *bytes, size_t n, size_t room);
PASS(int, __open_2, open, -1, (const char *path, int flags), (path, flags))
PASS(int, __open64_2, open, -1, (const char *path, int flags), (path, flags))
PASS(int, __openat_2, openat, -1, (int at, const char *path, int flags), (at, path, flags))
PASS(int, __openat64_2, openat, -1, (int at, const char *path, int flags), (at, path, flags))
PASS(ssize_t, __read_chk, read, -1, (int fd, void *p, size_t n, size_t room), (fd, p, n, room))
PASS(ssize_t, __pread_chk, pread, -1, (int fd, void *p, size_t n, off_t at, size_t room),
	(fd, p, n, at, room))
PASS(ssize_t, __pread64_chk, pread, -1, (int fd, void *p, size_t n, off64_t at, size_t room),
	(fd, p, n, at, room))
PASS(char *, __getcwd_chk, getcwd, NULL, (char *p, size_t n, size_t room), (p, n, room))
PASS(char *, __realpath_chk, realpath, NULL, (const char *path, char *p, size_t room),
	(path, p, room))
PASS(ssize_t, __readlink_chk, readlink, -1, (const char *path, char *p, size_t n, size_t room),
	(path, p, n, room))
PASS(ssize_t, __readlinkat_chk, readlink, -1,
	(int at, const char *path, char *p, size_t n, size_t room), (at, path, p, n, room))

/* ERRNO 0: a short read or write. */
#define SHORT(name, call, parameters, arguments) \
	ssize_t name parameters                  \
	{                                        \
		REAL(name);                      \
		if (fails(call)) {               \
			if (error)               \
				return -1;       \
			n = n > 1 ? n / 2 : n;   \
		}                                \
		return real arguments;           \
	}
SHORT(read, CALL_read, (int fd, void *p, size_t n), (fd, p, n))
SHORT(pread, CALL_pread, (int fd, void *p, size_t n, off_t at), (fd, p, n, at))
SHORT(pread64, CALL_pread, (int fd, void *p, size_t n, off64_t at), (fd, p, n, at))
SHORT(write, (fd == STDERR_FILENO ? CALL_complain : CALL_write), (int fd, const void *p, size_t n),
	(fd, p, n))
PASS(ssize_t, writev, write, -1, (int fd, const struct iovec *parts, int n), (fd, parts, n))

/* Closes the descriptor even so, as Linux does. */
int close(int fd)
{
	bool failed = fails(CALL_close);
	int result;

	REAL(close);
	result = real(fd);
	if (failed)
		errno = error;
	return failed ? -1 : result;
}

/* NULL is also the end of the folder: errno tells them apart. */
PASS(struct dirent *, readdir, readdir, NULL, (DIR * folder), (folder))
PASS(struct dirent64 *, readdir64, readdir, NULL, (DIR * folder), (folder))
PASS(DIR *, opendir, opendir, NULL, (const char *path), (path))
PASS(DIR *, fdopendir, opendir, NULL, (int fd), (fd))
PASS(int, fsync, fsync, -1, (int fd), (fd))
PASS(int, fdatasync, fsync, -1, (int fd), (fd))
PASS(int, stat, stat, -1, (const char *path, struct stat *st), (path, st))
PASS(int, stat64, stat, -1, (const char *path, struct stat64 *st), (path, st))
PASS(int, fstat, fstat, -1, (int fd, struct stat *st), (fd, st))
PASS(int, fstat64, fstat, -1, (int fd, struct stat64 *st), (fd, st))
PASS(int, lstat, lstat, -1, (const char *path, struct stat *st), (path, st))
PASS(int, lstat64, lstat, -1, (const char *path, struct stat64 *st), (path, st))
PASS(int, fstatat, fstatat, -1, (int at, const char *path, struct stat *st, int flags),
	(at, path, st, flags))
PASS(int, fstatat64, fstatat, -1, (int at, const char *path, struct stat64 *st, int flags),
	(at, path, st, flags))
PASS(int, statx, statx, -1, (int at, const char *path, int flags, unsigned mask, struct statx *st),
	(at, path, flags, mask, st))
PASS(int, access, access, -1, (const char *path, int mode), (path, mode))
PASS(int, faccessat, access, -1, (int at, const char *path, int mode, int flags),
	(at, path, mode, flags))
PASS(ssize_t, readlink, readlink, -1, (const char *path, char *p, size_t n), (path, p, n))
PASS(ssize_t, readlinkat, readlink, -1, (int at, const char *path, char *p, size_t n),
	(at, path, p, n))
PASS(char *, realpath, realpath, NULL, (const char *path, char *p), (path, p))
PASS(char *, getcwd, getcwd, NULL, (char *p, size_t n), (p, n))
PASS(int, chdir, chdir, -1, (const char *path), (path))
PASS(int, fchdir, chdir, -1, (int fd), (fd))
PASS(off_t, lseek, lseek, -1, (int fd, off_t at, int from), (fd, at, from))
PASS(off64_t, lseek64, lseek, -1, (int fd, off64_t at, int from), (fd, at, from))
PASS(int, rename, rename, -1, (const char *old, const char *new), (old, new))
PASS(int, renameat, rename, -1, (int at, const char *old, int to, const char *new),
	(at, old, to, new))
PASS(int, renameat2, rename, -1, (int at, const char *old, int to, const char *new, unsigned flags),
	(at, old, to, new, flags))
PASS(int, unlink, unlink, -1, (const char *path), (path))
PASS(int, unlinkat, unlink, -1, (int at, const char *path, int flags), (at, path, flags))
PASS(int, link, link, -1, (const char *old, const char *new), (old, new))
PASS(int, linkat, link, -1, (int at, const char *old, int to, const char *new, int flags),
	(at, old, to, new, flags))
PASS(int, mkdir, mkdir, -1, (const char *path, mode_t mode), (path, mode))
PASS(int, mkdirat, mkdir, -1, (int at, const char *path, mode_t mode), (at, path, mode))
PASS(int, chmod, chmod, -1, (const char *path, mode_t mode), (path, mode))
PASS(int, fchmod, chmod, -1, (int fd, mode_t mode), (fd, mode))
PASS(int, fchmodat, chmod, -1, (int at, const char *path, mode_t mode, int flags),
	(at, path, mode, flags))
PASS(int, ftruncate, truncate, -1, (int fd, off_t size), (fd, size))
PASS(int, ftruncate64, truncate, -1, (int fd, off64_t size), (fd, size))
PASS(ssize_t, getrandom, getrandom, -1, (void *p, size_t n, unsigned flags), (p, n, flags))

#define FCNTL(name)                                                       \
	int name(int fd, int what, ...)                                   \
	{                                                                 \
		va_list rest;                                             \
		void *argument;                                           \
		REAL(name);                                               \
		va_start(rest, what);                                     \
		argument = va_arg(rest, void *);                          \
		va_end(rest);                                             \
		return fails(CALL_fcntl) ? -1 : real(fd, what, argument); \
	}
FCNTL(fcntl)
FCNTL(fcntl64)

/* openat2 has no function in the C library; we make no other call with syscall(). */
long syscall(long what, ...)
{
	long arguments[6];
	va_list rest;

	REAL(syscall);
	va_start(rest, what);
	for (int i = 0; i < 6; i++)
		arguments[i] = va_arg(rest, long);
	va_end(rest);
	if (what == SYS_openat2 && fails(CALL_openat2))
		return -1;
	return real(what, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4],
		arguments[5]);
}
