/*
 * Resolves the types, extendees and methods' types of a file.
 */
#include "proto/proto.h"

/* May another file use it (edition 2024, visibility)? */
static bool is_exported(const struct element *e)
{
	const struct file *file = e->file;
	enum visibility visibility = type_written_visibility(e);

	if (visibility)
		return visibility == VISIBILITY_EXPORT;
	if (file->edition < EDITION_2024 || file->lacks_visibility)
		return true;
	return type_default_visibility(e, file->unit->default_visibility) == VISIBILITY_EXPORT;
}

static void check_visible(struct context *c, const struct element *found, struct span span)
{
	if (found->file == c->file || is_exported(found))
		return;
	diag_error(c->diags, here(c, span),
		"'" STR "' is local to '" STR "' and may not be used in another file",
		ARG(found->full_name), ARG(found->file->import_path));
	if (!found->file->is_builtin)
		diag_help(c->diags, "write 'export' before its declaration if others may use it");
}

/* Resolves one name; NULL when it is unknown (reported, or tolerated). */
static struct element *link_name(struct context *c, const struct name_use *use)
{
	struct resolution r = resolve_name(c, use);

	if (r.failure != RESOLVE_OK) {
		resolve_report(c, use, &r);
		return NULL;
	}
	check_visible(c, r.found, use->span);
	return r.found;
}

/* An extendee, or the type of a method. */
static struct message *link_message_name(
	struct context *c, struct element *scope, struct str name, struct span span)
{
	const struct name_use use = { scope, name, span, WANT_MESSAGE, false };
	struct element *found = link_name(c, &use);
	const struct element *nearer = found ? resolve_hiding(c, scope, name, found) : NULL;

	if (!nearer)
		return (struct message *)found;
	diag_error(c->diags, here(c, span), "'" STR "' is %s, not a message", ARG(name),
		element_kind_text(nearer));
	diag_help(c->diags, "the message is in an outer scope: write '." STR "'", ARG(found->full_name));
	return NULL;
}

static void link_field_type(struct context *c, struct field *field, struct element *scope)
{
	const struct name_use use = { scope, field->type_name, field->type_span, WANT_TYPE, false };
	struct element *found;

	if (!field->type_name.n || field->type_ref)
		return;
	found = link_name(c, &use);
	if (!found) {
		field->type = TYPE_UNRESOLVED;
		return;
	}
	field->type_ref = found;
	if (field->set_type && (field->set_type == TYPE_ENUM) != (found->kind == ELEMENT_ENUM))
		diag_error(c->diags, here(c, field->type_span),
			"bad descriptor: '" STR "' is used as %s, but is %s",
			ARG(found->full_name),
			field->set_type == TYPE_ENUM ? "an enum" : "a message",
			found->kind == ELEMENT_ENUM ? "an enum" : "a message");
	if (found->kind == ELEMENT_ENUM)
		field->type = TYPE_ENUM;
	else if (field->type != TYPE_GROUP)
		field->type = TYPE_MESSAGE;
}

static void link_extension(struct context *c, struct field *field, struct element *scope)
{
	struct extension *extension = field->extension;

	if (extension->extendee_name.n) /* diags_sort keeps one error of a block */
		extension->extendee = link_message_name(
			c, scope, extension->extendee_name, extension->extendee_span);
	link_field_type(c, field, scope);
}

static void link_message(struct context *c, struct message *m)
{
	for (uint32_t i = 0; i < m->fields.n; i++) {
		struct field *field = m->fields.items[i];
		struct message *type;

		link_field_type(c, field, &m->e);
		/* A set says that a message is a map entry, but not of which field. */
		type = field->type == TYPE_MESSAGE ? field->message : NULL;
		if (type && type->is_map_entry && type->e.parent == &m->e &&
			field->label == LABEL_REPEATED && !field->is_map) {
			field->is_map = true;
			type->map_field = field;
		}
		if (field->type == TYPE_GROUP && field->message &&
			field->message->e.file == c->file)
			field->message->group_field = field;
	}
	for (uint32_t i = 0; i < m->extensions.n; i++)
		link_extension(c, m->extensions.items[i], &m->e);
	for (uint32_t i = 0; i < m->messages.n; i++)
		link_message(c, m->messages.items[i]);
}

void link_file(struct context *c)
{
	struct file *file = c->file;

	for (uint32_t i = 0; i < file->messages.n; i++)
		link_message(c, file->messages.items[i]);
	for (uint32_t i = 0; i < file->extensions.n; i++)
		link_extension(c, file->extensions.items[i], &file->e);
	for (uint32_t i = 0; i < file->services.n; i++) {
		struct service *service = file->services.items[i];

		for (uint32_t k = 0; k < service->methods.n; k++) {
			struct method *method = service->methods.items[k];

			method->input = link_message_name(
				c, &service->e, method->input_name, method->input_span);
			method->output = link_message_name(
				c, &service->e, method->output_name, method->output_span);
		}
	}
}
