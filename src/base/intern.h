/*
 * Interned names: equal names have equal pointers, on both sides of a comparison.
 *
 * One table a run, in arenas of its own. Compiling threads intern at the same time: a table is
 * split in shards, each with a lock that is held for one probe. A name never moves or goes away
 * before the table does, so reading one needs no lock.
 */
#pragma once
#include "base/arena.h"
#include "base/str.h"

struct intern;

/* `like` gives the handler for lack of memory. Free with intern_free. */
struct intern *intern_new(const struct arena *like);
void intern_free(struct intern *table);
/* Takes any bytes, empty too; copies them on first sight only. Does not fail. */
struct str intern(struct intern *table, struct str name);
/* The two parts joined by a dot (just `b` when `a` is empty), interned. */
struct str intern_dotted(struct intern *table, struct str a, struct str b);
