/*
 * gitignore(5): which untracked files the repository's own rules ignore.
 *
 * Parsed here, since git_ignore_path_is_ignored skips a nested .gitignore that only negates a rule of
 * its parent. The user's and the system's rules are not read.
 */
#pragma once
#include "base/arena.h"
#include "base/str.h"

struct ignore_pattern {
	struct str text;
	bool negated, folders_only, anchored; /* anchored: matched against the whole path */
};

/* A file of rules. */
struct ignore_text {
	struct str text;
	struct str folder; /* that the patterns are relative to */
	bool ignore_case;  /* core.ignoreCase */
};

/* The patterns of one file; if none matches, those of the folders above apply. */
struct ignore_rules {
	struct str folder;
	bool ignore_case;
	struct ignore_pattern *patterns;
	uint32_t n;
	const struct ignore_rules *above; /* of the folder above; NULL: none */
};

/* Parses a file's patterns; the text must live as long as the rules. */
const struct ignore_rules *ignore_parse(
	struct arena *arena, const struct ignore_text *source, const struct ignore_rules *above);
/* Is the path itself ignored? The caller has checked the folders above it. */
bool ignore_matches(const struct ignore_rules *rules, struct str path, bool is_folder);
/* Matches gitignore's globs: `*` and `?` do not match `/`; `**` does, as a whole component. `fold`:
 * ignore case. */
bool ignore_glob(struct str pattern, struct str text, bool fold);
/* The same for a path: git matches what comes before the first special character literally, so that
 * the rest of `x**` and a slash matches any folders. */
bool ignore_glob_path(struct str pattern, struct str path, bool fold);
