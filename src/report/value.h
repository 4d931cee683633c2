/*
 * JSON values: jansson with its refusals handled, written to an out.
 *
 * jansson gives NULL for text that is no UTF-8 and when memory is gone. Text is repaired first, and
 * `value_set` and `value_add` remember in the root that something is missing, so that builders need
 * not ask after every call.
 */
#pragma once
#include <jansson.h>
#include "base/out.h"

/* A string; bytes that are no UTF-8 become U+FFFD. */
json_t *value_str(struct str text, struct arena *arena);
json_t *value_fingerprint(uint64_t fingerprint);
/* Takes over `value`. Where it is NULL (no memory) *ok becomes false. */
void value_set(json_t *object, const char *key, json_t *value, bool *ok);
void value_add(json_t *array, json_t *value, bool *ok);
/* Writes and releases the value; false where it could not be built whole. */
bool value_write(struct out *out, json_t *value, size_t flags, bool ok);
