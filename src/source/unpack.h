/*
 * Bytes that gzip or zstd packed, unpacked piece by piece; private to this folder.
 */
#pragma once
#include "source/source.h"

struct unpacker;

/* Unpacks `packed`, which stays the caller's; freed with unpacker_free. */
struct unpacker *unpacker_new(struct arena *arena, enum packing packing, struct str packed);
/* Fills all of `n` bytes, or fewer at the end. Fewer, and unpacker_failed: damaged or cut short. */
size_t unpacker_read(struct unpacker *unpacker, char *p, size_t n);
/* As read, but the bytes are of no interest. */
size_t unpacker_skip(struct unpacker *unpacker, uint64_t n);
/* What is wrong with the bytes; NULL: nothing. */
const char *unpacker_failed(const struct unpacker *unpacker);
void unpacker_free(struct unpacker *unpacker);
