/*
 * buf's shapes of a report, for `breakwater breaking`: what read buf's output goes on reading it.
 * The sentences are ours.
 */
#pragma once
#include "report/report.h"

/* One finding, with its path as buf would print it. */
struct buf_item {
	const struct finding *finding;
	struct str path; /* absent: the file is gone */
};

struct buf_report {
	struct arena *arena;
	const struct buf_item *items; /* in the order of the findings */
	size_t n;
};

/* The names of the formats, NULL at the end. */
extern const char *const buf_formats[];

/* Writes nothing where nothing was found, as buf does. False: no such format, or no memory. */
bool buf_report_write(struct out *out, struct str format, const struct buf_report *report);
