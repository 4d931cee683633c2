#include "source/ignore.h"
#include "base/vec.h"

#include <ctype.h>

static struct str trim_line(struct str line)
{
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	/* Blanks at the end do not count, unless a backslash stands before one. */
	while (line.n && line.p[line.n - 1] == ' ' && !(line.n > 1 && line.p[line.n - 2] == '\\'))
		line.n--;
	return line;
}

static bool parse_pattern(struct str line, struct ignore_pattern *pattern)
{
	*pattern = (struct ignore_pattern){ 0 };
	line = trim_line(line);
	if (line.n == 0 || line.p[0] == '#')
		return false;
	if (line.p[0] == '!') {
		pattern->negated = true;
		line = str_from(line, 1);
	}
	if (line.n && line.p[line.n - 1] == '/') {
		pattern->folders_only = true;
		line.n--;
	}
	pattern->anchored = str_find(line, '/') < line.n;
	if (line.n && line.p[0] == '/')
		line = str_from(line, 1);
	pattern->text = line;
	return line.n > 0;
}

const struct ignore_rules *ignore_parse(
	struct arena *arena, struct str text, struct str folder, const struct ignore_rules *above)
{
	struct ignore_rules *rules = NEW(arena, struct ignore_rules);
	VEC(struct ignore_pattern) patterns = { 0 };
	struct str line;

	if (str_starts(text, S("\xef\xbb\xbf")))
		text = str_from(text, 3);
	while (str_cut(&text, '\n', &line)) {
		struct ignore_pattern pattern;

		if (parse_pattern(line, &pattern))
			*vec_push(arena, &patterns) = pattern;
	}
	rules->folder = folder;
	rules->patterns = patterns.items;
	rules->n = patterns.n;
	rules->above = above;
	return rules;
}

static bool class_holds(struct str name, unsigned char c)
{
	static const struct {
		struct str name;
		int (*holds)(int);
	} classes[] = {
		{ STR_INIT("alnum"), isalnum },
		{ STR_INIT("alpha"), isalpha },
		{ STR_INIT("blank"), isblank },
		{ STR_INIT("cntrl"), iscntrl },
		{ STR_INIT("digit"), isdigit },
		{ STR_INIT("graph"), isgraph },
		{ STR_INIT("lower"), islower },
		{ STR_INIT("print"), isprint },
		{ STR_INIT("punct"), ispunct },
		{ STR_INIT("space"), isspace },
		{ STR_INIT("upper"), isupper },
		{ STR_INIT("xdigit"), isxdigit },
	};

	for (size_t i = 0; i < COUNT(classes); i++)
		if (str_eq(classes[i].name, name))
			return classes[i].holds(c);
	return false;
}

/* `[...]` at pattern[*at]; moves *at behind it. An unclosed one matches nothing. */
static bool bracket_matches(struct str pattern, size_t *at, unsigned char c)
{
	size_t i = *at + 1;
	bool negated = i < pattern.n && (pattern.p[i] == '!' || pattern.p[i] == '^'), found = false;

	i += negated;
	for (size_t first = i; i < pattern.n && (pattern.p[i] != ']' || i == first);) {
		struct str rest = str_from(pattern, i);
		unsigned char low, high;

		if (str_starts(rest, S("[:"))) {
			size_t end = 2;

			while (end + 1 < rest.n && !(rest.p[end] == ':' && rest.p[end + 1] == ']'))
				end++;
			if (end + 1 < rest.n) {
				found |= class_holds(str_head(str_from(rest, 2), end - 2), c);
				i += end + 2;
				continue;
			}
		}
		if (pattern.p[i] == '\\' && i + 1 < pattern.n)
			i++;
		low = high = (unsigned char)pattern.p[i++];
		if (i + 1 < pattern.n && pattern.p[i] == '-' && pattern.p[i + 1] != ']') {
			i++;
			if (pattern.p[i] == '\\' && i + 1 < pattern.n)
				i++;
			high = (unsigned char)pattern.p[i++];
		}
		found |= low <= c && c <= high;
	}
	if (i >= pattern.n) {
		*at = pattern.n;
		return false;
	}
	*at = i + 1;
	return c != '/' && found != negated;
}

/* One pattern character other than `*` against one of the text; moves *at behind it. */
static bool one_matches(struct str pattern, size_t *at, unsigned char c)
{
	switch (pattern.p[*at]) {
	case '?':
		++*at;
		return c != '/';
	case '[':
		return bracket_matches(pattern, at, c);
	case '\\':
		if (*at + 1 < pattern.n)
			++*at;
		break;
	default:
		break;
	}
	return (unsigned char)pattern.p[(*at)++] == c;
}

/* Is there a `**` that is a whole component at pattern[at]? */
static bool is_any_folders(struct str pattern, size_t at)
{
	return str_starts(str_from(pattern, at), S("**")) &&
	       (at == 0 || pattern.p[at - 1] == '/') &&
	       (at + 2 == pattern.n || pattern.p[at + 2] == '/');
}

/*
 * `*` never passes a `/`, so within a component only its last star can be taken back, and over
 * components only the last `**`: no pattern costs more than their lengths' product a component.
 */
bool ignore_glob(struct str pattern, struct str text)
{
	const size_t none = SIZE_MAX;
	size_t p = 0, t = 0, star = none, star_text = 0, folders = none, folders_text = 0;

	for (;;) {
		if (p < pattern.n && is_any_folders(pattern, p)) {
			if (p + 2 == pattern.n)
				return t < text.n; /* all that is inside */
			p += 3;
			folders = p;
			folders_text = t;
			star = none;
			continue;
		}
		if (p < pattern.n && pattern.p[p] == '*') {
			while (p < pattern.n && pattern.p[p] == '*')
				p++;
			star = p;
			star_text = t;
			continue;
		}
		if (p == pattern.n && t == text.n)
			return true;
		if (p < pattern.n && t < text.n &&
			one_matches(pattern, &p, (unsigned char)text.p[t])) {
			t++;
			continue;
		}
		if (star != none && star_text < text.n && text.p[star_text] != '/') {
			p = star;
			t = ++star_text;
			continue;
		}
		if (folders == none)
			return false;
		while (folders_text < text.n && text.p[folders_text] != '/')
			folders_text++;
		if (folders_text == text.n)
			return false;
		p = folders;
		t = ++folders_text;
		star = none;
	}
}

static bool pattern_matches(
	const struct ignore_pattern *pattern, struct str folder, struct str path, bool is_folder)
{
	size_t slash = str_rfind(path, '/');

	if (pattern->folders_only && !is_folder)
		return false;
	if (!pattern->anchored)
		return ignore_glob(
			pattern->text, slash < path.n ? str_from(path, slash + 1) : path);
	return ignore_glob(pattern->text, folder.n ? str_from(path, folder.n + 1) : path);
}

bool ignore_matches(const struct ignore_rules *rules, struct str path, bool is_folder)
{
	for (; rules; rules = rules->above)
		for (uint32_t i = rules->n; i > 0; i--)
			if (pattern_matches(
				    &rules->patterns[i - 1], rules->folder, path, is_folder))
				return !rules->patterns[i - 1].negated;
	return false;
}
