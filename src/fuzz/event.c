/* The event file of a pipeline. */
#include "fuzz/harness.h"

#include <stdio.h>

#include "cli/cli.h"
#include "cli/pipeline.h"

/* Replaces the function that cli/pipeline.c calls; the harness has written the file. */
const char *cli_environment(const char *name)
{
	static char path[4096];

	if (strcmp(name, "GITHUB_EVENT_PATH") == 0) {
		struct arena *arena = arena_new(NULL, NULL);

		snprintf(path, sizeof path, "%s", scratch_path(arena, "event.json"));
		arena_free(arena);
		return path;
	}
	return strcmp(name, "GITHUB_EVENT_NAME") == 0 ? "push" : NULL;
}

static void run_event(struct str bytes)
{
	struct breakwater_proposal proposal = { 0 }, request = { 0 };
	struct round round;

	round_begin(&round);
	scratch_write(scratch_path(round.arena, "event.json"), bytes);
	event_propose(round.arena, &proposal);
	event_find_request(round.arena, &request);
	round_end(&round);
}

const struct harness event_harnesses[] = {
	{ "event", run_event },
	{ 0 },
};
