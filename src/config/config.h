/*
 * breakwater.yaml, buf.yaml, buf.work.yaml and accepted breaks, as structs of options.
 */
#pragma once
#include "contract/contract.h"
#include "proto/compile.h"
#include "rules/promise.h"
#include "source/source.h"

/* Settings of one module; a breakwater.yaml without `modules:` is a single module. Paths are
 * relative to the repository or folder, like those of source entries. */
struct module {
	struct str path;          /* its root; import paths are relative to it; empty: the top */
	struct place path_place;  /* in a breakwater.yaml, where `path` is no root, for the warning
				     of one that matches nothing; else nowhere */
	VEC(struct str) includes; /* v2: only these folders of it; empty: all */
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
	ignore_places; /* of `ignores`, for the warning that a path matches nothing */
};

struct written_root {
	struct str path;
	struct place place;
};

/* The key `history`: which versions were published. */
struct history_config {
	struct str versions; /* VERSIONS; absent: tags or commits */
	struct str since;    /* a revision; absent: from the beginning */
	bool check;          /* every check is against history */
};

/* The key `retirement`: how long what is deleted has to be deprecated before. */
struct retirement_config {
	bool is_on;
	uint32_t n; /* releases or days */
	bool days;
	bool reserve; /* a retired field or value leaves its number reserved */
};

/* An entry of the key `registry`. */
struct written_registry {
	struct str name; /* of a mapping; absent: there is one */
	struct str urls; /* of one registry; several after commas */
	struct place place;
};

struct config {
	bool found;                 /* there is a configuration file */
	struct str file;            /* its path, for messages */
	bool has_roots;             /* roots or modules are declared */
	VEC(struct str) roots;      /* `roots:` of a breakwater.yaml */
	VEC(struct module) modules; /* at least one */
	struct module rest;         /* settings for paths that lie below no module */
	struct nested *nested; /* that config_discover looked for; NULL: the top's file stands for
				  all */
	VEC(struct str) nested_files; /* the files that apply to some contract */
	struct str base;              /* absent: none */
	struct place base_place;
	/* Where roots and module paths are written, for the error that one holds nothing. */
	VEC(struct written_root) written_roots;
	bool strict_imports;
	struct contract_list contracts; /* `contracts:` of a breakwater.yaml */
	VEC(struct written_registry) registries; /* `registry:`; of the old side, too */
	struct text *text;              /* of the breakwater.yaml; NULL: there is none */
	struct promises promises; /* `options:` */
	struct history_config history;
	struct retirement_config retirement;
	/*
	 * The tops of both sides (of `main:proto` it is `proto`, of `dir:proto` it is empty); the
	 * caller sets them before config_apply. Paths here are of the new side; a path of an old
	 * file is also looked up as if both sides had the new top.
	 */
	struct str old_top, new_top;
	struct str top; /* of the input */
	bool is_buf;
	enum rules_version version;
};

/* Options of the command line that override the configuration. */
struct config_override {
	VEC(struct str) use, except; /* ids, already split at commas */
	struct str file;             /* --config, relative to `directory`; absent: none */
	struct str text;      /* the text of a configuration, instead of a file; absent: none */
	struct str directory; /* -C, absolute */
	/* For the old side: only roots, modules and exclusions are read and checked. Its rules may
	 * be outdated. */
	bool layout_only;
};

/* What reading the configuration of one side needs. */
struct config_request {
	struct arena *arena; /* keeps the configuration */
	struct source *source;
	const struct config_override *override;
	struct diags *diags;
};

/*
 * Reads the configuration of one side from its own files (breakwater.yaml, else buf.yaml, else
 * buf.work.yaml at the top), or the file named by --config from the disk. False and diagnostics
 * with line and column if it is wrong.
 */
bool config_read(const struct config_request *request, struct config *config);

/* Marks the findings that the new side's configuration leaves out (ignore, ignore_only, unstable
 * packages, rules that the module does not select), and sets severities. */
void config_apply(const struct config *config, struct findings *findings, struct arena *scratch);
/* Warns of ignored paths that match no file of either side (schema `paths` must be sorted). */
void config_warn_unmatched(const struct config *config, const struct schema *old,
	const struct schema *new, struct diags *diags);
/* The rules that any module selects, for rules_run. */
struct selection *config_selection(struct arena *arena, const struct config *config);
/* The innermost module that holds the path, after its includes and excludes; NULL: none. */
const struct module *config_module_of(const struct config *config, struct str path);
/* The settings for a path: those of the module that holds it; else of the innermost module that it
 * is below (it may be excluded, or deleted); else `rest`. */
const struct module *config_settings_of(const struct config *config, struct str path);
/*
 * Reads the configurations in the folders between the top and the file at `path`, if the top has
 * none and none was named. The innermost one applies below its folder, unless a workspace farther
 * up has that folder as a module. Each folder is searched once. False and diagnostics if the file
 * that applies is wrong.
 */
bool config_discover(const struct config_request *request, struct str path, struct config *config);
/* Does the configuration make the path part of the contract? With `has_roots`, only if a root or
 * module holds it; never if it is below a module that does not hold it. */
bool config_holds(const struct config *config, struct str path);
/*
 * The import roots of a side. `excluded` lacks folders that one module excludes and another uses;
 * ask config_holds for those and for `includes`.
 */
void config_roots(struct arena *arena, const struct config *config, struct roots *roots);
bool package_is_unstable(struct str package);
