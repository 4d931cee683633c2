#include "cli/opt.h"

#include <stdio.h>
#include <stdlib.h>

/* A row and the struct for its value. */
struct match {
	const struct opt *row;
	void *value;
};

/* One argument, parsed. */
struct piece {
	struct match match;   /* row NULL: no such option */
	struct str name;      /* as written, with dashes */
	const char *attached; /* value after `=`, or the rest of `-oFILE`; NULL: none */
};

static struct match match_row(const struct opt_table *table, size_t i)
{
	char *target = table->target;

	return (struct match){ &table->rows[i], target ? target + table->rows[i].offset : NULL };
}

static struct match find_long(const struct opt_table *tables, size_t n_tables, struct str name)
{
	for (size_t t = 0; t < n_tables; t++) {
		for (size_t i = 0; i < tables[t].n; i++) {
			if (tables[t].rows[i].name && str_eq(str_of(tables[t].rows[i].name), name))
				return match_row(&tables[t], i);
		}
	}
	return (struct match){ 0 };
}

static struct match find_letter(const struct opt_table *tables, size_t n_tables, char letter)
{
	for (size_t t = 0; t < n_tables; t++) {
		for (size_t i = 0; i < tables[t].n; i++) {
			if (tables[t].rows[i].letter == letter)
				return match_row(&tables[t], i);
		}
	}
	return (struct match){ 0 };
}

/* Is it an option? A single `-` is an operand. */
static bool is_option(const char *arg)
{
	return arg[0] == '-' && arg[1] != '\0';
}

static bool takes_value(const struct opt *row)
{
	return row->kind != OPT_FLAG && row->kind != OPT_OPTIONAL;
}

static struct piece take_apart(const struct opt_table *tables, size_t n_tables, const char *arg)
{
	struct piece piece = { .name = str_of(arg) };
	size_t equals = str_find(piece.name, '=');

	if (arg[1] == '-') {
		if (equals < piece.name.n)
			piece.attached = arg + equals + 1;
		piece.name = str_head(piece.name, equals);
		piece.match = find_long(tables, n_tables, str_from(piece.name, 2));
		return piece;
	}
	piece.match = find_letter(tables, n_tables, arg[1]);
	piece.name = str_head(piece.name, 2);
	if (arg[2])
		piece.attached = arg + 2;
	return piece;
}

/* Options by which other tools name the base, which is an operand here. */
static bool is_base(struct str name)
{
	static const struct str words[] = { STR_INIT("--against"), STR_INIT("--base"),
		STR_INIT("--since"), STR_INIT("--from"), STR_INIT("--compare"),
		STR_INIT("--compare-with"), STR_INIT("--baseline"), STR_INIT("--target") };
	char lower[32];

	for (size_t i = 0; i < name.n && i < sizeof lower; i++)
		lower[i] = name.p[i] >= 'A' && name.p[i] <= 'Z' ? (char)(name.p[i] | 0x20)
								: name.p[i];
	for (size_t i = 0; i < COUNT(words); i++)
		if (name.n == words[i].n && memcmp(lower, words[i].p, name.n) == 0)
			return true;
	return false;
}

static bool has_option(const struct opt_table *tables, size_t n_tables, struct str name)
{
	for (size_t t = 0; t < n_tables; t++)
		for (size_t i = 0; i < tables[t].n; i++)
			if (tables[t].rows[i].name && str_eq(str_of(tables[t].rows[i].name), name))
				return true;
	return false;
}

/* The most similar option, or the first with that prefix; both without dashes. */
static struct str nearest_option(struct str name, const struct str *known, size_t n)
{
	struct str nearest = str_nearest(name, known, n);

	for (size_t i = 0; i < n && !nearest.n && name.n > 2; i++)
		if (str_starts(known[i], name))
			nearest = known[i];
	return nearest;
}

static void unknown_option(const struct opt_table *tables, size_t n_tables, struct arena *arena,
	struct str name, struct diags *diags)
{
	VEC(struct str) known = { 0 };
	struct str nearest;

	for (size_t t = 0; t < n_tables; t++) {
		for (size_t i = 0; i < tables[t].n; i++) {
			if (tables[t].rows[i].name)
				*vec_push(arena, &known) = str_of(tables[t].rows[i].name);
		}
	}
	nearest = (struct str){ NULL, 0 };
	if (str_starts(name, S("--")))
		nearest = nearest_option(str_from(name, 2), known.items, known.n);
	diag_error(diags, NOWHERE, "unknown option '" STR "'", ARG(name));
	if (is_base(name) && has_option(tables, n_tables, S("staged")))
		diag_help(diags, "the base is an operand: breakwater check BASE");
	else if (is_base(name) && has_option(tables, n_tables, S("against")))
		diag_help(diags, "did you mean '--against'?");
	else if (nearest.n)
		diag_help(diags, "did you mean '--" STR "'?", ARG(nearest));
	else
		diag_help(diags, "'breakwater help' lists the commands, 'breakwater help COMMAND' "
				 "their options");
}

static void add_text(struct arena *arena, struct texts *texts, const char *text)
{
	*vec_push(arena, texts) = text;
}

static void add_words(struct arena *arena, struct texts *texts, const char *text)
{
	struct str rest = str_of(text), word;

	while (str_cut(&rest, ',', &word)) {
		word = str_trim(word);
		if (word.n)
			add_text(arena, texts, str_cstr(arena, word));
	}
}

static bool read_number(const char *text, unsigned *number)
{
	unsigned value = 0;

	for (const char *p = text; *p; p++) {
		if (*p < '0' || *p > '9' || value > 100000)
			return false;
		value = value * 10 + (unsigned)(*p - '0');
	}
	*number = value;
	return value > 0;
}

/* Is the word one of the row's? An error if not. */
static bool check_word(const struct opt *row, struct arena *arena, struct str name, struct str word,
	struct diags *diags)
{
	VEC(struct str) known = { 0 };
	struct str list = S(""), nearest;

	for (size_t i = 0; row->words[i]; i++) {
		if (str_eq(str_of(row->words[i]), word))
			return true;
		*vec_push(arena, &known) = str_of(row->words[i]);
		list = str_printf(arena, STR "%s'%s'", ARG(list), i ? ", " : "", row->words[i]);
	}
	nearest = str_nearest(word, known.items, known.n);
	diag_error(diags, NOWHERE, "option '" STR "' has no value '" STR "'", ARG(name), ARG(word));
	if (nearest.n)
		diag_help(diags, "did you mean '" STR "'?", ARG(nearest));
	else
		diag_help(diags, "the values are " STR, ARG(list));
	return false;
}


/* Checks that the value is one of the row's words. */
static bool check_words(const struct opt *row, struct arena *arena, struct str name,
	const char *text, struct diags *diags)
{
	struct str rest = str_of(text), word;

	if (row->values != VALUES_WORDS || (row->kind == OPT_OPTIONAL && !*text))
		return true;
	if (row->kind != OPT_WORDS)
		return check_word(row, arena, name, rest, diags);
	while (str_cut(&rest, ',', &word))
		if (!check_word(row, arena, name, word, diags))
			return false;
	return true;
}

static bool store(
	struct arena *arena, const struct piece *piece, const char *text, struct diags *diags)
{
	const struct opt *row = piece->match.row;
	void *value = piece->match.value;

	if (text && !check_words(row, arena, piece->name, text, diags))
		return false;
	switch (row->kind) {
	case OPT_FLAG:
		*(bool *)value = true;
		return true;
	case OPT_TEXT:
	case OPT_OPTIONAL:
		*(const char **)value = text;
		return true;
	case OPT_LIST:
		add_text(arena, value, text);
		return true;
	case OPT_WORDS:
		add_words(arena, value, text);
		return true;
	case OPT_NUMBER:
		if (read_number(text, value))
			return true;
		diag_error(diags, NOWHERE,
			"option '" STR "' needs a number of at least 1, not '%s'", ARG(piece->name),
			text);
		return false;
	}
	return false;
}

size_t opt_first_operand(
	const struct opt_table *tables, size_t n_tables, char *const *args, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct piece piece;

		if (!is_option(args[i]))
			return i;
		if (strcmp(args[i], "--") == 0)
			return i + 1 < n ? i + 1 : n;
		piece = take_apart(tables, n_tables, args[i]);
		if (piece.match.row && takes_value(piece.match.row) && !piece.attached)
			i++;
	}
	return n;
}

/* Stores the option at args[i]. Returns the number of arguments it took; 0: an error. */
static size_t parse_one(const struct opt_table *tables, size_t n_tables, struct arena *arena,
	char *const *args, size_t n, struct diags *diags)
{
	struct piece piece = take_apart(tables, n_tables, args[0]);
	const struct opt *row = piece.match.row;

	if (!row) {
		unknown_option(tables, n_tables, arena, piece.name, diags);
		return 0;
	}
	if (row->kind == OPT_FLAG && piece.attached) {
		diag_error(diags, NOWHERE, "option '" STR "' takes no value", ARG(piece.name));
		return 0;
	}
	if (!takes_value(row))
		return store(arena, &piece, piece.attached ? piece.attached : "", diags);
	if (piece.attached)
		return store(arena, &piece, piece.attached, diags);
	if (n < 2) {
		diag_error(diags, NOWHERE, "option '" STR "' needs a value", ARG(piece.name));
		diag_help(diags, "write '" STR " %s'", ARG(piece.name), row->argument);
		return 0;
	}
	return store(arena, &piece, args[1], diags) ? 2 : 0;
}

bool opt_parse(const struct opt_table *tables, size_t n_tables, struct arena *arena,
	char *const *args, size_t n, struct texts *operands, struct diags *diags)
{
	for (size_t i = 0; i < n;) {
		size_t taken;

		if (!is_option(args[i])) {
			add_text(arena, operands, args[i++]);
			continue;
		}
		if (strcmp(args[i], "--") == 0) {
			while (++i < n)
				add_text(arena, operands, args[i]);
			return true;
		}
		taken = parse_one(tables, n_tables, arena, args + i, n - i, diags);
		if (!taken)
			return false;
		i += taken;
	}
	return true;
}

void opt_print(struct out *out, const struct opt *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char left[64];
		int width;

		if (!rows[i].name) {
			width = snprintf(
				left, sizeof left, "-%c %s", rows[i].letter, rows[i].argument);
		} else {
			const char *argument = rows[i].argument ? rows[i].argument : "";
			const char *form = !rows[i].argument              ? ""
					   : rows[i].kind == OPT_OPTIONAL ? "[="
									  : " ";

			width = snprintf(left, sizeof left, "%c%c%s--%s%s%s%s",
				rows[i].letter ? '-' : ' ', rows[i].letter ? rows[i].letter : ' ',
				rows[i].letter ? ", " : "  ", rows[i].name, form, argument,
				*form == '[' ? "]" : "");
		}
		out_printf(out, "  %-26s", left);
		if (width > 25)
			out_printf(out, "\n  %-26s", "");
		out_printf(out, " %s\n", rows[i].summary);
	}
}
