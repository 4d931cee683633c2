#include "cli/hooks.h"

#include "base/new_file.h"
#include "base/open.h"
#include "cli/place.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* `--allow-empty`: a repository without a contract can still commit. */
#define CHECK_STAGED "breakwater check --staged --merge-base --allow-empty"
#define CHECK_PUSHED                                                  \
	"PRE_COMMIT_FROM_REF=$remote_id PRE_COMMIT_TO_REF=$local_id " \
	"PRE_COMMIT_REMOTE_BRANCH=$remote_ref breakwater check --allow-empty </dev/null"
#define BEGIN(name, what, passes)                                                             \
	"#!/bin/sh\n"                                                                         \
	"# Written by 'breakwater init --hook': refuses " what "\n"                           \
	"# '" passes " --no-verify' passes it once.\n"                                        \
	"if ! command -v breakwater >/dev/null; then\n"                                       \
	"\techo '" name ": breakwater is not installed, so the contracts cannot be checked' " \
	">&2\n"                                                                               \
	"\texit 1\n"                                                                          \
	"fi\n"

struct hook {
	const char *name;
	struct str text;
	const char *add; /* the line for users who have such a hook already */
};

/* git runs no pre-commit hook for a merge without conflicts, and neither hook in a rebase. */
static const struct hook hooks[] = {
	{ "pre-commit",
		STR_INIT(BEGIN("pre-commit", "a commit that makes this branch break a contract.",
			"git commit") "exec " CHECK_STAGED "\n"),
		CHECK_STAGED " || exit" },
	{ "pre-merge-commit",
		STR_INIT(BEGIN("pre-merge-commit",
			"a merge that makes this branch break a contract.",
			"git merge") "exec " CHECK_STAGED "\n"),
		CHECK_STAGED " || exit" },
	{ "pre-push",
		STR_INIT(BEGIN("pre-push", "a push of commits that break a contract.",
			"git push") "status=0\n"
				    "while read -r line; do # LOCAL-REF LOCAL-ID REMOTE-REF "
				    "REMOTE-ID\n"
				    "\tremote_id=${line##* }\n"
				    "\tline=${line% *}\n"
				    "\tremote_ref=${line##* }\n"
				    "\tline=${line% *}\n"
				    "\tlocal_id=${line##* }\n"
				    "\tcase $remote_ref in refs/heads/*) ;; *) continue ;; esac\n"
				    "\tcase $local_id in *[!0]*) ;; *) continue ;; esac # deleted\n"
				    "\t" CHECK_PUSHED " || status=1\n"
				    "done\n"
				    "exit \"$status\"\n"),
		"for each line that it reads, " CHECK_PUSHED },
};

static struct str hook_path(
	struct cli *cli, const struct repository_facts *facts, const struct hook *hook)
{
	return path_join(cli->arena, facts->hooks, str_of(hook->name));
}

static bool fail_folder(struct cli *cli, const struct repository_facts *facts, int error)
{
	diag_error(&cli->diags, NOWHERE, "cannot write to the folder '" STR "': %s",
		ARG(cli_path_shown(cli, facts->hooks)), new_file_error(error));
	return false;
}

/* Is `path` the folder `top` or below it, by its words alone? Both are absolute. */
static bool lies_below(struct cli *cli, struct str path, struct str top)
{
	struct str rest;

	return path_under(path, top) &&
	       path_normalize(
		       cli->arena, path.n > top.n ? str_from(path, top.n + 1) : S(""), &rest);
}

/* A repository from somebody else cannot say that programs are put elsewhere. */
static bool leads_out(struct cli *cli, const struct repository_facts *facts)
{
	struct str common = str_head(facts->hooks_set_in, str_rfind(facts->hooks_set_in, '/'));
	struct str main_tree = str_head(common, str_rfind(common, '/'));

	return facts->hooks_set_in.p && !lies_below(cli, facts->hooks, common) &&
	       !(facts->work_dir.p && lies_below(cli, facts->hooks, facts->work_dir)) &&
	       !(str_ends(common, S("/.git")) && lies_below(cli, facts->hooks, main_tree));
}

/* A hook that git would not run, or would run in every repository, is worse than none. */
bool hooks_check(struct cli *cli, const struct repository_facts *facts)
{
	struct str first = hook_path(cli, facts, &hooks[0]);
	int folder;

	if (facts->hooks_are_users) {
		diag_error(&cli->diags, NOWHERE,
			"core.hooksPath in '" STR
			"' makes all your repositories use the hooks in '" STR "'",
			ARG(facts->hooks_set_in), ARG(facts->hooks));
		diag_help(&cli->diags,
			"add '" CHECK_STAGED "' to its pre-commit yourself, or give this "
			"repository its own: git config core.hooksPath .githooks");
		return false;
	}
	if (leads_out(cli, facts)) {
		diag_error(&cli->diags, NOWHERE,
			"core.hooksPath in '" STR "' is outside of the repository: '" STR "'",
			ARG(cli_path_shown(cli, facts->hooks_set_in)), ARG(facts->hooks));
		diag_help(&cli->diags,
			"add '" CHECK_STAGED "' to its pre-commit yourself, or choose a folder of "
			"the repository: git config core.hooksPath .githooks");
		return false;
	}
	if (cli_file_exists(cli, first)) {
		diag_error(&cli->diags, NOWHERE, "there is a hook already: '" STR "'",
			ARG(cli_path_shown(cli, first)));
		diag_help(&cli->diags, "add to it: %s", hooks[0].add);
		return false;
	}
	folder = folder_open(cli->arena, facts->hooks);
	if (folder < 0 && errno != ENOENT)
		return fail_folder(cli, facts, errno);
	if (folder >= 0)
		close(folder);
	return true;
}

/* Is the file exactly our hook? */
static bool is_ours(struct cli *cli, struct str path, const struct hook *hook)
{
	int fd = open_again(str_cstr(cli->arena, path), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	char *bytes = arena_alloc(cli->arena, hook->text.n + 1, 1);
	struct stat st;
	bool same;

	if (fd < 0)
		return false;
	same = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == (off_t)hook->text.n &&
	       read_up_to(fd, bytes, hook->text.n) == (ssize_t)hook->text.n &&
	       memcmp(bytes, hook->text.p, hook->text.n) == 0;
	close(fd);
	return same;
}

static bool write_hook(
	struct cli *cli, const struct repository_facts *facts, const struct hook *hook)
{
	struct str path = hook_path(cli, facts, hook), shown = cli_path_shown(cli, path);

	if (!cli_file_exists(cli, path)) {
		if (!cli_file_create(cli, path, hook->text, 0777))
			return false;
		out_printf(cli->out, "wrote " STR "\n", ARG(shown));
	} else if (!is_ours(cli, path, hook)) {
		out_printf(cli->out,
			"left " STR " unchanged, which exists already; add to it: %s\n", ARG(shown),
			hook->add);
	}
	return true;
}

bool hooks_write(struct cli *cli, const struct repository_facts *facts, struct str top)
{
	int error = new_folder(cli->arena, facts->hooks);

	if (error)
		return fail_folder(cli, facts, error);
	for (size_t i = 0; i < COUNT(hooks); i++) {
		if (!write_hook(cli, facts, &hooks[i]))
			return false;
	}
	if (facts->hooks_set_in.p)
		out_printf(cli->out,
			"      because core.hooksPath in " STR " names that folder%s\n",
			ARG(cli_path_shown(cli, facts->hooks_set_in)),
			path_under(facts->hooks, top) ? "; commit it too" : "");
	return true;
}
