#include "source/attributes.h"
#include "base/map.h"
#include "base/vec.h"
#include "source/ignore.h"

#include <ctype.h>

enum {
	MAX_LINE_BYTES = 2048, /* git ignores longer ones */
	MAX_MACROS = 100,
};

/* The attributes that are needed; numbers of macros follow. */
enum wanted { WANT_TEXT, WANT_CRLF, WANT_EOL, WANT_IDENT, WANT_FILTER, WANT_ENCODING, N_WANTED };

static const struct str wanted_names[N_WANTED] = {
	[WANT_TEXT] = STR_INIT("text"),
	[WANT_CRLF] = STR_INIT("crlf"),
	[WANT_EOL] = STR_INIT("eol"),
	[WANT_IDENT] = STR_INIT("ident"),
	[WANT_FILTER] = STR_INIT("filter"),
	[WANT_ENCODING] = STR_INIT("working-tree-encoding"),
};

struct value {
	enum value_kind { VALUE_NONE, VALUE_TRUE, VALUE_FALSE, VALUE_UNSET, VALUE_TEXT } kind;
	struct str text;
};

struct state {
	uint32_t number; /* enum wanted, or a macro */
	struct value value;
};

struct states {
	struct state *items;
	uint32_t n, cap;
};

struct line {
	struct str pattern;
	bool anchored; /* matched against the whole path */
	struct states states;
};

/* The rules of one file. If none matches, those with lower precedence apply. */
struct rules {
	struct str folder;
	VEC(struct line) lines;
	const struct rules *above; /* NULL: none */
};

struct macro {
	struct str name;
	struct states states;
};

struct attributes {
	struct arena *arena;
	VEC(struct macro) macros; /* numbered from N_WANTED on */
	struct rules info;
	struct map folders; /* hash of a folder → struct rules * */
	struct value *values; /* of one path, by number */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Takes a word and the blanks after it off the front. */
static struct str take_word(struct str *rest)
{
	struct str word;
	size_t n = 0;

	while (n < rest->n && !is_blank(rest->p[n]))
		n++;
	word = str_head(*rest, n);
	while (n < rest->n && is_blank(rest->p[n]))
		n++;
	*rest = str_from(*rest, n);
	return word;
}

static bool is_name(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!isalnum((unsigned char)name.p[i]) && !strchr("-._", name.p[i]))
			return false;
	return name.n && name.p[0] != '-' && !str_starts(name, S("builtin_"));
}

static uint32_t number_of(const struct attributes *a, struct str name)
{
	for (uint32_t i = 0; i < N_WANTED; i++)
		if (str_eq(wanted_names[i], name))
			return i;
	for (uint32_t i = 0; i < a->macros.n; i++)
		if (str_eq(a->macros.items[i].name, name))
			return N_WANTED + i;
	return UINT32_MAX;
}

/* `name`, `-name`, `!name`, `name=text`; false: git ignores the whole line. */
static bool parse_state(const struct attributes *a, struct str word, struct state *state)
{
	struct str name = word;
	size_t equals = str_find(word, '=');

	state->value = (struct value){ VALUE_TRUE, { NULL, 0 } };
	if (equals < word.n) {
		name = str_head(word, equals);
		state->value = (struct value){ VALUE_TEXT, str_from(word, equals + 1) };
	}
	if (name.n && (name.p[0] == '-' || name.p[0] == '!')) {
		state->value.kind = name.p[0] == '-' ? VALUE_FALSE : VALUE_UNSET;
		name = str_from(name, 1);
	}
	state->number = number_of(a, name);
	return is_name(name);
}

static bool parse_states(struct attributes *a, struct str rest, struct states *states)
{
	*states = (struct states){ 0 };
	while (rest.n) {
		struct state state;

		if (!parse_state(a, take_word(&rest), &state))
			return false;
		if (state.number != UINT32_MAX)
			*vec_push(a->arena, states) = state;
	}
	return true;
}

/* Takes a pattern in double quotes, with escapes of C, off the front; false: it is not closed. */
static bool take_quoted(struct arena *arena, struct str *rest, struct str *pattern)
{
	static const char escapes[] = "abfnrtv\\\"", meant[] = "\a\b\f\n\r\t\v\\\"";
	char *p = arena_bytes(arena, rest->n);
	size_t n = 0;

	for (size_t i = 1; i < rest->n; i++) {
		const char *found;
		unsigned number = 0;
		char c = rest->p[i];

		if (c == '"') {
			*pattern = (struct str){ p, n };
			*rest = str_from(*rest, i + 1);
			return true;
		}
		if (c != '\\') {
			p[n++] = c;
			continue;
		}
		if (++i == rest->n)
			return false;
		found = rest->p[i] ? strchr(escapes, rest->p[i]) : NULL;
		if (found) {
			p[n++] = meant[found - escapes];
			continue;
		}
		if (rest->n - i < 3 || rest->p[i] > '3')
			return false;
		for (size_t end = i + 3; i < end; i++) {
			if (rest->p[i] < '0' || rest->p[i] > '7')
				return false;
			number = number * 8 + (unsigned)(rest->p[i] - '0');
		}
		p[n++] = (char)number;
		i--;
	}
	return false;
}

/* The next line that is not blank or a comment, trimmed; false: there is none. */
static bool next_line(struct str *text, struct str *line)
{
	while (str_cut(text, '\n', line)) {
		if (line->n >= MAX_LINE_BYTES || memchr(line->p ? line->p : "", 0, line->n))
			continue;
		*line = str_trim(*line);
		if (line->n && line->p[0] != '#')
			return true;
	}
	return false;
}

static bool is_macro(struct str word)
{
	return word.n > 6 && str_starts(word, S("[attr]"));
}

/* The name of the macro that a line defines; *rest is what follows. */
static bool takes_macro(struct str line, struct str *name, struct str *rest)
{
	*rest = line;
	*name = take_word(rest);
	if (!is_macro(*name))
		return false;
	*name = str_from(*name, 6);
	return is_name(*name);
}

static void name_macros(struct attributes *a, struct str text)
{
	struct str line, name, rest;

	while (next_line(&text, &line))
		if (takes_macro(line, &name, &rest) && number_of(a, name) == UINT32_MAX &&
			a->macros.n < MAX_MACROS)
			vec_push(a->arena, &a->macros)->name = name;
}

/* Run once all macros are known, since one may use another. The last definition wins. */
static void define_macros(struct attributes *a, struct str text)
{
	struct str line, name, rest;

	while (next_line(&text, &line)) {
		struct states states;
		uint32_t number;

		if (!takes_macro(line, &name, &rest) || !parse_states(a, rest, &states))
			continue;
		number = number_of(a, name);
		if (number >= N_WANTED && number != UINT32_MAX)
			a->macros.items[number - N_WANTED].states = states;
	}
}

static bool parse_line(struct attributes *a, struct str text, struct line *line)
{
	*line = (struct line){ 0 };
	if (text.p[0] == '"' && take_quoted(a->arena, &text, &line->pattern))
		text = str_trim(text);
	else
		line->pattern = take_word(&text);
	/* Skips macros, which were read; negated patterns, which are forbidden; and those of
	 * folders, which match no file. */
	if (is_macro(line->pattern) || str_starts(line->pattern, S("!")) ||
		str_ends(line->pattern, S("/")) || !parse_states(a, text, &line->states))
		return false;
	line->anchored = str_find(line->pattern, '/') < line->pattern.n;
	if (str_starts(line->pattern, S("/")))
		line->pattern = str_from(line->pattern, 1);
	return line->states.n > 0;
}

static void parse_rules(struct attributes *a, struct str text, struct rules *rules)
{
	struct str line;

	while (next_line(&text, &line)) {
		struct line parsed;

		if (parse_line(a, line, &parsed))
			*vec_push(a->arena, &rules->lines) = parsed;
	}
}

static struct rules *find_rules(const struct attributes *a, struct str folder)
{
	struct rules *rules = map_get(&a->folders, NULL, str_hash(folder));

	return rules && str_eq(rules->folder, folder) ? rules : NULL;
}

struct attributes *attributes_new(
	struct arena *arena, struct str global, struct str root, struct str info)
{
	static const struct str builtin = STR_INIT("[attr]binary -diff -merge -text");
	const struct str texts[] = { builtin, global, root, info };
	struct attributes *a = NEW(arena, struct attributes);
	struct rules *lowest = NEW(arena, struct rules), *top = NEW(arena, struct rules);

	a->arena = arena;
	map_init(&a->folders, arena);
	for (size_t i = 0; i < COUNT(texts); i++)
		name_macros(a, texts[i]);
	for (size_t i = 0; i < COUNT(texts); i++)
		define_macros(a, texts[i]);
	a->values = NEW_ARRAY(arena, N_WANTED + a->macros.n, struct value);
	parse_rules(a, global, lowest);
	parse_rules(a, root, top);
	parse_rules(a, info, &a->info);
	top->above = lowest;
	*map_put(&a->folders, NULL, str_hash(S(""))) = top;
	return a;
}

bool attributes_lacks(const struct attributes *attributes, struct str folder)
{
	return !find_rules(attributes, folder);
}

void attributes_add(struct attributes *a, struct str folder, struct str text)
{
	struct rules *rules = NEW(a->arena, struct rules);

	rules->folder = str_dup(a->arena, folder);
	rules->above = find_rules(a, path_parent(folder));
	parse_rules(a, text, rules);
	*map_put(&a->folders, NULL, str_hash(folder)) = rules;
}

/* Sets the states that are still unset; a macro that is true sets its own, too. */
static void fill(struct attributes *a, const struct states *states)
{
	for (uint32_t i = states->n; i > 0; i--) {
		const struct state *state = &states->items[i - 1];

		if (a->values[state->number].kind != VALUE_NONE)
			continue;
		a->values[state->number] = state->value;
		if (state->number >= N_WANTED && state->value.kind == VALUE_TRUE)
			fill(a, &a->macros.items[state->number - N_WANTED].states);
	}
}

static bool line_matches(const struct line *line, struct str folder, struct str path)
{
	if (line->anchored)
		return ignore_glob_path(
			line->pattern, folder.n ? str_from(path, folder.n + 1) : path, false);
	return ignore_glob(
		line->pattern, path_base(path), false);
}

static void fill_from(struct attributes *a, const struct rules *rules, struct str path)
{
	for (uint32_t i = rules->lines.n; i > 0; i--)
		if (line_matches(&rules->lines.items[i - 1], rules->folder, path))
			fill(a, &rules->lines.items[i - 1].states);
}

static bool value_is(const struct value *value, struct str text)
{
	return value->kind == VALUE_TEXT && str_eq(value->text, text);
}

/* The rule of `text`, or of the older `crlf`. */
static enum eol_rule eol_of(const struct value *value)
{
	if (value->kind == VALUE_TRUE || value_is(value, S("input")))
		return EOL_TEXT;
	if (value->kind == VALUE_FALSE)
		return EOL_BINARY;
	return value_is(value, S("auto")) ? EOL_AUTO : EOL_UNSAID;
}

static bool is_utf8(struct str name)
{
	char lower[6] = { 0 };

	for (size_t i = 0; i < name.n && i < sizeof lower; i++)
		lower[i] = (char)tolower((unsigned char)name.p[i]);
	return (name.n == 5 && memcmp(lower, "utf-8", 5) == 0) ||
	       (name.n == 4 && memcmp(lower, "utf8", 4) == 0);
}

void attributes_get(struct attributes *a, struct str path, struct path_attributes *found)
{
	const struct value *values = a->values, *encoding = &values[WANT_ENCODING];

	memset(a->values, 0, (N_WANTED + a->macros.n) * sizeof *a->values);
	fill_from(a, &a->info, path);
	for (const struct rules *r = find_rules(a, path_parent(path)); r; r = r->above)
		fill_from(a, r, path);
	*found = (struct path_attributes){ .eol = eol_of(&values[WANT_TEXT]) };
	if (found->eol == EOL_UNSAID)
		found->eol = eol_of(&values[WANT_CRLF]);
	if (found->eol == EOL_UNSAID &&
		(value_is(&values[WANT_EOL], S("lf")) || value_is(&values[WANT_EOL], S("crlf"))))
		found->eol = EOL_TEXT;
	found->ident = values[WANT_IDENT].kind == VALUE_TRUE;
	if (values[WANT_FILTER].kind == VALUE_TEXT)
		found->filter = values[WANT_FILTER].text;
	found->bad_encoding = encoding->kind == VALUE_TRUE;
	if (encoding->kind == VALUE_TEXT && encoding->text.n && !is_utf8(encoding->text))
		found->encoding = encoding->text;
}
