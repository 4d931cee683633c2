/*
 * Checks pairs with rules, which gives findings. A rule is one row in the file of its subject;
 * list.h names all of them.
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
	CAT_RETIREMENT = 32,
	CAT_LAST = CAT_RETIREMENT,
};

/* Surfaces that a finding breaks (doc/breaks.md). Printed in the order of their names:
 * json-backward, json-forward, source, wire-backward, wire-forward. */
enum surface {
	JSON_BACKWARD = 1,
	JSON_FORWARD = 2,
	SOURCE_CODE = 4,
	WIRE_BACKWARD = 8,
	WIRE_FORWARD = 16,
};

/* Versions of buf's configuration, which have different categories. A breakwater.yaml has v2's. */
enum rules_version { RULES_V1BETA1, RULES_V1, RULES_V2 };

enum severity { SEVERITY_ERROR, SEVERITY_WARNING };

struct check;
struct proof;
struct promise;  /* promise.h */
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
	bool by_history;  /* it runs with history alone (reuse.c), never on a pair */
	bool by_retirement; /* it runs for a `retirement:` block alone (retired.c), never on a pair */
	bool by_contract; /* it runs for contracts alone, and is in no category */
	unsigned breaks; /* at most */
	/* The surfaces that this change breaks; NULL: all of `breaks`. */
	unsigned (*narrow)(const struct question *question);
	enum severity severity; /* unless the configuration says otherwise */
	enum pair_kind on;
	bool on_enums;   /* with PAIR_MESSAGE: on PAIR_ENUM too */
	bool on_options; /* instead of `on`: on all pairs whose elements have options. It runs for
			    the promises that ask for it */
	rule_check check;
	int arg; /* distinguishes rules that share a check: an option number, a variant */
	const char *purpose;  /* one line, for lists: "fields keep their type" */
	const char *compares; /* what exactly is compared, for `explain` */
	const char *hurts;    /* who is affected, on which surface, in which direction, and why */
	const char *before, *after; /* an example of a change that raises the rule. The test adds
				       `syntax = "proto3"; package acme.v1;` unless they begin with
				       syntax or edition. Empty `after`: the file is deleted */
	const char *safely;         /* how to make the change safely */
	const char *promises;       /* with `on_options`: the path that the example's configuration
				       promises; else NULL */
};

struct deprecated_rule {
	const char *id;
	const char *replaced_by[4]; /* NULL-terminated; empty: no replacement */
};

/* All rules sorted by id. */
const struct rule *const *rules_all(size_t *n);
const struct rule *rule_find(struct str id);
const struct deprecated_rule *rules_deprecated(size_t *n);
/* The category of a name; 0: none. */
unsigned category_find(struct str name);
/* The name of a category; for completions and messages. */
struct str category_name(enum category category);
/* The word in place of a category that selects no rule. */
#define NO_RULE "NONE"
static inline bool is_no_rule(struct str word)
{
	return str_eq(word, S(NO_RULE));
}
/* The rule or category most similar to a mistyped word; absent: none is similar. */
struct str rules_nearest(struct str word);
/* Is the rule in one of the categories (CAT_ mask), in that version? */
bool rule_in(const struct rule *rule, unsigned categories, enum rules_version version);
/* `wire-backward` and so on; the mask must have one bit. */
struct str surface_name(enum surface surface);

/*
 * Which of several changes in a pair the finding is about. RESERVED_*: a number or a name.
 * EXTENSION_MESSAGE_NO_DELETE: DETAIL_RANGE plus the index of the old range.
 * CONTRACT_SAME_MESSAGE_INDEX: DETAIL_PINNED if writers take the id of a registered version.
 */
enum { DETAIL_NONE, DETAIL_NUMBER, DETAIL_NAME, DETAIL_RANGE, DETAIL_PINNED = 1 };

/* A step of the way from a root to what changed: a field's name; `(full.name)` of an extension. A
 * map's entry is no step of its own. */
struct reached_step {
	struct str name;
	const struct reached_step *next; /* NULL: the last one */
};

/* In the order of their words. */
enum reached_kind { REACHED_MESSAGE, REACHED_REQUEST, REACHED_RESPONSE };

/* A root from which a change is reached, and a shortest way there. */
struct reached {
	const struct element *root; /* a message, or a method: REACHED_REQUEST and _RESPONSE */
	enum reached_kind kind;
	uint32_t length;                 /* of the way */
	const struct reached_step *path; /* NULL: the root itself */
	struct reached_contracts {       /* names of contracts that have the root */
		struct str *items;
		uint32_t n, cap;
	} contracts;
};

/* Sorted by length, root and kind. Findings on the same message share one. */
struct reached_list {
	struct reached *items;
	uint32_t n, cap;
};

struct contract; /* contract/contract.h */

/* A contract that a finding hurts. */
struct finding_contract {
	const struct contract *contract;
	unsigned breaks; /* what the contract promises of what the finding breaks */
	uint32_t order;  /* of the contract in its run */
};

/* Who had a number or name before. */
struct spent_owner {
	struct str name, type; /* the type is absent in enums */
	int32_t number;
	struct str via;   /* the full name of the message or enum then; absent: as now */
	struct str path;  /* where it was in the last version that had it; absent: unknown */
	uint32_t line;
	uint32_t lives;   /* how many earlier lives had other owners */
	struct str gone_version, gone_commit, gone_date, gone_subject; /* who took it out */
};

/* Why what was deleted is not retired. */
struct finding_retirement {
	struct str since; /* the first version of the last run that has it deprecated; absent: none */
	uint32_t had, asked;
	const char *unit; /* `releases`, `days` */
};

/* Which commit brought a finding. */
enum blame_note { BLAME_COMMIT, BLAME_UNCOMMITTED, BLAME_BASE_AHEAD };
struct finding_blame {
	enum blame_note note;
	struct str commit, author, date, subject; /* of BLAME_COMMIT; 40 digits, YYYY-MM-DD */
	struct str merge;   /* that brought its branch; absent: none */
	struct str *unsure; /* commits right before it that do not compile, the oldest first */
	uint32_t n_unsure;
	struct str base, base_name; /* of BLAME_BASE_AHEAD: the merge base, and what went on since */
};

/* The versions of a history for which a finding holds. */
struct finding_history {
	struct str from, to; /* names of the oldest and the newest */
	uint32_t count;      /* how many */
	uint32_t versions;   /* of how many */
	bool known;          /* it is not new in any of them */
	uint32_t newest;     /* index of `to` */
	bool holds_base;     /* it holds for BASE, too */
	struct version_stretch {
		struct str from, to;
	} * stretches; /* if versions in between are free of it; else n_stretches is 0 */
	uint32_t n_stretches;
	const struct spent_owner *was; /* of the rules by_history; else NULL */
};

/* The versions of a registry's subject for which a finding holds. */
struct registry_hold {
	struct str subject, level; /* `BACKWARD`; absent: no level was asked for */
	uint32_t *versions;        /* those that were compared and have it, ascending in the end */
	uint32_t n_versions, cap;
	bool to_newest;    /* they are all that were compared from the first of them on */
	const char *would; /* what the registry would certainly do with it alone: `accept`,
			      `refuse`; NULL: not certain */
	const char *said;  /* did the registry, asked, see it: `yes`, `no`; NULL: it was not asked */
};
struct finding_registry {
	VEC(struct registry_hold *) holds; /* by subject */
};

/* A finding. Its texts are in the run's arena. */
struct finding {
	const struct rule *rule;
	enum severity severity;
	struct str message; /* one sentence without capital letter or full stop */
	struct str element; /* full name; for file rules the old import path, for package rules the
			       package */
	bool has_number;
	int32_t number;         /* of a field or enum value */
	struct place new_place; /* text NULL: the file is gone; NO_SPAN: 1:1 */
	struct place old_place; /* text NULL: nothing */
	/* The changed element itself, if new_place only encloses it; else text NULL */
	struct place now_place;
	struct str moved_to; /* where a deleted element lives on: quoted names; absent: nowhere */
	bool is_mild;        /* a warning, unless the configuration has a severity for its rule */
	bool gone;           /* the element is not on the new side */
	const struct file *new_file, *old_file; /* of the places; NULL: gone */
	struct str before, after;               /* the property's values; absent if there is none */
	unsigned breaks;                        /* SURFACE mask */
	struct str help;                        /* how to change it safely; absent: none */
	struct str option;             /* its path as configured, of OPTION_*; else absent */
	const struct promise *promise; /* likewise; else NULL */
	struct finding *cause;         /* the finding that causes this one; NULL: none */
	uint64_t fingerprint;
	const struct pair *pair; /* what it is about, and pair->parent; no farther up */
	int detail;              /* DETAIL_… */
	struct diff *diff; /* that paired it */
	/* Set later, by contract/: the contracts that it hurts, in the order of the file; and whether
	 * some contract reaches the element, hurt or not */
	struct finding_contracts {
		struct finding_contract *items;
		uint32_t n, cap;
	} contracts;
	bool is_reached;
	/* Set later, by config/ */
	bool ignored; /* the configuration leaves it out; removed before reports */
	const char *ignored_by; /* the key of the configuration that ignores it; NULL: none */
	bool accepted;
	struct str accepted_reason; /* absent while not accepted */
	/* In the order of `breaks` (proof/proof.h); made when a report shows them. */
	const struct proof *proofs;
	uint32_t n_proofs;
	/* Set later, with --impact: who reaches the change; NULL: nobody asked. */
	const struct reached_list *reached_by;
	/* Set later, with --history; NULL: nobody asked. */
	const struct finding_history *history;
	/* Set later, of a check against a registry; NULL: it is none. */
	struct finding_registry *registry;
	/* Set later, with --blame; NULL: nobody asked, or it is not known. */
	const struct finding_blame *blame;
	/* Set later, by the rules by_retirement; else NULL. */
	const struct finding_retirement *retirement;
	struct str reached_field; /* the changed field, behind each of these ways; absent: none */
};

struct findings {
	VEC(struct finding *) list; /* after findings_sort in the order of the `json` report */
};

/* The rules that run, and their severities. Filled by config/ or from --use and --except. */
struct selection {
	uint8_t *selected; /* by index in rules_all */
	uint8_t *excepted; /* by `except`, which contracts ask, too */
	uint8_t *severity; /* enum severity, likewise */
	uint8_t *is_severe; /* a configuration says the severity */
};

/* A root of a contract on the old side. */
struct root_pair {
	const struct element *old; /* a message or service */
	const struct element *new; /* NULL: it is gone */
	bool is_renamed;           /* and the new side has its old name no more */
	struct str of;       /* `contract 'orders'`; empty: a contract without a name */
	uint32_t n_of;       /* contracts that have it; `of` names the first few */
};

/* A root of contracts with a subject, whose index in its file stands in records. */
struct framed_root {
	const struct message *old; /* NULL: the old side lacks it */
	const struct message *new;
	bool is_pinned; /* in some contract */
};

/* Full names of options. */
struct option_names {
	struct str *items;
	uint32_t n, cap;
};

/* The entries of `options:`, in order. */
struct promises {
	struct promise *items;
	uint32_t n, cap;
};

struct check_options {
	struct arena *arena;
	struct intern *names;
	const struct selection *selection;
	const struct root_pair *roots; /* of contracts, with the rules CONTRACT_ROOT_… */
	uint32_t n_roots;
	const struct framed_root *framed; /* likewise, with the rules CONTRACT_…_MESSAGE_INDEX */
	uint32_t n_framed;
	const struct promises *promises; /* NULL: none */
	struct diags *diags;             /* receives what rules could not find out */
	/* Loads the texts of all findings at once and keeps their lines; NULL: each text is loaded
	 * when its places are computed. */
	void (*keep_lines)(void *context, struct wanted_text *texts, uint32_t n);
	void *context;
};

/* Runs the selected rules over all pairs. The findings are in a fixed order, but not sorted. */
void rules_run(const struct check_options *options, struct diff *diff, struct findings *findings);
/* XXH64 (seed 0) of rule, element, number, before and after, each followed by a NUL; absent ones
 * are empty. */
uint64_t finding_fingerprint(const struct finding *finding, struct arena *scratch);
/* An empty selection; each rule has its default severity. */
struct selection *selection_new(struct arena *arena);
/* Selects (or deselects) a rule, a category or a deprecated id. False: there is no such word. A
 * deprecated id gives a warning. */
bool selection_set(struct selection *selection, struct str id, bool on, enum rules_version version,
	struct place place, struct diags *diags);
