/* One subject under its own level: which versions count, and what is said of them. */
#include "registry_run.h"

#include <stdlib.h>

enum {
	/* So many versions are fetched to see whether the new side is one of them. Of more, only if
	 * something breaks. */
	MOST_LOOKED_AT = 100,
};

static struct diags *notes(const struct comparing_subject *s)
{
	return &s->check->run->diags;
}

static struct str name_of(const struct comparing_subject *s)
{
	return s->subject->name;
}

/* ---- the level ---- */

/* Takes what the registry promises. False and an error: it has another word for it. */
static bool take_level(struct comparing_subject *s)
{
	struct arena *arena = s->check->run->arena;
	struct contract *all = NEW(arena, struct contract), *level = NEW(arena, struct contract);

	*all = *s->asked->contract;
	if (s->asked->root.p) {
		all->roots = (struct written_names){ 0 };
		all->packages = (struct written_names){ 0 };
		*vec_push(arena, &all->roots) = (struct written_name){ s->asked->root, all->place };
	}
	all->surfaces |= SURFACE_WIRE; /* a change must not take it away */
	all->level = LEVEL_FULL;
	all->is_transitive = false;
	all->order = 0;
	*level = *all;
	level->asked_subject = s->asked->subject;
	level->order = s->number + s->check->run->chosen.list.n;
	s->contract = all;
	s->level = level;
	if (level_read(s->subject->level, &level->level, &level->is_transitive))
		return true;
	diag_error(&s->check->diags, NOWHERE,
		"registry: subject '" STR "' has the unknown level '" STR "'", ARG(name_of(s)),
		ARG(s->subject->level));
	diag_help(&s->check->diags, "this program knows NONE, BACKWARD, FORWARD and FULL, and the "
				    "last three with _TRANSITIVE");
	return false;
}

/* ---- what else the registry says of the subject ---- */

static void warn_of_mode(const struct comparing_subject *s)
{
	struct str mode = s->subject->mode;

	if (str_starts(mode, S("READONLY")) || str_eq(mode, S("FORWARD"))) {
		diag_warning(notes(s), NOWHERE,
			"subject '" STR "' is in mode " STR
			": the registry would refuse to register anything (42205)",
			ARG(name_of(s)), ARG(mode));
	} else if (str_eq(mode, S("IMPORT"))) {
		diag_warning(notes(s), NOWHERE,
			"subject '" STR "' is in mode IMPORT: the registry would check nothing, "
			"this program does",
			ARG(name_of(s)));
	}
}

static void note_words(const struct comparing_subject *s)
{
	if (!str_eq(s->subject->asked, s->subject->name))
		diag_remark(notes(s), DIAG_NOTE, "subject '" STR "' is an alias of '" STR "'",
			ARG(s->subject->asked), ARG(s->subject->name));
	if (s->subject->policy.n && !str_eq(s->subject->policy, S("STRICT")))
		diag_remark(notes(s), DIAG_NOTE,
			STR ": the compatibility policy " STR
			    " is checked under 'sinks:' only, not by the level",
			ARG(name_of(s)), ARG(s->subject->policy));
	warn_of_mode(s);
}

/* ---- groups of versions ---- */

static struct str property_of(const struct registry_version *version, struct str key)
{
	for (uint32_t i = 0; i < version->properties.n; i++)
		if (str_eq(version->properties.items[i].key, key))
			return version->properties.items[i].value;
	return (struct str){ 0 };
}

static struct str own_property(const struct comparing_subject *s)
{
	const struct contract *contract = s->asked->contract;

	for (uint32_t i = 0; i < contract->metadata.n; i++)
		if (str_eq(contract->metadata.items[i].key, s->subject->group))
			return contract->metadata.items[i].value;
	return (struct str){ 0 };
}

static bool is_in_group(const struct comparing_subject *s, const struct registry_version *version)
{
	return !s->subject->group.n ||
	       str_eq(property_of(version, s->subject->group), own_property(s));
}

static void note_group(const struct comparing_subject *s)
{
	struct arena *arena = s->check->run->arena;
	struct str skipped = S("");
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->subject->versions.n; i++) {
		const struct registry_version *version = &s->subject->versions.items[i];

		if (is_in_group(s, version))
			continue;
		skipped =
			str_printf(arena, STR "%s%u", ARG(skipped), n ? ", " : "", version->number);
		n++;
	}
	if (s->subject->group.n && !own_property(s).p)
		diag_warning(notes(s), s->asked->contract->place,
			"subject '" STR "' groups versions by '" STR
			"', which the contract's 'metadata' does not say",
			ARG(name_of(s)), ARG(s->subject->group));
	if (n)
		diag_remark(notes(s), DIAG_NOTE,
			STR ": version%s " STR " %s of another group ('" STR "' is not '" STR
			    "') and not compared",
			ARG(name_of(s)), n == 1 ? "" : "s", ARG(skipped), n == 1 ? "is" : "are",
			ARG(s->subject->group), ARG(own_property(s)));
}

/* ---- which versions ---- */

static bool fetch(struct comparing_subject *s)
{
	return registry_fetch(s->asked->registry, s->subject, &s->check->diags);
}

static struct registry_version *newest(const struct comparing_subject *s)
{
	for (uint32_t i = s->subject->versions.n; i-- > 0;) {
		struct registry_version *version = &s->subject->versions.items[i];

		if (!version->is_deleted && (!version->is_fetched || is_in_group(s, version)))
			return version;
	}
	return NULL;
}

static bool fetch_all(struct comparing_subject *s)
{
	for (uint32_t i = 0; i < s->subject->versions.n; i++)
		s->subject->versions.items[i].is_wanted = true;
	return fetch(s);
}

/* Fetches what is to be compared; to know the group of a version it must be fetched. */
static bool fetch_needed(struct comparing_subject *s)
{
	struct registry_version *last;

	if (s->level->is_transitive || s->subject->group.n)
		return fetch_all(s);
	for (uint32_t i = 0; i < s->subject->versions.n; i++)
		s->subject->versions.items[i].is_wanted = s->subject->versions.items[i].is_deleted;
	last = newest(s);
	if (last)
		last->is_wanted = true;
	return fetch(s);
}

/* Fetches the others, in which the new side is only looked for: what cannot be had is not it. */
static void fetch_rest(struct comparing_subject *s)
{
	struct diags *kept = &s->check->diags;
	uint32_t n = kept->n, errors = kept->n_errors;

	if (!fetch_all(s))
		diags_forget(kept, n, errors);
}

/* The undeleted versions that the level asks for, and deleted ones: their records are still there.
 */
static void choose(struct comparing_subject *s, struct registry_compared *compared)
{
	const struct registry_version *last = newest(s);

	for (uint32_t i = s->subject->versions.n; i-- > 0;) {
		struct registry_version *version = &s->subject->versions.items[i];

		if (is_in_group(s, version) &&
			(version->is_deleted || s->level->is_transitive || version == last))
			*vec_push(s->check->run->arena, compared) = version;
	}
}

/* ---- is the new side one of them? ---- */

/* The newest version that is not deleted and has the structure of the new side; NULL: none. What
 * does not compile is reported when it is compared. */
static const struct registry_version *find_same(struct comparing_subject *s)
{
	struct diags *kept = &s->check->diags;
	uint32_t n = kept->n, errors = kept->n_errors;

	for (uint32_t i = s->subject->versions.n; i-- > 0 && s->structure.p;) {
		const struct registry_version *version = &s->subject->versions.items[i];
		const struct registry_state *state;

		if (version->is_deleted || !version->is_fetched || !is_in_group(s, version))
			continue;
		state = registry_open_version(s, version);
		if (!state)
			diags_forget(kept, n, errors);
		else if (state->structure.p && str_eq(state->structure, s->structure))
			return version;
	}
	return NULL;
}

/* ---- what was found ---- */

static int by_number(const void *left, const void *right)
{
	const uint32_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

/* Sorts the versions of a hold, and says whether the newest has all from the first on. */
static void end_hold(struct registry_hold *hold, const struct registry_compared *compared)
{
	uint32_t from = 0;

	qsort(hold->versions, hold->n_versions, sizeof *hold->versions, by_number);
	for (uint32_t i = 0; i < compared->n; i++)
		from += compared->items[i]->number >= hold->versions[0];
	hold->to_newest = from == hold->n_versions;
}

void registry_end_groups(struct comparing_subject *s, const struct registry_compared *compared)
{
	for (uint32_t i = 0; i < s->check->list.n; i++) {
		struct registry_group *group = s->check->list.items[i];

		if (group->subject != s->number + 1)
			continue;
		end_hold(group->hold, compared);
		s->breaks += group->is_live && group->finding->severity == SEVERITY_ERROR;
	}
}

/* What is fine by us, and what the registry is certain to refuse. */
static void note_refusals(struct comparing_subject *s, const struct registry_compared *compared)
{
	struct arena *arena = s->check->run->arena;
	struct str words = S("");
	uint32_t n = 0;

	for (uint32_t i = 0; i < compared->n && !n; i++) {
		const struct registry_state *state;

		if (compared->items[i]->is_deleted)
			continue;
		state = registry_open_version(s, compared->items[i]);
		for (uint32_t k = 0; state && k < state->theirs.n; k++, n++)
			words = str_printf(arena, STR "%s%s '" STR "'", ARG(words), n ? ", " : "",
				state->theirs.items[k].kind, ARG(state->theirs.items[k].of));
		if (n)
			diag_remark(notes(s), DIAG_NOTE,
				STR ": registry: would refuse (" STR ") against version %u, and "
				    "nothing breaks",
				ARG(name_of(s)), ARG(words), compared->items[i]->number);
	}
}

/* ---- all of it ---- */

static void note_first(const struct comparing_subject *s)
{
	if (newest(s))
		return;
	if (s->subject->group.n)
		diag_remark(notes(s), DIAG_NOTE, STR ": no version of group " STR, ARG(name_of(s)),
			ARG(own_property(s)));
	else
		diag_remark(notes(s), DIAG_NOTE,
			STR ": this is its first version: all that there were are deleted",
			ARG(name_of(s)));
}

static bool compare(struct comparing_subject *s, const struct registry_compared *compared)
{
	bool ok = true;

	for (uint32_t i = 0; i < compared->n; i++)
		ok &= registry_compare_version(s, compared->items[i]);
	registry_end_groups(s, compared);
	return ok;
}

/* Of many versions those that the level does not ask for are fetched only if it matters. */
static const struct registry_version *find_in_rest(struct comparing_subject *s)
{
	if (!s->breaks || s->subject->versions.n <= MOST_LOOKED_AT)
		return NULL;
	fetch_rest(s);
	return find_same(s);
}

static void forget(struct comparing_subject *s)
{
	for (uint32_t i = 0; i < s->check->list.n; i++) {
		struct registry_group *group = s->check->list.items[i];

		if (group->subject == s->number + 1)
			group->hold->n_versions = 0;
	}
}

static void say_same(const struct comparing_subject *s, const struct registry_version *same)
{
	diag_remark(notes(s), DIAG_NOTE, STR ": already version %u", ARG(name_of(s)), same->number);
}

static bool compare_versions(struct comparing_subject *s)
{
	struct registry_compared compared = { 0 };
	const struct registry_version *same;

	if (!fetch_needed(s))
		return false;
	note_group(s);
	if (!registry_take_head(s))
		return false;
	if (s->subject->versions.n <= MOST_LOOKED_AT)
		fetch_rest(s);
	same = find_same(s);
	if (same) {
		say_same(s, same);
		return true;
	}
	choose(s, &compared);
	note_first(s);
	if (!compare(s, &compared))
		return false;
	same = find_in_rest(s);
	if (same) {
		forget(s);
		say_same(s, same);
		return true;
	}
	if (!s->breaks)
		note_refusals(s, &compared);
	registry_ask_about(s, &compared);
	return true;
}

bool registry_check_subject(struct registry_check *check, const struct registry_asked *asked)
{
	struct comparing_subject s = {
		.check = check,
		.asked = asked,
		.number = (uint32_t)(asked - check->asked.items),
	};

	map_init(&s.states, check->run->arena);
	s.subject = registry_subject_read(asked->registry, asked->subject, true, &check->diags);
	if (!s.subject)
		return false;
	if (!s.subject->is_known) {
		diag_remark(notes(&s), DIAG_NOTE,
			STR ": not in the registry: this is its first version",
			ARG(asked->subject));
		return true;
	}
	if (!take_level(&s))
		return false;
	*vec_push(check->run->arena, &check->contracts.list) = s.level;
	note_words(&s);
	if (s.level->level == LEVEL_NONE) {
		diag_remark(notes(&s), DIAG_NOTE, STR ": level NONE: nothing is compared",
			ARG(name_of(&s)));
		return true;
	}
	return compare_versions(&s);
}
