/*
 * breakwater.yaml, buf.yaml, buf.work.yaml and accepted breaks → option structs.
 */
#pragma once
#include "proto/compile.h"
#include "rules/rules.h"
#include "source/source.h"

/* Settings of one module (a breakwater.yaml without `modules:` is one that covers all). Paths are
 * relative to the repository or folder, as source entries are. */
struct module {
	struct str path;          /* its root; import paths are relative to it; empty: the top */
	struct place path_place;  /* in a breakwater.yaml, where `path` is no root, for the warning
				     of one that matches nothing; else nowhere */
	VEC(struct str) includes; /* v2: only these folders below it; empty: all */
	VEC(struct str) excludes;
	struct selection *selection;
	VEC(struct str) ignores;
	struct ignore_only {
		const struct rule *rule;
		struct str path;
		struct place place;
	} * ignore_only;
	uint32_t n_ignore_only;
	bool ignore_unstable_packages;
	VEC(struct place)
	ignore_places; /* of `ignores`, for the warning of a path that matches nothing */
};

struct written_root {
	struct str path;
	struct place place;
};

struct config {
	bool found;                 /* a configuration file is there */
	struct str file;            /* its path, for messages */
	bool has_roots;             /* roots or modules are declared */
	VEC(struct str) roots;      /* `roots:` of a breakwater.yaml */
	VEC(struct module) modules; /* at least one */
	struct module rest;         /* settings for paths that lie below no module */
	struct nested *nested; /* that config_discover looked for; NULL: the top's file stands for
				  all */
	VEC(struct str) nested_files; /* those that govern something */
	struct str base; /* absent: none */
	struct place base_place;
	/* Where roots and the paths of modules are written, for the error of one that is empty. */
	VEC(struct written_root) written_roots;
	bool strict_imports;
	/*
	 * The tops of both sides (`main:proto` and `dir:proto` begin at `proto` and at nothing),
	 * which the caller sets before config_apply. Paths here are of the new side; those of old
	 * files are also looked for as if their side began where the new one does.
	 */
	struct str old_top, new_top;
	struct str top; /* of the input */
	bool is_buf;
	enum rules_version version;
};

/* What the command line says instead of the configuration. */
struct config_override {
	VEC(struct str) use, except; /* ids, already split at commas */
	struct str file;             /* --config, relative to `directory`; absent: none */
	struct str text;             /* in its place the text of one; absent: none */
	struct str directory;        /* -C, absolute */
	/* The old side: only roots, modules and what they exclude are wanted, and said. Its rules
	 * may be of another time. */
	bool layout_only;
};

/*
 * Reads the configuration of one side from its own files (breakwater.yaml, else buf.yaml,
 * buf.work.yaml at the top) or the one that
 * --config names from the disk. False and diagnostics with line and column when it is wrong.
 */
bool config_read(struct arena *arena, struct intern *names, struct source *source,
	const struct config_override *override, struct config *config, struct diags *diags);

/* Marks the findings that the new side's configuration leaves out (ignore, ignore_only, unstable
 * packages, modules that do not select the rule) and sets severities. */
void config_apply(const struct config *config, struct findings *findings, struct arena *scratch);
/* Warns of ignore paths that match no file of either side (`paths` sorted). */
void config_warn_unmatched(const struct config *config, const struct schema *old,
	const struct schema *new, struct diags *diags);
/* Rules that any module selects: what rules_run gets. */
struct selection *config_selection(struct arena *arena, const struct config *config);
/* The module whose root holds a path (the innermost; what it excludes or does not include is not
 * held), NULL. */
const struct module *config_module_of(const struct config *config, struct str path);
/* The settings that count for a path: of the module that holds it, else of the innermost that it
 * lies below (it is excluded, so it may be a file that is gone), else the rest's. */
const struct module *config_settings_of(const struct config *config, struct str path);
/*
 * Reads the configurations of the folders between the top and the file at `path`, where the top has
 * none and none was named: the innermost governs what lies below its folder, but that a module of a
 * workspace farther up is the workspace's. Each folder is looked into once. False and diagnostics
 * when a file that governs `path` is wrong.
 */
bool config_discover(struct arena *arena, struct source *source,
	const struct config_override *override, struct str path, struct config *config,
	struct diags *diags);
/* Is a path part of the contract as far as the configuration says? With `has_roots` only what a
 * root or module holds; never what lies below a module and is held by none. */
bool config_holds(const struct config *config, struct str path);
/*
 * The import roots of a side, `override_roots` of --root (relative to the repository) going first.
 * A folder that one module excludes and of which another holds something is not in `excluded`;
 * config_holds knows better (and `includes`, which roots do not have).
 */
void config_roots(struct arena *arena, const struct config *config, struct roots *roots);
bool package_is_unstable(struct str package);
