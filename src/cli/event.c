/*
 * The event of a GitHub workflow (Gitea's and Forgejo's are the same): a JSON file, documented at
 * docs.github.com under "Webhook events and payloads". Strangers' text is in it, so it is read
 * within limits, and a diagnostic says so if it cannot be read.
 */
#include "base/json.h"
#include "base/open.h"
#include "cli/cli.h"
#include "cli/pipeline.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <sys/stat.h>
#include <unistd.h>

/* GitHub sends no larger ones. */
enum {
	MAX_EVENT = 25 << 20,
	MAX_EVENT_MEMORY =
		256 << 20, /* memory for its values; GitHub's largest event needs a third */
};

#define TOO_MANY_VALUES "its values need more than 256 MiB of memory"
#define SYSTEM "GitHub Actions: "

struct event {
	struct arena *arena;
	const char *name; /* "": unknown */
	json_t *json;
	struct breakwater_proposal *proposal;
};

static struct str text_at(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_string(value))
		return S("");
	return (struct str){ json_string_value(value), json_string_length(value) };
}

/* Copied, since the event is freed. No name contains a NUL. */
static const char *kept(struct arena *arena, struct str text)
{
	return text.n && !str_has(text, '\0') ? str_cstr(arena, text) : NULL;
}

static bool fail(struct arena *arena, struct breakwater_proposal *proposal, struct str why)
{
	const char *event = pipeline_variable("GITHUB_EVENT_NAME");

	/* These events say what is merged; others count only if nothing else does. */
	proposal->is_last = !event || (strcmp(event, "merge_group") != 0 &&
					      !str_starts(str_of(event), S("pull_request")));
	proposal->failure = str_cstr(arena,
		str_printf(arena, "cannot read the event in GITHUB_EVENT_PATH: " STR, ARG(why)));
	return true;
}

/* Reads the whole file; false with errno. */
static bool read_file(const char *path, struct arena *arena, struct str *text)
{
	int fd = open_again(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), error;
	struct stat st;
	char *bytes;
	ssize_t n;

	if (fd < 0)
		return false;
	error = fstat(fd, &st) < 0       ? errno
		: !S_ISREG(st.st_mode)   ? EINVAL
		: st.st_size > MAX_EVENT ? EFBIG
					 : 0;
	if (!error) {
		bytes = arena_alloc(arena, (size_t)st.st_size + 1, 1);
		n = read_up_to(fd, bytes, (size_t)st.st_size);
		if (n < 0)
			error = errno;
		*text = (struct str){ bytes, n < 0 ? 0 : (size_t)n };
	}
	close(fd);
	errno = error;
	return !error;
}

static const char *read_failure(void)
{
	return errno == EINVAL  ? "it is not a regular file"
	       : errno == EFBIG ? "it is larger than 25 MiB"
				: strerror(errno);
}

static bool propose_commit(struct event *event, struct str id, struct str reason)
{
	event->proposal->commit = str_cstr(event->arena, id);
	event->proposal->reason = str_cstr(event->arena, reason);
	return true;
}

/* `branch`, named by another program's event: HEAD may be the merge into it. */
static bool propose_branch(struct event *event, struct str branch, const char *what, bool is_last)
{
	event->proposal->branch = kept(event->arena, branch);
	event->proposal->is_last = is_last;
	event->proposal->reason = str_cstr(
		event->arena, str_printf(event->arena, SYSTEM "%s is " STR, what, ARG(branch)));
	return event->proposal->branch != NULL;
}

/* An entry of a merge queue: its base is the entry before it. */
static bool propose_queued(struct event *event, const json_t *group)
{
	const char *base = kept(event->arena, text_at(group, "base_sha"));

	if (!base || !pipeline_is_commit(base))
		return fail(event->arena, event->proposal, S("its merge_group has no base_sha"));
	return propose_commit(event, str_of(base),
		str_printf(event->arena, SYSTEM "merge_group.base_sha is %s", base));
}

/* A queue's branch, gh-readonly-queue/BRANCH/pr-NUMBER-BASE, is also pushed. */
static bool queued_base(struct str branch, struct str *base)
{
	size_t dash = str_rfind(branch, '-');

	if (!str_starts(branch, S("gh-readonly-queue/")) || dash == branch.n)
		return false;
	*base = str_from(branch, dash + 1);
	return true;
}

/* A push to the default branch: the merge base with that branch would be the pushed commit itself.
 */
static bool propose_before(struct event *event, struct str branch)
{
	const char *before = kept(event->arena, text_at(event->json, "before"));
	struct breakwater_proposal *proposal = event->proposal;

	proposal->is_last = true;
	if (before && pipeline_is_commit(before))
		return propose_commit(event, str_of(before),
			str_printf(event->arena, SYSTEM "the state of '" STR "' before the push",
				ARG(branch)));
	if (!before || !pipeline_is_zero(before))
		return fail(event->arena, proposal, S("it does not say what the push replaced"));
	proposal->is_first = true;
	proposal->reason = str_cstr(event->arena,
		str_printf(event->arena, SYSTEM "there was no '" STR "' before the push",
			ARG(branch)));
	return true;
}

static bool propose_default(struct event *event)
{
	struct str branch = text_at(json_object_get(event->json, "repository"), "default_branch");

	return branch.n && propose_branch(event, branch, "the default branch", true);
}

static bool propose_pushed(struct event *event)
{
	struct str main = text_at(json_object_get(event->json, "repository"), "default_branch");
	struct str ref = text_at(event->json, "ref"), branch, base;
	const char *id;

	if (!ref.n)
		return fail(event->arena, event->proposal, S("it does not say what was pushed"));
	if (!str_starts(ref, S("refs/heads/")))
		return propose_default(event);
	branch = str_from(ref, strlen("refs/heads/"));
	if (main.n && str_eq(branch, main))
		return propose_before(event, branch);
	id = queued_base(branch, &base) ? kept(event->arena, base) : NULL;
	if (id && pipeline_is_commit(id))
		return propose_commit(event, base,
			str_printf(event->arena, SYSTEM "the merge queue's branch is based on " STR,
				ARG(base)));
	return propose_default(event);
}

static bool propose_event(struct event *event)
{
	const json_t *group = json_object_get(event->json, "merge_group");
	const json_t *request = json_object_get(event->json, "pull_request");
	struct str branch = text_at(json_object_get(request, "base"), "ref");

	if (!json_is_object(event->json))
		return fail(event->arena, event->proposal, S("it is not a JSON object"));
	if (group || strcmp(event->name, "merge_group") == 0)
		return propose_queued(event, group);
	if (branch.n)
		return propose_branch(event, branch, "pull_request.base.ref", false);
	if (strcmp(event->name, "push") == 0)
		return propose_pushed(event);
	return propose_default(event);
}

/* The commit of one side of a pull request, `head` or `base`; NULL: unknown. */
static const char *side_commit(struct arena *arena, const json_t *request, const char *side)
{
	const char *id = kept(arena, text_at(json_object_get(request, side), "sha"));

	return id && pipeline_is_commit(id) ? id : NULL;
}

void event_find_request(struct arena *arena, struct breakwater_proposal *proposal)
{
	const char *path = pipeline_variable("GITHUB_EVENT_PATH");
	const json_t *request;
	struct str text;
	json_error_t error;
	json_t *event;

	if (!path)
		return;
	if (!read_file(path, arena, &text)) {
		/* A step in a container may have no such file. */
		if (errno != ENOENT)
			fail(arena, proposal, str_of(read_failure()));
		return;
	}
	if (json_memory(text) > MAX_EVENT_MEMORY) {
		fail(arena, proposal, S(TOO_MANY_VALUES));
		return;
	}
	event = json_loadb(text.p, text.n, 0, &error);
	if (!event && json_error_code(&error) == json_error_out_of_memory)
		fail(arena, proposal, S("there is not enough memory"));
	request = json_object_get(event, "pull_request");
	proposal->merged = side_commit(arena, request, "head");
	proposal->tip = side_commit(arena, request, "base");
	json_decref(event);
}

bool event_propose(struct arena *arena, struct breakwater_proposal *proposal)
{
	const char *name = pipeline_variable("GITHUB_EVENT_NAME");
	const char *path = pipeline_variable("GITHUB_EVENT_PATH");
	struct event event = { .arena = arena, .name = name ? name : "", .proposal = proposal };
	json_error_t error;
	struct str text;
	bool found;

	if (!path)
		return false;
	if (!read_file(path, arena, &text))
		return fail(arena, proposal, str_of(read_failure()));
	if (json_memory(text) > MAX_EVENT_MEMORY)
		return fail(arena, proposal, S(TOO_MANY_VALUES));
	event.json = json_loadb(text.p, text.n, 0, &error);
	if (!event.json)
		return fail(arena, proposal,
			str_printf(arena, "it is not valid JSON (line %d: %s)", error.line,
				error.text));
	found = propose_event(&event);
	json_decref(event.json);
	return found;
}
