/*
 * schema ↔ google.protobuf messages; the only folder that says Google__Protobuf__.
 *
 * A set is read and written one file at a time, so that memory follows the largest file. Input is
 * a stranger's: protobuf-c's unpacking recurses without a bound and grows up to 120 times, so a
 * walk over the wire format bounds depth and shape first, and unpacking has a budget.
 *
 * Our descriptor.proto declares options, source info and strings as bytes (the same wire format):
 * options are kept as they came and are encoded and decoded by one generic piece of code, custom
 * ones and groups included, which protobuf-c 1.4 would refuse; places go straight from the wire to
 * spans; and a NUL in a string does not end it.
 */
#pragma once
#include "base/out.h"
#include "proto/compile.h"
#include "schema/encode.h"
#include "schema/schema.h"

/*
 * A parse_file for the bytes of one FileDescriptorProto. Names are left unresolved (TYPE_NAMED,
 * with what the set says of them in `set_type`), options encoded with the places of their parts
 * beside them, defaults as text. Maps and groups know their messages already. Errors name the
 * element; their place is the file as a whole.
 */
bool descriptor_parse(struct parse_request *request);

/*
 * Writes the schema's files as a FileDescriptorSet: every file after all it imports (depth first,
 * imports in order, roots sorted by path), built-in ones only when something imports them; with
 * source info where a file has it. Errors of writing stay in `out`, which must not write to memory
 * in `scratch`: that is rewound after each file.
 */
void descriptor_write_set(struct out *out, const struct schema *schema, struct arena *scratch);

/*
 * A source, as source_set gives, of a set in JSON (ProtoJSON) or else in text format; all in
 * `arena`. `name` is for messages. NULL: it cannot be read, which was reported. Custom options
 * whose extensions the image does not declare are left out with a warning.
 */
struct source *descriptor_image(struct arena *arena, struct intern *names, struct str name,
	struct str text, bool json, struct diags *diags);

/* A CodeGeneratorRequest taken apart. All in `arena`. */
struct plugin_request {
	VEC(struct str) files_to_generate;
	struct str parameter;
	VEC(struct str) protos; /* bytes of each FileDescriptorProto */
	VEC(struct str) proto_names;
};
bool plugin_request_read(
	struct arena *arena, struct str bytes, struct plugin_request *request, struct diags *diags);
/* A CodeGeneratorResponse that supports proto3 optional and editions 2023 to 2026; `error` absent:
 * none. */
void plugin_response_write(struct out *out, struct str error);
