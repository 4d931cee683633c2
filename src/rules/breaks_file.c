/* What findings of whole messages, files, packages, extensions and services break: doc/breaks.md,
 * Rules. */
#include "rules/breaks_private.h"

/* Row MESSAGE_NO_DELETE. Fields that used the message have findings of their own; an unused one may
 * be the root of stored data. */
static unsigned message_gone(struct breaks *b, const struct message *message)
{
	if (diff_find_message(b->diff, true, message->e.full_name) || index_is_used(b, message))
		return SOURCE_CODE;
	return GONE;
}

unsigned message_deletion_breaks(const struct question *q)
{
	return message_gone(q->b, q->pair->old.message);
}

/* Row EXTENSION_NO_DELETE: as a deleted field of the extendee, unless another extension has its
 * number. */
static unsigned extension_gone(struct breaks *b, const struct field *extension)
{
	const struct message *extendee = extension->extension->extendee;

	if (!extendee)
		return GONE;
	if (diff_find_extension(b->diff, true, extendee->e.full_name, extension->number))
		return SOURCE_CODE;
	extendee = diff_find_message(b->diff, true, extendee->e.full_name);
	if (extendee && (message_reserves(extendee, extension->number) ||
				index_number(b, extendee, extension->number)))
		return JSON_BACKWARD | SOURCE_CODE;
	return GONE;
}

unsigned extension_deletion_breaks(const struct question *q)
{
	return extension_gone(q->b, q->pair->old.field);
}

/* Row EXTENSION_MESSAGE_NO_DELETE. */
unsigned extension_range_breaks(const struct question *q)
{
	const struct message *old = q->pair->old.message, *new = q->pair->new.message;
	const struct extension_range *range = old->extension_ranges.items[q->detail - DETAIL_RANGE];

	if (range_is_free(q->b, new, range->begin, range->end))
		return WIRE_BACKWARD | SOURCE_CODE;
	return SOURCE_CODE;
}

/* Rows SERVICE_NO_DELETE and PACKAGE_SERVICE_NO_DELETE: clients are refused, unless it only moved
 * to another file. */
static unsigned service_gone(struct breaks *b, const struct service *service)
{
	if (!service->methods.n || diff_find_service(b->diff, true, service->e.full_name))
		return SOURCE_CODE; /* without methods nobody calls it */
	return GONE;
}

unsigned service_deletion_breaks(const struct question *q)
{
	return service_gone(q->b, q->pair->old.service);
}

/* Collects what the deletion of a file breaks. */
struct deletion {
	struct breaks *b;
	unsigned breaks;
};

unsigned deletion_breaks(struct breaks *b, const struct element *element)
{
	if (element->kind == ELEMENT_MESSAGE)
		return message_gone(b, (const struct message *)element);
	if (element->kind == ELEMENT_SERVICE)
		return service_gone(b, (const struct service *)element);
	if (element->kind == ELEMENT_FIELD && ((const struct field *)element)->extension)
		return extension_gone(b, (const struct field *)element);
	return 0;
}

static void delete_element(void *context, struct element *element)
{
	struct deletion *deletion = context;

	deletion->breaks |= deletion_breaks(deletion->b, element);
}

static unsigned file_gone(struct breaks *b, const struct file *file)
{
	struct deletion deletion = { b, SOURCE_CODE };

	file_walk((struct file *)file, delete_element, &deletion); /* it only reads */
	return deletion.breaks;
}

/* Row FILE_NO_DELETE: all that its deleted declarations break; source code only if all of them
 * moved. */
unsigned file_deletion_breaks(const struct question *q)
{
	return file_gone(q->b, q->pair->old.file);
}

unsigned package_deletion_breaks(const struct question *q)
{
	const struct schema *old = diff_schema(q->b->diff, false);
	unsigned breaks = SOURCE_CODE;

	for (uint32_t i = 0; old && i < old->files.n; i++) {
		const struct file *file = old->files.items[i].file;

		if (old->files.items[i].own && str_eq(file->package, q->pair->package))
			breaks |= file_gone(q->b, file);
	}
	return breaks;
}

/* A walk over a file whose syntax changed; `shows`: some field is generated differently. */
struct rewriting {
	struct breaks *b;
	bool shows;
};

/* A scalar with presence outside of oneofs: TypeScript marks it `?` in proto3 only. */
static bool is_optional_scalar(const struct field *field)
{
	struct type type = type_of(field);

	return !type.message && type.type != TYPE_UNRESOLVED && !field_oneof(field) &&
	       field_cardinality(field) == CARDINALITY_EXPLICIT;
}

static void rewrite_element(void *context, struct element *element)
{
	struct rewriting *rewriting = context;
	const struct field *old = (const struct field *)element, *new;
	const struct message *message;

	if (rewriting->shows || element->kind != ELEMENT_FIELD || old->extension ||
		!is_optional_scalar(old))
		return;
	message = diff_find_message(rewriting->b->diff, true, element->parent->full_name);
	new = message ? index_number(rewriting->b, message, old->number) : NULL;
	rewriting->shows = new &&is_optional_scalar(new);
}

/* Row FILE_SAME_SYNTAX: whatever else the syntax changes has its own finding. */
unsigned syntax_breaks(const struct question *q)
{
	const struct file *old = q->pair->old.file, *new = q->pair->new.file;
	struct rewriting rewriting = { q->b, false };

	if ((old->edition == EDITION_PROTO3) != (new->edition == EDITION_PROTO3))
		file_walk((struct file *)old, rewrite_element, &rewriting); /* it only reads */
	return rewriting.shows ? SOURCE_CODE : 0;
}

unsigned message_breaks(struct breaks *b, const struct message *old, const struct message *new)
{
	unsigned breaks = SOURCE_CODE;

	if (!old || !new) /* declared in a missing import: the content is unknown */
		return EVERYTHING;
	for (int i = 0; i < 4; i++) {
		struct way way = { .json = i & 1, .backward = i & 2 };

		if (way.backward ? message_is_lost(b, way, old, new)
				 : message_is_lost(b, way, new, old))
			breaks |= way_surface(way);
	}
	return breaks;
}
