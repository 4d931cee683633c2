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
};

/* What is asked of a comparison: its findings alone, or also what their messages say of where
 * something may live on under another name. */
enum narrow_for { NARROW_FOR_FINDINGS, NARROW_FOR_MESSAGES };

void name_index_init(struct name_index *index, struct arena *arena, struct intern *names);
void name_index_add(struct name_index *index, const struct model_file *file);
/* Old files, and what is asked. */
struct narrow_request {
	const struct model_files *old;
	enum narrow_for purpose;
	struct arena *arena; /* for the paths */
};
/* Appends the paths for comparing these old files with the side of the index, each once. */
void narrow_to(const struct name_index *new, const struct narrow_request *request,
	struct path_list *paths);
