#include "base/glyph.h"
#include "cli/debug_frame.h"

#include "descriptor/descriptor.h"
#include "diff/pair.h"
#include "proto/compile.h"
#include "proto/dump.h"

struct debug_arguments {
	const char *config;
	struct texts roots;
	struct access_arguments asking;
	struct frame_arguments frame;
};

static const char *const frame_formats[] = { "text", "json", NULL };

static const struct opt debug_options[] = {
	OPT_CONFIG(struct debug_arguments),
	OPT_ROOT(struct debug_arguments),
	OPT_ASKING(struct debug_arguments),
	{ .name = "schema",
		.kind = OPT_TEXT,
		.offset = offsetof(struct debug_arguments, frame.schema),
		.argument = "INPUT",
		.summary = "frame: what has the record's schema, as INPUT" },
	{ .name = "file",
		.kind = OPT_TEXT,
		.offset = offsetof(struct debug_arguments, frame.file),
		.argument = "PATH",
		.summary = "frame: the file of the schema that was registered" },
	{ .name = "registry",
		.kind = OPT_TEXT,
		.offset = offsetof(struct debug_arguments, frame.registry),
		.argument = "URL",
		.summary = "frame: the schema registry that knows the record's id" },
	{ .name = "subject",
		.kind = OPT_TEXT,
		.offset = offsetof(struct debug_arguments, frame.subject),
		.argument = "SUBJECT",
		.summary = "frame: in a registry with contexts, whose id it is" },
	{ .name = "hex",
		.kind = OPT_TEXT,
		.offset = offsetof(struct debug_arguments, frame.hex),
		.argument = "HEX",
		.summary = "frame: the record, instead of a file" },
	{ .name = "header",
		.kind = OPT_TEXT,
		.offset = offsetof(struct debug_arguments, frame.header),
		.argument = "HEX",
		.summary = "frame: the header __value_schema_id or __key_schema_id, if the record "
			   "has one" },
	{ .name = "format",
		.kind = OPT_TEXT,
		.offset = offsetof(struct debug_arguments, frame.format),
		.argument = "FORMAT",
		.summary = "frame: text (the default) or json",
		.values = VALUES_WORDS,
		.words = frame_formats },
};

static bool debug_tokens(struct cli *cli, struct source *source)
{
	const struct source_list *list = source_files(source, &cli->diags);
	struct arena *scratch = arena_like(cli->arena);
	bool ok = list != NULL;

	if (ok && source->by_import_path && !source->by_message) {
		diag_error(&cli->diags, NOWHERE, "a descriptor set has no tokens");
		ok = false;
	}
	for (uint32_t i = 0; ok && i < list->entries.n; i++) {
		struct arena_mark mark = arena_mark(scratch);
		struct str bytes;

		ok = source_read(source, &list->entries.items[i], scratch, &bytes, &cli->diags);
		if (ok) {
			out_str(cli->out, S("# "));
			out_plain(cli->out, list->entries.items[i].path);
			out_char(cli->out, '\n');
			proto_dump_tokens(cli->out, bytes, scratch);
		}
		arena_rewind(scratch, mark);
	}
	arena_free(scratch);
	return ok;
}

/* Compiles the sources as `check` does; of broken files it dumps as much as there is. */
static bool debug_compile(struct cli *cli, const struct debug_arguments *arguments,
	struct source **sources, size_t n, struct schema *schemas)
{
	struct compile_side sides[2] = { 0 };
	struct compile_options options = {
		.arena = cli->arena,
		.names = cli->names,
		.diags = &cli->diags,
		.jobs = 1,
		.tolerate_broken = true,
		.parse_descriptor = descriptor_parse,
	};

	for (size_t i = 0; i < n; i++) {
		struct side side = { .source = sources[i] };

		if (!cli_side_prepare(cli, arguments->config, &arguments->roots, &side))
			return false;
		sides[i].source = sources[i];
		sides[i].roots = side.roots;
		sides[i].all = true;
	}
	return compile(&options, sides, n, schemas);
}

static bool debug_schema(
	struct cli *cli, const struct debug_arguments *arguments, struct source **sources)
{
	struct arena *scratch = arena_like(cli->arena);
	struct schema schema = { 0 };
	bool ok = debug_compile(cli, arguments, sources, 1, &schema);

	if (ok)
		proto_dump_schema(cli->out, &schema, scratch);
	arena_free(scratch);
	return ok;
}

static bool debug_pairs(
	struct cli *cli, const struct debug_arguments *arguments, struct source **sources)
{
	struct schema schemas[2] = { 0 };

	if (!debug_compile(cli, arguments, sources, 2, schemas))
		return false;
	diff_dump(diff_new(cli->arena, cli->names, &schemas[0], &schemas[1]), cli->out);
	return true;
}

/* What `debug frame` compiles with. */
struct frame_side {
	struct cli *cli;
	const struct debug_arguments *arguments;
};

static struct schema *compile_frame(void *context, const char *input, struct source **source)
{
	const struct frame_side *side = context;
	struct schema *schema = NEW(side->cli->arena, struct schema);

	*source = cli_source_open(side->cli, input);
	if (!*source || !debug_compile(side->cli, side->arguments, source, 1, schema) ||
		side->cli->diags.n_errors)
		return NULL;
	return schema;
}

/* Options that are of no use to the other stages would be passed over without a word. */
static bool has_frame_options(const struct frame_arguments *a)
{
	return a->schema || a->registry || a->subject || a->file || a->hex || a->header ||
	       a->format;
}

static bool run_frame(struct cli *cli, const struct debug_arguments *arguments,
	const struct texts *operands)
{
	struct frame_side side = { cli, arguments };

	if (operands->n > 2) {
		diag_error(&cli->diags, NOWHERE, "'debug frame' takes one record");
		return false;
	}
	return debug_frame(cli, &arguments->frame, operands->n > 1 ? operands->items[1] : NULL,
		compile_frame, &side);
}

/* The elements whose full name begins with `prefix`; of members, those of the type whose name is
 * the prefix up to its last dot. */
struct begun {
	struct out *out;
	struct str prefix, scope, rest;
};

static void print_begun(void *context, struct element *element)
{
	const struct begun *begun = context;
	const struct element *parent = element->parent;

	if (element->kind == ELEMENT_MESSAGE && ((struct message *)element)->is_map_entry)
		return;
	if (element->kind == ELEMENT_MESSAGE || element->kind == ELEMENT_ENUM ||
		element->kind == ELEMENT_SERVICE) {
		if (str_starts(element->full_name, begun->prefix))
			out_printf(begun->out, STR "\n", ARG(element->full_name));
	} else if (parent && begun->scope.n && str_eq(parent->full_name, begun->scope) &&
		   str_starts(element->name, begun->rest)) {
		out_printf(begun->out, STR "." STR "\n", ARG(parent->full_name),
			ARG(element->name));
	}
}

/* Of the working tree, for completions: a file that does not compile gives what it has. */
static bool debug_names(struct cli *cli, const struct debug_arguments *arguments,
	const struct texts *operands)
{
	struct begun begun = {
		.out = cli->out,
		.prefix = operands->n > 1 ? str_of(operands->items[1]) : S(""),
	};
	struct source *source = cli_source_open(cli, NULL);
	struct schema schema = { 0 };
	size_t dot = str_rfind(begun.prefix, '.');

	if (dot < begun.prefix.n) {
		begun.scope = str_head(begun.prefix, dot);
		begun.rest = str_from(begun.prefix, dot + 1);
	}
	if (!source || !debug_compile(cli, arguments, &source, 1, &schema))
		return false;
	for (uint32_t i = 0; i < schema.files.n; i++)
		if (schema.files.items[i].own)
			file_walk(schema.files.items[i].file, print_begun, &begun);
	return true;
}

static bool debug_stage(struct cli *cli, const struct debug_arguments *arguments, struct str stage,
	struct source **sources)
{
	if (str_eq(stage, S("tokens")))
		return debug_tokens(cli, sources[0]);
	if (str_eq(stage, S("schema")))
		return debug_schema(cli, arguments, sources);
	return debug_pairs(cli, arguments, sources);
}

static const char *const stages[] = { "tokens", "schema", "pairs", "names", "frame", NULL };

static bool know_stage(struct cli *cli, struct str stage)
{
	struct str known[COUNT(stages) - 1], nearest;

	for (size_t i = 0; i < COUNT(known); i++) {
		known[i] = str_of(stages[i]);
		if (str_eq(stage, known[i]))
			return true;
	}
	nearest = str_nearest(stage, known, COUNT(known));
	diag_error(&cli->diags, NOWHERE, "unknown stage '" STR "'", ARG(stage));
	diag_help(&cli->diags,
		nearest.n ? "did you mean '" STR "'?"
			  : "the stages are tokens, schema, pairs, names and frame" STR,
		ARG(nearest));
	return false;
}

static int debug_run(struct cli *cli, const void *given, const struct texts *operands)
{
	const struct debug_arguments *arguments = given;
	struct str stage = str_of(operands->items[0]);
	size_t wanted = str_eq(stage, S("pairs")) ? 2 : 1;
	struct source *sources[2] = { NULL };
	bool ok = true;

	cli->asking = arguments->asking;
	if (!know_stage(cli, stage))
		return STATUS_UNKNOWN;
	if (str_eq(stage, S("frame")))
		return run_frame(cli, arguments, operands) ? STATUS_OK : STATUS_UNKNOWN;
	if (has_frame_options(&arguments->frame)) {
		diag_error(&cli->diags, NOWHERE,
			"'debug " STR "' takes none of the options of 'debug frame'", ARG(stage));
		return STATUS_UNKNOWN;
	}
	if (str_eq(stage, S("names")) && operands->n <= 2)
		return debug_names(cli, arguments, operands) ? STATUS_OK : STATUS_UNKNOWN;
	if (operands->n - 1 > wanted || (wanted == 2 && operands->n != 3)) {
		diag_error(&cli->diags, NOWHERE, "'debug " STR "' takes %s", ARG(stage),
			wanted == 2                    ? "two inputs"
			: str_eq(stage, S("names")) ? "one prefix"
						    : "one input");
		return STATUS_UNKNOWN;
	}
	for (size_t i = 0; ok && i < wanted; i++) {
		sources[i] =
			cli_source_open(cli, i + 1 < operands->n ? operands->items[i + 1] : NULL);
		ok = sources[i] != NULL;
	}
	ok = ok && debug_stage(cli, arguments, stage, sources);
	return ok && !cli->diags.n_errors ? STATUS_OK : STATUS_UNKNOWN;
}

const struct command debug_command = {
	.name = "debug",
	.operands = "tokens|schema|pairs INPUT... | names [PREFIX] | frame [RECORD]",
	.summary = "Print what a stage makes of its input, or what a record says",
	.text = "  debug tokens INPUT       the lexer's tokens\n"
		"  debug schema INPUT       the linked schema\n"
		"  debug pairs OLD NEW      the pairs of elements that are compared\n"
		"  debug names PREFIX       the elements of the working tree whose names begin so\n"
		"  debug frame RECORD       the bytes of a record of a schema registry: a file,\n"
		"                           '-' for standard input, or --hex\n",
	.options = debug_options,
	.n_options = COUNT(debug_options),
	.arguments_size = sizeof(struct debug_arguments),
	.min_operands = 1,
	.max_operands = 3,
	.takes_inputs = true,
	.operand = { .argument = "stage", .values = VALUES_WORDS, .words = stages },
	.run = debug_run,
};
