#include "cli/compare.h"

#include "cli/pipeline.h"
#include "cli/progress.h"

#include <stdlib.h>
#include <unistd.h>

const char *const compatibility_words[] = { "NONE", "BACKWARD", "FORWARD", "FULL",
	"BACKWARD_TRANSITIVE", "FORWARD_TRANSITIVE", "FULL_TRANSITIVE", NULL };
const char *const verdict_words[] = { "ours", "theirs", "both", NULL };
const char *const surfaces_words[] = { "wire", "json", "source", NULL };

static struct breakwater_list list_of(const struct texts *texts)
{
	return (struct breakwater_list){ texts->items, texts->n };
}

/* SOURCE_DATE_EPOCH, for answers that do not depend on the day; 0: not set. */
static int64_t epoch(void)
{
	const char *text = cli_environment("SOURCE_DATE_EPOCH");

	return text ? strtoll(text, NULL, 10) : 0;
}

struct breakwater_options compare_options(
	struct cli *cli, const struct compare_arguments *arguments, const struct texts *operands)
{
	return (struct breakwater_options){
		.directory = cli->directory.p,
		.git = cli_git(),
		.base = operands->n > 0 ? operands->items[0] : NULL,
		.head = operands->n > 1 ? operands->items[1] : NULL,
		.staged = arguments->staged,
		.merge_base = arguments->merge_base,
		.config = arguments->config,
		.roots = list_of(&arguments->roots),
		.paths = list_of(&arguments->paths),
		.excluded_paths = list_of(&arguments->excluded_paths),
		.use = list_of(&arguments->use),
		.except = list_of(&arguments->except),
		.compatibility = arguments->compatibility,
		.surfaces = list_of(&arguments->surfaces),
		.contracts = list_of(&arguments->contracts),
		.limit_to_input_files = arguments->limit_to_input_files,
		.strict_imports = arguments->strict_imports,
		.history = arguments->history,
		.since = arguments->since,
		.now = epoch(),
		.registry = arguments->registry,
		.registry_verdict = arguments->registry_verdict,
		.registry_deleted = arguments->registry_deleted,
		.ask_registry = arguments->ask_registry,
		.registry_access = cli_registry(cli, &arguments->asking),
		.full = arguments->full,
		.impact = arguments->impact,
		.jobs = arguments->jobs,
		.out_of_memory = cli_out_of_memory,
		.context = cli,
	};
}

void compare_print_diagnostics(struct cli *cli, struct breakwater_run *run)
{
	struct breakwater_look look = {
		.color = cli->color_err,
		.quiet = cli->common.quiet,
		.verbose = cli->common.verbose,
		.columns = cli_columns(STDERR_FILENO),
	};
	size_t size;
	const char *text = breakwater_run_diagnostics(run, &look, &size);

	if (breakwater_run_base(run) && !cli->common.quiet)
		cli_print_base(cli, breakwater_run_base(run));
	out_str(cli->err, (struct str){ text, size });
}

struct breakwater_run *compare_run(struct cli *cli, struct breakwater_options *options)
{
	struct breakwater_run *run;

	pipeline_propose(cli->arena, options);
	run = progress_check(cli, options, NULL);
	compare_print_diagnostics(cli, run);
	return run;
}
