/*
 * Reports in buf's formats, for `breakwater breaking`, so that tools which parse buf's output keep
 * working. The messages are ours.
 */
#pragma once
#include "report/report.h"

/* A finding and its path as buf prints it. */
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

/* Writes nothing if there are no findings, as buf does. False: unknown format, or out of memory. */
bool buf_report_write(struct out *out, struct str format, const struct buf_report *report);
