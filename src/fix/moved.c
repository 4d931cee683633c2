/* Declarations that live on under another name or at another place, and whose numbers or values
 * cannot be declared twice: extensions and enums. */
#include "fix/private.h"

/* ---- extensions ---- */

/* The new side's extension of the same message with the same number; NULL: none. */
static const struct field *extension_now(struct fixer *x, const struct field *old)
{
	const struct message *extendee = old->extension->extendee;
	const struct field *new =
		extendee ? diff_find_extension(x->diff, true, extendee->e.full_name, old->number)
			 : NULL;

	return new &&file_load(x, new->e.file) ? new : NULL;
}

static bool is_within(struct span inner, struct span outer)
{
	return inner.begin >= outer.begin && inner.end <= outer.end;
}

/* The block of an extension if nothing else is in it, else the extension. */
static struct span alone_span(const struct field *extension)
{
	const struct element *scope = extension->e.parent;
	const struct message *m = (const struct message *)scope;
	const struct file *file = (const struct file *)scope;
	bool in_file = scope->kind == ELEMENT_FILE;
	struct field *const *all = in_file ? file->extensions.items : m->extensions.items;
	uint32_t n = in_file ? file->extensions.n : m->extensions.n, inside = 0;
	struct span block = NO_SPAN;

	for (uint32_t i = 0; i < n; i++)
		if (is_within(extension->e.span, all[i]->extension->block))
			block = all[i]->extension->block;
	for (uint32_t i = 0; i < n; i++)
		inside += is_within(all[i]->e.span, block);
	return inside == 1 ? block : extension->e.span;
}

void move_extension(struct fixer *x, struct fix_group *group)
{
	const struct field *old = (const struct field *)group->old;
	const struct field *new = extension_now(x, old);
	const struct element *home = now(x, old->e.parent);
	struct fix_way *way;

	if (!new || !home || !file_bytes_of(new->e.file).p)
		return;
	if (new->e.parent == home) {
		if (new->e.name.p == old->e.name.p)
			return;
		way = way_new(x, group, "name back");
		replace_text(x->arena, new->e.file, new->e.name_span, old->e.name, &way->edits);
		return;
	}
	way = way_new(x, group, "moved back");
	replace_text(x->arena, new->e.file, declaration_removal_span(new->e.file, alone_span(new)),
		S(""), &way->edits);
	if (!restore(x, &old->e, home, PLAIN, &way->edits))
		way_drop(group);
}

/* ---- enums ---- */

static bool shares_value(const struct enumeration *a, const struct enumeration *b)
{
	for (uint32_t i = 0; i < a->values.n; i++)
		for (uint32_t k = 0; k < b->values.n && k < 256; k++)
			if (a->values.items[i]->e.name.p == b->values.items[k]->e.name.p)
				return true;
	return false;
}

/* The new enum beside where the old one was that has its values, under a name that was not there;
 * NULL: none. */
static const struct enumeration *renamed_enum(
	struct fixer *x, const struct enumeration *old, const struct element *home)
{
	const struct message *m = (const struct message *)home;
	const struct file *file = (const struct file *)home;
	bool in_file = home->kind == ELEMENT_FILE;
	struct enumeration *const *all = in_file ? file->enums.items : m->enums.items;
	uint32_t n = in_file ? file->enums.n : m->enums.n;

	for (uint32_t i = 0; i < n; i++)
		if (!diff_find_enum(x->diff, false, all[i]->e.full_name) &&
			shares_value(old, all[i]))
			return all[i];
	return NULL;
}

/* Who names the type gets its old name. */
struct renaming {
	struct fixer *x;
	const struct element *type;
	struct str name;
	struct edits *edits;
};

static void rename_use(void *context, struct element *element)
{
	struct renaming *r = context;
	const struct field *field = (const struct field *)element;
	struct span span = field->type_span;

	if (element->kind != ELEMENT_FIELD || field->type_ref != r->type ||
		!file_load(r->x, element->file) ||
		!str_ends(span_text(element->file, span), r->type->name))
		return;
	span.begin = span.end - (uint32_t)r->type->name.n;
	replace_text(r->x->arena, element->file, span, r->name, r->edits);
}

void rename_enum(struct fixer *x, struct fix_group *group)
{
	const struct enumeration *old = (const struct enumeration *)group->old;
	const struct element *home = now(x, old->e.parent);
	const struct schema *schema = diff_schema(x->diff, true);
	const struct enumeration *new = home ? renamed_enum(x, old, home) : NULL;
	struct renaming renaming = { .x = x, .name = old->e.name };
	struct fix_way *way;

	if (!new)
		return;
	way = way_new(x, group, "name back");
	replace_text(x->arena, new->e.file, new->e.name_span, old->e.name, &way->edits);
	renaming.type = &new->e;
	renaming.edits = &way->edits;
	for (uint32_t i = 0; i < schema->files.n; i++)
		if (schema->files.items[i].own)
			file_walk(schema->files.items[i].file, rename_use, &renaming);
}
