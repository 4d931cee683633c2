/*
 * The grammar of `registry:` inputs and of registries' URLs.
 */
#include "source/private.h"
#include "source/registry_url.h"

#include <stdio.h>

enum { MAX_URL = 2048, MAX_SUBJECT = 1024 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static struct str lower(struct arena *arena, struct str text)
{
	char *p = arena_bytes(arena, text.n + 1);

	for (size_t i = 0; i < text.n; i++)
		p[i] = (char)(text.p[i] >= 'A' && text.p[i] <= 'Z' ? text.p[i] + 32 : text.p[i]);
	return (struct str){ p, text.n };
}

/* A decimal number from 1 to `most`; 0: it is none. */
static uint32_t number_of(struct str text, uint32_t most)
{
	uint64_t value = 0;

	if (text.n == 0 || text.n > 10)
		return 0;
	for (size_t i = 0; i < text.n; i++) {
		if (!is_digit(text.p[i]))
			return 0;
		value = value * 10 + (uint64_t)(text.p[i] - '0');
	}
	return value <= most ? (uint32_t)value : 0;
}

/* ---- URLs ---- */

/* Four numbers up to 255, without leading zeros, as only one address is read then. */
static bool is_ipv4(struct str host, unsigned *first)
{
	struct str part;
	unsigned n = 0;

	while (str_cut(&host, '.', &part)) {
		uint32_t value = number_of(part, 255);

		if ((!value && !str_eq(part, S("0"))) || (part.n > 1 && part.p[0] == '0'))
			return false;
		if (n++ == 0)
			*first = value;
	}
	return n == 4;
}

static bool is_loopback(struct str host)
{
	unsigned first = 0;

	return str_eq(host, S("localhost")) || str_eq(host, S("::1")) ||
	       (is_ipv4(host, &first) && first == 127);
}

static bool host_is_valid(struct str host, bool is_ipv6)
{
	for (size_t i = 0; i < host.n; i++) {
		char c = host.p[i];

		if (is_ipv6 ? !is_hex(c) && c != ':' && c != '.'
			    : !is_alnum(c) && c != '-' && c != '.' && c != '_')
			return false;
	}
	return host.n > 0;
}

/* Splits `host:port` or `[host]:port`; the port is empty where there is none. */
static bool authority_split(struct str authority, struct str *host, struct str *port)
{
	bool is_ipv6 = str_starts(authority, S("["));
	size_t end = str_find(authority, is_ipv6 ? ']' : ':');
	struct str rest;

	if (is_ipv6 && end == authority.n)
		return false;
	*host = is_ipv6 ? (struct str){ authority.p + 1, end - 1 } : str_head(authority, end);
	rest = str_from(authority, end + is_ipv6);
	*port = str_from(rest, 1);
	return host_is_valid(*host, is_ipv6) && (rest.n == 0 || rest.p[0] == ':');
}

struct url_parts {
	bool is_https;
	struct str authority, rest;
};

static bool url_split(struct arena *arena, struct str written, struct url_parts *parts)
{
	struct str scheme = lower(arena, str_head(written, 8));
	size_t begin, end;

	parts->is_https = str_starts(scheme, S("https://"));
	if (!parts->is_https && !str_starts(scheme, S("http://")))
		return false;
	begin = parts->is_https ? 8 : 7;
	for (end = begin; end < written.n && !strchr("/?#", written.p[end]); end++)
		if (written.p[end] == '\0')
			return false;
	parts->authority = (struct str){ written.p + begin, end - begin };
	parts->rest = str_from(written, end);
	return true;
}

static bool origin_make(
	struct arena *arena, const struct url_parts *parts, struct str *host, struct str *origin)
{
	struct str port, shown;
	uint32_t number = parts->is_https ? 443 : 80;

	if (str_has(parts->authority, '@') || !authority_split(parts->authority, host, &port))
		return false;
	if (port.n && !(number = number_of(port, 65535)))
		return false;
	shown = *host = lower(arena, *host);
	if (str_has(*host, ':'))
		shown = str_printf(arena, "[" STR "]", ARG(*host));
	*origin = str_printf(
		arena, "%s://" STR ":%u", parts->is_https ? "https" : "http", ARG(shown), number);
	return true;
}

/* Is the path printable ASCII without what another reader could take for something else? */
static bool prefix_is_valid(struct str path)
{
	struct str rest = path, part;

	for (size_t i = 0; i < path.n; i++)
		if (path.p[i] <= ' ' || path.p[i] >= 0x7f || strchr("?#@\\\"<>", path.p[i]))
			return false;
	while (str_cut(&rest, '/', &part))
		if (str_eq(part, S(".")) || str_eq(part, S("..")))
			return false;
	return true;
}

/* What could be a password is not shown. */
static bool fail_url(struct str written, const char *why, struct diags *diags)
{
	if (str_has(written, '@'))
		diag_error(diags, NOWHERE, "registry: its URL %s", why);
	else
		diag_error(diags, NOWHERE, "registry: the URL '" STR "' %s",
			ARG(path_printable(diags->arena, written)), why);
	return false;
}

bool registry_url_read(
	struct arena *arena, struct str written, struct registry_url *url, struct diags *diags)
{
	struct url_parts parts;

	if (written.n > MAX_URL)
		return fail_url(S("…"), "is longer than 2048 bytes", diags);
	if (!url_split(arena, written, &parts)) {
		fail_url(written, "does not begin with https:// or http://", diags);
		return false;
	}
	if (str_has(parts.authority, '@')) {
		fail_url(written, "has a user or a password in it, which others would see", diags);
		diag_help(diags,
			"set BREAKWATER_REGISTRY_USER and BREAKWATER_REGISTRY_PASSWORD, or "
			"write them to ~/.netrc");
		return false;
	}
	if (!origin_make(arena, &parts, &url->host, &url->origin))
		return fail_url(written, "has no valid host and port", diags);
	while (str_ends(parts.rest, S("/")))
		parts.rest.n--;
	if (!prefix_is_valid(parts.rest))
		return fail_url(written,
			"has a query, a fragment or a character that must be percent-encoded",
			diags);
	url->is_https = parts.is_https;
	url->is_loopback = is_loopback(url->host);
	url->text = str_printf(arena, "%s://" STR STR, parts.is_https ? "https" : "http",
		ARG(lower(arena, parts.authority)), ARG(parts.rest));
	return true;
}

bool registry_urls_read(
	struct arena *arena, struct str written, struct registry_urls *urls, struct diags *diags)
{
	struct str part;

	*urls = (struct registry_urls){ 0 };
	if (written.n == 0)
		return fail_url(written, "is empty", diags);
	while (str_cut(&written, ',', &part)) {
		struct registry_url url;

		if (!registry_url_read(arena, str_trim(part), &url, diags))
			return false;
		*vec_push(arena, &urls->list) = url;
	}
	return true;
}

bool registry_origin_read(struct arena *arena, struct str location, struct str *origin)
{
	struct url_parts parts;
	struct str host;

	return location.n <= 4 * MAX_URL && url_split(arena, location, &parts) &&
	       origin_make(arena, &parts, &host, origin);
}

/* ---- names ---- */

static bool is_unreserved(char c)
{
	return is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

static struct str encode(struct arena *arena, struct str text, const char *kept)
{
	char *p = arena_bytes(arena, 3 * text.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		if (is_unreserved(text.p[i]) || (text.p[i] && strchr(kept, text.p[i])))
			p[n++] = text.p[i];
		else
			n += (size_t)snprintf(p + n, 4, "%%%02X", (unsigned char)text.p[i]);
	}
	return (struct str){ p, n };
}

struct str registry_encode(struct arena *arena, struct str text)
{
	return encode(arena, text, "");
}

struct str registry_subject_text(struct arena *arena, struct str subject)
{
	return encode(arena, subject, ":+*!$&'(),;= ");
}

static int hex_value(char c)
{
	return is_digit(c) ? c - '0' : (c | 32) - 'a' + 10;
}

/* Decodes %XX. False: it is incomplete, or what it hides cannot be in a name. */
static bool decode(struct arena *arena, struct str text, struct str *decoded)
{
	char *p = arena_bytes(arena, text.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '%') {
			if (i + 2 >= text.n || !is_hex(text.p[i + 1]) || !is_hex(text.p[i + 2]))
				return false;
			c = (char)(hex_value(text.p[i + 1]) * 16 + hex_value(text.p[i + 2]));
			i += 2;
		}
		if ((unsigned char)c < ' ' || c == 0x7f)
			return false;
		p[n++] = c;
	}
	*decoded = (struct str){ p, n };
	return !str_eq(*decoded, S(".")) && !str_eq(*decoded, S("..")) && n <= MAX_SUBJECT;
}

static bool fail_name(struct str written, const char *why, const char *help, struct diags *diags)
{
	/* Before the last slash nothing but a URL may stand, which was read already. */
	diag_error(diags, NOWHERE, "registry: '" STR "' %s",
		ARG(path_printable(diags->arena, written)), why);
	diag_help(diags, "%s", help);
	return false;
}

/* Takes `@VERSION` off the end of a subject. */
static bool read_version(struct str *subject, struct registry_name *name, struct diags *diags)
{
	size_t at = str_rfind(*subject, '@');
	struct str word = str_from(*subject, at + 1);
	bool is_number = word.n > 0;

	name->which = REGISTRY_LATEST;
	if (at == subject->n)
		return true;
	for (size_t i = 0; i < word.n; i++)
		is_number &= is_digit(word.p[i]);
	if (is_number) {
		name->which = REGISTRY_NUMBER;
		name->number = number_of(word, INT32_MAX);
	} else if (str_starts(word, S("all"))) {
		name->which = str_eq(word, S("all")) ? REGISTRY_ALL : REGISTRY_ALL_DELETED;
	} else if (!str_eq(word, S("latest"))) {
		return true; /* a part of the name */
	}
	if ((is_number && !name->number) ||
		(name->which == REGISTRY_ALL_DELETED && !str_eq(word, S("all+deleted"))))
		return fail_name(word, "is no version",
			"a version is a number from 1, latest, all or all+deleted", diags);
	*subject = str_head(*subject, at);
	return true;
}

/* The offset of the slash before the last segment, which ends the URL; its length: there is none.
 */
static size_t segment_slash(struct str written)
{
	size_t slash = str_rfind(written, '/');
	struct str before = str_head(written, slash);

	return str_ends(before, S(":/")) ? written.n : slash;
}

static bool read_subject(
	struct arena *arena, struct str segment, struct registry_name *name, struct diags *diags)
{
	size_t hash = str_rfind(segment, '#');

	if (hash < segment.n) {
		name->which = REGISTRY_ID;
		name->number = number_of(str_from(segment, hash + 1), INT32_MAX);
		if (!name->number)
			return fail_name(str_from(segment, hash), "is no schema id",
				"an id is a number: registry:URL/#7; a '#' in a subject is %23",
				diags);
		segment = str_head(segment, hash);
		if (segment.n == 0)
			return true;
	} else if (!read_version(&segment, name, diags)) {
		return false;
	}
	if (segment.n == 0)
		return fail_name(segment, "is no subject", "name one: registry:URL/SUBJECT", diags);
	if (!decode(arena, segment, &name->subject))
		return fail_name(segment, "is no subject",
			"'/', '@', '#' and '%' in a name are written %2F, %40, %23 and %25", diags);
	return true;
}

bool registry_name_read(
	struct arena *arena, struct str written, struct registry_name *name, struct diags *diags)
{
	size_t slash = segment_slash(written);
	struct registry_urls urls;
	struct str list;

	*name = (struct registry_name){ 0 };
	/* The URL first: nothing of it is printed if it has a password. */
	list = str_head(written, slash);
	if (!registry_urls_read(arena, list, &urls, diags))
		return false;
	if (slash == written.n)
		return fail_name(
			written, "names no subject", "name one: registry:URL/SUBJECT", diags);
	name->urls = str_dup(arena, list);
	return read_subject(arena, str_from(written, slash + 1), name, diags);
}

bool registry_input_is_all(struct str input)
{
	size_t slash = segment_slash(input), at;
	struct str segment;

	if (!str_starts(input, S("registry:")) || slash == input.n)
		return false;
	segment = str_from(input, slash + 1);
	at = str_rfind(segment, '@');
	return !str_has(segment, '#') && at < segment.n &&
	       str_starts(str_from(segment, at + 1), S("all"));
}
