/*
 * Findings → text. A reporter receives all findings, sorted, and makes no decisions.
 */
#pragma once
#include "base/out.h"
#include "contract/contract.h"
#include "fix/fix.h"
#include "rules/rules.h"

enum { FINGERPRINT_DIGITS = 16 };

struct report {
	struct arena *arena;             /* holds texts that are loaded to print a line */
	const struct findings *findings; /* sorted: path (those without first), line, column, rule,
					    element, message; accepted ones included */
	struct str old_name, new_name;   /* `v1.4.0`, `working tree` */
	uint32_t files_compared;
	uint32_t accepted; /* number of accepted findings */
	/* Of a check against history: how many versions, the oldest and the newest; 0: it is none. */
	uint32_t versions;
	struct str first_version, last_version;
	uint32_t known; /* findings that are not new, and left out */
	bool known_nearby; /* only those were counted that are where the change is */
	const struct contract_list *contracts; /* that were checked; NULL: none */
	struct str registry; /* whom a check against a registry asked; absent: it is none */
	uint32_t subjects;   /* that it asked for */
	uint32_t unknown;    /* of them could not be known, so the report lacks their findings */
	uint32_t refused;    /* of them the registry itself refuses */
	bool only_registry;  /* nothing else was compared */
	bool show_accepted;
	struct str accept; /* for text: operands and options with which `accept` finds the same, as
			      a shell takes them; absent: nothing is said of it */
	bool show_help;    /* for line: print the help under each finding */
	bool color;        /* for text: escape sequences */
	bool links;        /* OSC 8 hyperlinks */
	unsigned columns;  /* for text: wrap at this width; 0: do not wrap */
	struct str version; /* of breakwater */
	struct str folder;  /* absolute path that printed paths are relative to, for links; absent:
			       none */
};

/*
 * The number of hexadecimal digits (7 to 16) that make the fingerprints of all findings distinct.
 * Ignored findings do not count.
 */
unsigned fingerprint_digits(const struct findings *findings, struct arena *scratch);
/* The first digits of a finding's fingerprint. */
struct str fingerprint_text(const struct finding *finding, unsigned digits, struct arena *arena);

/* `sentence [RULE]`, for a terminal. */
void finding_print(struct out *out, const struct finding *finding);

struct reporter {
	const char *name;    /* as in --format */
	const char *summary; /* one line for --help */
	bool (*write)(struct out *out, const struct report *report);
	bool shows_proofs; /* of findings, so they are to be made before */
	bool shows_unknown; /* it can say that findings are missing (report.unknown) */
	bool shows_proof_lines; /* likewise, where the run has contracts */
};

const struct reporter *const *reporters_all(size_t *n);
const struct reporter *reporter_find(struct str name);
/*
 * Sorts the findings and drops exact duplicates (same path, span, rule and message). Loads texts
 * into `scratch` to compute lines and columns; `scratch` must outlive the report.
 */
void findings_sort(struct findings *findings, struct arena *scratch);
/* Is the finding an active error: severity error, neither accepted nor ignored? And is any? */
bool finding_active(const struct finding *finding);
bool findings_active(const struct findings *findings);

/*
 * What `fix` made of the findings: a line for each, then the patch. As JSON an object for each, and
 * one with the patch; false: out of memory.
 */
void fixes_write_text(struct out *out, const struct fix_result *result, struct arena *arena);
bool fixes_write_json(struct out *out, const struct fix_result *result, struct arena *arena);

/* Diagnostics for standard error: `path:line:col: error: sentence`, the source line, a caret, notes
 * and helps. */
struct diag_look {
	bool color;
	bool verbose;     /* false: print only the first of many warnings, and count the others */
	unsigned columns; /* of the terminal, to break lines at words; 0: they are not */
};
void diags_print(
	struct out *to, struct diags *diags, struct arena *arena, const struct diag_look *look);
/*
 * Writes a report wrapped at words to `columns` columns; 0: unchanged. Escape sequences take no
 * columns. Continuation lines are indented. Source lines are never wrapped; excerpt.h cuts them.
 */
void out_wrapped(struct out *out, struct str lines, unsigned columns);
/* How they look as text. */
struct rules_look {
	bool color;
	unsigned columns; /* of the terminal; 0: there is none */
};
/*
 * Prints rules for `rules` and `explain` as text, json, markdown or man. `rules_write_list` prints
 * one line for each rule of the selection (NULL: all), `rules_write_explanation` one rule at
 * length. False: unknown format, or out of memory; then the output is incomplete.
 */
bool rules_write_list(struct out *out, struct str format, const struct selection *selection,
	struct rules_look look);
bool rules_write_explanation(struct out *out, struct str format, const struct rule *const *rules,
	size_t n, struct rules_look look);
