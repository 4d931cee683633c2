#include "cli/progress.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_MS = 500, PERIOD_MS = 100, MAX_LINE = 80 };

/*
 * A thread of its own prints the line and sleeps in between. Working threads only store two numbers
 * and never wait; steps that report nothing show up too.
 */
struct progress {
	atomic_size_t done, total;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool ended; /* protected by the lock */
	bool drawn; /* used by the thread until it is joined */
};

static void write_err(const char *text, size_t n)
{
	if (write(STDERR_FILENO, text, n) < 0)
		return; /* it is only decoration */
}

static void erase(void)
{
	static const char text[] = "\r\033[K";

	write_err(text, sizeof text - 1);
}

/* A wrapped line could not be erased. */
static size_t columns(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
		return MAX_LINE;
	return size.ws_col;
}

static void draw(struct progress *progress)
{
	size_t done = atomic_load(&progress->done), total = atomic_load(&progress->total);
	size_t width = columns();
	char line[MAX_LINE];
	int n;

	if (total == 0)
		n = snprintf(line, sizeof line, "breakwater: reading");
	else if (done < total)
		n = snprintf(
			line, sizeof line, "breakwater: compiled %zu of %zu files", done, total);
	else
		n = snprintf(line, sizeof line, "breakwater: comparing");
	erase();
	write_err(line, (size_t)n < width ? (size_t)n : width - 1);
	progress->drawn = true;
}

static void add_milliseconds(struct timespec *time, long milliseconds)
{
	time->tv_nsec += milliseconds * 1000000L;
	time->tv_sec += time->tv_nsec / 1000000000L;
	time->tv_nsec %= 1000000000L;
}

static void *watch(void *argument)
{
	struct progress *progress = argument;
	struct timespec next;

	clock_gettime(CLOCK_MONOTONIC, &next);
	add_milliseconds(&next, PATIENCE_MS);
	pthread_mutex_lock(&progress->lock);
	while (!progress->ended) {
		if (pthread_cond_timedwait(&progress->wake, &progress->lock, &next) != ETIMEDOUT)
			continue;
		draw(progress);
		clock_gettime(CLOCK_MONOTONIC, &next);
		add_milliseconds(&next, PERIOD_MS);
	}
	pthread_mutex_unlock(&progress->lock);
	return NULL;
}

static bool is_wanted(const struct cli *cli)
{
	const char *terminal = cli_environment("TERM");

	return !cli->common.quiet && isatty(STDERR_FILENO) && terminal && *terminal &&
	       strcmp(terminal, "dumb") != 0;
}

/* Only the first thread handles signals; its handler removes unfinished files. */
static bool start(struct progress *progress)
{
	sigset_t all, before;
	bool ok;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	ok = pthread_create(&progress->thread, NULL, watch, progress) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return ok;
}

struct progress *progress_begin(struct cli *cli)
{
	struct progress *progress;
	pthread_condattr_t attributes;

	if (!is_wanted(cli))
		return NULL;
	progress = NEW(cli->arena, struct progress);
	pthread_mutex_init(&progress->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&progress->wake, &attributes);
	pthread_condattr_destroy(&attributes);
	return start(progress) ? progress : NULL;
}

void progress_report(void *context, size_t done, size_t total)
{
	struct progress *progress = context;

	atomic_store_explicit(&progress->done, done, memory_order_relaxed);
	atomic_store_explicit(&progress->total, total, memory_order_relaxed);
}

void progress_end(struct progress *progress)
{
	if (!progress)
		return;
	pthread_mutex_lock(&progress->lock);
	progress->ended = true;
	pthread_cond_signal(&progress->wake);
	pthread_mutex_unlock(&progress->lock);
	pthread_join(progress->thread, NULL);
	pthread_cond_destroy(&progress->wake);
	pthread_mutex_destroy(&progress->lock);
	if (progress->drawn)
		erase();
}

struct breakwater_run *progress_check(struct cli *cli, struct breakwater_options *options,
	const struct check_sources *sources)
{
	struct progress *progress = progress_begin(cli);
	struct breakwater_run *run;

	options->progress = progress ? progress_report : NULL;
	options->progress_context = progress;
	run = run_check(options, sources);
	progress_end(progress);
	return run;
}
