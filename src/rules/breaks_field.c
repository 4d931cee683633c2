/* What findings of fields break: doc/breaks.md, Rules. */
#include "rules/breaks_private.h"

static const struct message *owner(const struct field *field)
{
	return (const struct message *)field->e.parent;
}

/* Is it a map's key? */
static bool is_key(const struct field *field)
{
	return element_is_synthetic(&field->e) && field->number == 1;
}

/* Is the type lost in this way? */
static bool type_is_lost(
	struct breaks *b, struct way way, const struct field *from, const struct field *to)
{
	struct type source, target;

	if (!is_key(from) || to->number != 1)
		return field_type_is_lost(b, way, from, to);
	source = type_of(from);
	target = type_of(to);
	return type_outcome(b, way, &source, &target, true) == LOST;
}

static unsigned type_breaks(struct breaks *b, const struct field *old, const struct field *new)
{
	struct type before = type_of(old), after = type_of(new);
	unsigned breaks = type_changes_source(&before, &after) ? SOURCE_CODE : 0;

	for (int i = 0; i < 4; i++) {
		struct way way = { .json = i & 1, .backward = i & 2 };

		if (way.backward ? type_is_lost(b, way, old, new) : type_is_lost(b, way, new, old))
			breaks |= way_surface(way);
	}
	return breaks;
}

/* doc/breaks.md, Types. */
unsigned field_type_breaks(const struct question *q)
{
	return type_breaks(q->b, q->pair->old.field, q->pair->new.field);
}

/* Row MESSAGE_SAME_REQUIRED_FIELDS. A field that one side lacks is not required there. */
static unsigned requirement_breaks(const struct field *old, const struct field *new)
{
	bool was = old && field_cardinality(old) == CARDINALITY_REQUIRED;
	bool is = new &&field_cardinality(new) == CARDINALITY_REQUIRED;

	if (was == is)
		return 0;
	return is ? GONE : WIRE_FORWARD | JSON_FORWARD;
}

static bool has_has(const struct field *field)
{
	enum cardinality cardinality = field_cardinality(field);

	return cardinality == CARDINALITY_EXPLICIT || cardinality == CARDINALITY_REQUIRED;
}

static unsigned shape_breaks(const struct field *old, const struct field *new)
{
	unsigned breaks = 0;

	for (int i = 0; i < 4; i++) {
		struct way way = { .json = i & 1, .backward = i & 2 };

		/* A map's entry is a key and a value in JSON, whatever the other side has. */
		if (way.json && element_is_synthetic(way.backward ? &old->e : &new->e))
			continue;
		if (way.backward ? field_shape_is_lost(way, old, new)
				 : field_shape_is_lost(way, new, old))
			breaks |= way_surface(way);
	}
	return breaks ? breaks | SOURCE_CODE : 0;
}

/* Row FIELD_SAME_CARDINALITY. Between a list and a required field, the requirement belongs to
 * MESSAGE_SAME_REQUIRED_FIELDS. */
unsigned field_cardinality_breaks(const struct question *q)
{
	const struct field *old = q->pair->old.field, *new = q->pair->new.field;
	unsigned breaks = shape_breaks(old, new);

	if (breaks)
		return breaks;
	breaks = requirement_breaks(old, new);
	return has_has(old) != has_has(new) ? breaks | SOURCE_CODE : breaks;
}

unsigned required_breaks(const struct question *q)
{
	return requirement_breaks(q->pair->old.field, q->pair->new.field);
}

/*
 * Can a writer of `from` set two fields together that are members of one oneof in `to`? Fields are
 * matched by number and by name, since a change of either has its own finding. The answer is
 * cached: each member of a renamed oneof has a finding.
 */
static bool oneof_is_lost(struct breaks *b, const struct message *from, const struct oneof *to)
{
	const struct way wire = { .json = false }, json = { .json = true };
	void **slot = content_slot(b, wire, &from->e, &to->e);
	bool lost;

	if (content_known(slot))
		return content_known(slot) == KNOWN_LOST;
	lost = oneof_is_mixed(b, wire, from, to) || oneof_is_mixed(b, json, from, to);
	content_know(slot, lost ? KNOWN_LOST : KNOWN_KEPT);
	return lost;
}

/* Row FIELD_SAME_ONEOF: the field joins or leaves members that another writer can set beside it. */
unsigned field_oneof_breaks(const struct question *q)
{
	const struct field *old = q->pair->old.field, *new = q->pair->new.field;
	const struct oneof *was = field_oneof(old), *is = field_oneof(new);
	unsigned breaks = SOURCE_CODE;

	if (is && oneof_is_lost(q->b, owner(old), is))
		breaks |= WIRE_BACKWARD | JSON_BACKWARD;
	if (was && oneof_is_lost(q->b, owner(new), was))
		breaks |= WIRE_FORWARD | JSON_FORWARD;
	return breaks;
}

/* Is the JSON name of `from` unknown to the other message, or another field's? */
static bool json_name_is_lost(struct breaks *b, const struct field *from, const struct message *to)
{
	const struct field *receiver = index_json(b, to, from);

	return !receiver || field_is_misnamed(b, from, receiver);
}

/* Row FIELD_SAME_JSON_NAME: readers accept the original name, too. */
static unsigned json_key_breaks(struct breaks *b, const struct field *old, const struct field *new)
{
	return (json_name_is_lost(b, old, owner(new)) ? JSON_BACKWARD : 0) |
	       (json_name_is_lost(b, new, owner(old)) ? JSON_FORWARD : 0);
}

unsigned json_name_breaks(const struct question *q)
{
	return json_key_breaks(q->b, q->pair->old.field, q->pair->new.field);
}

/* Row FIELD_NO_DELETE, renumbered. No other finding shows what else changed in the field. */
static unsigned renumbering_breaks(
	struct breaks *b, const struct field *old, const struct field *new)
{
	return WIRE | json_key_breaks(b, old, new) | type_breaks(b, old, new) |
	       shape_breaks(old, new);
}

/* Rows FIELD_NO_DELETE and _UNLESS_…. A strict JSON parser refuses the name, reserved or not. */
unsigned field_deletion_breaks(const struct question *q)
{
	const struct field *old = q->pair->old.field, *moved;
	const struct message *message;

	message = q->pair->parent->new.message;
	moved = index_name(q->b, message, old->e.name);
	if (moved)
		return renumbering_breaks(q->b, old, moved);
	if (message_reserves(message, old->number))
		return JSON_BACKWARD | SOURCE_CODE;
	return GONE;
}

/* The full name of the extended message; as written if it is unknown. */
static struct str extendee_name(const struct field *extension)
{
	const struct message *extendee = extension->extension->extendee;

	return extendee ? extendee->e.full_name : extension->extension->extendee_name;
}

/* Does the file declare an extension of that full name and message? Then it has another number. */
static bool extension_moved(
	struct breaks *b, bool new_side, const struct field *there, const struct field *field)
{
	const struct field *moved = (const struct field *)diff_find_in_file(
		b->diff, new_side, there->e.file, ELEMENT_FIELD, field->e.full_name);

	return moved && str_eq(extendee_name(moved), extendee_name(field));
}

/* An extension's only key in JSON is its full name. */
static unsigned extension_name_breaks(
	struct breaks *b, const struct field *old, const struct field *new)
{
	bool old_lives = extension_moved(b, true, new, old);
	bool new_lived = extension_moved(b, false, old, new);

	return (old_lives || new_lived ? WIRE : 0) | (old_lives ? 0 : JSON_BACKWARD | SOURCE_CODE) |
	       (new_lived ? 0 : JSON_FORWARD);
}

/* Row FIELD_SAME_NAME. A renamed field looks the same as a reused number, so the wire breaks only
 * if one of the two names belongs to another field. */
unsigned field_name_breaks(const struct question *q)
{
	const struct field *old = q->pair->old.field, *new = q->pair->new.field;
	unsigned breaks;

	if (old->extension)
		return extension_name_breaks(q->b, old, new);
	breaks = json_key_breaks(q->b, old, new);
	if (field_is_misnamed(q->b, old, new))
		breaks |= WIRE;
	if (!index_name(q->b, owner(new), old->e.name))
		breaks |= SOURCE_CODE;
	return breaks;
}
