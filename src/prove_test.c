/*
 * The codec and the tables of what a finding breaks hold each other: a break that no value shows,
 * or a value that shows one which is not said, is an error in one of them.
 *
 * usage: prove_test FOLDER…    every folder below that has an old and a new side
 */
#include "check.h"

#include "base/arena.h"
#include "proof/proof.h"
#include "report/proof.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static struct tally {
	unsigned cases, findings, asked, unknown, missing, extra;
} tally;

static void no_memory(void *context)
{
	(void)context;
	abort();
}

static bool is_folder(const char *path)
{
	struct stat s;

	return stat(path, &s) == 0 && S_ISDIR(s.st_mode);
}

static void complain(const char *what, const char *path, const struct finding *finding,
	unsigned surface, const struct proof *proof)
{
	struct arena *arena = arena_new(no_memory, NULL);
	struct str line = proof ? proof_line(proof, 100, arena) : S("");

	printf("%s: %s: %s " STR " (" STR " -> " STR "): " STR " " STR "%s\n", what, path,
		finding->rule->id, ARG(finding->element), ARG(finding->before), ARG(finding->after),
		ARG(surface_name((enum surface)surface)), ARG(line),
		proof && proof->alone ? " (alone)" : "");
	arena_free(arena);
}

static void hold(struct breakwater_run *run, const char *path, const struct finding *finding)
{
	tally.findings++;
	for (unsigned surface = 1; surface <= WIRE_FORWARD; surface <<= 1) {
		bool said = finding->breaks & surface, asked = false, shown;
		struct proof proof = { 0 };

		if (surface == SOURCE_CODE)
			continue;
		shown = run_shows(run, finding, (enum surface)surface, &proof, &asked);
		tally.asked += asked;
		tally.unknown += asked && said && proof.unknown.p;
		if (!asked || shown == said || proof.unknown.p)
			continue;
		tally.missing += said;
		tally.extra += !said;
		complain(said ? "no proof" : "no break", path, finding, surface,
			shown ? &proof : NULL);
	}
}

/* With every rule but what only follows from others' spelling. */
static void check(const char *path)
{
	static const char *use[] = { "FILE", "PACKAGE", "WIRE_JSON", "WIRE", "CSR" };
	char old[4096], new[4096];
	struct breakwater_options options = {
		.base = old,
		.head = new,
		.use = { use, COUNT(use) },
		.allow_empty = true,
		.out_of_memory = no_memory,
	};
	struct breakwater_run *run;
	const struct findings *findings;

	snprintf(old, sizeof old, "dir:%s/old", path);
	snprintf(new, sizeof new, "dir:%s/new", path);
	run = breakwater_check(&options);
	tally.cases++;
	if (breakwater_run_status(run) != BREAKWATER_UNKNOWN) {
		findings = run_findings(run);
		for (uint32_t i = 0; i < findings->list.n; i++)
			hold(run, path, findings->list.items[i]);
	}
	breakwater_run_free(run);
}

static void search(const char *path)
{
	char inner[4096];
	struct dirent **names;
	int n;

	snprintf(inner, sizeof inner, "%s/old", path);
	if (is_folder(inner)) {
		snprintf(inner, sizeof inner, "%s/new", path);
		if (is_folder(inner))
			check(path);
		return;
	}
	n = scandir(path, &names, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		snprintf(inner, sizeof inner, "%s/%s", path, names[i]->d_name);
		if (names[i]->d_name[0] != '.' && is_folder(inner))
			search(inner);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		search(argv[i]);
	printf("%u cases, %u findings, %u asked: %u without a proof, %u proofs without a break, "
	       "%u cannot be said\n",
		tally.cases, tally.findings, tally.asked, tally.missing, tally.extra,
		tally.unknown);
	return tally.missing || tally.extra || !tally.asked;
}
