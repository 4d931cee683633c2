#include "base/json.h"

/* Bytes of jansson 2.14's values, with malloc's overhead and the slot in the container. */
enum { OBJECT_BYTES = 256, LIST_BYTES = 128, MEMBER_BYTES = 96, VALUE_BYTES = 64 };

uint64_t json_memory(struct str text)
{
	uint64_t needed = text.n;

	for (size_t i = 0; i < text.n; i++) {
		switch (text.p[i]) {
		case '"':
			/* Strings contain no values. */
			for (i++; i < text.n && text.p[i] != '"'; i++)
				i += text.p[i] == '\\';
			break;
		case '{':
			needed += OBJECT_BYTES;
			break;
		case '[':
			needed += LIST_BYTES;
			break;
		case ':':
			needed += MEMBER_BYTES;
			break;
		case ',':
			needed += VALUE_BYTES;
			break;
		default:
			break;
		}
	}
	return needed;
}
