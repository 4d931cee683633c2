/*
 * How the files of a working tree become blobs: gitattributes(5), and core.autocrlf of the
 * repository's configuration. The programs of filter drivers are never run; what git-lfs makes of a
 * file is worked out here.
 */
#pragma once
#include "source/attributes.h"
#include "source/index_file.h"

struct filters;

/* Nothing is read before it is needed. `index` has to live as long. NULL and an error: no memory.
 */
struct filters *filters_new(
	struct repository *repository, const struct index_file *index, struct diags *diags);
void filters_free(struct filters *filters); /* NULL too */

/* A file that was read from the disk. */
struct filter_request {
	const struct source *source;
	struct str path;     /* where it is on disk */
	struct str shown;    /* how messages name it */
	bool is_recorded;    /* it is as the index recorded it */
	bool for_id;         /* for its blob's id; what git-lfs keeps would be no text */
	struct arena *arena; /* of what is made */
};
/*
 * Replaces *bytes by what git would keep of them; what git-lfs keeps and has changed is left as it
 * is on disk, unless it is for an id. Thread-safe. False and an error that names the
 * attribute when that cannot be known.
 */
bool filters_apply(struct filters *filters, const struct filter_request *request, struct str *bytes,
	struct diags *diags);
