/*
 * Texts and places in them.
 *
 * A text is a contract, a configuration file or a file of a descriptor set. A span is two byte
 * offsets; line and column are computed when they are printed. The bytes of a contract are freed
 * after parsing; `load` reads them again when a line is printed, and text_keep keeps single lines.
 * A file of a descriptor set has no bytes: its spans are indexes into `points`.
 */
#pragma once
#include "base/str.h"
#include "base/vec.h"

struct point {
	uint32_t line, column; /* 1-based; the column counts bytes, a tab is one */
};

struct span {
	uint32_t begin, end; /* byte offsets, end exclusive; both 0: nowhere */
};

#define NO_SPAN ((struct span){ 0, 0 })

/* A line of a text whose bytes were freed. */
struct kept_line {
	uint32_t number, begin, end; /* 1-based; byte offsets, the line break between `end` and the
					next line's begin */
	struct str text;
};

struct text {
	/* As printed, relative to the repository or the folder; a contract's is interned. */
	struct str path;
	struct str side;  /* printed with a colon before the path; empty for the working tree */
	struct str bytes; /* absent while not loaded */
	/* Reads `bytes` again, into `arena`; false on failure. NULL: they cannot be read again. */
	bool (*load)(struct text *text, struct arena *arena);
	bool is_lost;               /* the last `load` failed */
	void *owner;                /* for `load` */
	/* Shown instead of places in this text, which nobody wrote as it stands: a text with a path
	 * alone. NULL: the places are shown. */
	struct text *whole;
	bool is_whole; /* it is shown instead of others, and has no lines */
	const struct point *points; /* instead of bytes: what a span's offsets index */
	uint32_t n_points;
	uint32_t *lines; /* offsets of line starts, computed on first use */
	uint32_t n_lines;
	struct kept_line *kept; /* by text_keep, sorted; NULL: not called */
	uint32_t n_kept;
};

struct place {
	struct text *text; /* NULL: nowhere */
	struct span span;  /* NO_SPAN: the file as a whole, printed as 1:1 */
};

#define NOWHERE ((struct place){ NULL, { 0, 0 } })

static inline bool span_is_none(struct span s)
{
	return s.begin == 0 && s.end == 0;
}

static inline struct place place_in(struct text *text, struct span span)
{
	return (struct place){ text, span };
}

/* Line and column of a place's begin and end; 1:1 without a span, or if the bytes are gone. */
void place_points(struct place place, struct arena *arena, struct point *begin, struct point *end);
/* Line `number` (1-based) without its line break; absent if the bytes are gone. */
struct str text_line(struct text *text, struct arena *arena, uint32_t number);
/* A text and the spans of it that are to be printed. */
struct wanted_text {
	struct text *text;
	VEC(struct span) spans;
	bool has_word; /* source_keep_lines's answer */
};
/*
 * Keeps in `arena` the lines that the spans begin or end in, so that they can be printed without
 * the text's bytes. These are loaded, in `scratch`, which the caller then frees.
 */
void text_keep(const struct wanted_text *wanted, struct arena *arena, struct arena *scratch);
/* Loads the bytes if they were freed; false on failure. */
bool text_load(struct text *text, struct arena *arena);
