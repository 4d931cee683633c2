/*
 * One side of a comparison before it is compiled: its source, its configuration, its import roots.
 *
 * A side's roots come from its own revision, so that moving them breaks nothing
 * (breakwater-check(1), Import roots). `check` has two sides, `build` and `debug` one.
 */
#pragma once
#include "breakwater/breakwater.h"
#include "config/config.h"
#include "proto/compile.h"

struct side {
	struct source *source; /* the caller opens and closes it */
	struct config config;  /* once side_configure was called */
	struct roots roots;    /* once side_find_roots was called */
	bool has_contract;     /* anywhere in its tree; likewise */
	uint32_t n_rooted;     /* modules of the configuration that are in the roots */
};

struct side_options {
	struct arena *arena;
	struct intern *names;
	const struct config_override *override;
	const struct str *root_options; /* --root */
	size_t n_root_options;
	struct diags *diags;
};

/* How sources are opened from `directory`, with git's variables and the limits of contracts. */
struct source_options source_options_of(struct arena *arena, struct intern *names,
	struct str directory, const struct breakwater_git *git);
/* Reads the side's configuration. */
bool side_configure(const struct side_options *options, struct side *side);
/* Where a path of the other side, whose top is `other_top`, would be on this one. */
struct str side_path(const struct side_options *options, const struct side *side,
	struct str other_top, struct str path);
/*
 * Reads the configurations below the top that govern the file at `path`, once side_find_roots was
 * called. False when one of them is wrong. Their modules are in the side's roots after
 * side_take_roots, which looks at all of them.
 */
bool side_discover(const struct side_options *options, struct side *side, struct str path);
void side_take_roots(const struct side_options *options, struct side *side);
/* side_discover for all that the side holds: what a whole tree is compiled with. */
bool side_discover_all(const struct side_options *options, struct side *side);
/* Warns of modules of the new side's configuration that neither side has a contract in. */
void side_warn_of_modules(
	struct side *old, struct side *new, struct arena *arena, struct diags *diags);
/*
 * Sets roots and has_contract. False when a declared root, or the PATH of a `REV:PATH`, has no
 * contract while the side has one elsewhere: then the name is wrong, and every file would seem
 * deleted.
 */
bool side_find_roots(const struct side_options *options, struct side *side);
