/*
 * Parses git's configuration as git itself writes it: sections, keys and plain values.
 *
 * Includes, quotes and continued lines, which people write by hand, are left to libgit2
 * (library.c), whose start costs more than a whole check.
 */
#include "source/git_config.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

static struct str lower(struct arena *arena, struct str s)
{
	char *p = arena_bytes(arena, s.n);

	for (size_t i = 0; i < s.n; i++)
		p[i] = (char)tolower((unsigned char)s.p[i]);
	return (struct str){ p, s.n };
}

/* Parses `[section]` or `[section "name"]`; sets *prefix to `section.` or `section.name.`. */
static bool take_section(struct arena *arena, struct str line, struct str *prefix)
{
	struct str section = str_head(str_from(line, 1), line.n - 2), name;
	size_t space = str_find(section, ' ');

	if (line.n < 3 || line.p[line.n - 1] != ']')
		return false;
	name = str_from(section, space + 1);
	section = str_head(section, space);
	for (size_t i = 0; i < section.n; i++)
		if (!isalnum((unsigned char)section.p[i]) && section.p[i] != '-')
			return false;
	section = lower(arena, section);
	if (!section.n || str_eq(section, S("include")) || str_eq(section, S("includeif")))
		return false;
	*prefix = str_printf(arena, STR ".", ARG(section));
	if (!name.p || !name.n)
		return space == line.n - 2;
	if (name.n < 2 || name.p[0] != '"' || name.p[name.n - 1] != '"')
		return false;
	name = str_head(str_from(name, 1), name.n - 2);
	if (str_find(name, '"') < name.n || str_find(name, '\\') < name.n)
		return false;
	*prefix = str_printf(arena, STR STR ".", ARG(*prefix), ARG(name));
	return true;
}

/* Parses `key = value`, or `key` alone, which means `true`. */
static bool take_setting(
	struct arena *arena, struct str line, struct str prefix, struct git_settings *settings)
{
	size_t equals = str_find(line, '=');
	struct str key = str_trim(str_head(line, equals)), value = S("true");

	if (!key.n || !isalpha((unsigned char)key.p[0]))
		return false;
	for (size_t i = 0; i < key.n; i++)
		if (!isalnum((unsigned char)key.p[i]) && key.p[i] != '-')
			return false;
	if (equals < line.n) {
		value = str_trim(str_from(line, equals + 1));
		if (!value.n)
			return false;
	}
	for (size_t i = 0; i < value.n; i++)
		if (strchr("\"\\#;", value.p[i]))
			return false;
	git_settings_add(settings, arena,
		str_printf(arena, STR STR, ARG(prefix), ARG(lower(arena, key))), value);
	return true;
}

bool git_settings_parse(struct arena *arena, struct str text, struct git_settings *settings)
{
	struct str prefix = { NULL, 0 }, line;

	while (str_cut(&text, '\n', &line)) {
		while (line.n && line.p[0] == '\t')
			line = str_from(line, 1);
		for (size_t i = 0; i < line.n; i++)
			if ((unsigned char)line.p[i] < ' ')
				return false;
		line = str_trim(line);
		if (!line.n || line.p[0] == '#' || line.p[0] == ';')
			continue;
		if (line.p[0] == '[' ? !take_section(arena, line, &prefix)
				     : !prefix.p || !take_setting(arena, line, prefix, settings))
			return false;
	}
	return true;
}

void git_settings_add(
	struct git_settings *settings, struct arena *arena, struct str key, struct str value)
{
	*vec_push(arena, settings) = (struct git_setting){ key, str_dup(arena, value) };
}

const struct str *git_settings_find(const struct git_settings *settings, struct str key)
{
	for (uint32_t i = settings->n; i-- > 0;)
		if (str_eq(settings->items[i].key, key))
			return &settings->items[i].value;
	return NULL;
}

bool git_bool(struct str value, bool *is)
{
	static const char *const words[] = { "", "false", "no", "off", "true", "yes", "on" };
	static const char units[] = "kmg";
	char text[16], *end;
	const char *unit;
	long long number, scale;

	for (size_t i = 0; i < COUNT(words); i++)
		if (value.n == strlen(words[i]) && strncasecmp(value.p, words[i], value.n) == 0) {
			*is = i > 3;
			return true;
		}
	if (value.n >= sizeof text)
		return false;
	*str_put(text, value) = '\0';
	number = strtoll(text, &end, 0);
	unit = *end ? strchr(units, *end | ('a' - 'A')) : NULL;
	if (end == text || (*end && (!unit || end[1])))
		return false;
	scale = unit ? 1024LL << 10 * (unit - units) : 1;
	if (number > INT32_MAX / scale || number < INT32_MIN / scale)
		return false;
	*is = number != 0;
	return true;
}
