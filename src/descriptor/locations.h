/*
 * A set's SourceCodeInfo → spans; private to descriptor/.
 *
 * Places are most of a set, and as protobuf-c's structs they would be many times larger, so they
 * are read from the wire directly.
 */
#pragma once
#include "proto/compile.h"

/*
 * Reads a file's SourceCodeInfo: the elements' spans as indexes into the text's points, spans of
 * options beside their bytes, and with request->source_info the bytes of file->source_info. The
 * elements are there already. False: the bytes are damaged (a diagnostic was added). Locations that
 * point at nothing in the file are no error: they are kept and give no span.
 */
bool locations_read(struct parse_request *request, struct str source_code_info);
