/*
 * Requests to schema registries; private to this folder. registry_http.c is the only file that
 * knows libcurl, which is loaded by the first request.
 *
 * A request is tried four times, at each of the registry's URLs; eight are under way at a time.
 * Limits: 10 s to connect, 30 s a try, `access.seconds` for all together, 16 MiB a body after
 * unpacking. Redirects lead to the same origin only, and then without credentials.
 */
#pragma once
#include "source/registry_url.h"

/* What is sent to one URL of a registry. */
struct registry_place {
	struct registry_url url;
	bool has_access; /* the given credentials and the client certificate may go there */
	struct str user, password; /* of that host in the .netrc; absent: none */
};

struct registry_http;
/* NULL and an error: this build has no libcurl, or it cannot be loaded. */
struct registry_http *registry_http_new(
	struct arena *arena, const struct registry_access *access, struct diags *diags);
void registry_http_free(struct registry_http *http);

struct http_request {
	struct str path;  /* below the URL, encoded: `/subjects/a/versions` */
	struct str query; /* encoded, without the question mark; absent: none */
	struct str post;  /* absent: it is a GET */
	uint32_t index;   /* the caller's */
	/* The answer. */
	struct str failure, help; /* sentences on why there is none; absent: there is one */
	long status;
	struct str body; /* only until `done` returns */
	uint32_t place;  /* the index of the URL that was asked last */
	uint32_t tries;  /* how often it was asked */
	double seconds;  /* from the first try to the end */
	bool was_redirected;
};

struct http_run {
	const struct registry_place *places; /* tried in order, from `first` on */
	uint32_t n_places;
	uint32_t *first; /* set to the one that answered */
	struct http_request *requests;
	uint32_t n;
	/* Gets each request when it is answered, or cannot be. */
	void (*done)(void *context, struct http_request *request);
	void *context;
};

void registry_http_run(struct registry_http *http, const struct http_run *run);
