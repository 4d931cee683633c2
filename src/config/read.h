/*
 * What the readers of breakwater.yaml and buf.yaml share: values of the right kind, paths, rules.
 * Private to config/.
 */
#pragma once
#include "config/config.h"
#include "config/yaml_tree.h"

enum { MAX_CONFIG_PATHS = 10000 }; /* of `ignore` and `ignore_only` in one file */

/* What is said once a run, however many files ask for it. */
struct said {
	bool deps, plugins, policies;
};

struct reader {
	struct arena *arena;
	struct text *text;
	struct diags *diags;
	struct str folder; /* that paths count from, relative to the repository */
	struct str top;    /* of the input, or of a nested file's folder: no path leads out */
	const struct config_override *override;
	enum rules_version version; /* whose columns the file's ids have */
	const char *version_name;   /* for messages: `v1` */
	uint32_t n_paths;
	struct said *said;
};

struct place node_place(const struct reader *reader, const struct yaml_node *node);
/* An error at the node and, where the word is near one of the right ones, a help. */
void report_unknown(struct reader *reader, const struct yaml_node *word, const char *what,
	const struct str *words, size_t n);
/* False and an error if it is not of the kind; a null and NULL are false without one. */
bool expect_kind(
	struct reader *reader, const struct yaml_node *node, enum yaml_kind kind, struct str key);
void read_flag(struct reader *reader, const struct yaml_node *node, struct str key, bool *flag);
void read_word(
	struct reader *reader, const struct yaml_node *node, struct str key, struct str *word);
/* `node` as a path, joined to `base`; false and an error when it leads out of the tree. */
bool read_path(
	struct reader *reader, const struct yaml_node *node, struct str base, struct str *path);

/* Keys of a `breaking:` part, or of a breakwater.yaml; absent ones are NULL. */
struct breaking_nodes {
	const struct yaml_node *use, *except, *ignore, *ignore_only, *ignore_unstable_packages;
	const struct yaml_node *severity, *disable_builtin;
	const struct str *folders; /* that ignored paths count from: of v1beta1 its roots */
	size_t n_folders;
};
/* Fills the settings of `module` but for its place in the tree. */
void read_breaking(
	struct reader *reader, const struct breaking_nodes *nodes, struct module *module);

/* `includes` or `excludes`: folders below some of `n` modules. */
void read_folders(struct reader *reader, const struct yaml_node *list, struct str key,
	struct str base, struct module *modules, size_t n);

bool read_breakwater_yaml(
	struct reader *reader, const struct yaml_node *root, struct config *config);
/* The modules of one buf.yaml, whose folder is `reader->folder`, added to the configuration. */
bool read_buf_yaml(struct reader *reader, const struct yaml_node *root, struct config *config);
/* A module that has no buf.yaml. */
void add_default_module(struct reader *reader, struct str path, struct config *config);

/* What config_discover remembers. */
struct nested *nested_new(struct arena *arena);
/*
 * The configuration file in `folder`, if there is one: fills config->found, file, roots, modules
 * and rest. Its paths lead out of `top` nowhere. False and diagnostics when it is wrong.
 */
bool config_read_folder(struct arena *arena, struct source *source,
	const struct config_override *override, struct str folder, struct said *said,
	struct config *config, struct diags *diags);
