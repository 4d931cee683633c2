#include "cli/pipeline.h"

#include "base/str.h"
#include "cli/cli.h"

#include <jansson.h>

enum { MAX_COMMITS = 2 };

/*
 * One pipeline: which of its variables says what. Adding one is adding a row here, and to
 * ci/pipelines.py what its clone looks like.
 */
struct pipeline {
	const char *name;                 /* NULL: ours, which every pipeline can set */
	const char *marker;               /* set, and not to `false`, where the others count */
	const char *commits[MAX_COMMITS]; /* the base itself; the first one that is set */
	const char *branch;               /* where the merge request goes; unset outside of one */
	const char *tip;                  /* a commit of that branch */
	const char *silent;               /* why there is nothing to read; else NULL */
	/* What the branch that is built was before a push; NULL: not told. */
	bool (*pushed)(struct arena *arena, struct breakwater_proposal *proposal);
};

static const char *variable(const char *name)
{
	const char *value = name ? cli_environment(name) : NULL;

	return value && *value ? value : NULL;
}

static bool is_commit(const char *id)
{
	size_t n = strlen(id);

	return n == 40 && strspn(id, "0123456789abcdef") == n && strspn(id, "0") < n;
}

static const char *text_at(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static void propose_before(struct arena *arena, const char *pipeline, const char *branch,
	const char *before, struct breakwater_proposal *proposal)
{
	proposal->commit = str_cstr(arena, str_of(before));
	proposal->reason = str_cstr(
		arena, str_printf(arena, "%s: what '%s' was before the push", pipeline, branch));
	proposal->is_last = true;
}

/*
 * A push to the default branch, whose merge base with itself would be what was pushed. The event is
 * a file of JSON; docs.github.com, "Webhook events and payloads", push.
 */
static bool github_pushed(struct arena *arena, struct breakwater_proposal *proposal)
{
	const char *event = variable("GITHUB_EVENT_NAME"), *path = variable("GITHUB_EVENT_PATH");
	json_t *push;
	const char *branch, *ref;
	bool found;

	if (!event || strcmp(event, "push") != 0 || !path)
		return false;
	push = json_load_file(path, 0, NULL);
	branch = text_at(json_object_get(push, "repository"), "default_branch");
	ref = text_at(push, "ref");
	found = *branch && str_starts(str_of(ref), S("refs/heads/")) &&
		strcmp(ref + strlen("refs/heads/"), branch) == 0 &&
		is_commit(text_at(push, "before"));
	if (found)
		propose_before(arena, "GitHub Actions", branch, text_at(push, "before"), proposal);
	json_decref(push);
	return found;
}

static bool gitlab_pushed(struct arena *arena, struct breakwater_proposal *proposal)
{
	const char *branch = variable("CI_COMMIT_BRANCH"), *main = variable("CI_DEFAULT_BRANCH");
	const char *before = variable("CI_COMMIT_BEFORE_SHA");

	if (!branch || !main || strcmp(branch, main) != 0 || !before || !is_commit(before))
		return false;
	propose_before(arena, "GitLab CI", branch, before, proposal);
	return true;
}

static const struct pipeline pipelines[] = {
	{ .branch = "BREAKWATER_BASE_BRANCH" },
	{ .name = "GitHub Actions",
		.marker = "GITHUB_ACTIONS",
		.branch = "GITHUB_BASE_REF",
		.pushed = github_pushed },
	/* The first commit is set where the pipeline builds the merged result. */
	{ .name = "GitLab CI",
		.marker = "GITLAB_CI",
		.commits = { "CI_MERGE_REQUEST_TARGET_BRANCH_SHA",
			"CI_MERGE_REQUEST_DIFF_BASE_SHA" },
		.branch = "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
		.pushed = gitlab_pushed },
	{ .name = "Buildkite",
		.marker = "BUILDKITE",
		.branch = "BUILDKITE_PULL_REQUEST_BASE_BRANCH" },
	/* Only a pipeline's value tells, which its configuration has to pass on. */
	{ .name = "CircleCI",
		.marker = "CIRCLE_PULL_REQUEST",
		.silent = "CircleCI tells a job nothing of a pull request's base: set "
			  "BREAKWATER_BASE_BRANCH" },
	{ .name = "Jenkins", .marker = "CHANGE_ID", .branch = "CHANGE_TARGET" },
	{ .name = "Azure Pipelines",
		.marker = "TF_BUILD",
		.branch = "SYSTEM_PULLREQUEST_TARGETBRANCH" },
	{ .name = "Bitbucket Pipelines",
		.marker = "BITBUCKET_PR_ID",
		.branch = "BITBUCKET_PR_DESTINATION_BRANCH",
		.tip = "BITBUCKET_PR_DESTINATION_COMMIT" },
};

static const char *reason_of(struct arena *arena, const struct pipeline *pipeline, const char *name)
{
	return str_cstr(
		arena, str_printf(arena, "%s%s%s is %s", pipeline->name ? pipeline->name : "",
			       pipeline->name ? ": " : "", name, variable(name)));
}

/* Azure has `refs/heads/main` for its own repositories and `main` for GitHub's. */
static const char *branch_of(const char *value)
{
	return str_starts(str_of(value), S("refs/heads/")) ? value + strlen("refs/heads/") : value;
}

static bool propose(
	struct arena *arena, const struct pipeline *pipeline, struct breakwater_proposal *proposal)
{
	const char *marker = variable(pipeline->marker), *branch = variable(pipeline->branch);

	if (pipeline->marker && (!marker || strcmp(marker, "false") == 0))
		return false;
	for (size_t i = 0; i < MAX_COMMITS; i++) {
		if (!variable(pipeline->commits[i]) || !branch)
			continue;
		proposal->commit = variable(pipeline->commits[i]);
		proposal->reason = reason_of(arena, pipeline, pipeline->commits[i]);
		return true;
	}
	if (branch) {
		proposal->branch = branch_of(branch);
		proposal->tip = variable(pipeline->tip);
		proposal->reason = reason_of(arena, pipeline, pipeline->branch);
		return true;
	}
	proposal->reason = pipeline->silent;
	return pipeline->silent || (pipeline->pushed && pipeline->pushed(arena, proposal));
}

struct breakwater_proposal pipeline_proposal(struct arena *arena)
{
	struct breakwater_proposal proposal = { 0 };

	for (size_t i = 0; i < COUNT(pipelines); i++) {
		if (propose(arena, &pipelines[i], &proposal))
			break;
	}
	return proposal;
}
