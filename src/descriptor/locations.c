#include "descriptor/locations.h"
#include "base/wire.h"

/* Longer paths are nobody's: a hundred messages, a field, an option of many parts. */
enum { PATH_NUMBERS = 512 };

/* One Location as it came. */
struct raw_location {
	int32_t path[PATH_NUMBERS];
	uint32_t n_path;
	int32_t span[4];
	uint32_t n_span;
	struct str leading, trailing;
	VEC(struct str) detached;
};

/* A location that later ones may be below, and the length of its path. */
struct open_location {
	uint32_t index, n_path;
};

struct places {
	struct parse_request *request;
	struct file *file;
	uint32_t n_plain_imports;       /* option imports stand after them */
	VEC(struct point) points;       /* in scratch while it grows */
	int32_t path[PATH_NUMBERS];     /* of the last location that was kept */
	VEC(struct open_location) open; /* locations on that path, outermost first; in scratch */
};

/* What is left of a path. */
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

/* A slot function gives the span that a path below an element stands for; NULL: none that we keep.
 */
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
	case 1:
		return &field->e.name_span;
	case 2:
		return field->extension ? &field->extension->extendee_span : NULL;
	case 3:
		return &field->number_span;
	case 4:
		return &field->label_span;
	case 5: /* scalars, and the word of a group, which comes before its name at 6 */
	case 6:
		return &field->type_span;
	case 7:
		return field->preset ? &field->preset->span : NULL;
	case 8:
		return options_slot(places, field->e.options, path_from(path, 1));
	case 10:
		return field->json ? &field->json->span : NULL;
	default:
		return NULL;
	}
}

static struct span *reserved_range_slot(struct reserved_range *range, struct path path)
{
	if (path.n == 0)
		return &range->span;
	return path.p[0] == 1 ? &range->begin_span : path.p[0] == 2 ? &range->end_span : NULL;
}

static struct span *extension_range_slot(
	struct places *places, struct extension_range *range, struct path path)
{
	if (path.n == 0)
		return &range->e.span;
	switch (path.p[0]) {
	case 1:
		return &range->begin_span;
	case 2:
		return &range->end_span;
	case 3:
		return options_slot(places, range->e.options, path_from(path, 1));
	default:
		return NULL;
	}
}

/* For what has a name at 1 and options at `options`, and nothing else. */
static struct span *plain_slot(
	struct places *places, struct element *element, struct path path, int32_t options)
{
	if (path.n == 0)
		return &element->span;
	if (path.p[0] == 1)
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
	case 2:
		value = PATH_ITEM(enumeration->values, path);
		if (!value)
			return NULL;
		if (path.n == 3 && path.p[2] == 2)
			return &(*value)->number_span;
		return plain_slot(places, &(*value)->e, path_from(path, 2), 3);
	case 4:
		range = PATH_ITEM(enumeration->reserved_ranges, path);
		return range ? reserved_range_slot(range, path_from(path, 2)) : NULL;
	case 5:
		name = PATH_ITEM(enumeration->reserved_names, path);
		return name && path.n == 2 ? &name->span : NULL;
	default:
		return plain_slot(places, &enumeration->e, path, 3);
	}
}

static struct span *method_slot(struct places *places, struct method *method, struct path path)
{
	switch (path.n ? path.p[0] : 0) {
	case 2:
		return &method->input_span;
	case 3:
		return &method->output_span;
	case 5:
		return &method->client_streaming_span;
	case 6:
		return &method->server_streaming_span;
	default:
		return plain_slot(places, &method->e, path, 4);
	}
}

static struct span *service_slot(struct places *places, struct service *service, struct path path)
{
	if (path.n && path.p[0] == 2) {
		struct method **method = PATH_ITEM(service->methods, path);

		return method ? method_slot(places, *method, path_from(path, 2)) : NULL;
	}
	return plain_slot(places, &service->e, path, 3);
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
	while (path.n && path.p[0] == 3) {
		struct message **inner = PATH_ITEM(message->messages, path);

		if (!inner)
			return NULL;
		message = *inner;
		path = path_from(path, 2);
	}
	switch (path.n ? path.p[0] : 0) {
	case 2:
		field = PATH_ITEM(message->fields, path);
		return field ? field_slot(places, *field, path_from(path, 2)) : NULL;
	case 4:
		enumeration = PATH_ITEM(message->enums, path);
		return enumeration ? enum_slot(places, *enumeration, path_from(path, 2)) : NULL;
	case 5:
		extensions = PATH_ITEM(message->extension_ranges, path);
		return extensions ? extension_range_slot(places, *extensions, path_from(path, 2))
				  : NULL;
	case 6:
		field = PATH_ITEM(message->extensions, path);
		return field ? field_slot(places, *field, path_from(path, 2)) : NULL;
	case 8:
		oneof = PATH_ITEM(message->oneofs, path);
		return oneof ? plain_slot(places, &(*oneof)->e, path_from(path, 2), 2) : NULL;
	case 9:
		range = PATH_ITEM(message->reserved_ranges, path);
		return range ? reserved_range_slot(range, path_from(path, 2)) : NULL;
	case 10:
		name = PATH_ITEM(message->reserved_names, path);
		return name && path.n == 2 ? &name->span : NULL;
	default:
		return plain_slot(places, &message->e, path, 7);
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
	case 2:
		return &file->package_span;
	case 3:
		return import_slot(places, 0, n_plain, path);
	case 4:
		message = PATH_ITEM(file->messages, path);
		return message ? message_slot(places, *message, path_from(path, 2)) : NULL;
	case 5:
		enumeration = PATH_ITEM(file->enums, path);
		return enumeration ? enum_slot(places, *enumeration, path_from(path, 2)) : NULL;
	case 6:
		service = PATH_ITEM(file->services, path);
		return service ? service_slot(places, *service, path_from(path, 2)) : NULL;
	case 7:
		extension = PATH_ITEM(file->extensions, path);
		return extension ? field_slot(places, *extension, path_from(path, 2)) : NULL;
	case 8:
		return options_slot(places, file->e.options, path_from(path, 1));
	case 12:
	case 14: /* the edition, by newer compilers */
		return &file->syntax_span;
	case 15:
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
		/* One more than there is room for marks it as too long. */
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

/* Brings the span to four numbers; false when it, or the path, makes no sense. */
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

static void keep_location(struct places *places, struct location **location)
{
	struct file *file = places->file;

	*location = vec_push(places->request->syntax, &file->locations);
	**location = (struct location){ .parent = -1, .field = -1, .index = -1, .begin_line = -1 };
	if (places->open.n)
		(*location)->parent = (int32_t)places->open.items[places->open.n - 1].index;
}

/* Adds a location of `path`, below the last one whose path begins it, with links between if need
 * be. */
static void locations_add(struct places *places, const struct raw_location *raw)
{
	struct arena *syntax = places->request->syntax, *scratch = places->request->scratch;
	struct location *at = NULL;
	uint32_t same = 0, n;

	while (same < raw->n_path && places->open.n &&
		same < places->open.items[places->open.n - 1].n_path &&
		raw->path[same] == places->path[same])
		same++;
	while (places->open.n && places->open.items[places->open.n - 1].n_path > same)
		places->open.n--;
	n = places->open.n ? places->open.items[places->open.n - 1].n_path : 0;
	/* A repeated path (the options field, once a statement) is beside the first, not below it.
	 */
	if (places->open.n && n == raw->n_path && n > 0) {
		places->open.n--;
		n = places->open.n ? places->open.items[places->open.n - 1].n_path : 0;
	}
	do {
		keep_location(places, &at);
		if (n < raw->n_path)
			at->field = raw->path[n++];
		/* Where the elements are lists, a step is two numbers; elsewhere it does no harm.
		 */
		if (n < raw->n_path)
			at->index = raw->path[n++];
		*vec_push(scratch, &places->open) =
			(struct open_location){ places->file->locations.n - 1, n };
	} while (n < raw->n_path);
	if (raw->n_path)
		memcpy(places->path, raw->path, raw->n_path * sizeof *raw->path);
	at->begin_line = raw->span[0];
	at->begin_column = raw->span[1];
	at->end_line = raw->span[2];
	at->end_column = raw->span[3];
	if (!raw->leading.p && !raw->trailing.p && !raw->detached.n)
		return;
	at->comments = NEW(syntax, struct comments);
	if (raw->leading.p)
		at->comments->leading = str_dup(syntax, raw->leading);
	if (raw->trailing.p)
		at->comments->trailing = str_dup(syntax, raw->trailing);
	for (uint32_t i = 0; i < raw->detached.n; i++)
		*vec_push(syntax, &at->comments->detached) =
			str_dup(syntax, raw->detached.items[i]);
}

/* Made-up entries of maps stand where the map's type does. */
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
	struct text *text = places->file->text;
	struct point *points = NEW_ARRAY(places->request->arena, places->points.n, struct point);

	if (places->points.n)
		memcpy(points, places->points.items, places->points.n * sizeof *points);
	text->points = points;
	text->n_points = places->points.n;
	file_walk(places->file, place_entry_visit, NULL);
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
	places->file = request->file;
	places->n_plain_imports = count_plain_imports(request->file);
	/* Index 0 is nowhere, printed as 1:1. */
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
			locations_add(places, raw);
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

/* Where a written location's path lies in the output, for the paths that begin with it. */
struct written_path {
	size_t offset;
	uint32_t size; /* 0: not written, or empty */
};

struct location_writer {
	const struct file *file;
	struct wire_buffer buffer;
	struct written_path *written; /* one a location */
};

static char *varint_to(char *p, uint32_t value)
{
	for (; value >= 0x80; value >>= 7)
		*p++ = (char)(value | 0x80);
	*p++ = (char)value;
	return p;
}

static size_t text_size(struct str text)
{
	return text.p ? 1 + wire_varint_size(text.n) + text.n : 0;
}

static void put_text(struct wire_buffer *buffer, int32_t number, struct str text)
{
	if (!text.p)
		return;
	wire_put_tag(buffer, number, WIRE_BYTES);
	wire_put_bytes(buffer, text);
}

/*
 * Numbers of the location's path in `path`, from the end; where they begin. Parents may stand after
 * their children (links are added late), so it is the steps that are bounded.
 */
static uint32_t location_path(const struct file *file, uint32_t index, int32_t path[PATH_NUMBERS])
{
	uint32_t begin = PATH_NUMBERS;

	for (uint32_t steps = 0; steps < PATH_NUMBERS && begin >= 2; steps++) {
		const struct location *at = &file->locations.items[index];

		if (at->index >= 0)
			path[--begin] = at->index;
		if (at->field >= 0)
			path[--begin] = at->field;
		if (at->parent < 0 || (uint32_t)at->parent >= file->locations.n)
			break;
		index = (uint32_t)at->parent;
	}
	return begin;
}

/* The path's own part as bytes, what comes before it being in the output already (*before) or among
 * them. */
static char *path_to(
	const struct location_writer *writer, uint32_t index, char *p, struct written_path *before)
{
	const struct location *at = &writer->file->locations.items[index];
	int32_t path[PATH_NUMBERS];

	*before = (struct written_path){ 0 };
	if (at->parent >= 0 && (uint32_t)at->parent < index)
		*before = writer->written[at->parent];
	if (before->size || at->parent < 0) {
		if (at->field >= 0)
			p = varint_to(p, (uint32_t)at->field);
		return at->index >= 0 ? varint_to(p, (uint32_t)at->index) : p;
	}
	for (uint32_t i = location_path(writer->file, index, path); i < PATH_NUMBERS; i++)
		p = varint_to(p, (uint32_t)path[i]);
	return p;
}

static char *span_to(const struct location *at, char *p)
{
	p = varint_to(p, (uint32_t)at->begin_line);
	p = varint_to(p, (uint32_t)at->begin_column);
	if (at->end_line != at->begin_line)
		p = varint_to(p, (uint32_t)at->end_line);
	return varint_to(p, (uint32_t)at->end_column);
}

static size_t comments_size(const struct comments *comments)
{
	size_t size = 0;

	if (!comments)
		return 0;
	for (uint32_t i = 0; i < comments->detached.n; i++)
		size += text_size(comments->detached.items[i]);
	return size + text_size(comments->leading) + text_size(comments->trailing);
}

static void put_location(struct location_writer *writer, uint32_t index)
{
	enum { VARINT32 = 5 };
	const struct location *at = &writer->file->locations.items[index];
	struct wire_buffer *buffer = &writer->buffer;
	char own[PATH_NUMBERS * VARINT32], span[4 * VARINT32];
	struct written_path before;
	size_t own_size = (size_t)(path_to(writer, index, own, &before) - own);
	size_t span_size = (size_t)(span_to(at, span) - span), path_size = before.size + own_size,
	       size;

	size = 2 + span_size + comments_size(at->comments);
	if (path_size)
		size += 1 + wire_varint_size(path_size) + path_size;
	wire_put_tag(buffer, 1, WIRE_BYTES);
	wire_put_varint(buffer, size);
	if (path_size) {
		wire_put_tag(buffer, 1, WIRE_BYTES);
		wire_put_varint(buffer, path_size);
		writer->written[index] = (struct written_path){ buffer->n, (uint32_t)path_size };
		wire_put_again(buffer, before.offset, before.size);
		wire_put_raw(buffer, (struct str){ own, own_size });
	}
	wire_put_tag(buffer, 2, WIRE_BYTES);
	wire_put_bytes(buffer, (struct str){ span, span_size });
	if (!at->comments)
		return;
	put_text(buffer, 3, at->comments->leading);
	put_text(buffer, 4, at->comments->trailing);
	for (uint32_t i = 0; i < at->comments->detached.n; i++)
		put_text(buffer, 6, at->comments->detached.items[i]);
}

struct str descriptor_locations(struct arena *scratch, const struct file *file)
{
	enum { USUAL_SIZE = 32 };
	struct location_writer writer = { .file = file, .buffer = { .arena = scratch } };

	writer.written = NEW_ARRAY(scratch, file->locations.n, struct written_path);
	wire_reserve(&writer.buffer, (size_t)file->locations.n * USUAL_SIZE);
	for (uint32_t i = 0; i < file->locations.n; i++)
		if (file->locations.items[i].begin_line >= 0)
			put_location(&writer, i);
	return wire_buffer_bytes(&writer.buffer);
}
