#include "base/map.h"
#include "base/utf8.h"
#include "descriptor/budget.h"
#include "descriptor/descriptor.h"
#include "base/wire.h"

#include "plugin.pb-c.h"

enum { FILE_NAME = 1, FEATURE_PROTO3_OPTIONAL = 1, FEATURE_SUPPORTS_EDITIONS = 2 };
/* Fields of CodeGeneratorRequest, for the check before unpacking. */
enum { REQUEST_LARGEST = 17 };

static struct str bytes_of(ProtobufCBinaryData bytes)
{
	return (struct str){ bytes.data ? (const char *)bytes.data : "", bytes.len };
}

/* All fields of a request are length-delimited. protobuf-c rejects groups without a reason. */
static bool request_check(struct str bytes, struct diags *diags)
{
	struct wire wire = wire_open(bytes);
	struct wire_record record;

	while (wire_next(&wire, &record))
		if (record.type == WIRE_GROUP ||
			(record.number <= REQUEST_LARGEST && record.type != WIRE_BYTES)) {
			wire.wrong = "a field has the wire type of another";
			break;
		}
	if (!wire.wrong)
		return true;
	diag_error(diags, NOWHERE, "damaged code generation request: %s at byte %zu", wire.wrong,
		(size_t)(wire.at - wire.start));
	return false;
}

/* The name of an encoded FileDescriptorProto; absent: it has none. */
static struct str proto_name(struct str proto)
{
	struct wire wire = wire_open(proto);
	struct wire_record record;

	while (wire_next(&wire, &record))
		if (record.number == FILE_NAME && record.type == WIRE_BYTES)
			return record.bytes; /* all compilers write it first */
	return (struct str){ NULL, 0 };
}

/* Maps interned file names to descriptors. */
static void index_sources(const Google__Protobuf__Compiler__CodeGeneratorRequest *d,
	struct intern *names, struct map *sources)
{
	for (size_t i = 0; i < d->n_source_file_descriptors; i++) {
		struct str name = proto_name(bytes_of(d->source_file_descriptors[i]));

		*map_put(sources, intern(names, name).p, 0) = &d->source_file_descriptors[i];
	}
}

static bool request_fill(struct arena *arena,
	const Google__Protobuf__Compiler__CodeGeneratorRequest *d, struct intern *names,
	struct map *sources, struct plugin_request *request)
{
	for (size_t i = 0; i < d->n_file_to_generate; i++)
		*vec_push(arena, &request->files_to_generate) =
			str_dup(arena, bytes_of(d->file_to_generate[i]));
	if (d->has_parameter)
		request->parameter = str_dup(arena, bytes_of(d->parameter));
	index_sources(d, names, sources);
	for (size_t i = 0; i < d->n_proto_file; i++) {
		struct str name = proto_name(bytes_of(d->proto_file[i]));
		/* Only source_file_descriptors has options of source retention. */
		const ProtobufCBinaryData *source = map_get(sources, intern(names, name).p, 0);

		if (!name.n || !utf8_is_valid(name) || str_find(name, '\0') < name.n)
			return false;
		*vec_push(arena, &request->proto_names) = str_dup(arena, name);
		*vec_push(arena, &request->protos) =
			str_dup(arena, bytes_of(source ? *source : d->proto_file[i]));
	}
	return true;
}

bool plugin_request_read(
	struct arena *arena, struct str bytes, struct plugin_request *request, struct diags *diags)
{
	struct arena *scratch = arena_like(arena);
	struct intern *names = intern_new(arena);
	struct map sources;
	Google__Protobuf__Compiler__CodeGeneratorRequest *d = NULL;
	struct budget budget;
	bool ok = false;

	*request = (struct plugin_request){ 0 };
	if (!request_check(bytes, diags))
		goto done;
	budget_init(&budget, scratch, bytes.n);
	d = google__protobuf__compiler__code_generator_request__unpack(
		&budget.allocator, bytes.n, (const uint8_t *)bytes.p);
	if (!d) {
		diag_error(diags, NOWHERE,
			"damaged code generation request: it takes more memory than its size "
			"justifies");
		goto done;
	}
	map_init(&sources, scratch);
	ok = request_fill(arena, d, names, &sources, request);
	if (!ok)
		diag_error(diags, NOWHERE, "damaged code generation request: a file has no name");
done:
	intern_free(names);
	arena_free(scratch);
	return ok;
}

/* An output of protobuf-c that writes to a struct out. */
struct out_buffer {
	ProtobufCBuffer base;
	struct out *out;
};

static void out_append(ProtobufCBuffer *buffer, size_t n, const uint8_t *bytes)
{
	out_str(((struct out_buffer *)buffer)->out, (struct str){ (const char *)bytes, n });
}

void plugin_response_write(struct out *out, struct str error)
{
	struct out_buffer buffer = { { out_append }, out };
	Google__Protobuf__Compiler__CodeGeneratorResponse d =
		GOOGLE__PROTOBUF__COMPILER__CODE_GENERATOR_RESPONSE__INIT;
	union {
		const char *in;
		uint8_t *out;
	} text = { .in = error.p }; /* packing does not modify it */

	if (error.p) {
		d.has_error = 1;
		d.error = (ProtobufCBinaryData){ error.n, text.out };
	}
	d.has_supported_features = d.has_minimum_edition = d.has_maximum_edition = 1;
	d.supported_features = FEATURE_PROTO3_OPTIONAL | FEATURE_SUPPORTS_EDITIONS;
	d.minimum_edition = EDITION_2023;
	d.maximum_edition = EDITION_2026;
	google__protobuf__compiler__code_generator_response__pack_to_buffer(&d, &buffer.base);
}
