#include "cli/cli.h"

#include "base/glyph.h"
#include "base/new_file.h"
#include "cli/choose.h"
#include "cli/compare.h"
#include "cli/place.h"
#include "config/accepted.h"
#include "report/report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum {
	SHORT_DIGITS = 7,
	MOST_LISTED = 20, /* findings listed in a message */
};

struct accept_arguments {
	struct compare_arguments compare;
	const char *reason, *until, *by;
	bool all;
};

static const struct opt accept_rows[] = {
	{ .name = "reason",
		.kind = OPT_TEXT,
		.offset = offsetof(struct accept_arguments, reason),
		.argument = "TEXT",
		.summary = "why the break is acceptable; required" },
	{ .name = "until",
		.kind = OPT_TEXT,
		.offset = offsetof(struct accept_arguments, until),
		.argument = "DATE",
		.summary = "the last day of the acceptance, as in 2026-01-31" },
	{ .name = "by",
		.kind = OPT_TEXT,
		.offset = offsetof(struct accept_arguments, by),
		.argument = "NAME",
		.summary = "who accepts it" },
	{ .name = "all",
		.kind = OPT_FLAG,
		.offset = offsetof(struct accept_arguments, all),
		.summary = "accept every finding that fails 'check'" },
	COMPARE_SIDES,
	COMPARE_SCOPE,
	COMPARE_CONTRACTS,
	COMPARE_IMPACT,
	COMPARE_HISTORY,
	COMPARE_REGISTRY,
	COMPARE_STRICT,
	COMPARE_FULL,
	OPT_JOBS(struct compare_arguments),
};

/* The state of the command. */
struct accepting {
	struct cli *cli;
	const struct accept_arguments *arguments;
	struct texts operands;
	struct choice choice;
	int32_t today, until;
	struct breakwater_run *run;
	VEC(const struct finding *) chosen;
	struct map is_chosen; /* the same, sorted by fingerprint */
};

/* ---- what was asked for ---- */

static bool sort_operands(struct accepting *a, const struct texts *operands)
{
	a->choice = (struct choice){
		.cli = a->cli,
		.verb = "accept",
		.lister = "accept' alone",
		/* With a reason, a finding is meant. */
		.wants_findings = a->arguments->reason != NULL,
		.takes_no_findings = a->arguments->all,
	};
	if (!choice_sort(&a->choice, operands))
		return false;
	if (a->arguments->all && a->choice.fingerprints.n) {
		diag_error(&a->cli->diags, NOWHERE,
			"'--all' accepts everything: it takes no fingerprints");
		return false;
	}
	return true;
}

static bool is_blank(const char *text)
{
	return !text || !str_trim(str_of(text)).n;
}

static bool check_reason(struct accepting *a)
{
	struct cli *cli = a->cli;

	if (is_blank(a->arguments->reason)) {
		diag_error(&cli->diags, NOWHERE, "an accepted break needs a reason");
		diag_help(&cli->diags, "add --reason 'who checked that it hurts nobody, and how'");
		return false;
	}
	return true;
}

static bool check_until(struct accepting *a)
{
	struct cli *cli = a->cli;
	const char *until = a->arguments->until;
	struct str today = date_text(cli->arena, a->today);

	if (!until)
		return true;
	if (!date_read(str_of(until), &a->until)) {
		diag_error(&cli->diags, NOWHERE, "'%s' is not a date", until);
		diag_help(&cli->diags, "write a date as in " STR, ARG(today));
		return false;
	}
	if (a->until < a->today) {
		diag_error(&cli->diags, NOWHERE,
			"'--until %s' is in the past: nothing would be accepted", until);
		diag_help(&cli->diags, "today is " STR, ARG(today));
		return false;
	}
	return true;
}

/* ---- the check ---- */

/* Runs the check and prints its diagnostics; false: the result is unknown. */
static bool check(struct accepting *a)
{
	struct breakwater_options options =
		compare_options(a->cli, &a->arguments->compare, &a->choice.revisions);

	options.today = a->today;
	a->run = compare_run(a->cli, &options);
	return breakwater_run_status(a->run) != BREAKWATER_UNKNOWN;
}

/* ---- the choice ---- */

static bool choose_nothing(struct accepting *a)
{
	diag_error(&a->cli->diags, NOWHERE, "no fingerprint was given");
	choice_help(&a->choice, run_findings(a->run), S(""), true);
	if (findings_active(run_findings(a->run)))
		diag_help(&a->cli->diags, "'--all' accepts them all");
	return false;
}

static void add_chosen(struct accepting *a, const struct finding *finding)
{
	const void **slot = (const void **)map_put(&a->is_chosen, NULL, finding->fingerprint);

	if (*slot)
		return;
	*slot = finding;
	*vec_push(a->cli->arena, &a->chosen) = finding;
}

static bool choose_all(struct accepting *a)
{
	const struct findings *all = run_findings(a->run);
	bool ok = true;

	if (!a->arguments->all && !a->choice.fingerprints.n)
		return choose_nothing(a);
	for (uint32_t i = 0; i < all->list.n && a->arguments->all; i++)
		if (finding_active(all->list.items[i]))
			add_chosen(a, all->list.items[i]);
	for (uint32_t i = 0; i < a->choice.fingerprints.n; i++) {
		const struct finding *finding =
			choice_find(&a->choice, all, a->choice.fingerprints.items[i]);

		ok &= finding != NULL;
		if (finding)
			add_chosen(a, finding);
	}
	return ok;
}

/* ---- the file ---- */

/* The file that the next check reads: at the top of the new side, on the disk. */
static bool find_folder(struct accepting *a, struct str *folder)
{
	struct cli *cli = a->cli;
	const struct source *source = run_source(a->run, false);
	struct repository_facts facts;
	bool absent;

	if (!source->is_git && !source->folder.p) {
		diag_error(
			&cli->diags, NOWHERE, STR " cannot hold " ACCEPTED_FILE, ARG(source->name));
		diag_help(&cli->diags, "compare with the folder that the set was built from");
		return false;
	}
	if (!source->is_git) {
		*folder = path_join(cli->arena, source->folder, source->top);
		return true;
	}
	/* Not the source's folder: core.worktree may name any. */
	if (!cli_repository(cli, &facts, &absent))
		return false;
	if (!facts.work_dir.p) {
		diag_error(&cli->diags, NOWHERE,
			"this repository is bare: it has no working tree to write to");
		return false;
	}
	*folder = path_join(cli->arena, facts.work_dir, source->top);
	return true;
}

/* Reads the file from the disk, whatever the new side is, so that its entries are kept. */
static bool read_file(struct accepting *a, struct str folder, struct acceptances *accepted)
{
	struct cli *cli = a->cli;
	struct str name = str_printf(cli->arena, "dir:" STR, ARG(folder));
	struct source *source = cli_source_open(cli, str_cstr(cli->arena, name));

	if (!source)
		return false;
	source->side = S("");
	return accepted_read(cli->arena, source, accepted, &cli->diags);
}

static void add_entries(struct accepting *a, struct acceptances *accepted)
{
	const struct accept_arguments *arguments = a->arguments;

	for (uint32_t i = 0; i < a->chosen.n; i++) {
		struct acceptance entry = acceptance_of(a->chosen.items[i]);

		entry.reason = str_trim(str_of(arguments->reason));
		if (!is_blank(arguments->by))
			entry.by = str_trim(str_of(arguments->by));
		entry.has_until = arguments->until != NULL;
		entry.until = a->until;
		accepted_add(a->cli->arena, accepted, &entry);
	}
}

/* The existing entries and the new ones; absent: a diagnostic says why. */
static struct str make_text(struct accepting *a, struct str folder)
{
	struct cli *cli = a->cli;
	struct acceptances accepted;
	struct str text;

	if (!read_file(a, folder, &accepted))
		return (struct str){ NULL, 0 };
	add_entries(a, &accepted);
	text = accepted_write(cli->arena, &accepted);
	if (text.n <= ACCEPTED_MOST_BYTES)
		return text;
	diag_error(&cli->diags, NOWHERE,
		"%u entries are too many: " ACCEPTED_FILE " holds 1 MiB at most", accepted.list.n);
	diag_help(&cli->diags,
		"leave paths or rules out in breakwater.yaml instead, with 'ignore', "
		"'except' or 'severity'");
	return (struct str){ NULL, 0 };
}

/* Opens the file for writing before reading it: what must not be written, such as a link, is not
 * read either. */
static bool write_to(struct accepting *a, struct str folder, struct str path)
{
	struct cli *cli = a->cli;
	const char *name = str_cstr(cli->arena, cli_path_shown(cli, path));
	struct new_file *file = new_file_open(cli->arena, path, NEW_FILE_REPLACES, 0666);
	struct out *out;
	struct str text;
	int error = errno;

	if (file) {
		text = make_text(a, folder);
		if (!text.p) {
			new_file_close(file, ECANCELED);
			return false;
		}
		out = out_fd(cli->arena, new_file_descriptor(file));
		out_str(out, text);
		error = new_file_close(file, out_flush(out));
	}
	if (file && !error)
		return true;
	diag_error(&cli->diags, NOWHERE, "cannot write '%s': %s", name, new_file_error(error));
	return false;
}

static bool write_file(struct accepting *a, struct str *path)
{
	struct str folder;
	bool ok;
	int lock;

	if (!find_folder(a, &folder))
		return false;
	lock = cli_folder_lock(a->cli, folder);
	if (lock < 0)
		return false;
	*path = path_join(a->cli->arena, folder, S(ACCEPTED_FILE));
	ok = write_to(a, folder, *path);
	close(lock);
	return ok;
}

/* ---- what is said ---- */

static bool is_chosen(const struct accepting *a, const struct finding *finding)
{
	return map_get(&a->is_chosen, NULL, finding->fingerprint) != NULL;
}

static uint32_t count_rest(const struct accepting *a)
{
	const struct findings *all = run_findings(a->run);
	uint32_t rest = 0;

	for (uint32_t i = 0; i < all->list.n; i++)
		rest += finding_active(all->list.items[i]) && !is_chosen(a, all->list.items[i]);
	return rest;
}

/*
 * Lists the active findings that were not chosen: `fingerprint sentence [RULE]`. A check folds
 * consequences under their cause, but each finding is accepted by itself, so all are listed.
 */
static void list_rest(struct accepting *a, uint32_t most)
{
	const struct findings *all = run_findings(a->run);
	struct out *out = a->cli->out;
	uint32_t rest = count_rest(a), listed = 0;

	for (uint32_t i = 0; i < all->list.n && listed < most; i++) {
		const struct finding *finding = all->list.items[i];

		if (!finding_active(finding) || is_chosen(a, finding))
			continue;
		listed++;
		out_printf(out, "  %016" PRIx64 "  ", finding->fingerprint);
		finding_print(out, finding);
		if (finding->cause)
			out_printf(out, ", follows from " STR,
				ARG(fingerprint_text(finding->cause, SHORT_DIGITS, a->cli->arena)));
		out_char(out, '\n');
	}
	if (rest > listed)
		out_printf(out, "  and %u more: 'breakwater accept' alone lists them\n",
			rest - listed);
}

static void say_rest(struct accepting *a)
{
	struct out *out = a->cli->out;
	uint32_t rest = count_rest(a);

	if (!rest) {
		out_str(out, S("nothing else breaks\n"));
		return;
	}
	out_printf(out, "%u finding%s still count%s:\n", rest, rest == 1 ? "" : "s",
		rest == 1 ? "s" : "");
	list_rest(a, MOST_LISTED);
}

/* Lists the findings in a form to copy from, for users who name none. */
static void say_list(struct accepting *a)
{
	struct out *out = a->cli->out;
	uint32_t rest = count_rest(a);
	const char *again;

	if (!rest) {
		out_str(out, S("there is nothing to accept\n"));
		return;
	}
	out_printf(out, "%u finding%s can be accepted:\n", rest, rest == 1 ? "" : "s");
	list_rest(a, UINT32_MAX);
	again = cli_again(a->cli, &accept_command, a->arguments, &a->operands, &accept_command);
	out_printf(out, "breakwater accept FINGERPRINT... --reason TEXT%s", *again ? " " : "");
	out_str(out, str_of(again));
	out_char(out, '\n');
}

static void say_done(struct accepting *a, struct str path)
{
	struct out *out = a->cli->out;
	const struct source *source = run_source(a->run, false);

	for (uint32_t i = 0; i < a->chosen.n; i++) {
		const struct finding *finding = a->chosen.items[i];

		out_str(out, S("accepted "));
		finding_print(out, finding);
		out_char(out, '\n');
	}
	out_str(out, S("wrote "));
	out_str(out, cli_path_shown(a->cli, path));
	out_str(out, S("; commit it\n"));
	if (source->is_index)
		out_str(out,
			S("the index is checked with its own copy of the file: run 'git add'\n"));
	else if (!source->is_on_disk)
		out_printf(out, STR " itself is checked with the file that it has\n",
			ARG(str_plain(a->cli->arena, source->name)));
	say_rest(a);
}

/* No finding was named, and no option that only an acceptance has. */
static bool is_listing(const struct accepting *a)
{
	const struct accept_arguments *arguments = a->arguments;

	return !a->choice.fingerprints.n && !arguments->all && !arguments->reason && !arguments->by &&
	       !arguments->until;
}

static int accept_findings(struct accepting *a)
{
	struct str path;

	if (!check(a))
		return STATUS_UNKNOWN;
	if (is_listing(a)) {
		say_list(a);
		return STATUS_OK;
	}
	if (!choose_all(a))
		return STATUS_UNKNOWN;
	if (!a->chosen.n) {
		out_str(a->cli->out, S("there is nothing to accept\n"));
		return STATUS_OK;
	}
	if (!write_file(a, &path))
		return STATUS_UNKNOWN;
	say_done(a, path);
	return STATUS_OK;
}

static int accept_run(struct cli *cli, const void *given, const struct texts *operands)
{
	struct accepting a = {
		.cli = cli,
		.arguments = given,
		.operands = *operands,
		.today = (int32_t)(time(NULL) / 86400),
	};
	int status;

	map_init(&a.is_chosen, cli->arena);
	if (!sort_operands(&a, operands))
		return STATUS_UNKNOWN;
	if ((a.choice.fingerprints.n || a.arguments->all) && (!check_reason(&a) || !check_until(&a)))
		return STATUS_UNKNOWN;
	status = accept_findings(&a);
	if (a.run)
		breakwater_run_free(a.run);
	return status;
}

const struct command accept_command = {
	.name = "accept",
	.operands = "FINGERPRINT... --reason TEXT [BASE [HEAD]]",
	.summary = "Accept a breaking change on the record",
	.text = "  accept FINGERPRINT... --reason TEXT    accept these findings\n"
		"  accept --all --reason TEXT             accept every finding that fails 'check'\n"
		"  accept                                 list what could be accepted\n"
		"\n"
		"Runs 'check' with the same BASE, HEAD and options, and writes an entry for each "
		"finding to\n"
		"breakwater.accepted.yaml at the top of the new side. Reports show each finding's "
		"fingerprint: 16\n"
		"hexadecimal digits, of which the first ones are enough if they are unique. Every "
		"other operand is a\n"
		"revision. A finding that follows from another one is accepted by its own "
		"fingerprint.\n",
	.options = accept_rows,
	.n_options = COUNT(accept_rows),
	.arguments_size = sizeof(struct accept_arguments),
	.max_operands = UINT32_MAX,
	.takes_inputs = true,
	.run = accept_run,
};
