/*
 * Change logs and lives of elements as text, markdown and JSON lines (breakwater-log(1)).
 */
#pragma once
#include "base/out.h"
#include "history/changes.h"

struct log_look {
	struct arena *arena;
	bool reverse;  /* oldest first */
	bool breaking; /* only what a rule finds */
	bool color;    /* text: escape sequences */
};

/* `text`, `markdown` or `json`. False: out of memory, the output is incomplete. */
bool log_write(struct out *out, struct str format, const struct log_groups *groups,
	const struct log_look *look);
bool lives_write(
	struct out *out, struct str format, const struct lives *lives, const struct log_look *look);
/* NULL-terminated. */
extern const char *const log_formats[];
