/*
 * Members of messages and enums by name and number; private to proto/.
 *
 * Names are interned. Messages do not change after linking, so each thread caches what it looked up
 * as long as the compilation runs. NULL: there is no such member; of several the first is given.
 */
#pragma once
#include "proto/proto.h"

struct field *catalog_field(
	struct context *context, const struct message *message, struct str name);
struct field *catalog_number(
	struct context *context, const struct message *message, int32_t number);
/* A group's field by the name of its message. */
struct field *catalog_group(
	struct context *context, const struct message *message, struct str name);
struct enum_value *catalog_value(
	struct context *context, const struct enumeration *enumeration, struct str name);
struct enum_value *catalog_value_number(
	struct context *context, const struct enumeration *enumeration, int64_t number);
/* The extension range that holds the number; NULL. */
const struct extension_range *catalog_range(
	struct context *context, const struct message *message, int32_t number);

/* Required fields, in order; only once features are resolved. */
struct catalog_required {
	const struct field **items;
	uint32_t n, cap;
};
const struct catalog_required *catalog_required(
	struct context *context, const struct message *message);
