/*
 * Decodes the options of a descriptor set, whose bytes are not trusted.
 *
 * Fields that the type does not have, or has with another wire type, are kept as bytes.
 */
#include "proto/options.h"
#include "base/wire.h"

/* Fields of an item of a message set, a group: type id and message. */
enum { SET_ITEM = 1, SET_TYPE_ID = 2, SET_MESSAGE = 3 };

static bool encoded_find(
	struct str bytes, int32_t number, enum wire_type type, struct wire_record *found)
{
	struct wire wire = wire_open(bytes);
	struct wire_record record;
	bool there = false;

	while (wire_next(&wire, &record)) {
		if ((int32_t)record.number == number && record.type == type) {
			*found = record;
			there = true;
		}
	}
	return there;
}

bool encoded_varint(struct str bytes, int32_t number, uint64_t *value)
{
	struct wire_record record;

	if (!encoded_find(bytes, number, WIRE_VARINT, &record))
		return false;
	*value = record.value;
	return true;
}

bool encoded_bytes(struct str bytes, int32_t number, struct str *value)
{
	struct wire_record record;

	if (!encoded_find(bytes, number, WIRE_BYTES, &record))
		return false;
	*value = record.bytes;
	return true;
}

/* ---- values ---- */

/* A message that is being decoded. */
struct decoding {
	struct context *context;
	const struct message *type;
	struct options *options;
	struct option_index index;
	unsigned depth;
};

static bool decode_message(struct context *context, const struct message *type, struct str bytes,
	struct options *options, unsigned depth);

static enum wire_type wire_type_of(const struct field *field)
{
	switch ((enum field_type)field->type) {
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
	case TYPE_GROUP:
		return WIRE_BYTES;
	default:
		return WIRE_VARINT;
	}
}

static double double_of(uint64_t bits)
{
	double d;

	memcpy(&d, &bits, sizeof d);
	return d;
}

static double float_of(uint64_t bits)
{
	uint32_t low = (uint32_t)bits;
	float f;

	memcpy(&f, &low, sizeof f);
	return (double)f;
}

static int64_t unzigzag(uint64_t value)
{
	return (int64_t)(value >> 1 ^ (0 - (value & 1)));
}

static struct value scalar_value(struct context *context, const struct field *field, uint64_t raw)
{
	struct value value = { .type = (enum field_type)field->type };

	switch (value.type) {
	case TYPE_DOUBLE:
		value.d = double_of(raw);
		break;
	case TYPE_FLOAT:
		value.d = float_of(raw);
		break;
	case TYPE_INT32:
	case TYPE_SFIXED32:
		value.i = (int32_t)(uint32_t)raw;
		break;
	case TYPE_SINT32:
		value.i = unzigzag((uint32_t)raw);
		break;
	case TYPE_SINT64:
		value.i = unzigzag(raw);
		break;
	case TYPE_UINT32:
	case TYPE_FIXED32:
		value.u = (uint32_t)raw;
		break;
	case TYPE_BOOL:
		value.u = raw != 0;
		break;
	case TYPE_ENUM:
		value.i = (int32_t)(uint32_t)raw;
		value.enum_value = field->enumeration ? catalog_value_number(context,
								field->enumeration, value.i)
						      : NULL;
		break;
	default:
		value.u = raw;
	}
	return value;
}

/* Appends a value to a repeated field; of another field it replaces the earlier value. */
static void decoding_put(
	struct decoding *decoding, const struct field *field, int32_t number, struct value value)
{
	struct arena *arena = decoding->context->arena;
	struct option *option = NULL;

	if (field->label != LABEL_REPEATED) {
		struct option_tally tally =
			option_tally(arena, &decoding->index, decoding->options, number);

		if (tally.count > 0)
			option = &decoding->options->list.items[tally.last];
	}
	if (!option)
		option = vec_push(arena, &decoding->options->list);
	*option = (struct option){ .number = number, .field = field, .value = value };
}

static bool decoding_put_message(
	struct decoding *decoding, const struct field *field, int32_t number, struct str bytes)
{
	struct arena *arena = decoding->context->arena;
	struct value value = { .type = (enum field_type)field->type };

	if (field->label != LABEL_REPEATED) {
		struct option_tally tally =
			option_tally(arena, &decoding->index, decoding->options, number);

		struct options *begun =
			tally.count > 0 ? option_message(&decoding->options->list.items[tally.last])
					: NULL;

		/* Records of a singular message field are merged. */
		if (begun)
			return decode_message(decoding->context, field->message, bytes, begun,
				decoding->depth + 1);
	}
	value.message = NEW(arena, struct options);
	if (!decode_message(
		    decoding->context, field->message, bytes, value.message, decoding->depth + 1))
		return false;
	decoding_put(decoding, field, number, value);
	return true;
}

static void decoding_put_raw(struct decoding *decoding, const struct wire_record *record)
{
	struct option *option = vec_push(decoding->context->arena, &decoding->options->list);

	*option = (struct option){ .number = (int32_t)record->number, .value.s = record->whole };
}

static bool decode_packed(struct decoding *decoding, const struct field *field, struct str bytes)
{
	struct wire wire = wire_open(bytes);
	enum wire_type type = wire_type_of(field);

	while (wire.at < wire.end) {
		uint64_t raw;

		if (!(type == WIRE_VARINT ? wire_varint(&wire, &raw)
					  : wire_fixed(&wire, type == WIRE_FIXED64 ? 8 : 4, &raw)))
			return false;
		decoding_put(decoding, field, field->number,
			scalar_value(decoding->context, field, raw));
	}
	return true;
}

static const struct field *find_field(struct decoding *decoding, int32_t number)
{
	const struct field *field = catalog_number(decoding->context, decoding->type, number);

	if (!field)
		field = resolve_extension_number(
			decoding->context, decoding->type->e.full_name, number);
	return field && field->type != TYPE_UNRESOLVED && field->type != TYPE_NAMED ? field : NULL;
}

static bool decode_set_item(struct decoding *decoding, const struct wire_record *record)
{
	const struct field *field;
	struct str message;
	uint64_t id;

	if (!encoded_varint(record->bytes, SET_TYPE_ID, &id) || id > INT32_MAX ||
		!encoded_bytes(record->bytes, SET_MESSAGE, &message) ||
		!(field = find_field(decoding, (int32_t)id)) || !field_is_message(field)) {
		decoding_put_raw(decoding, record);
		return true;
	}
	return decoding_put_message(decoding, field, (int32_t)id, message);
}

static bool decode_record(struct decoding *decoding, const struct wire_record *record)
{
	int32_t number = (int32_t)record->number;
	const struct field *field;

	/* Not in the features stage, where another thread may be setting is_message_set. */
	if (decoding->context->option_indexes && decoding->type->is_message_set &&
		number == SET_ITEM && record->type == WIRE_GROUP)
		return decode_set_item(decoding, record);
	field = find_field(decoding, number);
	if (field && field_is_message(field) &&
		(record->type == WIRE_BYTES || record->type == WIRE_GROUP))
		return decoding_put_message(decoding, field, number, record->bytes);
	if (field && record->type == wire_type_of(field) && record->type != WIRE_BYTES)
		decoding_put(decoding, field, number,
			scalar_value(decoding->context, field, record->value));
	else if (field && record->type == WIRE_BYTES && wire_type_of(field) == WIRE_BYTES &&
		 !field_is_message(field))
		decoding_put(decoding, field, number,
			(struct value){ .type = (enum field_type)field->type, .s = record->bytes });
	else if (field && record->type == WIRE_BYTES && !field_is_message(field) &&
		 field->label == LABEL_REPEATED)
		return decode_packed(decoding, field, record->bytes);
	else
		decoding_put_raw(decoding, record);
	return true;
}

static bool decode_message(struct context *context, const struct message *type, struct str bytes,
	struct options *options, unsigned depth)
{
	struct decoding decoding = {
		.context = context, .type = type, .options = options, .depth = depth
	};
	struct wire wire = wire_open(bytes);
	struct wire_record record;

	if (depth > MAX_VALUE_DEPTH)
		return false;
	options->type = type;
	while (wire_next(&wire, &record))
		if (!decode_record(&decoding, &record))
			return false;
	return !wire.wrong;
}

bool options_decode(struct context *context, const struct message *type, struct str bytes,
	struct options *options)
{
	return decode_message(context, type, bytes, options, 0);
}
