/*
 * Registries, and what goes wrong with them.
 */
#include "source/private.h"
#include "source/registry_document.h"
#include "source/registry_private.h"

#include <errno.h>

/* ---- opening ---- */

/* Reads a secret from the file that is given instead of it, without the line break at its end. */
static bool read_secret(
	struct arena *arena, struct str path, struct str *secret, struct diags *diags)
{
	enum { MAX_SECRET = 64 << 10 };
	struct str bytes;

	if (secret->p || !path.p)
		return true;
	if (!file_read(str_cstr(arena, path), MAX_SECRET, arena, &bytes)) {
		diag_error(diags, NOWHERE,
			"registry: cannot read '" STR "', which has a secret: %s",
			ARG(path_printable(diags->arena, path)), read_reason(errno));
		diag_help(diags, "one of the variables BREAKWATER_REGISTRY_*_FILE names it");
		return false;
	}
	*secret = str_trim(bytes);
	return true;
}

/* A line break in a token would make a header more. */
static bool check_token(struct str token, struct diags *diags)
{
	for (size_t i = 0; i < token.n; i++)
		if (token.p[i] <= ' ' || token.p[i] >= 0x7f) {
			diag_error(diags, NOWHERE,
				"registry: BREAKWATER_REGISTRY_TOKEN is no bearer token: it has a "
				"space or a character that is not ASCII");
			diag_help(diags, "give it as it is sent, without 'Bearer'");
			return false;
		}
	return true;
}

static bool read_secrets(struct arena *arena, struct registry_access *access, struct diags *diags)
{
	return read_secret(arena, access->password_file, &access->password, diags) &&
	       read_secret(arena, access->token_file, &access->token, diags) &&
	       read_secret(arena, access->key_password_file, &access->key_password, diags) &&
	       check_token(access->token, diags);
}

static struct registry_client *client_of(const struct source_options *options, struct diags *diags)
{
	struct registry_access *access = options->registry;

	if (access->client)
		return access->client;
	if (!read_secrets(options->arena, access, diags))
		return NULL;
	access->client = NEW(options->arena, struct registry_client);
	access->client->access = access;
	access->client->arena = options->arena;
	return access->client;
}

struct registry *registry_open(const struct source_options *options, struct str urls,
	bool by_repository, struct diags *diags)
{
	struct registry_client *client;
	struct registry_urls list;
	struct registry *registry;

	if (!options->registry) {
		diag_error(diags, NOWHERE, "registry: registries are not asked here");
		diag_help(diags, "breakwater check, build and debug ask them");
		return NULL;
	}
	client = client_of(options, diags);
	if (!client || !registry_urls_read(client->arena, urls, &list, diags))
		return NULL;
	for (registry = client->registries; registry; registry = registry->next)
		if (str_eq(registry->urls, urls) && registry->by_repository == by_repository)
			return registry;
	registry = NEW(client->arena, struct registry);
	registry->client = client;
	registry->arena = client->arena;
	registry->max_file_bytes = options->max_file_bytes;
	registry->urls = str_dup(client->arena, urls);
	registry->by_repository = by_repository;
	map_init(&registry->documents, client->arena);
	if (!registry_allow(registry, &list, diags))
		return NULL;
	registry->next = client->registries;
	client->registries = registry;
	return registry;
}

struct str registry_origin(const struct registry *registry)
{
	return registry->places.items[0].url.origin;
}

/* Secrets are in writable memory, as the header asks. */
static void wipe(struct str *secret)
{
	if (secret->p)
		explicit_bzero((char *)(uintptr_t)secret->p, secret->n);
	*secret = (struct str){ NULL, 0 };
}

void registry_end(struct registry_access *access)
{
	if (!access)
		return;
	if (access->client) {
		registry_http_free(access->client->http);
		wipe(&access->client->netrc);
		access->client = NULL;
	}
	wipe(&access->user);
	wipe(&access->password);
	wipe(&access->token);
	wipe(&access->key_password);
}

/* ---- asking ---- */

static void answered(void *context, struct http_request *request)
{
	struct asking *asking = context;

	asking->answered(asking, request);
}

bool registry_ask_all(struct asking *asking)
{
	struct registry *registry = asking->registry;
	struct registry_client *client = registry->client;

	if (!asking->n)
		return true;
	if (client->access->offline) {
		diag_error(asking->diags, NOWHERE,
			"registry: '" STR "' is not in the cache, and --offline asks nobody",
			ARG(path_printable(asking->diags->arena, asking->requests[0].path)));
		return false;
	}
	if (!client->http)
		client->http = registry_http_new(client->arena, client->access, asking->diags);
	if (!client->http)
		return false;
	registry_http_run(client->http, &(struct http_run){
						.places = registry->places.items,
						.n_places = registry->places.n,
						.first = &registry->first,
						.requests = asking->requests,
						.n = asking->n,
						.done = answered,
						.context = asking,
					});
	return true;
}

/* ---- errors ---- */

bool registry_fail(const struct registry *registry, struct str subject, struct diags *diags,
	const char *format, ...)
{
	struct arena *arena = diags->arena;
	struct str words;
	va_list args;

	va_start(args, format);
	words = str_vprintf(arena, format, args);
	va_end(args);
	diag_error(diags, NOWHERE, "registry: " STR, ARG(path_printable(arena, words)));
	diag_note(diags, NOWHERE, "at registry:" STR "/" STR, ARG(registry_origin(registry)),
		ARG(registry_subject_text(arena, subject.p ? subject : S(""))));
	return false;
}

static const char *times(uint32_t n)
{
	static const char *const words[] = { "not once", "once", "twice", "three times",
		"four times" };

	return n < COUNT(words) ? words[n] : "many times";
}

static bool fail_access(const struct registry *registry, struct str subject,
	const struct http_request *request, struct diags *diags)
{
	bool is_given = registry->client->access->user.p || registry->client->access->token.p ||
			registry->places.items[request->place].user.p;

	if (request->status == 403 && subject.p)
		registry_fail(registry, subject, diags, "%s may not read subject '" STR "'",
			is_given ? "the given user" : "a reader without credentials", ARG(subject));
	else if (request->status == 403)
		registry_fail(registry, subject, diags, "%s may not read this",
			is_given ? "the given user" : "a reader without credentials");
	else
		registry_fail(registry, subject, diags, "the registry %s",
			is_given && !registry->is_withheld && !request->was_redirected
				? "refuses the given credentials"
				: "wants credentials");
	if (request->was_redirected)
		diag_help(diags,
			"credentials are not sent on a redirect: name the registry's own URL");
	else if (registry->is_withheld)
		diag_help(diags, "credentials were not sent there: set BREAKWATER_REGISTRY_URL");
	else
		diag_help(diags,
			"set BREAKWATER_REGISTRY_USER and BREAKWATER_REGISTRY_PASSWORD, or "
			"BREAKWATER_REGISTRY_TOKEN, or write them to ~/.netrc");
	return false;
}

bool registry_fail_request(struct registry *registry, struct str subject, uint32_t version,
	const struct http_request *request, struct diags *diags)
{
	struct registry_refusal refusal = registry_refusal_read(diags->arena, request->body);
	struct str code = S(""), often = S("");

	if (refusal.code)
		code = str_printf(diags->arena, " (%u)", refusal.code);
	if (request->tries > 1)
		often = str_printf(
			diags->arena, " %s in %.0f s", times(request->tries), request->seconds);
	if (request->failure.p) {
		registry_fail(registry, subject, diags, STR, ARG(request->failure));
		if (request->help.p)
			diag_help(diags, STR, ARG(request->help));
		return false;
	}
	if (request->status == 401 || request->status == 403)
		return fail_access(registry, subject, request, diags);
	if (request->status == 404 && !refusal.is_json) {
		registry_fail(registry, subject, diags,
			"'" STR "' does not look like a schema registry; is a path prefix such as "
			"/apis/ccompat/v7 missing?",
			ARG(registry->places.items[request->place].url.text));
		return false;
	}
	if (refusal.code == 40404 || refusal.code == 40406) {
		registry_fail(registry, subject, diags,
			version ? "subject '" STR "' (version %u) was deleted"
				: "subject '" STR "' was deleted",
			ARG(subject), version);
		diag_help(diags, "use @all+deleted");
		return false;
	}
	if (refusal.code == 40402 && version)
		return registry_fail(registry, subject, diags,
			"subject '" STR "' has no version %u", ARG(subject), version);
	if (refusal.code == 40401 || (request->status == 404 && subject.p))
		return registry_fail(registry, subject, diags,
			"subject '" STR "' is not in the registry", ARG(subject));
	return registry_fail(registry, subject, diags, "the registry answered %ld" STR STR "%s" STR,
		request->status, ARG(code), ARG(often), refusal.message.n ? ": " : "",
		ARG(refusal.message));
}

bool registry_fail_document(struct registry *registry, struct str subject,
	const struct http_request *request, const char *why, struct diags *diags)
{
	return registry_fail(registry, subject, diags, "the answer to '" STR "' is wrong: %s",
		ARG(request->path), why);
}

bool registry_is_answer(const struct http_request *request)
{
	return !request->failure.p && request->status == 200;
}

bool registry_is_absent(struct arena *arena, const struct http_request *request)
{
	return !request->failure.p && request->status == 404 && !request->was_redirected &&
	       registry_refusal_read(arena, request->body).is_json;
}
