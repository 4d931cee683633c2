#include "cli/place.h"

#include <errno.h>
#include <fcntl.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* git_env_bool(): what is no word for false is true. */
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

	return repository_facts_read(&options, &user, facts, absent, &cli->diags);
}

static bool write_all(int fd, struct str text)
{
	while (text.n) {
		ssize_t done = write(fd, text.p, text.n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return false;
		text = str_from(text, (size_t)done);
	}
	return true;
}

bool cli_file_create(struct cli *cli, struct str path, struct str text, unsigned mode)
{
	const char *name = str_cstr(cli->arena, path);
	int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	bool ok = fd >= 0 && write_all(fd, text);
	int error = errno;

	if (fd >= 0 && close(fd) < 0 && ok) {
		error = errno;
		ok = false;
	}
	if (ok)
		return true;
	diag_error(&cli->diags, NOWHERE, "cannot write '" STR "': %s",
		ARG(cli_path_shown(cli, path)),
		error == EEXIST ? "it is there already" : strerror(error));
	if (fd >= 0)
		unlink(name);
	return false;
}

bool cli_file_exists(struct cli *cli, struct str path)
{
	struct stat st;

	return lstat(str_cstr(cli->arena, path), &st) == 0;
}

struct str cli_path_shown(struct cli *cli, struct str path)
{
	if (path_under(path, cli->directory) && path.n > cli->directory.n + 1)
		return str_from(path, cli->directory.n + 1);
	return path;
}
