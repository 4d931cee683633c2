/*
 * Interned names: equal names have equal pointers, on both sides of a comparison.
 *
 * A run has one table, with its own arenas. Threads may intern at the same time: the table is
 * split into shards, each with a lock that is held for one lookup. Names do not move and live as
 * long as the table, so reading one needs no lock.
 */
#pragma once
#include "base/arena.h"
#include "base/str.h"

struct intern;

/* `like` supplies the out-of-memory handler. */
struct intern *intern_new(const struct arena *like);
void intern_free(struct intern *table);
/* Takes any bytes, also none; copies them the first time. Does not fail. */
struct str intern(struct intern *table, struct str name);
/* `a.b` interned, or `b` if `a` is empty. */
struct str intern_dotted(struct intern *table, struct str a, struct str b);
