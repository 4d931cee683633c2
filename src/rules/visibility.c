/* Which messages and enums other files may use (edition 2024). */
#include "rules/finding.h"

/* Types of one new file that its edition or option made local: their findings follow from the
 * first. */
struct turned {
	struct finding *first;
	struct str name; /* of the first */
	uint32_t n;
	bool nested; /* any of them is nested */
};

static const char *type_word(const struct element *type)
{
	return type->kind == ELEMENT_ENUM ? "enum" : "message";
}

static uint8_t default_of(const struct file *file)
{
	return file->e.features ? file->e.features->default_symbol_visibility : EXPORT_ALL;
}

/* Did the file's default make the type local, and not a keyword of its own? */
static bool is_by_default(const struct element *old, const struct element *new)
{
	return !type_written_visibility(new) &&
	       (!type_written_visibility(old) || default_of(old->file) != default_of(new->file));
}

/* The file's option; NULL: the edition's default. */
static const struct option *visibility_option(const struct file *file)
{
	const struct option *features =
		options_find(file->e.options, features_number(ELEMENT_FILE));

	return features ? options_find(option_message(features), FEATURE_DEFAULT_SYMBOL_VISIBILITY)
			: NULL;
}

static struct spot new_spot(const struct element *old, const struct element *new)
{
	const struct file *file = new->file;
	struct spot spot = spot_element(new);

	if (is_by_default(old, new)) {
		if (visibility_option(file))
			return spot_feature(&file->e, 0, FEATURE_DEFAULT_SYMBOL_VISIBILITY);
		return (struct spot){ file, file->syntax_span, file->syntax_span };
	}
	/* A declaration begins with its keyword. Spans in sets are no byte offsets. */
	if (type_written_visibility(new) && !file->text->points && !span_is_none(new->span))
		spot.exact = (struct span){ new->span.begin,
			new->span.begin + (uint32_t)strlen("local") };
	return spot;
}

static struct str default_words(const struct check *c, const struct file *file)
{
	if (visibility_option(file))
		return S("by default_symbol_visibility");
	return str_printf(c->arena, "by the default of " STR, ARG(edition_words(file->edition)));
}

static struct str turned_help(const struct file *file, bool nested)
{
	if (!nested)
		return S("write `export` before the types that other files use, or `option "
			 "features.default_symbol_visibility = EXPORT_TOP_LEVEL;` in the file");
	if (default_of(file) == STRICT)
		return S("write `option features.default_symbol_visibility = EXPORT_ALL;` in the "
			 "file: STRICT lets no nested message be exported");
	return S("write `export` before the types that other files use, or `option "
		 "features.default_symbol_visibility = EXPORT_ALL;` in the file");
}

static struct str keyword_help(const struct element *new)
{
	if (type_written_visibility(new))
		return S("write `export` in place of `local` as long as another file may use it");
	return S("write `export` before it as long as another file may use it");
}

/* Updates the message of the file's first finding, which counts them. */
static void turned_add(struct check *c, struct finding *finding, const struct element *old,
	const struct element *new)
{
	struct turned **slot = (struct turned **)map_put(&c->turned, new->file, 0), *turned = *slot;

	if (!turned) {
		turned = *slot = NEW(c->arena, struct turned);
		turned->first = finding;
		turned->name = finding->element;
		*map_put(&c->by_subject, new->file, ROW_SYMBOL_SAME_VISIBILITY) = finding;
	}
	turned->nested |= old->parent->kind != ELEMENT_FILE;
	if (++turned->n > 1)
		turned->first->message =
			str_printf(c->arena, "%u types became local " STR ", '" STR "' first",
				turned->n, ARG(default_words(c, new->file)), ARG(turned->name));
	turned->first->help = turned_help(new->file, turned->nested);
	finding_follows(c, finding, new->file, ROW_SYMBOL_SAME_VISIBILITY);
}

/* If a set does not say, there is no finding but a warning. */
static void say_unknown(struct check *c, const struct file *file)
{
	if (c->visibility_is_unknown || !c->diags)
		return;
	c->visibility_is_unknown = true;
	diag_warning(c->diags, place_in(file->text, NO_SPAN),
		"the set does not say which types are local by default: types that became local "
		"are unknown");
	diag_help(c->diags, "'buf build' keeps that, and 'protoc --retain_options' if a file sets "
			    "it; source text always shows it");
}

static void symbol_same_visibility(
	struct check *c, const struct rule *rule, const struct pair *pair)
{
	const struct element *old = pair->old.element, *new = pair->new.element;
	enum visibility was = type_visibility(old), is = type_visibility(new);
	struct finding *f;
	struct fact fact;

	if (was == VISIBILITY_LOCAL || is == VISIBILITY_EXPORT || element_is_synthetic(old) ||
		element_is_synthetic(new))
		return;
	if (!was || !is) {
		say_unknown(c, was ? new->file : old->file);
		return;
	}
	fact = (struct fact){
		.old = spot_element(old),
		.new = new_spot(old, new),
		.subject = old,
		.before = S("export"),
		.after = S("local"),
	};
	if (!is_by_default(old, new)) {
		fact.help = keyword_help(new);
		finding_add(c, rule, pair, &fact, "%s '" STR "' became local", type_word(old),
			ARG(full_name(c, old)));
		return;
	}
	fact.help = turned_help(new->file, old->parent->kind != ELEMENT_FILE);
	f = finding_add(c, rule, pair, &fact, "%s '" STR "' became local " STR, type_word(old),
		ARG(full_name(c, old)), ARG(default_words(c, new->file)));
	if (f)
		turned_add(c, f, old, new);
}

const struct rule rule_SYMBOL_SAME_VISIBILITY = {
	.id = "SYMBOL_SAME_VISIBILITY",
	.categories = CAT_FILE | CAT_PACKAGE,
	.breaks = SOURCE_CODE,
	.on = PAIR_MESSAGE,
	.on_enums = true,
	.check = symbol_same_visibility,
	.purpose = "messages and enums stay visible to other files",
	.compares = "Whether other files may use the message or enum: `export` or `local` where it "
		    "is written, else what features.default_symbol_visibility says for the file. "
		    "Before edition 2024 everything is exported; 2024 exports what is at top "
		    "level, 2026 nothing. What was local may be exported. A set that protoc wrote "
		    "without `--retain_options` does not say what the file's default is.",
	.hurts = "Contracts that import the file, in other repositories too, no longer compile "
		 "when they name the type. Data does not change.",
	.before = "edition = \"2024\";\npackage acme.v1;\nmessage Order {\n  string id = 1;\n}",
	.after = "edition = \"2026\";\npackage acme.v1;\nmessage Order {\n  string id = 1;\n}",
	.safely = "Write `export` before the type, or `option features.default_symbol_visibility = "
		  "EXPORT_TOP_LEVEL;` in the file, when it moves to edition 2026. Make a type "
		  "local only when nobody outside of the file uses it.",
};
