/*
 * The life of an element through the versions: where it was introduced, changed, removed, and came
 * back (breakwater-log(1), ELEMENT).
 */
#pragma once
#include "snapshot.h"

/* Asks for an element: its full name, its last parts, or MESSAGE:NUMBER. */
void life_ask(struct arena *arena, struct lives *lives, struct str element);
/* Takes the state that the snapshots are at; `group` tells its changes, NULL: where it began. */
void lives_take(
	struct lives *lives, const struct snapshots *snapshots, const struct log_group *group);
/* False and an error: an element was unknown in every version, or is not the only one. */
bool lives_end(struct lives *lives, struct arena *arena, struct diags *diags);
