#include "base/glyph.h"
#include "cli/cli.h"

/*
 * Builds a command line for one command from the operands and options of another, quoted for a
 * shell.
 */

static bool is_plain(struct str word)
{
	static const struct str plain = STR_INIT("%+,-./:=@_^~");

	for (size_t i = 0; i < word.n; i++) {
		char c = word.p[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (!letter && !(c >= '0' && c <= '9') && str_find(plain, c) == plain.n)
			return false;
	}
	return word.n > 0 && word.p[0] != '~' && word.p[0] != '=';
}

/* Does the word have characters that a terminal would not show? */
static bool has_hidden(struct str word)
{
	struct glyph glyph;

	for (; word.n; word = str_from(word, glyph.size)) {
		glyph_read(&glyph, word);
		if (glyph.shown.p == glyph.escaped || glyph.code == '\t')
			return true;
	}
	return false;
}

/* Quoted for bash, zsh and POSIX.1-2024 (Dollar-Single-Quotes). */
static void hidden_write(struct out *out, struct str word)
{
	out_str(out, S("$'"));
	for (size_t i = 0; i < word.n; i++) {
		unsigned char c = (unsigned char)word.p[i];

		if (c == '\\' || c == '\'')
			out_printf(out, "\\%c", c);
		else if (c < ' ' || c > '~')
			out_printf(out, "\\%03o", c);
		else
			out_char(out, (char)c);
	}
	out_char(out, '\'');
}

/* Adds a blank and a word, single-quoted if a shell would split it. */
static void word_write(struct out *out, const char *text)
{
	struct str rest = str_of(text), part;
	bool first = true;

	if (out_text(out).n)
		out_char(out, ' ');
	if (is_plain(rest)) {
		out_str(out, rest);
		return;
	}
	if (has_hidden(rest)) {
		hidden_write(out, rest);
		return;
	}
	out_char(out, '\'');
	while (str_cut(&rest, '\'', &part)) {
		out_str(out, first ? S("") : S("'\\''"));
		out_str(out, part);
		first = false;
	}
	out_char(out, '\'');
}

static void option_write(
	struct out *out, struct arena *arena, const struct opt *row, const char *value)
{
	word_write(out, str_cstr(arena, str_printf(arena, "--%s", row->name)));
	if (value)
		word_write(out, value);
}

/* `--x`, `--x=VALUE` */
static void optional_write(
	struct out *out, struct arena *arena, const struct opt *row, const char *value)
{
	word_write(out, str_cstr(arena, str_printf(arena, "--%s%s%s", row->name, *value ? "=" : "",
					       value)));
}

/* Leaves out `jobs` and `timings`, which do not change what is found. */
static void row_write(
	struct out *out, struct arena *arena, const struct opt *row, const char *arguments)
{
	const void *value = arguments + row->offset;
	const struct texts *texts = value;

	if (row->kind == OPT_FLAG && *(const bool *)value)
		option_write(out, arena, row, NULL);
	else if (row->kind == OPT_TEXT && *(const char *const *)value)
		option_write(out, arena, row, *(const char *const *)value);
	else if (row->kind == OPT_OPTIONAL && strcmp(row->name, "timings") != 0 &&
		 *(const char *const *)value)
		optional_write(out, arena, row, *(const char *const *)value);
	else if (row->kind == OPT_LIST || row->kind == OPT_WORDS)
		for (uint32_t i = 0; i < texts->n; i++)
			option_write(out, arena, row, texts->items[i]);
}

/* Rows of one meaning are for the arguments that both commands share. */
static bool has_row(const struct command *command, const struct opt *row)
{
	for (size_t i = 0; row->name && i < command->n_options; i++)
		if (command->options[i].name && strcmp(command->options[i].name, row->name) == 0 &&
			command->options[i].offset == row->offset)
			return true;
	return false;
}

const char *cli_again(struct cli *cli, const struct command *did, const void *arguments,
	const struct texts *operands, const struct command *with)
{
	struct out *out = out_memory(cli->arena);

	if (cli->common.directory) {
		word_write(out, "-C");
		word_write(out, cli->common.directory);
	}
	for (size_t i = 0; i < did->n_options; i++)
		if (has_row(with, &did->options[i]))
			row_write(out, cli->arena, &did->options[i], arguments);
	for (uint32_t i = 0; i < operands->n; i++) {
		if (operands->items[i][0] == '-')
			word_write(out, "--");
		word_write(out, operands->items[i]);
	}
	return str_cstr(cli->arena, out_text(out));
}
