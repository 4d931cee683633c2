/*
 * A small thread pool: up to `jobs` threads process n independent items.
 *
 * Workers take items in order, but which worker takes which is not deterministic. So results must
 * be stored by item, never by worker or by time.
 */
#pragma once
#include <stddef.h>

typedef void (*pool_work)(void *context, unsigned worker, size_t item);

/*
 * Runs work(context, worker, i) for each i < n and returns when all are done. With one job, or if
 * no thread can be created, it runs in the calling thread. A worker takes up to `together`
 * consecutive items at a time, if neighbours are faster in one thread; fewer if other workers would
 * get none.
 */
void pool_run(unsigned jobs, size_t n, size_t together, pool_work work, void *context);
/* Number of processors available to this process, at least 1. */
unsigned pool_processors(void);
/*
 * Number of jobs for n items, at least 1: `asked`, or if that is 0 the number of processors, but
 * each job gets at least `least` items: a thread costs a third of a millisecond (on a virtual
 * machine, 2026-11).
 */
unsigned pool_jobs(unsigned asked, size_t n, size_t least);
