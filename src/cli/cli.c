#include "cli/cli.h"

#include "base/glyph.h"
#include "base/new_file.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

const char *const timings_words[] = { "json", NULL };
const char *const text_formats[] = { "text", "json", "markdown", "man", NULL };

const char *cli_environment(const char *name)
{
	return getenv(name);
}

struct breakwater_git cli_git(void)
{
	return (struct breakwater_git){
		.dir = cli_environment("GIT_DIR"),
		.work_tree = cli_environment("GIT_WORK_TREE"),
		.index_file = cli_environment("GIT_INDEX_FILE"),
		.object_directory = cli_environment("GIT_OBJECT_DIRECTORY"),
		.alternates = cli_environment("GIT_ALTERNATE_OBJECT_DIRECTORIES"),
		.ceiling = cli_environment("GIT_CEILING_DIRECTORIES"),
		.home = cli_environment("HOME"),
		.common_dir = cli_environment("GIT_COMMON_DIR"),
	};
}

struct source *cli_source_open(struct cli *cli, const char *input)
{
	struct breakwater_git git = cli_git();
	struct source_options options =
		source_options_of(cli->arena, cli->names, cli->directory, &git);
	struct str name = input ? str_of(input) : (struct str){ 0 };
	struct source *source;

	if (!cli->access) {
		struct breakwater_registry registry = cli_registry(cli, &cli->asking);

		cli->access = registry_access_of(cli->arena, &registry);
	}
	options.registry = cli->access;
	source = source_open(&options, name, &cli->diags);
	if (source)
		*vec_push(cli->arena, &cli->sources) = source;
	return source;
}

void cli_print_base(struct cli *cli, const char *note)
{
	out_str(cli->err, S("breakwater: "));
	out_plain(cli->err, str_of(note));
	out_char(cli->err, '\n');
}

static bool is_standard_output(const char *path)
{
	return !path || strcmp(path, "-") == 0;
}

struct out *cli_output_open(struct cli *cli, const char *path)
{
	struct out *out;

	if (is_standard_output(path))
		return cli->out;
	out = out_file(cli->arena, str_of(path));
	if (!out)
		diag_error(
			&cli->diags, NOWHERE, "cannot write '%s': %s", path, new_file_error(errno));
	return out;
}

bool cli_output_close(struct cli *cli, struct out *out, const char *path)
{
	int error = is_standard_output(path) ? out_flush(out) : out_close(out);

	if (!error)
		return true;
	if (is_standard_output(path))
		diag_error(&cli->diags, NOWHERE, "cannot write to standard output: %s",
			strerror(error));
	else
		diag_error(
			&cli->diags, NOWHERE, "cannot write '%s': %s", path, new_file_error(error));
	return false;
}

int cli_output_write(struct cli *cli, const char *path, struct str text)
{
	struct out *out = cli_output_open(cli, path);

	if (!out)
		return STATUS_UNKNOWN;
	out_str(out, text);
	return cli_output_close(cli, out, path) ? STATUS_OK : STATUS_UNKNOWN;
}

bool cli_side_prepare(
	struct cli *cli, const char *config, const struct texts *roots, struct side *side)
{
	struct config_override override = {
		.file = config ? str_of(config) : (struct str){ 0 },
		.directory = cli->directory,
	};
	struct str *items = NEW_ARRAY(cli->arena, roots->n, struct str);
	struct side_options options = {
		.arena = cli->arena,
		.override = &override,
		.root_options = items,
		.n_root_options = roots->n,
		.diags = &cli->diags,
	};

	for (uint32_t i = 0; i < roots->n; i++)
		items[i] = str_of(roots->items[i]);
	return side_configure(&options, side) && side_find_roots(&options, side) &&
	       side_discover_all(&options, side) && source_looked(side->source, &cli->diags);
}

static bool is_set(const char *name)
{
	const char *value = cli_environment(name);

	return value && *value;
}

static bool is_one_of(const char *name, const char *const *words)
{
	const char *value = cli_environment(name);

	for (size_t i = 0; value && words[i]; i++) {
		if (strcmp(value, words[i]) == 0)
			return true;
	}
	return false;
}

unsigned cli_columns(int fd)
{
	const char *word = cli_environment("COLUMNS");
	long columns = word ? strtol(word, NULL, 10) : 0;
	struct winsize size;

	if (!isatty(fd))
		return 0;
	if (columns > 0 && columns <= USHRT_MAX)
		return (unsigned)columns;
	return ioctl(fd, TIOCGWINSZ, &size) < 0 ? 0 : size.ws_col;
}

struct rules_look cli_rules_look(struct cli *cli, const char *path)
{
	if (path)
		return (struct rules_look){ 0 };
	return (struct rules_look){ cli->color_out, cli_columns(STDOUT_FILENO) };
}

struct str cli_wrapped(struct cli *cli, struct str format, struct rules_look look, struct str text)
{
	struct out *out = out_memory(cli->arena);

	out_wrapped(out, text, str_eq(format, S("text")) ? look.columns : 0);
	return out_text(out);
}

void cli_print_wrapped(struct out *out, struct str lines, int fd)
{
	out_wrapped(out, lines, cli_columns(fd));
}

/*
 * Terminals cannot be asked, so we list those that have supported links for years. Within tmux and
 * screen, TERM names these, and older versions of them swallow links.
 */
bool cli_has_links(const struct cli *cli)
{
	static const char *const programs[] = { "iTerm.app", "WezTerm", "vscode", "ghostty", NULL };
	static const char *const terminals[] = { "xterm-kitty", "xterm-ghostty", "foot",
		"foot-extra", "alacritty", "wezterm", "contour", NULL };
	const char *vte = cli_environment("VTE_VERSION"), *terminal = cli_environment("TERM");

	if (!isatty(STDOUT_FILENO) || !terminal || strcmp(terminal, "dumb") == 0 ||
		is_set("TMUX") || is_set("STY") ||
		(cli->common.color && strcmp(cli->common.color, "never") == 0))
		return false;
	/* VTE 0.50 crashed on some. */
	return (vte && strtol(vte, NULL, 10) > 5000) || is_set("WT_SESSION") ||
	       is_set("KONSOLE_VERSION") || is_set("DOMTERM") ||
	       is_one_of("TERM_PROGRAM", programs) || is_one_of("TERM", terminals);
}

void cli_out_of_memory(void *context)
{
	static const char line[] = "breakwater: error: out of memory\n";
	const struct cli *cli = context;

	new_files_abandon();
	if (write(STDERR_FILENO, line, sizeof line - 1) < 0)
		_exit(cli->unknown);
	_exit(cli->unknown);
}
