/*
 * How the files of a working tree become blobs: gitattributes(5), and core.autocrlf of the
 * repository's configuration. Programs of filter drivers are never run; the pointers of git-lfs are
 * made here.
 */
#pragma once
#include "source/attributes.h"
#include "source/index_file.h"

struct filters;

/* Reads files when they are first needed. `index` must live as long. NULL and an error: no memory. */
struct filters *filters_new(
	struct repository *repository, const struct index_file *index, struct diags *diags);
void filters_free(struct filters *filters); /* NULL too */

/* A file that was read from disk. */
struct filter_request {
	const struct source *source;
	struct str path;     /* where it is on disk */
	struct str shown;    /* its path in messages */
	bool is_recorded;    /* it is unchanged since the index was written */
	bool for_id;         /* only its blob's id is wanted */
	struct arena *arena; /* for the result */
};
/*
 * Replaces *bytes by what git would store. A changed file of git-lfs stays as it is on disk, unless
 * `for_id`. Thread-safe. False and an error that names the attribute: the result is unknown.
 */
bool filters_apply(struct filters *filters, const struct filter_request *request, struct str *bytes,
	struct diags *diags);
