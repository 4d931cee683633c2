/*
 * A git repository: where it is, its configuration, and what its sources share; private to this
 * folder.
 *
 * A repository is opened once a run and shared by both sides, with a count of its users. Nothing is written
 * or executed.
 */
#pragma once
#include "base/map.h"
#include "source/git_config.h"

struct repository {
	struct arena *arena;
	struct source_options options;
	struct git_settings settings; /* of its configuration, as of opening */
	VEC(int) objects;             /* its folders of loose objects, opened */
	struct packs *packs;
	struct str git_dir, common_dir; /* absolute, without `/` at the end */
	struct str work_dir;            /* the same; absent: bare */
	int work_top;                   /* the working tree, opened; -1: bare */
	struct str prefix;              /* of -C in the working tree; empty at its top */
	struct str index_path;
	struct str object_format, ref_storage; /* extensions of its configuration; absent: unset */
	bool has_worktree_config;
	struct str worktree; /* core.worktree; absent: unset */
	bool bare, bare_is_set;
	bool ignore_case, no_links; /* core.ignoreCase; core.symlinks is false */
	struct {
		bool is_on;        /* core.sparseCheckout */
		bool expects_more; /* sparse.expectFilesOutsideOfPatterns */
	} sparse;
	bool shallow, partial;
	bool needs_history; /* for a merge base, so that a fetch must bring more than one commit */
	VEC(struct str) remotes;      /* their names */
	struct str remote;            /* whose branches count: the only one, or `origin` */
	struct str fetched;           /* the one to name in `git fetch` */
	struct str promisor;          /* the one of a partial clone; absent: not known */
	VEC(struct content_id) roots; /* of a shallow clone: commits whose parents do not count */
	struct map *peeled;           /* what commits and tags lead to; objects.c */
	/*
	 * Blobs that differ between the sides, by the first bytes of their ids. Once they are known
	 * only they are verified against their ids when read; before, all blobs are (SHA-1 of a
	 * whole tree is a sixth of a check that reads it).
	 */
	struct map changed;
	bool changed_known;
	struct str packed_refs; /* the bytes of that file, once read; refs.c */
	bool packed_refs_read;
	struct map trees; /* by the first bytes of their ids */
	uint32_t trees_read;
	uint64_t tree_bytes; /* of those */
	struct map targets;  /* of links, by the first bytes of their blobs' ids */
	size_t target_bytes; /* of those */
	unsigned users;
};

/* Opens the repository of `options`. NULL and *absent set, without an error: there is none. */
struct repository *repository_open(
	const struct source_options *options, bool *absent, struct diags *diags);
struct repository *repository_share(struct repository *repository);
void repository_release(struct repository *repository);
/* Adds the help for a missing object: the `git fetch` that brings it, or git fsck. */
void diag_missing_help(const struct repository *repository, struct diags *diags);
/* A key of the repository's own configuration; false: unset. */
bool repository_config_text(const struct repository *repository, struct str key, struct str *value);
/* A path of the repository's own configuration, with `~` expanded. */
bool repository_config_path(struct repository *repository, struct str key, struct str *path);
bool head_is_unborn(struct repository *repository);

/* odb.c: sets `objects` and `packs`, which the caller frees even after an error. */
bool odb_open(struct repository *repository, struct diags *diags);

/* Where a repository is. */
struct git_found {
	struct str git_dir, common_dir; /* absolute, without `/` at the end */
	struct str work_dir;            /* by its place and core.worktree; absent: none */
	bool is_bare;
	struct git_settings settings; /* of `config` and the files that it includes */
	bool is_plain;                /* git_files_check knows all of this; else ask libgit2 */
	const char *refused;          /* with LIBRARY_REFUSED: libgit2's reason */
};

/*
 * git_files.c: finds the repository at `path` or above it. False and an error: one of its files is
 * not a regular file, is too large, or cannot be read.
 */
bool git_files_check(const struct source_options *options, const char *path,
	struct git_found *found, struct diags *diags);
/* Is the folder one of GIT_CEILING_DIRECTORIES, which end the search? */
bool git_is_ceiling(const struct source_options *options, struct str folder);

/* library.c: copies a path without slashes at its end; absent for NULL. */
struct str path_untailed(struct arena *arena, const char *path);
/* library.c: asks libgit2, which is initialised for each call and shut down after it. */
enum library_answer {
	LIBRARY_FOUND,
	LIBRARY_ABSENT,
	LIBRARY_REFUSED, /* libgit2 does not open it; see `refused` */
	LIBRARY_FAILED   /* with an error */
};
enum library_answer library_find(const struct source_options *options, const char *path,
	struct git_found *found, struct diags *diags);
bool library_settings(
	struct arena *arena, struct str path, struct git_settings *settings, struct diags *diags);
/* Does libgit2 open a repository with this extension? */
bool library_knows(struct str extension);
