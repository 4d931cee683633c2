#include "base/new_file.h"
#include "cli/cli.h"

#include "report/report.h"
#include "source/source.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const color_words[] = { "auto", "always", "never", NULL };

const struct opt common_options[] = {
	{ .letter = 'C',
		.kind = OPT_TEXT,
		.offset = offsetof(struct common, directory),
		.argument = "DIR",
		.summary = "run as if started in DIR",
		.values = VALUES_FOLDER },
	{ .name = "color",
		.kind = OPT_TEXT,
		.offset = offsetof(struct common, color),
		.argument = "WHEN",
		.summary = "auto, always or never",
		.values = VALUES_WORDS,
		.words = color_words },
	{ .name = "quiet",
		.letter = 'q',
		.kind = OPT_FLAG,
		.offset = offsetof(struct common, quiet),
		.summary = "no warnings or notes" },
	{ .name = "verbose",
		.letter = 'v',
		.kind = OPT_FLAG,
		.offset = offsetof(struct common, verbose),
		.summary = "all diagnostics, also repeated ones" },
	{ .name = "help",
		.letter = 'h',
		.kind = OPT_FLAG,
		.offset = offsetof(struct common, help),
		.summary = "print this help" },
	{ .name = "version",
		.kind = OPT_FLAG,
		.offset = offsetof(struct common, version),
		.summary = "print the version" },
};
const size_t n_common_options = COUNT(common_options);

#define COMMAND_ROW(name) &name##_command,
const struct command *const commands[] = { COMMANDS(COMMAND_ROW) NULL };

/* ---- the process ---- */

/* A signal during a write: remove unfinished files, then let the signal end the program. */
static void die_by_signal(int number)
{
	new_files_abandon();
	raise(number); /* SA_RESETHAND: this one ends the program */
}

static void catch_signals(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
	struct sigaction action = { .sa_handler = die_by_signal,
		.sa_flags = (int)(SA_RESETHAND | SA_NODEFER) },
			 old;

	for (size_t i = 0; i < COUNT(numbers); i++) {
		/* nohup, and shells for background jobs, ignore some: keep that */
		if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			sigaction(numbers[i], &action, NULL);
	}
	signal(SIGXFSZ,
		SIG_IGN); /* exceeding the file size limit is a write error like any other */
}

/*
 * The next opened file would get the number of a closed standard descriptor. So each is replaced by
 * one that can be neither read nor written: /dev/null, or the root folder where there is no /dev.
 */
static void hold_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
			continue;
		if (open("/dev/null", O_RDONLY) != fd && open("/", O_RDONLY | O_DIRECTORY) != fd)
			_exit(STATUS_UNKNOWN);
	}
}

/* --color, then NO_COLOR (no-color.org), then CLICOLOR_FORCE (bixense.com/clicolors), then the
 * terminal. */
static bool wants_color(const struct cli *cli, int fd)
{
	const char *word = cli->common.color, *no = cli_environment("NO_COLOR");
	const char *force = cli_environment("CLICOLOR_FORCE"), *terminal = cli_environment("TERM");

	if (word && strcmp(word, "auto") != 0)
		return strcmp(word, "always") == 0;
	if (no && *no)
		return false;
	if (force && *force && strcmp(force, "0") != 0)
		return true;
	return isatty(fd) && terminal && strcmp(terminal, "dumb") != 0;
}

/* -C, as in git. */
static bool enter_directory(struct cli *cli)
{
	char *path;

	if (cli->common.directory && chdir(cli->common.directory)) {
		diag_error(&cli->diags, NOWHERE, "cannot go to '%s': %s", cli->common.directory,
			strerror(errno));
		return false;
	}
	path = getcwd(NULL, 0);
	if (!path) {
		diag_error(&cli->diags, NOWHERE, "cannot find the current folder: %s",
			strerror(errno));
		diag_help(&cli->diags, "go to a folder that exists, or name one with -C");
		return false;
	}
	cli->directory = str_of(str_cstr(cli->arena, str_of(path)));
	free(path);
	return true;
}

/* ---- commands ---- */

const struct command *command_find(struct cli *cli, const char *name)
{
	VEC(struct str) names = { 0 };
	struct str nearest;

	for (size_t i = 0; commands[i]; i++) {
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
		*vec_push(cli->arena, &names) = str_of(commands[i]->name);
	}
	nearest = str_nearest(str_of(name), names.items, names.n);
	diag_error(&cli->diags, NOWHERE, "unknown command '%s'", name);
	if (nearest.n)
		diag_help(&cli->diags, "did you mean '" STR "'?", ARG(nearest));
	else
		diag_help(&cli->diags, "'breakwater help' lists the commands");
	return NULL;
}

/* The command's name: the first operand by the tables of all commands. */
static size_t find_name(char *const *args, size_t n)
{
	struct opt_table tables[COUNT(commands)] = { { common_options, n_common_options, NULL } };

	for (size_t i = 0; commands[i]; i++)
		tables[i + 1] =
			(struct opt_table){ commands[i]->options, commands[i]->n_options, NULL };
	return opt_first_operand(tables, COUNT(tables), args, n);
}

/* The exit status for "unknown", needed even when memory runs out at the start. */
static int unknown_status(char *const *args, size_t n)
{
	size_t at = find_name(args, n);

	for (size_t i = 0; at < n && commands[i]; i++)
		if (strcmp(commands[i]->name, args[at]) == 0 && commands[i]->unknown)
			return commands[i]->unknown;
	return STATUS_UNKNOWN;
}

static bool check_operands(
	struct cli *cli, const struct command *command, const struct texts *operands)
{
	if (operands->n > command->max_operands)
		diag_error(&cli->diags, NOWHERE, "unexpected operand '%s'",
			operands->items[command->max_operands]);
	else if (operands->n < command->min_operands)
		diag_error(&cli->diags, NOWHERE, "'breakwater %s' needs %s", command->name,
			command->operands);
	else
		return true;
	diag_help(
		&cli->diags, "usage: breakwater %s [OPTIONS] %s", command->name, command->operands);
	return false;
}

static int print_version(struct cli *cli)
{
	out_printf(cli->out, "breakwater %s\n", breakwater_version());
	return STATUS_OK;
}

static int run_command(struct cli *cli, const struct command *command, char *const *args, size_t n)
{
	void *arguments =
		arena_alloc(cli->arena, 1, command->arguments_size ? command->arguments_size : 1);
	struct opt_table tables[] = {
		{ command->options, command->n_options, arguments },
		{ common_options, n_common_options, &cli->common },
	};
	struct texts operands = { 0 };

	if (!opt_parse(tables, COUNT(tables), cli->arena, args, n, &operands, &cli->diags))
		return STATUS_UNKNOWN;
	if (cli->common.version)
		return print_version(cli);
	if (cli->common.help) {
		command_print_help(cli, command);
		return STATUS_OK;
	}
	cli->color_out = wants_color(cli, STDOUT_FILENO);
	cli->color_err = wants_color(cli, STDERR_FILENO);
	if (!check_operands(cli, command, &operands) || !enter_directory(cli))
		return STATUS_UNKNOWN;
	return command->run(cli, arguments, &operands);
}

/* No command: `--version`, `--help`, or a mistake. */
static int run_nothing(struct cli *cli, char *const *args, size_t n)
{
	struct opt_table table = { common_options, n_common_options, &cli->common };
	struct texts operands = { 0 };

	if (!opt_parse(&table, 1, cli->arena, args, n, &operands, &cli->diags))
		return STATUS_UNKNOWN;
	if (cli->common.version)
		return print_version(cli);
	program_print_help(cli, cli->common.help ? cli->out : cli->err);
	return cli->common.help ? STATUS_OK : STATUS_UNKNOWN;
}

static int run(struct cli *cli, char *const *args, size_t n)
{
	size_t at = find_name(args, n);
	char **rest = NEW_ARRAY(cli->arena, n, char *);
	const struct command *command;

	if (at == n)
		return run_nothing(cli, args, n);
	command = command_find(cli, args[at]);
	if (!command)
		return STATUS_UNKNOWN;
	for (size_t i = 0, j = 0; i < n; i++) {
		if (i != at)
			rest[j++] = args[i];
	}
	return run_command(cli, command, rest, n - 1);
}

/*
 * Arenas and zlib allocate and free thousands of buffers. glibc would return the top of the heap
 * to the system each time and fault it in again (a fifth of the time for a large tree on a virtual
 * machine, 2026-11). So it keeps its memory, in one heap.
 */
static void keep_memory(void)
{
#ifdef __GLIBC__
	enum { KEPT = 64 << 20 };

	mallopt(M_TRIM_THRESHOLD, KEPT);
	mallopt(M_MMAP_THRESHOLD, KEPT / 2);
	mallopt(M_ARENA_MAX, 1);
#endif
}

int main(int argc, char **argv)
{
	struct arena *arena;
	size_t n = argc > 0 ? (size_t)argc - 1 : 0;
	struct cli cli = { .unknown = unknown_status(argv + 1, n) };
	int status;

	hold_descriptors();
	catch_signals();
	keep_memory();
	source_end_without_memory(cli_out_of_memory, &cli);
	arena = arena_new(cli_out_of_memory, &cli);
	cli.arena = arena;
	cli.names = intern_new(arena);
	cli.out = out_fd(arena, STDOUT_FILENO);
	cli.err = out_fd(arena, STDERR_FILENO);
	diags_init(&cli.diags, arena);

	status = run(&cli, argv + 1, n);
	if (!cli_output_close(&cli, cli.out, NULL))
		status = STATUS_UNKNOWN;
	if (status == STATUS_UNKNOWN)
		status = cli.unknown;
	diags_print(cli.err, &cli.diags, arena,
		&(struct diag_look){ .color = cli.color_err,
			.verbose = cli.common.verbose,
			.columns = cli_columns(STDERR_FILENO) });
	out_flush(cli.err);
	for (uint32_t i = 0; i < cli.sources.n; i++)
		source_close(cli.sources.items[i]);
	registry_end(cli.access);
	intern_free(cli.names);
	arena_free(arena);
	return status;
}
