/*
 * Checks untrusted bytes before protobuf-c unpacks them; private to descriptor/.
 *
 * protobuf-c recurses without a limit, rejects groups and does not say why. So this check comes
 * first, and says what is wrong and where.
 */
#pragma once
#include "base/wire.h"

/* Why bytes are not a FileDescriptorProto. */
struct wire_damage {
	const char *what;
	size_t offset; /* in the bytes */
};
/*
 * Can protobuf-c safely unpack the bytes as a FileDescriptorProto? Messages are nested at most
 * MAX_NESTING deep, there are no groups and no field 0, lengths are in bounds, known fields have
 * their wire type, and message fields that our descriptor.proto declares as bytes occur once (two
 * would have to be merged).
 */
bool wire_check_file(struct str bytes, struct wire_damage *damage);
