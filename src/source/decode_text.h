/*
 * Text in another encoding as UTF-8, by the rules that git has for working-tree-encoding.
 */
#pragma once
#include "base/arena.h"
#include "base/str.h"

enum decode_end {
	DECODE_OK,
	DECODE_UNKNOWN,    /* nobody here knows the encoding */
	DECODE_INVALID,    /* the bytes are not in it */
	DECODE_HAS_MARK,   /* a byte order mark, which this encoding forbids */
	DECODE_LACKS_MARK, /* none, which it needs */
};

/* Replaces *bytes by UTF-8 in `arena`. UTF-16 and UTF-32 are read here, others by iconv(3). */
enum decode_end decode_text(struct arena *arena, struct str encoding, struct str *bytes);
