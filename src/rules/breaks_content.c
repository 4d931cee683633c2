/* Compares the content of two messages, recursively: doc/breaks.md, Messages and enums under
 * another name. */
#include <math.h>
#include "rules/breaks_private.h"

void **content_slot(
	struct breaks *b, struct way way, const struct element *from, const struct element *to)
{
	/* Elements are aligned, so the low bits are free. */
	uint64_t number = (uint64_t)(uintptr_t)to | (way.json ? 1 : 0) | (way.backward ? 2 : 0) |
			  (way.zero_is_hidden ? 4 : 0);

	return map_put(&b->contents, from, number);
}

enum known content_known(void *const *slot)
{
	return (enum known)(uintptr_t)*slot;
}

void content_know(void **slot, enum known known)
{
	*slot = (void *)(uintptr_t)known;
}

/* ---- fields ---- */

/* The field that receives the value of `field` in `message`; NULL: none. */
static const struct field *field_receiver(
	struct breaks *b, struct way way, const struct field *field, const struct message *message)
{
	return way.json ? index_json(b, message, field) : index_number(b, message, field->number);
}

static const struct message *owner(const struct field *field)
{
	return (const struct message *)field->e.parent;
}

bool field_is_misnamed(struct breaks *b, const struct field *from, const struct field *to)
{
	return !str_eq(from->e.name, to->e.name) &&
	       (index_name(b, owner(to), from->e.name) || index_name(b, owner(from), to->e.name));
}

/* Ordered by how many values the field can hold: one, a map, a list. */
static int shape(const struct field *field)
{
	enum cardinality cardinality = field_cardinality(field);

	return cardinality == CARDINALITY_REPEATED ? 2 : cardinality == CARDINALITY_MAP ? 1 : 0;
}

bool field_shape_is_lost(struct way way, const struct field *from, const struct field *to)
{
	return way.json ? shape(from) != shape(to) : shape(from) > shape(to);
}

static void queue_push(
	struct breaks *b, const struct message *from, const struct message *to, int parent)
{
	*vec_push(b->arena, &b->queue) = (struct content){ from, to, parent };
}

/* Row FIELD_SAME_UTF8_VALIDATION, inside a type that changed: only the reader checks the text. */
static bool text_is_refused(const struct field *from, const struct field *to)
{
	return to->type == TYPE_STRING && from->e.features->utf8_validation == UTF8_NONE &&
	       to->e.features->utf8_validation == UTF8_VERIFY;
}

/* Likewise of the keys and values of a map under another name, which have no finding of their own. */
static bool map_text_is_refused(
	struct breaks *b, struct way way, const struct field *from, const struct field *to)
{
	if (way.json || str_eq(from->message->e.full_name, to->message->e.full_name))
		return false;
	for (int32_t part = 1; part <= 2; part++)
		if (text_is_refused(index_number(b, from->message, part),
			    index_number(b, to->message, part)))
			return true;
	return false;
}

/* Compares the types of two fields. The content of their messages is queued. */
static bool field_type_is_lost_here(struct breaks *b, struct way way, const struct field *from,
	const struct field *to, int parent)
{
	struct type source, target;
	enum outcome outcome;

	if (from->is_map && to->is_map) {
		source = type_of(index_number(b, from->message, 1));
		target = type_of(index_number(b, to->message, 1));
		if (type_outcome(b, way, &source, &target, true) == LOST ||
			map_text_is_refused(b, way, from, to))
			return true;
		from = index_number(b, from->message, 2);
		to = index_number(b, to->message, 2);
	}
	source = type_of(from);
	target = type_of(to);
	outcome = type_outcome(b, way, &source, &target, false);
	if (outcome == CONTENT)
		queue_push(b, source.message, target.message, parent);
	return outcome == LOST;
}

enum amount_kind { ZERO, NEGATIVE, POSITIVE, FRACTION, TEXT };

/* The value that an unset field gives. */
struct amount {
	enum amount_kind kind;
	uint64_t size; /* of NEGATIVE and POSITIVE, without the sign */
	double fraction;
	struct str text; /* of integers and enums: as written, if known */
};

static struct amount integer_amount(int64_t value, struct str text)
{
	if (value < 0)
		return (struct amount){
			.kind = NEGATIVE, .size = 0 - (uint64_t)value, .text = text
		};
	return (struct amount){
		.kind = value ? POSITIVE : ZERO, .size = (uint64_t)value, .text = text
	};
}

static struct amount default_of(const struct field *field)
{
	struct type type = type_of(field);
	const struct enum_value *first;
	const struct value *value;

	if (!field->has_default) {
		/* An enum of a broken file may have no value. */
		if (!type.enumeration || !type.enumeration->values.n)
			return (struct amount){ .kind = ZERO };
		first = type.enumeration->values.items[0];
		return integer_amount(first->number, first->e.name);
	}
	value = &field->preset->value;
	switch (type.type) {
	case TYPE_DOUBLE:
	case TYPE_FLOAT:
		return (struct amount){ .kind = FRACTION, .fraction = value->d };
	case TYPE_STRING:
	case TYPE_BYTES:
	case TYPE_UNRESOLVED: /* of an enum of which only the name is known */
		return (struct amount){ .kind = TEXT, .text = value->s };
	case TYPE_UINT32:
	case TYPE_UINT64:
	case TYPE_FIXED32:
	case TYPE_FIXED64:
	case TYPE_BOOL:
		return (struct amount){ .kind = value->u ? POSITIVE : ZERO,
			.size = value->u,
			.text = field->preset->text };
	default:
		return integer_amount(value->i, field->preset->text);
	}
}

static double amount_number(struct amount amount)
{
	if (amount.kind == FRACTION)
		return amount.fraction;
	return amount.kind == NEGATIVE ? -(double)amount.size : (double)amount.size;
}

/* Row FIELD_SAME_DEFAULT, inside a type that changed. */
static bool defaults_agree(struct way way, const struct field *from, const struct field *to)
{
	struct amount a, c;

	if (shape(to)) /* a list read as one value is lost by its shape */
		return true;
	if (field_cardinality(from) == CARDINALITY_REQUIRED) /* it is always written */
		return true;
	a = default_of(from);
	c = default_of(to);
	if (way.json && from->type == TYPE_ENUM && to->type == TYPE_ENUM)
		return str_eq(a.text, c.text);
	if (a.kind == TEXT || c.kind == TEXT)
		return str_eq(a.text, c.text);
	if (a.kind == FRACTION || c.kind == FRACTION) {
		double left = amount_number(a), right = amount_number(c);

		if (from->type == TYPE_FLOAT) { /* the reverse is lost by the type */
			left = (float)left;
			right = (float)right;
		}
		return left == right || (isnan(left) && isnan(right));
	}
	return a.kind == c.kind && a.size == c.size;
}

/* Is a field of `from` lost in a message that is read as `to`? */
static bool field_is_lost(struct breaks *b, struct way way, const struct field *from,
	const struct message *to, int parent)
{
	const struct field *receiver = field_receiver(b, way, from, to);

	if (!receiver && way.json) /* a strict parser refuses the name */
		return true;
	if (!receiver) /* renumbered, or its number can be reused */
		return index_name(b, to, from->e.name) ||
		       (way.backward && !message_reserves(to, from->number));
	return field_is_misnamed(b, from, receiver) || field_shape_is_lost(way, from, receiver) ||
	       field_type_is_lost_here(b, way, from, receiver, parent) ||
	       !defaults_agree(way, from, receiver) || (!way.json && text_is_refused(from, receiver));
}

/* ---- messages ---- */

/* Row "a field is required in the new type only". */
static bool lacks_required(
	struct breaks *b, struct way way, const struct message *from, const struct message *to)
{
	for (uint32_t i = 0; i < to->fields.n; i++) {
		const struct field *field = to->fields.items[i], *writer;

		if (field_cardinality(field) != CARDINALITY_REQUIRED)
			continue;
		writer = field_receiver(b, way, field, from);
		if (!writer || field_cardinality(writer) != CARDINALITY_REQUIRED)
			return true;
	}
	return false;
}

bool oneof_is_mixed(
	struct breaks *b, struct way way, const struct message *from, const struct oneof *to)
{
	const struct field *first = NULL;

	for (uint32_t i = 0; i < to->fields.n; i++) {
		const struct field *other = field_receiver(b, way, to->fields.items[i], from);

		if (other && shape(other)) /* a list is lost by its shape, if at all */
			continue;
		if (!first)
			first = other;
		else if (other && other != first &&
			 (!field_oneof(first) || field_oneof(other) != field_oneof(first)))
			return true;
	}
	return false;
}

bool range_is_free(struct breaks *b, const struct message *message, int32_t begin, int32_t end)
{
	const struct taken_numbers *taken = index_taken(b, message);
	uint32_t low = 0, high = taken->list.n;

	while (low < high) { /* find the first range that ends at or after `begin` */
		uint32_t middle = low + (high - low) / 2;

		if (taken->list.items[middle].end < begin)
			low = middle + 1;
		else
			high = middle;
	}
	return low == taken->list.n || taken->list.items[low].begin > begin ||
	       taken->list.items[low].end < end;
}

static bool extensions_are_freed(
	struct breaks *b, const struct message *from, const struct message *to)
{
	for (uint32_t i = 0; i < from->extension_ranges.n; i++) {
		const struct extension_range *range = from->extension_ranges.items[i];

		if (range_is_free(b, to, range->begin, range->end))
			return true;
	}
	return false;
}

/* Compares two messages. The content of messages in their fields is queued. */
static bool message_is_lost_here(struct breaks *b, struct way way, const struct message *from,
	const struct message *to, int parent)
{
	/* The content of a message in a broken file is unknown. */
	if (from->e.file->is_broken || to->e.file->is_broken)
		return true;
	if (!way.json && message_is_message_set(from) != message_is_message_set(to))
		return true;
	for (uint32_t i = 0; i < from->fields.n; i++)
		if (field_is_lost(b, way, from->fields.items[i], to, parent))
			return true;
	for (uint32_t i = 0; i < to->oneofs.n; i++)
		if (oneof_is_mixed(b, way, from, to->oneofs.items[i]))
			return true;
	if (!way.json && way.backward && extensions_are_freed(b, from, to))
		return true;
	return lacks_required(b, way, from, to);
}

/* Compares the queued messages and those that they lead to. If one is lost, so are the messages
 * that hold it, and the others are unknown again; otherwise all are kept. */
static bool queue_is_lost(struct breaks *b, struct way way)
{
	uint32_t at;
	bool lost = false;

	for (at = 0; at < b->queue.n && !lost; at++) {
		struct content content = b->queue.items[at];
		void **slot = content_slot(b, way, &content.from->e, &content.to->e);

		if (*slot) {
			lost = content_known(slot) == KNOWN_LOST;
			continue;
		}
		content_know(slot, KNOWN_KEPT);
		lost = message_is_lost_here(b, way, content.from, content.to, (int)at);
	}
	if (!lost)
		return false;
	for (uint32_t i = 0; i < at; i++) {
		struct content *content = &b->queue.items[i];

		*content_slot(b, way, &content->from->e, &content->to->e) = NULL;
	}
	for (int i = (int)at - 1; i >= 0; i = b->queue.items[i].parent) {
		struct content *content = &b->queue.items[i];

		content_know(content_slot(b, way, &content->from->e, &content->to->e), KNOWN_LOST);
	}
	return true;
}

bool message_is_lost(
	struct breaks *b, struct way way, const struct message *from, const struct message *to)
{
	b->queue.n = 0;
	queue_push(b, from, to, -1);
	return queue_is_lost(b, way);
}

bool field_type_is_lost(
	struct breaks *b, struct way way, const struct field *from, const struct field *to)
{
	b->queue.n = 0;
	return field_type_is_lost_here(b, way, from, to, -1) || queue_is_lost(b, way);
}
