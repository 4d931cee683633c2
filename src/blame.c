#include "blame.h"

/* The findings of one state against an old side. */
struct judged_state {
	struct map fingerprints; /* (NULL, fingerprint) */
	bool is_broken;          /* it does not compile */
};

struct blaming {
	struct breakwater_run *run;
	struct versions commits; /* for opening them */
	struct content_id tips[SIDES];
	const struct side *old;  /* what is compared with: A, or a version */
	uint64_t old_state;
	struct map *states; /* of `old`: (NULL, state) → struct judged_state * */
	struct map by_version; /* version + 1 → its map of states */
	bool is_broken; /* of the comparison that runs */
	struct commit_steps steps; /* of A..B */
	bool parted;               /* A is no ancestor of B */
	struct content_id base;    /* their merge base then */
};

/* A walk over some first-parent commits. */
struct walk {
	uint64_t fingerprint;
	const struct commit_step *found; /* NULL: none has it */
	VEC(struct str) unsure;          /* commits right before it that do not compile */
};

/* ---- comparing ---- */

static void note_broken(void *context, bool old, struct str path, struct str what)
{
	struct blaming *b = context;

	(void)path;
	(void)what;
	b->is_broken |= !old;
}

static bool compare(struct blaming *b, struct source *source, struct judged_state *state)
{
	struct breakwater_run *run = b->run, *part;
	struct side_options options = run_side_options(run, OLD);
	struct side side;
	struct part_request request = part_request_of(run, b->old, &side);

	request.contracts = NULL;
	request.left_out = note_broken;
	request.context = b;
	if (!snapshot_side(&options, source, &side))
		return false;
	b->is_broken = false;
	part = part_check(&request);
	if (!part)
		return false;
	state->is_broken = b->is_broken;
	for (uint32_t i = 0; i < part->findings.list.n; i++)
		*map_put(&state->fingerprints, NULL, part->findings.list.items[i]->fingerprint) =
			state;
	part_free(part);
	return true;
}

/* The findings of a commit against the old side; each state is compared once. NULL and an error. */
static struct judged_state *state_of(struct blaming *b, const struct commit_step *step)
{
	void **slot = map_put(b->states, NULL, step->state);
	struct judged_state *state = *slot;
	struct version version = { .commit = step->commit, .tree = step->tree,
		.state = step->state };
	struct source *source;
	bool is_empty, ok;

	if (state)
		return state;
	state = NEW(b->run->arena, struct judged_state);
	map_init(&state->fingerprints, b->run->arena);
	*slot = state;
	if (step->state == b->old_state)
		return state;
	version.name = commit_hex(b->run->arena, &step->commit);
	/* Without any contract it is compared all the same: everything is gone. */
	version.state |= 1;
	source = version_open(&b->commits, &version, &is_empty, &b->run->diags);
	if (!source)
		return NULL;
	source->hashing = b->run->sides[NEW].source->hashing;
	ok = compare(b, source, state);
	source_close(source);
	return ok ? state : NULL;
}

/* ---- walking ---- */

/* Finds the first commit of the last run that has the finding. */
static bool walk_back(struct blaming *b, const struct commit_steps *steps, struct walk *walk)
{
	walk->found = NULL;
	walk->unsure.n = 0;
	for (uint32_t i = steps->list.n; i-- > 0;) {
		const struct commit_step *step = &steps->list.items[i];
		const struct judged_state *state = state_of(b, step);

		if (!state)
			return false;
		if (state->is_broken) {
			if (walk->found)
				*vec_push(b->run->arena, &walk->unsure) =
					commit_hex(b->run->arena, &step->commit);
			continue;
		}
		if (!map_get(&state->fingerprints, NULL, walk->fingerprint))
			return true;
		walk->found = step;
		walk->unsure.n = 0;
	}
	return true;
}

static bool read_steps(struct blaming *b, const struct content_id *from, const struct content_id *to,
	struct commit_steps *steps)
{
	struct diags *diags = &b->run->diags;
	struct str id;

	if (!commit_steps_read(b->commits.repository, b->run->arena, b->commits.top, from, to, steps,
		    diags))
		return false;
	if (!steps->is_cut)
		return true;
	id = str_head(commit_hex(diags->arena, &steps->cut), 10);
	diag_error(diags, NOWHERE, "the history of '" STR "' ends at " STR " (shallow clone)",
		ARG(b->run->sides[NEW].source->has_commit ? b->run->sides[NEW].source->side
							  : S("HEAD")),
		ARG(id));
	diag_help(diags, "git fetch --unshallow");
	return false;
}

/* The first parent of a merge, from the second on, that has the finding; false: none, or an error. */
static bool find_merged(struct blaming *b, const struct commit_words *words, uint64_t fingerprint,
	struct content_id *merged)
{
	for (uint32_t i = 1; i < words->n_parents && i < COUNT(words->parents); i++) {
		struct commit_step step;
		const struct judged_state *state;

		if (!commit_step_read(b->commits.repository, b->commits.top, &words->parents[i],
			    &step, &b->run->diags))
			return false;
		state = state_of(b, &step);
		if (!state)
			return false;
		if (!state->is_broken && map_get(&state->fingerprints, NULL, fingerprint)) {
			*merged = words->parents[i];
			return true;
		}
	}
	return false;
}

/* Goes on in the branch that a merge brought, as long as that has the finding. */
static bool follow_merges(
	struct blaming *b, struct walk *walk, struct commit_words *words, struct str *merge)
{
	enum { MOST_MERGES = 100 };
	uint32_t errors = b->run->diags.n_errors;

	for (int depth = 0; depth < MOST_MERGES && words->n_parents > 1; depth++) {
		struct content_id merged, base;
		struct commit_steps steps;
		struct walk inner = { .fingerprint = walk->fingerprint };

		if (!find_merged(b, words, walk->fingerprint, &merged))
			return b->run->diags.n_errors == errors;
		if (!commits_meet(b->commits.repository, &words->parents[0], &merged, &base,
			    &b->run->diags) ||
			!read_steps(b, &base, &merged, &steps) || !walk_back(b, &steps, &inner))
			return false;
		if (!inner.found)
			return true;
		if (!merge->p)
			*merge = commit_hex(b->run->arena, &walk->found->commit);
		*walk = inner;
		if (!commit_words_read(b->commits.repository, &walk->found->commit, b->run->arena,
			    words, &b->run->diags))
			return false;
	}
	return true;
}

/* ---- findings ---- */

static bool blame_commit(struct blaming *b, struct walk *walk, struct finding_blame *blame)
{
	struct commit_words words;
	uint32_t n;

	if (!commit_words_read(b->commits.repository, &walk->found->commit, b->run->arena, &words,
		    &b->run->diags) ||
		!follow_merges(b, walk, &words, &blame->merge))
		return false;
	blame->commit = commit_hex(b->run->arena, &walk->found->commit);
	blame->author = words.author;
	blame->date = words.author_date;
	blame->subject = words.subject;
	n = walk->unsure.n;
	blame->unsure = NEW_ARRAY(b->run->arena, n, struct str);
	for (uint32_t i = 0; i < n; i++) /* the oldest first */
		blame->unsure[blame->n_unsure++] = walk->unsure.items[n - 1 - i];
	return true;
}

/* Had the merge base the finding already, since A went on? */
static bool is_base_ahead(struct blaming *b, uint64_t fingerprint, bool *ahead)
{
	struct commit_step step;
	const struct judged_state *state;

	*ahead = false;
	if (!b->parted)
		return true;
	if (!commit_step_read(b->commits.repository, b->commits.top, &b->base, &step,
		    &b->run->diags))
		return false;
	state = state_of(b, &step);
	if (!state)
		return false;
	*ahead = map_get(&state->fingerprints, NULL, fingerprint) != NULL;
	return true;
}

static bool blame_one(struct blaming *b, struct finding *finding)
{
	struct finding_blame *blame = NEW(b->run->arena, struct finding_blame);
	struct walk walk = { .fingerprint = finding->fingerprint };
	bool ahead;

	if (!walk_back(b, &b->steps, &walk) || !is_base_ahead(b, finding->fingerprint, &ahead))
		return false;
	finding->blame = blame;
	if (ahead) {
		blame->note = BLAME_BASE_AHEAD;
		blame->base = commit_hex(b->run->arena, &b->base);
		blame->base_name = b->run->sides[OLD].source->side;
		return true;
	}
	if (walk.found)
		return blame_commit(b, &walk, blame);
	blame->note = BLAME_UNCOMMITTED;
	return true;
}

/* ---- what is compared with ---- */

static bool take_side(struct blaming *b, const struct side *old, uint64_t state, uintptr_t key)
{
	void **slot = map_put(&b->by_version, NULL, key);

	if (!*slot) {
		*slot = NEW(b->run->arena, struct map);
		map_init(*slot, b->run->arena);
	}
	b->states = *slot;
	b->old = old;
	b->old_state = state;
	return true;
}

/* The old side for a finding: A, unless history has it from another version only. */
static bool choose_side(struct blaming *b, const struct finding *finding, struct side *side,
	struct source **open)
{
	const struct history *history = b->run->history;
	struct side_options options = run_side_options(b->run, OLD);
	const struct version *version;
	struct commit_step base;
	bool is_empty;

	*open = NULL;
	if (!history || !finding->history || finding->history->holds_base) {
		if (!commit_step_read(b->commits.repository, b->run->sides[OLD].source->top,
			    &b->tips[OLD], &base, &b->run->diags))
			return false;
		return take_side(b, &b->run->sides[OLD], base.state, 0);
	}
	version = &history->versions.list.items[finding->history->newest];
	*open = version_open(&history->versions, version, &is_empty, &b->run->diags);
	if (!*open)
		return false;
	(*open)->hashing = b->run->sides[NEW].source->hashing;
	return snapshot_side(&options, *open, side) &&
	       take_side(b, side, version->state, finding->history->newest + 1);
}

static bool start(struct blaming *b)
{
	struct breakwater_run *run = b->run;

	for (int side = OLD; side < SIDES; side++)
		if (!source_repository(run->sides[side].source) ||
			!source_commit(run->sides[side].source, &b->tips[side], &run->diags) ||
			!source_same_repository(
				run->sides[OLD].source, run->sides[NEW].source)) {
			if (!run->diags.n_errors)
				diag_error(&run->diags, NOWHERE,
					"--blame needs revisions of one repository");
			return false;
		}
	b->commits = (struct versions){ .repository = source_repository(run->sides[NEW].source),
		.top = run->sides[NEW].source->top,
		.arena = run->arena };
	map_init(&b->by_version, run->arena);
	if (!commits_meet(b->commits.repository, &b->tips[OLD], &b->tips[NEW], &b->base,
		    &run->diags))
		return false;
	b->parted = memcmp(b->base.bytes, b->tips[OLD].bytes, sizeof b->base.bytes) != 0;
	return read_steps(b, &b->tips[OLD], &b->tips[NEW], &b->steps);
}

bool blame_findings(struct breakwater_run *run)
{
	struct blaming b = { .run = run };

	if (!run->options->blame || !run->findings.list.n)
		return true;
	if (!start(&b))
		return false;
	for (uint32_t i = 0; i < run->findings.list.n; i++) {
		struct finding *finding = run->findings.list.items[i];
		struct source *open;
		struct side side;
		bool ok;

		if (finding->rule->by_history)
			continue;
		ok = choose_side(&b, finding, &side, &open) && blame_one(&b, finding);
		if (open)
			source_close(open);
		if (!ok)
			return false;
	}
	return true;
}
