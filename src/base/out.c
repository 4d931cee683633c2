#include "base/out.h"

#include "base/new_file.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

enum { BUFFER = 64 << 10, FIRST_MEMORY = 128 };

struct out {
	struct arena *arena;
	int fd;    /* -1: memory */
	int error; /* errno of the first failed write */
	char *bytes;
	size_t n, cap;
	struct new_file *file; /* NULL: a descriptor of the caller, or memory */
};

static struct out *out_new(struct arena *arena, int fd)
{
	struct out *out = NEW(arena, struct out);

	out->arena = arena;
	out->fd = fd;
	out->cap = fd >= 0 ? BUFFER : FIRST_MEMORY;
	out->bytes = arena_bytes(arena, out->cap);
	return out;
}

struct out *out_fd(struct arena *arena, int fd)
{
	return out_new(arena, fd);
}

struct out *out_memory(struct arena *arena)
{
	return out_new(arena, -1);
}

struct str out_text(struct out *out)
{
	return (struct str){ out->bytes, out->n };
}

struct out *out_file(struct arena *arena, struct str path)
{
	struct new_file *file = new_file_open(arena, path, NEW_FILE_OUTPUT, 0666);
	struct out *out;

	if (!file)
		return NULL;
	out = out_new(arena, new_file_descriptor(file));
	out->file = file;
	return out;
}

int out_flush(struct out *out)
{
	size_t done = 0;

	if (out->fd < 0)
		return out->error;
	while (done < out->n && !out->error) {
		ssize_t n = write(out->fd, out->bytes + done, out->n - done);

		if (n < 0 && errno != EINTR)
			out->error = errno;
		else if (n > 0)
			done += (size_t)n;
	}
	out->n = 0;
	return out->error;
}

void out_str(struct out *out, struct str s)
{
	if (s.n == 0)
		return;
	if (s.n > out->cap - out->n) {
		if (out->fd < 0) {
			size_t more = out->cap * 2 > out->n + s.n ? out->cap * 2 : out->n + s.n;
			char *bytes = arena_bytes(out->arena, more);

			memcpy(bytes, out->bytes, out->n);
			out->bytes = bytes;
			out->cap = more;
		} else {
			out_flush(out);
		}
	}
	while (s.n > out->cap) { /* larger than the buffer */
		memcpy(out->bytes, s.p, out->cap);
		out->n = out->cap;
		s = str_from(s, out->cap);
		out_flush(out);
	}
	memcpy(out->bytes + out->n, s.p, s.n);
	out->n += s.n;
}

void out_char(struct out *out, char c)
{
	out_str(out, (struct str){ &c, 1 });
}

static void out_vprintf(struct out *out, const char *format, va_list args)
{
	char small[512];
	va_list again;
	int n;

	va_copy(again, args);
	n = vsnprintf(small, sizeof small, format, args);
	if (n >= (int)sizeof small) {
		struct arena_mark mark = arena_mark(out->arena);
		char *large = arena_bytes(out->arena, (size_t)n + 1);
		struct str s = { large, (size_t)n };

		vsnprintf(large, (size_t)n + 1, format, again);
		out_str(out, s);
		if (out->fd >= 0)
			arena_rewind(out->arena, mark);
	} else if (n > 0) {
		out_str(out, (struct str){ small, (size_t)n });
	}
	va_end(again);
}

void out_printf(struct out *out, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	out_vprintf(out, format, args);
	va_end(args);
}

int out_close(struct out *out)
{
	out_flush(out);
	if (out->file)
		out->error = new_file_close(out->file, out->error);
	return out->error;
}
