#include "base/str.h"
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>

/* Inlined: most strings are short names, for which a call would double the cost. */
#define XXH_INLINE_ALL
#include <xxhash.h>

int str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? memcmp(a.p, b.p, n) : 0;

	return order ? order : (a.n > b.n) - (a.n < b.n);
}

bool str_starts(struct str s, struct str prefix)
{
	return s.n >= prefix.n && str_eq(str_head(s, prefix.n), prefix);
}

bool str_ends(struct str s, struct str suffix)
{
	return s.n >= suffix.n && str_eq(str_from(s, s.n - suffix.n), suffix);
}

struct str str_from(struct str s, size_t begin)
{
	if (begin > s.n)
		begin = s.n;
	return (struct str){ s.p ? s.p + begin : NULL, s.n - begin };
}

struct str str_head(struct str s, size_t n)
{
	return (struct str){ s.p, n < s.n ? n : s.n };
}

size_t str_find(struct str s, char c)
{
	const char *at = s.n ? memchr(s.p, c, s.n) : NULL;

	return at ? (size_t)(at - s.p) : s.n;
}

size_t str_count(struct str s, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == c;
	return n;
}

size_t str_rfind(struct str s, char c)
{
	const char *found = s.n ? memrchr(s.p, c, s.n) : NULL;

	return found ? (size_t)(found - s.p) : s.n;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct str str_trim(struct str s)
{
	while (s.n && is_blank(s.p[s.n - 1]))
		s.n--;
	while (s.n && is_blank(s.p[0]))
		s = str_from(s, 1);
	return s;
}

bool str_cut(struct str *rest, char sep, struct str *part)
{
	size_t at;

	if (!rest->p)
		return false;
	at = str_find(*rest, sep);
	*part = str_head(*rest, at);
	*rest = at < rest->n ? str_from(*rest, at + 1) : (struct str){ NULL, 0 };
	return true;
}

struct str str_last_component(struct str full_name)
{
	size_t dot = str_rfind(full_name, '.');

	return dot < full_name.n ? str_from(full_name, dot + 1) : full_name;
}

struct str path_base(struct str path)
{
	size_t slash = str_rfind(path, '/');

	return slash < path.n ? str_from(path, slash + 1) : path;
}

struct str path_parent(struct str path)
{
	size_t slash = str_rfind(path, '/');

	return str_head(path, slash < path.n ? slash : 0);
}

bool path_under(struct str path, struct str prefix)
{
	if (prefix.n == 0 || str_eq(prefix, S(".")))
		return true;
	return str_starts(path, prefix) && (path.n == prefix.n || path.p[prefix.n] == '/');
}

struct str str_dup(struct arena *arena, struct str s)
{
	return (struct str){ arena_copy(arena, s.p, s.n), s.n };
}

char *str_cstr(struct arena *arena, struct str s)
{
	char *p = arena_bytes(arena, s.n + 1);

	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return p;
}

struct str str_vprintf(struct arena *arena, const char *format, va_list args)
{
	va_list again;
	int n;
	char *p;

	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, args);
	if (n < 0)
		n = 0;
	p = arena_bytes(arena, (size_t)n + 1);
	vsnprintf(p, (size_t)n + 1, format, again);
	va_end(again);
	return (struct str){ p, (size_t)n };
}

struct str str_printf(struct arena *arena, const char *format, ...)
{
	struct str text;
	va_list args;

	va_start(args, format);
	text = str_vprintf(arena, format, args);
	va_end(args);
	return text;
}

struct str path_join(struct arena *arena, struct str a, struct str b)
{
	char *p;

	if (a.n == 0)
		return b;
	if (b.n == 0)
		return a;
	/* No printf, which is slow: walking a tree joins all its paths. */
	p = arena_bytes(arena, a.n + 1 + b.n + 1);
	memcpy(p, a.p, a.n);
	p[a.n] = '/';
	memcpy(p + a.n + 1, b.p, b.n);
	p[a.n + 1 + b.n] = '\0';
	return (struct str){ p, a.n + 1 + b.n };
}

struct str path_below(struct str path, struct str top)
{
	if (!top.n || !path_under(path, top))
		return path;
	return str_from(path, path.n > top.n ? top.n + 1 : top.n);
}

struct str path_move(struct arena *arena, struct str path, struct str from, struct str to)
{
	if (str_eq(from, to) || !path_under(path, from))
		return path;
	return path_join(arena, to, path_below(path, from));
}

bool path_normalize(struct arena *arena, struct str path, struct str *out)
{
	char *p = arena_bytes(arena, path.n + 1);
	size_t n = 0;
	struct str part;

	if (path.n && path.p[0] == '/')
		return false;
	while (str_cut(&path, '/', &part)) {
		if (part.n == 0 || str_eq(part, S(".")))
			continue;
		if (str_eq(part, S(".."))) {
			if (n == 0)
				return false;
			while (n > 0 && p[--n] != '/')
				;
			continue;
		}
		if (n)
			p[n++] = '/';
		n = (size_t)(str_put(p + n, part) - p);
	}
	*out = (struct str){ p, n };
	return true;
}

enum { LONGEST_WORD = 64 };

size_t str_distance(struct str a, struct str b)
{
	size_t rows[3][LONGEST_WORD + 1];

	if (a.n > LONGEST_WORD || b.n > LONGEST_WORD)
		return a.n > b.n ? a.n : b.n;
	for (size_t j = 0; j <= b.n; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		size_t *row = rows[i % 3], *above = rows[(i - 1) % 3], *two = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			size_t best = above[j - 1] + (a.p[i - 1] != b.p[j - 1]);

			if (above[j] + 1 < best)
				best = above[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] &&
				a.p[i - 2] == b.p[j - 1] && two[j - 2] + 1 < best)
				best = two[j - 2] + 1;
			row[j] = best;
		}
	}
	return rows[a.n % 3][b.n];
}

/* `word` in lower case, in `room`; unchanged if it is too long for str_distance. */
static struct str fold_case(struct str word, char room[LONGEST_WORD])
{
	if (word.n > LONGEST_WORD)
		return word;
	for (size_t i = 0; i < word.n; i++)
		room[i] =
			word.p[i] >= 'A' && word.p[i] <= 'Z' ? (char)(word.p[i] | 0x20) : word.p[i];
	return (struct str){ room, word.n };
}

struct str str_nearest(struct str word, const struct str *words, size_t n)
{
	char room[LONGEST_WORD], other[LONGEST_WORD];
	struct str folded = fold_case(word, room), found = { NULL, 0 };
	size_t best = word.n / 3 + 1, best_exact = 0;

	for (size_t i = 0; i < n; i++) {
		size_t distance = str_distance(folded, fold_case(words[i], other)), exact;

		if (distance > best || distance >= words[i].n)
			continue;
		exact = str_distance(word, words[i]);
		if (distance == best && found.p && exact >= best_exact)
			continue;
		best = distance;
		best_exact = exact;
		found = words[i];
	}
	return found;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool name_is_identifier(struct str s, bool dotted)
{
	bool first = true;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '.' && dotted && !first) {
			first = true;
			continue;
		}
		if (!is_letter(c) && (first || c < '0' || c > '9'))
			return false;
		first = false;
	}
	return s.n > 0 && !first;
}

uint64_t str_xxh64(struct str s)
{
	return XXH64(s.p ? s.p : "", s.n, 0);
}

uint64_t str_hash(struct str s)
{
	/* Where the program was loaded differs from process to process. */
	static const char here = 0;

	return XXH3_64bits_withSeed(s.p ? s.p : "", s.n, (XXH64_hash_t)(uintptr_t)&here);
}
