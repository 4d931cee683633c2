/* Which contracts a finding belongs to, and what it breaks there. */
#include "contract/private.h"

/* Does a field, or what an extension extends or is of, belong to the contract? */
static bool field_belongs(const struct checked *checked, int side, const struct field *field)
{
	if (!field)
		return false;
	if (!field->extension)
		return is_reached(checked, side, field->e.parent);
	return (field->extension->extendee &&
		       is_reached(checked, side, &field->extension->extendee->e)) ||
	       is_reached(checked, side, field->type_ref);
}

static bool package_belongs(const struct checked *checked, struct str package)
{
	const struct declarations *declared = &checked->contracts->declared[OLD_SIDE];

	for (uint32_t i = 1; i < declared->n; i++)
		if (bits_have(checked->reached[OLD_SIDE], i) &&
			str_eq(declared->items[i].element->file->package, package))
			return true;
	return false;
}

/* The declaration of a side that decides for the pair. */
static const struct element *decider(const struct pair *pair, const union pair_side *side)
{
	switch (pair->kind) {
	case PAIR_ONEOF:
	case PAIR_ENUM_VALUE:
	case PAIR_METHOD:
		return side->element ? side->element->parent : NULL;
	default:
		return side->element;
	}
}

static bool side_belongs(
	const struct checked *checked, const struct pair *pair, int side, const union pair_side *of)
{
	switch (pair->kind) {
	case PAIR_FILE:
		return file_is_reached(checked, side, of->file);
	case PAIR_FIELD:
	case PAIR_FILE_EXTENSION:
	case PAIR_PACKAGE_EXTENSION:
		return field_belongs(checked, side, of->field);
	default:
		return is_reached(checked, side, decider(pair, of));
	}
}

bool finding_belongs(const struct checked *checked, const struct finding *finding)
{
	const struct pair *pair = finding->pair, *outer = pair ? pair->parent : NULL;

	if (!pair)
		return false;
	if (pair->kind == PAIR_PACKAGE)
		return package_belongs(checked, pair->package);
	if (side_belongs(checked, pair, OLD_SIDE, &pair->old) ||
		side_belongs(checked, pair, NEW_SIDE, &pair->new))
		return true;
	/* What is gone from one side belongs to what is around it on the other. */
	if (!outer || outer->kind == PAIR_FILE)
		return false;
	return is_reached(checked, OLD_SIDE, outer->old.element) ||
	       is_reached(checked, NEW_SIDE, outer->new.element);
}

/* What the deletion of a file breaks of what the contract reaches, its roots aside, which have
 * findings of their own. */
struct deletion {
	const struct checked *checked;
	struct breaks *breaks;
	unsigned broken;
};

static bool is_lost_root(const struct deletion *d, const struct element *element)
{
	for (; element && element->kind != ELEMENT_FILE; element = element->parent)
		if (is_root(d->checked, OLD_SIDE, element) &&
			!map_get(&d->checked->renamed, element->full_name.p, 0) &&
			!declared_find(d->checked->contracts, NEW_SIDE, element->full_name))
			return true;
	return false;
}

static void delete_element(void *context, struct element *element)
{
	struct deletion *d = context;
	bool is_field = element->kind == ELEMENT_FIELD;

	if (is_field ? !field_belongs(d->checked, OLD_SIDE, (const struct field *)element) ||
				!((const struct field *)element)->extension
		     : !is_reached(d->checked, OLD_SIDE, element))
		return;
	if (!is_lost_root(d, element))
		d->broken |= SOURCE_CODE | deletion_breaks(d->breaks, element);
}

static bool has_root_service(const struct checked *checked, const struct file *file)
{
	for (uint32_t i = 0; file && i < file->services.n; i++)
		if (is_reached(checked, OLD_SIDE, &file->services.items[i]->e))
			return true;
	return false;
}

unsigned finding_breaks(
	const struct checked *checked, struct breaks *breaks, const struct finding *finding)
{
	struct deletion d = { checked, breaks, 0 };
	struct str id = str_of(finding->rule->id);

	if (str_eq(id, S("FILE_NO_DELETE"))) {
		file_walk((struct file *)finding->pair->old.file, delete_element, &d); /* reads */
		return d.broken;
	}
	if (str_eq(id, S("FILE_SAME_PACKAGE")) &&
		!has_root_service(checked, finding->pair->old.file))
		return finding->breaks & SOURCE_CODE;
	return finding->breaks;
}
