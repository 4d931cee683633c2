/*
 * Diagnostics: errors and warnings with their places, collected in a list. cli sorts the list by
 * place and prints it once.
 *
 * A list belongs to one thread; diags_adopt merges a worker's list. Messages are lower case without
 * a full stop, put names in single quotes, and put the remedy into a help line.
 */
#pragma once
#include <stdarg.h>
#include "base/arena.h"
#include "base/text.h"

/* DIAG_NOTE: what is neither wrong nor doubtful; DIAG_DETAIL: one for who asks for more words. */
enum diag_level { DIAG_WARNING, DIAG_ERROR, DIAG_NOTE, DIAG_DETAIL };

struct diag {
	enum diag_level level;
	struct place place;
	struct str message;
	struct str help;      /* absent: none; several are joined by line breaks */
	struct str note_text; /* printed before note_place: "first declared at"; absent: none */
	struct place note_place;
	/* Diagnostics of one kind with the same help are printed as one: `3 objects are not here,
	 * such as SUBJECT`. Absent: printed alone. */
	struct str kind, subject;
	uint32_t order; /* of arrival; sorts diagnostics of the same place */
};

struct diags {
	struct arena *arena;
	struct diag *items;
	uint32_t n, cap;
	uint32_t n_errors; /* kept or not, until the list is sorted */
	/* Further errors are only counted: a hostile file may have one in every other byte. 0: no
	 * limit. */
	uint32_t most_errors;
	bool unread;          /* diag_unread was called */
	struct diag left_out; /* the last diagnostic, if it was not kept */
	bool is_left_out;
};

void diags_init(struct diags *diags, struct arena *arena);
/* Adds a diagnostic; printf-like. Returns it; the pointer is valid until the next one is added. */
struct diag *diag_error(struct diags *diags, struct place place, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
struct diag *diag_warning(struct diags *diags, struct place place, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Adds a DIAG_NOTE or a DIAG_DETAIL. */
struct diag *diag_remark(struct diags *diags, enum diag_level level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Adds a help (or the note) to the last diagnostic. */
void diag_help(struct diags *diags, const char *format, ...) __attribute__((format(printf, 2, 3)));
void diag_note(struct diags *diags, struct place place, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Removes all but the first `n` items, of which `n_errors` are errors. For errors with one cause,
 * which the caller reports instead. */
void diags_forget(struct diags *diags, uint32_t n, uint32_t n_errors);
/* Moves the items of `from` to `into`, with a note on how many were not kept. The arena of `from`
 * must live as long as `into`. */
void diags_adopt(struct diags *into, struct diags *from);
/* Sets kind and subject of the last diagnostic, which has no place. */
void diag_kind(struct diags *diags, struct str kind, struct str subject);
/* Notes that the last error is no fault of the input: its bytes could not be had. Who forgives errors
 * of an input must not forgive that. */
void diag_unread(struct diags *diags);
/* Sorts by side, path, offset, then arrival; removes duplicates and merges those of one kind. */
void diags_sort(struct diags *diags);
