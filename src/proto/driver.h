/*
 * What drives the front end, shared by nodes.c (which file object stands for what), imports.c (what
 * a file imports and sees) and compile.c (stages, workers, results); private to them.
 */
#pragma once
#include "proto/compile.h"
#include "proto/proto.h"
#include "proto/roots.h"

#include <stdatomic.h>

/* A file of one side. */
struct node {
	struct unit *unit;
	const struct source_entry *entry;
	struct source *source;
	struct str path;   /* interned; of built-in files their import path */
	size_t depth;      /* slashes in it */
	struct node *twin; /* the node of the other side that has this path */
	struct side_state *side;
	VEC(struct node *) imports;   /* as the file's import statements; NULL: missing */
	VEC(struct node *) importers; /* within the side */
	bool is_builtin;
	bool shares;   /* its unit is the twin's */
	bool compares; /* shares if the twin, which is parsed in this wave, finds equal bytes */
	bool failed;   /* could not be read */
	uint8_t color; /* of the walk that looks for cycles */
};

/* A link, and the node of the file that it is another name of. */
struct node_link {
	struct str path; /* interned */
	struct node *node;
};

struct side_state {
	struct compile_side *side;
	struct root_finder *finder;
	struct map by_path;  /* interned path .p and is_builtin → struct node * */
	struct map by_entry; /* source entry → struct node *, for those that files import */
	VEC(struct node *) nodes;
	struct map targets; /* interned path of a link's file → the first link to it, by path */
	bool targets_made;
	struct map linked; /* interned paths of the links in `links` */
	VEC(struct node_link) links;
	uint32_t parsed; /* nodes below this index are parsed, and their imports looked for */
};

struct worker_state {
	struct arena *arena, *scratch;
	struct arena *indexes; /* for the stage of options */
	struct arena *syntax;  /* freed after linking: uninterpreted options */
	struct context context;
	uint64_t bytes;
	uint32_t files;
};

/* Files that one thread parses: both sides' of one path, since a pack mostly stores one as a change
 * of the other. */
struct parse_task {
	struct node *first, *second; /* `second` may be NULL */
};

/* An import that no file answers. */
struct missed {
	struct side_state *side;
	struct node *node; /* whose import it is */
	uint32_t index;    /* among its imports */
};

struct driver {
	struct compiler compiler;
	const struct compile_options *options;
	struct side_state sides[2];
	size_t n_sides;
	struct worker_state *workers;
	unsigned jobs;
	VEC(struct parse_task) tasks; /* to parse in this wave */
	VEC(struct missed) missed;
	VEC(struct lost_import) lost;
	bool failed;         /* something could not be read */
	atomic_size_t steps; /* for options->progress */
	size_t n_files;      /* that are known of by now */
};

/* Reports progress: a file is parsed, or taken through one of the four stages. */
static inline void driver_step(struct driver *d)
{
	enum { STEPS = 5 };
	size_t done;

	if (!d->options->progress)
		return;
	done = (atomic_fetch_add_explicit(&d->steps, 1, memory_order_relaxed) + 1) / STEPS;
	d->options->progress(
		d->options->progress_context, done < d->n_files ? done : d->n_files, d->n_files);
}

/* ---- nodes.c ---- */

/* The node of a file, whichever of its names the entry is: its own or a link's. */
struct node *node_get(struct driver *driver, struct side_state *side,
	const struct source_entry *entry, struct source *source);
/* The path that imports name it by; final once all imports were looked for. */
struct str node_import_path(const struct node *node);
/* Parses the nodes from `parsed` on, on each side. */
void nodes_parse(struct driver *driver);
/*
 * Ends the sharing of nodes that import something else than their twins do, and of what imports
 * those: the new side's are parsed again. To be called once all imports were looked for.
 */
void nodes_unshare(struct driver *driver);

/* ---- imports.c ---- */

/* Looks for the imports of the nodes from `parsed` on. True: there are nodes to parse now. */
bool imports_find(struct driver *driver);
/* Fills the units' imports and what they see; reports cycles. Units do not change hands any more.
 */
void imports_connect(struct driver *driver);
/* Tells missing imports that were never there, with a warning, from those that the change took
 * away. */
void imports_judge_missed(struct driver *driver);
