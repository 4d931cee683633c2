#include "cli/cli.h"

#include "base/glyph.h"
#include "base/new_file.h"
#include "cli/hooks.h"
#include "cli/place.h"
#include "config/accepted.h"
#include "config/init.h"

#include <dirent.h>
#include <unistd.h>

struct init_arguments {
	bool hook;
};

static const struct opt init_options[] = {
	{ .name = "hook",
		.kind = OPT_FLAG,
		.offset = offsetof(struct init_arguments, hook),
		.summary = "also write git hooks for commits, merges and pushes" },
};

/* The state of the command. */
struct init_state {
	struct cli *cli;
	struct repository_facts repository;
	bool is_repository;
	struct str top; /* folder for the files; absolute */
	struct source *source;
	struct init_text made;
};

/* Does the folder have a YAML file? */
static bool has_workflows(struct init_state *state)
{
	struct str folder = path_join(state->cli->arena, state->top, S(".github/workflows"));
	int fd = folder_open(state->cli->arena, folder);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	bool found = false;

	while (dir && !found && (entry = readdir(dir))) {
		struct str name = str_of(entry->d_name);

		found = str_ends(name, S(".yml")) || str_ends(name, S(".yaml"));
	}
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
	return found;
}

static bool find_top(struct init_state *state)
{
	struct cli *cli = state->cli;
	bool absent;

	state->is_repository = cli_repository(cli, &state->repository, &absent);
	if (!state->is_repository && !absent)
		return false;
	state->top = state->is_repository ? state->repository.work_dir : cli->directory;
	if (!state->top.p)
		diag_error(&cli->diags, NOWHERE,
			"this repository is bare: it has no working tree to write to");
	return state->top.p != NULL;
}

static bool make_texts(struct init_state *state)
{
	const struct config_override none = { 0 };
	struct cli *cli = state->cli;
	struct config_request request = {
		.arena = cli->arena, .override = &none, .diags = &cli->diags
	};
	struct init_facts facts = {
		.default_branch = state->repository.default_branch,
		.is_repository = state->is_repository,
		.has_github_workflows = has_workflows(state),
	};

	request.source = state->source = cli_source_open(cli, NULL);
	return state->source && init_make(&request, &facts, &state->made);
}

static bool create(struct init_state *state, struct str folder, const char *name, struct str text,
	unsigned mode)
{
	struct cli *cli = state->cli;
	struct str path = path_join(cli->arena, folder, str_of(name));

	if (!cli_file_create(cli, path, text, mode))
		return false;
	out_printf(cli->out, "wrote " STR "\n", ARG(cli_path_shown(cli, path)));
	return true;
}

static bool exists(struct init_state *state, const char *name)
{
	return cli_file_exists(state->cli, path_join(state->cli->arena, state->top, str_of(name)));
}

/* Does an existing .gitattributes set the merge of accepted breaks already? */
static bool merge_is_known(struct init_state *state)
{
	const struct source_entry *entry = source_find(state->source, S(".gitattributes"));
	struct diags unread;
	struct str rest, line;

	diags_init(&unread, state->cli->arena);
	if (!entry || !source_read(state->source, entry, state->cli->arena, &rest, &unread))
		return false;
	while (str_cut(&rest, '\n', &line))
		if (str_starts(str_trim(line), S(ACCEPTED_FILE)))
			return true;
	return false;
}

/* Branches that accept different breaks add lines to one list; git must keep both. */
static bool write_attributes(struct init_state *state)
{
	if (!state->is_repository || merge_is_known(state))
		return true;
	if (!exists(state, ".gitattributes"))
		return create(state, state->top, ".gitattributes",
			S(ACCEPTED_FILE " merge=union\n"), 0666);
	*vec_push(state->cli->arena, &state->made.next) =
		S("add to .gitattributes, so that accepted breaks of several branches merge: "
		  "'" ACCEPTED_FILE " merge=union'");
	return true;
}

static bool write_files(struct init_state *state)
{
	return create(state, state->top, "breakwater.yaml", state->made.config, 0666) &&
	       write_attributes(state);
}

static bool check_hook(struct init_state *state)
{
	struct cli *cli = state->cli;

	if (state->is_repository)
		return hooks_check(cli, &state->repository);
	diag_error(&cli->diags, NOWHERE, "'" STR "' is not in a git repository, so it has no hooks",
		ARG(cli->directory));
	return false;
}

/* ---- the command ---- */

static void say_next(struct init_state *state, bool wrote_hook)
{
	struct out *out = state->cli->out;

	out_str(out, S("\nnext:\n"));
	for (uint32_t i = 0; i < state->made.next.n; i++)
		out_printf(out, "  - " STR "\n",
			ARG(str_plain(state->cli->arena, state->made.next.items[i])));
	if (!wrote_hook && state->is_repository)
		out_str(out,
			S("  - refuse commits that break something: 'breakwater init --hook'\n"));
}

static int init_run(struct cli *cli, const void *given, const struct texts *operands)
{
	const struct init_arguments *arguments = given;
	struct init_state state = { .cli = cli };
	bool configured;

	(void)operands;
	if (!find_top(&state) || (arguments->hook && !check_hook(&state)))
		return STATUS_UNKNOWN;
	configured = exists(&state, "breakwater.yaml");
	if (configured && !arguments->hook) {
		diag_error(&cli->diags, NOWHERE, "'" STR "' exists already and was left unchanged",
			ARG(cli_path_shown(
				cli, path_join(cli->arena, state.top, S("breakwater.yaml")))));
		return STATUS_UNKNOWN;
	}
	if (!configured && (!make_texts(&state) || !write_files(&state)))
		return STATUS_UNKNOWN;
	if (arguments->hook && !hooks_write(cli, &state.repository, state.top))
		return STATUS_UNKNOWN;
	if (configured)
		out_str(cli->out, S("breakwater.yaml exists already and was left unchanged\n"));
	else
		say_next(&state, arguments->hook);
	return STATUS_OK;
}

const struct command init_command = {
	.name = "init",
	.operands = "",
	.summary = "Write a first breakwater.yaml for the repository",
	.text = "Looks for import roots, buf's configuration, the default branch and CI files, and "
		"writes\n"
		"breakwater.yaml to the top of the repository (outside of one, to the current "
		"folder). A repository\n"
		"without .gitattributes gets one, so that lists of accepted breaks merge. No file "
		"is overwritten.\n",
	.options = init_options,
	.n_options = COUNT(init_options),
	.arguments_size = sizeof(struct init_arguments),
	.max_operands = 0,
	.run = init_run,
};
