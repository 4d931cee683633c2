#include "source/unpack.h"

#include <stdlib.h>
#include <zlib.h>
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif

struct unpacker {
	struct str rest; /* what is still compressed */
	enum packing packing;
	bool began, ended;
	const char *failed;
	z_stream zlib;
#ifdef HAVE_ZSTD
	ZSTD_DStream *zstd;
#endif
};

static const char cut_short[] = "it is cut short";

/* ---- gzip ---- */

static size_t gzip_read(struct unpacker *u, char *p, size_t n)
{
	uInt want = n > 1u << 30 ? 1u << 30 : (uInt)n;
	int result = Z_OK;

	u->zlib.next_out = (Bytef *)p;
	u->zlib.avail_out = want;
	while (u->zlib.avail_out && !u->ended) {
		uInt given = u->rest.n > 1u << 30 ? 1u << 30 : (uInt)u->rest.n;

		u->zlib.next_in = (Bytef *)u->rest.p;
		u->zlib.avail_in = given;
		result = inflate(&u->zlib, Z_NO_FLUSH);
		u->rest = str_from(u->rest, given - u->zlib.avail_in);
		if (result == Z_STREAM_END) {
			/* Files may be concatenated; gzip ignores anything else that follows. */
			u->ended = !str_starts(u->rest, S("\x1F\x8B"));
			if (!u->ended)
				inflateReset(&u->zlib);
		} else if (result == Z_BUF_ERROR ||
			   (result == Z_OK && !u->rest.n && u->zlib.avail_out)) {
			u->failed = cut_short;
			u->ended = true;
		} else if (result != Z_OK) {
			u->failed = result == Z_MEM_ERROR ? "there is not enough memory"
							  : "it is not gzip data, or is damaged";
			u->ended = true;
		}
	}
	return want - u->zlib.avail_out;
}

/* ---- zstd ---- */

#ifdef HAVE_ZSTD
static size_t zstd_read(struct unpacker *u, char *p, size_t n)
{
	ZSTD_outBuffer out = { p, n, 0 };

	while (out.pos < out.size && !u->ended) {
		ZSTD_inBuffer in = { u->rest.p, u->rest.n, 0 };
		size_t before = out.pos, result = ZSTD_decompressStream(u->zstd, &out, &in);
		bool moved = in.pos || out.pos > before;

		u->rest = str_from(u->rest, in.pos);
		if (ZSTD_isError(result))
			u->failed = "it is not zstd data, or is damaged";
		else if (result && !u->rest.n && (!moved || out.pos < out.size))
			u->failed = cut_short;
		u->ended = u->failed || (!result && !u->rest.n);
	}
	return out.pos;
}
#endif

/* ---- for callers ---- */

struct unpacker *unpacker_new(struct arena *arena, enum packing packing, struct str packed)
{
	struct unpacker *u = NEW(arena, struct unpacker);

	u->packing = packing;
	u->rest = packed;
	if (packing == PACKING_GZIP) {
		u->began = inflateInit2(&u->zlib, 15 + 16) == Z_OK;
		if (!u->began)
			u->failed = "there is not enough memory";
	}
	if (packing == PACKING_ZSTD) {
#ifdef HAVE_ZSTD
		u->zstd = ZSTD_createDStream();
		u->began = u->zstd != NULL;
		if (!u->began)
			u->failed = "there is not enough memory";
#else
		u->failed = "this build of breakwater cannot read zstd; decompress it with unzstd";
#endif
	}
	u->ended = u->failed != NULL;
	if (!packed.n && packing != PACKING_NONE && !u->failed) {
		u->failed = cut_short;
		u->ended = true;
	}
	return u;
}

static size_t read_some(struct unpacker *u, char *p, size_t n)
{
	size_t got = u->rest.n < n ? u->rest.n : n;

	if (u->packing == PACKING_GZIP)
		return gzip_read(u, p, n);
#ifdef HAVE_ZSTD
	if (u->packing == PACKING_ZSTD)
		return zstd_read(u, p, n);
#endif
	str_put(p, str_head(u->rest, got));
	u->rest = str_from(u->rest, got);
	u->ended = !u->rest.n;
	return got;
}

size_t unpacker_read(struct unpacker *u, char *p, size_t n)
{
	size_t done = 0;

	while (done < n && !u->ended)
		done += read_some(u, p + done, n - done);
	return done;
}

size_t unpacker_skip(struct unpacker *u, uint64_t n)
{
	char unread[1 << 14];
	uint64_t done = 0;

	while (done < n && !u->ended)
		done += read_some(
			u, unread, n - done < sizeof unread ? (size_t)(n - done) : sizeof unread);
	return (size_t)done;
}

const char *unpacker_failed(const struct unpacker *u)
{
	return u->failed;
}

void unpacker_free(struct unpacker *u)
{
	if (u->packing == PACKING_GZIP && u->began)
		inflateEnd(&u->zlib);
#ifdef HAVE_ZSTD
	if (u->packing == PACKING_ZSTD)
		ZSTD_freeDStream(u->zstd);
#endif
}
