/* Fields: deleted ones come back, changed ones get their old properties. */
#include "fix/private.h"

/* What of a field is to be as it was. */
enum {
	NAME = 1,
	JSON_NAME = 2,
	TYPE = 4,
	LABEL = 8,
	DEFAULT = 16,
	JSTYPE = 32,
	CPP_TYPE = 64,
	UTF8_CHECK = 128,
	JAVA_CHECK = 256,
	ONEOF = 512,
	REQUIRED = 1024,
};

static const struct property {
	const char *rule;
	unsigned what;
} properties[] = {
	{ "FIELD_SAME_NAME", NAME },
	{ "FIELD_SAME_JSON_NAME", JSON_NAME },
	{ "FIELD_SAME_TYPE", TYPE },
	{ "FIELD_WIRE_COMPATIBLE_TYPE", TYPE },
	{ "FIELD_WIRE_JSON_COMPATIBLE_TYPE", TYPE },
	{ "FIELD_SAME_CARDINALITY", LABEL },
	{ "FIELD_WIRE_COMPATIBLE_CARDINALITY", LABEL },
	{ "FIELD_WIRE_JSON_COMPATIBLE_CARDINALITY", LABEL },
	{ "FIELD_SAME_DEFAULT", DEFAULT },
	{ "FIELD_SAME_JSTYPE", JSTYPE },
	{ "FIELD_SAME_CPP_STRING_TYPE", CPP_TYPE },
	{ "FIELD_SAME_UTF8_VALIDATION", UTF8_CHECK },
	{ "FIELD_SAME_JAVA_UTF8_VALIDATION", JAVA_CHECK },
	{ "FIELD_SAME_ONEOF", ONEOF },
	{ "MESSAGE_SAME_REQUIRED_FIELDS", LABEL | REQUIRED },
};

static unsigned wanted(const struct fix_group *group)
{
	unsigned what = 0;

	for (size_t i = 0; i < COUNT(properties); i++)
		if (group_has(group, properties[i].rule))
			what |= properties[i].what;
	return what;
}

/* numbers in descriptor.proto and its extensions */
enum { OPTION_CTYPE = 1, OPTION_JSTYPE = 6, FILE_OPTION_JAVA_CHECK = 27 };
static const struct option_numbers CTYPE_PATH = { { OPTION_CTYPE } };
static const struct option_numbers JSTYPE_PATH = { { OPTION_JSTYPE } };
static const struct option_numbers JAVA_CHECK_PATH = { { FILE_OPTION_JAVA_CHECK } };

/* One field, on its way back. */
struct change {
	struct fixer *x;
	const struct field *old, *new;
	const struct element *message; /* the new side's */
	unsigned what;
	bool qualified; /* types with their full names */
	bool explicit;  /* features at the field, whatever it inherits */
	struct brackets brackets;
	struct edits *edits;
	bool failed;
};

/* ---- type and label ---- */

static struct span whole_type(const struct field *field)
{
	return (struct span){ field->has_label ? field->label_span.begin : field->type_span.begin,
		field->type_span.end };
}

static struct str type_text(const struct change *c)
{
	const struct field *old = c->old;
	struct str text = span_text(old->e.file, old->type_span);

	if (old->type_ref && !old->is_map && (c->qualified || !text.p))
		return str_printf(c->x->arena, "." STR, ARG(field_type_name(old)));
	return text.p ? text : field_type_text(old, c->x->arena);
}

static struct str label_text(const struct field *field)
{
	if (!field->has_label)
		return S("");
	return field->label == LABEL_REQUIRED   ? S("required ")
	       : field->label == LABEL_REPEATED ? S("repeated ")
						: S("optional ");
}

/* A group and a map declare their message: the one of its name goes where they come back, and comes
 * back where they go. */
static void restore_body(const struct change *c, struct edits *edits)
{
	bool declared = c->old->is_group || c->old->is_map;
	struct fixer *x = c->x;
	const struct element *message;

	if (!c->message ||
		(c->old->is_group == c->new->is_group && c->old->is_map == c->new->is_map))
		return;
	if (!declared) {
		if (c->old->message && c->old->message->e.parent == c->old->e.parent)
			restore(x, &c->old->message->e, c->message, PLAIN, edits);
		return;
	}
	message = now(x, &c->old->message->e);
	if (message && !((const struct message *)message)->group_field &&
		!element_is_synthetic(message))
		replace_text(x->arena, message->file,
			declaration_removal_span(message->file, message->span), S(""), edits);
}

static void restore_type(struct change *c)
{
	const struct field *old = c->old, *new = c->new;
	bool whole = old->is_map || new->is_map || (c->what & (TYPE | LABEL)) == (TYPE | LABEL);
	struct span span = new->type_span;

	if (old->is_group || new->is_group) {
		c->failed = true;
		return;
	}
	if (c->what & TYPE || old->is_map || new->is_map) {
		struct str label = whole ? label_text(old) : S("");
		struct str text = str_printf(c->x->arena, STR STR, ARG(label), ARG(type_text(c)));

		replace_text(
			c->x->arena, new->e.file, whole ? whole_type(new) : span, text, c->edits);
		bring_needs(c->x, &old->e, new->e.file, c->edits);
		restore_body(c, c->edits);
		return;
	}
	span.end = span.begin;
	if (new->has_label)
		span.begin = new->label_span.begin;
	replace_text(c->x->arena, new->e.file, span, label_text(old), c->edits);
}

/* ---- options ---- */

/* The old text of an option that stands alone in its brackets or its statement; absent: a literal
 * holds it, or there is none. */
static struct str option_text(const struct element *old, const struct option_numbers *path)
{
	struct span span = option_span(old, path), brackets = brackets_span(old);
	struct str text = span_is_none(span) ? (struct str){ NULL, 0 } : span_text(old->file, span);

	if (span_is_none(brackets) || span.begin < brackets.begin || span.end > brackets.end ||
		!str_has(text, '='))
		return (struct str){ NULL, 0 };
	return text;
}

/* An option of the field is as it was. */
static void restore_option(struct change *c, const struct option_numbers *path)
{
	struct span now = option_span(&c->new->e, path), was = option_span(&c->old->e, path);
	struct str text = option_text(&c->old->e, path);

	if (!span_is_none(was) && !text.p)
		c->failed = true;
	if (!span_is_none(now) || text.p)
		brackets_set(&c->brackets, now, text);
}

/* A feature resolves to what it did. */
static void restore_feature(struct change *c, const struct option_numbers *path)
{
	struct span now = option_span(&c->new->e, path);
	struct str text = option_text(&c->old->e, path), is, was;

	was = feature_text(c->x, &c->old->e, path);
	is = feature_text(c->x, &c->new->e, path);
	if (!was.p || !is.p || str_eq(was, is) || c->new->e.file->edition < EDITION_2023)
		return;
	if (!text.p && (span_is_none(now) || c->explicit))
		text = was;
	if (text.p && path == &CPP_STRING_PATH)
		need_import(
			c->x, c->new->e.file, S("google/protobuf/cpp_features.proto"), c->edits);
	if (text.p && path == &JAVA_UTF8_PATH)
		need_import(
			c->x, c->new->e.file, S("google/protobuf/java_features.proto"), c->edits);
	if (is_in_literal(&c->new->e, now)) {
		replace_text(c->x->arena, c->new->e.file, now, literal_text(c->x, was), c->edits);
		return;
	}
	brackets_set(&c->brackets, now, text);
}

static void restore_json_name(struct change *c)
{
	const struct field *old = c->old, *new = c->new;
	struct span now = new->json ? new->json->span : NO_SPAN;
	struct str name = c->what & NAME ? old->e.name : new->e.name, text = { NULL, 0 };
	struct str was = field_json_name(old, c->x->arena);

	if (old->json && c->what & NAME)
		text = span_text(old->e.file, old->json->span);
	else if (!str_eq(json_name_derive(c->x->arena, name), was))
		text = str_printf(c->x->arena, "json_name = \"" STR "\"", ARG(was));
	if (!span_is_none(now) || text.p)
		brackets_set(&c->brackets, now, text);
}

static void restore_default(struct change *c)
{
	struct span now = c->new->preset ? c->new->preset->span : NO_SPAN;
	struct str text = c->old->preset ? span_text(c->old->e.file, c->old->preset->span)
					 : (struct str){ NULL, 0 };

	if (!span_is_none(now) || text.p)
		brackets_set(&c->brackets, now, text);
}

static void restore_options(struct change *c)
{
	if (c->what & (NAME | JSON_NAME))
		restore_json_name(c);
	if (c->what & (DEFAULT | TYPE))
		restore_default(c);
	if (c->what & JSTYPE)
		restore_option(c, &JSTYPE_PATH);
	if (c->what & CPP_TYPE) {
		restore_option(c, &CTYPE_PATH);
		restore_feature(c, &CPP_STRING_PATH);
	}
	if (c->what & LABEL)
		restore_feature(c, &PRESENCE_PATH);
	if (c->what & TYPE)
		restore_feature(c, &ENCODING_PATH);
	if (c->what & (UTF8_CHECK | JAVA_CHECK))
		restore_feature(c, &UTF8_PATH);
	if (c->what & JAVA_CHECK)
		restore_feature(c, &JAVA_UTF8_PATH);
}

/* ---- the first value of an enum ---- */

/* The old first value stands first again. */
static void restore_first(struct change *c)
{
	const struct enumeration *was = c->old->enumeration, *is = c->new->enumeration;
	const struct enum_value *first = NULL;
	struct insertion what;

	if (!was->values.n || !is->values.n || !now(c->x, &was->e)) {
		c->failed = true;
		return;
	}
	for (uint32_t i = 0; i < is->values.n && !first; i++)
		if (is->values.items[i]->number == was->values.items[0]->number)
			first = is->values.items[i];
	if (!first || first == is->values.items[0]) {
		c->failed = !first;
		return;
	}
	what = (struct insertion){ .file = is->e.file, .lines = lines_of(c->x, &first->e, PLAIN) };
	replace_text(c->x->arena, is->e.file, declaration_removal_span(is->e.file, first->e.span),
		S(""), c->edits);
	insert_before(c->x->arena, &what, is->values.items[0]->e.span, c->edits);
}

static bool is_about_first(const struct change *c)
{
	return c->what & DEFAULT && c->old->type == TYPE_ENUM && c->new->type == TYPE_ENUM &&
	       !c->old->preset && !c->new->preset && c->old->enumeration && c->new->enumeration;
}

/* ---- ways ---- */

static bool make_change(struct change *c)
{
	brackets_open(&c->brackets, c->x, &c->new->e);
	if (c->what & NAME) {
		c->failed |= c->new->is_group || c->old->is_group;
		replace_text(
			c->x->arena, c->new->e.file, c->new->e.name_span, c->old->e.name, c->edits);
		if (c->message)
			free_reserved(c->x, &c->old->e, c->message, c->edits);
	}
	if (c->what & (TYPE | LABEL))
		restore_type(c);
	if (is_about_first(c))
		restore_first(c);
	else
		restore_options(c);
	if (c->what & JAVA_CHECK && c->new->e.file->edition < EDITION_2023) {
		const struct file *home = diff_find_file(c->x->diff, true, c->old->e.file);

		c->failed |= home != c->new->e.file ||
			     !statement_restore(c->x, &c->old->e.file->e, &home->e,
				     &JAVA_CHECK_PATH, (struct str){ NULL, 0 }, c->edits);
	}
	return !c->failed && brackets_close(&c->brackets, c->edits) && c->edits->n;
}

/* `type, label and name as before` */
static struct str words_of(struct arena *arena, unsigned what)
{
	static const struct {
		unsigned what;
		const char *word;
	} words[] = { { NAME, "name" }, { JSON_NAME, "JSON name" }, { TYPE, "type" },
		{ LABEL, "cardinality" }, { DEFAULT, "default" }, { JSTYPE, "jstype" },
		{ CPP_TYPE, "string type of C++" }, { UTF8_CHECK, "UTF-8 validation" },
		{ JAVA_CHECK, "UTF-8 validation in Java" }, { ONEOF, "oneof" } };
	struct str all = S("");

	for (size_t i = 0; i < COUNT(words); i++)
		if (what & words[i].what)
			all = str_printf(
				arena, STR "%s%s", ARG(all), all.n ? ", " : "", words[i].word);
	return all;
}

static void change_way(struct fix_group *group, struct change change, const char *how)
{
	struct fix_way *way;

	if (how)
		way = way_new(change.x, group, "%s", how);
	else
		way = way_new(change.x, group, STR " as before",
			ARG(words_of(change.x->arena, change.what)));
	change.edits = &way->edits;
	if (!make_change(&change))
		way_drop(group);
}

/* The declaration as it was, in place of the new one. */
static void whole_way(struct fix_group *group, const struct change *c)
{
	struct fix_way *way = way_new(c->x, group, "declaration as before");
	struct insertion what = { .file = c->new->e.file,
		.lines = lines_of(c->x, &c->old->e, PLAIN) };
	struct span span = declaration_span(c->new->e.file, c->new->e.span);

	if (!what.lines.p) {
		way_drop(group);
		return;
	}
	bring_needs(c->x, &c->old->e, c->new->e.file, &way->edits);
	free_reserved(c->x, &c->old->e, c->message, &way->edits);
	restore_body(c, &way->edits);
	replace_lines(c->x->arena, &what, span, &way->edits);
}

/* ---- numbers ---- */

static bool covered(const struct message *m, int32_t number)
{
	if (message_reserves(m, number) || (number >= 19000 && number <= 19999))
		return true;
	for (uint32_t i = 0; i < m->extension_ranges.n; i++)
		if (number >= m->extension_ranges.items[i]->begin &&
			number <= m->extension_ranges.items[i]->end)
			return true;
	return false;
}

/* A number that no field of either side has, above all of them; 0: there is none. */
static int32_t free_number(struct fixer *x, const struct message *old, const struct message *new)
{
	void **given = map_put(&x->numbers, new, 0);
	int64_t number = (int64_t)(intptr_t)*given;

	for (uint32_t i = 0; i < old->fields.n; i++)
		if (old->fields.items[i]->number > number)
			number = old->fields.items[i]->number;
	for (uint32_t i = 0; i < new->fields.n; i++)
		if (new->fields.items[i]->number > number)
			number = new->fields.items[i]->number;
	do
		number++;
	while (number <= MAX_FIELD_NUMBER &&
		(covered(old, (int32_t)number) || covered(new, (int32_t)number)));
	if (number > MAX_FIELD_NUMBER)
		return 0;
	*given = (void *)(intptr_t)number;
	return (int32_t)number;
}

/* The number was taken by a field that was never published: that one moves. */
static void part_way(struct fix_group *group, const struct change *c)
{
	const struct message *was = (const struct message *)c->old->e.parent;
	const struct message *is = (const struct message *)c->new->e.parent;
	struct insertion what;
	struct fix_way *way;
	int32_t number;

	if (c->old->extension || !c->message || message_field_by_name(was, c->new->e.name) ||
		message_field_by_name(is, c->old->e.name))
		return;
	number = free_number(c->x, was, is);
	if (!number)
		return;
	way = way_new(c->x, group, "restored, deprecated; '" STR "' moves to number %d",
		ARG(c->new->e.name), number);
	replace_text(c->x->arena, c->new->e.file, c->new->number_span,
		str_printf(c->x->arena, "%d", number), &way->edits);
	what = (struct insertion){ .file = c->new->e.file,
		.lines = lines_of(c->x, &c->old->e, DEPRECATED) };
	if (!what.lines.p) {
		way_drop(group);
		return;
	}
	bring_needs(c->x, &c->old->e, c->new->e.file, &way->edits);
	free_reserved(c->x, &c->old->e, c->message, &way->edits);
	insert_before(c->x->arena, &what, c->new->e.span, &way->edits);
}

static void fix_changed(struct fixer *x, struct fix_group *group)
{
	struct change c = {
		.x = x,
		.old = (const struct field *)group->old,
		.new = (const struct field *)group->new,
		.message = group->new->parent->kind == ELEMENT_MESSAGE ? group->new->parent : NULL,
		.what = wanted(group),
	};

	if (c.what & NAME && c.old->extension)
		move_extension(x, group);
	if (c.what & NAME && c.what & (TYPE | LABEL))
		part_way(group, &c);
	if (c.what & JSON_NAME && c.what & NAME && x->request->by_surface) {
		struct change json = c;

		json.what &= ~(unsigned)NAME;
		change_way(group, json, NULL);
	}
	change_way(group, c, NULL);
	c.explicit = true;
	change_way(group, c, NULL);
	c.explicit = false;
	c.qualified = true;
	if (c.what & TYPE && c.old->type_ref)
		change_way(group, c, NULL);
	if (c.message && !c.old->extension)
		whole_way(group, &c);
}

/* ---- deleted fields ---- */

static void reserve_way(struct fix_group *group, struct fixer *x, const struct field *old,
	const struct element *message)
{
	struct fix_way *way = way_new(x, group, "number %d and name reserved", old->number);

	if (!reserve(x, message, old->number, old->e.name, old->e.span.begin, &way->edits))
		way_drop(group);
}

/* The field of that name got another number, which no field had: it gets its own back. */
static void renumber_ways(struct fix_group *group, struct change *c)
{
	const struct message *was = (const struct message *)c->old->e.parent;
	struct fix_way *way;

	c->new = message_field_by_name((const struct message *)c->message, c->old->e.name);
	if (!c->new || message_field_by_number(was, c->new->number))
		return;
	way = way_new(c->x, group, "number %d back", c->old->number);
	replace_text(c->x->arena, c->new->e.file, c->new->number_span,
		str_printf(c->x->arena, "%d", c->old->number), &way->edits);
	free_reserved(c->x, &c->old->e, c->message, &way->edits);
	whole_way(group, c);
}

static void restore_way(
	struct fix_group *group, struct fixer *x, const struct element *into, int marks)
{
	struct fix_way *way =
		way_new(x, group, marks & DEPRECATED ? "restored, deprecated" : "restored");

	if (!restore(x, group->old, into, marks, &way->edits))
		way_drop(group);
}

static void fix_deleted(struct fixer *x, struct fix_group *group)
{
	const struct field *old = (const struct field *)group->old;
	const struct element *message = now(x, old->e.parent), *into = message;
	struct change c = { .x = x, .old = old, .message = message };

	if (!message)
		return;
	if (field_oneof(old) && now_oneof(&field_oneof(old)->e, message))
		into = now_oneof(&field_oneof(old)->e, message);
	if (x->request->reserve)
		reserve_way(group, x, old, message);
	renumber_ways(group, &c);
	restore_way(group, x, into, DEPRECATED);
	restore_way(group, x, into, PLAIN);
}

/* ---- required fields that were added ---- */

static void fix_added(struct fixer *x, struct fix_group *group)
{
	const struct field *new = (const struct field *)group->new;
	struct fix_way *way = way_new(x, group, "no longer required");
	struct brackets brackets;

	if (new->has_label &&new->label == LABEL_REQUIRED) {
		replace_text(x->arena, new->e.file, new->label_span, S("optional"), &way->edits);
		return;
	}
	for (int explicit = 0; explicit < 2; explicit ++) {
		struct span span = option_span(&new->e, &PRESENCE_PATH);

		brackets_open(&brackets, x, &new->e);
		if (!span_is_none(span) || explicit)
			brackets_set(&brackets, span,
				explicit ? S("features.field_presence = EXPLICIT")
					 : (struct str){ NULL, 0 });
		if (!brackets_close(&brackets, &way->edits) || !way->edits.n)
			way_drop(group);
		if (!explicit)
			way = way_new(x, group, "no longer required");
	}
}

void fix_field(struct fixer *x, struct fix_group *group)
{
	if (!group->old)
		fix_added(x, group);
	else if (!group->new)
		fix_deleted(x, group);
	else
		fix_changed(x, group);
}
