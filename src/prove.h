/*
 * Findings → proofs: what of a finding's change is to be shown by a value (proof/proof.h), or said
 * without one.
 */
#pragma once
#include "proof/proof.h"
#include "rules/rules.h"

struct prove_request {
	struct arena *arena;
	struct intern *names;
	const struct diff *diff; /* the run's. Findings of another are about renamed elements */
};

/* Gives each finding that breaks the wire or JSON its proofs, once; by the diff that paired it. */
void findings_prove(const struct prove_request *request, struct findings *findings);

/*
 * For tests: is there a value that shows a break of one surface, whatever `breaks` says? What has
 * no value (a call, a hole, a promise, what is gone) is not asked: `*asked` is false then.
 */
bool finding_is_shown(const struct prove_request *request, const struct finding *finding,
	enum surface surface, struct proof *proof, bool *asked);
