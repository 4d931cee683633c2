/* Words for elements in messages. */
#include "rules/finding.h"

bool names_agree(struct str a, struct str b)
{
	if (a.n < b.n) {
		struct str longer = b;

		b = a;
		a = longer;
	}
	return str_ends(a, b) && (a.n == b.n || a.p[a.n - b.n - 1] == '.');
}

struct str name_undotted(struct str name)
{
	return str_starts(name, S(".")) ? str_from(name, 1) : name;
}

const struct field *field_map(const struct field *field)
{
	const struct message *message = element_message(&field->e);

	return message ? message->map_field : NULL;
}

/* The declaration whose full name begins that of the element. */
static const struct element *named_around(const struct element *element)
{
	while (element && !element->full_name.p)
		element = element->parent;
	return element;
}

struct str full_name(const struct check *c, const struct element *element)
{
	const struct element *named = named_around(element);
	struct str name = element_full_name(element, c->arena), new;

	if (!named)
		return name;
	new = diff_new_name(c->diff, named->full_name);
	/* What was renamed goes by its old name, unless that still means something. */
	if (new.p == named->full_name.p || !diff_has_name(c->diff, named->kind, named->full_name))
		return name;
	if (element->kind == ELEMENT_ENUM_VALUE) /* a name of the scope around the enum */
		return str_printf(c->arena, STR "." STR,
			ARG(str_head(new, str_rfind(new, '.'))), ARG(element->name));
	return str_printf(c->arena, STR STR, ARG(new), ARG(str_from(name, named->full_name.n)));
}

static struct str extendee_words(const struct check *c, const struct field *extension)
{
	if (extension->extension->extendee)
		return full_name(c, &extension->extension->extendee->e);
	return name_undotted(extension->extension->extendee_name);
}

struct str field_words(const struct check *c, const struct field *field)
{
	const struct field *map = field_map(field);

	if (field->extension)
		return str_printf(c->arena, "extension %d '" STR "' of '" STR "'", field->number,
			ARG(full_name(c, &field->e)), ARG(extendee_words(c, field)));
	if (map)
		return str_printf(c->arena, "the " STR " of map field %d '" STR "' of '" STR "'",
			ARG(field->e.name), map->number, ARG(map->e.name),
			ARG(full_name(c, map->e.parent)));
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

struct str edition_words(enum edition edition)
{
	if (edition < EDITION_2024)
		return S("edition 2023");
	return edition < EDITION_2026 ? S("edition 2024") : S("edition 2026");
}
