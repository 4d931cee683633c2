/* Declarations of the old side: as text, and back at their place on the new side. */
#include "fix/private.h"

enum { DEPRECATED_OF_VALUE = 1, DEPRECATED_OPTION = 3, DEPRECATED_OF_CALL = 33 };

/* ---- text ---- */

static int32_t deprecated_number(const struct element *element)
{
	switch (element->kind) {
	case ELEMENT_ENUM_VALUE:
		return DEPRECATED_OF_VALUE;
	case ELEMENT_SERVICE:
	case ELEMENT_METHOD:
		return DEPRECATED_OF_CALL;
	default:
		return DEPRECATED_OPTION;
	}
}

/* Text that comes into a declaration in place of `span`. */
struct mark {
	struct span span;
	struct str text;
};

static struct mark mark_in_brackets(const struct element *old)
{
	struct span brackets = brackets_span(old);
	uint32_t number_end = old->kind == ELEMENT_FIELD
				      ? ((const struct field *)old)->number_span.end
				      : ((const struct enum_value *)old)->number_span.end;

	if (span_is_none(brackets))
		return (struct mark){ { number_end, number_end }, S(" [deprecated = true]") };
	return (struct mark){ { brackets.begin + 1, brackets.begin + 1 },
		S("deprecated = true, ") };
}

static struct mark mark_in_body(struct fixer *x, const struct element *old, struct span body)
{
	struct str bytes = file_bytes_of(old->file);
	struct str inner = inner_indent(x->arena, old->file, body, old->span);
	struct span at = { body.begin + 1, body.begin + 1 };

	if (body_is_empty(bytes, body)) {
		at.end = body.end - 1;
		return (struct mark){ at,
			str_printf(x->arena, "\n" STR "option deprecated = true;\n" STR, ARG(inner),
				ARG(indent_of(old->file, old->span.begin))) };
	}
	if (ends_line(bytes, at.begin))
		return (struct mark){ at,
			str_printf(x->arena, "\n" STR "option deprecated = true;", ARG(inner)) };
	return (struct mark){ at, S(" option deprecated = true;") };
}

/* How a declaration says that it is deprecated; no text: it does, or cannot. */
static struct mark mark_of(struct fixer *x, const struct element *old)
{
	struct option_numbers path = { { deprecated_number(old) } };
	struct span body, end = { old->span.end - 1, old->span.end };
	struct str outer = indent_of(old->file, old->span.begin);

	if (!span_is_none(option_span(old, &path)))
		return (struct mark){ 0 };
	switch (old->kind) {
	case ELEMENT_FIELD:
	case ELEMENT_ENUM_VALUE:
		return mark_in_brackets(old);
	case ELEMENT_MESSAGE:
	case ELEMENT_ENUM:
	case ELEMENT_SERVICE:
		if (body_of(old->file, old->name_span.end, old->span.end, &body))
			return mark_in_body(x, old, body);
		break;
	case ELEMENT_METHOD:
		if (body_of(old->file, ((const struct method *)old)->output_span.end, old->span.end,
			    &body))
			return mark_in_body(x, old, body);
		return (struct mark){ end,
			str_printf(x->arena, " {\n" STR "  option deprecated = true;\n" STR "}",
				ARG(outer), ARG(outer)) };
	default:
		break;
	}
	return (struct mark){ 0 };
}

/* Lines without the indentation, blanks at their ends, and carriage returns. */
static struct str dedented(struct arena *arena, struct str text, struct str indent)
{
	char *p = arena_bytes(arena, text.n + 1);
	struct str line;
	size_t n = 0;
	bool first = true;

	while (str_cut(&text, '\n', &line)) {
		size_t skip = 0;

		while (line.n && is_blank(line.p[line.n - 1]))
			line.n--;
		while (!first && skip < indent.n && skip < line.n && is_blank(line.p[skip]))
			skip++;
		if (!first)
			p[n++] = '\n';
		n = (size_t)(str_put(p + n, str_from(line, skip)) - p);
		first = false;
	}
	return (struct str){ p, n };
}

struct str lines_of(struct fixer *x, const struct element *old, int marks)
{
	struct str bytes = file_load(x, old->file) ? file_bytes_of(old->file) : (struct str){ 0 };
	struct mark mark = { 0 };
	struct span all;
	struct str text;

	if (!bytes.p || span_is_none(old->span) || old->span.end > bytes.n)
		return (struct str){ NULL, 0 };
	all = declaration_span(old->file, old->span);
	if (marks & DEPRECATED)
		mark = mark_of(x, old);
	if (mark.text.p)
		text = str_printf(x->arena, STR STR STR,
			ARG(span_text(old->file, (struct span){ all.begin, mark.span.begin })),
			ARG(mark.text),
			ARG(span_text(old->file, (struct span){ mark.span.end, all.end })));
	else
		text = span_text(old->file, all);
	return dedented(x->arena, text, indent_of(old->file, old->span.begin));
}

struct str lines_with(
	struct fixer *x, const struct element *element, struct span span, struct str text)
{
	struct span all = declaration_span(element->file, element->span);
	struct str before = span_text(element->file, (struct span){ all.begin, span.begin });
	struct str after = span_text(element->file, (struct span){ span.end, all.end });

	return dedented(x->arena,
		str_printf(x->arena, STR STR STR, ARG(before), ARG(text), ARG(after)),
		indent_of(element->file, element->span.begin));
}

/* ---- what an old element is now ---- */

static const struct element *now_by_name(struct fixer *x, const struct element *old)
{
	const struct file *home = diff_find_file(x->diff, true, old->file);
	const struct element *new = NULL;

	if (home)
		new = diff_find_in_file(x->diff, true, home, old->kind, old->full_name);
	if (!new &&home && home->package.p != old->file->package.p)
		new = diff_find_in_file(x->diff, true, home, old->kind,
			intern_dotted(x->request->names, home->package, element_local_name(old)));
	if (!new && old->kind == ELEMENT_MESSAGE)
		new = (const struct element *)diff_find_message(x->diff, true, old->full_name);
	if (!new && old->kind == ELEMENT_ENUM)
		new = (const struct element *)diff_find_enum(x->diff, true, old->full_name);
	if (new && old->kind == ELEMENT_MESSAGE && !element_is_synthetic(old) &&
		element_is_synthetic(new))
		return NULL; /* a map took its name */
	if (!new && old->kind == ELEMENT_SERVICE)
		new = (const struct element *)diff_find_service(x->diff, true, old->full_name);
	return new;
}

const struct element *now_oneof(const struct element *old, const struct element *message)
{
	const struct message *m = (const struct message *)message;

	for (uint32_t i = 0; message && i < m->oneofs.n; i++)
		if (m->oneofs.items[i]->e.name.p == old->name.p &&
			!m->oneofs.items[i]->is_synthetic)
			return &m->oneofs.items[i]->e;
	return NULL;
}

const struct element *now(struct fixer *x, const struct element *old)
{
	const struct element *new = NULL;
	const struct file *file;

	switch (old->kind) {
	case ELEMENT_FILE:
		file = diff_find_file(x->diff, true, (const struct file *)old);
		new = file ? &file->e : NULL;
		break;
	case ELEMENT_ONEOF:
		new = now_oneof(old, now(x, old->parent));
		break;
	default:
		new = now_by_name(x, old);
		break;
	}
	if (new && !file_load(x, new->file))
		return NULL;
	return new;
}

/* ---- neighbours ---- */

struct children {
	const struct element **items;
	uint32_t n, cap;
};

#define ADD_CHILDREN(arena, list, all)                                           \
	do {                                                                     \
		for (uint32_t i = 0; i < (all).n; i++)                           \
			if (!element_is_synthetic(&(all).items[i]->e))           \
				*vec_push((arena), (list)) = &(all).items[i]->e; \
	} while (0)

/* The members of a message that have a place of their own. */
static void add_members(struct arena *arena, struct children *list, const struct message *m)
{
	for (uint32_t i = 0; i < m->fields.n; i++)
		if (!field_oneof(m->fields.items[i]))
			*vec_push(arena, list) = &m->fields.items[i]->e;
	for (uint32_t i = 0; i < m->messages.n; i++)
		if (!m->messages.items[i]->is_map_entry && !m->messages.items[i]->group_field)
			*vec_push(arena, list) = &m->messages.items[i]->e;
	ADD_CHILDREN(arena, list, m->enums);
	ADD_CHILDREN(arena, list, m->oneofs);
}

/* What stands beside an old element, itself included. */
static struct children siblings(struct fixer *x, const struct element *old)
{
	const struct element *parent = old->parent;
	struct children list = { 0 };
	const struct field *field = (const struct field *)old;
	const struct file *file = (const struct file *)parent;

	if (old->kind == ELEMENT_FIELD && !field->extension && field_oneof(field))
		ADD_CHILDREN(x->arena, &list, field_oneof(field)->fields);
	else if (parent->kind == ELEMENT_MESSAGE)
		add_members(x->arena, &list, (const struct message *)parent);
	else if (parent->kind == ELEMENT_ENUM)
		ADD_CHILDREN(x->arena, &list, ((const struct enumeration *)parent)->values);
	else if (parent->kind == ELEMENT_SERVICE)
		ADD_CHILDREN(x->arena, &list, ((const struct service *)parent)->methods);
	else if (parent->kind == ELEMENT_FILE) {
		ADD_CHILDREN(x->arena, &list, file->messages);
		ADD_CHILDREN(x->arena, &list, file->enums);
		ADD_CHILDREN(x->arena, &list, file->services);
	}
	return list;
}

static const struct element *same_number(const struct element *old, const struct element *into)
{
	const struct message *m = (const struct message *)into;
	const struct enumeration *e = (const struct enumeration *)into;

	if (old->kind == ELEMENT_FIELD) {
		const struct field *f =
			message_field_by_number(m, ((const struct field *)old)->number);

		return f ? &f->e : NULL;
	}
	for (uint32_t i = 0; i < e->values.n; i++)
		if (e->values.items[i]->number == ((const struct enum_value *)old)->number)
			return &e->values.items[i]->e;
	return NULL;
}

static const struct element *same_method(const struct element *old, const struct element *into)
{
	const struct service *service = (const struct service *)into;

	for (uint32_t i = 0; i < service->methods.n; i++)
		if (service->methods.items[i]->e.name.p == old->name.p)
			return &service->methods.items[i]->e;
	return NULL;
}

/* Where an old sibling stands in `into` now; NO_SPAN: not there. */
static struct span stands(struct fixer *x, const struct element *old, const struct element *into)
{
	const struct element *scope = into->kind == ELEMENT_ONEOF ? into->parent : into;
	const struct element *new = NULL;

	switch (old->kind) {
	case ELEMENT_FIELD:
	case ELEMENT_ENUM_VALUE:
		new = same_number(old, scope);
		break;
	case ELEMENT_METHOD:
		new = same_method(old, scope);
		break;
	case ELEMENT_ONEOF:
		new = now_oneof(old, scope);
		break;
	default:
		new = now(x, old);
		break;
	}
	if (!new || new->parent != scope || new->file != into->file)
		return NO_SPAN;
	if (new->kind == ELEMENT_FIELD) {
		const struct oneof *oneof = field_oneof((const struct field *)new);

		if (into->kind == ELEMENT_ONEOF)
			return oneof && &oneof->e == into ? new->span : NO_SPAN;
		return oneof ? oneof->e.span : new->span;
	}
	return new->span;
}

/* Did an empty line stand before the old declaration? */
static bool stood_apart(const struct element *old)
{
	struct str bytes = file_bytes_of(old->file);
	size_t at = line_begin(bytes, declaration_span(old->file, old->span).begin);

	return at > 1 && bytes.p[at - 1] == '\n' && begins_line(bytes, at - 1);
}

void insert_child(struct fixer *x, const struct element *old, const struct element *into,
	struct insertion what, struct edits *edits)
{
	struct children list = siblings(x, old);
	const struct element *before = NULL, *after = NULL;
	struct span body;

	for (uint32_t i = 0; i < list.n; i++) {
		const struct element *e = list.items[i];

		if (e == old || span_is_none(stands(x, e, into)))
			continue;
		if (e->span.begin < old->span.begin) {
			if (!before || e->span.begin > before->span.begin)
				before = e;
		} else if (!after || e->span.begin < after->span.begin) {
			after = e;
		}
	}
	what.apart = into->kind == ELEMENT_FILE || stood_apart(old);
	if (before)
		insert_after(x->arena, &what, stands(x, before, into), edits);
	else if (after)
		insert_before(x->arena, &what, stands(x, after, into), edits);
	else if (into->kind == ELEMENT_FILE)
		append(x->arena, &what, edits);
	else if (body_of(into->file, into->name_span.end, into->span.end, &body))
		insert_at_end(x->arena, &what, body, into->span, edits);
}

/* ---- extensions ---- */

static bool same_block(const struct field *a, const struct field *b)
{
	return a->extension->extendee && b->extension->extendee &&
	       str_eq(a->extension->extendee->e.full_name, b->extension->extendee->e.full_name);
}

/* An extension of the same message in that scope of the new side; NULL: none. */
static const struct field *extension_beside(const struct field *old, const struct element *into)
{
	const struct message *m = (const struct message *)into;
	const struct file *file = (const struct file *)into;
	uint32_t n = into->kind == ELEMENT_FILE ? file->extensions.n : m->extensions.n;
	struct field *const *all =
		into->kind == ELEMENT_FILE ? file->extensions.items : m->extensions.items;
	const struct field *found = NULL;

	for (uint32_t i = 0; i < n; i++)
		if (same_block(old, all[i]) && (!found || all[i]->number < old->number))
			found = all[i];
	return found;
}

static struct str in_block(struct fixer *x, const struct field *old, struct str lines)
{
	struct str line, all = S("");

	while (str_cut(&lines, '\n', &line))
		all = str_printf(
			x->arena, STR "%s" STR "\n", ARG(all), line.n ? "  " : "", ARG(line));
	return str_printf(x->arena, "extend " STR " {\n" STR "}",
		ARG(old->extension->extendee_name), ARG(all));
}

static void restore_extension(struct fixer *x, const struct field *old, const struct element *into,
	struct insertion what, struct edits *edits)
{
	const struct field *beside = extension_beside(old, into);
	struct span body;

	if (beside && beside->number < old->number) {
		insert_after(x->arena, &what, beside->e.span, edits);
		return;
	}
	if (beside) {
		insert_before(x->arena, &what, beside->e.span, edits);
		return;
	}
	what.lines = in_block(x, old, what.lines);
	what.apart = true;
	if (into->kind == ELEMENT_FILE)
		append(x->arena, &what, edits);
	else if (body_of(into->file, into->name_span.end, into->span.end, &body))
		insert_at_end(x->arena, &what, body, into->span, edits);
}

/* ---- restoring ---- */

/* What the old element has must not be reserved. */
void free_reserved(
	struct fixer *x, const struct element *old, const struct element *into, struct edits *edits)
{
	const struct element *scope = into->kind == ELEMENT_ONEOF ? into->parent : into;
	bool is_field = old->kind == ELEMENT_FIELD;
	struct edit *edit;

	if (!is_field && old->kind != ELEMENT_ENUM_VALUE)
		return;
	edit = vec_push(x->arena, edits);
	edit->kind = EDIT_NUMBER;
	edit->scope = scope;
	edit->number = is_field ? ((const struct field *)old)->number
				: ((const struct enum_value *)old)->number;
	edit = vec_push(x->arena, edits);
	edit->kind = EDIT_NAME;
	edit->scope = scope;
	edit->name = old->name;
}

bool restore(struct fixer *x, const struct element *old, const struct element *into, int marks,
	struct edits *edits)
{
	struct insertion what = {
		.file = into->file, .lines = lines_of(x, old, marks), .order = old->span.begin
	};
	void **done = map_put(&x->restored, old, 0);
	const struct field *field = (const struct field *)old;
	bool is_extension = old->kind == ELEMENT_FIELD && field->extension;

	if (*done)
		return true;
	*done = x;
	if (!what.lines.p || !file_bytes_of(into->file).p)
		return false;
	bring_needs(x, old, into->file, edits);
	if (is_extension) {
		restore_extension(x, field, into, what, edits);
		return true;
	}
	free_reserved(x, old, into, edits);
	insert_child(x, old, into, what, edits);
	return true;
}

bool restore_outermost(struct fixer *x, const struct element *old, int marks, struct edits *edits)
{
	const struct element *into;

	while (old->parent && old->parent->kind != ELEMENT_FILE && !now(x, old->parent))
		old = old->parent;
	into = now(x, old->parent);
	if (!into)
		return restore_file(x, old->file, edits);
	return restore(x, old, into, marks, edits);
}

bool restore_file(struct fixer *x, const struct file *old, struct edits *edits)
{
	void **done = map_put(&x->restored, old, 0);
	struct edit *edit;

	if (*done)
		return true;
	*done = x;
	if (!file_load(x, old) || !file_bytes_of(old).p)
		return false;
	edit = vec_push(x->arena, edits);
	edit->kind = EDIT_FILE;
	edit->path = path_move(x->arena, old->text->path, x->request->old_top, x->request->new_top);
	edit->text = file_bytes_of(old);
	for (uint32_t i = 0; i < old->imports.n; i++) {
		const struct file *import = old->imports.items[i].file;

		if (import && !import->is_builtin && !now(x, &import->e) &&
			!diff_lists(x->diff, true, import->text->path))
			restore_file(x, import, edits);
	}
	return true;
}
