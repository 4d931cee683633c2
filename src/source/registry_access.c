/*
 * Whom credentials are sent to: to the origins that a person named, over
 * a connection that nobody else reads. A repository can name a registry, but gets nobody's password
 * there.
 */
#include "source/private.h"
#include "source/registry_private.h"

enum { MAX_NETRC = 1 << 20 };

/* ---- .netrc ---- */

struct netrc_entry {
	struct str user, password;
	bool is_found;
};

/* The next word; in double quotes it may have spaces. False: the text is over. */
static bool next_word(struct str *rest, struct str *word)
{
	size_t n = 0;

	while (n < rest->n && strchr(" \t\r\n", rest->p[n]))
		n++;
	*rest = str_from(*rest, n);
	if (!rest->n)
		return false;
	if (rest->p[0] == '"') {
		*rest = str_from(*rest, 1);
		n = str_find(*rest, '"');
		*word = str_head(*rest, n);
		*rest = str_from(*rest, n + 1);
		return true;
	}
	for (n = 0; n < rest->n && !strchr(" \t\r\n", rest->p[n]);)
		n++;
	*word = str_head(*rest, n);
	*rest = str_from(*rest, n);
	return true;
}

/* A macro ends at an empty line. */
static void skip_macro(struct str *rest)
{
	struct str line;

	while (str_cut(rest, '\n', &line))
		if (str_trim(line).n == 0)
			return;
}

static void skip_line(struct str *rest)
{
	struct str line;

	str_cut(rest, '\n', &line);
}

/* The first entry of the host, else, if `with_default`, the default one. */
static struct netrc_entry netrc_find(struct str text, struct str host, bool with_default)
{
	struct netrc_entry entry = { 0 };
	struct str rest = text, word, value;
	bool is_ours = false;

	while (next_word(&rest, &word)) {
		bool is_default = str_eq(word, S("default"));

		if (word.n && word.p[0] == '#') {
			rest = (struct str){ word.p, (size_t)(text.p + text.n - word.p) };
			skip_line(&rest);
		} else if (is_default || str_eq(word, S("machine"))) {
			if (entry.is_found)
				break;
			is_ours = is_default ? with_default
					     : next_word(&rest, &value) && str_eq(value, host);
			entry.is_found |= is_ours;
		} else if (str_eq(word, S("macdef"))) {
			skip_macro(&rest);
		} else if (!next_word(&rest, &value)) {
			break;
		} else if (is_ours && str_eq(word, S("login"))) {
			entry.user = value;
		} else if (is_ours && str_eq(word, S("password"))) {
			entry.password = value;
		}
	}
	return entry;
}

static struct str netrc_text(struct registry_client *client)
{
	struct str path = client->access->netrc;

	if (!client->netrc_is_read && path.p &&
		!file_read(str_cstr(client->arena, path), MAX_NETRC, client->arena, &client->netrc))
		client->netrc = (struct str){ NULL, 0 };
	client->netrc_is_read = true;
	return client->netrc;
}

/* ---- origins ---- */

static bool is_bound(const struct registry_client *client, struct str origin)
{
	for (uint32_t i = 0; i < client->bound.list.n; i++)
		if (str_eq(client->bound.list.items[i].origin, origin))
			return true;
	return false;
}

/* The person's own word first, else the first registry that a person names. */
static bool bind_credentials(
	struct registry *registry, const struct registry_urls *urls, struct diags *diags)
{
	struct registry_client *client = registry->client;
	struct str given = client->access->url;

	if (client->bound.list.n)
		return true;
	if (given.p && given.n)
		return registry_urls_read(client->arena, given, &client->bound, diags);
	for (uint32_t i = 0; !registry->by_repository && i < urls->list.n; i++)
		*vec_push(client->arena, &client->bound.list) = urls->list.items[i];
	return true;
}

static void warn_withheld(struct registry *registry, struct str origin, struct diags *diags)
{
	registry->is_withheld = true;
	if (registry->by_repository)
		diag_warning(diags, NOWHERE,
			"registry: credentials are not sent to '" STR
			"', which only the repository's configuration names",
			ARG(origin));
	else
		diag_warning(diags, NOWHERE,
			"registry: credentials are not sent to '" STR
			"', since they are for another registry",
			ARG(origin));
	diag_help(diags, "set BREAKWATER_REGISTRY_URL to the registry that they are for");
}

static bool fail_plain(struct str origin, struct diags *diags)
{
	diag_error(diags, NOWHERE, "registry: credentials are not sent over http to '" STR "'",
		ARG(origin));
	diag_help(diags, "name it by https; BREAKWATER_REGISTRY_ALLOW_HTTP=1 sends them all the "
			 "same, and others can read them");
	return false;
}

bool registry_allow(
	struct registry *registry, const struct registry_urls *urls, struct diags *diags)
{
	const struct registry_access *access = registry->client->access;
	bool has_secret = access->user.p || access->token.p;

	if (!bind_credentials(registry, urls, diags))
		return false;
	for (uint32_t i = 0; i < urls->list.n; i++) {
		struct registry_place *place = vec_push(registry->arena, &registry->places);
		struct netrc_entry entry = { 0 };

		place->url = urls->list.items[i];
		place->has_access = is_bound(registry->client, place->url.origin);
		if (!place->has_access || !has_secret)
			entry = netrc_find(netrc_text(registry->client), place->url.host,
				!registry->by_repository);
		place->user = entry.user;
		place->password = entry.password;
		if ((has_secret || access->cert.p) && !place->has_access && !entry.is_found)
			warn_withheld(registry, place->url.origin, diags);
		if (((place->has_access && has_secret) || entry.user.p) && !place->url.is_https &&
			!place->url.is_loopback && !access->allow_http)
			return fail_plain(place->url.origin, diags);
	}
	return true;
}
