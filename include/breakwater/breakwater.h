/*
 * libbreakwater: the check of `breakwater check` for programs that embed it.
 *
 * Options go in, a run comes out: what was found, as a report in any of the formats; what could not
 * be known, as diagnostics; and the exit status that both amount to. The library prints nothing,
 * reads no environment variable, changes no file and keeps no global state but libgit2's own.
 *
 *	struct breakwater_options options = { .base = "main" };
 *	struct breakwater_look look = { .format = "line" };
 *	struct breakwater_run *run = breakwater_check(&options);
 *	size_t size;
 *
 *	if (breakwater_run_status(run) == BREAKWATER_BROKEN)
 *		fwrite(breakwater_run_report(run, &look, &size), 1, size, stdout);
 *	breakwater_run_free(run);
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a check came to; the values are the exit statuses of the program. */
enum breakwater_status {
	BREAKWATER_CLEAN = 0,   /* no active finding */
	BREAKWATER_BROKEN = 1,  /* breaking changes were found */
	BREAKWATER_UNKNOWN = 2, /* it could not be known; the diagnostics tell why */
};

/* Some strings, each ended by a NUL; `items` may be NULL when `n` is 0. */
struct breakwater_list {
	const char *const *items;
	size_t n;
};

/* One FileDescriptorProto in memory. */
struct breakwater_entry {
	const char *import_path;
	const void *bytes;
	size_t size;
};

/* git's variables as the environment has them, and HOME; NULL: not set. */
struct breakwater_git {
	const char *dir, *work_tree, *index_file, *object_directory, *alternates, *ceiling,
		*common_dir, *home;
};

/* What one side has for itself; NULL: as the run's. */
struct breakwater_side {
	const char *directory; /* where its input counts from, git's variables left out; absolute */
	const char *config;    /* --config */
	const char *config_text; /* or the text of one */
};

/*
 * What a pipeline or a hook says of the base, for a check whose `base` is left out; NULL: not told.
 * The base is `commit`, else the merge base of HEAD and `branch`, which counts before a branch of
 * the configuration.
 */
struct breakwater_proposal {
	const char *commit, *branch;
	/* A commit; where HEAD is it, and a merge, its first parent is the base. The second one is
	   `merged`, which may be told alone. */
	const char *merge, *merged;
	const char *tip;     /* a commit of the branch, where it was not fetched by name */
	const char *head;    /* the new side, whose merge base with `commit` is the base */
	const char *pushed;  /* the branch that `head` is pushed to, and `commit` was; if it is the
				default branch, `commit` is the base, else that counts for nothing */
	const char *reason;  /* who says so, for messages; alone: why nothing is proposed */
	const char *failure; /* why it is not known what they say; then no base is */
	bool is_first;       /* there was nothing before, so nothing can break */
	bool is_last;        /* counts only where the configuration names no base */
	bool in_pipeline;    /* nobody edits here: say so when nothing is compared */
};

/*
 * What to compare and how, in the words of the command line (breakwater-check(1)); zeroed is a bare
 * `breakwater check`. Only read, and no longer than the call that takes it.
 */
struct breakwater_options {
	const char *
		directory; /* where relative names count from; absolute; NULL: the current folder */
	struct breakwater_git git;
	const char *base, *head; /* the operands; NULL: left out */
	bool staged;
	bool merge_base; /* the old side is the merge base of `base` and the new one */
	/* Ids of what git merges just now, beside those of MERGE_HEAD: for `staged` and
	   `merge_base`. */
	struct breakwater_list merging;
	struct breakwater_proposal proposal;
	/*
	 * In place of `head`: the new side as the entries of a descriptor set (a protoc plugin's
	 * request). Old files whose import path is not in `head_files` are then not compared, and
	 * nothing is said of deleted files and packages, which a request never shows.
	 */
	const struct breakwater_entry *head_entries;
	size_t n_head_entries;
	struct breakwater_list head_files;

	const char *config;                           /* --config */
	struct breakwater_side base_side, head_side;  /* where the two differ */
	struct breakwater_list roots;                 /* --root */
	struct breakwater_list paths, excluded_paths; /* --path, --exclude-path */
	struct breakwater_list use, except;           /* ids of rules and categories, one an item */
	bool limit_to_input_files, strict_imports, allow_empty;
	bool full;     /* compile everything, not only what the change can hurt */
	int32_t today; /* by which acceptances end, in days since 1970-01-01; 0: the system's */
	unsigned jobs; /* compiling threads; 0: as many as there are processors */

	/*
	 * How many files are compiled, of those that are known of by now. Called by the compiling
	 * threads, at the same time, so it must be quick; NULL: nobody asks.
	 */
	void (*progress)(void *progress_context, size_t done, size_t total);
	void *progress_context;

	/*
	 * Called when memory is gone; must not come back. NULL: abort. libgit2 does not survive an
	 * allocation that fails, and its allocator is the whole process's: this library leaves it
	 * alone. Who must not crash then sets one that does not fail (GIT_OPT_SET_ALLOCATOR).
	 */
	void (*out_of_memory)(void *context);
	void *context; /* for out_of_memory */
};

/* How a report or the diagnostics look. */
struct breakwater_look {
	const char *format; /* one of breakwater_format; NULL: "text" */
	bool color;         /* escape sequences of a terminal */
	bool links;         /* hyperlinks of a terminal */
	bool show_accepted; /* list accepted findings too */
	bool show_help;     /* `line`: under each finding, how to do it safely */
	const char *accept; /* `text`: operands and options with which `breakwater accept` finds the
			       same, for its last line; NULL: nothing is said of it */
	bool quiet;         /* diagnostics: errors alone */
	bool verbose;       /* diagnostics: all that repeats, too */
	unsigned columns;   /* `text`, diagnostics: of the terminal, whose lines are broken at
			       words; 0: lines are not broken */
};

/* What one phase cost, and what it counted. */
struct breakwater_phase {
	const char *name;
	double cpu_seconds, wall_seconds;
	struct breakwater_count {
		const char *name; /* NULL: no more */
		uint64_t value;
	} counts[6];
};

struct breakwater_run;

/* Compares. Never NULL; whatever goes wrong is a diagnostic and BREAKWATER_UNKNOWN. Free with
 * breakwater_run_free. */
struct breakwater_run *breakwater_check(const struct breakwater_options *options);
enum breakwater_status breakwater_run_status(const struct breakwater_run *run);
/*
 * The report, of `*size` bytes, which the run keeps. NULL when the status is BREAKWATER_UNKNOWN (a
 * partial report must not look like a whole one) or there is no such format.
 */
const char *breakwater_run_report(
	struct breakwater_run *run, const struct breakwater_look *look, size_t *size);
/* Errors and warnings as the program prints them on standard error; the run keeps them. May be
 * empty, never NULL. */
const char *breakwater_run_diagnostics(
	struct breakwater_run *run, const struct breakwater_look *look, size_t *size);
/* Which base a check without operands took and why, one sentence; NULL when it was named. */
const char *breakwater_run_base(const struct breakwater_run *run);
/* The phases in order. */
const struct breakwater_phase *breakwater_run_phases(const struct breakwater_run *run, size_t *n);
void breakwater_run_free(struct breakwater_run *run);

/* The name of the n-th format, NULL past the last. */
const char *breakwater_format(size_t n);
/* The version of the library, as in "0.1.0". */
const char *breakwater_version(void);

#ifdef __cplusplus
}
#endif
