/*
 * The contracts of one version after the other, as the models of history/model.h.
 *
 * Versions are taken oldest first. Of each only the files that differ from the version before are
 * compiled, and those that may resolve a name otherwise because of them; what was compiled is
 * dropped as soon as its models are made.
 */
#pragma once
#include "history/changes.h"
#include "scope.h"
#include "side.h"

/* A file that does not compile in a version. */
struct unknown_file {
	struct str path;
	struct str what;      /* `12:3: the message` */
	uint32_t first, last; /* versions, as counted by the caller */
};

struct snapshots {
	/* Set by the caller. */
	struct arena *arena;
	struct intern *names;
	struct diags *diags;
	struct side_options options; /* for reading configurations; layout only */
	const struct report_scope *scope;
	unsigned jobs;
	const struct side
		*side_given; /* of the next version, instead of reading its configuration */
	/* Results of the last snapshot_next. */
	struct model_files old, new; /* files of the contract that differ */
	VEC(struct unknown_file) unknown;
	VEC(struct str) touched; /* interned paths of what was compiled, or is gone; unless: */
	const struct import_hint *hints; /* what other files import, for inferred roots */
	uint32_t n_hints;
	bool touched_all;        /* everything was compiled */
	/* Private. */
	struct map current;              /* path.p → struct model_file *; NULL: gone */
	struct source *builtin, *source; /* of the version before; NULL: it was empty */
	bool owns_source;
	struct side side;
	uint32_t taken;
	uint32_t files_compiled, files_alike; /* for --timings; alike but for their comments */
	uint64_t bytes_compiled;
	VEC(struct str) inferred; /* roots that imports showed */
};

void snapshots_init(struct snapshots *snapshots);
/* Takes the next version; NULL: it has no contract. Closes the source later if `owns` is set.
 * False and an error. */
bool snapshot_next(struct snapshots *snapshots, struct source *source, bool owns);
/* One warning for each file and stretch of versions in which it does not compile; `versions` are
 * the names of those taken. */
void snapshots_warn(const struct snapshots *snapshots, const struct str *versions, uint32_t n);
void snapshots_end(struct snapshots *snapshots);
/* Reads configuration and roots of a version; what is wrong with them is a warning. */
bool snapshot_side(const struct side_options *options, struct source *source, struct side *side);
