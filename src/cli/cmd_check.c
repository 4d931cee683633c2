#include "cli/cli.h"

#include "check.h"
#include "cli/compare.h"
#include "report/report.h"
#include "timing.h"

#include <unistd.h>

struct check_arguments {
	struct compare_arguments compare;
	const char *output, *timings;
	struct texts formats;
	bool exclude_imports, allow_empty, show_accepted, all, blame;
};

static const struct opt check_options[] = {
	COMPARE_SIDES,
	{ .name = "format",
		.kind = OPT_LIST,
		.offset = offsetof(struct check_arguments, formats),
		.argument = "FMT[=FILE]",
		.summary = "format of the report, and its file; repeatable with files",
		.values = VALUES_REPORT },
	OPT_OUTPUT(struct check_arguments),
	COMPARE_SCOPE,
	COMPARE_CONTRACTS,
	COMPARE_HISTORY,
	COMPARE_REGISTRY,
	{ .name = "blame",
		.kind = OPT_FLAG,
		.offset = offsetof(struct check_arguments, blame),
		.summary = "name the commit that brought each finding" },
	{ .name = "all",
		.kind = OPT_FLAG,
		.offset = offsetof(struct check_arguments, all),
		.summary = "with --history: list what is not new, too, and let it fail" },
	{ .name = "exclude-imports",
		.kind = OPT_FLAG,
		.offset = offsetof(struct check_arguments, exclude_imports),
		.summary = "accepted for compatibility with buf; imports are never reported" },
	COMPARE_STRICT,
	{ .name = "allow-empty",
		.kind = OPT_FLAG,
		.offset = offsetof(struct check_arguments, allow_empty),
		.summary = "two sides without a contract are status 0" },
	COMPARE_FULL,
	{ .name = "show-accepted",
		.kind = OPT_FLAG,
		.offset = offsetof(struct check_arguments, show_accepted),
		.summary = "list accepted findings too" },
	COMPARE_IMPACT,
	OPT_ASKING(struct compare_arguments),
	OPT_JOBS(struct compare_arguments),
	OPT_TIMINGS(struct check_arguments),
};

/* One report: its format and where it goes. */
struct target {
	const struct reporter *reporter;
	const char *path; /* NULL: standard output */
};

struct targets {
	struct target *items;
	uint32_t n, cap;
};

static bool unknown_format(struct cli *cli, struct str name)
{
	VEC(struct str) known = { 0 };
	struct str list = S(""), nearest;

	for (size_t i = 0; breakwater_format(i); i++) {
		*vec_push(cli->arena, &known) = str_of(breakwater_format(i));
		list = str_printf(
			cli->arena, STR "%s'%s'", ARG(list), i ? ", " : "", breakwater_format(i));
	}
	nearest = str_nearest(name, known.items, known.n);
	diag_error(&cli->diags, NOWHERE, "unknown format '" STR "'", ARG(name));
	if (nearest.n)
		diag_help(&cli->diags, "did you mean '" STR "'?", ARG(nearest));
	else
		diag_help(&cli->diags, "there are " STR, ARG(list));
	return false;
}

/* `FMT[=FILE]`; without a file it goes to -o. */
static bool add_target(
	struct cli *cli, const char *format, const char *output, struct targets *targets)
{
	struct str text = str_of(format);
	size_t equals = str_find(text, '=');
	struct target *target = vec_push(cli->arena, targets);

	target->reporter = reporter_find(str_head(text, equals));
	target->path = equals < text.n ? format + equals + 1 : output;
	if (!target->reporter)
		return unknown_format(cli, str_head(text, equals));
	if (target->path && strcmp(target->path, "-") == 0)
		target->path = NULL;
	if (target->path && !*target->path) {
		diag_error(&cli->diags, NOWHERE, "option '--format' needs a file after '='");
		return false;
	}
	return true;
}

static bool same_place(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool find_targets(
	struct cli *cli, const struct check_arguments *arguments, struct targets *targets)
{
	if (!arguments->formats.n)
		return add_target(cli, "text", arguments->output, targets);
	for (uint32_t i = 0; i < arguments->formats.n; i++) {
		if (!add_target(cli, arguments->formats.items[i], arguments->output, targets))
			return false;
		for (uint32_t j = 0; j < i; j++) {
			if (!same_place(targets->items[i].path, targets->items[j].path))
				continue;
			diag_error(&cli->diags, NOWHERE, "two reports go to %s",
				targets->items[i].path ? targets->items[i].path
						       : "standard output");
			diag_help(&cli->diags, "give each a file of its own: '--format json=FILE'");
			return false;
		}
	}
	return true;
}

/* What `accept` would need to know, where there is a place for what it writes. */
static const char *accept_words(struct cli *cli, const struct breakwater_run *run,
	const struct check_arguments *arguments, const struct texts *operands)
{
	const struct source *new = run_source(run, false);

	if (!new || !new->folder.p)
		return NULL;
	return cli_again(cli, &check_command, arguments, operands, &accept_command);
}

static bool write_report(struct cli *cli, struct breakwater_run *run, const struct target *target,
	const struct check_arguments *arguments, const struct texts *operands)
{
	struct breakwater_look look = {
		.format = target->reporter->name,
		.color = target->path ? false : cli->color_out,
		.links = !target->path && cli_has_links(cli),
		.columns = target->path ? 0 : cli_columns(STDOUT_FILENO),
		.show_accepted = arguments->show_accepted,
		.accept = accept_words(cli, run, arguments, operands),
	};
	size_t size;
	const char *text = breakwater_run_report(run, &look, &size);
	struct out *out;

	if (!text) {
		diag_error(&cli->diags, NOWHERE, "cannot make the report '%s'", look.format);
		return false;
	}
	out = cli_output_open(cli, target->path);
	if (!out)
		return false;
	out_str(out, (struct str){ text, size });
	return cli_output_close(cli, out, target->path);
}

/* What is unknown has none, but that of the subjects of a registry that could be known. */
static bool has_report(const struct breakwater_run *run, const struct target *target)
{
	return breakwater_run_status(run) != BREAKWATER_UNKNOWN ||
	       (run_is_partial(run) && target->reporter->shows_unknown);
}

static int check_run(struct cli *cli, const void *given, const struct texts *operands)
{
	const struct check_arguments *arguments = given;
	struct breakwater_options options = compare_options(cli, &arguments->compare, operands);
	struct targets targets = { 0 };
	struct breakwater_run *run;
	int status;

	if (!find_targets(cli, arguments, &targets))
		return STATUS_UNKNOWN;
	options.allow_empty = arguments->allow_empty;
	options.all = arguments->all;
	options.blame = arguments->blame;
	run = compare_run(cli, &options);
	status = (int)breakwater_run_status(run);
	for (uint32_t i = 0; i < targets.n; i++)
		if (has_report(run, &targets.items[i]) &&
			!write_report(cli, run, &targets.items[i], arguments, operands))
			status = STATUS_UNKNOWN;
	if (arguments->timings) {
		size_t n;
		const struct breakwater_phase *phases = breakwater_run_phases(run, &n);

		timing_print(cli->err, phases, n, *arguments->timings);
	}
	breakwater_run_free(run);
	return status;
}

const struct command check_command = {
	.name = "check",
	.operands = "[BASE [HEAD]]",
	.summary = "Compare two revisions of the contracts and print what breaks",
	.text = "  check              merge base of the default branch and HEAD, against the "
		"working tree;\n"
		"                     in a pipeline, with the merge request's target branch\n"
		"  check A            revision A against the working tree\n"
		"  check A B          A against B, as check A..B\n"
		"  check A...B        merge base of A and B, against B\n"
		"  check --staged     HEAD against the index; with --merge-base what this "
		"branch would break\n"
		"\n"
		"BASE and HEAD are revisions of the repository (branch, tag, hash, HEAD~3, "
		"origin/main,\n"
		"REV:FOLDER), or " INPUT_FORMS ".\n"
		"\n"
		"Exit status: 0 nothing breaks, 1 breaking changes were found, 2 it could not be "
		"known.\n",
	.options = check_options,
	.n_options = COUNT(check_options),
	.arguments_size = sizeof(struct check_arguments),
	.max_operands = 2,
	.takes_inputs = true,
	.run = check_run,
};
