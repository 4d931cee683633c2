/*
 * Pairs → findings. A rule is one row of one table; the table is the only list of rules.
 */
#pragma once
#include "base/diag.h"
#include "diff/pair.h"

/* Categories, those of buf's configuration v2. */
enum category {
	CAT_FILE = 1,
	CAT_PACKAGE = 2,
	CAT_WIRE_JSON = 4,
	CAT_WIRE = 8,
	CAT_CSR = 16,
};

/* What a finding breaks (doc/breaks.md); printed in the order of the names: json-backward,
 * json-forward, source, wire-backward, wire-forward. */
enum surface {
	JSON_BACKWARD = 1,
	JSON_FORWARD = 2,
	SOURCE_CODE = 4,
	WIRE_BACKWARD = 8,
	WIRE_FORWARD = 16,
};

/* The configuration versions of buf whose columns differ; VERSION_OURS has v2's. */
enum rules_version { RULES_V1BETA1, RULES_V1, RULES_V2 };

enum severity { SEVERITY_ERROR, SEVERITY_WARNING };

struct check;
struct question; /* breaks.h */
struct rule;

typedef void (*rule_check)(struct check *check, const struct rule *rule, const struct pair *pair);

struct rule {
	const char *id;
	unsigned categories; /* CAT_… of a v2 configuration */
	/* Where v1 and v1beta1 differ: categories there; 0 with `not_in_v1…`: the rule does not
	 * exist. */
	unsigned categories_v1beta1; /* only when `differs_in_v1beta1` */
	bool differs_in_v1beta1, not_in_v1beta1, not_in_v1;
	unsigned breaks; /* at most */
	/* What this very change breaks; NULL: all of `breaks`. */
	unsigned (*narrow)(const struct question *question);
	enum severity severity; /* unless the configuration says otherwise */
	enum pair_kind on;
	bool on_enums; /* of PAIR_MESSAGE: on PAIR_ENUM as well */
	rule_check check;
	int arg;              /* for rules that share a check: an option number, a variant */
	const char *purpose;  /* one line, for lists: "fields keep their type" */
	const char *compares; /* what exactly is compared, for `explain` */
	const char *hurts;    /* who is hurt, on which surface, in which direction, and why */
	const char *before,
		*after; /* an example: declarations that raise the rule, wrapped in a file by the
			   test (`syntax = "proto3"; package acme.v1;` unless they begin with syntax
			   or edition); an empty `after`: the file is gone */
	const char *safely; /* how to make the change safely */
};

struct deprecated_rule {
	const char *id;
	const char *replaced_by[4]; /* NULL-ended; none: nothing */
};

/* All rules sorted by id. */
const struct rule *const *rules_all(size_t *n);
const struct rule *rule_find(struct str id);
const struct deprecated_rule *rules_deprecated(size_t *n);
/* CAT_… of a name, 0 if it is none. */
unsigned category_find(struct str name);
/* Names of categories in CAT_ order; for completions and messages. */
struct str category_name(enum category category);
/* The rule or category nearest to a mistyped word; absent if none is near. */
struct str rules_nearest(struct str word);
/* Is a rule in a category (CAT_ mask) in that version? */
bool rule_in(const struct rule *rule, unsigned categories, enum rules_version version);
/* `wire-backward` …; the surface must be one bit. */
struct str surface_name(enum surface surface);

/* One finding; text in the arena of the run. */
struct finding {
	const struct rule *rule;
	enum severity severity;
	struct str message; /* one sentence without capital and full stop */
	struct str element; /* full name; for file rules the old import path, for package rules the
			       package */
	bool has_number;
	int32_t number;         /* of a field or enum value */
	struct place new_place; /* text NULL: the file is gone; NO_SPAN: 1:1 */
	struct place old_place; /* text NULL: nothing */
	/* Where that stands which changed, if new_place is only what surrounds it; else text NULL
	 */
	struct place now_place;
	struct str moved_to; /* where that lives on which is gone from its place: names in single
				quotes; absent: nowhere */
	bool gone;           /* what the finding is about is not on the new side any more */
	const struct file *new_file, *old_file; /* of the places; NULL: gone */
	struct str before, after;               /* the property's values; absent if there is none */
	unsigned breaks;                        /* SURFACE mask */
	struct str help;                        /* how to do it safely; absent if none */
	struct finding *cause;                  /* the finding that this one follows from */
	uint64_t fingerprint;
	/* Set later, by the layers below */
	bool ignored; /* configuration leaves it out: dropped before reports */
	bool accepted;
	struct str accepted_reason; /* absent while not accepted */
};

struct findings {
	VEC(struct finding *) list; /* sorted as `json` has them once findings_sort ran */
};

/* Which rules run, and how hard each speaks. Filled by config/ or from --use and --except. */
struct selection {
	uint8_t *selected; /* by index in rules_all */
	uint8_t *severity; /* enum severity, likewise */
};

struct check_options {
	struct arena *arena;
	struct intern *names;
	const struct selection *selection;
	struct diags *diags; /* what rules cannot know */
	/* Keeps the lines of texts that findings are in, all at once; NULL: each text is loaded
	 * when a place in it is worked out. */
	void (*keep_lines)(void *context, struct wanted_text *texts, uint32_t n);
	void *context;
};

/* Runs the selected rules over all pairs. Findings are unsorted but in a fixed order. */
void rules_run(const struct check_options *options, struct diff *diff, struct findings *findings);
/* XXH64 (seed 0) of rule, element, number, before, after, each ended by a NUL, absent = empty. */
uint64_t finding_fingerprint(const struct finding *finding, struct arena *scratch);
/* A selection of nothing, each rule with its own severity. */
struct selection *selection_new(struct arena *arena);
/* Adds (or takes away) a rule, category or deprecated id; false when there is no such word. A
 * deprecated id warns through diags. */
bool selection_set(struct selection *selection, struct str id, bool on, enum rules_version version,
	struct place place, struct diags *diags);
