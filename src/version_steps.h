/*
 * From version to version of a check against history: what differs, as models, and which files
 * another version's findings do not hold for.
 *
 * The versions are read once, oldest first, the new side last; then they are compared with the new
 * side newest first, so the models can be gone back through.
 */
#pragma once
#include "history/lives.h"
#include "narrow.h"
#include "run.h"
#include "snapshot.h"
#include "source/versions.h"

struct version_step { /* from the version before to this one */
	struct model_files old, new;
	struct path_list touched; /* interned; unless: */
	bool touched_all;
	const struct import_hint *hints; /* of this version */
	uint32_t n_hints;
};

struct version_steps {
	struct breakwater_run *run;
	const struct versions *versions;
	struct report_scope scope;  /* which files are read */
	struct snapshots snapshots; /* once they were read, at the new side */
	struct spent *spent;
	struct version_step *items; /* `n` for the versions, and one to the new side */
	uint32_t n;
	/* Going back. */
	uint32_t at;       /* the version that `models` are of; n: the new side */
	struct map models; /* path.p → struct model_file *, own ones; NULL: not there */
	struct name_index new_names, base_names;
	bool has_new_names, has_base_names;
	struct map changed; /* path.p of what the change touches, or that imports such */
	bool has_changed;
};

/* The source of a version. False and an error; NULL: it has no contract. */
bool version_source(struct breakwater_run *run, const struct versions *versions,
	const struct version *version, struct source **source);
struct snapshots snapshots_of(struct breakwater_run *run);
/* Reads all versions of the files in `scope`. False and an error. */
bool version_steps_read(struct version_steps *steps, struct breakwater_run *run,
	const struct versions *versions, const struct report_scope *scope);
/* Goes back to a version, which is older than where it is. */
void version_steps_back(struct version_steps *steps, uint32_t version);
/* Appends the paths for comparing files of this version with the new side. */
void version_steps_narrow(struct version_steps *steps, const struct model_files *old,
	enum narrow_for purpose, struct path_list *paths);
/* Likewise with BASE, for findings; to be called at it and at older versions. */
void version_steps_narrow_to_base(
	struct version_steps *steps, const struct model_files *old, struct path_list *paths);
/* To be called at BASE. */
void version_steps_at_base(struct version_steps *steps);
/* May what the change from BASE to the new side touches be seen from the file? */
bool version_steps_changed(struct version_steps *steps, struct str path);
