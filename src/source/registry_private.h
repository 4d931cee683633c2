/*
 * What the files of the registry client share; private to this folder.
 */
#pragma once
#include "base/map.h"
#include "source/registry_http.h"

/* All registries of one run: the connections, and whom the credentials are for. */
struct registry_client {
	struct registry_access *access;
	struct arena *arena;
	struct registry_http *http; /* NULL: nothing was asked yet */
	struct registry *registries;
	struct registry_urls bound; /* the origins that credentials are for */
	struct str netrc;           /* its text, read once; absent: there is none */
	bool netrc_is_read;
};

struct registry {
	struct registry *next;
	struct registry_client *client;
	struct arena *arena;
	uint64_t max_file_bytes;
	struct str urls;
	VEC(struct registry_place) places;
	uint32_t first; /* of `places`: the one that answered last */
	bool by_repository;
	bool is_withheld;     /* credentials were not sent there */
	struct map documents; /* by hash of subject and version: struct registry_document */
	uint64_t bytes;       /* of all schemas that were fetched */
};

/* A fetched version of a subject; also one that others refer to. */
struct registry_document {
	struct str subject;
	struct registry_version version;
	struct registry_document *next; /* of the same hash */
	bool is_fresh;                  /* to be asked for, whatever the cache has */
	enum { DOCUMENT_WANTED, DOCUMENT_FETCHED } state;
};

/* registry_access.c: fills `places` of a registry with what may be sent to each URL. False and an
 * error. */
bool registry_allow(
	struct registry *registry, const struct registry_urls *urls, struct diags *diags);

/* registry.c: does requests. False and an error: nobody may be asked, or nobody can. */
struct asking {
	struct registry *registry;
	struct diags *diags;
	struct arena *arena;
	struct http_request *requests;
	uint32_t n;
	void (*answered)(struct asking *asking, struct http_request *request);
	void *context;
};
bool registry_ask_all(struct asking *asking);
bool registry_is_answer(const struct http_request *request);
/* Is the answer that there is no such thing, and not that this is no registry? */
bool registry_is_absent(struct arena *arena, const struct http_request *request);
/* Report an error about a subject (absent: none), and return false: in general, of a request that
 * brought no document (`version` 0: it was for none), and of a document that is wrong. */
bool registry_fail(const struct registry *registry, struct str subject, struct diags *diags,
	const char *format, ...) __attribute__((format(printf, 4, 5)));
bool registry_fail_request(struct registry *registry, struct str subject, uint32_t version,
	const struct http_request *request, struct diags *diags);
bool registry_fail_document(struct registry *registry, struct str subject,
	const struct http_request *request, const char *why, struct diags *diags);

/* registry_subject.c: only the list of versions, as inputs need it. NULL and an error. */
struct registry_subject *registry_list_read(
	struct registry *registry, struct str subject, struct diags *diags);
/* The version of that number; 0: the newest one that is not deleted. NULL: there is none. */
struct registry_version *registry_version_find(struct registry_subject *subject, uint32_t number);
/* Reports that there is none; it may be deleted softly, which the list does not show. */
void registry_fail_missing(struct registry *registry, const struct registry_subject *subject,
	uint32_t number, struct diags *diags);
/* A path with the subject encoded in it. */
struct str registry_path(
	struct arena *arena, const char *before, struct str subject, const char *after);

/* registry_fetch.c: NULL: it was not fetched. */
const struct registry_document *registry_document_find(
	const struct registry *registry, struct str subject, uint32_t version);
/* The subject of a reference: in the context of the subject that refers, unless it names one. */
struct str registry_qualify(struct arena *arena, struct str subject, struct str referrer);
/* Fetches the schema of an id; `subject` may be absent. NULL and an error. */
struct registry_version *registry_id_read(
	struct registry *registry, struct str subject, uint32_t id, struct diags *diags);

/* registry_source.c: opens what follows `registry:`. NULL and an error. */
struct source *registry_input_open(
	const struct source_options *options, struct str rest, struct diags *diags);

/* registry_cache.c: what is kept of a version; false: nothing, or nothing that can be read. */
bool registry_cache_get(struct registry *registry, struct str subject, uint32_t version,
	struct registry_version *kept);
/* Keeps the answer of the registry. Failures are no errors: it is only asked again. */
void registry_cache_put(
	struct registry *registry, struct str subject, uint32_t version, struct str answer);
/* Ascending numbers of the versions that are kept. */
struct registry_kept {
	VEC(uint32_t) versions;
};
struct registry_kept registry_cache_list(struct registry *registry, struct str subject);
void registry_cache_drop(struct registry *registry, struct str subject);
