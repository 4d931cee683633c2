/*
 * Options as bytes: the wire format of any message that is kept as `struct options`.
 *
 * Here and not in descriptor/, because an `Any` in an option holds the bytes of its message, so the
 * front end encodes too. Known fields come first, by number, then extensions and unknown
 * records in the order they were set, which is how protoc writes its options. Decoding what was
 * encoded and encoding it again gives the same bytes.
 */
#pragma once
#include "schema/schema.h"

/* Bytes of a message value in `arena`; never absent. Messages nest as deep as the values do: proto/
 * bounds that. */
struct str options_encode(struct arena *arena, const struct options *options);
