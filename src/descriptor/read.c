#include "descriptor/budget.h"
#include "base/utf8.h"
#include "descriptor/descriptor.h"
#include "descriptor/locations.h"
#include "descriptor/shape.h"

#include "descriptor.pb-c.h"

enum { MESSAGE_OPTIONS_MAP_ENTRY = 7 };

struct file_reader {
	struct parse_request *request;
	struct file *file;
	struct arena *arena;
	struct intern *names;
	size_t names_left; /* bytes left for full names */
	bool failed;
};

static void read_error(struct file_reader *reader, const struct element *element, const char *what)
{
	struct place place = place_in(reader->file->text, NO_SPAN);
	struct str name = element->kind == ELEMENT_FILE
				  ? reader->file->import_path
				  : element_full_name(element, reader->request->scratch);

	reader->failed = true;
	diag_error(reader->request->diags, place, "bad descriptor: '" STR "' %s", ARG(name), what);
}

static bool path_is_text(struct str path)
{
	return utf8_is_valid(path) && str_find(path, '\0') == path.n;
}

static struct str bytes_of(ProtobufCBinaryData bytes)
{
	return (struct str){ bytes.data ? (const char *)bytes.data : "", bytes.len };
}

static struct str read_text(struct file_reader *reader, bool has, ProtobufCBinaryData bytes)
{
	return has ? str_dup(reader->arena, bytes_of(bytes)) : (struct str){ NULL, 0 };
}

static struct str read_name(struct file_reader *reader, ProtobufCBinaryData bytes)
{
	return intern(reader->names, bytes_of(bytes));
}

/* A dotted type name, with or without a leading dot. */
static struct str read_type_name(
	struct file_reader *reader, const struct element *element, ProtobufCBinaryData bytes)
{
	struct str name = bytes_of(bytes);

	if (!name_is_identifier(str_from(name, name.n && name.p[0] == '.'), true))
		read_error(reader, element, "refers to a type by an invalid name");
	return intern(reader->names, name);
}

static struct options *read_options(struct file_reader *reader, bool has, ProtobufCBinaryData bytes)
{
	struct options *options;

	if (!has)
		return NULL;
	options = NEW(reader->arena, struct options);
	options->encoded = NEW(reader->arena, struct encoded_options);
	options->encoded->bytes = str_dup(reader->arena, bytes_of(bytes));
	return options;
}

/* Full names have a budget, too: a few long names of outer scopes make very many long ones. */
static struct str read_full_name(
	struct file_reader *reader, const struct element *parent, struct str name)
{
	struct str scope = parent->kind == ELEMENT_FILE ? reader->file->package : parent->full_name;

	if (scope.n + 1 + name.n > reader->names_left) {
		if (reader->names_left)
			read_error(reader, &reader->file->e,
				"has full names that take more memory than its size justifies");
		reader->names_left = 0;
		return name;
	}
	reader->names_left -= scope.n + 1 + name.n;
	return intern_dotted(reader->names, scope, name);
}

static bool element_has_full_name(const struct element *element)
{
	return element->kind == ELEMENT_MESSAGE || element->kind == ELEMENT_ENUM ||
	       element->kind == ELEMENT_SERVICE || element->kind == ELEMENT_METHOD;
}

/* Sets the names of an element, except the full name of an extension, and its file. */
static void name_element(struct file_reader *reader, struct element *element, bool has_name,
	ProtobufCBinaryData name)
{
	element->file = reader->file;
	element->name = has_name ? read_name(reader, name) : intern(reader->names, S(""));
	if (element_has_full_name(element))
		element->full_name = read_full_name(reader, element->parent, element->name);
	if (!name_is_identifier(element->name, false))
		read_error(reader, element->parent, "holds an element with an invalid name");
}

static void read_reserved_names(struct file_reader *reader, size_t n, ProtobufCBinaryData *names,
	struct reserved_name *into)
{
	for (size_t i = 0; i < n; i++)
		into[i].name = read_name(reader, names[i]);
}

/* Allocates a list whose length is known: VEC, count, item type. */
#define LIST_ROOM(reader, vec, count, type)                                                \
	do {                                                                               \
		(vec)->n = (vec)->cap = (uint32_t)(count);                                 \
		(vec)->items = (count) ? NEW_ARRAY((reader)->arena, (count), type) : NULL; \
	} while (0)

static void read_field_type(struct file_reader *reader, struct field *field,
	const Google__Protobuf__FieldDescriptorProto *d)
{
	if (d->has_type && (d->type < TYPE_DOUBLE || d->type > TYPE_SINT64)) {
		read_error(reader, &field->e, "has a type that does not exist");
		return;
	}
	field->type = d->has_type ? (uint8_t)d->type : TYPE_NAMED;
	field->is_group = field->type == TYPE_GROUP;
	if (field->type == TYPE_MESSAGE || field->type == TYPE_ENUM || field->type == TYPE_GROUP) {
		field->set_type = field->type;
		field->type = TYPE_NAMED;
	}
	if (d->has_type_name != (field->type == TYPE_NAMED)) {
		read_error(reader, &field->e,
			d->has_type_name ? "has a scalar type and the name of a type"
					 : "has no type");
		return;
	}
	if (d->has_type_name)
		field->type_name = read_type_name(reader, &field->e, d->type_name);
}

static void read_field_number(struct file_reader *reader, struct field *field,
	const Google__Protobuf__FieldDescriptorProto *d)
{
	field->number = d->number;
	if (!d->has_number || d->number < 1 ||
		d->number > (field->extension ? MAX_SET_NUMBER : MAX_FIELD_NUMBER))
		read_error(reader, &field->e, "has an invalid number");
}

/* A descriptor has labels that were not written, too. */
static bool field_label_is_written(
	const struct file_reader *reader, const struct field *field, const struct message *message)
{
	if (message && message->is_map_entry)
		return false;
	if (field->label != LABEL_OPTIONAL || field->proto3_optional)
		return true;
	return reader->file->edition == EDITION_PROTO2 && !field->oneof;
}

/* Adds the field to the oneof at `index`. */
static void read_field_oneof(
	struct file_reader *reader, struct field *field, struct message *message, int32_t index)
{
	if (!message || index < 0 || (uint32_t)index >= message->oneofs.n) {
		read_error(reader, &field->e, "is in a oneof that does not exist");
		return;
	}
	if (field->label != LABEL_OPTIONAL)
		read_error(reader, &field->e, "is in a oneof, but is not optional");
	field->oneof = message->oneofs.items[index];
	*vec_push(reader->arena, &field->oneof->fields) = field;
}

/* `message` is NULL for an extension. */
static struct field *read_field(struct file_reader *reader,
	const Google__Protobuf__FieldDescriptorProto *d, struct element *parent, uint32_t index,
	struct message *message)
{
	struct field *field = NEW(reader->arena, struct field);

	if (!message)
		field->extension = NEW(reader->arena, struct extension);
	field->e = (struct element){ .kind = ELEMENT_FIELD, .index = index, .parent = parent };
	name_element(reader, &field->e, d->has_name, d->name);
	if (field->extension)
		field->e.full_name = read_full_name(reader, parent, field->e.name);
	if (d->has_extendee != !message)
		read_error(reader, &field->e,
			d->has_extendee ? "is a field that extends something"
					: "is an extension that extends nothing");
	else if (!message)
		field->extension->extendee_name = read_type_name(reader, &field->e, d->extendee);
	read_field_number(reader, field, d);
	read_field_type(reader, field, d);
	field->label = d->has_label ? (uint8_t)d->label : LABEL_OPTIONAL;
	if (d->has_label && (d->label < LABEL_OPTIONAL || d->label > LABEL_REPEATED))
		read_error(reader, &field->e, "has a label that does not exist");
	field->proto3_optional = d->has_proto3_optional && d->proto3_optional;
	if (field->proto3_optional && reader->file->edition != EDITION_PROTO3)
		read_error(reader, &field->e, "is a proto3 optional outside of proto3");
	if (d->has_oneof_index)
		read_field_oneof(reader, field, message, d->oneof_index);
	else if (field->proto3_optional && message)
		read_error(reader, &field->e, "is a proto3 optional without its oneof");
	field->has_label = field_label_is_written(reader, field, message);
	field->has_default = d->has_default_value;
	if (d->has_default_value) {
		field->preset = NEW(reader->arena, struct field_default);
		field->preset->text = read_text(reader, true, d->default_value);
	}
	if (d->has_json_name &&
		!str_eq(bytes_of(d->json_name), json_name_derive(reader->arena, field->e.name))) {
		field->json = NEW(reader->arena, struct written_json);
		field->json->name = read_text(reader, true, d->json_name);
	}
	field->e.options = read_options(reader, d->has_options, d->options);
	return field;
}

/* Instead of an end, if begin or end is missing. */
static const int64_t NO_RANGE = INT64_MIN;

/* The inclusive end; reports an empty range. */
static int32_t read_range_end(
	struct file_reader *reader, const struct element *element, int32_t begin, int64_t end)
{
	if (end >= begin)
		return (int32_t)end;
	read_error(reader, element, "has an empty range");
	return begin;
}

static struct enumeration *read_enum(struct file_reader *reader,
	const Google__Protobuf__EnumDescriptorProto *d, struct element *parent, uint32_t index)
{
	struct enumeration *e = NEW(reader->arena, struct enumeration);

	e->e = (struct element){ .kind = ELEMENT_ENUM, .index = index, .parent = parent };
	name_element(reader, &e->e, d->has_name, d->name);
	e->e.options = read_options(reader, d->has_options, d->options);
	LIST_ROOM(reader, &e->values, d->n_value, struct enum_value *);
	for (uint32_t i = 0; i < e->values.n; i++) {
		const Google__Protobuf__EnumValueDescriptorProto *v = d->value[i];
		struct enum_value *value = e->values.items[i] =
			NEW(reader->arena, struct enum_value);

		value->e =
			(struct element){ .kind = ELEMENT_ENUM_VALUE, .index = i, .parent = &e->e };
		name_element(reader, &value->e, v->has_name, v->name);
		value->e.options = read_options(reader, v->has_options, v->options);
		value->number = v->number;
		if (!v->has_number)
			read_error(reader, &value->e, "has no number");
	}
	LIST_ROOM(reader, &e->reserved_ranges, d->n_reserved_range, struct reserved_range);
	for (uint32_t i = 0; i < e->reserved_ranges.n; i++) {
		const Google__Protobuf__EnumDescriptorProto__EnumReservedRange *r =
			d->reserved_range[i];
		struct reserved_range *range = &e->reserved_ranges.items[i];

		range->begin = r->start;
		range->end = read_range_end(
			reader, &e->e, r->start, r->has_start && r->has_end ? r->end : NO_RANGE);
	}
	LIST_ROOM(reader, &e->reserved_names, d->n_reserved_name, struct reserved_name);
	read_reserved_names(reader, d->n_reserved_name, d->reserved_name, e->reserved_names.items);
	e->visibility =
		d->has_visibility && d->visibility >= 0 && d->visibility <= VISIBILITY_EXPORT
			? (uint8_t)d->visibility
			: VISIBILITY_UNSET;
	return e;
}

static void read_extension_ranges(struct file_reader *reader,
	const Google__Protobuf__DescriptorProto *d, struct message *message)
{
	LIST_ROOM(
		reader, &message->extension_ranges, d->n_extension_range, struct extension_range *);
	for (uint32_t i = 0; i < message->extension_ranges.n; i++) {
		const Google__Protobuf__DescriptorProto__ExtensionRange *r = d->extension_range[i];
		struct extension_range *range = NEW(reader->arena, struct extension_range);

		message->extension_ranges.items[i] = range;
		range->e = (struct element){ .kind = ELEMENT_EXTENSION_RANGE,
			.index = i,
			.name = intern(reader->names, S("")),
			.parent = &message->e,
			.file = reader->file };
		range->e.options = read_options(reader, r->has_options, r->options);
		range->begin = r->start;
		range->end = read_range_end(reader, &message->e, r->start,
			r->has_start && r->has_end ? (int64_t)r->end - 1 : NO_RANGE);
	}
}

static void read_message_reserved(struct file_reader *reader,
	const Google__Protobuf__DescriptorProto *d, struct message *message)
{
	LIST_ROOM(reader, &message->reserved_ranges, d->n_reserved_range, struct reserved_range);
	for (uint32_t i = 0; i < message->reserved_ranges.n; i++) {
		const Google__Protobuf__DescriptorProto__ReservedRange *r = d->reserved_range[i];
		struct reserved_range *range = &message->reserved_ranges.items[i];

		range->begin = r->start;
		range->end = read_range_end(reader, &message->e, r->start,
			r->has_start && r->has_end ? (int64_t)r->end - 1 : NO_RANGE);
	}
	LIST_ROOM(reader, &message->reserved_names, d->n_reserved_name, struct reserved_name);
	read_reserved_names(
		reader, d->n_reserved_name, d->reserved_name, message->reserved_names.items);
}

/* Do the options set map_entry? It is needed before linking. */
static bool options_say_map_entry(const struct options *options)
{
	struct wire wire = wire_open(options_encoded(options));
	struct wire_record record;
	bool says = false;

	while (wire_next(&wire, &record))
		if (record.number == MESSAGE_OPTIONS_MAP_ENTRY && record.type == WIRE_VARINT)
			says = record.value != 0;
	return says;
}

static bool is_proper_entry(const struct message *entry)
{
	const struct field *key, *value;

	if (entry->fields.n != 2)
		return false;
	key = entry->fields.items[0];
	value = entry->fields.items[1];
	return key->number == 1 && value->number == 2 && key->label == LABEL_OPTIONAL &&
	       value->label == LABEL_OPTIONAL && str_eq(key->e.name, S("key")) &&
	       str_eq(value->e.name, S("value"));
}

/* Finds the fields of map entries: the repeated field of the type of the entry. */
static void read_map_fields(struct file_reader *reader, struct message *message)
{
	for (uint32_t i = 0; i < message->messages.n; i++) {
		struct message *entry = message->messages.items[i];

		if (!entry->is_map_entry)
			continue;
		if (!is_proper_entry(entry)) {
			read_error(reader, &entry->e, "is not a valid map entry");
			continue;
		}
		for (uint32_t k = 0; k < message->fields.n && !entry->map_field; k++) {
			struct field *field = message->fields.items[k];

			/* Both names are interned, but the field's has a leading dot. */
			if (field->label == LABEL_REPEATED && field->set_type == TYPE_MESSAGE &&
				str_eq(str_from(field->type_name, 1), entry->e.full_name)) {
				/* As from the parser: the type of a map has no name. */
				entry->map_field = field;
				field->is_map = true;
				field->type = TYPE_MESSAGE;
				field->message = entry;
				field->type_name = (struct str){ NULL, 0 };
			}
		}
		if (!entry->map_field)
			read_error(reader, &entry->e, "is a map entry that no field uses");
	}
}

/* Links groups to their messages, which are declared in the same scope. */
static void read_groups(struct file_reader *reader, struct field **fields, uint32_t n,
	struct message **messages, uint32_t n_messages)
{
	for (uint32_t i = 0; i < n; i++) {
		struct field *field = fields[i];

		if (!field->is_group || !field->type_name.p)
			continue;
		for (uint32_t k = 0; k < n_messages && !field->message; k++)
			if (str_eq(str_from(field->type_name, 1), messages[k]->e.full_name))
				field->message = messages[k];
		if (!field->message) {
			read_error(
				reader, &field->e, "is a group, but its message is not beside it");
			continue;
		}
		field->type = TYPE_GROUP;
		field->message->group_field = field;
	}
}

/* Marks the oneofs of proto3 `optional` fields; they have no other field. */
static void read_synthetic_oneofs(struct file_reader *reader, struct message *message)
{
	bool synthetic = false;

	for (uint32_t i = 0; i < message->oneofs.n; i++) {
		struct oneof *oneof = message->oneofs.items[i];

		for (uint32_t k = 0; k < oneof->fields.n; k++)
			oneof->is_synthetic |= oneof->fields.items[k]->proto3_optional;
		if (oneof->is_synthetic && oneof->fields.n != 1)
			read_error(reader, &oneof->e,
				"is a proto3 optional's oneof with other fields");
		if (synthetic && !oneof->is_synthetic)
			read_error(reader, &oneof->e,
				"comes after the oneofs of proto3 optional fields");
		synthetic = oneof->is_synthetic;
	}
}

/* Recursion is bounded: wire_check_file limits the nesting. */
static struct message *read_message(struct file_reader *reader,
	const Google__Protobuf__DescriptorProto *d, struct element *parent, uint32_t index)
{
	struct message *message = NEW(reader->arena, struct message);

	message->e = (struct element){ .kind = ELEMENT_MESSAGE, .index = index, .parent = parent };
	name_element(reader, &message->e, d->has_name, d->name);
	message->e.options = read_options(reader, d->has_options, d->options);
	message->is_map_entry = options_say_map_entry(message->e.options);
	message->visibility =
		d->has_visibility && d->visibility >= 0 && d->visibility <= VISIBILITY_EXPORT
			? (uint8_t)d->visibility
			: VISIBILITY_UNSET;
	LIST_ROOM(reader, &message->oneofs, d->n_oneof_decl, struct oneof *);
	for (uint32_t i = 0; i < message->oneofs.n; i++) {
		const Google__Protobuf__OneofDescriptorProto *o = d->oneof_decl[i];
		struct oneof *oneof = message->oneofs.items[i] = NEW(reader->arena, struct oneof);

		oneof->e = (struct element){
			.kind = ELEMENT_ONEOF, .index = i, .parent = &message->e
		};
		name_element(reader, &oneof->e, o->has_name, o->name);
		oneof->e.options = read_options(reader, o->has_options, o->options);
	}
	LIST_ROOM(reader, &message->fields, d->n_field, struct field *);
	for (uint32_t i = 0; i < message->fields.n; i++)
		message->fields.items[i] = read_field(reader, d->field[i], &message->e, i, message);
	read_synthetic_oneofs(reader, message);
	LIST_ROOM(reader, &message->extensions, d->n_extension, struct field *);
	for (uint32_t i = 0; i < message->extensions.n; i++)
		message->extensions.items[i] =
			read_field(reader, d->extension[i], &message->e, i, NULL);
	LIST_ROOM(reader, &message->enums, d->n_enum_type, struct enumeration *);
	for (uint32_t i = 0; i < message->enums.n; i++)
		message->enums.items[i] = read_enum(reader, d->enum_type[i], &message->e, i);
	LIST_ROOM(reader, &message->messages, d->n_nested_type, struct message *);
	for (uint32_t i = 0; i < message->messages.n; i++)
		message->messages.items[i] =
			read_message(reader, d->nested_type[i], &message->e, i);
	read_map_fields(reader, message);
	read_groups(reader, message->fields.items, message->fields.n, message->messages.items,
		message->messages.n);
	read_groups(reader, message->extensions.items, message->extensions.n,
		message->messages.items, message->messages.n);
	read_extension_ranges(reader, d, message);
	read_message_reserved(reader, d, message);
	return message;
}

static struct service *read_service(struct file_reader *reader,
	const Google__Protobuf__ServiceDescriptorProto *d, uint32_t index)
{
	struct service *service = NEW(reader->arena, struct service);

	service->e = (struct element){
		.kind = ELEMENT_SERVICE, .index = index, .parent = &reader->file->e
	};
	name_element(reader, &service->e, d->has_name, d->name);
	service->e.options = read_options(reader, d->has_options, d->options);
	LIST_ROOM(reader, &service->methods, d->n_method, struct method *);
	for (uint32_t i = 0; i < service->methods.n; i++) {
		const Google__Protobuf__MethodDescriptorProto *m = d->method[i];
		struct method *method = service->methods.items[i] =
			NEW(reader->arena, struct method);

		method->e = (struct element){
			.kind = ELEMENT_METHOD, .index = i, .parent = &service->e
		};
		name_element(reader, &method->e, m->has_name, m->name);
		method->e.options = read_options(reader, m->has_options, m->options);
		method->input_name = read_type_name(reader, &method->e, m->input_type);
		method->output_name = read_type_name(reader, &method->e, m->output_type);
		method->client_streaming = m->has_client_streaming && m->client_streaming;
		method->server_streaming = m->has_server_streaming && m->server_streaming;
	}
	return service;
}

static void read_import(struct file_reader *reader, ProtobufCBinaryData path, enum import_kind kind)
{
	struct import *import = vec_push(reader->arena, &reader->file->imports);

	import->path = read_name(reader, path);
	import->kind = kind;
	if (import->path.n == 0 || !path_is_text(import->path))
		read_error(reader, &reader->file->e, "imports an invalid path");
}

static void read_import_kinds(struct file_reader *reader, size_t n, const int32_t *indexes,
	size_t n_dependencies, enum import_kind kind)
{
	for (size_t i = 0; i < n; i++)
		if (indexes[i] < 0 || (size_t)indexes[i] >= n_dependencies)
			read_error(reader, &reader->file->e, "marks an import that does not exist");
		else
			reader->file->imports.items[indexes[i]].kind = kind;
}

static void read_imports(struct file_reader *reader, const Google__Protobuf__FileDescriptorProto *d)
{
	for (size_t i = 0; i < d->n_dependency; i++)
		read_import(reader, d->dependency[i], IMPORT_PLAIN);
	read_import_kinds(reader, d->n_public_dependency, d->public_dependency, d->n_dependency,
		IMPORT_PUBLIC);
	read_import_kinds(
		reader, d->n_weak_dependency, d->weak_dependency, d->n_dependency, IMPORT_WEAK);
	for (size_t i = 0; i < d->n_option_dependency; i++)
		read_import(reader, d->option_dependency[i], IMPORT_OPTION);
}

static void read_edition(struct file_reader *reader, const Google__Protobuf__FileDescriptorProto *d)
{
	struct file *file = reader->file;
	struct str syntax = d->has_syntax ? bytes_of(d->syntax) : S("");

	file->has_syntax =
		true; /* a set does not say whether `syntax` was written; assume it was */
	file->edition = EDITION_PROTO2;
	if (str_eq(syntax, S("proto3"))) {
		file->edition = EDITION_PROTO3;
	} else if (str_eq(syntax, S("editions"))) {
		file->edition = (enum edition)d->edition;
		if (!d->has_edition || d->edition < EDITION_2023 || d->edition > EDITION_2026) {
			file->edition = EDITION_2023;
			read_error(reader, &file->e,
				"is of an edition other than 2023, 2024 and 2026");
		}
	} else if (syntax.n && !str_eq(syntax, S("proto2"))) {
		read_error(reader, &file->e, "has a syntax other than proto2, proto3 and editions");
	}
}

/* Do the file's options contain a feature of source retention, as default_symbol_visibility? */
static bool options_keep_source_features(struct str options)
{
	const uint32_t features_field = (uint32_t)features_number(ELEMENT_FILE);
	struct wire wire = wire_open(options);
	struct wire_record record, feature;

	while (wire_next(&wire, &record)) {
		struct wire features = wire_open(record.bytes);

		if (record.number != features_field || record.type != WIRE_BYTES)
			continue;
		while (wire_next(&features, &feature))
			if (feature.number == FEATURE_ENFORCE_NAMING_STYLE ||
				feature.number == FEATURE_DEFAULT_SYMBOL_VISIBILITY)
				return true;
	}
	return false;
}

/*
 * By default protoc omits features of source retention from sets. A file that has one is complete,
 * and so is an image of buf, which marks its files.
 */
static bool may_lack_visibility(
	const struct file *file, const Google__Protobuf__FileDescriptorProto *d)
{
	enum { BUF_EXTENSION = 8042 }; /* ImageFile.buf_extension of buf.alpha.image.v1 */

	for (unsigned i = 0; i < d->base.n_unknown_fields; i++)
		if (d->base.unknown_fields[i].tag == BUF_EXTENSION)
			return false;
	return file->edition >= EDITION_2024 &&
	       !options_keep_source_features(options_encoded(file->e.options));
}

static void read_file(struct file_reader *reader, const Google__Protobuf__FileDescriptorProto *d)
{
	struct file *file = reader->file;
	struct str normal;

	file->e.kind = ELEMENT_FILE;
	file->e.file = file;
	file->e.name = intern(reader->names, S(""));
	file->package =
		d->has_package ? read_name(reader, d->package) : intern(reader->names, S(""));
	if (file->package.n && !name_is_identifier(file->package, true))
		read_error(reader, &file->e, "has an invalid package name");
	if (str_count(file->package, '.') >= MAX_PACKAGE_PARTS) {
		read_error(reader, &file->e, "has a package of more than 100 parts");
		file->package = intern(reader->names, S(""));
	}
	if (d->has_name && !path_is_text(bytes_of(d->name)))
		read_error(reader, &file->e, "has a path that is not UTF-8");
	else if (d->has_name &&
		 !path_normalize(reader->request->scratch, bytes_of(d->name), &normal))
		read_error(reader, &file->e, "has a path that leads out of the tree");
	read_edition(reader, d);
	read_imports(reader, d);
	file->e.options = read_options(reader, d->has_options, d->options);
	file->lacks_visibility = may_lack_visibility(file, d);
	LIST_ROOM(reader, &file->messages, d->n_message_type, struct message *);
	for (uint32_t i = 0; i < file->messages.n; i++)
		file->messages.items[i] = read_message(reader, d->message_type[i], &file->e, i);
	LIST_ROOM(reader, &file->enums, d->n_enum_type, struct enumeration *);
	for (uint32_t i = 0; i < file->enums.n; i++)
		file->enums.items[i] = read_enum(reader, d->enum_type[i], &file->e, i);
	LIST_ROOM(reader, &file->services, d->n_service, struct service *);
	for (uint32_t i = 0; i < file->services.n; i++)
		file->services.items[i] = read_service(reader, d->service[i], i);
	LIST_ROOM(reader, &file->extensions, d->n_extension, struct field *);
	for (uint32_t i = 0; i < file->extensions.n; i++)
		file->extensions.items[i] = read_field(reader, d->extension[i], &file->e, i, NULL);
	read_groups(reader, file->extensions.items, file->extensions.n, file->messages.items,
		file->messages.n);
}

bool descriptor_parse(struct parse_request *request)
{
	struct arena_mark mark = arena_mark(request->scratch);
	struct file_reader reader = { .request = request,
		.file = request->file,
		.arena = request->arena,
		.names = request->names };
	struct place place = place_in(request->file->text, NO_SPAN);
	Google__Protobuf__FileDescriptorProto *d;
	enum { NAMES_BASE = 16 << 20, NAMES_TIMES = 8 }; /* as for text, nodes.c */
	struct wire_damage damage;
	struct budget budget;

	request->file->e.kind = ELEMENT_FILE;
	request->file->e.file = request->file;
	request->file->lacks_source = true;
	request->file->from_set = true;
	if (!wire_check_file(request->bytes, &damage)) {
		diag_error(request->diags, place, "damaged descriptor: %s at byte %zu", damage.what,
			damage.offset);
		return false;
	}
	budget_init(&budget, request->scratch, request->bytes.n);
	d = google__protobuf__file_descriptor_proto__unpack(
		&budget.allocator, request->bytes.n, (const uint8_t *)request->bytes.p);
	if (!d) {
		diag_error(request->diags, place,
			"damaged descriptor: it takes more memory than its size justifies");
		reader.failed = true;
		goto done;
	}
	reader.names_left = NAMES_BASE + NAMES_TIMES * request->bytes.n;
	read_file(&reader, d);
	if (d->has_source_code_info && !reader.failed)
		reader.failed = !locations_read(request, bytes_of(d->source_code_info));
done:
	arena_rewind(request->scratch, mark);
	return !reader.failed;
}
