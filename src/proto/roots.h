/*
 * Which file an import names, and how each file is named by imports (breakwater-check(1), Import
 * roots); private to proto/. One object for each side; used by one thread.
 */
#pragma once
#include "proto/compile.h"

struct root_finder;

struct root_finder *root_finder_new(struct arena *arena, struct intern *names,
	const struct compile_side *side, struct diags *diags);
/*
 * The file that `import` names in the importer at `importer_path`; NULL when no root has it. Looks
 * in the roots, then among the built-in files, then guesses. *source is the entry's source.
 */
const struct source_entry *root_find(struct root_finder *finder, struct str importer_path,
	struct str import, struct source **source);
/* Is a contract part of what is judged: below a root and not excluded? */
bool root_owns(const struct root_finder *finder, struct str path);
/* The import path of a contract; with inferred roots final once all imports were looked for. */
struct str root_import_path(const struct root_finder *finder, struct str path);
