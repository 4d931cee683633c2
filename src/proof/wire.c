/* The wire format, as protoc's C++ reads and writes it. */
#include "base/utf8.h"
#include "proof/value.h"

#include <stdlib.h>

/* ---- writing ---- */

static void put_tree(struct wire_buffer *b, const struct tree *tree);

static uint64_t float_bits(const struct field *field, double d)
{
	float f = (float)d;
	uint32_t half;
	uint64_t whole;

	memcpy(&half, &f, sizeof half);
	memcpy(&whole, &d, sizeof whole);
	return field->type == TYPE_FLOAT ? half : whole;
}

/* A value without its tag. */
static void put_scalar(struct wire_buffer *b, const struct field *field, const struct datum *datum)
{
	uint64_t bits;

	if (is_text(field)) {
		wire_put_bytes(b, datum->s);
		return;
	}
	bits = is_float(field) ? float_bits(field, datum->d) : number_bits(datum->n);
	if (field->type == TYPE_SINT32)
		bits = (uint32_t)bits << 1 ^ (datum->n.negative ? UINT32_MAX : 0);
	if (field->type == TYPE_SINT64)
		bits = bits << 1 ^ (datum->n.negative ? UINT64_MAX : 0);
	switch (type_wire(field->type)) {
	case WIRE_FIXED64:
		wire_put_fixed(b, bits, 8);
		return;
	case WIRE_FIXED32:
		wire_put_fixed(b, bits, 4);
		return;
	default:
		wire_put_varint(b, bits);
	}
}

static void put_datum(struct wire_buffer *b, const struct field *field, const struct datum *datum)
{
	enum field_type kind = field_kind(field);

	wire_put_tag(b, field->number, type_wire(kind));
	if (kind == TYPE_GROUP) {
		put_tree(b, datum->m);
		wire_put_tag(b, field->number, WIRE_GROUP_END);
	} else if (kind == TYPE_MESSAGE) {
		wire_put_bytes(b, wire_write(b->arena, datum->m));
	} else {
		put_scalar(b, field, datum);
	}
}

/* message_set_wire_format: the extension's number and its message, in a group. */
static void put_set_item(struct wire_buffer *b, const struct slot *slot)
{
	wire_put_tag(b, 1, WIRE_GROUP);
	wire_put_tag(b, 2, WIRE_VARINT);
	wire_put_varint(b, (uint64_t)slot->field->number);
	wire_put_tag(b, 3, WIRE_BYTES);
	wire_put_bytes(b, wire_write(b->arena, slot->items.items[0].m));
	wire_put_tag(b, 1, WIRE_GROUP_END);
}

static void put_slot(struct wire_buffer *b, const struct slot *slot)
{
	if (field_is_packed(slot->field)) {
		struct wire_buffer packed = { b->arena, NULL, 0, 0 };

		for (uint32_t i = 0; i < slot->items.n; i++)
			put_scalar(&packed, slot->field, &slot->items.items[i]);
		wire_put_tag(b, slot->field->number, WIRE_BYTES);
		wire_put_bytes(b, wire_buffer_bytes(&packed));
		return;
	}
	for (uint32_t i = 0; i < slot->items.n; i++)
		put_datum(b, slot->field, &slot->items.items[i]);
}

static int by_number(const void *left, const void *right)
{
	const struct slot *a = *(const struct slot *const *)left;
	const struct slot *b = *(const struct slot *const *)right;

	return (a->field->number > b->field->number) - (a->field->number < b->field->number);
}

static void put_tree(struct wire_buffer *b, const struct tree *tree)
{
	const struct slot **order = NEW_ARRAY(b->arena, tree->slots.n, const struct slot *);

	for (uint32_t i = 0; i < tree->slots.n; i++)
		order[i] = &tree->slots.items[i];
	if (tree->slots.n > 1)
		qsort(order, tree->slots.n, sizeof *order, by_number);
	for (uint32_t i = 0; i < tree->slots.n; i++) {
		if (tree->type && message_is_message_set(tree->type) && order[i]->field->extension)
			put_set_item(b, order[i]);
		else
			put_slot(b, order[i]);
	}
}

struct str wire_write(struct arena *arena, const struct tree *tree)
{
	struct wire_buffer b = { arena, NULL, 0, 0 };

	put_tree(&b, tree);
	return wire_buffer_bytes(&b);
}

/* ---- reading ---- */

struct reader {
	const struct lens *lens;
	struct arena *arena;
	struct refusal *refusal;
	const struct message *kept; /* the writer's, where it is read; struct lens */
	int depth;
};

enum reason { REASON_BYTES = 1, REASON_TEXT, REASON_REQUIRED };

static bool damaged(struct reader *r, const struct message *type, const struct wire *wire)
{
	if (!r->refusal->at) {
		r->refusal->at = wire->at;
		r->refusal->wrong = wire->wrong ? wire->wrong : "messages are nested too deeply";
	}
	if (!r->refusal->why.p)
		refuse(r->refusal, r->arena, NULL, REASON_BYTES,
			"the bytes are no message '" STR "'", ARG(type->e.full_name));
	return false;
}

static void keep_unknown(struct reader *r, struct tree *tree, const struct wire_record *record)
{
	*vec_push(r->arena, &tree->unknown) = *record;
}

static bool read_fields(struct reader *r, struct tree *tree, struct str bytes);

/* Replaces what is no UTF-8, as JavaScript's decoder does. */
static struct str repaired(struct arena *arena, struct str s)
{
	char *p = arena_bytes(arena, s.n * 3 + 1), *at = p;
	uint32_t code;

	while (s.n) {
		unsigned size = utf8_read(s, &code);

		at = str_put(at, size ? str_head(s, size) : S("\xef\xbf\xbd"));
		s = str_from(s, size ? size : 1);
	}
	return (struct str){ p, (size_t)(at - p) };
}

static double bits_float(const struct field *field, uint64_t bits)
{
	uint32_t half = (uint32_t)bits;
	float f;
	double d;

	memcpy(&f, &half, sizeof f);
	memcpy(&d, &bits, sizeof d);
	return field->type == TYPE_FLOAT ? (double)f : d;
}

/* A number as the field's type takes it. */
static struct datum number_datum(const struct field *field, uint64_t bits)
{
	struct datum datum = { 0 };

	switch (field->type) {
	case TYPE_FLOAT:
	case TYPE_DOUBLE:
		datum.d = bits_float(field, bits);
		break;
	case TYPE_BOOL:
		datum.n = number_unsigned(bits != 0);
		break;
	case TYPE_UINT32:
	case TYPE_FIXED32:
		datum.n = number_unsigned((uint32_t)bits);
		break;
	case TYPE_UINT64:
	case TYPE_FIXED64:
		datum.n = number_unsigned(bits);
		break;
	case TYPE_SINT32:
		bits = (uint32_t)bits >> 1 ^ (0 - ((uint32_t)bits & 1));
		datum.n = number_make((int32_t)(uint32_t)bits);
		break;
	case TYPE_SINT64:
		datum.n = number_make((int64_t)(bits >> 1 ^ (0 - (bits & 1))));
		break;
	case TYPE_INT64:
	case TYPE_SFIXED64:
		datum.n = number_make((int64_t)bits);
		break;
	default:
		datum.n = number_make((int32_t)(uint32_t)bits);
	}
	return datum;
}

/* Does the reader keep a number that no value of its enum has? */
static bool enum_takes(struct reader *r, const struct field *field, const struct datum *datum)
{
	const struct message *holder = (const struct message *)field->e.parent;
	bool in_map = holder && holder->e.kind == ELEMENT_MESSAGE && holder->is_map_entry;
	enum runtime runtime = r->lens->runtime;

	if (field->type != TYPE_ENUM || runtime == RUNTIME_GO ||
		((in_map || is_repeated(field)) && runtime == RUNTIME_ES) || !field->enumeration ||
		!enum_is_closed(field->enumeration))
		return true;
	return enum_first(r->lens->codec, field->enumeration, number_signed(datum->n)) != NULL;
}

/* The members of a oneof push each other out. */
static void clear_others(struct tree *tree, const struct field *field)
{
	if (!field->oneof)
		return;
	for (uint32_t i = tree->slots.n; i-- > 0;)
		if (tree->slots.items[i].field != field &&
			tree->slots.items[i].field->oneof == field->oneof)
			tree_drop(tree, i);
}

static void set_datum(
	struct reader *r, struct tree *tree, const struct field *field, struct datum datum)
{
	struct slot *slot;

	clear_others(tree, field);
	if (!is_repeated(field) && is_implicit(field) && datum_is_zero(field, &datum)) {
		slot = tree_slot(tree, field);
		if (slot)
			tree_drop(tree, (uint32_t)(slot - tree->slots.items));
		return;
	}
	slot = tree_put(r->arena, tree, field);
	if (!is_repeated(field))
		slot->items.n = 0;
	*vec_push(r->arena, &slot->items) = datum;
}

static void set_number(
	struct reader *r, struct tree *tree, const struct field *field, uint64_t bits)
{
	struct datum datum = number_datum(field, bits);
	const struct wire_record record = {
		.number = (uint32_t)field->number, .type = WIRE_VARINT, .value = bits
	};

	if (enum_takes(r, field, &datum))
		set_datum(r, tree, field, datum);
	else
		keep_unknown(r, tree, &record);
}

static bool read_packed(
	struct reader *r, struct tree *tree, const struct field *field, struct str bytes)
{
	struct wire wire = wire_open(bytes);
	enum wire_type type = type_wire(field->type);

	while (wire.at < wire.end) {
		uint64_t bits;

		if (type == WIRE_VARINT ? !wire_varint(&wire, &bits)
					: !wire_fixed(&wire, type == WIRE_FIXED64 ? 8 : 4, &bits))
			return damaged(r, tree->type, &wire);
		set_number(r, tree, field, bits);
	}
	return true;
}

/* Java has an option of its own beside the feature; Go (1.36, internal/strs) asks no extension of
 * an edition for it. */
static bool is_verified(const struct reader *r, const struct field *field)
{
	enum { FILE_OPTION_JAVA_STRING_CHECK_UTF8 = 27 };

	if (r->lens->runtime == RUNTIME_GO && field->extension &&
		field->e.file->edition >= EDITION_2023)
		return false;
	if (verifies_text(field))
		return true;
	return r->lens->runtime == RUNTIME_JAVA &&
	       ((field->e.features &&
			field->e.features->java_utf8_validation == JAVA_UTF8_VERIFY) ||
		       options_bool(field->e.file->e.options, FILE_OPTION_JAVA_STRING_CHECK_UTF8,
			       false));
}

static bool read_text(
	struct reader *r, struct tree *tree, const struct field *field, struct str bytes)
{
	struct datum datum = { .s = bytes };

	if (field->type == TYPE_STRING && !utf8_is_valid(datum.s)) {
		if (is_verified(r, field)) {
			r->refusal->at = bytes.p;
			refuse(r->refusal, r->arena, field, REASON_TEXT,
				"string '" STR "' is no UTF-8", ARG(field->e.name));
			return false;
		}
		if (r->lens->runtime == RUNTIME_ES || r->lens->runtime == RUNTIME_PBJS)
			datum.s = repaired(r->arena, datum.s);
	}
	set_datum(r, tree, field, datum);
	return true;
}

static struct datum key_of(const struct tree *entry, const struct field *key)
{
	const struct slot *slot = tree_slot(entry, key);

	return slot ? slot->items.items[0] : field_default(key);
}

static bool same_key(const struct field *key, const struct datum *a, const struct datum *b)
{
	return is_text(key) ? str_eq(a->s, b->s) : number_eq(a->n, b->n);
}

/* The last entry of a key counts, and what it lacks is there as its default. */
static void set_entry(
	struct reader *r, struct tree *tree, const struct field *field, struct tree *entry)
{
	const struct field *key = lens_number(r->lens, field->message, 1);
	const struct field *value = lens_number(r->lens, field->message, 2);
	struct slot *slot = tree_put(r->arena, tree, field);
	struct datum mine = key_of(entry, key);

	for (int i = 0; i < 2; i++) {
		const struct field *part = i ? value : key;
		struct datum missing = { 0 };

		if (tree_slot(entry, part))
			continue;
		if (is_message(part))
			missing.m = tree_new(r->arena, part->message);
		else
			missing = field_default(part);
		*vec_push(r->arena, &tree_put(r->arena, entry, part)->items) = missing;
	}
	/* protoc prints what it read as it was, duplicates too. */
	for (uint32_t i = 0; r->lens->runtime != RUNTIME_CPP && i < slot->items.n; i++) {
		struct datum theirs = key_of(slot->items.items[i].m, key);

		if (same_key(key, &mine, &theirs)) {
			slot->items.items[i].m = entry;
			return;
		}
	}
	*vec_push(r->arena, &slot->items) = (struct datum){ .m = entry };
}

/* A value that its closed enum has not takes the whole entry away. */
static bool lacks_value(const struct field *map, const struct tree *entry)
{
	for (uint32_t i = 0; entry_value(map)->type == TYPE_ENUM && i < entry->unknown.n; i++)
		if (entry->unknown.items[i].number == 2 &&
			entry->unknown.items[i].type == WIRE_VARINT)
			return true;
	return false;
}

static bool read_message(struct reader *r, struct tree *tree, const struct field *field,
	const struct wire_record *record)
{
	const struct message *kept = r->kept;
	const struct field *peer = lens_peer(r->lens, kept, field, (struct str){ NULL, 0 });
	struct slot *slot;
	struct tree *inner;
	bool ok;

	if (!field->message) {
		const struct wire wire = { .at = record->whole.p, .wrong = "its type is not known" };

		return damaged(r, tree->type, &wire);
	}
	clear_others(tree, field);
	slot = tree_slot(tree, field);
	inner = slot && !is_repeated(field) ? slot->items.items[0].m
					    : tree_new(r->arena, lens_type(r->lens, field, peer));
	r->kept = peer && is_message(peer) ? peer->message : NULL;
	ok = read_fields(r, inner, record->bytes);
	r->kept = kept;
	if (!ok)
		return false;
	if (field->is_map && lacks_value(field, inner))
		keep_unknown(r, tree, record);
	else if (field->is_map)
		set_entry(r, tree, field, inner);
	else if (!slot || is_repeated(field))
		set_datum(r, tree, field, (struct datum){ .m = inner });
	return true;
}

/* An item of a message set; what is none is unknown. */
static bool read_set_item(struct reader *r, struct tree *tree, const struct wire_record *item)
{
	struct wire wire = wire_open(item->bytes);
	struct wire_record part;
	const struct field *field = NULL;
	struct str bytes = { NULL, 0 };
	struct tree *inner;

	while (wire_next(&wire, &part)) {
		if (part.number == 2 && part.type == WIRE_VARINT)
			field = lens_number(r->lens, tree->type, (int32_t)part.value);
		if (part.number == 3 && part.type == WIRE_BYTES)
			bytes = part.bytes;
	}
	if (wire.wrong)
		return damaged(r, tree->type, &wire);
	if (!field || !is_message(field) || !field->message || !bytes.p) {
		keep_unknown(r, tree, item);
		return true;
	}
	inner = tree_new(r->arena, field->message);
	r->kept = NULL;
	if (!read_fields(r, inner, bytes))
		return false;
	set_datum(r, tree, field, (struct datum){ .m = inner });
	return true;
}

static bool read_record(struct reader *r, struct tree *tree, const struct wire_record *record)
{
	const struct field *field;

	if (record->number == 1 && record->type == WIRE_GROUP && message_is_message_set(tree->type))
		return read_set_item(r, tree, record);
	field = lens_number(r->lens, tree->type, (int32_t)record->number);
	if (field && field->type != TYPE_UNRESOLVED) {
		if (record->type == WIRE_BYTES && field_is_packable(field))
			return read_packed(r, tree, field, record->bytes);
		if (type_wire(field_kind(field)) == record->type) {
			if (is_message(field))
				return read_message(r, tree, field, record);
			if (is_text(field))
				return read_text(r, tree, field, record->bytes);
			set_number(r, tree, field, record->value);
			return true;
		}
	}
	keep_unknown(r, tree, record);
	return true;
}

static bool read_fields(struct reader *r, struct tree *tree, struct str bytes)
{
	struct wire wire = wire_open(bytes);
	struct wire_record record;

	if (r->depth >= MOST_DEPTH || --r->lens->codec->steps < 0)
		return damaged(r, tree->type, &wire);
	r->depth++;
	while (wire_next(&wire, &record))
		if (!read_record(r, tree, &record))
			return false;
	r->depth--;
	return wire.wrong ? damaged(r, tree->type, &wire) : true;
}

/* ---- what is required ---- */

static bool lacks(const struct tree *tree, const struct field *field, const struct lens *lens,
	struct refusal *refusal)
{
	if (field_cardinality(field) != CARDINALITY_REQUIRED || tree_slot(tree, field))
		return false;
	refuse(refusal, lens->codec->scratch, field, REASON_REQUIRED,
		"required field '" STR "' is missing", ARG(field->e.name));
	return true;
}

bool tree_is_complete(const struct tree *tree, const struct lens *lens, struct refusal *refusal)
{
	const struct message *type = tree->type;
	const struct fields *required = message_required(lens->codec, type);

	lens->codec->steps -= required->list.n;
	for (uint32_t i = 0; i < required->list.n; i++) {
		const struct field *field = required->list.items[i];

		if (lens_number(lens, type, field->number) == field &&
			lacks(tree, field, lens, refusal))
			return false;
	}
	for (unsigned i = 0; type == lens->changed && i < lens->n_added; i++)
		if (lacks(tree, lens->added[i], lens, refusal))
			return false;
	for (uint32_t i = 0; i < tree->slots.n; i++) {
		const struct slot *slot = &tree->slots.items[i];

		for (uint32_t k = 0; is_message(slot->field) && k < slot->items.n; k++)
			if (!tree_is_complete(slot->items.items[k].m, lens, refusal))
				return false;
	}
	return true;
}

bool asks_required(const struct lens *lens)
{
	return lens->runtime != RUNTIME_ES;
}

bool wire_read(const struct lens *lens, const struct message *type, struct str bytes,
	struct arena *arena, struct tree **tree, struct refusal *refusal)
{
	struct reader r = { lens, arena, refusal, lens->kept, 0 };

	*refusal = (struct refusal){ 0 };
	*tree = tree_new(arena, type);
	return read_fields(&r, *tree, bytes) &&
	       (!asks_required(lens) || tree_is_complete(*tree, lens, refusal));
}
