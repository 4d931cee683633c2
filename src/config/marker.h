/* The comments `// breakwater:accept` in a contract, and what they are attached to; private to
 * config/. */
#pragma once
#include "config/accepted.h"

/* One such comment. */
struct marker {
	struct span span;                  /* the text, for messages */
	struct str rule, selector, reason; /* selector: the text in brackets; absent: none */
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

/* Loads the text of the file and scans it, unless it is in `unmarked`. */
struct marked_file *mark_file(struct file *file, const struct map *unmarked, struct arena *arena);
/* The innermost declaration around the span; NULL: none. */
struct element *marked_element(const struct marked_file *marked, struct span span);
