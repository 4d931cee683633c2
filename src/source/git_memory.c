/*
 * An allocator for libgit2, which crashes if an allocation fails: this one does not return then.
 */
#include "source/source.h"

#include <git2.h>
#include <git2/sys/alloc.h>
#include <stdlib.h>

/* libgit2 passes no context to its allocator. Written once, before any thread is started. */
static struct {
	arena_failed failed;
	void *context;
} memory;

static void *taken(void *p)
{
	if (!p) {
		memory.failed(memory.context);
		abort();
	}
	return p;
}

static void *take(size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return taken(malloc(n ? n : 1));
}

static void *take_again(void *p, size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return taken(realloc(p, n ? n : 1));
}

static void give(void *p)
{
	free(p);
}

/* libgit2 1.7 and later derive the others from these three. */
#if LIBGIT2_VER_MAJOR == 1 && LIBGIT2_VER_MINOR < 7
static void *take_zeroed(size_t n, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return taken(n && size ? calloc(n, size) : calloc(1, 1));
}

static void *take_array_again(void *p, size_t n, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return taken(n && size ? reallocarray(p, n, size) : realloc(p, 1));
}

static void *take_array(size_t n, size_t size, const char *file, int line)
{
	return take_array_again(NULL, n, size, file, line);
}

/* Exactly n bytes and a NUL. */
static char *copy_part(const char *text, size_t n, const char *file, int line)
{
	char *copy = taken(n < PTRDIFF_MAX ? malloc(n + 1) : NULL);

	(void)file;
	(void)line;
	if (n)
		memcpy(copy, text, n);
	copy[n] = '\0';
	return copy;
}

static char *copy_most(const char *text, size_t n, const char *file, int line)
{
	return copy_part(text, strnlen(text, n), file, line);
}

static char *copy_text(const char *text, const char *file, int line)
{
	return copy_part(text, strlen(text), file, line);
}
#endif

void source_end_without_memory(arena_failed failed, void *context)
{
	git_allocator allocator = {
		.gmalloc = take,
		.grealloc = take_again,
		.gfree = give,
#if LIBGIT2_VER_MAJOR == 1 && LIBGIT2_VER_MINOR < 7
		.gcalloc = take_zeroed,
		.gstrdup = copy_text,
		.gstrndup = copy_most,
		.gsubstrdup = copy_part,
		.greallocarray = take_array_again,
		.gmallocarray = take_array,
#endif
	};

	memory.failed = failed;
	memory.context = context;
	git_libgit2_opts(GIT_OPT_SET_ALLOCATOR, &allocator);
}
