/* The schemas of versions and ids, with what they refer to. */
#include "source/private.h"
#include "source/registry_document.h"
#include "source/registry_private.h"

enum { MAX_DEPTH_OF_REFERENCES = 64 };
static const uint64_t MAX_REGISTRY_BYTES = UINT64_C(1) << 30;

/* ---- versions ---- */

static uint64_t document_hash(struct str subject, uint32_t version)
{
	return str_hash(subject) ^ (uint64_t)version * UINT64_C(0x9E3779B97F4A7C15);
}

static struct registry_document *document_get(
	const struct registry *registry, struct str subject, uint32_t version)
{
	struct registry_document *document =
		map_get(&((struct registry *)(uintptr_t)registry)->documents, NULL,
			document_hash(subject, version));

	while (document &&
		(document->version.number != version || !str_eq(document->subject, subject)))
		document = document->next;
	return document;
}

const struct registry_document *registry_document_find(
	const struct registry *registry, struct str subject, uint32_t version)
{
	const struct registry_document *document = document_get(registry, subject, version);

	return document && document->state == DOCUMENT_FETCHED ? document : NULL;
}

static struct registry_document *document_add(
	struct registry *registry, struct str subject, uint32_t version, bool is_deleted)
{
	void **slot = map_put(&registry->documents, NULL, document_hash(subject, version));
	struct registry_document *document = NEW(registry->arena, struct registry_document);

	*document = (struct registry_document){
		.subject = subject,
		.version = { .number = version, .is_deleted = is_deleted },
		.next = *slot,
	};
	*slot = document;
	return document;
}

struct str registry_qualify(struct arena *arena, struct str subject, struct str referrer)
{
	struct str context;

	if (str_starts(subject, S(":.")) || !str_starts(referrer, S(":.")))
		return subject;
	context = str_from(referrer, 1);
	return str_printf(arena, ":" STR ":" STR, ARG(str_head(context, str_find(context, ':'))),
		ARG(subject));
}

struct fetching {
	struct registry *registry;
	struct diags *diags;
	VEC(struct registry_document *) wanted;
	bool failed;
};

static bool check_version(struct fetching *f, const struct registry_document *document)
{
	const struct registry_version *version = &document->version;

	f->registry->bytes += version->schema.n;
	if (!str_eq(version->type, S("PROTOBUF")))
		return registry_fail(f->registry, document->subject, f->diags,
			"version %u of subject '" STR "' is " STR ", not PROTOBUF", version->number,
			ARG(document->subject), ARG(str_head(version->type, 64)));
	if (f->registry->max_file_bytes && version->schema.n > f->registry->max_file_bytes)
		return registry_fail(f->registry, document->subject, f->diags,
			"version %u of subject '" STR "' is larger than %llu bytes",
			version->number, ARG(document->subject),
			(unsigned long long)f->registry->max_file_bytes);
	if (f->registry->bytes > MAX_REGISTRY_BYTES)
		return registry_fail(f->registry, document->subject, f->diags,
			"the schemas are larger than 1 GiB together");
	return true;
}

static void take_version(struct asking *asking, struct http_request *request)
{
	struct fetching *f = asking->context;
	struct registry_document *document = f->wanted.items[request->index];
	const char *why = "";

	if (!registry_is_answer(request)) {
		f->failed = true;
		registry_fail_request(f->registry, document->subject, document->version.number,
			request, f->diags);
		return;
	}
	if (!registry_version_parse(asking->arena, request->body, document->version.number,
		    &document->version, &why)) {
		f->failed = true;
		registry_fail_document(f->registry, document->subject, request, why, f->diags);
		return;
	}
	if (!check_version(f, document)) {
		f->failed = true;
		return;
	}
	document->state = DOCUMENT_FETCHED;
	if (!document->version.is_deleted)
		registry_cache_put(
			f->registry, document->subject, document->version.number, request->body);
}

/* Asks for those of `wanted` that the cache does not have. */
static bool fetch_wanted(struct fetching *f)
{
	struct arena *arena = f->registry->arena;
	struct http_request *requests = NEW_ARRAY(arena, f->wanted.n, struct http_request);
	struct asking asking = {
		.registry = f->registry,
		.diags = f->diags,
		.arena = arena,
		.requests = requests,
		.answered = take_version,
		.context = f,
	};

	for (uint32_t i = 0; i < f->wanted.n; i++) {
		struct registry_document *document = f->wanted.items[i];
		struct str before =
			registry_path(arena, "/subjects/", document->subject, "/versions/");

		if (!document->is_fresh && registry_cache_get(f->registry, document->subject,
						   document->version.number, &document->version)) {
			document->state = DOCUMENT_FETCHED;
			f->failed |= !check_version(f, document);
			continue;
		}
		requests[asking.n++] = (struct http_request){
			.path = str_printf(arena, STR "%u", ARG(before), document->version.number),
			.query = document->version.is_deleted ? S("deleted=true")
							      : (struct str){ NULL, 0 },
			.index = i,
		};
	}
	return registry_ask_all(&asking) && !f->failed;
}

static void want(struct fetching *f, struct str subject, uint32_t version, bool is_deleted)
{
	if (!document_get(f->registry, subject, version))
		*vec_push(f->registry->arena, &f->wanted) =
			document_add(f->registry, subject, version, is_deleted);
}

/* Puts what the fetched ones refer to in their place. */
static void want_references(struct fetching *f)
{
	struct fetching next = { .registry = f->registry, .diags = f->diags };

	for (uint32_t i = 0; i < f->wanted.n; i++) {
		const struct registry_document *document = f->wanted.items[i];
		const struct registry_version *version = &document->version;

		for (uint32_t k = 0; k < version->references.n; k++) {
			const struct registry_reference *r = &version->references.items[k];

			want(&next,
				registry_qualify(f->registry->arena, r->subject, document->subject),
				r->version, version->is_deleted);
		}
	}
	f->wanted.items = next.wanted.items;
	f->wanted.n = next.wanted.n;
	f->wanted.cap = next.wanted.cap;
}

/* Fetches what is wanted, and what that refers to. */
static bool fetch_all(struct fetching *f)
{
	for (uint32_t depth = 0; f->wanted.n; depth++) {
		if (depth > MAX_DEPTH_OF_REFERENCES)
			return registry_fail(f->registry, f->wanted.items[0]->subject, f->diags,
				"references are more than %d deep", MAX_DEPTH_OF_REFERENCES);
		if (!fetch_wanted(f))
			return false;
		want_references(f);
	}
	return true;
}

/* The newest version that is kept and still listed; 0: none. Sets *is_gone: one is not listed. */
static uint32_t newest_kept(
	const struct registry_kept *kept, const struct registry_subject *subject, bool *is_gone)
{
	uint32_t newest = 0, k = 0;

	for (uint32_t i = 0; i < kept->versions.n; i++) {
		while (k < subject->versions.n &&
			subject->versions.items[k].number < kept->versions.items[i])
			k++;
		if (k < subject->versions.n &&
			subject->versions.items[k].number == kept->versions.items[i])
			newest = kept->versions.items[i];
		else
			*is_gone = true;
	}
	return newest;
}

/* A number that was deleted for good may stand for another schema now (mode IMPORT). So the newest
 * version that is kept is asked for anew, and all is dropped if it is another one. */
static bool trust_cache(
	struct registry *registry, const struct registry_subject *subject, struct diags *diags)
{
	struct fetching f = { .registry = registry, .diags = diags };
	struct registry_kept kept = registry_cache_list(registry, subject->name);
	struct registry_version before = { 0 };
	bool is_gone = false;
	uint32_t newest = newest_kept(&kept, subject, &is_gone);

	if (registry->client->access->offline || !kept.versions.n ||
		(newest && document_get(registry, subject->name, newest)))
		return true;
	if (is_gone || !newest || !registry_cache_get(registry, subject->name, newest, &before)) {
		registry_cache_drop(registry, subject->name);
		return true;
	}
	want(&f, subject->name, newest, false);
	f.wanted.items[0]->is_fresh = true;
	if (!fetch_all(&f))
		return false;
	if (registry_document_find(registry, subject->name, newest)->version.id != before.id)
		registry_cache_drop(registry, subject->name);
	return true;
}

bool registry_fetch(
	struct registry *registry, struct registry_subject *subject, struct diags *diags)
{
	struct fetching f = { .registry = registry, .diags = diags };

	if (!trust_cache(registry, subject, diags))
		return false;
	for (uint32_t i = 0; i < subject->versions.n; i++) {
		const struct registry_version *version = &subject->versions.items[i];

		if (version->is_wanted && !version->is_fetched)
			want(&f, subject->name, version->number, version->is_deleted);
	}
	if (!fetch_all(&f))
		return false;
	for (uint32_t i = 0; i < subject->versions.n; i++) {
		struct registry_version *version = &subject->versions.items[i];
		const struct registry_document *document =
			registry_document_find(registry, subject->name, version->number);
		bool is_deleted = version->is_deleted, is_wanted = version->is_wanted;

		if (!document || !is_wanted)
			continue;
		*version = document->version;
		version->is_deleted = is_deleted;
		version->is_wanted = is_wanted;
	}
	return true;
}

struct registry_version *registry_version_read(struct registry *registry,
	struct registry_subject *subject, uint32_t number, struct diags *diags)
{
	struct registry_version *version = registry_version_find(subject, number);

	if (!version) {
		registry_fail_missing(registry, subject, number, diags);
		return NULL;
	}
	for (uint32_t i = 0; i < subject->versions.n; i++)
		subject->versions.items[i].is_wanted |= &subject->versions.items[i] == version;
	return registry_fetch(registry, subject, diags) ? version : NULL;
}

/* ---- ids ---- */

struct id_asking {
	struct registry_version *version;
	struct str subject;
	bool failed;
};

static void take_id(struct asking *asking, struct http_request *request)
{
	struct id_asking *a = asking->context;
	struct registry *registry = asking->registry;
	const char *why = "";

	if (registry_is_absent(asking->arena, request))
		a->failed = !registry_fail(registry, a->subject, asking->diags,
			"schema id %u is not in the registry", a->version->id);
	else if (!registry_is_answer(request))
		a->failed = !registry_fail_request(registry, a->subject, 0, request, asking->diags);
	else if (!registry_version_parse(asking->arena, request->body, 0, a->version, &why))
		a->failed =
			!registry_fail_document(registry, a->subject, request, why, asking->diags);
	else if (!str_eq(a->version->type, S("PROTOBUF")))
		a->failed = !registry_fail(registry, a->subject, asking->diags,
			"the schema of the id is " STR ", not PROTOBUF",
			ARG(str_head(a->version->type, 64)));
}

struct registry_version *registry_id_read(
	struct registry *registry, struct str subject, uint32_t id, struct diags *diags)
{
	struct arena *arena = registry->arena;
	struct registry_document *document = NEW(arena, struct registry_document);
	struct id_asking a = { .version = &document->version, .subject = subject };
	struct fetching f = { .registry = registry, .diags = diags };
	struct http_request request = {
		.path = str_printf(arena, "/schemas/ids/%u", id),
		.query = subject.p ? str_printf(arena, "subject=" STR,
					     ARG(registry_encode(arena, subject)))
				   : (struct str){ NULL, 0 },
	};
	struct asking asking = {
		.registry = registry,
		.diags = diags,
		.arena = arena,
		.requests = &request,
		.n = 1,
		.answered = take_id,
		.context = &a,
	};

	document->version.id = id;
	if (!registry_ask_all(&asking) || a.failed)
		return NULL;
	document->version.id = id;
	document->subject = subject.p ? subject : S("");
	*vec_push(arena, &f.wanted) = document;
	want_references(&f);
	return fetch_all(&f) ? &document->version : NULL;
}
