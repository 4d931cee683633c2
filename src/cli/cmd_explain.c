#include "cli/cli.h"

#include "report/report.h"

struct explain_arguments {
	const char *format, *output;
};

static const struct opt explain_options[] = {
	{ .name = "format",
		.kind = OPT_TEXT,
		.offset = offsetof(struct explain_arguments, format),
		.argument = "FMT",
		.summary = "text, json, markdown or man",
		.values = VALUES_WORDS,
		.words = text_formats },
	OPT_OUTPUT(struct explain_arguments),
};

struct rule_list {
	const struct rule **items;
	uint32_t n, cap;
};

/* A removed id stands for the rules that replaced it. */
static bool add_replacements(struct cli *cli, struct str id, struct rule_list *list)
{
	size_t n;
	const struct deprecated_rule *deprecated = rules_deprecated(&n);

	for (size_t i = 0; i < n; i++) {
		if (!str_eq(str_of(deprecated[i].id), id))
			continue;
		for (size_t j = 0;
			j < COUNT(deprecated[i].replaced_by) && deprecated[i].replaced_by[j]; j++) {
			const char *name = deprecated[i].replaced_by[j];

			diag_warning(&cli->diags, NOWHERE,
				"rule '" STR "' was replaced by '%s'", ARG(id), name);
			*vec_push(cli->arena, list) = rule_find(str_of(name));
		}
		if (!deprecated[i].replaced_by[0])
			diag_warning(&cli->diags, NOWHERE,
				"rule '" STR "' was removed and has no replacement", ARG(id));
		return true;
	}
	return false;
}

static bool add_rule(struct cli *cli, struct str id, struct rule_list *list)
{
	const struct rule *rule = rule_find(id);
	struct str nearest;

	if (rule) {
		*vec_push(cli->arena, list) = rule;
		return true;
	}
	if (add_replacements(cli, id, list))
		return true;
	nearest = rules_nearest(id);
	if (category_find(id) || is_no_rule(id)) {
		diag_error(&cli->diags, NOWHERE, "'" STR "' is a category, not a rule", ARG(id));
		diag_help(&cli->diags, "'breakwater rules --use " STR "' lists its rules", ARG(id));
	} else {
		diag_error(&cli->diags, NOWHERE, "unknown rule '" STR "'", ARG(id));
		if (nearest.n)
			diag_help(&cli->diags, "did you mean '" STR "'?", ARG(nearest));
		else
			diag_help(&cli->diags, "'breakwater rules' lists them");
	}
	return false;
}

static int explain_run(struct cli *cli, const void *given, const struct texts *operands)
{
	const struct explain_arguments *arguments = given;
	struct str format = str_of(arguments->format ? arguments->format : "text");
	struct rule_list list = { 0 };
	struct rules_look look = cli_rules_look(cli, arguments->output);
	struct out *text = out_memory(cli->arena);

	for (uint32_t i = 0; i < operands->n; i++) {
		if (!add_rule(cli, str_of(operands->items[i]), &list))
			return STATUS_UNKNOWN;
	}
	if (!rules_write_explanation(text, format, list.items, list.n, look))
		cli_out_of_memory(cli);
	return cli_output_write(
		cli, arguments->output, cli_wrapped(cli, format, look, out_text(text)));
}

const struct command explain_command = {
	.name = "explain",
	.operands = "RULE...",
	.summary = "Explain a rule: what it finds, whom the change hurts, how to change safely",
	.text = "",
	.options = explain_options,
	.n_options = COUNT(explain_options),
	.arguments_size = sizeof(struct explain_arguments),
	.min_operands = 1,
	.max_operands = SIZE_MAX,
	.operand = { .values = VALUES_RULE },
	.run = explain_run,
};
