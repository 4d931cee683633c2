#include "schema/schema.h"

enum field_type field_kind(const struct field *field)
{
	enum field_type type = field->type;

	/* Maps and their entries are never delimited, whatever the file's feature. */
	if (type == TYPE_MESSAGE && !field->is_map && field->e.features &&
		field->e.features->message_encoding == MESSAGE_DELIMITED) {
		const struct message *holder = element_message(&field->e);

		if (field->extension || !holder || !holder->is_map_entry)
			return TYPE_GROUP;
	}
	return type;
}

bool field_has_presence(const struct field *field)
{
	if (field->label == LABEL_REPEATED)
		return false;
	return field->type == TYPE_MESSAGE || field->type == TYPE_GROUP || field->oneof ||
	       field->extension || !field->e.features ||
	       field->e.features->field_presence != PRESENCE_IMPLICIT;
}

enum cardinality field_cardinality(const struct field *field)
{
	if (field->is_map)
		return CARDINALITY_MAP;
	if (field->label == LABEL_REPEATED)
		return CARDINALITY_REPEATED;
	if (field->label == LABEL_REQUIRED ||
		(!field->extension && !field->oneof && field->e.features &&
			field->e.features->field_presence == PRESENCE_LEGACY_REQUIRED))
		return CARDINALITY_REQUIRED;
	return field_has_presence(field) ? CARDINALITY_EXPLICIT : CARDINALITY_IMPLICIT;
}

bool field_is_packable(const struct field *field)
{
	if (field->label != LABEL_REPEATED)
		return false;
	switch (field->type) {
	case TYPE_STRING:
	case TYPE_BYTES:
	case TYPE_MESSAGE:
	case TYPE_GROUP:
	case TYPE_UNRESOLVED:
		return false;
	default:
		return true;
	}
}

bool field_is_packed(const struct field *field)
{
	return field_is_packable(field) && field->e.features &&
	       field->e.features->repeated_field_encoding == ENCODING_PACKED;
}

struct oneof *field_oneof(const struct field *field)
{
	return field->oneof && !field->oneof->is_synthetic ? field->oneof : NULL;
}

struct str field_type_name(const struct field *field)
{
	if (field->type == TYPE_UNRESOLVED || field->type == TYPE_NAMED)
		return field->type_name;
	return field->type_ref ? field->type_ref->full_name : (struct str){ NULL, 0 };
}

struct str field_type_text(const struct field *field, struct arena *arena)
{
	if (field->is_map && field->message && field->message->fields.n == 2) {
		struct str key = field_type_text(field->message->fields.items[0], arena);
		struct str value = field_type_text(field->message->fields.items[1], arena);

		return str_printf(arena, "map<" STR ", " STR ">", ARG(key), ARG(value));
	}
	if (field->type == TYPE_UNRESOLVED || field->type == TYPE_NAMED)
		return field->type_name;
	if (field->type_ref)
		return field->type_ref->full_name;
	return type_keyword(field->type);
}

struct str type_keyword(enum field_type type)
{
	static const struct str names[] = {
		[TYPE_NAMED] = STR_INIT("?"),
		[TYPE_DOUBLE] = STR_INIT("double"),
		[TYPE_FLOAT] = STR_INIT("float"),
		[TYPE_INT64] = STR_INIT("int64"),
		[TYPE_UINT64] = STR_INIT("uint64"),
		[TYPE_INT32] = STR_INIT("int32"),
		[TYPE_FIXED64] = STR_INIT("fixed64"),
		[TYPE_FIXED32] = STR_INIT("fixed32"),
		[TYPE_BOOL] = STR_INIT("bool"),
		[TYPE_STRING] = STR_INIT("string"),
		[TYPE_GROUP] = STR_INIT("group"),
		[TYPE_MESSAGE] = STR_INIT("message"),
		[TYPE_BYTES] = STR_INIT("bytes"),
		[TYPE_UINT32] = STR_INIT("uint32"),
		[TYPE_ENUM] = STR_INIT("enum"),
		[TYPE_SFIXED32] = STR_INIT("sfixed32"),
		[TYPE_SFIXED64] = STR_INIT("sfixed64"),
		[TYPE_SINT32] = STR_INIT("sint32"),
		[TYPE_SINT64] = STR_INIT("sint64"),
		[TYPE_UNRESOLVED] = STR_INIT("unknown"),
	};

	return (size_t)type < COUNT(names) ? names[type] : names[TYPE_NAMED];
}

/* descriptor.proto, FieldDescriptorProto.json_name: each `_` goes, a lower-case letter after it is
 * upper-cased. */
struct str json_name_derive(struct arena *arena, struct str name)
{
	size_t n = 0;
	bool upper = false;
	char *p;

	if (str_find(name, '_') == name.n)
		return name;
	p = arena_bytes(arena, name.n + 1);
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (c == '_') {
			upper = true;
			continue;
		}
		p[n++] = upper && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
		upper = false;
	}
	return (struct str){ p, n };
}

struct str field_json_name(const struct field *field, struct arena *arena)
{
	return field->json ? field->json->name : json_name_derive(arena, field->e.name);
}
