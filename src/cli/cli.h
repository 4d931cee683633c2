/*
 * Shared by the commands of the command line. Commands are rows of a table in main.c; each has a
 * file of its own with its options, help and function.
 */
#pragma once
#include "base/diag.h"
#include "base/intern.h"
#include "base/out.h"
#include "cli/opt.h"
#include "breakwater/breakwater.h"
#include "report/report.h"
#include "side.h"

enum { STATUS_OK = 0, STATUS_UNKNOWN = 2 };

/* Options that every command takes. */
struct common {
	const char *directory; /* -C */
	const char *color;
	bool quiet, verbose, help, version;
};

/* Options about schema registries. */
struct access_arguments {
	const char *cache;
	unsigned timeout;
	bool offline;
};

/* One run of the program. */
struct cli {
	struct arena *arena;
	struct intern *names;
	struct diags diags; /* main prints them when the command is done */
	struct common common;
	struct out *out; /* standard output; main handles its errors */
	struct out *err;
	bool color_out, color_err;
	VEC(struct source *) sources; /* main closes them once no place needs their texts */
	struct str directory;         /* the current folder, absolute, NUL-terminated */
	int unknown;                  /* the exit status for "unknown" */
	struct access_arguments asking;  /* the command's; for cli_source_open */
	struct registry_access *access;  /* NULL: cli_source_open was not called; main ends it */
	struct breakwater_registry registry; /* by cli_registry */
	bool has_registry;
};

#define INPUT_FORMS "\001" /* in a help text: `dir:FOLDER, …` */

struct command {
	const char *name;
	const char *operands; /* as shown in the usage; "": none */
	const char *summary;  /* one line */
	const char *text;     /* the rest of the help, with a final line break */
	const struct opt *options;
	size_t n_options;
	size_t arguments_size; /* size of the struct for the options; 0: none */
	size_t min_operands, max_operands;
	bool takes_inputs;  /* the operands are inputs, all but those that `operand` offers */
	bool takes_elements; /* names of elements, too */
	struct opt operand; /* what a shell offers for the first operand: its values */
	int unknown;        /* the exit status for "unknown"; 0: STATUS_UNKNOWN */
	/* Returns the exit status. Failures are in cli->diags. */
	int (*run)(struct cli *cli, const void *arguments, const struct texts *operands);
};

/* The commands in the order of the help, NULL-terminated. */
#define COMMANDS(X) \
	X(check)    \
	X(fix) X(log) X(bump) X(build) X(accept) X(init) X(breaking) X(rules) X(explain) X(debug) X(completion) X(help)
#define COMMAND_DECLARE(name) extern const struct command name##_command;
COMMANDS(COMMAND_DECLARE)

/* All of them, NULL at the end. */
extern const struct command *const commands[];
extern const struct opt common_options[];
extern const size_t n_common_options;

/* NULL if there is none; then, with `diags`, a diagnostic names the most similar one. */
const struct command *command_find(struct cli *cli, const char *name);
void command_print_help(struct cli *cli, const struct command *command);
void program_print_help(struct cli *cli, struct out *to);

/*
 * The operands and options of the command that ran, as far as the command `with` has them, quoted
 * for a shell: `--path a main`. For command lines in messages.
 */
const char *cli_again(struct cli *cli, const struct command *did, const void *arguments,
	const struct texts *operands, const struct command *with);

/* git's variables. */
struct breakwater_git cli_git(void);
/* What the options and the environment say about registries. Secrets are taken out of the environment,
 * and no core of this process will be written if there are any. */
struct breakwater_registry cli_registry(
	struct cli *cli, const struct access_arguments *arguments);
/*
 * Opens the file named by `-o`; NULL or `-` gives cli->out. NULL with a diagnostic if that fails.
 * Close it with cli_output_close, which returns false with a diagnostic if writing failed.
 */
struct out *cli_output_open(struct cli *cli, const char *path);
bool cli_output_close(struct cli *cli, struct out *out, const char *path);
/* The look of `rules` and `explain` in a file (NULL or `-`: standard output). */
struct rules_look cli_rules_look(struct cli *cli, const char *path);
/* Writes a text in `format` with the look of the terminal. */
struct str cli_wrapped(struct cli *cli, struct str format, struct rules_look look, struct str text);
/* Opens, writes and closes, for a complete text. Returns the exit status. */
int cli_output_write(struct cli *cli, const char *path, struct str text);
/* `breakwater: NOTE`: the base that was chosen when none was named. */
void cli_print_base(struct cli *cli, const char *note);
/* Opens an input (NULL: the default), which main closes. NULL with a diagnostic if that fails. */
struct source *cli_source_open(struct cli *cli, const char *input);
/* Reads the configuration and roots of an open source, for commands with one side. */
bool cli_side_prepare(
	struct cli *cli, const char *config, const struct texts *roots, struct side *side);
/* Prints a line on standard error, removes unfinished files and exits with the status for "unknown"
 * of the cli that `context` is. Does not return. */
void cli_out_of_memory(void *context);
/* The columns of the terminal of a descriptor, by COLUMNS or from the terminal; 0: not a terminal,
 * or unknown. */
unsigned cli_columns(int fd);
/* Writes whole lines, wrapped at words on a terminal. */
void cli_print_wrapped(struct out *out, struct str lines, int fd);
/* Does standard output support hyperlinks (OSC 8)? */
bool cli_has_links(const struct cli *cli);
/* The value of an environment variable; NULL: not set. */
const char *cli_environment(const char *name);

/* Rows shared by several tables. */
#define OPT_CONFIG(type)                                                               \
	{                                                                              \
		.name = "config", .kind = OPT_TEXT, .offset = offsetof(type, config),  \
		.argument = "FILE", .summary = "use this breakwater.yaml or buf.yaml", \
		.values = VALUES_FILE                                                  \
	}
#define OPT_ROOT(type)                                                               \
	{                                                                            \
		.name = "root", .kind = OPT_LIST, .offset = offsetof(type, roots),   \
		.argument = "DIR",                                                   \
		.summary = "an import root below the top of each input; repeatable", \
		.values = VALUES_FOLDER                                              \
	}
#define OPT_USE(type)                                                                       \
	{                                                                                   \
		.name = "use", .kind = OPT_WORDS, .offset = offsetof(type, use),            \
		.argument = "ID,...",                                                       \
		.summary = "categories and rules to check, instead of the configuration's", \
		.values = VALUES_RULE                                                       \
	}
#define OPT_EXCEPT(type)                                                               \
	{                                                                              \
		.name = "except", .kind = OPT_WORDS, .offset = offsetof(type, except), \
		.argument = "ID,...", .summary = "categories and rules to leave out",  \
		.values = VALUES_RULE                                                  \
	}
#define OPT_TIMINGS(type)                                                                        \
	{                                                                                        \
		.name = "timings", .kind = OPT_OPTIONAL, .offset = offsetof(type, timings),      \
		.argument = "json", .summary = "print the cost of each phase to standard error", \
		.values = VALUES_WORDS, .words = timings_words                                   \
	}
/* `asking` is the type's member for them. */
#define OPT_ASKING(type)                                                                        \
	{ .name = "registry-timeout",                                                             \
		.kind = OPT_NUMBER,                                                               \
		.offset = offsetof(type, asking.timeout),                                       \
		.argument = "SECONDS",                                                            \
		.summary = "limit of all requests to registries together (120)" },                \
		{ .name = "cache",                                                                \
			.kind = OPT_TEXT,                                                         \
			.offset = offsetof(type, asking.cache),                                 \
			.argument = "DIR",                                                        \
			.summary = "keep what registries answer and cannot change in DIR",        \
			.values = VALUES_FOLDER },                                                \
	{                                                                                         \
		.name = "offline", .kind = OPT_FLAG, .offset = offsetof(type, asking.offline),  \
		.summary = "ask no registry, only the cache"                                      \
	}
#define OPT_JOBS(type)                                                                        \
	{                                                                                     \
		.name = "jobs", .kind = OPT_NUMBER, .offset = offsetof(type, jobs),           \
		.argument = "N", .summary = "compile with N threads (default: the machine's)" \
	}
#define OPT_OUTPUT(type)                                                                  \
	{                                                                                 \
		.name = "output", .letter = 'o', .kind = OPT_TEXT,                        \
		.offset = offsetof(type, output), .argument = "FILE",                     \
		.summary = "write to FILE; '-' is standard output", .values = VALUES_FILE \
	}

extern const char *const timings_words[]; /* json */
extern const char *const text_formats[];  /* of `rules` and `explain` */
