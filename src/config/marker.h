/*
 * The comments `// breakwater:accept` of a contract, and where they stand; private to this folder.
 */
#pragma once
#include "config/accepted.h"

/* One such comment. */
struct marker {
	struct span span; /* the words, for messages */
	struct str rule, selector,
		reason;          /* selector: what stands in brackets, absent if nothing does */
	bool attached;           /* it stands at something */
	uint32_t statement;      /* where the statement that it stands at begins */
	struct element *element; /* whose declaration that is, or that holds it; NULL: the file */
};

struct marked_file {
	struct file *file;
	VEC(struct marker) markers; /* none: the rest is not filled */
	/* What is declared, by where it begins, parents first. */
	VEC(struct declared {
		struct element *element;
		uint32_t order;
		uint32_t outer; /* index + 1 of the innermost that holds it; 0: none */
	})
	declared;
};

/* Loads the text of the file, unless it is in `unmarked`, and looks through it. */
struct marked_file *mark_file(struct file *file, const struct map *unmarked, struct arena *arena);
/* The innermost declaration that holds the span; NULL: the file alone does. */
struct element *marked_element(const struct marked_file *marked, struct span span);
