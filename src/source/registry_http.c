#include "source/registry_http.h"

#include "source/private.h"
#include "source/registry_try.h"

#ifdef HAVE_LIBCURL
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/random.h>
#include <time.h>

enum {
	MAX_ROUNDS = 4,
	MAX_REDIRECTS = 3,
	MAX_CA = 4 << 20,
	DEFAULT_SECONDS = 120,
};
static const double FIRST_WAIT = 0.5, LONGEST_WAIT = 8, LONGEST_RETRY_AFTER = 30;

enum { MAX_ACTIVE = 8 };

struct running {
	struct registry_http *http;
	const struct http_run *run;
	struct job *jobs;
	uint32_t first; /* those before it are done */
	uint32_t active;
	struct transfer transfers[MAX_ACTIVE];
};

static double now_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static const struct registry_place *place_of(const struct running *r, const struct job *job)
{
	return &r->run->places[(*r->run->first + job->turn) % r->run->n_places];
}

/* ---- a request's tries ---- */

static void transfer_end(struct transfer *t)
{
	if (t->easy)
		t->http->curl.easy_cleanup(t->easy);
	arena_free(t->scratch);
	*t = (struct transfer){ 0 };
}

static void job_done(struct running *r, struct job *job)
{
	struct http_request *request = job->request;

	job->state = JOB_DONE;
	request->seconds = now_seconds() - job->begin;
	r->run->done(r->run->context, request);
	request->body = (struct str){ NULL, 0 };
}

static void job_fail(struct running *r, struct job *job, struct str failure, const char *help)
{
	job->request->failure = failure;
	job->request->help = help ? str_of(help) : (struct str){ NULL, 0 };
	job_done(r, job);
}

/* A number from 0 to 1, so that many pipelines do not ask again at the same time. */
static double jitter(struct registry_http *http)
{
	http->random = http->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (double)(http->random >> 40) / (double)(1 << 24);
}

/* Plans the next try; false: it was the last one. `after` is what the server asked to wait, 0:
 * nothing. */
static bool job_again(struct running *r, struct job *job, double after)
{
	double wait = FIRST_WAIT;

	job->redirect = (struct str){ NULL, 0 };
	job->redirects = 0;
	job->state = JOB_WAITS;
	if (++job->turn < r->run->n_places) {
		job->due = now_seconds();
		return true;
	}
	job->turn = 0;
	for (uint32_t i = 0; i < job->round && wait < LONGEST_WAIT; i++)
		wait *= 2;
	wait *= 0.75 + 0.5 * jitter(r->http);
	if (after > LONGEST_RETRY_AFTER)
		after = LONGEST_RETRY_AFTER;
	if (wait < after)
		wait = after + 0.1 * jitter(r->http);
	job->due = now_seconds() + wait;
	return ++job->round < MAX_ROUNDS;
}

static struct str deadline_words(const struct running *r)
{
	uint32_t seconds = r->http->access->seconds;

	return str_printf(r->http->arena, "the registry did not answer everything within %u s",
		seconds ? seconds : DEFAULT_SECONDS);
}

static bool is_worth_another(CURLcode code, const char *error)
{
	/* An alert is TLS's no, which comes after the handshake in TLS 1.3. */
	if (strstr(error, "alert"))
		return false;
	return code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_CONNECT ||
	       code == CURLE_COULDNT_RESOLVE_PROXY || code == CURLE_OPERATION_TIMEDOUT ||
	       code == CURLE_GOT_NOTHING || code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR ||
	       code == CURLE_PARTIAL_FILE || code == CURLE_HTTP2 || code == CURLE_HTTP2_STREAM;
}

/* libcurl's words may quote a certificate. */
static struct str error_words(struct running *r, const struct transfer *t, CURLcode code)
{
	const char *words = t->error[0] ? t->error : r->http->curl.easy_strerror(code);

	return path_printable(r->http->arena, str_dup(r->http->arena, str_of(words)));
}

static struct str failure_words(struct running *r, struct transfer *t, CURLcode code)
{
	const struct registry_url *url = &t->place->url;
	struct arena *arena = r->http->arena;
	struct str words = error_words(r, t, code);

	if (t->is_too_large || code == CURLE_FILESIZE_EXCEEDED)
		return str_printf(arena, "its answer is larger than 16 MiB");
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		return str_printf(arena, "the host '" STR "' is not known", ARG(url->host));
	case CURLE_COULDNT_CONNECT:
		return str_printf(arena, "'" STR "' cannot be reached", ARG(url->origin));
	case CURLE_OPERATION_TIMEDOUT:
		return str_printf(arena, "'" STR "' did not answer in time", ARG(url->origin));
	case CURLE_PARTIAL_FILE:
		return S("its answer ends before the end that it announced");
	case CURLE_BAD_CONTENT_ENCODING:
		return S("its answer is packed wrong");
	case CURLE_PEER_FAILED_VERIFICATION:
		return str_printf(arena, "the certificate of '" STR "' is not trusted: " STR,
			ARG(url->host), ARG(words));
	case CURLE_SSL_CERTPROBLEM:
		return str_printf(arena, "the client certificate cannot be used: " STR, ARG(words));
	default:
		return str_printf(
			arena, "asking '" STR "' failed: " STR, ARG(url->origin), ARG(words));
	}
}

static const char *failure_help(CURLcode code)
{
	switch (code) {
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
		return "BREAKWATER_REGISTRY_CA names a file with more certificates to trust";
	case CURLE_SSL_CERTPROBLEM:
		return "see BREAKWATER_REGISTRY_CERT, BREAKWATER_REGISTRY_KEY and "
		       "BREAKWATER_REGISTRY_KEY_PASSWORD_FILE";
	default:
		return NULL;
	}
}

static void end_failed(struct running *r, struct transfer *t, CURLcode code)
{
	struct job *job = t->job;
	struct str words = failure_words(r, t, code);

	if (!t->is_too_large && is_worth_another(code, t->error) && job_again(r, job, 0))
		return;
	if (now_seconds() >= r->http->deadline)
		job_fail(r, job, deadline_words(r), "--registry-timeout gives it more");
	else
		job_fail(r, job, words, failure_help(code));
}

static bool is_redirect(long status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* Follows a redirect to the same origin, without credentials. */
static void end_redirected(struct running *r, struct transfer *t)
{
	struct job *job = t->job;
	const struct registry_url *url = &t->place->url;
	struct arena *arena = r->http->arena;
	struct str origin;
	char *to = NULL;

	r->http->curl.easy_getinfo(t->easy, CURLINFO_REDIRECT_URL, &to);
	if (!to || !registry_origin_read(arena, str_of(to), &origin)) {
		job_fail(r, job,
			str_printf(arena, "'" STR "' redirects to what is no http or https address",
				ARG(url->origin)),
			NULL);
	} else if (!str_eq(origin, url->origin)) {
		job_fail(r, job,
			str_printf(arena, "'" STR "' redirects to '" STR "', which is not followed",
				ARG(url->origin), ARG(origin)),
			"name the registry's own URL");
	} else if (++job->redirects > MAX_REDIRECTS || job->request->post.p) {
		job_fail(r, job,
			str_printf(arena, "'" STR "' redirects more than %d times",
				ARG(url->origin), MAX_REDIRECTS),
			NULL);
	} else {
		job->redirect = str_dup(arena, str_of(to));
		job->request->was_redirected = true;
		job->state = JOB_WAITS;
		job->due = now_seconds();
	}
}

static bool status_is_worth_another(long status)
{
	return status == 408 || status == 429 || status == 500 || status == 502 || status == 503 ||
	       status == 504;
}

static void end_answered(struct running *r, struct transfer *t)
{
	struct http_request *request = t->job->request;
	curl_off_t after = 0;

	if (is_redirect(request->status)) {
		end_redirected(r, t);
		return;
	}
	if (status_is_worth_another(request->status)) {
		r->http->curl.easy_getinfo(t->easy, CURLINFO_RETRY_AFTER, &after);
		if (job_again(r, t->job, (double)after))
			return;
	} else {
		*r->run->first = request->place;
	}
	request->body = transfer_body(t);
	job_done(r, t->job);
}

static void tell(const struct running *r, struct transfer *t)
{
	const struct registry_access *access = r->http->access;
	struct str url = transfer_url(t);

	if (access->asked)
		access->asked(access->context,
			str_printf(t->scratch, "%s " STR, t->job->request->post.p ? "POST" : "GET",
				ARG(path_printable(t->scratch, str_head(url, str_find(url, '?'))))),
			t->job->request->status);
}

static void try_end(struct running *r, struct transfer *t, CURLcode code)
{
	struct http_request *request = t->job->request;

	request->status = 0;
	request->tries++;
	request->place = (*r->run->first + t->job->turn) % r->run->n_places;
	if (code == CURLE_OK)
		r->http->curl.easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &request->status);
	tell(r, t);
	r->http->curl.multi_remove_handle(r->http->multi, t->easy);
	r->active--;
	if (code == CURLE_OK)
		end_answered(r, t);
	else
		end_failed(r, t, code);
	transfer_end(t);
}

/* ---- all requests ---- */

static void try_begin(struct running *r, struct job *job)
{
	struct transfer *t = r->transfers;
	struct registry_http *http = r->http;

	while (t->easy)
		t++;
	*t = (struct transfer){ .http = http, .job = job, .scratch = arena_like(http->arena) };
	t->easy = http->curl.easy_init();
	t->place = place_of(r, job);
	if (!t->easy || !transfer_prepare(t, http->deadline - now_seconds()) ||
		http->curl.multi_add_handle(http->multi, t->easy) != CURLM_OK) {
		transfer_end(t);
		job_fail(r, job, S("libcurl cannot make a request as this program needs it"),
			"libcurl 7.74 or newer is needed, with TLS");
		return;
	}
	job->state = JOB_RUNS;
	r->active++;
}

/* Begins what is due. Returns the seconds until more is, at most 1. */
static double begin_due(struct running *r)
{
	double now = now_seconds(), wait = 1;

	while (r->first < r->run->n && r->jobs[r->first].state == JOB_DONE)
		r->first++;
	for (uint32_t i = r->first; i < r->run->n && r->active < MAX_ACTIVE; i++) {
		struct job *job = &r->jobs[i];

		if (job->state != JOB_WAITS)
			continue;
		if (job->begin <= 0)
			job->begin = now;
		if (job->due <= now)
			try_begin(r, job);
		else if (job->due - now < wait)
			wait = job->due - now;
	}
	return wait;
}

/* False: none ended. */
static bool end_ended(struct running *r)
{
	CURLMsg *message;
	bool any = false;
	int left;

	while ((message = r->http->curl.multi_info_read(r->http->multi, &left))) {
		CURLcode code = message->data.result;
		char *private = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		r->http->curl.easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
		try_end(r, (struct transfer *)(void *)private, code);
		any = true;
	}
	return any;
}

/* Fails what is left. */
static void end_all(struct running *r, struct str failure, const char *help)
{
	for (uint32_t i = 0; i < MAX_ACTIVE; i++) {
		if (!r->transfers[i].easy)
			continue;
		r->http->curl.multi_remove_handle(r->http->multi, r->transfers[i].easy);
		transfer_end(&r->transfers[i]);
	}
	for (uint32_t i = r->first; i < r->run->n; i++)
		if (r->jobs[i].state != JOB_DONE)
			job_fail(r, &r->jobs[i], failure, help);
}

static void run_all(struct running *r)
{
	struct curl *curl = &r->http->curl;
	CURLM *multi = r->http->multi;
	int running;

	for (;;) {
		double now = now_seconds(), wait;

		if (now >= r->http->deadline) {
			end_all(r, deadline_words(r), "--registry-timeout gives it more");
			return;
		}
		wait = begin_due(r);
		if (r->first == r->run->n)
			return;
		if (wait > r->http->deadline - now)
			wait = r->http->deadline - now;
		if (curl->multi_perform(multi, &running) != CURLM_OK) {
			end_all(r, S("libcurl failed"), NULL);
			return;
		}
		/* What ended may let another begin, or be the last. */
		if (!end_ended(r) && (!r->active || running == (int)r->active))
			curl->multi_poll(multi, NULL, 0, (int)(wait * 1000) + 1, NULL);
	}
}

void registry_http_run(struct registry_http *http, const struct http_run *run)
{
	struct running *r;
	sigset_t pipe, before;
	bool was_pending;

	if (!run->n)
		return;
	/* A connection that was reset is an error, not a signal (older libcurl writes through
	 * OpenSSL). */
	sigpending(&before);
	was_pending = sigismember(&before, SIGPIPE);
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe, &before);
	r = NEW(http->arena, struct running);
	*r = (struct running){
		.http = http,
		.run = run,
		.jobs = NEW_ARRAY(http->arena, run->n, struct job),
	};
	for (uint32_t i = 0; i < run->n; i++)
		r->jobs[i].request = &run->requests[i];
	run_all(r);
	if (!was_pending)
		sigtimedwait(&pipe, NULL, &(struct timespec){ 0 });
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* ---- the client ---- */

/* The system's certificates and the given ones together: CURLOPT_CAINFO alone would replace them.
 */
static bool read_certificates(struct registry_http *http, struct diags *diags)
{
	const curl_version_info_data *version = http->curl.version_info(CURLVERSION_NOW);
	const char *bundle = version->age >= CURLVERSION_SEVENTH ? version->cainfo : NULL;
	struct str given, system = S("");

	if (!http->access->ca.p)
		return true;
	if (!file_read(str_cstr(http->arena, http->access->ca), MAX_CA, http->arena, &given)) {
		diag_error(diags, NOWHERE, "registry: cannot read '" STR "': %s",
			ARG(path_printable(diags->arena, http->access->ca)), read_reason(errno));
		diag_help(diags, "BREAKWATER_REGISTRY_CA names a file of certificates in PEM");
		return false;
	}
	if (bundle && !file_read(bundle, MAX_CA, http->arena, &system))
		system = S("");
	http->ca = str_printf(http->arena, STR "\n" STR, ARG(given), ARG(system));
	return true;
}

static bool make_headers(struct registry_http *http)
{
	static const char accept[] =
		"Accept: application/vnd.schemaregistry.v1+json, application/json";
	struct curl *curl = &http->curl;
	struct str group = http->access->group;

	http->get_headers = curl->slist_append(NULL, accept);
	http->post_headers = curl->slist_append(NULL, accept);
	if (http->post_headers) {
		curl->slist_append(
			http->post_headers, "Content-Type: application/vnd.schemaregistry.v1+json");
		curl->slist_append(http->post_headers, "Expect:");
	}
	if (group.p && http->get_headers && http->post_headers) {
		const char *line = str_cstr(http->arena,
			str_printf(http->arena, "X-Registry-GroupId: " STR, ARG(group)));

		return curl->slist_append(http->get_headers, line) &&
		       curl->slist_append(http->post_headers, line);
	}
	return http->get_headers && http->post_headers;
}

/* A line break would make a header more. */
static bool group_is_valid(struct str group)
{
	for (size_t i = 0; i < group.n; i++)
		if ((unsigned char)group.p[i] < ' ' || (unsigned char)group.p[i] >= 0x7f)
			return false;
	return true;
}

struct registry_http *registry_http_new(
	struct arena *arena, const struct registry_access *access, struct diags *diags)
{
	struct registry_http *http = NEW(arena, struct registry_http);
	uint32_t seconds = access->seconds ? access->seconds : DEFAULT_SECONDS;

	http->arena = arena;
	http->access = access;
	if (!group_is_valid(access->group)) {
		diag_error(
			diags, NOWHERE, "registry: BREAKWATER_REGISTRY_GROUP is no group's name");
		return NULL;
	}
	if (!curl_load(&http->curl, diags))
		return NULL;
	http->multi = http->curl.multi_init();
	if (!http->multi || !make_headers(http) || !read_certificates(http, diags)) {
		registry_http_free(http);
		return NULL;
	}
	http->curl.multi_setopt(http->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)MAX_ACTIVE);
	http->curl.multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)MAX_ACTIVE);
	if (getrandom(&http->random, sizeof http->random, GRND_NONBLOCK) < 0)
		http->random = (uint64_t)(now_seconds() * 1e9);
	http->deadline = now_seconds() + seconds;
	return http;
}

void registry_http_free(struct registry_http *http)
{
	if (!http)
		return;
	if (http->multi)
		http->curl.multi_cleanup(http->multi);
	http->curl.slist_free_all(http->get_headers);
	http->curl.slist_free_all(http->post_headers);
	http->curl.global_cleanup();
}

#else

struct registry_http *registry_http_new(
	struct arena *arena, const struct registry_access *access, struct diags *diags)
{
	(void)arena, (void)access;
	diag_error(diags, NOWHERE, "registry: this build has no registry support");
	diag_help(diags, "build breakwater with libcurl's headers, and -Dregistry=enabled");
	return NULL;
}

void registry_http_free(struct registry_http *http)
{
	(void)http;
}

void registry_http_run(struct registry_http *http, const struct http_run *run)
{
	(void)http, (void)run;
}

#endif
