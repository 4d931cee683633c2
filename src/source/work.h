/*
 * What the sources of the index and of the working tree share: worktree.c lists and finds, work_read.c
 * reads.
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
};

/* What an entry's `private` points to. */
struct work_file {
	struct str path; /* where the bytes are on disk: a link's target */
	bool from_index;
};

/* Is the file on disk as the index recorded it? One as young as the index itself may differ. */
bool is_as_recorded(
	const struct index_file *index, const struct index_entry *entry, const struct stat *st);

/* The sources' own, as struct source_ops has them. What is read of a file on disk is what git would
 * keep of it. */
bool work_read(struct source *source, const struct source_entry *entry, struct arena *arena,
	struct str *bytes, struct diags *diags);
bool work_identify(struct source *source, struct source_entry *entry, struct diags *diags);
uint64_t work_position(struct source *source, const struct source_entry *entry);
