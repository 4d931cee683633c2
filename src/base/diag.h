/*
 * Diagnostics: what the program could not do, and where. Values in a list; cli prints them once,
 * sorted by place.
 *
 * A list belongs to one thread; a worker's is handed over with diags_adopt. Text is lower case
 * without full stop, subjects in single quotes, the remedy in a help line.
 */
#pragma once
#include <stdarg.h>
#include "base/arena.h"
#include "base/text.h"

enum diag_level { DIAG_WARNING, DIAG_ERROR };

struct diag {
	enum diag_level level;
	struct place place;
	struct str message;
	struct str help;      /* absent if there is none; several helps are joined by line breaks */
	struct str note_text; /* `note_text at note_place`, as in "first declared at"; absent if
				 none */
	struct place note_place;
	/* Several of one kind and one help become one: `3 objects are not here, such as NAME`. What
	 * they have in common, and what this one is about; absent: it stands for itself. */
	struct str kind, subject;
	uint32_t order; /* of arrival, to keep equal places apart */
};

struct diags {
	struct arena *arena;
	struct diag *items;
	uint32_t n, cap;
	uint32_t n_errors; /* those that were left out included, until the list is sorted */
	/* From that many errors on they are only counted, since a stranger's file may have one in
	 * every other byte; 0: all are kept. */
	uint32_t most_errors;
	struct diag left_out; /* the last one if it was */
	bool is_left_out;
};

void diags_init(struct diags *diags, struct arena *arena);
/* Adds one; printf-like. The message is copied into the list's arena. Gives its address, valid
 * until the next. */
struct diag *diag_error(struct diags *diags, struct place place, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
struct diag *diag_warning(struct diags *diags, struct place place, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Adds a help (or the note) to the last diagnostic. */
void diag_help(struct diags *diags, const char *format, ...) __attribute__((format(printf, 2, 3)));
void diag_note(struct diags *diags, struct place place, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Takes back all but the first `n` items, of which `n_errors` are errors: they have one cause, which
 * is to be named instead. */
void diags_forget(struct diags *diags, uint32_t n, uint32_t n_errors);
/* Appends the items of `from` (whose arena must live as long), says how many it left out, and
 * empties it. */
void diags_adopt(struct diags *into, struct diags *from);
/* Makes the last diagnostic, which has no place, one of a kind: `objects are not here`. */
void diag_kind(struct diags *diags, struct str kind, struct str subject);
/* By side, path, offset, then arrival; drops exact repetitions, and makes one of a kind's. */
void diags_sort(struct diags *diags);
