/*
 * Ids of objects and of contents.
 */
#include "base/str.h"
#include "source/objects.h"

#include <nettle/sha1.h>
#include <stdio.h>
#include <xxhash.h>

struct content_id object_hash(git_object_t type, struct str bytes)
{
	struct content_id id;
	char head[32];
	int n = snprintf(head, sizeof head, "%s %zu", git_object_type2string(type), bytes.n);
	struct sha1_ctx hash;

	sha1_init(&hash);
	sha1_update(&hash, (size_t)n + 1, (const uint8_t *)head);
	sha1_update(&hash, bytes.n, (const uint8_t *)bytes.p);
	sha1_digest(&hash, sizeof id.bytes, id.bytes);
	return id;
}

bool object_has_id(git_object_t type, struct str bytes, const uint8_t *id)
{
	struct content_id real = object_hash(type, bytes);

	return memcmp(real.bytes, id, sizeof real.bytes) == 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool id_parse(struct str text, struct content_id *id)
{
	if (text.n < GIT_OID_HEXSZ)
		return false;
	for (size_t i = 0; i < GIT_OID_HEXSZ; i++) {
		int digit = hex_digit(text.p[i]);

		if (digit < 0)
			return false;
		id->bytes[i / 2] = (uint8_t)(i % 2 ? id->bytes[i / 2] | digit : digit << 4);
	}
	return true;
}

struct str id_text(struct arena *arena, const uint8_t *id)
{
	char *text = arena_bytes(arena, GIT_OID_HEXSZ + 1);

	for (int i = 0; i < GIT_OID_RAWSZ; i++)
		snprintf(text + 2 * i, 3, "%02x", id[i]);
	return (struct str){ text, GIT_OID_HEXSZ };
}

struct content_id content_hash(const struct source *source, struct str bytes)
{
	struct content_id id = { 0 };
	XXH128_canonical_t canonical;

	if (source->hashing.blob)
		return object_hash(GIT_OBJECT_BLOB, bytes);
	XXH128_canonicalFromHash(&canonical,
		XXH3_128bits_withSeed(bytes.p ? bytes.p : "", bytes.n, source->hashing.seed));
	memcpy(id.bytes, canonical.digest, sizeof canonical.digest);
	for (int i = 0; i < 4; i++)
		id.bytes[16 + i] = (uint8_t)(bytes.n >> (8 * i));
	return id;
}

bool content_id_eq(const struct content_id *a, const struct content_id *b)
{
	return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}
