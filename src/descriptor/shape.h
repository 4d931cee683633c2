/*
 * What bytes must be before protobuf-c unpacks them; private to descriptor/.
 *
 * protobuf-c recurses without a limit, refuses groups and gives no reasons, so a walk of our own
 * goes over a stranger's bytes first and says what is wrong and where.
 */
#pragma once
#include "base/wire.h"

/* Where and why bytes are no FileDescriptorProto. */
struct wire_damage {
	const char *what;
	size_t offset; /* in the bytes given */
};
/*
 * Can protobuf-c unpack these bytes as a FileDescriptorProto without harm? Nesting is at most
 * MAX_NESTING deep, no groups, no field 0, every length within its message, every known field of
 * its wire type, and no message field given twice that our descriptor.proto has as bytes (they
 * would have to be merged).
 */
bool wire_check_file(struct str bytes, struct wire_damage *damage);
