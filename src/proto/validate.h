/*
 * What is forbidden, a file a subject; private to proto/.
 */
#pragma once
#include "proto/proto.h"

/* validate_field.c */
void validate_field(struct context *context, struct field *field);
/* validate_message.c: the message itself; its fields, nested messages and enums are the caller's to
 * walk. */
void validate_message(struct context *context, struct message *message);
/* Fields whose JSON names clash. */
void validate_json_names(struct context *context, struct message *message);
/* validate_enum.c */
void validate_enum(struct context *context, struct enumeration *enumeration);
/* validate_enum_json.c: the names of values in JSON, derived and written ones. */
void validate_enum_json(struct context *context, struct enumeration *enumeration);
/* validate_range.c: numbers and names, each other's and the fields'. */
void validate_message_ranges(struct context *context, struct message *message);
void validate_enum_ranges(struct context *context, struct enumeration *enumeration);
void validate_declarations(struct context *context, struct extension_range *range);
/* validate_names.c: one name, one declaration in each scope of the file; the packages. */
void validate_names(struct context *context);
/* validate_style.c: the form of names, from edition 2024. */
void validate_style(struct context *context);
/* validate_edition.c: strict visibility, and edition 2026's limits. */
void validate_edition(struct context *context);

/* usage.c: are the options used where and when their declarations allow it? */
void options_check_use(struct context *context);
