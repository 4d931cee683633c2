/*
 * What the environment says about schema registries: whom to ask, and the credentials.
 */
#include "base/glyph.h"
#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* NULL: not set, or empty. */
static const char *variable(const char *name)
{
	const char *value = cli_environment(name);

	return value && *value ? value : NULL;
}

/* Moves a secret out of the environment, where other processes of the user can read it. */
static const char *secret(struct cli *cli, const char *name)
{
	char *value = getenv(name), *copy;

	if (!value || !*value)
		return NULL;
	copy = str_cstr(cli->arena, str_of(value));
	explicit_bzero(value, strlen(value));
	unsetenv(name);
	return copy;
}

/* As curl finds it. */
static const char *netrc(struct cli *cli)
{
	const char *path = variable("NETRC"), *home = variable("HOME");

	if (path || !home)
		return path;
	return str_cstr(cli->arena, path_join(cli->arena, str_of(home), S(".netrc")));
}

/* A core would have the secrets. A limit of 1 also holds where cores go to a program (core(5)). */
static void write_no_core(void)
{
	const struct rlimit limit = { 1, 1 };

	(void)setrlimit(RLIMIT_CORE, &limit);
}

/* Each request on a line, without headers and queries. */
static void print_asked(void *context, const char *request, long status)
{
	struct cli *cli = context;

	out_str(cli->err, S("breakwater: "));
	out_plain(cli->err, str_of(request));
	if (status)
		out_printf(cli->err, " → %ld\n", status);
	else
		out_str(cli->err, S(" → no answer\n"));
	out_flush(cli->err);
}

struct breakwater_registry cli_registry(struct cli *cli, const struct access_arguments *arguments)
{
	const char *allow = variable("BREAKWATER_REGISTRY_ALLOW_HTTP");

	if (cli->has_registry)
		return cli->registry;
	cli->has_registry = true;
	cli->registry = (struct breakwater_registry){
		.url = variable("BREAKWATER_REGISTRY_URL"),
		.user = variable("BREAKWATER_REGISTRY_USER"),
		.password = secret(cli, "BREAKWATER_REGISTRY_PASSWORD"),
		.token = secret(cli, "BREAKWATER_REGISTRY_TOKEN"),
		.password_file = variable("BREAKWATER_REGISTRY_PASSWORD_FILE"),
		.token_file = variable("BREAKWATER_REGISTRY_TOKEN_FILE"),
		.key_password_file = variable("BREAKWATER_REGISTRY_KEY_PASSWORD_FILE"),
		.netrc = netrc(cli),
		.ca = variable("BREAKWATER_REGISTRY_CA"),
		.cert = variable("BREAKWATER_REGISTRY_CERT"),
		.key = variable("BREAKWATER_REGISTRY_KEY"),
		.group = variable("BREAKWATER_REGISTRY_GROUP"),
		.allow_http = allow && strcmp(allow, "1") == 0,
		.cache = arguments->cache,
		.timeout = arguments->timeout,
		.offline = arguments->offline,
		.asked = cli->common.verbose ? print_asked : NULL,
		.asked_context = cli,
	};

	if (cli->registry.password || cli->registry.token || cli->registry.password_file ||
		cli->registry.token_file || cli->registry.key_password_file)
		write_no_core();
	return cli->registry;
}
