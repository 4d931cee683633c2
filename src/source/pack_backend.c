/*
 * The packs as a backend of libgit2's object database: what the library asks for itself (ids that
 * are short, attributes in trees) is read by pack.c, too.
 */
#include "source/pack.h"

#include <git2/sys/odb_backend.h>
#include <stdlib.h>

enum { MAX_BACKEND_BYTES = 1 << 30 };

struct backend {
	git_odb_backend parent;
	struct packs *packs; /* whose arena the objects are made in, and rewound */
};

static int backend_error(enum packs_answer answer)
{
	if (answer == PACKS_ABSENT)
		return GIT_ENOTFOUND;
	if (answer == PACKS_NO_MEMORY)
		git_error_set_oom();
	else
		git_error_set_str(GIT_ERROR_ODB, answer == PACKS_DAMAGED
							 ? "the pack is damaged"
							 : "the object is too large");
	return GIT_ERROR;
}

static int backend_read(
	void **data, size_t *n, git_object_t *type, git_odb_backend *backend, const git_oid *id)
{
	struct packs *packs = ((struct backend *)backend)->packs;
	struct arena *scratch = arena_like(packs->arena);
	struct object_wish wish = { id->id, GIT_OBJECT_ANY, MAX_BACKEND_BYTES, true };
	enum packs_answer answer;
	struct str bytes;
	int error = 0;

	answer = packs_read(packs, &wish, scratch, &bytes);
	*type = wish.type;
	*data = answer == PACKS_READ ? git_odb_backend_data_alloc(backend, bytes.n + 1) : NULL;
	if (*data) {
		*str_put(*data, bytes) = '\0';
		*n = bytes.n;
	} else {
		error = backend_error(answer == PACKS_READ ? PACKS_NO_MEMORY : answer);
	}
	arena_free(scratch);
	return error;
}

static int backend_read_header(
	size_t *n, git_object_t *type, git_odb_backend *backend, const git_oid *id)
{
	void *data;
	int error = backend_read(&data, n, type, backend, id);

	if (!error)
		git_odb_backend_data_free(backend, data);
	return error;
}

static int backend_exists(git_odb_backend *backend, const git_oid *id)
{
	uint64_t offset;

	return pack_find(((struct backend *)backend)->packs, NULL, id->id, &offset) != NULL;
}

struct only {
	git_oid found;
	bool any;
};

static int take_only(const git_oid *id, void *context)
{
	struct only *only = context;

	if (only->any && !git_oid_equal(&only->found, id))
		return GIT_EAMBIGUOUS;
	only->found = *id;
	only->any = true;
	return 0;
}

static int backend_exists_prefix(
	git_oid *found, git_odb_backend *backend, const git_oid *begin, size_t n)
{
	struct only only = { .any = false };
	int error = packs_each(((struct backend *)backend)->packs, begin->id, n, take_only, &only);

	*found = only.found;
	return error ? error : only.any ? 0 : GIT_ENOTFOUND;
}

static int backend_read_prefix(git_oid *found, void **data, size_t *n, git_object_t *type,
	git_odb_backend *backend, const git_oid *begin, size_t digits)
{
	int error = backend_exists_prefix(found, backend, begin, digits);

	return error ? error : backend_read(data, n, type, backend, found);
}

static int backend_foreach(git_odb_backend *backend, git_odb_foreach_cb take, void *context)
{
	static const uint8_t first[GIT_OID_RAWSZ];

	return packs_each(((struct backend *)backend)->packs, first, 0, take, context);
}

static void backend_free(git_odb_backend *backend)
{
	free(backend);
}

git_odb_backend *pack_backend(struct packs *packs)
{
	struct backend *backend = calloc(1, sizeof *backend);

	if (!backend)
		return NULL;
	git_odb_init_backend(&backend->parent, GIT_ODB_BACKEND_VERSION);
	backend->packs = packs;
	backend->parent.read = backend_read;
	backend->parent.read_prefix = backend_read_prefix;
	backend->parent.read_header = backend_read_header;
	backend->parent.exists = backend_exists;
	backend->parent.exists_prefix = backend_exists_prefix;
	backend->parent.foreach = backend_foreach;
	backend->parent.free = backend_free;
	return &backend->parent;
}
