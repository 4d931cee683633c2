#include "need_users.h"

void users_reach_from_hurt(struct outlining *o)
{
	for (uint32_t i = 0; i < o->need->hurt.n; i++) {
		struct other *other = outlines_find(o, o->need->hurt.items[i]);

		if (!other->reached && !other->outline.is_broken) {
			other->reached = true;
			outlines_reach(o, other->entry->path);
		}
	}
}

struct extending {
	struct outlining *o;
	bool changed; /* in a changed file: extensions of scalar types count, too */
};

/* The users of what the extension extends are users of the extension. */
static void reach_extendee(void *context, struct element *element)
{
	const struct extending *extending = context;
	const struct field *field = (const struct field *)element;
	const struct message *extendee;
	struct file *file;

	if (element->kind != ELEMENT_FIELD || !field->extension)
		return;
	extendee = field->extension->extendee;
	if (!extendee || (!field->type_ref && !extending->changed))
		return;
	file = extendee->e.file;
	outlines_reach(extending->o, file->is_builtin ? file->import_path : file->text->path);
}

static void reach_extendees(struct outlining *o, const struct schema *schema)
{
	for (uint32_t i = 0; i < schema->files.n; i++) {
		struct file *file = schema->files.items[i].file;
		struct extending extending = { .o = o };
		const struct other *other;

		if (file->is_builtin)
			continue;
		other = outlines_find(o, file->text->path);
		extending.changed = !other;
		if (!other || (other->reached && other->outline.extends))
			file_walk(file, reach_extendee, &extending);
	}
}

/* Is every file needed that uses what changed, for impact, or as everything is a root? */
static bool wants_all(const struct need *need)
{
	for (uint32_t i = 0; i < need->contracts->list.n; i++)
		if (!need->contracts->list.items[i]->name.p)
			return true;
	return need->impact;
}

void users_want(struct outlining *o, const struct schema *old, const struct schema *new)
{
	bool all = wants_all(o->need);

	reach_extendees(o, old);
	reach_extendees(o, new);
	for (uint32_t i = 0; i < o->n; i++) {
		struct other *other = &o->others[i];

		if (other->reached && (all || other->rooted || other->outline.extends))
			outlines_want(o, other);
	}
}
