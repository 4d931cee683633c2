/* breaks.md, "Message A → B and enum A → B": content against content, recursively. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include "rules/breaks_private.h"

/*
 * What `contents` holds of two messages or enums and a way. While messages are compared, the ones
 * that were met are taken for kept, which ends recursive ones and is true if nothing is found.
 */
enum known { KNOWN_KEPT = 1, KNOWN_LOST = 2 };

static void **content_slot(
	struct breaks *b, struct way way, const struct element *from, const struct element *to)
{
	/* Elements are aligned for any object, so the low bits are free. */
	uint64_t number = (uint64_t)(uintptr_t)to | (way.json ? 1 : 0) | (way.backward ? 2 : 0);

	return map_put(&b->contents, from, number);
}

static enum known known_in(void *const *slot)
{
	return (enum known)(uintptr_t)*slot;
}

static void know(void **slot, enum known known)
{
	*slot = (void *)(uintptr_t)known;
}

/* ---- enums ---- */

/* A value by what it means: its name without the enum's own name in front, as generators drop it.
 */
struct meaning {
	struct str name; /* in upper case */
	int32_t number;
};

/* Offset in `name` behind the enum's own name, however it is written; 0 if it is not in front. */
static size_t prefix_length(struct str enum_name, struct str name)
{
	size_t at = 0, i = 0;

	for (;;) {
		while (i < enum_name.n && enum_name.p[i] == '_')
			i++;
		if (i == enum_name.n)
			return at;
		while (at < name.n && name.p[at] == '_')
			at++;
		if (at == name.n || tolower((unsigned char)enum_name.p[i]) !=
					    tolower((unsigned char)name.p[at]))
			return 0;
		at++;
		i++;
	}
}

static struct str meaning_name(struct arena *arena, struct str enum_name, struct str name)
{
	struct str bare = str_from(name, prefix_length(enum_name, name));
	char *upper;

	while (bare.n && bare.p[0] == '_')
		bare = str_from(bare, 1);
	while (bare.n && bare.p[bare.n - 1] == '_')
		bare.n--;
	if (!bare.n)
		bare = name;
	upper = arena_bytes(arena, bare.n);
	for (size_t i = 0; i < bare.n; i++)
		upper[i] = (char)toupper((unsigned char)bare.p[i]);
	return (struct str){ upper, bare.n };
}

static int by_name(const void *a, const void *b)
{
	const struct meaning *left = a, *right = b;
	int order = str_cmp(left->name, right->name);

	return order ? order : (left->number > right->number) - (left->number < right->number);
}

static int by_number(const void *a, const void *b)
{
	const struct meaning *left = a, *right = b;

	if (left->number != right->number)
		return left->number < right->number ? -1 : 1;
	return str_cmp(left->name, right->name);
}

static struct meaning *meanings(struct breaks *b, const struct enumeration *e)
{
	struct meaning *list = NEW_ARRAY(b->arena, e->values.n, struct meaning);

	for (uint32_t i = 0; i < e->values.n; i++) {
		list[i].name = meaning_name(b->arena, e->e.name, e->values.items[i]->e.name);
		list[i].number = e->values.items[i]->number;
	}
	return list;
}

/* Has a name one number here and another one there? Both lists are by name. */
static bool name_moved(
	const struct meaning *from, uint32_t n_from, const struct meaning *to, uint32_t n_to)
{
	for (uint32_t i = 0, k = 0; i < n_from && k < n_to;) {
		int order = str_cmp(from[i].name, to[k].name);

		if (!order && from[i].number != to[k].number)
			return true;
		i += order <= 0;
		k += order >= 0;
	}
	return false;
}

/* Has a number names on both sides, and none in common? Both lists are by number, then by name. */
static bool number_reused(
	const struct meaning *from, uint32_t n_from, const struct meaning *to, uint32_t n_to)
{
	uint32_t i = 0, k = 0;

	while (i < n_from && k < n_to) {
		int32_t number = from[i].number;
		bool agree = false;

		if (number != to[k].number) {
			if (number < to[k].number)
				i++;
			else
				k++;
			continue;
		}
		while (i < n_from && k < n_to && from[i].number == number &&
			to[k].number == number) {
			int order = str_cmp(from[i].name, to[k].name);

			agree = agree || !order;
			i += order <= 0;
			k += order >= 0;
		}
		while (i < n_from && from[i].number == number)
			i++;
		while (k < n_to && to[k].number == number)
			k++;
		if (!agree)
			return true;
	}
	return false;
}

/* Row "one number has two meanings, or one name two numbers". */
static bool meanings_clash(
	struct breaks *b, const struct enumeration *from, const struct enumeration *to)
{
	struct arena_mark mark = arena_mark(b->arena);
	uint32_t n_from = from->values.n, n_to = to->values.n;
	struct meaning *source = meanings(b, from), *target = meanings(b, to);
	bool clash = false;

	if (n_from && n_to) {
		qsort(source, n_from, sizeof *source, by_name);
		qsort(target, n_to, sizeof *target, by_name);
		clash = name_moved(source, n_from, target, n_to);
	}
	if (n_from && n_to && !clash) {
		qsort(source, n_from, sizeof *source, by_number);
		qsort(target, n_to, sizeof *target, by_number);
		clash = number_reused(source, n_from, target, n_to);
	}
	arena_rewind(b->arena, mark);
	return clash;
}

/* A number that the reader has no name for: hidden in a closed enum, free for another meaning in
 * the new one. */
static bool number_is_lost(
	struct breaks *b, struct way way, int32_t number, const struct enumeration *to)
{
	if (index_values(b, to, number))
		return false;
	return enum_is_closed(to) || (way.backward && !enum_reserves(to, number));
}

static bool enum_is_lost_on_wire(struct breaks *b, struct way way, const struct enumeration *from,
	const struct enumeration *to)
{
	for (uint32_t i = 0; i < from->values.n; i++)
		if (number_is_lost(b, way, from->values.items[i]->number, to))
			return true;
	return meanings_clash(b, from, to);
}

/* Writers print the first name of a number; readers go by it alone. */
static bool enum_is_lost_in_json(
	struct breaks *b, const struct enumeration *from, const struct enumeration *to)
{
	for (uint32_t i = 0; i < from->values.n; i++) {
		const struct enum_value *value = from->values.items[i];

		if (index_values(b, from, value->number)->list.items[0] == value &&
			!index_value(b, to, value->e.name))
			return true;
	}
	return false;
}

bool enum_is_lost(struct breaks *b, struct way way, const struct enumeration *from,
	const struct enumeration *to)
{
	enum known known = known_in(content_slot(b, way, &from->e, &to->e));
	bool lost;

	if (known)
		return known == KNOWN_LOST;
	if (!enum_is_closed(from) && enum_is_closed(to)) /* numbers that no value has */
		lost = true;
	else if (way.json)
		lost = enum_is_lost_in_json(b, from, to);
	else
		lost = enum_is_lost_on_wire(b, way, from, to);
	know(content_slot(b, way, &from->e, &to->e), lost ? KNOWN_LOST : KNOWN_KEPT);
	return lost;
}

/* ---- fields ---- */

const struct field *field_receiver(
	struct breaks *b, struct way way, const struct field *field, const struct message *message)
{
	return way.json ? index_json(b, message, field->json_name)
			: index_number(b, message, field->number);
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

/* How many values it can hold, and whether all of them keep their place. */
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
	*vec_push(b->arena, &b->queue) = (struct content){ from, to, parent, false };
}

/* The type of two fields without what their messages hold: that is left in the queue. */
static bool field_type_is_lost_here(struct breaks *b, struct way way, const struct field *from,
	const struct field *to, int parent)
{
	struct type source, target;
	enum outcome outcome;

	if (from->is_map && to->is_map && from->message && to->message) {
		const struct field *from_key = index_number(b, from->message, 1);
		const struct field *to_key = index_number(b, to->message, 1);

		from = index_number(b, from->message, 2);
		to = index_number(b, to->message, 2);
		if (!from_key || !to_key || !from || !to)
			return true;
		source = type_of(from_key);
		target = type_of(to_key);
		if (type_outcome(b, way, &source, &target, true) == LOST)
			return true;
	}
	source = type_of(from);
	target = type_of(to);
	outcome = type_outcome(b, way, &source, &target, false);
	if (outcome == CONTENT)
		queue_push(b, source.message, target.message, parent);
	return outcome == LOST;
}

enum amount_kind { ZERO, NEGATIVE, POSITIVE, FRACTION, TEXT };

/* What an unset field gives. */
struct amount {
	enum amount_kind kind;
	uint64_t size; /* of NEGATIVE and POSITIVE, without the sign */
	double fraction;
	struct str text;
};

static struct amount integer_amount(int64_t value)
{
	if (value < 0)
		return (struct amount){ .kind = NEGATIVE, .size = 0 - (uint64_t)value };
	return (struct amount){ .kind = value ? POSITIVE : ZERO, .size = (uint64_t)value };
}

static struct amount default_of(const struct field *field)
{
	struct type type = type_of(field);
	const struct value *value = &field->default_value;

	if (type.enumeration && !field->has_default)
		return integer_amount(
			type.enumeration->values.n ? type.enumeration->values.items[0]->number : 0);
	if (!field->has_default || type.message || type.type == TYPE_UNRESOLVED)
		return (struct amount){ .kind = ZERO };
	switch (type.type) {
	case TYPE_DOUBLE:
	case TYPE_FLOAT:
		return (struct amount){ .kind = value->d == 0 ? ZERO : FRACTION,
			.fraction = value->d };
	case TYPE_STRING:
	case TYPE_BYTES:
		return (struct amount){ .kind = value->s.n ? TEXT : ZERO, .text = value->s };
	case TYPE_UINT32:
	case TYPE_UINT64:
	case TYPE_FIXED32:
	case TYPE_FIXED64:
	case TYPE_BOOL:
		return (struct amount){ .kind = value->u ? POSITIVE : ZERO, .size = value->u };
	default:
		return integer_amount(value->i);
	}
}

static double amount_number(struct amount amount)
{
	if (amount.kind == FRACTION)
		return amount.fraction;
	return amount.kind == NEGATIVE ? -(double)amount.size : (double)amount.size;
}

/* Row FIELD_SAME_DEFAULT, within another type. */
static bool defaults_agree(const struct field *from, const struct field *to)
{
	struct amount a, c;

	if (shape(from) || shape(to))
		return true;
	a = default_of(from);
	c = default_of(to);
	if (a.kind == TEXT || c.kind == TEXT)
		return a.kind == c.kind && str_eq(a.text, c.text);
	if (a.kind == FRACTION || c.kind == FRACTION) {
		double left = amount_number(a), right = amount_number(c);

		if (from->type == TYPE_FLOAT || to->type == TYPE_FLOAT) {
			left = (float)left;
			right = (float)right;
		}
		return left == right || (isnan(left) && isnan(right));
	}
	return a.kind == c.kind && a.size == c.size;
}

/* Row FIELD_SAME_UTF8_VALIDATION, within another type: octets that only the writer takes for text.
 */
static bool text_is_refused(const struct field *from, const struct field *to)
{
	return from->type == TYPE_STRING && to->type == TYPE_STRING && from->e.features &&
	       to->e.features && from->e.features->utf8_validation == UTF8_NONE &&
	       to->e.features->utf8_validation == UTF8_VERIFY;
}

/* A field of `from` in a message that is read as `to`. */
static bool field_is_lost(struct breaks *b, struct way way, const struct field *from,
	const struct message *to, int parent)
{
	const struct field *receiver = field_receiver(b, way, from, to);

	if (!receiver && way.json) /* a strict parser refuses the name */
		return true;
	if (!receiver) /* renumbered, or its number is free for another meaning */
		return index_name(b, to, from->e.name) ||
		       (way.backward && !message_reserves(to, from->number));
	return field_is_misnamed(b, from, receiver) || field_shape_is_lost(way, from, receiver) ||
	       field_type_is_lost_here(b, way, from, receiver, parent) ||
	       !defaults_agree(from, receiver) || (!way.json && text_is_refused(from, receiver));
}

/* ---- messages ---- */

/* Row "required only in B". */
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

bool oneof_is_lost(struct breaks *b, struct way way, const struct message *from,
	const struct oneof *to, const struct field *member)
{
	const struct field *first = member;

	for (uint32_t i = 0; i < to->fields.n; i++) {
		const struct field *other = field_receiver(b, way, to->fields.items[i], from);

		if (!other || other == first)
			continue;
		if (first && (!field_oneof(first) || field_oneof(first) != field_oneof(other)))
			return true;
		if (!first)
			first = other;
	}
	return false;
}

bool range_is_free(struct breaks *b, const struct message *message, int32_t begin, int32_t end)
{
	int64_t number = begin;

	while (number <= end) {
		int64_t next = number;

		for (uint32_t i = 0; i < message->extension_ranges.n; i++) {
			const struct extension_range *range = message->extension_ranges.items[i];

			if (range->begin <= next && next <= range->end)
				next = (int64_t)range->end + 1;
		}
		for (uint32_t i = 0; i < message->reserved_ranges.n; i++) {
			const struct reserved_range *range = &message->reserved_ranges.items[i];

			if (range->begin <= next && next <= range->end)
				next = (int64_t)range->end + 1;
		}
		if (next == number && index_number(b, message, (int32_t)number))
			next++;
		if (next == number)
			return true;
		number = next;
	}
	return false;
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

/* Two messages without what the messages in their fields hold: that is left in the queue. */
static bool message_is_lost_here(struct breaks *b, struct way way, const struct message *from,
	const struct message *to, int parent)
{
	if (!way.json && message_is_message_set(from) != message_is_message_set(to))
		return true;
	for (uint32_t i = 0; i < from->fields.n; i++)
		if (field_is_lost(b, way, from->fields.items[i], to, parent))
			return true;
	for (uint32_t i = 0; i < to->oneofs.n; i++)
		if (!to->oneofs.items[i]->is_synthetic &&
			oneof_is_lost(b, way, from, to->oneofs.items[i], NULL))
			return true;
	if (!way.json && way.backward && extensions_are_freed(b, from, to))
		return true;
	return lacks_required(b, way, from, to);
}

/*
 * Compares what is in the queue and what that leads to. A message that holds a lost one is lost;
 * of the rest nothing is known then, and everything is kept if nothing is found.
 */
static bool queue_is_lost(struct breaks *b, struct way way)
{
	uint32_t at;
	bool lost = false;

	for (at = 0; at < b->queue.n && !lost; at++) {
		struct content content = b->queue.items[at];
		void **slot = content_slot(b, way, &content.from->e, &content.to->e);

		if (*slot) {
			lost = known_in(slot) == KNOWN_LOST;
			continue;
		}
		know(slot, KNOWN_KEPT);
		b->queue.items[at].is_guess = true;
		lost = message_is_lost_here(b, way, content.from, content.to, (int)at);
	}
	if (!lost)
		return false;
	for (uint32_t i = 0; i < at; i++) {
		struct content *content = &b->queue.items[i];

		if (content->is_guess)
			*content_slot(b, way, &content->from->e, &content->to->e) = NULL;
	}
	for (int i = (int)at - 1; i >= 0; i = b->queue.items[i].parent) {
		struct content *content = &b->queue.items[i];

		know(content_slot(b, way, &content->from->e, &content->to->e), KNOWN_LOST);
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
