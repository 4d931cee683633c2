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

/* A file of rules. */
struct ignore_text {
	struct str text;
	struct str folder; /* that the patterns count from */
	bool ignore_case;  /* core.ignoreCase */
};

/* The patterns of one file. Those of the folders above are asked when none of these fits. */
struct ignore_rules {
	struct str folder;
	bool ignore_case;
	struct ignore_pattern *patterns;
	uint32_t n;
	const struct ignore_rules *above; /* NULL: none */
};

/* Reads a file's patterns; the text has to live as long as the rules. */
const struct ignore_rules *ignore_parse(
	struct arena *arena, const struct ignore_text *source, const struct ignore_rules *above);
/* Is the path itself ignored? (The caller has asked for the folders above it.) */
bool ignore_matches(const struct ignore_rules *rules, struct str path, bool is_folder);
/* gitignore's globs: `*` and `?` do not match `/`; `**` does, as a whole component. `fold`: large
 * and small letters are equal. */
bool ignore_glob(struct str pattern, struct str text, bool fold);
/* The same of a path: git cuts off what comes before the first special character, so that `x**` and
 * a slash mean any folders there. */
bool ignore_glob_path(struct str pattern, struct str path, bool fold);
