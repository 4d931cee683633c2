/*
 * protoc-gen-breakwater: the check as a plugin of protoc and buf.
 *
 * Reads a request from standard input and writes a response to standard output. Findings and errors
 * become the `error` of the response, so that the compiler fails and prints them; warnings go to
 * standard error, which compilers pass on. As plugin.proto demands, the status is not 0 only if no
 * response can be written.
 */
#include "base/open.h"
#include "breakwater/breakwater.h"
#include "descriptor/descriptor.h"
#include "plugin/parameter.h"
#include "report/report.h"
#include "source/source.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	MAX_REQUEST_BYTES = 1 << 30,
	FAILED = 1,
};

struct plugin {
	struct arena *arena;
	struct diags diags;
	struct out *err;
};

static void out_of_memory(void *context)
{
	static const char line[] = "protoc-gen-breakwater: error: out of memory\n";

	(void)context;
	if (write(STDERR_FILENO, line, sizeof line - 1) < 0)
		_exit(FAILED);
	_exit(FAILED);
}

static struct breakwater_git git_variables(void)
{
	return (struct breakwater_git){
		.dir = getenv("GIT_DIR"),
		.work_tree = getenv("GIT_WORK_TREE"),
		.index_file = getenv("GIT_INDEX_FILE"),
		.object_directory = getenv("GIT_OBJECT_DIRECTORY"),
		.alternates = getenv("GIT_ALTERNATE_OBJECT_DIRECTORIES"),
		.ceiling = getenv("GIT_CEILING_DIRECTORIES"),
		.common_dir = getenv("GIT_COMMON_DIR"),
	};
}

/* Converts to a list of C strings. */
static struct breakwater_list list_of(struct arena *arena, const struct str *items, size_t n)
{
	const char **texts = NEW_ARRAY(arena, n, const char *);

	for (size_t i = 0; i < n; i++)
		texts[i] = str_cstr(arena, items[i]);
	return (struct breakwater_list){ texts, n };
}

static struct breakwater_run *check(struct plugin *plugin, const struct plugin_request *request,
	const struct parameter *parameter)
{
	struct breakwater_entry *entries =
		NEW_ARRAY(plugin->arena, request->protos.n + 1, struct breakwater_entry);
	struct breakwater_options options = {
		.git = git_variables(),
		.base = parameter->against,
		.head_entries = entries,
		.n_head_entries = request->protos.n,
		.head_files = list_of(plugin->arena, request->files_to_generate.items,
			request->files_to_generate.n),
		.config = parameter->config,
		.use = { parameter->use.items, parameter->use.n },
		.compatibility = parameter->compatibility,
		.contracts = { parameter->contracts.items, parameter->contracts.n },
		.surfaces = { parameter->surfaces.items, parameter->surfaces.n },
		.out_of_memory = out_of_memory,
	};

	for (uint32_t i = 0; i < request->protos.n; i++)
		entries[i] = (struct breakwater_entry){
			.import_path = str_cstr(plugin->arena, request->proto_names.items[i]),
			.bytes = request->protos.items[i].p,
			.size = request->protos.items[i].n,
		};
	return breakwater_check(&options);
}

/* A first line, since compilers put their own prefix before it, and places must begin a line. */
static struct str list_findings(
	struct arena *arena, struct breakwater_run *run, const char *against)
{
	struct breakwater_look look = { .format = "line", .show_help = true };
	size_t size;
	const char *text = breakwater_run_report(run, &look, &size);

	if (!text)
		return S("cannot make the report\n");
	return str_trim(str_printf(arena, "breaking changes against %s\n" STR, against,
		ARG(((struct str){ text, size }))));
}

static struct str list_errors(struct arena *arena, struct breakwater_run *run)
{
	struct breakwater_look look = { .quiet = true };
	size_t size;
	const char *text = breakwater_run_diagnostics(run, &look, &size);

	return str_trim(str_printf(
		arena, "cannot compare the contracts\n" STR, ARG(((struct str){ text, size }))));
}

/* The `error` of the response; absent: nothing breaks. */
static struct str judge(struct plugin *plugin, const struct plugin_request *request,
	const struct parameter *parameter)
{
	struct breakwater_run *run = check(plugin, request, parameter);
	struct breakwater_look look = { 0 };
	struct str error = { NULL, 0 };
	size_t size;

	if (breakwater_run_status(run) == BREAKWATER_UNKNOWN) {
		error = list_errors(plugin->arena, run);
	} else {
		const char *text = breakwater_run_diagnostics(run, &look, &size);

		out_str(plugin->err, (struct str){ text, size });
		out_str(plugin->err,
			S("protoc-gen-breakwater: FILE_NO_DELETE and PACKAGE_NO_DELETE are not "
			  "checked: a request does not list deleted files\n"));
		if (breakwater_run_status(run) == BREAKWATER_BROKEN)
			error = list_findings(plugin->arena, run, parameter->against);
	}
	breakwater_run_free(run);
	return error;
}

/* The plugin's own diagnostics, as an `error`. */
static struct str own_errors(struct plugin *plugin)
{
	struct out *out = out_memory(plugin->arena);

	out_str(out, S("cannot read the request\n"));
	diags_print(out, &plugin->diags, plugin->arena, &(struct diag_look){ .verbose = true });
	return str_trim(out_text(out));
}

static int respond(struct plugin *plugin, struct str error)
{
	struct out *out = out_fd(plugin->arena, STDOUT_FILENO);
	int failed;

	plugin_response_write(out, error);
	failed = out_flush(out);
	if (failed)
		out_printf(plugin->err,
			"protoc-gen-breakwater: error: cannot write the response: %s\n",
			strerror(failed));
	out_flush(plugin->err);
	return failed ? FAILED : 0;
}

static int answer(struct plugin *plugin)
{
	struct plugin_request request;
	struct parameter parameter;
	struct str bytes, error;

	if (!file_bytes(STDIN_FILENO, MAX_REQUEST_BYTES, plugin->arena, &bytes)) {
		out_printf(plugin->err,
			"protoc-gen-breakwater: error: cannot read the request: %s\n",
			strerror(errno));
		out_flush(plugin->err);
		return FAILED;
	}
	if (plugin_request_read(plugin->arena, bytes, &request, &plugin->diags) &&
		parameter_parse(plugin->arena, request.parameter, &parameter, &plugin->diags))
		error = judge(plugin, &request, &parameter);
	else
		error = own_errors(plugin);
	return respond(plugin, error);
}

/* Started by hand, it prints its usage instead of waiting for a request. */
static int explain(struct plugin *plugin, const char *word)
{
	bool is_version = strcmp(word, "--version") == 0;
	struct out *out = is_version || strcmp(word, "--help") == 0
				  ? out_fd(plugin->arena, STDOUT_FILENO)
				  : plugin->err;
	int failed;

	if (is_version)
		out_printf(out, "protoc-gen-breakwater %s\n", breakwater_version());
	else
		out_str(out,
			S("usage: protoc --breakwater_out=. "
			  "--breakwater_opt=against=INPUT[,config=FILE][,use=CATEGORY] FILE...\n"
			  "  also: ,contract=NAME ,compatibility=LEVEL ,surface=NAME\n"
			  "\n"
			  "Compares FILEs with INPUT (a revision, dir:FOLDER, set:FILE) and fails "
			  "if a change breaks something.\n"
			  "See protoc-gen-breakwater(1).\n"));
	failed = out_flush(out);
	return failed || out == plugin->err ? FAILED : 0;
}

int main(int argc, char **argv)
{
	struct plugin plugin = { 0 };
	int status;

	source_end_without_memory(out_of_memory, NULL);
	plugin.arena = arena_new(out_of_memory, NULL);
	diags_init(&plugin.diags, plugin.arena);
	plugin.err = out_fd(plugin.arena, STDERR_FILENO);
	status = argc > 1 ? explain(&plugin, argv[1]) : answer(&plugin);
	arena_free(plugin.arena);
	return status;
}
