#include "descriptor/source_info.h"
#include "descriptor/location.h"
#include "proto/compile.h"

#include <stdlib.h>

/* Two numbers for each level of messages and of literals, and one for each part of an option's name. */
enum { PATH_BYTES = (2 * (MAX_NESTING + 2) + 2 * (MAX_NESTING + 1) + MAX_NESTING) * VARINT32 };

struct walk;

/* A declaration or statement of a body. */
struct item {
	uint32_t begin;
	uint32_t index; /* as `put` has it */
	void (*put)(struct walk *walk, const struct item *item);
	const void *node;
};

struct walk {
	struct arena *scratch;
	const struct line_table *lines;
	const struct comments *comments; /* that are not written yet */
	struct wire_buffer buffer;
	VEC(struct item) items; /* of the bodies that are open */
	struct map counts; /* (options message, number) → elements of a repeated option so far */
	uint32_t line;     /* where the latest location begins */
	size_t n_path;
	char path[PATH_BYTES];
};

/* Appends a number to the path; gives the length before, for leaving again. */
static size_t enter(struct walk *walk, int32_t number)
{
	size_t before = walk->n_path;

	walk->n_path = (size_t)(varint_to(walk->path + before, (uint32_t)number) - walk->path);
	return before;
}

static size_t enter_item(struct walk *walk, int32_t field, uint32_t index)
{
	size_t before = enter(walk, field);

	enter(walk, (int32_t)index);
	return before;
}

static void put(struct walk *walk, struct span span, const struct comments *comments)
{
	struct location location = {
		.path = { walk->path, walk->n_path },
		.begin = line_table_find(walk->lines, span.begin, walk->line),
		.comments = comments,
	};

	walk->line = location.begin.line;
	location.end = line_table_find(walk->lines, span.end, walk->line);
	location_put(&walk->buffer, &location);
}

static void put_part(struct walk *walk, int32_t field, struct span span)
{
	size_t before = enter(walk, field);

	put(walk, span, NULL);
	walk->n_path = before;
}

/* A declaration, with the comments of the one that begins at `begin`. */
static void put_declared(struct walk *walk, struct span span, uint32_t begin)
{
	while (walk->comments && walk->comments->begin < begin)
		walk->comments = walk->comments->next;
	put(walk, span, walk->comments && walk->comments->begin == begin ? walk->comments : NULL);
}

static void put_element(struct walk *walk, const struct element *element)
{
	put_declared(walk, element->span, element->span.begin);
	put_part(walk, NAME, element->name_span);
}

static void add(struct walk *walk, struct item item)
{
	*vec_push(walk->scratch, &walk->items) = item;
}

/* What `element` is the first member of. */
static void add_element(struct walk *walk, const struct element *element,
	void (*put)(struct walk *walk, const struct item *item))
{
	add(walk, (struct item){ element->span.begin, 0, put, element });
}

static int by_begin(const void *left, const void *right)
{
	const struct item *a = left, *b = right;

	return (a->begin > b->begin) - (a->begin < b->begin);
}

/* Writes the items from `first` on in the order in which they stand in the text. */
static void put_items(struct walk *walk, uint32_t first)
{
	uint32_t n = walk->items.n, i = first + 1;

	while (i < n && walk->items.items[i - 1].begin < walk->items.items[i].begin)
		i++;
	if (i < n)
		qsort(walk->items.items + first, n - first, sizeof(struct item), by_begin);
	for (i = first; i < n; i++) {
		struct item item = walk->items.items[i]; /* the list may move */

		item.put(walk, &item);
	}
	walk->items.n = first;
}

/* ---- options ---- */

/* An `option` statement, or an item in brackets. */
struct statement {
	struct span span;
	struct str path;    /* encoded, below that of the body it stands in */
	size_t n_container; /* bytes of it that lead to the options; 0: it stands in brackets */
};

static void put_option(struct walk *walk, const struct item *item)
{
	const struct statement *statement = item->node;
	size_t before = walk->n_path;

	str_put(walk->path + before, statement->path);
	if (statement->n_container) {
		walk->n_path = before + statement->n_container;
		put(walk, statement->span, NULL);
		walk->n_path = before + statement->path.n;
		put_declared(walk, statement->span, statement->span.begin);
	} else {
		walk->n_path = before + statement->path.n;
		put(walk, statement->span, NULL);
	}
	walk->n_path = before;
}

/* Options whose statements are looked for. */
struct gathering {
	struct walk *walk;
	size_t body;        /* length of the path of the body that they stand in */
	size_t n_container; /* as of struct statement */
};

static void add_statement(struct gathering *g, struct span span)
{
	struct walk *walk = g->walk;
	struct statement *statement = NEW(walk->scratch, struct statement);
	size_t n = walk->n_path - g->body;

	statement->span = span;
	statement->path = (struct str){ arena_copy(walk->scratch, walk->path + g->body, n), n };
	statement->n_container = g->n_container;
	add(walk, (struct item){ .begin = span.begin, .put = put_option, .node = statement });
}

/* The index of the next element of a repeated option. */
static uint32_t next_index(struct walk *walk, const struct options *options, int32_t number)
{
	uintptr_t *count;

	if (options->list.n == 1)
		return 0;
	count = (uintptr_t *)map_put(&walk->counts, options, (uint64_t)number);
	return (uint32_t)(*count)++;
}

/* Was a field set within the literal of a statement, or made up for an entry of a map? */
static bool is_of_literal(struct span span, struct span statement)
{
	return span_is_none(span) || (span.begin > statement.begin && span.end <= statement.end);
}

/*
 * Adds the statements that set `options`. Linking made a message of `(a)` in `option (a).b = 1`:
 * it has the span of the statement, as its field `b` has, and only `b` is a location. A field that
 * was set in a literal lies within the span of its statement, `outer`; it is no location.
 */
static void gather_statements(struct gathering *g, const struct options *options, struct span outer)
{
	for (uint32_t i = 0; i < options->list.n; i++) {
		const struct option *option = &options->list.items[i];
		const struct options *message = option_message(option);
		struct span span = option->span;
		size_t before = enter(g->walk, option->number);
		bool is_literal, is_empty;

		if (option->field->label == LABEL_REPEATED)
			enter(g->walk, (int32_t)next_index(g->walk, options, option->number));
		is_literal = is_of_literal(span, outer);
		is_empty = !message || !message->list.n;
		if (!is_literal && (is_empty || message->list.items[0].span.end != span.end))
			add_statement(g, span);
		/* A statement may add to any message of an earlier one's literal. */
		if (!is_empty)
			gather_statements(g, message, is_literal ? outer : span);
		g->walk->n_path = before;
	}
}

/* Adds the statements of an element's options to the items of a body. The path is the element's;
 * `field` is the number of its options, `body` the length of the body's path. */
static void add_options(
	struct walk *walk, const struct options *options, int32_t field, size_t body)
{
	size_t before;
	struct gathering g = { .walk = walk, .body = body };

	if (!options)
		return;
	before = enter(walk, field);
	if (span_is_none(options->span))
		g.n_container = walk->n_path - body;
	gather_statements(&g, options, NO_SPAN);
	walk->n_path = before;
}

static void put_brackets(struct walk *walk, const struct options *options, int32_t field)
{
	uint32_t first = walk->items.n;

	if (!options || span_is_none(options->span))
		return;
	put_part(walk, field, options->span);
	add_options(walk, options, field, walk->n_path);
	put_items(walk, first);
}

/* ---- fields ---- */

static void put_default(struct walk *walk, const struct item *item)
{
	const struct field_default *preset = item->node;

	put_part(walk, FIELD_DEFAULT, preset->value_span);
}

static void put_json(struct walk *walk, const struct item *item)
{
	const struct written_json *json = item->node;

	put_part(walk, FIELD_JSON_NAME, json->span);
	put_part(walk, FIELD_JSON_NAME, json->name_span);
}

static void put_field_brackets(struct walk *walk, const struct field *field)
{
	const struct options *options = field->e.options;
	const struct field_default *preset = field->preset;
	const struct written_json *json = field->json;
	struct span brackets = options  ? options->span
			       : preset ? preset->brackets
			       : json   ? json->brackets
					: NO_SPAN;
	uint32_t first = walk->items.n;

	if (span_is_none(brackets))
		return;
	put_part(walk, FIELD_OPTIONS, brackets);
	add_options(walk, options, FIELD_OPTIONS, walk->n_path);
	if (preset)
		add(walk, (struct item){ preset->span.begin, 0, put_default, preset });
	if (json)
		add(walk, (struct item){ json->span.begin, 0, put_json, json });
	put_items(walk, first);
}

static void put_body(struct walk *walk, const struct message *message);

/* A message or enum as a whole, from its keyword on, and its name. */
static void put_type(struct walk *walk, const struct element *type, uint32_t keyword)
{
	struct span span = { keyword, type->span.end };

	put_declared(walk, span, type->span.begin);
	put_part(walk, NAME, type->name_span);
}

static bool is_top(const struct element *element)
{
	return element->parent->kind == ELEMENT_FILE;
}

static size_t enter_message(struct walk *walk, const struct message *message)
{
	return enter_item(
		walk, is_top(&message->e) ? FILE_MESSAGE : MESSAGE_NESTED, message->e.index);
}

static size_t enter_field(struct walk *walk, const struct field *field)
{
	int32_t extension = is_top(&field->e) ? FILE_EXTENSION : MESSAGE_EXTENSION;

	return enter_item(walk, field->extension ? extension : MESSAGE_FIELD, field->e.index);
}

/* The message of a group. Its field's type name stands between its name and its body. */
static void put_group(struct walk *walk, const struct field *field)
{
	const struct message *group = field->message;
	size_t before = enter_message(walk, group);

	put_type(walk, &group->e, group->keyword);
	walk->n_path = before;
	enter_field(walk, field);
	put_part(walk, FIELD_TYPE_NAME, group->e.name_span);
	walk->n_path = before;
	enter_message(walk, group);
	put_body(walk, group);
	walk->n_path = before;
}

static void put_field(struct walk *walk, const struct item *item)
{
	const struct field *field = item->node;
	size_t before = enter_field(walk, field);

	if (field->is_group)
		put(walk, field->e.span, NULL); /* the comments are its message's */
	else
		put_declared(walk, field->e.span, field->e.span.begin);
	if (field->extension)
		put_part(walk, FIELD_EXTENDEE, field->extension->extendee_span);
	if (field->has_label)
		put_part(walk, FIELD_LABEL, field->label_span);
	/* Of a group, the word is the type; its name follows with the message. */
	put_part(walk,
		field->is_group || !(field->type_name.p || field->is_map) ? FIELD_TYPE
									  : FIELD_TYPE_NAME,
		field->type_span);
	put_part(walk, NAME, field->e.name_span);
	put_part(walk, FIELD_NUMBER, field->number_span);
	put_field_brackets(walk, field);
	walk->n_path = before;
	if (field->is_group)
		put_group(walk, field);
}

/* An `extend` block; the item is its first extension in a list, and how many it has. */
static void put_extend(struct walk *walk, const struct item *item)
{
	const struct field *const *extensions = item->node;
	struct span block = extensions[0]->extension->block;
	size_t before = enter(walk, is_top(&extensions[0]->e) ? FILE_EXTENSION : MESSAGE_EXTENSION);

	put_declared(walk, block, block.begin);
	walk->n_path = before;
	for (uint32_t i = 0; i < item->index; i++)
		put_field(walk, &(struct item){ .node = extensions[i] });
}

/* ---- reserved and extension ranges ---- */

static void put_range(struct walk *walk, const struct reserved_range *range)
{
	struct span end = range->end_span;

	/* protoc takes the first token as the end of a lone number: of a negative one the sign. */
	if (end.begin == range->begin_span.begin && range->begin < 0)
		end.end = end.begin + 1;
	put(walk, range->span, NULL);
	put_part(walk, RANGE_BEGIN, range->begin_span);
	put_part(walk, RANGE_END, end);
}

static const struct reserved_ranges *ranges_of(const struct element *owner)
{
	return owner->kind == ELEMENT_ENUM ? &((const struct enumeration *)owner)->reserved_ranges
					   : &((const struct message *)owner)->reserved_ranges;
}

static const struct reserved_names *names_of(const struct element *owner)
{
	return owner->kind == ELEMENT_ENUM ? &((const struct enumeration *)owner)->reserved_names
					   : &((const struct message *)owner)->reserved_names;
}

/* A `reserved` statement; the item is its message or enum. */
static void put_reserved_ranges(struct walk *walk, const struct item *item)
{
	const struct element *owner = item->node;
	const struct reserved_ranges *ranges = ranges_of(owner);
	uint32_t i = item->index;
	struct span statement = ranges->items[i].statement;
	size_t before = enter(walk, owner->kind == ELEMENT_ENUM ? ENUM_RESERVED : MESSAGE_RESERVED);

	put_declared(walk, statement, statement.begin);
	do {
		size_t inner = enter(walk, (int32_t)i);

		put_range(walk, &ranges->items[i]);
		walk->n_path = inner;
	} while (++i < ranges->n && span_is_none(ranges->items[i].statement));
	walk->n_path = before;
}

static void put_reserved_names(struct walk *walk, const struct item *item)
{
	const struct element *owner = item->node;
	const struct reserved_names *names = names_of(owner);
	uint32_t i = item->index;
	struct span statement = names->items[i].statement;
	size_t before = enter(
		walk, owner->kind == ELEMENT_ENUM ? ENUM_RESERVED_NAME : MESSAGE_RESERVED_NAME);

	put_declared(walk, statement, statement.begin);
	do {
		put_part(walk, (int32_t)i, names->items[i].span);
	} while (++i < names->n && span_is_none(names->items[i].statement));
	walk->n_path = before;
}

/* Adds the statements that reserve ranges or names. */
static void add_reserved(struct walk *walk, const struct element *owner)
{
	const struct reserved_ranges *ranges = ranges_of(owner);
	const struct reserved_names *names = names_of(owner);

	for (uint32_t i = 0; i < ranges->n; i++) {
		struct span statement = ranges->items[i].statement;

		if (!span_is_none(statement))
			add(walk, (struct item){ statement.begin, i, put_reserved_ranges, owner });
	}
	for (uint32_t i = 0; i < names->n; i++) {
		struct span statement = names->items[i].statement;

		if (!span_is_none(statement))
			add(walk, (struct item){ statement.begin, i, put_reserved_names, owner });
	}
}

static void put_extensions(struct walk *walk, const struct item *item)
{
	const struct message *message = item->node;
	struct extension_range *const *ranges = message->extension_ranges.items;
	struct span statement = ranges[item->index]->statement;
	size_t before = enter(walk, MESSAGE_EXTENSION_RANGE), inner;
	uint32_t end = item->index;

	put_declared(walk, statement, statement.begin);
	do {
		struct reserved_range range = { .begin = ranges[end]->begin,
			.span = ranges[end]->e.span,
			.begin_span = ranges[end]->begin_span,
			.end_span = ranges[end]->end_span };

		inner = enter(walk, (int32_t)end);
		put_range(walk, &range);
		walk->n_path = inner;
	} while (++end < message->extension_ranges.n && span_is_none(ranges[end]->statement));
	for (uint32_t i = item->index; i < end; i++) {
		inner = enter(walk, (int32_t)i);
		put_brackets(walk, ranges[i]->e.options, RANGE_OPTIONS);
		walk->n_path = inner;
	}
	walk->n_path = before;
}

/* ---- bodies ---- */

static void put_value(struct walk *walk, const struct item *item)
{
	const struct enum_value *value = item->node;
	size_t before = enter_item(walk, ENUM_VALUE, value->e.index);

	put_element(walk, &value->e);
	put_part(walk, VALUE_NUMBER, value->number_span);
	put_brackets(walk, value->e.options, VALUE_OPTIONS);
	walk->n_path = before;
}

static void put_enum(struct walk *walk, const struct item *item)
{
	const struct enumeration *enumeration = item->node;
	const struct element *e = &enumeration->e;
	size_t before = enter_item(walk, is_top(e) ? FILE_ENUM : MESSAGE_ENUM, e->index);
	uint32_t first = walk->items.n;

	put_type(walk, e, enumeration->keyword);
	for (uint32_t i = 0; i < enumeration->values.n; i++)
		add_element(walk, &enumeration->values.items[i]->e, put_value);
	add_reserved(walk, e);
	add_options(walk, e->options, ENUM_OPTIONS, walk->n_path);
	put_items(walk, first);
	walk->n_path = before;
}

/* The fields of a oneof have paths in the message, so the items do not begin with its path. */
static void put_oneof(struct walk *walk, const struct item *item)
{
	const struct oneof *oneof = item->node;
	size_t before = enter_item(walk, MESSAGE_ONEOF, oneof->e.index);
	uint32_t first = walk->items.n;

	put_element(walk, &oneof->e);
	add_options(walk, oneof->e.options, ONEOF_OPTIONS, before);
	walk->n_path = before;
	for (uint32_t i = 0; i < oneof->fields.n; i++)
		add_element(walk, &oneof->fields.items[i]->e, put_field);
	put_items(walk, first);
}

static void put_message(struct walk *walk, const struct item *item)
{
	const struct message *message = item->node;
	size_t before = enter_message(walk, message);

	put_type(walk, &message->e, message->keyword);
	put_body(walk, message);
	walk->n_path = before;
}

static void add_messages(struct walk *walk, struct message *const *messages, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct message *message = messages[i];

		/* A group is written with its field; the entry of a map is not in the text. */
		if (!message->group_field && !message->map_field)
			add(walk, (struct item){ message->keyword, 0, put_message, message });
	}
}

static void add_enums(struct walk *walk, struct enumeration *const *enums, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		add(walk, (struct item){ enums[i]->keyword, 0, put_enum, enums[i] });
}

static void add_extends(struct walk *walk, struct field *const *extensions, uint32_t n)
{
	for (uint32_t i = 0, end; i < n; i = end) {
		uint32_t begin = extensions[i]->extension->block.begin;

		for (end = i + 1; end < n && span_is_none(extensions[end]->extension->block);)
			end++;
		add(walk, (struct item){ begin, end - i, put_extend, extensions + i });
	}
}

/* Nesting is bounded by the parser. */
static void put_body(struct walk *walk, const struct message *message)
{
	uint32_t first = walk->items.n;

	for (uint32_t i = 0; i < message->fields.n; i++) {
		const struct field *field = message->fields.items[i];

		if (!field_oneof(field))
			add_element(walk, &field->e, put_field);
	}
	for (uint32_t i = 0; i < message->oneofs.n; i++) {
		const struct oneof *oneof = message->oneofs.items[i];

		if (!oneof->is_synthetic)
			add_element(walk, &oneof->e, put_oneof);
	}
	for (uint32_t i = 0; i < message->extension_ranges.n; i++) {
		struct span statement = message->extension_ranges.items[i]->statement;

		if (!span_is_none(statement))
			add(walk, (struct item){ statement.begin, i, put_extensions, message });
	}
	add_messages(walk, message->messages.items, message->messages.n);
	add_enums(walk, message->enums.items, message->enums.n);
	add_extends(walk, message->extensions.items, message->extensions.n);
	add_reserved(walk, &message->e);
	add_options(walk, message->e.options, MESSAGE_OPTIONS, walk->n_path);
	put_items(walk, first);
}

static void put_method(struct walk *walk, const struct item *item)
{
	const struct method *method = item->node;
	size_t before = enter_item(walk, SERVICE_METHOD, method->e.index);
	uint32_t first = walk->items.n;

	put_element(walk, &method->e);
	if (method->client_streaming)
		put_part(walk, METHOD_CLIENT_STREAMING, method->client_streaming_span);
	put_part(walk, METHOD_INPUT, method->input_span);
	if (method->server_streaming)
		put_part(walk, METHOD_SERVER_STREAMING, method->server_streaming_span);
	put_part(walk, METHOD_OUTPUT, method->output_span);
	add_options(walk, method->e.options, METHOD_OPTIONS, walk->n_path);
	put_items(walk, first);
	walk->n_path = before;
}

static void put_service(struct walk *walk, const struct item *item)
{
	const struct service *service = item->node;
	size_t before = enter_item(walk, FILE_SERVICE, service->e.index);
	uint32_t first = walk->items.n;

	put_element(walk, &service->e);
	for (uint32_t i = 0; i < service->methods.n; i++)
		add_element(walk, &service->methods.items[i]->e, put_method);
	add_options(walk, service->e.options, SERVICE_OPTIONS, walk->n_path);
	put_items(walk, first);
	walk->n_path = before;
}

/* ---- the file ---- */

/* A statement that is one span; the item's index is its field. */
static void put_plain(struct walk *walk, const struct item *item)
{
	const struct span *span = item->node;
	size_t before = enter(walk, (int32_t)item->index);

	put_declared(walk, *span, span->begin);
	walk->n_path = before;
}

static void add_plain(struct walk *walk, uint32_t field, const struct span *span)
{
	if (!span_is_none(*span))
		add(walk, (struct item){ span->begin, field, put_plain, span });
}

/* The item's index is the import's in its own list of the descriptor. */
static void put_import(struct walk *walk, const struct item *item)
{
	const struct import *import = item->node;
	bool option = import->kind == IMPORT_OPTION;
	size_t before =
		enter_item(walk, option ? FILE_OPTION_DEPENDENCY : FILE_DEPENDENCY, item->index);

	put_declared(walk, import->span, import->span.begin);
	walk->n_path = before;
}

/* The word after `import`; the item's index is the import's among those of its kind. */
static void put_import_kind(struct walk *walk, const struct item *item)
{
	const struct import *import = item->node;
	size_t before = enter_item(
		walk, import->kind == IMPORT_PUBLIC ? FILE_PUBLIC : FILE_WEAK, item->index);

	put(walk, import->kind_span, NULL);
	walk->n_path = before;
}

static void add_imports(struct walk *walk, const struct file *file)
{
	uint32_t counts[IMPORT_OPTION + 1] = { 0 }; /* IMPORT_PLAIN: all but option imports */

	for (uint32_t i = 0; i < file->imports.n; i++) {
		const struct import *import = &file->imports.items[i];
		bool option = import->kind == IMPORT_OPTION;

		add(walk, (struct item){ import->span.begin,
				  counts[option ? IMPORT_OPTION : IMPORT_PLAIN]++, put_import,
				  import });
		if (import->kind == IMPORT_PUBLIC || import->kind == IMPORT_WEAK)
			add(walk, (struct item){ import->kind_span.begin, counts[import->kind]++,
					  put_import_kind, import });
	}
}

struct str source_info_encode(struct arena *scratch, const struct file *file)
{
	struct walk walk = { .scratch = scratch,
		.lines = &file->source_info->lines,
		.comments = file->source_info->comments,
		.buffer.arena = scratch };

	if (file->source_info->bytes.p)
		return file->source_info->bytes;
	map_init(&walk.counts, scratch);
	put(&walk, file->e.span, NULL);
	add_plain(&walk, FILE_SYNTAX, &file->syntax_span);
	add_plain(&walk, FILE_PACKAGE, &file->package_span);
	add_imports(&walk, file);
	add_messages(&walk, file->messages.items, file->messages.n);
	add_enums(&walk, file->enums.items, file->enums.n);
	add_extends(&walk, file->extensions.items, file->extensions.n);
	for (uint32_t i = 0; i < file->services.n; i++)
		add_element(&walk, &file->services.items[i]->e, put_service);
	add_options(&walk, file->e.options, FILE_OPTIONS, 0);
	put_items(&walk, 0);
	return wire_buffer_bytes(&walk.buffer);
}
