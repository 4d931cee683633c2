/* The order and the details are those of git 2.39, convert.c and utf8.c. */
#include "source/clean.h"
#include "source/decode_text.h"

#include <nettle/sha2.h>

/* ---- line ends ---- */

/* The counts by which git tells text from binary data. */
struct text_facts {
	size_t nul, lone_cr, crlf, printable, nonprintable;
};

static struct text_facts gather(struct str bytes)
{
	struct text_facts facts = { 0 };

	for (size_t i = 0; i < bytes.n; i++) {
		unsigned char c = (unsigned char)bytes.p[i];

		if (c == '\r' && i + 1 < bytes.n && bytes.p[i + 1] == '\n') {
			facts.crlf++;
			i++;
		} else if (c == '\r') {
			facts.lone_cr++;
		} else if (c == '\n') {
			continue;
		} else if (c == 127 || (c < 32 && !(c && strchr("\b\t\033\014", c)))) {
			facts.nul += c == 0;
			facts.nonprintable++;
		} else {
			facts.printable++;
		}
	}
	/* A DOS end-of-file character at the end is ignored. */
	if (bytes.n && bytes.p[bytes.n - 1] == '\032')
		facts.nonprintable--;
	return facts;
}

static bool is_binary(const struct text_facts *facts)
{
	return facts->lone_cr || facts->nul || facts->printable >> 7 < facts->nonprintable;
}

bool text_has_crlf(struct str bytes)
{
	struct text_facts facts = gather(bytes);

	return facts.crlf && !is_binary(&facts);
}

static void clean_lines(const struct clean_request *request, struct str *bytes)
{
	enum eol_rule rule = request->attributes->eol;
	char *p;
	size_t n = 0;

	if (rule == EOL_UNSAID)
		rule = request->autocrlf;
	if (rule == EOL_UNSAID || rule == EOL_BINARY || !memchr(bytes->p, '\r', bytes->n))
		return;
	if (rule == EOL_AUTO &&
		(!text_has_crlf(*bytes) || request->recorded_has_crlf(request->context)))
		return;
	p = arena_bytes(request->arena, bytes->n);
	for (size_t i = 0; i < bytes->n; i++)
		if (!(bytes->p[i] == '\r' && i + 1 < bytes->n && bytes->p[i + 1] == '\n'))
			p[n++] = bytes->p[i];
	*bytes = (struct str){ p, n };
}

/* ---- $Id$ ---- */

static void clean_ident(const struct clean_request *request, struct str *bytes)
{
	struct str rest = *bytes;
	char *p;
	size_t n = 0;

	if (!request->attributes->ident)
		return;
	p = arena_bytes(request->arena, bytes->n);
	for (;;) {
		size_t dollar = str_find(rest, '$'), end;
		struct str inside;

		if (dollar == rest.n)
			break;
		memcpy(p + n, rest.p, dollar + 1);
		n += dollar + 1;
		rest = str_from(rest, dollar + 1);
		if (rest.n <= 3 || !str_starts(rest, S("Id:")))
			continue;
		inside = str_from(rest, 3);
		end = str_find(inside, '$');
		if (end == inside.n)
			break;
		/* The line ends before the next dollar, so it is not a keyword. */
		if (str_find(str_head(inside, end), '\n') < end)
			continue;
		memcpy(p + n, "Id$", 3);
		n += 3;
		rest = str_from(inside, end + 1);
	}
	memcpy(p + n, rest.p, rest.n);
	*bytes = (struct str){ p, n + rest.n };
}

/* ---- the whole ---- */

static enum clean_fault clean_encoding(const struct clean_request *request, struct str *bytes)
{
	if (request->attributes->bad_encoding)
		return CLEAN_NO_ENCODING;
	if (!request->attributes->encoding.n)
		return CLEAN_OK;
	switch (decode_text(request->arena, request->attributes->encoding, bytes)) {
	case DECODE_OK:
		return CLEAN_OK;
	case DECODE_UNKNOWN:
		return CLEAN_UNKNOWN_ENCODING;
	case DECODE_INVALID:
		return CLEAN_INVALID;
	case DECODE_HAS_MARK:
		return CLEAN_HAS_MARK;
	case DECODE_LACKS_MARK:
		return CLEAN_LACKS_MARK;
	}
	return CLEAN_INVALID;
}

enum clean_fault clean_text(const struct clean_request *request, struct str *bytes)
{
	enum clean_fault fault;

	if (!bytes->n)
		return request->attributes->bad_encoding ? CLEAN_NO_ENCODING : CLEAN_OK;
	fault = clean_encoding(request, bytes);
	if (fault != CLEAN_OK || !bytes->n)
		return fault;
	clean_lines(request, bytes);
	clean_ident(request, bytes);
	return CLEAN_OK;
}

/* ---- git-lfs ---- */

bool is_lfs_pointer(struct str bytes)
{
	return bytes.n < MAX_POINTER_BYTES &&
	       str_starts(bytes, S("version https://git-lfs.github.com/spec/v1\n"));
}

struct str lfs_pointer(struct arena *arena, struct str bytes)
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	char hex[2 * SHA256_DIGEST_SIZE + 1];
	struct sha256_ctx hash;

	/* git-lfs keeps a pointer as it is, and an empty file empty. */
	if (!bytes.n || is_lfs_pointer(bytes))
		return bytes;
	sha256_init(&hash);
	sha256_update(&hash, bytes.n, (const uint8_t *)bytes.p);
	sha256_digest(&hash, sizeof digest, digest);
	for (size_t i = 0; i < sizeof digest; i++) {
		hex[2 * i] = "0123456789abcdef"[digest[i] >> 4];
		hex[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
	}
	hex[2 * sizeof digest] = '\0';
	return str_printf(arena,
		"version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %zu\n", hex,
		bytes.n);
}
