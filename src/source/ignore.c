#include "source/ignore.h"
#include "base/vec.h"

#include <ctype.h>

static struct str trim_line(struct str line)
{
	size_t end = 0;

	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	line = str_head(line, str_find(line, '\0'));
	/* Trailing blanks are ignored, unless escaped by a backslash. */
	for (size_t i = 0; i < line.n; i++) {
		bool escapes = line.p[i] == '\\';

		if (escapes && ++i == line.n)
			return line;
		if (escapes || line.p[i] != ' ')
			end = i + 1;
	}
	return str_head(line, end);
}

static bool parse_pattern(struct str line, struct ignore_pattern *pattern)
{
	*pattern = (struct ignore_pattern){ 0 };
	if (line.n && line.p[0] == '#')
		return false;
	line = trim_line(line);
	if (line.n == 0)
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
	struct arena *arena, const struct ignore_text *source, const struct ignore_rules *above)
{
	struct str text = source->text;
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
	rules->folder = source->folder;
	rules->ignore_case = source->ignore_case;
	rules->patterns = patterns.items;
	rules->n = patterns.n;
	rules->above = above;
	return rules;
}

/* `[:name:]`; false in *known: there is no such class. */
static bool class_holds(struct str name, unsigned char c, bool fold, bool *known)
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
			return classes[i].holds(c) ||
			       (fold && classes[i].holds == isupper && islower(c));
	*known = false;
	return false;
}

static bool in_range(unsigned char low, unsigned char high, unsigned char c, bool fold)
{
	unsigned char upper = (unsigned char)toupper(c);

	return (low <= c && c <= high) || (fold && low <= upper && upper <= high);
}

/* A set of characters while it is parsed. */
struct bracket {
	struct str pattern;
	size_t at;
	unsigned char c;
	bool fold, found, broken;
};

/* `[:name:]` at pattern[at]: `[` alone is a character, an unknown name breaks the whole. */
static bool bracket_class(struct bracket *b)
{
	struct str rest = str_from(b->pattern, b->at + 2);
	size_t end = str_find(rest, ']');
	bool known = true;

	if (end == rest.n)
		b->broken = true;
	if (b->broken || end == 0 || rest.p[end - 1] != ':')
		return b->broken;
	b->found |= class_holds(str_head(rest, end - 1), b->c, b->fold, &known);
	b->broken = !known;
	b->at += 2 + end + 1;
	return true;
}

/* Takes one character, or the last of a range from `before` (0: none); returns what may begin a
 * range. */
static unsigned char bracket_character(struct bracket *b, unsigned char before)
{
	struct str rest = str_from(b->pattern, b->at);
	bool range = before && rest.n > 1 && rest.p[0] == '-' && rest.p[1] != ']';
	size_t i = range;

	if (rest.p[i] == '\\' && ++i == rest.n) {
		b->broken = true;
		return 0;
	}
	b->at += i + 1;
	if (range) {
		b->found |= in_range(before, (unsigned char)rest.p[i], b->c, b->fold);
		return 0;
	}
	b->found |= (unsigned char)rest.p[i] == b->c;
	return (unsigned char)rest.p[i];
}

/* Matches `[...]` at pattern[*at] and moves *at behind it. If it is not closed, or has an
 * unknown class, it matches nothing. */
static bool bracket_matches(struct str pattern, size_t *at, unsigned char c, bool fold)
{
	struct bracket b = { .pattern = pattern, .at = *at + 1, .c = c, .fold = fold };
	bool negated = b.at < pattern.n && (pattern.p[b.at] == '!' || pattern.p[b.at] == '^');
	unsigned char before = 0;

	b.at += negated;
	for (size_t first = b.at; b.at < pattern.n && (pattern.p[b.at] != ']' || b.at == first);) {
		if (str_starts(str_from(pattern, b.at), S("[:")) && bracket_class(&b))
			before = 0;
		else
			before = bracket_character(&b, before);
		if (b.broken)
			break;
	}
	*at = b.at < pattern.n ? b.at + 1 : b.at;
	return !b.broken && b.at < pattern.n && c != '/' && b.found != negated;
}

/* Matches one pattern character other than `*` and moves *at behind it. */
static bool one_matches(struct str pattern, size_t *at, unsigned char c, bool fold)
{
	unsigned char p = (unsigned char)pattern.p[*at];

	if (fold)
		c = (unsigned char)tolower(c);
	switch (p) {
	case '?':
		++*at;
		return c != '/';
	case '[':
		return bracket_matches(pattern, at, c, fold);
	case '\\':
		if (++*at == pattern.n)
			return false;
		p = (unsigned char)pattern.p[*at];
		break;
	default:
		if (fold)
			p = (unsigned char)tolower(p);
		break;
	}
	++*at;
	return p == c;
}

/* The number of stars that make a whole component at pattern[at]; 0: fewer than two, or other
 * characters. */
static size_t any_folders(struct str pattern, size_t at)
{
	size_t end = at;

	if (at > 0 && pattern.p[at - 1] != '/')
		return 0;
	while (end < pattern.n && pattern.p[end] == '*')
		end++;
	return end - at >= 2 && (end == pattern.n || pattern.p[end] == '/') ? end - at : 0;
}

/*
 * `*` never passes a `/`, so matching backtracks only to the last star of a component, and over
 * components only to the last `**`: a pattern costs at most the product of the lengths for each
 * component.
 */
bool ignore_glob(struct str pattern, struct str text, bool fold)
{
	const size_t none = SIZE_MAX;
	size_t p = 0, t = 0, star = none, star_text = 0, folders = none, folders_text = 0;

	for (;;) {
		size_t stars = p < pattern.n ? any_folders(pattern, p) : 0;

		if (stars) {
			if (p + stars == pattern.n)
				return true; /* everything inside */
			p += stars + 1;
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
			one_matches(pattern, &p, (unsigned char)text.p[t], fold)) {
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

static bool starts_with(struct str text, struct str head, bool fold)
{
	if (!fold || text.n < head.n)
		return str_starts(text, head);
	for (size_t i = 0; i < head.n; i++)
		if (tolower((unsigned char)text.p[i]) != tolower((unsigned char)head.p[i]))
			return false;
	return true;
}

bool ignore_glob_path(struct str pattern, struct str path, bool fold)
{
	size_t literal = 0;

	while (literal < pattern.n && !strchr("*?[\\", pattern.p[literal]))
		literal++;
	if (!starts_with(path, str_head(pattern, literal), fold))
		return false;
	return ignore_glob(str_from(pattern, literal), str_from(path, literal), fold);
}

static bool pattern_matches(const struct ignore_rules *rules, const struct ignore_pattern *pattern,
	struct str path, bool is_folder)
{
	if (pattern->folders_only && !is_folder)
		return false;
	if (!pattern->anchored)
		return ignore_glob(pattern->text, path_base(path),
			rules->ignore_case);
	return ignore_glob_path(pattern->text,
		rules->folder.n ? str_from(path, rules->folder.n + 1) : path, rules->ignore_case);
}

bool ignore_matches(const struct ignore_rules *rules, struct str path, bool is_folder)
{
	for (; rules; rules = rules->above)
		for (uint32_t i = rules->n; i > 0; i--)
			if (pattern_matches(rules, &rules->patterns[i - 1], path, is_folder))
				return !rules->patterns[i - 1].negated;
	return false;
}
