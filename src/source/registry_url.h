/*
 * URLs and names of schema registries; private to this folder. Pure: nothing is asked.
 *
 * Only what can be printed and sent as it stands is a URL: no user, no query, no fragment, and
 * ASCII.
 */
#pragma once
#include "source/registry.h"

struct registry_url {
	struct str text;   /* `https://host[:port][/prefix]`, without a slash at the end */
	struct str origin; /* `https://host:port`, in lower case: equal origins have equal texts */
	struct str host;   /* in lower case, an IPv6 address without brackets */
	bool is_https;
	bool is_loopback; /* by its own word: `localhost`, 127.0.0.0/8 or ::1 */
};
struct registry_urls {
	VEC(struct registry_url) list;
};

/* One URL, in `arena`. False and an error. */
bool registry_url_read(
	struct arena *arena, struct str written, struct registry_url *url, struct diags *diags);
/* Several, separated by commas; at least one. */
bool registry_urls_read(
	struct arena *arena, struct str written, struct registry_urls *urls, struct diags *diags);
/* The origin of a URL that a server sent, perhaps with a query; false: it is not http(s), or has a
 * user. */
bool registry_origin_read(struct arena *arena, struct str location, struct str *origin);
/* Percent-encodes all but unreserved characters (RFC 3986), for one segment of a path or a value of
 * a query. */
struct str registry_encode(struct arena *arena, struct str text);
/* A subject as it stands in an INPUT: encoded where it must be. */
struct str registry_subject_text(struct arena *arena, struct str subject);
