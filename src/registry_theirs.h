/*
 * What a registry's own check would say of a change, as far as it is certain. Its rules are not
 * ours: it compares trees by name and asks for no values (breakwater-registry(7), Two verdicts).
 */
#pragma once
#include "contract/contract.h"

enum theirs { THEIRS_UNKNOWN, THEIRS_ACCEPTS, THEIRS_REFUSES };

/* What it would say of the change that the finding is about, under the level. */
enum theirs theirs_of_finding(const struct finding *finding, enum level level);

/* A change that it is certain to refuse. */
struct theirs_refusal {
	const char *kind; /* `MESSAGE_REMOVED`, as its answers have it */
	struct str of;    /* full name of the message or field, or the package */
};
struct theirs_list {
	struct theirs_refusal *items;
	uint32_t n, cap;
};
/* Adds the refusals between two files that a subject has or is to have. */
void theirs_refuse(struct arena *arena, const struct file *old, const struct file *new,
	enum level level, struct theirs_list *list);
