/*
 * Do two trees hold the same contracts? A hash of the paths and ids of all contracts below a tree,
 * made of those of its folders, each of which is read once; private to this folder.
 */
#pragma once
#include "base/out.h"
#include "source/objects.h"

struct states {
	struct repository *repository;
	struct diags *diags;
	struct arena *arena;
	struct map known; /* by the first bytes of a tree's id */
};

void states_init(struct states *states, struct repository *repository, struct diags *diags);
void states_end(struct states *states);
/* *value 0: there is no contract below `top`. False and an error: a tree cannot be read. */
bool states_of(
	struct states *states, const struct content_id *tree, struct str top, uint64_t *value);
