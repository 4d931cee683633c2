/*
 * Output: a buffered writer to a descriptor or to memory that keeps its first error.
 *
 * Writing returns no error. Whoever opened the output checks out_close (or out_flush) at the end,
 * so that a full disk is reported once.
 */
#pragma once
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/str.h"

struct out;

/* Writes to an open descriptor, which the caller closes. */
struct out *out_fd(struct arena *arena, int fd);
/* Writes to memory in `arena`; out_text returns what was written so far. */
struct out *out_memory(struct arena *arena);
struct str out_text(struct out *out);
/*
 * Writes to a file that out_close creates atomically (base/new_file.h). NULL on failure, with an
 * errno for new_file_error().
 */
struct out *out_file(struct arena *arena, struct str path);

void out_str(struct out *out, struct str s);
void out_char(struct out *out, char c);
void out_printf(struct out *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Writes the buffer. Returns 0 or the errno of the first error. */
int out_flush(struct out *out);
/* Flushes, and renames a file into place or, after an error, removes it. Returns 0 or the errno of
 * the first error. */
int out_close(struct out *out);
