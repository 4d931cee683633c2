#include "base/map.h"
#include "base/wire.h"
#include "descriptor/descriptor.h"
#include "descriptor/source_info.h"

#include <protobuf-c/protobuf-c.h>

#include "descriptor.pb-c.h"

enum { MESSAGE_OPTIONS_MAP_ENTRY = 7, FILE_DESCRIPTOR_SET_FILE = 1 };

/* A set that is being written. */
struct writer {
	struct out *out;
	struct arena *scratch;
	struct map done; /* the files that are written or on the stack */
};

/* Packing does not modify the bytes. */
static ProtobufCBinaryData bytes_to(struct str s)
{
	union {
		const char *in;
		uint8_t *out;
	} p = { .in = s.p };

	return (ProtobufCBinaryData){ s.n, p.out };
}

/* Sets an optional member. */
#define SET(d, member, value) ((d)->has_##member = 1, (d)->member = (value))

/* Sets d->member and d->n_member to `count` new messages of TYPE, initialized with INIT. */
#define LIST(writer, d, member, count, type, init)                                              \
	do {                                                                                    \
		type *list_items = arena_alloc_unset((writer)->scratch, (count), sizeof(type)); \
                                                                                                \
		(d)->n_##member = (count);                                                      \
		(d)->member = arena_alloc_unset((writer)->scratch, (count), sizeof(type *));    \
		for (uint32_t list_i = 0; list_i < (count); list_i++) {                         \
			(d)->member[list_i] = &list_items[list_i];                              \
			init(&list_items[list_i]);                                              \
		}                                                                               \
	} while (0)

/* Options that linking did not decode are written unchanged. Empty options are written too. */
static ProtobufCBinaryData write_options(struct writer *writer, const struct options *options)
{
	if (options->list.n == 0)
		return bytes_to(options->encoded ? options->encoded->bytes : S(""));
	return bytes_to(options_encode(writer->scratch, options));
}

/* The full name with a leading dot, or the written name if it is unresolved. */
static ProtobufCBinaryData write_reference(
	struct writer *writer, const struct element *element, struct str written)
{
	char *p;

	if (!element)
		return bytes_to(written);
	p = arena_bytes(writer->scratch, element->full_name.n + 1);
	p[0] = '.';
	str_put(p + 1, element->full_name);
	return bytes_to((struct str){ p, element->full_name.n + 1 });
}

static void write_field(
	struct writer *writer, const struct field *field, Google__Protobuf__FieldDescriptorProto *d)
{
	SET(d, name, bytes_to(field->e.name));
	SET(d, number, field->number);
	SET(d, label, field->label);
	if (field->type != TYPE_NAMED && field->type != TYPE_UNRESOLVED)
		SET(d, type, field->type);
	if (field->type_ref || field->type_name.p)
		SET(d, type_name, write_reference(writer, field->type_ref, field->type_name));
	if (field->extension)
		SET(d, extendee,
			write_reference(writer,
				field->extension->extendee ? &field->extension->extendee->e : NULL,
				field->extension->extendee_name));
	if (field->preset && field->preset->text.p)
		SET(d, default_value, bytes_to(field->preset->text));
	if (field->oneof)
		SET(d, oneof_index, (int32_t)field->oneof->e.index);
	SET(d, json_name, bytes_to(field_json_name(field, writer->scratch)));
	if (field->e.options)
		SET(d, options, write_options(writer, field->e.options));
	if (field->proto3_optional)
		SET(d, proto3_optional, 1);
}

static ProtobufCBinaryData *write_names(
	struct writer *writer, const struct reserved_name *names, uint32_t n)
{
	ProtobufCBinaryData *items = NEW_ARRAY(writer->scratch, n, ProtobufCBinaryData);

	for (uint32_t i = 0; i < n; i++)
		items[i] = bytes_to(names[i].name);
	return items;
}

/* The values are those of descriptor.proto. */
static bool visibility_is_written(uint8_t visibility)
{
	return visibility != VISIBILITY_UNSET;
}

static void write_enum(struct writer *writer, const struct enumeration *e,
	Google__Protobuf__EnumDescriptorProto *d)
{
	SET(d, name, bytes_to(e->e.name));
	LIST(writer, d, value, e->values.n, Google__Protobuf__EnumValueDescriptorProto,
		google__protobuf__enum_value_descriptor_proto__init);
	for (uint32_t i = 0; i < e->values.n; i++) {
		const struct enum_value *value = e->values.items[i];

		SET(d->value[i], name, bytes_to(value->e.name));
		SET(d->value[i], number, value->number);
		if (value->e.options)
			SET(d->value[i], options, write_options(writer, value->e.options));
	}
	if (e->e.options)
		SET(d, options, write_options(writer, e->e.options));
	LIST(writer, d, reserved_range, e->reserved_ranges.n,
		Google__Protobuf__EnumDescriptorProto__EnumReservedRange,
		google__protobuf__enum_descriptor_proto__enum_reserved_range__init);
	for (uint32_t i = 0; i < e->reserved_ranges.n; i++) {
		SET(d->reserved_range[i], start, e->reserved_ranges.items[i].begin);
		SET(d->reserved_range[i], end,
			e->reserved_ranges.items[i].end); /* inclusive in enums */
	}
	d->n_reserved_name = e->reserved_names.n;
	d->reserved_name = write_names(writer, e->reserved_names.items, e->reserved_names.n);
	if (visibility_is_written(e->visibility))
		SET(d, visibility, e->visibility);
}

/* Makes an inclusive end exclusive. `max` of a message set is INT32_MAX - 1. */
static int32_t exclusive_end(int32_t end)
{
	return end == INT32_MAX ? end : end + 1;
}

static void write_ranges(
	struct writer *writer, const struct message *message, Google__Protobuf__DescriptorProto *d)
{
	LIST(writer, d, extension_range, message->extension_ranges.n,
		Google__Protobuf__DescriptorProto__ExtensionRange,
		google__protobuf__descriptor_proto__extension_range__init);
	for (uint32_t i = 0; i < message->extension_ranges.n; i++) {
		const struct extension_range *range = message->extension_ranges.items[i];

		SET(d->extension_range[i], start, range->begin);
		SET(d->extension_range[i], end, exclusive_end(range->end));
		if (range->e.options)
			SET(d->extension_range[i], options,
				write_options(writer, range->e.options));
	}
	LIST(writer, d, reserved_range, message->reserved_ranges.n,
		Google__Protobuf__DescriptorProto__ReservedRange,
		google__protobuf__descriptor_proto__reserved_range__init);
	for (uint32_t i = 0; i < message->reserved_ranges.n; i++) {
		SET(d->reserved_range[i], start, message->reserved_ranges.items[i].begin);
		SET(d->reserved_range[i], end,
			exclusive_end(message->reserved_ranges.items[i].end));
	}
	d->n_reserved_name = message->reserved_names.n;
	d->reserved_name =
		write_names(writer, message->reserved_names.items, message->reserved_names.n);
}

/* The generated option of a map entry, before the options that are copied to it. */
static void write_message_options(
	struct writer *writer, const struct message *message, Google__Protobuf__DescriptorProto *d)
{
	struct wire_buffer buffer = { .arena = writer->scratch };
	const struct options *options = message->e.options;
	ProtobufCBinaryData bytes = { 0 };
	bool says =
		options && (options->encoded || options_find(options, MESSAGE_OPTIONS_MAP_ENTRY));

	if (options)
		bytes = write_options(writer, options);
	if (message->is_map_entry && !says) {
		wire_put_tag(&buffer, MESSAGE_OPTIONS_MAP_ENTRY, WIRE_VARINT);
		wire_put_varint(&buffer, 1);
		wire_put_raw(&buffer, (struct str){ (const char *)bytes.data, bytes.len });
		bytes = bytes_to(wire_buffer_bytes(&buffer));
	}
	if (bytes.data)
		SET(d, options, bytes);
}

/* Recursion is bounded: parser and descriptor_parse limit the nesting. */
static void write_message(
	struct writer *writer, const struct message *message, Google__Protobuf__DescriptorProto *d)
{
	SET(d, name, bytes_to(message->e.name));
	LIST(writer, d, field, message->fields.n, Google__Protobuf__FieldDescriptorProto,
		google__protobuf__field_descriptor_proto__init);
	for (uint32_t i = 0; i < message->fields.n; i++)
		write_field(writer, message->fields.items[i], d->field[i]);
	LIST(writer, d, extension, message->extensions.n, Google__Protobuf__FieldDescriptorProto,
		google__protobuf__field_descriptor_proto__init);
	for (uint32_t i = 0; i < message->extensions.n; i++)
		write_field(writer, message->extensions.items[i], d->extension[i]);
	LIST(writer, d, nested_type, message->messages.n, Google__Protobuf__DescriptorProto,
		google__protobuf__descriptor_proto__init);
	for (uint32_t i = 0; i < message->messages.n; i++)
		write_message(writer, message->messages.items[i], d->nested_type[i]);
	LIST(writer, d, enum_type, message->enums.n, Google__Protobuf__EnumDescriptorProto,
		google__protobuf__enum_descriptor_proto__init);
	for (uint32_t i = 0; i < message->enums.n; i++)
		write_enum(writer, message->enums.items[i], d->enum_type[i]);
	LIST(writer, d, oneof_decl, message->oneofs.n, Google__Protobuf__OneofDescriptorProto,
		google__protobuf__oneof_descriptor_proto__init);
	for (uint32_t i = 0; i < message->oneofs.n; i++) {
		const struct oneof *oneof = message->oneofs.items[i];

		SET(d->oneof_decl[i], name, bytes_to(oneof->e.name));
		if (oneof->e.options)
			SET(d->oneof_decl[i], options, write_options(writer, oneof->e.options));
	}
	write_ranges(writer, message, d);
	write_message_options(writer, message, d);
	if (visibility_is_written(message->visibility))
		SET(d, visibility, message->visibility);
}

static void write_service(struct writer *writer, const struct service *service,
	Google__Protobuf__ServiceDescriptorProto *d)
{
	SET(d, name, bytes_to(service->e.name));
	LIST(writer, d, method, service->methods.n, Google__Protobuf__MethodDescriptorProto,
		google__protobuf__method_descriptor_proto__init);
	for (uint32_t i = 0; i < service->methods.n; i++) {
		const struct method *method = service->methods.items[i];
		Google__Protobuf__MethodDescriptorProto *m = d->method[i];
		const struct element *input = method->input ? &method->input->e : NULL;
		const struct element *output = method->output ? &method->output->e : NULL;

		SET(m, name, bytes_to(method->e.name));
		SET(m, input_type, write_reference(writer, input, method->input_name));
		SET(m, output_type, write_reference(writer, output, method->output_name));
		if (method->e.options)
			SET(m, options, write_options(writer, method->e.options));
		if (method->client_streaming)
			SET(m, client_streaming, 1);
		if (method->server_streaming)
			SET(m, server_streaming, 1);
	}
	if (service->e.options)
		SET(d, options, write_options(writer, service->e.options));
}

/* A set has a file under its own path, not under that of a link. */
static struct str dependency_path(const struct import *import)
{
	return import->by_link && import->file ? import->file->import_path : import->path;
}

/* Does an earlier import name the same file, one of the two by a link? `seen`: file → import. */
static bool is_named_before(struct map *seen, const struct import *import)
{
	struct import **slot;

	if (!import->file)
		return false;
	slot = (struct import **)map_put(seen, import->file, 0);
	if (*slot && (import->by_link || (*slot)->by_link))
		return true;
	*slot = (struct import *)import;
	return false;
}

static void write_imports(
	struct writer *writer, const struct file *file, Google__Protobuf__FileDescriptorProto *d)
{
	uint32_t n = file->imports.n;
	struct map seen;

	map_init(&seen, writer->scratch);
	d->dependency = NEW_ARRAY(writer->scratch, n, ProtobufCBinaryData);
	d->option_dependency = NEW_ARRAY(writer->scratch, n, ProtobufCBinaryData);
	d->public_dependency = NEW_ARRAY(writer->scratch, n, int32_t);
	d->weak_dependency = NEW_ARRAY(writer->scratch, n, int32_t);
	for (uint32_t i = 0; i < n; i++) {
		const struct import *import = &file->imports.items[i];
		struct str path = dependency_path(import);

		if (is_named_before(&seen, import))
			continue;
		if (import->kind == IMPORT_OPTION) {
			d->option_dependency[d->n_option_dependency++] = bytes_to(path);
			continue;
		}
		if (import->kind == IMPORT_PUBLIC)
			d->public_dependency[d->n_public_dependency++] = (int32_t)d->n_dependency;
		if (import->kind == IMPORT_WEAK)
			d->weak_dependency[d->n_weak_dependency++] = (int32_t)d->n_dependency;
		d->dependency[d->n_dependency++] = bytes_to(path);
	}
}

static void write_file_members(
	struct writer *writer, const struct file *file, Google__Protobuf__FileDescriptorProto *d)
{
	LIST(writer, d, message_type, file->messages.n, Google__Protobuf__DescriptorProto,
		google__protobuf__descriptor_proto__init);
	for (uint32_t i = 0; i < file->messages.n; i++)
		write_message(writer, file->messages.items[i], d->message_type[i]);
	LIST(writer, d, enum_type, file->enums.n, Google__Protobuf__EnumDescriptorProto,
		google__protobuf__enum_descriptor_proto__init);
	for (uint32_t i = 0; i < file->enums.n; i++)
		write_enum(writer, file->enums.items[i], d->enum_type[i]);
	LIST(writer, d, service, file->services.n, Google__Protobuf__ServiceDescriptorProto,
		google__protobuf__service_descriptor_proto__init);
	for (uint32_t i = 0; i < file->services.n; i++)
		write_service(writer, file->services.items[i], d->service[i]);
	LIST(writer, d, extension, file->extensions.n, Google__Protobuf__FieldDescriptorProto,
		google__protobuf__field_descriptor_proto__init);
	for (uint32_t i = 0; i < file->extensions.n; i++)
		write_field(writer, file->extensions.items[i], d->extension[i]);
}

static void write_file(struct writer *writer, const struct file *file)
{
	Google__Protobuf__FileDescriptorProto *d =
		NEW(writer->scratch, Google__Protobuf__FileDescriptorProto);
	struct wire_buffer head = { .arena = writer->scratch };
	char *packed;
	size_t size;

	google__protobuf__file_descriptor_proto__init(d);
	SET(d, name, bytes_to(file->import_path));
	if (file->package.n)
		SET(d, package, bytes_to(file->package));
	write_imports(writer, file, d);
	write_file_members(writer, file, d);
	if (file->e.options)
		SET(d, options, write_options(writer, file->e.options));
	if (file->source_info)
		SET(d, source_code_info, bytes_to(source_info_encode(writer->scratch, file)));
	if (file->edition == EDITION_PROTO3)
		SET(d, syntax, bytes_to(S("proto3")));
	if (file->edition >= EDITION_2023) {
		SET(d, syntax, bytes_to(S("editions")));
		SET(d, edition, (int32_t)file->edition);
	}
	size = google__protobuf__file_descriptor_proto__get_packed_size(d);
	packed = arena_bytes(writer->scratch, size);
	google__protobuf__file_descriptor_proto__pack(d, (uint8_t *)packed);
	wire_put_tag(&head, FILE_DESCRIPTOR_SET_FILE, WIRE_BYTES);
	wire_put_varint(&head, size);
	out_str(writer->out, wire_buffer_bytes(&head));
	out_str(writer->out, (struct str){ packed, size });
}

/* A file on the stack, and its next import. */
struct visit {
	const struct file *file;
	uint32_t next;
};

static bool visit_begin(struct writer *writer, const struct file *file)
{
	void **done = map_put(&writer->done, file, 0);
	bool first = *done == NULL;

	*done = writer;
	return first;
}

/* Writes the file after its imports; with a stack, since chains of imports have no limit. */
static void write_with_imports(struct writer *writer, const struct file *root, struct arena *visits)
{
	VEC(struct visit) stack = { 0 };

	if (!visit_begin(writer, root))
		return;
	*vec_push(visits, &stack) = (struct visit){ root, 0 };
	while (stack.n) {
		struct visit *at = &stack.items[stack.n - 1];
		struct arena_mark mark;

		if (at->next < at->file->imports.n) {
			const struct file *import = at->file->imports.items[at->next++].file;

			if (import && visit_begin(writer, import))
				*vec_push(visits, &stack) = (struct visit){ import, 0 };
			continue;
		}
		mark = arena_mark(writer->scratch);
		write_file(writer, at->file);
		arena_rewind(writer->scratch, mark);
		stack.n--;
	}
}

void descriptor_write_set(struct out *out, const struct schema *schema, struct arena *scratch)
{
	struct arena *visits = arena_like(scratch); /* must survive the rewinding of scratch */
	struct writer writer = { .out = out, .scratch = scratch };

	map_init(&writer.done, visits);
	for (uint32_t i = 0; i < schema->files.n; i++)
		if (schema->files.items[i].own && !schema->files.items[i].file->is_builtin)
			write_with_imports(&writer, schema->files.items[i].file, visits);
	arena_free(visits);
}
