/*
 * Which untracked files the repository's own rules leave out: gitignore(5).
 *
 * By ourselves, since git_ignore_path_is_ignored passes over a nested .gitignore that only negates
 * a rule of its parent. The user's and the system's rules are not read.
 */
#pragma once
#include "base/arena.h"
#include "base/str.h"

struct ignore_pattern {
	struct str text;
	bool negated, folders_only, anchored; /* anchored: held against the whole path */
};

/* The patterns of one file. Those of the folders above are asked when none of these fits. */
struct ignore_rules {
	struct str folder; /* that the patterns count from */
	struct ignore_pattern *patterns;
	uint32_t n;
	const struct ignore_rules *above; /* NULL: none */
};

/* Reads a file's patterns; the text has to live as long as the rules. */
const struct ignore_rules *ignore_parse(
	struct arena *arena, struct str text, struct str folder, const struct ignore_rules *above);
/* Is the path itself ignored? (The caller has asked for the folders above it.) */
bool ignore_matches(const struct ignore_rules *rules, struct str path, bool is_folder);
/* gitignore's globs: `*` and `?` do not match `/`; `**` does, as a whole component. */
bool ignore_glob(struct str pattern, struct str text);
