/*
 * Output: a buffered writer to a descriptor or to memory that keeps its first error.
 *
 * Callers write and go on; whoever opened it asks out_close (or out_ok) last, so that a full disk
 * is noticed once and in one place.
 */
#pragma once
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/str.h"

struct out;

/* To an open descriptor, which stays the caller's. */
struct out *out_fd(struct arena *arena, int fd);
/* To memory in `arena`; out_text gives what was written so far. */
struct out *out_memory(struct arena *arena);
struct str out_text(struct out *out);
/*
 * To a file that appears whole or not at all, when out_close is called (base/new_file.h). NULL with
 * an errno for new_file_error() when it cannot be made.
 */
struct out *out_file(struct arena *arena, struct str path);

void out_str(struct out *out, struct str s);
void out_char(struct out *out, char c);
void out_printf(struct out *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
void out_vprintf(struct out *out, const char *format, va_list args);
/* Writes what is buffered. 0, or the errno of the first error. */
int out_flush(struct out *out);
/* Flushes and, for a file, makes it appear (on an error removes it). 0, or the errno of the first
 * error. */
int out_close(struct out *out);
