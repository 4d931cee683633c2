/*
 * What reads one revision's name; private to revision.c, at_brace.c and message.c.
 */
#pragma once
#include "source/revision.h"

struct lookup {
	struct repository *repository;
	struct diags *diags;
	struct str whole; /* the name as it was written */
	bool said;        /* an error tells already why it is none */
};

/* Says why the name means nothing (printf-like); gives false. */
bool lookup_fail(struct lookup *lookup, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
bool is_number(struct str s);
/* -1: it is larger than any that counts. */
int64_t number_of(struct str digits);

/* at_brace.c */
/*
 * `@`, `@{-N}`, `@{upstream}` and `@{push}` replaced by the reference or id that they stand for, as
 * git's interpret_branch_name does; other names as they are. False: they stand for nothing.
 */
bool interpret(struct lookup *lookup, struct str name, struct str *out);
/* Is it `NAME@{…}` of a log? Then which name, and what stands in the braces. */
bool split_entry(struct str name, struct str *before, struct str *inside);
/* What `NAME@{N}` and `NAME@{DATE}` mean by the log of `name`. */
bool find_entry(struct lookup *lookup, struct str name, struct str inside, struct content_id *id);

/* message.c */
/*
 * The youngest commit whose message fits, of those that `from` reaches, or for NULL of those that
 * any reference and HEAD reach. Of one date, what git's order of references brings first: HEAD,
 * then their names backwards.
 */
bool find_message(struct lookup *lookup, struct str text, const struct content_id *from,
	struct content_id *id);
