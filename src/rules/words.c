#include "rules/finding.h"

bool names_agree(struct str a, struct str b)
{
	if (a.n && a.p[0] == '.')
		a = str_from(a, 1);
	if (b.n && b.p[0] == '.')
		b = str_from(b, 1);
	if (a.n < b.n) {
		struct str longer = b;

		b = a;
		a = longer;
	}
	return str_ends(a, b) && (a.n == b.n || a.p[a.n - b.n - 1] == '.');
}

struct str full_name(const struct check *c, const struct element *element)
{
	if (element->full_name.p)
		return element->full_name;
	return element_full_name(element, c->arena);
}

static struct str extendee_words(const struct check *c, const struct field *extension)
{
	struct str name = extension->extension->extendee_name;

	if (extension->extension->extendee)
		return full_name(c, &extension->extension->extendee->e);
	return name.n && name.p[0] == '.' ? str_from(name, 1) : name;
}

struct str field_words(const struct check *c, const struct field *field)
{
	const struct message *message = (const struct message *)field->e.parent;

	if (field->extension)
		return str_printf(c->arena, "extension %d '" STR "' of '" STR "'", field->number,
			ARG(full_name(c, &field->e)), ARG(extendee_words(c, field)));
	if (message->is_map_entry && message->map_field)
		return str_printf(c->arena, "the " STR " of map field %d '" STR "' of '" STR "'",
			ARG(field->e.name), message->map_field->number,
			ARG(message->map_field->e.name),
			ARG(full_name(c, message->map_field->e.parent)));
	return str_printf(c->arena, "field %d '" STR "' of '" STR "'", field->number,
		ARG(field->e.name), ARG(full_name(c, field->e.parent)));
}

struct str range_words(struct arena *arena, int32_t begin, int32_t end, int32_t max)
{
	if (begin == end)
		return str_printf(arena, "%d", begin);
	if (end >= max)
		return str_printf(arena, "%d to max", begin);
	return str_printf(arena, "%d to %d", begin, end);
}

struct str reserved_spelling(struct arena *arena, const struct file *file, struct str name)
{
	return str_printf(arena, file->edition >= EDITION_2023 ? STR : "\"" STR "\"", ARG(name));
}
