#include "pathspec.h"

#include <fnmatch.h>

enum { MAX_PATH = 4096 }; /* as in sources */

/* The magic words of a pathspec. */
struct magic {
	bool top, literal, exclude;
};

static bool fail_magic(const struct pathspec_request *r, struct str given, struct str word)
{
	diag_error(r->diags, NOWHERE,
		"the pathspec '" STR "' has the magic '" STR "', which is not supported",
		ARG(given), ARG(word));
	diag_help(r->diags, "name a file, a folder, or a pattern as in 'proto/*/v1/*.proto'; of "
			    "the magic words top, literal and exclude are read");
	return false;
}

/* `(word,word)path`; the colon is behind us. */
static bool take_long_magic(
	const struct pathspec_request *r, struct str given, struct str *rest, struct magic *magic)
{
	size_t end = str_find(*rest, ')');
	struct str words = str_from(str_head(*rest, end), 1), word;

	if (end == rest->n) {
		diag_error(r->diags, NOWHERE, "the pathspec '" STR "' lacks its ')'", ARG(given));
		return false;
	}
	while (str_cut(&words, ',', &word)) {
		if (str_eq(word, S("top")))
			magic->top = true;
		else if (str_eq(word, S("literal")))
			magic->literal = true;
		else if (str_eq(word, S("exclude")))
			magic->exclude = true;
		else if (word.n)
			return fail_magic(r, given, word);
	}
	*rest = str_from(*rest, end + 1);
	return true;
}

/* `/`, `!` and `^`, perhaps ended by a colon; the first colon is behind us. Git reserves all other
 * punctuation for magic. */
static bool take_short_magic(
	const struct pathspec_request *r, struct str given, struct str *rest, struct magic *magic)
{
	struct str signs = S("\"#%&',-;<=>@_`~");

	for (; rest->n && rest->p[0] != ':'; *rest = str_from(*rest, 1)) {
		if (rest->p[0] == '/')
			magic->top = true;
		else if (rest->p[0] == '!' || rest->p[0] == '^')
			magic->exclude = true;
		else if (str_find(signs, rest->p[0]) < signs.n)
			return fail_magic(r, given, str_head(*rest, 1));
		else
			return true;
	}
	*rest = str_from(*rest, 1);
	return true;
}

static bool take_magic(
	const struct pathspec_request *r, struct str given, struct str *rest, struct magic *magic)
{
	if (!str_starts(given, S(":")))
		return true;
	*rest = str_from(given, 1);
	return str_starts(*rest, S("(")) ? take_long_magic(r, given, rest, magic)
					 : take_short_magic(r, given, rest, magic);
}

/* Makes a path relative to the top of the side. */
static bool find_place(const struct pathspec_request *r, const struct source *source,
	struct str given, struct str path, bool top, struct str *place)
{
	bool is_absolute = str_starts(path, S("/"));

	/* Git accepts absolute paths into the working tree. */
	if (is_absolute && source->folder.n && path_under(path, source->folder)) {
		is_absolute = false;
		for (path = str_from(path, source->folder.n); str_starts(path, S("/"));)
			path = str_from(path, 1);
	} else if (!is_absolute && !top) {
		path = path_join(r->arena, source->prefix, path);
	}
	if (!is_absolute && path_normalize(r->arena, path, place))
		return true;
	diag_error(r->diags, NOWHERE, "the path '" STR "' leads out of " STR, ARG(given),
		ARG(source->name));
	diag_help(r->diags, "paths are relative to the current folder, as in git");
	return false;
}

static bool has_wildcard(struct str path)
{
	struct str special = S("*?[\\");

	for (size_t i = 0; i < path.n; i++) {
		if (str_find(special, path.p[i]) < special.n)
			return true;
	}
	return false;
}

/* The length of the part of a path that it shares with the folder that it counts from. */
static size_t fixed_part(struct str prefix, struct str place)
{
	size_t fixed = 0;

	for (size_t i = 0; i < place.n && i < prefix.n && place.p[i] == prefix.p[i]; i++) {
		if (place.p[i] == '/')
			fixed = i + 1;
	}
	if (prefix.n && place.n > prefix.n && path_under(place, prefix))
		fixed = prefix.n + 1;
	return fixed;
}

/* Does the path end with `/`, `.` or `..`? */
static bool names_folder(struct str path)
{
	struct str last = path_base(path);

	return !last.n || str_eq(last, S(".")) || str_eq(last, S(".."));
}

bool pathspec_read(const struct pathspec_request *r, struct str given, struct pathspec *pathspec)
{
	struct magic magic = { 0 };
	struct str path = given;

	if (!given.n) {
		diag_error(r->diags, NOWHERE, "a path is empty");
		diag_help(r->diags, "write '.' for the current folder");
		return false;
	}
	if (!take_magic(r, given, &path, &magic))
		return false;
	*pathspec = (struct pathspec){ .given = given };
	if (!find_place(r, r->old, given, path, magic.top, &pathspec->old) ||
		!find_place(r, r->new, given, path, magic.top, &pathspec->new))
		return false;
	pathspec->excludes = magic.exclude;
	pathspec->is_folder = names_folder(path);
	pathspec->is_glob = !magic.literal && has_wildcard(path);
	pathspec->fixed = magic.top ? 0 : fixed_part(r->new->prefix, pathspec->new);
	return true;
}

/* Matches as git does without the magic `glob`: fnmatch in which `/` is an ordinary character. */
static bool fits(struct str pattern, size_t fixed, struct str path)
{
	char pattern_text[MAX_PATH + 1], text[MAX_PATH + 1];

	if (pattern.n > MAX_PATH || path.n > MAX_PATH || path.n < fixed || pattern.n < fixed ||
		!str_eq(str_head(path, fixed), str_head(pattern, fixed)))
		return false;
	*str_put(pattern_text, pattern) = '\0';
	*str_put(text, path) = '\0';
	return fnmatch(pattern_text + fixed, text + fixed, 0) == 0;
}

bool pathspec_holds(const struct pathspec *pathspec, struct str path, bool old)
{
	struct str place = old ? pathspec->old : pathspec->new;

	if (path_under(path, place) && (!pathspec->is_folder || path.n > place.n))
		return true;
	return pathspec->is_glob && !pathspec->is_folder && fits(place, pathspec->fixed, path);
}
