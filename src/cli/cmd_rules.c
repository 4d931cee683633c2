#include "cli/cli.h"

#include "report/report.h"

struct rules_arguments {
	const char *format, *output;
	struct texts use, except;
};

static const struct opt rules_options[] = {
	{ .name = "format",
		.kind = OPT_TEXT,
		.offset = offsetof(struct rules_arguments, format),
		.argument = "FMT",
		.summary = "text, json, markdown or man",
		.values = VALUES_WORDS,
		.words = text_formats },
	OPT_OUTPUT(struct rules_arguments),
	OPT_USE(struct rules_arguments),
	OPT_EXCEPT(struct rules_arguments),
};

static void select_all(struct selection *selection)
{
	size_t n;

	rules_all(&n);
	memset(selection->selected, 1, n);
}

static bool select_words(
	struct cli *cli, struct selection *selection, const struct texts *words, bool on)
{
	for (uint32_t i = 0; i < words->n; i++) {
		struct str word = str_of(words->items[i]), nearest;

		if ((on && is_no_rule(word)) ||
			selection_set(selection, word, on, RULES_V2, NOWHERE, &cli->diags))
			continue;
		nearest = rules_nearest(word);
		diag_error(&cli->diags, NOWHERE, "unknown rule or category '" STR "'", ARG(word));
		if (nearest.n)
			diag_help(&cli->diags, "did you mean '" STR "'?", ARG(nearest));
		else
			diag_help(&cli->diags, "'breakwater rules' lists them");
		return false;
	}
	return true;
}

static int rules_run_command(struct cli *cli, const void *given, const struct texts *operands)
{
	const struct rules_arguments *arguments = given;
	struct str format = str_of(arguments->format ? arguments->format : "text");
	struct selection *selection = NULL;
	struct rules_look look = cli_rules_look(cli, arguments->output);
	struct out *text = out_memory(cli->arena);

	(void)operands;
	if (arguments->use.n || arguments->except.n) {
		selection = selection_new(cli->arena);
		if (!arguments->use.n)
			select_all(selection);
		if (!select_words(cli, selection, &arguments->use, true) ||
			!select_words(cli, selection, &arguments->except, false))
			return STATUS_UNKNOWN;
	}
	if (!rules_write_list(text, format, selection, look))
		cli_out_of_memory(cli);
	return cli_output_write(
		cli, arguments->output, cli_wrapped(cli, format, look, out_text(text)));
}

const struct command rules_command = {
	.name = "rules",
	.operands = "",
	.summary = "List the rules",
	.text = "",
	.options = rules_options,
	.n_options = COUNT(rules_options),
	.arguments_size = sizeof(struct rules_arguments),
	.run = rules_run_command,
};
