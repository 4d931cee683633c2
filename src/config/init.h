/*
 * `breakwater init`: a first breakwater.yaml made from what the repository shows.
 */
#pragma once
#include "config/config.h"

/* What only the caller can see. */
struct init_facts {
	struct str default_branch; /* as in `origin/main`; absent: not known */
	bool is_repository;        /* of git; else a bare check has no base */
	bool has_github_workflows; /* there is something in .github/workflows */
};

struct init_text {
	struct str
		config; /* the text of breakwater.yaml; whoever writes it must not overwrite one */
	VEC(struct str) next; /* what to do next, a sentence each */
};

/*
 * Looks at the contracts, at buf's configuration (whose settings are carried over) and at the CI
 * files of `source`. False and a diagnostic when it cannot be read.
 */
bool init_make(struct arena *arena, struct intern *names, struct source *source,
	const struct init_facts *facts, struct init_text *init, struct diags *diags);
