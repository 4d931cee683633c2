/*
 * The whole check of two sides. With and without --full the findings must be the same, and their
 * number and the time are bounded by the input's size.
 *
 * The input is a list of files, each after a line `%%` and two letters: `o` (old), `n` (new) or `b`
 * (both), and the name.
 */
#include "fuzz/harness.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "check.h"

enum {
	MAX_PARTS = 32,
	FINDINGS_PER_BYTE = 8,
	MICROSECONDS_PER_BYTE = 200, /* under sanitizers, on a busy machine */
	SECONDS_MORE = 5,
};

struct pair_of_sides {
	struct memory_file files[2][MAX_PARTS];
	size_t n[2];
	size_t bytes;
};

static struct str name_of(struct arena *arena, char letter)
{
	if (letter == 'Y')
		return S("breakwater.yaml");
	return str_printf(arena, "%c.proto",
		(letter >= 'a' && letter <= 'z') ? letter : 'a' + (unsigned char)letter % 26);
}

static void add_file(struct pair_of_sides *sides, int side, struct str path, struct str bytes)
{
	for (size_t i = 0; i < sides->n[side]; i++)
		if (str_eq(sides->files[side][i].path, path))
			return;
	if (sides->n[side] < MAX_PARTS)
		sides->files[side][sides->n[side]++] = (struct memory_file){ path, bytes };
}

static void read_sides(struct arena *arena, struct str bytes, struct pair_of_sides *sides)
{
	struct str part;

	sides->bytes = bytes.n;
	while (take_part(&bytes, &part)) {
		struct str path = name_of(arena, part.n > 1 ? part.p[1] : 'a');
		struct str text = str_from(part, 3);
		char side = part.n ? part.p[0] : 'b';

		if (side != 'n')
			add_file(sides, 0, path, text);
		if (side != 'o')
			add_file(sides, 1, path, text);
	}
}

static void describe_ways(FILE *out, const struct finding *finding)
{
	const struct reached_list *list = finding->reached_by;

	for (uint32_t i = 0; list && i < list->n; i++) {
		const struct reached *reached = &list->items[i];

		fprintf(out, " " STR " %d %u %u", ARG(reached->root->full_name), (int)reached->kind,
			reached->length, reached->contracts.n);
		for (const struct reached_step *step = reached->path; step; step = step->next)
			fprintf(out, "." STR, ARG(step->name));
	}
}

/* The findings in words, which the caller frees. Proofs are left out: they are looked for in what
 * is compiled. */
static char *describe(const struct findings *findings)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	for (uint32_t i = 0; i < findings->list.n; i++) {
		const struct finding *finding = findings->list.items[i];

		fprintf(out, "%s " STR " %x %x " STR " %u", finding->rule->id,
			ARG(finding->message), finding->breaks, (unsigned)finding->severity,
			ARG(finding->help), finding->contracts.n);
		describe_ways(out, finding);
		fputc('\n', out);
	}
	fclose(out);
	return text;
}

/* The findings in words; NULL: the check failed. */
static char *check(const struct pair_of_sides *sides, bool full, size_t *n_findings)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct check_sources sources = {
		.old = source_memory(arena, S("old"), sides->files[0], sides->n[0]),
		.new = source_memory(arena, S("new"), sides->files[1], sides->n[1]),
	};
	const char *const rules[] = { "FILE", "PACKAGE", "WIRE_JSON", "WIRE" };
	struct breakwater_options options = {
		.directory = "/",
		.full = full,
		/* Half of the inputs, as impact compiles what might be forgotten without it. */
		.impact = sides->bytes % 2,
		.jobs = 1,
		.use = { rules, COUNT(rules) },
		.allow_empty = true,
		.today = 20000,
	};
	struct breakwater_look look = { .format = "json" };
	struct breakwater_run *run;
	const char *report;
	char *kept = NULL;
	size_t size;

	sources.old->builtin = source_builtin(arena);
	sources.new->builtin = source_builtin(arena);
	run = run_check(&options, &sources);
	breakwater_run_diagnostics(run, &look, &size);
	report = breakwater_run_report(run, &look, &size);
	assert(!report == (breakwater_run_status(run) == BREAKWATER_UNKNOWN));
	if (report)
		kept = describe(run_findings(run));
	*n_findings = run_findings(run)->list.n;
	breakwater_run_free(run);
	arena_free(arena);
	return kept;
}

static double cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void run_sides(struct str bytes)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct pair_of_sides sides = { 0 };
	double begin = cpu_seconds();
	size_t n_needed, n_full;
	char *needed, *full;

	read_sides(arena, bytes, &sides);
	needed = check(&sides, false, &n_needed);
	full = check(&sides, true, &n_full);
	/* Without --full, errors in a file that is not needed are not reported. */
	if (full) {
		assert(needed);
		assert(strcmp(needed, full) == 0);
	}
	assert(n_full <= 16 + FINDINGS_PER_BYTE * sides.bytes);
	assert(cpu_seconds() - begin <
		SECONDS_MORE + (double)sides.bytes * MICROSECONDS_PER_BYTE * 1e-6);
	free(needed);
	free(full);
	arena_free(arena);
}

const struct harness side_harnesses[] = {
	{ "sides", run_sides },
	{ 0 },
};
