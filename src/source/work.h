/*
 * What the sources of the index and of the working tree share: worktree.c lists and finds,
 * work_rules.c knows what is ignored, work_read.c reads.
 */
#pragma once
#include <sys/stat.h>
#include "source/filters.h"
#include "source/ignore.h"
#include "source/index_file.h"

struct work {
	struct repository *repository;
	struct arena *arena; /* what is let go when the source closes: index, rules */
	struct index_file index;
	const struct ignore_rules *rules; /* of the whole repository */
	struct filters *filters;          /* NULL: nothing is read from the disk */
	bool on_disk;                     /* the working tree, not the index */
	bool skips_some;                  /* something in the index is marked as skipped */
	struct map
		folded; /* the index's paths, by their hash in small letters; once it is needed */
	bool is_folded;
};

/* What an entry's `private` points to. */
struct work_file {
	struct str path; /* where the bytes are on disk: a link's target */
	bool from_index;
};

/* worktree.c */
struct source *worktree_open(struct repository *repository, struct diags *diags);
struct source *index_open(struct repository *repository, struct diags *diags);

/* work_rules.c */
/* core.excludesFile, and before it info/exclude. False and an error: which files are ignored is not
 * known. */
bool rules_of_repository(struct work *work, struct diags *diags);
/* The rules with those of a folder's own .gitignore before them, that of the index where the sparse
 * checkout left it out. A link or a folder of that name has no rules to git, either. */
bool rules_in(const struct work *work, struct str folder, const struct ignore_rules *above,
	const struct ignore_rules **rules, struct diags *diags);
/* Is an open folder the top of a repository of its own? What only looks like one is none. False
 * with errno, 0 if it is none, where nobody can look. */
bool is_repository(int fd);
/* Is it in the index, or where letters of either case are equal, one like it? */
bool work_is_tracked(struct work *work, struct str path);
/* Is what stands on disk at a path a part of the working tree? What cannot be read is said in
 * source->unlooked. */
bool work_has(struct source *source, struct str path);

/* work_read.c */
/* Is the file on disk as the index recorded it? One as young as the index itself may differ. */
bool is_as_recorded(
	const struct index_file *index, const struct index_entry *entry, const struct stat *st);

/* The sources' own, as struct source_ops has them. What is read of a file on disk is what git would
 * keep of it. */
bool work_read(struct source *source, const struct source_entry *entry, struct arena *arena,
	struct str *bytes, struct diags *diags);
bool work_identify(struct source *source, struct source_entry *entry, struct diags *diags);
uint64_t work_position(struct source *source, const struct source_entry *entry);
