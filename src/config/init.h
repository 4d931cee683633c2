/*
 * `breakwater init`: a first breakwater.yaml made from what the repository shows.
 */
#pragma once
#include "config/config.h"

/* Facts that only the caller knows. */
struct init_facts {
	struct str default_branch; /* such as `origin/main`; absent: unknown */
	bool is_repository;        /* false: a check without arguments has no base */
	bool has_github_workflows; /* .github/workflows is not empty */
};

struct init_text {
	struct str config; /* the text of breakwater.yaml; the caller must not overwrite an existing
			      file */
	VEC(struct str) next; /* next steps, one sentence each */
};

/*
 * Reads the contracts, buf's configuration (whose settings are kept) and the CI files of a source.
 * False and a diagnostic if something cannot be read.
 */
bool init_make(const struct config_request *request, const struct init_facts *facts,
	struct init_text *init);
