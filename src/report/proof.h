/*
 * Proofs as reports have them.
 */
#pragma once
#include "proof/proof.h"
#include "report/value.h"
#include "rules/rules.h"

/* The finding's proofs: an array; NULL where it has none to show. */
json_t *proofs_value(const struct finding *finding, struct arena *arena, bool *ok);
/*
 * One line of at most `columns` columns (60 at least) without `= proof: `; long values are cut.
 * Text of strangers is escaped: no control characters.
 */
struct str proof_line(const struct proof *proof, unsigned columns, struct arena *arena);
/*
 * Of the finding's proofs the first of a break in `wanted` (a mask of enum surface), else the
 * first. Absent if it has none, or none were made (findings_prove).
 */
struct str finding_proof_line(
	const struct finding *finding, unsigned wanted, unsigned columns, struct arena *arena);
