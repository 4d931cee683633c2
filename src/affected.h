/*
 * Which files of a version a step from the version before affects though they did not change: those
 * that may resolve a name otherwise, or to something else.
 *
 * As need.h has it for two sides, but from the models that a history remembers, so that no file is
 * read again.
 */
#pragma once
#include "history/model.h"

struct affecting {
	struct arena *arena;
	struct intern *names;
	const struct map *current; /* path.p → struct model_file * */
	/* Private. */
	struct map changed; /* path.p → struct changed_file * */
	struct map moved; /* interned base name of a file that came or went → a list of its paths */
	struct map words;   /* (NULL, word): counts for whatever imports a changed file, however */
	struct map reached; /* path.p of what imports a changed file, however */
	struct map taken;   /* path.p of what affected_find gave */
};

struct path_list {
	VEC(struct str) list;
};

void affecting_init(struct affecting *affecting, struct arena *arena, struct intern *names,
	const struct map *current);
/* A file that differs; NULL: it is not there. `whole`: what imports it is affected, whatever it
 * says. */
void affecting_add(struct affecting *affecting, struct str path, const struct model_file *old,
	const struct model_file *new, bool whole);
/* Appends the interned paths of files in `current` that are affected, each once in all calls. */
void affected_find(struct affecting *affecting, struct path_list *paths);
