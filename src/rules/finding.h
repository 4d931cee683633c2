/*
 * How a check says what it found: where, what it was and is, and what it follows from.
 */
#pragma once
#include "rules/breaks.h"
#include "rules/list.h"

/* The rule whose finding for `subject`, if it was made, explains another finding, or follows from
 * it. */
struct link {
	struct finding *finding;
	const void *subject;
	enum row row;
	bool entails;
};

/*
 * A place on a side. The finding's line is the one that `line` begins on; `exact` is pointed at
 * where it begins on that line, too.
 */
struct spot {
	const struct file *file; /* NULL: nowhere */
	struct span line, exact;
};

/* A finding whose places are worked out when all are made, since that takes the texts. */
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
	bool visibility_is_unknown;                   /* and that was said */
	const struct rule *by_kind[PAIR_KINDS][ROWS]; /* the selected rules */
	uint32_t n_by_kind[PAIR_KINDS];
	struct map lookups;  /* lookup.c's, by message or enum */
	struct map turned;   /* visibility.c's, by new file */
	struct moves *moves; /* moved.c's; NULL: nobody asked yet */
	struct map made;     /* (subject, row): its finding, of several the last one */
	VEC(struct link) links;
	VEC(struct unplaced) unplaced;
};

#define SPOT_NONE ((struct spot){ NULL, { 0, 0 }, { 0, 0 } })

/* A file as a whole, or nowhere for NULL. */
struct spot spot_file(const struct file *file);
/* An element with its name. (A map's entry and its fields have the map's type for both.) */
struct spot spot_element(const struct element *element);
struct spot spot_field_label(const struct field *field);
/* Of a map's key or value: the map's type. */
struct spot spot_field_type(const struct field *field);
/* One span of an element, or the element where it is none. */
struct spot spot_span(const struct element *element, struct span span);
/* An element with one span of it, where that is on the element's first line. */
struct spot spot_exact(const struct element *element, struct span span);
/* The option where it is set, else the element. */
struct spot spot_option(const struct element *element, const struct option *option);
/*
 * Where a feature is written on the element itself; else, as measured, the `features = { … }` that
 * lacks it; else the element. `extension` is the number of (pb.cpp) or (pb.java) in FeatureSet, 0
 * for the standard ones.
 */
struct spot spot_feature(const struct element *element, int32_t extension, int32_t number);
/* What is left of the place of a deleted declaration: the innermost message around it, else its
 * file. */
struct spot spot_remains(const struct check *c, const struct pair *pair);

struct fact {
	struct spot old, new;
	struct spot now;               /* where what changed stands, if `new` only surrounds it */
	const struct element *subject; /* what the finding is about: the old one if there is one */
	struct str name;          /* `element` of the finding; absent: the subject's full name */
	struct str before, after; /* absent: none */
	struct str help;
	struct str moved_to; /* where it lives on, in words; absent: nowhere */
	bool gone;           /* `new` is only what is left around it */
	int detail;          /* DETAIL_… for breaks_of */
};

/*
 * Makes a finding with the sentence that the format gives; NULL if a file of it is only imported,
 * since those are not reported on.
 */
struct finding *finding_add(struct check *c, const struct rule *rule, const struct pair *pair,
	const struct fact *fact, const char *format, ...) __attribute__((format(printf, 5, 6)));
/* If `cause` had something to say of `subject`, `finding` follows from it. The first such call that
 * holds counts. */
void finding_follows(struct check *c, struct finding *finding, const void *subject, enum row cause);
/* The same from the other end: what `row` has to say of `subject` follows from `finding`. */
void finding_entails(struct check *c, struct finding *finding, const void *subject, enum row row);
/* Works out where the findings are, once every one is made. */
void findings_place(struct check *c, const struct check_options *options);
/* Resolves the causes, once every finding is made. */
void findings_link(struct check *c);

/*
 * Is it `a` that the other side calls `b`? One may be qualified where the other is relative; with a
 * leading dot it is qualified in full.
 */
bool names_agree(struct str a, struct str b);
/* Full name in the check's arena. */
struct str full_name(const struct check *c, const struct element *element);
/* The map field whose key or value a field is, NULL. */
const struct field *field_map(const struct field *field);
/* A name without the leading dot that it may have been written with. */
struct str name_undotted(struct str name);
/* `field 4 'amount' of 'acme.v1.Order'`, for extensions and map entries in their words. */
struct str field_words(const struct check *c, const struct field *field);
/* `edition 2026` */
struct str edition_words(enum edition edition);
/* `2`, `2 to 10`, `100 to max`. */
struct str range_words(struct arena *arena, int32_t begin, int32_t end, int32_t max);
/* A reserved name as its file spells it: `"amount"`, in editions `amount`. */
struct str reserved_spelling(struct arena *arena, const struct file *file, struct str name);
