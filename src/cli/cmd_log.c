#include "cli/cli.h"

#include "log_run.h"
#include "report/log.h"
#include "timing.h"

struct log_arguments {
	const char *config, *format, *output, *history, *since, *by;
	struct texts roots, paths, excluded_paths, use, except;
	bool net, reverse, breaking;
	unsigned jobs;
};

static const char *const groupings[] = { "version", "commit", NULL };

#define LOG_ROW(words, type, member) \
	.name = words, .kind = type, .offset = offsetof(struct log_arguments, member)

static const struct opt log_options[] = {
	{ LOG_ROW("by", OPT_TEXT, by), .argument = "WHAT",
		.summary = "group by version (default) or by commit", .values = VALUES_WORDS,
		.words = groupings },
	{ LOG_ROW("net", OPT_FLAG, net), .summary = "compare both ends only, not step by step" },
	{ LOG_ROW("breaking", OPT_FLAG, breaking),
		.summary = "only changes that a rule in force finds" },
	{ LOG_ROW("reverse", OPT_FLAG, reverse), .summary = "oldest first" },
	{ LOG_ROW("history", OPT_TEXT, history), .argument = "VERSIONS",
		.summary = "what is a version: tags, commits, [tags] PATTERN" },
	{ LOG_ROW("since", OPT_TEXT, since), .argument = "REV",
		.summary = "versions before REV were never published", .values = VALUES_REVISION },
	{ LOG_ROW("path", OPT_LIST, paths), .argument = "PATH",
		.summary = "only files under PATH, a git pathspec; repeatable",
		.values = VALUES_FILE },
	{ LOG_ROW("exclude-path", OPT_LIST, excluded_paths), .argument = "PATH",
		.summary = "no files under PATH; repeatable", .values = VALUES_FILE },
	OPT_USE(struct log_arguments),
	OPT_EXCEPT(struct log_arguments),
	OPT_CONFIG(struct log_arguments),
	OPT_ROOT(struct log_arguments),
	{ LOG_ROW("format", OPT_TEXT, format), .argument = "FMT",
		.summary = "text, markdown or json", .values = VALUES_WORDS, .words = log_formats },
	OPT_OUTPUT(struct log_arguments),
	OPT_JOBS(struct log_arguments),
};

static struct breakwater_list list_of(const struct texts *texts)
{
	return (struct breakwater_list){ texts->items, texts->n };
}

static bool is_range(const char *operand)
{
	return strstr(operand, "..") != NULL;
}

/* At most one operand is a range; the others are elements. */
static bool take_operands(
	struct cli *cli, const struct texts *operands, struct log_options *options)
{
	const char **elements = NEW_ARRAY(cli->arena, operands->n, const char *);

	for (uint32_t i = 0; i < operands->n; i++) {
		if (!is_range(operands->items[i])) {
			elements[options->n_elements++] = operands->items[i];
		} else if (!options->range.p) {
			options->range = str_of(operands->items[i]);
		} else {
			diag_error(
				&cli->diags, NOWHERE, "'%s' is a second range", operands->items[i]);
			diag_help(
				&cli->diags, "usage: breakwater log [OPTIONS] [A..B] [ELEMENT...]");
			return false;
		}
	}
	options->elements = elements;
	return true;
}

static struct breakwater_options check_options(
	struct cli *cli, const struct log_arguments *arguments)
{
	return (struct breakwater_options){
		.directory = cli->directory.p,
		.git = cli_git(),
		.config = arguments->config,
		.roots = list_of(&arguments->roots),
		.paths = list_of(&arguments->paths),
		.excluded_paths = list_of(&arguments->excluded_paths),
		.use = list_of(&arguments->use),
		.except = list_of(&arguments->except),
		.jobs = arguments->jobs,
		.out_of_memory = cli_out_of_memory,
		.context = cli,
	};
}

static bool write_log(struct cli *cli, const struct log_run *run, const struct log_options *options,
	const struct log_arguments *arguments)
{
	struct log_look look = {
		.arena = run->arena,
		.reverse = arguments->reverse,
		.breaking = arguments->breaking,
		.color = !arguments->output && cli->color_out,
	};
	struct str format = str_of(arguments->format ? arguments->format : "text");
	struct out *out = out_memory(cli->arena);
	bool ok = options->n_elements ? lives_write(out, format, &run->lives, &look)
				      : log_write(out, format, &run->groups, &look);

	if (ok)
		return cli_output_write(cli, arguments->output, out_text(out)) == STATUS_OK;
	diag_error(&cli->diags, NOWHERE, "out of memory");
	return false;
}

static void print_diagnostics(struct cli *cli, struct log_run *run)
{
	struct diags shown = run->diags;

	if (run->by_commit && cli->common.verbose)
		cli_print_base(cli, "no tag is a version, so every commit is one");
	if (cli->common.quiet && run->ok)
		return;
	diags_print(cli->err, &shown, run->arena,
		&(struct diag_look){ .color = cli->color_err,
			.verbose = cli->common.verbose,
			.columns = cli_columns(2) });
}

static int log_command_run(struct cli *cli, const void *given, const struct texts *operands)
{
	const struct log_arguments *arguments = given;
	struct log_options options = {
		.check = check_options(cli, arguments),
		.versions = str_of(arguments->history),
		.since = str_of(arguments->since),
		.by_commit = arguments->by && strcmp(arguments->by, "commit") == 0,
		.net = arguments->net,
	};
	struct log_run *run;
	bool ok;

	if (!take_operands(cli, operands, &options))
		return STATUS_UNKNOWN;
	run = log_run(&options);
	print_diagnostics(cli, run);
	ok = run->ok && write_log(cli, run, &options, arguments);
	log_run_free(run);
	return ok ? STATUS_OK : STATUS_UNKNOWN;
}

const struct command log_command = {
	.name = "log",
	.operands = "[A..B] [ELEMENT...]",
	.summary = "Print what changed in the contracts, version by version",
	.text = "  log                the whole history to HEAD\n"
		"  log A..B           what is in the history of B and not in that of A\n"
		"  log ..B            the whole history to B\n"
		"  log ELEMENT        the life of a message, field, value, ...: its full name or "
		"last parts,\n"
		"                     or MESSAGE:NUMBER\n"
		"\n"
		"Versions are tags such as v1.2.0, or commits where no tag is one. '!' marks what "
		"a rule in\n"
		"force calls a break.\n"
		"\n"
		"Exit status: 0, or 2 if it could not be known.\n",
	.options = log_options,
	.n_options = COUNT(log_options),
	.arguments_size = sizeof(struct log_arguments),
	.max_operands = 1000,
	.takes_inputs = true,
	.takes_elements = true,
	.run = log_command_run,
};
