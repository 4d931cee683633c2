/*
 * JSON values: jansson with its errors handled, written to an out.
 *
 * jansson returns NULL for invalid UTF-8 and when memory runs out. Text is repaired first;
 * `value_set` and `value_add` record failures in *ok, so that builders check once at the end.
 */
#pragma once
#include <jansson.h>
#include "base/out.h"

/* A string; invalid UTF-8 becomes U+FFFD. */
json_t *value_str(struct str text, struct arena *arena);
json_t *value_fingerprint(uint64_t fingerprint);
/* Takes ownership of `value`. If it is NULL (out of memory), *ok becomes false. */
void value_set(json_t *object, const char *key, json_t *value, bool *ok);
void value_add(json_t *array, json_t *value, bool *ok);
/* Writes and frees the value. False if it is incomplete. */
bool value_write(struct out *out, json_t *value, size_t flags, bool ok);
