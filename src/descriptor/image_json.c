/*
 * ProtoJSON of a FileDescriptorSet (protobuf.dev/programming-guides/json), as buf writes images.
 */
#include "base/json.h"
#include "descriptor/image.h"

#include <jansson.h>

/* An image of 100 MB with source info needs three quarters of it. */
static const uint64_t MAX_JSON_MEMORY = UINT64_C(4) << 30;

static bool put_message(
	struct image *image, const struct message *type, json_t *object, unsigned depth);

static bool scalar_of(json_t *value, char room[32], struct scalar *scalar)
{
	switch (json_typeof(value)) {
	case JSON_STRING:
		*scalar = (struct scalar){ SCALAR_STRING,
			{ json_string_value(value), json_string_length(value) } };
		return true;
	case JSON_INTEGER:
		snprintf(room, 32, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		*scalar = (struct scalar){ SCALAR_NUMBER, str_of(room) };
		return true;
	case JSON_REAL:
		snprintf(room, 32, "%.17g", json_real_value(value));
		*scalar = (struct scalar){ SCALAR_NUMBER, str_of(room) };
		return true;
	case JSON_TRUE:
		*scalar = (struct scalar){ SCALAR_WORD, S("true") };
		return true;
	case JSON_FALSE:
		*scalar = (struct scalar){ SCALAR_WORD, S("false") };
		return true;
	default:
		return false;
	}
}

static bool fail_value(struct image *image, const struct field *field)
{
	return image_fail(image, "'" STR "' of '" STR "' has a value of the wrong type",
		ARG(field->e.name),
		ARG(element_message(&field->e) ? element_message(&field->e)->e.full_name
					       : field->e.full_name));
}

/* One value, or an element of a list. */
static bool put_value(struct image *image, const struct field *field, json_t *value, unsigned depth)
{
	struct scalar scalar;
	char room[32];
	size_t begin;

	if (field->type == TYPE_MESSAGE || field->type == TYPE_GROUP) {
		if (!json_is_object(value) || !field->message)
			return fail_value(image, field);
		begin = image_open(image, field);
		if (!put_message(image, field->message, value, depth + 1))
			return false;
		image_close(image, field, begin);
		return true;
	}
	return (scalar_of(value, room, &scalar) && image_scalar(image, field, &scalar)) ||
	       fail_value(image, field);
}

/* An object for a map field. */
static bool put_map(struct image *image, const struct field *field, json_t *object, unsigned depth)
{
	const struct field *parts[2] = { message_field_by_number(field->message, 1),
		message_field_by_number(field->message, 2) };
	const char *key;
	json_t *value;

	if (!json_is_object(object) || !parts[0] || !parts[1])
		return fail_value(image, field);
	json_object_foreach(object, key, value)
	{
		struct scalar scalar = { SCALAR_STRING, str_of(key) };
		size_t begin = image_open(image, field);

		if (field_kind(parts[0]) == TYPE_BOOL)
			scalar.kind = SCALAR_WORD;
		if (!image_scalar(image, parts[0], &scalar))
			return fail_value(image, field);
		if (!put_value(image, parts[1], value, depth + 1))
			return false;
		image_close(image, field, begin);
	}
	return true;
}

static bool put_field(struct image *image, const struct field *field, json_t *value, unsigned depth)
{
	json_t *element;
	size_t i;

	if (json_is_null(value))
		return true;
	if (field_cardinality(field) == CARDINALITY_MAP)
		return put_map(image, field, value, depth);
	if (field_cardinality(field) != CARDINALITY_REPEATED)
		return put_value(image, field, value, depth);
	if (!json_is_array(value))
		return fail_value(image, field);
	json_array_foreach(value, i, element)
	{
		if (!put_value(image, field, element, depth))
			return false;
	}
	return true;
}

/* `[acme.v1.note]`. Warns of what cannot be read and is left out: a well-known type has a JSON form
 * of its own, and the file that declares the option may not be in the image. */
static void put_extension(struct image *image, const struct message *type, struct str name,
	json_t *value, unsigned depth)
{
	const struct field *field = image_extension(image, type, name);
	struct diags *diags = image->diags, unsaid;
	size_t begin = image->n;

	diags_init(&unsaid, diags->arena);
	image->diags = &unsaid;
	if (!field || !put_field(image, field, value, depth)) {
		image->n = begin;
		field = NULL;
	}
	image->diags = diags;
	if (!field)
		image_lose(image, name);
}

static bool is_extension(struct str key)
{
	return key.n > 2 && key.p[0] == '[' && key.p[key.n - 1] == ']';
}

static bool put_key(struct image *image, const struct message *type, struct str key, json_t *value,
	unsigned depth)
{
	const struct field *field;

	if (is_extension(key)) {
		put_extension(image, type, (struct str){ key.p + 1, key.n - 2 }, value, depth);
		return true;
	}
	/* buf's extension of a file (imports, modules) is not needed. */
	if (str_eq(key, S("bufExtension")) || str_eq(key, S("buf_extension")))
		return true;
	field = image_member(image, type, key);
	if (!field)
		return image_fail(image, "'" STR "' has no field '" STR "'", ARG(type->e.full_name),
			ARG(key));
	return put_field(image, field, value, depth);
}

static bool put_message(
	struct image *image, const struct message *type, json_t *object, unsigned depth)
{
	const char *key;
	json_t *value;

	if (depth > MAX_IMAGE_NESTING)
		return image_fail(image, "it is nested deeper than %d", MAX_IMAGE_NESTING);
	if (depth == 1) {
		json_t *name = json_object_get(object, "name");

		if (json_is_string(name))
			image->file = str_dup(image->arena, str_of(json_string_value(name)));
	}
	json_object_foreach(object, key, value)
	{
		if (!put_key(image, type, str_of(key), value, depth))
			return false;
	}
	return true;
}

bool image_read_json(struct image *image, struct str text)
{
	const struct message *type = image_type(image, S("FileDescriptorSet"));
	json_error_t error;
	json_t *root;
	bool ok;

	if (str_starts(text, S("\xEF\xBB\xBF")))
		text = str_from(text, 3);
	if (json_memory(text) > MAX_JSON_MEMORY)
		return image_fail(image, "its values need more than 4 GiB of memory");
	root = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
	if (!root)
		return image_fail(
			image, "it is not valid JSON: line %d: %s", error.line, error.text);
	if (!json_is_object(root) || !type)
		ok = image_fail(image, "it is not a descriptor set in JSON");
	else
		ok = put_message(image, type, root, 0);
	json_decref(root);
	return ok;
}
