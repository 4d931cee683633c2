/*
 * Names of released versions: `[v]N[.N[.N]][-PRE][+BUILD]`, after a prefix that ends with `/` or
 * `-` (breakwater-history(7)). Their order is that of semver.org, section 11.
 */
#pragma once
#include "base/str.h"

struct version_name {
	struct str prefix; /* `v`, `api/v`: what stands before the numbers */
	uint64_t numbers[3];
	struct str pre; /* without the dash; absent: a release */
	struct str build;
};

/* Reads the name of a tag; false: it is no version. The parts are views of `name`. */
bool version_name_read(struct str name, struct version_name *version);
/* Negative, 0 or positive. The prefix and the build do not count. */
int version_name_order(const struct version_name *a, const struct version_name *b);
