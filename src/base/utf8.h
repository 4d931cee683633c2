/*
 * UTF-8, read and written one code point at a time.
 */
#pragma once
#include "base/str.h"

/* Size of the well-formed sequence that a text, which is not empty, begins with, and its code
 * point; 0: none. */
unsigned utf8_read(struct str text, uint32_t *code);
/* Is all of it well-formed? A NUL is. */
bool utf8_is_valid(struct str s);
/* Writes a code point, at most 0x1FFFFF, in at most 4 bytes at `p`; how many. */
size_t utf8_put(char *p, uint32_t code);
