/*
 * The files that declare the options that `options:` of the configuration promises: whether there
 * is such an option, and what its fields are, is asked of every check, also where nothing that
 * changed has it. Private to need.c.
 */
#pragma once
#include "need.h"
#include "proto/outline.h"

enum { MARK_OF_FIELDS = 31 }; /* of fields that options may set and that changed (need_names.c) */

/*
 * Fills need->sought with the promised options that no compiled file declares, and marks the last
 * parts of their names in `words`.
 */
void need_options_seek(struct need *need, const struct schema *old, const struct schema *new,
	struct outline_words *words);
/* Is the name, the last part of a full one, that of a promised option? */
bool need_options_hide(const struct need *need, struct str name);
/* Does the file seem to declare one of them? If it only names one, that goes to need->elsewhere. */
bool need_options_declared(struct need *need, const struct outline *outline);
