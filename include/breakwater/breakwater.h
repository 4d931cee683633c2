/*
 * libbreakwater: what `breakwater check` does, for programs that embed it.
 *
 * breakwater_check takes options and returns a run, which holds the findings as a report in any
 * format, errors and warnings as diagnostics, and the exit status. The library prints nothing,
 * reads no environment variables, writes no files, and has no global state except libgit2's.
 * Strings in options end with a NUL and stay the caller's.
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

/* The result of a check; the values are the program's exit statuses. */
enum breakwater_status {
	BREAKWATER_CLEAN = 0,   /* no active finding */
	BREAKWATER_BROKEN = 1,  /* breaking changes were found */
	BREAKWATER_UNKNOWN = 2, /* the check failed; the diagnostics say why */
};

/* `n` strings; `items` may be NULL if `n` is 0. */
struct breakwater_list {
	const char *const *items;
	size_t n;
};

/* One serialized FileDescriptorProto. */
struct breakwater_entry {
	const char *import_path;
	const void *bytes;
	size_t size; /* in bytes */
};

/* The values of GIT_DIR, GIT_WORK_TREE, …, and HOME; NULL: not set. */
struct breakwater_git {
	const char *dir, *work_tree, *index_file, *object_directory, *alternates, *ceiling,
		*common_dir, *home;
};

/*
 * Access to schema registries, for `registry:` inputs and checks against a registry; nothing else opens
 * a connection. NULL: not given. Credentials go only to the origins of `url`, or without it to those of
 * the first registry that these options name, and over plain http only to a loopback address. The copies
 * of secrets are overwritten when the run is freed.
 */
struct breakwater_registry {
	const char *url; /* where the credentials are for; several are separated by commas */
	const char *user, *password, *token;
	const char *password_file, *token_file, *key_password_file; /* instead of the secrets */
	const char *netrc;            /* path of the .netrc */
	const char *ca, *cert, *key;  /* paths of PEM files */
	const char *group;            /* sent as X-Registry-GroupId */
	const char *cache;            /* --cache: a folder */
	unsigned timeout;             /* seconds for all requests together; 0: 120 */
	bool offline;                 /* ask only the cache */
	bool allow_http;              /* credentials may go over http to any address */
	/* Called with each request as `GET https://host/path` and the status of its answer (0: none).
	 * NULL: not called. */
	void (*asked)(void *asked_context, const char *request, long status);
	void *asked_context;
};

/* Options of one side; NULL: the value of struct breakwater_options applies. */
struct breakwater_side {
	const char *directory; /* absolute; its input is relative to it, without git's variables */
	const char *config;    /* --config */
	const char *config_text; /* the configuration itself, instead of a file */
};

/*
 * The base that a pipeline or a hook proposes, used if `base` is NULL. The base is `commit`, else
 * the merge base of HEAD and `branch`. NULL: unknown. Strings are names of revisions.
 */
struct breakwater_proposal {
	const char *commit,
		*branch; /* `branch` takes precedence over a branch in the configuration */
	/* A merge commit. If it is HEAD, its first parent is the base. `merged` is its second
	   parent, and may be set without `merge`. */
	const char *merge, *merged;
	const char *tip;    /* a commit of `branch`, in case the branch itself was not fetched */
	const char *head;   /* the new side; the base is its merge base with `commit` */
	const char *pushed; /* the branch that `head` is pushed to, which was at `commit` before. If
			       it is the default branch, the base is `commit`; else `commit` is
			       ignored */
	const char
		*reason; /* where the proposal comes from, for messages; alone: why there is none */
	const char *failure; /* why the proposal could not be read: the check then fails */
	bool is_first;       /* there is nothing to compare with, so nothing can break */
	bool is_last;        /* used only if the configuration has no `base` */
	bool in_pipeline;    /* not a working copy of a person: warn if nothing is compared */
};

/*
 * What to compare, and how; breakwater-check(1) describes the options of these names. All zero is
 * `breakwater check` without arguments. breakwater_check only reads it, and keeps no pointer into
 * it after it returns.
 */
struct breakwater_options {
	const char *directory; /* absolute; names are relative to it; NULL: the current folder */
	struct breakwater_git git;
	const char *base, *head; /* the operands; NULL: not given */
	bool staged;
	bool merge_base; /* the old side is the merge base of `base` and the new side */
	/* Ids of the commits that git is merging, in addition to MERGE_HEAD; for `staged` with
	   `merge_base`. */
	struct breakwater_list merging;
	struct breakwater_proposal proposal;
	/*
	 * Instead of `head`: the new side as the entries of a descriptor set (a protoc plugin's
	 * request). Only files whose import path is in `head_files` are then compared, and deleted
	 * files and packages are not reported, because a request does not show them.
	 */
	const struct breakwater_entry *head_entries;
	size_t n_head_entries;
	struct breakwater_list head_files;

	const char *config;                           /* --config */
	struct breakwater_side base_side, head_side;  /* where the sides differ */
	struct breakwater_list roots;                 /* --root */
	struct breakwater_list paths, excluded_paths; /* --path, --exclude-path */
	struct breakwater_list use, except;           /* ids of rules and categories */
	const char *compatibility;                    /* --compatibility */
	struct breakwater_list surfaces, contracts;   /* --surface, --contract */
	bool limit_to_input_files, strict_imports, allow_empty;
	/*
	 * Against every published version, not only the base (breakwater-history(7)). `history`
	 * says which versions: "tags", "commits", "[tags] PATTERN", "" for the configuration's;
	 * NULL: no, unless `since` or the configuration asks for it.
	 */
	const char *history;
	const char *since; /* a revision: what is older was never published */
	bool blame;        /* find the commit that brought each finding */
	bool all;          /* list what is not new, too, and let it fail */
	/*
	 * The contracts that have a subject against what a schema registry has of them
	 * (breakwater-registry(7)). `registry` is a URL, a name of the configuration's registries,
	 * or "" for the configuration's; NULL: no registry is asked. Without `base` nothing else is
	 * compared.
	 */
	const char *registry;
	const char *registry_verdict; /* "ours", "theirs", "both": whose breaks count; NULL: both */
	bool registry_deleted; /* deleted versions count as others do */
	bool ask_registry;     /* ask the registry itself, too; it stores nothing */
	struct breakwater_registry registry_access;
	bool full;     /* compile everything, not only what the change can hurt */
	bool impact;   /* findings say who reaches what changed */
	int32_t today; /* days since 1970-01-01, for acceptances that end; 0: the system's date */
	int64_t now;   /* seconds since 1970, for the age of what is retired; 0: the system's time */
	unsigned jobs; /* number of compiling threads; 0: one for each processor */

	/*
	 * Called with the number of files compiled so far, and of those known so far. Compiling
	 * threads call it concurrently, so it must be fast and thread-safe. NULL: not called.
	 */
	void (*progress)(void *progress_context, size_t done, size_t total);
	void *progress_context;

	/*
	 * Called when an allocation fails, from any thread; must not return. NULL: abort. libgit2
	 * crashes if one of its own allocations fails. Its allocator belongs to the whole process,
	 * so this library does not change it: set one that does not fail if that matters
	 * (GIT_OPT_SET_ALLOCATOR).
	 */
	void (*out_of_memory)(void *context);
	void *context; /* for out_of_memory */
};

/* How to format a report or the diagnostics. */
struct breakwater_look {
	const char *format; /* a name from breakwater_format; NULL: "text" */
	bool color;         /* with the escape sequences of a terminal */
	bool links;         /* with the hyperlinks of a terminal */
	bool show_accepted; /* list accepted findings too */
	bool show_help;     /* `line`: print below each finding how to make the change safely */
	const char *accept; /* `text`: operands and options with which `breakwater accept` has the
			       same findings, for the last line; NULL: no such line */
	bool quiet;         /* diagnostics: only errors */
	bool verbose;       /* diagnostics: also repeated ones */
	unsigned columns;   /* `text`, diagnostics: width at which lines are broken; 0: unbroken */
};

/* The cost of one phase, and what it counted. */
struct breakwater_phase {
	const char *name;
	double cpu_seconds, wall_seconds;
	struct breakwater_count {
		const char *name; /* NULL after the last one */
		uint64_t value;
	} counts[6];
};

struct breakwater_run;

/*
 * Compares the two sides. Returns a run, never NULL: every failure is a diagnostic of the run, with
 * the status BREAKWATER_UNKNOWN. The caller frees it with breakwater_run_free.
 */
struct breakwater_run *breakwater_check(const struct breakwater_options *options);
/* Returns the result of the check. */
enum breakwater_status breakwater_run_status(const struct breakwater_run *run);
/*
 * Returns the report, *size bytes without a NUL at the end. The run owns it. Returns NULL if the
 * status is BREAKWATER_UNKNOWN, since a partial report must not look complete, or if there is no
 * such format. If only some subjects of a registry could not be known, formats that can say so have
 * the findings of the others.
 */
const char *breakwater_run_report(
	struct breakwater_run *run, const struct breakwater_look *look, size_t *size);
/*
 * Returns errors and warnings as the program prints them on standard error, *size bytes without a
 * NUL at the end, possibly none. The run owns them.
 */
const char *breakwater_run_diagnostics(
	struct breakwater_run *run, const struct breakwater_look *look, size_t *size);
/*
 * Returns what `breakwater fix` prints: a line for each active finding, and a unified diff that
 * makes them safe; *size bytes without a NUL at the end, 0 if no finding is active. `reserve`: what
 * was deleted is rather reserved than restored, where that is enough. The two sides are read and
 * checked again; nothing is written. The run owns the text. Returns NULL if the status is
 * BREAKWATER_UNKNOWN, or, with a diagnostic, if the patch cannot be made.
 */
const char *breakwater_run_fix(struct breakwater_run *run, bool reserve, size_t *size);
/* Returns a sentence on which base was chosen and why, or NULL if the options named one. The run
 * owns it. */
const char *breakwater_run_base(const struct breakwater_run *run);
/* Returns the *n phases of the run in order. The run owns them. */
const struct breakwater_phase *breakwater_run_phases(const struct breakwater_run *run, size_t *n);
/* Frees the run and everything that it owns. NULL is not allowed. */
void breakwater_run_free(struct breakwater_run *run);

/* Returns the name of the n-th format, counted from 0, or NULL past the last one; a constant. */
const char *breakwater_format(size_t n);
/* Returns the version of the library, such as "0.1.0"; a constant. */
const char *breakwater_version(void);

#ifdef __cplusplus
}
#endif
