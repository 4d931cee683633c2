#include "cli/cli.h"

#include "report/report.h"
#include "source/source.h"

/*
 * Generates completions from the option tables, so that they are always current. Each script has
 * the commands, their options, and the words or kinds of file that options take.
 */

static void print_words(struct out *out, const char *const *words, const char *separator)
{
	for (size_t i = 0; words[i]; i++)
		out_printf(out, "%s%s", i ? separator : "", words[i]);
}

/* The words of an option, each followed by a blank. */
static void print_values(struct out *out, const struct opt *opt)
{
	size_t n;

	if (opt->values == VALUES_WORDS) {
		print_words(out, opt->words, " ");
	} else if (opt->values == VALUES_REPORT) {
		for (size_t i = 0; breakwater_format(i); i++)
			out_printf(out, "%s%s", i ? " " : "", breakwater_format(i));
	} else if (opt->values == VALUES_RULE) {
		const struct rule *const *rules = rules_all(&n);

		for (unsigned category = CAT_FILE; category <= CAT_LAST; category <<= 1)
			out_printf(out, STR " ", ARG(category_name(category)));
		if (opt->name && str_eq(str_of(opt->name), S("use")))
			out_str(out, S(NO_RULE " "));
		for (size_t i = 0; i < n; i++)
			out_printf(out, "%s%s", i ? " " : "", rules[i]->id);
	} else if (opt->values == VALUES_COMMAND) {
		for (size_t i = 0; commands[i]; i++)
			out_printf(out, "%s%s", i ? " " : "", commands[i]->name);
	}
}

/* What stands in a script for parts that are made from the forms of inputs. */
#define FORMS "\001"  /* all, for people */
#define CASES "\002"  /* how each is completed that an argument follows */
#define OPEN "\003"   /* prefixes that an argument follows */
#define CLOSED "\004" /* prefixes that are a whole input */

static void print_inputs(struct out *out, struct str script,
	void (*print_case)(struct out *out, const struct input_form *form, bool is_first),
	const char *separator)
{
	for (size_t i = 0; i < script.n; i++) {
		char mark = script.p[i];
		bool is_first = true;

		if (mark < *FORMS || mark > *CLOSED) {
			out_char(out, mark);
			continue;
		}
		if (mark == *FORMS)
			out_str(out, S("REV, REV:FOLDER, both halves of A..B and A...B"));
		for (size_t k = 0; k < n_input_forms; k++) {
			const struct input_form *form = &input_forms[k];

			if (!form->argument != (mark == *CLOSED))
				continue;
			if (mark == *FORMS)
				out_printf(out, ", " STR "%s", ARG(form->prefix), form->argument);
			else if (mark == *CASES)
				print_case(out, form, is_first);
			else
				out_printf(out, "%s" STR, is_first ? "" : separator,
					ARG(form->prefix));
			is_first = false;
		}
	}
}

/* ---- bash ---- */

static void bash_names(struct out *out, const struct opt *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (rows[i].letter)
			out_printf(out, "-%c ", rows[i].letter);
		if (rows[i].name)
			out_printf(out, "--%s ", rows[i].name);
	}
}

/* A branch of `case $prev in`. */
static void bash_values(struct out *out, const struct opt *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct opt *opt = &rows[i];

		if (opt->kind == OPT_FLAG || opt->kind == OPT_OPTIONAL)
			continue;
		out_str(out, S("\t\t"));
		if (opt->letter)
			out_printf(out, "-%c%s", opt->letter, opt->name ? "|" : "");
		if (opt->name)
			out_printf(out, "--%s", opt->name);
		out_str(out, S(") "));
		if (opt->values == VALUES_FILE) {
			out_str(out, S("compopt -o filenames; COMPREPLY=($(compgen -P \"$before\" "
				       "-f -- \"$cur\"))"));
		} else if (opt->values == VALUES_FOLDER) {
			out_str(out, S("compopt -o filenames; COMPREPLY=($(compgen -P \"$before\" "
				       "-d -- \"$cur\"))"));
		} else if (opt->values == VALUES_REVISION) {
			out_str(out, S("[[ $before ]] && return ;;\n")); /* else as an input */
			continue;
		} else {
			out_str(out, S("COMPREPLY=($(compgen -P \"$before\" -W '"));
			print_values(out, opt);
			out_str(out, S("' -- \"$cur\"))"));
		}
		out_str(out, S("; return ;;\n"));
	}
}

static void bash_command(struct out *out, const struct command *command)
{
	out_printf(out, "\t%s)\n\t\tcase $prev in\n", command->name);
	bash_values(out, command->options, command->n_options);
	out_printf(out, "\t\tesac\n\t\toptions='");
	bash_names(out, command->options, command->n_options);
	out_str(out, S("'\n\t\twords='"));
	print_values(out, &command->operand);
	out_printf(out, "'\n\t\trevisions=%d elements=%d ;;\n", command->takes_inputs,
		command->takes_elements);
}

static const struct str bash_inputs = STR_INIT(
	"_breakwater_git()\n"
	"{\n"
	"\tgit ${folder:+-C \"$folder\"} \"$@\" 2>/dev/null\n"
	"}\n"
	"\n"
	"# The inputs that begin with $1, a line each: " FORMS ".\n"
	"# Names of branches and files are a stranger's: nothing here expands them.\n"
	"_breakwater_inputs()\n"
	"{\n"
	"\tlocal cur=$1 before='' rest='' names='' name\n"
	"\tcase $cur in\n" CASES "\t*)\n"
	"\t\tif [[ $cur == *..* && ${cur%%..*} != *:* ]]; then\n"
	"\t\t\tbefore=${cur%%..*}.. cur=${cur#*..}\n"
	"\t\t\t[[ $cur == .* ]] && before+=. cur=${cur#.}\n"
	"\t\tfi\n"
	"\t\tif [[ $cur == *:* ]]; then\n"
	"\t\t\trest=${cur#*:}\n"
	"\t\t\tbefore+=${cur%%:*}:${rest%\"${rest##*/}\"}\n"
	"\t\t\tnames=$(_breakwater_git ls-tree --full-tree -d --name-only -z "
	"\"${cur%\"${rest##*/}\"}\" | sed -z 's,$,/,' | tr '\\0' '\\n')\n"
	"\t\telse\n"
	"\t\t\tnames=$(_breakwater_git for-each-ref --format='%(refname:short)')$'\\nHEAD'\n"
	"\t\t\t[[ $before ]] || names+=$'\\n" OPEN "\\n" CLOSED "'\n"
	"\t\t\t((elements)) && [[ $cur && ! $before ]] && names+=$'\\n'$(breakwater "
	"${folder:+-C \"$folder\"} debug names \"$cur\" 2>/dev/null)\n"
	"\t\tfi ;;\n"
	"\tesac\n"
	"\twhile IFS= read -r name; do\n"
	"\t\t[[ $name && $before$name == \"$1\"* ]] && printf '%s\\n' \"$before$name\"\n"
	"\tdone <<<\"$names\"\n"
	"}\n"
	"\n"
	"# $1 as one word of a command line. bash replaces what stands behind the last of its word "
	"breaks (an @ with what follows): that part alone is printed.\n"
	"_breakwater_reply()\n"
	"{\n"
	"\tlocal breaks=${COMP_WORDBREAKS//[^:=@]/} head=''\n"
	"\t[[ $whole && $breaks ]] && head=${whole%\"${whole##*[\"$breaks\"]}\"}\n"
	"\tprintf '%q' \"${1#\"${head%@}\"}\"\n"
	"}\n"
	"\n");

static void bash_form(struct out *out, const struct input_form *form, bool is_first)
{
	(void)is_first;
	if (form->is_text) {
		out_printf(out, "\t" STR "*) names='' ;;\n", ARG(form->prefix));
		return;
	}
	out_printf(out, "\t" STR "*) names=$(compgen %s -- \"${cur#" STR "}\") before=" STR " ;;\n",
		ARG(form->prefix), form->is_folder ? "-S / -d" : "-f", ARG(form->prefix),
		ARG(form->prefix));
}

static void bash_write(struct out *out)
{
	out_str(out, S("# bash completion of breakwater, made by `breakwater completion bash`\n"));
	print_inputs(out, bash_inputs, bash_form, "\\n");
	out_str(out,
		S("_breakwater()\n{\n"
		  "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
		  "\tlocal command='' options='' words='' revisions=0 elements=0 i folder='''' reply before=''\n"
		  "\tlocal whole=${COMP_LINE:0:${COMP_POINT:-0}}\n"
		  "\twhole=${whole##*[[:space:]]}\n"
		  "\tCOMPREPLY=()\n"
		  "\tcase $cur in\n"
		  "\t--*=*) prev=${cur%%=*} before=${cur%%=*}= cur=${cur#*=} ;;\n"
		  "\t=) cur='' ;;\n"
		  "\t*) [[ $prev == = ]] && prev=${COMP_WORDS[COMP_CWORD-2]} ;;\n"
		  "\tesac\n"
		  "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
		  "\t\tcase ${COMP_WORDS[i]} in\n"
		  "\t\t-C) folder=${COMP_WORDS[++i]} ;;\n"
		  "\t\t-*) ;;\n"
		  "\t\t*) command=${COMP_WORDS[i]}; break ;;\n"
		  "\t\tesac\n"
		  "\tdone\n"
		  "\tcase $prev in\n"));
	bash_values(out, common_options, n_common_options);
	out_str(out, S("\tesac\n\tcase $command in\n\t'') words='"));
	for (size_t i = 0; commands[i]; i++)
		out_printf(out, "%s%s", i ? " " : "", commands[i]->name);
	out_str(out, S("' ;;\n"));
	for (size_t i = 0; commands[i]; i++)
		bash_command(out, commands[i]);
	out_str(out, S("\tesac\n\tif [[ $cur == -* ]]; then\n\t\twords=\"$options "));
	bash_names(out, common_options, n_common_options);
	out_str(out, S("\"\n"
		       "\telif ((revisions)); then\n"
		       "\t\twhile IFS= read -r reply; do\n"
		       "\t\t\t[[ $reply ]] && COMPREPLY+=(\"$(_breakwater_reply \"$reply\")\")\n"
		       "\t\tdone <<<\"$(_breakwater_inputs \"${whole:-$cur}\")\"\n"
		       "\t\t[[ ${#COMPREPLY[@]} = 1 && ${COMPREPLY[0]} == *[:/] ]] && compopt -o "
		       "nospace\n"
		       "\tfi\n"
		       "\tCOMPREPLY+=($(compgen -W \"$words\" -- \"$cur\"))\n"
		       "}\n"
		       "complete -o default -F _breakwater breakwater\n"));
}

/* ---- zsh ---- */

/* Summaries are in single quotes and brackets, where ' ] and : are special. */
static void zsh_text(struct out *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			out_str(out, S("'\\''"));
		else if (*text == ']' || *text == '[' || *text == ':')
			out_printf(out, "\\%c", *text);
		else
			out_char(out, *text);
	}
}

static void zsh_option(struct out *out, const struct opt *opt, bool letter)
{
	bool repeatable = opt->kind == OPT_LIST || opt->kind == OPT_WORDS;

	out_printf(out, "\t\t'%s", repeatable ? "*" : "");
	if (letter)
		out_printf(out, "-%c", opt->letter);
	else
		out_printf(out, "--%s%s", opt->name, opt->kind == OPT_OPTIONAL ? "=-" : "");
	out_char(out, '[');
	zsh_text(out, opt->summary);
	out_char(out, ']');
	if (opt->argument) {
		out_str(out, opt->kind == OPT_OPTIONAL ? S("::") : S(":"));
		zsh_text(out, opt->argument);
		out_char(out, ':');
		if (opt->values == VALUES_FILE)
			out_str(out, S("_files"));
		else if (opt->values == VALUES_FOLDER)
			out_str(out, S("_files -/"));
		else if (opt->values == VALUES_REVISION)
			out_str(out, S(" _breakwater_inputs $folder"));
		else {
			out_char(out, '(');
			print_values(out, opt);
			out_char(out, ')');
		}
	}
	out_str(out, S("' \\\n"));
}

static void zsh_options(struct out *out, const struct opt *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (rows[i].letter)
			zsh_option(out, &rows[i], true);
		if (rows[i].name)
			zsh_option(out, &rows[i], false);
	}
}

static const struct str zsh_inputs = STR_INIT(
	"_breakwater_git() {\n"
	"\tgit ${_breakwater_folder:+-C} ${_breakwater_folder:+$_breakwater_folder} \"$@\" "
	"2>/dev/null\n"
	"}\n"
	"\n"
	"# " FORMS ".\n"
	"_breakwater_inputs() {\n"
	"\tlocal _breakwater_folder=${(Q)${opt_args[-C]:-$1}} input=${(Q)PREFIX}\n"
	"\tlocal -a names\n"
	"\t" CASES "fi\n"
	"\tif [[ $input == *..* && ${input%%..*} != *:* ]]; then\n"
	"\t\tcompset -P 1 '*..'\n"
	"\t\tcompset -P '.'\n"
	"\t\tinput=${${input#*..}#.}\n"
	"\telse\n"
	"\t\tcompadd -S '' " OPEN "\n"
	"\t\tcompadd " CLOSED "\n"
	"\tfi\n"
	"\tif [[ $input == *:* ]]; then\n"
	"\t\tnames=(${(0)\"$(_breakwater_git ls-tree --full-tree -d --name-only -z "
	"${input%${input##*[:/]}})\"})\n"
	"\t\tcompset -P 1 '*:'\n"
	"\t\tcompset -P '*/'\n"
	"\t\tcompadd -S / -a names\n"
	"\telse\n"
	"\t\tnames=(HEAD ${(f)\"$(_breakwater_git for-each-ref --format='%(refname:short)')\"})\n"
	"\t\tcompadd -S '' -a names\n"
	"\tfi\n"
	"}\n"
	"\n"
	"_breakwater_elements() {\n"
	"\tlocal folder=${(Q)${opt_args[-C]:-$1}}\n"
	"\tlocal -a names\n"
	"\tnames=(${(f)\"$(breakwater ${folder:+-C} ${folder:+$folder} debug names "
	"\"${(Q)PREFIX}\" 2>/dev/null)\"})\n"
	"\tcompadd -S '' -a names\n"
	"\t_breakwater_inputs $1\n"
	"}\n"
	"\n");

static void zsh_form(struct out *out, const struct input_form *form, bool is_first)
{
	out_printf(out, "%sif compset -P '" STR "'; then\n", is_first ? "" : "el",
		ARG(form->prefix));
	if (!form->is_text)
		out_printf(out, "\t\t_files%s\n", form->is_folder ? " -/" : "");
	out_str(out, S("\t\treturn\n\t"));
}

static void zsh_write(struct out *out)
{
	out_str(out, S("#compdef breakwater\n# made by `breakwater completion zsh`\n\n"));
	print_inputs(out, zsh_inputs, zsh_form, " ");
	out_str(out, S("_breakwater() {\n"
		       "\tlocal context state state_descr line\n\ttypeset -A opt_args\n"
		       "\t_arguments -C \\\n"));
	zsh_options(out, common_options, n_common_options);
	out_str(out, S("\t\t'1:command:->command' '*::operand:->operand'\n"
		       "\tlocal folder=${opt_args[-C]}\n\tcase $state in\n\tcommand)\n\t\tlocal -a "
		       "names\n\t\tnames=(\n"));
	for (size_t i = 0; commands[i]; i++) {
		out_printf(out, "\t\t\t'%s:", commands[i]->name);
		zsh_text(out, commands[i]->summary);
		out_str(out, S("'\n"));
	}
	out_str(out,
		S("\t\t)\n\t\t_describe command names ;;\n\toperand)\n\t\tcase $words[1] in\n"));
	for (size_t i = 0; commands[i]; i++) {
		const struct opt *operand = &commands[i]->operand;

		out_printf(out, "\t\t%s) _arguments -S \\\n", commands[i]->name);
		zsh_options(out, commands[i]->options, commands[i]->n_options);
		zsh_options(out, common_options, n_common_options);
		if (operand->argument || !commands[i]->takes_inputs) {
			out_printf(out, "\t\t\t'%s:%s:(", operand->argument ? "1" : "*",
				operand->argument ? operand->argument : "operand");
			print_values(out, operand);
			out_str(out, commands[i]->takes_inputs ? S(")' \\\n") : S(")' ;;\n"));
		}
		if (commands[i]->takes_inputs)
			out_printf(out, "\t\t\t'*:input: _breakwater_%s $folder' ;;\n",
				commands[i]->takes_elements ? "elements" : "inputs");
	}
	out_str(out, S("\t\tesac ;;\n\tesac\n}\n\n"
		       "if [[ $funcstack[1] == _breakwater ]]; then\n\t_breakwater \"$@\"\nelse\n"
		       "\tcompdef _breakwater breakwater\nfi\n"));
}

/* ---- fish ---- */

static void fish_text(struct out *out, const char *text)
{
	out_char(out, '\'');
	for (; *text; text++) {
		if (*text == '\'' || *text == '\\')
			out_char(out, '\\');
		out_char(out, *text);
	}
	out_char(out, '\'');
}

static void fish_options(struct out *out, const char *condition, const struct opt *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct opt *opt = &rows[i];

		out_printf(out, "complete -c breakwater%s", condition);
		if (opt->letter)
			out_printf(out, " -s %c", opt->letter);
		if (opt->name)
			out_printf(out, " -l %s", opt->name);
		if (opt->kind != OPT_FLAG && opt->kind != OPT_OPTIONAL)
			out_str(out, opt->values == VALUES_FILE || opt->values == VALUES_FOLDER
					     ? S(" -r -F")
					     : S(" -x"));
		if (opt->values == VALUES_REVISION) {
			out_str(out, S(" -a '(__breakwater_inputs)'"));
		} else if (opt->kind != OPT_FLAG && opt->values > VALUES_FOLDER) {
			out_str(out, S(" -a '"));
			print_values(out, opt);
			out_char(out, '\'');
		}
		out_str(out, S(" -d "));
		fish_text(out, opt->summary);
		out_char(out, '\n');
	}
}

static void fish_command(struct out *out, struct arena *arena, const struct command *command)
{
	const char *seen = str_cstr(
		arena, str_printf(arena, " -n '__fish_seen_subcommand_from %s'", command->name));

	out_printf(
		out, "complete -c breakwater -n __fish_use_subcommand -f -a %s -d ", command->name);
	fish_text(out, command->summary);
	out_char(out, '\n');
	fish_options(out, seen, command->options, command->n_options);
	out_printf(out, "complete -c breakwater%s -f -a '", seen);
	print_values(out, &command->operand);
	out_str(out, S("'\n"));
	if (command->takes_inputs)
		out_printf(out, "complete -c breakwater%s -a '(__breakwater_inputs)'\n", seen);
	if (command->takes_elements)
		out_printf(out, "complete -c breakwater%s -a '(__breakwater_elements)'\n", seen);
}

static const struct str fish_inputs = STR_INIT(
	"function __breakwater_git\n"
	"\tset -l words (commandline -opc)\n"
	"\tset -l at (contains -i -- -C $words)\n"
	"\tand set -l folder -C $words[(math $at + 1)]\n"
	"\tcommand git $folder $argv 2>/dev/null\n"
	"end\n"
	"\n"
	"# " FORMS ".\n"
	"function __breakwater_inputs\n"
	"\tset -l input (commandline -ct)\n"
	"\tset -l before ''\n"
	"\t" CASES "if string match -qr '^[^:]*?\\.\\.' -- $input\n"
	"\t\tset before (string match -r '^[^:]*?\\.\\.\\.?' -- $input)\n"
	"\t\tset input (string sub -s (math (string length -- $before) + 1) -- $input)\n"
	"\telse\n"
	"\t\tprintf '%s\\n' " OPEN " " CLOSED "\n"
	"\tend\n"
	"\tif string match -q '*:*' -- $input\n"
	"\t\tset -l top (string match -r '^[^:]*:(?:.*/)?' -- $input)\n"
	"\t\t__breakwater_git ls-tree --full-tree -d --name-only -z $top | string split0 | while "
	"read -l name\n"
	"\t\t\techo $before$top$name/\n"
	"\t\tend\n"
	"\telse\n"
	"\t\techo $before'HEAD'\n"
	"\t\t__breakwater_git for-each-ref --format='%(refname:short)' | while read -l name\n"
	"\t\t\techo $before$name\n"
	"\t\tend\n"
	"\tend\n"
	"end\n"
	"\n"
	"function __breakwater_elements\n"
	"\tset -l input (commandline -ct)\n"
	"\ttest -n \"$input\"; or return\n"
	"\tset -l words (commandline -opc)\n"
	"\tset -l at (contains -i -- -C $words)\n"
	"\tand set -l folder -C $words[(math $at + 1)]\n"
	"\tbreakwater $folder debug names $input 2>/dev/null\n"
	"end\n"
	"\n");

static void fish_form(struct out *out, const struct input_form *form, bool is_first)
{
	struct str prefix = form->prefix;
	int after = (int)prefix.n + 1;

	(void)is_first;
	out_printf(out, "if string match -q '" STR "*' -- $input\n", ARG(prefix));
	if (form->is_folder)
		out_printf(out,
			"\t\t__fish_complete_directories (string sub -s %d -- $input) | "
			"string replace -r '^' " STR "\n",
			after, ARG(prefix));
	else if (!form->is_text)
		out_printf(out,
			"\t\tfor path in (string sub -s %d -- $input)*\n"
			"\t\t\ttest -d $path\n"
			"\t\t\tand echo " STR "$path/\n"
			"\t\t\tor echo " STR "$path\n"
			"\t\tend\n",
			after, ARG(prefix), ARG(prefix));
	out_str(out, S("\t\treturn\n\telse "));
}

static void fish_write(struct out *out, struct arena *arena)
{
	out_str(out, S("# fish completion of breakwater, made by `breakwater completion fish`\n"));
	print_inputs(out, fish_inputs, fish_form, " ");
	fish_options(out, "", common_options, n_common_options);
	for (size_t i = 0; commands[i]; i++)
		fish_command(out, arena, commands[i]);
}

static const char *const shells[] = { "bash", "zsh", "fish", NULL };

static int completion_run(struct cli *cli, const void *arguments, const struct texts *operands)
{
	struct str shell = str_of(operands->items[0]);

	(void)arguments;
	if (str_eq(shell, S("bash")))
		bash_write(cli->out);
	else if (str_eq(shell, S("zsh")))
		zsh_write(cli->out);
	else if (str_eq(shell, S("fish")))
		fish_write(cli->out, cli->arena);
	else {
		diag_error(
			&cli->diags, NOWHERE, "no completion for the shell '" STR "'", ARG(shell));
		diag_help(&cli->diags, "the shells are bash, zsh and fish");
		return STATUS_UNKNOWN;
	}
	return STATUS_OK;
}

const struct command completion_command = {
	.name = "completion",
	.operands = "bash|zsh|fish",
	.summary = "Print the completions for a shell",
	.text = "",
	.min_operands = 1,
	.max_operands = 1,
	.operand = { .values = VALUES_WORDS, .words = shells },
	.run = completion_run,
};
