/*
 * Findings as people read them: what follows from one cause folded under it, the same change over
 * many files once, one file's together and from its top to its end; the file with the most harmful
 * one first.
 */
#pragma once
#include "base/vec.h"
#include "report/report.h"

struct block {
	struct finding *finding;
	VEC(struct finding *) follows; /* what has it as its cause, near or far */
	VEC(struct finding *) same;    /* the same change of a file option in other files */
	/* Sorted by: */
	unsigned file_rank;  /* that of the most harmful one of its file */
	uint32_t file_order; /* keeps a file's together */
	struct point at;     /* accepted ones behind the others */
	struct point was;    /* what is gone from one place: as it stood */
	uint32_t order;      /* of the finding */
	unsigned rank;       /* for file_rank: how harmful it is */
};

struct blocks {
	VEC(struct block) list;
	uint32_t errors,
		warnings; /* findings that are shown and not accepted, folded ones included */
	uint32_t files;   /* that hold them */
	unsigned digits;  /* of a fingerprint that tell findings apart */
};

/* Is it listed at all? */
bool finding_shown(const struct report *report, const struct finding *finding);
/* Path that a finding is about: of the new side, or of the old one where that file is gone; empty
 * for none. */
struct str finding_path(const struct finding *finding);
/* Where people look for what changed: its own place, also where the finding's is around it. */
struct place finding_now(const struct finding *finding);
/* Where to point at when there is only one place: the new one, or where a thing that is gone was.
 */
struct spot {
	struct str path;         /* empty: nowhere */
	struct text *text;       /* NULL: nowhere */
	struct point begin, end; /* 1:1 for the file as a whole */
	bool placed;             /* more than the file as a whole */
};

struct spot spot_of(const struct finding *finding, struct arena *arena);
/* The same of finding_now. */
struct spot spot_now(const struct finding *finding, struct arena *arena);
/* The findings that are listed, by finding_path, else in their order; accepted ones too with `all`.
 */
struct findings findings_by_path(const struct report *report, bool all);

/* Everything in the report's arena. */
struct blocks *blocks_make(const struct report *report);

/* `2 breaking changes in 2 files (v1.4.0 → working tree); 3 files compared, 1 finding accepted` */
struct str summary_line(const struct report *report, const struct blocks *blocks);
/* `wire (old data read by new code), source code`; nothing for none. Plain ASCII without quotes. */
void breaks_write(struct out *out, unsigned breaks);
/* What stands behind a block's fingerprint: that it is not that of what is folded; "" for nothing.
 */
const char *fingerprint_remark(const struct block *block);
/* `was int64 at proto/order.proto:11 in v1.4.0`; absent where nothing stood. */
struct str was_text(const struct report *report, const struct finding *finding);
/* Was something deleted, so that only the old side can show it? */
bool finding_is_deletion(const struct finding *finding);
