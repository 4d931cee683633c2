/*
 * The command line: what its commands share. Commands are rows of a table in main.c, each with its
 * options, its help and its function, a file a command.
 */
#pragma once
#include "base/diag.h"
#include "base/intern.h"
#include "base/out.h"
#include "cli/opt.h"
#include "breakwater/breakwater.h"
#include "report/report.h"
#include "side.h"

enum { STATUS_OK = 0, STATUS_BROKEN = 1, STATUS_UNKNOWN = 2 };

/* Options that every command takes. */
struct common {
	const char *directory; /* -C */
	const char *color;
	bool quiet, verbose, help, version;
};

/* One run of the program. */
struct cli {
	struct arena *arena;
	struct intern *names;
	struct diags diags; /* printed by main when the command is done */
	struct common common;
	struct out *out; /* standard output; main sees to its errors */
	struct out *err;
	bool color_out, color_err;
	VEC(struct source *) sources; /* closed by main, when no place needs their bytes any more */
	struct str directory;         /* the current folder, absolute; ended by a NUL */
	int unknown;                  /* the status of what could not be known */
};

#define INPUT_FORMS "\001" /* in a help text: `dir:FOLDER, …` */

struct command {
	const char *name;
	const char *operands; /* as the usage shows them; "" for none */
	const char *summary;  /* one line */
	const char *text;     /* the rest of the help, ended by a line break */
	const struct opt *options;
	size_t n_options;
	size_t arguments_size; /* of the struct that the options are stored in; 0 for none */
	size_t min_operands, max_operands;
	bool takes_inputs;  /* the operands are inputs, all but those that `operand` offers */
	struct opt operand; /* what a shell offers for the first operand: its values */
	int unknown;        /* the status of what could not be known; 0: STATUS_UNKNOWN */
	/* Gives the exit status. What it could not do is in cli->diags. */
	int (*run)(struct cli *cli, const void *arguments, const struct texts *operands);
};

/* The commands in the order of the help: each is a file cmd_x.c with its x_command. */
#define COMMANDS(X) \
	X(check)    \
	X(build) X(accept) X(init) X(breaking) X(rules) X(explain) X(debug) X(completion) X(help)
#define COMMAND_DECLARE(name) extern const struct command name##_command;
COMMANDS(COMMAND_DECLARE)

/* All of them, NULL at the end. */
extern const struct command *const commands[];
extern const struct opt common_options[];
extern const size_t n_common_options;

/* NULL, and with `diags` a diagnostic that names the nearest. */
const struct command *command_find(struct cli *cli, const char *name);
void command_print_help(struct cli *cli, const struct command *command);
void program_print_help(struct cli *cli, struct out *to);

/*
 * The operands and options of a command that ran, those of them that the command `with` has too, as
 * a shell takes them: `--path a main`. For a command line that is shown.
 */
const char *cli_again(struct cli *cli, const struct command *did, const void *arguments,
	const struct texts *operands, const struct command *with);

/* git's variables. */
struct breakwater_git cli_git(void);
/*
 * Opens what `-o` names: NULL or `-` is cli->out. NULL with a diagnostic. To be closed with
 * cli_output_close, which says false, with a diagnostic, when it could not be written.
 */
struct out *cli_output_open(struct cli *cli, const char *path);
bool cli_output_close(struct cli *cli, struct out *out, const char *path);
/* How `rules` and `explain` look in a file (NULL or `-`: standard output). */
struct rules_look cli_rules_look(struct cli *cli, const char *path);
/* What stands on the terminal of a text in `format`. */
struct str cli_wrapped(struct cli *cli, struct str format, struct rules_look look, struct str text);
/* All three in one, for a text that is complete; the exit status. */
int cli_output_write(struct cli *cli, const char *path, struct str text);
/* `breakwater: NOTE`: which base was taken where none was named. */
void cli_print_base(struct cli *cli, const char *note);
/* Opens an input (NULL: left out), which main closes; NULL with a diagnostic. */
struct source *cli_source_open(struct cli *cli, const char *input);
/* Opened source → configuration and roots, for commands with one side. */
bool cli_side_prepare(
	struct cli *cli, const char *config, const struct texts *roots, struct side *side);
/* One line on standard error and the status of what could not be known, of the cli that `context`
 * is; removes unfinished files. Does not come back. */
void cli_out_of_memory(void *context);
/* Columns of the terminal that a descriptor is, by COLUMNS or as it says; 0: it is none, or does
 * not know. */
unsigned cli_columns(int fd);
/* Writes whole lines, on a terminal broken at words as it is wide. */
void cli_print_wrapped(struct out *out, struct str lines, int fd);
/* Is standard output a terminal that shows hyperlinks (OSC 8)? */
bool cli_has_links(const struct cli *cli);
/* The string of an environment variable, NULL when it is not set. */
const char *cli_environment(const char *name);

/* Rows that several tables have. */
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
#define OPT_USE(type)                                                              \
	{                                                                          \
		.name = "use", .kind = OPT_WORDS, .offset = offsetof(type, use),   \
		.argument = "ID,...",                                              \
		.summary = "categories and rules, instead of the configuration's", \
		.values = VALUES_RULE                                              \
	}
#define OPT_EXCEPT(type)                                                               \
	{                                                                              \
		.name = "except", .kind = OPT_WORDS, .offset = offsetof(type, except), \
		.argument = "ID,...", .summary = "categories and rules to leave out",  \
		.values = VALUES_RULE                                                  \
	}
#define OPT_TIMINGS(type)                                                                   \
	{                                                                                   \
		.name = "timings", .kind = OPT_OPTIONAL, .offset = offsetof(type, timings), \
		.argument = "json", .summary = "what each phase cost, to standard error",   \
		.values = VALUES_WORDS, .words = timings_words                              \
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
