/*
 * A small thread pool: n independent items of work, done by up to `jobs` threads.
 *
 * Items are taken in order; which worker gets which is not determined, so results must be stored
 * by item, never by worker or time.
 */
#pragma once
#include <stddef.h>

typedef void (*pool_work)(void *context, unsigned worker, size_t item);

/*
 * Runs work(context, worker, i) for each i below n and returns when all are done. With one job (or
 * when no thread can be made) in this thread. A worker takes up to `together` items that follow one
 * another, for those that one thread does faster; fewer where some would be left without.
 */
void pool_run(unsigned jobs, size_t n, size_t together, pool_work work, void *context);
/* Number of processors that this process may use, at least 1. */
unsigned pool_processors(void);
/*
 * Jobs for n items: `asked`, or when that is 0 as many as there are processors, but none with less
 * than `least` items, which would cost more than it does (a third of a millisecond on a virtual
 * machine, 2026-11). At least 1.
 */
unsigned pool_jobs(unsigned asked, size_t n, size_t least);
