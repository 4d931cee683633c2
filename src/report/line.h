/*
 * The first line of a finding's block, shared by `text` and `line`.
 */
#pragma once
#include "report/block.h"
#include "report/excerpt.h"

/* `path:12:3: error: sentence [RULE]`, with the number of folded findings; no line break. */
void block_headline(struct out *out, const struct report *report, const struct report_block *block,
	const struct palette *palette);
