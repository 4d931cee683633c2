/*
 * Text and diagnostics for a terminal that is narrower than their lines: broken at blanks, what
 * follows indented. Words are never broken, nor are source lines, which excerpt.h cuts.
 */
#pragma once
#include "base/out.h"

/*
 * Writes whole lines of a report so that, as far as their words allow, none takes more than
 * `columns` columns of the terminal; 0: as they are. Escape sequences take none.
 */
void out_wrapped(struct out *out, struct str lines, unsigned columns);
