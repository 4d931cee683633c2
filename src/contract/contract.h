/*
 * Contracts: which events a repository promises to whom. breakwater.yaml names their roots; what is
 * reached from them belongs to them, and a finding counts for a contract if it breaks a surface, in
 * a direction, that the contract promises (breakwater.yaml(5)).
 *
 * config/ reads the declarations. A run then finds the roots (contracts_find_roots), which marks
 * what they reach on each side, and after the rules have run contracts_judge decides which findings
 * hurt which contract.
 */
#pragma once
#include "proto/outline.h"
#include "rules/rules.h"

/* The first half of `compatibility`; the second, `_TRANSITIVE`, is a flag. In ascending order,
 * except that BACKWARD and FORWARD promise different things. */
enum level { LEVEL_NONE, LEVEL_BACKWARD, LEVEL_FORWARD, LEVEL_FULL };

enum contract_surface { SURFACE_WIRE = 1, SURFACE_JSON = 2, SURFACE_SOURCE = 4 };

/* A full name, or a glob of full names, as it is written. */
struct written_name {
	struct str name;
	struct place place;
};

struct written_names {
	struct written_name *items;
	uint32_t n, cap;
};

struct contract_was {
	struct str new, old; /* full names of packages, messages, enums or services */
	struct place place;
};

/* `naming`: how the subject is made of the topic or a root. */
enum subject_naming { NAMING_NONE, NAMING_TOPIC, NAMING_RECORD, NAMING_TOPIC_RECORD };

/* A subject of a schema registry, under which the contract's schemas are registered. */
struct contract_subject {
	struct str name; /* decoded, with the context and tenant in front of it, if it has some */
	struct str root; /* full name of the root that it is for; absent: for all of the contract */
	struct place place;
};

struct contract_property {
	struct str key, value;
};

struct contract {
	struct str name; /* absent: the contract that --compatibility makes of everything */
	struct place place;
	struct written_names roots, packages;
	VEC(struct contract_was) was;
	struct str topic, owner; /* absent: not said */
	VEC(struct str) consumers;
	enum level level;
	bool is_transitive;
	unsigned surfaces;    /* mask of enum contract_surface */
	struct str since;     /* absent: the whole history */
	struct str retention; /* absent: forever */
	enum subject_naming naming;
	VEC(struct contract_subject) subjects; /* as written, or made by `naming`; empty: none */
	bool is_key;                           /* records' keys: `-key` with NAMING_TOPIC */
	bool is_pinned;                        /* writers take the id of a version */
	VEC(struct contract_property) metadata; /* that a registered version has */
	uint32_t order;       /* among the contracts of its run */
	struct str asked_subject; /* it stands under the level of this subject of a registry */
};

struct contract_list {
	VEC(struct contract *) list;
	struct place place; /* of the key `contracts`; nowhere: there is none */
};

/* The words of `compatibility` and of `surfaces`, in order, for messages and completions. */
extern const struct str level_words[7];
extern const struct str surface_words[3];
/* Reads a word of `compatibility`. False: there is no such word. */
bool level_read(struct str word, enum level *level, bool *is_transitive);
/* The word of a contract's level. */
struct str level_word(const struct contract *contract);
/* The surface of a word; 0: there is no such word. */
unsigned surface_read(struct str word);
/* The surfaces, in their directions, that the contract promises: a mask of enum surface. */
unsigned contract_wants(const struct contract *contract);

/* What the command line says of contracts. */
struct contract_choice {
	VEC(struct str) names;    /* --contract; empty: all */
	struct str level;         /* --compatibility; absent: not given */
	VEC(struct str) surfaces; /* --surface; empty: not given */
	bool has_use;             /* --use is given */
};

/*
 * The contracts to check: those of the configuration that are chosen, with level and surfaces as
 * the command line has them, or one without a name for all messages and services. False and a
 * diagnostic if a word is unknown. *chosen stays empty if there is nothing to check by contract.
 */
bool contracts_choose(struct arena *arena, const struct contract_list *declared,
	const struct contract_choice *choice, struct contract_list *chosen, struct diags *diags);

/* Is a name of `roots` or `packages` a glob? */
bool is_glob(struct str written);
/*
 * For who decides what is compiled. Does the contract name the message or service as a root: by its
 * name, by a glob or by its package? Is it, or what is around it, an old name of `was`? Can its
 * roots be known only when all files were looked at?
 */
bool contract_names(const struct contract *contract, const struct outline_name *name);
bool contract_called(const struct contract *contract, struct str full_name);
bool contract_is_open(const struct contract *contract);

/* What is declared in files that did not change and were not compiled, since no root in them
 * reaches a change, or that do not compile. Others may be among them. */
struct elsewhere {
	VEC(struct outline_name) names;
};

/* The contracts of one run, and what they reach. */
struct contracts;

struct contracts_request {
	struct arena *arena;
	struct intern *names;
	struct diags *diags;
	const struct contract_list *declared; /* of the new side: what comments may name */
	const struct contract_list *chosen;
	const struct elsewhere *elsewhere;
	bool is_quiet; /* names that stand for nothing are no errors: another comparison says so */
	bool is_partial;  /* the sides hold only some files (a plugin's request): roots may be
			     elsewhere */
	bool only_chosen; /* --contract: nothing else is reported */
};

/*
 * Finds the roots of both sides and what they reach. NULL and diagnostics if a root cannot be found
 * or stands for nothing. Keeps the request's lists and the schemas.
 */
struct contracts *contracts_find_roots(const struct contracts_request *request,
	const struct schema *old, const struct schema *new);

/* Where no contract is checked: comments of the new side that name one that is not declared. False
 * and errors if there are some. */
bool contracts_refuse_comments(
	const struct contract_list *declared, const struct schema *schema, struct diags *diags);

/* The roots of a contract on that side, `n` of them; the contracts keep them. */
const struct element *const *contracts_roots(const struct contracts *contracts,
	const struct contract *contract, bool new_side, uint32_t *n);
/* Adds the names of the contracts that have a message, or the service of a method, as a root on
 * that side, in order. */
void contracts_name_root(const struct contracts *contracts, bool new_side,
	const struct element *root, struct reached_contracts *names);
/* Selects the plain rules that contracts ask, and their own, in addition to what is selected. */
void contracts_select(struct selection *selection);
/* The roots of the old side that are gone, for rules_run. They live as long as the contracts. */
const struct root_pair *contracts_lost_roots(struct contracts *contracts, uint32_t *n);

/* The roots of contracts with a subject, likewise: those that the new side has. */
const struct framed_root *contracts_framed_roots(struct contracts *contracts, uint32_t *n);

struct contract_run {
	const struct check_options *options; /* as rules_run had them */
	struct diff *diff;
	struct findings *findings; /* of rules_run; replaced by those that are left */
};
/*
 * Decides which findings are left, and which contracts each hurts. For contracts with `was` that
 * renames something, runs the rules over the elements that it pairs.
 */
void contracts_judge(struct contracts *contracts, const struct contract_run *run);
/* Adds a contract to those that a finding hurts, in the order of the file. */
void finding_name_contract(
	struct arena *arena, struct finding *finding, const struct finding_contract *contract);
/* Warns of findings that hurt a contract and that the configuration's `ignore` keys leave out. */
void contracts_warn_ignored(
	struct contracts *contracts, const struct findings *findings, struct diags *diags);

struct weakening {
	struct arena *arena;
	const struct contract_list *old, *new; /* of both sides' own breakwater.yaml */
	const struct contract_list *chosen;
	bool only_chosen;
	struct text *text; /* the new side's breakwater.yaml; NULL: it is gone */
};
/* Adds a finding for each contract that promised more (CONTRACT_NO_WEAKEN). */
void contracts_weakened(const struct weakening *weakening, struct findings *findings);
