#include "cli/choose.h"
#include "cli/compare.h"
#include "cli/place.h"

#include "base/new_file.h"
#include "fixing.h"
#include "report/report.h"

#include <errno.h>
#include <unistd.h>

struct fix_arguments {
	struct compare_arguments compare;
	const char *format;
	bool reserve, write;
};

static const char *const formats[] = { "text", "json", NULL };

static const struct opt fix_rows[] = {
	{ .name = "reserve",
		.kind = OPT_FLAG,
		.offset = offsetof(struct fix_arguments, reserve),
		.summary = "reserve what was deleted, where that is enough, and restore the rest" },
	{ .name = "write",
		.kind = OPT_FLAG,
		.offset = offsetof(struct fix_arguments, write),
		.summary = "change the files of the working tree or of dir:FOLDER" },
	{ .name = "format",
		.kind = OPT_TEXT,
		.offset = offsetof(struct fix_arguments, format),
		.argument = "FMT",
		.summary = "text or json",
		.values = VALUES_WORDS,
		.words = formats },
	COMPARE_SIDES,
	COMPARE_SCOPE,
	COMPARE_CONTRACTS,
	COMPARE_IMPACT,
	COMPARE_HISTORY,
	COMPARE_STRICT,
	COMPARE_FULL,
	OPT_JOBS(struct compare_arguments),
};

/* The state of the command. */
struct fixing_command {
	struct cli *cli;
	const struct fix_arguments *arguments;
	struct choice choice;
	struct breakwater_run *run;
	struct fix_result result;
};

/* ---- writing ---- */

/* A file on its way to the disk. */
struct written {
	struct new_file *file; /* NULL: not opened */
	struct str path;
};

static bool fail_write(struct fixing_command *f, struct str path, int error)
{
	diag_error(&f->cli->diags, NOWHERE, "cannot write '" STR "': %s",
		ARG(cli_path_shown(f->cli, path)), new_file_error(error));
	return false;
}

/* The folder that the paths of the new side are below. */
static bool find_top(struct fixing_command *f, struct str *top)
{
	struct cli *cli = f->cli;
	const struct source *source = run_source(f->run, false);
	struct repository_facts facts;
	bool absent;

	if (!source->is_on_disk || source->by_import_path) {
		diag_error(&cli->diags, NOWHERE,
			"'--write' changes files on the disk, and the new side is " STR,
			ARG(source->name));
		diag_help(&cli->diags,
			"leave HEAD out, name a folder as in dir:proto, or run 'git apply'");
		return false;
	}
	*top = source->folder;
	if (!source->is_git)
		return top->p != NULL;
	/* Not the source's folder: core.worktree may name any. */
	if (!cli_repository(cli, &facts, &absent))
		return false;
	*top = facts.work_dir;
	return top->p != NULL;
}

/* The text with CRLF for each LF. */
static struct str with_crlf(struct arena *arena, struct str text)
{
	char *p = arena_bytes(arena, 2 * text.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\n' && (i == 0 || text.p[i - 1] != '\r'))
			p[n++] = '\r';
		p[n++] = text.p[i];
	}
	return (struct str){ p, n };
}

/*
 * What is to be on the disk: git may have other line breaks there (core.autocrlf). False: the disk
 * has another text than the check read.
 */
static bool disk_text(
	struct fixing_command *f, const struct fixed_file *file, struct str path, struct str *text)
{
	struct cli *cli = f->cli;
	struct breakwater_git git = cli_git();
	struct source_options options =
		source_options_of(cli->arena, cli->names, cli->directory, &git);
	struct str disk;

	*text = file->bytes;
	if (!file->before.p)
		return true;
	if (!source_file_bytes(&options, path, PACKING_NONE, &disk, &cli->diags))
		return false;
	if (str_eq(disk, file->before))
		return true;
	*text = with_crlf(cli->arena, file->bytes);
	if (str_eq(disk, with_crlf(cli->arena, file->before)))
		return true;
	diag_error(&cli->diags, NOWHERE, "'" STR "' is another text on the disk than git has of it",
		ARG(cli_path_shown(cli, path)));
	diag_help(&cli->diags, "run 'breakwater fix' without --write, and 'git apply' its patch");
	return false;
}

/* Creates the folders of a file that comes back. */
static bool make_folders(struct fixing_command *f, struct str top, struct str path)
{
	for (size_t i = 0; i < path.n; i++) {
		struct str folder = path_join(f->cli->arena, top, str_head(path, i));
		int error = path.p[i] == '/' ? new_folder(f->cli->arena, folder) : 0;

		if (error)
			return fail_write(f, folder, error);
	}
	return true;
}

static bool open_file(struct fixing_command *f, struct str top, const struct fixed_file *file,
	struct written *written)
{
	struct arena *arena = f->cli->arena;
	struct str path = path_join(arena, top, file->path), text;
	struct out *out;
	int error;

	if (!disk_text(f, file, path, &text))
		return false;
	if (!file->before.p && !make_folders(f, top, file->path))
		return false;
	written->path = path;
	written->file = new_file_open(
		arena, path, file->before.p ? NEW_FILE_REPLACES : NEW_FILE_ONLY, 0666);
	if (!written->file)
		return fail_write(f, path, errno);
	out = out_fd(arena, new_file_descriptor(written->file));
	out_str(out, text);
	error = out_flush(out);
	return !error || fail_write(f, path, error);
}

/* Renames the files into place, or with `ok` false removes them. */
static bool close_files(struct fixing_command *f, struct written *written, uint32_t n, bool ok)
{
	for (uint32_t i = 0; i < n; i++) {
		int error =
			written[i].file ? new_file_close(written[i].file, ok ? 0 : ECANCELED) : 0;

		if (ok && error)
			ok = fail_write(f, written[i].path, error);
	}
	return ok;
}

static bool write_files(struct fixing_command *f)
{
	const struct fixed_files *files = &f->result.files;
	struct written *written = NEW_ARRAY(f->cli->arena, files->n, struct written);
	struct str top;
	bool ok = true;
	int lock;

	if (!find_top(f, &top))
		return false;
	if (!files->n)
		return true;
	lock = cli_folder_lock(f->cli, top);
	if (lock < 0)
		return false;
	for (uint32_t i = 0; i < files->n && ok; i++)
		ok = open_file(f, top, &files->items[i], &written[i]);
	ok = close_files(f, written, files->n, ok);
	close(lock);
	return ok;
}

/* ---- the command ---- */

static bool make_patch(struct fixing_command *f)
{
	VEC(const struct finding *) chosen = { 0 };
	struct fixing_options options = { .reserve = f->arguments->reserve };
	const struct findings *all = run_findings(f->run);
	bool ok = true;

	for (uint32_t i = 0; i < f->choice.fingerprints.n; i++) {
		const struct finding *finding =
			choice_find(&f->choice, all, f->choice.fingerprints.items[i]);

		ok &= finding != NULL;
		*vec_push(f->cli->arena, &chosen) = finding;
	}
	options.chosen = chosen.items;
	options.n_chosen = chosen.n;
	if (!ok)
		return false;
	if (run_fix(f->run, &options, &f->result))
		return true;
	compare_print_diagnostics(f->cli, f->run);
	return false;
}

static int status_of(const struct fix_result *result)
{
	for (uint32_t i = 0; i < result->list.n; i++)
		if (!result->list.items[i].fixed)
			return BREAKWATER_BROKEN;
	return STATUS_OK;
}

static bool print(struct fixing_command *f)
{
	struct fix_result shown = f->result;
	struct out *out = f->cli->out, *json = out_memory(f->cli->arena);

	if (f->arguments->format && strcmp(f->arguments->format, "json") == 0) {
		if (!fixes_write_json(json, &f->result, f->cli->arena))
			return false;
		out_str(out, out_text(json));
		return true;
	}
	if (f->arguments->write)
		shown.patch = S("");
	fixes_write_text(out, &shown, f->cli->arena);
	for (uint32_t i = 0; i < shown.files.n && f->arguments->write; i++) {
		out_str(out, S("wrote "));
		out_str(out, cli_path_shown(f->cli, shown.files.items[i].path));
		out_char(out, '\n');
	}
	return true;
}

static int fix_findings(struct fixing_command *f)
{
	if (!make_patch(f))
		return STATUS_UNKNOWN;
	if (f->arguments->write && !write_files(f))
		return STATUS_UNKNOWN;
	if (!print(f)) {
		diag_error(&f->cli->diags, NOWHERE, "cannot make the report");
		return STATUS_UNKNOWN;
	}
	return status_of(&f->result);
}

static int fix_run(struct cli *cli, const void *given, const struct texts *operands)
{
	struct fixing_command f = {
		.cli = cli,
		.arguments = given,
		.choice = { .cli = cli, .verb = "fix", .lister = "check'" },
	};
	struct breakwater_options options;
	int status = STATUS_UNKNOWN;

	if (!choice_sort(&f.choice, operands))
		return STATUS_UNKNOWN;
	options = compare_options(cli, &f.arguments->compare, &f.choice.revisions);
	f.run = compare_run(cli, &options);
	if (breakwater_run_status(f.run) != BREAKWATER_UNKNOWN)
		status = fix_findings(&f);
	breakwater_run_free(f.run);
	return status;
}

const struct command fix_command = {
	.name = "fix",
	.operands = "[FINGERPRINT...] [BASE [HEAD]]",
	.summary = "Print a patch that makes breaking changes safe",
	.text = "  fix                    make every finding that fails 'check' safe\n"
		"  fix FINGERPRINT...     these alone\n"
		"  fix | git apply        at the top of the repository; so does --write\n"
		"\n"
		"Runs 'check' with the same BASE, HEAD and options, and prints a line for each "
		"finding and a\n"
		"unified diff of the new side. What was deleted comes back deprecated, and what "
		"was changed is\n"
		"as before. Each edit was checked: after it the finding is gone, no other one "
		"came, and all\n"
		"compiles. What has no such edit is 'left', and says why.\n"
		"\n"
		"Exit status: 0 nothing is left, 1 something is left, 2 it could not be known.\n",
	.options = fix_rows,
	.n_options = COUNT(fix_rows),
	.arguments_size = sizeof(struct fix_arguments),
	.max_operands = UINT32_MAX,
	.takes_inputs = true,
	.run = fix_run,
};
