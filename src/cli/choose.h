/*
 * Operands that are fingerprints of findings, or the start of one, or revisions.
 */
#pragma once
#include "check.h"
#include "cli/cli.h"

struct choice {
	struct cli *cli;
	const char *verb;    /* what is done with findings: `accept` */
	const char *lister;  /* what lists the findings: `accept' alone` */
	bool wants_findings; /* the first that may be both is a fingerprint, if no other is one */
	bool takes_no_findings; /* likewise a revision */
	VEC(const char *) fingerprints;
	struct texts revisions;
};

/* Sorts the operands. False and a diagnostic: there are more than two revisions. */
bool choice_sort(struct choice *choice, const struct texts *operands);
/* The finding of a fingerprint; NULL and a diagnostic: there is none, or more than one. */
const struct finding *choice_find(
	const struct choice *choice, const struct findings *all, const char *operand);
/* Adds a help line `fingerprint is: sentence` for each finding whose fingerprint starts with the
 * word; `active`: of those that fail 'check'. */
void choice_help(
	const struct choice *choice, const struct findings *all, struct str prefix, bool active);
