/* What a declaration of the old side needs on the new one: imports, and types that are gone. */
#include "fix/private.h"

/* Does a file see the other one, by its imports and their public ones? */
static bool sees(struct fixer *x, const struct file *file, const struct file *other)
{
	VEC(const struct file *) open = { 0 };
	struct map met;

	map_init(&met, x->arena);
	*vec_push(x->arena, &open) = file;
	while (open.n) {
		const struct file *next = open.items[--open.n];

		for (uint32_t i = 0; i < next->imports.n; i++) {
			const struct import *import = &next->imports.items[i];
			void **known = map_put(&met, import->file, 0);

			if (!import->file || *known ||
				(next != file && import->kind != IMPORT_PUBLIC))
				continue;
			if (import->file == other)
				return true;
			*known = x;
			*vec_push(x->arena, &open) = import->file;
		}
	}
	return false;
}

static void add_import(struct fixer *x, const struct file *file, struct str path, const char *kind,
	struct edits *edits)
{
	struct insertion what = { .file = file,
		.lines = str_printf(x->arena, "import %s\"" STR "\";", kind, ARG(path)) };
	struct span after = NO_SPAN;

	for (uint32_t i = 0; i < file->imports.n; i++) {
		if (str_eq(file->imports.items[i].path, path))
			return;
		after = file->imports.items[i].span;
	}
	if (span_is_none(after)) {
		after = span_is_none(file->package_span) ? file->syntax_span : file->package_span;
		what.apart = true;
	}
	if (!span_is_none(after))
		insert_after(x->arena, &what, after, edits);
	else if (!span_is_none(file->e.span))
		insert_before(x->arena, &what, file->e.span, edits);
}

void need_import(struct fixer *x, const struct file *file, struct str path, struct edits *edits)
{
	add_import(x, file, path, "", edits);
}

void need_public_import(
	struct fixer *x, const struct file *file, struct str path, struct edits *edits)
{
	add_import(x, file, path, "public ", edits);
}

static bool is_inside(const struct element *element, const struct element *outer)
{
	while (element && element != outer)
		element = element->parent;
	return element != NULL;
}

/* A type, or a file's extension, that the old element uses. */
void need(struct fixer *x, const struct element *old, const struct file *file, struct edits *edits)
{
	const struct element *new;
	struct str path = old->file->import_path;

	if (is_inside(old, x->inside))
		return;
	new = now(x, old);
	if (new) {
		if (new->file != file && !sees(x, file, new->file))
			need_import(x, file, new->file->import_path, edits);
		return;
	}
	/* It may stand in a file that nobody had to compile. */
	if (!old->file->is_builtin &&
		(now(x, &old->file->e) || !diff_lists(x->diff, true, old->file->text->path))) {
		const struct element *inside = x->inside;

		if (x->depth++ < DEEPEST_NEED)
			restore_outermost(x, old, DEPRECATED, edits);
		x->depth--;
		x->inside = inside;
	}
	if (diff_find_file(x->diff, true, old->file) != file)
		need_import(x, file, path, edits);
}

static void need_options(
	struct fixer *x, const struct element *old, const struct file *file, struct edits *edits)
{
	for (uint32_t i = 0; old->options && i < old->options->list.n; i++) {
		const struct field *field = old->options->list.items[i].field;

		if (field && field->extension)
			need(x, &field->e, file, edits);
	}
}

static void need_field(
	struct fixer *x, const struct field *old, const struct file *file, struct edits *edits)
{
	if (old->is_map && old->message && old->message->fields.n == 2)
		old = old->message->fields.items[1];
	if (old->type_ref && !old->is_group)
		need(x, old->type_ref, file, edits);
	if (old->extension && old->extension->extendee)
		need(x, &old->extension->extendee->e, file, edits);
	need_options(x, &old->e, file, edits);
}

static void need_message(
	struct fixer *x, const struct message *old, const struct file *file, struct edits *edits)
{
	need_options(x, &old->e, file, edits);
	for (uint32_t i = 0; i < old->fields.n; i++)
		need_field(x, old->fields.items[i], file, edits);
	for (uint32_t i = 0; i < old->extensions.n; i++)
		need_field(x, old->extensions.items[i], file, edits);
	for (uint32_t i = 0; i < old->messages.n; i++)
		need_message(x, old->messages.items[i], file, edits);
	for (uint32_t i = 0; i < old->enums.n; i++)
		bring_needs(x, &old->enums.items[i]->e, file, edits);
}

static void need_method(
	struct fixer *x, const struct method *old, const struct file *file, struct edits *edits)
{
	need_options(x, &old->e, file, edits);
	if (old->input)
		need(x, &old->input->e, file, edits);
	if (old->output)
		need(x, &old->output->e, file, edits);
}

void bring_needs(
	struct fixer *x, const struct element *old, const struct file *file, struct edits *edits)
{
	const struct element *inside = x->inside;
	const struct service *service = (const struct service *)old;
	const struct enumeration *e = (const struct enumeration *)old;
	const struct field *field = (const struct field *)old;

	if (!is_inside(old, inside))
		x->inside = old;
	switch (old->kind) {
	case ELEMENT_FIELD:
		if (field->is_group && field->message)
			need_message(x, field->message, file, edits);
		need_field(x, field, file, edits);
		break;
	case ELEMENT_MESSAGE:
		need_message(x, (const struct message *)old, file, edits);
		break;
	case ELEMENT_ENUM:
		need_options(x, old, file, edits);
		for (uint32_t i = 0; i < e->values.n; i++)
			need_options(x, &e->values.items[i]->e, file, edits);
		break;
	case ELEMENT_SERVICE:
		need_options(x, old, file, edits);
		for (uint32_t i = 0; i < service->methods.n; i++)
			need_method(x, service->methods.items[i], file, edits);
		break;
	case ELEMENT_METHOD:
		need_method(x, (const struct method *)old, file, edits);
		break;
	default:
		need_options(x, old, file, edits);
		break;
	}
	x->inside = inside;
}
