#include "base/pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

enum { MOST_JOBS = 64, STACK_BYTES = 8 << 20 };

struct pool {
	atomic_size_t next;
	size_t n, together;
	pool_work work;
	void *context;
};

struct worker {
	struct pool *pool;
	unsigned index;
	pthread_t thread;
};

static void *worker_run(void *argument)
{
	struct worker *worker = argument;
	struct pool *pool = worker->pool;

	for (;;) {
		size_t i = atomic_fetch_add(&pool->next, pool->together), end;

		if (i >= pool->n)
			return NULL;
		end = pool->n - i < pool->together ? pool->n : i + pool->together;
		for (; i < end; i++)
			pool->work(pool->context, worker->index, i);
	}
}

void pool_run(unsigned jobs, size_t n, size_t together, pool_work work, void *context)
{
	enum {
		SHARES = 8
	}; /* at least per worker, so that the last does not work alone for long */
	struct pool pool = { .n = n, .work = work, .context = context };
	struct worker workers[MOST_JOBS];
	pthread_attr_t attributes;
	unsigned started = 1;

	atomic_init(&pool.next, 0);
	if (jobs > MOST_JOBS)
		jobs = MOST_JOBS;
	if (jobs > n)
		jobs = (unsigned)n;
	pool.together = jobs ? n / jobs / SHARES : 0;
	if (pool.together > together)
		pool.together = together;
	if (pool.together == 0)
		pool.together = 1;
	workers[0] = (struct worker){ .pool = &pool };
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	for (; started < jobs; started++) {
		workers[started] = (struct worker){ .pool = &pool, .index = started };
		if (pthread_create(&workers[started].thread, &attributes, worker_run,
			    &workers[started]) != 0)
			break;
	}
	pthread_attr_destroy(&attributes);
	worker_run(&workers[0]);
	for (unsigned i = 1; i < started; i++)
		pthread_join(workers[i].thread, NULL);
}

unsigned pool_processors(void)
{
	cpu_set_t set;
	int n = 1;

	if (sched_getaffinity(0, sizeof set, &set) == 0)
		n = CPU_COUNT(&set);
	return n < 1 ? 1 : n > MOST_JOBS ? MOST_JOBS : (unsigned)n;
}

unsigned pool_jobs(unsigned asked, size_t n, size_t least)
{
	unsigned jobs = asked ? asked : pool_processors();

	if (!asked && jobs > n / least)
		jobs = (unsigned)(n / least);
	return jobs ? jobs : 1;
}
