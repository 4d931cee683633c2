/*
 * What a file declares, as bytes: equal bytes, equal contract.
 *
 * For files that came two ways, as from a repository and from a registry that printed them anew.
 * The order of fields, options and imports does not count; that of messages does, since the frame
 * of a record names a message by its position, and so does that of an enum's values, whose first is
 * the default. Places and comments are not in it, nor the path of the file.
 */
#pragma once
#include "schema/schema.h"

/* The bytes, in `arena`. Absent if something is unknown, such as an option whose import is missing:
 * then nothing is equal to it. */
struct str structure_of(struct arena *arena, const struct file *file);
