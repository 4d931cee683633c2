/* What the registry itself says of the new side (--ask-registry). */
#include "registry_run.h"

/* The text of the new side's file. False: it cannot be read, which was reported. */
static bool read_head(struct comparing_subject *s, struct str *text)
{
	struct breakwater_run *run = s->check->run;
	struct source *source = run->sides[NEW].source;
	const struct source_entry *entry = source_find(source, s->head->text->path);

	if (source->by_import_path) {
		diag_warning(&run->diags, NOWHERE,
			"--ask-registry needs the text of a contract, which " STR " has not",
			ARG(source->name));
		return false;
	}
	return entry && source_read(source, entry, run->arena, text, &s->check->diags);
}

/* The registry knows the imports by what the newest version refers to. */
static struct registry_question question_of(
	struct comparing_subject *s, const struct registry_version *version, struct str text)
{
	return (struct registry_question){
		.subject = s->subject->name,
		.version = version->number,
		.schema = text,
		.references = version->references.items,
		.n_references = version->references.n,
	};
}

/* Does it name the field or message of the finding? It writes `#/Order/Item/3`, a path of names
 * below the package and the number of a field. */
static bool names_element(
	struct arena *arena, const struct registry_answer *answer, const struct finding *finding)
{
	struct str element = finding->element, path, package = S("");
	const struct file *file = finding->old_file ? finding->old_file : finding->new_file;
	const struct pair *pair = finding->pair;

	if (file)
		package = file->package;
	if (pair && pair->kind == PAIR_FIELD && pair->parent && pair->parent->old.message)
		element = pair->parent->old.message->e.full_name;
	if (package.n && str_starts(element, package))
		element = str_from(element, package.n + 1);
	path = str_dup(arena, element);
	for (size_t i = 0; i < path.n; i++)
		if (path.p[i] == '.')
			((char *)path.p)[i] = '/';
	path = finding->has_number
		       ? str_printf(arena, "#/" STR "/%d", ARG(path), (int)finding->number)
		       : str_printf(arena, "#/" STR, ARG(path));
	for (uint32_t i = 0; i < answer->messages.n; i++)
		if (str_contains(answer->messages.items[i], path))
			return true;
	return false;
}

static void mark(struct comparing_subject *s, const struct registry_answer *answer,
	const struct registry_version *version)
{
	for (uint32_t i = 0; i < s->check->list.n; i++) {
		struct registry_group *group = s->check->list.items[i];
		bool holds = false;

		if (group->subject != s->number + 1)
			continue;
		for (uint32_t k = 0; k < group->hold->n_versions; k++)
			holds |= group->hold->versions[k] == version->number;
		if (!holds)
			continue;
		if (!answer->is_compatible &&
			names_element(s->check->run->arena, answer, group->finding))
			group->hold->said = "yes";
		else if (!group->hold->said)
			group->hold->said = "no";
	}
}

/* Errors of asking leave the verdict as it is. */
static void demote(struct comparing_subject *s, struct diags *said)
{
	for (uint32_t i = 0; i < said->n; i++)
		if (said->items[i].level == DIAG_ERROR)
			said->items[i].level = DIAG_WARNING;
	said->n_errors = 0;
	if (said->n)
		diag_help(said,
			"the registry gave no verdict on '" STR "'; that of this program "
			"stands",
			ARG(s->subject->name));
	diags_adopt(&s->check->run->diags, said);
}

static void say_refused(struct comparing_subject *s, const struct registry_answer *answer)
{
	struct diags *diags = &s->check->run->diags;

	diag_warning(diags, NOWHERE,
		STR ": the registry would refuse this under " STR "; breakwater finds %s",
		ARG(s->subject->name), ARG(level_word(s->level)),
		s->breaks ? "breaks, too" : "no break");
	for (uint32_t i = 0; i < answer->messages.n; i++)
		diag_help(diags, "it says: " STR, ARG(answer->messages.items[i]));
}

static void say_accepted(const struct comparing_subject *s)
{
	if (s->breaks)
		diag_remark(&s->check->run->diags, DIAG_NOTE,
			STR ": the registry would accept this under " STR "; breakwater finds %u "
			    "break%s it does not look for",
			ARG(s->subject->name), ARG(level_word(s->level)), s->breaks,
			s->breaks == 1 ? "" : "s");
}

void registry_ask_about(struct comparing_subject *s, const struct registry_compared *compared)
{
	struct registry_answer refusal = { .is_compatible = true };
	struct diags said;
	struct str text;
	bool asked = false;

	if (!s->check->run->options->ask_registry || !read_head(s, &text))
		return;
	diags_init(&said, s->check->run->arena);
	for (uint32_t i = 0; i < compared->n; i++) {
		const struct registry_version *version = compared->items[i];
		struct registry_answer answer = { 0 };
		const struct registry_question question = question_of(s, version, text);

		if (version->is_deleted)
			continue;
		if (!registry_ask(s->asked->registry, &question, &answer, &said)) {
			demote(s, &said);
			return;
		}
		asked = true;
		mark(s, &answer, version);
		if (!answer.is_compatible && refusal.is_compatible)
			refusal = answer;
	}
	if (!refusal.is_compatible) {
		s->check->refused++;
		say_refused(s, &refusal);
	} else if (asked) {
		say_accepted(s);
	}
}
