/*
 * The sources of the index and of the working tree: worktree.c lists and finds files,
 * work_look.c tells what is at a path, work_rules.c which files are ignored, work_read.c reads
 * them.
 */
#pragma once
#include <sys/stat.h>
#include "source/filters.h"
#include "source/ignore.h"
#include "source/index_file.h"

struct work {
	struct repository *repository;
	struct arena *arena; /* index and rules; freed when the source is closed */
	struct index_file index;
	const struct ignore_rules *rules; /* that apply in all folders */
	struct filters *filters;          /* NULL: nothing is read from disk */
	bool on_disk;                     /* the working tree, not the index */
	bool skips_some;                  /* something in the index is marked as skipped */
	struct map
		folded; /* the index's paths, by their hash in small letters; once it is needed */
	bool is_folded;
};

/* An entry's `private` points to it. */
struct work_file {
	struct str path; /* where the bytes are on disk: a link's target */
	bool from_index;
};

/* worktree.c */
struct source *worktree_open(struct repository *repository, struct diags *diags);
struct source *index_open(struct repository *repository, struct diags *diags);

/* work_look.c */
/* An item of the index or of a collapsed folder of a sparse index. */
struct work_item {
	uint32_t mode;
	const uint8_t *id;
	bool skipped; /* a sparse checkout skipped it: if it is not on disk the index counts */
};

static inline bool is_tracked_kind(uint32_t mode)
{
	return (mode & MODE_TYPE) == MODE_FILE || (mode & MODE_TYPE) == MODE_LINK;
}

/*
 * Does the index count, whatever is on disk? By git-update-index(1): for files that are assumed to
 * be unchanged or skipped, but not for a file that a sparse checkout skipped and that exists.
 */
bool work_is_kept(const struct work *work, const struct index_entry *entry);
/* Is it a link in git and a file on disk that contains the target, by core.symlinks? */
bool work_is_link_in_file(const struct work *work, const struct index_entry *entry);
/* The context of work_look. */
struct work_world {
	struct source *source;
	struct diags *diags;
	struct work_item last; /* what was found last, if last_from_index */
	bool last_from_index;
};
/* The `look` of a link_world. */
enum file_kind work_look(void *context, struct str path, struct arena *arena, struct str *target);
/* Sets where an entry's bytes are; `from_index` is NULL for a file on disk. */
void work_set_file(struct source *source, struct source_entry *entry, struct str path,
	const struct work_item *from_index);
/* Makes an entry of the link at `path`; anything but LINK_FILE: there is none. */
enum link_end work_resolve_link(
	struct source *source, struct str path, struct source_entry *entry, struct diags *diags);

/* work_rules.c */
/* Reads info/exclude and core.excludesFile, the first of which wins. False and an error: which
 * files are ignored is unknown. */
bool rules_of_repository(struct work *work, struct diags *diags);
/* The rules of a folder: those of its .gitignore, then `above`. If the sparse checkout skipped that
 * file, it is read from the index. A link or folder of that name is not read, as in git. */
bool rules_in(const struct work *work, struct str folder, const struct ignore_rules *above,
	const struct ignore_rules **rules, struct diags *diags);
/* Is an open folder the top of another repository? False: no (errno is 0), or it cannot be told
 * (errno is set). */
bool is_repository(int fd);
/* Is the path in the index? Ignores case if core.ignoreCase is set. */
bool work_is_tracked(struct work *work, struct str path);
/* Does the file on disk at a path belong to the working tree? Errors are added to source->unlooked.
 */
bool work_has(struct source *source, struct str path);

/* work_read.c */
/* Is the file on disk unchanged since the index was written? No if it is as new as the index. */
bool is_as_recorded(
	const struct index_file *index, const struct index_entry *entry, const struct stat *st);

/* Functions of struct source_ops. A file on disk is read as git would store it. */
bool work_read(struct source *source, const struct source_entry *entry, struct arena *arena,
	struct str *bytes, struct diags *diags);
bool work_identify(struct source *source, struct source_entry *entry, struct diags *diags);
uint64_t work_position(struct source *source, const struct source_entry *entry);
