/*
 * Names that a side declares twice. Files that are never imported together may, for a compiler that
 * takes them one by one; buf and protoc, which take all of them at once, refuse that.
 */
#pragma once
#include "schema/schema.h"

/* How many declarations of the schema's own files have the name of another one. */
uint32_t schema_twice(const struct schema *schema, struct arena *scratch);
