#include <stdlib.h>
#include "rules/breaks_private.h"

static unsigned source_alone(const struct question *q)
{
	(void)q;
	return SOURCE_CODE;
}

static unsigned everything(const struct question *q)
{
	(void)q;
	return EVERYTHING;
}

/* Old clients are refused. */
static unsigned gone(const struct question *q)
{
	(void)q;
	return GONE;
}

/* A promise withdrawn: names that JSON cannot tell apart are let through. */
static unsigned json_alone(const struct question *q)
{
	(void)q;
	return JSON;
}

/* By id. All other rules, FILE_SAME_<option> among them, break source code alone. */
static const struct row_of {
	const char *id;
	breaks_row row;
} rows[] = {
	{ "ENUM_NO_DELETE", source_alone },
	{ "ENUM_SAME_JSON_FORMAT", json_alone },
	{ "ENUM_SAME_TYPE", enum_type_breaks },
	{ "ENUM_VALUE_NO_DELETE", value_deletion_breaks },
	{ "ENUM_VALUE_NO_DELETE_UNLESS_NAME_RESERVED", value_deletion_breaks },
	{ "ENUM_VALUE_NO_DELETE_UNLESS_NUMBER_RESERVED", value_deletion_breaks },
	{ "ENUM_VALUE_SAME_JSON_NAME", value_json_name_breaks },
	{ "ENUM_VALUE_SAME_NAME", value_name_breaks },
	{ "EXTENSION_MESSAGE_NO_DELETE", extension_range_breaks },
	{ "EXTENSION_NO_DELETE", extension_deletion_breaks },
	{ "FIELD_NO_DELETE", field_deletion_breaks },
	{ "FIELD_NO_DELETE_UNLESS_NAME_RESERVED", field_deletion_breaks },
	{ "FIELD_NO_DELETE_UNLESS_NUMBER_RESERVED", field_deletion_breaks },
	{ "FIELD_SAME_CARDINALITY", field_cardinality_breaks },
	{ "FIELD_SAME_CPP_STRING_TYPE", source_alone },
	{ "FIELD_SAME_DEFAULT", everything },
	{ "FIELD_SAME_JAVA_UTF8_VALIDATION", java_utf8_breaks },
	{ "FIELD_SAME_JSON_NAME", json_name_breaks },
	{ "FIELD_SAME_JSTYPE", source_alone },
	{ "FIELD_SAME_NAME", field_name_breaks },
	{ "FIELD_SAME_ONEOF", field_oneof_breaks },
	{ "FIELD_SAME_TYPE", field_type_breaks },
	{ "FIELD_SAME_UTF8_VALIDATION", utf8_breaks },
	{ "FIELD_WIRE_COMPATIBLE_CARDINALITY", field_cardinality_breaks },
	{ "FIELD_WIRE_COMPATIBLE_TYPE", field_type_breaks },
	{ "FIELD_WIRE_JSON_COMPATIBLE_CARDINALITY", field_cardinality_breaks },
	{ "FIELD_WIRE_JSON_COMPATIBLE_TYPE", field_type_breaks },
	{ "FILE_NO_DELETE", file_deletion_breaks },
	{ "FILE_SAME_CC_ENABLE_ARENAS", arenas_breaks },
	{ "FILE_SAME_PACKAGE", package_breaks },
	{ "FILE_SAME_SYNTAX", syntax_breaks },
	{ "MESSAGE_NO_DELETE", message_deletion_breaks },
	{ "MESSAGE_NO_REMOVE_STANDARD_DESCRIPTOR_ACCESSOR", source_alone },
	{ "MESSAGE_SAME_JSON_FORMAT", json_alone },
	{ "MESSAGE_SAME_REQUIRED_FIELDS", required_breaks },
	{ "ONEOF_NO_DELETE", source_alone },
	{ "PACKAGE_ENUM_NO_DELETE", source_alone },
	{ "PACKAGE_EXTENSION_NO_DELETE", extension_deletion_breaks },
	{ "PACKAGE_MESSAGE_NO_DELETE", message_deletion_breaks },
	{ "PACKAGE_NO_DELETE", package_deletion_breaks },
	{ "PACKAGE_SERVICE_NO_DELETE", service_deletion_breaks },
	{ "RESERVED_ENUM_NO_DELETE", reserved_breaks },
	{ "RESERVED_MESSAGE_NO_DELETE", reserved_breaks },
	{ "RPC_NO_DELETE", gone },
	{ "RPC_SAME_CLIENT_STREAMING", client_streaming_breaks },
	{ "RPC_SAME_IDEMPOTENCY_LEVEL", idempotency_breaks },
	{ "RPC_SAME_REQUEST_TYPE", request_breaks },
	{ "RPC_SAME_RESPONSE_TYPE", response_breaks },
	{ "RPC_SAME_SERVER_STREAMING", server_streaming_breaks },
	{ "SERVICE_NO_DELETE", service_deletion_breaks },
};

static int compare_id(const void *id, const void *row)
{
	return strcmp(id, ((const struct row_of *)row)->id);
}

unsigned way_surface(struct way way)
{
	if (way.json)
		return way.backward ? JSON_BACKWARD : JSON_FORWARD;
	return way.backward ? WIRE_BACKWARD : WIRE_FORWARD;
}

struct breaks *breaks_new(struct arena *arena, struct intern *names, const struct diff *diff)
{
	struct breaks *b = NEW(arena, struct breaks);

	b->arena = arena;
	b->names = names;
	b->diff = diff;
	map_init(&b->indexed, arena);
	map_init(&b->by_number, arena);
	map_init(&b->by_name, arena);
	map_init(&b->by_json, arena);
	map_init(&b->contents, arena);
	map_init(&b->used, arena);
	return b;
}

unsigned breaks_of(
	struct breaks *breaks, const struct rule *rule, const struct pair *pair, int detail)
{
	const struct question question = { breaks, pair, detail };
	const struct row_of *found = bsearch(rule->id, rows, COUNT(rows), sizeof *rows, compare_id);

	return found ? found->row(&question) : SOURCE_CODE;
}
