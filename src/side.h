/*
 * One side before it is compiled: source, configuration and import roots. `check` has two sides,
 * `build` and `debug` have one. The roots come from the side's own revision, so that moving them
 * breaks nothing (breakwater-check(1), Import roots).
 */
#pragma once
#include "breakwater/breakwater.h"
#include "config/config.h"
#include "proto/compile.h"
#include "source/registry.h"

struct side {
	struct source *source; /* the caller opens and closes it */
	struct config config;  /* set by side_configure */
	struct roots roots;    /* set by side_find_roots */
	bool has_contract;     /* anywhere in its tree; set by side_find_roots */
	uint32_t n_rooted;     /* modules of the configuration that the roots include */
};

struct side_options {
	struct arena *arena;
	const struct config_override *override;
	const struct str *root_options; /* --root */
	size_t n_root_options;
	struct diags *diags;
	bool lenient; /* a root or folder without a contract is no error: an old version */
};

/* Options for opening sources in `directory`, with git's variables and our limits. */
struct source_options source_options_of(struct arena *arena, struct intern *names,
	struct str directory, const struct breakwater_git *git);
/* A copy of what is given for registries, in `arena`; to be ended by registry_end. */
struct registry_access *registry_access_of(
	struct arena *arena, const struct breakwater_registry *given);
/* Reads the configuration of the side. */
bool side_configure(const struct side_options *options, struct side *side);
/*
 * Reads the configurations below the top that govern the file at `path`; call it after
 * side_find_roots. False if one is invalid. side_take_roots then adds the modules of all to the
 * roots.
 */
bool side_discover(const struct side_options *options, struct side *side, struct str path);
void side_take_roots(const struct side_options *options, struct side *side);
/* side_discover for all files of the side, and side_take_roots. */
bool side_discover_all(const struct side_options *options, struct side *side);
/* Warns of modules of the new configuration in which neither side has a contract. */
void side_warn_of_modules(
	struct side *old, struct side *new, struct arena *arena, struct diags *diags);
/* Sets `roots` and `has_contract`. False if a declared root, or the PATH of `REV:PATH`, has no
 * contract while the side has one elsewhere: a wrong name would make every file seem deleted. */
bool side_find_roots(const struct side_options *options, struct side *side);
