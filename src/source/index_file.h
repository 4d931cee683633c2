/*
 * git's index. Parsed here, since libgit2 1.5 refuses sparse and split indexes and those without a
 * checksum, all of which current git writes.
 */
#pragma once
#include "source/objects.h"

enum { FLAG_SKIPPED = 0x4000 }; /* of more_flags */

struct index_stat {
	uint32_t ctime, ctime_ns, mtime, mtime_ns, inode, size; /* cut to 32 bits */
};

struct index_entry {
	struct str
		path; /* of a folder that a sparse index keeps whole: without the `/` at the end */
	const uint8_t *raw; /* the entry in the file */
	uint16_t flags, more_flags;
};

struct index_file {
	struct index_entry *entries; /* sorted by path, then stage */
	uint32_t n;
	int64_t mtime, mtime_ns; /* the file's own */
	struct str trees;        /* the payload of the `TREE` extension; absent: none */
};

/* Reads the repository's index; a missing one is empty. Everything is in `arena`. */
bool index_read(struct repository *repository, struct arena *arena, struct index_file *index,
	struct diags *diags);
/* The same without verifying the checksum. */
bool index_read_unverified(struct repository *repository, struct arena *arena,
	struct index_file *index, struct diags *diags);
/* Sorts entries as an index does. */
void index_sort(struct index_entry *entries, uint32_t n);
/* A new entry, marked as skipped, that is not in the file. */
struct index_entry index_skipped_entry(
	struct arena *arena, struct str path, uint32_t mode, const uint8_t *id);
/* index_unfold.c: makes entries for all files in those folders of a sparse index that exist on disk,
 * where they were created again or have untracked files. */
bool index_unfold(struct repository *repository, struct arena *arena, struct index_file *index,
	struct diags *diags);
/* The entry at a path, of any stage; NULL: none. */
const struct index_entry *index_find(const struct index_file *index, struct str path);
/* The first entry below a folder; NULL: none. */
const struct index_entry *index_find_below(const struct index_file *index, struct str folder);
/*
 * index_trees.c: calls `found` with the id of each tree that holds only files and submodules, by the
 * index's cache of the trees of its folders. An index that is large, damaged, split or sparse gives
 * none, without an error.
 */
void index_plain_trees(struct repository *repository, struct arena *scratch,
	void (*found)(void *context, const uint8_t *id), void *context);
uint32_t index_mode(const struct index_entry *entry);
const uint8_t *index_id(const struct index_entry *entry);
struct index_stat index_stat(const struct index_entry *entry);

static inline unsigned index_stage(const struct index_entry *entry)
{
	return entry->flags >> 12 & 3;
}

static inline bool index_is_assumed(const struct index_entry *entry)
{
	return entry->flags & 0x8000;
}

static inline bool index_is_skipped(const struct index_entry *entry)
{
	return entry->more_flags & FLAG_SKIPPED;
}

static inline bool index_is_intent(const struct index_entry *entry)
{
	return entry->more_flags & 0x2000;
}
