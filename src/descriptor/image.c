/*
 * Converts a FileDescriptorSet in JSON or text format to its bytes.
 */
#include "descriptor/image.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>

/* ---- types ---- */

const struct message *image_type(struct image *image, struct str name)
{
	const struct file *file = schema_find_file(
		&image->types, intern(image->names, S("google/protobuf/descriptor.proto")));

	for (uint32_t i = 0; file && i < file->messages.n; i++)
		if (str_eq(file->messages.items[i]->e.name, name))
			return file->messages.items[i];
	return NULL;
}

/* Enters all fields of a type in the map, so that no search is linear. */
static void take_members(struct image *image, const struct message *type)
{
	*map_put(&image->members, type, 0) = (void *)type;
	for (uint32_t i = 0; i < type->fields.n; i++) {
		struct field *field = type->fields.items[i];
		struct str json = field_json_name(field, image->arena);

		if (image->json)
			*map_put(&image->members, type, str_hash(json)) = field;
		*map_put(&image->members, type, str_hash(field->e.name)) = field;
		/* Text format names a group by its message. */
		if (!image->json && field->is_group && field->message)
			*map_put(&image->members, type, str_hash(field->message->e.name)) = field;
	}
}

const struct field *image_member(struct image *image, const struct message *type, struct str name)
{
	if (!map_get(&image->members, type, 0))
		take_members(image, type);
	return map_get(&image->members, type, str_hash(name));
}

static void take_values(struct image *image, const struct enumeration *type)
{
	*map_put(&image->values, type, 0) = (void *)type;
	for (uint32_t i = 0; i < type->values.n; i++)
		*map_put(&image->values, type, str_hash(type->values.items[i]->e.name)) =
			type->values.items[i];
}

static const struct enum_value *find_value(
	struct image *image, const struct enumeration *type, struct str name)
{
	if (!map_get(&image->values, type, 0))
		take_values(image, type);
	return map_get(&image->values, type, str_hash(name));
}

static void take_extension(void *context, struct element *element)
{
	struct image *image = context;
	struct field *field = (struct field *)element;

	if (element->kind == ELEMENT_FIELD && field->extension && field->extension->extendee)
		*map_put(&image->extensions, NULL, str_hash(element->full_name)) = field;
}

const struct field *image_extension(
	struct image *image, const struct message *type, struct str full_name)
{
	const struct field *field = map_get(&image->extensions, NULL, str_hash(full_name));

	image->lacks_own |= !image->has_own;
	return field && str_eq(field->extension->extendee->e.full_name, type->e.full_name) ? field
											   : NULL;
}

void image_lose(struct image *image, struct str full_name)
{
	void **said;

	if (!image->has_own)
		return;
	said = map_put(&image->lost, NULL, str_hash(full_name));
	if (*said)
		return;
	*said = image;
	diag_warning(image->diags, NOWHERE,
		"'" STR "': the custom option '(" STR ")' cannot be read, and is left out",
		ARG(image->name), ARG(full_name));
	diag_help(image->diags, "an image in binary (.binpb) keeps it");
}

/* ---- messages ---- */

bool image_fail(struct image *image, const char *format, ...)
{
	struct str what;
	va_list args;

	va_start(args, format);
	what = str_vprintf(image->diags->arena, format, args);
	va_end(args);
	if (image->file.n)
		diag_error(image->diags, NOWHERE, "'" STR "', file '" STR "': " STR,
			ARG(image->name), ARG(image->file), ARG(what));
	else
		diag_error(image->diags, NOWHERE, "'" STR "': " STR, ARG(image->name), ARG(what));
	return false;
}

/* ---- the wire ---- */

enum { WIRE_VARINT, WIRE_FIXED64, WIRE_BYTES, WIRE_GROUP, WIRE_GROUP_END, WIRE_FIXED32 };

static char *put_room(struct image *image, size_t n)
{
	if (image->cap - image->n < n) {
		size_t cap = image->cap * 2 + n + 256;

		image->out = arena_grow(image->out_arena, image->out, image->cap, cap, 1);
		image->cap = cap;
	}
	image->n += n;
	return image->out + image->n - n;
}

static unsigned varint_size(uint64_t value)
{
	unsigned n = 1;

	while (value >>= 7)
		n++;
	return n;
}

static void varint_at(char *p, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		*p++ = (char)(value | 0x80);
	*p = (char)value;
}

static void put_varint(struct image *image, uint64_t value)
{
	varint_at(put_room(image, varint_size(value)), value);
}

static void put_tag(struct image *image, const struct field *field, unsigned wire)
{
	put_varint(image, (uint64_t)(uint32_t)field->number << 3 | wire);
}

static bool put_bytes(struct image *image, const struct field *field, struct str bytes)
{
	put_tag(image, field, WIRE_BYTES);
	put_varint(image, bytes.n);
	if (bytes.n)
		memcpy(put_room(image, bytes.n), bytes.p, bytes.n);
	return true;
}

static bool put_fixed(struct image *image, const struct field *field, uint64_t bits, unsigned n)
{
	char *p;

	put_tag(image, field, n == 8 ? WIRE_FIXED64 : WIRE_FIXED32);
	p = put_room(image, n);
	for (unsigned i = 0; i < n; i++)
		p[i] = (char)(bits >> (8 * i));
	return true;
}

static bool put_number(struct image *image, const struct field *field, uint64_t value)
{
	put_tag(image, field, WIRE_VARINT);
	put_varint(image, value);
	return true;
}

size_t image_open(struct image *image, const struct field *field)
{
	put_tag(image, field, field_kind(field) == TYPE_GROUP ? WIRE_GROUP : WIRE_BYTES);
	return image->n;
}

void image_close(struct image *image, const struct field *field, size_t begin)
{
	size_t n = image->n - begin;
	unsigned size = varint_size(n);

	if (field_kind(field) == TYPE_GROUP) {
		put_tag(image, field, WIRE_GROUP_END);
		return;
	}
	put_room(image, size);
	memmove(image->out + begin + size, image->out + begin, n);
	varint_at(image->out + begin, n);
}

/* ---- scalars ---- */

/* An integer within the bounds; text format allows hexadecimal and octal. */
static bool integer_of(const struct image *image, const struct scalar *scalar, int64_t least,
	uint64_t most, uint64_t *value)
{
	bool negative = scalar->text.n && scalar->text.p[0] == '-';
	char copy[64], *end;

	if (scalar->kind == SCALAR_WORD || (scalar->kind == SCALAR_STRING && !image->json) ||
		!scalar->text.n || scalar->text.n >= sizeof copy)
		return false;
	memcpy(copy, scalar->text.p, scalar->text.n);
	copy[scalar->text.n] = '\0';
	if (!strchr("-0123456789", copy[0]) || strlen(copy) != scalar->text.n)
		return false;
	errno = 0;
	*value = strtoull(copy + negative, &end, image->json ? 10 : 0);
	if (image->json && *end) { /* JSON allows 1.0 and 1e3 as integers */
		double real = strtod(copy + negative, &end);

		if (!(real >= 0 && real < 9007199254740992.0) || real != floor(real))
			return false;
		*value = (uint64_t)real;
	}
	if (errno || *end || end == copy + negative)
		return false;
	if (!negative)
		return *value <= most;
	if (*value > (uint64_t)INT64_MAX + 1 || *value > (uint64_t)(-(least + 1)) + 1)
		return false;
	*value = 0 - *value;
	return true;
}

static bool real_of(const struct image *image, const struct scalar *scalar, double *value)
{
	static const struct {
		struct str word;
		double value;
	} words[] = {
		{ STR_INIT("NaN"), NAN },
		{ STR_INIT("nan"), NAN },
		{ STR_INIT("-nan"), NAN },
		{ STR_INIT("Infinity"), INFINITY },
		{ STR_INIT("-Infinity"), -INFINITY },
		{ STR_INIT("inf"), INFINITY },
		{ STR_INIT("-inf"), -INFINITY },
		{ STR_INIT("infinity"), INFINITY },
		{ STR_INIT("-infinity"), -INFINITY },
	};
	char copy[512], *end;

	if (scalar->kind == SCALAR_STRING && !image->json)
		return false;
	for (size_t i = 0; i < COUNT(words); i++) {
		*value = words[i].value;
		if (str_eq(scalar->text, words[i].word))
			return true;
	}
	if (!scalar->text.n || scalar->text.n >= sizeof copy ||
		!strchr("-.0123456789", scalar->text.p[0]))
		return false;
	memcpy(copy, scalar->text.p, scalar->text.n);
	copy[scalar->text.n] = '\0';
	*value = strtod(copy, &end);
	if (!image->json && end == copy + scalar->text.n - 1 && (*end == 'f' || *end == 'F'))
		end++;
	return end == copy + scalar->text.n;
}

static bool bool_of(const struct image *image, const struct scalar *scalar, uint64_t *value)
{
	static const struct str yes[] = { STR_INIT("true"), STR_INIT("True"), STR_INIT("t"),
		STR_INIT("1") };
	static const struct str no[] = { STR_INIT("false"), STR_INIT("False"), STR_INIT("f"),
		STR_INIT("0") };
	size_t n = image->json ? 1 : COUNT(yes);

	if (scalar->kind == SCALAR_STRING)
		return false;
	for (size_t i = 0; i < n; i++) {
		*value = str_eq(scalar->text, yes[i]);
		if (*value || str_eq(scalar->text, no[i]))
			return true;
	}
	return false;
}

static bool enum_of(struct image *image, const struct field *field, const struct scalar *scalar,
	uint64_t *value)
{
	const struct enum_value *found;

	if (scalar->kind == SCALAR_NUMBER)
		return integer_of(image, scalar, INT32_MIN, INT32_MAX, value);
	if ((scalar->kind == SCALAR_STRING) != image->json || !field->enumeration)
		return false;
	found = find_value(image, field->enumeration, scalar->text);
	*value = found ? (uint64_t)(int64_t)found->number : 0;
	return found != NULL;
}

static int base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

/* Base64 in either alphabet, padded or not. */
static bool base64_of(struct arena *arena, struct str text, struct str *bytes)
{
	char *p;
	size_t n = 0;
	uint32_t bits = 0;
	unsigned held = 0;

	while (text.n && text.p[text.n - 1] == '=')
		text.n--;
	p = arena_bytes(arena, text.n + 1);
	for (size_t i = 0; i < text.n; i++) {
		int value = base64_value(text.p[i]);

		if (value < 0)
			return false;
		bits = bits << 6 | (uint32_t)value;
		held += 6;
		if (held >= 8) {
			held -= 8;
			p[n++] = (char)(bits >> held);
		}
	}
	*bytes = (struct str){ p, n };
	return held < 6;
}

static bool string_scalar(
	struct image *image, const struct field *field, const struct scalar *scalar)
{
	struct arena_mark mark = arena_mark(image->arena);
	struct str bytes = scalar->text;
	bool ok = scalar->kind == SCALAR_STRING;

	if (ok && field_kind(field) == TYPE_BYTES && image->json)
		ok = base64_of(image->arena, scalar->text, &bytes);
	if (ok)
		put_bytes(image, field, bytes);
	arena_rewind(image->arena, mark);
	return ok;
}

static bool real_scalar(struct image *image, const struct field *field, const struct scalar *scalar)
{
	uint64_t bits = 0;
	uint32_t half;
	double real;
	float single;

	if (!real_of(image, scalar, &real))
		return false;
	if (field_kind(field) == TYPE_DOUBLE) {
		memcpy(&bits, &real, sizeof bits);
		return put_fixed(image, field, bits, 8);
	}
	single = (float)real;
	memcpy(&half, &single, sizeof half);
	return put_fixed(image, field, half, 4);
}

bool image_scalar(struct image *image, const struct field *field, const struct scalar *scalar)
{
	uint64_t value;

	switch (field_kind(field)) {
	case TYPE_STRING:
	case TYPE_BYTES:
		return string_scalar(image, field, scalar);
	case TYPE_DOUBLE:
	case TYPE_FLOAT:
		return real_scalar(image, field, scalar);
	case TYPE_BOOL:
		return bool_of(image, scalar, &value) && put_number(image, field, value);
	case TYPE_ENUM:
		return enum_of(image, field, scalar, &value) && put_number(image, field, value);
	case TYPE_INT32:
		return integer_of(image, scalar, INT32_MIN, INT32_MAX, &value) &&
		       put_number(image, field, value);
	case TYPE_INT64:
		return integer_of(image, scalar, INT64_MIN, INT64_MAX, &value) &&
		       put_number(image, field, value);
	case TYPE_UINT32:
		return integer_of(image, scalar, 0, UINT32_MAX, &value) &&
		       put_number(image, field, value);
	case TYPE_UINT64:
		return integer_of(image, scalar, 0, UINT64_MAX, &value) &&
		       put_number(image, field, value);
	case TYPE_SINT32:
		return integer_of(image, scalar, INT32_MIN, INT32_MAX, &value) &&
		       put_number(image, field, value << 1 ^ (0 - (value >> 63)));
	case TYPE_SINT64:
		return integer_of(image, scalar, INT64_MIN, INT64_MAX, &value) &&
		       put_number(image, field, value << 1 ^ (0 - (value >> 63)));
	case TYPE_FIXED32:
		return integer_of(image, scalar, 0, UINT32_MAX, &value) &&
		       put_fixed(image, field, value, 4);
	case TYPE_SFIXED32:
		return integer_of(image, scalar, INT32_MIN, INT32_MAX, &value) &&
		       put_fixed(image, field, value, 4);
	case TYPE_FIXED64:
		return integer_of(image, scalar, 0, UINT64_MAX, &value) &&
		       put_fixed(image, field, value, 8);
	case TYPE_SFIXED64:
		return integer_of(image, scalar, INT64_MIN, INT64_MAX, &value) &&
		       put_fixed(image, field, value, 8);
	default:
		return false;
	}
}

/* ---- reading ---- */

static bool compile_source(struct image *image, struct source *source, struct schema *schema)
{
	struct diags unsaid;
	struct compile_side side = { .source = source, .all = true, .roots = { .inferred = true } };
	struct compile_options options = {
		.arena = image->arena,
		.names = image->names,
		.diags = &unsaid,
		.jobs = 1,
		.tolerate_broken = true,
		.parse_descriptor = descriptor_parse,
	};

	diags_init(&unsaid, image->arena);
	return compile(&options, &side, 1, schema);
}

/* Compiles the image's own files from what was read of them. Their errors are ignored: whoever
 * compiles the result reports them. */
static void find_extensions(struct image *image, struct source *source)
{
	image->has_own = true;
	if (!compile_source(image, source, &image->own))
		return;
	for (uint32_t i = 0; i < image->own.files.n; i++)
		file_walk(image->own.files.items[i].file, take_extension, image);
}

static struct source *read_once(struct image *image, struct str text)
{
	bool ok;

	image->n = 0;
	image->file = (struct str){ NULL, 0 };
	ok = image->json ? image_read_json(image, text) : image_read_text(image, text);
	return ok ? source_set(image->arena, image->name,
			    str_dup(image->arena, (struct str){ image->out, image->n }), MAX_FILES,
			    image->diags)
		  : NULL;
}

struct source *descriptor_image(struct arena *arena, struct intern *names, struct str name,
	struct str text, bool json, struct diags *diags)
{
	static const struct memory_file start = { STR_INIT("start.proto"),
		STR_INIT("import \"google/protobuf/descriptor.proto\";") };
	struct image image = {
		.arena = arena, .names = names, .name = name, .json = json, .diags = diags
	};
	struct source *source = NULL;

	map_init(&image.members, arena);
	map_init(&image.values, arena);
	map_init(&image.extensions, arena);
	map_init(&image.lost, arena);
	image.out_arena = arena_like(arena);
	if (compile_source(&image, source_memory(arena, name, &start, 1), &image.types))
		source = read_once(&image, text);
	if (source && image.lacks_own) {
		find_extensions(&image, source);
		source = read_once(&image, text);
	}
	arena_free(image.out_arena);
	return source;
}
