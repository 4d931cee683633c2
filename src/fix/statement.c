/* Options that are statements, of files, messages, enums and methods; and features. */
#include "fix/private.h"

#define FIELD_FEATURES 21
const struct option_numbers PRESENCE_PATH = { { FIELD_FEATURES, FEATURE_FIELD_PRESENCE } };
const struct option_numbers ENCODING_PATH = { { FIELD_FEATURES, FEATURE_MESSAGE_ENCODING } };
const struct option_numbers UTF8_PATH = { { FIELD_FEATURES, FEATURE_UTF8_VALIDATION } };
const struct option_numbers JAVA_UTF8_PATH = { { FIELD_FEATURES, FEATURE_JAVA,
	JAVA_FEATURE_UTF8_VALIDATION } };
const struct option_numbers CPP_STRING_PATH = { { FIELD_FEATURES, FEATURE_CPP,
	CPP_FEATURE_STRING_TYPE } };

/* One feature: its name, and the names of its values from 1 on. */
static struct str named(
	struct arena *arena, const char *name, unsigned value, const char *const *values)
{
	return value ? str_printf(arena, "features.%s = %s", name, values[value - 1])
		     : (struct str){ NULL, 0 };
}

struct str feature_text(
	struct fixer *x, const struct element *element, const struct option_numbers *path)
{
	static const char *const presences[] = { "EXPLICIT", "IMPLICIT", "LEGACY_REQUIRED" };
	static const char *const types[] = { "OPEN", "CLOSED" };
	static const char *const checks[] = { "", "VERIFY", "NONE" };
	static const char *const encodings[] = { "LENGTH_PREFIXED", "DELIMITED" };
	static const char *const formats[] = { "ALLOW", "LEGACY_BEST_EFFORT" };
	static const char *const strings[] = { "VIEW", "CORD", "STRING" };
	static const char *const java[] = { "DEFAULT", "VERIFY" };
	const struct features *f = element->features;
	struct arena *arena = x->arena;

	switch (f ? path->numbers[1] : 0) {
	case FEATURE_FIELD_PRESENCE:
		return named(arena, "field_presence", f->field_presence, presences);
	case FEATURE_ENUM_TYPE:
		return named(arena, "enum_type", f->enum_type, types);
	case FEATURE_UTF8_VALIDATION:
		return named(arena, "utf8_validation", f->utf8_validation, checks);
	case FEATURE_MESSAGE_ENCODING:
		return named(arena, "message_encoding", f->message_encoding, encodings);
	case FEATURE_JSON_FORMAT:
		return named(arena, "json_format", f->json_format, formats);
	case FEATURE_CPP:
		return named(arena, "(pb.cpp).string_type", f->cpp_string_type, strings);
	case FEATURE_JAVA:
		return named(arena, "(pb.java).utf8_validation", f->java_utf8_validation, java);
	default:
		return (struct str){ NULL, 0 };
	}
}

/* The text of a statement `option …;` at a span; absent: a literal is there. */
static struct str statement_text(const struct element *element, struct span span)
{
	struct str text =
		span_is_none(span) ? (struct str){ NULL, 0 } : span_text(element->file, span);

	return str_starts(text, S("option")) && str_ends(text, S(";")) ? text
								       : (struct str){ NULL, 0 };
}

bool is_in_literal(const struct element *element, struct span span)
{
	struct str text =
		span_is_none(span) ? (struct str){ NULL, 0 } : span_text(element->file, span);

	/* `features.x = y` in brackets, `option features.x = y;` else. */
	return text.p && !str_has(text, '=');
}

struct str literal_text(struct fixer *x, struct str feature)
{
	size_t equals = str_find(feature, '=');
	struct str name = str_trim(str_head(feature, equals));

	return str_printf(x->arena, STR ": " STR, ARG(str_last_component(name)),
		ARG(str_trim(str_from(feature, equals + 1))));
}

/* Behind the last option, import, package or syntax of a file. */
static bool add_to_file(
	struct fixer *x, const struct file *file, struct str statement, struct edits *edits)
{
	struct insertion what = { .file = file, .lines = statement };
	struct span after = file->syntax_span;

	if (!span_is_none(file->package_span))
		after = file->package_span;
	for (uint32_t i = 0; i < file->imports.n; i++)
		if (file->imports.items[i].span.end > after.end)
			after = file->imports.items[i].span;
	what.apart = true;
	for (uint32_t i = 0; file->e.options && i < file->e.options->list.n; i++) {
		struct span span = file->e.options->list.items[i].span;

		if (span.end < after.end || !statement_text(&file->e, span).p)
			continue;
		after = span;
		what.apart = false;
	}
	if (span_is_none(after))
		insert_before(x->arena, &what, file->e.span, edits);
	else
		insert_after(x->arena, &what, after, edits);
	return true;
}

bool statement_add(
	struct fixer *x, const struct element *new, struct str statement, struct edits *edits)
{
	struct insertion what = { .file = new->file, .lines = statement };
	const struct method *method = (const struct method *)new;
	uint32_t from = new->kind == ELEMENT_METHOD ? method->output_span.end : new->name_span.end;
	struct str indent = indent_of(new->file, new->span.begin);
	struct span body;

	if (new->kind == ELEMENT_FILE)
		return add_to_file(x, (const struct file *)new, statement, edits);
	if (body_of(new->file, from, new->span.end, &body)) {
		insert_at_begin(x->arena, &what, body, new->span, edits);
		return true;
	}
	if (new->kind != ELEMENT_METHOD)
		return false;
	replace_text(x->arena, new->file, (struct span){ new->span.end - 1, new->span.end },
		str_printf(x->arena, " {\n" STR "  " STR "\n" STR "}", ARG(indent), ARG(statement),
			ARG(indent)),
		edits);
	return true;
}

bool statement_restore(struct fixer *x, const struct element *old, const struct element *new,
	const struct option_numbers *path, struct str otherwise, struct edits *edits)
{
	struct span was = option_span(old, path), is = option_span(new, path);
	struct str text = statement_text(old, was);

	if (!span_is_none(is) && !statement_text(new, is).p)
		return false;
	if (!text.p && !span_is_none(was) && !otherwise.p)
		return false;
	if (!text.p)
		text = otherwise;
	if (!span_is_none(is) && text.p)
		replace_text(x->arena, new->file, is, text, edits);
	else if (!span_is_none(is))
		replace_text(x->arena, new->file, removal_span(new->file, is), S(""), edits);
	else if (text.p)
		return statement_add(x, new, text, edits);
	return true;
}

/* ---- the rules ---- */

static void statement_way(struct fixer *x, struct fix_group *group,
	const struct option_numbers *path, struct str otherwise)
{
	struct fix_way *way = way_new(x, group, "the old value back");

	if (!statement_restore(x, group->old, group->new, path, otherwise, &way->edits) ||
		!way->edits.n)
		way_drop(group);
}

void fix_file_option(struct fixer *x, struct fix_group *group)
{
	/* numbers of cpp_file_options.proto */
	static const struct option_numbers cc_namespace = { { 990, 1 } };
	static const struct option_numbers nullable = { { 50, FEATURE_CSHARP,
		CSHARP_FEATURE_NULLABLE } };
	struct option_numbers path = { { group->findings.items[0]->rule->arg } };
	struct str name = S("");

	if (!group->old || !group->new)
		return;
	if (group_has(group, "FILE_SAME_CC_NAMESPACE"))
		path = cc_namespace;
	if (group_has(group, "FILE_SAME_CSHARP_NULLABLE_REFERENCE_TYPES")) {
		path = nullable;
		name = group->findings.items[0]->before;
	}
	statement_way(x, group, &path, (struct str){ NULL, 0 });
	if (name.n)
		statement_way(x, group, &path,
			str_printf(x->arena,
				"option features.(pb.csharp).nullable_reference_types = " STR ";",
				ARG(name)));
}

void fix_statement(struct fixer *x, struct fix_group *group)
{
	enum { NO_ACCESSOR = 2 };
	int32_t features = group->new ? features_number(group->new->kind) : 0;
	struct option_numbers path = { { features, FEATURE_JSON_FORMAT } };
	struct str text;

	if (!group->old || !group->new)
		return;
	if (group_has(group, "MESSAGE_NO_REMOVE_STANDARD_DESCRIPTOR_ACCESSOR")) {
		path = (struct option_numbers){ { NO_ACCESSOR } };
		statement_way(x, group, &path, (struct str){ NULL, 0 });
		return;
	}
	if (group_has(group, "ENUM_SAME_TYPE"))
		path.numbers[1] = FEATURE_ENUM_TYPE;
	if (group->new->file->edition < EDITION_2023) {
		group->left = S("the file's syntax decides it");
		return;
	}
	text = feature_text(x, group->old, &path);
	if (text.p && is_in_literal(group->new, option_span(group->new, &path))) {
		replace_text(x->arena, group->new->file, option_span(group->new, &path),
			literal_text(x, text), &way_new(x, group, "the old value back")->edits);
		return;
	}
	if (!span_is_none(option_span(group->new, &path)))
		statement_way(x, group, &path, (struct str){ NULL, 0 });
	if (text.p)
		statement_way(x, group, &path, str_printf(x->arena, "option " STR ";", ARG(text)));
}
