#include "report/block.h"
#include "report/excerpt.h"
#include "report/value.h"

enum { WIDTH = 78, MAN_WIDTH = 74, NARROWEST = 20 };
enum { ID_WIDTH = 43, CATEGORIES_WIDTH = 31, PURPOSE_WIDTH = 40 };

/* An output format for rules. False: out of memory. */
struct rule_format {
	const char *name;
	void (*list_begin)(struct out *out);
	bool (*entry)(struct out *out, const struct rule *rule, struct rules_look look);
	void (*list_end)(struct out *out);
	void (*explain_begin)(struct out *out);
	bool (*explain)(struct out *out, const struct rule *rule, struct rules_look look);
	void (*explain_end)(struct out *out);
};

/* What asks for a rule that is in no category. */
static struct str asked_by(const struct rule *rule)
{
	if (rule->categories)
		return S("");
	return rule->on_options ? S("(for options)") : S("(for contracts)");
}

/* Of rules that break the wire or JSON. */
static const char proofs_text[] =
	"A proof is the smallest value that shows the break. `\"qty: 1\" (0801) reads as "
	"\"qty: -1\"`: one side writes qty as 1, in the bytes 08 01, and the other side reads -1. "
	"What is in braces is JSON. `is refused` is followed by the reader's reason, `stays as` by "
	"a value whose number nothing keeps from another meaning, and `/` by a call. "
	"Format json has a proof of each surface and direction.";

static bool has_proofs(const struct rule *rule)
{
	return rule->breaks & (WIRE_BACKWARD | WIRE_FORWARD | JSON_BACKWARD | JSON_FORWARD);
}

static void categories_write(struct out *out, const struct rule *rule)
{
	bool first = true;

	for (unsigned category = CAT_FILE; category <= CAT_LAST; category <<= 1) {
		if (!(rule->categories & category))
			continue;
		out_str(out, first ? S("") : S(", "));
		out_str(out, category_name((enum category)category));
		first = false;
	}
	if (first)
		out_printf(out, "none " STR, ARG(asked_by(rule)));
}

static void surfaces_write(struct out *out, unsigned breaks)
{
	bool first = true;

	for (unsigned surface = 1; surface <= WIRE_FORWARD; surface <<= 1) {
		if (!(breaks & surface))
			continue;
		out_str(out, first ? S("") : S(", "));
		out_str(out, surface_name((enum surface)surface));
		first = false;
	}
	if (first)
		out_str(out, S("nothing by itself"));
}

/* Maximum line width for text, even on wider terminals. */
static unsigned text_width(struct rules_look look)
{
	return look.columns >= NARROWEST && look.columns < WIDTH ? look.columns : WIDTH;
}

/* Wraps words at `width`; a longer word gets a line of its own. */
static void wrapped_write(struct out *out, struct str text, unsigned indent, unsigned width)
{
	size_t column = 0;
	struct str word;

	while (str_cut(&text, ' ', &word)) {
		if (word.n == 0)
			continue;
		if (column && column + 1 + word.n > width) {
			out_char(out, '\n');
			column = 0;
		}
		if (column)
			out_char(out, ' ');
		else
			out_printf(out, "%*s", (int)indent, "");
		column += (column ? 1 : indent) + word.n;
		out_str(out, word);
	}
	if (column)
		out_char(out, '\n');
}

static void indented_write(struct out *out, struct str text, const char *before)
{
	struct str line;

	text = str_trim(text);
	while (str_cut(&text, '\n', &line)) {
		if (line.n)
			out_printf(out, "%s", before);
		out_str(out, line);
		out_char(out, '\n');
	}
}

/* Text */

/* Below this terminal width each table row takes two lines. */
static bool is_narrow(struct rules_look look)
{
	return look.columns && look.columns < ID_WIDTH + CATEGORIES_WIDTH + PURPOSE_WIDTH;
}

static bool text_entry(struct out *out, const struct rule *rule, struct rules_look look)
{
	const struct palette *palette = palette_of(look.color);
	int width = 0;

	out_printf(out, "%s%-*s%s ", palette->place, is_narrow(look) ? 0 : ID_WIDTH, rule->id,
		palette->off);
	for (unsigned category = CAT_FILE; category <= CAT_LAST; category <<= 1) {
		struct str name = category_name((enum category)category);

		if (!(rule->categories & category))
			continue;
		out_str(out, width ? S(" ") : S(""));
		out_str(out, name);
		width += (int)name.n + (width > 0);
	}
	out_str(out, asked_by(rule));
	width += (int)asked_by(rule).n;
	if (is_narrow(look)) {
		out_char(out, '\n');
		wrapped_write(out, str_of(rule->purpose), 4, text_width(look));
		return true;
	}
	out_printf(out, "%*s %s\n", width < CATEGORIES_WIDTH ? CATEGORIES_WIDTH - width : 0, "",
		rule->purpose);
	return true;
}

static void text_part(struct out *out, const char *title, const char *text, struct rules_look look)
{
	const struct palette *palette = palette_of(look.color);

	if (!text || !*text)
		return;
	out_printf(out, "\n%s%s%s\n", palette->place, title, palette->off);
	wrapped_write(out, str_of(text), 2, text_width(look));
}

static void text_example(
	struct out *out, const char *title, const char *code, struct rules_look look)
{
	const struct palette *palette = palette_of(look.color);

	if (!code || !*code)
		return;
	out_printf(out, "\n%s%s%s\n", palette->place, title, palette->off);
	indented_write(out, str_of(code), "    ");
}

static bool text_explain(struct out *out, const struct rule *rule, struct rules_look look)
{
	const struct palette *palette = palette_of(look.color);

	out_printf(out, "%s%s%s: %s\n\n  categories: ", palette->place, rule->id, palette->off,
		rule->purpose);
	categories_write(out, rule);
	out_str(out, S("\n  breaks at most: "));
	surfaces_write(out, rule->breaks);
	if (rule->severity == SEVERITY_WARNING)
		out_str(out, S("\n  severity: warning"));
	out_char(out, '\n');
	text_part(out, "What is compared", rule->compares, look);
	text_part(out, "Who is hurt", rule->hurts, look);
	text_example(out, "Before", rule->before, look);
	text_example(out, "After", rule->after, look);
	text_part(out, "How to change it safely", rule->safely, look);
	if (has_proofs(rule))
		text_part(out, "How to read a proof", proofs_text, look);
	out_char(out, '\n');
	return true;
}

/* JSON */

static json_t *rule_value(const struct rule *rule, bool *ok)
{
	json_t *object = json_object(), *categories = json_array(), *breaks = json_array();

	for (unsigned category = CAT_FILE; category <= CAT_LAST; category <<= 1) {
		struct str name = category_name((enum category)category);

		if (rule->categories & category)
			value_add(categories, json_stringn(name.p, name.n), ok);
	}
	for (unsigned surface = 1; surface <= WIRE_FORWARD; surface <<= 1) {
		struct str name = surface_name((enum surface)surface);

		if (rule->breaks & surface)
			value_add(breaks, json_stringn(name.p, name.n), ok);
	}
	value_set(object, "id", json_string(rule->id), ok);
	value_set(object, "categories", categories, ok);
	value_set(object, "default", json_boolean(rule->categories & CAT_FILE), ok);
	value_set(object, "breaks", breaks, ok);
	value_set(object, "severity",
		json_string(rule->severity == SEVERITY_ERROR ? "error" : "warning"), ok);
	value_set(object, "purpose", json_string(rule->purpose), ok);
	return object;
}

static bool json_entry(struct out *out, const struct rule *rule, struct rules_look look)
{
	bool ok = true;
	json_t *object = rule_value(rule, &ok);

	(void)look;
	return value_write(out, object, JSON_COMPACT, ok);
}

static bool json_explain(struct out *out, const struct rule *rule, struct rules_look look)
{
	bool ok = true;
	json_t *object = rule_value(rule, &ok);

	(void)look;
	value_set(object, "compares", json_string(rule->compares), &ok);
	value_set(object, "hurts", json_string(rule->hurts), &ok);
	value_set(object, "before", json_string(rule->before), &ok);
	value_set(object, "after", json_string(rule->after), &ok);
	value_set(object, "safely", json_string(rule->safely), &ok);
	return value_write(out, object, JSON_COMPACT, ok);
}

/* Markdown. The texts of rules are ours and may hold markdown. */

static void markdown_begin(struct out *out)
{
	out_str(out, S("| rule | categories | breaks at most | requirement |\n"
		       "|---|---|---|---|\n"));
}

static bool markdown_entry(struct out *out, const struct rule *rule, struct rules_look look)
{
	(void)look;
	out_printf(out, "| `%s` | ", rule->id);
	categories_write(out, rule);
	out_str(out, S(" | "));
	surfaces_write(out, rule->breaks);
	out_printf(out, " | %s |\n", rule->purpose);
	return true;
}

static void markdown_part(struct out *out, const char *title, const char *text)
{
	if (text && *text)
		out_printf(out, "\n**%s.** %s\n", title, text);
}

static void markdown_example(struct out *out, const char *title, const char *code)
{
	if (!code || !*code)
		return;
	out_printf(out, "\n%s:\n\n```%s\n", title,
		str_starts(str_of(code), S("# breakwater.yaml")) ? "yaml" : "proto");
	indented_write(out, str_of(code), "");
	out_str(out, S("```\n"));
}

static bool markdown_explain(struct out *out, const struct rule *rule, struct rules_look look)
{
	(void)look;
	out_printf(out, "## %s\n\n%s\n\nCategories: ", rule->id, rule->purpose);
	categories_write(out, rule);
	out_str(out, S("  \nBreaks at most: "));
	surfaces_write(out, rule->breaks);
	if (rule->severity == SEVERITY_WARNING)
		out_str(out, S("  \nSeverity: warning"));
	out_char(out, '\n');
	markdown_part(out, "What is compared", rule->compares);
	markdown_part(out, "Who is hurt", rule->hurts);
	markdown_example(out, "Before", rule->before);
	markdown_example(out, "After", rule->after);
	markdown_part(out, "How to change it safely", rule->safely);
	out_char(out, '\n');
	return true;
}

/* Manual page, in mdoc */

static void man_escaped(struct out *out, struct str text, bool *in_code)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '`' && in_code) {
			*in_code = !*in_code;
			out_str(out, *in_code ? S("\\fB") : S("\\fR"));
		} else if (c == '\\') {
			out_str(out, S("\\e"));
		} else if (c == '`') {
			out_str(out, S("\\(ga"));
		} else if (c == '\'') {
			out_str(out, S("\\(aq"));
		} else if (c == '"') {
			out_str(out, S("\\(dq"));
		} else if (c == '-') {
			out_str(out, S("\\-"));
		} else if (c == '~') {
			out_str(out, S("\\(ti"));
		} else if (c == '^') {
			out_str(out, S("\\(ha"));
		} else if (c == '.' && i == 0) {
			out_str(out, S("\\&."));
		} else {
			out_char(out, c);
		}
	}
}

/* Length of the word after man_escaped. */
static size_t man_length(struct str word)
{
	size_t n = word.n;

	for (size_t i = 0; i < word.n; i++)
		n += strchr("`'\"~^", word.p[i]) ? 3 : word.p[i] == '-' || word.p[i] == '\\';
	return n;
}

static bool ends_sentence(struct str word)
{
	return word.n > 1 && strchr(".?!", word.p[word.n - 1]) && word.p[word.n - 2] != '.';
}

/* mandoc wants each sentence on a new line. */
static void man_text(struct out *out, struct str text)
{
	bool in_code = false;
	size_t column = 0;
	struct str word;

	while (str_cut(&text, ' ', &word)) {
		if (word.n == 0)
			continue;
		if (column && column + 1 + man_length(word) > MAN_WIDTH) {
			out_char(out, '\n');
			column = 0;
		}
		if (column)
			out_char(out, ' ');
		man_escaped(out, word, &in_code);
		column += man_length(word) + (column > 0);
		if (ends_sentence(word)) {
			out_char(out, '\n');
			column = 0;
		}
	}
	if (column)
		out_char(out, '\n');
}

static void man_part(struct out *out, const char *title, const char *text)
{
	if (!text || !*text)
		return;
	out_printf(out, ".Pp\n.Em %s .\n", title);
	man_text(out, str_of(text));
}

static void man_example(struct out *out, const char *title, const char *code)
{
	struct str text = str_trim(str_of(code ? code : "")), line;

	if (text.n == 0)
		return;
	out_printf(out, ".Pp\n%s:\n.Bd -literal -offset indent -compact\n", title);
	while (str_cut(&text, '\n', &line)) {
		man_escaped(out, line, NULL);
		out_char(out, '\n');
	}
	out_str(out, S(".Ed\n"));
}

static bool man_explain(struct out *out, const struct rule *rule, struct rules_look look)
{
	struct str purpose = str_of(rule->purpose);

	(void)look;
	out_printf(out, ".Ss %s\n", rule->id);
	man_text(out, purpose);
	out_str(out, S(".Pp\nCategories:\n"));
	categories_write(out, rule);
	out_str(out, S(".\n.br\nBreaks at most:\n"));
	surfaces_write(out, rule->breaks);
	out_str(out, S(".\n"));
	if (rule->severity == SEVERITY_WARNING)
		out_str(out, S(".br\nSeverity:\nwarning.\n"));
	man_part(out, "What is compared", rule->compares);
	man_part(out, "Who is hurt", rule->hurts);
	man_example(out, "Before", rule->before);
	man_example(out, "After", rule->after);
	man_part(out, "How to change it safely", rule->safely);
	return true;
}

static void man_begin(struct out *out)
{
	out_str(out, S(".\\\" Made by \"breakwater rules --format man\"; change the rules' own "
		       "texts instead.\n"
		       ".Dd November 25, 2026\n"
		       ".Dt BREAKWATER-RULES 7\n"
		       ".Os\n"
		       ".Sh NAME\n"
		       ".Nm breakwater-rules\n"
		       ".Nd what breakwater checks\n"
		       ".Sh DESCRIPTION\n"
		       "A rule compares one property of a contract in two revisions.\n"
		       "Rules are chosen by name or by category, with\n"
		       ".Fl Fl use\n"
		       "and\n"
		       ".Fl Fl except\n"
		       "or in\n"
		       ".Pa breakwater.yaml .\n"
		       ".Bl -tag -width WIRE_JSON\n"
		       ".It FILE\n"
		       "Generated code, file by file: the default.\n"
		       ".It PACKAGE\n"
		       "Generated code, package by package: elements may move between files.\n"
		       ".It WIRE_JSON\n"
		       "Data in the binary form and in JSON.\n"
		       ".It WIRE\n"
		       "Data in the binary form.\n"
		       ".It CSR\n"
		       "What schema registries ask for.\n"
		       ".It NONE\n"
		       "No rule, beside what contracts and options ask.\n"
		       ".El\n"
		       ".Pp\n"
		       "Rules in no category are asked by contracts, beside those of FILE, or by\n"
		       "what the configuration says of options; see\n"
		       ".Xr breakwater.yaml 5 .\n"
		       ".Pp\n"
		       "What a rule breaks at most is narrowed in each finding to what that very\n"
		       "change breaks.\n"
		       ".Pp\n"));
	man_text(out, str_of(proofs_text));
	out_str(out, S(".Sh RULES\n"));
}

static void man_end(struct out *out)
{
	size_t n;
	const struct deprecated_rule *deprecated = rules_deprecated(&n);

	out_str(out, S(".Sh DEPRECATED NAMES\n"
		       "These names still work where a rule is named, and mean the rules that\n"
		       "replaced them.\n"
		       ".Bl -tag -width indent\n"));
	for (size_t i = 0; i < n; i++) {
		out_printf(out, ".It %s\n", deprecated[i].id);
		if (!deprecated[i].replaced_by[0])
			out_str(out, S("Nothing.\n"));
		for (size_t k = 0;
			k < COUNT(deprecated[i].replaced_by) && deprecated[i].replaced_by[k]; k++)
			out_printf(out, "%s\n", deprecated[i].replaced_by[k]);
	}
	out_str(out, S(".El\n"
		       ".Sh SEE ALSO\n"
		       ".Xr breakwater 1 ,\n"
		       ".Xr breakwater.yaml 5 ,\n"
		       ".Xr breakwater-contracts 7\n"));
}

static void nothing(struct out *out)
{
	(void)out;
}

static const struct rule_format formats[] = {
	{ "text", nothing, text_entry, nothing, nothing, text_explain, nothing },
	{ "json", nothing, json_entry, nothing, nothing, json_explain, nothing },
	{ "markdown", markdown_begin, markdown_entry, nothing, nothing, markdown_explain, nothing },
	{ "man", man_begin, man_explain, man_end, man_begin, man_explain, man_end },
};

static const struct rule_format *format_find(struct str name)
{
	for (size_t i = 0; i < COUNT(formats); i++)
		if (str_eq(name, str_of(formats[i].name)))
			return &formats[i];
	return NULL;
}

bool rules_write_list(struct out *out, struct str format, const struct selection *selection,
	struct rules_look look)
{
	const struct rule_format *writer = format_find(format);
	const struct rule *const *rules;
	bool ok = true;
	size_t n;

	if (!writer)
		return false;
	rules = rules_all(&n);
	writer->list_begin(out);
	for (size_t i = 0; i < n && ok; i++)
		if (!selection || selection->selected[i])
			ok = writer->entry(out, rules[i], look);
	writer->list_end(out);
	return ok;
}

bool rules_write_explanation(struct out *out, struct str format, const struct rule *const *rules,
	size_t n, struct rules_look look)
{
	const struct rule_format *writer = format_find(format);
	bool ok = true;

	if (!writer)
		return false;
	writer->explain_begin(out);
	for (size_t i = 0; i < n && ok; i++)
		ok = writer->explain(out, rules[i], look);
	writer->explain_end(out);
	return ok;
}
