/* Commits for histories: their words, ranges of first parents, and where two meet. */
#include "source/graph.h"
#include "source/state.h"
#include "source/tree.h"
#include "source/versions.h"
#include "source/work.h"

#include <time.h>

enum { MAX_COMMIT_BYTES = 16 << 20 };

struct repository *source_repository(const struct source *source)
{
	while (source->below)
		source = source->below;
	if (source->ops == &tree_ops)
		return ((const struct tree_source *)source->impl)->repository;
	return source->is_git ? ((const struct work *)source->impl)->repository : NULL;
}

bool source_same_repository(const struct source *a, const struct source *b)
{
	const struct repository *x = source_repository(a), *y = source_repository(b);

	return x && y && str_eq(x->common_dir, y->common_dir);
}

bool source_commit(struct source *source, struct content_id *commit, struct diags *diags)
{
	struct revision revision;

	while (source->below)
		source = source->below;
	if (source->has_commit) {
		*commit = source->commit;
		return true;
	}
	if (!source->is_git || source->ops == &tree_ops)
		return false;
	if (!revision_find(source_repository(source), S("HEAD"), MEANT_COMMIT, &revision, diags))
		return false;
	*commit = revision.commit;
	return revision.has_commit;
}

bool commit_named(struct repository *repository, struct str name, struct content_id *commit,
	struct diags *diags)
{
	struct revision revision;

	if (!revision_find(repository, name, MEANT_COMMIT, &revision, diags))
		return false;
	*commit = revision.commit;
	if (!revision.has_commit)
		diag_error(diags, NOWHERE, "'" STR "' is not a commit, so it has no history",
			ARG(path_printable(diags->arena, name)));
	return revision.has_commit;
}

struct str commit_hex(struct arena *arena, const struct content_id *commit)
{
	return id_text(arena, commit->bytes);
}

/* ---- words ---- */

struct str day_text(struct arena *arena, int64_t seconds, int zone)
{
	time_t local = (time_t)(seconds + (int64_t)zone * 60);
	struct tm parts;
	char text[32];

	if (!gmtime_r(&local, &parts) || strftime(text, sizeof text, "%Y-%m-%d", &parts) == 0)
		return S("0000-00-00");
	return str_dup(arena, str_of(text));
}

static int64_t take_digits(struct str *rest)
{
	int64_t number = 0;
	size_t n = 0;

	for (; n < rest->n && n < 17 && rest->p[n] >= '0' && rest->p[n] <= '9'; n++)
		number = number * 10 + (rest->p[n] - '0');
	*rest = str_from(*rest, n);
	return number;
}

/* `NAME <MAIL> SECONDS ZONE`; returns the seconds since 1970. */
static int64_t take_person(
	struct arena *arena, struct str line, struct str *name, struct str *date)
{
	size_t close = str_rfind(line, '>');
	struct str rest = str_from(line, close + 2);
	int64_t seconds = take_digits(&rest), hours;
	bool west;

	if (name)
		*name = str_dup(arena, str_trim(str_head(line, str_find(line, '<'))));
	rest = str_trim(rest);
	west = str_starts(rest, S("-"));
	rest = str_from(rest, 1);
	hours = take_digits(&rest);
	*date = day_text(arena, seconds,
		(int)((hours / 100 * 60 + hours % 100) % (24 * 60)) * (west ? -1 : 1));
	return seconds;
}

/* The lines up to the first empty one, joined, as git's %s. */
static struct str subject_of(struct arena *arena, struct str message)
{
	struct str subject = { NULL, 0 }, line;

	while (str_cut(&message, '\n', &line)) {
		line = str_trim(line);
		if (!line.n && subject.p)
			break;
		if (line.n)
			subject = subject.p
					  ? str_printf(arena, STR " " STR, ARG(subject), ARG(line))
					  : str_dup(arena, line);
	}
	return subject.p ? subject : S("");
}

bool commit_words_read(struct repository *repository, const struct content_id *commit,
	struct arena *arena, struct commit_words *words, struct diags *diags)
{
	struct arena *scratch = arena_like(arena);
	struct str bytes, line;
	bool ok = object_read(repository, commit->bytes, GIT_OBJECT_COMMIT, MAX_COMMIT_BYTES, NULL,
		S("the history"), scratch, &bytes, diags);

	*words = (struct commit_words){ .author = S(""), .date = S(""), .author_date = S("") };
	while (ok && str_cut(&bytes, '\n', &line) && line.n) {
		struct content_id id;

		if (str_starts(line, S("parent ")) && id_parse(str_from(line, 7), &id)) {
			if (words->n_parents < COUNT(words->parents))
				words->parents[words->n_parents] = id;
			words->n_parents++;
		} else if (str_starts(line, S("author "))) {
			take_person(arena, str_from(line, 7), &words->author, &words->author_date);
		} else if (str_starts(line, S("committer "))) {
			words->seconds = take_person(arena, str_from(line, 10), NULL, &words->date);
		}
	}
	if (ok)
		words->subject = subject_of(arena, bytes);
	arena_free(scratch);
	return ok;
}

/* ---- ranges ---- */

bool commits_meet(struct repository *repository, const struct content_id *a,
	const struct content_id *b, struct content_id *base, struct diags *diags)
{
	struct merge_sides sides = {
		.a = a,
		.b = b,
		.n_b = 1,
		.a_name = str_head(id_text(diags->arena, a->bytes), 10),
		.b_name = str_head(id_text(diags->arena, b->bytes), 10),
	};

	return merge_base(repository, &sides, base, diags);
}

void commits_mark(struct graph *graph, const struct content_id *from, uint32_t flag,
	uint32_t blocked, const struct commit **cut)
{
	VEC(struct commit *) open = { 0 };
	struct commit *first = commit_get(graph, from);

	if (!first || (first->flags & (flag | blocked)))
		return;
	first->flags |= flag;
	*vec_push(graph->arena, &open) = first;
	while (open.n && !graph->failed) {
		struct commit *commit = open.items[--open.n];

		if (cut && !*cut && commit_is_cut(graph, commit))
			*cut = commit;
		for (uint32_t i = 0; i < commit->n_parents; i++) {
			struct commit *parent = commit_get(graph, &commit->parents[i]);

			if (!parent || (parent->flags & (flag | blocked)))
				continue;
			parent->flags |= flag;
			*vec_push(graph->arena, &open) = parent;
		}
	}
}

/* The first parents of `to` that are not in the history of `from`, newest first. */
static void collect_steps(struct graph *graph, struct arena *arena, const struct content_id *to,
	struct commit_steps *steps)
{
	enum { KNOWN = 1 };
	struct commit *commit = commit_get(graph, to);

	while (commit && !(commit->flags & KNOWN)) {
		struct commit_step *step = vec_push(arena, &steps->list);

		*step = (struct commit_step){ .commit = commit->id, .tree = commit->tree };
		step->n_parents = commit->n_parents;
		if (commit->n_parents > 1)
			step->second = commit->parents[1];
		if (commit_is_cut(graph, commit)) {
			steps->is_cut = true;
			steps->cut = commit->id;
		}
		commit = commit->n_parents ? commit_get(graph, &commit->parents[0]) : NULL;
	}
}

static void turn_around(struct commit_steps *steps)
{
	for (uint32_t i = 0, k = steps->list.n; i + 1 < k; i++) {
		struct commit_step held = steps->list.items[i];

		steps->list.items[i] = steps->list.items[--k];
		steps->list.items[k] = held;
	}
}

bool commit_steps_read(struct repository *repository, struct arena *arena, struct str top,
	const struct content_id *from, const struct content_id *to, struct commit_steps *steps,
	struct diags *diags)
{
	enum { KNOWN = 1 };
	struct graph *graph = graph_new(repository, diags);
	struct states states;
	bool ok;

	*steps = (struct commit_steps){ 0 };
	if (from)
		commits_mark(graph, from, KNOWN, 0, NULL);
	collect_steps(graph, arena, to, steps);
	ok = !graph->failed;
	graph_free(graph);
	turn_around(steps);
	states_init(&states, repository, diags);
	for (uint32_t i = 0; ok && i < steps->list.n; i++)
		ok = states_of(
			&states, &steps->list.items[i].tree, top, &steps->list.items[i].state);
	states_end(&states);
	return ok;
}

bool commit_step_read(struct repository *repository, struct str top,
	const struct content_id *commit, struct commit_step *step, struct diags *diags)
{
	struct graph *graph = graph_new(repository, diags);
	struct commit *read = commit_get(graph, commit);
	struct states states;
	bool ok = read != NULL;

	*step = (struct commit_step){ .commit = *commit };
	if (ok) {
		step->tree = read->tree;
		step->n_parents = read->n_parents;
		states_init(&states, repository, diags);
		ok = states_of(&states, &step->tree, top, &step->state);
		states_end(&states);
	}
	graph_free(graph);
	return ok;
}

bool commit_date_read(struct repository *repository, const struct content_id *commit, int64_t *date,
	struct diags *diags)
{
	struct graph *graph = graph_new(repository, diags);
	const struct commit *read = commit_get(graph, commit);

	if (read)
		*date = read->date;
	graph_free(graph);
	return read != NULL;
}

bool tag_date_read(struct repository *repository, const struct content_id *id, int64_t *date)
{
	struct arena *scratch = arena_like(repository->arena);
	struct diags unsaid;
	struct str bytes = { NULL, 0 }, line;
	git_object_t type;
	bool found = false;

	diags_init(&unsaid, scratch);
	if (object_type(repository, id, S("tag"), &type, &unsaid) && type == GIT_OBJECT_TAG &&
		object_read(repository, id->bytes, GIT_OBJECT_TAG, MAX_COMMIT_BYTES, NULL, S("tag"),
			scratch, &bytes, &unsaid))
		while (!found && str_cut(&bytes, '\n', &line) && line.n)
			if (str_starts(line, S("tagger "))) {
				line = str_from(line, str_rfind(line, '>') + 2);
				*date = take_digits(&line);
				found = true;
			}
	arena_free(scratch);
	return found;
}
