/*
 * Whom a finding hurts: contracts in words, and as JSON.
 *
 * Owners, topics and consumers are strangers' text: without control characters here, but the
 * reporter escapes them for its format.
 */
#pragma once
#include "report/block.h"
#include "report/value.h"

/* Is the finding's change one that hurts who reads the data? A promise that was lowered is not. */
bool finding_hurts(const struct finding *finding);
/* What the contract under which the finding stands promises of what it breaks: a mask of enum
 * surface. */
unsigned finding_wanted(const struct finding *finding);
/* `(topic orders.v1, owner team-orders) BACKWARD on wire, json`: what is set. */
struct str contract_terms(const struct contract *contract, struct arena *arena);
/* `2 breaks, 1 warning, 1 accepted`: the findings that stand under a contract. */
struct str group_counts(const struct report_group *group, struct arena *arena);
/* `hurts billing, warehouse`: the contract's consumers; absent: it names none. */
struct str group_consumers(const struct report_group *group, struct arena *arena);

struct contracts_hurt {
	const struct contract **items;
	uint32_t n, cap;
};

/* The contracts with a name that the block's findings hurt, in the file's order, without `but`. */
struct contracts_hurt block_hurts(
	const struct report *report, const struct report_block *block, const struct contract *but);
/* `analytics (owner team-data) FULL; hurts lake`, a line each; few are spelled out. Absent: none.
 */
struct str also_hurts(
	const struct report *report, const struct report_block *block, const struct contract *but);
/* `orders: billing, warehouse; analytics: lake`, without `but`. Absent: none. */
struct str hurt_words(
	const struct report *report, const struct report_block *block, const struct contract *but);

/* The finding's contracts: an array. A contract without a name is not listed. */
json_t *contracts_value(const struct finding *finding, struct arena *arena, bool *ok);
/* The surfaces of a mask, in the order of their names: an array. */
json_t *breaks_value(unsigned breaks, struct arena *arena, bool *ok);
