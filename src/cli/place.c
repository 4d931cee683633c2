#include "cli/place.h"

#include "base/glyph.h"
#include "base/new_file.h"

#include <errno.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LOCK_PAUSE = 20 * 1000 * 1000 /* ns */, LOCK_TRIES = 500 };

/* git_env_bool(): anything that does not mean false is true. */
static bool is_true(const char *value)
{
	static const char *const words[] = { "", "0", "false", "no", "off" };

	for (size_t i = 0; value && i < COUNT(words); i++) {
		if (strcasecmp(value, words[i]) == 0)
			return false;
	}
	return value != NULL;
}

static struct str system_config(void)
{
	const char *file = cli_environment("GIT_CONFIG_SYSTEM");

	if (is_true(cli_environment("GIT_CONFIG_NOSYSTEM")))
		return S("");
	return file ? str_of(file) : S("/etc/gitconfig");
}

/* As git-config(1) says under FILES. */
static struct git_user git_user(struct cli *cli)
{
	const char *home = cli_environment("HOME"), *xdg = cli_environment("XDG_CONFIG_HOME");
	const char *global = cli_environment("GIT_CONFIG_GLOBAL");
	struct git_user user = { 0 };

	user.configs[0] = system_config();
	if (home && *home)
		user.home = str_of(home);
	if (global) {
		user.configs[1] = str_of(global);
		return user;
	}
	if (xdg && *xdg)
		user.configs[1] = path_join(cli->arena, str_of(xdg), S("git/config"));
	else if (user.home.n)
		user.configs[1] = path_join(cli->arena, user.home, S(".config/git/config"));
	if (user.home.n)
		user.configs[2] = path_join(cli->arena, user.home, S(".gitconfig"));
	return user;
}

bool cli_repository(struct cli *cli, struct repository_facts *facts, bool *absent)
{
	struct breakwater_git git = cli_git();
	struct git_user user = git_user(cli);
	struct source_options options =
		source_options_of(cli->arena, cli->names, cli->directory, &git);

	if (!repository_facts_read(&options, &user, facts, absent, &cli->diags))
		return false;
	/* core.worktree is set by the repository, GIT_WORK_TREE by the caller. */
	if (!facts->work_dir.p || path_under(cli->directory, facts->work_dir) || git.work_tree)
		return true;
	diag_error(&cli->diags, NOWHERE,
		"the working tree of this repository is elsewhere: '" STR "'",
		ARG(facts->work_dir));
	diag_help(&cli->diags, "core.worktree names it; run breakwater there to write there");
	return false;
}

bool cli_file_create(struct cli *cli, struct str path, struct str text, unsigned mode)
{
	struct new_file *file = new_file_open(cli->arena, path, NEW_FILE_ONLY, mode);
	int error = errno;

	if (file) {
		struct out *out = out_fd(cli->arena, new_file_descriptor(file));

		out_str(out, text);
		error = new_file_close(file, out_flush(out));
	}
	if (file && !error)
		return true;
	diag_error(&cli->diags, NOWHERE, "cannot write '" STR "': %s",
		ARG(cli_path_shown(cli, path)), new_file_error(error));
	return false;
}

int cli_folder_lock(struct cli *cli, struct str folder)
{
	const struct timespec pause = { .tv_nsec = LOCK_PAUSE };
	int fd = folder_open(cli->arena, folder);
	struct str shown = cli_path_shown(cli, folder);

	if (fd < 0) {
		diag_error(&cli->diags, NOWHERE, "cannot open the folder '" STR "': %s", ARG(shown),
			new_file_error(errno));
		return -1;
	}
	for (int i = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; i++) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return fd; /* the file system has no locks */
		if (i == LOCK_TRIES) {
			diag_error(&cli->diags, NOWHERE,
				"another process writes in the folder '" STR "'", ARG(shown));
			diag_help(&cli->diags, "another 'breakwater accept' or 'fix' is running");
			close(fd);
			return -1;
		}
		nanosleep(&pause, NULL);
	}
	return fd;
}

bool cli_file_exists(struct cli *cli, struct str path)
{
	struct stat st;

	return lstat(str_cstr(cli->arena, path), &st) == 0;
}

struct str cli_path_shown(struct cli *cli, struct str path)
{
	if (path_under(path, cli->directory) && path.n > cli->directory.n + 1)
		path = str_from(path, cli->directory.n + 1);
	return str_plain(cli->arena, path);
}
