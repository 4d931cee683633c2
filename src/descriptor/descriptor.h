/*
 * Converts between the schema and google.protobuf messages. No other folder uses protobuf-c.
 *
 * A set is read and written one file at a time, so memory depends on the largest file. Input is
 * untrusted: protobuf-c unpacks recursively without a limit, and what it makes is up to 120 times
 * larger. So shape.h checks the wire format first, and budget.h limits memory.
 *
 * Our descriptor.proto declares options, source info and strings as bytes (the wire format is the
 * same). So options stay encoded, and proto/ decodes all of them, with custom options and groups,
 * which protobuf-c 1.4 rejects; source info is converted to spans directly; and strings may contain
 * a NUL.
 */
#pragma once
#include "base/out.h"
#include "proto/compile.h"
#include "schema/encode.h"
#include "schema/schema.h"

/*
 * A parse_file for the bytes of one FileDescriptorProto. Type names are unresolved (TYPE_NAMED,
 * with the set's type in `set_type`), options are encoded, with spans, and defaults are text. Maps
 * and groups are linked to their messages. Errors name the element; their place is the whole file.
 */
bool descriptor_parse(struct parse_request *request);

/*
 * Writes the files of the schema as a FileDescriptorSet, each after its imports (depth first,
 * imports in order, roots sorted by path); built-in files only if they are imported; source info if
 * the file has it. Errors stay in `out`, which must not write to memory in `scratch`: that is
 * rewound after each file.
 */
void descriptor_write_set(struct out *out, const struct schema *schema, struct arena *scratch);

/*
 * A source, as source_set gives, of a set in JSON (ProtoJSON) or else in text format; all in
 * `arena`. `name` is for messages. NULL: it cannot be read, which was reported. Custom options
 * whose extensions the image does not declare are left out with a warning.
 */
struct source *descriptor_image(struct arena *arena, struct intern *names, struct str name,
	struct str text, bool json, struct diags *diags);

/* A decoded CodeGeneratorRequest. */
struct plugin_request {
	VEC(struct str) files_to_generate;
	struct str parameter;
	VEC(struct str) protos; /* bytes of each FileDescriptorProto */
	VEC(struct str) proto_names;
};
/* Decodes into `arena`; false and a diagnostic on failure. */
bool plugin_request_read(
	struct arena *arena, struct str bytes, struct plugin_request *request, struct diags *diags);
/* Writes a CodeGeneratorResponse that declares support for proto3 optional and editions 2023 to
 * 2026; `error` may be absent. */
void plugin_response_write(struct out *out, struct str error);
