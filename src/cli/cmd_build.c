#include "cli/cli.h"

#include "cli/progress.h"
#include "descriptor/descriptor.h"
#include "timing.h"

struct build_arguments {
	const char *config, *output, *timings;
	struct texts roots;
	bool no_source_info;
	struct access_arguments asking;
	unsigned jobs;
};

static const struct opt build_options[] = {
	OPT_OUTPUT(struct build_arguments),
	{ .name = "no-source-info",
		.kind = OPT_FLAG,
		.offset = offsetof(struct build_arguments, no_source_info),
		.summary = "leave source_code_info out" },
	OPT_CONFIG(struct build_arguments),
	OPT_ROOT(struct build_arguments),
	OPT_ASKING(struct build_arguments),
	OPT_JOBS(struct build_arguments),
	OPT_TIMINGS(struct build_arguments),
};

/* Compiles strictly: an incomplete set is useless. */
static bool build_compile(struct cli *cli, const struct build_arguments *arguments,
	const struct side *side, struct schema *schema, struct timing *timing)
{
	struct progress *progress = progress_begin(cli);
	struct compile_stats stats = { 0 };
	struct compile_side one = { .source = side->source, .roots = side->roots, .all = true };
	struct compile_options options = {
		.arena = cli->arena,
		.names = cli->names,
		.diags = &cli->diags,
		.jobs = arguments->jobs,
		.strict_imports = true,
		.source_info = !arguments->no_source_info,
		.parse_descriptor = descriptor_parse,
		.progress = progress ? progress_report : NULL,
		.progress_context = progress,
		.stats = &stats,
	};
	bool ok = compile(&options, &one, 1, schema) &&
		  source_looked(side->source, &cli->diags);
	struct breakwater_phase *phase = timing_end(timing, "compile");

	progress_end(progress);
	timing_count(phase, "files parsed", stats.files_parsed);
	timing_count(phase, "bytes", stats.bytes_parsed);
	return ok && !cli->diags.n_errors;
}

static bool build_write(
	struct cli *cli, const struct build_arguments *arguments, const struct schema *schema)
{
	struct arena *scratch = arena_like(cli->arena);
	struct out *out = cli_output_open(cli, arguments->output);
	bool ok = false;

	if (out) {
		descriptor_write_set(out, schema, scratch);
		ok = cli_output_close(cli, out, arguments->output);
	}
	arena_free(scratch);
	return ok;
}

/* From an open source to the output file. */
static bool build_source(struct cli *cli, const struct build_arguments *arguments,
	struct side *side, struct timing *timing)
{
	struct schema schema = { 0 };
	bool ok;

	if (!cli_side_prepare(cli, arguments->config, &arguments->roots, side))
		return false;
	timing_end(timing, "sources");
	if (!side->has_contract) {
		diag_error(&cli->diags, NOWHERE,
			STR " has no contract (a file that ends in '.proto')",
			ARG(side->source->name));
		return false;
	}
	if (!build_compile(cli, arguments, side, &schema, timing))
		return false;
	ok = build_write(cli, arguments, &schema);
	timing_end(timing, "write");
	return ok;
}

static int build_run(struct cli *cli, const void *given, const struct texts *operands)
{
	const struct build_arguments *arguments = given;
	struct side side = { 0 };
	struct timing timing;
	bool ok;

	if (!arguments->output) {
		diag_error(&cli->diags, NOWHERE, "no output file was given");
		diag_help(&cli->diags, "add '-o FILE', or '-o -' for standard output");
		return STATUS_UNKNOWN;
	}
	timing_begin(&timing, cli->arena);
	cli->asking = arguments->asking;
	side.source = cli_source_open(cli, operands->n ? operands->items[0] : NULL);
	if (!side.source)
		return STATUS_UNKNOWN;
	side.source->side = S(""); /* there is only one side */
	ok = build_source(cli, arguments, &side, &timing);
	if (arguments->timings)
		timing_print(cli->err, timing.phases.items, timing.phases.n, *arguments->timings);
	return ok ? STATUS_OK : STATUS_UNKNOWN;
}

const struct command build_command = {
	.name = "build",
	.operands = "[INPUT] -o FILE",
	.summary = "Compile one revision to a google.protobuf.FileDescriptorSet",
	.text = "INPUT is a revision of the repository (branch, tag, hash, REV:FOLDER), or\n" INPUT_FORMS ".\n"
		"The default is the working tree, outside of a repository dir:.\n",
	.options = build_options,
	.n_options = COUNT(build_options),
	.arguments_size = sizeof(struct build_arguments),
	.max_operands = 1,
	.takes_inputs = true,
	.run = build_run,
};
