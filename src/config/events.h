/*
 * Which messages of a repository look like events, for the contracts that `breakwater init`
 * proposes.
 *
 * A guess from names alone: nothing is compiled. A message is taken if it stands at the top of its
 * file, has the name of an event or stands in a package of events, and if its name is used nowhere,
 * since what another message or a method uses is a part and no event.
 */
#pragma once
#include "base/intern.h"
#include "base/map.h"
#include "base/vec.h"

struct out;

struct events {
	struct arena *arena;
	struct arena *scratch; /* for reading one file */
	struct intern *names;
	struct map
		used; /* simple names, interned, that stand anywhere but where they are declared */
	VEC(struct event) found;
};

struct event {
	struct str full_name, package; /* interned */
};

/* The caller frees it with events_free. */
void events_init(struct events *events, struct arena *arena);
void events_free(struct events *events);
/* Looks into the text of one contract. `candidates` false: only for what it uses. */
void events_look(struct events *events, struct str bytes, bool candidates);
/* Drops what is used, and what was declared twice; sorts the rest by full name. */
void events_settle(struct events *events);
/* Writes what is left as `contracts:` of a breakwater.yaml, one for each package, each line behind
 * `# `; a common example if nothing is left. Call it once, after events_settle. */
void events_write(const struct events *events, struct out *out);
