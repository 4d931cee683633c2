/*
 * Findings → text. A reporter gets the findings sorted and complete, and decides nothing.
 */
#pragma once
#include "base/out.h"
#include "rules/rules.h"

enum { FINGERPRINT_DIGITS = 16 };

struct report {
	struct arena *arena;             /* for texts that are loaded to print a line */
	const struct findings *findings; /* sorted: path (those without first), line, column, rule,
					    element, message; accepted ones included */
	struct str old_name, new_name;   /* `v1.4.0`, `working tree` */
	uint32_t files_compared;
	uint32_t accepted; /* how many findings an acceptance covers */
	bool show_accepted;
	struct str accept; /* for text: operands and options with which `accept` finds the same, as
			      a shell takes them; absent: nothing is said of it */
	bool show_help;    /* for line: how to do it safely, under each finding */
	bool color;        /* for text: escape sequences */
	bool links;        /* OSC 8 hyperlinks */
	unsigned columns;  /* for text: of the terminal, to break lines at words; 0: they are not */
	struct str version; /* of breakwater */
	struct str folder;  /* absolute path that printed paths are relative to, for links; absent:
			       none */
};

/*
 * How many of a fingerprint's hexadecimal digits tell the findings apart, 7 at least; 16 for all
 * findings that are not one. Ignored findings have no part in it.
 */
unsigned fingerprint_digits(const struct findings *findings, struct arena *scratch);
/* A finding's, 7 to 16 digits of it. */
struct str fingerprint_text(const struct finding *finding, unsigned digits, struct arena *arena);

/* `sentence [RULE]`, for a terminal. */
void finding_print(struct out *out, const struct finding *finding);

struct reporter {
	const char *name;    /* as in --format */
	const char *summary; /* one line for --help */
	bool (*write)(struct out *out, const struct report *report);
};

const struct reporter *const *reporters_all(size_t *n);
const struct reporter *reporter_find(struct str name);
/*
 * Sorts and drops exact repetitions (path, span, rule, message). Texts are loaded into `scratch` to
 * know lines and columns and stay there, so it must live as long as the report.
 */
void findings_sort(struct findings *findings, struct arena *scratch);
/* Does it count (severity error, neither accepted nor ignored)? And does any? */
bool finding_active(const struct finding *finding);
bool findings_active(const struct findings *findings);

/* Diagnostics as they look on standard error: `path:line:col: error: sentence`, source line, caret,
 * note, help. */
struct diag_look {
	bool color;
	bool verbose;     /* else of many warnings only the first are shown, and how many more */
	unsigned columns; /* of the terminal, to break lines at words; 0: they are not */
};
void diags_print(
	struct out *out, struct diags *diags, struct arena *arena, const struct diag_look *look);
/*
 * Writes whole lines of a report so that, as far as their words allow, none takes more than
 * `columns` columns of the terminal; 0: as they are. Escape sequences take none. What follows is
 * indented; source lines are not broken, excerpt.h cuts them.
 */
void out_wrapped(struct out *out, struct str lines, unsigned columns);
/* How they look as text. */
struct rules_look {
	bool color;
	unsigned columns; /* of the terminal; 0: there is none */
};
/*
 * Rules for `rules` and `explain`, in text, json, markdown or man. `rules_write_list` writes one
 * line a rule of the selection (NULL: all), `rules_write_explanation` a rule at length. False: no
 * such format, or no memory; then what was written is no whole.
 */
bool rules_write_list(struct out *out, struct str format, const struct selection *selection,
	struct rules_look look);
bool rules_write_explanation(struct out *out, struct str format, const struct rule *const *rules,
	size_t n, struct rules_look look);
