#include "cli/pipeline.h"

#include "base/str.h"
#include "base/vec.h"
#include "cli/cli.h"

#include <unistd.h>

enum { MAX_COMMITS = 2 };

/*
 * A pipeline and the meaning of its variables. To add one, add a row here, and its kind of clone to
 * ci/tests/pipelines.py.
 */
struct pipeline {
	const char *name;                 /* NULL: ours, which any pipeline can set */
	const char *marker;               /* set (and not to `false`) in this pipeline */
	const char *value;                /* its value then; NULL: any */
	const char *queued;               /* merge queue: the entry before this one */
	const char *commits[MAX_COMMITS]; /* merge request: the base commit; the first one that is
					     set */
	const char *branch;               /* target branch of the merge request; unset otherwise */
	const char *tip;               /* a commit of that branch */
	/* The reference and the commit that are built. refs/pull/N/merge is the merge of both
	 * branches; its second parent is the request's commit. */
	const char *ref, *commit, *merged;
	const char *silent; /* why there is nothing to read; NULL otherwise */
	/* Not a merge request: the built branch and the default branch; or a variable that is
	 * `true` if they are the same. */
	const char *built, *main, *is_main;
	const char *before; /* the previous commit of the built branch; zeros: none, or unknown */
	const char *event;  /* is `push` if zeros mean that the branch is new */
	/* The content of an event file. */
	bool (*propose)(struct arena *arena, struct breakwater_proposal *proposal);
	void (*find_request)(struct arena *arena, struct breakwater_proposal *proposal);
};

static const struct pipeline pipelines[] = {
	{ .branch = "BREAKWATER_BASE_BRANCH" },
	{ .name = "GitHub Actions",
		.marker = "GITHUB_ACTIONS",
		.branch = "GITHUB_BASE_REF",
		.ref = "GITHUB_REF",
		.commit = "GITHUB_SHA",
		.find_request = event_find_request,
		.propose = event_propose },
	/* The first commit is set if the pipeline builds the merged result; in a merge train it is
	   the entry before. */
	{ .name = "GitLab CI",
		.marker = "GITLAB_CI",
		.commits = { "CI_MERGE_REQUEST_TARGET_BRANCH_SHA",
			"CI_MERGE_REQUEST_DIFF_BASE_SHA" },
		.branch = "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
		.built = "CI_COMMIT_BRANCH",
		.main = "CI_DEFAULT_BRANCH",
		.before = "CI_COMMIT_BEFORE_SHA",
		.event = "CI_PIPELINE_SOURCE" },
	{ .name = "Buildkite",
		.marker = "BUILDKITE",
		.queued = "BUILDKITE_MERGE_QUEUE_BASE_COMMIT",
		.branch = "BUILDKITE_PULL_REQUEST_BASE_BRANCH",
		.built = "BUILDKITE_BRANCH",
		.main = "BUILDKITE_PIPELINE_DEFAULT_BRANCH" },
	/* Only known from a value that the pipeline's configuration has to pass on. */
	{ .name = "CircleCI",
		.marker = "CIRCLE_PULL_REQUEST",
		.silent = "CircleCI does not tell a job the base of a pull request: set "
			  "BREAKWATER_BASE_BRANCH" },
	{ .name = "Jenkins", .marker = "CHANGE_ID", .branch = "CHANGE_TARGET" },
	{ .name = "Jenkins",
		.marker = "JENKINS_URL",
		.built = "BRANCH_NAME",
		.is_main = "BRANCH_IS_PRIMARY",
		.before = "GIT_PREVIOUS_SUCCESSFUL_COMMIT" },
	{ .name = "Azure Pipelines",
		.marker = "TF_BUILD",
		.branch = "SYSTEM_PULLREQUEST_TARGETBRANCH",
		.ref = "BUILD_SOURCEBRANCH",
		.commit = "BUILD_SOURCEVERSION",
		.merged = "SYSTEM_PULLREQUEST_SOURCECOMMITID" },
	{ .name = "Bitbucket Pipelines",
		.marker = "BITBUCKET_PR_ID",
		.branch = "BITBUCKET_PR_DESTINATION_BRANCH",
		.tip = "BITBUCKET_PR_DESTINATION_COMMIT" },
	{ .name = "Woodpecker",
		.marker = "CI",
		.value = "woodpecker",
		.branch = "CI_COMMIT_TARGET_BRANCH",
		.built = "CI_COMMIT_BRANCH",
		.main = "CI_REPO_DEFAULT_BRANCH",
		.before = "CI_PREV_COMMIT_SHA" },
	{ .name = "Drone",
		.marker = "DRONE_PULL_REQUEST",
		.branch = "DRONE_TARGET_BRANCH",
		.merged = "DRONE_COMMIT_SHA" },
	{ .name = "Drone",
		.marker = "DRONE",
		.built = "DRONE_COMMIT_BRANCH",
		.main = "DRONE_REPO_BRANCH",
		.before = "DRONE_COMMIT_BEFORE",
		.event = "DRONE_BUILD_EVENT" },
	{ .name = "Travis CI",
		.marker = "TRAVIS_PULL_REQUEST",
		.branch = "TRAVIS_BRANCH",
		.merged = "TRAVIS_PULL_REQUEST_SHA" },
	{ .name = "AppVeyor",
		.marker = "APPVEYOR_PULL_REQUEST_NUMBER",
		.branch = "APPVEYOR_REPO_BRANCH" },
	{ .name = "CodeBuild",
		.marker = "CODEBUILD_BUILD_ID",
		.branch = "CODEBUILD_WEBHOOK_BASE_REF" },
};

const char *pipeline_variable(const char *name)
{
	const char *value = name ? cli_environment(name) : NULL;

	return value && *value ? value : NULL;
}

bool pipeline_is_zero(const char *id)
{
	size_t n = strlen(id);

	return n >= 40 && strspn(id, "0") == n;
}

bool pipeline_is_commit(const char *id)
{
	size_t n = strlen(id);

	return n == 40 && strspn(id, "0123456789abcdefABCDEF") == n && strspn(id, "0") < n;
}

static bool is(const char *name, const char *value)
{
	const char *set = pipeline_variable(name);

	return set && strcmp(set, value) == 0;
}

static const char *of_pipeline(
	struct arena *arena, const struct pipeline *pipeline, struct str reason)
{
	return str_cstr(arena, str_printf(arena, "%s%s" STR, pipeline->name ? pipeline->name : "",
				       pipeline->name ? ": " : "", ARG(reason)));
}

static const char *reason_of(struct arena *arena, const struct pipeline *pipeline, const char *name)
{
	return of_pipeline(
		arena, pipeline, str_printf(arena, "%s is %s", name, pipeline_variable(name)));
}

/* Some pipelines sometimes set `refs/heads/main`. */
static const char *branch_of(const char *value)
{
	return str_starts(str_of(value), S("refs/heads/")) ? value + strlen("refs/heads/") : value;
}

static bool is_merge(const char *ref)
{
	return ref && str_starts(str_of(ref), S("refs/pull/")) &&
	       str_ends(str_of(ref), S("/merge"));
}

/* The merge commit of the request, as far as it is known. */
static void find_merge(
	struct arena *arena, const struct pipeline *pipeline, struct breakwater_proposal *proposal)
{
	if (is_merge(pipeline_variable(pipeline->ref))) {
		proposal->merge = pipeline_variable(pipeline->commit);
		if (!proposal->merge)
			proposal->merge = "HEAD";
	}
	proposal->merged = pipeline_variable(pipeline->merged);
	proposal->tip = pipeline_variable(pipeline->tip);
	if (pipeline->find_request)
		pipeline->find_request(arena, proposal);
}

static bool propose_request(struct arena *arena, const struct pipeline *pipeline,
	const char *branch, struct breakwater_proposal *proposal)
{
	for (size_t i = 0; i < MAX_COMMITS; i++) {
		if (!pipeline_variable(pipeline->commits[i]))
			continue;
		proposal->commit = pipeline_variable(pipeline->commits[i]);
		proposal->reason = reason_of(arena, pipeline, pipeline->commits[i]);
		return true;
	}
	proposal->branch = branch_of(branch);
	proposal->reason = reason_of(arena, pipeline, pipeline->branch);
	find_merge(arena, pipeline, proposal);
	return true;
}

/* The default branch is built: the merge base with itself would be the pushed commit. */
static bool propose_before(struct arena *arena, const struct pipeline *pipeline, const char *branch,
	struct breakwater_proposal *proposal)
{
	const char *before = pipeline_variable(pipeline->before);

	proposal->is_last = true;
	if (before && pipeline_is_commit(before)) {
		proposal->commit = before;
		proposal->reason = of_pipeline(arena, pipeline,
			str_printf(arena, "the state of '%s' before the push", branch));
		return true;
	}
	if (!before || !pipeline_is_zero(before) || !is(pipeline->event, "push"))
		return false;
	proposal->is_first = true;
	proposal->reason = of_pipeline(
		arena, pipeline, str_printf(arena, "there was no '%s' before the push", branch));
	return true;
}

static bool propose_built(
	struct arena *arena, const struct pipeline *pipeline, struct breakwater_proposal *proposal)
{
	const char *built = pipeline_variable(pipeline->built);
	const char *main = pipeline_variable(pipeline->main);
	bool is_main = pipeline->is_main ? is(pipeline->is_main, "true")
					 : built && main && strcmp(built, main) == 0;

	if (is_main && propose_before(arena, pipeline, built ? built : "HEAD", proposal))
		return true;
	if (!main)
		return false;
	proposal->is_last = true;
	proposal->branch = branch_of(main);
	proposal->reason = reason_of(arena, pipeline, pipeline->main);
	return true;
}

static bool propose(
	struct arena *arena, const struct pipeline *pipeline, struct breakwater_proposal *proposal)
{
	const char *marker = pipeline_variable(pipeline->marker);
	const char *branch = pipeline_variable(pipeline->branch);

	if (pipeline->marker && (!marker || strcmp(marker, "false") == 0 ||
					(pipeline->value && strcmp(marker, pipeline->value) != 0)))
		return false;
	proposal->in_pipeline = pipeline->marker || branch;
	if (pipeline_variable(pipeline->queued)) {
		proposal->commit = pipeline_variable(pipeline->queued);
		proposal->reason = reason_of(arena, pipeline, pipeline->queued);
		return true;
	}
	if (branch)
		return propose_request(arena, pipeline, branch, proposal);
	proposal->reason = pipeline->silent;
	if (pipeline->silent)
		return true;
	if (!pipeline->propose)
		return propose_built(arena, pipeline, proposal);
	find_merge(arena, pipeline, proposal);
	return pipeline->propose(arena, proposal);
}

/*
 * Variables that pre-commit sets for a push, or with --from-ref and --to-ref; the pre-push hook of
 * `init --hook` sets them as well.
 */
static bool propose_hook(struct arena *arena, struct breakwater_proposal *proposal)
{
	const char *from = pipeline_variable("PRE_COMMIT_FROM_REF");
	const char *to = pipeline_variable("PRE_COMMIT_TO_REF");
	const char *branch = pipeline_variable("PRE_COMMIT_REMOTE_BRANCH");

	/* All commits are new to the remote. */
	if (!to && branch)
		to = pipeline_variable("PRE_COMMIT_LOCAL_BRANCH");
	if (!to)
		return false;
	if (from && pipeline_is_zero(from))
		from = NULL;
	proposal->head = to;
	proposal->commit = from;
	proposal->pushed = branch;
	if (branch)
		proposal->reason =
			str_cstr(arena, str_printf(arena,
						from ? "the state of '%s' before the push"
						     : "there was no '%s' before the push",
						branch_of(branch)));
	else if (from)
		proposal->reason =
			str_cstr(arena, str_printf(arena, "PRE_COMMIT_FROM_REF is %s", from));
	return true;
}

static struct breakwater_proposal find_proposal(struct arena *arena)
{
	struct breakwater_proposal proposal = { 0 };
	const char *ci = pipeline_variable("CI");
	bool found = propose_hook(arena, &proposal);

	for (size_t i = 0; i < COUNT(pipelines) && !found; i++)
		found = propose(arena, &pipelines[i], &proposal);
	if (ci && strcmp(ci, "false") != 0)
		proposal.in_pipeline = true;
	return proposal;
}

/*
 * git names the merged commits to a pre-merge-commit hook only in variables, GITHEAD_ and an id,
 * and writes MERGE_HEAD later (git 2.39, builtin/merge.c).
 */
static struct breakwater_list find_merging(struct arena *arena)
{
	static const struct str prefix = STR_INIT("GITHEAD_");
	VEC(const char *) ids = { 0 };

	for (char **variable = environ; variable && *variable; variable++) {
		struct str text = str_of(*variable), id = str_from(text, prefix.n);

		if (str_starts(text, prefix))
			*vec_push(arena, &ids) = str_cstr(arena, str_head(id, str_find(id, '=')));
	}
	return (struct breakwater_list){ ids.items, ids.n };
}

void pipeline_propose(struct arena *arena, struct breakwater_options *options)
{
	if (options->staged && options->merge_base)
		options->merging = find_merging(arena);
	if (!options->base)
		options->proposal = find_proposal(arena);
}
