/*
 * UTF-8, read and written one code point at a time.
 */
#pragma once
#include "base/str.h"

/* Decodes the first character of a text that is not empty. Returns its size in bytes; 0: it is not
 * well-formed. */
unsigned utf8_read(struct str text, uint32_t *code);
/* Is the string well-formed? A NUL is allowed. */
bool utf8_is_valid(struct str s);
/* Writes a code point up to 0x1FFFFF to `p`, which has 4 bytes; returns how many were written. */
size_t utf8_put(char *p, uint32_t code);
