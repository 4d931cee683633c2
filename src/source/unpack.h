/*
 * Decompression of gzip and zstd, piece by piece; private to this folder.
 */
#pragma once
#include "source/source.h"

struct unpacker;

/* Decompresses `packed`, which stays the caller's; freed with unpacker_free. */
struct unpacker *unpacker_new(struct arena *arena, enum packing packing, struct str packed);
/* Reads `n` bytes, or fewer at the end. If unpacker_failed then, the data is damaged or cut off. */
size_t unpacker_read(struct unpacker *unpacker, char *p, size_t n);
/* As read, discarding the bytes. */
size_t unpacker_skip(struct unpacker *unpacker, uint64_t n);
/* What is wrong with the data; NULL: nothing. */
const char *unpacker_failed(const struct unpacker *unpacker);
void unpacker_free(struct unpacker *unpacker);
