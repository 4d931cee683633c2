/*
 * One try of a request: what libcurl is told, and what it gives; private to registry_http.c and
 * registry_try.c.
 */
#pragma once
#include "source/registry_http.h"

#ifdef HAVE_LIBCURL
#include "source/registry_curl.h"

struct registry_http {
	const struct registry_access *access;
	struct arena *arena;
	struct curl curl;
	CURLM *multi;
	double deadline;
	struct str ca; /* certificates in PEM; absent: the system's alone */
	struct curl_slist *get_headers, *post_headers;
	uint64_t random;
};

struct chunk {
	struct chunk *next;
	size_t n;
	char bytes[64 << 10];
};

struct job {
	struct http_request *request;
	enum { JOB_WAITS, JOB_RUNS, JOB_DONE } state;
	double begin, due;
	uint32_t round, turn; /* of the registry's URLs, this one is the turn-th in the round */
	uint32_t redirects;
	struct str redirect; /* absent: the request's own URL */
};

struct transfer {
	struct registry_http *http;
	CURL *easy; /* NULL: free */
	struct job *job;
	const struct registry_place *place;
	struct arena *scratch;
	struct chunk *chunks, *last;
	size_t size, header_size;
	bool is_too_large;
	char error[CURL_ERROR_SIZE];
};

/* Prepares `easy` for the job's request at `place`, with `seconds` left. False: the library that
 * was loaded does not know an option, without which the request must not be made. */
bool transfer_prepare(struct transfer *t, double seconds);
/* The URL that is asked, in the scratch arena. */
struct str transfer_url(struct transfer *t);
/* The body as one string, in the scratch arena. */
struct str transfer_body(struct transfer *t);
#endif
