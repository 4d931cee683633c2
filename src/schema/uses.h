/*
 * Who uses what in one linked schema: from a message to the types of its fields and of the
 * extensions of it, wherever those are declared, and from a method to its request and response.
 *
 * A map field uses its generated entry, which uses the types of key and value. Nothing is used by
 * nesting, by an import or by an `Any`. An unresolved type is used by nobody, so a file that does
 * not compile may hide uses. Everything here points into the schema, which must stay as it is.
 */
#pragma once
#include "schema/schema.h"

enum use_kind { USE_FIELD, USE_EXTENSION, USE_REQUEST, USE_RESPONSE };

struct use {
	enum use_kind kind;
	const struct element *user; /* a message (of an extension the extendee), or a method */
	const struct element *used; /* a message or an enum */
	const struct field *field;  /* what makes the use; NULL: the method itself */
};

/* The way forward: what a message or method uses. */
struct uses;
/* Looks for the extensions of all files of the schema, imports included: linear in the messages. */
struct uses *uses_new(struct arena *arena, const struct schema *schema);

typedef void (*use_visit)(void *context, const struct use *use);
/* Calls `visit` for each field of a message or enum type, in the order of the text, then for each
 * such extension of the message, in the order of uses_extensions. */
void uses_of_message(
	const struct uses *uses, const struct message *message, use_visit visit, void *context);
/* Calls `visit` for the request, then for the response. */
void uses_of_method(const struct method *method, use_visit visit, void *context);

/* Extensions of one message, of all types, by the import path of their file and in its order. */
struct extension_list {
	const struct field **items;
	uint32_t n, cap;
};
struct extension_list uses_extensions(const struct uses *uses, const struct message *message);

/* The way back: who uses a message or an enum. */
struct users;
struct use_list {
	const struct use *items;
	uint32_t n;
};
/* Collects the uses of all messages and methods of the schema: linear in its fields. */
struct users *users_new(struct arena *arena, const struct uses *uses);
/* The uses of `element`, in no order that means anything, but always the same one. */
struct use_list users_of(const struct users *users, const struct element *element);
