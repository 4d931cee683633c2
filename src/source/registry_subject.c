/* The versions, the level and the mode of a subject. */
#include "source/private.h"
#include "source/registry_document.h"
#include "source/registry_private.h"

enum subject_part { PART_LIST, PART_ALL, PART_CONFIG, PART_MODE, N_PARTS };

struct subject_asking {
	struct registry *registry;
	struct diags *diags;
	struct registry_subject *subject;
	struct str alias;
	struct registry_numbers lists[2]; /* PART_LIST, PART_ALL */
	bool is_absent[N_PARTS];
	bool failed;
};

/* Only the subject's own configuration has an alias. */
static bool take_config(struct subject_asking *s, struct str body, const char **why)
{
	struct str alias;

	if (!registry_config_read(s->registry->arena, body, s->subject, &alias, why))
		return false;
	if (alias.n)
		s->alias = alias;
	return true;
}

/* Does the registry say no more than that there is no such list, or that it has no modes? */
static bool is_bare(const struct http_request *request)
{
	if (request->failure.p || request->was_redirected)
		return false;
	if (request->index == PART_MODE)
		return request->status == 405;
	return request->index != PART_CONFIG && request->status == 404 &&
	       !str_starts(str_trim(request->body), S("<"));
}

static void take_part(struct asking *asking, struct http_request *request)
{
	struct subject_asking *s = asking->context;
	struct registry_subject *subject = s->subject;
	const char *why = "";
	bool ok = true;

	if (registry_is_absent(asking->arena, request) || is_bare(request)) {
		s->is_absent[request->index] = true;
		return;
	}
	/* One cause, one message: the others mostly fail as the first one did. */
	if (s->failed)
		return;
	if (!registry_is_answer(request)) {
		s->failed = true;
		registry_fail_request(s->registry, subject->name, 0, request, s->diags);
		return;
	}
	if (request->index == PART_CONFIG)
		ok = take_config(s, request->body, &why);
	else if (request->index == PART_MODE)
		ok = registry_mode_read(asking->arena, request->body, &subject->mode, &why);
	else
		ok = registry_numbers_read(
			asking->arena, request->body, &s->lists[request->index], &why);
	if (!ok) {
		s->failed = true;
		registry_fail_document(s->registry, subject->name, request, why, s->diags);
	}
}

static bool ask_parts(struct subject_asking *s, struct http_request *requests, uint32_t n)
{
	struct asking asking = {
		.registry = s->registry,
		.diags = s->diags,
		.arena = s->registry->arena,
		.requests = requests,
		.n = n,
		.answered = take_part,
		.context = s,
	};

	return registry_ask_all(&asking) && !s->failed;
}

struct str registry_path(
	struct arena *arena, const char *before, struct str subject, const char *after)
{
	return str_printf(
		arena, "%s" STR "%s", before, ARG(registry_encode(arena, subject)), after);
}

static void take_lists(struct subject_asking *s, bool deleted)
{
	const struct registry_numbers *live = &s->lists[PART_LIST],
				      *all = deleted ? &s->lists[PART_ALL] : live;

	s->subject->versions.n = 0;
	for (uint32_t i = 0, k = 0; i < all->list.n; i++) {
		struct registry_version *version =
			vec_push(s->registry->arena, &s->subject->versions);

		version->number = all->list.items[i];
		while (k < live->list.n && live->list.items[k] < version->number)
			k++;
		version->is_deleted = k == live->list.n || live->list.items[k] != version->number;
	}
	s->subject->is_known = s->subject->versions.n > 0;
}

static struct http_request list_request(const struct subject_asking *s, enum subject_part part)
{
	return (struct http_request){
		.path = registry_path(
			s->registry->arena, "/subjects/", s->subject->name, "/versions"),
		.query = part == PART_ALL ? S("deleted=true") : (struct str){ NULL, 0 },
		.index = part,
	};
}

/* Level or mode; of the subject or, where it has none, of its context or the whole registry. */
static struct http_request setting_request(
	const struct subject_asking *s, const char *path, enum subject_part part)
{
	return (struct http_request){
		.path = registry_path(s->registry->arena, path, s->subject->name, ""),
		.query = S("defaultToGlobal=true"),
		.index = part,
	};
}

/* The list of versions, which an unknown subject lacks; with `deleted` that of the deleted ones,
 * too. */
static bool read_lists(struct subject_asking *s, bool deleted)
{
	struct http_request list = list_request(s, PART_LIST), all = list_request(s, PART_ALL);

	if (!ask_parts(s, &list, 1) || (deleted && !ask_parts(s, &all, 1)))
		return false;
	take_lists(s, deleted);
	return true;
}

static bool fail_no_level(const struct subject_asking *s)
{
	const struct registry *registry = s->registry;

	if (s->is_absent[PART_CONFIG])
		return registry_fail(registry, s->subject->name, s->diags,
			"'" STR "' does not look like a schema registry; is a path prefix such as "
			"/apis/ccompat/v7 missing?",
			ARG(registry->places.items[registry->first].url.text));
	return registry_fail(registry, s->subject->name, s->diags,
		"the registry has no compatibility level for subject '" STR "'",
		ARG(s->subject->name));
}

/* What some registries do not answer with by themselves. Some have no modes at all. */
static bool read_global(struct subject_asking *s)
{
	struct http_request global[2];
	uint32_t n = 0;

	if (!s->subject->level.p)
		global[n++] = (struct http_request){ .path = S("/config"), .index = PART_CONFIG };
	if (s->is_absent[PART_MODE])
		global[n++] = (struct http_request){ .path = S("/mode"), .index = PART_MODE };
	s->is_absent[PART_CONFIG] = false;
	return ask_parts(s, global, n) && (s->subject->level.p || fail_no_level(s));
}

/* Lists, level and mode. That there is a level shows that this is a registry, and its 404 a word on
 * the subject. */
static bool read_all(struct subject_asking *s, bool deleted)
{
	struct http_request requests[] = {
		list_request(s, PART_LIST),
		setting_request(s, "/config/", PART_CONFIG),
		setting_request(s, "/mode/", PART_MODE),
	};
	struct http_request all = list_request(s, PART_ALL);

	memset(s->is_absent, 0, sizeof s->is_absent);
	memset(s->lists, 0, sizeof s->lists);
	if (!ask_parts(s, requests, COUNT(requests)) || !read_global(s) ||
		(deleted && !ask_parts(s, &all, 1)))
		return false;
	take_lists(s, deleted);
	return true;
}

static struct registry_subject *subject_new(struct registry *registry, struct str name)
{
	struct registry_subject *subject = NEW(registry->arena, struct registry_subject);

	subject->asked = subject->name = str_dup(registry->arena, name);
	return subject;
}

/* Reads the alias instead of the subject, once; it has a level of its own. */
static bool read_alias(struct subject_asking *s, bool deleted)
{
	struct registry_subject *subject = s->subject;

	if (!s->alias.n || str_eq(s->alias, subject->name))
		return true;
	subject->name = s->alias;
	subject->level = subject->group = subject->policy = subject->mode = (struct str){ NULL, 0 };
	return read_all(s, deleted);
}

struct registry_subject *registry_subject_read(
	struct registry *registry, struct str subject, bool deleted, struct diags *diags)
{
	struct subject_asking s = {
		.registry = registry,
		.diags = diags,
		.subject = subject_new(registry, subject),
	};

	return read_all(&s, deleted) && read_alias(&s, deleted) ? s.subject : NULL;
}

struct registry_subject *registry_list_read(
	struct registry *registry, struct str subject, struct diags *diags)
{
	struct subject_asking s = {
		.registry = registry,
		.diags = diags,
		.subject = subject_new(registry, subject),
	};

	if (!read_lists(&s, false))
		return NULL;
	/* It may be an alias. */
	return s.subject->is_known ? s.subject
				   : registry_subject_read(registry, subject, false, diags);
}

/* A list of the versions that there are, for messages. */
static struct str versions_words(struct arena *arena, const struct registry_subject *subject)
{
	enum { MOST = 10 };
	struct str words = S("");
	uint32_t n = subject->versions.n, from = n > MOST ? n - MOST : 0;

	for (uint32_t i = from; i < n; i++)
		words = str_printf(arena, STR "%s%u", ARG(words),
			i > from ? ", "
			: from   ? "…, "
				 : "",
			subject->versions.items[i].number);
	return words;
}

struct registry_version *registry_version_find(struct registry_subject *subject, uint32_t number)
{
	for (uint32_t i = subject->versions.n; i-- > 0;) {
		struct registry_version *version = &subject->versions.items[i];

		if (number ? version->number == number : !version->is_deleted)
			return version;
	}
	return NULL;
}

void registry_fail_missing(struct registry *registry, const struct registry_subject *subject,
	uint32_t number, struct diags *diags)
{
	struct subject_asking s = {
		.registry = registry,
		.diags = diags,
		.subject = subject_new(registry, subject->name),
	};
	struct registry_version *version;

	if (!read_lists(&s, true))
		return;
	version = registry_version_find(s.subject, number);
	if (version || (!number && s.subject->is_known)) {
		registry_fail(registry, subject->name, diags,
			number ? "subject '" STR "' (version %u) was deleted"
			       : "subject '" STR "' was deleted",
			ARG(subject->name), number);
		diag_help(diags, "use @all+deleted");
	} else if (!subject->is_known) {
		registry_fail(registry, subject->name, diags,
			"subject '" STR "' is not in the registry", ARG(subject->name));
	} else {
		registry_fail(registry, subject->name, diags,
			"subject '" STR "' has no version %u (it has " STR ")", ARG(subject->name),
			number, ARG(versions_words(diags->arena, subject)));
	}
}
