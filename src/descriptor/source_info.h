/*
 * A file's SourceCodeInfo as protoc writes it, derived from the spans of the linked elements;
 * private to descriptor/.
 *
 * A location stands where its first token does. protoc's exceptions (parser.cc): an extendee comes
 * after its field, the message of a group after the options of its field, and the options of an
 * `extensions` statement once for each range, after all ranges.
 */
#pragma once
#include "schema/schema.h"

/* The encoded SourceCodeInfo of a file that was asked for it, in `scratch`. */
struct str source_info_encode(struct arena *scratch, const struct file *file);
