/* `:/text` and `REV^{/text}`: commits found by their messages. */
#include "source/lookup.h"

#include "source/graph.h"
#include "source/refs.h"

struct starts {
	struct graph *graph;
	VEC(struct commit *) items;
};

static void add_start(void *context, struct str name, const struct content_id *id)
{
	struct starts *starts = context;
	struct content_id commit = *id;
	struct diags unsaid;
	struct commit *start;

	(void)name;
	diags_init(&unsaid, starts->graph->arena);
	if (!object_peel(starts->graph->repository, GIT_OBJECT_COMMIT, &commit, &unsaid))
		return;
	start = commit_get(starts->graph, &commit);
	if (start)
		*vec_push(starts->graph->arena, &starts->items) = start;
}

/* The newest commit reachable from the queue whose message matches, or with `negative` does not. */
static struct commit *search_queue(struct graph *graph, bool negative)
{
	while (graph->queue.n) {
		struct commit *commit = queue_pop(graph);

		if (commit->matches != negative)
			return commit;
		for (uint32_t i = 0; i < commit->n_parents; i++) {
			struct commit *parent = commit_get(graph, &commit->parents[i]);

			if (!parent)
				return NULL;
			if (parent->seen)
				continue;
			parent->seen = 1;
			queue_push(graph, parent);
		}
	}
	return NULL;
}

/* `!-text` (no match), `!!text` (a `!`), `text`; false: another `!`. */
static bool split_pattern(struct str *text, bool *negative)
{
	*negative = str_starts(*text, S("!-"));
	if (*negative)
		*text = str_from(*text, 2);
	else if (str_starts(*text, S("!!")))
		*text = str_from(*text, 1);
	else if (str_starts(*text, S("!")))
		return false;
	return true;
}

bool find_message(struct lookup *lookup, struct str text, const struct content_id *from,
	struct content_id *id)
{
	struct repository *repository = lookup->repository;
	struct graph *graph;
	struct starts starts = { 0 };
	struct commit *found = NULL;
	struct content_id head;
	regex_t pattern;
	bool negative;

	if (!split_pattern(&text, &negative))
		return lookup_fail(lookup, "':/!' must be followed by '-' or '!'");
	if (regcomp(&pattern, str_cstr(repository->arena, text), REG_EXTENDED | REG_NOSUB) != 0)
		return lookup_fail(lookup, "'" STR "' is not a regular expression", ARG(text));
	graph = starts.graph = graph_new(repository, lookup->diags);
	graph->pattern = &pattern;
	if (from) {
		add_start(&starts, S(""), from);
	} else if (refs_each(repository, S("refs/"), add_start, &starts, lookup->diags)) {
		if (ref_read(repository, S("HEAD"), &head, NULL, lookup->diags) == REF_FOUND)
			add_start(&starts, S("HEAD"), &head);
	} else {
		lookup->said = true;
	}
	for (uint32_t i = starts.items.n; i-- > 0;) {
		if (starts.items.items[i]->seen)
			continue;
		starts.items.items[i]->seen = 1;
		queue_push(graph, starts.items.items[i]);
	}
	if (!lookup->said && !graph->failed)
		found = search_queue(graph, negative);
	if (found)
		*id = found->id;
	else if (graph->failed)
		lookup->said = true;
	else if (!lookup->said)
		lookup_fail(lookup, "no commit's message %s '" STR "'", negative ? "lacks" : "has",
			ARG(text));
	graph_free(graph);
	regfree(&pattern);
	return found != NULL;
}
