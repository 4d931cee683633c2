/* What is asked of a registry. */
#include "source/private.h"
#include "source/registry_url.h"

static bool fail_support(struct diags *diags)
{
	diag_error(diags, NOWHERE, "registry: this build has no registry support");
	return false;
}

struct registry {
	const struct source_options *options;
	struct registry_urls urls;
};

struct registry *registry_open(const struct source_options *options, struct str urls,
	bool by_repository, struct diags *diags)
{
	struct registry *registry = NEW(options->arena, struct registry);

	(void)by_repository;
	registry->options = options;
	if (!registry_urls_read(options->arena, urls, &registry->urls, diags))
		return NULL;
	fail_support(diags);
	return NULL;
}

struct str registry_origin(const struct registry *registry)
{
	return registry->urls.list.items[0].origin;
}

void registry_end(struct registry_access *access)
{
	(void)access;
}

struct registry_subject *registry_subject_read(
	struct registry *registry, struct str subject, bool deleted, struct diags *diags)
{
	(void)registry, (void)subject, (void)deleted;
	fail_support(diags);
	return NULL;
}

bool registry_fetch(
	struct registry *registry, struct registry_subject *subject, struct diags *diags)
{
	(void)registry, (void)subject;
	return fail_support(diags);
}

struct registry_version *registry_version_read(struct registry *registry,
	struct registry_subject *subject, uint32_t number, struct diags *diags)
{
	(void)registry, (void)subject, (void)number;
	fail_support(diags);
	return NULL;
}

struct source *registry_source(struct registry *registry, const struct registry_subject *subject,
	const struct registry_version *version, struct diags *diags)
{
	(void)registry, (void)subject, (void)version;
	fail_support(diags);
	return NULL;
}

struct str registry_source_file(const struct source *source)
{
	return source->name;
}

bool registry_ask(struct registry *registry, const struct registry_question *question,
	struct registry_answer *answer, struct diags *diags)
{
	(void)registry, (void)question, (void)answer;
	return fail_support(diags);
}
