#include "cli/cli.h"

#include "base/glyph.h"
#include "bump_run.h"
#include "cli/compare.h"
#include "source/version_name.h"

#include <jansson.h>

struct bump_arguments {
	const char *config, *format, *output, *tag, *history, *since;
	struct texts roots, paths, excluded_paths, use, except;
	unsigned jobs;
};

#define BUMP_ROW(words, type, member) \
	.name = words, .kind = type, .offset = offsetof(struct bump_arguments, member)

static const char *const bump_formats[] = { "text", "json", NULL };

static const struct opt bump_options[] = {
	{ BUMP_ROW("tag", OPT_TEXT, tag), .argument = "VERSION",
		.summary = "is VERSION enough? 0 if it is, 1 if it is too small" },
	{ BUMP_ROW("history", OPT_OPTIONAL, history),
		.argument = "VERSIONS",
		.summary = "what breaks for any published version counts" },
	{ BUMP_ROW("since", OPT_TEXT, since),
		.argument = "REV",
		.summary = "--history, but versions before REV were never published",
		.values = VALUES_REVISION },
	{ BUMP_ROW("path", OPT_LIST, paths), .argument = "PATH",
		.summary = "only files under PATH, a git pathspec; repeatable",
		.values = VALUES_FILE },
	{ BUMP_ROW("exclude-path", OPT_LIST, excluded_paths), .argument = "PATH",
		.summary = "no files under PATH; repeatable", .values = VALUES_FILE },
	OPT_USE(struct bump_arguments),
	OPT_EXCEPT(struct bump_arguments),
	OPT_CONFIG(struct bump_arguments),
	OPT_ROOT(struct bump_arguments),
	{ BUMP_ROW("format", OPT_TEXT, format), .argument = "FMT", .summary = "text or json",
		.values = VALUES_WORDS, .words = bump_formats },
	OPT_OUTPUT(struct bump_arguments),
	OPT_JOBS(struct bump_arguments),
};

static const char *const step_words[] = {
	[BUMP_PATCH] = "patch",
	[BUMP_MINOR] = "minor",
	[BUMP_MAJOR] = "major",
};

static struct breakwater_list list_of(const struct texts *texts)
{
	return (struct breakwater_list){ texts->items, texts->n };
}

/* `2 breaking changes since v1.4.2` */
static struct str reason_words(struct cli *cli, const struct bump_run *run)
{
	uint32_t n = run->step == BUMP_MAJOR ? run->breaking : run->additions;
	const char *what = run->step == BUMP_MAJOR ? "breaking change" : "change";

	if (run->step == BUMP_PATCH)
		return str_printf(
			cli->arena, "nothing that readers see changed since " STR, ARG(run->from));
	if (!n)
		return str_printf(cli->arena, "%s since " STR,
			run->step == BUMP_MAJOR ? "everything was deleted"
						: "breaks that are accepted or warnings",
			ARG(run->from));
	return str_printf(
		cli->arena, "%u %s%s since " STR, n, what, n == 1 ? "" : "s", ARG(run->from));
}

static void print_diagnostics(struct cli *cli, struct bump_run *run)
{
	struct diag_look look = {
		.color = cli->color_err, .verbose = cli->common.verbose, .columns = cli_columns(2)
	};

	if (run->check)
		compare_print_diagnostics(cli, run->check);
	if (run->diags.n)
		diags_print(cli->err, &run->diags, run->arena, &look);
	if (run->log && !run->log->ok)
		diags_print(cli->err, &run->log->diags, run->arena, &look);
}

static bool set(json_t *object, const char *key, json_t *value)
{
	return value && json_object_set_new_nocheck(object, key, value) == 0;
}

static json_t *text_value(struct cli *cli, struct str text)
{
	struct str plain = str_plain(cli->arena, text);

	return json_stringn(plain.p, plain.n);
}

static struct str answer_json(struct cli *cli, const struct bump_run *run)
{
	json_t *object = json_object(), *reasons = json_array();
	bool ok = object && reasons;
	struct str text = { NULL, 0 };
	char *dumped;

	for (uint32_t i = 0; ok && i < run->reasons.n; i++)
		ok = json_array_append_new(reasons, text_value(cli, run->reasons.items[i])) == 0;
	ok = ok && set(object, "step", json_string(step_words[run->step])) &&
	     set(object, "from", text_value(cli, run->from)) &&
	     (!run->has_version || set(object, "next", text_value(cli, run->next_text))) &&
	     set(object, "breaking", json_integer(run->breaking)) &&
	     set(object, "additions", json_integer(run->additions)) &&
	     set(object, "reasons", reasons);
	dumped = ok ? json_dumps(object, JSON_COMPACT) : NULL;
	if (dumped)
		text = str_printf(cli->arena, "%s\n", dumped);
	free(dumped);
	json_decref(object);
	return text;
}

static int print_answer(
	struct cli *cli, const struct bump_run *run, const struct bump_arguments *arguments)
{
	struct str text;

	if (arguments->format && strcmp(arguments->format, "json") == 0)
		text = answer_json(cli, run);
	else
		text = str_printf(cli->arena, STR "\n",
			ARG(run->has_version ? run->next_text : str_of(step_words[run->step])));
	if (!cli->common.quiet)
		cli_print_base(cli, str_cstr(cli->arena, str_printf(cli->arena, "%s: " STR,
								 step_words[run->step],
								 ARG(reason_words(cli, run)))));
	if (text.p)
		return cli_output_write(cli, arguments->output, text);
	diag_error(&cli->diags, NOWHERE, "out of memory");
	return STATUS_UNKNOWN;
}

static void refuse(struct cli *cli, const struct bump_run *run, struct str sentence)
{
	cli_print_base(cli, str_cstr(cli->arena, sentence));
	if (run->reasons.n)
		cli_print_base(cli, str_cstr(cli->arena, run->reasons.items[0]));
}

/* A pre-release of the version that is asked for is enough. */
static int judge_tag(struct cli *cli, const struct bump_run *run, const char *tag)
{
	struct version_name wanted, core;

	if (!run->has_version) {
		diag_error(&cli->diags, NOWHERE, "'" STR "' is no version to count from",
			ARG(run->from));
		return STATUS_UNKNOWN;
	}
	version_name_read(str_of(tag), &wanted);
	core = wanted;
	core.pre = core.build = (struct str){ NULL, 0 };
	if (version_name_order(&wanted, &run->version) <= 0) {
		refuse(cli, run,
			str_printf(cli->arena, "%s is not greater than " STR, tag, ARG(run->from)));
		return 1;
	}
	if (version_name_order(&core, &run->next) >= 0)
		return STATUS_OK;
	refuse(cli, run,
		str_printf(cli->arena, "%s is too small: " STR " ask%s for " STR, tag,
			ARG(reason_words(cli, run)),
			(run->step == BUMP_MAJOR ? run->breaking : run->additions) == 1 ? "s" : "",
			ARG(run->next_text)));
	return 1;
}

static int bump_command_run(struct cli *cli, const void *given, const struct texts *operands)
{
	const struct bump_arguments *arguments = given;
	struct breakwater_options options = {
		.directory = cli->directory.p,
		.git = cli_git(),
		.config = arguments->config,
		.roots = list_of(&arguments->roots),
		.paths = list_of(&arguments->paths),
		.excluded_paths = list_of(&arguments->excluded_paths),
		.use = list_of(&arguments->use),
		.except = list_of(&arguments->except),
		.history = arguments->history,
		.since = arguments->since,
		.jobs = arguments->jobs,
		.out_of_memory = cli_out_of_memory,
		.context = cli,
	};
	struct version_name version;
	struct bump_run *run;
	int status = STATUS_UNKNOWN;

	if (arguments->tag && !version_name_read(str_of(arguments->tag), &version)) {
		diag_error(&cli->diags, NOWHERE, "'%s' is no version", arguments->tag);
		diag_help(&cli->diags, "name one as in v1.4.0 or api/v2.0.0-rc.1");
		return STATUS_UNKNOWN;
	}
	run = bump_run(&options, str_of(operands->n ? operands->items[0] : NULL));
	print_diagnostics(cli, run);
	if (run->ok)
		status = arguments->tag ? judge_tag(cli, run, arguments->tag)
					: print_answer(cli, run, arguments);
	bump_run_free(run);
	return status;
}

const struct command bump_command = {
	.name = "bump",
	.operands = "[A..B]",
	.summary = "Print the next version that the changes ask for",
	.text = "  bump               HEAD, counted from the nearest tag before it that is a "
		"version\n"
		"  bump A..B          B, counted from A\n"
		"  bump --tag v1.5.0  is that version enough?\n"
		"\n"
		"A break asks for a major step, an addition for a minor one, anything else for a "
		"patch.\n"
		"\n"
		"Exit status: 0, 1 if the version of --tag is too small, 2 if it could not be "
		"known.\n",
	.options = bump_options,
	.n_options = COUNT(bump_options),
	.arguments_size = sizeof(struct bump_arguments),
	.max_operands = 1,
	.takes_inputs = true,
	.run = bump_command_run,
};
