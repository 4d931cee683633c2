#include "source/registry_try.h"

#ifdef HAVE_LIBCURL

enum {
	MAX_BODY = 16 << 20,
	MAX_HEADERS = 256 << 10,
	CONNECT_MS = 10000,
	REQUEST_MS = 30000,
};

/* ---- answers ---- */

static size_t take_body(char *bytes, size_t size, size_t n, void *context)
{
	struct transfer *t = context;
	size_t left = size * n;

	t->size += left;
	if (t->size > MAX_BODY) {
		t->is_too_large = true;
		return 0;
	}
	while (left) {
		size_t part;

		if (!t->last || t->last->n == sizeof t->last->bytes) {
			struct chunk *chunk = arena_alloc_unset(t->scratch, 1, sizeof *chunk);

			chunk->next = NULL;
			chunk->n = 0;
			*(t->last ? &t->last->next : &t->chunks) = chunk;
			t->last = chunk;
		}
		part = sizeof t->last->bytes - t->last->n;
		part = part < left ? part : left;
		memcpy(t->last->bytes + t->last->n, bytes, part);
		t->last->n += part;
		bytes += part;
		left -= part;
	}
	return size * n;
}

/* Headers are not kept; they are only counted. */
static size_t take_header(char *bytes, size_t size, size_t n, void *context)
{
	struct transfer *t = context;

	(void)bytes;
	t->header_size += size * n;
	if (t->header_size > MAX_HEADERS) {
		t->is_too_large = true;
		return 0;
	}
	return size * n;
}

struct str transfer_body(struct transfer *t)
{
	char *bytes, *at;

	if (!t->chunks || !t->chunks->next)
		return t->chunks ? (struct str){ t->chunks->bytes, t->chunks->n } : S("");
	at = bytes = arena_bytes(t->scratch, t->size);
	for (const struct chunk *c = t->chunks; c; c = c->next)
		at = str_put(at, (struct str){ c->bytes, c->n });
	return (struct str){ bytes, t->size };
}

/* ---- questions ---- */

/* Sets options; all must be known to the library that was loaded, or the request is not made. */
#define SET(t, option, value) \
	((t)->http->curl.easy_setopt((t)->easy, CURLOPT_##option, (value)) == CURLE_OK)

static bool set_protocols(struct transfer *t)
{
#if LIBCURL_VERSION_NUM >= 0x075500
	if (SET(t, PROTOCOLS_STR, "http,https") && SET(t, REDIR_PROTOCOLS_STR, "http,https"))
		return true;
#endif
	/* CURLOPT_PROTOCOLS and its value before 7.85; deprecated since, so not by name. */
	return t->http->curl.easy_setopt(t->easy, (CURLoption)(CURLOPTTYPE_LONG + 181), 3L) ==
	       CURLE_OK;
}

static bool set_limits(struct transfer *t, double left)
{
	long ms = left * 1000 < REQUEST_MS ? (long)(left * 1000) + 1 : REQUEST_MS;

	return SET(t, CONNECTTIMEOUT_MS, (long)CONNECT_MS) && SET(t, TIMEOUT_MS, ms) &&
	       SET(t, MAXFILESIZE_LARGE, (curl_off_t)MAX_BODY) && SET(t, FOLLOWLOCATION, 0L) &&
	       SET(t, PATH_AS_IS, 1L) && SET(t, NOSIGNAL, 1L) && set_protocols(t) &&
	       SET(t, NETRC, (long)CURL_NETRC_IGNORED) && SET(t, UNRESTRICTED_AUTH, 0L);
}

/* A name that is still being looked up must not hold up the end; libcurl before 7.87 waits for it.
 */
static void set_quick(struct transfer *t)
{
#if LIBCURL_VERSION_NUM >= 0x075700
	(void)SET(t, QUICK_EXIT, 1L);
#else
	(void)t;
#endif
}

static bool set_tls(struct transfer *t)
{
	struct str ca = t->http->ca;
	struct curl_blob blob = { (void *)(uintptr_t)ca.p, ca.n, CURL_BLOB_NOCOPY };
	bool ok = SET(t, SSL_VERIFYPEER, 1L) && SET(t, SSL_VERIFYHOST, 2L) &&
		  SET(t, SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);

	/* Other TLS libraries take no blob. */
	if (ok && ca.p && !SET(t, CAINFO_BLOB, &blob))
		ok = SET(t, CAINFO, str_cstr(t->scratch, t->http->access->ca));
	return ok;
}

/* May a secret be sent to that URL as it stands? */
static bool is_private(const struct registry_http *http, const struct registry_place *place)
{
	return place->url.is_https || place->url.is_loopback || http->access->allow_http;
}

/* The copies for libcurl are overwritten at once; it keeps its own until the try is over. */
static bool set_secret(struct transfer *t, CURLoption option, struct str secret)
{
	struct arena_mark mark = arena_mark(t->scratch);
	char *copy = str_cstr(t->scratch, secret);
	bool ok = t->http->curl.easy_setopt(t->easy, option, copy) == CURLE_OK;

	explicit_bzero(copy, secret.n);
	arena_rewind(t->scratch, mark);
	return ok;
}

static bool set_certificate(struct transfer *t)
{
	const struct registry_access *access = t->http->access;

	if (!access->cert.p)
		return true;
	return SET(t, SSLCERT, str_cstr(t->scratch, access->cert)) &&
	       SET(t, SSLKEY, str_cstr(t->scratch, access->key.p ? access->key : access->cert)) &&
	       (!access->key_password.p || set_secret(t, CURLOPT_KEYPASSWD, access->key_password));
}

static bool set_credentials(struct transfer *t)
{
	const struct registry_place *place = t->place;
	const struct registry_access *access = t->http->access;
	bool is_given = place->has_access && (access->user.p || access->token.p), ok = true;
	struct str user = is_given ? access->user : place->user;
	struct str password = is_given ? access->password : place->password;

	if (t->job->redirect.p || !is_private(t->http, place))
		return true;
	if (place->has_access && place->url.is_https)
		ok = set_certificate(t);
	if (!is_given && !place->user.p)
		return ok;
	/* A proxy would read them: only a tunnel, as for https, is none of its business. */
	if (!place->url.is_https)
		ok = ok && SET(t, PROXY, "");
	if (is_given && access->token.p)
		return ok && SET(t, HTTPAUTH, (long)CURLAUTH_BEARER) &&
		       set_secret(t, CURLOPT_XOAUTH2_BEARER, access->token);
	return ok && SET(t, HTTPAUTH, (long)CURLAUTH_BASIC) &&
	       set_secret(t, CURLOPT_USERNAME, user) &&
	       set_secret(t, CURLOPT_PASSWORD, password.p ? password : S(""));
}

struct str transfer_url(struct transfer *t)
{
	const struct http_request *request = t->job->request;

	if (t->job->redirect.p)
		return t->job->redirect;
	return str_printf(t->scratch, STR STR "%s" STR, ARG(t->place->url.text), ARG(request->path),
		request->query.p ? "?" : "", ARG(request->query));
}

static bool set_request(struct transfer *t)
{
	struct registry_http *http = t->http;
	const struct http_request *request = t->job->request;
	bool ok = SET(t, URL, str_cstr(t->scratch, transfer_url(t))) &&
		  SET(t, HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS) &&
		  SET(t, ACCEPT_ENCODING, "gzip") && SET(t, USERAGENT, "breakwater") &&
		  SET(t, HEADEROPT, (long)CURLHEADER_SEPARATE) &&
		  SET(t, WRITEFUNCTION, take_body) && SET(t, WRITEDATA, (void *)t) &&
		  SET(t, HEADERFUNCTION, take_header) && SET(t, HEADERDATA, (void *)t) &&
		  SET(t, ERRORBUFFER, t->error) && SET(t, PRIVATE, (void *)t) &&
		  SET(t, HTTPHEADER, request->post.p ? http->post_headers : http->get_headers);

	if (request->post.p)
		ok = ok && SET(t, POSTFIELDSIZE_LARGE, (curl_off_t)request->post.n) &&
		     SET(t, POSTFIELDS, request->post.p);
	return ok;
}

bool transfer_prepare(struct transfer *t, double seconds)
{
	set_quick(t);
	return set_limits(t, seconds) && set_tls(t) && set_request(t) && set_credentials(t);
}
#endif
