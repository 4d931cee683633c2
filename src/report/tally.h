/*
 * The end of a long report: findings by rule and by file, and each help once instead of in every
 * block.
 */
#pragma once
#include "report/block.h"

/* One help, for all findings whose helps differ only in names and numbers. */
struct advice {
	const struct finding *finding; /* the first of them; its help is printed */
	uint32_t n;                    /* number of blocks with it */
};

struct rule_tally {
	const struct rule *rule;
	uint32_t n;
	VEC(struct advice) advices;
};

struct file_tally {
	struct str path; /* empty: findings without a file */
	uint32_t n;
};

struct tally {
	VEC(struct rule_tally) rules; /* most findings first */
	VEC(struct file_tally) files; /* likewise */
};

/* Number of files listed by name; the others are counted. */
enum { TALLY_FILES = 20 };

/* NULL if the report is short. Allocates from the report's arena. */
const struct tally *tally_make(const struct report *report, const struct blocks *blocks);
/* `for 'acme.v1.Order.note' and 24 more like it`: the findings a help is for. */
struct str advice_words(const struct advice *advice, struct arena *arena);
/* Number of findings in files after the first TALLY_FILES. */
uint32_t tally_rest(const struct tally *tally);
