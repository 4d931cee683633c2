#include "timing.h"

#include <inttypes.h>
#include <time.h>

static double clock_seconds(clockid_t clock)
{
	struct timespec t;

	if (clock_gettime(clock, &t))
		return 0;
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void print_text(struct out *out, const struct breakwater_phase *phase)
{
	out_printf(out, "%-10s %9.3f ms cpu %9.3f ms wall", phase->name, phase->cpu_seconds * 1e3,
		phase->wall_seconds * 1e3);
	for (size_t i = 0; i < COUNT(phase->counts) && phase->counts[i].name; i++)
		out_printf(out, "%s%" PRIu64 " %s", i ? ", " : "  ", phase->counts[i].value,
			phase->counts[i].name);
	out_char(out, '\n');
}

/* All names are ours and need no escaping. */
static void print_json(struct out *out, const struct breakwater_phase *phase)
{
	out_printf(out, "{\"phase\": \"%s\", \"cpu_seconds\": %.6f, \"wall_seconds\": %.6f",
		phase->name, phase->cpu_seconds, phase->wall_seconds);
	for (size_t i = 0; i < COUNT(phase->counts) && phase->counts[i].name; i++)
		out_printf(
			out, ", \"%s\": %" PRIu64, phase->counts[i].name, phase->counts[i].value);
	out_str(out, S("}\n"));
}

void timing_begin(struct timing *timing, struct arena *arena)
{
	*timing = (struct timing){
		.arena = arena,
		.cpu = clock_seconds(CLOCK_PROCESS_CPUTIME_ID),
		.wall = clock_seconds(CLOCK_MONOTONIC),
	};
}

struct breakwater_phase *timing_end(struct timing *timing, const char *name)
{
	double cpu = clock_seconds(CLOCK_PROCESS_CPUTIME_ID);
	double wall = clock_seconds(CLOCK_MONOTONIC);
	struct breakwater_phase *phase = vec_push(timing->arena, &timing->phases);

	*phase = (struct breakwater_phase){
		.name = name,
		.cpu_seconds = cpu - timing->cpu,
		.wall_seconds = wall - timing->wall,
	};
	timing->cpu = cpu;
	timing->wall = wall;
	return phase;
}

void timing_count(struct breakwater_phase *phase, const char *name, uint64_t value)
{
	for (size_t i = 0; i < COUNT(phase->counts); i++) {
		if (phase->counts[i].name)
			continue;
		phase->counts[i].name = name;
		phase->counts[i].value = value;
		return;
	}
}

void timing_print(struct out *out, const struct breakwater_phase *phases, size_t n, bool json)
{
	struct breakwater_phase total = { .name = "total" };

	for (size_t i = 0; i < n; i++) {
		total.cpu_seconds += phases[i].cpu_seconds;
		total.wall_seconds += phases[i].wall_seconds;
		if (json)
			print_json(out, &phases[i]);
		else
			print_text(out, &phases[i]);
	}
	if (json)
		print_json(out, &total);
	else
		print_text(out, &total);
}
