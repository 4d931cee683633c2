/*
 * Helpers shared by the readers of breakwater.yaml and buf.yaml: typed values, paths, rules.
 * Private to config/.
 */
#pragma once
#include "config/config.h"
#include "config/yaml_tree.h"

enum { MAX_CONFIG_PATHS = 10000 }; /* in `ignore` and `ignore_only` of one file */

/* Warnings that are given once in a run, however many files have their cause. */
struct said {
	bool deps, plugins, policies;
};

struct config_reader {
	struct arena *arena;
	struct text *text;
	struct diags *diags;
	struct str folder; /* that paths are relative to; itself relative to the repository */
	struct str
		top; /* top of the input or of a nested file's folder: no path may lead out of it */
	const struct config_override *override;
	enum rules_version version; /* the version of buf whose rules the file names */
	const char *version_name;   /* for messages: `v1` */
	uint32_t n_paths;
	bool is_own;       /* a breakwater.yaml, where `use` may be NONE */
	unsigned promised; /* PROMISE_… mask: the rules that its `options` ask for */
	struct said *said;
};

struct place node_place(const struct config_reader *reader, const struct yaml_node *node);
/* Reports an unknown word at the node, with a help if it resembles one of `words`. */
void report_unknown(struct config_reader *reader, const struct yaml_node *word, const char *what,
	const struct str *words, size_t n);
/* Is the node of that kind? False with an error if not; false without one for a null or NULL. */
bool expect_kind(struct config_reader *reader, const struct yaml_node *node, enum yaml_kind kind,
	struct str key);
void read_flag(
	struct config_reader *reader, const struct yaml_node *node, struct str key, bool *flag);
void read_word(struct config_reader *reader, const struct yaml_node *node, struct str key,
	struct str *word);
/* Reads `node` as a path relative to `base`. False and an error if it leads out of the tree. */
bool read_path(struct config_reader *reader, const struct yaml_node *node, struct str base,
	struct str *path);

/* The keys of a `breaking:` section or of a breakwater.yaml; NULL: absent. */
struct breaking_nodes {
	const struct yaml_node *use, *except, *ignore, *ignore_only, *ignore_unstable_packages;
	const struct yaml_node *severity, *disable_builtin;
	const struct str *folders; /* that ignored paths are relative to; in v1beta1 its roots */
	size_t n_folders;
};
/* Reads the settings of `module`; its path stays. */
void read_breaking(
	struct config_reader *reader, const struct breaking_nodes *nodes, struct module *module);

/* Reads `includes` or `excludes`: folders below one of `n` modules. */
void read_folders(struct config_reader *reader, const struct yaml_node *list, struct str key,
	struct str base, struct module *modules, size_t n);

/* Reads the value of the key `contracts`. */
void read_contracts(struct config_reader *reader, const struct yaml_pair *pair,
	struct contract_list *contracts);
/* Reads the subjects of a contract, whose roots and topic are read, and what belongs to them. */
void read_subjects(
	struct config_reader *reader, const struct yaml_node *map, struct contract *contract);
/* Reads the value of the key `registry`; NULL: absent. */
void read_registries(
	struct config_reader *reader, const struct yaml_node *node, struct config *config);
/* Reports keys of `map` that are none of `n` words. */
void check_own_keys(struct config_reader *reader, const struct yaml_node *map,
	const struct str *words, size_t n);
/* Reads `options` (NULL: absent), and sets reader->promised, which read_breaking needs. */
void read_promises(
	struct config_reader *reader, const struct yaml_node *list, struct promises *promises);
bool read_breakwater_yaml(
	struct config_reader *reader, const struct yaml_node *root, struct config *config);
/* Adds the modules of the buf.yaml in `reader->folder` to the configuration. */
bool read_buf_yaml(
	struct config_reader *reader, const struct yaml_node *root, struct config *config);
/* Adds a module without a buf.yaml. */
void add_default_module(struct config_reader *reader, struct str path, struct config *config);

/* The cache of config_discover. */
struct nested *nested_new(struct arena *arena);
/*
 * Reads the configuration file in `folder`, if there is one: fills config->found, file, roots,
 * modules and rest. None of its paths may lead out of `top`. False and diagnostics if it is wrong.
 */
bool config_read_folder(const struct config_request *request, struct str folder, struct said *said,
	struct config *config);
