/*
 * The scope of a report: --path, --exclude-path, --limit-to-input-files, and the files that a
 * protoc plugin is to generate.
 *
 * A path that holds no contract on either side is an error, or everything would pass.
 */
#pragma once
#include "base/map.h"
#include "breakwater/breakwater.h"
#include "pathspec.h"
#include "rules/rules.h"
#include "side.h"

struct report_scope {
	bool has_paths; /* --path was given */
	VEC(struct pathspec) only, excluded;
	bool limit_to_input_files; /* leave out findings of files that the new side lacks */
	/* Only files in these folders are looked at: (NULL, hash of a folder) (focus.h); NULL: all.
	 */
	const struct map *folders;
	const struct breakwater_list *generated; /* a plugin's files to generate; NULL: no plugin */
};

struct scope_request {
	struct arena *arena;
	struct diags *diags;
	const struct breakwater_list *paths, *excluded;
	const struct side *old, *new;
	bool allow_empty; /* warn only of a path without a contract */
};

/* Fills in the paths. False and an error if one of them holds no contract. */
bool scope_read(const struct scope_request *request, struct report_scope *scope);
/* Does it leave nothing out? */
bool scope_is_whole(const struct report_scope *scope);
/* May findings of an unchanged file be in the report, as far as --path says? */
bool scope_has_path(const struct report_scope *scope, struct str path);
/* Is a file at the path, on both sides, in the report? */
bool scope_covers(const struct report_scope *scope, struct str path);
/* Is the plugin to generate the file? */
bool scope_generates(const struct report_scope *scope, struct str import_path);
/* Is the finding in the report? */
bool scope_has(
	const struct report_scope *scope, const struct diff *diff, const struct finding *finding);

/* The contract or folder that a path without contracts was probably meant to name; absent: none is
 * near. *is_above: it is only the nearest folder above. */
struct str scope_nearest(struct arena *arena, struct str path, const struct str *contracts,
	uint32_t n, bool *is_above);
