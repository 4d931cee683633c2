/*
 * What a change can hurt, so that only that is compiled.
 *
 * First the changed files and what they import are compiled. A file that did not change is hurt
 * only by:
 *   - a message, enum, service or package that one side alone has;
 *   - one that is declared elsewhere now, or is of another kind or visibility;
 *   - an enum whose numbers changed;
 *   - a public import;
 *   - an import that now names another file.
 * If the change has any of these, the outlines of all other files are read. Those that import a
 * changed file, directly or not, and contain such a name are compiled, too.
 *
 * Who reaches what changed can be told only if all files are compiled that import a changed one,
 * directly or not: each use of a type imports its file. There is one way more. An extension in such
 * a file makes its type a part of a message elsewhere, whose users need not import the extension:
 *
 *	root.proto ──imports──► order.proto ◄──imports── more.proto ──imports──► changed.proto
 *	Root { Order o }        Order {}                 extend Order { Changed }
 *
 * So the files that import order.proto are compiled as well, and so on.
 *
 * With contracts only those of these files are needed that declare a root, with what they import,
 *and those that declare extensions. Where a tree is large and all roots are named one by one, their
 * files are looked for where their packages say, and no outline of other files is read unless
 * something can be extended that a root reaches.
 */
#pragma once
#include "contract/contract.h"
#include "proto/compile.h"
#include "rules/rules.h"
#include "scope.h"
#include "source/source.h"

struct need {
	struct arena *arena;
	struct intern *names;
	struct diags *diags;
	unsigned jobs; /* threads; 0: as many as are worth while */
	const struct changes *changes;
	struct source *old_source, *new_source;
	const struct report_scope
		*scope; /* a file outside of it is not compiled for its own findings */
	bool packages;  /* a rule asks which packages are still declared */
	bool silent;    /* a lost field, or a new required one, may be no finding */
	bool impact;    /* who reaches what changed is asked */
	bool aside;     /* files outside of the scope may be missing: they are not read (aside.h) */
	const struct promises *promises;       /* of options; NULL: none */
	const struct contract_list *contracts; /* that are checked */
	struct str marker;                     /* in comments that name contracts */
	/* results */
	VEC(struct str)
	hurt; /* paths of unchanged files to compile on both sides: hurt or broken */
	VEC(struct import_hint)
	hints; /* what all files import, for inferred roots; empty unless
		  outlines were read */
	struct option_names sought, elsewhere; /* promised options that no compiled file declares;
						  and those that another file names */
	uint32_t outlines;                     /* how many were read */
	uint64_t outline_bytes;
	struct elsewhere roots_elsewhere; /* what files declare that were looked at for contracts */
	struct outlining *outlining;      /* private; NULL: no outlines are needed */
};

/* Must everything be compiled, since the change is too large, or of what all files rest on? */
bool need_is_full(const struct need *need, const struct roots *old, const struct roots *new);
/* May an import name another file than before? */
bool need_has_moved(const struct need *need);
/*
 * Finds what the change hurts beyond the files that were compiled for it: `old` and `new` hold the
 * changed files and what they import; `roots` are the new side's. False and a diagnostic when
 * something could not be read.
 */
bool need_find(struct need *need, const struct schema *old, const struct schema *new,
	const struct roots *roots);
/* Adds to `hurt` what more is found to be needed once all of it was compiled; *more: there is some.
 * False and a diagnostic when something could not be read. */
bool need_more(struct need *need, const struct schema *old, const struct schema *new, bool *more);
/* Adds to `roots_elsewhere` what unchanged files declare that do not compile, as the compiler may
 * not have got that far. False and a diagnostic when one cannot be read. */
bool need_broken(struct need *need, const struct schema *old, const struct schema *new);
