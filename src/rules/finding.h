/*
 * How checks report findings: places, old and new values, and causes.
 */
#pragma once
#include "rules/breaks.h"
#include "rules/list.h"

/* Connects a finding with the finding of rule `row` for `subject`, if there is one: it is the
 * cause, or (`entails`) the consequence. */
struct link {
	struct finding *finding;
	const void *subject;
	enum row row;
	bool entails;
};

/*
 * A place on one side. The finding's line is the first line of `line`; the caret points at `exact`
 * if that starts on the same line.
 */
struct spot {
	const struct file *file; /* NULL: nowhere */
	struct span line, exact;
};

/* A finding whose places are computed at the end, since that needs the texts. */
struct unplaced {
	struct finding *finding;
	struct spot old, new, now;
};

/* One run over all pairs. */
struct check {
	struct arena *arena;
	struct intern *names;
	struct diff *diff;
	struct breaks *breaks;
	const struct selection *selection;
	struct findings *findings;
	struct diags *diags;
	bool visibility_is_unknown;                   /* and a diagnostic says so */
	const struct rule *by_kind[PAIR_KINDS][ROWS]; /* the selected rules */
	uint32_t n_by_kind[PAIR_KINDS];
	struct map lookups;              /* of lookup.c, by message or enum */
	struct map turned;               /* of visibility.c, by new file */
	struct moves *moves;             /* of moved.c; NULL until the first question */
	const struct promises *promises; /* for the rules `on_options`; NULL: none */
	struct promise_index *promise_index; /* of option_index.c; likewise */
	struct map written;              /* of option_promise.c: paths that a warning has named */
	struct arena *scratch;           /* rewound after each of their pairs */
	struct map by_subject;           /* (subject, row): the last finding */
	VEC(struct link) links;
	VEC(struct unplaced) unplaced;
};

/* Allocates from `arena`. */
struct promise_index *promise_index_new(
	struct arena *arena, struct intern *names, const struct promises *promises);

#define SPOT_NONE ((struct spot){ NULL, { 0, 0 }, { 0, 0 } })

/* A whole file; nowhere for NULL. */
struct spot spot_file(const struct file *file);
/* An element, with the caret at its name. (For a map entry and its fields, the map's type.) */
struct spot spot_element(const struct element *element);
struct spot spot_field_label(const struct field *field);
/* The type of a field; for a map's key or value, the type of the map field. */
struct spot spot_field_type(const struct field *field);
/* A span of an element, or the element if there is no such span. */
struct spot spot_span(const struct element *element, struct span span);
/* An element, with the caret at one of its spans if that is on its first line. */
struct spot spot_exact(const struct element *element, struct span span);
/* The statement of the option, or the element if it is not set. */
struct spot spot_option(const struct element *element, const struct option *option);
/*
 * Where the feature is set on the element itself; else, as measured, its `features = { … }` that
 * lacks the feature; else the element. `extension` is the number of (pb.cpp) or (pb.java) in
 * FeatureSet, 0 for standard features.
 */
struct spot spot_feature(const struct element *element, int32_t extension, int32_t number);
/* The place to show for a deleted declaration: the innermost message around it that is left, else
 * its file. */
struct spot spot_remains(const struct check *c, const struct pair *pair);

struct fact {
	struct spot old, new;
	struct spot now; /* the changed element itself, if `new` only encloses it */
	const struct element
		*subject;         /* what the finding is about; the old element, if there is one */
	struct str name;          /* `element` of the finding; absent: the subject's full name */
	struct str before, after; /* absent: none */
	struct str help;
	struct str moved_to; /* its new location, in words; absent: none */
	bool gone;           /* the element was deleted, `new` is what is left around it */
	const struct promise *promise; /* that the finding breaks; NULL: none */
	int detail;                    /* DETAIL_… for breaks_of */
};

/*
 * Adds a finding with a formatted message. NULL if one of its files is only imported: those are not
 * reported on.
 */
struct finding *finding_add(struct check *c, const struct rule *rule, const struct pair *pair,
	const struct fact *fact, const char *format, ...) __attribute__((format(printf, 5, 6)));
/* Makes the finding of rule `cause` for `subject`, if there is one, the cause of `finding`. The
 * first successful call counts. */
void finding_follows(struct check *c, struct finding *finding, const void *subject, enum row cause);
/* The reverse: makes `finding` the cause of the finding of rule `row` for `subject`. */
void finding_entails(struct check *c, struct finding *finding, const void *subject, enum row row);
/* Computes the places of all findings. Call it after all checks. */
void findings_place(struct check *c, const struct check_options *options);
/* contract.c: adds the findings of roots that are gone or renamed. */
void roots_check(struct check *c, const struct root_pair *roots, uint32_t n);
/* frame.c: adds the findings of roots whose index is another, or is counted in two ways. */
void frames_check(struct check *c, const struct framed_root *roots, uint32_t n);
/* Resolves the causes. Call it after all checks. */
void findings_link(struct check *c);

/*
 * Do the two names of a type agree? One may be qualified and the other relative; a leading dot
 * means fully qualified.
 */
bool names_agree(struct str a, struct str b);
/* Full name in the check's arena. */
struct str full_name(const struct check *c, const struct element *element);
/* The map field of which the field is the key or value; NULL: none. */
const struct field *field_map(const struct field *field);
/* The name without a leading dot. */
struct str name_undotted(struct str name);
/* `field 4 'amount' of 'acme.v1.Order'`; extensions and map entries have their own wording. */
struct str field_words(const struct check *c, const struct field *field);
/* `edition 2026` */
struct str edition_words(enum edition edition);
/* `2`, `2 to 10`, `100 to max`. */
struct str range_words(struct arena *arena, int32_t begin, int32_t end, int32_t max);
/* A reserved name as written in its file: `"amount"`, in editions `amount`. */
struct str reserved_spelling(struct arena *arena, const struct file *file, struct str name);
