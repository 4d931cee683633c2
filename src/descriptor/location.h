/*
 * A Location of a SourceCodeInfo: its path and its bytes; private to descriptor/.
 */
#pragma once
#include "base/wire.h"
#include "schema/schema.h"

/* Field numbers of descriptor.proto that make up a location's path. */
enum {
	FILE_PACKAGE = 2,
	FILE_DEPENDENCY = 3,
	FILE_MESSAGE = 4,
	FILE_ENUM = 5,
	FILE_SERVICE = 6,
	FILE_EXTENSION = 7,
	FILE_OPTIONS = 8,
	FILE_PUBLIC = 10,
	FILE_WEAK = 11,
	FILE_SYNTAX = 12,
	FILE_EDITION = 14,
	FILE_OPTION_DEPENDENCY = 15,
	MESSAGE_FIELD = 2,
	MESSAGE_NESTED = 3,
	MESSAGE_ENUM = 4,
	MESSAGE_EXTENSION_RANGE = 5,
	MESSAGE_EXTENSION = 6,
	MESSAGE_OPTIONS = 7,
	MESSAGE_ONEOF = 8,
	MESSAGE_RESERVED = 9,
	MESSAGE_RESERVED_NAME = 10,
	RANGE_BEGIN = 1,
	RANGE_END = 2,
	RANGE_OPTIONS = 3,
	FIELD_EXTENDEE = 2,
	FIELD_NUMBER = 3,
	FIELD_LABEL = 4,
	FIELD_TYPE = 5,
	FIELD_TYPE_NAME = 6,
	FIELD_DEFAULT = 7,
	FIELD_OPTIONS = 8,
	FIELD_JSON_NAME = 10,
	ENUM_VALUE = 2,
	ENUM_OPTIONS = 3,
	ENUM_RESERVED = 4,
	ENUM_RESERVED_NAME = 5,
	VALUE_NUMBER = 2,
	VALUE_OPTIONS = 3,
	ONEOF_OPTIONS = 2,
	SERVICE_METHOD = 2,
	SERVICE_OPTIONS = 3,
	METHOD_INPUT = 2,
	METHOD_OUTPUT = 3,
	METHOD_OPTIONS = 4,
	METHOD_CLIENT_STREAMING = 5,
	METHOD_SERVER_STREAMING = 6,
	NAME = 1,
};

struct location {
	struct str path; /* encoded */
	struct line_column begin, end;
	const struct comments *comments; /* NULL: none */
};

/* Appends a location to an encoded SourceCodeInfo. */
void location_put(struct wire_buffer *buffer, const struct location *location);
/* Writes a number of a path at `p`, at most VARINT32 bytes; where the next one goes. */
enum { VARINT32 = 5 };
char *varint_to(char *p, uint32_t value);
