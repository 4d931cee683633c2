/*
 * The files in which the roots of contracts are declared. Private to need.c.
 */
#pragma once
#include "need_outlines.h"

/* Must all files be looked at to know the roots? `old` and `new` are the changed files, with what
 * they import. */
bool roots_ask_all(const struct outlining *o, const struct schema *old, const struct schema *new);
/*
 * Looks for roots that the changed files do not declare where their packages say: acme.v1.Order in
 * a folder acme/v1. Their files are wanted. *missing: one is not there. False and a diagnostic: a
 * file cannot be read.
 */
bool roots_by_folder(
	struct outlining *o, const struct schema *old, const struct schema *new, bool *missing);
/* Once all outlines are read: marks the files that declare a root, and wants those that are needed
 * whether they use what changed or not. */
void roots_take(struct outlining *o, const struct schema *old, const struct schema *new);
/* Adds to need->roots_elsewhere what broken files declare. False and a diagnostic: one cannot be
 * read. */
bool roots_take_broken(struct need *need, const struct schema *old, const struct schema *new);
/* Has a message that a root reaches extension ranges? Then extensions anywhere count. */
bool roots_may_be_extended(const struct need *need, const struct schema *schema);
