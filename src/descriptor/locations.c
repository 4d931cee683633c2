#include "descriptor/locations.h"
#include "descriptor/location.h"

/* No compiler writes longer paths: a hundred messages, a field, an option of many parts. */
enum { PATH_NUMBERS = 512 };

/* One Location as it was read. */
struct raw_location {
	int32_t path[PATH_NUMBERS];
	uint32_t n_path;
	int32_t span[4];
	uint32_t n_span;
	struct str leading, trailing;
	VEC(struct str) detached;
};

struct places {
	struct parse_request *request;
	struct file *file;
	uint32_t n_plain_imports; /* option imports stand after them */
	VEC(struct point) points; /* in scratch while it grows */
	struct wire_buffer kept;  /* the locations, encoded again */
};

/* The rest of a path. */
struct path {
	const int32_t *p;
	uint32_t n;
};

static struct path path_from(struct path path, uint32_t begin)
{
	return (struct path){ path.p + begin, path.n - begin };
}

/* The item of a list that the path's second number is the index of, as a pointer; NULL. */
#define PATH_ITEM(vec, path)                                                  \
	((path).n >= 2 && (path).p[1] >= 0 && (uint32_t)(path).p[1] < (vec).n \
			? &(vec).items[(path).p[1]]                           \
			: NULL)

/* A slot function gives the span of an element that a path below it leads to; NULL: none that is
 * kept. */
static struct span *options_slot(struct places *places, struct options *options, struct path path)
{
	struct option_span *at;

	if (!options)
		return NULL; /* a lone default or json_name has brackets, but no options */
	if (path.n == 0)
		return &options->span;
	at = vec_push(places->request->arena, &options->encoded->spans);
	at->n = path.n < COUNT(at->path) ? path.n : (uint32_t)COUNT(at->path);
	if (at->n)
		memcpy(at->path, path.p, at->n * sizeof *at->path);
	return &at->span;
}

static struct span *field_slot(struct places *places, struct field *field, struct path path)
{
	if (path.n == 0)
		return &field->e.span;
	switch (path.p[0]) {
	case NAME:
		return &field->e.name_span;
	case FIELD_EXTENDEE:
		return field->extension ? &field->extension->extendee_span : NULL;
	case FIELD_NUMBER:
		return &field->number_span;
	case FIELD_LABEL:
		return &field->label_span;
	case FIELD_TYPE: /* scalars, and the word of a group, which comes before its name at 6 */
	case FIELD_TYPE_NAME:
		return &field->type_span;
	case FIELD_DEFAULT:
		return field->preset ? &field->preset->span : NULL;
	case FIELD_OPTIONS:
		return options_slot(places, field->e.options, path_from(path, 1));
	case FIELD_JSON_NAME:
		return field->json ? &field->json->span : NULL;
	default:
		return NULL;
	}
}

static struct span *reserved_range_slot(struct reserved_range *range, struct path path)
{
	if (path.n == 0)
		return &range->span;
	if (path.p[0] == RANGE_BEGIN)
		return &range->begin_span;
	return path.p[0] == RANGE_END ? &range->end_span : NULL;
}

static struct span *extension_range_slot(
	struct places *places, struct extension_range *range, struct path path)
{
	if (path.n == 0)
		return &range->e.span;
	switch (path.p[0]) {
	case RANGE_BEGIN:
		return &range->begin_span;
	case RANGE_END:
		return &range->end_span;
	case RANGE_OPTIONS:
		return options_slot(places, range->e.options, path_from(path, 1));
	default:
		return NULL;
	}
}

/* For elements whose only other fields are a name and, at `options`, options. */
static struct span *plain_slot(
	struct places *places, struct element *element, struct path path, int32_t options)
{
	if (path.n == 0)
		return &element->span;
	if (path.p[0] == NAME)
		return &element->name_span;
	if (path.p[0] == options)
		return options_slot(places, element->options, path_from(path, 1));
	return NULL;
}

static struct span *enum_slot(
	struct places *places, struct enumeration *enumeration, struct path path)
{
	struct enum_value **value;
	struct reserved_range *range;
	struct reserved_name *name;

	switch (path.n ? path.p[0] : 0) {
	case ENUM_VALUE:
		value = PATH_ITEM(enumeration->values, path);
		if (!value)
			return NULL;
		if (path.n == 3 && path.p[2] == VALUE_NUMBER)
			return &(*value)->number_span;
		return plain_slot(places, &(*value)->e, path_from(path, 2), VALUE_OPTIONS);
	case ENUM_RESERVED:
		range = PATH_ITEM(enumeration->reserved_ranges, path);
		return range ? reserved_range_slot(range, path_from(path, 2)) : NULL;
	case ENUM_RESERVED_NAME:
		name = PATH_ITEM(enumeration->reserved_names, path);
		return name && path.n == 2 ? &name->span : NULL;
	default:
		return plain_slot(places, &enumeration->e, path, ENUM_OPTIONS);
	}
}

static struct span *method_slot(struct places *places, struct method *method, struct path path)
{
	switch (path.n ? path.p[0] : 0) {
	case METHOD_INPUT:
		return &method->input_span;
	case METHOD_OUTPUT:
		return &method->output_span;
	case METHOD_CLIENT_STREAMING:
		return &method->client_streaming_span;
	case METHOD_SERVER_STREAMING:
		return &method->server_streaming_span;
	default:
		return plain_slot(places, &method->e, path, METHOD_OPTIONS);
	}
}

static struct span *service_slot(struct places *places, struct service *service, struct path path)
{
	if (path.n && path.p[0] == SERVICE_METHOD) {
		struct method **method = PATH_ITEM(service->methods, path);

		return method ? method_slot(places, *method, path_from(path, 2)) : NULL;
	}
	return plain_slot(places, &service->e, path, SERVICE_OPTIONS);
}

static struct span *message_slot(struct places *places, struct message *message, struct path path)
{
	struct field **field;
	struct enumeration **enumeration;
	struct oneof **oneof;
	struct extension_range **extensions;
	struct reserved_range *range;
	struct reserved_name *name;

	/* Nested messages by steps, not by recursion. */
	while (path.n && path.p[0] == MESSAGE_NESTED) {
		struct message **inner = PATH_ITEM(message->messages, path);

		if (!inner)
			return NULL;
		message = *inner;
		path = path_from(path, 2);
	}
	switch (path.n ? path.p[0] : 0) {
	case MESSAGE_FIELD:
		field = PATH_ITEM(message->fields, path);
		return field ? field_slot(places, *field, path_from(path, 2)) : NULL;
	case MESSAGE_ENUM:
		enumeration = PATH_ITEM(message->enums, path);
		return enumeration ? enum_slot(places, *enumeration, path_from(path, 2)) : NULL;
	case MESSAGE_EXTENSION_RANGE:
		extensions = PATH_ITEM(message->extension_ranges, path);
		return extensions ? extension_range_slot(places, *extensions, path_from(path, 2))
				  : NULL;
	case MESSAGE_EXTENSION:
		field = PATH_ITEM(message->extensions, path);
		return field ? field_slot(places, *field, path_from(path, 2)) : NULL;
	case MESSAGE_ONEOF:
		oneof = PATH_ITEM(message->oneofs, path);
		return oneof ? plain_slot(places, &(*oneof)->e, path_from(path, 2), ONEOF_OPTIONS)
			     : NULL;
	case MESSAGE_RESERVED:
		range = PATH_ITEM(message->reserved_ranges, path);
		return range ? reserved_range_slot(range, path_from(path, 2)) : NULL;
	case MESSAGE_RESERVED_NAME:
		name = PATH_ITEM(message->reserved_names, path);
		return name && path.n == 2 ? &name->span : NULL;
	default:
		return plain_slot(places, &message->e, path, MESSAGE_OPTIONS);
	}
}

static struct span *import_slot(
	struct places *places, uint32_t first, uint32_t count, struct path path)
{
	if (path.n != 2 || path.p[1] < 0 || (uint32_t)path.p[1] >= count)
		return NULL;
	return &places->file->imports.items[first + (uint32_t)path.p[1]].span;
}

static struct span *file_slot(struct places *places, struct path path)
{
	struct file *file = places->file;
	struct message **message;
	struct enumeration **enumeration;
	struct service **service;
	struct field **extension;
	uint32_t n_plain = places->n_plain_imports;

	if (path.n == 0)
		return &file->e.span;
	switch (path.p[0]) {
	case FILE_PACKAGE:
		return &file->package_span;
	case FILE_DEPENDENCY:
		return import_slot(places, 0, n_plain, path);
	case FILE_MESSAGE:
		message = PATH_ITEM(file->messages, path);
		return message ? message_slot(places, *message, path_from(path, 2)) : NULL;
	case FILE_ENUM:
		enumeration = PATH_ITEM(file->enums, path);
		return enumeration ? enum_slot(places, *enumeration, path_from(path, 2)) : NULL;
	case FILE_SERVICE:
		service = PATH_ITEM(file->services, path);
		return service ? service_slot(places, *service, path_from(path, 2)) : NULL;
	case FILE_EXTENSION:
		extension = PATH_ITEM(file->extensions, path);
		return extension ? field_slot(places, *extension, path_from(path, 2)) : NULL;
	case FILE_OPTIONS:
		return options_slot(places, file->e.options, path_from(path, 1));
	case FILE_SYNTAX:
	case FILE_EDITION: /* the edition, by newer compilers */
		return &file->syntax_span;
	case FILE_OPTION_DEPENDENCY:
		return import_slot(places, n_plain, file->imports.n - n_plain, path);
	default:
		return NULL;
	}
}

static struct point point_of(int32_t line, int32_t column)
{
	return (struct point){ (uint32_t)line + 1, (uint32_t)column + 1 };
}

static struct span places_add(struct places *places, const int32_t span[4])
{
	struct arena *scratch = places->request->scratch;
	uint32_t begin = places->points.n;

	*vec_push(scratch, &places->points) = point_of(span[0], span[1]);
	*vec_push(scratch, &places->points) = point_of(span[2], span[3]);
	return (struct span){ begin, begin + 1 };
}

/* Numbers of a repeated int32, packed or one. False: damaged. */
static bool read_numbers(struct wire *wire, const struct wire_record *record, int32_t *numbers,
	uint32_t cap, uint32_t *n)
{
	struct wire packed = wire_open(record->bytes);
	uint64_t value = record->value;

	do {
		if (record->type == WIRE_BYTES) {
			if (packed.at == packed.end)
				return true;
			if (!wire_varint(&packed, &value)) {
				wire->wrong = packed.wrong;
				return false;
			}
		}
		/* A count above the room marks it as too long. */
		if (*n < cap)
			numbers[*n] = (int32_t)(uint32_t)value;
		if (*n <= cap)
			++*n;
	} while (record->type == WIRE_BYTES);
	return true;
}

static bool read_location(
	struct places *places, struct wire *outer, struct str bytes, struct raw_location *raw)
{
	struct wire wire = wire_open(bytes);
	struct wire_record record;

	raw->n_path = raw->n_span = 0;
	raw->leading = raw->trailing = (struct str){ NULL, 0 };
	raw->detached.n = 0;
	while (wire_next(&wire, &record)) {
		bool is_bytes = record.type == WIRE_BYTES;

		if (record.number <= 2 && (is_bytes || record.type == WIRE_VARINT)) {
			bool path = record.number == 1;

			if (!read_numbers(&wire, &record, path ? raw->path : raw->span,
				    path ? PATH_NUMBERS : 4, path ? &raw->n_path : &raw->n_span))
				break;
		} else if (is_bytes && record.number == 3) {
			raw->leading = record.bytes;
		} else if (is_bytes && record.number == 4) {
			raw->trailing = record.bytes;
		} else if (is_bytes && record.number == 6) {
			*vec_push(places->request->scratch, &raw->detached) = record.bytes;
		}
	}
	outer->wrong = wire.wrong;
	return !wire.wrong;
}

/* Makes the span four numbers; false: the span or the path is not valid. */
static bool normalize_location(struct raw_location *raw)
{
	if (raw->n_path > PATH_NUMBERS || (raw->n_span != 3 && raw->n_span != 4))
		return false;
	if (raw->n_span == 3) {
		raw->span[3] = raw->span[2];
		raw->span[2] = raw->span[0];
	}
	for (uint32_t i = 0; i < 4; i++)
		if (raw->span[i] < 0 || raw->span[i] == INT32_MAX)
			return false;
	return true;
}

/* Keeps a location for a set that is written again. */
static void keep_location(struct places *places, const struct raw_location *raw)
{
	struct arena *scratch = places->request->scratch;
	struct wire_buffer path = { .arena = scratch };
	struct comments comments = {
		.n_detached = raw->detached.n,
		.leading = raw->leading,
		.trailing = raw->trailing,
		.detached = raw->detached.items,
	};
	struct location location = {
		.begin = { (uint32_t)raw->span[0], (uint32_t)raw->span[1] },
		.end = { (uint32_t)raw->span[2], (uint32_t)raw->span[3] },
		.comments = &comments,
	};

	for (uint32_t i = 0; i < raw->n_path; i++)
		if (raw->path[i] >= 0)
			wire_put_varint(&path, (uint32_t)raw->path[i]);
	location.path = wire_buffer_bytes(&path);
	location_put(&places->kept, &location);
}

/* Map entries, which are not in the text, get the place of the map's type. */
static void place_map_entries(struct message *message)
{
	for (uint32_t i = 0; i < message->messages.n; i++) {
		struct message *entry = message->messages.items[i];
		struct span span;

		if (!entry->map_field)
			continue;
		span = entry->map_field->type_span;
		entry->e.span = entry->e.name_span = span;
		for (uint32_t k = 0; k < entry->fields.n; k++) {
			struct field *field = entry->fields.items[k];

			field->e.span = field->e.name_span = field->type_span = field->number_span =
				span;
		}
	}
}

static void place_entry_visit(void *context, struct element *element)
{
	(void)context;
	if (element->kind == ELEMENT_MESSAGE)
		place_map_entries((struct message *)element);
}

static void places_finish(struct places *places)
{
	struct arena *arena = places->request->arena;
	struct text *text = places->file->text;
	struct point *points = NEW_ARRAY(arena, places->points.n, struct point);

	if (places->points.n)
		memcpy(points, places->points.items, places->points.n * sizeof *points);
	text->points = points;
	text->n_points = places->points.n;
	file_walk(places->file, place_entry_visit, NULL);
	if (!places->kept.n)
		return;
	places->file->source_info = NEW(arena, struct source_info);
	places->file->source_info->bytes = str_dup(arena, wire_buffer_bytes(&places->kept));
}

static uint32_t count_plain_imports(const struct file *file)
{
	uint32_t n = 0;

	while (n < file->imports.n && file->imports.items[n].kind != IMPORT_OPTION)
		n++;
	return n;
}

bool locations_read(struct parse_request *request, struct str source_code_info)
{
	struct places *places = NEW(request->scratch, struct places);
	struct raw_location *raw = NEW(request->scratch, struct raw_location);
	struct wire wire = wire_open(source_code_info);
	struct wire_record record;

	places->request = request;
	places->kept.arena = request->scratch;
	places->file = request->file;
	places->n_plain_imports = count_plain_imports(request->file);
	/* Index 0 is NO_SPAN, printed as 1:1. */
	*vec_push(request->scratch, &places->points) = (struct point){ 1, 1 };
	while (wire_next(&wire, &record)) {
		struct span *slot;

		if (record.number != 1 || record.type != WIRE_BYTES)
			continue;
		if (!read_location(places, &wire, record.bytes, raw))
			break;
		if (!normalize_location(raw))
			continue;
		/* The first of several counts: a group's type is the word, not its name. */
		slot = file_slot(places, (struct path){ raw->path, raw->n_path });
		if (slot && span_is_none(*slot))
			*slot = places_add(places, raw->span);
		if (request->source_info)
			keep_location(places, raw);
	}
	if (wire.wrong) {
		diag_error(request->diags, place_in(request->file->text, NO_SPAN),
			"damaged source info: %s", wire.wrong);
		return false;
	}
	request->file->lacks_source = places->points.n == 1;
	places_finish(places);
	return true;
}
