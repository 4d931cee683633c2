#include "cli/cli.h"

#include "report/report.h"
#include "source/source.h"

#include <unistd.h>

void program_print_help(struct cli *cli, struct out *to)
{
	struct out *out = out_memory(cli->arena);

	out_str(out, S("usage: breakwater COMMAND [OPTIONS] ...\n\n"
		       "Finds breaking changes in Protocol Buffers contracts.\n\ncommands:\n"));
	for (size_t i = 0; commands[i]; i++)
		out_printf(out, "  %-26s %s\n", commands[i]->name, commands[i]->summary);
	out_str(out, S("\noptions of all commands:\n"));
	opt_print(out, common_options, n_common_options);
	out_str(out, S("\nFirst steps, in a repository with .proto files:\n"
		       "  breakwater check                      this branch and its uncommitted "
		       "edits against the default branch\n"
		       "  breakwater check v1.4.0 HEAD          two revisions\n"
		       "  breakwater check dir:old dir:new      two folders\n"
		       "  breakwater explain FIELD_SAME_TYPE    why a rule exists, and how to "
		       "change safely\n"));
	cli_print_wrapped(to, out_text(out), to == cli->err ? STDERR_FILENO : STDOUT_FILENO);
}

static void print_formats(struct out *out, const struct command *command)
{
	size_t n;
	const struct reporter *const *reporters = reporters_all(&n);
	bool any = false;

	for (size_t i = 0; i < command->n_options; i++)
		any |= command->options[i].values == VALUES_REPORT;
	if (!any)
		return;
	out_str(out, S("\nformats:\n"));
	for (size_t i = 0; i < n; i++)
		out_printf(out, "  %-26s %s\n", reporters[i]->name, reporters[i]->summary);
}

static void print_forms(struct out *out)
{
	for (size_t i = 0; i < n_input_forms; i++) {
		const struct input_form *form = &input_forms[i];

		out_printf(out, "%s" STR "%s", i ? ", " : "", ARG(form->prefix),
			form->argument ? form->argument : "");
		if (form->note)
			out_printf(out, " (%s)", form->note);
	}
}

void command_print_help(struct cli *cli, const struct command *command)
{
	struct out *out = out_memory(cli->arena);
	struct str text = str_of(command->text);
	size_t forms = str_find(text, *INPUT_FORMS);

	out_printf(out, "usage: breakwater %s [OPTIONS]%s%s\n\n%s.\n%s" STR, command->name,
		*command->operands ? " " : "", command->operands, command->summary,
		*command->text ? "\n" : "", ARG(str_head(text, forms)));
	if (forms < text.n) {
		print_forms(out);
		out_str(out, str_from(text, forms + 1));
	}
	if (command->n_options) {
		out_str(out, S("\noptions:\n"));
		opt_print(out, command->options, command->n_options);
	}
	print_formats(out, command);
	out_str(out, S("\noptions of all commands:\n"));
	opt_print(out, common_options, n_common_options);
	cli_print_wrapped(cli->out, out_text(out), STDOUT_FILENO);
}

static int help_run(struct cli *cli, const void *arguments, const struct texts *operands)
{
	const struct command *command;

	(void)arguments;
	if (!operands->n) {
		program_print_help(cli, cli->out);
		return STATUS_OK;
	}
	command = command_find(cli, operands->items[0]);
	if (!command)
		return STATUS_UNKNOWN;
	command_print_help(cli, command);
	return STATUS_OK;
}

const struct command help_command = {
	.name = "help",
	.operands = "[COMMAND]",
	.summary = "Print the help of the program or of a command",
	.text = "",
	.max_operands = 1,
	.operand = { .values = VALUES_COMMAND },
	.run = help_run,
};
