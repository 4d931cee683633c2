/*
 * What the stages made of an input, for `breakwater debug`; the first tool for a bug.
 */
#pragma once
#include "base/out.h"
#include "schema/schema.h"

/* A line a token: line:column, kind, text. Comments too. */
void proto_dump_tokens(struct out *out, struct str bytes, struct arena *scratch);
/* The linked schema: a line an element, indented, with its resolved properties. */
void proto_dump_schema(struct out *out, const struct schema *schema, struct arena *scratch);
