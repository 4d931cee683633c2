/*
 * String views: a pointer and a length, passed by value, without a terminating NUL.
 *
 * A view does not own its bytes; whoever keeps one must make sure that they live long enough. A
 * null pointer with length 0 means "absent"; an empty string has a pointer.
 */
#pragma once
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct arena;

struct str {
	const char *p;
	size_t n;
};

/* A view of a literal, and of one in a static initializer. */
#define S(literal) ((struct str){ "" literal, sizeof(literal) - 1 })
#define STR_INIT(literal)                       \
	{                                       \
		"" literal, sizeof(literal) - 1 \
	}
/* For printf: STR in the format, ARG(view) in the arguments. */
#define STR "%.*s"
#define ARG(s) (int)(s).n, (s).p ? (s).p : ""

#define COUNT(array) (sizeof(array) / sizeof *(array))

static inline struct str str_of(const char *text)
{
	return (struct str){ text, text ? strlen(text) : 0 };
}

static inline bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* Copies the bytes to `at` and returns the end of the copy. (memcpy itself must not be given the
 * null pointer of an absent view.) */
static inline char *str_put(char *at, struct str s)
{
	if (s.n)
		memcpy(at, s.p, s.n);
	return at + s.n;
}

static inline bool str_has(struct str s, char c)
{
	return s.n && memchr(s.p, c, s.n);
}

static inline bool str_contains(struct str s, struct str part)
{
	return s.n && memmem(s.p, s.n, part.p, part.n);
}

/* Compares bytewise, as git sorts paths: negative, 0 or positive. */
int str_cmp(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
/* The part from `begin` (clamped) to the end. */
struct str str_from(struct str s, size_t begin);
/* The first `n` bytes (clamped). */
struct str str_head(struct str s, size_t n);
/* Offset of the first (last) `c`, or s.n if there is none. */
size_t str_find(struct str s, char c);
size_t str_rfind(struct str s, char c);
/* Number of `c` in s. */
size_t str_count(struct str s, char c);
/* Without spaces, tabs and line breaks at both ends. */
struct str str_trim(struct str s);
/* Removes the part before the next `sep`, and that, from the front of *rest; false at the end. */
bool str_cut(struct str *rest, char sep, struct str *part);
/* The last dotted component of a full name: `Order` of `acme.v1.Order`. */
struct str str_last_component(struct str full_name);
/* The last component of a path, and what comes before its slash; empty if there is none. */
struct str path_base(struct str path);
struct str path_parent(struct str path);
/* Is `path` the folder or file `prefix`, or below it, by whole components? An empty prefix holds
 * all. */
bool path_under(struct str path, struct str prefix);

/* Copies in `arena`; str_cstr ends the copy with a NUL. */
struct str str_dup(struct arena *arena, struct str s);
char *str_cstr(struct arena *arena, struct str s);
/* printf into `arena`. */
struct str str_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
struct str str_vprintf(struct arena *arena, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));
/* `a` and `b` joined by one `/`; either may be empty. */
struct str path_join(struct arena *arena, struct str a, struct str b);
/* The path relative to `top`, empty for the top itself; unchanged if it is not below it. */
struct str path_below(struct str path, struct str top);
/* The path with the folder `from` in front replaced by `to`; unchanged if it is not below `from`.
 */
struct str path_move(struct arena *arena, struct str path, struct str from, struct str to);
/*
 * `path` without `.`, empty and `..` components, in `arena`. False when it is absolute or climbs
 * out of its start, which is how a hostile path is recognised.
 */
bool path_normalize(struct arena *arena, struct str path, struct str *out);
/* Number of edits (insert, delete, replace, swap neighbours) that turn `a` into `b`. */
size_t str_distance(struct str a, struct str b);
/* The word that `word` is most likely a typing error of, ignoring case; absent: none is near. */
struct str str_nearest(struct str word, const struct str *words, size_t n);
/* Is it an identifier of the .proto language; with `dotted`, several joined by dots? */
bool name_is_identifier(struct str s, bool dotted);
/* A hash for tables, other in each process, so that nobody can prepare names that collide: for
 * equality, never for an order. */
uint64_t str_hash(struct str s);
/* XXH64 with seed 0, for hashes that are stored. */
uint64_t str_xxh64(struct str s);
