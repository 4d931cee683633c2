/*
 * What `check`, `accept` and `fix` share: the options of a comparison, and running it.
 */
#pragma once
#include "cli/cli.h"

/* The first member of these commands' arguments. */
struct compare_arguments {
	const char *config, *compatibility;
	struct texts roots, paths, excluded_paths, use, except, contracts, surfaces;
	bool staged, merge_base, limit_to_input_files, strict_imports, full, impact;
	const char *history, *since;
	const char *registry, *registry_verdict;
	bool registry_deleted, ask_registry;
	struct access_arguments asking;
	unsigned jobs;
};

/* Rows of these commands' tables. */
#define COMPARE_FLAG(words, member, text)                                             \
	{                                                                             \
		.name = words, .kind = OPT_FLAG,                                      \
		.offset = offsetof(struct compare_arguments, member), .summary = text \
	}
#define COMPARE_FILES(words, member, text)                                                \
	{                                                                                 \
		.name = words, .kind = OPT_LIST,                                          \
		.offset = offsetof(struct compare_arguments, member), .argument = "PATH", \
		.summary = text, .values = VALUES_FILE                                    \
	}
#define COMPARE_SIDES                                                                          \
	COMPARE_FLAG("staged", staged, "the index is the new side: what a commit would take"), \
		COMPARE_FLAG("merge-base", merge_base,                                         \
			"compare with the merge base of BASE and the new side")
#define COMPARE_SCOPE                                                                     \
	OPT_USE(struct compare_arguments), OPT_EXCEPT(struct compare_arguments),          \
		OPT_CONFIG(struct compare_arguments), OPT_ROOT(struct compare_arguments), \
		COMPARE_FILES("path", paths,                                              \
			"report only on files under PATH, a git pathspec; repeatable"),   \
		COMPARE_FILES("exclude-path", excluded_paths,                             \
			"do not report on files under PATH; repeatable"),                 \
		COMPARE_FLAG("limit-to-input-files", limit_to_input_files,                \
			"leave out files that only the old side has")
#define COMPARE_CONTRACTS                                                                     \
	{ .name = "contract",                                                                 \
		.kind = OPT_WORDS,                                                            \
		.offset = offsetof(struct compare_arguments, contracts),                      \
		.argument = "NAME,...",                                                       \
		.summary = "check these contracts alone, and nothing else" },                 \
		{ .name = "compatibility",                                                    \
			.kind = OPT_TEXT,                                                     \
			.offset = offsetof(struct compare_arguments, compatibility),          \
			.argument = "LEVEL",                                                  \
			.summary = "BACKWARD, FORWARD, FULL, ...: the level of all contracts; " \
				   "without any, of everything",                              \
			.values = VALUES_WORDS,                                               \
			.words = compatibility_words },                                       \
		{ .name = "surface",                                                          \
			.kind = OPT_WORDS,                                                    \
			.offset = offsetof(struct compare_arguments, surfaces),               \
			.argument = "LIST",                                                   \
			.summary = "wire, json, source: the surfaces of all contracts",       \
			.values = VALUES_WORDS,                                               \
			.words = surfaces_words }
#define COMPARE_IMPACT                \
	COMPARE_FLAG("impact", impact, \
		"say who reaches what changed: messages and methods, and on which way")
#define COMPARE_HISTORY                                                                     \
	{ .name = "history",                                                                \
		.kind = OPT_OPTIONAL,                                                       \
		.offset = offsetof(struct compare_arguments, history),                      \
		.argument = "VERSIONS",                                                     \
		.summary = "against every published version: tags, commits, [tags] PATTERN" }, \
		{ .name = "since",                                                          \
			.kind = OPT_TEXT,                                                   \
			.offset = offsetof(struct compare_arguments, since),                \
			.argument = "REV",                                                  \
			.summary = "--history, but versions before REV were never published",       \
			.values = VALUES_REVISION }
#define COMPARE_REGISTRY                                                                        \
	{ .name = "registry",                                                                   \
		.kind = OPT_OPTIONAL,                                                           \
		.offset = offsetof(struct compare_arguments, registry),                         \
		.argument = "URL",                                                              \
		.summary = "against what a schema registry has of each contract's subject" },   \
		{ .name = "registry-verdict",                                                   \
			.kind = OPT_TEXT,                                                       \
			.offset = offsetof(struct compare_arguments, registry_verdict),         \
			.argument = "WHOSE",                                                    \
			.summary = "ours, theirs, both: whose breaks decide the status",        \
			.values = VALUES_WORDS,                                                 \
			.words = verdict_words },                                               \
		COMPARE_FLAG("registry-deleted", registry_deleted,                              \
			"let breaks against deleted versions fail, too"),                       \
		COMPARE_FLAG("ask-registry", ask_registry,                                      \
			"ask the registry for its own verdict; it stores nothing")
#define COMPARE_STRICT                                 \
	COMPARE_FLAG("strict-imports", strict_imports, \
		"an import that is in no import root is an error")
#define COMPARE_FULL \
	COMPARE_FLAG("full", full, "compile everything, not only what the change can hurt")

/* The values of --compatibility and of --surface; NULL ends them. */
extern const char *const compatibility_words[], *const surfaces_words[], *const verdict_words[];
/* The options of the library for a comparison of the operands, of which there are at most two. They
 * refer to the strings of `arguments` and `operands`. */
struct breakwater_options compare_options(
	struct cli *cli, const struct compare_arguments *arguments, const struct texts *operands);
/* Runs it, with the base that a pipeline proposes, and prints its diagnostics and its base on
 * standard error. Never NULL; breakwater_run_free() frees it. `options` must outlive this call. */
struct breakwater_run *compare_run(struct cli *cli, struct breakwater_options *options);
/* Prints the diagnostics of a run, after the base if nobody named it. */
void compare_print_diagnostics(struct cli *cli, struct breakwater_run *run);
