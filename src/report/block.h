/*
 * Findings grouped for human readers. A block is a finding with those that it causes folded under
 * it, or one change of a file option in many files. The blocks of a file stand together, top to
 * bottom; the file with the most harmful block comes first.
 */
#pragma once
#include "base/vec.h"
#include "report/report.h"

struct report_block {
	struct finding *finding;
	VEC(struct finding *) follows; /* findings whose cause it is, directly or not */
	VEC(struct finding *) same;    /* the same change of a file option in other files */
	/* Sorted by: */
	uint32_t group;      /* index of the contract under which it stands */
	unsigned file_rank;  /* rank of the most harmful block in its file */
	uint32_t file_order; /* keeps the blocks of a file together */
	struct point at;     /* accepted blocks come after the others */
	struct point was;    /* for deletions at one place: where the element stood */
	uint32_t order;      /* of the finding */
	unsigned rank;       /* for file_rank: how harmful it is */
};

/* The blocks of the findings that hurt a contract and none before it in the file. */
struct report_group {
	const struct contract *contract; /* NULL: they hurt none */
	uint32_t begin, end;             /* of the blocks; equal: it has none */
	uint32_t errors, warnings;       /* findings, not accepted, including folded ones */
	uint32_t accepted;               /* listed or not */
	uint32_t above;                  /* errors that hurt it and stand under an earlier one */
	bool hurts;                      /* some finding is more than a lowered promise */
};

struct blocks {
	VEC(struct report_block) list;
	struct report_group *groups; /* one for each checked contract, and the last for none */
	uint32_t n_groups;
	bool by_contract;          /* false: there is one group, which is not named */
	uint32_t errors, warnings; /* findings shown and not accepted, including folded ones */
	uint32_t files;            /* files with such findings */
	unsigned digits;           /* digits of a fingerprint that are unique in this report */
};

/* Is the finding listed in this report? */
bool finding_shown(const struct report *report, const struct finding *finding);
/* The path a finding is about: on the new side, or on the old side if the file was deleted. Empty:
 * none. */
struct str finding_path(const struct finding *finding);
/* Where the changed element stands. Differs from the finding's place if that only encloses it. */
struct place finding_now(const struct finding *finding);
/* The one place to point at: the new place, or the old place of what was deleted. */
struct shown_place {
	struct str path;         /* empty: nowhere */
	struct text *text;       /* NULL: nowhere */
	struct point begin, end; /* 1:1 for the file as a whole */
	bool placed;             /* false: the whole file is meant */
};

struct shown_place shown_place_of(const struct finding *finding, struct arena *arena);
/* The same of finding_now. */
struct shown_place shown_place_now(const struct finding *finding, struct arena *arena);
/* The listed findings (with `all`, accepted ones too), ordered by finding_path, then as in the
 * report. */
struct findings findings_by_path(const struct report *report, bool all);

/* Do reports for people group by contract: does the run check contracts that have names? */
bool report_by_contract(const struct report *report);
/* Number of contracts that were checked; one of several levels is one. */
uint32_t contracts_checked(const struct report *report);
/* Number of contracts that some active finding hurts. */
uint32_t contracts_broken(const struct report *report);
/* Allocates from the report's arena. One group. */
struct blocks *blocks_make(const struct report *report);
/* The same, by contract where there are contracts. */
struct blocks *blocks_by_contract(const struct report *report);

/* `2 breaking changes in 2 files (v1.4.0 → working tree); 3 files compared, 1 finding accepted; 4
 * contracts checked, 1 broken` */
struct str summary_line(const struct report *report, const struct blocks *blocks);
/* `wire (old data read by new code), source code`; empty if nothing breaks. Plain ASCII without
 * quotes. */
void breaks_write(struct out *out, unsigned breaks);
/* The note after a block's fingerprint, which says that the fingerprint does not cover folded
 * findings; "" if none are folded. */
const char *fingerprint_remark(const struct report_block *block);
/* `was int64 at proto/order.proto:11 in v1.4.0`; absent if the old side has no such element. */
struct str was_text(const struct report *report, const struct finding *finding);
/* Was something deleted, so that only the old side can show it? */
bool finding_is_deletion(const struct finding *finding);
/* Was something added? Its old place is that of what it was added to. Of rules that plain checks
 * have, this is not asked. */
bool finding_is_addition(const struct finding *finding);
