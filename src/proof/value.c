#include "proof/value.h"

struct number number_make(int64_t value)
{
	return (struct number){ value < 0 ? 0 - (uint64_t)value : (uint64_t)value, value < 0 };
}

struct number number_unsigned(uint64_t value)
{
	return (struct number){ value, false };
}

bool number_eq(struct number a, struct number b)
{
	return a.size == b.size && a.negative == b.negative;
}

uint64_t number_bits(struct number n)
{
	return n.negative ? 0 - n.size : n.size;
}

int64_t number_signed(struct number n)
{
	return (int64_t)number_bits(n);
}

double number_double(struct number n)
{
	return n.negative ? -(double)n.size : (double)n.size;
}

struct tree *tree_new(struct arena *arena, const struct message *type)
{
	struct tree *tree = NEW(arena, struct tree);

	tree->type = type;
	return tree;
}

struct slot *tree_slot(const struct tree *tree, const struct field *field)
{
	if (tree && tree->index) {
		uintptr_t at = (uintptr_t)map_get(tree->index, field, 0);

		return at ? &tree->slots.items[at - 1] : NULL;
	}
	for (uint32_t i = 0; tree && i < tree->slots.n; i++)
		if (tree->slots.items[i].field == field)
			return &tree->slots.items[i];
	return NULL;
}

static void index_slots(struct arena *arena, struct tree *tree)
{
	enum { FEW = 16 };
	uint32_t i = tree->slots.n - 1;

	if (tree->slots.n <= FEW)
		return;
	if (!tree->index) {
		tree->index = NEW(arena, struct map);
		map_init(tree->index, arena);
		i = 0;
	}
	for (; i < tree->slots.n; i++)
		*map_put(tree->index, tree->slots.items[i].field, 0) = (void *)(uintptr_t)(i + 1);
}

struct slot *tree_number(const struct tree *tree, int32_t number)
{
	for (uint32_t i = 0; tree && i < tree->slots.n; i++)
		if (tree->slots.items[i].field->number == number)
			return &tree->slots.items[i];
	return NULL;
}

struct slot *tree_put(struct arena *arena, struct tree *tree, const struct field *field)
{
	struct slot *slot = tree_slot(tree, field);

	if (slot)
		return slot;
	slot = vec_push(arena, &tree->slots);
	*slot = (struct slot){ field, { NULL, 0, 0 } }; /* one may have been dropped there */
	index_slots(arena, tree);
	return slot;
}

void tree_drop(struct tree *tree, uint32_t index)
{
	tree->index = NULL;
	tree->slots.n--;
	memmove(&tree->slots.items[index], &tree->slots.items[index + 1],
		(tree->slots.n - index) * sizeof *tree->slots.items);
}

/* ---- types ---- */

bool is_message(const struct field *field)
{
	return field->type == TYPE_MESSAGE || field->type == TYPE_GROUP;
}

bool is_integer(const struct field *field)
{
	return !is_message(field) && !is_float(field) && !is_text(field) &&
	       field->type != TYPE_BOOL && field->type != TYPE_ENUM;
}

bool is_float(const struct field *field)
{
	return field->type == TYPE_FLOAT || field->type == TYPE_DOUBLE;
}

bool is_text(const struct field *field)
{
	return field->type == TYPE_STRING || field->type == TYPE_BYTES;
}

bool is_signed(enum field_type type)
{
	return type != TYPE_UINT32 && type != TYPE_UINT64 && type != TYPE_FIXED32 &&
	       type != TYPE_FIXED64 && type != TYPE_BOOL;
}

int type_bits(enum field_type type)
{
	switch (type) {
	case TYPE_INT64:
	case TYPE_UINT64:
	case TYPE_SINT64:
	case TYPE_FIXED64:
	case TYPE_SFIXED64:
	case TYPE_DOUBLE:
		return 64;
	default:
		return 32;
	}
}

enum wire_type type_wire(enum field_type type)
{
	switch (type) {
	case TYPE_DOUBLE:
	case TYPE_FIXED64:
	case TYPE_SFIXED64:
		return WIRE_FIXED64;
	case TYPE_FLOAT:
	case TYPE_FIXED32:
	case TYPE_SFIXED32:
		return WIRE_FIXED32;
	case TYPE_STRING:
	case TYPE_BYTES:
	case TYPE_MESSAGE:
		return WIRE_BYTES;
	case TYPE_GROUP:
		return WIRE_GROUP;
	default:
		return WIRE_VARINT;
	}
}

bool is_implicit(const struct field *field)
{
	const struct message *holder = (const struct message *)field->e.parent;

	if (!field->extension && holder && holder->e.kind == ELEMENT_MESSAGE &&
		holder->is_map_entry)
		return false; /* entries are written whole */
	return field_cardinality(field) == CARDINALITY_IMPLICIT;
}

bool is_repeated(const struct field *field)
{
	return field->label == LABEL_REPEATED || field->is_map;
}

bool verifies_text(const struct field *field)
{
	return field->type == TYPE_STRING &&
	       (!field->e.features || field->e.features->utf8_validation != UTF8_NONE);
}

bool datum_is_zero(const struct field *field, const struct datum *datum)
{
	/* That a message is there is all that one without fields can say. */
	if (is_message(field))
		return !datum->m || (!datum->m->slots.n && datum->m->type->fields.n);
	if (is_text(field))
		return datum->s.n == 0;
	if (is_float(field))
		return datum->d == 0;
	return datum->n.size == 0;
}

bool has_written_default(const struct field *field)
{
	return field->has_default && field->preset;
}

struct datum field_default(const struct field *field)
{
	struct datum datum = { 0 };
	const struct value *value = has_written_default(field) ? &field->preset->value : NULL;

	if (is_message(field))
		datum.m = NULL;
	else if (is_text(field))
		datum.s = value && value->s.p ? value->s : S("");
	else if (is_float(field))
		datum.d = value ? value->d : 0;
	else if (field->type == TYPE_ENUM)
		datum.n = number_make(value ? value->i
				      : field->enumeration && field->enumeration->values.n
					      ? field->enumeration->values.items[0]->number
					      : 0);
	else if (value)
		datum.n =
			is_signed(field->type) ? number_make(value->i) : number_unsigned(value->u);
	return datum;
}

const struct message *field_holder(const struct field *field)
{
	if (field->extension)
		return field->extension->extendee;
	return field->e.parent && field->e.parent->kind == ELEMENT_MESSAGE
		       ? (const struct message *)field->e.parent
		       : NULL;
}

const struct field *entry_key(const struct field *map)
{
	return map->message->fields.items[0];
}

const struct field *entry_value(const struct field *map)
{
	return map->message->fields.items[1];
}

void refuse(struct refusal *refusal, struct arena *arena, const struct field *field, int reason,
	const char *format, ...)
{
	va_list args;

	va_start(args, format);
	refusal->why = str_vprintf(arena, format, args);
	va_end(args);
	refusal->field = field;
	refusal->reason = reason;
}

struct str proof_loss_name(enum proof_loss loss)
{
	static const struct str names[] = { { NULL, 0 }, STR_INIT("other"), STR_INIT("unset"),
		STR_INIT("part"), STR_INIT("fail"), STR_INIT("hole") };

	return names[loss];
}

enum known message_known(const struct message *message)
{
	static const struct {
		struct str name;
		enum known known;
	} all[] = {
		{ STR_INIT("Any"), KNOWN_ANY },
		{ STR_INIT("BoolValue"), KNOWN_WRAPPER },
		{ STR_INIT("BytesValue"), KNOWN_WRAPPER },
		{ STR_INIT("DoubleValue"), KNOWN_WRAPPER },
		{ STR_INIT("Duration"), KNOWN_DURATION },
		{ STR_INIT("FieldMask"), KNOWN_FIELD_MASK },
		{ STR_INIT("FloatValue"), KNOWN_WRAPPER },
		{ STR_INIT("Int32Value"), KNOWN_WRAPPER },
		{ STR_INIT("Int64Value"), KNOWN_WRAPPER },
		{ STR_INIT("ListValue"), KNOWN_LIST },
		{ STR_INIT("StringValue"), KNOWN_WRAPPER },
		{ STR_INIT("Struct"), KNOWN_STRUCT },
		{ STR_INIT("Timestamp"), KNOWN_TIMESTAMP },
		{ STR_INIT("UInt32Value"), KNOWN_WRAPPER },
		{ STR_INIT("UInt64Value"), KNOWN_WRAPPER },
		{ STR_INIT("Value"), KNOWN_VALUE },
	};
	struct str name = message ? message->e.full_name : (struct str){ NULL, 0 };

	if (!str_starts(name, S("google.protobuf.")))
		return KNOWN_NONE;
	name = str_from(name, sizeof "google.protobuf." - 1);
	for (size_t i = 0; i < COUNT(all); i++)
		if (str_eq(name, all[i].name))
			return all[i].known;
	return KNOWN_NONE;
}
