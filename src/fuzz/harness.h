/*
 * What the harnesses share: a stranger's bytes through the whole of the compiler, and what must
 * hold for everything that it takes. A broken promise aborts; an error of the input is no find.
 */
#pragma once
#include "base/str.h"

/* Compiles `text` as a contract; what compiles must give, from the set that was made of it, the
 * same set. */
void fuzz_text(struct str text);
/* Compiles `set` as a descriptor set, likewise; and reads it as a plugin's request. */
void fuzz_set(struct str set);
