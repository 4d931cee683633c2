#include "cli/cli.h"

#include "check.h"
#include "cli/buf_input.h"
#include "cli/compare.h"
#include "cli/progress.h"
#include "scope.h"
#include "report/buf.h"

#include <unistd.h>

/* buf's statuses; others are errors of its own */
enum { STATUS_BUF_BROKEN = 100, STATUS_BUF_ERROR = 1 };

struct breaking_arguments {
	const char *against, *against_config, *config, *error_format, *timeout, *log_format;
	struct texts paths, excluded_paths;
	bool against_registry, disable_symlinks, exclude_imports, limit_to_input_files, debug;
};

static const struct opt breaking_options[] = {
	{ .name = "against",
		.kind = OPT_TEXT,
		.offset = offsetof(struct breaking_arguments, against),
		.argument = "INPUT",
		.summary = "what to compare with; required",
		.values = VALUES_FILE },
	{ .name = "against-config",
		.kind = OPT_TEXT,
		.offset = offsetof(struct breaking_arguments, against_config),
		.argument = "CONFIG",
		.summary = "configuration of the --against input, a file or data",
		.values = VALUES_FILE },
	{ .name = "against-registry",
		.kind = OPT_FLAG,
		.offset = offsetof(struct breaking_arguments, against_registry),
		.summary = "not supported: prints an alternative" },
	{ .name = "config",
		.kind = OPT_TEXT,
		.offset = offsetof(struct breaking_arguments, config),
		.argument = "CONFIG",
		.summary = "configuration, a file or data",
		.values = VALUES_FILE },
	{ .name = "disable-symlinks",
		.kind = OPT_FLAG,
		.offset = offsetof(struct breaking_arguments, disable_symlinks),
		.summary = "accepted for compatibility with buf; links to folders are never "
			   "followed" },
	{ .name = "error-format",
		.kind = OPT_TEXT,
		.offset = offsetof(struct breaking_arguments, error_format),
		.argument = "FMT",
		.summary = "text, json, msvs, junit, github-actions or gitlab-code-quality",
		.values = VALUES_WORDS,
		.words = buf_formats },
	{ .name = "exclude-imports",
		.kind = OPT_FLAG,
		.offset = offsetof(struct breaking_arguments, exclude_imports),
		.summary = "accepted for compatibility with buf; imports are never reported" },
	{ .name = "exclude-path",
		.kind = OPT_WORDS,
		.offset = offsetof(struct breaking_arguments, excluded_paths),
		.argument = "PATH,...",
		.summary = "do not report on files under PATH; repeatable",
		.values = VALUES_FILE },
	{ .name = "limit-to-input-files",
		.kind = OPT_FLAG,
		.offset = offsetof(struct breaking_arguments, limit_to_input_files),
		.summary = "leave out files that only the old side has" },
	{ .name = "path",
		.kind = OPT_WORDS,
		.offset = offsetof(struct breaking_arguments, paths),
		.argument = "PATH,...",
		.summary = "report only on files under PATH; repeatable",
		.values = VALUES_FILE },
	{ .name = "debug",
		.kind = OPT_FLAG,
		.offset = offsetof(struct breaking_arguments, debug),
		.summary = "accepted for compatibility with buf" },
	{ .name = "log-format",
		.kind = OPT_TEXT,
		.offset = offsetof(struct breaking_arguments, log_format),
		.argument = "FMT",
		.summary = "accepted for compatibility with buf" },
	{ .name = "timeout",
		.kind = OPT_TEXT,
		.offset = offsetof(struct breaking_arguments, timeout),
		.argument = "TIME",
		.summary = "accepted for compatibility with buf" },
};

/* The state of the command. */
struct breaking {
	struct cli *cli;
	const struct breaking_arguments *arguments;
	struct buf_input old, new;
	const char *given;                     /* the operand, or its default */
	VEC(struct str) paths, excluded_paths; /* as `place_of` has them */
	VEC(struct str) places;                /* of all contracts; filled on demand */
	struct breakwater_run *run;
	VEC(struct buf_item) items;
	uint32_t accepted, warnings;
};

/* ---- options ---- */

static bool check_options(struct breaking *b)
{
	struct cli *cli = b->cli;
	const struct breaking_arguments *arguments = b->arguments;

	if (arguments->against_registry) {
		diag_error(&cli->diags, NOWHERE,
			"'--against-registry' is not supported: there is no access to a registry");
		diag_help(&cli->diags, "compare with the branch that is pushed to the registry: "
				       "--against '.git#branch=main'");
		diag_help(&cli->diags, "or with an image of the module: 'buf build MODULE -o "
				       "old.binpb', then --against old.binpb");
		return false;
	}
	if (!arguments->against) {
		diag_error(&cli->diags, NOWHERE, "there is nothing to compare with");
		diag_help(&cli->diags, "add --against '.git#branch=main'");
		return false;
	}
	if (arguments->disable_symlinks)
		diag_warning(&cli->diags, NOWHERE,
			"'--disable-symlinks' changes nothing: links to folders are never "
			"followed, and links to contracts are read if they stay in the input");
	return true;
}

/* Decided by the file name's ending, as in buf; anything else is data. */
static void set_config(const char *given, struct breakwater_side *side)
{
	struct str text = str_of(given);

	if (!given)
		return;
	if (str_ends(text, S(".yaml")) || str_ends(text, S(".yml")) || str_ends(text, S(".json")))
		side->config = given;
	else
		side->config_text = given;
}

/* ---- the check ---- */

/* A gate that saw nothing must not say yes: the name of a folder may have a slip in it, or no
 * module have it. */
static bool has_contract(struct breaking *b, const struct buf_input *input, bool old)
{
	struct cli *cli = b->cli;
	struct source *source = run_source(b->run, old);
	const struct source_list *list;
	bool any = false;

	if (!input->only.n)
		return true;
	list = source_files(source, &cli->diags);
	for (uint32_t i = 0; list && i < list->entries.n; i++) {
		struct str path = list->entries.items[i].path;

		if (!path_under(path, input->only))
			continue;
		if (run_holds(b->run, old, path))
			return true;
		any = true;
	}
	if (!list)
		return false;
	if (any) {
		diag_error(&cli->diags, NOWHERE,
			"the configuration of " STR " leaves out all contracts in '" STR "'",
			ARG(source->name), ARG(input->only));
		diag_help(&cli->diags,
			"no module includes them; to compare them anyway, use another "
			"configuration with --config%s",
			old ? " and --against-config" : "");
		return false;
	}
	diag_error(&cli->diags, NOWHERE, "'" STR "' has no contract in " STR, ARG(input->only),
		ARG(source->name));
	diag_help(&cli->diags, "no file there ends in '.proto': is the name right?");
	return false;
}

static bool check(struct breaking *b)
{
	struct cli *cli = b->cli;
	struct breakwater_options options = {
		.directory = cli->directory.p,
		.git = cli_git(),
		.base = b->old.input,
		.head = b->new.input,
		.base_side = { .directory = b->old.directory },
		.head_side = { .directory = b->new.directory },
		.limit_to_input_files = b->arguments->limit_to_input_files,
		.out_of_memory = cli_out_of_memory,
		.context = cli,
	};
	const struct check_sources sources = { b->old.source, b->new.source, true };

	set_config(b->arguments->against_config, &options.base_side);
	set_config(b->arguments->config, &options.head_side);
	b->run = progress_check(cli, &options, &sources);
	compare_print_diagnostics(cli, b->run);
	return breakwater_run_status(b->run) != BREAKWATER_UNKNOWN &&
	       has_contract(b, &b->new, false) && has_contract(b, &b->old, true);
}

/* ---- what is reported, and under which name ---- */

/* The place of a path of the new side: on the disk, or in its revision or image. */
static struct str place_of_new(const struct breaking *b, struct str path)
{
	return b->new.is_folder ? path_join(b->cli->arena, b->new.root, path) : path;
}

/* The place that a deleted file of the old side would have. */
static struct str place_of_old(const struct breaking *b, struct str path)
{
	if (b->old.top.n && path_under(path, b->old.top) && path.n > b->old.top.n)
		path = str_from(path, b->old.top.n + 1);
	return place_of_new(b, path_join(b->cli->arena, b->new.top, path));
}

static void take_paths(struct breaking *b)
{
	const struct breaking_arguments *arguments = b->arguments;
	struct cli *cli = b->cli;

	for (uint32_t i = 0; i < arguments->paths.n; i++)
		*vec_push(cli->arena, &b->paths) = str_of(arguments->paths.items[i]);
	for (uint32_t i = 0; i < arguments->excluded_paths.n; i++)
		*vec_push(cli->arena, &b->excluded_paths) =
			str_of(arguments->excluded_paths.items[i]);
	/* In a revision or an image, paths are relative to its top. */
	for (uint32_t i = 0; i < b->paths.n && b->new.is_folder; i++)
		b->paths.items[i] = buf_path_absolute(cli, b->paths.items[i]);
	for (uint32_t i = 0; i < b->excluded_paths.n && b->new.is_folder; i++)
		b->excluded_paths.items[i] = buf_path_absolute(cli, b->excluded_paths.items[i]);
}

/* Relative to the current folder, with `../` if needed. */
static struct str relative_path(struct cli *cli, struct str path)
{
	struct str at = cli->directory, up = S("");

	while (!path_under(path, at)) {
		at = str_head(at, str_rfind(at, '/') < at.n ? str_rfind(at, '/') : 0);
		up = path_join(cli->arena, up, S(".."));
	}
	path = str_from(path, at.n);
	return path_join(cli->arena, up, str_from(path, path.n && path.p[0] == '/'));
}

/* The places of all contracts of both sides, as from `place_of`. */
static bool list_places(struct breaking *b)
{
	struct cli *cli = b->cli;

	for (int old = 0; old < 2; old++) {
		const struct source_list *list = source_files(run_source(b->run, old), &cli->diags);

		if (!list)
			return false;
		for (uint32_t i = 0; i < list->entries.n; i++) {
			struct str path = list->entries.items[i].path;

			if (run_holds(b->run, old, path))
				*vec_push(cli->arena, &b->places) =
					old ? place_of_old(b, path) : place_of_new(b, path);
		}
	}
	return true;
}

static bool holds_contract(const struct breaking *b, struct str path)
{
	for (uint32_t i = 0; i < b->places.n; i++) {
		if (path_under(b->places.items[i], path))
			return true;
	}
	return false;
}

/* Reports a path that names no contract; a warning for an excluded one. */
static void report_path(struct breaking *b, const char *given, struct str path, bool is_error)
{
	struct cli *cli = b->cli;
	const char *format =
		"there is no contract under the path '%s', neither in '%s' nor in '%s'";
	struct str nearest;
	bool is_above;

	if (is_error)
		diag_error(&cli->diags, NOWHERE, format, given, b->arguments->against, b->given);
	else
		diag_warning(&cli->diags, NOWHERE, format, given, b->arguments->against, b->given);
	nearest =
		scope_nearest(cli->arena, str_of(given), b->places.items, b->places.n, &is_above);
	if (!nearest.p || is_above)
		nearest = scope_nearest(cli->arena, path, b->places.items, b->places.n, &is_above);
	if (nearest.p && b->new.is_folder)
		nearest = relative_path(cli, nearest);
	if (nearest.n)
		diag_help(&cli->diags,
			is_above ? "the nearest folder that has one is '" STR "'"
				 : "did you mean '" STR "'?",
			ARG(nearest));
}

/* A gate that saw nothing must not say yes. */
static bool paths_hold(struct breaking *b)
{
	const struct breaking_arguments *arguments = b->arguments;
	uint32_t errors = b->cli->diags.n_errors;

	if (!b->paths.n && !b->excluded_paths.n)
		return true;
	if (!list_places(b))
		return false;
	for (uint32_t i = 0; i < b->paths.n; i++) {
		if (!holds_contract(b, b->paths.items[i]))
			report_path(b, arguments->paths.items[i], b->paths.items[i], true);
	}
	for (uint32_t i = 0; i < b->excluded_paths.n; i++) {
		if (!holds_contract(b, b->excluded_paths.items[i]))
			report_path(b, arguments->excluded_paths.items[i],
				b->excluded_paths.items[i], false);
	}
	return b->cli->diags.n_errors == errors;
}

static struct str new_path(const struct finding *finding)
{
	if (finding->new_file)
		return finding->new_file->text->path;
	return finding->new_place.text ? finding->new_place.text->path : (struct str){ NULL, 0 };
}

static struct str old_path(const struct finding *finding)
{
	if (finding->old_file)
		return finding->old_file->text->path;
	return finding->old_place.text ? finding->old_place.text->path : (struct str){ NULL, 0 };
}

static bool is_wanted(const struct breaking *b, const struct finding *finding)
{
	struct str new = new_path(finding), old = old_path(finding), place;
	bool wanted = b->paths.n == 0;

	if (new.p ? !path_under(new, b->new.only) : old.p && !path_under(old, b->old.only))
		return false;
	place = new.p ? place_of_new(b, new) : place_of_old(b, old);
	for (uint32_t i = 0; i < b->paths.n && !wanted; i++)
		wanted = path_under(place, b->paths.items[i]);
	for (uint32_t i = 0; i < b->excluded_paths.n && wanted; i++)
		wanted = !path_under(place, b->excluded_paths.items[i]);
	return wanted;
}

static struct str shown_path(const struct breaking *b, const struct finding *finding)
{
	struct str path;

	if (!finding->new_place.text)
		return (struct str){ NULL, 0 };
	path = place_of_new(b, finding->new_place.text->path);
	return b->new.is_folder && !b->new.is_absolute ? relative_path(b->cli, path) : path;
}

static void choose_items(struct breaking *b)
{
	const struct findings *findings = run_findings(b->run);

	for (uint32_t i = 0; i < findings->list.n; i++) {
		const struct finding *finding = findings->list.items[i];

		if (!is_wanted(b, finding))
			continue;
		if (finding->accepted)
			b->accepted++;
		else if (finding->severity != SEVERITY_ERROR)
			b->warnings++;
		else
			*vec_push(b->cli->arena, &b->items) =
				(struct buf_item){ finding, shown_path(b, finding) };
	}
}

/* buf has no such findings, so its formats do not contain them. */
static void say_left_out(struct breaking *b)
{
	struct out *err = b->cli->err;

	if (b->cli->common.quiet)
		return;
	if (b->accepted)
		out_printf(err, "breakwater: %u finding%s accepted\n", b->accepted,
			b->accepted == 1 ? " is" : "s are");
	if (b->warnings)
		out_printf(err, "breakwater: %u finding%s of severity warning not listed\n",
			b->warnings, b->warnings == 1 ? " is" : "s are");
}

static int compare(struct breaking *b)
{
	struct cli *cli = b->cli;
	const char *format = b->arguments->error_format;
	struct buf_report report = { .arena = cli->arena };
	struct out *text = out_memory(cli->arena);

	if (!check(b))
		return STATUS_UNKNOWN;
	take_paths(b);
	if (!paths_hold(b))
		return STATUS_UNKNOWN;
	choose_items(b);
	say_left_out(b);
	report.items = b->items.items;
	report.n = b->items.n;
	if (!buf_report_write(text, str_of(format ? format : "text"), &report))
		cli_out_of_memory(cli);
	out_str(cli->out, out_text(text));
	/* Deleting everything is a break in every category, though some have no rule for it. */
	if (!b->items.n && !b->paths.n && !b->accepted && !b->warnings &&
		breakwater_run_status(b->run) == BREAKWATER_BROKEN &&
		!findings_active(run_findings(b->run)))
		return STATUS_BUF_BROKEN;
	return b->items.n ? STATUS_BUF_BROKEN : STATUS_OK;
}

static int breaking_run(struct cli *cli, const void *given, const struct texts *operands)
{
	struct breaking b = { .cli = cli, .arguments = given };
	int status = STATUS_UNKNOWN;

	b.given = operands->n ? operands->items[0] : ".";
	if (check_options(&b) &&
		buf_input_read(cli, b.given, b.arguments->config != NULL, &b.new) &&
		buf_input_read(
			cli, b.arguments->against, b.arguments->against_config != NULL, &b.old))
		status = compare(&b);
	if (b.run)
		breakwater_run_free(b.run);
	return status;
}

const struct command breaking_command = {
	.name = "breaking",
	.operands = "[INPUT] --against INPUT",
	.summary = "Compare as 'buf breaking' does, with its command line",
	.text = "INPUT is a folder ('.' when left out), a repository with a revision "
		"('.git#branch=main,subdir=proto',\n"
		"with tag=, ref= or commit= instead of branch=), an image (image.binpb, .json or\n"
		".txtpb), or an archive ('api.tar.gz#strip_components=1,subdir=proto', .zip); '-' "
		"is\n"
		"standard input. Images and tar archives may be compressed (.gz, .zst).\n"
		"\n"
		"Exit status: 0 nothing breaks, 100 breaking changes were found, 1 the comparison "
		"failed.\n",
	.options = breaking_options,
	.n_options = COUNT(breaking_options),
	.arguments_size = sizeof(struct breaking_arguments),
	.max_operands = 1,
	.unknown = STATUS_BUF_ERROR,
	.run = breaking_run,
};
