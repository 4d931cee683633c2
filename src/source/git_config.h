/*
 * git's configuration files; private to this folder.
 */
#pragma once
#include "source/private.h"

/* A key, its section and name in lower case, and its value: `true` for a key without one. */
struct git_setting {
	struct str key, value;
};

struct git_settings {
	struct git_setting *items; /* in the order of the file: the last one counts */
	uint32_t n, cap;
};

/* Adds the settings of `text`. False: it has syntax that git itself never writes. */
bool git_settings_parse(struct arena *arena, struct str text, struct git_settings *settings);
/* Copies the value. */
void git_settings_add(
	struct git_settings *settings, struct arena *arena, struct str key, struct str value);
/* The value that counts; NULL: unset. */
const struct str *git_settings_find(const struct git_settings *settings, struct str key);
/* Reads a truth value; false: `value` is not one. Numbers have 32 bits, as in git. */
bool git_bool(struct str value, bool *is);
/* git_files.c: reads a configuration file and all that it includes; a missing file is empty. False,
 * and mostly an error: it cannot be read. */
bool git_settings_read(
	struct arena *arena, struct str path, struct git_settings *settings, struct diags *diags);
