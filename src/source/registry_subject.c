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

static void take_part(struct asking *asking, struct http_request *request)
{
	struct subject_asking *s = asking->context;
	struct registry_subject *subject = s->subject;
	const char *why = "";
	bool ok = true;

	if (registry_is_absent(asking->arena, request) ||
		(request->index == PART_MODE && request->status == 405)) {
		s->is_absent[request->index] = true;
		return;
	}
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

/* The lists of the subject's versions, which an unknown subject lacks. */
static bool read_lists(struct subject_asking *s, bool deleted)
{
	struct arena *arena = s->registry->arena;
	struct str path = registry_path(arena, "/subjects/", s->subject->name, "/versions");
	struct http_request requests[] = {
		{ .path = path, .index = PART_LIST },
		{ .path = path, .query = S("deleted=true"), .index = PART_ALL },
	};

	if (!ask_parts(s, requests, deleted ? 2 : 1))
		return false;
	take_lists(s, deleted);
	return true;
}

/* Level and mode; the global ones where the registry does not answer with them by itself. */
static bool read_settings(struct subject_asking *s)
{
	struct arena *arena = s->registry->arena;
	struct http_request requests[] = {
		{ .path = registry_path(arena, "/config/", s->subject->name, ""),
			.query = S("defaultToGlobal=true"),
			.index = PART_CONFIG },
		{ .path = registry_path(arena, "/mode/", s->subject->name, ""),
			.query = S("defaultToGlobal=true"),
			.index = PART_MODE },
	};
	struct http_request global[2];
	uint32_t n = 0;

	if (!ask_parts(s, requests, 2))
		return false;
	if (s->is_absent[PART_CONFIG] || !s->subject->level.p)
		global[n++] = (struct http_request){ .path = S("/config"), .index = PART_CONFIG };
	if (s->is_absent[PART_MODE])
		global[n++] = (struct http_request){ .path = S("/mode"), .index = PART_MODE };
	s->is_absent[PART_CONFIG] = false;
	/* Some registries have no modes at all. */
	if (!ask_parts(s, global, n))
		return false;
	if (s->subject->level.p)
		return true;
	return registry_fail(s->registry, s->subject->name, s->diags,
		"the registry has no compatibility level for subject '" STR "'",
		ARG(s->subject->name));
}

static struct registry_subject *subject_new(struct registry *registry, struct str name)
{
	struct registry_subject *subject = NEW(registry->arena, struct registry_subject);

	subject->asked = subject->name = str_dup(registry->arena, name);
	return subject;
}

/* Takes the alias for the subject, once. */
static void take_alias(struct subject_asking *s)
{
	if (s->alias.n)
		s->subject->name = s->alias;
	memset(s->is_absent, 0, sizeof s->is_absent);
}

struct registry_subject *registry_subject_read(
	struct registry *registry, struct str subject, bool deleted, struct diags *diags)
{
	struct subject_asking s = {
		.registry = registry,
		.diags = diags,
		.subject = subject_new(registry, subject),
	};

	if (!read_settings(&s))
		return NULL;
	take_alias(&s);
	/* The alias has settings of its own. */
	if (s.alias.n && !str_eq(s.alias, subject)) {
		s.subject->level = s.subject->group = s.subject->policy = s.subject->mode =
			(struct str){ NULL, 0 };
		if (!read_settings(&s))
			return NULL;
	}
	return read_lists(&s, deleted) ? s.subject : NULL;
}

struct registry_subject *registry_list_read(
	struct registry *registry, struct str subject, struct diags *diags)
{
	struct subject_asking s = {
		.registry = registry,
		.diags = diags,
		.subject = subject_new(registry, subject),
	};

	/* Whether what was kept can be used depends on the mode. */
	if (registry->client->access->cache.p)
		return registry_subject_read(registry, subject, false, diags);
	if (!read_lists(&s, false))
		return NULL;
	if (s.subject->is_known)
		return s.subject;
	if (!read_settings(&s))
		return NULL;
	take_alias(&s);
	return !s.alias.n || read_lists(&s, false) ? s.subject : NULL;
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
