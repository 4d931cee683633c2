/*
 * What a change can hurt, so that only that is compiled.
 *
 * First the changed files and what they import are compiled. A file that did not change is hurt
 * only through a message, enum, service or package that one side alone has or that stands elsewhere
 * or is of another kind or visibility, through an enum whose numbers changed, a public import, or
 * an import that now names another file. Where there is any of these, the outlines of all other
 * files are read, and those that import a changed file, directly or not, and say such a name are
 * compiled too.
 */
#pragma once
#include "proto/compile.h"
#include "source/source.h"

struct need {
	struct arena *arena;
	struct intern *names;
	struct diags *diags;
	unsigned jobs; /* threads; 0: as many as are worth while */
	const struct changes *changes;
	struct source *old_source, *new_source;
	/*
	 * May a file's findings be in the report at all? NULL: any may. (--path; a file that cannot
	 * is not looked at for its own sake.)
	 */
	bool (*in_report)(void *context, struct str path);
	void *context;
	bool packages; /* a rule asks which packages live on */
	/* results */
	VEC(struct str) hurt; /* paths of unchanged files to compile on both sides, and of broken
				 ones that were found, whose errors somebody should know */
	VEC(struct import_hint)
	hints; /* when outlines were read: what everything imports, for inferred roots */
	uint32_t outlines; /* how many were read */
	uint64_t outline_bytes;
};

/* Is the change of a kind that only a full compilation can judge (too large, or of what everything
 * rests on)? */
bool need_is_full(const struct need *need, const struct roots *old, const struct roots *new);
/*
 * Finds what the change hurts beyond the files that were compiled for it (`old` and `new`: changed
 * files and what they import; `roots`: the new side's). False and a diagnostic when something could not be read.
 */
bool need_find(struct need *need, const struct schema *old, const struct schema *new,
	const struct roots *roots);
