/*
 * Which files two sides have to be compared in, for the findings of some files of the old side:
 * these, and those of the new side that hold what was in them, or may look like it.
 *
 * From the models that a history remembers (history/model.h); nothing is read.
 */
#pragma once
#include "affected.h"
#include "history/changes.h"

/* Where a side declares what: lists of files, by name. */
struct name_index {
	struct arena *arena;
	struct intern *names;
	struct map by_name;   /* (interned full name .p, kind) */
	struct map by_last;   /* (interned last part .p, kind) */
	struct map by_number; /* (extendee .p, number), of extensions */
	struct map by_import; /* (interned import path .p, 0) */
	bool only_names; /* no message is asked for that says what something became under another
			    name */
};

void name_index_init(struct name_index *index, struct arena *arena, struct intern *names);
void name_index_add(struct name_index *index, const struct model_file *file);
/* Appends the paths for comparing these old files with the side of the index, each once. */
void narrow_to(const struct name_index *new, const struct model_files *old, struct arena *arena,
	struct path_list *paths);
