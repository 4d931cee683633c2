/*
 * What `options:` of a breakwater.yaml promises: that the value of an option does not change, go
 * away, come, grow or shrink. config/ reads the promises, the rules OPTION_* keep them.
 */
#pragma once
#include "rules/rules.h"

/* A rule of an entry, as a bit; the argument of its row in the table. */
enum promise_rule {
	PROMISE_SAME = 1,
	PROMISE_NO_REMOVE = 2,
	PROMISE_NO_ADD = 4,
	PROMISE_NO_INCREASE = 8,
	PROMISE_NO_DECREASE = 16,
	PROMISE_ORDER = PROMISE_NO_INCREASE | PROMISE_NO_DECREASE,
};

struct option_step {
	struct str name; /* of a standard option or a field; full, if it is an extension */
	bool is_extension;
};

/* `(acme.limit).max_len`: an option's name, and the way to a field in its value. */
struct option_path {
	struct str text; /* as it is configured */
	struct option_step *steps;
	uint32_t n; /* at least 1 */
};

struct promise {
	struct option_path path;
	struct place place; /* of the path, in the configuration */
	unsigned rules;     /* PROMISE_… mask */
	bool has_severity;  /* of its own, which counts before the rule's */
	enum severity severity;
	struct str folder; /* the elements are those of the files below it; empty: of all */
};

/* Splits a path. False: it is none; `why` then says so, and `help` what to write, or is absent. */
bool option_path_parse(struct arena *arena, struct str text, struct option_path *path,
	struct str *why, struct str *help);
/* The rule of a promise's bit. */
const struct rule *promise_rule(enum promise_rule bit);
/*
 * Reports what cannot be promised, with places in the configuration: a path to a field that a known
 * option does not have, an order of values that have none. False: an error. Warns of an option that
 * nobody declares or writes, unless it is in `elsewhere`: a file that is on no side may.
 */
bool promises_check(const struct check_options *options, struct diff *diff,
	const struct option_names *elsewhere);
