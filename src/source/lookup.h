/*
 * Parsing a revision's name; private to revision.c, at_brace.c and message.c.
 */
#pragma once
#include "source/revision.h"

struct lookup {
	struct repository *repository;
	struct diags *diags;
	struct str whole; /* the name as written */
	bool said;        /* an error was added */
};

/* Adds the error of why the name is no revision (printf-like); returns false. */
bool lookup_fail(struct lookup *lookup, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
bool is_number(struct str s);
/* -1: it is too large. */
int64_t number_of(struct str digits);

/* at_brace.c */
/*
 * Replaces `@`, `@{-N}`, `@{upstream}` and `@{push}` by a reference or id, as git's
 * interpret_branch_name does; other names are unchanged. False: there is no such reference.
 */
bool interpret(struct lookup *lookup, struct str name, struct str *out);
/* Splits `NAME@{…}` into the name and the inside of the braces; false: it has another form. */
bool split_entry(struct str name, struct str *before, struct str *inside);
/* Resolves `NAME@{N}` or `NAME@{DATE}` by the log of `name`. */
bool find_entry(struct lookup *lookup, struct str name, struct str inside, struct content_id *id);

/* message.c */
/*
 * The newest commit whose message matches, among those that are reachable from `from`, or if it is
 * NULL, from any reference and HEAD. Of equal dates, the first in git's order of references: HEAD,
 * then names in reverse.
 */
bool find_message(struct lookup *lookup, struct str text, const struct content_id *from,
	struct content_id *id);
