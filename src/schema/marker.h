/*
 * The comments in a contract that speak to this program, such as `// breakwater:accept`, and what
 * they are attached to. One stands above an element, with no empty line between, or behind it on
 * its line.
 */
#pragma once
#include "schema/schema.h"

/* What such comments begin with. */
#define ACCEPT_MARKER "breakwater:accept"
#define CONTRACT_MARKER "breakwater:contract"

/* One such comment: `MARKER word(selector) rest`. */
struct marker {
	struct span span;                /* the text, for messages */
	struct str word, selector, rest; /* selector: the text in brackets; absent: none */
	bool attached;                     /* to some statement */
	uint32_t statement;                /* offset of that statement */
	struct element *element; /* the innermost element around the statement; NULL: the file */
};

struct marked_file {
	struct file *file;
	VEC(struct marker) markers; /* if there are none, the rest is empty */
	/* All declarations by their begin, parents first. */
	VEC(struct declared {
		struct element *element;
		uint32_t order;
		uint32_t outer; /* index + 1 of the innermost declaration around it; 0: none */
	})
	declared;
};

/* Loads the text of the file and scans it for comments that begin with the word `marker`. */
struct marked_file *mark_file(struct file *file, struct str marker, struct arena *arena);
/* The innermost declaration around the span; NULL: none. */
struct element *marked_element(const struct marked_file *marked, struct span span);
