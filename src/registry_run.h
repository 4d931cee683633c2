/*
 * A check against a schema registry (breakwater-registry(7)): the new side against versions of a
 * subject, each of which is one comparison (part.h). The findings of one fault are one finding,
 * which says for which versions it holds.
 *
 * registry_run.c: which subjects are asked, and the steps. registry_subject.c: one subject under
 * its own level. registry_compare.c: comparing with one version. registry_theirs.c: what the
 * registry itself would say.
 */
#pragma once
#include "part.h"
#include "registry_theirs.h"
#include "source/registry.h"

/* A finding that holds for some versions. */
struct registry_group {
	struct finding *finding;
	struct registry_hold *hold; /* of the subject that is being compared */
	uint32_t subject;           /* its number, + 1 */
	bool is_base;               /* the comparison with BASE has it, too */
	bool is_live;               /* likewise, or a version that counts */
};

/* What there is of one schema, whichever versions have it. */
struct registry_state {
	struct source *source;
	struct side side;
	struct schema schema;
	struct file *file;    /* the version's own */
	struct str structure; /* of it and what it imports; absent: not comparable so */
	bool is_opened, is_compared;
	VEC(struct registry_group *) groups; /* once it is compared */
	struct theirs_list theirs;           /* likewise: what the registry would refuse */
};

/* The new side, compiled to find the contracts' roots. */
struct registry_head {
	struct schema schema;
	struct contracts *contracts;
	struct diags said; /* while it was compiled */
};

/* One subject of one contract in one registry. */
struct registry_asked {
	struct registry *registry;
	const struct contract *contract; /* as it is chosen */
	struct str subject;
	struct str root; /* full name of the only root; absent: all of the contract */
};

struct registry_check { /* run->registry */
	struct breakwater_run *run;
	struct registry_head head;
	VEC(struct registry_asked) asked;
	struct contract_list contracts; /* copies under their subjects' levels, for the report */
	struct map groups;              /* of findings, by rule and place */
	VEC(struct registry_group *) list;
	VEC(struct breakwater_run *) parts; /* whose findings are in the report */
	VEC(struct source *) sources;       /* to close with the run */
	struct diags diags;                 /* of subjects that cannot be known */
	struct str name;                    /* of the registries, for the summary */
	uint32_t subjects;                  /* that were asked for */
	uint32_t unknown;                   /* of them */
	uint32_t refused;                   /* that the registry itself refuses, as it says */
	struct comparing_subject *all;      /* of BASE `registry:…@all`; else NULL */
};

/* One subject while it is compared. */
struct comparing_subject {
	struct registry_check *check;
	const struct registry_asked *asked;
	struct registry_subject *subject;
	struct contract *contract; /* a copy: every break of its surfaces is looked for */
	struct contract *level;  /* the same under the subject's level; NULL: nobody asked for it */
	struct map states;       /* (NULL, id) → struct registry_state */
	const struct file *head; /* that has the root */
	const struct element *const *roots; /* on the new side */
	uint32_t n_roots;
	struct str *paths; /* of the new side: its file and what it imports */
	uint32_t n_paths;
	struct str structure; /* of these */
	uint32_t number;
	uint32_t breaks; /* errors so far */
};

/* The versions that are compared, newest first. */
struct registry_compared {
	struct registry_version **items;
	uint32_t n, cap;
};

/* Is that the word of --registry-verdict? Left out it is `both`. */
bool registry_verdict_is(const struct breakwater_run *run, const char *word);

/* registry_ask.c: what the registry itself says of the new side, against the versions that the
 * level asks for. Its silence changes nothing. */
void registry_ask_about(struct comparing_subject *s, const struct registry_compared *compared);

/* registry_subject.c: compares with what the level asks for. False: it cannot be known, which was
 * reported. */
bool registry_check_subject(struct registry_check *check, const struct registry_asked *asked);

/* Sorts the versions for which each finding of the subject holds, and counts what breaks. */
void registry_end_groups(struct comparing_subject *s, const struct registry_compared *compared);
/* registry_run.c: puts the findings of the groups into the run's. */
void registry_list_findings(struct registry_check *check);
/* The run's check against registries, which this may begin. */
struct registry_check *registry_check_new(struct breakwater_run *run);

/* registry_compare.c. The state of a fetched version, compiled; NULL and an error. */
struct registry_state *registry_open_version(
	struct comparing_subject *s, const struct registry_version *version);
/* The new side's file with a root, its imports and their structure. False and an error: it does not
 * compile. */
bool registry_take_head(struct comparing_subject *s);
/* The findings of the comparison with BASE hold for the version that it is. */
void registry_hold_base(struct comparing_subject *s, const struct registry_version *version);
/* Compares with a version, and adds its findings. False and an error. */
bool registry_compare_version(struct comparing_subject *s, const struct registry_version *version);
/* A finding of the comparison with BASE, which stands for the same one against a registry. */
void registry_take_base(struct registry_check *check, struct finding *finding);
/* The finding that stands for this one of a comparison; NULL: none. */
struct finding *registry_stands_for(
	const struct registry_check *check, const struct finding *finding);
/* Of the version's own file and what it imports; absent: something is unknown. */
struct str registry_structure(struct arena *arena, const struct file *file);

/* ---- steps of check.c ---- */

/* Is --registry given? */
bool registry_is_asked(const struct breakwater_run *run);
/* False and an error: the options do not fit together. */
bool registry_take_options(struct breakwater_run *run);
/*
 * BASE `registry:URL/SUBJECT@all`: reads the subject, and makes *base the input of its newest
 * version; the others are compared by registry_compare_all. False and an error.
 */
bool registry_open_all(struct breakwater_run *run, struct str *base);
bool registry_compare_all(struct breakwater_run *run);
/* Adds the findings against the registry. A subject that cannot be known is no failure of the step:
 * registry_judge says so in the end. */
bool check_registry(struct breakwater_run *run);
/* The status, once it is known what is accepted. */
void registry_judge(struct breakwater_run *run);
void registry_free(struct registry_check *check);
