/*
 * The source of a tree (tree.c) and the comparison of two (tree_pair.c).
 */
#pragma once
#include "source/objects.h"

struct tree_source {
	struct repository *repository;
	const struct tree *root; /* of the repository, not of the top */
	struct map found;        /* tree_find's cache, by hash of path */
	struct arena *scratch;
	struct walk_count asked; /* of all calls of tree_has_contract */
	/*
	 * The folders on the way to the last path looked up, so that the next name of it, as when a
	 * link is followed, takes one step instead of the way from the top.
	 */
	struct way {
		char path[MAX_PATH_BYTES];
		size_t n; /* of `path` */
		struct way_step {
			size_t end; /* of its path in `path` */
			const struct tree *tree;
		} steps[MAX_PATH_BYTES / 2 + 1];
		uint32_t n_steps;
	} * way;
};

/* The source of a tree; `top` is the path in the repository that the source begins at. */
struct source *tree_open(struct repository *repository, const struct content_id *tree,
	struct str top, struct str name, struct str side, struct diags *diags);
/* tree_pair.c: are these trees of one repository with one top, so that tree_changes applies? */
bool tree_is_comparable(const struct source *old, const struct source *new);
bool tree_changes(
	struct source *old, struct source *new, struct changes *changes, struct diags *diags);

extern const struct source_ops tree_ops;

static inline bool item_is(const struct tree_item *item, uint32_t mode)
{
	return (item->mode & MODE_TYPE) == mode;
}

/* The file that the link at `path` leads to; NULL: *end says why there is none. */
const struct tree_item *tree_resolve(
	struct source *source, struct str path, enum link_end *end, struct diags *diags);
/* The entry of a file, under the path that leads to it. */
struct source_entry tree_entry(struct str path, const struct tree_item *file, uint32_t mode);
/* The tree of a folder; NULL: it is not a folder, or an error. */
struct tree *tree_of_folder(struct source *source, struct str folder, struct diags *diags);
/* Adds the error of a path that is nested too deeply; returns false. */
bool tree_fail_deep(const struct source *source, struct str path, struct diags *diags);
