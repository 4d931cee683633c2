/* BASE `registry:…@all`: every version of a subject, one comparison each. */
#include "registry_run.h"

/* False and an error: there is no such subject. */
static bool read_subject(
	struct comparing_subject *s, const struct registry_name *name, struct diags *diags)
{
	bool deleted = name->which == REGISTRY_ALL_DELETED;

	s->subject = registry_subject_read(s->asked->registry, name->subject, deleted, diags);
	if (!s->subject)
		return false;
	if (!s->subject->is_known || !s->subject->versions.n) {
		diag_error(diags, NOWHERE, "registry: subject '" STR "' is not in the registry",
			ARG(name->subject));
		return false;
	}
	for (uint32_t i = 0; i < s->subject->versions.n; i++)
		s->subject->versions.items[i].is_wanted = true;
	return registry_fetch(s->asked->registry, s->subject, diags);
}

/* The newest one that is not deleted, if there is one. */
static const struct registry_version *newest(const struct comparing_subject *s)
{
	uint32_t n = s->subject->versions.n;

	for (uint32_t i = n; i-- > 0;)
		if (!s->subject->versions.items[i].is_deleted)
			return &s->subject->versions.items[i];
	return &s->subject->versions.items[n - 1];
}

bool registry_open_all(struct breakwater_run *run, struct str *base)
{
	struct registry_check *check = registry_check_new(run);
	struct comparing_subject *s = NEW(run->arena, struct comparing_subject);
	struct registry_asked *asked = NEW(run->arena, struct registry_asked);
	struct registry_name name;

	if (!registry_name_read(run->arena, str_from(*base, S("registry:").n), &name, &run->diags))
		return false;
	asked->registry = registry_open(&run->sources, name.urls, false, &run->diags);
	asked->subject = name.subject;
	s->check = check;
	s->asked = asked;
	s->number = UINT32_MAX - 1;
	map_init(&s->states, run->arena);
	if (!asked->registry || !read_subject(s, &name, &run->diags))
		return false;
	check->all = s;
	*base = str_printf(run->arena, STR "@%u", ARG(str_head(*base, str_rfind(*base, '@'))),
		newest(s)->number);
	return true;
}

bool registry_compare_all(struct breakwater_run *run)
{
	struct comparing_subject *s = run->registry ? run->registry->all : NULL;
	struct registry_compared compared = { 0 };
	const struct registry_version *base;
	bool ok = true;

	if (!s)
		return true;
	base = newest(s);
	for (uint32_t i = 0; i < run->findings.list.n; i++)
		registry_take_base(s->check, run->findings.list.items[i]);
	registry_hold_base(s, base);
	for (uint32_t i = s->subject->versions.n; i-- > 0;) {
		struct registry_version *version = &s->subject->versions.items[i];

		*vec_push(run->arena, &compared) = version;
		if (version->id && version->id == base->id)
			registry_hold_base(s, version);
		else
			ok &= registry_compare_version(s, version);
	}
	registry_end_groups(s, &compared);
	registry_list_findings(s->check);
	if (!ok)
		diags_adopt(&run->diags, &s->check->diags);
	return ok;
}
