/*
 * What a long report ends with: how many findings each rule and each file has, and what to do,
 * which is then said once and not in every block.
 */
#pragma once
#include "report/block.h"

/* One thing to do, for all findings whose help says the same but for names and numbers. */
struct advice {
	const struct finding *finding; /* the first of them, whose help it is */
	uint32_t n;                    /* blocks that have it */
};

struct rule_tally {
	const struct rule *rule;
	uint32_t n;
	VEC(struct advice) advices;
};

struct file_tally {
	struct str path; /* empty: of findings that have no file */
	uint32_t n;
};

struct tally {
	VEC(struct rule_tally) rules; /* most findings first */
	VEC(struct file_tally) files; /* likewise */
};

/* Files that are listed by name; the others are counted. */
enum { TALLY_FILES = 20 };

/* NULL for a report that is short enough to be read; everything in the report's arena. */
const struct tally *tally_make(const struct report *report, const struct blocks *blocks);
/* `for 'acme.v1.Order.note' and 24 more like it`: whose help it is. */
struct str advice_words(const struct advice *advice, struct arena *arena);
/* Of the files behind the first TALLY_FILES: how many findings they have. */
uint32_t tally_rest(const struct tally *tally);
