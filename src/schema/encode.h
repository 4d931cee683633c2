/*
 * Encodes options, that is any message in a `struct options`, in the wire format.
 *
 * It is not in descriptor/ because an `Any` in an option contains an encoded message, so proto/
 * needs it too. Known fields come first, by number, then extensions and unknown records in the
 * order in which they were set, as protoc writes options. Decoding and encoding again gives the
 * same bytes.
 */
#pragma once
#include "schema/schema.h"

/* The bytes of a message value, in `arena`; never absent. Recurses; proto/ limits the nesting. */
struct str options_encode(struct arena *arena, const struct options *options);
