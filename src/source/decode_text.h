/*
 * Conversion of text to UTF-8, by git's rules for working-tree-encoding.
 */
#pragma once
#include "base/arena.h"
#include "base/str.h"

enum decode_end {
	DECODE_OK,
	DECODE_UNKNOWN,    /* iconv does not know the encoding either */
	DECODE_INVALID,    /* the bytes are not in it */
	DECODE_HAS_MARK,   /* there is a byte order mark, which it forbids */
	DECODE_LACKS_MARK, /* there is no byte order mark, which it requires */
};

/* Replaces *bytes by UTF-8 in `arena`. UTF-16 and UTF-32 are decoded here, others by iconv(3). */
enum decode_end decode_text(struct arena *arena, struct str encoding, struct str *bytes);
